/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures for machines: JSON lines and CSV. A number that may not be told is null or an empty
 * cell, never 0. Each share has its numerator and denominator beside it, and the definitions travel
 * with the figures, because without them they are worth nothing.
 */
#include "report/national_room.h"

const char *const lc_dim_names[LC_DIM_COUNT] = {"platform", "brand",    "origin",  "model",
                                                "port",     "operator", "province"};

const char *const lc_sum_names[LC_N_COUNT] = {"devices", "channels", "e1",       "e2",
                                              "easy",    "control",  "undecided"};

const char *const lc_sum_means[LC_N_COUNT] = {
    [LC_N_DEVICES] = N_("cameras, recorders and their like that answered; a recorder is one"),
    [LC_N_CHANNELS] = N_("pictures: one for each camera, of a recorder as many as it says"),
    [LC_N_E1] = N_("E1: a camera service answers to where the scan stood; of the devices"),
    [LC_N_E2] = N_("E2: it describes its video stream without asking for a password; of E1"),
    [LC_N_EASY] = N_("E3: E1, and taking it over is easy (T0 to T2 of the ladder); of E1"),
    [LC_N_CONTROL] = N_("of those that are easy: a stranger gains control, not only the view"),
    [LC_N_OPEN] = N_("E1, and the step cannot be decided from here (TU); of E1"),
};

bool lc_sum_told(const struct lc_national_row *r, enum lc_sum s)
{
    return s <= LC_N_CHANNELS ? r->counts : r->shares;
}

uint64_t lc_sum_of(const struct lc_national_row *r, enum lc_sum s)
{
    return s == LC_N_CONTROL ? r->n[LC_N_EASY]
           : s == LC_N_E1    ? r->n[LC_N_DEVICES]
           : s > LC_N_E1     ? r->n[LC_N_E1]
                             : 0;
}

bool lc_steps_told(const struct lc_national *t)
{
    bool told = t->all.shares;

    for (size_t i = 0; i <= LC_TU; i++)
        told = told && (t->steps[i] == 0 || t->steps[i] >= LC_CELL_MIN);
    return told;
}

bool lc_reach_told(const struct lc_national *t)
{
    return t->all.counts && (t->others == 0 || t->others >= LC_CELL_MIN) &&
           (t->pseudo == 0 || t->pseudo >= LC_CELL_MIN);
}

struct lc_national_row lc_hidden_row(const struct lc_national_table *d)
{
    struct lc_national_row r = {.counts = d->hidden_n[0] > 0 && !d->partial};

    /* What is not told of the sum is what would tell a part of it. */
    r.counts = r.counts && lc_counts_safe(&d->hidden[0]);
    r.shares = d->hidden_n[1] > 0 && !d->partial && lc_shares_safe(&d->hidden[1]);
    for (size_t i = 0; i < LC_N_COUNT; i++)
        r.n[i] = d->hidden[i > LC_N_CHANNELS].n[i];
    return r;
}

/* ---- JSON ---- */

static int64_t ppm(double share)
{
    return (int64_t)(share * 1e6 + 0.5);
}

static void put_share(struct lc_json *j, const char *key, uint64_t x, uint64_t n)
{
    struct lc_wilson w = lc_wilson(x, n);

    lc_json_open(j, key, '{');
    lc_json_int(j, "n", (int64_t)x);
    lc_json_int(j, "of", (int64_t)n);
    lc_json_int(j, "share_ppm", ppm(n ? (double)x / (double)n : 0));
    lc_json_int(j, "wilson95_low_ppm", ppm(w.low));
    lc_json_int(j, "wilson95_high_ppm", ppm(w.high));
    lc_json_close(j, '}');
}

static void put_figures(struct lc_json *j, const struct lc_national_row *r)
{
    for (enum lc_sum s = 0; s < LC_N_COUNT; s++) {
        if (!lc_sum_told(r, s))
            lc_json_null(j, lc_sum_names[s]);
        else if (s <= LC_N_CHANNELS)
            lc_json_int(j, lc_sum_names[s], (int64_t)r->n[s]);
        else {
            lc_json_open(j, lc_sum_names[s], '{');
            lc_json_int(j, "n", (int64_t)r->n[s]);
            lc_json_int(j, "of", (int64_t)lc_sum_of(r, s));
            lc_json_close(j, '}');
        }
    }
    if (!r->shares || r->n[LC_N_E1] < LC_SUPPLIER_MIN) {
        lc_json_null(j, "easy_at_least");
        lc_json_null(j, "easy_at_most");
        return;
    }
    put_share(j, "easy_at_least", r->n[LC_N_EASY], r->n[LC_N_E1]);
    put_share(j, "easy_at_most", r->n[LC_N_EASY] + r->n[LC_N_OPEN], r->n[LC_N_E1]);
}

static void put_table(struct lc_json *j, enum lc_dim dim, const struct lc_national_table *d)
{
    struct lc_national_row hidden = lc_hidden_row(d);

    lc_json_open(j, lc_dim_names[dim], '{');
    lc_json_bool(j, "adds_up", !d->partial);
    lc_json_open(j, "rows", '[');
    for (size_t i = 0; i < d->n; i++) {
        const struct lc_national_row *r = &d->rows[i];

        if (!r->counts)
            continue;
        lc_json_open(j, NULL, '{');
        if (r->rest)
            lc_json_bool(j, "rest", true);
        else if (r->text_n)
            lc_json_str(j, "value", lc_slice_of(r->text, r->text_n));
        else
            lc_json_null(j, "value");
        put_figures(j, r);
        lc_json_close(j, '}');
    }
    lc_json_close(j, ']');
    lc_json_open(j, "hidden", '{');
    put_figures(j, &hidden);
    lc_json_close(j, '}');
    lc_json_close(j, '}');
}

static void put_run(struct lc_json *j, const struct lc_run *r)
{
    struct lc_buf raw;

    lc_buf_init(&raw, 64);
    lc_json_open(j, "run", '{');
    lc_json_int(j, "id", r->id);
    lc_report_utc(r->started_us, &raw);
    lc_json_str(j, "started", lc_buf_view(&raw));
    lc_json_bool(j, "ended", r->ended_us != 0);
    lc_json_int(j, "addresses_asked", (int64_t)r->targets_n);
    lc_json_str(j, "knowledge_then", lc_slice_str(r->knowledge));
    lc_json_close(j, '}');
    lc_buf_free(&raw);
}

static void put_reach(struct lc_json *j, const struct lc_national *t)
{
    static const char *const names[] = {"addresses_answered", "not_cameras", "pseudo"};
    const uint64_t n[] = {t->answered, t->others, t->pseudo};

    for (size_t i = 0; i < 3; i++) {
        if (lc_reach_told(t))
            lc_json_int(j, names[i], (int64_t)n[i]);
        else
            lc_json_null(j, names[i]);
    }
    if (!lc_steps_told(t)) {
        lc_json_null(j, "e1_by_step");
        return;
    }
    lc_json_open(j, "e1_by_step", '{');
    for (size_t i = 0; i <= LC_TU; i++)
        lc_json_int(j, lc_takeover_names[i], (int64_t)t->steps[i]);
    lc_json_close(j, '}');
}

void lc_national_json(const struct lc_national *t, struct lc_buf *out)
{
    struct lc_json j = {.out = out};

    lc_json_open(&j, NULL, '{');
    lc_json_str(&j, "schema", LC_S(LC_NATIONAL_SCHEMA));
    put_run(&j, &t->run);
    lc_json_open(&j, "definitions", '{');
    for (enum lc_sum s = 0; s < LC_N_COUNT; s++)
        lc_json_str(&j, lc_sum_names[s], lc_slice_str(lc_sum_means[s]));
    lc_json_close(&j, '}');
    put_reach(&j, t);
    lc_json_open(&j, "total", '{');
    put_figures(&j, &t->all);
    lc_json_close(&j, '}');
    lc_json_open(&j, "by", '{');
    for (enum lc_dim d = 0; d < LC_DIM_COUNT; d++)
        put_table(&j, d, &t->dims[d]);
    lc_json_close(&j, '}');
    lc_json_close(&j, '}');
    (void)lc_buf_u8(out, '\n');
}

/* ---- CSV ---- */

static void csv_row(const struct lc_national *t, const char *dim, struct lc_slice value,
                    const struct lc_national_row *r, enum lc_lang lang, struct lc_buf *out)
{
    for (enum lc_sum s = 0; s < LC_N_COUNT; s++) {
        (void)lc_buf_putf(out, "%lld,%s,", (long long)t->run.id, dim);
        lc_put_csv(out, value);
        (void)lc_buf_putf(out, ",%s,", lc_sum_names[s]);
        if (lc_sum_told(r, s))
            (void)lc_buf_putf(out, "%llu", (unsigned long long)r->n[s]);
        (void)lc_buf_u8(out, ',');
        if (lc_sum_told(r, s) && s > LC_N_CHANNELS)
            (void)lc_buf_putf(out, "%llu", (unsigned long long)lc_sum_of(r, s));
        (void)lc_buf_u8(out, ',');
        lc_put_csv(out, lc_slice_str(lc_tr_in(lang, lc_sum_means[s])));
        (void)lc_buf_puts(out, "\r\n");
    }
}

static void csv_table(const struct lc_national *t, enum lc_dim dim, enum lc_lang lang,
                      struct lc_buf *out)
{
    const struct lc_national_table *d = &t->dims[dim];
    struct lc_national_row hidden = lc_hidden_row(d);

    for (size_t i = 0; i < d->n; i++)
        if (d->rows[i].counts)
            csv_row(t, lc_dim_names[dim], lc_row_words(dim, &d->rows[i], lang), &d->rows[i], lang,
                    out);
    if (hidden.counts || hidden.shares)
        csv_row(t, lc_dim_names[dim], lc_slice_str(lc_tr_in(lang, lc_hidden_words)), &hidden, lang,
                out);
}

void lc_national_csv(const struct lc_national *t, size_t n, enum lc_lang lang, struct lc_buf *out)
{
    (void)lc_buf_puts(out, "run,by,value,figure,numerator,denominator,definition\r\n");
    for (size_t i = 0; i < n; i++) {
        csv_row(&t[i], "total", LC_S(""), &t[i].all, lang, out);
        for (enum lc_dim d = 0; d < LC_DIM_COUNT; d++)
            csv_table(&t[i], d, lang, out);
    }
}
