/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Interval arithmetic: merging, subtracting, and the plan made of them.
 *
 * The planner walks whole lists at once. The gate (gate.c) looks one address up and shares nothing
 * with this file, so that a mistake here cannot also open the door there. Lists are sorted by zone,
 * then address: a zone stands only on single link-local addresses of targets.
 */
#include "scope/inside.h"

#include <stdlib.h>
#include <string.h>

enum lc_status lc_ranges_grow(struct lc_targets *t)
{
    size_t cap = t->cap ? t->cap * 2 : 16;
    struct lc_range *v = lc_realloc_n(t->v, cap, sizeof *v);

    if (!v)
        return LC_ENOMEM;
    t->v = v;
    t->cap = cap;
    return LC_OK;
}

enum lc_status lc_ranges_push(struct lc_targets *t, const struct lc_range *r)
{
    if (t->n == t->cap && lc_ranges_grow(t) != LC_OK)
        return LC_ENOMEM;
    t->v[t->n++] = *r;
    return LC_OK;
}

void lc_targets_free(struct lc_targets *t)
{
    lc_free(t->v);
    *t = (struct lc_targets){.n = 0};
}

uint64_t lc_targets_count(const struct lc_targets *t)
{
    uint64_t sum = 0;

    for (size_t i = 0; i < t->n; i++) {
        uint64_t more = lc_range_count(&t->v[i]);

        sum = more > UINT64_MAX - sum ? UINT64_MAX : sum + more;
    }
    return sum;
}

static int by_first(const void *pa, const void *pb)
{
    const struct lc_range *a = pa, *b = pb;

    if (a->first.zone != b->first.zone)
        return a->first.zone < b->first.zone ? -1 : 1;
    return lc_addr_cmp(&a->first, &b->first);
}

static bool all_ones(const struct lc_addr *a)
{
    for (size_t i = 0; i < sizeof a->b; i++)
        if (a->b[i] != 0xff)
            return false;
    return true;
}

/* Does `b` (sorted behind `a`) overlap `a` or begin right after it? */
static bool joins(const struct lc_range *a, const struct lc_range *b)
{
    struct lc_addr after;

    if (a->first.zone != b->first.zone || lc_addr_is_v4(&a->last) != lc_addr_is_v4(&b->first))
        return false; /* also where IPv6 ends and the mapped IPv4 addresses begin */
    if (all_ones(&a->last))
        return true;
    after = lc_addr_next(&a->last);
    return memcmp(b->first.b, after.b, sizeof after.b) <= 0;
}

void lc_ranges_merge(struct lc_targets *t)
{
    size_t out = 0;

    if (t->n == 0)
        return;
    qsort(t->v, t->n, sizeof *t->v, by_first);
    for (size_t i = 1; i < t->n; i++) {
        if (!joins(&t->v[out], &t->v[i]))
            t->v[++out] = t->v[i];
        else if (lc_addr_cmp(&t->v[i].last, &t->v[out].last) > 0)
            t->v[out].last = t->v[i].last;
    }
    t->n = out + 1;
}

static struct lc_addr with_low_bits(struct lc_addr a, unsigned bits)
{
    for (unsigned i = 128 - bits; i < 128; i++)
        a.b[i / 8] |= (uint8_t)(0x80U >> (i % 8));
    return a;
}

static unsigned low_zeros(const struct lc_addr *a)
{
    unsigned n = 0;

    while (n < 128 && !(a->b[15 - n / 8] >> (n % 8) & 1))
        n++;
    return n;
}

enum lc_status lc_range_split(const struct lc_range *r, struct lc_targets *out)
{
    struct lc_addr at = r->first;

    for (;;) {
        unsigned bits = low_zeros(&at);
        struct lc_range net = {at, with_low_bits(at, bits)};
        enum lc_status st;

        while (memcmp(net.last.b, r->last.b, 16) > 0)
            net.last = with_low_bits(at, --bits);
        st = lc_ranges_push(out, &net);
        if (st != LC_OK || memcmp(net.last.b, r->last.b, 16) == 0)
            return st;
        at = lc_addr_next(&net.last);
    }
}

static bool is_before(const struct lc_addr *a, const struct lc_addr *b)
{
    return memcmp(a->b, b->b, sizeof a->b) < 0;
}

/* What is left of one range after the cuts, which are sorted; zones of the range stay. */
static enum lc_status cut(struct lc_range left, const struct lc_range *b, size_t b_n,
                          struct lc_targets *out)
{
    for (size_t i = 0; i < b_n && !is_before(&left.last, &b[i].first); i++) {
        if (is_before(&b[i].last, &left.first))
            continue;
        if (is_before(&left.first, &b[i].first)) {
            struct lc_range head = {left.first, lc_addr_prev(&b[i].first)};
            enum lc_status st;

            head.last.zone = left.first.zone;
            st = lc_ranges_push(out, &head);
            if (st != LC_OK)
                return st;
        }
        if (!is_before(&b[i].last, &left.last))
            return LC_OK;
        left.first = lc_addr_next(&b[i].last);
        left.first.zone = left.last.zone;
    }
    return lc_ranges_push(out, &left);
}

enum lc_status lc_ranges_subtract(const struct lc_range *a, size_t a_n, const struct lc_range *b,
                                  size_t b_n, struct lc_targets *out)
{
    size_t from = 0;

    for (size_t i = 0; i < a_n; i++) {
        enum lc_status st;

        if (i && is_before(&a[i].first, &a[i - 1].first))
            from = 0; /* another zone begins */
        while (from < b_n && is_before(&b[from].last, &a[i].first))
            from++;
        st = cut(a[i], b_n ? &b[from] : NULL, b_n - from, out);
        if (st != LC_OK)
            return st;
    }
    return LC_OK;
}

static enum lc_status nothing_left(const struct lc_scope *s, const struct lc_targets *want,
                                   struct lc_err *err)
{
    struct lc_targets kept = {.n = 0};
    enum lc_status st = lc_ranges_subtract(want->v, want->n, s->never, s->never_n, &kept);
    bool never = st == LC_OK && kept.n == 0;

    lc_targets_free(&kept);
    if (never)
        return lc_fail(err, LC_EREFUSED,
                       _("%s is never scanned: it is on the permanent exclusion list (multicast, "
                         "reserved, or in %s)"),
                       lc_range_name(&want->v[0]).text, LC_SCOPE_NEVER);
    return lc_fail(err, LC_EREFUSED, _("%s is excluded by the scope; nothing is left to ask"),
                   lc_range_name(&want->v[0]).text);
}

static enum lc_status not_covered(const struct lc_scope *s, const struct lc_range *r,
                                  struct lc_err *err)
{
    if (s->builtin)
        return lc_fail(err, LC_EREFUSED,
                       _("%s: without a scope file only this machine and its attached private "
                         "networks may be asked; name your authorisation with --scope FILE "
                         "('lenscap scope init' writes one)"),
                       lc_range_name(r).text);
    return lc_fail(err, LC_EREFUSED,
                   _("%s is outside the scope of %s; ask only what it allows, or have its owner "
                     "add the range"),
                   lc_range_name(r).text, lc_quote(s->owner).text);
}

/* want -> minus excluded -> minus never; what then sticks out of the allowed ranges is a refusal.
 */
static enum lc_status plan(const struct lc_scope *s, const struct lc_targets *want,
                           struct lc_targets *out, struct lc_err *err)
{
    struct lc_targets kept = {.n = 0}, outside = {.n = 0};
    enum lc_status st;

    st = lc_ranges_subtract(want->v, want->n, s->exclude, s->exclude_n, &kept);
    if (st == LC_OK)
        st = lc_ranges_subtract(kept.v, kept.n, s->never, s->never_n, out);
    if (st == LC_OK)
        st = lc_ranges_subtract(out->v, out->n, s->allow, s->allow_n, &outside);
    if (st != LC_OK)
        st = lc_fail(err, st, "%s", _("out of memory"));
    else if (outside.n)
        st = not_covered(s, &outside.v[0], err);
    else if (out->n == 0)
        st = nothing_left(s, want, err);
    lc_targets_free(&kept);
    lc_targets_free(&outside);
    return st;
}

enum lc_status lc_scope_plan(const struct lc_scope *s, const struct lc_targets *want,
                             struct lc_targets *out, struct lc_err *err)
{
    struct lc_targets sorted = {.n = 0};
    enum lc_status st = LC_OK;

    *out = (struct lc_targets){.n = 0};
    if (want->n == 0)
        return lc_fail(err, LC_EINVAL, "%s", _("there is nothing to scan: name a target"));
    for (size_t i = 0; i < want->n && st == LC_OK; i++)
        st = lc_ranges_push(&sorted, &want->v[i]);
    if (st == LC_OK) {
        lc_ranges_merge(&sorted);
        st = plan(s, &sorted, out, err);
    } else {
        st = lc_fail(err, st, "%s", _("out of memory"));
    }
    lc_targets_free(&sorted);
    if (st != LC_OK)
        lc_targets_free(out);
    return st;
}
