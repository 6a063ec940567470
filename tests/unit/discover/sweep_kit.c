/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "sweep_kit.h"

static const uint16_t usual_ports[9] = {554, 80, 443, 8000, 37777, 34567, 8899, 5000, 2323};

static uint32_t tail(const struct lc_addr *a)
{
    return (uint32_t)a->b[14] << 8 | a->b[15];
}

enum who world_lives(const struct lc_addr *a)
{
    uint32_t h = (tail(a) * 2654435761U) >> 16;

    switch (h % 100) {
    case 0:
    case 1:
        return CAMERA;
    case 2:
        return CLOSED;
    case 3:
        return FIREWALLED;
    case 4:
        return h % 1000 == 4 ? MIDDLEBOX : h % 1000 == 104 ? SHOUTER : UNREACHED;
    default:
        return NOBODY;
    }
}

/* A camera has RTSP and two or three of the others; one in five none of the likely six, but then it
 * refuses them. A firewalled one has RTSP and drops the rest. */
bool world_has_open(const struct world *w, const struct lc_addr *a, uint16_t port)
{
    uint32_t h = tail(a) * 40503U;

    switch (w->lives(a)) {
    case CAMERA:
        if (h / 7 % 5 == 0)
            return port == 2323 || port == 5000;
        return port == 554 || (port * h >> 9 & 3) == 0;
    case FIREWALLED:
    case SHOUTER:
        return port == 554;
    case MIDDLEBOX:
        return true;
    default:
        return false;
    }
}

static struct mem_reply rule(void *ctx, const struct lc_probe *p)
{
    struct world *w = ctx;
    struct mem_reply open = {.kind = MEM_OPEN}, refused = {.kind = MEM_REFUSED},
                     none = {MEM_SILENT};
    bool has = world_has_open(w, &p->to, p->port.port) && p->port.port < 40000;

    switch (w->lives(&p->to)) {
    case CAMERA:
        return has ? open : refused;
    case CLOSED:
        return refused;
    case FIREWALLED:
        return has ? open : none;
    case MIDDLEBOX:
        open.flags = LC_HEARD_WINDOW_ZERO | LC_HEARD_NO_OPTIONS;
        return open;
    case SHOUTER: /* again and again, long after its slice is over */
        open.copies = 200;
        open.apart_us = LC_MS(500);
        return has ? open : none;
    case UNREACHED:
        return (struct mem_reply){.kind = MEM_UNREACHABLE};
    default:
        return none;
    }
}

uint64_t world_index(const struct world *w, const struct lc_addr *a)
{
    uint64_t before = 0;

    for (size_t i = 0; i < w->cfg.plan_n; i++) {
        if (lc_range_has(&w->plan[i], a)) {
            struct lc_range part = {w->plan[i].first, *a};

            return before + lc_range_count(&part) - 1;
        }
        before += lc_range_count(&w->plan[i]);
    }
    fail();
    return 0;
}

static int place_of(const struct world *w, struct lc_sweep_port port)
{
    for (size_t i = 0; i < w->cfg.ports_n; i++)
        if (w->cfg.ports[i].port == port.port && w->cfg.ports[i].dgram == port.dgram)
            return (int)i;
    return -1;
}

static void seen(void *ctx, int64_t now_us, const struct lc_probe *p)
{
    struct world *w = ctx;
    uint64_t host = world_index(w, &p->to);
    int port = place_of(w, p->port);
    struct pair_seen *s;

    w->probes++;
    if (w->last_us[host] && now_us - w->last_us[host] < w->least_apart_us)
        w->least_apart_us = now_us - w->last_us[host];
    w->last_us[host] = now_us;
    if (port < 0) {
        assert_true(p->port.port >= 40000 && p->port.port <= 60999 && p->port.dgram == 0);
        w->canaries[host]++;
        return;
    }
    s = &w->pairs[host * w->cfg.ports_n + (unsigned)port];
    if (s->asked++ && now_us - s->last_us < w->least_again_us)
        w->least_again_us = now_us - s->last_us;
    s->last_us = now_us;
}

static void heard(void *ctx, const struct lc_heard *h)
{
    struct world *w = ctx;
    uint64_t host = world_index(w, &h->addr);

    assert_int_equal(h->index, host);
    w->heard[host]++;
    w->what[host] = *h;
}

static void slice_over(void *ctx, uint64_t slice, uint32_t hosts, uint32_t silent)
{
    struct world *w = ctx;

    (void)slice;
    w->slices_over++;
    w->silent += silent;
    w->over_hosts += hosts;
    if (w->next_slice < w->stop_at)
        assert_int_equal(lc_sweep_give(w->sweep, w->next_slice++), LC_OK);
}

static void count_hosts(struct world *w)
{
    w->hosts = 0;
    for (size_t i = 0; i < w->cfg.plan_n; i++)
        w->hosts += lc_range_count(&w->plan[i]);
}

void world_open(struct world *w, uint64_t seed)
{
    static const char *const ranges[3] = {"198.18.0.0/16", "198.19.0.0-198.19.4.1",
                                          "198.19.8.0-198.20.40.255"};

    *w = (struct world){.lives = world_lives};
    memnet_open(&w->net, seed);
    w->net.ctx = w;
    w->net.rule = rule;
    w->net.seen = seen;
    w->cfg = (struct lc_sweep_config){.plan = w->plan,
                                      .plan_n = 3,
                                      .gate = &w->gate,
                                      .order_seed = seed,
                                      .cookie_key = {1, 2, 3},
                                      .ports_n = 9,
                                      .likely_n = 6,
                                      .passes = 2,
                                      .again_us = LC_SEC(4),
                                      .drain_us = LC_SEC(5),
                                      .rates = {10, 2, 2000, 100000}};
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(lc_range_parse(lc_slice_str(ranges[i]), &w->plan[i]), LC_OK);
    for (size_t i = 0; i < 9; i++)
        w->cfg.ports[i].port = usual_ports[i];
    assert_int_equal(lc_range_parse(LC_S("0.0.0.0/0"), &w->allow[0]), LC_OK);
    assert_int_equal(lc_range_parse(LC_S("2001:db8::/32"), &w->allow[1]), LC_OK);
    w->gate = (struct lc_gate){.allow = w->allow, .allow_n = 2, .exclude = w->exclude};
    w->owner = (struct lc_sweep_owner){w, heard, slice_over};
    w->least_apart_us = w->least_again_us = INT64_MAX;
}

void world_plan(struct world *w, const char *range)
{
    w->cfg.plan_n = 1;
    assert_int_equal(lc_range_parse(lc_slice_str(range), &w->plan[0]), LC_OK);
}

void world_start(struct world *w)
{
    if (w->pairs == NULL) {
        count_hosts(w);
        w->pairs = lc_alloc_n(w->hosts * w->cfg.ports_n, sizeof *w->pairs);
        w->heard = lc_alloc_n(w->hosts, 1);
        w->canaries = lc_alloc_n(w->hosts, 1);
        w->what = lc_alloc_n(w->hosts, sizeof *w->what);
        w->last_us = lc_alloc_n(w->hosts, sizeof *w->last_us);
        assert_true(w->pairs && w->heard && w->canaries && w->what && w->last_us);
        w->stop_at = w->stop_at ? w->stop_at : lc_sweep_slices(&w->cfg);
    }
    w->pace = lc_pace_new(&w->cfg.rates, 3);
    assert_non_null(w->pace);
    w->sweep = lc_sweep_open(&w->cfg, &w->net.engine, w->pace, &w->owner);
    assert_non_null(w->sweep);
    while (w->next_slice < w->stop_at && lc_sweep_give(w->sweep, w->next_slice) == LC_OK)
        w->next_slice++;
}

void world_run(struct world *w)
{
    int64_t now = LC_SEC(100);

    world_start(w);
    (void)memnet_run(&w->net, w->sweep, &now, LC_SEC(100000));
    assert_int_equal(lc_sweep_tick(w->sweep, now, 1790000000), INT64_MAX);
}

void world_close(struct world *w)
{
    lc_sweep_close(w->sweep);
    lc_pace_free(w->pace);
    memnet_close(&w->net);
    lc_free(w->pairs);
    lc_free(w->heard);
    lc_free(w->canaries);
    lc_free(w->what);
    lc_free(w->last_us);
}
