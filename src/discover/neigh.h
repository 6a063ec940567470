/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's table of neighbours: which hardware address answered for which address on the
 * attached networks. Nothing is sent: what is read is what the system learned while we, or anybody
 * else on this machine, talked to them.
 *
 * Only entries that the kernel vouches for are handed over: REACHABLE, STALE, DELAY, PERMANENT, of
 * an Ethernet address that can be a device's. The caller stamps nothing and keeps nothing alive:
 * each entry is a value. Hardware addresses are personal; what becomes of them is the caller's
 * business (mac.address, mac.oui).
 */
#ifndef LC_DISCOVER_NEIGH_H
#define LC_DISCOVER_NEIGH_H

#include "base/addr.h"

struct lc_neigh {
    struct lc_addr addr; /* zone set for IPv6 link-local addresses only */
    uint8_t mac[6];
    uint32_t ifindex;
};

typedef void (*lc_neigh_each)(void *ctx, const struct lc_neigh *n);

/*
 * One datagram of the kernel's answer to RTM_GETNEIGH. Pure: no socket.
 * LC_MORE: the dump goes on. LC_DONE: it has ended. LC_EIO: the kernel refused.
 * LC_EPARSE: not well formed; what was handed over before stands.
 */
enum lc_status lc_neigh_parse(struct lc_slice in, lc_neigh_each each, void *ctx) LC_MUST_CHECK;

/* Reads both tables, IPv4 and IPv6. Needs a netlink socket for itself, no right, and blocks at most
 * two seconds per answer: for a role before its sandbox. */
enum lc_status lc_neigh_read(lc_neigh_each each, void *ctx, struct lc_err *err) LC_MUST_CHECK;

#endif
