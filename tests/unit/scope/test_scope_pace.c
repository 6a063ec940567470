/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Budgets against a virtual clock: each is obeyed within two per cent from 10 to 400,000 packets a
 * second, never exceeded by more than its burst, and none is exceeded because another one waits.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/clock.h"
#include "scope/pace.h"

#define START LC_SEC(1000)

static const uint32_t speeds[] = {10, 100, 2000, 50000, 400000};
#define SPEEDS (sizeof speeds / sizeof *speeds)

static int64_t near(struct lc_pace *p, const struct lc_addr *a, int64_t now_us)
{
    int64_t at_us;

    lc_pace_near(p, &a, 1, now_us, &at_us);
    return at_us;
}

static struct lc_rates unlimited(void)
{
    return (struct lc_rates){.host_pps = LC_RATE_LABORATORY,
                             .host_conns = 8,
                             .block_pps = LC_RATE_LABORATORY,
                             .total_pps = LC_RATE_LABORATORY};
}

/* Asks for packet after packet, each at the moment the last one left. Returns how many left within
 * `span_us`. */
static uint64_t left_within(struct lc_pace *p, const struct lc_addr *v, size_t n, int64_t span_us)
{
    int64_t now = START;
    uint64_t left = 0;

    for (size_t i = 0;; i++) {
        int64_t at = lc_pace_reserve(p, &v[i % n], 0, now);

        now = at > now ? at : now;
        if (now >= START + span_us)
            return left;
        left++;
    }
}

static void check_rate(uint64_t left, uint32_t pps, int64_t span_us)
{
    double want = (double)pps * (double)span_us / 1e6;

    assert_true((double)left >= want * 0.98);
    assert_true((double)left <= want * 1.02);
}

static void check_all(const struct lc_rates *rates, const struct lc_pace_asn *table, size_t table_n,
                      const struct lc_addr *v, size_t n, uint32_t pps)
{
    int64_t span = pps < 1000 ? LC_SEC(100) : LC_SEC(2);
    struct lc_pace *p = lc_pace_new(rates, 5);

    assert_non_null(p);
    if (table_n)
        assert_int_equal(lc_pace_asns(p, table, table_n), LC_OK);
    check_rate(left_within(p, v, n, span), pps, span);
    lc_pace_free(p);
}

static void a_host_gets_its_rate(void **state)
{
    struct lc_addr a = lc_addr_v4(0xc6120001);

    (void)state;
    for (size_t i = 0; i < SPEEDS; i++) {
        struct lc_rates r = unlimited();

        r.host_pps = speeds[i];
        check_all(&r, NULL, 0, &a, 1, speeds[i]);
    }
}

static void a_block_gets_its_rate_whatever_hosts_it_has(void **state)
{
    struct lc_addr v[256];

    (void)state;
    for (uint32_t i = 0; i < 256; i++)
        v[i] = lc_addr_v4(0xc6120000 + i);
    for (size_t i = 0; i < SPEEDS; i++) {
        struct lc_rates r = unlimited();

        r.block_pps = speeds[i];
        check_all(&r, NULL, 0, v, 256, speeds[i]);
    }
}

static void a_block_of_ipv6_is_a_48(void **state)
{
    struct lc_addr v[256];
    struct lc_rates r = unlimited();

    (void)state;
    for (uint32_t i = 0; i < 256; i++) {
        assert_int_equal(lc_addr_parse(LC_S("2001:db8:7::"), &v[i]), LC_OK);
        v[i].b[7] = (uint8_t)i; /* 256 networks of one /48 */
        v[i].b[15] = 1;
    }
    r.block_pps = 2000;
    check_all(&r, NULL, 0, v, 256, 2000);
}

static void an_autonomous_system_gets_its_rate_over_all_its_ranges(void **state)
{
    struct lc_addr v[512];

    (void)state;
    for (uint32_t i = 0; i < 512; i++) /* two ranges, 256 blocks each */
        v[i] = lc_addr_v4((i % 2 ? 0xc6130000 : 0xc6120000) + i / 2 * 256);
    for (size_t i = 0; i < SPEEDS; i++) {
        struct lc_rates r = unlimited();
        struct lc_pace_asn t[3] = {{.asn = 64500, .pps = speeds[i]},
                                   {.asn = 64501, .pps = 1},
                                   {.asn = 64500, .pps = speeds[i] + 7}}; /* the lowest counts */

        assert_int_equal(lc_range_parse(LC_S("198.18.0.0/16"), &t[0].range), LC_OK);
        assert_int_equal(lc_range_parse(LC_S("198.18.255.255-198.18.255.255"), &t[1].range), LC_OK);
        t[0].range.last = lc_addr_prev(&t[1].range.first);
        assert_int_equal(lc_range_parse(LC_S("198.19.0.0/16"), &t[2].range), LC_OK);
        check_all(&r, t, 3, v, 512, speeds[i]);
    }
}

static void addresses_outside_the_table_have_no_such_budget(void **state)
{
    struct lc_rates r = unlimited();
    struct lc_pace_asn t = {.asn = 64500, .pps = 1};
    struct lc_addr v[2] = {lc_addr_v4(0xc611ffff), lc_addr_v4(0xc6130000)}; /* beside it */

    (void)state;
    assert_int_equal(lc_range_parse(LC_S("198.18.0.0/16"), &t.range), LC_OK);
    r.host_pps = 1000;
    check_all(&r, &t, 1, v, 2, 2000);
}

static void a_table_out_of_order_is_refused(void **state)
{
    struct lc_rates r = unlimited();
    struct lc_pace_asn t[2] = {{.asn = 1, .pps = 1}, {.asn = 2, .pps = 1}};
    struct lc_pace *p = lc_pace_new(&r, 1);

    (void)state;
    assert_non_null(p);
    assert_int_equal(lc_range_parse(LC_S("198.19.0.0/16"), &t[0].range), LC_OK);
    assert_int_equal(lc_range_parse(LC_S("198.18.0.0/16"), &t[1].range), LC_OK);
    assert_int_equal(lc_pace_asns(p, t, 2), LC_EINVAL);
    t[1].range = t[0].range; /* they overlap */
    assert_int_equal(lc_pace_asns(p, t, 2), LC_EINVAL);
    t[1].range = (struct lc_range){lc_addr_v4(0xc6140000), lc_addr_v4(0xc614ffff)};
    t[1].pps = 0;
    assert_int_equal(lc_pace_asns(p, t, 2), LC_EINVAL);
    lc_pace_free(p);
}

static void overall_gets_its_rate(void **state)
{
    static struct lc_addr v[65536];

    (void)state;
    for (uint32_t i = 0; i < 65536; i++)
        v[i] = lc_addr_v4(0x0a000000 + i * 256);
    for (size_t i = 0; i < SPEEDS; i++) {
        struct lc_rates r = unlimited();

        r.total_pps = speeds[i];
        check_all(&r, NULL, 0, v, 65536, speeds[i]);
    }
}

/* Sometimes one asks first, sometimes the other; both as greedy as can be, every 100 microseconds.
 */
static void two_users_of_one_overall_budget_obey_it_together(void **state)
{
    (void)state;
    for (size_t i = 0; i < SPEEDS; i++) {
        struct lc_rates r = unlimited();
        int64_t shared = 0, next, span = speeds[i] < 1000 ? LC_SEC(100) : LC_SEC(2);
        struct lc_pace *p[2];
        uint64_t left[2] = {0, 0};

        r.total_pps = speeds[i];
        for (size_t k = 0; k < 2; k++) {
            p[k] = lc_pace_new(&r, k);
            assert_non_null(p[k]);
            lc_pace_share_total(p[k], &shared);
        }
        for (int64_t now = START; now < START + span; now += 100) {
            size_t first = (size_t)(now * 2654435761 >> 13 & 1); /* who is quicker this time */

            left[first] += lc_pace_total_take(p[first], 256, now, &next);
            left[!first] += lc_pace_total_take(p[!first], 3, now, &next);
        }
        check_rate(left[0] + left[1], speeds[i], span);
        assert_true(left[0] > 0 && left[1] > 0);
        lc_pace_free(p[0]);
        lc_pace_free(p[1]);
    }
}

static void the_time_to_ask_again_is_exact(void **state)
{
    struct lc_rates r = unlimited();
    int64_t next = 0;
    struct lc_pace *p;

    (void)state;
    r.total_pps = 10;
    p = lc_pace_new(&r, 1);
    assert_non_null(p);
    assert_int_equal(lc_pace_total_take(p, 5, START, &next), 1);
    assert_true(next > START && next <= START + LC_MS(100));
    assert_int_equal(lc_pace_total_take(p, 5, next - 1, &next), 0);
    assert_int_equal(lc_pace_total_take(p, 5, next, &next), 1);
    lc_pace_free(p);
}

static void what_waits_for_its_host_does_not_hold_the_overall_budget(void **state)
{
    struct lc_rates r = unlimited();
    struct lc_addr a = lc_addr_v4(0xc6120001);
    int64_t next;
    struct lc_pace *p;

    (void)state;
    r.host_pps = 1;
    r.total_pps = 100;
    p = lc_pace_new(&r, 1);
    assert_non_null(p);
    for (unsigned i = 0; i < 50; i++)
        (void)near(p, &a, START);
    assert_int_equal(lc_pace_total_take(p, 1, START, &next), 1);
    lc_pace_free(p);
}

/* A crowded block makes packets wait for seconds; when they leave, their hosts still see at most
 * ten in any second. */
static void a_host_keeps_its_rate_behind_a_crowded_block(void **state)
{
    struct lc_rates r = unlimited();
    struct lc_addr quiet = lc_addr_v4(0xc6120001);
    int64_t at[40];
    struct lc_pace *p;

    (void)state;
    r.host_pps = 10;
    r.block_pps = 200;
    p = lc_pace_new(&r, 1);
    assert_non_null(p);
    for (uint32_t i = 0; i < 40; i++) {
        /* The crowd thins out: a hundred others before the first packet, none before the last. */
        for (uint32_t k = 0; k < 100 && i < 20; k++) {
            struct lc_addr other = lc_addr_v4(0xc6120002 + k);

            (void)near(p, &other, START + LC_MS(100) * i);
        }
        at[i] = near(p, &quiet, START + LC_MS(100) * i);
    }
    for (unsigned i = 1; i < 40; i++)
        assert_true(at[i] - at[i - 1] >= LC_MS(100) - 1);
    lc_pace_free(p);
}

/* More warm hosts than the table has places: who is pushed out and comes back waits at least as
 * long as the budget says. */
static void no_host_gains_by_a_full_table(void **state)
{
    enum { HOSTS = 200000 };
    static int64_t last[HOSTS];
    struct lc_rates r = unlimited();
    struct lc_pace *p;
    int64_t now = START;

    (void)state;
    r.host_pps = 1;
    p = lc_pace_new(&r, 9);
    assert_non_null(p);
    for (uint32_t i = 0; i < 3 * HOSTS; i++) {
        struct lc_addr a = lc_addr_v4(0x0a000000 + i % HOSTS);
        int64_t at = near(p, &a, now);

        at = at > now ? at : now;
        if (i >= HOSTS)
            assert_true(at - last[i % HOSTS] >= LC_SEC(1) - LC_MS(1));
        last[i % HOSTS] = at;
        now++;
    }
    lc_pace_free(p);
}

/* Hosts and blocks of a group meet each other in it, as they would one by one. */
static void a_group_waits_as_one_by_one(void **state)
{
    struct lc_rates r = unlimited();
    struct lc_addr v[LC_PACE_NEAR];
    const struct lc_addr *to[LC_PACE_NEAR];
    int64_t at[LC_PACE_NEAR], longest = 0;
    struct lc_pace *p, *q;

    (void)state;
    r.host_pps = 10;
    r.block_pps = 200;
    p = lc_pace_new(&r, 3);
    q = lc_pace_new(&r, 3);
    assert_true(p && q);
    for (uint32_t i = 0; i < LC_PACE_NEAR; i++) {
        v[i] = lc_addr_v4(0xc6120000 + i % 5 * 256 + i % 7);
        to[i] = &v[i];
    }
    for (unsigned again = 0; again < 3; again++) {
        lc_pace_near(p, to, LC_PACE_NEAR, START + again, at);
        for (unsigned i = 0; i < LC_PACE_NEAR; i++) {
            assert_int_equal(at[i], near(q, &v[i], START + again));
            longest = at[i] > longest ? at[i] : longest;
        }
    }
    assert_true(longest > START + LC_MS(100));
    lc_pace_free(p);
    lc_pace_free(q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_host_gets_its_rate),
        cmocka_unit_test(a_block_gets_its_rate_whatever_hosts_it_has),
        cmocka_unit_test(a_block_of_ipv6_is_a_48),
        cmocka_unit_test(an_autonomous_system_gets_its_rate_over_all_its_ranges),
        cmocka_unit_test(addresses_outside_the_table_have_no_such_budget),
        cmocka_unit_test(a_table_out_of_order_is_refused),
        cmocka_unit_test(overall_gets_its_rate),
        cmocka_unit_test(two_users_of_one_overall_budget_obey_it_together),
        cmocka_unit_test(the_time_to_ask_again_is_exact),
        cmocka_unit_test(what_waits_for_its_host_does_not_hold_the_overall_budget),
        cmocka_unit_test(a_host_keeps_its_rate_behind_a_crowded_block),
        cmocka_unit_test(no_host_gains_by_a_full_table),
        cmocka_unit_test(a_group_waits_as_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
