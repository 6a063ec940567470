/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger of a sweep: a slice is done with its last result, counts add up, and a resumed run
 * sweeps exactly what was not done and asks nobody twice. */
#include "run/slices.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdint.h>
#include <string.h>

#define OK(call) assert_int_equal((call), LC_OK)

static struct lc_store *store;
static struct lc_err err;
static struct lc_run run;

static int open_store(void **state)
{
    struct lc_range r;
    struct lc_targets plan = {.v = &r, .n = 1};

    (void)state;
    if (lc_range_parse(LC_S("10.0.0.0-10.0.0.9"), &r) != LC_OK)
        return -1;
    run = (struct lc_run){.started_us = 1};
    return lc_store_open(":memory:", false, &store, &err) == LC_OK &&
                   lc_store_run_begin(store, &run, &plan, &err) == LC_OK
               ? 0
               : -1;
}

static int close_store(void **state)
{
    (void)state;
    lc_store_close(store);
    return 0;
}

static struct lc_heard_host heard(uint64_t index, bool open)
{
    struct lc_heard_host h = {.index = index, .addr = lc_addr_v4(0x0a000000U + (uint32_t)index)};

    h.known.swept = true;
    if (open)
        lc_mask_add(h.known.open, 0);
    else
        lc_mask_add(h.known.refused, 0);
    return h;
}

static uint64_t next(struct lc_slices *s)
{
    uint64_t slice;

    OK(lc_slices_next(s, &slice));
    return slice;
}

static void put(uint64_t index, enum lc_host_state state)
{
    static const struct lc_judgement nothing = {.takeover = LC_TU};
    static struct lc_identity nobody;
    struct lc_endpoint_result whole = {0, LC_S("")};
    struct lc_host_result r = {.index = index,
                               .addr = lc_addr_v4(0x0a000000U + (uint32_t)index),
                               .state = state,
                               .in_slice = true,
                               .observed_us = 5,
                               .endpoints_n = 1,
                               .endpoints = &whole,
                               .identity = &nobody,
                               .judgement = &nothing};

    OK(lc_store_put(store, run.id, &r, &err));
}

static void a_slice_is_done_with_its_last_result_and_its_counts_add_up(void **state)
{
    struct lc_slices *s = lc_slices_new(1, store, run.id, false, &err);
    struct lc_heard_host h = heard(3, true), out;
    bool queued;

    (void)state;
    assert_int_equal(next(s), 0);
    OK(lc_slices_heard(s, 0, &h, &queued, &err));
    assert_true(queued);
    h = heard(4, false);
    OK(lc_slices_heard(s, 0, &h, &queued, &err));
    assert_false(queued);
    OK(lc_slices_over(s, 0, 10, &err));
    assert_false(lc_slices_dry(s));
    assert_true(lc_slices_take(s, &out));
    assert_int_equal(out.index, 3);
    put(3, LC_HOST_ANSWERED);
    OK(lc_slices_result(s, out.slice_at, LC_HOST_ANSWERED, &err));
    assert_true(lc_slices_dry(s));
    assert_int_equal(lc_slices_hosts_done(s), 10);
    OK(lc_store_run_end(store, &run, &err)); /* refused while a target has no result */
    assert_int_equal(run.answered, 1);
    assert_int_equal(run.refused, 1);
    assert_int_equal(run.silent, 8);
    lc_slices_free(s);
}

static void a_resumed_run_sweeps_what_was_not_done_and_asks_nobody_twice(void **state)
{
    struct lc_slices *s = lc_slices_new(3, store, run.id, false, &err);
    struct lc_heard_host h = heard(1, true), out;
    uint64_t slice;
    bool queued;

    (void)state;
    for (uint64_t i = 0; i < 3; i++)
        assert_int_equal(next(s), i);
    OK(lc_slices_over(s, 0, 4, &err));            /* done */
    OK(lc_slices_heard(s, 2, &h, &queued, &err)); /* its host has a result, */
    assert_true(lc_slices_take(s, &out));
    put(1, LC_HOST_ANSWERED);
    OK(lc_slices_result(s, out.slice_at, LC_HOST_ANSWERED, &err));
    OK(lc_store_commit(store, &err)); /* but the slice was never over */
    lc_slices_free(s);

    s = lc_slices_new(3, store, run.id, true, &err);
    assert_int_equal(next(s), 1);
    assert_int_equal(next(s), 2);
    assert_int_equal(lc_slices_next(s, &slice), LC_DONE);
    OK(lc_slices_heard(s, 2, &h, &queued, &err));
    assert_false(queued);
    OK(lc_slices_over(s, 2, 3, &err));
    OK(lc_slices_over(s, 1, 3, &err));
    assert_true(lc_slices_dry(s));
    OK(lc_store_commit(store, &err));
    OK(lc_store_run_end(store, &run, &err)); /* 10 targets: 1 answered, 9 silent */
    assert_int_equal(run.answered, 1);
    assert_int_equal(run.silent, 9);
    lc_slices_free(s);
}

static void slices_are_given_only_while_few_hosts_wait(void **state)
{
    struct lc_slices *s = lc_slices_new(100, store, run.id, false, &err);
    struct lc_heard_host h;
    uint64_t slice;
    bool queued;

    (void)state;
    for (uint64_t i = 0; i < LC_SWEEP_AT_ONCE; i++)
        (void)next(s);
    assert_int_equal(lc_slices_next(s, &slice), LC_DONE); /* the sweep's own window */
    for (uint64_t i = 0; i < LC_HEARD_WAITING; i++) {
        h = heard(i, true);
        OK(lc_slices_heard(s, 0, &h, &queued, &err));
    }
    OK(lc_slices_over(s, 1, 1, &err));
    assert_int_equal(lc_slices_next(s, &slice), LC_DONE);
    assert_true(lc_slices_take(s, &h));
    assert_int_equal(next(s), LC_SWEEP_AT_ONCE);
    lc_slices_free(s);
}

static void what_the_sweep_should_not_say_is_refused(void **state)
{
    struct lc_slices *s = lc_slices_new(2, store, run.id, false, &err);
    struct lc_heard_host h = heard(0, true);
    bool queued;

    (void)state;
    assert_int_equal(lc_slices_heard(s, 0, &h, &queued, &err), LC_EPARSE); /* not given */
    assert_int_equal(next(s), 0);
    OK(lc_slices_heard(s, 0, &h, &queued, &err));
    assert_int_equal(lc_slices_over(s, 0, 0, &err), LC_EPARSE); /* fewer than were heard */
    OK(lc_slices_over(s, 0, 1, &err));
    assert_int_equal(lc_slices_over(s, 0, 1, &err), LC_EPARSE);
    assert_int_equal(lc_slices_heard(s, 0, &h, &queued, &err), LC_EPARSE);
    lc_slices_free(s);
}

static void the_plan_of_a_sweep_survives_the_store(void **state)
{
    struct lc_sweep_plan in = {.engine = LC_ENGINE_PACKET,
                               .ports_n = 3,
                               .likely_n = 2,
                               .passes = 2,
                               .ports = {{554, 0}, {80, 0}, {37020, LC_D_SADP}},
                               .order_seed = 0x1122334455667788,
                               .cookie_key = "0123456789abcde",
                               .again_us = 2000000,
                               .drain_us = 3000000,
                               .adapt = true};
    struct lc_sweep_plan out;
    uint8_t bytes[1024];
    size_t n = lc_sweep_plan_pack(&in, bytes, sizeof bytes);

    (void)state;
    assert_true(n > 0);
    OK(lc_sweep_plan_unpack(lc_slice_of(bytes, n), &out));
    assert_memory_equal(&in, &out, sizeof in);
    for (size_t cut = 1; cut < n; cut++)
        assert_int_equal(lc_sweep_plan_unpack(lc_slice_of(bytes, cut), &out), LC_EVERSION);
    OK(lc_sweep_plan_unpack(LC_S(""), &out));
    assert_int_equal(out.engine, LC_ENGINE_DIRECT);
}

#define T(f) cmocka_unit_test_setup_teardown(f, open_store, close_store)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_slice_is_done_with_its_last_result_and_its_counts_add_up),
        T(a_resumed_run_sweeps_what_was_not_done_and_asks_nobody_twice),
        T(slices_are_given_only_while_few_hosts_wait),
        T(what_the_sweep_should_not_say_is_refused),
        T(the_plan_of_a_sweep_survives_the_store),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
