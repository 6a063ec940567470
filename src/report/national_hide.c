/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may be published. A row has two parts: its counts (devices, channels) and its shares (E1,
 * E2, easy, control, undecided). A part is unsafe when one of its cells is 1 to 9, or when what is
 * left to the whole of that cell is (990 of 995 tells the five). Unsafe parts are hidden whole.
 *
 * Secondary suppression: whoever has the table's total subtracts what is visible and gets the sum
 * of what is hidden. So at least two rows are hidden, and their sum must be safe itself; while it
 * is not, the smallest visible row is hidden, too. If that ends with nothing visible, the total is
 * told only if it is safe. tests/unit/report/test_report_national.c tries to compute hidden cells.
 *
 * The table of ports has no such total, because a device stands in several of its rows; there a row
 * alone decides.
 */
#include "report/national.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct lc_wilson lc_wilson(uint64_t x, uint64_t n)
{
    /* E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22
     * (1927) 209-212; z is the 97.5 % quantile of the normal distribution. */
    const double z = 1.959963984540054;
    double p, m = (double)n, mid, half;

    if (n == 0)
        return (struct lc_wilson){0, 1};
    p = (double)x / m;
    mid = (p + z * z / (2 * m)) / (1 + z * z / m);
    half = z / (1 + z * z / m) * sqrt(p * (1 - p) / m + z * z / (4 * m * m));
    return (struct lc_wilson){x == 0 ? 0 : fmax(0, mid - half), x == n ? 1 : fmin(1, mid + half)};
}

static bool cell_safe(uint64_t n)
{
    return n == 0 || n >= LC_CELL_MIN;
}

/* A part, and what is left of the whole. */
static bool both_safe(uint64_t part, uint64_t whole)
{
    return cell_safe(part) && part <= whole && cell_safe(whole - part);
}

bool lc_counts_safe(const struct lc_national_row *r)
{
    return cell_safe(r->n[LC_N_DEVICES]) && cell_safe(r->n[LC_N_CHANNELS]);
}

bool lc_shares_safe(const struct lc_national_row *r)
{
    uint64_t e1 = r->n[LC_N_E1], easy = r->n[LC_N_EASY], open = r->n[LC_N_OPEN];

    return lc_counts_safe(r) && both_safe(e1, r->n[LC_N_DEVICES]) && both_safe(r->n[LC_N_E2], e1) &&
           both_safe(easy, e1) && both_safe(open, e1) && both_safe(easy + open, e1) &&
           both_safe(r->n[LC_N_CONTROL], easy);
}

static int by_size(const void *pa, const void *pb)
{
    const struct lc_national_row *a = pa, *b = pb;

    if (a->n[LC_N_DEVICES] != b->n[LC_N_DEVICES])
        return a->n[LC_N_DEVICES] > b->n[LC_N_DEVICES] ? -1 : 1;
    return lc_slice_cmp(lc_slice_of(a->text, a->text_n), lc_slice_of(b->text, b->text_n));
}

static bool *flag_of(struct lc_national_row *r, bool shares)
{
    return shares ? &r->shares : &r->counts;
}

/* Adds the row to the sum of what is hidden. */
static void conceal(struct lc_national_table *t, struct lc_national_row *r, bool shares)
{
    for (size_t i = 0; i < LC_N_COUNT; i++)
        t->hidden[shares].n[i] += r->n[i];
    t->hidden_n[shares]++;
    *flag_of(r, shares) = false;
}

static bool sum_safe(const struct lc_national_table *t, bool shares)
{
    return shares ? lc_shares_safe(&t->hidden[shares]) : lc_counts_safe(&t->hidden[shares]);
}

/* Where rows do not add up to the whole, each is held against it: 995 of 1,000 tells the five. */
static bool rest_safe(const struct lc_national_row *r, const struct lc_national_row *whole,
                      bool shares)
{
    bool safe = true;

    for (size_t i = shares ? LC_N_E1 : 0; i < (shares ? LC_N_COUNT : LC_N_E1); i++)
        safe = safe && both_safe(r->n[i], whole->n[i]);
    return safe;
}

/* Rows are sorted, the smallest last. */
static void conceal_part(struct lc_national_table *t, const struct lc_national_row *whole,
                         bool shares, uint64_t least)
{
    for (size_t i = 0; i < t->n; i++) {
        struct lc_national_row *r = &t->rows[i];
        bool safe = shares ? r->counts && lc_shares_safe(r) : lc_counts_safe(r);

        safe = safe && (!t->partial || rest_safe(r, whole, shares));
        *flag_of(r, shares) = true;
        if (!safe || (shares && r->n[LC_N_E1] < least))
            conceal(t, r, shares);
    }
    for (size_t i = t->n; i-- > 0 && !t->partial;) {
        if (t->hidden_n[shares] == 0 || (t->hidden_n[shares] > 1 && sum_safe(t, shares)))
            break;
        if (*flag_of(&t->rows[i], shares))
            conceal(t, &t->rows[i], shares);
    }
}

void lc_national_hide_table(struct lc_national_table *t, const struct lc_national_row *whole,
                            uint64_t least)
{
    if (t->n)
        qsort(t->rows, t->n, sizeof *t->rows, by_size);
    memset(t->hidden, 0, sizeof t->hidden);
    memset(t->hidden_n, 0, sizeof t->hidden_n);
    conceal_part(t, whole, false, least);
    conceal_part(t, whole, true, least < LC_CELL_MIN ? LC_CELL_MIN : least);
}

void lc_national_hide(struct lc_national *t)
{
    t->all.counts = lc_counts_safe(&t->all);
    t->all.shares = t->all.counts && lc_shares_safe(&t->all);
    for (enum lc_dim d = 0; d < LC_DIM_COUNT; d++)
        lc_national_hide_table(&t->dims[d], &t->all,
                               d <= LC_DIM_MODEL ? LC_SUPPLIER_MIN : LC_CELL_MIN);
}
