/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The device on a terminal: one line of a table, or everything that is known (`lenscap show`).
 * Language is that of the process. Every judgement is a word; colour, when asked for, only repeats
 * it. All escape sequences come from here: what a peer sent passes lc_put_tty first and cannot hold
 * one.
 */
#include "report/common.h"

enum { W_ADDRESS = 16, W_NAME = 34, W_CLASS = 22, W_EXPOSED = 10, W_TAKEOVER = 12, W_FINDINGS = 9 };

enum tint { PLAIN, BOLD, FAINT, RED, YELLOW, GREEN };

static void tint(struct lc_buf *out, bool color, enum tint t)
{
    static const char *const sgr[] = {"0", "1", "2", "31", "33", "32"};

    if (color)
        (void)lc_buf_putf(out, "\x1b[%sm", sgr[t]);
}

static void put(struct lc_buf *out, const char *english)
{
    lc_put_tty(out, lc_slice_str(_(english)));
}

/* Text that is already inert, in exactly `width` columns and one blank: cut with "..." or filled
 * up. */
static void fit(struct lc_buf *out, struct lc_slice s, size_t width)
{
    struct lc_slice rest = s;
    size_t cols = 0;
    bool cut = lc_text_width(s) > width;

    while (rest.n && cols < width - (cut ? 3 : 0)) {
        struct lc_slice at = rest;
        uint32_t cp = lc_utf8_take(&rest);
        size_t w = lc_text_width(lc_slice_sub(at, 0, at.n - rest.n));

        if (cols + w > width - (cut ? 3 : 0))
            break;
        lc_put_utf8(out, cp);
        cols += w;
    }
    for (; cut && cols < width; cols++)
        (void)lc_buf_u8(out, '.');
    for (; cols <= width; cols++)
        (void)lc_buf_u8(out, ' ');
}

/* A cell of raw text. */
static void cell(struct lc_buf *out, struct lc_slice raw, size_t width)
{
    struct lc_buf inert;

    lc_buf_init(&inert, LC_REPORT_TEXT_MAX);
    lc_put_tty(&inert, raw);
    fit(out, lc_buf_view(&inert), width);
    lc_buf_free(&inert);
}

static void word_cell(struct lc_buf *out, const char *english, size_t width)
{
    cell(out, lc_slice_str(_(english)), width);
}

void lc_report_line_head(struct lc_buf *out)
{
    word_cell(out, N_("ADDRESS"), W_ADDRESS);
    word_cell(out, N_("NAME"), W_NAME);
    word_cell(out, N_("CLASS"), W_CLASS);
    word_cell(out, N_("EXPOSED"), W_EXPOSED);
    word_cell(out, N_("TAKEOVER"), W_TAKEOVER);
    word_cell(out, N_("FINDINGS"), W_FINDINGS);
    put(out, N_("WORST"));
    (void)lc_buf_u8(out, '\n');
}

/* "network recorder (8)": a line has no room for more. */
static void kind_cell(const struct lc_device *d, struct lc_buf *raw, struct lc_buf *out)
{
    lc_buf_reset(raw);
    (void)lc_buf_puts(raw, _(lc_report_class_word(lc_report_class(d))));
    if (d->channels_n > 1)
        (void)lc_buf_putf(raw, " (%u)", d->channels_n);
    cell(out, lc_buf_view(raw), W_CLASS);
}

static enum tint of_exposed(enum lc_tri exposed)
{
    return exposed == LC_TRI_TRUE ? RED : exposed == LC_TRI_FALSE ? GREEN : FAINT;
}

static enum tint of_takeover(enum lc_takeover t)
{
    return t <= LC_T2 ? RED : t <= LC_T4 ? YELLOW : t == LC_T5 ? GREEN : FAINT;
}

/* Id of the worst finding: lc_report_order has put it first. */
static struct lc_slice worst(const struct lc_device *d)
{
    for (size_t i = 0; i < d->findings_n; i++) {
        if (lc_report_wrong(&d->findings[i]))
            return d->findings[i].rule;
    }
    return LC_S("-");
}

void lc_report_line(const struct lc_device *d, bool color, struct lc_buf *out)
{
    struct lc_buf raw;
    char text[LC_ADDR_TEXT];

    lc_buf_init(&raw, LC_REPORT_TEXT_MAX);
    cell(out, lc_slice_of(text, lc_addr_format(&d->addr, text)), W_ADDRESS);
    lc_report_name(d, lc_lang_get(), &raw);
    cell(out, lc_buf_view(&raw), W_NAME);
    kind_cell(d, &raw, out);
    tint(out, color, of_exposed(d->exposed));
    word_cell(out, lc_report_exposed_words[d->exposed], W_EXPOSED);
    tint(out, color, PLAIN);
    tint(out, color, of_takeover(d->takeover));
    word_cell(out, lc_takeover_names[d->takeover], W_TAKEOVER);
    tint(out, color, PLAIN);
    lc_buf_reset(&raw);
    (void)lc_buf_putf(&raw, "%zu", lc_report_wrong_n(d));
    cell(out, lc_buf_view(&raw), W_FINDINGS);
    lc_put_tty(out, worst(d));
    (void)lc_buf_u8(out, '\n');
    lc_buf_free(&raw);
}

/* ---- show ---- */

struct show {
    const struct lc_device *d;
    const struct lc_assessor *rules;
    bool color;
    struct lc_buf *out;
    struct lc_buf raw; /* one field before its sink */
};

static void flush(struct show *s)
{
    lc_put_tty(s->out, lc_buf_view(&s->raw));
    lc_buf_reset(&s->raw);
}

static void label(struct show *s, const char *english)
{
    (void)lc_buf_puts(s->out, "  ");
    word_cell(s->out, english, 16);
}

static void section(struct show *s, const char *english)
{
    (void)lc_buf_u8(s->out, '\n');
    tint(s->out, s->color, BOLD);
    put(s->out, english);
    tint(s->out, s->color, PLAIN);
    (void)lc_buf_u8(s->out, '\n');
}

static void tinted(struct show *s, enum tint t, const char *english)
{
    tint(s->out, s->color, t);
    put(s->out, english);
    tint(s->out, s->color, PLAIN);
}

/* "channels        8: network 8" */
static void show_channels(struct show *s)
{
    static const char *const words[LC_CH_KINDS] = {N_("kind unknown"), N_("analogue"),
                                                   N_("network")};
    size_t n[LC_CH_KINDS] = {0};
    bool any = false;

    if (s->d->channels_n < 2)
        return;
    for (size_t i = 0; i < s->d->channels_listed_n; i++)
        n[s->d->channels[i].kind]++;
    label(s, N_("channels"));
    (void)lc_buf_putf(s->out, "%u", s->d->channels_n);
    for (size_t k = 0; k < LC_CH_KINDS; k++) {
        if (n[k] == 0)
            continue;
        (void)lc_buf_puts(s->out, any ? ", " : ": ");
        put(s->out, words[k]);
        (void)lc_buf_putf(s->out, " %zu", n[k]);
        any = true;
    }
    (void)lc_buf_u8(s->out, '\n');
}

static void show_identity(struct show *s)
{
    const struct lc_device *d = s->d;

    for (size_t a = 0; a < LC_A_COUNT; a++) {
        label(s, lc_report_attr_words[a]);
        if (a == LC_A_CLASS) {
            lc_report_kind(d, lc_lang_get(), &s->raw);
            flush(s);
        } else if (d->value[a].n) {
            lc_put_tty(s->out, d->value[a]);
        } else {
            put(s->out, N_("unknown"));
        }
        if (d->value[a].n)
            (void)lc_buf_putf(s->out, " (%u %%)", d->confidence[a]);
        (void)lc_buf_u8(s->out, '\n');
    }
    show_channels(s);
    if (d->conflict) {
        label(s, N_("careful"));
        put(s->out, N_("two platforms claim this device; see the claims below"));
        (void)lc_buf_u8(s->out, '\n');
    }
}

static void show_vendor(struct show *s)
{
    for (enum lc_vendor_row row = LC_VR_MAKER; row < LC_VR_COUNT; row++) {
        if (!lc_report_vendor_row(s->d, row, lc_lang_get(), &s->raw))
            continue;
        label(s, lc_report_vendor_labels[row]);
        flush(s);
        (void)lc_buf_u8(s->out, '\n');
    }
}

static void because(struct show *s, struct lc_slice why)
{
    if (why.n) {
        (void)lc_buf_puts(s->out, ": ");
        lc_report_why(why, s->rules, lc_lang_get(), &s->raw);
        flush(s);
    }
    (void)lc_buf_u8(s->out, '\n');
}

static void show_judgement(struct show *s)
{
    const struct lc_device *d = s->d;
    enum lc_gain gains = lc_report_gains(d, s->rules);

    label(s, N_("exposed"));
    tinted(s, of_exposed(d->exposed), lc_report_exposed_words[d->exposed]);
    because(s, d->exposed_why);
    label(s, N_("exposure"));
    (void)lc_buf_putf(s->out, "%s: ", lc_exposure_names[d->exposure]);
    put(s->out, lc_report_exposure_words[d->exposure]);
    (void)lc_buf_u8(s->out, '\n');
    label(s, N_("take-over"));
    tinted(s, of_takeover(d->takeover), lc_takeover_names[d->takeover]);
    (void)lc_buf_puts(s->out, ", ");
    put(s->out, lc_report_takeover_words[d->takeover]);
    if (gains) {
        (void)lc_buf_puts(s->out, "; ");
        put(s->out, lc_report_gain_words[gains]);
    }
    because(s, d->takeover_why);
    label(s, N_("first seen"));
    lc_report_time(d->first_us, lc_lang_get(), &s->raw);
    flush(s);
    (void)lc_buf_u8(s->out, '\n');
    label(s, N_("last seen"));
    lc_report_time(d->last_us, lc_lang_get(), &s->raw);
    flush(s);
    (void)lc_buf_u8(s->out, '\n');
}

/* "HTTP Server header (port 80): App-webs/" */
static void show_evidence(struct show *s, struct lc_slice fact, uint16_t port,
                          struct lc_slice value)
{
    if (!fact.n)
        return;
    (void)lc_buf_puts(s->out, "      ");
    lc_put_tty(s->out, lc_report_fact_words(fact, lc_lang_get()));
    if (port)
        (void)lc_buf_putf(s->out, " (%s %u)", _("port"), port);
    (void)lc_buf_puts(s->out, ": ");
    if (lc_report_evidence(fact, value, true, lc_lang_get(), &s->raw))
        flush(s);
    else
        put(s->out, N_("(not shown: personal)"));
    (void)lc_buf_u8(s->out, '\n');
}

static void indented(struct show *s, const char *english, struct lc_slice text)
{
    if (!text.n)
        return;
    (void)lc_buf_puts(s->out, "      ");
    put(s->out, english);
    (void)lc_buf_puts(s->out, ": ");
    lc_put_tty(s->out, text);
    (void)lc_buf_u8(s->out, '\n');
}

/* "  critical  Anyone can watch ... (port 554) [open-stream, new]" */
static void finding_head(struct show *s, const struct lc_device_finding *f, const struct lc_rule *r)
{
    enum tint t = YELLOW;

    if (r && (r->ladder <= LC_T2 || r->severity >= LC_SEV_HIGH))
        t = RED;
    else if (r && r->severity == LC_SEV_INFO)
        t = FAINT;
    (void)lc_buf_puts(s->out, "  ");
    if (f->result == LC_TRI_UNKNOWN)
        tinted(s, FAINT, N_("not decided"));
    else if (!lc_report_wrong(f))
        tinted(s, GREEN, N_("no longer so"));
    else
        tinted(s, t, r ? lc_report_severity_words[r->severity] : N_("unknown"));
    (void)lc_buf_puts(s->out, "  ");
    lc_put_tty(s->out, lc_report_title(f, s->rules, lc_lang_get()));
    if (f->port)
        (void)lc_buf_putf(s->out, " (%s %u)", _("port"), f->port);
    (void)lc_buf_puts(s->out, " [");
    lc_put_tty(s->out, f->rule);
    if (f->state.n) {
        (void)lc_buf_puts(s->out, ", ");
        lc_put_tty(s->out, lc_report_word(f->state, lc_lang_get()));
    }
    (void)lc_buf_puts(s->out, "]\n");
}

/* "affected (90 %): its firmware is one of those ..." */
static void show_verdict(struct show *s, const struct lc_device_finding *f)
{
    if (f->verdict == LC_V_NONE || !f->reason.n)
        return;
    (void)lc_buf_puts(s->out, "      ");
    put(s->out, lc_report_verdict_words[f->verdict]);
    (void)lc_buf_putf(s->out, " (%u %%): ", f->confidence);
    lc_report_why(f->reason, s->rules, lc_lang_get(), &s->raw);
    flush(s);
    (void)lc_buf_u8(s->out, '\n');
}

static void show_surplus(struct show *s)
{
    size_t n = lc_report_surplus_n(s->d, s->rules);

    if (!n)
        return;
    (void)lc_buf_puts(s->out, "  ");
    (void)lc_buf_putf(s->out, _("and %zu more known flaws: --json lists them all"), n);
    (void)lc_buf_u8(s->out, '\n');
}

static void show_findings(struct show *s)
{
    section(s, N_("What is wrong, and what to do"));
    if (!s->d->findings_n) {
        (void)lc_buf_puts(s->out, "  ");
        put(s->out, N_("nothing was found among what could be checked"));
        (void)lc_buf_u8(s->out, '\n');
    }
    for (size_t i = 0; i < s->d->findings_n; i++) {
        const struct lc_device_finding *f = &s->d->findings[i];
        const struct lc_rule *r = lc_assessor_rule(s->rules, f->rule);

        if (lc_report_surplus(s->d, s->rules, i))
            continue;
        finding_head(s, f, r);
        show_verdict(s, f);
        if (r && lc_report_wrong(f)) {
            indented(s, N_("why it matters"), r->why[lc_lang_get()]);
            indented(s, N_("what to do"), r->remedy[lc_lang_get()]);
        }
        show_evidence(s, f->fact, 0, f->evidence);
    }
    show_surplus(s);
}

/* Second-hand facts say whose they are and of when. */
static void show_source(struct show *s, const struct lc_device_endpoint *e)
{
    struct lc_buf when;

    if (e->recorded_us == 0)
        return;
    lc_buf_init(&when, 64);
    lc_report_time(e->observed_us, lc_lang_get(), &when);
    (void)lc_buf_putf(s->out, "             %s ", _("imported from"));
    lc_put_tty(s->out, e->from.name);
    (void)lc_buf_puts(s->out, " (");
    lc_put_tty(s->out, e->from.format);
    (void)lc_buf_putf(s->out, _("), line %llu, seen %s"), (unsigned long long)e->from.line,
                      lc_buf_cstr(&when));
    (void)lc_buf_u8(s->out, '\n');
    lc_buf_free(&when);
}

static void show_endpoints(struct show *s)
{
    section(s, N_("Ports that were tried"));
    for (size_t i = 0; i < s->d->endpoints_n; i++) {
        const struct lc_device_endpoint *e = &s->d->endpoints[i];

        (void)lc_buf_putf(s->out, "  tcp %-6u ", e->port);
        cell(s->out, lc_report_word(e->outcome, lc_lang_get()), 30);
        lc_put_tty(s->out, e->protocol);
        (void)lc_buf_u8(s->out, '\n');
        show_source(s, e);
    }
}

static void show_claims(struct show *s)
{
    section(s, N_("What says so"));
    for (size_t i = 0; i < s->d->claims_n; i++) {
        const struct lc_device_claim *c = &s->d->claims[i];

        (void)lc_buf_puts(s->out, "  ");
        lc_put_tty(s->out, lc_report_attr(c->attr, lc_lang_get()));
        (void)lc_buf_puts(s->out, " = ");
        lc_put_tty(s->out, c->value);
        (void)lc_buf_putf(s->out, " (%u %%) [", c->weight);
        lc_put_tty(s->out, c->signature);
        (void)lc_buf_puts(s->out, "]\n");
        show_evidence(s, c->fact, c->port, c->evidence);
    }
}

void lc_report_show(const struct lc_device *d, const struct lc_assessor *rules, bool color,
                    struct lc_buf *out)
{
    struct show s = {.d = d, .rules = rules, .color = color, .out = out};
    char addr[LC_ADDR_TEXT];

    lc_buf_init(&s.raw, LC_REPORT_TEXT_MAX);
    tint(out, color, BOLD);
    lc_report_name(d, lc_lang_get(), &s.raw);
    flush(&s);
    tint(out, color, PLAIN);
    (void)lc_buf_puts(out, "  ");
    lc_put_tty(out, lc_slice_of(addr, lc_addr_format(&d->addr, addr)));
    (void)lc_buf_puts(out, "\n\n");
    show_identity(&s);
    show_vendor(&s);
    show_judgement(&s);
    show_findings(&s);
    show_endpoints(&s);
    show_claims(&s);
    lc_buf_free(&s.raw);
}
