/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine: takes pairs from the slices in work, oldest slice first, lets each through the
 * budgets and the gate, hands them to the engine in batches, and files the answers.
 *
 *     slice --step--> [ near budgets ] --due now--> batch --gate--> engine
 *                           `--later--> heap --due--^
 *
 * A batch is never larger than what the overall budget and the brake allow at that moment, so what
 * stands in it leaves now; what must wait for its host, block or network waits in the heap.
 */
#include "discover/brake.h"
#include "discover/slice.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

#define HEAP      4096U
#define TICK      4096U     /* probes per tick: some 10 ms at 400,000 probes a second */
#define RECEIVES  8U        /* calls of receive per batch */
#define DOZE_US   LC_MS(1)  /* never called again sooner, unless there is work at once */
#define LINGER_US LC_MS(2)  /* how long to let the overall budget gather: 500 batches a second */
#define RIPE_US   LC_SEC(3) /* answers to a first probe that the brake counts */
#define BURST_US  LC_MS(10) /* of the brake's own rate; as the overall budget's (pace.c) */

struct pending {
    int64_t at_us;
    struct lc_step step;
    uint8_t slot;
};

struct lc_sweep {
    struct lc_sweep_config cfg;
    struct lc_engine engine;
    struct lc_pace *pace;
    struct lc_sweep_owner owner;
    struct lc_plan plan;
    struct lc_slice_rules rules;
    struct lc_work work[LC_SWEEP_AT_ONCE];
    uint8_t queue[LC_SWEEP_AT_ONCE]; /* slots in work, oldest first */
    unsigned slots_n, queue_n;
    struct pending batch[LC_ENGINE_BATCH_MAX], heap[HEAP];
    struct lc_probe probes[LC_ENGINE_BATCH_MAX];
    uint32_t batch_n, heap_n, batch_max; /* batch_max: what the engine likes best */
    uint32_t credit; /* packets that the overall budget has let go and that have not left */
    struct lc_brake brake;
    bool brake_on, more;
    double brake_next_us; /* when the brake lets the next packet go */
    struct lc_engine_counts seen;
    struct lc_sweep_counts counts;
    uint64_t probes_seen, icmp_seen; /* that the brake knows of */
    int64_t now_us, now_s, wake_us;
    uint8_t tcp_of[65536]; /* place in cfg.ports + 1 */
};

/* ---- opening ---- */

static bool can_ask(const struct lc_engine *e, struct lc_sweep_port port)
{
    return e == NULL || e->can_ask == NULL || e->can_ask(e->ctx, port);
}

static void set_rules(struct lc_slice_rules *r, const struct lc_sweep_config *cfg,
                      const struct lc_engine *engine)
{
    assert(cfg->ports_n > 0 && cfg->ports_n <= LC_SWEEP_PORTS && cfg->likely_n <= cfg->ports_n);
    assert(cfg->passes == 1 || cfg->passes == 2);
    *r = (struct lc_slice_rules){.ports = cfg->ports,
                                 .words = (unsigned)(cfg->ports_n + 63) / 64,
                                 .passes = cfg->passes,
                                 .again_us = cfg->again_us,
                                 .drain_us = cfg->drain_us,
                                 .host_gap_us = LC_SEC(1) / cfg->rates.host_pps};
    for (unsigned i = 0; i < cfg->ports_n; i++) {
        bool likely = i < cfg->likely_n;
        uint64_t *mask = likely ? r->likely_mask : r->rest_mask;

        if (!can_ask(engine, cfg->ports[i]))
            continue;
        r->rank[i] = (uint8_t)(likely ? r->likely_n : r->rest_n);
        if (likely)
            r->likely[r->likely_n++] = (uint8_t)i;
        else
            r->rest[r->rest_n++] = (uint8_t)i;
        mask[i / 64] |= (uint64_t)1 << i % 64;
        if (cfg->ports[i].dgram == 0)
            r->tcp_mask[i / 64] |= (uint64_t)1 << i % 64;
    }
    memcpy(r->canary_key, cfg->cookie_key, sizeof r->canary_key);
    r->canary_key[0] ^= 0x63616e617279; /* "canary": not the cookies' own key */
}

static enum lc_status open_slots(struct lc_sweep *s)
{
    uint64_t slices = (s->plan.hosts + LC_SLICE_HOSTS - 1) / LC_SLICE_HOSTS;
    uint32_t hosts = lc_work_hosts(&s->plan, 0);
    unsigned n = slices < LC_SWEEP_AT_ONCE ? (unsigned)slices : LC_SWEEP_AT_ONCE;
    enum lc_status st = LC_OK;

    for (; s->slots_n < n && st == LC_OK; s->slots_n++)
        st = lc_work_open(&s->work[s->slots_n], &s->rules, hosts);
    return st;
}

struct lc_sweep *lc_sweep_open(const struct lc_sweep_config *cfg, const struct lc_engine *engine,
                               struct lc_pace *pace, const struct lc_sweep_owner *owner)
{
    struct lc_sweep *s = lc_alloc(sizeof *s);

    if (s == NULL)
        return NULL;
    s->cfg = *cfg;
    s->engine = *engine;
    s->pace = pace;
    s->owner = *owner;
    s->batch_max = engine->batch ? engine->batch : LC_ENGINE_BATCH;
    assert(s->batch_max <= LC_ENGINE_BATCH_MAX);
    set_rules(&s->rules, &s->cfg, engine);
    for (unsigned i = 0; i < cfg->ports_n; i++)
        if (cfg->ports[i].dgram == 0)
            s->tcp_of[cfg->ports[i].port] = (uint8_t)(i + 1);
    if (lc_plan_open(&s->plan, cfg->plan, cfg->plan_n, cfg->order_seed) != LC_OK ||
        open_slots(s) != LC_OK) {
        lc_sweep_close(s);
        return NULL;
    }
    return s;
}

void lc_sweep_close(struct lc_sweep *s)
{
    if (s == NULL)
        return;
    for (unsigned i = 0; i < s->slots_n; i++)
        lc_work_close(&s->work[i]);
    lc_plan_close(&s->plan);
    lc_free(s);
}

uint64_t lc_sweep_slices(const struct lc_sweep_config *cfg)
{
    return (lc_plan_count(cfg->plan, cfg->plan_n) + LC_SLICE_HOSTS - 1) / LC_SLICE_HOSTS;
}

enum lc_status lc_sweep_give(struct lc_sweep *s, uint64_t slice)
{
    unsigned free_slot = s->slots_n;

    if (slice >= (s->plan.hosts + LC_SLICE_HOSTS - 1) / LC_SLICE_HOSTS)
        return LC_EINVAL;
    for (unsigned i = 0; i < s->slots_n; i++) {
        if (s->work[i].stage == LC_STAGE_FREE)
            free_slot = i;
        else if (s->work[i].slice == slice)
            return LC_EINVAL;
    }
    if (free_slot == s->slots_n)
        return LC_AGAIN;
    lc_work_start(&s->work[free_slot], &s->rules, &s->plan, slice);
    s->queue[s->queue_n++] = (uint8_t)free_slot;
    s->more = true;
    return LC_OK;
}

/* ---- the heap of those that wait: by time ---- */

static void heap_push(struct lc_sweep *s, struct pending p)
{
    uint32_t i = s->heap_n++;

    for (; i && s->heap[(i - 1) / 2].at_us > p.at_us; i = (i - 1) / 2)
        s->heap[i] = s->heap[(i - 1) / 2];
    s->heap[i] = p;
}

static struct pending heap_pop(struct lc_sweep *s)
{
    struct pending top = s->heap[0], last = s->heap[--s->heap_n];
    uint32_t i = 0;

    for (;;) {
        uint32_t child = 2 * i + 1;

        if (child >= s->heap_n)
            break;
        child += child + 1 < s->heap_n && s->heap[child + 1].at_us < s->heap[child].at_us;
        if (s->heap[child].at_us >= last.at_us)
            break;
        s->heap[i] = s->heap[child];
        i = child;
    }
    s->heap[i] = last;
    return top;
}

/* ---- answers ---- */

static int port_place(const struct lc_sweep *s, struct lc_sweep_port port)
{
    if (port.dgram == 0)
        return (int)s->tcp_of[port.port] - 1;
    for (unsigned i = 0; i < s->cfg.ports_n; i++) {
        const struct lc_sweep_port *p = &s->cfg.ports[i];

        if (p->port == port.port && p->dgram == port.dgram && p->variant == port.variant)
            return (int)i;
    }
    return -1;
}

/* The work that has the address, and as which of its hosts. */
static struct lc_work *work_of(struct lc_sweep *s, const struct lc_addr *a, uint32_t *host)
{
    uint64_t place;

    if (!lc_plan_find(&s->plan, a, &place))
        return NULL;
    *host = (uint32_t)(place % LC_SLICE_HOSTS);
    for (unsigned i = 0; i < s->queue_n; i++)
        if (s->work[s->queue[i]].slice == place / LC_SLICE_HOSTS)
            return &s->work[s->queue[i]];
    return NULL;
}

static void on_answer(void *ctx, int64_t now_us, const struct lc_answer *a)
{
    struct lc_sweep *s = ctx;
    struct lc_sweep_counts *c = &s->counts;
    uint32_t host;
    struct lc_work *w = work_of(s, &a->from, &host);
    bool was_closed;

    (void)now_us;
    if (w == NULL) {
        c->late++;
        return;
    }
    switch (lc_work_answer(w, &s->rules, host, port_place(s, a->port), a, &was_closed)) {
    case LC_NEWS_OPEN:
        c->open++;
        c->closed -= was_closed;
        break;
    case LC_NEWS_REFUSED:
        c->closed++;
        break;
    case LC_NEWS_AGAIN:
        c->duplicates++;
        break;
    case LC_NEWS_UNASKED:
        c->invalid++;
        break;
    case LC_NEWS_OTHER:
        c->icmp += a->kind == LC_ANSWER_UNREACHABLE;
        break;
    }
}

static void receive(struct lc_sweep *s)
{
    bool more = true;

    for (unsigned i = 0; i < RECEIVES && more; i++)
        more = s->engine.receive(s->engine.ctx, s->now_us, on_answer, s);
    s->more |= more;
}

/* ---- the brake ---- */

static void brake(struct lc_sweep *s)
{
    struct lc_engine_counts e;

    if (!s->brake_on) {
        lc_brake_init(&s->brake, s->rules.likely_n ? s->rules.likely_n : 1, s->now_us);
        s->brake_on = true;
    }
    s->engine.counts(s->engine.ctx, &e);
    lc_brake_load(&s->brake, s->counts.probes - s->probes_seen, e.local_drops - s->seen.local_drops,
                  s->counts.icmp - s->icmp_seen);
    s->seen = e;
    s->probes_seen = s->counts.probes;
    s->icmp_seen = s->counts.icmp;
    for (unsigned i = 0; i < s->queue_n; i++) {
        int64_t ripe = s->cfg.drain_us < RIPE_US ? s->cfg.drain_us : RIPE_US;
        struct lc_chunk c;

        while (lc_work_sample(&s->work[s->queue[i]], s->now_us, ripe, &c))
            if (c.sent)
                lc_brake_sample(&s->brake, c.last_us, c.sent, c.hits);
    }
    s->counts.slowdowns += lc_brake_tick(&s->brake, s->now_us) != LC_BRAKE_NONE;
}

/* How many of `want` the brake lets go now. */
static uint32_t brake_takes(struct lc_sweep *s, uint32_t want, int64_t *next_us)
{
    double gap, from, now = (double)s->now_us;
    uint32_t n;

    if (!s->cfg.adapt || s->brake.factor >= 1.0)
        return want;
    gap = 1e6 / (s->cfg.rates.total_pps * s->brake.factor);
    from = s->brake_next_us > now - BURST_US ? s->brake_next_us : now - BURST_US;
    n = from > now ? 0 : (now - from) / gap >= want ? want : (uint32_t)((now - from) / gap) + 1;
    n = n < want ? n : want;
    s->brake_next_us = from + n * gap;
    *next_us = (int64_t)s->brake_next_us + 1;
    return n;
}

/* ---- sending ---- */

static void wake_at(struct lc_sweep *s, int64_t us)
{
    s->wake_us = us < s->wake_us ? us : s->wake_us;
}

/* Sees to it that something may leave; false: not now. */
static bool allowed(struct lc_sweep *s)
{
    int64_t next_us = s->now_us;
    uint32_t n = s->batch_max;

    if (s->credit)
        return true;
    n = brake_takes(s, n, &next_us);
    if (n && s->pace)
        n = lc_pace_total_take(s->pace, n, s->now_us, &next_us);
    s->credit = n;
    if (n == 0)
        wake_at(s, next_us > s->now_us + LINGER_US ? next_us : s->now_us + LINGER_US);
    return n > 0;
}

/* The next step of any slice in work. LC_AGAIN: none now; s->wake_us knows when. */
static enum lc_status next_step(struct lc_sweep *s, struct pending *out)
{
    for (unsigned i = 0; i < s->queue_n; i++) {
        int64_t wake_us = INT64_MAX;
        struct lc_work *w = &s->work[s->queue[i]];
        enum lc_status st = lc_work_next(w, &s->rules, s->now_us, &out->step, &wake_us);

        if (st == LC_OK) {
            out->slot = s->queue[i];
            return LC_OK;
        }
        if (st == LC_DONE)
            wake_us = s->now_us;
        wake_at(s, wake_us);
    }
    return LC_AGAIN;
}

/* Takes up to `room` steps and files them, each where its budgets want it. False: there was none.
 */
static bool take_steps(struct lc_sweep *s, uint32_t room)
{
    struct pending v[LC_PACE_NEAR];
    const struct lc_addr *to[LC_PACE_NEAR];
    int64_t at_us[LC_PACE_NEAR];
    uint32_t n = 0;

    room = room < HEAP - s->heap_n ? room : HEAP - s->heap_n;
    for (; n < room && n < LC_PACE_NEAR && next_step(s, &v[n]) == LC_OK; n++) {
        to[n] = &s->work[v[n].slot].addr[v[n].step.host];
        at_us[n] = s->now_us;
    }
    if (s->pace && n)
        lc_pace_near(s->pace, to, n, s->now_us, at_us);
    for (uint32_t i = 0; i < n; i++) {
        v[i].at_us = at_us[i];
        if (at_us[i] <= s->now_us)
            s->batch[s->batch_n++] = v[i];
        else
            heap_push(s, v[i]);
    }
    return n > 0;
}

/* Fills the batch with what may leave now. */
static void fill(struct lc_sweep *s)
{
    uint32_t room = s->credit < s->batch_max ? s->credit : s->batch_max;

    while (s->batch_n < room) {
        if (s->heap_n && s->heap[0].at_us <= s->now_us)
            s->batch[s->batch_n++] = heap_pop(s);
        else if (!take_steps(s, room - s->batch_n))
            break;
    }
    if (s->heap_n)
        wake_at(s, s->heap[0].at_us);
}

/* The last look before a probe leaves: is it still wanted, and does the scope say yes? */
static bool passes(struct lc_sweep *s, const struct pending *p)
{
    struct lc_work *w = &s->work[p->slot];

    if (!lc_work_still(w, &s->rules, &p->step)) {
        lc_work_dropped(w, &p->step);
        return false;
    }
    if (!lc_gate_check(s->cfg.gate, &w->addr[p->step.host], s->now_s)) {
        s->counts.refused_by_gate++;
        lc_work_dropped(w, &p->step);
        return false;
    }
    return true;
}

/* Hands the batch over. False: the engine takes no more now. */
static bool dispatch(struct lc_sweep *s)
{
    uint32_t n = 0, sent;

    for (uint32_t i = 0; i < s->batch_n; i++) {
        const struct pending *p = &s->batch[i];
        struct lc_work *w = &s->work[p->slot];

        if (!passes(s, p))
            continue;
        s->probes[n] = (struct lc_probe){.to = w->addr[p->step.host],
                                         .port = lc_work_port(w, &s->rules, &p->step)};
        s->batch[n++] = *p;
    }
    s->batch_n = n;
    if (n == 0)
        return true;
    sent = (uint32_t)s->engine.send(s->engine.ctx, s->now_us, s->probes, n);
    assert(sent <= n);
    for (uint32_t i = 0; i < sent; i++)
        lc_work_sent(&s->work[s->batch[i].slot], &s->rules, &s->batch[i].step, s->now_us);
    memmove(s->batch, s->batch + sent, (n - sent) * sizeof *s->batch);
    s->batch_n = n - sent;
    s->credit -= sent;
    s->counts.probes += sent;
    return sent == n;
}

/* ---- a slice is over ---- */

static void report(struct lc_sweep *s, struct lc_work *w)
{
    uint32_t heard_n = 0, hosts = w->hosts;
    uint64_t slice = w->slice;

    for (uint32_t h = 0; h < hosts; h++) {
        struct lc_heard heard;

        if (!lc_work_heard(w, &s->rules, &s->plan, h, &heard))
            continue;
        heard_n++;
        s->owner.heard(s->owner.ctx, &heard);
    }
    w->stage = LC_STAGE_FREE;
    s->owner.slice_over(s->owner.ctx, slice, hosts, hosts - heard_n);
}

static void finish(struct lc_sweep *s)
{
    for (unsigned i = 0; i < s->queue_n;) {
        struct lc_work *w = &s->work[s->queue[i]];

        if (w->stage != LC_STAGE_OVER) {
            i++;
            continue;
        }
        s->queue_n--;
        memmove(s->queue + i, s->queue + i + 1, s->queue_n - i);
        s->more = true;
        report(s, w);
    }
}

/* ---- the tick ---- */

int64_t lc_sweep_tick(struct lc_sweep *s, int64_t now_us, int64_t now_s)
{
    uint32_t rounds = 0, rounds_max = (TICK + s->batch_max - 1) / s->batch_max;

    s->now_us = now_us;
    s->now_s = now_s;
    s->more = false;
    s->wake_us = INT64_MAX;
    receive(s);
    s->rules.quiet =
        s->engine.quiet && s->batch_n == 0 && s->heap_n == 0 && s->engine.quiet(s->engine.ctx);
    if (s->cfg.adapt)
        brake(s);
    for (; rounds < rounds_max && allowed(s); rounds++) {
        fill(s);
        if (s->batch_n == 0)
            break;
        if (!dispatch(s)) {
            wake_at(s, now_us + DOZE_US);
            break;
        }
        receive(s);
    }
    finish(s);
    if (s->more || rounds == rounds_max)
        return now_us;
    if (s->queue_n == 0)
        return INT64_MAX;
    return s->wake_us > now_us + DOZE_US ? s->wake_us : now_us + DOZE_US;
}

void lc_sweep_counts(const struct lc_sweep *s, struct lc_sweep_counts *out)
{
    struct lc_engine_counts e;

    s->engine.counts(s->engine.ctx, &e);
    *out = s->counts;
    out->local_drops = e.local_drops;
    out->invalid += e.invalid;
    out->speed = s->brake_on ? s->brake.factor : 1.0;
    out->planned = out->probes + out->refused_by_gate;
    for (unsigned i = 0; i < s->queue_n; i++)
        out->planned += s->work[s->queue[i]].left;
}

uint64_t lc_sweep_left(const struct lc_sweep *s)
{
    uint64_t left = 0;

    for (unsigned i = 0; i < s->queue_n; i++) {
        const struct lc_work *w = &s->work[s->queue[i]];

        left += w->left + lc_work_later(w, &s->rules);
    }
    return left;
}

enum lc_status lc_sweep_dry(const struct lc_sweep_config *cfg, uint64_t slice, uint64_t n,
                            void (*each)(void *ctx, const struct lc_addr *a, unsigned port),
                            void *ctx)
{
    struct lc_slice_rules rules;
    struct lc_plan plan;
    struct lc_addr *room = NULL;
    enum lc_status st = lc_plan_open(&plan, cfg->plan, cfg->plan_n, cfg->order_seed);
    uint64_t all;

    if (st != LC_OK)
        return st;
    set_rules(&rules, cfg, NULL);
    all = (plan.hosts + LC_SLICE_HOSTS - 1) / LC_SLICE_HOSTS;
    if (n == 0 || slice >= all || n > all - slice)
        st = LC_EINVAL;
    else if ((room = lc_alloc_n(LC_SLICE_HOSTS, sizeof *room)) == NULL)
        st = LC_ENOMEM;
    for (uint64_t i = slice; st == LC_OK && i < slice + n; i++)
        lc_work_dry(room, &rules, &plan, i, each, ctx);
    lc_free(room);
    lc_plan_close(&plan);
    return st;
}
