/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What dial and the roles that it opens sockets for say to each other, over a SOCK_SEQPACKET pair:
 * one packet is a batch of fixed records of one kind. Descriptors stand beside the answers with
 * outcome LC_DIAL_OPEN, in their order.
 *
 *   talk, sweep -> dial         struct lc_door_ask[]     "connect me there"
 *   dial -> talk, sweep, hear   struct lc_door_answer[]  + SCM_RIGHTS
 */
#ifndef LC_RUN_DOOR_H
#define LC_RUN_DOOR_H

#include "net/net.h"

#define LC_DOOR_BATCH 128U /* records per packet, descriptors at most 253 (SCM_MAX_FD) */

struct lc_door_ask {
    uint32_t conn;
    uint32_t spent; /* request segments sent meanwhile */
    struct lc_net_port port;
    struct lc_addr addr;
};

struct lc_door_answer {
    uint32_t conn;
    uint32_t outcome; /* enum lc_dial_outcome */
};

struct lc_door_answers {
    struct lc_door_answer v[LC_DOOR_BATCH];
    int fd[LC_DOOR_BATCH]; /* of v[i], the caller's to close; -1: none came with it */
    size_t n;
};

/* Sends as much of asks[0..n) as the socket takes now. How many are left, moved to the front. */
size_t lc_door_ask(int socket, struct lc_door_ask *asks, size_t n);

/* One packet of answers. LC_AGAIN: none now. LC_EIO: dial has gone. */
enum lc_status lc_door_take(int socket, struct lc_door_answers *out);

#endif
