/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan's addresses in the order of the sweep: place -> address and back, without a table of
 * addresses. Place 0 is asked first; a slice is 65,536 places.
 */
#ifndef LC_DISCOVER_PLAN_H
#define LC_DISCOVER_PLAN_H

#include "base/addr.h"
#include "scope/order.h"

struct lc_plan {
    const struct lc_range *v; /* borrowed: sorted, apart */
    size_t n;
    uint64_t *before; /* addresses in front of each range */
    uint64_t hosts;   /* all */
    struct lc_order order;
};

/* Addresses of a list of ranges; 0 when there are none or more than the order can hold (2^62). */
uint64_t lc_plan_count(const struct lc_range *v, size_t n);
/* LC_EINVAL: nothing in it, or too much. */
enum lc_status lc_plan_open(struct lc_plan *p, const struct lc_range *v, size_t n,
                            uint64_t order_seed) LC_MUST_CHECK;
void lc_plan_close(struct lc_plan *p);
uint64_t lc_plan_index(const struct lc_plan *p, uint64_t place); /* in the plan's own numbering */
struct lc_addr lc_plan_at(const struct lc_plan *p, uint64_t place);
/* false: the plan has no such address. */
bool lc_plan_find(const struct lc_plan *p, const struct lc_addr *a, uint64_t *place);

#endif
