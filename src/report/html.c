/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The page for the person responsible, read on a phone first: how it stands in one sentence, at
 * most three things to do, each camera by the name on its sticker, the evidence folded, the limits
 * at the end.
 *
 * One file without scripts and without a single request: the policy in its head forbids both, so
 * that even a hole in the escaping could not call home. Colours never stand alone.
 */
#include "report/html.h"

#include "report_css.h" /* report.css as `lc_report_css` */

const char *const lc_html_light_class[] = {"green", "yellow", "red", "grey"};

const char *const lc_html_light_color[] = {
    [LC_GREEN] = N_("green"),
    [LC_YELLOW] = N_("yellow"),
    [LC_RED] = N_("red"),
    [LC_GREY] = N_("grey"),
};

const char *const lc_html_light_means[] = {
    [LC_GREEN] = N_("nothing wrong found"),
    [LC_YELLOW] = N_("make it safer"),
    [LC_RED] = N_("fix now"),
    [LC_GREY] = N_("cannot be told from here"),
};

void lc_html_tag(struct page *p, const char *markup)
{
    (void)lc_buf_puts(p->out, markup);
}

void lc_html_say(struct page *p, const char *english)
{
    lc_put_html(p->out, lc_slice_str(lc_tr_in(p->lang, english)));
}

void lc_html_text(struct page *p, struct lc_slice raw)
{
    lc_put_html(p->out, raw);
}

void lc_html_count(struct page *p, uint64_t n)
{
    char text[32];

    lc_html_text(p, lc_report_count(n, p->lang, text));
}

void lc_html_flush(struct page *p)
{
    lc_put_html(p->out, lc_buf_view(&p->raw));
    lc_buf_reset(&p->raw);
}

void lc_html_fill(struct page *p, const char *english, const struct lc_slice *args, size_t n)
{
    lc_report_fill(p->out, lc_put_html, p->lang, english, args, n);
}

void lc_html_link(struct page *p, size_t card)
{
    const struct lc_device *d = p->cards[card].d;
    char addr[LC_ADDR_TEXT];

    (void)lc_buf_putf(p->out, "<a href=\"#c%zu\">", card);
    lc_report_name(d, p->lang, &p->raw);
    lc_html_flush(p);
    lc_html_tag(p, "</a> <span class=\"addr\">");
    lc_html_text(p, lc_slice_of(addr, lc_addr_format(&d->addr, addr)));
    lc_html_tag(p, "</span>");
}

/* The sentence that a reader takes away when nothing else is read. It never says "safe". */
static const char *headline(const struct page *p)
{
    size_t n = p->watching_n, red = p->tally[LC_RED], yellow = p->tally[LC_YELLOW];

    if (n == 0)
        return N_("No camera was found.");
    if (red && n == 1)
        return N_("The one camera found needs fixing now.");
    if (red)
        return red == 1 ? N_("{0} of {1} cameras needs fixing now.")
                        : N_("{0} of {1} cameras need fixing now.");
    if (yellow && n == 1)
        return N_("Nothing urgent, but the one camera found should be made safer.");
    if (yellow)
        return N_("Nothing urgent was found, but {0} of {1} cameras should be made safer.");
    if (p->tally[LC_GREEN] == n)
        return n == 1 ? N_("Nothing wrong was found on the one camera.")
                      : N_("Nothing wrong was found on any of the {1} cameras.");
    if (p->tally[LC_GREEN])
        return N_("Nothing wrong was found on {0} of {1} cameras; the others cannot be judged "
                  "from here.");
    return n == 1 ? N_("One camera was found; whether it is safe cannot be told from here.")
                  : N_("{1} cameras were found; whether they are safe cannot be told from here.");
}

static void put_headline(struct page *p)
{
    size_t some = p->tally[LC_RED]      ? p->tally[LC_RED]
                  : p->tally[LC_YELLOW] ? p->tally[LC_YELLOW]
                                        : p->tally[LC_GREEN];
    char a[32], b[32];

    LC_HTML_FILL(p, headline(p), lc_report_count(some, p->lang, a),
                 lc_report_count(p->watching_n, p->lang, b));
}

/* Four counts, each a link to its part of the page. */
static void put_tally(struct page *p)
{
    static const enum lc_light order[] = {LC_RED, LC_YELLOW, LC_GREY, LC_GREEN};

    lc_html_tag(p, "<ul class=\"tally\">\n");
    for (size_t i = 0; i < 4; i++) {
        enum lc_light l = order[i];
        const char *none = p->tally[l] ? "" : " none";
        const char *tag = p->tally[l] ? "a" : "span";

        (void)lc_buf_putf(p->out, "<li class=\"%s%s\"><%s", lc_html_light_class[l], none, tag);
        if (p->tally[l])
            (void)lc_buf_putf(p->out, " href=\"#%s\"", lc_html_light_class[l]);
        lc_html_tag(p, "><b>");
        lc_html_count(p, p->tally[l]);
        lc_html_tag(p, "</b> <span class=\"word\"><span class=\"color\">");
        lc_html_say(p, lc_html_light_color[l]);
        lc_html_tag(p, "</span> ");
        lc_html_say(p, lc_html_light_means[l]);
        (void)lc_buf_putf(p->out, "</span></%s></li>\n", tag);
    }
    lc_html_tag(p, "</ul>\n");
}

static void put_head(struct page *p)
{
    lc_html_tag(p, "<!doctype html>\n<html lang=\"");
    lc_html_tag(p, p->lang == LC_LANG_VI ? "vi" : "en");
    lc_html_tag(p, "\">\n<head>\n<meta charset=\"utf-8\">\n"
                   "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                   "style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
                   "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                   "<meta name=\"color-scheme\" content=\"light dark\">\n"
                   "<meta name=\"referrer\" content=\"no-referrer\">\n"
                   "<meta name=\"robots\" content=\"noindex\">\n"
                   "<meta name=\"format-detection\" content=\"telephone=no\">\n<title>");
    lc_html_say(p, N_("Camera report"));
    lc_html_tag(p, "</title>\n<style>\n");
    lc_html_tag(p, lc_report_css);
    lc_html_tag(p, "</style>\n</head>\n<body>\n");
}

/* Who and when, one quiet line above the sentence. */
static void put_kicker(struct page *p)
{
    lc_html_tag(p, "<p class=\"kicker\"><span>");
    lc_html_say(p, N_("Camera report"));
    lc_html_tag(p, "</span>");
    if (p->head->owner.n) {
        lc_html_tag(p, "<span>");
        lc_html_text(p, p->head->owner);
        lc_html_tag(p, "</span>");
    }
    lc_html_tag(p, "<span>");
    lc_report_time(p->head->run.started_us ? p->head->run.started_us : p->head->now_us, p->lang,
                   &p->raw);
    lc_html_flush(p);
    lc_html_tag(p, "</span></p>\n");
}

static void put_top(struct page *p)
{
    lc_html_tag(p, "<header class=\"top\">\n");
    put_kicker(p);
    lc_html_tag(p, "<h1>");
    put_headline(p);
    lc_html_tag(p, "</h1>\n");
    if (p->head->run.started_us && !p->head->run.ended_us) {
        lc_html_tag(p, "<p class=\"notice\">");
        lc_html_say(p, N_("This scan did not run to its end: cameras may be missing from this "
                          "page."));
        lc_html_tag(p, "</p>\n");
    }
    if (p->watching_n) {
        put_tally(p);
    } else {
        lc_html_tag(p, "<p>");
        lc_html_say(p,
                    N_("That does not prove that there is none: one that was switched off, hidden "
                       "behind another device or only talks to its maker stays silent."));
        lc_html_tag(p, "</p>\n");
    }
    lc_html_tag(p, "</header>\n");
}

/* Something to mend, beside what is only good to know of a router or a middlebox. */
static bool has_work(const struct lc_device *d, const struct lc_assessor *rules)
{
    for (size_t i = 0; i < d->findings_n; i++)
        if (lc_report_wrong(&d->findings[i]) &&
            !lc_report_is_note(lc_assessor_rule(rules, d->findings[i].rule)))
            return true;
    return false;
}

/* A card for what watches, and for whatever else something was found on. */
static void sort_out(struct page *p, const struct lc_device *const *devices)
{
    for (size_t i = 0; i < p->cards_n; i++) {
        struct card *c = &p->cards[i];

        c->d = devices[i];
        c->light = lc_report_light(c->d, p->rules);
        c->watches = lc_class_is_surveillance(lc_report_class(c->d)) || has_work(c->d, p->rules) ||
                     c->d->exposed == LC_TRI_TRUE;
        p->watching_n += c->watches;
        p->tally[c->light] += c->watches;
    }
}

enum lc_status lc_report_html(const struct lc_device *const *devices, size_t n,
                              const struct lc_report_head *head, const struct lc_assessor *rules,
                              enum lc_lang lang, struct lc_buf *out)
{
    struct page p = {.out = out, .lang = lang, .rules = rules, .head = head, .cards_n = n};

    p.cards = lc_alloc_n(n + 1, sizeof *p.cards);
    if (!p.cards)
        return LC_ENOMEM;
    lc_buf_init(&p.raw, LC_REPORT_TEXT_MAX);
    sort_out(&p, devices);
    put_head(&p);
    put_top(&p);
    lc_html_tag(&p, "<main>\n");
    lc_html_first(&p);
    lc_html_cards(&p);
    lc_html_others(&p);
    lc_html_tag(&p, "</main>\n");
    lc_html_foot(&p);
    lc_html_tag(&p, "</body>\n</html>\n");
    lc_buf_free(&p.raw);
    lc_free(p.cards);
    return out->full ? LC_EFULL : LC_OK;
}
