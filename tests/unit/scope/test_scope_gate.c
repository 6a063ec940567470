/* SPDX-License-Identifier: Apache-2.0 */
/* The gate's bytes: what travels comes out again, what is bent is refused; the gate keeps the
 * hours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "scope/scope.h"

static struct lc_range r10, r192;

static void packed(struct lc_buf *out)
{
    static struct lc_range allow[2];
    struct lc_scope s = {.allow_n = 2,
                         .allow = allow,
                         .exclude_n = 1,
                         .exclude = &allow[1],
                         .not_before_s = 100,
                         .not_after_s = 200,
                         .checks = 3,
                         .rates = {10, 2, 200, 2000}};

    assert_int_equal(lc_range_parse(LC_S("10.0.0.0/24"), &r10), LC_OK);
    assert_int_equal(lc_range_parse(LC_S("192.168.0.0/24"), &r192), LC_OK);
    allow[0] = r10;
    allow[1] = r192;
    lc_buf_init(out, 4096);
    assert_int_equal(lc_gate_pack(&s, out), LC_OK);
}

static void what_was_packed_comes_out(void **state)
{
    struct lc_buf b;
    struct lc_gate g;

    (void)state;
    packed(&b);
    assert_int_equal(lc_gate_unpack(lc_buf_view(&b), &g), LC_OK);
    assert_int_equal(g.allow_n, 2);
    assert_int_equal(g.exclude_n, 1);
    assert_int_equal(g.never_n, 0);
    assert_memory_equal(&g.allow[0], &r10, sizeof r10);
    assert_memory_equal(&g.exclude[0], &r192, sizeof r192);
    assert_int_equal(g.rates.host_pps, 10);
    assert_int_equal(g.rates.host_conns, 2);
    assert_int_equal(g.rates.block_pps, 200);
    assert_int_equal(g.rates.total_pps, 2000);
    assert_int_equal(g.checks, 3);
    lc_gate_free(&g);
    lc_buf_free(&b);
}

static void the_gate_keeps_the_hours(void **state)
{
    struct lc_addr a = lc_addr_v4(0x0a000001);
    struct lc_buf b;
    struct lc_gate g;

    (void)state;
    packed(&b);
    assert_int_equal(lc_gate_unpack(lc_buf_view(&b), &g), LC_OK);
    assert_false(lc_gate_check(&g, &a, 99));
    assert_true(lc_gate_check(&g, &a, 100));
    assert_true(lc_gate_check(&g, &a, 200));
    assert_false(lc_gate_check(&g, &a, 201));
    lc_gate_free(&g);
    lc_buf_free(&b);
}

static void every_cut_and_every_surplus_byte_is_malformed(void **state)
{
    struct lc_buf b;
    struct lc_gate g;

    (void)state;
    packed(&b);
    for (size_t n = 0; n < b.n; n++)
        assert_int_equal(lc_gate_unpack(lc_slice_of(b.p, n), &g), LC_EPARSE);
    assert_int_equal(lc_buf_u8(&b, 0), LC_OK);
    assert_int_equal(lc_gate_unpack(lc_buf_view(&b), &g), LC_EPARSE);
    b.n--;
    b.p[0] = 'X';
    assert_int_equal(lc_gate_unpack(lc_buf_view(&b), &g), LC_EPARSE);
    lc_buf_free(&b);
}

/* Layout: 4 magic, 12 counts, 16 times, 20 rates and checks; the first range begins at 52, its last
 * address at 68, the second range at 84. */
static enum lc_status with_second_first(const uint8_t v4[4])
{
    struct lc_buf b;
    struct lc_gate g;
    enum lc_status st;

    packed(&b);
    memcpy(b.p + 84 + 12, v4, 4);
    st = lc_gate_unpack(lc_buf_view(&b), &g);
    lc_gate_free(&g);
    lc_buf_free(&b);
    return st;
}

static void lists_that_the_search_cannot_trust_are_malformed(void **state)
{
    (void)state;
    assert_int_equal(with_second_first((const uint8_t[]){10, 0, 1, 0}), LC_OK);
    assert_int_equal(with_second_first((const uint8_t[]){10, 0, 0, 255}), LC_EPARSE);
    assert_int_equal(with_second_first((const uint8_t[]){10, 0, 0, 0}), LC_EPARSE);
    assert_int_equal(with_second_first((const uint8_t[]){192, 168, 1, 0}), LC_EPARSE);
}

static void more_ranges_than_bytes_are_malformed(void **state)
{
    struct lc_buf b;
    struct lc_gate g;

    (void)state;
    packed(&b);
    b.p[4 + 3] = 0xff;
    assert_int_equal(lc_gate_unpack(lc_buf_view(&b), &g), LC_EPARSE);
    b.p[4 + 3] = 0;
    b.p[4] = 4;
    assert_int_equal(lc_gate_unpack(lc_buf_view(&b), &g), LC_EPARSE);
    lc_buf_free(&b);
}

static void a_gate_that_does_not_fit_is_not_packed(void **state)
{
    struct lc_range r;
    struct lc_scope s = {.allow_n = 1, .allow = &r}, huge = {.never_n = (1U << 20) + 1};
    struct lc_buf b;

    (void)state;
    assert_int_equal(lc_range_parse(LC_S("10.0.0.0/24"), &r), LC_OK);
    lc_buf_init(&b, 60);
    assert_int_equal(lc_gate_pack(&s, &b), LC_EFULL);
    assert_int_equal(lc_gate_pack(&huge, &b), LC_EFULL);
    lc_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_packed_comes_out),
        cmocka_unit_test(the_gate_keeps_the_hours),
        cmocka_unit_test(every_cut_and_every_surplus_byte_is_malformed),
        cmocka_unit_test(lists_that_the_search_cannot_trust_are_malformed),
        cmocka_unit_test(more_ranges_than_bytes_are_malformed),
        cmocka_unit_test(a_gate_that_does_not_fit_is_not_packed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
