/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading and comparing firmware versions; the rules stand in version.h. Nothing here knows a
 * maker: what is peculiar to one is its scheme's grammar and order.
 */
#include "assess/version.h"

#include <string.h>

/* ---- reading ---- */

enum lc_status lc_numbers_read(struct lc_slice text, struct lc_numbers *out)
{
    struct lc_slice piece;
    char between = lc_slice_chr(text, '-', 0) == LC_NPOS ? '.' : '-';

    *out = (struct lc_numbers){.n = 0};
    while (lc_slice_next(&text, (uint8_t)between, &piece) == LC_OK) {
        uint64_t v;

        if (out->n == LC_VERSION_NUMBERS || lc_slice_u64(piece, UINT32_MAX, &v) != LC_OK)
            return LC_EPARSE;
        out->v[out->n++] = (uint32_t)v;
    }
    return out->n ? LC_OK : LC_EPARSE;
}

static bool is_day(unsigned year, unsigned month, unsigned day)
{
    static const uint8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);

    return month >= 1 && month <= 12 && day >= 1 &&
           day <= days[month - 1] + (month == 2 && leap ? 1U : 0U);
}

/* The digits of a date, without what stands between them; 0: none, or too many. */
static size_t digits_of(struct lc_slice text, uint64_t *out)
{
    size_t n = 0;

    *out = 0;
    for (size_t i = 0; i < text.n; i++) {
        if (text.p[i] < '0' || text.p[i] > '9')
            continue;
        *out = *out * 10 + (uint64_t)(text.p[i] - '0');
        if (++n > 10)
            return 0;
    }
    return n;
}

/* How many digits of the day come first, by what the grammar says the text is: a form is never
 * guessed from the digits. `rest`: what follows the day, a count or a time. */
static bool split_date(enum lc_part part, struct lc_slice text, uint64_t *day, uint64_t *rest)
{
    uint64_t all;
    size_t n = digits_of(text, &all);

    *rest = 0;
    *day = all;
    if (part == LC_PART_DATE)
        return n == 6 || n == 8;
    if (part == LC_PART_DAYCOUNT) {
        *rest = all % 100;
        *day = all / 100;
        return n == 8;
    }
    *rest = all % 10000;
    *day = all / 10000;
    return n == 10 && *rest / 100 < 24 && *rest % 100 < 60;
}

static enum lc_status read_date(enum lc_part part, struct lc_slice text, uint64_t *out)
{
    uint64_t day, rest;

    if (!split_date(part, text, &day, &rest))
        return LC_EPARSE;
    if (day < 1000000)
        day += 20000000; /* yymmdd: no camera had firmware before 2000 */
    if (!is_day((unsigned)(day / 10000), (unsigned)(day / 100 % 100), (unsigned)(day % 100)))
        return LC_EPARSE;
    *out = day * 10000 + rest;
    return LC_OK;
}

static enum lc_status read_count(struct lc_slice text, uint32_t *out)
{
    uint64_t v;

    if (lc_slice_u64(text, UINT32_MAX, &v) != LC_OK)
        return LC_EPARSE;
    *out = (uint32_t)v;
    return LC_OK;
}

static enum lc_status read_part(enum lc_part part, struct lc_slice text, struct lc_version *v)
{
    switch (part) {
    case LC_PART_NUMBERS:
    case LC_PART_EACH:
        v->there |= 1U << part;
        return lc_numbers_read(text, &v->numbers);
    case LC_PART_DATE:
    case LC_PART_DAYCOUNT:
    case LC_PART_MINUTE:
        v->there |= 1U << LC_PART_DATE;
        return read_date(part, text, &v->date);
    case LC_PART_COUNT:
        v->there |= 1U << part;
        return read_count(text, &v->count);
    case LC_PART_LETTER:
        v->letter = text.p[0];
        return LC_OK;
    case LC_PART_HOTFIX:
        v->hotfix = 1;
        return LC_OK;
    default:
        v->there |= 1U << part;
        v->code[part - LC_PART_BRANCH] = text;
        return LC_OK;
    }
}

static enum lc_status read_match(const struct lc_grammar *g, const struct lc_re_match *match,
                                 struct lc_version *out)
{
    memset(out, 0, sizeof *out);
    /* These are always there: none is the lowest. */
    out->there = 1U << LC_PART_LETTER | 1U << LC_PART_HOTFIX;
    for (size_t i = 0; i < g->parts_n; i++) {
        struct lc_slice text = match->cap[i + 1];

        if (text.n && read_part(g->parts[i], text, out) != LC_OK)
            return LC_EPARSE;
    }
    return LC_OK;
}

enum lc_status lc_version_read(const struct lc_scheme *s, struct lc_re_machine *m,
                               struct lc_slice text, struct lc_version *out)
{
    struct lc_re_match match;

    if (text.n > 256)
        return LC_EPARSE;
    for (size_t i = 0; i < s->grammars_n; i++)
        if (lc_re_run(s->grammars[i].re, m, text, &match))
            return read_match(&s->grammars[i], &match, out);
    return LC_EPARSE;
}

/* ---- comparing ---- */

static enum lc_order order_of(uint64_t a, uint64_t b)
{
    return a < b ? LC_LESS : a > b ? LC_GREATER : LC_EQUAL;
}

static uint32_t number_at(const struct lc_numbers *n, size_t i)
{
    return i < n->n ? n->v[i] : 0;
}

static enum lc_order by_numbers(const struct lc_numbers *a, const struct lc_numbers *b)
{
    enum lc_order o = LC_EQUAL;

    for (size_t i = 0; i < LC_VERSION_NUMBERS && o == LC_EQUAL; i++)
        o = order_of(number_at(a, i), number_at(b, i));
    return o;
}

static enum lc_order by_each(const struct lc_numbers *a, const struct lc_numbers *b)
{
    bool less = false, greater = false;

    for (size_t i = 0; i < LC_VERSION_NUMBERS; i++) {
        less |= number_at(a, i) < number_at(b, i);
        greater |= number_at(a, i) > number_at(b, i);
    }
    if (less && greater)
        return LC_INCOMPARABLE;
    return less ? LC_LESS : greater ? LC_GREATER : LC_EQUAL;
}

/* Do these numbers lie on the branch, behind the point where it leaves the active line? */
static bool is_on(const struct lc_numbers *branch, const struct lc_numbers *n)
{
    bool behind = false;

    for (size_t i = branch->n; i < n->n; i++)
        behind |= n->v[i] != 0;
    return behind && memcmp(n->v, branch->v, branch->n * sizeof *branch->v) == 0;
}

/* The maintained branch of these numbers; NULL: they are on the active line. */
static const struct lc_numbers *track_of(const struct lc_scheme *s, const struct lc_numbers *n)
{
    for (size_t i = 0; i < s->maintained_n; i++)
        if (is_on(&s->maintained[i], n))
            return &s->maintained[i];
    return NULL;
}

static enum lc_order on_tree(const struct lc_scheme *s, enum lc_order o, const struct lc_version *a,
                             const struct lc_version *b)
{
    const struct lc_version *earlier = o == LC_LESS ? a : b;
    const struct lc_numbers *track = track_of(s, &earlier->numbers);

    if (o == LC_EQUAL || !track)
        return o;
    return track_of(s, &a->numbers) == track_of(s, &b->numbers) ? o : LC_INCOMPARABLE;
}

static enum lc_order by_code(enum lc_part part, const struct lc_version *a,
                             const struct lc_version *b)
{
    return lc_slice_ieq(a->code[part - LC_PART_BRANCH], b->code[part - LC_PART_BRANCH])
               ? LC_EQUAL
               : LC_INCOMPARABLE;
}

static enum lc_order by_part(const struct lc_scheme *s, enum lc_part part,
                             const struct lc_version *a, const struct lc_version *b,
                             enum lc_order_why *why)
{
    enum lc_order o;

    switch (part) {
    case LC_PART_NUMBERS:
        *why = LC_OW_MAINTAINED;
        return on_tree(s, by_numbers(&a->numbers, &b->numbers), a, b);
    case LC_PART_DATE:
        return order_of(a->date, b->date);
    case LC_PART_COUNT:
        return order_of(a->count, b->count);
    case LC_PART_LETTER:
        return order_of(a->letter, b->letter);
    case LC_PART_HOTFIX:
        return order_of(a->hotfix, b->hotfix);
    case LC_PART_EACH:
        *why = LC_OW_MIXED;
        return by_each(&a->numbers, &b->numbers);
    default:
        o = by_code(part, a, b);
        *why = part == LC_PART_BOARD ? LC_OW_BOARD : LC_OW_BRANCH;
        return o;
    }
}

struct lc_compared lc_version_compare(const struct lc_scheme *s, const struct lc_version *a,
                                      const struct lc_version *b)
{
    struct lc_compared c = {.order = LC_EQUAL};

    for (size_t i = 0; i < s->order_n && c.order == LC_EQUAL; i++) {
        uint32_t bit = 1U << s->order[i];

        if (!(a->there & bit) || !(b->there & bit)) {
            c.a_lacks |= (b->there & bit) != 0;
            c.b_lacks |= (a->there & bit) != 0;
            continue;
        }
        c.order = by_part(s, s->order[i], a, b, &c.why);
        if (c.order != LC_EQUAL && (c.a_lacks || c.b_lacks)) {
            c.order = LC_INCOMPARABLE;
            c.why = LC_OW_MISSING;
        }
    }
    if (c.order != LC_INCOMPARABLE)
        c.why = LC_OW_NONE;
    return c;
}
