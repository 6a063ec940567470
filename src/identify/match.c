/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which signatures do a device's facts support? Every fact is held against the first conditions of
 * the signatures that begin with its name; pairs of bytes turn nearly all of them away (lc_pairs).
 * The rest of a signature is looked at only then, on the same port. Nothing allocates; a device
 * costs a few microseconds.
 */
#include "identify/identify_room.h"

#include <string.h>

/* A match under way: which fact fulfilled each condition, and what was captured. */
struct hit {
    const struct lc_seen *by[LC_SIG_CONDS];
    struct lc_slice captures[LC_RE_CAPTURES];
    struct lc_slice whole, first; /* what the last pattern matched, and the first one */
};

/* ---- one condition against one fact ---- */

static bool number_fits(const struct lc_cond *c, const struct lc_fact *f)
{
    int64_t v = lc_fact_as_int(f);

    if (c->op == LC_OP_GT)
        return v > c->numbers[0];
    if (c->op == LC_OP_LT)
        return v < c->numbers[0];
    for (size_t i = 0; i < c->values_n; i++)
        if (c->numbers[i] == v)
            return true;
    return false;
}

static bool text_is(const struct lc_cond *c, struct lc_slice want, struct lc_slice have)
{
    bool icase = c->flags & LC_COND_ICASE;

    switch (c->op) {
    case LC_OP_ENDS:
        if (have.n < want.n)
            return false;
        have = lc_slice_from(have, have.n - want.n);
        break;
    case LC_OP_STARTS:
        have = lc_slice_sub(have, 0, want.n);
        break;
    case LC_OP_HAS:
        return (icase ? lc_slice_ifind(have, want, 0) : lc_slice_find(have, want, 0)) != LC_NPOS;
    default:
        break;
    }
    return icase ? lc_slice_ieq(have, want) : lc_slice_eq(have, want);
}

/* The pairs turn nearly everything away, the text most of the rest. */
static bool has(const struct lc_seen *s, const struct lc_held *held)
{
    return lc_pairs_have(&s->pairs, &held->need) &&
           (held->text.n == 0 || lc_slice_ifind(s->fact.value, held->text, 0) != LC_NPOS);
}

/* Does the text hold one of those without which the pattern cannot match? */
static bool may_match(const struct lc_cond *c, const struct lc_seen *s)
{
    for (size_t i = 0; i < c->holds_n; i++)
        if (has(s, &c->holds[i]))
            return true;
    return c->holds_n == 0;
}

static bool fulfils(struct lc_identifier *id, const struct lc_cond *c, const struct lc_seen *s,
                    struct hit *hit)
{
    struct lc_re_match m;

    if (!lc_pairs_have(&s->pairs, &c->need) || (c->port && c->port != s->fact.port) ||
        (c->flags & LC_COND_DEVICE && s->fact.port != 0))
        return false;
    if (lc_fact_infos[s->fact.name].type != LC_FT_STRING)
        return number_fits(c, &s->fact);
    /* Names are short: a text that had to be cut at its bound is no name, but a heap of words
     * (H18). */
    if (c->flags & LC_COND_LABEL && s->fact.value.n >= lc_fact_infos[s->fact.name].max)
        return false;
    if (c->op == LC_OP_RE) {
        if (!may_match(c, s) || !lc_re_run(c->re, id->machine, s->fact.value, &m))
            return false;
        if (!hit || c->flags & LC_COND_NOT)
            return true;
        hit->whole = m.cap[0];
        memcpy(&hit->captures[c->capture], &m.cap[1], lc_re_captures(c->re) * sizeof m.cap[0]);
        return true;
    }
    for (size_t i = 0; i < c->values_n; i++)
        if (text_is(c, c->texts[i], s->fact.value))
            return true;
    return false;
}

/* A fact without a port was said of the whole device: it stands for every port. */
static bool same_port(const struct lc_cond *c, uint16_t port, const struct lc_seen *s)
{
    return c->flags & LC_COND_ANYWHERE || s->fact.port == port || port == 0 || s->fact.port == 0;
}

static const struct lc_seen *find(struct lc_identifier *id, const struct lc_cond *c,
                                  const struct lc_seen *first, struct hit *hit)
{
    uint16_t port = first->fact.port;

    if (c->flags & LC_COND_LABEL) /* says more of the same text */
        return fulfils(id, c, first, hit) ? first : NULL;
    for (uint16_t at = id->first[c->fact]; at; at = id->seen[at - 1].next)
        if (same_port(c, port, &id->seen[at - 1]) && fulfils(id, c, &id->seen[at - 1], hit))
            return &id->seen[at - 1];
    return NULL;
}

/* All of a signature, its first condition being held against `s`. */
static bool holds(struct lc_identifier *id, const struct lc_signature *sig, const struct lc_seen *s,
                  struct hit *hit)
{
    if (!fulfils(id, &sig->conds[0], s, hit))
        return false;
    hit->by[0] = s;
    hit->first = hit->whole;
    for (size_t i = 1; i < sig->conds_n; i++) {
        hit->by[i] = find(id, &sig->conds[i], s, hit);
        if (!hit->by[i] == !(sig->conds[i].flags & LC_COND_NOT))
            return false;
    }
    return true;
}

/* ---- claims ---- */

void lc_claim_add(struct lc_identifier *id, struct lc_identity *out, const struct lc_claim *claim,
                  uint16_t sig)
{
    size_t at = out->claims_n, weakest = 0;

    for (size_t i = 0; i < out->claims_n; i++) {
        const struct lc_claim *c = &out->claims[i];

        if (id->claim_sig[i] == sig && c->attr == claim->attr &&
            lc_slice_ieq(c->value, claim->value) && lc_slice_eq(c->group, claim->group))
            return;
        if (c->weight < out->claims[weakest].weight)
            weakest = i;
    }
    if (at == LC_CLAIMS_MAX) {
        if (out->claims[weakest].weight >= claim->weight)
            return;
        at = weakest;
    } else {
        out->claims_n++;
    }
    out->claims[at] = *claim;
    id->claim_sig[at] = sig;
}

/* "V5.5.82build 190910" -> "V5.5.82 build 190910": Hikvision leaves the blank out now and then. */
static struct lc_slice firmware_text(struct lc_identity *out, struct lc_slice v)
{
    size_t at = lc_slice_ifind(v, LC_S("build"), 0);
    uint8_t *to = out->text + out->text_n;

    if (at == LC_NPOS || at == 0 || v.p[at - 1] == ' ' || v.n + 1 > sizeof out->text - out->text_n)
        return v;
    memcpy(to, v.p, at);
    to[at] = ' ';
    memcpy(to + at + 1, v.p + at, v.n - at);
    out->text_n += v.n + 1;
    return lc_slice_of(to, v.n + 1);
}

/* "chuangmi-camera-ipc019" -> "chuangmi.camera.ipc019": a host name cannot hold the dots of a
 * model.
 */
static struct lc_slice dotted(struct lc_identity *out, struct lc_slice v)
{
    uint8_t *to = out->text + out->text_n;

    if (v.n > sizeof out->text - out->text_n)
        return v;
    for (size_t i = 0; i < v.n; i++)
        to[i] = v.p[i] == '-' ? '.' : v.p[i];
    out->text_n += v.n;
    return lc_slice_of(to, v.n);
}

static struct lc_slice claimed(struct lc_identity *out, const struct lc_claim_rule *r,
                               const struct hit *hit)
{
    struct lc_slice v;

    if (r->capture == 0)
        return r->value;
    v = hit->captures[r->capture - 1];
    if (r->transform != LC_TF_NONE)
        v = lc_slice_trim(v);
    if (r->transform == LC_TF_DOTS)
        return dotted(out, v);
    return r->transform == LC_TF_FIRMWARE ? firmware_text(out, v) : v;
}

/* What may be shown of the fact: all of it; of a label what matched, for nobody knows what stands
 * beside it; where a signature knows of personal bytes what is claimed, which never holds any, or
 * what stands before the first of them. */
static struct lc_slice shown(const struct lc_signature *sig, const struct lc_claim_rule *r,
                             const struct hit *hit)
{
    const struct lc_cond *c = &sig->conds[r->cond];
    struct lc_slice v = hit->by[r->cond]->fact.value;
    const uint8_t *cut;

    if (sig->masked == LC_MASK_LABEL)
        return r->capture ? hit->captures[r->capture - 1] : hit->first;
    if (!sig->masked || !c->re || lc_re_captures(c->re) == 0)
        return v;
    if (r->capture)
        return hit->captures[r->capture - 1];
    cut = hit->captures[c->capture].p;
    return cut ? lc_slice_of(v.p, (size_t)(cut - v.p)) : lc_slice_of(v.p, 0);
}

static void claim_all(struct lc_identifier *id, uint16_t index, const struct hit *hit,
                      struct lc_identity *out)
{
    const struct lc_signature *sig = &id->sigs[index];

    for (size_t i = 0; i < sig->claims_n; i++) {
        const struct lc_claim_rule *r = &sig->claims[i];
        const struct lc_seen *by = hit->by[r->cond];
        struct lc_claim c = {.attr = (enum lc_attr)r->attr, .weight = r->weight};

        c.value = claimed(out, r, hit);
        if (c.value.n == 0)
            continue;
        c.port = by->fact.port;
        c.fact = by->fact.name;
        c.evidence = shown(sig, r, hit);
        c.signature = sig->id;
        c.group = sig->group.n ? sig->group : id->label[c.fact];
        lc_claim_add(id, out, &c, index);
    }
}

/* ---- all facts ---- */

static void look(struct lc_identifier *id, struct lc_slice facts)
{
    struct lc_cur at = {.s = facts};
    struct lc_seen *s = id->seen;
    uint16_t last[LC_F_COUNT];

    memset(id->first, 0, sizeof id->first);
    id->seen_n = 0;
    while (id->seen_n < LC_SIG_FACTS && lc_facts_next(&at, &s->fact) == LC_OK) {
        enum lc_fact_name name = s->fact.name;

        if (!id->used[name])
            continue;
        s->pairs = lc_fact_infos[name].type == LC_FT_STRING ? lc_pairs_of(s->fact.value)
                                                            : (struct lc_pairs){{0}};
        s->next = 0;
        id->seen_n++;
        if (id->first[name])
            id->seen[last[name] - 1].next = (uint16_t)id->seen_n;
        else
            id->first[name] = (uint16_t)id->seen_n;
        last[name] = (uint16_t)id->seen_n;
        s++;
    }
}

static void match_fact(struct lc_identifier *id, const struct lc_seen *s, struct lc_identity *out)
{
    const struct lc_gate_line *line = id->lines + id->lines_at[s->fact.name];
    const struct lc_gate_line *end = id->lines + id->lines_at[s->fact.name + 1];

    while (line < end) {
        uint16_t sig = line->signature;
        bool try = has(s, &line->first);

        for (line++; line < end && line->signature == sig; line++)
            try = try || has(s, &line->first);
        if (try) {
            struct hit hit = {.by = {NULL}};

            if (holds(id, &id->sigs[sig], s, &hit))
                claim_all(id, sig, &hit, out);
        }
    }
}

void lc_match(struct lc_identifier *id, struct lc_slice facts, struct lc_identity *out)
{
    look(id, facts);
    for (size_t i = 0; i < id->seen_n; i++)
        match_fact(id, &id->seen[i], out);
}
