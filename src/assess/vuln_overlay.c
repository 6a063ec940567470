/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Overlays: what changes daily about flaws that the knowledge already has. Text, one thing a line:
 *
 *     lenscap.overlay/1
 *     kev-date 2026-08-21 2026.08.21        day and number of CISA's catalogue
 *     kev CVE-2017-7921 2026-03-05          it is exploited; the day it was listed
 *     epss-date 2026-08-22 v2025.03.14      day and model of FIRST's scores
 *     epss CVE-2017-7921 999980             probability of exploitation, in millionths
 *
 * The bundled subset of KEV is such a text (section "KEV "), and `lenscap update` writes one. It is
 * checked whole before anything is changed. A CVE that the knowledge does not have is passed over:
 * an overlay never adds a flaw.
 */
#include "assess/vuln.h"
#include "base/tr.h"

#define LINES_MAX 100000U

struct overlay {
    struct lc_flawset *set;
    bool apply;
    struct lc_overlay_dates dates;
};

/* "2026-08-21" */
static bool take_day(struct lc_slice text, uint32_t *out)
{
    uint64_t year, month, day;

    if (text.n != 10 || text.p[4] != '-' || text.p[7] != '-' ||
        lc_slice_u64(lc_slice_sub(text, 0, 4), 2999, &year) != LC_OK ||
        lc_slice_u64(lc_slice_sub(text, 5, 2), 12, &month) != LC_OK ||
        lc_slice_u64(lc_slice_sub(text, 8, 2), 31, &day) != LC_OK || year < 2000 || !month || !day)
        return false;
    *out = (uint32_t)(year * 10000 + month * 100 + day);
    return true;
}

static bool is_cve(struct lc_slice s)
{
    uint64_t n;

    return s.n >= 13 && s.n <= 16 && lc_slice_starts(s, LC_S("CVE-")) && s.p[8] == '-' &&
           lc_slice_u64(lc_slice_sub(s, 4, 4), 9999, &n) == LC_OK &&
           lc_slice_u64(lc_slice_from(s, 9), 9999999, &n) == LC_OK;
}

/* Every flaw that has this number, as its first or as one of its others. */
static struct lc_flaw *next_flaw(struct lc_flawset *f, struct lc_slice cve, size_t *at)
{
    for (; *at < f->n; ++*at)
        for (size_t i = 0; i < f->flaws[*at].cves_n; i++)
            if (lc_slice_eq(f->flaws[*at].cves[i], cve))
                return &f->flaws[(*at)++];
    return NULL;
}

static void exploited(struct overlay *o, struct lc_slice cve, uint32_t day)
{
    size_t at = 0;

    for (struct lc_flaw *f; (f = next_flaw(o->set, cve, &at));) {
        f->kev_added = day;
        lc_flaw_settle(&o->set->rules[f - o->set->flaws], f);
    }
}

/* Of several numbers the likeliest counts. */
static void likely(struct overlay *o, struct lc_slice cve, uint32_t ppm)
{
    size_t at = 0;

    for (struct lc_flaw *f; (f = next_flaw(o->set, cve, &at));) {
        f->epss_ppm = f->has_epss && f->epss_ppm > ppm ? f->epss_ppm : ppm;
        f->has_epss = true;
    }
}

static bool take_line(struct overlay *o, struct lc_slice line)
{
    struct lc_slice word = {NULL, 0}, first = {NULL, 0}, second = {NULL, 0}, more;
    uint64_t ppm;
    uint32_t day;

    if (lc_slice_next(&line, ' ', &word) != LC_OK || lc_slice_next(&line, ' ', &first) != LC_OK ||
        lc_slice_next(&line, ' ', &second) != LC_OK || lc_slice_next(&line, ' ', &more) == LC_OK)
        return false;
    if (lc_slice_eq(word, LC_S("kev-date")))
        return take_day(first, &o->dates.kev);
    if (lc_slice_eq(word, LC_S("epss-date")))
        return take_day(first, &o->dates.epss);
    if (!is_cve(first))
        return false;
    if (lc_slice_eq(word, LC_S("kev"))) {
        if (!take_day(second, &day))
            return false;
        if (o->apply)
            exploited(o, first, day);
        return true;
    }
    if (!lc_slice_eq(word, LC_S("epss")) || lc_slice_u64(second, 1000000, &ppm) != LC_OK)
        return false;
    if (o->apply)
        likely(o, first, (uint32_t)ppm);
    return true;
}

static enum lc_status walk(struct overlay *o, struct lc_slice text, struct lc_err *err)
{
    struct lc_slice line;

    for (unsigned no = 1; lc_slice_next(&text, '\n', &line) == LC_OK; no++) {
        bool good = no == 1 ? lc_slice_eq(line, LC_S("lenscap.overlay/1"))
                            : line.n == 0 || take_line(o, line);

        if (!good || no > LINES_MAX)
            return lc_fail(err, LC_EPARSE,
                           _("line %u of the stored data on exploited flaws is damaged: run "
                             "'lenscap update' again"),
                           no);
    }
    return LC_OK;
}

enum lc_status lc_flaws_overlay(struct lc_flawset *f, struct lc_slice text, struct lc_err *err)
{
    struct overlay o = {.set = f};
    enum lc_status st = walk(&o, text, err);

    if (st != LC_OK)
        return st;
    o.apply = true;
    st = walk(&o, text, err);
    if (o.dates.kev)
        f->dates.kev = o.dates.kev;
    if (o.dates.epss)
        f->dates.epss = o.dates.epss;
    return st;
}
