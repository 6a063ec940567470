/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The canonical form of a store: two stores hold the same result when these lines are equal. JSON
 * lines: one of head, one for each run (oldest first), one for each device in address order.
 * Everything that may differ between two runs with one result is left out: times, surrogate ids,
 * order of insertion, the device's own clock, the program's version. Keyed hashes and pseudonyms
 * differ from store to store: they are blanked, before anything is sorted.
 */
#include "store/sql.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/tr.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define LINE_MAX_N (8U * 1024 * 1024)

struct canon {
    FILE *out;
    struct lc_buf line;
    struct lc_err *err;
};

static enum lc_status flush(struct canon *c)
{
    bool full = c->line.full || lc_buf_u8(&c->line, '\n') != LC_OK;

    if (full)
        return lc_fail(c->err, LC_ENOMEM, "%s", _("out of memory"));
    if (fwrite(c->line.p, 1, c->line.n, c->out) != c->line.n)
        return lc_fail(c->err, LC_EIO, _("cannot write the export: %s"), strerror(errno));
    lc_buf_reset(&c->line);
    return LC_OK;
}

static int cmp_int(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_fact(const void *a, const void *b)
{
    const struct lc_fact *x = a, *y = b;
    int d = strcmp(lc_fact_infos[x->name].name, lc_fact_infos[y->name].name);

    return d ? d : lc_slice_cmp(x->value, y->value);
}

static int by_claim(const void *a, const void *b)
{
    const struct lc_device_claim *x = a, *y = b;
    int d = lc_slice_cmp(x->attr, y->attr);

    d = d ? d : lc_slice_cmp(x->value, y->value);
    d = d ? d : lc_slice_cmp(x->signature, y->signature);
    d = d ? d : cmp_int(x->port, y->port);
    d = d ? d : lc_slice_cmp(x->fact, y->fact);
    return d ? d : lc_slice_cmp(x->evidence, y->evidence);
}

static int by_finding(const void *a, const void *b)
{
    const struct lc_device_finding *x = a, *y = b;
    int d = lc_slice_cmp(x->rule, y->rule);

    return d ? d : cmp_int(x->port, y->port);
}

static void put_value(struct lc_json *j, const struct lc_fact *f)
{
    switch (lc_fact_infos[f->name].type) {
    case LC_FT_STRING:
        lc_json_str(j, NULL, f->value);
        break;
    case LC_FT_INT:
        lc_json_int(j, NULL, lc_fact_as_int(f));
        break;
    case LC_FT_BOOL:
        lc_json_bool(j, NULL, lc_fact_as_int(f) != 0);
        break;
    }
}

static bool blank(struct lc_arena *mem, enum lc_fact_name fact, struct lc_slice *value)
{
    bool had = value->p != NULL;

    *value = lc_private_blank(mem, fact, *value);
    return !had || value->p != NULL;
}

static bool blank_evidence(struct lc_device *d)
{
    bool ok = true;

    for (size_t i = 0; i < d->claims_n && ok; i++)
        ok = blank(&d->mem, lc_fact_by_name(d->claims[i].fact), &d->claims[i].evidence);
    for (size_t i = 0; i < d->findings_n && ok; i++)
        ok = blank(&d->mem, lc_fact_by_name(d->findings[i].fact), &d->findings[i].evidence);
    return ok;
}

/* {"http.server":["a","b"],...}: names sorted, values sorted. */
static enum lc_status put_facts(struct lc_json *j, struct lc_slice blob, struct lc_arena *mem)
{
    struct lc_cur at = {.s = blob};
    /* A record has at least 9 bytes. */
    struct lc_fact *v = lc_arena_alloc(mem, (blob.n / 9 + 1) * sizeof *v);
    size_t n = 0;

    if (v == NULL)
        return LC_ENOMEM;
    while (lc_facts_next(&at, &v[n]) == LC_OK) {
        if (v[n].name == LC_F_ONVIF_CLOCK)
            continue;
        if (!blank(mem, v[n].name, &v[n].value))
            return LC_ENOMEM;
        n++;
    }
    if (n)
        qsort(v, n, sizeof *v, by_fact);
    lc_json_open(j, "facts", '{');
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || v[i].name != v[i - 1].name)
            lc_json_open(j, lc_fact_infos[v[i].name].name, '[');
        put_value(j, &v[i]);
        if (i + 1 == n || v[i].name != v[i + 1].name)
            lc_json_close(j, ']');
    }
    lc_json_close(j, '}');
    return LC_OK;
}

static void put_claim(struct lc_json *j, const struct lc_device_claim *c)
{
    lc_json_open(j, NULL, '{');
    lc_json_str(j, "attr", c->attr);
    lc_json_str(j, "value", c->value);
    lc_json_int(j, "weight", c->weight);
    lc_json_str(j, "signature", c->signature);
    lc_json_int(j, "port", c->port);
    lc_json_str(j, "fact", c->fact);
    lc_json_str(j, "evidence", c->evidence);
    lc_json_close(j, '}');
}

static void put_finding(struct lc_json *j, const struct lc_device_finding *f)
{
    lc_json_open(j, NULL, '{');
    lc_json_str(j, "rule", f->rule);
    lc_json_int(j, "port", f->port);
    lc_json_str(j, "result", lc_slice_str(lc_tri_exposed[f->result]));
    lc_json_str(j, "state", f->state);
    lc_json_str(j, "fact", f->fact);
    lc_json_str(j, "evidence", f->evidence);
    if (f->verdict != LC_V_NONE) {
        lc_json_str(j, "verdict", lc_slice_str(lc_verdict_names[f->verdict]));
        lc_json_int(j, "confidence", f->confidence);
        lc_json_str(j, "reason", f->reason);
    }
    lc_json_close(j, '}');
}

static void put_channels(struct lc_json *j, const struct lc_device *d)
{
    lc_json_open(j, "channels", '[');
    for (size_t i = 0; i < d->channels_listed_n; i++) {
        const struct lc_device_channel *c = &d->channels[i];

        lc_json_open(j, NULL, '{');
        lc_json_int(j, "number", c->number);
        lc_json_str(j, "kind", lc_slice_str(lc_channel_kinds[c->kind]));
        lc_json_str(j, "open", lc_slice_str(lc_tri_exposed[c->open]));
        lc_json_close(j, '}');
    }
    lc_json_close(j, ']');
}

static void put_head(struct lc_json *j, const struct lc_device *d)
{
    char addr[LC_ADDR_TEXT];

    lc_json_str(j, "address", lc_slice_of(addr, lc_addr_format(&d->addr, addr)));
    for (int i = 0; i < LC_A_COUNT; i++)
        lc_json_str(j, lc_attr_names[i], d->value[i]);
    lc_json_open(j, "confidence", '[');
    for (int i = 0; i < LC_A_COUNT; i++)
        lc_json_int(j, NULL, d->confidence[i]);
    lc_json_close(j, ']');
    lc_json_bool(j, "conflict", d->conflict);
    lc_json_str(j, "exposed", lc_slice_str(lc_tri_exposed[d->exposed]));
    lc_json_str(j, "exposed_why", d->exposed_why);
    lc_json_str(j, "exposure", lc_slice_str(lc_exposure_names[d->exposure]));
    lc_json_str(j, "takeover", lc_slice_str(lc_takeover_names[d->takeover]));
    lc_json_str(j, "takeover_why", d->takeover_why);
}

static enum lc_status put_device(void *ctx, struct lc_device *d)
{
    struct canon *c = ctx;
    struct lc_json j = {.out = &c->line};
    enum lc_status st = blank_evidence(d) ? LC_OK : LC_ENOMEM;

    if (d->claims_n)
        qsort(d->claims, d->claims_n, sizeof *d->claims, by_claim);
    if (d->findings_n)
        qsort(d->findings, d->findings_n, sizeof *d->findings, by_finding);
    lc_json_open(&j, NULL, '{');
    put_head(&j, d);
    lc_json_open(&j, "endpoints", '[');
    for (size_t i = 0; i < d->endpoints_n && st == LC_OK; i++) {
        lc_json_open(&j, NULL, '{');
        lc_json_int(&j, "port", d->endpoints[i].port);
        st = put_facts(&j, d->endpoints[i].facts, &d->mem);
        lc_json_close(&j, '}');
    }
    if (st != LC_OK)
        return lc_fail(c->err, st, "%s", _("out of memory"));
    lc_json_close(&j, ']');
    lc_json_open(&j, "claims", '[');
    for (size_t i = 0; i < d->claims_n; i++)
        put_claim(&j, &d->claims[i]);
    lc_json_close(&j, ']');
    lc_json_open(&j, "findings", '[');
    for (size_t i = 0; i < d->findings_n; i++)
        put_finding(&j, &d->findings[i]);
    lc_json_close(&j, ']');
    put_channels(&j, d);
    lc_json_close(&j, '}');
    return flush(c);
}

static enum lc_status put_runs(struct lc_store *s, struct canon *c)
{
    sqlite3_stmt *q;
    struct lc_run run;
    enum lc_status st = lc_sql_open(s, LC_Q_RUN_ALL, &q, c->err, "");

    while (st == LC_OK && (st = lc_sql_row(s, q, c->err)) == LC_OK) {
        struct lc_json j = {.out = &c->line};

        lc_run_take(q, &run);
        lc_json_open(&j, NULL, '{');
        lc_json_int(&j, "targets", (int64_t)run.targets_n);
        lc_json_int(&j, "answered", (int64_t)run.answered);
        lc_json_int(&j, "silent", (int64_t)run.silent);
        lc_json_int(&j, "refused", (int64_t)run.refused);
        lc_json_int(&j, "faults", (int64_t)run.faults);
        lc_json_bool(&j, "ended", run.ended_us != 0);
        lc_json_close(&j, '}');
        st = flush(c);
    }
    return st == LC_DONE ? LC_OK : st;
}

enum lc_status lc_store_export_canonical(struct lc_store *s, FILE *out, struct lc_err *err)
{
    struct canon c = {.out = out, .err = err};
    struct lc_json j = {.out = &c.line};
    enum lc_status st;

    lc_buf_init(&c.line, LINE_MAX_N);
    lc_json_open(&j, NULL, '{');
    lc_json_str(&j, "schema", LC_S("lenscap.canonical/1"));
    lc_json_close(&j, '}');
    st = flush(&c);
    if (st == LC_OK)
        st = put_runs(s, &c);
    if (st == LC_OK)
        st = lc_store_each(s, 0, put_device, &c, err);
    if (st == LC_OK && fflush(out) != 0)
        st = lc_fail(err, LC_EIO, _("cannot write the export: %s"), strerror(errno));
    lc_buf_free(&c.line);
    return st;
}
