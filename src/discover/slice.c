/* SPDX-License-Identifier: Apache-2.0 */
/* The cursor of a slice and its stages. Nothing here sends or reads a clock. */
#include "discover/slice_room.h"

#include "base/mem.h"

#include <assert.h>
#include <string.h>

/* A host that answers late may start rest and canaries once more, and with it the drain: so often
 * and no more, or a liar could hold a slice for ever. */
#define DRAINS_MAX 3U

#define NEVER INT64_MIN

/* ---- memory ---- */

enum lc_status lc_work_open(struct lc_work *w, const struct lc_slice_rules *r, uint32_t hosts)
{
    size_t words = (size_t)hosts * r->words;

    *w = (struct lc_work){.stage = LC_STAGE_FREE};
    w->addr = lc_alloc_n(hosts, sizeof *w->addr);
    w->asked = lc_alloc_n(words, sizeof *w->asked);
    w->open = lc_alloc_n(words, sizeof *w->open);
    w->refused = lc_alloc_n(words, sizeof *w->refused);
    w->state = lc_alloc_n(hosts, sizeof *w->state);
    if (w->addr && w->asked && w->open && w->refused && w->state)
        return LC_OK;
    lc_work_close(w);
    return LC_ENOMEM;
}

void lc_work_close(struct lc_work *w)
{
    lc_free(w->addr);
    lc_free(w->asked);
    lc_free(w->open);
    lc_free(w->refused);
    lc_free(w->state);
    *w = (struct lc_work){.stage = LC_STAGE_FREE};
}

uint32_t lc_work_hosts(const struct lc_plan *plan, uint64_t slice)
{
    uint64_t left = plan->hosts - slice * LC_SLICE_HOSTS;

    return left < LC_SLICE_HOSTS ? (uint32_t)left : LC_SLICE_HOSTS;
}

/* ---- stages ---- */

/* Is an answer still outstanding? Only then is there something to wait for. */
static bool any_silent(const struct lc_work *w, const struct lc_slice_rules *r)
{
    size_t words = (size_t)w->hosts * r->words;

    for (size_t i = 0; i < words; i++)
        if (w->asked[i] & ~w->open[i] & ~w->refused[i])
            return true;
    return false;
}

static uint64_t pairs_in_set(const struct lc_work *w, const struct lc_slice_rules *r)
{
    uint64_t hosts = 0, n = 0;

    if (!is_second(w->stage)) {
        for (uint32_t h = 0; h < w->hosts; h++)
            hosts += w->stage == LC_STAGE_PASS_1 || w->state[h] & IN_SET;
        return hosts * rounds_of(r, w->stage);
    }
    for (uint32_t h = 0; h < w->hosts; h++) {
        if (w->stage == LC_STAGE_REST_2 && !(w->state[h] & IN_SET))
            continue;
        for (unsigned i = 0; i < r->words; i++) {
            uint64_t mask = is_rest(w->stage) ? r->rest_mask[i] : r->likely_mask[i];
            size_t at = (size_t)h * r->words + i;

            n += (unsigned)__builtin_popcountll(w->asked[at] & ~w->open[at] & ~w->refused[at] &
                                                mask);
        }
    }
    return n;
}

/* The second pass keeps the chunks of the first: it has to know when they left. */
static void enter(struct lc_work *w, const struct lc_slice_rules *r, enum lc_stage stage)
{
    uint32_t all = rounds_of(r, stage) * w->hosts;

    if (w->stage == LC_STAGE_PASS_1)
        memcpy(w->first, w->chunks, sizeof w->first);
    w->stage = stage;
    w->round = w->host = w->at = w->chunk = 0;
    w->chunk_size = all / LC_SLICE_CHUNKS + 1;
    w->chunk_end = w->chunk_size;
    w->round_us = NEVER;
    w->left = pairs_in_set(w, r);
    if (!is_second(stage))
        memset(w->chunks, 0, sizeof w->chunks);
}

static void place(struct lc_work *w, const struct lc_plan *plan, uint64_t slice)
{
    w->slice = slice;
    w->hosts = lc_work_hosts(plan, slice);
    w->shift_key = (uint32_t)(plan->order.key[0] ^ slice * 0x9e3779b1U);
    for (uint32_t h = 0; h < w->hosts; h++)
        w->addr[h] = lc_plan_at(plan, slice * LC_SLICE_HOSTS + h);
}

void lc_work_start(struct lc_work *w, const struct lc_slice_rules *r, const struct lc_plan *plan,
                   uint64_t slice)
{
    size_t words;

    assert(w->stage == LC_STAGE_FREE);
    place(w, plan, slice);
    words = (size_t)w->hosts * r->words;
    memset(w->asked, 0, words * sizeof *w->asked);
    memset(w->open, 0, words * sizeof *w->open);
    memset(w->refused, 0, words * sizeof *w->refused);
    memset(w->state, 0, w->hosts * sizeof *w->state);
    memset(w->first, 0, sizeof w->first);
    w->pending = 0;
    w->drains = w->sampled = 0;
    w->last_us = NEVER;
    enter(w, r, LC_STAGE_PASS_1);
}

static bool has_open_tcp(const struct lc_work *w, const struct lc_slice_rules *r, uint32_t host)
{
    for (unsigned i = 0; i < r->words; i++)
        if (w->open[(size_t)host * r->words + i] & r->tcp_mask[i])
            return true;
    return false;
}

static bool choose_rest(struct lc_work *w, const struct lc_slice_rules *r)
{
    bool any = false;

    for (uint32_t h = 0; h < w->hosts; h++) {
        bool in = r->rest_n && (w->state[h] & (ALIVE | REST_ASKED)) == ALIVE;

        w->state[h] = (uint16_t)((w->state[h] & ~IN_SET) | (in ? IN_SET | REST_ASKED : 0));
        any |= in;
    }
    return any;
}

static bool choose_canaries(struct lc_work *w, const struct lc_slice_rules *r)
{
    bool any = false;

    for (uint32_t h = 0; h < w->hosts; h++) {
        bool in = !(w->state[h] & CANARY_CHOSEN) && has_open_tcp(w, r, h);

        w->state[h] = (uint16_t)((w->state[h] & ~IN_SET) | (in ? IN_SET | CANARY_CHOSEN : 0));
        any |= in;
    }
    return any;
}

/* What follows when passes are through: hosts that have not had their rest, then those without
 * canaries, then waiting. False: nothing. */
static bool follow(struct lc_work *w, const struct lc_slice_rules *r)
{
    bool waited = w->stage == LC_STAGE_DRAIN;

    if (waited && w->drains == DRAINS_MAX)
        return false;
    if (!is_rest(w->stage) && w->stage != LC_STAGE_CANARY && choose_rest(w, r)) {
        enter(w, r, LC_STAGE_REST_1);
        return true;
    }
    if (w->stage != LC_STAGE_CANARY && choose_canaries(w, r)) {
        enter(w, r, LC_STAGE_CANARY);
        return true;
    }
    /* Canaries are to be silent: they are waited for whenever there were any. */
    if (waited || (w->stage != LC_STAGE_CANARY && !any_silent(w, r)))
        return false;
    enter(w, r, LC_STAGE_DRAIN);
    w->left = 0;
    w->drains++;
    return true;
}

/* The stage under way has no more pairs. False: the slice is over. */
static bool advance(struct lc_work *w, const struct lc_slice_rules *r)
{
    assert(w->left == 0 && w->pending == 0);
    if (r->passes == 2 && (w->stage == LC_STAGE_PASS_1 || w->stage == LC_STAGE_REST_1)) {
        enter(w, r, w->stage + 1);
        return true;
    }
    return follow(w, r);
}

/* ---- the cursor ---- */

/* False: the walk has come to its end. */
static bool at_pair(struct lc_work *w, const struct lc_slice_rules *r, int64_t now_us,
                    int64_t *wake_us)
{
    *wake_us = 0;
    if (w->host == w->hosts) {
        if (w->round + 1 < rounds_of(r, w->stage) && w->round_us != NEVER &&
            now_us < w->round_us + r->host_gap_us) {
            *wake_us = w->round_us + r->host_gap_us;
            return true;
        }
        w->host = 0;
        w->round++;
        w->round_us = NEVER;
    }
    if (w->round >= rounds_of(r, w->stage))
        return false;
    while (w->at >= w->chunk_end) {
        w->chunk++;
        w->chunk_end += w->chunk_size;
    }
    if (is_second(w->stage)) {
        const struct lc_chunk *c = &w->chunks[w->chunk];

        if (c->sent && now_us < c->last_us + r->again_us)
            *wake_us = c->last_us + r->again_us;
    }
    return true;
}

static unsigned port_at(const struct lc_work *w, const struct lc_slice_rules *r, uint32_t host)
{
    unsigned n = rounds_of(r, w->stage);

    if (w->stage == LC_STAGE_CANARY)
        return w->round;
    n = turn(w->round, shift_of(w, host, n), n);
    return is_rest(w->stage) ? r->rest[n] : r->likely[n];
}

static bool wanted(const struct lc_work *w, const struct lc_slice_rules *r, uint32_t host,
                   unsigned port)
{
    if (w->stage == LC_STAGE_PASS_1)
        return true;
    if (w->stage != LC_STAGE_PASS_2 && !(w->state[host] & IN_SET))
        return false;
    if (!is_second(w->stage))
        return true;
    return w->asked[word_of(r, host, port)] & bit_of(port) && silent(w, r, host, port);
}

/* The next pair of the stage: LC_OK, LC_AGAIN with a time, LC_DONE at its end. */
static enum lc_status walk(struct lc_work *w, const struct lc_slice_rules *r, int64_t now_us,
                           struct lc_step *out, int64_t *wake_us)
{
    while (at_pair(w, r, now_us, wake_us)) {
        uint32_t host = w->host;
        unsigned port;

        if (*wake_us)
            return LC_AGAIN;
        port = port_at(w, r, host);
        w->host++;
        w->at++;
        if (!wanted(w, r, host, port))
            continue;
        if (w->round_us == NEVER)
            w->round_us = now_us;
        *out = (struct lc_step){.host = host,
                                .port = (uint8_t)port,
                                .stage = (uint8_t)w->stage,
                                .chunk = (uint8_t)w->chunk};
        return LC_OK;
    }
    return LC_DONE;
}

enum lc_status lc_work_next(struct lc_work *w, const struct lc_slice_rules *r, int64_t now_us,
                            struct lc_step *out, int64_t *wake_us)
{
    while (w->stage != LC_STAGE_OVER) {
        enum lc_status st;

        if (w->stage == LC_STAGE_DRAIN) {
            *wake_us = w->last_us != NEVER ? w->last_us + r->drain_us : now_us;
            if (now_us < *wake_us && !r->quiet)
                return LC_AGAIN;
        } else if (!is_second(w->stage) || w->left) {
            st = walk(w, r, now_us, out, wake_us);
            if (st == LC_OK) {
                w->pending++;
                w->chunks[out->chunk].pending++;
            }
            if (st != LC_DONE)
                return st;
            *wake_us = INT64_MAX;
            if (w->pending)
                return LC_AGAIN;
        }
        if (!advance(w, r))
            w->stage = LC_STAGE_OVER;
    }
    return LC_DONE;
}

bool lc_work_still(const struct lc_work *w, const struct lc_slice_rules *r,
                   const struct lc_step *step)
{
    return !is_second(step->stage) || silent(w, r, step->host, step->port);
}

static void settle(struct lc_work *w, const struct lc_step *step)
{
    assert(w->left && w->pending && w->chunks[step->chunk].pending && w->stage == step->stage);
    w->left--;
    w->pending--;
    w->chunks[step->chunk].pending--;
}

void lc_work_sent(struct lc_work *w, const struct lc_slice_rules *r, const struct lc_step *step,
                  int64_t now_us)
{
    struct lc_chunk *c = &w->chunks[step->chunk];

    settle(w, step);
    w->last_us = now_us;
    if (step->stage == LC_STAGE_CANARY) {
        w->state[step->host] |= (uint16_t)(CANARY_SENT << step->port);
        return;
    }
    w->asked[word_of(r, step->host, step->port)] |= bit_of(step->port);
    if (!is_second(step->stage)) {
        c->sent++;
        c->last_us = now_us;
    }
}

void lc_work_dropped(struct lc_work *w, const struct lc_step *step)
{
    settle(w, step);
}

struct lc_sweep_port lc_work_port(const struct lc_work *w, const struct lc_slice_rules *r,
                                  const struct lc_step *step)
{
    uint16_t canaries[LC_CANARIES];

    if (step->stage != LC_STAGE_CANARY)
        return r->ports[step->port];
    lc_canary_ports(r, &w->addr[step->host], canaries);
    return (struct lc_sweep_port){.port = canaries[step->port]};
}

void lc_work_dry(struct lc_addr *room, const struct lc_slice_rules *r, const struct lc_plan *plan,
                 uint64_t slice, void (*each)(void *ctx, const struct lc_addr *a, unsigned port),
                 void *ctx)
{
    struct lc_work work = {.addr = room}, *w = &work;

    place(w, plan, slice);
    for (uint32_t round = 0; round < r->likely_n; round++)
        for (uint32_t h = 0; h < w->hosts; h++)
            each(ctx, &w->addr[h],
                 r->likely[turn(round, shift_of(w, h, r->likely_n), r->likely_n)]);
}
