/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order of a sweep: a keyed permutation of 0..n-1 with random access.
 *
 * A balanced Feistel network of four rounds over the next even power of two, walking the cycle back
 * into range (Black and Rogaway, "Ciphers with Arbitrary Finite Domains", CT-RSA 2002, method 3).
 * Measured elsewhere at 7.5 ns per target, and spread over /24 blocks as evenly as a true shuffle
 * (facts on scanners, 0.1 and 1.1). Random access makes shard, resume, second pass and audit one
 * integer. The seed is public: the same seed gives the same order. It is not the cookie key.
 */
#ifndef LC_SCOPE_ORDER_H
#define LC_SCOPE_ORDER_H

#include <stdint.h>

struct lc_order {
    uint64_t n;
    unsigned half; /* bits of each half */
    uint64_t key[4];
};

/* n 1 .. 2^62; `tweak` gives independent orders under one seed (slices). */
void lc_order_init(struct lc_order *o, uint64_t n, uint64_t seed, uint64_t tweak);
uint64_t lc_order_at(const struct lc_order *o, uint64_t i); /* i < n */

#endif
