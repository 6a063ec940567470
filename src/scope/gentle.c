/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast a run should go by itself, and how long it then takes. Plain arithmetic.
 *
 * A scope grants a most; over public networks a run does not use it up. Complaints fall when each
 * network sees a slow and even drip (facts on scanners, 2.5: IRLscanner), and nothing is gained by
 * a country in minutes. So the probes are spread over a day at least; as the order of a sweep is a
 * permutation, each /24 then sees 1/86,400 of its probes in a second. Only below 50 packets per
 * second in all is a slower pace no kindness: a run of a small network ends sooner.
 */
#include "scope/scope.h"

#include <string.h>

#define DAY_S     86400U
#define LEAST_PPS 50U

uint32_t lc_scope_gentle_pps(const struct lc_scope *s, uint64_t probes)
{
    uint64_t pps = probes / DAY_S;

    if (!s->is_public)
        return s->rates.total_pps;
    if (pps < LEAST_PPS)
        pps = LEAST_PPS;
    return pps < s->rates.total_pps ? (uint32_t)pps : s->rates.total_pps;
}

int64_t lc_scope_duration_s(uint64_t probes, uint32_t pps)
{
    uint64_t s;

    if (probes == 0)
        return 0;
    if (pps == 0)
        return INT64_MAX;
    s = (probes - 1) / pps + 1;
    return s < (uint64_t)INT64_MAX ? (int64_t)s : INT64_MAX;
}

/* Last address of the block that `a` is in. */
static struct lc_addr block_end(const struct lc_addr *a)
{
    struct lc_addr end = *a;

    if (lc_addr_is_v4(a))
        end.b[15] = 0xff;
    else
        memset(end.b + 6, 0xff, 10);
    return end;
}

/* Addresses in the fullest block of a sorted plan; UINT64_MAX for a whole /48. */
static uint64_t fullest_block(const struct lc_targets *plan)
{
    struct lc_addr block = {.zone = 0};
    uint64_t here = 0, most = 0;

    for (size_t i = 0; i < plan->n; i++) {
        struct lc_range left = plan->v[i];
        bool v4 = lc_addr_is_v4(&left.first);

        while (!(v4 && most >= 256) && most != UINT64_MAX) {
            struct lc_addr at = lc_addr_block(&left.first), end = block_end(&left.first);
            bool last = memcmp(end.b, left.last.b, 16) >= 0;
            struct lc_range part = {left.first, last ? left.last : end};
            uint64_t n = lc_range_count(&part);

            here = memcmp(at.b, block.b, 16) == 0 && n <= UINT64_MAX - here ? here + n : n;
            block = at;
            most = here > most ? here : most;
            if (last)
                break;
            left.first = lc_addr_next(&end);
        }
    }
    return most;
}

int64_t lc_scope_block_s(const struct lc_targets *plan, uint64_t probes_each, uint32_t block_pps)
{
    uint64_t most = fullest_block(plan);

    if (probes_each && most > UINT64_MAX / probes_each)
        return INT64_MAX;
    return lc_scope_duration_s(most * probes_each, block_pps);
}
