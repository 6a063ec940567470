/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast an engine sends: bench_engine packet|xdp PREFIX PORT N
 *
 * Sends N SYNs to addresses of PREFIX, around and around, as fast as the engine takes them, reads
 * what comes back, and prints packets per second and processor time per million. Only for a network
 * namespace made for it: it refuses to run where there is an interface besides lo and v0.
 */
#include "base/clock.h"
#include "base/hash.h"
#include "discover/engine.h"

#include <net/if.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#define BATCH 4096U

struct tally {
    uint64_t open, refused, unreachable;
};

static void on_answer(void *sweep, int64_t now_us, const struct lc_answer *a)
{
    struct tally *t = sweep;

    (void)now_us;
    *(a->kind == LC_ANSWER_OPEN      ? &t->open
      : a->kind == LC_ANSWER_REFUSED ? &t->refused
                                     : &t->unreachable) += 1;
}

static bool is_own_namespace(void)
{
    struct if_nameindex *v = if_nameindex();
    bool own = v != NULL;

    for (size_t i = 0; own && v[i].if_index; i++)
        own = strcmp(v[i].if_name, "lo") == 0 || strcmp(v[i].if_name, "v0") == 0;
    if (v)
        if_freenameindex(v);
    return own;
}

static void drain(struct lc_engine *e, struct tally *t, int64_t us)
{
    int64_t until = lc_clock_mono_us() + us, left;

    while ((left = until - lc_clock_mono_us()) > 0) {
        struct pollfd p = {.fd = e->fd, .events = POLLIN};

        (void)poll(&p, 1, (int)(left / 1000 + 1));
        while (e->receive(e->ctx, lc_clock_mono_us(), on_answer, t))
            ;
    }
}

static void run(struct lc_engine *e, const struct lc_range *plan, uint16_t port, uint64_t n)
{
    static struct lc_probe v[BATCH];
    struct tally t = {0, 0, 0};
    struct lc_engine_counts c;
    uint64_t i = 0, hosts = lc_range_count(plan);
    int64_t began = lc_clock_mono_us(), cpu = lc_clock_cpu_us(), us;

    while (i < n) {
        size_t want = n - i < BATCH ? (size_t)(n - i) : BATCH, got = 0;

        for (size_t k = 0; k < want; k++)
            v[k] =
                (struct lc_probe){.to = lc_range_at(plan, (i + k) % hosts), .port = {.port = port}};
        while (got < want) {
            got += e->send(e->ctx, lc_clock_mono_us(), v + got, want - got);
            while (e->receive(e->ctx, lc_clock_mono_us(), on_answer, &t))
                ;
        }
        i += want;
    }
    us = lc_clock_mono_us() - began;
    cpu = lc_clock_cpu_us() - cpu;
    drain(e, &t, LC_MS(500));
    e->counts(e->ctx, &c);
    printf("%s: %.3f million packets/s, %.3f s of CPU per million; sent %llu, open %llu, refused "
           "%llu, unreachable %llu, invalid %llu, lost here %llu\n",
           e->name, (double)n / (double)us, (double)cpu / (double)n, (unsigned long long)c.sent,
           (unsigned long long)t.open, (unsigned long long)t.refused,
           (unsigned long long)t.unreachable, (unsigned long long)c.invalid,
           (unsigned long long)c.local_drops);
}

static enum lc_status open_engine(const char *name, const struct lc_range *plan,
                                  struct lc_engine *e, struct lc_err *err)
{
    static struct lc_range allow;
    static struct lc_gate gate = {.allow_n = 1, .allow = &allow};
    struct lc_engine_xdp_config cfg = {
        .packet = {.plan = plan, .plan_n = 1}, .gate = &gate, .total_pps = 20000000};
    enum lc_status st = lc_engine_ports(&cfg.packet.port_low, &cfg.packet.port_high, err);

    allow = *plan;
    lc_random(cfg.packet.cookie_key, sizeof cfg.packet.cookie_key);
    if (st != LC_OK)
        return st;
    return strcmp(name, "xdp") == 0 ? lc_engine_xdp_open(&cfg, e, err)
                                    : lc_engine_packet_open(&cfg.packet, e, err);
}

int main(int argc, char **argv)
{
    struct lc_range plan;
    struct lc_engine e;
    struct lc_err err = {""};
    uint64_t port, n;

    if (argc != 5 || (strcmp(argv[1], "packet") != 0 && strcmp(argv[1], "xdp") != 0) ||
        lc_range_parse(lc_slice_str(argv[2]), &plan) != LC_OK ||
        lc_slice_u64(lc_slice_str(argv[3]), 65535, &port) != LC_OK ||
        lc_slice_u64(lc_slice_str(argv[4]), UINT32_MAX, &n) != LC_OK || !is_own_namespace()) {
        (void)fputs("bench_engine packet|xdp PREFIX PORT N, in a namespace with lo and v0 only\n",
                    stderr);
        return 2;
    }
    if (open_engine(argv[1], &plan, &e, &err) != LC_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    run(&e, &plan, (uint16_t)port, n);
    e.close(e.ctx);
    return 0;
}
