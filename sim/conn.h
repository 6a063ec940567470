/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One connection of the street and the loop it lives in. Records are of fixed size and used again
 * last in, first out, so a street of thousands touches only as much memory as it has connections at
 * once.
 */
#ifndef SIM_CONN_H
#define SIM_CONN_H

#include "book.h"
#include "persona.h"

#include <openssl/types.h>

#define SIM_IN_MAX 8000 /* a request larger than this is answered as `wrong` */
#define SIM_OUT_MAX                                                                                \
    262144 /* a filled answer; plain bodies are sent from where they are, of any size */

struct sim_server;
struct sim_country;
struct sim_air;

struct sim_host {
    struct lc_addr addr;
    const struct sim_persona *persona;
};

enum sim_stage {
    SIM_HANDSHAKE, /* TLS */
    SIM_OPEN,
    SIM_LINGER, /* our end is closed: read and forget until the visitor closes */
};

struct sim_conn {
    int fd;
    uint32_t host;
    const struct sim_port *port;
    SSL *ssl;
    enum sim_stage stage;
    bool wants_out, pend_owned, end_asked, in_wheel;
    uint64_t serial; /* seed of the connection's nonce */

    const uint8_t *pend; /* what is still to be sent */
    size_t pend_n, pend_at;
    bool endless; /* repeat port->faults.endless behind it */
    int64_t not_before_us;

    struct sim_conn *next, *prev; /* timer wheel, or next in the free list */
    int64_t due_us;

    uint32_t in_n;
    uint8_t in[SIM_IN_MAX];
};

#define SIM_WHEEL   1024
#define SIM_TICK_US 10000

struct sim_server {
    int epoll;
    struct sim_host *host;
    size_t host_n;
    uint32_t base;                     /* fleet: first address in host order */
    const struct sim_country *country; /* who lives where, instead of a fleet in a row */
    struct sim_listener *listener;
    size_t listener_n;
    struct sim_conn *pool, *free;
    size_t pool_n, pool_used; /* records beyond `pool_used` were never touched */
    struct sim_conn *wheel[SIM_WHEEL];
    size_t waiting; /* connections in the wheel */
    int64_t tick;   /* last tick served */
    int64_t now_us; /* of this turn of the loop */
    uint64_t serial;
    struct sim_book book;
    struct sim_air *air; /* udp.c */
    bool one_visitor;    /* others on the segment speak UDP too: only `visitor` is judged */
    struct lc_addr visitor;
};

/* conn.c: bytes in and out, with the persona's faults */
void sim_conn_ready(struct sim_server *s, struct sim_conn *c, uint32_t events);
void sim_conn_start(struct sim_server *s, struct sim_conn *c); /* greets, or begins TLS */
void sim_conn_due(struct sim_server *s, struct sim_conn *c);   /* its timer ran out */
/* Sends head and body; bytes that do not fit are kept: by copying, unless both `stay` where they
 * are for the life of the persona. Nothing may be pending. */
void sim_conn_send(struct sim_server *s, struct sim_conn *c, struct lc_slice head,
                   struct lc_slice body, bool stay);

/* talk.c: what is asked, what is answered. Called whenever bytes came in and nothing is pending. */
void sim_talk(struct sim_server *s, struct sim_conn *c);
void sim_talk_greet(struct sim_server *s, struct sim_conn *c);

/* server.c */
/* For the hole $HOST: `server` is the street; 0.0.0.0 where nobody has the id. */
size_t sim_server_host(const void *server, struct lc_slice id, char out[static LC_ADDR_TEXT]);
void sim_server_drop(struct sim_server *s, struct sim_conn *c, bool reset);
void sim_server_wait(struct sim_server *s, struct sim_conn *c, int64_t due_us);
void sim_server_want(struct sim_server *s, struct sim_conn *c, bool out);

#endif
