/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packet engines: how probes leave and answers come in. The sweep (sweep.h) decides what, when and
 * to whom; an engine only knows how. It hands over nothing that it has not validated: an answer
 * must carry the cookie of a probe that this run could have sent (cookie.h), to the address and
 * port it comes from.
 *
 *   packet    AF_PACKET: frames made here, sendmmsg, an RX ring; needs CAP_NET_RAW and one next hop
 *   xdp       the same, but probes leave as frames that a program in the kernel fills; only in
 * builds with it, needs root connect   connections through dial; needs nothing memory    a
 * simulated network with a virtual clock, loss and liars, for tests
 */
#ifndef LC_DISCOVER_ENGINE_H
#define LC_DISCOVER_ENGINE_H

#include "proto/dgram.h"
#include "scope/scope.h"

/* A port to sweep: TCP, or a question of discovery over UDP (dgram != 0, its port beside it). */
struct lc_sweep_port {
    uint16_t port;
    uint8_t dgram;   /* enum lc_dgram_id; 0: TCP */
    uint8_t variant; /* which of the protocol's questions (lc_dgram_ask) */
};

struct lc_probe {
    struct lc_addr to;
    struct lc_sweep_port port;
};

enum lc_answer_kind {
    LC_ANSWER_OPEN,        /* SYN-ACK, or a datagram that fits the question */
    LC_ANSWER_REFUSED,     /* RST, or ICMP unreachable that the address itself sent */
    LC_ANSWER_UNREACHABLE, /* any other ICMP error that quotes a probe of ours */
};

enum lc_heard_flag {
    LC_HEARD_WINDOW_ZERO = 1U << 0, /* a SYN-ACK with window 0: a middlebox that takes no data */
    LC_HEARD_NO_OPTIONS = 1U << 1,  /* a SYN-ACK without a single TCP option */
    LC_HEARD_CANARY = 1U << 2,      /* a random high port opened as well */
    LC_HEARD_UNREACHABLE = 1U << 3, /* ICMP said so for some port */
};

struct lc_answer {
    struct lc_addr from; /* the address probed (not the router that sent an ICMP error) */
    struct lc_sweep_port port;
    enum lc_answer_kind kind;
    uint32_t flags; /* LC_HEARD_WINDOW_ZERO, LC_HEARD_NO_OPTIONS */
};

struct lc_engine_counts {
    uint64_t sent, received, invalid; /* invalid: addressed to our ports, but no cookie of ours */
    uint64_t local_drops; /* the kernel took no more, or lost answers before we read them */
};

#define LC_ENGINE_BATCH     256U  /* probes a call */
#define LC_ENGINE_BATCH_MAX 4096U /* whatever an engine wishes */

struct lc_engine {
    void *ctx;
    const char *name;
    int fd; /* readable when answers wait; -1: only the clock matters */
    /* The most probes that one call of send is worth; 0: LC_ENGINE_BATCH. */
    uint32_t batch;
    /* Can it ask this at all? What no engine asks is in no plan and in no mask. NULL: everything.
     */
    bool (*can_ask)(void *ctx, struct lc_sweep_port port);
    /* Takes up to n probes in their order; returns how many (0: not now). They have left when it
     * returns, or are charged to local_drops. */
    size_t (*send)(void *ctx, int64_t now_us, const struct lc_probe *v, size_t n);
    /* Hands over what has come in: at most some thousands a call; true: there may be more. */
    bool (*receive)(void *ctx, int64_t now_us,
                    void (*answer)(void *sweep, int64_t now_us, const struct lc_answer *a),
                    void *sweep);
    /* Can no answer come any more to what was sent? NULL: it cannot tell. */
    bool (*quiet)(void *ctx);
    void (*counts)(void *ctx, struct lc_engine_counts *out);
    void (*close)(void *ctx);
};

/* ---- packet: everything that needs rights happens in open, before the sandbox ---- */

struct lc_engine_packet_config {
    uint8_t cookie_key[16];
    uint16_t port_low,
        port_high; /* source ports: outside the system's ephemeral range (lc_engine_ports) */
    const struct lc_range
        *plan; /* routes are looked up for its ranges: all must share one next hop */
    size_t plan_n;
    const struct lc_addr *sources; /* the operator's wish; n 0: as the route says */
    size_t sources_n;
};

/* LC_EPERM: no CAP_NET_RAW. LC_EINVAL: this plan is not for it (targets on the attached link
 * itself, or behind several routers): the message says so. */
enum lc_status lc_engine_packet_open(const struct lc_engine_packet_config *cfg,
                                     struct lc_engine *out, struct lc_err *err) LC_MUST_CHECK;
/* A range of 4,096 source ports that neither the kernel hands out nor anybody listens on. */
enum lc_status lc_engine_ports(uint16_t *low, uint16_t *high, struct lc_err *err) LC_MUST_CHECK;

/* ---- xdp: as packet, but probes leave as live frames of a BPF program (Linux 5.18; only in builds
 * with -Dxdp=enabled, otherwise LC_EINVAL) ---- */

struct lc_engine_xdp_config {
    struct lc_engine_packet_config packet;
    const struct lc_gate *gate; /* copied into the kernel, where every frame is checked again */
    uint32_t total_pps;         /* of the kernel's own budget; > 0 */
};

/* LC_EPERM: not root. LC_EINVAL: the kernel or the card cannot do it, or it is not built in; the
 * message says which, and what to take instead. It enters a namespace of its own for a moment: only
 * from a process of one thread. */
enum lc_status lc_engine_xdp_open(const struct lc_engine_xdp_config *cfg, struct lc_engine *out,
                                  struct lc_err *err) LC_MUST_CHECK;

/* Does the kernel take the program? Sends nothing; so it cannot tell about the card. */
enum lc_status lc_engine_xdp_check(struct lc_err *err) LC_MUST_CHECK;

/* ---- connect: dial's end is the role's business; these hooks are how it is reached ---- */

struct lc_engine_connect_config {
    uint32_t at_once; /* connections under way at most */
    void *ctx;
    /* Asks dial to connect; the answer comes through lc_engine_connect_done with the same number.
     */
    void (*ask)(void *ctx, uint32_t number, const struct lc_addr *to, uint16_t port);
};

enum lc_status lc_engine_connect_open(const struct lc_engine_connect_config *cfg,
                                      struct lc_engine *out, struct lc_err *err) LC_MUST_CHECK;
/* `outcome` is enum lc_dial_outcome; an opened connection was closed by the caller. */
void lc_engine_connect_done(struct lc_engine *e, uint32_t number, unsigned outcome);
/* Connections under way and answers not yet handed over. 0: nothing can come any more, unlike with
 * engines that keep no state. */
size_t lc_engine_connect_pending(const struct lc_engine *e);

#endif
