/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers as they come in over AF_PACKET: a ring that the kernel fills (TPACKET_V3), behind a
 * filter that lets through what could be an answer and nothing else. Used by every engine that
 * makes frames.
 *
 * After lc_ring_open its system call is getsockopt, ten times a second; reading the ring is none.
 */
#ifndef LC_DISCOVER_ENGINE_RING_H
#define LC_DISCOVER_ENGINE_RING_H

#include "discover/engine_route.h"

#include <linux/filter.h>

struct lc_ring {
    int fd; /* readable when a block of answers waits */
    uint8_t *map;
    uint32_t block; /* the next one to be filled */
    int64_t stats_us;
    const struct lc_cookie_key *key;
    struct lc_engine_counts counts; /* received, invalid, local_drops */
};

/* LC_EPERM without CAP_NET_RAW. */
enum lc_status lc_ring_open(struct lc_ring *r, const struct lc_way *way,
                            const struct lc_cookie_key *key, struct lc_err *err) LC_MUST_CHECK;
void lc_ring_close(struct lc_ring *r);
/* As `receive` of struct lc_engine. */
bool lc_ring_read(struct lc_ring *r, int64_t now_us,
                  void (*answer)(void *sweep, int64_t now_us, const struct lc_answer *a),
                  void *sweep);

/* The filter, for frames of Ethernet: TCP and UDP to ports low..high and ICMP errors, whole or
 * first of their datagram. Returns its length. */
#define LC_RING_FILTER 40U
size_t lc_ring_filter(uint16_t low, uint16_t high, struct sock_filter out[static LC_RING_FILTER]);

/* "Engine packet needs a right ...": what a person is told at LC_EPERM. */
enum lc_status lc_ring_no_right(struct lc_err *err);

#endif
