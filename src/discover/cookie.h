/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Cookies: how a stateless sweep knows its own answers.
 *
 * One SipHash-2-4 under the run's secret key over our address, theirs, their port and what is asked
 * gives the TCP sequence number, our source port and, for a datagram, its token. Who answers must
 * send them back; who never saw the probe cannot know them (facts on scanners, 1.3: masscan uses
 * its public seed, naabu a counter). 35 ns per cookie, where AES would take 4 (facts
 * 0.3): at 400,000 probes a second one hundredth of a core, not worth a second code path.
 *
 * Known limits: an answer to a datagram without a token carries 12 bits of source port and nothing
 * else (the sweep also wants the pair to have been asked); a peer knows the cookies of its own
 * address and ports, and can answer for itself as often as it likes.
 */
#ifndef LC_DISCOVER_COOKIE_H
#define LC_DISCOVER_COOKIE_H

#include "discover/engine.h"

struct lc_cookie_key {
    uint64_t k[2];
    uint16_t port_low, port_high; /* our source ports, both included */
};

struct lc_cookie {
    uint64_t nonce; /* token of a datagram */
    uint32_t seq;
    uint16_t port; /* ours */
    uint16_t ip_id;
};

void lc_cookie_key_init(struct lc_cookie_key *key, const uint8_t secret[static 16],
                        uint16_t port_low, uint16_t port_high);
struct lc_cookie lc_cookie_make(const struct lc_cookie_key *key, const struct lc_addr *ours,
                                const struct lc_addr *theirs, struct lc_sweep_port asked);

/* A SYN-ACK acknowledges our SYN and nothing else. */
bool lc_cookie_fits_open(const struct lc_cookie *c, uint32_t ack);
/* A RST acknowledges the SYN (RFC 793, 3.4), or, as some devices do, the sequence number before it
 * (facts on scanners, 1.3). */
bool lc_cookie_fits_reset(const struct lc_cookie *c, uint32_t ack);

#endif
