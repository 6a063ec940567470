/* SPDX-License-Identifier: Apache-2.0 */
/* The pace that a run takes by itself, and how long it then lasts. */
#include "scratch.h"

static struct lc_scope scope_of(bool is_public, uint32_t total_pps)
{
    return (struct lc_scope){.is_public = is_public, .rates = {.total_pps = total_pps}};
}

static void a_public_run_is_spread_over_a_day(void **state)
{
    const struct lc_scope s = scope_of(true, 20000);

    (void)state;
    assert_int_equal(lc_scope_gentle_pps(&s, 400000000), 4629); /* 400,000,000 / 86,400 */
    for (uint64_t probes = 4320000; probes < 1728000000; probes = probes * 3 + 7919)
        assert_true(lc_scope_duration_s(probes, lc_scope_gentle_pps(&s, probes)) >= 86400);
}

static void a_small_run_is_not_slower_than_fifty_packets(void **state)
{
    const struct lc_scope s = scope_of(true, 20000);

    (void)state;
    assert_int_equal(lc_scope_gentle_pps(&s, 0), 50);
    assert_int_equal(lc_scope_gentle_pps(&s, 3072), 50);
    assert_int_equal(lc_scope_gentle_pps(&s, 50ULL * 86400), 50);
    assert_int_equal(lc_scope_gentle_pps(&s, 51ULL * 86400 - 1), 50);
    assert_int_equal(lc_scope_gentle_pps(&s, 51ULL * 86400), 51);
}

static void what_the_scope_grants_is_never_exceeded(void **state)
{
    struct lc_scope s = scope_of(true, 2000);

    (void)state;
    assert_int_equal(lc_scope_gentle_pps(&s, 400000000), 2000);
    assert_int_equal(lc_scope_gentle_pps(&s, UINT64_MAX), 2000);
    s = scope_of(true, 10);
    assert_int_equal(lc_scope_gentle_pps(&s, 3072), 10);
}

static void a_private_run_takes_what_is_granted(void **state)
{
    const struct lc_scope s = scope_of(false, 2000);

    (void)state;
    assert_int_equal(lc_scope_gentle_pps(&s, 1), 2000);
    assert_int_equal(lc_scope_gentle_pps(&s, UINT64_MAX), 2000);
}

static void durations_are_rounded_up_and_do_not_overflow(void **state)
{
    (void)state;
    assert_int_equal(lc_scope_duration_s(0, 50), 0);
    assert_int_equal(lc_scope_duration_s(1, 50), 1);
    assert_int_equal(lc_scope_duration_s(50, 50), 1);
    assert_int_equal(lc_scope_duration_s(51, 50), 2);
    assert_int_equal(lc_scope_duration_s(433000000, 4630), 93521); /* nearly 26 hours */
    assert_true(lc_scope_duration_s(1, 0) == INT64_MAX);
    assert_true(lc_scope_duration_s(0, 0) == 0);
    assert_true(lc_scope_duration_s(UINT64_MAX, 1) == INT64_MAX);
}

static int64_t block_s(const char *const *texts, uint64_t each, uint32_t pps)
{
    struct lc_targets t = {.n = 0};
    struct lc_err err;
    int64_t s;

    for (; *texts; texts++)
        assert_int_equal(lc_targets_add(&t, *texts, &err), LC_OK);
    lc_ranges_merge(&t);
    s = lc_scope_block_s(&t, each, pps);
    lc_targets_free(&t);
    return s;
}

#define BLOCK_S(each, pps, ...) block_s((const char *const[]){__VA_ARGS__, NULL}, each, pps)

static void the_fullest_block_bounds_the_pace(void **state)
{
    struct lc_targets wide = {.n = 0};
    struct lc_range r;

    (void)state;
    assert_int_equal(BLOCK_S(12, 20, "10.0.0.0/8"), 154); /* 256 * 12 / 20 */
    assert_int_equal(BLOCK_S(10, 20, "10.0.0.1"), 1);
    assert_int_equal(BLOCK_S(10, 1, "10.0.0.1", "10.0.0.9", "10.0.0.255", "10.0.1.0"), 30);
    assert_int_equal(BLOCK_S(1, 1, "10.0.0.200-10.0.1.99"), 100);
    assert_int_equal(BLOCK_S(1, 1, "10.0.0.200-10.0.1.99", "10.0.0.1-10.0.0.50"), 106);
    assert_int_equal(BLOCK_S(1, 1, "10.0.0.0/24", "10.0.1.0/25"), 256);
    /* every /64 of a /48 is in one block; those of another are not */
    assert_int_equal(BLOCK_S(10, 20, "2001:db8:1::/48/64+ff"), 65536 * 256 * 10 / 20);
    assert_int_equal(BLOCK_S(1, 1, "2001:db8:1::1", "2001:db8:1:2::1", "2001:db8:2::1"), 2);
    assert_int_equal(BLOCK_S(1, 1, "10.0.0.1", "2001:db8:1::/120"), 256);
    assert_int_equal(lc_scope_block_s(&wide, 12, 20), 0);
    assert_int_equal(lc_range_parse(LC_S("2001:db8::/32"), &r), LC_OK);
    assert_int_equal(lc_ranges_push(&wide, &r), LC_OK);
    assert_true(lc_scope_block_s(&wide, 12, 20) == INT64_MAX);
    assert_true(lc_scope_block_s(&wide, 1, 1) == INT64_MAX);
    lc_targets_free(&wide);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_public_run_is_spread_over_a_day),
        cmocka_unit_test(a_small_run_is_not_slower_than_fifty_packets),
        cmocka_unit_test(what_the_scope_grants_is_never_exceeded),
        cmocka_unit_test(a_private_run_takes_what_is_granted),
        cmocka_unit_test(durations_are_rounded_up_and_do_not_overflow),
        cmocka_unit_test(the_fullest_block_bounds_the_pace),
    };

    return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
