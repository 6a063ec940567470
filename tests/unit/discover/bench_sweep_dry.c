/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bench_sweep_dry [SLICES]: what a target costs on one core, part by part, without a network: the
 * order, the dry enumeration of pass 1, the gate, the budgets, the cookie and frame, and the whole
 * machine over an engine that swallows everything.
 */
#include "base/clock.h"
#include "discover/frame.h"
#include "discover/sweep.h"
#include "scope/order.h"

#include <stdlib.h>

#define TIMES 10000000U

static struct lc_range country[64]; /* 16.7 million addresses in 64 pieces with holes between */
static struct lc_sweep_config cfg;
static uint64_t sink;

static void say(const char *what, int64_t us, uint64_t n)
{
    (void)printf("%-34s %7.1f ns  %7.1f million/s\n", what, (double)us * 1000 / (double)n,
                 (double)n / (double)us);
}

static void each(void *ctx, const struct lc_addr *a, unsigned port)
{
    ++*(uint64_t *)ctx;
    sink += a->b[15] + port;
}

static void dry(uint64_t slices)
{
    static const size_t ports[] = {1, 6, 28};

    for (size_t k = 0; k < 3; k++) {
        char what[40];
        uint64_t n = 0;
        int64_t t = lc_clock_cpu_us();

        cfg.ports_n = cfg.likely_n = ports[k];
        if (lc_sweep_dry(&cfg, 0, slices, each, &n) != LC_OK)
            exit(1);
        (void)snprintf(what, sizeof what, "dry enumeration, %zu ports", ports[k]);
        say(what, lc_clock_cpu_us() - t, n);
    }
}

static void parts(const struct lc_gate *gate, struct lc_pace *pace)
{
    struct lc_order o;
    struct lc_cookie_key key;
    struct lc_frame_maker m;
    struct lc_frame_link link = {{0}, {0}};
    struct lc_addr us = lc_addr_v4(0xc6120001);
    static uint8_t frame[LC_FRAME_MAX];
    struct lc_addr v[LC_PACE_NEAR];
    const struct lc_addr *to[LC_PACE_NEAR];
    int64_t at_us[LC_PACE_NEAR], t = lc_clock_cpu_us();

    lc_order_init(&o, 16777216, 1, 0);
    for (uint64_t i = 0; i < TIMES; i++)
        sink += lc_order_at(&o, i);
    say("order", lc_clock_cpu_us() - t, TIMES);
    t = lc_clock_cpu_us();
    for (uint32_t i = 0; i < TIMES; i++) {
        struct lc_addr a = lc_addr_v4(0x0a000000 + (uint32_t)lc_order_at(&o, i));

        sink += lc_gate_check(gate, &a, 0);
    }
    say("gate of 64 ranges, with order", lc_clock_cpu_us() - t, TIMES);
    t = lc_clock_cpu_us();
    for (uint32_t i = 0; i < TIMES; i += LC_PACE_NEAR) {
        for (uint32_t k = 0; k < LC_PACE_NEAR; k++) {
            v[k] = lc_addr_v4(0x0a000000 + (uint32_t)lc_order_at(&o, i + k));
            to[k] = &v[k];
        }
        lc_pace_near(pace, to, LC_PACE_NEAR, (int64_t)i * 3, at_us);
        sink += (uint64_t)at_us[0];
    }
    say("budgets of an address, with order", lc_clock_cpu_us() - t, TIMES);
    lc_cookie_key_init(&key, cfg.cookie_key, 20000, 24095);
    if (lc_frame_init(&m, &key, &link) != LC_OK)
        exit(1);
    t = lc_clock_cpu_us();
    for (uint32_t i = 0; i < TIMES; i++) {
        struct lc_addr a = lc_addr_v4(i);

        sink += lc_frame_make(&m, &us, &a, (struct lc_sweep_port){.port = 80}, frame);
    }
    say("cookie and frame", lc_clock_cpu_us() - t, TIMES);
    lc_frame_free(&m);
}

/* ---- the machine ---- */

static size_t swallow(void *ctx, int64_t now_us, const struct lc_probe *v, size_t n)
{
    (void)now_us;
    (void)v;
    *(uint64_t *)ctx += n;
    return n;
}

static bool hear_nothing(void *ctx, int64_t now_us,
                         void (*answer)(void *sweep, int64_t now_us, const struct lc_answer *a),
                         void *sweep)
{
    (void)ctx;
    (void)now_us;
    (void)answer;
    (void)sweep;
    return false;
}

static void count_nothing(void *ctx, struct lc_engine_counts *out)
{
    (void)ctx;
    *out = (struct lc_engine_counts){.sent = 0};
}

static void heard(void *ctx, const struct lc_heard *h)
{
    (void)ctx;
    (void)h;
}

static void slice_over(void *ctx, uint64_t slice, uint32_t hosts, uint32_t silent)
{
    (void)ctx;
    sink += slice + hosts + silent;
}

static void machine(struct lc_pace *pace)
{
    uint64_t sent = 0;
    struct lc_engine e = {
        .ctx = &sent, .send = swallow, .receive = hear_nothing, .counts = count_nothing};
    struct lc_sweep_owner owner = {NULL, heard, slice_over};
    struct lc_sweep *s;
    int64_t now = 1000000, t;

    cfg.ports_n = cfg.likely_n = 6;
    cfg.passes = 2;
    s = lc_sweep_open(&cfg, &e, pace, &owner);
    if (s == NULL)
        exit(1);
    for (uint64_t i = 0; i < LC_SWEEP_AT_ONCE; i++)
        if (lc_sweep_give(s, i) != LC_OK)
            exit(1);
    t = lc_clock_cpu_us();
    while (sent < 6 * 8 * 65536 * 2) {
        int64_t wake = lc_sweep_tick(s, now, 0);

        now = wake > now ? wake : now + 250;
    }
    say(pace ? "machine with budgets and gate" : "machine with gate", lc_clock_cpu_us() - t, sent);
    lc_sweep_close(s);
}

int main(int argc, char **argv)
{
    const struct lc_rates lab = {
        .host_pps = 10, .host_conns = 2, .block_pps = 2000, .total_pps = LC_RATE_LABORATORY};
    struct lc_pace *pace = lc_pace_new(&lab, 1), *other = lc_pace_new(&lab, 1);
    struct lc_gate gate = {.allow = country, .allow_n = 64};

    if (pace == NULL || other == NULL)
        return 1;
    for (uint32_t i = 0; i < 64; i++) {
        country[i].first = lc_addr_v4(0x0a000000 + i * 0x60000);
        country[i].last = lc_addr_v4(0x0a000000 + i * 0x60000 + 0x3ffff);
    }
    cfg = (struct lc_sweep_config){
        .plan = country, .plan_n = 64, .gate = &gate, .order_seed = 7, .passes = 1, .rates = lab};
    for (size_t i = 0; i < 28; i++)
        cfg.ports[i].port = (uint16_t)(80 + i);
    dry(argc > 1 ? strtoull(argv[1], NULL, 10) : 64);
    parts(&gate, pace);
    machine(NULL);
    machine(other);
    lc_pace_free(pace);
    lc_pace_free(other);
    return sink == 0;
}
