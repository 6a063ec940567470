/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judgement of one device: is its video exposed, which rules hold, how easily is it taken over.
 *
 * Rules of a port are judged on every port that has a fact of the required kind; on port 0, which
 * is the whole device as discovery speaks of it, only where a required fact itself stands: ONVIF's
 * scopes come that way too, and must not leave the rules of the ONVIF service open. Each that holds
 * is a finding; one that stays unknown is told once per device, and only when it holds nowhere. The
 * list is bounded and sorted, so what does not fit is always the least.
 *
 * Published flaws are judged after the rules and share their list. Only what is affected is TRUE
 * and may set a step; all that could not be decided is one finding, or a device whose version
 * nobody knows would drown in numbers.
 */
#include "assess/vuln.h"

#include "base/mem.h"

#include <string.h>

const char *const lc_severity_names[] = {"info", "low", "medium", "high", "critical"};
const char *const lc_takeover_names[] = {"T0", "T1", "T2", "T3", "T4", "T5", "TU"};
const char *const lc_gain_names[] = {"nothing", "view", "control"};
const char *const lc_exposure_names[] = {"E0", "E1", "E2", "E3"};
const char *const lc_tri_exposed[] = {"no", "yes", "unknown"};
const char *const lc_verdict_names[] = {"none",    "affected",  "not-affected",
                                        "unknown", "suspected", "disputed"};
const char *const lc_login_names[] = {"none", "user", "admin"};
const char *const lc_reach_names[] = {"internet", "lan", "cloud", "physical"};

static const char tu_not_judged[] = N_("not judged: this is not known to be a camera or recorder");
static const char tu_open[] = N_(
    "no easy way in was found, but passwords were not checked, and known flaws only as far as its "
    "firmware version is known");

static const char t5_decided[] =
    N_("every check was decided, those of passwords and known flaws by its owner");

struct lc_assessor {
    struct lc_ruleset rules;
    struct lc_flawset flaws;
    struct lc_view view;
    struct lc_flaw_scene scene;
};

enum lc_status lc_assessor_load(struct lc_slice section, struct lc_slice strings,
                                struct lc_assessor **out, struct lc_err *err)
{
    struct lc_assessor *a = lc_alloc(sizeof *a);
    enum lc_status st;

    *out = NULL;
    if (!a)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    st = lc_ruleset_load(section, strings, &a->rules, err);
    if (st != LC_OK) {
        lc_free(a);
        return st;
    }
    *out = a;
    return LC_OK;
}

enum lc_status lc_assessor_open(const struct lc_kb *kb, struct lc_assessor **out,
                                struct lc_err *err)
{
    struct lc_slice strings = lc_kb_section(kb, "STRS"), kev = lc_kb_section(kb, "KEV ");
    enum lc_status st = lc_assessor_load(lc_kb_section(kb, "RULE"), strings, out, err);

    if (st == LC_OK)
        st = lc_assessor_load_flaws(*out, lc_kb_section(kb, "VULN"), strings, err);
    if (st == LC_OK && kev.n)
        st = lc_flaws_overlay(&(*out)->flaws, kev, err);
    if (st != LC_OK) {
        lc_assessor_close(*out);
        *out = NULL;
    }
    return st;
}

enum lc_status lc_assessor_load_flaws(struct lc_assessor *a, struct lc_slice section,
                                      struct lc_slice strings, struct lc_err *err)
{
    return lc_flawset_load(section, strings, &a->flaws, err);
}

void lc_assessor_close(struct lc_assessor *a)
{
    if (!a)
        return;
    lc_ruleset_free(&a->rules);
    lc_flawset_free(&a->flaws);
    lc_free(a);
}

size_t lc_assessor_rules(const struct lc_assessor *a, const struct lc_rule **out)
{
    *out = a->rules.rules;
    return a->rules.n;
}

const struct lc_rule *lc_assessor_rule(const struct lc_assessor *a, struct lc_slice id)
{
    const struct lc_rule *flaw = lc_flawset_find(&a->flaws, id);

    for (size_t i = 0; !flaw && i < a->rules.n; i++)
        if (lc_slice_eq(a->rules.rules[i].id, id))
            return &a->rules.rules[i];
    return flaw;
}

size_t lc_assessor_flaws(const struct lc_assessor *a, const struct lc_rule **out)
{
    *out = a->flaws.rules;
    return a->flaws.n;
}

enum lc_status lc_assessor_overlay(struct lc_assessor *a, struct lc_slice text, struct lc_err *err)
{
    return lc_flaws_overlay(&a->flaws, text, err);
}

bool lc_assessor_knows(const struct lc_assessor *a, struct lc_slice cve)
{
    for (size_t i = 0; i < a->flaws.n; i++)
        for (size_t k = 0; k < a->flaws.flaws[i].cves_n; k++)
            if (lc_slice_eq(a->flaws.flaws[i].cves[k], cve))
                return true;
    return false;
}

struct lc_overlay_dates lc_assessor_dates(const struct lc_assessor *a)
{
    return a->flaws.dates;
}

/* ---- findings ---- */

/* Negative when `a` comes first: what holds before what is unknown, the worst first, then data
 * order. */
static int compare(const struct lc_finding *a, const struct lc_finding *b)
{
    if (a->result != b->result)
        return a->result == LC_TRI_TRUE ? -1 : 1;
    if (a->rule->severity != b->rule->severity)
        return a->rule->severity > b->rule->severity ? -1 : 1;
    if (!a->rule->flaw != !b->rule->flaw)
        return a->rule->flaw ? 1 : -1;
    if (a->rule != b->rule)
        return a->rule < b->rule ? -1 : 1;
    return (a->port > b->port) - (a->port < b->port);
}

static void insert(struct lc_judgement *out, const struct lc_finding *f)
{
    size_t i = out->findings_n;

    if (i == LC_FINDINGS_MAX && compare(f, &out->findings[--i]) >= 0)
        return;
    for (; i > 0 && compare(f, &out->findings[i - 1]) < 0; i--)
        out->findings[i] = out->findings[i - 1];
    out->findings[i] = *f;
    if (out->findings_n < LC_FINDINGS_MAX)
        out->findings_n++;
}

/* The lowest step counts, and on it the most that is gained. */
static void take_step(const struct lc_rule *rule, struct lc_judgement *out)
{
    if (rule->ladder < out->takeover) {
        out->takeover = rule->ladder;
        out->takeover_why = rule->id;
        out->gains = rule->gains;
    } else if (rule->ladder == out->takeover && rule->gains > out->gains) {
        out->gains = rule->gains;
    }
}

/* One rule in one place. A finding that holds is kept at once. */
static enum lc_tri judge_in(const struct lc_rule *rule, const struct lc_rule_body *body,
                            const struct lc_scene *s, struct lc_judgement *out)
{
    struct lc_finding f = {.rule = rule, .port = s->port ? s->port->port : 0};
    struct lc_proof proof;

    if (!lc_rule_applies(body, s))
        return LC_TRI_FALSE;
    f.result = lc_rule_judge(body, s, &proof);
    if (f.result == LC_TRI_TRUE) {
        f.fact = proof.fact;
        f.evidence = proof.value;
        insert(out, &f);
        take_step(rule, out);
    }
    return f.result;
}

static bool concerns(const struct lc_rule_body *body, const struct lc_scene *s)
{
    return s->port->families & body->families && (s->port->port != 0 || lc_rule_has_any(body, s));
}

static void judge_rule(const struct lc_rule *rule, const struct lc_rule_body *body,
                       struct lc_scene *s, struct lc_judgement *out)
{
    struct lc_finding unknown = {.rule = rule, .result = LC_TRI_UNKNOWN, .fact = LC_F_NONE};
    enum lc_tri all = LC_TRI_FALSE;

    s->port = NULL;
    if (!rule->per_port)
        all = judge_in(rule, body, s, out);
    for (size_t i = 0; rule->per_port && i < s->view->ports_n; i++) {
        enum lc_tri t;

        s->port = &s->view->ports[i];
        if (!concerns(body, s))
            continue;
        t = judge_in(rule, body, s, out);
        if (t == LC_TRI_UNKNOWN && all == LC_TRI_FALSE)
            unknown.port = s->port->port;
        all = lc_tri_or(all, t);
    }
    if (all == LC_TRI_UNKNOWN)
        insert(out, &unknown);
}

/* ---- published flaws ---- */

/* What a verdict rests on: the service that was seen, else the claim that named version or model.
 */
static void prove(struct lc_finding *f, const struct lc_flaw_match *m, const struct lc_identity *id)
{
    static const enum lc_attr by_model[] = {LC_A_MODEL, LC_A_PLATFORM, LC_A_BRAND};
    enum lc_attr attr = LC_A_FIRMWARE;

    f->fact = m->fact;
    f->evidence = m->value;
    if (m->fact != LC_F_NONE)
        return;
    for (size_t i = sizeof by_model / sizeof *by_model; m->by_model && i-- > 0;)
        attr = id->value[by_model[i]].n ? by_model[i] : attr;
    f->evidence = id->value[attr];
    for (size_t i = 0; i < id->claims_n && f->fact == LC_F_NONE; i++)
        if (id->claims[i].attr == attr)
            f->fact = id->claims[i].fact;
}

static struct lc_finding finding_of(const struct lc_rule *rule, const struct lc_flaw_match *m,
                                    const struct lc_identity *id)
{
    struct lc_finding f = {.rule = rule,
                           .result = m->verdict == LC_V_AFFECTED ? LC_TRI_TRUE : LC_TRI_UNKNOWN,
                           .verdict = m->verdict,
                           .confidence = m->confidence,
                           .reason = m->reason};

    prove(&f, m, id);
    return f;
}

/* "CVE-2017-7921 CVE-2021-36260 +7" */
static void name_open(struct lc_judgement *out)
{
    struct lc_buf text;
    size_t named = 0;

    lc_buf_init(&text, sizeof out->open_text - 8);
    for (; named < out->open_n &&
           lc_buf_putf(&text, "%s%.*s", named ? " " : "", LC_S_ARG(out->open[named]->id)) == LC_OK;
         named++)
        out->open_text_n = text.n;
    if (text.p)
        memcpy(out->open_text, text.p, out->open_text_n);
    lc_buf_free(&text);
    if (named < out->open_n)
        out->open_text_n += (size_t)snprintf((char *)out->open_text + out->open_text_n, 8, " +%u",
                                             (unsigned)(out->open_n - named) & 0xFFFU);
}

static void judge_flaws(struct lc_assessor *a, const struct lc_identity *id,
                        struct lc_judgement *out)
{
    lc_flaw_look(&a->flaws, &a->view, id, &a->scene);
    for (size_t i = 0; i < a->flaws.n; i++) {
        const struct lc_rule *rule = &a->flaws.rules[i];
        struct lc_flaw_match m = lc_flaw_match(&a->flaws, i, &a->scene);
        struct lc_finding f;

        if (m.verdict == LC_V_NONE || m.verdict == LC_V_NOT_AFFECTED)
            continue;
        if (m.verdict == LC_V_UNKNOWN) {
            if (out->open_n < LC_FINDINGS_MAX)
                out->open[out->open_n++] = rule;
            continue;
        }
        f = finding_of(rule, &m, id);
        insert(out, &f);
        if (m.verdict == LC_V_AFFECTED)
            take_step(rule, out);
    }
    if (out->open_n) {
        struct lc_finding open = {.rule = &a->flaws.open,
                                  .result = LC_TRI_UNKNOWN,
                                  .verdict = LC_V_UNKNOWN,
                                  .confidence = LC_FLAW_POSSIBLE,
                                  .fact = LC_F_FLAWS_OPEN};

        name_open(out);
        open.evidence = lc_slice_of(out->open_text, out->open_text_n);
        insert(out, &open);
    }
}

void lc_assessor_match(struct lc_assessor *a, struct lc_slice facts,
                       const struct lc_identity *identity, const struct lc_rule *flaw,
                       struct lc_finding *out)
{
    struct lc_flaw_match m;

    lc_view_build(&a->view, &a->rules, facts);
    lc_flaw_look(&a->flaws, &a->view, identity, &a->scene);
    m = lc_flaw_match(&a->flaws, (size_t)(flaw - a->flaws.rules), &a->scene);
    *out = finding_of(flaw, &m, identity);
}

/* ---- the top step ---- */

static bool audited(const struct lc_view *v, enum lc_fact_name what, struct lc_slice well)
{
    const struct lc_fact *f = lc_view_find(v, NULL, what);

    return f && lc_slice_eq(f->value, well);
}

/* T5 is a claim about everything that the ladder looks at, so one open question is enough against
 * it: the video, each rule with a step, and what only the owner's own audit can answer. */
static bool every_check_decided(const struct lc_view *v, const struct lc_judgement *out)
{
    for (size_t i = 0; i < out->findings_n; i++)
        if (out->findings[i].result == LC_TRI_UNKNOWN && out->findings[i].rule->ladder != LC_TU)
            return false;
    return out->open_n == 0 && out->findings_n < LC_FINDINGS_MAX && out->exposed == LC_TRI_FALSE &&
           audited(v, LC_F_AUDIT_PASSWORDS, LC_S("strong")) &&
           audited(v, LC_F_AUDIT_FLAWS, LC_S("none"));
}

/* Cameras and recorders are judged, and what nobody could name when it has pictures. */
static bool is_judged(const struct lc_view *v, const struct lc_identity *id)
{
    struct lc_slice cls = id->value[LC_A_CLASS];

    if (cls.n == 0 || lc_slice_eq(cls, LC_S("unknown")))
        return lc_view_shows_video(v);
    return lc_class_is_surveillance(cls);
}

void lc_assess(struct lc_assessor *a, struct lc_slice facts, const struct lc_identity *identity,
               int64_t now_s, struct lc_judgement *out)
{
    struct lc_scene s = {.view = &a->view, .identity = identity, .now_s = now_s};
    bool judged;

    out->findings_n = out->open_n = out->open_text_n = 0;
    out->takeover = LC_TU;
    out->gains = LC_GAIN_NOTHING;
    out->takeover_why = lc_slice_str(tu_not_judged);
    lc_view_build(&a->view, &a->rules, facts);
    lc_exposed_judge(&a->view, identity, out);
    judged = is_judged(&a->view, identity);
    if (judged)
        out->takeover_why = lc_slice_str(tu_open);
    for (size_t i = 0; i < a->rules.n; i++)
        if (judged || lc_rule_names_class(&a->rules.bodies[i], &s))
            judge_rule(&a->rules.rules[i], &a->rules.bodies[i], &s, out);
    if (judged)
        judge_flaws(a, identity, out);
    if (judged && out->takeover == LC_TU && every_check_decided(&a->view, out)) {
        out->takeover = LC_T5;
        out->takeover_why = lc_slice_str(t5_decided);
    }
    out->exposure = lc_exposure_of(&a->view, identity, out);
}
