/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The brake against simulated networks: a steady one never slows a run, whatever its hit rate and
 * however long it lasts; one that chokes does, once per second at most; and speed comes back.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "discover/brake.h"

#define START LC_SEC(5000)

static uint64_t rnd = 88172645463325252U;

static double uniform(void)
{
    rnd ^= rnd << 13;
    rnd ^= rnd >> 7;
    rnd ^= rnd << 17;
    return ((double)(rnd >> 11) + 0.5) / 9007199254740992.0;
}

/* A binomial draw; for large ones by the normal law (Box and Muller). */
static uint64_t draw(uint64_t n, double p)
{
    double mean = (double)n * p, v;
    uint64_t hits = 0;

    if (mean < 200 && n < 20000) {
        for (uint64_t i = 0; i < n; i++)
            hits += uniform() < p;
        return hits;
    }
    v = mean +
        sqrt(mean * (1 - p)) * sqrt(-2 * log(uniform())) * cos(6.283185307179586 * uniform());
    return v < 0 ? 0 : v > (double)n ? n : (uint64_t)v;
}

/* One second of a network: `pps` allowed by the rates, of these the brake's share; `hit` and `icmp`
 * per probe. */
static enum lc_brake_cause second(struct lc_brake *b, int64_t *now, double pps, double hit,
                                  double icmp)
{
    uint64_t sent = (uint64_t)(pps * b->factor);

    *now += LC_SEC(1);
    lc_brake_load(b, sent, 0, draw(sent, icmp));
    lc_brake_sample(b, *now, sent, draw(sent, hit));
    return lc_brake_tick(b, *now);
}

static void a_steady_network_never_slows_a_run(void **state)
{
    static const double rates[] = {10, 300, 2000, 20000, 400000},
                        hits[] = {0, 0.0003, 0.01, 0.3, 1};

    (void)state;
    for (size_t r = 0; r < 5; r++) {
        for (size_t h = 0; h < 5; h++) {
            struct lc_brake b;
            int64_t now = START;

            lc_brake_init(&b, 1, now);
            for (unsigned s = 0; s < (r < 3 ? 5000 : 40000); s++) {
                assert_int_equal(second(&b, &now, rates[r], hits[h], hits[(h + 2) % 5] / 2),
                                 LC_BRAKE_NONE);
                assert_true(b.factor == 1.0);
            }
        }
    }
}

/* Slices of 65,536 hosts, six ports each: who is there refuses them all, so answers come by sixes,
 * and a second that holds all of a slice varies like one that holds a sixth of it. */
static void hosts_that_answer_on_every_port_never_slow_a_run(void **state)
{
    (void)state;
    for (unsigned k = 0; k < 40; k++) {
        double alive = k % 2 ? 0.01 : 0.2;
        struct lc_brake b;
        int64_t now = START;

        lc_brake_init(&b, 6, now);
        for (unsigned s = 0; s < 5000; s++) {
            now += LC_SEC(1);
            lc_brake_load(&b, 393216, 0, 0);
            lc_brake_sample(&b, now, 393216, 6 * draw(65536, alive));
            assert_int_equal(lc_brake_tick(&b, now), LC_BRAKE_NONE);
        }
    }
}

static void a_sag_slows_until_the_answers_are_back(void **state)
{
    struct lc_brake b;
    int64_t now = START;
    unsigned slowed = 0;

    (void)state;
    lc_brake_init(&b, 1, now);
    for (unsigned s = 0; s < 30; s++)
        assert_int_equal(second(&b, &now, 20000, 0.02, 0), LC_BRAKE_NONE);
    /* Something on the way carries 6,000 a second and loses the rest. */
    for (unsigned s = 0; s < 200; s++) {
        double pps = 20000 * b.factor, passes = pps > 6000 ? 6000 / pps : 1;

        slowed += second(&b, &now, 20000, 0.02 * passes, 0) == LC_BRAKE_SAG;
        if (s >= 20) /* a tenth above what it carries is within six sigma of a second's answers */
            assert_true(b.factor * 20000 < 6000 * 1.6);
    }
    assert_true(slowed >= 3);
    for (unsigned s = 0; s < 60; s++)
        (void)second(&b, &now, 20000, 0.02, 0);
    assert_true(b.factor == 1.0);
}

static void few_answers_slow_as_well_only_later(void **state)
{
    struct lc_brake b;
    int64_t now = START;
    unsigned seconds = 0;

    (void)state;
    lc_brake_init(&b, 1, now);
    for (unsigned s = 0; s < 200; s++) /* two answers a second */
        assert_int_equal(second(&b, &now, 200, 0.01, 0), LC_BRAKE_NONE);
    while (b.factor == 1.0 && seconds++ < 60)
        (void)second(&b, &now, 200, 0, 0);
    assert_true(b.factor == 0.5);
    assert_true(seconds > 5); /* ten answers that did not come are no proof */
}

static void the_lower_speed_is_kept_until_answers_say_that_it_is_good(void **state)
{
    struct lc_brake b;
    int64_t now = START;
    unsigned kept = 0;

    (void)state;
    lc_brake_init(&b, 1, now);
    for (unsigned s = 0; s < 100; s++)
        (void)second(&b, &now, 1000, 0.01, 0);
    while (b.factor == 1.0)
        (void)second(&b, &now, 1000, 0, 0);
    while (b.factor == 0.5) {
        (void)second(&b, &now, 1000, 0.01, 0);
        kept++;
    }
    assert_true(kept >= 10); /* fifty answers at five a second */
    assert_true(b.factor == 0.55);
}

static void a_surge_of_errors_slows(void **state)
{
    struct lc_brake b;
    int64_t now = START;

    (void)state;
    lc_brake_init(&b, 1, now);
    for (unsigned s = 0; s < 20; s++)
        assert_int_equal(second(&b, &now, 2000, 0, 0.01), LC_BRAKE_NONE);
    assert_int_equal(second(&b, &now, 2000, 0, 0.2), LC_BRAKE_ICMP);
    assert_true(b.factor == 0.5);
}

/* A router that sends 50 errors a second, whatever we send, is no reason to stop. */
static void a_router_with_a_limit_does_not_drag_a_run_down(void **state)
{
    struct lc_brake b;
    int64_t now = START;

    (void)state;
    lc_brake_init(&b, 1, now);
    for (unsigned s = 0; s < 600; s++) {
        uint64_t sent = (uint64_t)(2000 * b.factor);

        now += LC_SEC(1);
        lc_brake_load(&b, sent, s == 100 ? 50 : 0, 50);
        assert_int_equal(lc_brake_tick(&b, now), s == 100 ? LC_BRAKE_DROPS : LC_BRAKE_NONE);
    }
    assert_true(b.factor == 1.0);
}

static void local_drops_halve_each_second_down_to_a_64th_and_speed_comes_back(void **state)
{
    struct lc_brake b;
    int64_t now = START;
    double want = 1.0;

    (void)state;
    lc_brake_init(&b, 1, now);
    for (unsigned s = 0; s < 10; s++) {
        now += LC_SEC(1);
        lc_brake_load(&b, 10000, 11, 0);
        assert_int_equal(lc_brake_tick(&b, now), LC_BRAKE_DROPS);
        want = fmax(want / 2, LC_BRAKE_LOWEST);
        assert_true(b.factor == want);
    }
    for (unsigned s = 0; s < 43; s++) { /* 1.1 ^ 43 < 64 < 1.1 ^ 44 */
        now += LC_SEC(1);
        lc_brake_load(&b, 10000, 10, 0); /* one in a thousand is borne */
        assert_int_equal(lc_brake_tick(&b, now), LC_BRAKE_NONE);
        assert_true(b.factor < 1.0);
    }
    now += LC_SEC(1);
    assert_int_equal(lc_brake_tick(&b, now), LC_BRAKE_NONE);
    assert_true(b.factor == 1.0);
}

static void it_judges_once_a_second_and_what_was_sent_before_is_forgiven(void **state)
{
    struct lc_brake b;
    int64_t now = START, slowed;

    (void)state;
    lc_brake_init(&b, 1, now);
    for (unsigned s = 0; s < 10; s++)
        assert_int_equal(second(&b, &now, 10000, 0.1, 0), LC_BRAKE_NONE);
    lc_brake_sample(&b, now, 10000, 0);
    assert_int_equal(lc_brake_tick(&b, now + LC_MS(999)), LC_BRAKE_NONE);
    now += LC_SEC(1);
    assert_int_equal(lc_brake_tick(&b, now), LC_BRAKE_SAG);
    /* Three seconds of probes were on their way at the old speed. */
    slowed = now;
    for (unsigned s = 0; s < 3; s++) {
        now += LC_SEC(1);
        lc_brake_sample(&b, slowed - 1, 10000, 0);
        assert_int_equal(lc_brake_tick(&b, now), LC_BRAKE_NONE);
    }
    now += LC_SEC(1);
    lc_brake_sample(&b, slowed, 10000, 0);
    assert_int_equal(lc_brake_tick(&b, now), LC_BRAKE_SAG);
}

static void a_network_that_stays_different_is_taken_as_it_is(void **state)
{
    struct lc_brake b;
    int64_t now = START;
    unsigned s = 0;

    (void)state;
    lc_brake_init(&b, 1, now);
    for (; s < 60; s++)
        (void)second(&b, &now, 20000, 0.02, 0);
    for (s = 0; s < 1200; s++) /* half of the answers are gone for good */
        (void)second(&b, &now, 20000, 0.01, 0);
    assert_true(b.factor == 1.0);
    for (s = 0; s < 600; s++)
        assert_int_equal(second(&b, &now, 20000, 0.01, 0), LC_BRAKE_NONE);
}

static void nothing_sent_is_no_sign_of_anything(void **state)
{
    struct lc_brake b;
    int64_t now = START;

    (void)state;
    lc_brake_init(&b, 1, now);
    for (unsigned s = 0; s < 100; s++) {
        now += LC_SEC(1);
        assert_int_equal(lc_brake_tick(&b, now), LC_BRAKE_NONE);
    }
    assert_true(b.factor == 1.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_steady_network_never_slows_a_run),
        cmocka_unit_test(hosts_that_answer_on_every_port_never_slow_a_run),
        cmocka_unit_test(a_sag_slows_until_the_answers_are_back),
        cmocka_unit_test(few_answers_slow_as_well_only_later),
        cmocka_unit_test(the_lower_speed_is_kept_until_answers_say_that_it_is_good),
        cmocka_unit_test(a_surge_of_errors_slows),
        cmocka_unit_test(a_router_with_a_limit_does_not_drag_a_run_down),
        cmocka_unit_test(local_drops_halve_each_second_down_to_a_64th_and_speed_comes_back),
        cmocka_unit_test(it_judges_once_a_second_and_what_was_sent_before_is_forgiven),
        cmocka_unit_test(a_network_that_stays_different_is_taken_as_it_is),
        cmocka_unit_test(nothing_sent_is_no_sign_of_anything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
