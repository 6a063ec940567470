/* SPDX-License-Identifier: Apache-2.0 */
/* Rate budgets as reserved times. Tables of fixed size, keyed so that no peer can choose its
 * neighbours. */
#include "scope/pace.h"

#include "base/clock.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define TABLE_N 65536U /* entries; a country's sweep keeps some 10,000 hosts warm at once */
#define WAYS    8U
#define FINE    1024 /* parts of a microsecond */

#define CACHE_LINE 64U

/* How far a budget that was idle may run ahead of its rate in one burst. The overall one covers the
 * time in which a busy machine does not wake us: 10 ms, 20 packets at the default rate. */
#define BURST       (LC_MS(1) * FINE)
#define BURST_TOTAL (LC_MS(10) * FINE)

/* An address is known by its keyed hash alone: two in a run of 2^32 that share one are a chance of
 * 1 in 2^32 for each, and would share a budget. Eight entries are two cache lines. */
struct entry {
    uint64_t tag;
    int64_t next;
};

struct as_budget {
    uint32_t asn, pps;
    int64_t next;
};

struct lc_pace {
    int64_t host_gap, block_gap, total_gap;
    int64_t own_total, *total; /* where the overall budget stands: here or in a shared page */
    uint64_t seed;
    struct entry *room, *hosts, *blocks; /* the tables, inside `room` */
    const struct lc_pace_asn *asns;      /* borrowed */
    uint32_t *as_of;                     /* the row's place in `as` */
    struct as_budget *as;
    size_t asns_n, as_n;
};

/* Rounded up: never above the rate. */
static int64_t gap_of(uint32_t pps)
{
    assert(pps > 0);
    return (LC_SEC(1) * FINE + pps - 1) / pps;
}

struct lc_pace *lc_pace_new(const struct lc_rates *rates, uint64_t seed)
{
    struct lc_pace *p = lc_alloc(sizeof *p);

    if (p == NULL)
        return NULL;
    p->host_gap = gap_of(rates->host_pps);
    p->block_gap = gap_of(rates->block_pps);
    p->total_gap = gap_of(rates->total_pps);
    p->total = &p->own_total;
    p->seed = seed;
    p->room = lc_alloc_n(2 * TABLE_N + WAYS, sizeof *p->hosts);
    if (p->room == NULL) {
        lc_pace_free(p);
        return NULL;
    }
    /* Sets of eight begin at a cache line. */
    p->hosts = p->room + (-(uintptr_t)p->room & (CACHE_LINE - 1)) / sizeof *p->room;
    p->blocks = p->hosts + TABLE_N;
    return p;
}

void lc_pace_free(struct lc_pace *p)
{
    if (p == NULL)
        return;
    lc_free(p->room);
    lc_free(p->as_of);
    lc_free(p->as);
    lc_free(p);
}

void lc_pace_share_total(struct lc_pace *p, int64_t *shared)
{
    p->total = shared;
}

/* ---- budgets per ASN ---- */

static int by_asn(const void *a, const void *b)
{
    const struct as_budget *x = a, *y = b;

    if (x->asn != y->asn)
        return x->asn < y->asn ? -1 : 1;
    return (x->pps > y->pps) - (x->pps < y->pps);
}

static bool table_is_sound(const struct lc_pace_asn *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (v[i].pps == 0 || memcmp(v[i].range.first.b, v[i].range.last.b, 16) > 0)
            return false;
        if (i && memcmp(v[i - 1].range.last.b, v[i].range.first.b, 16) >= 0)
            return false;
    }
    return n < UINT32_MAX;
}

static uint32_t budget_of(const struct lc_pace *p, uint32_t asn)
{
    const struct as_budget key = {.asn = asn};
    size_t lo = 0, hi = p->as_n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (p->as[mid].asn < key.asn)
            lo = mid + 1;
        else
            hi = mid;
    }
    assert(lo < p->as_n && p->as[lo].asn == asn);
    return (uint32_t)lo;
}

enum lc_status lc_pace_asns(struct lc_pace *p, const struct lc_pace_asn *v, size_t n)
{
    if (!table_is_sound(v, n))
        return LC_EINVAL;
    p->as = lc_alloc_n(n, sizeof *p->as);
    p->as_of = lc_alloc_n(n, sizeof *p->as_of);
    if (p->as == NULL || p->as_of == NULL)
        return LC_ENOMEM;
    for (size_t i = 0; i < n; i++)
        p->as[i] = (struct as_budget){.asn = v[i].asn, .pps = v[i].pps};
    qsort(p->as, n, sizeof *p->as, by_asn);
    for (size_t i = 0; i < n; i++) /* of equals the first, which has the lowest rate */
        if (p->as_n == 0 || p->as[p->as_n - 1].asn != p->as[i].asn)
            p->as[p->as_n++] = p->as[i];
    for (size_t i = 0; i < n; i++)
        p->as_of[i] = budget_of(p, v[i].asn);
    p->asns = v;
    p->asns_n = n;
    return LC_OK;
}

/* NULL: the table does not know the address. */
static struct as_budget *as_find(const struct lc_pace *p, const struct lc_addr *a)
{
    size_t lo = 0, hi = p->asns_n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (memcmp(p->asns[mid].range.first.b, a->b, 16) <= 0)
            lo = mid + 1;
        else
            hi = mid;
    }
    if (lo == 0 || !lc_range_has(&p->asns[lo - 1].range, a))
        return NULL;
    return &p->as[p->as_of[lo - 1]];
}

/* ---- hosts and blocks ---- */

static struct entry *ways(struct entry *table, uint64_t tag)
{
    return &table[tag % TABLE_N / WAYS * WAYS];
}

/* The entry of `tag`, or the stalest of its eight places. */
static struct entry *find(struct entry *table, uint64_t tag)
{
    struct entry *e = ways(table, tag), *oldest = e;

    for (size_t i = 0; i < WAYS; i++) {
        if (e[i].tag == tag)
            return &e[i];
        if (e[i].next < oldest->next)
            oldest = &e[i];
    }
    oldest->tag = tag;
    /* A place that was still warm keeps its time: the newcomer waits rather than the budget breaks.
     */
    return oldest;
}

/* The slot of one packet after `spent` others; *next moves behind it. */
static int64_t slot(int64_t *next, int64_t gap, uint32_t spent, int64_t earliest)
{
    int64_t at = *next > earliest ? *next : earliest;

    at += gap * spent;
    *next = at + gap;
    return at;
}

/* What the tables know an address by. */
struct tags {
    uint64_t host, block;
};

static struct tags tags_of(const struct lc_pace *p, const struct lc_addr *a)
{
    struct lc_addr block = lc_addr_block(a);

    return (struct tags){lc_addr_hash(a, p->seed), lc_addr_hash(&block, ~p->seed)};
}

/* `from`: when the packet may leave as far as the overall budget is concerned. */
static int64_t near(struct lc_pace *p, const struct lc_addr *a, struct tags tags, uint32_t spent,
                    int64_t now, int64_t from)
{
    struct as_budget *as = p->asns_n ? as_find(p, a) : NULL;
    int64_t at = slot(&find(p->blocks, tags.block)->next, p->block_gap, spent, now - BURST);

    if (as != NULL) {
        int64_t as_at = slot(&as->next, gap_of(as->pps), spent, now - BURST);

        at = as_at > at ? as_at : at;
    }
    at = from > at ? from : at;
    /* The host's is counted from when the packet leaves, however long the others hold it. What the
     * talker sent to the host it paced itself: `spent` only counts against the common budgets. */
    return slot(&find(p->hosts, tags.host)->next, p->host_gap, 0, at);
}

/* ---- overall ---- */

static int64_t total_slot(struct lc_pace *p, uint32_t spent, int64_t now)
{
    int64_t was = __atomic_load_n(p->total, __ATOMIC_RELAXED), next, at;

    do {
        next = was;
        at = slot(&next, p->total_gap, spent, now - BURST_TOTAL);
    } while (!__atomic_compare_exchange_n(p->total, &was, next, false, __ATOMIC_RELAXED,
                                          __ATOMIC_RELAXED));
    return at;
}

uint32_t lc_pace_total_take(struct lc_pace *p, uint32_t want, int64_t now_us, int64_t *next_us)
{
    int64_t now = now_us * FINE, was = __atomic_load_n(p->total, __ATOMIC_RELAXED);

    for (;;) {
        int64_t from = was > now - BURST_TOTAL ? was : now - BURST_TOTAL;
        int64_t may = from > now ? 0 : (now - from) / p->total_gap + 1;
        uint32_t n = may < want ? (uint32_t)may : want;
        int64_t next = from + n * p->total_gap;

        *next_us = (next + FINE - 1) / FINE;
        if (n == 0 || __atomic_compare_exchange_n(p->total, &was, next, false, __ATOMIC_RELAXED,
                                                  __ATOMIC_RELAXED))
            return n;
    }
}

/* ---- what callers ask ---- */

static int64_t to_us(int64_t t)
{
    return t / FINE + (t % FINE > 0);
}

static void fetch(const struct entry *ways)
{
    const char *at = (const char *)ways;

    for (size_t i = 0; i < WAYS * sizeof *ways; i += CACHE_LINE)
        __builtin_prefetch(at + i, 1);
}

void lc_pace_near(struct lc_pace *p, const struct lc_addr *const *v, size_t n, int64_t now_us,
                  int64_t *at_us)
{
    struct tags tags[LC_PACE_NEAR];

    assert(n <= LC_PACE_NEAR);
    for (size_t i = 0; i < n; i++) {
        tags[i] = tags_of(p, v[i]);
        fetch(ways(p->blocks, tags[i].block));
        fetch(ways(p->hosts, tags[i].host));
    }
    for (size_t i = 0; i < n; i++)
        at_us[i] = to_us(near(p, v[i], tags[i], 0, now_us * FINE, INT64_MIN));
}

int64_t lc_pace_reserve(struct lc_pace *p, const struct lc_addr *a, uint32_t spent, int64_t now_us)
{
    int64_t now = now_us * FINE, total = total_slot(p, spent, now);

    return to_us(near(p, a, tags_of(p, a), spent, now, total));
}
