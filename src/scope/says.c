/* SPDX-License-Identifier: Apache-2.0 */
/* One address against the scope's lists, with the reason: for what comes from a file instead of
 * being asked. No packet depends on it; the planner and the gate have their own code. */
#include "scope/scope.h"

static bool lists(const struct lc_range *v, size_t n, const struct lc_addr *a)
{
    size_t lo = 0, hi = n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (lc_addr_cmp(&v[mid].last, a) < 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    return lo < n && lc_range_has(&v[lo], a);
}

enum lc_scope_says lc_scope_look(const struct lc_scope *s, const struct lc_addr *a)
{
    struct lc_addr bare = *a;

    bare.zone = 0; /* lists have none */
    if (lists(s->never, s->never_n, &bare))
        return LC_SCOPE_IS_NEVER;
    if (lists(s->exclude, s->exclude_n, &bare))
        return LC_SCOPE_EXCLUDES;
    return lists(s->allow, s->allow_n, &bare) ? LC_SCOPE_ALLOWS : LC_SCOPE_IS_SILENT;
}
