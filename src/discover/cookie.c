/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is hashed, and which bits become what:
 *
 *     ours 16 | theirs 16 | port, big-endian 2 | dgram 1 | variant 1
 *     bits 0..31 sequence number | 32..47 our port, scaled into its range | 48..63 IP ID
 */
#include "discover/cookie.h"

#include "base/hash.h"

#include <assert.h>
#include <string.h>

void lc_cookie_key_init(struct lc_cookie_key *key, const uint8_t secret[static 16],
                        uint16_t port_low, uint16_t port_high)
{
    assert(port_low > 0 && port_low <= port_high);
    memcpy(key->k, secret, 16);
    key->port_low = port_low;
    key->port_high = port_high;
}

struct lc_cookie lc_cookie_make(const struct lc_cookie_key *key, const struct lc_addr *ours,
                                const struct lc_addr *theirs, struct lc_sweep_port asked)
{
    uint32_t ports = (uint32_t)(key->port_high - key->port_low) + 1;
    uint8_t in[36];
    uint64_t h;

    memcpy(in, ours->b, 16);
    memcpy(in + 16, theirs->b, 16);
    in[32] = (uint8_t)(asked.port >> 8);
    in[33] = (uint8_t)asked.port;
    in[34] = asked.dgram;
    in[35] = asked.variant;
    h = lc_siphash(key->k, lc_slice_of(in, sizeof in));
    return (struct lc_cookie){.nonce = h,
                              .seq = (uint32_t)h,
                              .port =
                                  (uint16_t)(key->port_low + ((h >> 32 & 0xffff) * ports >> 16)),
                              .ip_id = (uint16_t)(h >> 48)};
}

bool lc_cookie_fits_open(const struct lc_cookie *c, uint32_t ack)
{
    return ack == c->seq + 1;
}

bool lc_cookie_fits_reset(const struct lc_cookie *c, uint32_t ack)
{
    return ack == c->seq || ack == c->seq + 1;
}
