/* SPDX-License-Identifier: Apache-2.0 */
/*
 * "Do this first": the worst things that are wrong, gathered over all devices by rule, three at
 * most. Published flaws that ask for the same deed are one thing: a reader installs an update once.
 * A rule comes before another when it makes a device red, then by severity, then by how low its
 * step on the ladder is, then by how many devices it touches.
 */
#include "report/html.h"

#include <stdlib.h>

enum { RULES_MAX = 256, FIRST_N = 3, NAMED_N = 6 };

struct todo {
    const struct lc_rule *rule;
    size_t devices_n;
};

static bool same_deed(const struct lc_rule *a, const struct lc_rule *b)
{
    return a == b || (a && b && a->flaw && b->flaw &&
                      lc_slice_eq(a->remedy[LC_LANG_EN], b->remedy[LC_LANG_EN]));
}

static const struct lc_rule *rule_of(const struct page *p, const struct lc_device *d, size_t at)
{
    return lc_assessor_rule(p->rules, d->findings[at].rule);
}

/* Does an earlier finding of this device ask for the same (on another port)? */
static bool repeated(const struct page *p, const struct lc_device *d, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (lc_report_wrong(&d->findings[i]) && same_deed(rule_of(p, d, i), rule_of(p, d, at)))
            return true;
    }
    return false;
}

static void count(struct todo *todo, size_t *n, const struct lc_rule *r)
{
    size_t i = 0;

    while (i < *n && !same_deed(todo[i].rule, r))
        i++;
    if (i == RULES_MAX)
        return;
    if (i == *n)
        todo[(*n)++].rule = r;
    else if (r->severity > todo[i].rule->severity)
        todo[i].rule = r;
    todo[i].devices_n++;
}

static size_t gather(const struct page *p, struct todo *todo)
{
    size_t n = 0;

    for (size_t c = 0; c < p->cards_n; c++) {
        const struct lc_device *d = p->cards[c].d;

        for (size_t i = 0; i < d->findings_n; i++) {
            const struct lc_rule *r = lc_assessor_rule(p->rules, d->findings[i].rule);

            if (r && r->severity > LC_SEV_INFO && r->remedy[p->lang].n &&
                lc_report_wrong(&d->findings[i]) && !repeated(p, d, i))
                count(todo, &n, r);
        }
    }
    return n;
}

static bool makes_red(const struct lc_rule *r)
{
    return r->ladder <= LC_T2 || r->severity >= LC_SEV_HIGH;
}

static int worst_first(const void *a, const void *b)
{
    const struct todo *x = a, *y = b;

    if (makes_red(x->rule) != makes_red(y->rule))
        return makes_red(x->rule) ? -1 : 1;
    if (x->rule->severity != y->rule->severity)
        return x->rule->severity > y->rule->severity ? -1 : 1;
    if (x->rule->ladder != y->rule->ladder)
        return x->rule->ladder < y->rule->ladder ? -1 : 1;
    if (x->devices_n != y->devices_n)
        return x->devices_n > y->devices_n ? -1 : 1;
    return lc_slice_cmp(x->rule->id, y->rule->id);
}

static bool has(const struct page *p, const struct lc_device *d, const struct lc_rule *r)
{
    for (size_t i = 0; i < d->findings_n; i++) {
        if (lc_report_wrong(&d->findings[i]) && same_deed(rule_of(p, d, i), r))
            return true;
    }
    return false;
}

static void put_which(struct page *p, const struct todo *t)
{
    size_t named = 0;
    char text[32];

    lc_html_tag(p, "<ul class=\"which\">\n");
    for (size_t c = 0; c < p->cards_n && named < NAMED_N; c++) {
        if (!has(p, p->cards[c].d, t->rule))
            continue;
        lc_html_tag(p, "<li>");
        lc_html_link(p, c);
        lc_html_tag(p, "</li>\n");
        named++;
    }
    if (t->devices_n > named) {
        lc_html_tag(p, "<li>");
        LC_HTML_FILL(p, N_("and {0} more"), lc_report_count(t->devices_n - named, p->lang, text));
        lc_html_tag(p, "</li>\n");
    }
    lc_html_tag(p, "</ul>\n");
}

/* The first sentence is the deed, what follows are the taps. Not within the first characters, where
 * "1. " would stand. */
static size_t deed_len(struct lc_slice remedy)
{
    size_t stop = lc_slice_find(remedy, LC_S(". "), 8), line = lc_slice_chr(remedy, '\n', 8);
    size_t end = stop < line ? stop + 1 : line;

    return end < remedy.n ? end : remedy.n;
}

static void put_todo(struct page *p, const struct todo *t)
{
    struct lc_slice remedy = t->rule->remedy[p->lang];
    size_t deed = deed_len(remedy);
    struct lc_slice taps = lc_slice_trim(lc_slice_from(remedy, deed));

    lc_html_tag(p, "<li>\n<h3>");
    lc_html_text(p, lc_slice_sub(remedy, 0, deed));
    lc_html_tag(p, "</h3>\n");
    if (taps.n) {
        lc_html_tag(p, "<p class=\"do\">");
        lc_html_text(p, taps);
        lc_html_tag(p, "</p>\n");
    }
    lc_html_tag(p, "<p class=\"why\">");
    LC_HTML_FILL(p, N_("Because: {0}."), t->rule->title[p->lang]);
    lc_html_tag(p, "</p>\n");
    put_which(p, t);
    lc_html_tag(p, "</li>\n");
}

void lc_html_first(struct page *p)
{
    struct todo todo[RULES_MAX] = {{NULL, 0}};
    size_t n = gather(p, todo);

    if (n == 0)
        return;
    qsort(todo, n, sizeof *todo, worst_first);
    n = n > FIRST_N ? FIRST_N : n;
    lc_html_tag(p, "<section class=\"first\">\n<h2>");
    lc_html_say(p, n == 1 ? N_("Do this first") : N_("Do these first"));
    lc_html_tag(p, "</h2>\n<ol>\n");
    for (size_t i = 0; i < n; i++)
        put_todo(p, &todo[i]);
    lc_html_tag(p, "</ol>\n</section>\n");
}
