/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames as engine packet sends and receives them. Pure: bytes in, bytes out.
 *
 * A SYN looks like that of a common system (Linux: its options, their order, its windows), because
 * what answers depends on it (facts on scanners, 2.5); the IP ID is part of the cookie and no
 * scanner's mark. Everything that changes from frame to frame comes from the cookie, so the same
 * question to the same port is the same frame.
 *
 * What comes in is believed only when its lengths, checksums and cookie hold. Fragments, VLAN tags
 * and IPv6 extension headers are not: nobody answers a SYN with them.
 */
#ifndef LC_DISCOVER_FRAME_H
#define LC_DISCOVER_FRAME_H

#include "discover/cookie.h"

#define LC_FRAME_MAX (14U + 40U + 8U + LC_DGRAM_OUT)

struct lc_frame_link {
    uint8_t to[6], from[6]; /* hardware addresses; zeros on loopback */
};

struct lc_frame_maker {
    const struct lc_cookie_key *key;
    struct lc_frame_link link;
    struct lc_buf question; /* of a datagram */
};

enum lc_status lc_frame_init(struct lc_frame_maker *m, const struct lc_cookie_key *key,
                             const struct lc_frame_link *link) LC_MUST_CHECK;
void lc_frame_free(struct lc_frame_maker *m);

/* A question that can be put into one frame and whose answer comes back to the port that asked:
 * TCP, and datagrams to one host whose protocol has no port of its own for answers. */
bool lc_frame_can_ask(struct lc_sweep_port asked);
/* Writes the frame that asks; returns its length, 0 when it cannot be asked. Both addresses of one
 * family. */
size_t lc_frame_make(struct lc_frame_maker *m, const struct lc_addr *ours,
                     const struct lc_addr *theirs, struct lc_sweep_port asked,
                     uint8_t out[static LC_FRAME_MAX]);

/* LC_OK: an answer. LC_EREFUSED: well formed and for one of our ports, but without our cookie.
 * LC_EPARSE: not for us, or broken. `unsummed`: the kernel says that the transport checksum has not
 * been filled in yet (a sender on this machine: veth, loopback); then only IP's is looked at. */
enum lc_status lc_frame_parse(const struct lc_cookie_key *key, struct lc_slice frame, bool unsummed,
                              struct lc_answer *out) LC_MUST_CHECK;

/* The ones' complement sum of RFC 1071 over `s`, added to `sum`, not folded: words as they lie in
 * memory, so what is stored of it is in network order. A slice that ends at an odd byte must be the
 * last. */
uint64_t lc_frame_sum(struct lc_slice s, uint64_t sum);
uint16_t lc_frame_fold(uint64_t sum); /* complemented, ready to be stored with memcpy */

#endif
