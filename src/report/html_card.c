/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One camera as a card: sticker, colour with its word, what is wrong and what to tap; what it rests
 * on is folded below. Devices that do not watch share one folded list: they are named, not judged.
 */
#include "report/html.h"

/* ---- the head of a card ---- */

static void put_badge(struct page *p, enum lc_light l)
{
    (void)lc_buf_putf(p->out, "<p class=\"badge %s\"><span class=\"color\">",
                      lc_html_light_class[l]);
    lc_html_say(p, lc_html_light_color[l]);
    lc_html_tag(p, "</span> ");
    lc_html_say(p, lc_html_light_means[l]);
    lc_html_tag(p, "</p>\n");
}

static void put_card_head(struct page *p, size_t at)
{
    const struct card *c = &p->cards[at];
    const struct lc_device *d = c->d;
    char addr[LC_ADDR_TEXT];

    (void)lc_buf_putf(p->out, "<article class=\"card %s\" id=\"c%zu\">\n<header>\n",
                      lc_html_light_class[c->light], at);
    put_badge(p, c->light);
    lc_html_tag(p, "<h3>");
    lc_report_name(d, p->lang, &p->raw);
    lc_html_flush(p);
    lc_html_tag(p, "</h3>\n<p class=\"where\"><span class=\"addr\">");
    lc_html_text(p, lc_slice_of(addr, lc_addr_format(&d->addr, addr)));
    lc_html_tag(p, "</span>");
    if (d->value[LC_A_MODEL].n || d->channels_n > 1) {
        lc_html_tag(p, "<span>");
        lc_report_kind(d, p->lang, &p->raw);
        lc_html_flush(p);
        lc_html_tag(p, "</span>");
    }
    if (d->value[LC_A_FIRMWARE].n) {
        lc_html_tag(p, "<span>");
        LC_HTML_FILL(p, N_("firmware {0}"), d->value[LC_A_FIRMWARE]);
        lc_html_tag(p, "</span>");
    }
    lc_html_tag(p, "</p>\n</header>\n");
}

/* ---- what is wrong ---- */

static bool same_rule(const struct lc_device_finding *a, const struct lc_device_finding *b)
{
    return a->result == b->result && lc_report_wrong(a) == lc_report_wrong(b) &&
           lc_slice_eq(a->rule, b->rule);
}

/* Is the finding at `at` the first of its rule and result? Only that one is printed, with all
 * ports. */
static bool leads(const struct lc_device *d, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (same_rule(&d->findings[i], &d->findings[at]))
            return false;
    }
    return true;
}

static void put_ports(struct page *p, const struct lc_device *d, size_t at)
{
    bool any = false;

    for (size_t i = at; i < d->findings_n; i++) {
        const struct lc_device_finding *f = &d->findings[i];

        if (!f->port || !same_rule(f, &d->findings[at]))
            continue;
        lc_html_tag(p, any ? ", " : " <small>");
        if (!any) {
            lc_html_say(p, N_("port"));
            lc_html_tag(p, " ");
        }
        (void)lc_buf_putf(p->out, "%u", f->port);
        any = true;
    }
    lc_html_tag(p, any ? "</small>" : "");
}

/* Is the same deed told further down? It is then told once, with the last that asks for it. */
static bool told_below(const struct page *p, const struct lc_device *d, size_t at)
{
    const struct lc_rule *r = lc_assessor_rule(p->rules, d->findings[at].rule);

    for (size_t i = at + 1; r->flaw && i < d->findings_n; i++) {
        const struct lc_rule *other = lc_assessor_rule(p->rules, d->findings[i].rule);

        if (other && other->flaw && lc_report_wrong(&d->findings[i]) &&
            !lc_report_surplus(d, p->rules, i) &&
            lc_slice_eq(other->remedy[p->lang], r->remedy[p->lang]))
            return true;
    }
    return false;
}

static void put_surplus(struct page *p, const struct lc_device *d)
{
    size_t n = lc_report_surplus_n(d, p->rules);
    char text[32];

    if (!n)
        return;
    lc_html_tag(p, "<li>");
    LC_HTML_FILL(p, N_("and {0} more known flaws, listed below for a technician"),
                 lc_report_count(n, p->lang, text));
    lc_html_tag(p, "</li>\n");
}

static void put_wrong(struct page *p, const struct lc_device *d)
{
    bool any = false;

    for (size_t i = 0; i < d->findings_n; i++) {
        const struct lc_rule *r = lc_assessor_rule(p->rules, d->findings[i].rule);

        if (!lc_report_wrong(&d->findings[i]) || lc_report_is_note(r) || !leads(d, i) ||
            lc_report_surplus(d, p->rules, i))
            continue;
        lc_html_tag(p, any ? "" : "<ul class=\"wrong\">\n");
        any = true;
        lc_html_tag(p, "<li>\n<h4>");
        lc_html_text(p, lc_report_title(&d->findings[i], p->rules, p->lang));
        put_ports(p, d, i);
        lc_html_tag(p, "</h4>\n");
        if (r && r->remedy[p->lang].n && !told_below(p, d, i)) {
            lc_html_tag(p, "<p class=\"do\">");
            lc_html_text(p, r->remedy[p->lang]);
            lc_html_tag(p, "</p>\n");
        }
        lc_html_tag(p, "</li>\n");
    }
    if (any)
        put_surplus(p, d);
    lc_html_tag(p, any ? "</ul>\n" : "");
}

static void put_verdict(struct page *p, const char *question, const char *answer,
                        struct lc_slice why)
{
    lc_html_tag(p, "<div><dt>");
    lc_html_say(p, question);
    lc_html_tag(p, "</dt><dd><b>");
    lc_html_say(p, answer);
    lc_html_tag(p, "</b> <span class=\"why\">");
    lc_report_why(why, p->rules, p->lang, &p->raw);
    lc_html_flush(p);
    lc_html_tag(p, "</span></dd></div>\n");
}

static void put_verdicts(struct page *p, const struct lc_device *d)
{
    struct lc_slice step = lc_slice_str(lc_report_takeover_words[d->takeover]);

    lc_html_tag(p, "<dl class=\"verdicts\">\n");
    put_verdict(p, N_("Can anyone watch without a password?"), lc_report_exposed_words[d->exposed],
                d->exposed_why);
    put_verdict(p, N_("How easily could a stranger take it over?"), lc_takeover_names[d->takeover],
                d->takeover == LC_TU && d->takeover_why.n ? d->takeover_why : step);
    lc_html_tag(p, "</dl>\n");
}

static void put_quiet(struct page *p, enum lc_light l)
{
    if (l == LC_GREEN) {
        lc_html_tag(p, "<p>");
        lc_html_say(p,
                    N_("Nothing wrong was found among what could be checked. Keep its software up "
                       "to date and its password your own."));
        lc_html_tag(p, "</p>\n");
    } else if (l == LC_GREY) {
        lc_html_tag(p, "<p>");
        lc_html_say(p, N_("The network does not say enough about this one."));
        lc_html_tag(p, " <a href=\"#app\">");
        lc_html_say(p, N_("Check these points in its app."));
        lc_html_tag(p, "</a></p>\n");
    }
}

/* ---- what it rests on ---- */

static void put_evidence(struct page *p, struct lc_slice fact, uint16_t port, struct lc_slice value)
{
    if (!fact.n)
        return;
    lc_html_tag(p, "<p class=\"evidence\">");
    lc_html_text(p, lc_report_fact_words(fact, p->lang));
    if (port) {
        lc_html_tag(p, ", ");
        lc_html_say(p, N_("port"));
        (void)lc_buf_putf(p->out, " %u", port);
    }
    lc_html_tag(p, ": ");
    if (lc_report_evidence(fact, value, true, p->lang, &p->raw)) {
        lc_html_tag(p, "<code>");
        lc_html_flush(p);
        lc_html_tag(p, "</code>");
    } else {
        lc_html_say(p, N_("(not shown: personal)"));
    }
    lc_html_tag(p, "</p>\n");
}

static void fold_identity(struct page *p, const struct lc_device *d)
{
    lc_html_tag(p, "<h5>");
    lc_html_say(p, N_("What says what it is"));
    lc_html_tag(p, "</h5>\n");
    if (d->conflict) {
        lc_html_tag(p, "<p>");
        lc_html_say(p, N_("Careful: two platforms claim this device."));
        lc_html_tag(p, "</p>\n");
    }
    lc_html_tag(p, "<ul>\n");
    for (size_t i = 0; i < d->claims_n; i++) {
        const struct lc_device_claim *c = &d->claims[i];

        lc_html_tag(p, "<li>");
        lc_html_text(p, lc_report_attr(c->attr, p->lang));
        lc_html_tag(p, ": <b>");
        lc_html_text(p, c->value);
        (void)lc_buf_putf(p->out, "</b> <small>%u %% ", c->weight);
        lc_html_text(p, c->signature);
        lc_html_tag(p, "</small>");
        put_evidence(p, c->fact, c->port, c->evidence);
        lc_html_tag(p, "</li>\n");
    }
    lc_html_tag(p, "</ul>\n");
}

/* "affected, 90 %: its firmware is one of those ..." */
static void put_reason(struct page *p, const struct lc_device_finding *f)
{
    if (f->verdict == LC_V_NONE || !f->reason.n)
        return;
    lc_html_tag(p, "<p>");
    lc_html_say(p, lc_report_verdict_words[f->verdict]);
    (void)lc_buf_putf(p->out, ", %u %%: ", f->confidence);
    lc_report_why(f->reason, p->rules, p->lang, &p->raw);
    lc_html_flush(p);
    lc_html_tag(p, "</p>\n");
}

static void fold_wrong(struct page *p, const struct lc_device *d)
{
    lc_html_tag(p, "<h5>");
    lc_html_say(p, N_("What says what is wrong"));
    lc_html_tag(p, "</h5>\n<ul>\n");
    for (size_t i = 0; i < d->findings_n; i++) {
        const struct lc_device_finding *f = &d->findings[i];
        const struct lc_rule *r = lc_assessor_rule(p->rules, f->rule);

        if (!lc_report_wrong(f))
            continue;
        lc_html_tag(p, "<li>");
        lc_html_text(p, lc_report_title(f, p->rules, p->lang));
        lc_html_tag(p, " <small>");
        if (r) {
            lc_html_say(p, lc_report_severity_words[r->severity]);
            lc_html_tag(p, r->ladder == LC_TU ? "" : ", ");
            lc_html_tag(p, r->ladder == LC_TU ? "" : lc_takeover_names[r->ladder]);
        }
        lc_html_tag(p, "</small>");
        if (r && r->why[p->lang].n) {
            lc_html_tag(p, "<p>");
            lc_html_text(p, r->why[p->lang]);
            lc_html_tag(p, "</p>\n");
        }
        put_reason(p, f);
        put_evidence(p, f->fact, f->port, f->evidence);
        lc_html_tag(p, "</li>\n");
    }
    lc_html_tag(p, "</ul>\n");
}

/* Findings of one result other than wrong: titles only. */
static void fold_titles(struct page *p, const struct lc_device *d, const char *heading,
                        enum lc_tri result)
{
    bool any = false;

    for (size_t i = 0; i < d->findings_n; i++) {
        if (d->findings[i].result != result || lc_report_wrong(&d->findings[i]) || !leads(d, i))
            continue;
        if (!any) {
            lc_html_tag(p, "<h5>");
            lc_html_say(p, heading);
            lc_html_tag(p, "</h5>\n<ul>\n");
        }
        any = true;
        lc_html_tag(p, "<li>");
        lc_html_text(p, lc_report_title(&d->findings[i], p->rules, p->lang));
        put_ports(p, d, i);
        if (d->findings[i].verdict != LC_V_NONE) {
            put_reason(p, &d->findings[i]);
            put_evidence(p, d->findings[i].fact, 0, d->findings[i].evidence);
        }
        lc_html_tag(p, "</li>\n");
    }
    lc_html_tag(p, any ? "</ul>\n" : "");
}

static void fold_ports(struct page *p, const struct lc_device *d)
{
    lc_html_tag(p, "<h5>");
    lc_html_say(p, N_("Ports that were tried"));
    lc_html_tag(p, "</h5>\n<ul class=\"ports\">\n");
    for (size_t i = 0; i < d->endpoints_n; i++) {
        const struct lc_device_endpoint *e = &d->endpoints[i];

        (void)lc_buf_putf(p->out, "<li><b>%u</b> ", e->port);
        lc_html_text(p, e->protocol);
        lc_html_tag(p, e->protocol.n ? " <small>" : "<small>");
        lc_html_text(p, lc_report_word(e->outcome, p->lang));
        lc_html_tag(p, "</small></li>\n");
    }
    lc_html_tag(p, "</ul>\n<p class=\"seen\">");
    lc_html_say(p, N_("Last seen"));
    lc_html_tag(p, ": ");
    lc_report_time(d->last_us, p->lang, &p->raw);
    lc_html_flush(p);
    lc_html_tag(p, ". ");
    lc_html_say(p, N_("First seen"));
    lc_html_tag(p, ": ");
    lc_report_time(d->first_us, p->lang, &p->raw);
    lc_html_flush(p);
    lc_html_tag(p, ".</p>\n");
}

static void put_fold(struct page *p, const struct lc_device *d)
{
    lc_html_tag(p, "<details class=\"fold\">\n<summary>");
    lc_html_say(p, N_("Evidence, for a technician"));
    lc_html_tag(p, "</summary>\n");
    if (lc_report_wrong_n(d))
        fold_wrong(p, d);
    fold_titles(p, d, N_("What could not be decided"), LC_TRI_UNKNOWN);
    fold_titles(p, d, N_("What was wrong and is not any more"), LC_TRI_TRUE);
    if (d->claims_n)
        fold_identity(p, d);
    if (d->endpoints_n)
        fold_ports(p, d);
    lc_html_tag(p, "</details>\n");
}

/* ---- the lists ---- */

static void put_card(struct page *p, size_t at)
{
    const struct lc_device *d = p->cards[at].d;

    put_card_head(p, at);
    put_wrong(p, d);
    put_quiet(p, p->cards[at].light);
    put_verdicts(p, d);
    put_fold(p, d);
    lc_html_tag(p, "</article>\n");
}

void lc_html_cards(struct page *p)
{
    static const enum lc_light order[] = {LC_RED, LC_YELLOW, LC_GREY, LC_GREEN};

    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        enum lc_light l = order[i];

        if (!p->tally[l])
            continue;
        (void)lc_buf_putf(p->out, "<section id=\"%s\" class=\"group %s\">\n<h2><span>",
                          lc_html_light_class[l], lc_html_light_class[l]);
        lc_html_say(p, lc_html_light_color[l]);
        lc_html_tag(p, ": ");
        lc_html_say(p, lc_html_light_means[l]);
        lc_html_tag(p, "</span> <small>");
        lc_html_count(p, p->tally[l]);
        lc_html_tag(p, "</small></h2>\n<div class=\"cards\">\n");
        for (size_t c = 0; c < p->cards_n; c++) {
            if (p->cards[c].watches && p->cards[c].light == l)
                put_card(p, c);
        }
        lc_html_tag(p, "</div>\n</section>\n");
    }
}

void lc_html_others(struct page *p)
{
    size_t n = p->cards_n - p->watching_n;
    char text[LC_ADDR_TEXT];

    if (!n)
        return;
    lc_html_tag(p, "<details class=\"others\">\n<summary>");
    LC_HTML_FILL(
        p, n == 1 ? N_("1 other device that answered") : N_("{0} other devices that answered"),
        lc_report_count(n, p->lang, text));
    lc_html_tag(p, "</summary>\n<p>");
    lc_html_say(
        p,
        N_("These do not look like cameras, or say too little to tell; they are not judged here."));
    lc_html_tag(p, "</p>\n<ul>\n");
    for (size_t c = 0; c < p->cards_n; c++) {
        const struct lc_device *d = p->cards[c].d;

        if (p->cards[c].watches)
            continue;
        (void)lc_buf_putf(p->out, "<li id=\"c%zu\"><span class=\"addr\">", c);
        lc_html_text(p, lc_slice_of(text, lc_addr_format(&d->addr, text)));
        lc_html_tag(p, "</span> ");
        lc_report_name(d, p->lang, &p->raw);
        lc_html_flush(p);
        lc_html_tag(p, "</li>\n");
    }
    lc_html_tag(p, "</ul>\n</details>\n");
}
