/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate before every connect: one address against three lists, as they stand.
 *
 * It repeats the planner's judgement with other means (a binary search per list, its own
 * comparison) and calls nothing of the planner. It travels to the dial role as bytes,
 * little-endian:
 *
 *     "LCG1"  u32 allow_n  u32 exclude_n  u32 never_n  u64 not_before_s  u64 not_after_s
 *     u32 host_pps  u32 host_conns  u32 block_pps  u32 total_pps  u32 checks
 *     then the ranges of the three lists: 16 bytes first, 16 bytes last
 */
#include "scope/scope.h"

#include <string.h>

#define GATE_LIST_MAX (1U << 20)

static enum lc_status put_list(struct lc_buf *out, const struct lc_range *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        (void)lc_buf_put(out, lc_slice_of(v[i].first.b, 16));
        (void)lc_buf_put(out, lc_slice_of(v[i].last.b, 16));
    }
    return out->full ? LC_EFULL : LC_OK;
}

enum lc_status lc_gate_pack(const struct lc_scope *s, struct lc_buf *out)
{
    if (s->allow_n > GATE_LIST_MAX || s->exclude_n > GATE_LIST_MAX || s->never_n > GATE_LIST_MAX)
        return LC_EFULL;
    (void)lc_buf_puts(out, "LCG1");
    (void)lc_buf_le32(out, (uint32_t)s->allow_n);
    (void)lc_buf_le32(out, (uint32_t)s->exclude_n);
    (void)lc_buf_le32(out, (uint32_t)s->never_n);
    (void)lc_buf_le64(out, (uint64_t)s->not_before_s);
    (void)lc_buf_le64(out, (uint64_t)s->not_after_s);
    (void)lc_buf_le32(out, s->rates.host_pps);
    (void)lc_buf_le32(out, s->rates.host_conns);
    (void)lc_buf_le32(out, s->rates.block_pps);
    (void)lc_buf_le32(out, s->rates.total_pps);
    (void)lc_buf_le32(out, s->checks);
    (void)put_list(out, s->allow, s->allow_n);
    (void)put_list(out, s->exclude, s->exclude_n);
    return put_list(out, s->never, s->never_n);
}

/* Sorted, apart and the right way round: what the search relies on. */
static enum lc_status take_list(struct lc_cur *in, size_t n, struct lc_range **out)
{
    struct lc_range *v;

    if (n > GATE_LIST_MAX || in->s.n < n * 32)
        return LC_EPARSE;
    v = lc_alloc_n(n ? n : 1, sizeof *v);
    *out = v;
    if (!v)
        return LC_ENOMEM;
    for (size_t i = 0; i < n; i++) {
        memcpy(v[i].first.b, lc_cur_take(in, 16).p, 16);
        memcpy(v[i].last.b, lc_cur_take(in, 16).p, 16);
        if (memcmp(v[i].first.b, v[i].last.b, 16) > 0)
            return LC_EPARSE;
        if (i && memcmp(v[i - 1].last.b, v[i].first.b, 16) >= 0)
            return LC_EPARSE;
    }
    return LC_OK;
}

enum lc_status lc_gate_unpack(struct lc_slice bytes, struct lc_gate *out)
{
    struct lc_cur in = {.s = bytes};
    enum lc_status st;

    *out = (struct lc_gate){.allow_n = 0};
    if (!lc_slice_eq(lc_cur_take(&in, 4), LC_S("LCG1")))
        return LC_EPARSE;
    out->allow_n = lc_cur_le32(&in);
    out->exclude_n = lc_cur_le32(&in);
    out->never_n = lc_cur_le32(&in);
    out->not_before_s = (int64_t)lc_cur_le64(&in);
    out->not_after_s = (int64_t)lc_cur_le64(&in);
    out->rates.host_pps = lc_cur_le32(&in);
    out->rates.host_conns = lc_cur_le32(&in);
    out->rates.block_pps = lc_cur_le32(&in);
    out->rates.total_pps = lc_cur_le32(&in);
    out->checks = lc_cur_le32(&in);
    st = in.bad ? LC_EPARSE : take_list(&in, out->allow_n, &out->allow);
    if (st == LC_OK)
        st = take_list(&in, out->exclude_n, &out->exclude);
    if (st == LC_OK)
        st = take_list(&in, out->never_n, &out->never);
    if (st == LC_OK && in.s.n)
        st = LC_EPARSE;
    if (st != LC_OK)
        lc_gate_free(out);
    return st;
}

void lc_gate_free(struct lc_gate *g)
{
    lc_free(g->allow);
    lc_free(g->exclude);
    lc_free(g->never);
    *g = (struct lc_gate){.allow_n = 0};
}

struct number {
    uint64_t high, low;
};

static struct number number_of(const struct lc_addr *a)
{
    struct number v;

    memcpy(&v, a->b, sizeof v);
    return (struct number){__builtin_bswap64(v.high), __builtin_bswap64(v.low)};
}

/* Without a branch, like the search: whichever way is random, and every probe comes by here. */
static bool at_most(const struct lc_addr *addr, struct number b)
{
    struct number a = number_of(addr);

    return (a.high < b.high) | ((a.high == b.high) & (a.low <= b.low));
}

/* Is `a` in one of `n` ranges? Finds the last range that begins at or before it. */
static bool holds(const struct lc_range *v, size_t n, const struct lc_addr *addr)
{
    struct number a = number_of(addr);
    size_t lo = 0;

    for (; n > 1; n -= n / 2)
        lo = at_most(&v[lo + n / 2].first, a) ? lo + n / 2 : lo;
    return n && at_most(&v[lo].first, a) && at_most(addr, number_of(&v[lo].last));
}

bool lc_gate_check(const struct lc_gate *g, const struct lc_addr *a, int64_t now_s)
{
    if (g->not_before_s && now_s < g->not_before_s)
        return false;
    if (g->not_after_s && now_s > g->not_after_s)
        return false;
    return holds(g->allow, g->allow_n, a) && !holds(g->exclude, g->exclude_n, a) &&
           !holds(g->never, g->never_n, a);
}
