/* SPDX-License-Identifier: Apache-2.0 */
/* A binary search among the ranges, and 128 bits of arithmetic in two halves. */
#include "discover/plan.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>

uint64_t lc_plan_count(const struct lc_range *v, size_t n)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < n; i++) {
        uint64_t c = lc_range_count(&v[i]);

        if (c > ((uint64_t)1 << 62) - sum)
            return 0;
        sum += c;
    }
    return sum;
}

enum lc_status lc_plan_open(struct lc_plan *p, const struct lc_range *v, size_t n,
                            uint64_t order_seed)
{
    uint64_t sum = 0;

    *p = (struct lc_plan){.v = v, .n = n, .hosts = lc_plan_count(v, n)};
    if (p->hosts == 0)
        return LC_EINVAL;
    p->before = lc_alloc_n(n, sizeof *p->before);
    if (p->before == NULL)
        return LC_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        p->before[i] = sum;
        sum += lc_range_count(&v[i]);
    }
    lc_order_init(&p->order, p->hosts, order_seed, 0);
    return LC_OK;
}

void lc_plan_close(struct lc_plan *p)
{
    lc_free(p->before);
    p->before = NULL;
}

static uint64_t half(const uint8_t *p)
{
    uint64_t v;

    memcpy(&v, p, 8);
    return __builtin_bswap64(v); /* little-endian hosts only: checked in meson.build */
}

static void put_half(uint8_t *p, uint64_t v)
{
    v = __builtin_bswap64(v);
    memcpy(p, &v, 8);
}

uint64_t lc_plan_index(const struct lc_plan *p, uint64_t place)
{
    return lc_order_at(&p->order, place);
}

struct lc_addr lc_plan_at(const struct lc_plan *p, uint64_t place)
{
    uint64_t index = lc_order_at(&p->order, place), low, more;
    size_t lo = 0;
    struct lc_addr a;

    /* The last range that begins at or before it, without a branch: whichever way is random. */
    for (size_t n = p->n; n > 1; n -= n / 2)
        lo = p->before[lo + n / 2] <= index ? lo + n / 2 : lo;
    a = p->v[lo].first;
    more = index - p->before[lo];
    low = half(a.b + 8);
    put_half(a.b + 8, low + more);
    if (low + more < low)
        put_half(a.b, half(a.b) + 1);
    return a;
}

bool lc_plan_find(const struct lc_plan *p, const struct lc_addr *a, uint64_t *place)
{
    size_t lo = 0, hi = p->n;
    uint64_t index;

    while (hi - lo > 1) {
        size_t mid = lo + (hi - lo) / 2;

        if (memcmp(p->v[mid].first.b, a->b, 16) <= 0)
            lo = mid;
        else
            hi = mid;
    }
    if (!lc_range_has(&p->v[lo], a))
        return false;
    /* The plan holds less than 2^62 addresses, so the low halves tell them apart. */
    index = p->before[lo] + (half(a->b + 8) - half(p->v[lo].first.b + 8));
    *place = lc_order_find(&p->order, index);
    return true;
}
