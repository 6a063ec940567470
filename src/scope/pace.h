/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When may the next packet that we initiate leave? The hard budgets in front of every socket: per
 * host, per /24 (IPv6: /48), per autonomous system where a table of them is given, and overall.
 *
 * Each budget is one number, the time at which its next packet may leave (virtual scheduling, as in
 * ITU-T I.371's GCRA), in 1/1024 of a microsecond, so that the gap at 400,000 packets a second is
 * exact. A budget never runs ahead of its rate by more than a short burst. Idle entries of the
 * tables fall out by themselves: an entry whose time has passed says nothing and may be
 * overwritten; one that is still warm hands its time on to the newcomer, so no budget breaks.
 *
 * Two ways to use it. dial knows each packet once: lc_pace_reserve answers for all budgets and
 * moves all of them on. The sweep knows its packets long before they leave, and must not hold the
 * overall budget for those that wait: it asks lc_pace_near for the budgets of the address, and
 * takes from the overall one, a batch at a time, when it sends.
 */
#ifndef LC_SCOPE_PACE_H
#define LC_SCOPE_PACE_H

#include "scope/scope.h"

struct lc_pace;

/* One row of the operator's table of networks. An ASN with several ranges has one budget: the
 * lowest of its rows. */
struct lc_pace_asn {
    struct lc_range range;
    uint32_t asn;
    uint32_t pps; /* > 0 */
};

struct lc_pace *lc_pace_new(const struct lc_rates *rates, uint64_t seed); /* NULL: out of memory */
void lc_pace_free(struct lc_pace *p);
/* Adds budgets per ASN. `v` is borrowed for the life of `p`: sorted, apart. LC_EINVAL otherwise. */
enum lc_status lc_pace_asns(struct lc_pace *p, const struct lc_pace_asn *v, size_t n) LC_MUST_CHECK;
/* The overall budget moves to *shared (0 at first; 1/1024 microseconds of the monotonic clock), a
 * word in a page that another process shares: together they obey one rate. Both must have been made
 * with the same total_pps. */
void lc_pace_share_total(struct lc_pace *p, int64_t *shared);

/* Reserves one packet to `a` and charges `spent` more that already left to it. Returns when it may
 * leave. */
int64_t lc_pace_reserve(struct lc_pace *p, const struct lc_addr *a, uint32_t spent, int64_t now_us);
/* The same without the overall budget, for one packet to each of `n` addresses in their order. At
 * once, because the tables do not fit a cache near the processor: what one address needs is fetched
 * while others are hashed (280 ns each one by one, 100 ns together). */
#define LC_PACE_NEAR 64U
void lc_pace_near(struct lc_pace *p, const struct lc_addr *const *v, size_t n, int64_t now_us,
                  int64_t *at_us); /* n: LC_PACE_NEAR at most */
/* How many of `want` packets the overall budget lets leave now; they are charged. *next_us: when to
 * ask again, if not all. */
uint32_t lc_pace_total_take(struct lc_pace *p, uint32_t want, int64_t now_us, int64_t *next_us);

#endif
