/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One device per record, RFC 4180: CRLF, a header row, every text cell quoted and safe against
 * formulas. Column names are fixed English words, for programs; name, class word and titles speak
 * the language asked for. Findings share one cell, parted by "; ", so that a spreadsheet can be
 * sorted by device; published flaws share another, by their numbers.
 */
#include "report/common.h"

void lc_report_csv_head(struct lc_buf *out)
{
    (void)lc_buf_puts(out,
                      "address,name,light,class,platform,brand,model,firmware,class_confidence,"
                      "platform_confidence,brand_confidence,model_confidence,firmware_confidence,"
                      "exposed,exposed_why,exposure,takeover,takeover_why,findings_n,findings,"
                      "open_ports,first_seen,last_seen,channels_n,known_flaws\r\n");
}

/* One cell from text that was built in `raw`, which is emptied for the next. */
static void cell(struct lc_buf *raw, struct lc_buf *out)
{
    lc_put_csv(out, lc_buf_view(raw));
    (void)lc_buf_u8(out, ',');
    lc_buf_reset(raw);
}

static void word(const char *s, struct lc_buf *out)
{
    lc_put_csv(out, lc_slice_str(s));
    (void)lc_buf_u8(out, ',');
}

/* A published flaw is named by its number, in a cell of its own. */
static bool is_number(const struct lc_device_finding *f)
{
    return lc_slice_starts(f->rule, LC_S("CVE-"));
}

static void known_flaws(const struct lc_device *d, struct lc_buf *raw)
{
    for (size_t i = 0; i < d->findings_n; i++) {
        if (!is_number(&d->findings[i]) || !lc_report_wrong(&d->findings[i]))
            continue;
        if (raw->n)
            (void)lc_buf_u8(raw, ' ');
        (void)lc_buf_put(raw, d->findings[i].rule);
    }
}

static void titles(const struct lc_device *d, const struct lc_assessor *rules, enum lc_lang lang,
                   struct lc_buf *raw)
{
    for (size_t i = 0; i < d->findings_n; i++) {
        const struct lc_device_finding *f = &d->findings[i];

        if (!lc_report_wrong(f) || is_number(f))
            continue;
        if (raw->n)
            (void)lc_buf_puts(raw, "; ");
        (void)lc_buf_put(raw, lc_report_title(f, rules, lang));
        if (f->port)
            (void)lc_buf_putf(raw, " (%u)", f->port);
    }
}

static void open_ports(const struct lc_device *d, struct lc_buf *raw)
{
    for (size_t i = 0; i < d->endpoints_n; i++) {
        if (lc_slice_eq(d->endpoints[i].outcome, LC_S("open")))
            (void)lc_buf_putf(raw, "%s%u", raw->n ? " " : "", d->endpoints[i].port);
    }
}

static void judgement(const struct lc_device *d, const struct lc_assessor *rules, enum lc_lang lang,
                      struct lc_buf *raw, struct lc_buf *out)
{
    word(lc_tri_exposed[d->exposed], out);
    lc_report_why(d->exposed_why, rules, lang, raw);
    cell(raw, out);
    word(lc_exposure_names[d->exposure], out);
    word(lc_takeover_names[d->takeover], out);
    lc_report_why(d->takeover_why, rules, lang, raw);
    cell(raw, out);
    (void)lc_buf_putf(out, "%zu,", lc_report_wrong_n(d));
    titles(d, rules, lang, raw);
    cell(raw, out);
}

void lc_report_csv(const struct lc_device *d, const struct lc_assessor *rules, enum lc_lang lang,
                   struct lc_buf *out)
{
    char addr[LC_ADDR_TEXT];
    struct lc_buf raw;

    lc_buf_init(&raw, LC_REPORT_TEXT_MAX);
    (void)lc_buf_put(&raw, lc_slice_of(addr, lc_addr_format(&d->addr, addr)));
    cell(&raw, out);
    lc_report_name(d, lang, &raw);
    cell(&raw, out);
    word(lc_report_light_names[lc_report_light(d, rules)], out);
    lc_put_csv(out, lc_report_class(d));
    (void)lc_buf_u8(out, ',');
    for (size_t a = LC_A_PLATFORM; a < LC_A_COUNT; a++) {
        lc_put_csv(out, d->value[a]);
        (void)lc_buf_u8(out, ',');
    }
    for (size_t a = 0; a < LC_A_COUNT; a++)
        (void)lc_buf_putf(out, "%u,", d->confidence[a]);
    judgement(d, rules, lang, &raw, out);
    open_ports(d, &raw);
    cell(&raw, out);
    lc_report_utc(d->first_us, &raw);
    cell(&raw, out);
    lc_report_utc(d->last_us, &raw);
    cell(&raw, out);
    if (d->channels_n)
        (void)lc_buf_putf(out, "%u", d->channels_n);
    (void)lc_buf_u8(out, ',');
    known_flaws(d, &raw);
    lc_put_csv(out, lc_buf_view(&raw));
    (void)lc_buf_puts(out, "\r\n");
    lc_buf_free(&raw);
}
