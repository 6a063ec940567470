/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Weighing claims. Evidence of one group is one voice (its strongest claim); voices of different
 * groups are taken as independent. What an identity says of model, firmware and brand is never
 * taken from a platform that lost: a recorder that shows its cameras' names must not become one of
 * them.
 */
#include "identify/identify_room.h"

#include <string.h>

#define CONFLICT 60U /* two platforms, both at least this sure */
#define ASSUMES  40U /* a platform must be this sure to lend its usual class */

const char *const lc_attr_names[LC_A_COUNT] = {"class", "platform", "brand", "model", "firmware"};

static bool among(struct lc_slice cls, const char *const *names)
{
    for (; *names; names++)
        if (lc_slice_eq(cls, lc_slice_str(*names)))
            return true;
    return false;
}

bool lc_class_is_camera(struct lc_slice cls)
{
    static const char *const names[] = {"camera", "ptz", "thermal", "doorbell", "intercom", NULL};

    return among(cls, names);
}

bool lc_class_is_surveillance(struct lc_slice cls)
{
    static const char *const names[] = {"nvr", "dvr", "encoder",        "decoder",
                                        "vms", "hub", "access-control", NULL};

    return lc_class_is_camera(cls) || among(cls, names);
}

/* ---- weighing ---- */

static bool same_value(const struct lc_claim *a, const struct lc_claim *b)
{
    return a->attr == b->attr && lc_slice_ieq(a->value, b->value);
}

/* Is this claim the one that speaks for its group? Of equals the first. */
static bool speaks(const struct lc_identity *o, size_t at, const bool *out_of_it)
{
    const struct lc_claim *c = &o->claims[at];

    for (size_t i = 0; i < o->claims_n; i++) {
        const struct lc_claim *d = &o->claims[i];

        if (i == at || out_of_it[i] || !same_value(c, d) || !lc_slice_eq(c->group, d->group))
            continue;
        if (d->weight > c->weight || (d->weight == c->weight && i < at))
            return false;
    }
    return true;
}

/* 100 x (1 - product of (1 - w/100)) over the groups, rounded, 99 at most. */
static uint8_t sureness(const struct lc_identity *o, size_t at, const bool *out_of_it)
{
    uint64_t miss = 1000000000, sure;

    for (size_t i = 0; i < o->claims_n; i++)
        if (!out_of_it[i] && same_value(&o->claims[at], &o->claims[i]) && speaks(o, i, out_of_it))
            miss = miss * (100U - o->claims[i].weight) / 100U;
    sure = (1000000000 - miss + 5000000) / 10000000;
    return (uint8_t)(sure > 99 ? 99 : sure);
}

/* The surest value of an attribute; `second` gets the sureness of the next other value. */
static void settle(struct lc_identity *o, enum lc_attr attr, const bool *out_of_it, uint8_t *second)
{
    size_t best = LC_NPOS;

    *second = 0;
    o->confidence[attr] = 0;
    for (size_t i = 0; i < o->claims_n; i++) {
        uint8_t sure;

        if (o->claims[i].attr != attr || out_of_it[i] ||
            (best != LC_NPOS && same_value(&o->claims[best], &o->claims[i])))
            continue;
        sure = sureness(o, i, out_of_it);
        if (best == LC_NPOS || sure > o->confidence[attr]) {
            *second = o->confidence[attr];
            o->confidence[attr] = sure;
            best = i;
        } else if (sure > *second) {
            *second = sure;
        }
    }
    o->value[attr] = best == LC_NPOS ? (struct lc_slice){NULL, 0} : o->claims[best].value;
}

/* Claims that rest on a platform which lost say nothing about this device but its class. */
static void drop_losers(const struct lc_identifier *id, const struct lc_identity *o,
                        bool *out_of_it)
{
    struct lc_slice winner = o->value[LC_A_PLATFORM];

    for (size_t i = 0; i < o->claims_n; i++) {
        const struct lc_signature *s;

        if (id->claim_sig[i] == LC_SIG_NONE || o->claims[i].attr < LC_A_BRAND)
            continue;
        s = &id->sigs[id->claim_sig[i]];
        out_of_it[i] = winner.n && s->platform.n && !lc_slice_eq(s->platform, winner);
    }
}

/* ---- what follows from platform and model ---- */

static const struct lc_claim *claim_of(const struct lc_identity *o, enum lc_attr attr)
{
    for (size_t i = 0; i < o->claims_n; i++)
        if (o->claims[i].attr == attr && lc_slice_ieq(o->claims[i].value, o->value[attr]))
            return &o->claims[i];
    return NULL;
}

static void add_from(struct lc_identifier *id, struct lc_identity *o, const struct lc_claim *from,
                     const struct lc_model_line *m, enum lc_attr attr)
{
    struct lc_claim c = *from;

    c.attr = attr;
    c.weight = attr == LC_A_CLASS ? m->class_weight : m->brand_weight;
    c.value = attr == LC_A_CLASS ? m->cls : m->brand;
    c.signature = m->id;
    c.group = LC_S("model");
    if (c.value.n && c.weight)
        lc_claim_add(id, o, &c, LC_SIG_NONE);
}

/* The first line of the platform's table that the model fits speaks on class and brand. */
static void read_model_name(struct lc_identifier *id, struct lc_identity *o)
{
    const struct lc_claim *model = claim_of(o, LC_A_MODEL);
    struct lc_re_match m;

    if (!model)
        return;
    for (size_t i = 0; i < id->models_n; i++) {
        const struct lc_model_line *line = &id->models[i];
        struct lc_claim from;

        if (!lc_slice_eq(line->platform, o->value[LC_A_PLATFORM]) ||
            !lc_re_run(line->re, id->machine, model->value, &m))
            continue;
        from = *model;
        add_from(id, o, &from, line, LC_A_CLASS);
        add_from(id, o, &from, line, LC_A_BRAND);
        return;
    }
}

static void assume(struct lc_identifier *id, struct lc_identity *o, enum lc_attr attr,
                   struct lc_slice value, uint8_t weight)
{
    struct lc_claim c = *claim_of(o, LC_A_PLATFORM);

    if (o->value[attr].n || !value.n || !weight)
        return;
    c.attr = attr;
    c.value = value;
    c.weight = weight < o->confidence[LC_A_PLATFORM] ? weight : o->confidence[LC_A_PLATFORM];
    c.group = LC_S("platform");
    lc_claim_add(id, o, &c, LC_SIG_NONE);
    o->value[attr] = c.value;
    o->confidence[attr] = c.weight;
}

/* Nothing said what it is or whose: then what the platform usually is, faintly; unless the platform
 * is a faint word itself. */
static void assume_usual(struct lc_identifier *id, struct lc_identity *o)
{
    const struct lc_platform *p = lc_kb_platform(id->kb, o->value[LC_A_PLATFORM]);

    if (!p || o->confidence[LC_A_PLATFORM] < ASSUMES)
        return;
    assume(id, o, LC_A_CLASS, p->usual_class, p->usual_weight);
    if (o->confidence[LC_A_PLATFORM] >= CONFLICT)
        assume(id, o, LC_A_BRAND, p->brand, p->brand_weight);
}

static void strongest_first(struct lc_identity *o)
{
    for (size_t i = 1; i < o->claims_n; i++) {
        struct lc_claim c = o->claims[i];
        size_t k = i;

        for (; k && o->claims[k - 1].weight < c.weight; k--)
            o->claims[k] = o->claims[k - 1];
        o->claims[k] = c;
    }
}

void lc_identify(struct lc_identifier *id, struct lc_slice facts, struct lc_identity *out)
{
    bool out_of_it[LC_CLAIMS_MAX] = {false};
    uint8_t second;

    memset(out->value, 0, sizeof out->value);
    memset(out->confidence, 0, sizeof out->confidence);
    out->claims_n = out->text_n = 0;
    lc_match(id, facts, out);
    settle(out, LC_A_PLATFORM, out_of_it, &second);
    out->conflict = second >= CONFLICT;
    drop_losers(id, out, out_of_it);
    settle(out, LC_A_MODEL, out_of_it, &second);
    settle(out, LC_A_FIRMWARE, out_of_it, &second);
    read_model_name(id, out);
    settle(out, LC_A_BRAND, out_of_it, &second);
    settle(out, LC_A_CLASS, out_of_it, &second);
    assume_usual(id, out);
    if (!out->value[LC_A_CLASS].n)
        out->value[LC_A_CLASS] = LC_S("unknown");
    strongest_first(out);
}
