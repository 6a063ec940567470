/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the street noticed about its visitor: per host the connections, requests, the worst second,
 * and every request that a careful scanner must never send, with its text.
 */
#ifndef SIM_BOOK_H
#define SIM_BOOK_H

#include "base/addr.h"

#define SIM_RING                                                                                   \
    128 /* initiated packets of the last second remembered per host; more count as 128 */

struct sim_page {
    struct lc_addr addr;
    struct lc_slice id;
    uint64_t connections, requests, forbidden, unexpected;
    uint64_t datagrams, shouts; /* asked of this device alone; of a group that it is in */
    uint32_t paths[4];          /* hashes of the DESCRIBE paths of this day */
    uint32_t paths_n;
    int64_t paths_day_us;
};

/* Packets of one host's last second. */
struct sim_second {
    uint32_t ring[SIM_RING]; /* times in units of 10 us: wraps after 11.9 hours */
    uint32_t ring_at, ring_n, worst;
};

struct sim_offence {
    size_t host;
    uint16_t port;
    bool forbidden; /* otherwise: unexpected */
    const char *kind;
    char text[240];
    size_t text_n;
};

#define SIM_OFFENCES 256 /* texts kept; the counts go on */

struct sim_book {
    struct sim_page *page;
    struct sim_second *second; /* NULL: not watched */
    size_t n;
    bool many; /* a country: only hosts with an offence are written out */
    struct sim_offence *offence;
    size_t offence_n;
};

enum lc_status sim_book_open(struct sim_book *b, size_t hosts, bool many,
                             bool seconds) LC_MUST_CHECK;
void sim_book_close(struct sim_book *b);

/* One packet that the visitor initiated: a connection, a segment of a request, a datagram. */
void sim_book_packet(struct sim_book *b, size_t host, int64_t now_us);
void sim_book_offence(struct sim_book *b, size_t host, uint16_t port, bool forbidden,
                      const char *kind, struct lc_slice text);
/* The counters as one JSON object, written beside `path` and renamed into place. */
enum lc_status sim_book_write(const struct sim_book *b, const char *path,
                              struct lc_err *err) LC_MUST_CHECK;

#endif
