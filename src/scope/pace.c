/* SPDX-License-Identifier: Apache-2.0 */
/* Rate budgets as reserved times. Tables of fixed size, keyed so that no peer can choose its
 * neighbours. */
#include "scope/pace.h"

#include "base/clock.h"

#define TABLE_N 65536U /* entries; a country's sweep keeps some 10,000 hosts warm at once */
#define WAYS    8U

struct entry {
    struct lc_addr addr;
    int64_t next_us;
};

struct lc_pace {
    int64_t host_gap, block_gap;  /* microseconds between packets */
    double total_gap, total_next; /* fractions of a microsecond count at 100,000 packets/s */
    uint64_t seed;
    struct entry *hosts, *blocks;
};

struct lc_pace *lc_pace_new(const struct lc_rates *rates, uint64_t seed)
{
    struct lc_pace *p = lc_alloc(sizeof *p);

    if (p == NULL)
        return NULL;
    p->host_gap = LC_SEC(1) / rates->host_pps;
    p->block_gap = LC_SEC(1) / rates->block_pps;
    p->total_gap = 1e6 / rates->total_pps;
    p->seed = seed;
    p->hosts = lc_alloc_n(TABLE_N, sizeof *p->hosts);
    p->blocks = lc_alloc_n(TABLE_N, sizeof *p->blocks);
    if (p->hosts == NULL || p->blocks == NULL) {
        lc_pace_free(p);
        return NULL;
    }
    return p;
}

void lc_pace_free(struct lc_pace *p)
{
    lc_free(p->hosts);
    lc_free(p->blocks);
    lc_free(p);
}

/* The entry of `a`, or the stalest of its eight places. */
static struct entry *find(struct entry *table, uint64_t seed, const struct lc_addr *a)
{
    size_t at = lc_addr_hash(a, seed) % TABLE_N / WAYS * WAYS;
    struct entry *oldest = &table[at];

    for (size_t i = 0; i < WAYS; i++) {
        struct entry *e = &table[at + i];

        if (lc_addr_cmp(&e->addr, a) == 0)
            return e;
        if (e->next_us < oldest->next_us)
            oldest = e;
    }
    oldest->addr = *a;
    /* A place that was still warm keeps its time: the newcomer waits rather than the budget breaks.
     */
    return oldest;
}

/* How far a budget may run ahead of the clock in one burst; keeps batches whole at laboratory
 * rates. */
#define BURST_US 1000

static int64_t reserve(struct entry *e, int64_t gap, uint32_t spent, int64_t now_us)
{
    int64_t at = e->next_us > now_us - BURST_US ? e->next_us : now_us - BURST_US;

    at += gap * spent;
    e->next_us = at + gap;
    return at;
}

int64_t lc_pace_reserve(struct lc_pace *p, const struct lc_addr *a, uint32_t spent, int64_t now_us)
{
    struct lc_addr block = lc_addr_block(a);
    double total =
        p->total_next > (double)(now_us - BURST_US) ? p->total_next : (double)(now_us - BURST_US);
    /* What the talker sent to the host it paced itself; here it only counts against the common
     * budgets. */
    int64_t host_at = reserve(find(p->hosts, p->seed, a), p->host_gap, 0, now_us);
    int64_t block_at = reserve(find(p->blocks, ~p->seed, &block), p->block_gap, spent, now_us);
    int64_t at = host_at > block_at ? host_at : block_at;

    total += p->total_gap * spent;
    p->total_next = total + p->total_gap;
    return (int64_t)total > at ? (int64_t)total : at;
}
