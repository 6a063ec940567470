/* SPDX-License-Identifier: Apache-2.0 */
/* Packed facts: bounds, types, uniqueness, and readers that survive any bytes. */
#include "facts/facts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static size_t count(struct lc_slice blob)
{
    struct lc_cur at = {.s = blob};
    struct lc_fact f;
    size_t n = 0;

    while (lc_facts_next(&at, &f) == LC_OK)
        n++;
    return n;
}

static void what_is_added_is_found_by_name_and_port(void **state)
{
    struct lc_facts f;
    struct lc_fact got;

    (void)state;
    lc_facts_init(&f);
    f.port = 80;
    lc_facts_str(&f, LC_F_HTTP_SERVER, LC_S("nginx"));
    lc_facts_int(&f, LC_F_HTTP_STATUS, 401);
    f.port = 554;
    lc_facts_bool(&f, LC_F_RTSP_CONTROL_VIDEO, true);
    assert_true(lc_facts_find(lc_buf_view(&f.buf), LC_F_HTTP_STATUS, 80, &got));
    assert_int_equal(lc_fact_as_int(&got), 401);
    assert_false(lc_facts_find(lc_buf_view(&f.buf), LC_F_HTTP_STATUS, 554, &got));
    assert_true(lc_facts_find(lc_buf_view(&f.buf), LC_F_RTSP_CONTROL_VIDEO, 0, &got));
    assert_int_equal(got.port, 554);
    lc_facts_free(&f);
}

static void negative_numbers_survive(void **state)
{
    struct lc_facts f;
    struct lc_fact got;

    (void)state;
    lc_facts_init(&f);
    lc_facts_int(&f, LC_F_HTTP_FAVICON_MMH3, -1466785234);
    assert_true(lc_facts_find(lc_buf_view(&f.buf), LC_F_HTTP_FAVICON_MMH3, 0, &got));
    assert_int_equal(lc_fact_as_int(&got), -1466785234);
    lc_facts_free(&f);
}

static void long_values_are_cut_and_flagged(void **state)
{
    uint8_t big[5000];
    struct lc_facts f;
    struct lc_fact got;

    (void)state;
    memset(big, 'x', sizeof big);
    lc_facts_init(&f);
    lc_facts_str(&f, LC_F_HTTP_TITLE, lc_slice_of(big, sizeof big));
    assert_true(lc_facts_find(lc_buf_view(&f.buf), LC_F_HTTP_TITLE, 0, &got));
    assert_int_equal(got.value.n, lc_fact_infos[LC_F_HTTP_TITLE].max);
    assert_true(got.flags & LC_FACT_CUT);
    lc_facts_free(&f);
}

static void repeated_values_say_nothing_new(void **state)
{
    struct lc_facts f;

    (void)state;
    lc_facts_init(&f);
    lc_facts_str(&f, LC_F_HTTP_SERVER, LC_S("a"));
    lc_facts_str(&f, LC_F_HTTP_SERVER, LC_S("a"));
    lc_facts_str(&f, LC_F_HTTP_SERVER, LC_S("b"));
    assert_int_equal(count(lc_buf_view(&f.buf)), 2);
    lc_facts_free(&f);
}

static void a_talkative_peer_fills_the_bound_and_no_more(void **state)
{
    struct lc_facts f;

    (void)state;
    lc_facts_init(&f);
    for (int i = 0; i < 3000; i++) {
        char text[64];

        (void)snprintf(text, sizeof text, "cookie-%d-with-some-length", i);
        lc_facts_str(&f, LC_F_HTTP_COOKIE, lc_slice_str(text));
    }
    assert_true(f.buf.full);
    assert_true(f.buf.n <= LC_FACTS_MAX);
    assert_true(count(lc_buf_view(&f.buf)) > 100);
    lc_facts_free(&f);
}

static void a_damaged_blob_is_an_error_never_a_crash(void **state)
{
    struct lc_facts f;
    struct lc_cur at;
    struct lc_fact got;
    enum lc_status st;

    (void)state;
    lc_facts_init(&f);
    lc_facts_str(&f, LC_F_HTTP_SERVER, LC_S("nginx"));
    lc_facts_int(&f, LC_F_HTTP_STATUS, 200);
    for (size_t cut = 1; cut < f.buf.n; cut++) {
        at = (struct lc_cur){.s = lc_slice_sub(lc_buf_view(&f.buf), 0, cut)};
        while ((st = lc_facts_next(&at, &got)) == LC_OK)
            ;
        assert_true(st == LC_EPARSE || cut == 13); /* 13: exactly the first record */
    }
    f.buf.p[6] = 0xff; /* a length that lies */
    at = (struct lc_cur){.s = lc_buf_view(&f.buf)};
    assert_int_equal(lc_facts_next(&at, &got), LC_EPARSE);
    lc_facts_free(&f);
}

static void names_lead_back_to_their_numbers(void **state)
{
    (void)state;
    assert_int_equal(lc_fact_by_name(LC_S("rtsp.realm")), LC_F_RTSP_REALM);
    assert_int_equal(lc_fact_by_name(LC_S("rtsp.real")), LC_F_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_added_is_found_by_name_and_port),
        cmocka_unit_test(negative_numbers_survive),
        cmocka_unit_test(long_values_are_cut_and_flagged),
        cmocka_unit_test(repeated_values_say_nothing_new),
        cmocka_unit_test(a_talkative_peer_fills_the_bound_and_no_more),
        cmocka_unit_test(a_damaged_blob_is_an_error_never_a_crash),
        cmocka_unit_test(names_lead_back_to_their_numbers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
