/* SPDX-License-Identifier: Apache-2.0 */
#include "memnet.h"

#include "base/clock.h"
#include "base/mem.h"

#include <assert.h>

#define WALL_S 1790000000

struct mem_event {
    int64_t at_us;
    struct lc_answer answer;
};

uint64_t memnet_random(struct memnet *m)
{
    m->rnd ^= m->rnd << 13;
    m->rnd ^= m->rnd >> 7;
    m->rnd ^= m->rnd << 17;
    return m->rnd * 0x2545f4914f6cdd1dU;
}

double memnet_chance(struct memnet *m)
{
    return (double)(memnet_random(m) >> 11) / 9007199254740992.0;
}

/* ---- arrivals, by time ---- */

static void push(struct memnet *m, int64_t at_us, const struct lc_answer *a)
{
    size_t i = m->n++;

    if (m->n > m->cap) {
        m->cap = m->cap ? 2 * m->cap : 1024;
        m->events = lc_realloc_n(m->events, m->cap, sizeof *m->events);
        assert(m->events);
    }
    for (; i && m->events[(i - 1) / 2].at_us > at_us; i = (i - 1) / 2)
        m->events[i] = m->events[(i - 1) / 2];
    m->events[i] = (struct mem_event){at_us, *a};
}

static struct lc_answer pop(struct memnet *m)
{
    struct lc_answer top = m->events[0].answer;
    struct mem_event last = m->events[--m->n];
    size_t i = 0, child;

    while ((child = 2 * i + 1) < m->n) {
        child += child + 1 < m->n && m->events[child + 1].at_us < m->events[child].at_us;
        if (m->events[child].at_us >= last.at_us)
            break;
        m->events[i] = m->events[child];
        i = child;
    }
    if (m->n)
        m->events[i] = last;
    return top;
}

int64_t memnet_next(const struct memnet *m)
{
    return m->n ? m->events[0].at_us : INT64_MAX;
}

void memnet_forge(struct memnet *m, int64_t at_us, const struct lc_answer *a)
{
    push(m, at_us, a);
}

/* ---- the network ---- */

static bool is_lost(struct memnet *m, int64_t now_us)
{
    bool lost = m->loss > 0 && memnet_chance(m) < m->loss;

    if (m->capacity_pps > 0) { /* a leaky bucket of 20 ms somewhere on the way */
        double room = m->capacity_pps * 0.02;

        m->bucket += (double)(now_us - m->bucket_us) * m->capacity_pps / 1e6;
        m->bucket = m->bucket > room ? room : m->bucket;
        m->bucket_us = now_us;
        if (m->bucket < 1)
            return true;
        m->bucket -= 1;
    }
    return lost;
}

static void arrive(struct memnet *m, int64_t now_us, const struct lc_probe *p)
{
    static const enum lc_answer_kind kinds[] = {[MEM_OPEN] = LC_ANSWER_OPEN,
                                                [MEM_REFUSED] = LC_ANSWER_REFUSED,
                                                [MEM_UNREACHABLE] = LC_ANSWER_UNREACHABLE};
    struct mem_reply r = m->rule(m->ctx, p);
    struct lc_answer a = {.from = p->to, .port = p->port, .flags = r.flags};
    int64_t at =
        now_us + (r.delay_us ? r.delay_us : LC_MS(1) + (int64_t)(memnet_random(m) % 49000));

    if (r.kind == MEM_SILENT)
        return;
    a.kind = kinds[r.kind];
    for (unsigned i = 0; i <= r.copies; i++)
        push(m, at + i * r.apart_us, &a);
}

static size_t mem_send(void *ctx, int64_t now_us, const struct lc_probe *v, size_t n)
{
    struct memnet *m = ctx;

    if (m->blocks && memnet_random(m) % 100 < m->blocks)
        return 0;
    n = m->takes && n > m->takes ? m->takes : n;
    for (size_t i = 0; i < n; i++) {
        m->probes++;
        if (m->seen)
            m->seen(m->ctx, now_us, &v[i]);
        if (is_lost(m, now_us))
            m->lost++;
        else
            arrive(m, now_us, &v[i]);
    }
    return n;
}

static bool mem_receive(void *ctx, int64_t now_us,
                        void (*answer)(void *sweep, int64_t now_us, const struct lc_answer *a),
                        void *sweep)
{
    struct memnet *m = ctx;

    for (unsigned i = 0; i < 1000; i++) {
        struct lc_answer a;

        if (memnet_next(m) > now_us)
            return false;
        a = pop(m);
        m->answers++;
        answer(sweep, now_us, &a);
    }
    return true;
}

static bool mem_can_ask(void *ctx, struct lc_sweep_port port)
{
    return !((struct memnet *)ctx)->tcp_only || port.dgram == 0;
}

static void mem_counts(void *ctx, struct lc_engine_counts *out)
{
    struct memnet *m = ctx;

    *out = (struct lc_engine_counts){
        .sent = m->probes, .received = m->answers, .local_drops = m->local_drops};
}

void memnet_open(struct memnet *m, uint64_t seed)
{
    *m = (struct memnet){.rnd = seed * 2654435761U + 88172645463325252U};
    m->engine = (struct lc_engine){.ctx = m,
                                   .name = "memory",
                                   .fd = -1,
                                   .can_ask = mem_can_ask,
                                   .send = mem_send,
                                   .receive = mem_receive,
                                   .counts = mem_counts};
}

void memnet_close(struct memnet *m)
{
    lc_free(m->events);
}

uint64_t memnet_run(struct memnet *m, struct lc_sweep *s, int64_t *now_us, int64_t until_us)
{
    uint64_t ticks = 0;

    while (*now_us < until_us) {
        int64_t wake = lc_sweep_tick(s, *now_us, WALL_S), arrival = memnet_next(m);

        ticks++;
        if (wake == INT64_MAX)
            break;
        assert(wake >= *now_us);
        /* An arrival makes the descriptor readable; they are read together, as interrupts are. */
        if (arrival < INT64_MAX && arrival + LC_MS(1) < wake)
            wake = arrival + LC_MS(1);
        *now_us = wake > *now_us ? wake : *now_us + 1;
    }
    return ticks;
}
