/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The machine on a simulated network: what is asked, how often, when, and what is said of it. The
 * ground truth is the population of sweep_kit.c.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/mem.h"
#include "sweep_kit.h"

static struct lc_addr addr_of(const struct world *w, uint64_t index)
{
    for (size_t i = 0; i < w->cfg.plan_n; i++) {
        uint64_t n = lc_range_count(&w->plan[i]);

        if (index < n)
            return lc_range_at(&w->plan[i], index);
        index -= n;
    }
    fail();
    return lc_addr_v4(0);
}

static bool bit(const uint64_t *mask, size_t i)
{
    return mask[i / 64] >> i % 64 & 1;
}

static bool answers_anything(enum who who)
{
    return who != NOBODY && who != UNREACHED;
}

/* Does the address answer this port, and how: as the rule of sweep_kit.c has it. */
static enum mem_kind truth(const struct world *w, const struct lc_addr *a, size_t port)
{
    enum who who = w->lives(a);

    if (world_has_open(w, a, w->cfg.ports[port].port))
        return MEM_OPEN;
    return who == CAMERA || who == CLOSED ? MEM_REFUSED
           : who == UNREACHED             ? MEM_UNREACHABLE
                                          : MEM_SILENT;
}

static void check_host(const struct world *w, uint64_t i)
{
    struct lc_addr a = addr_of(w, i);
    const struct lc_heard *h = &w->what[i];
    bool any_open = false;

    assert_int_equal(w->heard[i], answers_anything(w->lives(&a)));
    for (size_t p = 0; p < w->cfg.ports_n; p++) {
        bool asked = p < w->cfg.likely_n || w->heard[i];
        enum mem_kind t = truth(w, &a, p);
        bool answered = t == MEM_OPEN || t == MEM_REFUSED;

        any_open |= t == MEM_OPEN;
        assert_int_equal(w->pairs[i * w->cfg.ports_n + p].asked, asked ? 2 - answered : 0);
        if (!w->heard[i])
            continue;
        assert_int_equal(bit(h->asked, p), 1);
        assert_int_equal(bit(h->open, p), t == MEM_OPEN);
        assert_int_equal(bit(h->refused, p), t == MEM_REFUSED);
    }
    assert_int_equal(w->canaries[i], any_open ? 2 : 0);
}

static void everybody_is_asked_and_heard_exactly_as_they_should_be(void **state)
{
    struct world w;
    struct lc_sweep_counts c;
    uint64_t heard = 0;

    (void)state;
    world_open(&w, 1);
    world_run(&w);
    for (uint64_t i = 0; i < w.hosts; i++) {
        check_host(&w, i);
        heard += w.heard[i];
    }
    assert_int_equal(w.slices_over, lc_sweep_slices(&w.cfg));
    assert_int_equal(w.over_hosts, w.hosts);
    assert_int_equal(w.silent, w.hosts - heard);
    assert_true(heard > 5000);
    lc_sweep_counts(w.sweep, &c);
    assert_int_equal(c.probes, w.probes);
    assert_int_equal(c.planned, c.probes);
    assert_int_equal(c.refused_by_gate, 0);
    assert_int_equal(lc_sweep_left(w.sweep), 0);
    world_close(&w);
}

static void the_second_probe_comes_later_and_only_to_the_silent(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, 2);
    world_plan(&w, "198.18.0.0/17");
    world_run(&w);
    assert_true(w.least_again_us >= w.cfg.again_us);
    world_close(&w);
}

static void one_pass_asks_everything_once(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, 3);
    world_plan(&w, "198.18.0.0/18");
    w.cfg.passes = 1;
    w.cfg.likely_n = 9; /* the full mode: no rest */
    world_run(&w);
    for (uint64_t i = 0; i < w.hosts * 9; i++)
        assert_int_equal(w.pairs[i].asked, 1);
    world_close(&w);
}

static uint64_t count_pairs(const struct world *w, bool found)
{
    uint64_t n = 0;

    for (uint64_t i = 0; i < w->hosts; i++) {
        struct lc_addr a = addr_of(w, i);

        for (size_t p = 0; p < w->cfg.ports_n; p++)
            n += truth(w, &a, p) == MEM_OPEN && (!found || bit(w->what[i].open, p));
    }
    return n;
}

static void five_per_cent_loss_cost_less_than_half_a_per_cent_of_the_open_ports(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, 4);
    w.net.loss = 0.05;
    world_run(&w);
    assert_true(w.net.lost > w.probes / 25 && w.net.lost < w.probes / 16);
    assert_true((double)count_pairs(&w, true) >= 0.995 * (double)count_pairs(&w, false));
    world_close(&w);
}

static void who_answers_everywhere_is_flagged_and_nobody_else(void **state)
{
    struct world w;
    uint64_t flagged = 0;

    (void)state;
    world_open(&w, 5);
    world_plan(&w, "198.18.0.0/16");
    world_run(&w);
    for (uint64_t i = 0; i < w.hosts; i++) {
        struct lc_addr a = addr_of(&w, i);
        uint32_t all = LC_HEARD_WINDOW_ZERO | LC_HEARD_NO_OPTIONS | LC_HEARD_CANARY;
        bool box = w.heard[i] && w.lives(&a) == MIDDLEBOX;

        assert_int_equal(w.what[i].flags & all, box ? all : 0);
        flagged += box;
    }
    assert_true(flagged > 50);
    world_close(&w);
}

static enum who unreached_half(const struct lc_addr *a)
{
    return a->b[15] & 1 ? UNREACHED : FIREWALLED;
}

static void errors_of_routers_are_no_answers_of_the_address(void **state)
{
    struct world w;
    struct lc_sweep_counts c;

    (void)state;
    world_open(&w, 6);
    world_plan(&w, "198.18.0.0/22");
    w.lives = unreached_half;
    world_run(&w);
    for (uint64_t i = 0; i < w.hosts; i++)
        if (i & 1)
            assert_int_equal(w.heard[i], 0);
    lc_sweep_counts(w.sweep, &c);
    assert_int_equal(c.icmp, w.hosts / 2 * 6 * 2); /* each likely port, both passes */
    world_close(&w);
}

/* Answers of addresses and ports that nobody asked, or not yet, before, while and after. */
static void forged_answers_are_never_heard(void **state)
{
    struct world w;
    struct lc_sweep_counts c;
    uint64_t forged_n = 0;

    (void)state;
    world_open(&w, 7);
    world_plan(&w, "198.18.0.0/20");
    w.cfg.passes = 1;
    for (int64_t at = LC_SEC(100); at < LC_SEC(112); at += LC_MS(1)) {
        uint32_t r = (uint32_t)memnet_random(&w.net);
        struct lc_answer a = {.from = lc_addr_v4(0xc6120000 + r % 4096), .kind = LC_ANSWER_OPEN};

        a.port.port = (uint16_t)(r >> 16 | 1);
        if (world_lives(&a.from) != NOBODY)
            continue;
        if (at % LC_MS(3) == 0)
            a.from = lc_addr_v4(0xc6130000 + r % 4096); /* outside the plan */
        else if (at % LC_MS(3) == LC_MS(1))
            a.port = (struct lc_sweep_port){554, LC_D_WSD, 0}; /* another protocol */
        else if (a.port.port < 10000)
            a.port.port = 2323; /* only asked of those who answered something */
        memnet_forge(&w.net, at, &a);
        forged_n++;
    }
    world_run(&w);
    for (uint64_t i = 0; i < w.hosts; i++) {
        struct lc_addr a = addr_of(&w, i);

        assert_int_equal(w.heard[i], answers_anything(world_lives(&a)));
    }
    lc_sweep_counts(w.sweep, &c);
    assert_true(forged_n > 5000);
    assert_true(c.invalid + c.late >= forged_n / 2);
    world_close(&w);
}

static enum who shouters(const struct lc_addr *a)
{
    return a->b[15] % 4 ? NOBODY : SHOUTER;
}

static void copies_and_late_floods_are_counted_and_change_nothing(void **state)
{
    struct world w;
    struct lc_sweep_counts c;

    (void)state;
    world_open(&w, 8);
    w.lives = shouters;
    world_plan(&w, "198.18.0.0/23");
    world_run(&w);
    for (uint64_t i = 0; i < w.hosts; i++)
        assert_int_equal(w.heard[i], i % 4 == 0);
    lc_sweep_counts(w.sweep, &c);
    assert_true(c.duplicates > 10 * w.hosts / 4);
    world_close(&w);
}

static enum who everyone_later(const struct lc_addr *a)
{
    (void)a;
    return STRANGE;
}

/* One more address shows up whenever the slice waits for stragglers. */
static void who_answers_late_on_purpose_cannot_hold_a_slice_for_ever(void **state)
{
    struct world w;
    int64_t now = LC_SEC(100);

    (void)state;
    world_open(&w, 9);
    world_plan(&w, "198.18.0.0/22");
    w.lives = everyone_later;
    for (uint32_t i = 0; i < 1024; i++) {
        struct lc_answer a = {.from = lc_addr_v4(0xc6120000 + i), .kind = LC_ANSWER_OPEN};

        a.port.port = 554;
        memnet_forge(&w.net, LC_SEC(102 + i), &a);
    }
    world_start(&w);
    (void)memnet_run(&w.net, w.sweep, &now, LC_SEC(10000));
    assert_int_equal(w.slices_over, 1);
    assert_true(now < LC_SEC(100 + 60));
    world_close(&w);
}

static void the_gate_has_the_last_word(void **state)
{
    struct world w;
    struct lc_sweep_counts c;

    (void)state;
    world_open(&w, 10);
    world_plan(&w, "198.18.0.0/18");
    assert_int_equal(lc_range_parse(LC_S("198.18.7.0/24"), &w.exclude[0]), LC_OK);
    w.gate.exclude_n = 1;
    world_run(&w);
    for (uint64_t i = 0; i < w.hosts; i++) {
        bool out = i / 256 == 7;

        for (size_t p = 0; p < 9; p++)
            assert_true(w.pairs[i * 9 + p].asked == 0 || !out);
        assert_true(w.heard[i] == 0 || !out);
        assert_true(w.pairs[i * 9].asked > 0 || out);
    }
    lc_sweep_counts(w.sweep, &c);
    assert_int_equal(c.refused_by_gate, 256 * 6); /* pass 1; who was not asked has no pass 2 */
    assert_int_equal(c.planned, c.probes + c.refused_by_gate);
    world_close(&w);
}

static void outside_the_hours_nothing_leaves(void **state)
{
    struct world w;
    int64_t now = LC_SEC(100);

    (void)state;
    world_open(&w, 11);
    world_plan(&w, "198.18.0.0/24");
    w.gate.not_after_s = 1789999999; /* a second before memnet's wall clock */
    world_start(&w);
    (void)memnet_run(&w.net, w.sweep, &now, LC_SEC(1000));
    assert_int_equal(w.probes, 0);
    assert_int_equal(w.slices_over, 1);
    assert_int_equal(w.silent, 256);
    world_close(&w);
}

/* ---- rates ---- */

static void no_host_sees_more_than_its_rate(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, 12);
    world_plan(&w, "198.18.0.0/21");
    world_run(&w);
    assert_true(w.least_apart_us >= LC_MS(99)); /* ten a second, a burst of a millisecond */
    world_close(&w);
}

static void the_overall_rate_is_kept_and_reached_without_spinning(void **state)
{
    static const uint32_t rates[] = {50, 2000, 100000};

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct world w;
        int64_t now = LC_SEC(100), span = LC_SEC(2);
        uint64_t ticks;
        double want = rates[i] * 2.0;

        world_open(&w, 13 + i);
        w.cfg.rates.total_pps = rates[i];
        world_start(&w);
        ticks = memnet_run(&w.net, w.sweep, &now, LC_SEC(100) + span);
        assert_true((double)w.probes > 0.98 * want - 1);
        assert_true((double)w.probes < 1.02 * want + 1);
        /* A wake for each 2 ms, each batch of answers, and no more. */
        assert_true(ticks < 3000);
        world_close(&w);
    }
}

static void an_engine_that_takes_little_or_nothing_loses_nothing(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, 16);
    world_plan(&w, "198.18.0.0/19");
    w.net.takes = 37;
    w.net.blocks = 30;
    world_run(&w);
    for (uint64_t i = 0; i < w.hosts; i++)
        check_host(&w, i);
    world_close(&w);
}

static void without_a_pace_the_engine_decides(void **state)
{
    struct world w;
    int64_t now = LC_SEC(100);

    (void)state;
    world_open(&w, 17);
    world_plan(&w, "198.18.0.0/20");
    w.net.takes = 10;
    world_start(&w);
    lc_sweep_close(w.sweep);
    w.sweep = lc_sweep_open(&w.cfg, &w.net.engine, NULL, &w.owner);
    assert_non_null(w.sweep);
    assert_int_equal(lc_sweep_give(w.sweep, 0), LC_OK);
    (void)memnet_run(&w.net, w.sweep, &now, LC_SEC(10000));
    for (uint64_t i = 0; i < w.hosts; i++)
        check_host(&w, i);
    world_close(&w);
}

/* Something on the way carries 2,000 a second of the 10,000 that the rates allow. */
static void a_network_that_chokes_is_asked_more_slowly(void **state)
{
    struct world w[2];

    (void)state;
    for (size_t k = 0; k < 2; k++) {
        struct lc_sweep_counts c;
        int64_t now = LC_SEC(100);

        world_open(&w[k], 18);
        world_plan(&w[k], "198.18.0.0/16");
        w[k].cfg.adapt = k == 1;
        w[k].cfg.rates.total_pps = 10000;
        world_start(&w[k]);
        (void)memnet_run(&w[k].net, w[k].sweep, &now, LC_SEC(108)); /* the beginning is well */
        w[k].net.capacity_pps = 2000;
        (void)memnet_run(&w[k].net, w[k].sweep, &now, LC_SEC(100000));
        lc_sweep_counts(w[k].sweep, &c);
        assert_int_equal(c.slowdowns > 0, k == 1);
        assert_int_equal(w[k].slices_over, lc_sweep_slices(&w[k].cfg));
    }
    assert_true(w[1].net.lost * 2 < w[0].net.lost);
    assert_true(count_pairs(&w[1], true) > count_pairs(&w[0], true));
    world_close(&w[0]);
    world_close(&w[1]);
}

static void local_drops_slow_and_a_steady_network_does_not(void **state)
{
    struct world w;
    struct lc_sweep_counts c;
    int64_t now = LC_SEC(100);

    (void)state;
    world_open(&w, 19);
    w.cfg.adapt = true;
    world_start(&w);
    (void)memnet_run(&w.net, w.sweep, &now, LC_SEC(110));
    lc_sweep_counts(w.sweep, &c);
    assert_int_equal(c.slowdowns, 0);
    assert_true(c.speed == 1.0);
    w.net.local_drops += 5000;
    (void)memnet_run(&w.net, w.sweep, &now, LC_SEC(112));
    lc_sweep_counts(w.sweep, &c);
    assert_int_equal(c.slowdowns, 1);
    assert_true(c.speed < 1.0);
    world_close(&w);
}

/* ---- slices ---- */

static void slices_are_taken_on_as_far_as_there_is_room(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, 20);
    world_plan(&w, "198.0.0.0/11"); /* 32 slices */
    w.pace = lc_pace_new(&w.cfg.rates, 3);
    w.sweep = lc_sweep_open(&w.cfg, &w.net.engine, w.pace, &w.owner);
    assert_non_null(w.sweep);
    for (uint64_t i = 0; i < LC_SWEEP_AT_ONCE; i++) {
        assert_int_equal(lc_sweep_give(w.sweep, 31 - i), LC_OK);
        if (i + 1 < LC_SWEEP_AT_ONCE)
            assert_int_equal(lc_sweep_give(w.sweep, 31 - i), LC_EINVAL); /* in work already */
    }
    assert_int_equal(lc_sweep_give(w.sweep, 0), LC_AGAIN);
    assert_int_equal(lc_sweep_give(w.sweep, 32), LC_EINVAL);
    assert_int_equal(lc_sweep_left(w.sweep), (uint64_t)LC_SWEEP_AT_ONCE * 65536 * 6 * 2);
    world_close(&w);
}

/* Killed in the middle; slices that were not over are swept again, as the ledger has it. */
static void an_interruption_costs_at_most_the_slices_in_work(void **state)
{
    struct world w;
    int64_t now = LC_SEC(100);
    uint64_t over, heard = 0;

    (void)state;
    world_open(&w, 21);
    w.stop_at = 1; /* one after the other, so that there is something over */
    world_start(&w);
    w.stop_at = 3;
    (void)memnet_run(&w.net, w.sweep, &now, LC_SEC(140));
    over = w.slices_over;
    assert_true(over >= 1 && over < 3);
    lc_sweep_close(w.sweep);
    lc_pace_free(w.pace);
    w.next_slice = over;
    world_run(&w);
    assert_int_equal(w.slices_over, 3);
    assert_int_equal(w.over_hosts, w.hosts);
    for (uint64_t i = 0; i < w.hosts; i++) {
        struct lc_addr a = addr_of(&w, i);

        assert_int_equal(w.heard[i], answers_anything(w.lives(&a)));
        assert_true(w.pairs[i * 9].asked >= 1);
        heard += w.heard[i];
    }
    assert_int_equal(w.silent, w.hosts - heard);
    world_close(&w);
}

struct sent {
    struct lc_addr to[20000];
    uint16_t port[20000];
    size_t n, at;
};

static void note_sent(void *ctx, int64_t now_us, const struct lc_probe *p)
{
    struct sent *s = ctx;

    (void)now_us;
    if (s->n == 20000)
        return;
    s->to[s->n] = p->to;
    s->port[s->n++] = p->port.port;
}

static void compare_sent(void *ctx, const struct lc_addr *a, unsigned port)
{
    static const uint16_t ports[] = {554, 80, 443, 8000, 37777, 34567};
    struct sent *s = ctx;

    if (s->at == s->n)
        return;
    assert_int_equal(lc_addr_cmp(a, &s->to[s->at]), 0);
    assert_int_equal(ports[port], s->port[s->at++]);
}

static struct mem_reply nothing(void *ctx, const struct lc_probe *p)
{
    (void)ctx;
    (void)p;
    return (struct mem_reply){.kind = MEM_SILENT};
}

static void the_dry_run_is_the_very_order_of_sending(void **state)
{
    static struct sent s;
    struct world w;
    int64_t now = LC_SEC(100);

    (void)state;
    world_open(&w, 22);
    w.cfg.rates.host_pps = 1000; /* nobody waits for host or block */
    w.cfg.rates.block_pps = LC_RATE_LABORATORY;
    world_start(&w);
    w.net.seen = note_sent;
    w.net.rule = nothing;
    w.net.ctx = &s;
    (void)memnet_run(&w.net, w.sweep, &now, LC_SEC(101));
    assert_int_equal(s.n, 20000);
    assert_int_equal(lc_sweep_dry(&w.cfg, 0, 1, compare_sent, &s), LC_OK);
    assert_int_equal(s.at, 20000);
    world_close(&w);
}

/* ---- questions over UDP ---- */

static void datagrams_are_asked_where_the_engine_can(void **state)
{
    (void)state;
    for (unsigned tcp_only = 0; tcp_only < 2; tcp_only++) {
        struct world w;

        world_open(&w, 23);
        world_plan(&w, "198.18.0.0/20");
        w.cfg.ports[1] = (struct lc_sweep_port){3702, LC_D_WSD, 1};
        w.cfg.ports[7] = (struct lc_sweep_port){5000, LC_D_SADP, 0};
        w.net.tcp_only = tcp_only;
        world_run(&w);
        for (uint64_t i = 0; i < w.hosts; i++) {
            assert_true(w.pairs[i * 9 + 0].asked);
            assert_int_equal(w.pairs[i * 9 + 1].asked > 0, !tcp_only);
            assert_int_equal(w.pairs[i * 9 + 7].asked > 0, w.heard[i] && !tcp_only);
            if (w.heard[i])
                assert_int_equal(bit(w.what[i].asked, 1), !tcp_only);
        }
        world_close(&w);
    }
}

/* A datagram is answered by what is not a stack that would answer every SYN: no canaries. */
static void an_open_datagram_port_alone_calls_for_no_canary(void **state)
{
    struct world w;

    (void)state;
    world_open(&w, 24);
    world_plan(&w, "198.18.0.0/20");
    w.cfg.ports[0] = (struct lc_sweep_port){554, LC_D_WSD, 0};
    world_run(&w);
    for (uint64_t i = 0; i < w.hosts; i++) {
        struct lc_addr a = addr_of(&w, i);

        if (w.lives(&a) == FIREWALLED) {
            assert_int_equal(w.heard[i], 1);
            assert_int_equal(w.canaries[i], 0);
        }
    }
    world_close(&w);
}

/* ---- memory ---- */

static size_t taken;

void *__real_lc_alloc(size_t n);
void *__real_lc_alloc_n(size_t count, size_t size);
void *__wrap_lc_alloc(size_t n);
void *__wrap_lc_alloc_n(size_t count, size_t size);

void *__wrap_lc_alloc(size_t n)
{
    taken += n;
    return __real_lc_alloc(n);
}

void *__wrap_lc_alloc_n(size_t count, size_t size)
{
    taken += count * size;
    return __real_lc_alloc_n(count, size);
}

static void memory_does_not_grow_with_the_plan(void **state)
{
    static const char *const plans[] = {"198.0.0.0/11", "0.0.0.0/0", "2001:db8::/66"};
    size_t needs[3];

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct world w;
        int64_t now = LC_SEC(100);

        world_open(&w, 25);
        world_plan(&w, plans[i]);
        w.cfg.rates.block_pps = LC_RATE_LABORATORY; /* the last is one /48 */
        w.net.seen = NULL;
        w.net.rule = nothing;
        w.pace = lc_pace_new(&w.cfg.rates, 3);
        assert_non_null(w.pace);
        taken = 0;
        w.sweep = lc_sweep_open(&w.cfg, &w.net.engine, w.pace, &w.owner);
        assert_non_null(w.sweep);
        for (uint64_t k = 1; k <= LC_SWEEP_AT_ONCE; k++)
            assert_int_equal(lc_sweep_give(w.sweep, lc_sweep_slices(&w.cfg) - k), LC_OK);
        (void)memnet_run(&w.net, w.sweep, &now, LC_SEC(102));
        assert_true(w.net.probes > 100000);
        needs[i] = taken;
        world_close(&w);
    }
    assert_int_equal(needs[0], needs[1]);
    assert_int_equal(needs[0], needs[2]);
    assert_true(needs[0] < LC_SWEEP_AT_ONCE * (5U << 20));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everybody_is_asked_and_heard_exactly_as_they_should_be),
        cmocka_unit_test(the_second_probe_comes_later_and_only_to_the_silent),
        cmocka_unit_test(one_pass_asks_everything_once),
        cmocka_unit_test(five_per_cent_loss_cost_less_than_half_a_per_cent_of_the_open_ports),
        cmocka_unit_test(who_answers_everywhere_is_flagged_and_nobody_else),
        cmocka_unit_test(errors_of_routers_are_no_answers_of_the_address),
        cmocka_unit_test(forged_answers_are_never_heard),
        cmocka_unit_test(copies_and_late_floods_are_counted_and_change_nothing),
        cmocka_unit_test(who_answers_late_on_purpose_cannot_hold_a_slice_for_ever),
        cmocka_unit_test(the_gate_has_the_last_word),
        cmocka_unit_test(outside_the_hours_nothing_leaves),
        cmocka_unit_test(no_host_sees_more_than_its_rate),
        cmocka_unit_test(the_overall_rate_is_kept_and_reached_without_spinning),
        cmocka_unit_test(an_engine_that_takes_little_or_nothing_loses_nothing),
        cmocka_unit_test(without_a_pace_the_engine_decides),
        cmocka_unit_test(a_network_that_chokes_is_asked_more_slowly),
        cmocka_unit_test(local_drops_slow_and_a_steady_network_does_not),
        cmocka_unit_test(slices_are_taken_on_as_far_as_there_is_room),
        cmocka_unit_test(an_interruption_costs_at_most_the_slices_in_work),
        cmocka_unit_test(the_dry_run_is_the_very_order_of_sending),
        cmocka_unit_test(datagrams_are_asked_where_the_engine_can),
        cmocka_unit_test(an_open_datagram_port_alone_calls_for_no_canary),
        cmocka_unit_test(memory_does_not_grow_with_the_plan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
