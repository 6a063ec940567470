/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lenscap vulnerabilities: what Lenscap knows about published flaws, and what that means for a
 * device that is described on the command line. Offline: nobody is asked.
 */
#include "base/text.h"
#include "cmd/cmd.h"
#include "report/common.h"

#include <string.h>

struct vuln_options {
    const char *class, *platform, *brand, *model, *firmware;
    bool json;
};

struct vuln_cmd {
    struct vuln_options opt;
    struct lc_assessor *rules;
    struct lc_identity identity;
    struct lc_finding found;
    bool described; /* a device was described: verdicts are asked for */
    struct lc_buf out;
};

static const char *const login_words[] = {N_("none"), N_("any account"), N_("an administrator's")};
static const char *const reach_words[] = {N_("anywhere that reaches it"),
                                          N_("the same local network"), N_("the maker's cloud"),
                                          N_("the device in hand")};

static void describe(struct vuln_cmd *c)
{
    const char *const said[LC_A_COUNT] = {
        [LC_A_CLASS] = c->opt.class, [LC_A_PLATFORM] = c->opt.platform, [LC_A_BRAND] = c->opt.brand,
        [LC_A_MODEL] = c->opt.model, [LC_A_FIRMWARE] = c->opt.firmware,
    };

    for (size_t i = 0; i < LC_A_COUNT; i++) {
        if (!said[i])
            continue;
        c->identity.value[i] = lc_slice_str(said[i]);
        c->identity.confidence[i] = 99;
        c->described = true;
    }
}

static void text(struct vuln_cmd *c, const char *english)
{
    lc_put_tty(&c->out, lc_slice_str(_(english)));
}

static const char *step_of(const struct lc_rule *r)
{
    return r->ladder == LC_TU ? "-" : lc_takeover_names[r->ladder];
}

static bool is_used(const struct lc_flaw *f)
{
    return f->exploited.n || f->kev_added;
}

/* ---- one line each ---- */

static void put_row(struct vuln_cmd *c, const struct lc_rule *r)
{
    if (c->described)
        (void)lc_buf_putf(&c->out, "%-13s %3u %%  ", lc_verdict_names[c->found.verdict],
                          c->found.confidence);
    (void)lc_buf_putf(&c->out, "%-9s %-3s %-2s ", lc_severity_names[r->severity], step_of(r),
                      is_used(r->flaw) ? "!" : "");
    lc_put_tty(&c->out, r->title[lc_lang_get()]);
    (void)lc_buf_puts(&c->out, " [");
    lc_put_tty(&c->out, r->flaw->family);
    (void)lc_buf_puts(&c->out, "]\n");
}

/* ---- all of one ---- */

static void line(struct vuln_cmd *c, const char *english, struct lc_slice value)
{
    if (!value.n)
        return;
    (void)lc_buf_puts(&c->out, "  ");
    text(c, english);
    (void)lc_buf_puts(&c->out, ": ");
    lc_put_tty(&c->out, value);
    (void)lc_buf_u8(&c->out, '\n');
}

static void put_numbers(struct vuln_cmd *c, const struct lc_flaw *f)
{
    if (f->kev_added)
        (void)lc_buf_putf(&c->out, "  CISA KEV: %u-%02u-%02u\n", f->kev_added / 10000,
                          f->kev_added / 100 % 100, f->kev_added % 100);
    if (f->has_epss)
        (void)lc_buf_putf(&c->out, "  EPSS: %u.%02u %%\n", f->epss_ppm / 10000,
                          f->epss_ppm / 100 % 100);
}

static void put_verdict(struct vuln_cmd *c)
{
    if (!c->described)
        return;
    (void)lc_buf_puts(&c->out, "  ");
    text(c, N_("this device"));
    (void)lc_buf_puts(&c->out, ": ");
    text(c, lc_report_verdict_words[c->found.verdict]);
    (void)lc_buf_putf(&c->out, " (%u %%)", c->found.confidence);
    if (c->found.reason.n) {
        (void)lc_buf_puts(&c->out, ": ");
        text(c, (const char *)c->found.reason.p);
    }
    (void)lc_buf_u8(&c->out, '\n');
}

static void put_all(struct vuln_cmd *c, const struct lc_rule *r)
{
    const struct lc_flaw *f = r->flaw;

    lc_put_tty(&c->out, r->title[lc_lang_get()]);
    (void)lc_buf_u8(&c->out, '\n');
    for (size_t i = 1; i < f->cves_n; i++)
        line(c, N_("also"), f->cves[i]);
    put_verdict(c);
    line(c, N_("family"), f->family);
    line(c, N_("severity"), lc_slice_str(_(lc_report_severity_words[r->severity])));
    line(c, N_("step of the ladder, when affected"), lc_slice_str(step_of(r)));
    line(c, N_("login needed"), lc_slice_str(_(login_words[f->login])));
    line(c, N_("reach"), lc_slice_str(_(reach_words[f->reach])));
    line(c, N_("exploited, according to"), f->exploited);
    put_numbers(c, f);
    line(c, N_("why it matters"), r->why[lc_lang_get()]);
    line(c, N_("what to do"), r->remedy[lc_lang_get()]);
    line(c, N_("source"), f->source);
    (void)lc_buf_u8(&c->out, '\n');
}

static void put_json(struct vuln_cmd *c, const struct lc_rule *r)
{
    struct lc_json j = {.out = &c->out};
    const struct lc_flaw *f = r->flaw;

    lc_json_open(&j, NULL, '{');
    lc_json_str(&j, "schema", LC_S("lenscap.vulnerability/1"));
    lc_json_open(&j, "cves", '[');
    for (size_t i = 0; i < f->cves_n; i++)
        lc_json_str(&j, NULL, f->cves[i]);
    lc_json_close(&j, ']');
    lc_json_str(&j, "title", r->title[LC_LANG_EN]);
    lc_json_str(&j, "family", f->family);
    lc_json_str(&j, "kind", f->kind);
    lc_json_str(&j, "severity", lc_slice_str(lc_severity_names[r->severity]));
    lc_json_str(&j, "ladder", lc_slice_str(step_of(r)));
    lc_json_str(&j, "login", lc_slice_str(lc_login_names[f->login]));
    lc_json_str(&j, "reach", lc_slice_str(lc_reach_names[f->reach]));
    lc_json_bool(&j, "exploited", is_used(f));
    lc_json_int(&j, "kev_added", f->kev_added);
    if (f->has_epss)
        lc_json_int(&j, "epss_ppm", f->epss_ppm);
    lc_json_bool(&j, "no_fix", f->no_fix);
    lc_json_bool(&j, "from_memory", f->memory);
    lc_json_str(&j, "source", f->source);
    if (c->described) {
        lc_json_str(&j, "verdict", lc_slice_str(lc_verdict_names[c->found.verdict]));
        lc_json_int(&j, "confidence", c->found.confidence);
        lc_json_str(&j, "reason", c->found.reason);
    }
    lc_json_close(&j, '}');
    (void)lc_buf_u8(&c->out, '\n');
}

/* ---- which ---- */

static bool has_number(const struct lc_flaw *f, struct lc_slice cve)
{
    for (size_t i = 0; i < f->cves_n; i++)
        if (lc_slice_ieq(f->cves[i], cve))
            return true;
    return false;
}

/* The verdict for the described device; false when the flaw is of other devices. */
static bool concerns(struct vuln_cmd *c, const struct lc_rule *r)
{
    if (!c->described)
        return true;
    lc_assessor_match(c->rules, LC_S(""), &c->identity, r, &c->found);
    return c->found.verdict != LC_V_NONE;
}

static void list(struct vuln_cmd *c)
{
    const struct lc_rule *r;
    size_t n = lc_assessor_flaws(c->rules, &r);

    for (size_t i = 0; i < n; i++) {
        if (!concerns(c, &r[i]))
            continue;
        if (c->opt.json)
            put_json(c, &r[i]);
        else
            put_row(c, &r[i]);
    }
}

static int show(struct vuln_cmd *c, const char *cve)
{
    const struct lc_rule *r;
    size_t n = lc_assessor_flaws(c->rules, &r), at = 0;
    struct lc_err err;
    enum lc_status st;

    while (at < n && !has_number(r[at].flaw, lc_slice_str(cve)))
        at++;
    if (at == n) {
        st = lc_fail(&err, LC_ENOENT,
                     _("Lenscap knows nothing about %.40s: 'lenscap vulnerabilities' lists what it "
                       "knows"),
                     cve);
        return lc_cmd_fail(st, &err);
    }
    (void)concerns(c, &r[at]);
    if (c->opt.json)
        put_json(c, &r[at]);
    else
        put_all(c, &r[at]);
    return LC_EXIT_DONE;
}

static int vulnerabilities(const struct lc_verb *verb, int argc, char **argv)
{
    struct vuln_cmd c = {.described = false};
    struct lc_kb *kb;
    struct lc_err err;
    enum lc_status st;
    int args_n, code = lc_options(verb, argc, argv, &c.opt, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    st = lc_cmd_rules(&kb, &c.rules, &err);
    if (st != LC_OK)
        return lc_cmd_fail(st, &err);
    lc_cmd_overlay_age(c.rules);
    lc_buf_init(&c.out, 4U << 20);
    describe(&c);
    code = LC_EXIT_DONE;
    if (args_n == 0)
        list(&c);
    for (int i = 1; i <= args_n && code == LC_EXIT_DONE; i++)
        code = show(&c, argv[i]);
    if (code == LC_EXIT_DONE)
        code = lc_cmd_print(&c.out);
    lc_buf_free(&c.out);
    lc_assessor_close(c.rules);
    lc_kb_close(kb);
    return code;
}

static const struct lc_opt opts[] = {
    {"platform", N_("NAME"), N_("judge a device of this platform, as 'lenscap show' names it"),
     offsetof(struct vuln_options, platform), NULL},
    {"brand", N_("NAME"), N_("... of this brand"), offsetof(struct vuln_options, brand), NULL},
    {"model", N_("NAME"), N_("... of this model"), offsetof(struct vuln_options, model), NULL},
    {"class", N_("NAME"), N_("... of this kind"), offsetof(struct vuln_options, class),
     "camera ptz thermal doorbell intercom nvr dvr encoder decoder vms hub access-control"},
    {"firmware", N_("VERSION"), N_("... with this firmware"),
     offsetof(struct vuln_options, firmware), NULL},
    {"json", NULL, N_("one JSON object in each line"), offsetof(struct vuln_options, json), NULL},
};

const struct lc_verb lc_verb_vulnerabilities = {
    .name = "vulnerabilities",
    .args = N_("[CVE...]"),
    .summary = N_("list or show the published flaws that Lenscap knows, or judge a device by them"),
    .details =
        N_("Without a number all are listed: severity, step on the ladder, an exclamation mark "
           "when it is being exploited. With --platform or --brand, --model and --firmware the "
           "verdict for such a device stands before each. No network is used."),
    .opts = opts,
    .opts_n = sizeof opts / sizeof *opts,
    .args_max = -1,
    .run = vulnerabilities,
};
