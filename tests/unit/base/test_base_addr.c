/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and ranges: text, order, arithmetic, classes. */
#include "base/addr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static struct lc_addr addr(const char *text)
{
    struct lc_addr a;

    assert_int_equal(lc_addr_parse(lc_slice_str(text), &a), LC_OK);
    return a;
}

static struct lc_range range(const char *text)
{
    struct lc_range r;

    assert_int_equal(lc_range_parse(lc_slice_str(text), &r), LC_OK);
    return r;
}

static void text_goes_round_in_canonical_form(void **state)
{
    static const char *const same[] = {"192.0.2.1", "::1",     "2001:db8::7",
                                       "fe80::1%2", "0.0.0.0", "255.255.255.255"};
    char text[LC_ADDR_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct lc_addr a = addr(same[i]);

        (void)lc_addr_format(&a, text);
        assert_string_equal(text, same[i]);
    }
    (void)lc_addr_format_url(&(struct lc_addr){.b = {[15] = 1}}, text);
    assert_string_equal(text, "[::1]");
}

static void nonsense_is_refused(void **state)
{
    static const char *const bad[] = {"",         "1.2.3",     "1.2.3.4.5", "256.1.1.1",
                                      "fe80::1%", "fe80::1%x", "1.2.3.4%1", "::g",
                                      "1.2.3.4 ", "01.2.3.4x"};
    struct lc_addr a;
    struct lc_range r;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(lc_addr_parse(lc_slice_str(bad[i]), &a), LC_EINVAL);
    assert_int_equal(lc_range_parse(LC_S("192.0.2.1/28"), &r), LC_EINVAL); /* host bits set */
    assert_int_equal(lc_range_parse(LC_S("::/80"), &r), LC_EINVAL); /* ends among mapped IPv4 */
    assert_int_equal(lc_addr_parse(LC_S("::ffff:192.0.2.1%7"), &a), LC_EINVAL);
    assert_int_equal(lc_range_parse(LC_S("192.0.2.0/33"), &r), LC_EINVAL);
    assert_int_equal(lc_range_parse(LC_S("192.0.2.9-192.0.2.1"), &r), LC_EINVAL);
    assert_int_equal(lc_range_parse(LC_S("192.0.2.1-::1"), &r), LC_EINVAL);
}

static void ranges_count_and_index_over_byte_borders(void **state)
{
    struct lc_range r = range("10.0.0.254-10.0.1.1");
    struct lc_addr want = addr("10.0.1.0"), got = lc_range_at(&r, 2);

    (void)state;
    assert_int_equal(lc_range_count(&r), 4);
    assert_int_equal(lc_addr_cmp(&want, &got), 0);
    r = range("10.0.0.0/8");
    assert_int_equal(lc_range_count(&r), 1 << 24);
    r = range("2001:db8::/64");
    assert_true(lc_range_count(&r) == UINT64_MAX); /* 2^64 does not fit: saturates */
    r = range("2001:db8::/65");
    assert_true(lc_range_count(&r) == 1ULL << 63);
}

static void next_and_prev_are_inverse_across_the_whole_width(void **state)
{
    struct lc_addr a = addr("2001:db8::ffff:ffff:ffff:ffff"), up = lc_addr_next(&a);
    struct lc_addr want = addr("2001:db8:0:1::"), down = lc_addr_prev(&up);

    (void)state;
    assert_int_equal(lc_addr_cmp(&up, &want), 0);
    assert_int_equal(lc_addr_cmp(&down, &a), 0);
}

static void classes_follow_the_registries(void **state)
{
    static const struct {
        const char *text;
        bool loop, private, unusable;
    } rows[] = {
        {"127.0.0.1", true, false, false},    {"::1", true, false, false},
        {"10.1.2.3", false, true, false},     {"172.15.0.1", false, false, false},
        {"172.16.0.1", false, true, false},   {"172.31.255.255", false, true, false},
        {"172.32.0.0", false, false, false},  {"192.168.1.1", false, true, false},
        {"169.254.1.1", false, true, false},  {"100.64.0.1", false, true, false},
        {"100.128.0.1", false, false, false}, {"fd00::1", false, true, false},
        {"fe80::1", false, true, false},      {"224.0.0.1", false, false, true},
        {"0.1.2.3", false, false, true},      {"255.255.255.255", false, false, true},
        {"ff02::1", false, false, true},      {"::", false, false, true},
        {"203.0.113.9", false, false, false},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lc_addr a = addr(rows[i].text);

        assert_int_equal(lc_addr_is_loopback(&a), rows[i].loop);
        assert_int_equal(lc_addr_is_private(&a), rows[i].private);
        assert_int_equal(lc_addr_is_unusable(&a), rows[i].unusable);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_goes_round_in_canonical_form),
        cmocka_unit_test(nonsense_is_refused),
        cmocka_unit_test(ranges_count_and_index_over_byte_borders),
        cmocka_unit_test(next_and_prev_are_inverse_across_the_whole_width),
        cmocka_unit_test(classes_follow_the_registries),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
