/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What engines that make frames must know of this machine, asked of the kernel before the sandbox:
 * the way out (interface, source address, the next hop's hardware address) and free ports.
 *
 * A sweep that makes its own frames has one next hop per family and no table of routes. So the plan
 * is looked up beforehand wherever its way could change: at both ends of its ranges and at every
 * route of this machine that lies inside one. Whatever goes another way is refused with a message,
 * for frames sent to the wrong router are holes in the result that nobody sees.
 */
#ifndef LC_DISCOVER_ENGINE_ROUTE_H
#define LC_DISCOVER_ENGINE_ROUTE_H

#include "base/addr.h"
#include "discover/frame.h"

/* ---- the kernel's answers, taken apart (netlink; pure) ---- */

struct lc_route {
    uint8_t type; /* RTN_UNICAST ... */
    uint8_t bits; /* of the prefix, as its family counts them */
    bool v6, has_gateway, has_source;
    uint32_t ifindex; /* 0: several ways, or none */
    struct lc_addr to, gateway, source;
};

struct lc_neigh {
    uint16_t state; /* NUD_REACHABLE ... */
    uint8_t mac[6];
};

/* Questions; `from` may be NULL. */
void lc_route_ask(struct lc_buf *out, const struct lc_addr *to, const struct lc_addr *from);
void lc_route_ask_all(struct lc_buf *out, bool v6);
void lc_neigh_ask(struct lc_buf *out, const struct lc_addr *who, uint32_t ifindex);

/* Takes one message off the front of *in. LC_OK: *out is filled in. LC_AGAIN: a message of another
 * kind. LC_ENOENT: the kernel said no (*error is an errno). LC_DONE: no more messages will come.
 * LC_EPARSE. */
enum lc_status lc_route_take(struct lc_slice *in, struct lc_route *out, int *error) LC_MUST_CHECK;
enum lc_status lc_neigh_take(struct lc_slice *in, struct lc_neigh *out, int *error) LC_MUST_CHECK;

#define LC_NETLINK_ROOM (64U << 10)
int lc_netlink_open(void); /* a socket that waits five seconds at most; negative: errno says why */
enum lc_status lc_netlink_ask(int fd, const struct lc_buf *text, struct lc_err *err) LC_MUST_CHECK;
/* The next datagram of messages; `room` must be allowed to hold LC_NETLINK_ROOM. */
enum lc_status lc_netlink_hear(int fd, struct lc_buf *room, struct lc_slice *out,
                               struct lc_err *err) LC_MUST_CHECK;
enum lc_status lc_netlink_silent(struct lc_err *err); /* LC_EIO and what errno says */

/* ---- the way out ---- */

struct lc_way {
    uint32_t ifindex;
    char ifname[16];
    bool loopback;
    bool has[2]; /* IPv4, IPv6: the plan has targets of this family */
    struct lc_addr source[2], gateway[2];
    struct lc_frame_link link[2];
};

/* LC_EINVAL when the plan does not go one way, LC_EIO when the router has no hardware address. */
enum lc_status lc_way_find(const struct lc_range *plan, size_t plan_n,
                           const struct lc_addr *sources, size_t sources_n, struct lc_way *out,
                           struct lc_err *err) LC_MUST_CHECK;

/* Fills in way->link: the kernel's table of neighbours first, then up to three questions (ARP, NDP)
 * on a packet socket, a second for each answer. */
enum lc_status lc_way_resolve(struct lc_way *way, struct lc_err *err) LC_MUST_CHECK;

/* The questions and what answers them; pure. Returns the frame's length. */
#define LC_RESOLVE_FRAME 86U
size_t lc_resolve_ask(const uint8_t mac[static 6], const struct lc_addr *ours,
                      const struct lc_addr *who, uint8_t out[static LC_RESOLVE_FRAME]);
bool lc_resolve_answer(struct lc_slice frame, const struct lc_addr *who, uint8_t mac[static 6]);

/* Asks the gateway of a family (0: IPv4, 1: IPv6), whatever the kernel knows; `how` NULL: over the
 * packet socket that hears the answer. `how` returns false when it could not send. */
typedef bool lc_resolve_send(void *ctx, const uint8_t *frame, size_t n);
bool lc_resolve_through(const struct lc_way *w, size_t v6, lc_resolve_send *how, void *ctx,
                        uint8_t mac[static 6], int *error);

/* ---- ports ---- */

#define LC_ENGINE_PORTS 4096U

/* Pure part of lc_engine_ports: `range` is the text of ip_local_port_range, `tables` those of
 * /proc/net/tcp and its like. 0: there are none. */
uint16_t lc_engine_ports_pick(struct lc_slice range, const struct lc_slice *tables, size_t n);

#endif
