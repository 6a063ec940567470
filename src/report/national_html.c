/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The figures as a page to read, print and send: the sentence first, definitions beside the
 * figures, then one table for each way to divide them. One file, nothing from outside.
 */
#include "report/national_room.h"

#include "report_css.h"

const char *const lc_hidden_words = N_("others, and rows with fewer than 10");

static const char *const titles[LC_DIM_COUNT] = {
    [LC_DIM_PLATFORM] = N_("By platform: who wrote the firmware"),
    [LC_DIM_BRAND] = N_("By brand: the name on the box"),
    [LC_DIM_ORIGIN] = N_("By origin: the country of whoever builds the devices"),
    [LC_DIM_MODEL] = N_("By model"),
    [LC_DIM_PORT] = N_("By open port: a device with two stands in two rows"),
    [LC_DIM_OPERATOR] = N_("By operator"),
    [LC_DIM_PROVINCE] = N_("By province"),
};

static const char *const heads[LC_N_COUNT] = {
    [LC_N_DEVICES] = N_("devices"), [LC_N_CHANNELS] = N_("pictures"),
    [LC_N_E1] = N_("E1"),           [LC_N_E2] = N_("E2"),
    [LC_N_EASY] = N_("E3, easy"),   [LC_N_CONTROL] = N_("control"),
    [LC_N_OPEN] = N_("undecided"),
};

struct lc_slice lc_row_words(enum lc_dim dim, const struct lc_national_row *r, enum lc_lang lang)
{
    struct lc_slice value = lc_slice_of(r->text, r->text_n);

    if (r->rest)
        return lc_slice_str(lc_tr_in(lang, N_("all other values")));
    if (!value.n)
        return lc_slice_str(
            lc_tr_in(lang, dim >= LC_DIM_OPERATOR ? N_("not given") : N_("not known")));
    if (dim == LC_DIM_ORIGIN)
        (void)lc_report_country(value, lang, &value);
    return value;
}

struct sheet {
    struct lc_buf *out;
    enum lc_lang lang;
    const struct lc_national *t;
};

static void tag(struct sheet *s, const char *markup)
{
    (void)lc_buf_puts(s->out, markup);
}

static void say(struct sheet *s, const char *english)
{
    lc_put_html(s->out, lc_slice_str(lc_tr_in(s->lang, english)));
}

static void count(struct sheet *s, uint64_t n)
{
    char text[32];

    lc_put_html(s->out, lc_report_count(n, s->lang, text));
}

/* "12.3", with the language's comma. */
static void percent(struct sheet *s, double share)
{
    unsigned tenths = (unsigned)(share * 1000 + 0.5);

    (void)lc_buf_putf(s->out, "%u%c%u", tenths / 10, s->lang == LC_LANG_VI ? ',' : '.',
                      tenths % 10);
}

/* "31.2 to 44.0 %", the bounds of what is easy, and their interval. */
static void put_bounds(struct sheet *s, const struct lc_national_row *r)
{
    uint64_t e1 = r->n[LC_N_E1], easy = r->n[LC_N_EASY], open = r->n[LC_N_OPEN];

    if (!r->shares || e1 < LC_SUPPLIER_MIN) {
        tag(s, "\xe2\x80\x93");
        return;
    }
    percent(s, (double)easy / (double)e1);
    tag(s, "\xe2\x80\x93");
    percent(s, (double)(easy + open) / (double)e1);
    tag(s, " % <small>[");
    percent(s, lc_wilson(easy, e1).low);
    tag(s, "\xe2\x80\x93");
    percent(s, lc_wilson(easy + open, e1).high);
    tag(s, "]</small>");
}

static void put_cells(struct sheet *s, const struct lc_national_row *r)
{
    for (enum lc_sum k = 0; k < LC_N_COUNT; k++) {
        tag(s, "<td>");
        if (lc_sum_told(r, k))
            count(s, r->n[k]);
        else
            tag(s, "<span class=\"not\">*</span>");
        tag(s, "</td>");
    }
    tag(s, "<td>");
    put_bounds(s, r);
    tag(s, "</td></tr>\n");
}

static void put_row(struct sheet *s, struct lc_slice value, const struct lc_national_row *r)
{
    tag(s, "<tr><th scope=\"row\">");
    lc_put_html(s->out, value);
    tag(s, "</th>");
    put_cells(s, r);
}

static void put_heads(struct sheet *s)
{
    tag(s, "<div class=\"wide\"><table class=\"figures\"><thead><tr><td></td>");
    for (enum lc_sum k = 0; k < LC_N_COUNT; k++) {
        tag(s, "<th scope=\"col\">");
        say(s, heads[k]);
        tag(s, "</th>");
    }
    tag(s, "<th scope=\"col\">");
    say(s, N_("easy, of E1"));
    tag(s, "</th></tr></thead>\n<tbody>\n");
}

static void put_table(struct sheet *s, enum lc_dim dim)
{
    const struct lc_national_table *d = &s->t->dims[dim];
    struct lc_national_row hidden = lc_hidden_row(d);

    tag(s, "<section>\n<h2>");
    say(s, titles[dim]);
    tag(s, "</h2>\n");
    put_heads(s);
    for (size_t i = 0; i < d->n; i++)
        if (d->rows[i].counts)
            put_row(s, lc_row_words(dim, &d->rows[i], s->lang), &d->rows[i]);
    if (hidden.counts || hidden.shares)
        put_row(s, lc_slice_str(lc_tr_in(s->lang, lc_hidden_words)), &hidden);
    tag(s, "</tbody></table></div>\n</section>\n");
}

static void put_definitions(struct sheet *s)
{
    tag(s, "<dl class=\"scale defs\">\n");
    for (enum lc_sum k = 0; k < LC_N_COUNT; k++) {
        tag(s, "<div><dt>");
        say(s, heads[k]);
        tag(s, "</dt><dd>");
        say(s, lc_sum_means[k]);
        tag(s, "</dd></div>\n");
    }
    tag(s, "<div><dt>");
    say(s, N_("easy, of E1"));
    tag(s, "</dt><dd>");
    say(s, N_("two bounds: only what is proven, and with all that is undecided; the truth lies "
              "between. In brackets the interval of Wilson (95 percent) around both"));
    tag(s, "</dd></div>\n<div><dt>*</dt><dd>");
    say(s, N_("not published: fewer than 10, or a number from which such a one could be "
              "computed"));
    tag(s, "</dd></div>\n</dl>\n");
}

static void put_headline(struct sheet *s)
{
    const struct lc_national_row *r = &s->t->all;
    char a[32], b[32], c[32];
    const struct lc_slice args[] = {lc_report_count(r->n[LC_N_EASY], s->lang, a),
                                    lc_report_count(r->n[LC_N_E1], s->lang, b),
                                    lc_report_count(r->n[LC_N_OPEN], s->lang, c)};

    if (r->shares)
        lc_report_fill(s->out, lc_put_html, s->lang,
                       N_("Of {1} cameras that answer from here {0} are easy to take over; {2} "
                          "cannot be decided."),
                       args, 3);
    else
        say(s, N_("Too few cameras for figures that may be published."));
}

static void put_run(struct sheet *s)
{
    const struct lc_run *run = &s->t->run;
    struct lc_buf when;
    char a[32], b[32], c[32];
    struct lc_slice args[5];

    lc_buf_init(&when, 64);
    lc_report_time(run->started_us, s->lang, &when);
    args[0] = lc_report_count((uint64_t)run->id, s->lang, a);
    args[1] = lc_buf_view(&when);
    args[2] = lc_report_count(run->targets_n, s->lang, b);
    args[3] = lc_reach_told(s->t) ? lc_report_count(s->t->answered, s->lang, c) : LC_S("*");
    args[4] = lc_slice_str(run->knowledge);
    tag(s, "<p class=\"why\">");
    lc_report_fill(s->out, lc_put_html, s->lang,
                   N_("Scan {0}, begun {1}: {2} addresses asked, {3} answered. Judged again with "
                      "today's knowledge; at the time it was {4}."),
                   args, 5);
    tag(s, "</p>\n");
    if (!run->ended_us) {
        tag(s, "<p class=\"notice\">");
        say(s, N_("This scan did not run to its end: cameras may be missing from this page."));
        tag(s, "</p>\n");
    }
    lc_buf_free(&when);
}

static void put_one(struct sheet *s)
{
    tag(s, "<header class=\"top\"><h1>");
    put_headline(s);
    tag(s, "</h1>\n");
    put_run(s);
    tag(s, "</header>\n<section>\n");
    put_heads(s);
    put_row(s, lc_slice_str(lc_tr_in(s->lang, N_("all"))), &s->t->all);
    tag(s, "</tbody></table></div>\n");
    put_definitions(s);
    tag(s, "</section>\n");
    for (enum lc_dim d = 0; d < LC_DIM_COUNT; d++)
        put_table(s, d);
}

void lc_national_html(const struct lc_national *t, size_t n, enum lc_lang lang, struct lc_buf *out)
{
    struct sheet s = {.out = out, .lang = lang};

    tag(&s, "<!doctype html>\n<html lang=\"");
    tag(&s, lang == LC_LANG_VI ? "vi" : "en");
    tag(&s, "\">\n<head>\n<meta charset=\"utf-8\">\n<meta http-equiv=\"Content-Security-Policy\" "
            "content=\"default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action "
            "'none'\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
    say(&s, N_("Camera figures"));
    tag(&s, "</title>\n<style>\n");
    tag(&s, lc_report_css);
    tag(&s, "</style>\n</head>\n<body>\n<main>\n");
    for (size_t i = 0; i < n; i++) {
        s.t = &t[i];
        put_one(&s);
    }
    tag(&s, "</main>\n<footer><p>");
    say(&s, N_("Counts of this scan by the definitions above; figures of others with other "
               "definitions are not the same thing. Nobody looked through a lens."));
    tag(&s, "</p></footer>\n</body>\n</html>\n");
}
