/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The order is a permutation, for every n; it is a different one for every seed and tweak; and it
 * is as even as a shuffle. Bounds of evenness: hits per block inside a window of a shuffle are
 * hypergeometric, variance / mean = 1 - window / n; the sample's own spread is about sqrt(2 /
 * blocks) (facts on scanners, 1.1, where masscan's four rounds stand at 4.3 to 63).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "scope/order.h"

static void check_bijection(uint64_t n, uint64_t seed, uint64_t tweak)
{
    uint8_t *seen = lc_alloc_n(n, 1);
    struct lc_order o;

    assert_non_null(seen);
    lc_order_init(&o, n, seed, tweak);
    for (uint64_t i = 0; i < n; i++) {
        uint64_t at = lc_order_at(&o, i);

        assert_true(at < n);
        assert_false(seen[at]); /* n different values below n: each exactly once */
        assert_int_equal(lc_order_find(&o, at), i);
        seen[at] = 1;
    }
    lc_free(seen);
}

static void every_target_comes_exactly_once_for_every_n(void **state)
{
    static const uint64_t odd[] = {1000000, 99999, 65536 * 3, 65536 * 24 / 7, 123457, 393216};

    (void)state;
    for (uint64_t n = 1; n <= 300; n++)
        for (uint64_t seed = 0; seed < 4; seed++)
            check_bijection(n, seed, n);
    for (unsigned k = 9; k <= 20; k++)
        for (uint64_t d = 0; d < 3; d++)
            check_bijection(((uint64_t)1 << k) - 1 + d, k, d);
    for (size_t i = 0; i < sizeof odd / sizeof *odd; i++)
        check_bijection(odd[i], 42, i);
}

static void the_largest_plans_stay_in_range(void **state)
{
    static const uint64_t big[] = {(uint64_t)1 << 32, ((uint64_t)1 << 32) + 1, (uint64_t)1 << 62,
                                   ((uint64_t)1 << 62) - 1, ((uint64_t)1 << 61) + 12345};
    struct lc_order o;

    (void)state;
    for (size_t k = 0; k < sizeof big / sizeof *big; k++) {
        uint64_t before = UINT64_MAX;

        lc_order_init(&o, big[k], 7, k);
        for (uint64_t i = 0; i < 10000; i++) {
            uint64_t at = lc_order_at(&o, big[k] - 1 - i * (big[k] / 10000));

            assert_true(at < big[k]);
            assert_true(at != before);
            assert_int_equal(lc_order_find(&o, at), big[k] - 1 - i * (big[k] / 10000));
            before = at;
        }
    }
}

static void any_place_can_be_asked_for_alone(void **state)
{
    enum { N = 5000 };
    static uint64_t forward[N];
    struct lc_order o, again;

    (void)state;
    lc_order_init(&o, N, 11, 3);
    for (uint64_t i = 0; i < N; i++)
        forward[i] = lc_order_at(&o, i);
    lc_order_init(&again, N, 11, 3);
    for (uint64_t i = N; i-- > 0;)
        assert_int_equal(lc_order_at(&again, i), forward[i]);
}

/* Two random permutations agree at one place on average (Poisson): more than 12 of 100,000 would be
 * a chance of 1 in 10^10. */
static uint64_t agree(const struct lc_order *a, const struct lc_order *b)
{
    uint64_t same = 0;

    for (uint64_t i = 0; i < a->n; i++)
        same += lc_order_at(a, i) == lc_order_at(b, i);
    return same;
}

static void seeds_and_tweaks_give_independent_orders(void **state)
{
    struct lc_order a, b;

    (void)state;
    for (uint64_t k = 0; k < 16; k++) {
        lc_order_init(&a, 100000, k, 0);
        lc_order_init(&b, 100000, k + 1, 0);
        assert_true(agree(&a, &b) <= 12);
        lc_order_init(&b, 100000, k, 1);
        assert_true(agree(&a, &b) <= 12);
        lc_order_init(&b, 100000, k ^ (uint64_t)1 << 63, 0);
        assert_true(agree(&a, &b) <= 12);
        lc_order_init(&a, 100000, k, k + 1); /* seed and tweak are not the same thing */
        lc_order_init(&b, 100000, k + 1, k);
        assert_true(agree(&a, &b) <= 12);
    }
}

/* The first target under 200,000 seeds falls evenly on 10,000 places, and so does the step from it
 * to the second: chi-square with 9,999 degrees of freedom stays below 9,999 + 6 * sqrt(2 * 9,999).
 * (For a hundred targets it would not: four rounds over so few cells show, whatever the round
 * function.) */
static void the_seed_decides_evenly_who_comes_first(void **state)
{
    enum { N = 10000, SEEDS = 200000 };
    static uint32_t first[N], step[N];
    double chi_first = 0, chi_step = 0;
    struct lc_order o;

    (void)state;
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
        uint64_t a, b;

        lc_order_init(&o, N, seed, 0);
        a = lc_order_at(&o, 0);
        b = lc_order_at(&o, 1);
        first[a]++;
        step[(b + N - a) % N]++; /* never 0 */
    }
    assert_int_equal(step[0], 0);
    for (unsigned i = 0; i < N; i++) {
        double e = (double)SEEDS / N, d = (double)first[i] - e;

        chi_first += d * d / e;
        e = (double)SEEDS / (N - 1);
        d = (double)step[i] - e;
        chi_step += i ? d * d / e : 0;
    }
    assert_true(chi_first < 10848);
    assert_true(chi_step < 10848);
}

/* Variance over mean of hits per block of 2^shift targets, over the windows given. */
static double clumping(const struct lc_order *o, uint64_t window, unsigned windows, unsigned shift)
{
    uint64_t blocks = o->n >> shift;
    uint32_t *hits = lc_alloc_n(blocks, sizeof *hits);
    double mean = (double)window / (double)blocks, sum = 0;

    assert_non_null(hits);
    for (unsigned w = 0; w < windows; w++) {
        memset(hits, 0, blocks * sizeof *hits);
        for (uint64_t i = 0; i < window; i++)
            hits[lc_order_at(o, w * window + i) >> shift]++;
        for (uint64_t b = 0; b < blocks; b++)
            sum += ((double)hits[b] - mean) * ((double)hits[b] - mean);
    }
    lc_free(hits);
    return sum / windows / (double)blocks / mean;
}

static void check_even(uint64_t n, uint64_t window, unsigned windows, unsigned shift, double slack)
{
    double want = 1 - (double)window / (double)n;

    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct lc_order o;
        double is;

        lc_order_init(&o, n, seed, 0);
        is = clumping(&o, window, windows, shift);
        assert_true(is > want * (1 - slack) && is < want * (1 + slack));
    }
}

static void blocks_are_hit_as_evenly_as_by_a_shuffle(void **state)
{
    (void)state;
    /* 6 sigma: sqrt(2 / (windows * blocks)) * 6 */
    check_even((uint64_t)1 << 24, 65536, 4, 8, 0.017); /* 65,536 blocks of /24 size */
    check_even((uint64_t)1 << 24, 1U << 20, 1, 8, 0.034);
    check_even((uint64_t)1 << 24, 65536, 16, 16, 0.14); /* 256 blocks of /16 size */
    check_even((uint64_t)9 << 20, 65536, 4, 8, 0.023);  /* far from a power of two */
    check_even((uint64_t)9 << 20, 65536, 16, 16, 0.18);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_target_comes_exactly_once_for_every_n),
        cmocka_unit_test(the_largest_plans_stay_in_range),
        cmocka_unit_test(any_place_can_be_asked_for_alone),
        cmocka_unit_test(seeds_and_tweaks_give_independent_orders),
        cmocka_unit_test(the_seed_decides_evenly_who_comes_first),
        cmocka_unit_test(blocks_are_hit_as_evenly_as_by_a_shuffle),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
