/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine xdp over a real link (link_kit.h): what it finds, and what its program in the kernel does
 * not let out. Skipped where there can be no link or no program.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/hash.h"
#include "frame_kit.h"
#include "link_kit.h"

#include <string.h>

static struct lc_gate everything(void)
{
    static struct lc_range v[2];

    v[0] = link_range("198.18.0.0/15");
    v[1] = link_range("2001:db8::/32");
    return (struct lc_gate){.allow_n = 2, .allow = v};
}

static enum lc_status open_xdp(const struct lc_gate *gate, uint32_t pps, struct lc_engine *out,
                               struct lc_err *err)
{
    const struct lc_range plan[2] = {link_range("198.19.0.0/24"), link_range("2001:db8:1::/120")};
    struct lc_engine_xdp_config cfg = {
        .packet = {.plan = plan, .plan_n = 2}, .gate = gate, .total_pps = pps};

    lc_random(cfg.packet.cookie_key, sizeof cfg.packet.cookie_key);
    assert_int_equal(lc_engine_ports(&cfg.packet.port_low, &cfg.packet.port_high, err), LC_OK);
    return lc_engine_xdp_open(&cfg, out, err);
}

/* A container may forbid programs in the kernel to its root. */
static int setup(void **state)
{
    const struct lc_gate gate = everything();
    struct lc_engine e;

    if (link_setup(state) != 0)
        return -1;
    if (link_skipped)
        return 0;
    if (!link_set_gro(true))
        return -1;
    switch (open_xdp(&gate, 1000000, &e, NULL)) {
    case LC_OK:
        e.close(e.ctx);
        return 0;
    case LC_EPERM:
        link_skipped = "no programs in the kernel";
        print_message("skipped: %s\n", link_skipped);
        return 0;
    default:
        return 0; /* each test will say it */
    }
}

static void open_or_skip(const struct lc_gate *gate, uint32_t pps, struct lc_engine *out)
{
    struct lc_err err = {""};

    if (link_skipped)
        skip();
    if (open_xdp(gate, pps, out, &err) != LC_OK)
        fail_msg("%s", err.text);
}

static size_t all_probes(struct lc_probe v[static 2 * LINK_HOSTS])
{
    for (unsigned i = 0; i < LINK_HOSTS; i++) {
        v[2 * i] = (struct lc_probe){.to = link_host4(i), .port = LINK_TCP};
        v[2 * i + 1] = (struct lc_probe){.to = link_host6(i), .port = LINK_TCP};
    }
    return 2 * LINK_HOSTS;
}

static bool heard_of(const struct link_heard *h, unsigned v6, unsigned i)
{
    assert_int_equal(h->open[v6][i], h->open[v6][i] && link_listens(i));
    return h->open[v6][i] + h->refused[v6][i] == 1;
}

static void both_families_are_found_though_their_frames_differ_in_length(void **state)
{
    const struct lc_gate gate = everything();
    struct lc_probe v[2 * LINK_HOSTS];
    size_t n = all_probes(v);
    struct lc_engine e;
    static struct link_heard h;

    (void)state;
    open_or_skip(&gate, 1000000, &e);
    assert_int_equal(link_counts(&e).sent, 0); /* the question to the router is no probe */
    assert_int_equal(e.send(e.ctx, lc_clock_mono_us(), v, n), n);
    link_listen_for(&e, &h, (unsigned)n);
    for (unsigned v6 = 0; v6 < 2; v6++)
        for (unsigned i = 0; i < LINK_HOSTS; i++) {
            assert_int_equal(h.open[v6][i], link_listens(i));
            assert_int_equal(h.refused[v6][i], !link_listens(i));
        }
    assert_int_equal(link_counts(&e).sent, n);
    assert_int_equal(link_counts(&e).received, n);
    assert_int_equal(link_counts(&e).invalid, 0);
    assert_int_equal(link_counts(&e).local_drops, 0);
    e.close(e.ctx);
}

static bool may4(unsigned i)
{
    return i % 2 == 0 && (i < 100 || i > 110);
}

static bool may6(unsigned i)
{
    return i >= 16 && i < 190 && i != 30;
}

/* A scope of single addresses makes the search meet every place of the list. */
static void the_kernel_lets_nothing_out_of_the_scope(void **state)
{
    static struct lc_range allow[LINK_HOSTS], exclude[2], never[1];
    struct lc_gate gate = {
        .allow = allow, .exclude = exclude, .exclude_n = 2, .never = never, .never_n = 1};
    struct lc_probe v[2 * LINK_HOSTS];
    size_t n = all_probes(v);
    unsigned good = 0;
    struct lc_engine e;
    static struct link_heard h;

    (void)state;
    for (unsigned i = 0; i < LINK_HOSTS; i += 2) {
        struct lc_addr a = link_host4(i);

        allow[gate.allow_n++] = (struct lc_range){a, a};
    }
    allow[gate.allow_n++] = (struct lc_range){link_host6(16), link_host6(199)};
    exclude[0] = (struct lc_range){link_host4(100), link_host4(110)};
    exclude[1] = (struct lc_range){link_host6(30), link_host6(30)};
    never[0] = (struct lc_range){link_host6(190), link_host6(255)};
    open_or_skip(&gate, 1000000, &e);
    assert_int_equal(e.send(e.ctx, lc_clock_mono_us(), v, n), n);
    for (unsigned i = 0; i < LINK_HOSTS; i++)
        good += (may4(i) ? 1U : 0U) + (may6(i) ? 1U : 0U);
    link_listen_for(&e, &h, good);
    for (unsigned i = 0; i < LINK_HOSTS; i++) {
        assert_int_equal(heard_of(&h, 0, i), may4(i));
        assert_int_equal(heard_of(&h, 1, i), may6(i));
    }
    assert_int_equal(link_counts(&e).sent, good);
    assert_int_equal(link_counts(&e).local_drops, n - good);
    e.close(e.ctx);
}

static void without_a_scope_nothing_leaves(void **state)
{
    const struct lc_gate gate = {.allow_n = 0};
    struct lc_probe v[2 * LINK_HOSTS];
    size_t n = all_probes(v);
    struct lc_engine e;

    (void)state;
    open_or_skip(&gate, 1000000, &e);
    assert_int_equal(e.send(e.ctx, lc_clock_mono_us(), v, n), n);
    assert_int_equal(link_counts(&e).sent, 0);
    assert_int_equal(link_counts(&e).local_drops, n);
    e.close(e.ctx);
}

/* The burst is one run; what is beyond it comes at the rate, and is left to be sent again. */
static void the_kernels_own_budget_ends_a_run(void **state)
{
    static struct lc_probe v[3 * 4096];
    const struct lc_gate gate = everything();
    struct lc_engine e;
    size_t took;

    (void)state;
    for (size_t i = 0; i < sizeof v / sizeof *v; i++)
        v[i] = (struct lc_probe){.to = link_host4(i % LINK_HOSTS), .port = LINK_TCP};
    open_or_skip(&gate, 10, &e);
    took = e.send(e.ctx, lc_clock_mono_us(), v, sizeof v / sizeof *v);
    assert_in_range(took, 4090, 4096 + 10 * 60); /* a minute, if this machine is slow */
    assert_int_equal(link_counts(&e).sent + link_counts(&e).local_drops, took);
    e.close(e.ctx);
}

static void few_probes_and_questions_over_udp_leave_as_well(void **state)
{
    const struct lc_gate gate = everything();
    struct lc_probe v[40];
    struct lc_engine e;
    static struct link_heard h;

    (void)state;
    open_or_skip(&gate, 1000000, &e);
    for (unsigned i = 0; i < 40; i++)
        v[i] = (struct lc_probe){.to = link_host4(i), .port = LINK_TCP};
    v[7].port = (struct lc_sweep_port){.port = KIT_PORT, .dgram = LC_D_WSD};
    assert_int_equal(e.send(e.ctx, lc_clock_mono_us(), v, 2), 2);
    assert_int_equal(e.send(e.ctx, lc_clock_mono_us(), v + 2, 38), 38);
    link_listen_for(&e, &h, 40);
    assert_int_equal(h.n, 40);
    assert_int_equal(h.others, 1); /* the closed port of UDP */
    assert_int_equal(link_counts(&e).sent, 40);
    e.close(e.ctx);
}

/* As nobody, and with one more system call than engine packet. */
static void after_open_a_run_is_enough_and_needs_no_right(void **state)
{
    const struct lc_gate gate = everything();
    struct lc_probe v[2 * LINK_HOSTS];
    size_t n = all_probes(v);
    struct lc_engine e;

    (void)state;
    open_or_skip(&gate, 1000000, &e);
    assert_int_equal(link_confined(&e, v, n, true), 0);
    assert_int_not_equal(link_confined(&e, v, n, false), 0); /* so it was the run that sent */
    e.close(e.ctx);
}

/* Frames that a card does not take are told by tracepoints alone. */
static void what_the_card_drops_is_counted(void **state)
{
    const struct lc_gate gate = everything();
    struct lc_probe v[2 * LINK_HOSTS];
    size_t n = all_probes(v);
    struct lc_engine e;

    (void)state;
    open_or_skip(&gate, 1000000, &e);
    assert_true(link_set_gro(false));
    assert_int_equal(e.send(e.ctx, lc_clock_mono_us(), v, n), n);
    assert_true(link_set_gro(true));
    assert_int_equal(link_counts(&e).sent, 0);
    assert_int_equal(link_counts(&e).local_drops, n);
    e.close(e.ctx);
}

static void a_card_that_takes_no_such_frames_is_refused_by_name(void **state)
{
    const struct lc_gate gate = everything();
    struct lc_engine e;
    struct lc_err err = {""};

    (void)state;
    if (link_skipped)
        skip();
    assert_true(link_set_gro(false));
    assert_int_equal(open_xdp(&gate, 1000000, &e, &err), LC_EINVAL);
    assert_true(link_set_gro(true));
    assert_non_null(strstr(err.text, "do not get through v0"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_families_are_found_though_their_frames_differ_in_length),
        cmocka_unit_test(the_kernel_lets_nothing_out_of_the_scope),
        cmocka_unit_test(without_a_scope_nothing_leaves),
        cmocka_unit_test(the_kernels_own_budget_ends_a_run),
        cmocka_unit_test(few_probes_and_questions_over_udp_leave_as_well),
        cmocka_unit_test(after_open_a_run_is_enough_and_needs_no_right),
        cmocka_unit_test(what_the_card_drops_is_counted),
        cmocka_unit_test(a_card_that_takes_no_such_frames_is_refused_by_name),
    };

    return cmocka_run_group_tests(tests, setup, link_teardown);
}
