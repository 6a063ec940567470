/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is published about many devices lets nobody compute what is hidden. The attacker here is
 * written from the promise (no count under 10, no complement under 10), not from the code: it
 * subtracts what is visible from the total and bounds what is left.
 */
#include "base/mem.h"
#include "report/national.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static uint32_t seed = 1;

static uint32_t dice(uint32_t n)
{
    seed = seed * 1664525U + 1013904223U;
    return (uint32_t)(((uint64_t)seed * n) >> 32);
}

/* Many small rows, some large, some all or nothing. */
static uint64_t part_of(uint64_t whole)
{
    switch (dice(5)) {
    case 0:
        return 0;
    case 1:
        return whole;
    case 2:
        return whole > 5 ? whole - dice(6) : whole;
    default:
        return dice((uint32_t)whole + 1);
    }
}

static void roll(struct lc_national_row *r, unsigned i)
{
    static const uint32_t sizes[] = {4, 12, 40, 400, 4000};

    memset(r, 0, sizeof *r);
    r->text[0] = (uint8_t)('a' + i % 26);
    r->text[1] = (uint8_t)('a' + i / 26);
    r->text_n = 2;
    r->n[LC_N_DEVICES] = 1 + dice(sizes[dice(5)]);
    r->n[LC_N_CHANNELS] = r->n[LC_N_DEVICES] + dice(30);
    r->n[LC_N_E1] = part_of(r->n[LC_N_DEVICES]);
    r->n[LC_N_E2] = part_of(r->n[LC_N_E1]);
    r->n[LC_N_EASY] = part_of(r->n[LC_N_E1]);
    r->n[LC_N_CONTROL] = part_of(r->n[LC_N_EASY]);
    r->n[LC_N_OPEN] = part_of(r->n[LC_N_E1] - r->n[LC_N_EASY]);
}

static struct lc_national_row rows[40], total;

static void make(struct lc_national_table *t, size_t n)
{
    memset(t, 0, sizeof *t);
    memset(&total, 0, sizeof total);
    t->rows = rows;
    t->n = n;
    for (unsigned i = 0; i < n; i++) {
        roll(&rows[i], i);
        for (size_t k = 0; k < LC_N_COUNT; k++)
            total.n[k] += rows[i].n[k];
    }
    total.counts = lc_counts_safe(&total);
    total.shares = total.counts && lc_shares_safe(&total);
}

static bool small(uint64_t n)
{
    return n > 0 && n < 10;
}

static enum lc_sum whole_of(size_t k)
{
    return k == LC_N_E1 ? LC_N_DEVICES : k == LC_N_CONTROL ? LC_N_EASY : LC_N_E1;
}

static bool told(const struct lc_national_row *r, size_t k)
{
    return k <= LC_N_CHANNELS ? r->counts : r->shares;
}

/* No visible row tells a small count, nor by a difference of two of its figures. */
static void check_visible(const struct lc_national_table *t)
{
    for (size_t i = 0; i < t->n; i++) {
        const struct lc_national_row *r = &t->rows[i];

        assert_true(r->counts || !r->shares);
        for (size_t k = 0; k < LC_N_COUNT; k++) {
            if (!told(r, k))
                continue;
            assert_false(small(r->n[k]));
            if (k >= LC_N_E1)
                assert_false(small(r->n[whole_of(k)] - r->n[k]));
        }
        if (r->shares)
            assert_false(small(r->n[LC_N_E1] - r->n[LC_N_EASY] - r->n[LC_N_OPEN]));
    }
}

/* Total less what is visible, when the total is told. */
static bool left_over(const struct lc_national_table *t, size_t k, uint64_t *left, size_t *hidden_n)
{
    *left = total.n[k];
    *hidden_n = 0;
    for (size_t i = 0; i < t->n; i++) {
        if (told(&t->rows[i], k))
            *left -= t->rows[i].n[k];
        else
            ++*hidden_n;
    }
    return told(&total, k);
}

/* The least and the most that a hidden row can hold of E1, for one who sees the devices of some. */
static void bounds_of_e1(const struct lc_national_table *t, size_t at, uint64_t left, uint64_t *low,
                         uint64_t *high)
{
    uint64_t others = 0;

    for (size_t i = 0; i < t->n; i++)
        if (i != at && !t->rows[i].shares)
            others += t->rows[i].counts ? t->rows[i].n[LC_N_DEVICES] : left;
    *low = left > others ? left - others : 0;
    *high = left;
    if (t->rows[at].counts && t->rows[at].n[LC_N_DEVICES] < left)
        *high = t->rows[at].n[LC_N_DEVICES];
}

static void attack(const struct lc_national_table *t)
{
    uint64_t left, whole, low, high;
    size_t n, m;

    for (size_t k = 0; k < LC_N_COUNT; k++) {
        if (!left_over(t, k, &left, &n) || n == 0)
            continue;
        assert_false(small(left));
        if (k >= LC_N_E1 && left_over(t, whole_of(k), &whole, &m) && m == n)
            assert_false(small(whole - left));
        if (n == 1)
            for (size_t i = 0; i < t->n; i++) /* it is the total itself */
                assert_true(told(&t->rows[i], k) || t->n == 1);
    }
    if (!left_over(t, LC_N_E1, &left, &n))
        return;
    for (size_t i = 0; i < t->n; i++) {
        const struct lc_national_row *r = &t->rows[i];

        /* The rest of a row whose size nobody sees is told by nothing. */
        if (r->shares ||
            !(small(r->n[LC_N_E1]) || (r->counts && small(r->n[LC_N_DEVICES] - r->n[LC_N_E1]))))
            continue;
        bounds_of_e1(t, i, left, &low, &high);
        assert_true(low <= r->n[LC_N_E1] && r->n[LC_N_E1] <= high);
        assert_true(low < high);
    }
}

static void nothing_hidden_can_be_computed(void **state)
{
    struct lc_national_table t;
    size_t some_visible = 0, some_hidden = 0;

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        make(&t, 1 + dice(40));
        lc_national_hide_table(&t, &total, dice(2) ? LC_SUPPLIER_MIN : LC_CELL_MIN);
        check_visible(&t);
        attack(&t);
        for (size_t i = 0; i < t.n; i++) {
            some_visible += t.rows[i].shares;
            some_hidden += !t.rows[i].shares;
        }
    }
    assert_true(some_visible > 20000 && some_hidden > 20000);
}

/* Rows of ports overlap: there each is held against the whole instead. */
static void a_port_that_nearly_all_have_open_is_not_told(void **state)
{
    struct lc_national_table t = {.rows = rows, .n = 2, .partial = true};

    (void)state;
    memset(rows, 0, sizeof rows);
    memset(&total, 0, sizeof total);
    total.n[LC_N_DEVICES] = total.n[LC_N_CHANNELS] = total.n[LC_N_E1] = 1000;
    rows[0].n[LC_N_DEVICES] = rows[0].n[LC_N_CHANNELS] = rows[0].n[LC_N_E1] = 995;
    rows[1].n[LC_N_DEVICES] = rows[1].n[LC_N_CHANNELS] = rows[1].n[LC_N_E1] = 500;
    lc_national_hide_table(&t, &total, LC_CELL_MIN);
    assert_false(rows[0].counts);
    assert_true(rows[1].counts && rows[1].shares);
}

static void one_small_row_takes_the_smallest_other_with_it(void **state)
{
    static const uint64_t sizes[] = {500, 100, 40, 3};
    struct lc_national_table t = {.rows = rows, .n = 4};

    (void)state;
    memset(rows, 0, sizeof rows);
    for (size_t i = 0; i < 4; i++)
        rows[i].n[LC_N_DEVICES] = rows[i].n[LC_N_CHANNELS] = rows[i].n[LC_N_E1] = sizes[i];
    lc_national_hide_table(&t, &total, LC_CELL_MIN);
    assert_true(rows[0].counts && rows[1].counts);
    assert_false(rows[2].counts || rows[3].counts);
    assert_int_equal(t.hidden[0].n[LC_N_DEVICES], 43);
    assert_int_equal(t.hidden_n[0], 2);
}

static void suppliers_have_shares_from_30_devices_on(void **state)
{
    struct lc_national_table t = {.rows = rows, .n = 3};

    (void)state;
    memset(rows, 0, sizeof rows);
    for (size_t i = 0; i < 3; i++)
        rows[i].n[LC_N_DEVICES] = rows[i].n[LC_N_CHANNELS] = rows[i].n[LC_N_E1] = 30 - (i > 0);
    lc_national_hide_table(&t, &total, LC_SUPPLIER_MIN);
    assert_true(rows[0].counts && rows[0].shares);
    assert_true(rows[1].counts && !rows[1].shares);
}

/* Published examples: 0 of 10 gives 0 to 27.8 %, 5 of 10 gives 23.7 to 76.3 % (Agresti and Coull,
 * 1998, give the same formula); the rest follows from symmetry. */
static void intervals_are_those_of_wilson(void **state)
{
    struct lc_wilson w = lc_wilson(5, 10);

    (void)state;
    assert_true(fabs(w.low - 0.2366) < 0.0001 && fabs(w.high - 0.7634) < 0.0001);
    w = lc_wilson(0, 10);
    assert_true(w.low == 0 && fabs(w.high - 0.2775) < 0.0001);
    w = lc_wilson(10, 10);
    assert_true(w.high == 1 && fabs(w.low - 0.7225) < 0.0001);
    w = lc_wilson(0, 0);
    assert_true(w.low == 0 && w.high == 1);
    for (uint64_t n = 1; n < 200; n++)
        for (uint64_t x = 0; x <= n; x++) {
            struct lc_wilson a = lc_wilson(x, n), b = lc_wilson(n - x, n);
            double p = (double)x / (double)n;

            assert_true(a.low >= 0 && a.high <= 1 && a.low <= p && p <= a.high);
            assert_true(fabs(a.low + b.high - 1) < 1e-9);
        }
}

/* A peer can send any model it likes; the table does not grow for it without end. */
static void values_past_the_bound_share_a_row(void **state)
{
    static struct lc_identity id;
    static struct lc_judgement j;
    struct lc_national *t = lc_alloc(sizeof *t);
    struct lc_national_device d = {.identity = &id, .judgement = &j};
    struct lc_kb *kb;
    struct lc_err err;
    char model[16];
    uint64_t sum = 0;

    (void)state;
    assert_non_null(t);
    assert_int_equal(lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err),
                     LC_OK);
    lc_national_init(t);
    j.exposure = LC_E1;
    j.takeover = LC_TU;
    id.value[LC_A_CLASS] = LC_S("camera");
    for (unsigned i = 0; i < LC_ROWS_MAX + 5000; i++) {
        int n = snprintf(model, sizeof model, "M-%u", i);

        id.value[LC_A_MODEL] = lc_slice_of(model, (size_t)n);
        assert_int_equal(lc_national_add(t, &d, kb, NULL), LC_OK);
    }
    assert_int_equal(t->dims[LC_DIM_MODEL].n, LC_ROWS_MAX);
    for (size_t i = 0; i < t->dims[LC_DIM_MODEL].n; i++)
        sum += t->dims[LC_DIM_MODEL].rows[i].n[LC_N_DEVICES];
    assert_int_equal(sum, LC_ROWS_MAX + 5000);
    assert_int_equal(t->dims[LC_DIM_MODEL].rows[LC_ROWS_MAX - 1].n[LC_N_DEVICES], 5001);
    lc_national_free(t);
    lc_free(t);
    lc_kb_close(kb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_hidden_can_be_computed),
        cmocka_unit_test(a_port_that_nearly_all_have_open_is_not_told),
        cmocka_unit_test(one_small_row_takes_the_smallest_other_with_it),
        cmocka_unit_test(suppliers_have_shares_from_30_devices_on),
        cmocka_unit_test(intervals_are_those_of_wilson),
        cmocka_unit_test(values_past_the_bound_share_a_row),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
