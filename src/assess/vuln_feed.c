/* SPDX-License-Identifier: Apache-2.0 */
/* Reading CISA's JSON and FIRST's CSV; see vuln_feed.h. */
#include "assess/vuln_feed.h"
#include "base/tr.h"

#include <jansson.h>
#include <string.h>

void lc_feed_head(struct lc_buf *out)
{
    (void)lc_buf_puts(out, "lenscap.overlay/1\n");
}

void lc_feed_keep(struct lc_slice overlay, struct lc_slice word, struct lc_buf *out)
{
    struct lc_slice line;

    while (lc_slice_next(&overlay, '\n', &line) == LC_OK) {
        if (!lc_slice_starts(line, word) || line.n == word.n ||
            (line.p[word.n] != ' ' && line.p[word.n] != '-'))
            continue;
        (void)lc_buf_put(out, line);
        (void)lc_buf_u8(out, '\n');
    }
}

/* "2026-08-21..." as yyyymmdd; 0: it is no day. */
static uint32_t day_of(struct lc_slice s)
{
    static const uint8_t shape[] = "dddd-dd-dd";
    uint32_t day = 0;

    if (s.n < 10)
        return 0;
    for (size_t i = 0; i < 10; i++) {
        bool digit = s.p[i] >= '0' && s.p[i] <= '9';

        if (digit != (shape[i] == 'd') || (!digit && s.p[i] != '-'))
            return 0;
        if (digit)
            day = day * 10 + (uint32_t)(s.p[i] - '0');
    }
    if (day / 10000 < 2000 || day / 100 % 100 - 1 > 11 || day % 100 - 1 > 30)
        return 0;
    return day;
}

static bool is_cve(struct lc_slice s)
{
    uint64_t n;

    return s.n >= 13 && s.n <= 16 && lc_slice_starts(s, LC_S("CVE-")) && s.p[8] == '-' &&
           lc_slice_u64(lc_slice_sub(s, 4, 4), 9999, &n) == LC_OK &&
           lc_slice_u64(lc_slice_from(s, 9), 9999999, &n) == LC_OK;
}

static enum lc_status too_late(const struct lc_flaw_feed *f, uint32_t day, struct lc_err *err)
{
    return lc_fail(err, LC_EINVAL,
                   _("%s: it says that it is of %u-%02u-%02u, which is still to come: check this "
                     "machine's clock and where the file is from; nothing was changed"),
                   f->name, day / 10000, day / 100 % 100, day % 100);
}

/* ---- CISA ---- */

static struct lc_slice text_of(const json_t *object, const char *key)
{
    const json_t *v = json_object_get(object, key);

    return json_is_string(v) ? lc_slice_of(json_string_value(v), json_string_length(v))
                             : (struct lc_slice){NULL, 0};
}

static enum lc_status kev_entry(struct lc_flaw_feed *f, const json_t *entry, size_t at,
                                struct lc_err *err)
{
    struct lc_slice cve = text_of(entry, "cveID"), added = text_of(entry, "dateAdded");

    if (!is_cve(cve) || added.n != 10 || !day_of(added))
        return lc_fail(err, LC_EPARSE,
                       _("%s: entry %zu has no good cveID or dateAdded: take the file from "
                         "www.cisa.gov once more; nothing was changed"),
                       f->name, at + 1);
    f->read++;
    if (!lc_assessor_knows(f->knowledge, cve))
        return LC_OK;
    f->taken++;
    (void)lc_buf_putf(f->out, "kev %.*s %.*s\n", LC_S_ARG(cve), LC_S_ARG(added));
    return LC_OK;
}

static enum lc_status kev_head(struct lc_flaw_feed *f, const json_t *root, struct lc_err *err)
{
    struct lc_slice released = text_of(root, "dateReleased");
    struct lc_slice version = text_of(root, "catalogVersion");
    const json_t *list = json_object_get(root, "vulnerabilities");
    const json_t *count = json_object_get(root, "count");
    uint32_t day = day_of(released);

    if (!json_is_array(list) || !json_is_integer(count) || !day || !version.n || version.n > 32 ||
        lc_slice_chr(version, ' ', 0) != LC_NPOS || lc_slice_chr(version, '\n', 0) != LC_NPOS)
        return lc_fail(
            err, LC_EPARSE,
            _("%s: this is not CISA's catalogue (catalogVersion, dateReleased, count and "
              "vulnerabilities are expected); nothing was changed"),
            f->name);
    if (day > f->latest)
        return too_late(f, day, err);
    if (json_integer_value(count) != (json_int_t)json_array_size(list) ||
        json_array_size(list) == 0)
        return lc_fail(err, LC_EPARSE,
                       _("%s: it says that it has %lld entries and has %zu: it was cut or changed; "
                         "nothing was changed here"),
                       f->name, (long long)json_integer_value(count), json_array_size(list));
    (void)lc_buf_putf(f->out, "kev-date %.*s %.*s\n", 10, (const char *)released.p,
                      LC_S_ARG(version));
    return LC_OK;
}

enum lc_status lc_feed_kev(struct lc_flaw_feed *f, struct lc_slice json, struct lc_err *err)
{
    json_error_t why;
    json_t *root = json_loadb((const char *)json.p, json.n, JSON_REJECT_DUPLICATES, &why);
    const json_t *list;
    enum lc_status st;

    f->read = f->taken = 0;
    if (!root)
        return lc_fail(err, LC_EPARSE,
                       _("%s:%d: this is not JSON from column %d on (%.80s); nothing was changed"),
                       f->name, why.line, why.column, why.text);
    st = kev_head(f, root, err);
    list = json_object_get(root, "vulnerabilities");
    for (size_t i = 0; st == LC_OK && i < json_array_size(list); i++)
        st = kev_entry(f, json_array_get(list, i), i, err);
    json_decref(root);
    return st;
}

/* ---- FIRST ---- */

/* "0.99869" in millionths; false: no number from 0 to 1. */
static bool probability(struct lc_slice s, uint32_t *ppm)
{
    uint32_t scale = 1000000, v;

    if (s.n == 0 || s.n > 24 || (s.p[0] != '0' && s.p[0] != '1') || (s.n > 1 && s.p[1] != '.'))
        return false;
    v = (uint32_t)(s.p[0] - '0') * 1000000U;
    for (size_t i = 2; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        scale /= 10;
        v += (uint32_t)(s.p[i] - '0') * scale;
    }
    *ppm = v;
    return v <= 1000000;
}

static enum lc_status epss_line(struct lc_flaw_feed *f, struct lc_slice line, unsigned no,
                                struct lc_err *err)
{
    struct lc_slice cve = {NULL, 0}, first = {NULL, 0}, second = {NULL, 0};
    uint32_t ppm = 0, unused;
    bool good = lc_slice_next(&line, ',', &cve) == LC_OK &&
                lc_slice_next(&line, ',', &first) == LC_OK &&
                lc_slice_next(&line, ',', &second) == LC_OK && line.n == 0;

    if (!good || !is_cve(cve) || !probability(first, &ppm) || !probability(second, &unused))
        return lc_fail(err, LC_EPARSE,
                       _("%s:%u: a line is CVE,probability,percentile with numbers from 0 to 1; "
                         "nothing was changed"),
                       f->name, no);
    f->read++;
    if (!lc_assessor_knows(f->knowledge, cve))
        return LC_OK;
    f->taken++;
    (void)lc_buf_putf(f->out, "epss %.*s %u\n", LC_S_ARG(cve), ppm);
    return LC_OK;
}

/* "#model_version:v2025.03.14,score_date:2026-08-22T00:00:00+0000" */
static enum lc_status epss_head(struct lc_flaw_feed *f, struct lc_slice line, struct lc_err *err)
{
    size_t model = lc_slice_find(line, LC_S("model_version:"), 0);
    size_t date = lc_slice_find(line, LC_S("score_date:"), 0);
    struct lc_slice name, at = lc_slice_from(line, date == LC_NPOS ? line.n : date + 11);
    uint32_t day = day_of(at);

    if (line.n == 0 || line.p[0] != '#' || model == LC_NPOS || !day)
        return lc_fail(err, LC_EPARSE,
                       _("%s:1: FIRST's scores begin with a line of model_version and score_date; "
                         "unpack the file first if it ends in .gz; nothing was changed"),
                       f->name);
    if (day > f->latest)
        return too_late(f, day, err);
    line = lc_slice_from(line, model + 14);
    if (lc_slice_next(&line, ',', &name) != LC_OK || name.n == 0 || name.n > 32 ||
        lc_slice_chr(name, ' ', 0) != LC_NPOS)
        name = LC_S("unknown");
    (void)lc_buf_putf(f->out, "epss-date %.*s %.*s\n", 10, (const char *)at.p, LC_S_ARG(name));
    return LC_OK;
}

enum lc_status lc_feed_epss(struct lc_flaw_feed *f, struct lc_slice csv, struct lc_err *err)
{
    struct lc_slice line;
    enum lc_status st = LC_OK;
    unsigned no = 0;
    bool cut = csv.n == 0 || csv.p[csv.n - 1] != '\n';

    f->read = f->taken = 0;
    while (st == LC_OK && lc_slice_next(&csv, '\n', &line) == LC_OK) {
        line = lc_slice_trim(line);
        if (++no == 1)
            st = epss_head(f, line, err);
        else if (line.n && !(no == 2 && lc_slice_eq(line, LC_S("cve,epss,percentile"))))
            st = epss_line(f, line, no, err);
    }
    if (st == LC_OK && (cut || f->read == 0))
        st = lc_fail(err, LC_EPARSE,
                     _("%s:%u: the file ends too early: it was cut; nothing was "
                       "changed"),
                     f->name, no);
    return st;
}
