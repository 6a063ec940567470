/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One device as one JSON object on one line (docs/man/lenscap-json.5). Keys stand in this order:
 *
 *   schema      "lenscap.device/1"; the number grows when a key changes its meaning or goes away
 *   address     "192.0.2.7", "2001:db8::7", "fe80::1%2"
 *   endpoints   [{port, transport: "tcp", outcome, protocol, source}]; protocol null when none was
 * understood; source null, or {format, file, sha256, line, observed_at, recorded_at} of an import
 *   discovery   protocols over UDP that it answered, sorted pseudo      reasons why it may
 * be no device class       always a word: camera ... not-surveillance, unknown platform brand model
 * firmware     text, or null when not known confidence  {class, platform, brand, model, firmware}:
 * 0 to 99, 0 for what is not known origin, origin_by, vendor: vendor.c exposed     "yes", "no",
 * "unknown"        exposed_why   English sentence, or null exposure    "E0" to "E3" takeover "T0"
 * to "T5", "TU"            takeover_why id of a rule, English sentence, or null findings    [{rule,
 * severity, ladder, result, port, evidence: {fact, value}, title, state}] result: "true" (wrong),
 * "unknown" (could not be decided), "false" (was wrong, is not now) severity null when this
 * knowledge has no such rule; ladder null when the rule is on no step; port null when it is said of
 * the whole device; evidence null when nothing was seen; its value null when the fact is personal
 * (serials, MACs); title in English published flaws also: verdict, confidence, reason, cves, login,
 * exploited, no_fix light       "green", "yellow", "red", "grey": the colour in the page conflict
 * true: two platforms claim this device, see claims claims      [{attr, value, weight, port,
 * signature, evidence}], strongest first channels_n  pictures it has, 1 for a camera that says
 * nothing else; null when not known channels    [{number, kind: "analog", "network", "unknown",
 * open: "yes", "no", "unknown"}] first_seen last_seen              RFC 3339 in UTC, or null
 *
 * "unknown" is a word where the key is a closed list, null where it is free text.
 */
#include "base/hash.h"
#include "proto/dgram.h"
#include "report/common.h"

static void str_or_null(struct lc_json *j, const char *key, struct lc_slice s)
{
    if (s.n)
        lc_json_str(j, key, s);
    else
        lc_json_null(j, key);
}

static void port_or_null(struct lc_json *j, uint16_t port)
{
    if (port)
        lc_json_int(j, "port", port);
    else
        lc_json_null(j, "port");
}

static void put_seen(struct lc_json *j, const char *key, int64_t us)
{
    struct lc_buf raw;

    lc_buf_init(&raw, 64);
    lc_report_utc(us, &raw);
    str_or_null(j, key, lc_buf_view(&raw));
    lc_buf_free(&raw);
}

/* Where the endpoint's facts come from, when they were imported. */
static void put_source(struct lc_json *j, const struct lc_device_endpoint *e)
{
    char hex[65] = "";

    if (e->recorded_us == 0) {
        lc_json_null(j, "source");
        return;
    }
    if (e->from.sha256.n == 32)
        lc_hex(e->from.sha256, hex);
    lc_json_open(j, "source", '{');
    str_or_null(j, "format", e->from.format);
    str_or_null(j, "file", e->from.name);
    str_or_null(j, "sha256", lc_slice_str(hex));
    lc_json_int(j, "line", (int64_t)e->from.line);
    put_seen(j, "observed_at", e->observed_us);
    put_seen(j, "recorded_at", e->recorded_us);
    lc_json_close(j, '}');
}

static void put_endpoints(struct lc_json *j, const struct lc_device *d)
{
    lc_json_open(j, "endpoints", '[');
    for (size_t i = 0; i < d->endpoints_n; i++) {
        lc_json_open(j, NULL, '{');
        lc_json_int(j, "port", d->endpoints[i].port);
        lc_json_str(j, "transport", LC_S("tcp"));
        str_or_null(j, "outcome", d->endpoints[i].outcome);
        str_or_null(j, "protocol", d->endpoints[i].protocol);
        put_source(j, &d->endpoints[i]);
        lc_json_close(j, '}');
    }
    lc_json_close(j, ']');
}

/* Protocol names out of udp.outcome ("sadp answered"). */
static size_t answered(struct lc_slice facts, struct lc_slice out[static LC_D_COUNT])
{
    struct lc_cur at = {.s = facts};
    struct lc_fact f;
    size_t n = 0;

    while (n < LC_D_COUNT && lc_facts_next(&at, &f) == LC_OK) {
        struct lc_slice word = f.value, name;
        size_t i = n;

        if (f.name != LC_F_UDP_OUTCOME || !lc_slice_ends(f.value, LC_S(" answered")) ||
            lc_slice_next(&word, ' ', &name) != LC_OK)
            continue;
        for (; i && lc_slice_cmp(out[i - 1], name) > 0; i--)
            out[i] = out[i - 1];
        out[i] = name;
        n++;
    }
    return n;
}

static void put_discovery(struct lc_json *j, const struct lc_device *d)
{
    struct lc_slice names[LC_D_COUNT];
    size_t n = answered(d->facts, names);
    struct lc_cur at = {.s = d->facts};
    struct lc_fact f;

    lc_json_open(j, "discovery", '[');
    for (size_t i = 0; i < n; i++)
        if (i == 0 || !lc_slice_eq(names[i - 1], names[i]))
            lc_json_str(j, NULL, names[i]);
    lc_json_close(j, ']');
    lc_json_open(j, "pseudo", '[');
    while (lc_facts_next(&at, &f) == LC_OK)
        if (f.name == LC_F_HOST_PSEUDO)
            lc_json_str(j, NULL, f.value);
    lc_json_close(j, ']');
}

static void put_identity(struct lc_json *j, const struct lc_device *d)
{
    lc_json_str(j, lc_attr_names[LC_A_CLASS], lc_report_class(d));
    for (size_t a = LC_A_PLATFORM; a < LC_A_COUNT; a++)
        str_or_null(j, lc_attr_names[a], d->value[a]);
    lc_json_open(j, "confidence", '{');
    for (size_t a = 0; a < LC_A_COUNT; a++)
        lc_json_int(j, lc_attr_names[a], d->confidence[a]);
    lc_json_close(j, '}');
}

static void put_vendor(struct lc_json *j, const struct lc_device *d)
{
    const struct lc_vendor *v = d->vendor;

    str_or_null(j, "origin", d->origin);
    str_or_null(j, "origin_by",
                lc_slice_str(!d->origin.n                   ? ""
                             : lc_report_origin_by_brand(d) ? "brand"
                                                            : "platform"));
    if (!v) {
        lc_json_null(j, "vendor");
        return;
    }
    lc_json_open(j, "vendor", '{');
    lc_json_str(j, "brand", v->brand);
    str_or_null(j, "maker", v->maker);
    str_or_null(j, "country", v->country);
    str_or_null(j, "built_by",
                v->builder_unknown ? LC_S("")
                : v->built_by.n    ? v->built_by
                                   : v->brand);
    str_or_null(j, "contact", v->contact);
    str_or_null(j, "updates", v->updates);
    str_or_null(j, "end_of_life", v->eol[LC_LANG_EN]);
    lc_json_int(j, "confidence", v->confidence);
    lc_json_close(j, '}');
}

static void put_evidence(struct lc_json *j, struct lc_slice fact, struct lc_slice value)
{
    struct lc_buf raw;

    if (!fact.n) {
        lc_json_null(j, "evidence");
        return;
    }
    lc_buf_init(&raw, LC_FACTS_MAX);
    lc_json_open(j, "evidence", '{');
    lc_json_str(j, "fact", fact);
    if (lc_report_evidence(fact, value, false, LC_LANG_EN, &raw))
        lc_json_str(j, "value", lc_buf_view(&raw));
    else
        lc_json_null(j, "value");
    lc_json_close(j, '}');
    lc_buf_free(&raw);
}

/* Only of published flaws: what is known, how sure, why, and what the world does with it. */
static void put_flaw(struct lc_json *j, const struct lc_device_finding *f, const struct lc_rule *r)
{
    const struct lc_flaw *flaw = r ? r->flaw : NULL;

    if (f->verdict == LC_V_NONE)
        return;
    lc_json_str(j, "verdict", lc_slice_str(lc_verdict_names[f->verdict]));
    lc_json_int(j, "confidence", f->confidence);
    str_or_null(j, "reason", f->reason);
    if (!flaw)
        return;
    lc_json_open(j, "cves", '[');
    for (size_t i = 0; i < flaw->cves_n; i++)
        lc_json_str(j, NULL, flaw->cves[i]);
    lc_json_close(j, ']');
    lc_json_str(j, "login", lc_slice_str(lc_login_names[flaw->login]));
    lc_json_bool(j, "exploited", flaw->exploited.n || flaw->kev_added);
    lc_json_bool(j, "no_fix", flaw->no_fix);
    if (flaw->has_epss)
        lc_json_int(j, "epss_ppm", flaw->epss_ppm);
}

static void put_finding(struct lc_json *j, const struct lc_device_finding *f,
                        const struct lc_assessor *rules)
{
    static const char *const results[] = {"false", "true", "unknown"};
    const struct lc_rule *r = lc_assessor_rule(rules, f->rule);
    bool step = r && r->ladder != LC_TU;

    lc_json_open(j, NULL, '{');
    lc_json_str(j, "rule", f->rule);
    str_or_null(j, "severity", lc_slice_str(r ? lc_severity_names[r->severity] : ""));
    str_or_null(j, "ladder", lc_slice_str(step ? lc_takeover_names[r->ladder] : ""));
    lc_json_str(j, "result", lc_slice_str(results[f->result]));
    port_or_null(j, f->port);
    put_evidence(j, f->fact, f->evidence);
    lc_json_str(j, "title", lc_report_title(f, rules, LC_LANG_EN));
    str_or_null(j, "state", f->state);
    put_flaw(j, f, r);
    lc_json_close(j, '}');
}

static void put_claims(struct lc_json *j, const struct lc_device *d)
{
    lc_json_open(j, "claims", '[');
    for (size_t i = 0; i < d->claims_n; i++) {
        const struct lc_device_claim *c = &d->claims[i];

        lc_json_open(j, NULL, '{');
        lc_json_str(j, "attr", c->attr);
        lc_json_str(j, "value", c->value);
        lc_json_int(j, "weight", c->weight);
        port_or_null(j, c->port);
        str_or_null(j, "signature", c->signature);
        put_evidence(j, c->fact, c->evidence);
        lc_json_close(j, '}');
    }
    lc_json_close(j, ']');
}

static void put_channels(struct lc_json *j, const struct lc_device *d)
{
    if (d->channels_n)
        lc_json_int(j, "channels_n", d->channels_n);
    else
        lc_json_null(j, "channels_n");
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

void lc_report_json(const struct lc_device *d, const struct lc_assessor *rules, struct lc_buf *out)
{
    enum lc_gain gains = lc_report_gains(d, rules);
    struct lc_json j = {.out = out};
    char addr[LC_ADDR_TEXT];

    lc_json_open(&j, NULL, '{');
    lc_json_str(&j, "schema", LC_S(LC_DEVICE_SCHEMA));
    lc_json_str(&j, "address", lc_slice_of(addr, lc_addr_format(&d->addr, addr)));
    put_endpoints(&j, d);
    put_discovery(&j, d);
    put_identity(&j, d);
    put_vendor(&j, d);
    lc_json_str(&j, "exposed", lc_slice_str(lc_tri_exposed[d->exposed]));
    str_or_null(&j, "exposed_why", d->exposed_why);
    lc_json_str(&j, "exposure", lc_slice_str(lc_exposure_names[d->exposure]));
    lc_json_str(&j, "takeover", lc_slice_str(lc_takeover_names[d->takeover]));
    str_or_null(&j, "takeover_why", d->takeover_why);
    str_or_null(&j, "gains", lc_slice_str(gains ? lc_gain_names[gains] : ""));
    lc_json_open(&j, "findings", '[');
    for (size_t i = 0; i < d->findings_n; i++)
        put_finding(&j, &d->findings[i], rules);
    lc_json_close(&j, ']');
    lc_json_str(&j, "light", lc_slice_str(lc_report_light_names[lc_report_light(d, rules)]));
    lc_json_bool(&j, "conflict", d->conflict);
    put_claims(&j, d);
    put_channels(&j, d);
    put_seen(&j, "first_seen", d->first_us);
    put_seen(&j, "last_seen", d->last_us);
    lc_json_close(&j, '}');
}
