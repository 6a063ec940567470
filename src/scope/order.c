/* SPDX-License-Identifier: Apache-2.0 */
/* The Feistel network: four rounds of a multiply-xor mix, cycle-walked into range. */
#include "scope/order.h"

#include <assert.h>

/* splitmix64 (Steele, Lea, Flood, OOPSLA 2014): the key schedule, and the mixing of a round. */
static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15;
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
    x = (x ^ x >> 27) * 0x94d049bb133111eb;
    return x ^ x >> 31;
}

void lc_order_init(struct lc_order *o, uint64_t n, uint64_t seed, uint64_t tweak)
{
    uint64_t k = mix(seed ^ mix(tweak));

    assert(n > 0 && n <= (uint64_t)1 << 62);
    o->n = n;
    o->half = 1;
    while (o->half < 31 && (uint64_t)1 << (2 * o->half) < n)
        o->half++;
    for (unsigned r = 0; r < 4; r++)
        o->key[r] = k = mix(k);
}

static uint64_t once(const struct lc_order *o, uint64_t x)
{
    uint64_t mask = ((uint64_t)1 << o->half) - 1, left = x >> o->half, right = x & mask;

    for (unsigned r = 0; r < 4; r++) {
        uint64_t f = (right ^ o->key[r]) * 0xbf58476d1ce4e5b9;
        uint64_t next = left ^ ((f ^ f >> 32) * 0x94d049bb133111eb >> 33 & mask);

        left = right;
        right = next;
    }
    return left << o->half | right;
}

uint64_t lc_order_at(const struct lc_order *o, uint64_t i)
{
    assert(i < o->n);
    do
        i = once(o, i);
    while (i >= o->n);
    return i;
}
