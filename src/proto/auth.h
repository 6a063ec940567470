/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WWW-Authenticate challenges (RFC 9110 section 11.6.1), as HTTP and RTSP share them. We only read
 * them: no function here, or anywhere, can make an Authorization header.
 */
#ifndef LC_PROTO_AUTH_H
#define LC_PROTO_AUTH_H

#include "facts/facts.h"

/* The header with the values of nonce and opaque taken out: they are noise, and may be replayed. */
void lc_auth_blank(struct lc_slice header, struct lc_buf *out);

/* The nonce of the first Digest challenge; empty when there is none. */
struct lc_slice lc_auth_nonce(struct lc_slice header);

/* Derives scheme (lower case) and realm of every challenge in the header fact. */
void lc_auth_derive(const struct lc_fact *fact, struct lc_facts *out, enum lc_fact_name scheme,
                    enum lc_fact_name realm);

/* Remembers which connection showed which nonce. A server that shows one nonce to two connections
 * lets a listener replay. */
#define LC_NONCES 6
struct lc_nonces {
    uint64_t hash[LC_NONCES];
    uint8_t conn[LC_NONCES];
    uint8_t n;
    bool two, reused; /* two connections were challenged; with the same nonce */
};
void lc_nonces_add(struct lc_nonces *w, unsigned conn, struct lc_slice nonce);

#endif
