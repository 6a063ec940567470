/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The proof that signatures do what their file says: every example and counter-example of
 * data/signatures runs through the engine itself, against all signatures. An example must also
 * stand alone: a signature that claims another platform for it is a cross-match, a failure unless
 * the example lists that platform under `also`. The build runs this (check.c), and whoever has a
 * knowledge of his own can (lenscap signatures test).
 *
 * Section EXAM: u32 count, then str where, str signature, u8 kind (1 example, 0 counter), u8
 * expects, u8 also, u8 0, u32 facts_len, packed facts, expects x {u8 attr, str value}, also x str
 * platform.
 */
#include "identify/prove.h"
#include "identify/identify_room.h"

#include <stdarg.h>
#include <stdio.h>

struct proof {
    struct lc_slice where, signature, facts;
    bool must_match;
    unsigned expects_n, also_n;
};

struct prover {
    struct lc_identifier *id;
    lc_prove_told *told;
    void *who;
    struct lc_prove *out;
};

static void complain(struct prover *v, struct lc_slice where, const char *fmt, ...) LC_PRINTF(3, 4);

static void complain(struct prover *v, struct lc_slice where, const char *fmt, ...)
{
    char what[320];
    va_list args;

    va_start(args, fmt);
    (void)vsnprintf(what, sizeof what, fmt, args);
    va_end(args);
    v->out->failed++;
    v->told(v->who, where, what);
}

static const struct lc_signature *signature_of(const struct lc_identifier *id, struct lc_slice name)
{
    for (size_t i = 0; i < id->sigs_n; i++)
        if (lc_slice_eq(id->sigs[i].id, name))
            return &id->sigs[i];
    return NULL;
}

static const struct lc_claim *claim_by(const struct lc_identity *o, struct lc_slice sig,
                                       enum lc_attr attr)
{
    for (size_t i = 0; i < o->claims_n; i++)
        if (o->claims[i].attr == attr && lc_slice_eq(o->claims[i].signature, sig))
            return &o->claims[i];
    return NULL;
}

/* Every claim of the signature is made, constant ones with their value. */
static void check_claims(struct prover *v, const struct proof *p, const struct lc_signature *s,
                         const struct lc_identity *o)
{
    for (size_t i = 0; i < s->claims_n; i++) {
        const struct lc_claim_rule *r = &s->claims[i];
        const struct lc_claim *c = claim_by(o, s->id, (enum lc_attr)r->attr);

        if (!c) {
            complain(v, p->where, "the example does not match %.*s", LC_S_ARG(s->id));
            return;
        }
        if (!r->capture && !lc_slice_eq(c->value, r->value))
            complain(v, p->where, "%s: unexpected value", lc_attr_names[r->attr]);
    }
}

static void check_expected(struct prover *v, const struct proof *p, struct lc_slice want,
                           enum lc_attr attr, const struct lc_identity *o)
{
    const struct lc_claim *c = claim_by(o, p->signature, attr);

    if (!c)
        complain(v, p->where, "expected %s %.*s, nothing was claimed", lc_attr_names[attr],
                 LC_S_ARG(want));
    else if (!lc_slice_eq(c->value, want))
        complain(v, p->where, "expected %s \"%.*s\", got \"%.*s\"", lc_attr_names[attr],
                 LC_S_ARG(want), LC_S_ARG(c->value));
}

/* No other platform, and no look-alike taken for a camera or the other way round. */
static void check_alone(struct prover *v, const struct proof *p, const struct lc_signature *s,
                        const struct lc_identity *o, const struct lc_slice *also)
{
    const struct lc_slice no = LC_S("not-surveillance");
    const struct lc_claim *own = claim_by(o, s->id, LC_A_CLASS);

    for (size_t i = 0; i < o->claims_n; i++) {
        bool allowed =
            o->claims[i].attr != LC_A_PLATFORM || lc_slice_eq(o->claims[i].value, s->platform);

        for (unsigned k = 0; k < p->also_n; k++)
            allowed |= lc_slice_eq(o->claims[i].value, also[k]);
        if (!allowed)
            complain(v, p->where, "cross-match: %.*s claims platform %.*s",
                     LC_S_ARG(o->claims[i].signature), LC_S_ARG(o->claims[i].value));
    }
    if (lc_slice_eq(o->value[LC_A_CLASS], no) != (own && lc_slice_eq(own->value, no)))
        complain(v, p->where, "comes out as class %.*s", LC_S_ARG(o->value[LC_A_CLASS]));
}

static bool read_proof(const struct lc_kb *kb, struct lc_cur *at, struct proof *p)
{
    p->where = lc_kb_take_string(kb, at);
    p->signature = lc_kb_take_string(kb, at);
    p->must_match = lc_cur_u8(at);
    p->expects_n = lc_cur_u8(at);
    p->also_n = lc_cur_u8(at);
    (void)lc_cur_u8(at);
    p->facts = lc_cur_take(at, lc_cur_le32(at));
    return !at->bad;
}

static bool run_proof(struct prover *v, struct lc_cur *at)
{
    struct lc_identifier *id = v->id;
    static struct lc_identity o;
    static struct lc_slice also[UINT8_MAX];
    const struct lc_signature *s;
    struct proof p;

    if (!read_proof(id->kb, at, &p) || !(s = signature_of(id, p.signature)))
        return false;
    lc_identify(id, p.facts, &o);
    if (p.must_match)
        check_claims(v, &p, s, &o);
    else if (claim_by(&o, s->id, (enum lc_attr)s->claims[0].attr))
        complain(v, p.where, "the counter-example matches %.*s", LC_S_ARG(s->id));
    for (unsigned i = 0; i < p.expects_n; i++) {
        uint8_t attr = lc_cur_u8(at);
        struct lc_slice want = lc_kb_take_string(id->kb, at);

        if (attr >= LC_A_COUNT)
            return false;
        check_expected(v, &p, want, (enum lc_attr)attr, &o);
    }
    for (unsigned i = 0; i < p.also_n; i++)
        also[i] = lc_kb_take_string(id->kb, at);
    if (p.must_match)
        check_alone(v, &p, s, &o, also);
    return !at->bad;
}

enum lc_status lc_identifier_prove(struct lc_identifier *id, lc_prove_told *told, void *who,
                                   struct lc_prove *out)
{
    struct lc_cur at = {.s = lc_kb_section(id->kb, "EXAM")};
    struct prover v = {id, told, who, out};
    uint32_t n = lc_cur_le32(&at);

    *out = (struct lc_prove){.signatures = id->sigs_n, .models = id->models_n};
    for (; out->proofs < n && !at.bad; out->proofs++)
        if (!run_proof(&v, &at))
            at.bad = true;
    return at.bad ? LC_EPARSE : LC_OK;
}

bool lc_identifier_list(const struct lc_identifier *id, size_t at, struct lc_listed *out)
{
    const struct lc_signature *s = at < id->sigs_n ? &id->sigs[at] : NULL;

    if (!s)
        return false;
    *out = (struct lc_listed){.id = s->id, .where = s->where, .platform = s->platform};
    out->fact = s->conds[0].flags & LC_COND_LABEL
                    ? LC_S("label")
                    : lc_slice_str(lc_fact_infos[s->conds[0].fact].name);
    for (size_t i = 0; i < s->claims_n; i++) {
        out->weight[s->claims[i].attr] = s->claims[i].weight;
        out->value[s->claims[i].attr] =
            s->claims[i].capture ? LC_S("(captured)") : s->claims[i].value;
    }
    return true;
}
