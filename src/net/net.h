/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The transport that engines run on: connections by number, bytes in and out, a clock.
 *
 * Two of them exist: the talker's (src/run/role_talk.c: epoll over descriptors that dial passes in)
 * and the in-memory network (mem.h: a virtual clock, scripted peers, seeded faults), so that
 * time-outs, tarpits and loss are tested without sleeping. An engine never sees a descriptor.
 *
 * The user of a transport chooses the connection numbers; a number is free again once `closed` was
 * called or `dialed` reported a failure.
 */
#ifndef LC_NET_NET_H
#define LC_NET_NET_H

#include "base/addr.h"

enum lc_dial_outcome {
    LC_DIAL_OPEN,
    LC_DIAL_REFUSED,     /* RST: a host is there, the port is closed */
    LC_DIAL_SILENT,      /* no answer in time */
    LC_DIAL_UNREACHABLE, /* ICMP or no route */
    LC_DIAL_SCOPE,       /* the gate said no: never a packet */
    LC_DIAL_LOCAL,       /* our own limits: descriptors, ports, memory */
};

extern const char *const lc_dial_outcome_names[]; /* "open" "refused" ...: values of port.outcome */

/* Where to, over what. A datagram connection "opens" at once: that says nothing about the peer;
 * each `data` is then one datagram. */
struct lc_net_port {
    uint16_t port;
    bool udp;
    uint16_t from; /* UDP: our port, for protocols that answer to a fixed one; 0: any */
};

/* What an engine may ask of its transport. */
struct lc_net_ops {
    /* `spent`: request segments sent to that host since the last call, for the common rate budgets.
     */
    void (*dial)(void *net, uint32_t conn, const struct lc_addr *addr, struct lc_net_port port,
                 uint32_t spent);
    /* One segment's or datagram's worth; LC_OK with *sent <= n, LC_AGAIN when nothing can be taken
     * now, LC_EIO when gone. */
    enum lc_status (*send)(void *net, uint32_t conn, struct lc_slice bytes, size_t *sent);
    /* `gently`: the peer had already closed, so answer with FIN; otherwise reset. */
    void (*close)(void *net, uint32_t conn, bool gently);
};

struct lc_net {
    const struct lc_net_ops *ops;
    void *ctx;
};

/* What a transport tells its user. Each call carries the time, so that an engine never reads a
 * clock. */
struct lc_net_user {
    void *ctx;
    void (*dialed)(void *ctx, int64_t now_us, uint32_t conn, enum lc_dial_outcome outcome);
    void (*data)(void *ctx, int64_t now_us, uint32_t conn, struct lc_slice bytes);
    void (*gone)(void *ctx, int64_t now_us, uint32_t conn, bool reset);
};

#endif
