/* SPDX-License-Identifier: Apache-2.0 */
/* What came in: masks, canaries, and what of it a sweep wants to know. */
#include "discover/slice_room.h"

#include "base/hash.h"

#include <string.h>

#define CANARY_LOW  40000U
#define CANARY_HIGH 60999U

/* The place of a pair in the walk of a pass. */
static uint32_t place_of(const struct lc_work *w, const struct lc_slice_rules *r, uint32_t host,
                         unsigned port, uint32_t n)
{
    uint32_t shift = shift_of(w, host, n), rank = r->rank[port];
    uint32_t round = rank >= shift ? rank - shift : rank + n - shift;

    return round * w->hosts + host;
}

static bool planned(const struct lc_slice_rules *r, uint16_t port)
{
    for (unsigned i = 0; i < r->likely_n; i++)
        if (r->ports[r->likely[i]].port == port)
            return true;
    for (unsigned i = 0; i < r->rest_n; i++)
        if (r->ports[r->rest[i]].port == port)
            return true;
    return false;
}

void lc_canary_ports(const struct lc_slice_rules *r, const struct lc_addr *a,
                     uint16_t out[static LC_CANARIES])
{
    uint64_t h = lc_siphash(r->canary_key, lc_slice_of(a->b, sizeof a->b));

    for (unsigned i = 0; i < LC_CANARIES; i++) {
        uint32_t p = (uint32_t)(h >> 32 * i) % (CANARY_HIGH - CANARY_LOW + 1);

        /* At most 128 planned ports and one canary are stepped over. */
        while (planned(r, (uint16_t)(CANARY_LOW + p)) || (i && out[0] == CANARY_LOW + p))
            p = (p + 1) % (CANARY_HIGH - CANARY_LOW + 1);
        out[i] = (uint16_t)(CANARY_LOW + p);
    }
}

static enum lc_news canary_answer(struct lc_work *w, const struct lc_slice_rules *r, uint32_t host,
                                  const struct lc_answer *a)
{
    uint16_t ports[LC_CANARIES];
    unsigned i = 0;

    lc_canary_ports(r, &w->addr[host], ports);
    while (i < LC_CANARIES && ports[i] != a->port.port)
        i++;
    if (a->port.dgram || i == LC_CANARIES || !(w->state[host] & CANARY_SENT << i))
        return LC_NEWS_UNASKED;
    if (w->state[host] & CANARY_HEARD << i)
        return LC_NEWS_AGAIN;
    w->state[host] |= (uint16_t)(CANARY_HEARD << i);
    if (a->kind == LC_ANSWER_OPEN)
        w->state[host] |= LC_HEARD_CANARY | (a->flags & SEEN_IN_ANSWERS);
    return LC_NEWS_OTHER;
}

/* The first answer to a pair: it needs no second probe, and counts for the brake. */
static void count_first(struct lc_work *w, const struct lc_slice_rules *r, uint32_t host,
                        unsigned port)
{
    bool likely = r->likely_mask[port / 64] & bit_of(port);

    if (likely && w->stage == LC_STAGE_PASS_1) {
        uint32_t size = w->chunk_size;

        w->chunks[place_of(w, r, host, port, r->likely_n) / size].hits++;
    } else if (likely) {
        uint32_t size = r->likely_n * w->hosts / LC_SLICE_CHUNKS + 1;

        w->first[place_of(w, r, host, port, r->likely_n) / size].hits++;
    }
    if (!is_second(w->stage) || is_rest(w->stage) == likely)
        return;
    if (is_rest(w->stage) && !(w->state[host] & IN_SET))
        return;
    /* Counted in `left`, and the walk has not come to it: it will be stepped over. */
    if (place_of(w, r, host, port, rounds_of(r, w->stage)) >= w->at)
        w->left--;
}

enum lc_news lc_work_answer(struct lc_work *w, const struct lc_slice_rules *r, uint32_t host,
                            int port, const struct lc_answer *a, bool *closed_before)
{
    size_t at;
    uint64_t bit;
    bool was_open, was_refused;

    *closed_before = false;
    if (port < 0)
        return canary_answer(w, r, host, a);
    at = word_of(r, host, (unsigned)port);
    bit = bit_of((unsigned)port);
    was_open = w->open[at] & bit;
    was_refused = w->refused[at] & bit;
    if (!(w->asked[at] & bit))
        return LC_NEWS_UNASKED;
    if (a->kind == LC_ANSWER_UNREACHABLE) {
        w->state[host] |= LC_HEARD_UNREACHABLE;
        return LC_NEWS_OTHER;
    }
    if (was_open || (was_refused && a->kind == LC_ANSWER_REFUSED))
        return LC_NEWS_AGAIN;
    if (!was_refused)
        count_first(w, r, host, (unsigned)port);
    w->state[host] |= (uint16_t)(ALIVE | (a->flags & SEEN_IN_ANSWERS));
    if (a->kind == LC_ANSWER_REFUSED) {
        w->refused[at] |= bit;
        return LC_NEWS_REFUSED;
    }
    w->refused[at] &= ~bit; /* what opens once is open */
    w->open[at] |= bit;
    *closed_before = was_refused;
    return LC_NEWS_OPEN;
}

/* ---- what a sweep wants to know ---- */

uint64_t lc_work_later(const struct lc_work *w, const struct lc_slice_rules *r)
{
    /* Nearly everything is silent: the second pass is as long as the first. */
    return w->stage == LC_STAGE_PASS_1 && r->passes == 2 ? (uint64_t)w->hosts * r->likely_n : 0;
}

bool lc_work_sample(struct lc_work *w, int64_t now_us, int64_t ripe_us, struct lc_chunk *out)
{
    const struct lc_chunk *c = w->stage == LC_STAGE_PASS_1 ? w->chunks : w->first;

    if (w->stage == LC_STAGE_FREE || w->sampled == LC_SLICE_CHUNKS)
        return false;
    if (w->stage == LC_STAGE_PASS_1 && w->chunk <= w->sampled)
        return false;
    c += w->sampled;
    if (c->pending || (c->sent && now_us < c->last_us + ripe_us))
        return false;
    *out = *c;
    w->sampled++;
    return true;
}

bool lc_work_heard(const struct lc_work *w, const struct lc_slice_rules *r,
                   const struct lc_plan *plan, uint32_t host, struct lc_heard *out)
{
    size_t at = (size_t)host * r->words;

    if (!(w->state[host] & ALIVE))
        return false;
    *out = (struct lc_heard){.slice = w->slice,
                             .index = lc_plan_index(plan, w->slice * LC_SLICE_HOSTS + host),
                             .addr = w->addr[host],
                             .flags = w->state[host] & FLAGS};
    memcpy(out->open, w->open + at, r->words * 8);
    memcpy(out->refused, w->refused + at, r->words * 8);
    memcpy(out->asked, w->asked + at, r->words * 8);
    return true;
}
