/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine connect: who has no right to raw packets sweeps with connections. dial opens them, with
 * its own gate and its own budgets; what is kept here is a table of those under way.
 *
 * A place in the table is taken by `send` and is free again when its answer has been handed over,
 * or at once when there is none to hand over. So the queue of answers can never outgrow the table,
 * and nothing is allocated after open.
 *
 * Questions over UDP are taken and dropped, and counted nowhere: dial only knows connections, and a
 * datagram without its protocol's question gets no answer. The talkers ask them.
 */
#include "discover/engine.h"

#include "base/tr.h"
#include "net/net.h"

#include <assert.h>

#define RECEIVE_MAX 4096U /* answers a call */

enum place_state { FREE, UNDER_WAY, ANSWERED };

struct place {
    struct lc_probe probe;
    enum place_state state;
    enum lc_answer_kind kind; /* when answered */
};

struct connect {
    struct lc_engine_connect_config cfg;
    struct place *places;
    uint32_t *free; /* a stack */
    uint32_t *done; /* a ring of places answered, oldest at `first` */
    uint32_t free_n, done_n, first;
    struct lc_engine_counts counts;
};

static size_t send_probes(void *ctx, int64_t now_us, const struct lc_probe *v, size_t n)
{
    struct connect *c = ctx;
    size_t i = 0;

    (void)now_us;
    for (; i < n; i++) {
        uint32_t number;

        if (v[i].port.dgram != 0)
            continue;
        if (c->free_n == 0)
            break;
        number = c->free[--c->free_n];
        c->places[number] = (struct place){.probe = v[i], .state = UNDER_WAY};
        c->counts.sent++;
        c->cfg.ask(c->cfg.ctx, number, &v[i].to, v[i].port.port);
    }
    return i;
}

static void set_free(struct connect *c, uint32_t number)
{
    c->places[number].state = FREE;
    c->free[c->free_n++] = number;
}

static void queue(struct connect *c, uint32_t number, enum lc_answer_kind kind)
{
    c->places[number].state = ANSWERED;
    c->places[number].kind = kind;
    c->done[(c->first + c->done_n) % c->cfg.at_once] = number;
    c->done_n++;
    c->counts.received++;
}

void lc_engine_connect_done(struct lc_engine *e, uint32_t number, unsigned outcome)
{
    struct connect *c = e->ctx;

    assert(number < c->cfg.at_once && c->places[number].state == UNDER_WAY);
    switch ((enum lc_dial_outcome)outcome) {
    case LC_DIAL_OPEN:
        queue(c, number, LC_ANSWER_OPEN);
        return;
    case LC_DIAL_REFUSED:
        queue(c, number, LC_ANSWER_REFUSED);
        return;
    case LC_DIAL_UNREACHABLE:
        queue(c, number, LC_ANSWER_UNREACHABLE);
        return;
    case LC_DIAL_LOCAL:
        c->counts.local_drops++;
        break;
    case LC_DIAL_SILENT:
    case LC_DIAL_SCOPE:
        break;
    }
    set_free(c, number);
}

static bool receive(void *ctx, int64_t now_us,
                    void (*answer)(void *sweep, int64_t now_us, const struct lc_answer *a),
                    void *sweep)
{
    struct connect *c = ctx;

    for (size_t i = 0; i < RECEIVE_MAX && c->done_n; i++) {
        uint32_t number = c->done[c->first];
        const struct place *p = &c->places[number];
        const struct lc_answer a = {.from = p->probe.to, .port = p->probe.port, .kind = p->kind};

        c->first = (c->first + 1) % c->cfg.at_once;
        c->done_n--;
        set_free(c, number);
        answer(sweep, now_us, &a);
    }
    return c->done_n != 0;
}

size_t lc_engine_connect_pending(const struct lc_engine *e)
{
    const struct connect *c = e->ctx;

    return c->cfg.at_once - c->free_n;
}

static bool quiet(void *ctx)
{
    const struct connect *c = ctx;

    return c->free_n == c->cfg.at_once;
}

static void get_counts(void *ctx, struct lc_engine_counts *out)
{
    *out = ((const struct connect *)ctx)->counts;
}

static void close_connect(void *ctx)
{
    struct connect *c = ctx;

    lc_free(c->places);
    lc_free(c->free);
    lc_free(c->done);
    lc_free(c);
}

enum lc_status lc_engine_connect_open(const struct lc_engine_connect_config *cfg,
                                      struct lc_engine *out, struct lc_err *err)
{
    struct connect *c = lc_alloc(sizeof *c);

    assert(cfg->at_once > 0);
    if (c == NULL)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    c->cfg = *cfg;
    c->places = lc_alloc_n(cfg->at_once, sizeof *c->places);
    c->free = lc_alloc_n(cfg->at_once, sizeof *c->free);
    c->done = lc_alloc_n(cfg->at_once, sizeof *c->done);
    if (c->places == NULL || c->free == NULL || c->done == NULL) {
        close_connect(c);
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    }
    for (c->free_n = 0; c->free_n < cfg->at_once; c->free_n++)
        c->free[c->free_n] = cfg->at_once - 1 - c->free_n; /* 0 first */
    *out = (struct lc_engine){.ctx = c,
                              .name = "connect",
                              .fd = -1,
                              .send = send_probes,
                              .receive = receive,
                              .quiet = quiet,
                              .counts = get_counts,
                              .close = close_connect};
    return LC_OK;
}
