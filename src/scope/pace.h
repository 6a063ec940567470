/* SPDX-License-Identifier: Apache-2.0 */
/*
 * When may the next connection attempt leave? The hard budgets in front of every socket: per host,
 * per /24 (IPv6: /48) and overall.
 *
 * Each budget is one number, the time at which its next packet may leave (virtual scheduling, as in
 * ITU-T I.371's GCRA). Asking reserves: the answer is the latest of the three, and all three move
 * on. Idle entries of the tables fall out by themselves: an entry whose time has passed says
 * nothing and may be overwritten.
 */
#ifndef LC_SCOPE_PACE_H
#define LC_SCOPE_PACE_H

#include "scope/scope.h"

struct lc_pace;

struct lc_pace *lc_pace_new(const struct lc_rates *rates, uint64_t seed); /* NULL: out of memory */
void lc_pace_free(struct lc_pace *p);
/* Reserves one packet to `a` and charges `spent` more that already left to it. Returns when it may
 * leave. */
int64_t lc_pace_reserve(struct lc_pace *p, const struct lc_addr *a, uint32_t spent, int64_t now_us);

#endif
