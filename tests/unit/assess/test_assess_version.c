/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions are compared as the facts on vulnerabilities (3.1, 3.2) say: every pair that stands
 * beside a scheme in data/vulnerabilities/schemes.yaml, in both directions, and the laws of an
 * order over a generated set that mixes the parts of all pairs of one scheme.
 */
#include "flaws.h"

#define SET_MAX 160U

static struct test_flaws flaws;

struct pair {
    struct lc_slice scheme, where, a, op, b;
};

static struct pair next_pair(struct lc_cur *at)
{
    struct pair p;

    p.scheme = take_part(at);
    p.where = take_part(at);
    p.a = take_part(at);
    p.op = take_part(at);
    p.b = take_part(at);
    return p;
}

static enum lc_order order_of(const struct lc_scheme *s, struct lc_slice a, struct lc_slice b)
{
    struct lc_version x, y;

    /* What cannot be read can be compared with nothing. */
    if (lc_version_read(s, flaws.set.machine, a, &x) != LC_OK ||
        lc_version_read(s, flaws.set.machine, b, &y) != LC_OK)
        return LC_INCOMPARABLE;
    return lc_version_compare(s, &x, &y).order;
}

static enum lc_order turned(enum lc_order o)
{
    return o == LC_LESS ? LC_GREATER : o == LC_GREATER ? LC_LESS : o;
}

static void every_pair_is_ordered_as_written(void **state)
{
    static const char signs[] = "<=>?";
    struct lc_cur at = {.s = lc_buf_view(&flaws.examples)};
    uint32_t pairs = lc_cur_le32(&at), wrong = 0;

    (void)state;
    (void)lc_cur_le32(&at);
    for (uint32_t i = 0; i < pairs; i++) {
        struct pair p = next_pair(&at);
        const struct lc_scheme *s = scheme_of(&flaws.set, p.scheme);
        enum lc_order got;

        assert_non_null(s);
        got = order_of(s, p.a, p.b);
        if (signs[got] != (char)p.op.p[0] || order_of(s, p.b, p.a) != turned(got)) {
            print_error("%.*s: \"%.*s\" %.*s \"%.*s\" is wanted, the answer is %c\n",
                        LC_S_ARG(p.where), LC_S_ARG(p.a), LC_S_ARG(p.op), LC_S_ARG(p.b),
                        signs[got]);
            wrong++;
        }
    }
    assert_int_equal(wrong, 0);
    assert_true(pairs > 60);
}

/* The nine pairs of 3.2, which generic comparators get wrong, must be among them: the data may not
 * quietly lose one. */
static void the_pairs_that_generic_comparators_get_wrong_are_there(void **state)
{
    static const char *const left[] = {
        "V5.4.41 build 180312",
        "2.840.0000000.1.R.211020",
        "V2.800.0000000.16.R, Build Date: 2021-01-01",
        "1.3.4.22966B181219.D00.U1(4A21S)",
        "V4.02.R11.C7431119.12001.130000.00000",
        "CIPC-B2303.2.8.230105",
        "V3_1.4.5 Build 251104",
        "FullImg-1023-1007-1011-1009",
        "1.06.01 Hotfix",
    };
    struct lc_cur at = {.s = lc_buf_view(&flaws.examples)};
    uint32_t pairs = lc_cur_le32(&at);
    unsigned found = 0;

    (void)state;
    (void)lc_cur_le32(&at);
    for (uint32_t i = 0; i < pairs; i++) {
        struct pair p = next_pair(&at);

        for (size_t k = 0; k < sizeof left / sizeof *left; k++)
            if (lc_slice_eq(p.a, lc_slice_str(left[k])))
                found |= 1U << k;
    }
    assert_int_equal(found, 0x1FF);
}

/* ---- the laws ---- */

static struct lc_version set[SET_MAX];
static size_t set_n;

/* Versions of the scheme's pairs, then crosses: each part from one of two parents. */
static void grow_set(const struct lc_scheme *s)
{
    struct lc_cur at = {.s = lc_buf_view(&flaws.examples)};
    uint32_t pairs = lc_cur_le32(&at), seed = 12345;
    size_t parents;

    (void)lc_cur_le32(&at);
    set_n = 0;
    for (uint32_t i = 0; i < pairs; i++) {
        struct pair p = next_pair(&at);

        if (!lc_slice_eq(p.scheme, s->id))
            continue;
        set_n += lc_version_read(s, flaws.set.machine, p.a, &set[set_n]) == LC_OK;
        set_n += lc_version_read(s, flaws.set.machine, p.b, &set[set_n]) == LC_OK;
    }
    parents = set_n;
    for (; set_n < 60; set_n++) {
        struct lc_version v = set[(seed >> 8) % parents], w;

        seed = seed * 1664525U + 1013904223U;
        w = set[(seed >> 8) % parents];
        if (seed & 1U << 20) {
            v.numbers = w.numbers;
            v.there = (v.there & ~(1U << LC_PART_NUMBERS)) | (w.there & 1U << LC_PART_NUMBERS);
        }
        if (seed & 1U << 21) {
            v.date = w.date;
            v.there = (v.there & ~(1U << LC_PART_DATE)) | (w.there & 1U << LC_PART_DATE);
        }
        if (seed & 1U << 22)
            memcpy(v.code, w.code, sizeof v.code);
        v.numbers.v[seed >> 23 & 1] += seed >> 24 & 1;
        seed = seed * 1664525U + 1013904223U;
        set[set_n] = v;
    }
}

static void check_laws(const struct lc_scheme *s)
{
    for (size_t a = 0; a < set_n; a++) {
        assert_int_equal(lc_version_compare(s, &set[a], &set[a]).order, LC_EQUAL);
        for (size_t b = 0; b < set_n; b++) {
            struct lc_compared ab = lc_version_compare(s, &set[a], &set[b]);
            struct lc_compared ba = lc_version_compare(s, &set[b], &set[a]);

            assert_int_equal(ba.order, turned(ab.order));
            assert_int_equal(ab.a_lacks, ba.b_lacks);
            assert_true((ab.order == LC_INCOMPARABLE) == (ab.why != LC_OW_NONE));
            for (size_t c = 0; ab.order == LC_LESS && c < set_n; c++)
                if (lc_version_compare(s, &set[b], &set[c]).order == LC_LESS)
                    assert_int_equal(lc_version_compare(s, &set[a], &set[c]).order, LC_LESS);
        }
    }
}

static void less_is_antisymmetric_and_transitive(void **state)
{
    (void)state;
    for (size_t i = 0; i < flaws.set.schemes_n; i++) {
        grow_set(&flaws.set.schemes[i]);
        assert_true(set_n >= 4);
        check_laws(&flaws.set.schemes[i]);
    }
}

static void dates_that_are_none_are_not_read(void **state)
{
    static const char *const bad[] = {
        "V5.4.0 build 161330",   "V5.4.0 build 160230", "V5.4.0 build 1605300",
        "V5.4.0 build 20231301", "V5.4.0 build 160500",
    };
    const struct lc_scheme *s = scheme_of(&flaws.set, LC_S("hikvision"));
    struct lc_version v;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(lc_version_read(s, flaws.set.machine, lc_slice_str(bad[i]), &v),
                         LC_EPARSE);
    assert_int_equal(lc_version_read(s, flaws.set.machine, LC_S("V5.4.0 build 160229"), &v), LC_OK);
    assert_true(v.date == 201602290000);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pair_is_ordered_as_written),
        cmocka_unit_test(the_pairs_that_generic_comparators_get_wrong_are_there),
        cmocka_unit_test(less_is_antisymmetric_and_transitive),
        cmocka_unit_test(dates_that_are_none_are_not_read),
    };
    int failed;

    if (argc != 5)
        return 2;
    load_flaws(&flaws, argv);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    free_flaws(&flaws);
    return failed;
}
