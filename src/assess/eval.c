/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One rule on one endpoint or device: true, false or unknown, never a guess.
 *
 * A rule without its required facts is unknown. Otherwise its conditions are joined by Kleene's
 * connectives: a missing fact is unknown unless the rule says what its absence means, and so is a
 * value that decides nothing (a silent port is not a closed one, a value cut short may have gone
 * on).
 */
#include "assess/rules.h"

enum lc_tri lc_tri_and(enum lc_tri a, enum lc_tri b)
{
    if (a == LC_TRI_FALSE || b == LC_TRI_FALSE)
        return LC_TRI_FALSE;
    return a == LC_TRI_UNKNOWN ? a : b;
}

enum lc_tri lc_tri_or(enum lc_tri a, enum lc_tri b)
{
    if (a == LC_TRI_TRUE || b == LC_TRI_TRUE)
        return LC_TRI_TRUE;
    return a == LC_TRI_UNKNOWN ? a : b;
}

/* ---- one value ---- */

/* The value that matched, NULL when none did. `number` is the fact as INT or BOOL. */
static const struct lc_rule_value *match_text(const struct lc_cond *c, struct lc_slice text)
{
    for (size_t i = 0; i < c->values.n; i++) {
        const struct lc_rule_value *want = &c->values.v[i];
        bool hit = false;

        if (c->op == LC_OP_IS)
            hit = lc_slice_ieq(text, want->text);
        else if (c->op == LC_OP_HAS)
            hit = lc_slice_ifind(text, want->text, 0) != LC_NPOS;
        else if (c->op == LC_OP_STARTS)
            hit = lc_slice_istarts(text, want->text);
        else if (c->op == LC_OP_LONGER)
            hit = text.n > (uint64_t)want->number;
        else if (c->op == LC_OP_SHORTER)
            hit = text.n < (uint64_t)want->number;
        if (hit)
            return want;
    }
    return NULL;
}

/* Differences through unsigned arithmetic, saturated: a device may claim any date. */
static int64_t minus(int64_t a, int64_t b)
{
    int64_t d;

    if (!__builtin_sub_overflow(a, b, &d))
        return d;
    return a < b ? INT64_MIN : INT64_MAX;
}

static bool match_number(const struct lc_cond *c, int64_t v, int64_t want, int64_t now_s)
{
    switch (c->op) {
    case LC_OP_IS:
        return v == want;
    case LC_OP_LT:
        return v < want;
    case LC_OP_GT:
        return v > want;
    case LC_OP_BEFORE_NOW:
        return minus(now_s, v) > want;
    case LC_OP_AFTER_NOW:
        return minus(v, now_s) > want;
    case LC_OP_OFF_NOW:
        return minus(now_s, v) > want || minus(v, now_s) > want;
    default:
        return false;
    }
}

static bool needs_now(const struct lc_cond *c)
{
    return c->op == LC_OP_BEFORE_NOW || c->op == LC_OP_AFTER_NOW || c->op == LC_OP_OFF_NOW;
}

static bool is_undecided(const struct lc_cond *c, const struct lc_fact *f, int64_t number)
{
    for (size_t i = 0; i < c->undecided.n; i++)
        if (c->type == LC_FT_STRING ? lc_slice_ieq(c->undecided.v[i].text, f->value)
                                    : c->undecided.v[i].number == number)
            return true;
    /* A longer value might have matched. */
    return (f->flags & LC_FACT_CUT) && (c->op == LC_OP_HAS || c->op == LC_OP_IS);
}

static enum lc_tri judge_value(const struct lc_cond *c, const struct lc_fact *f, int64_t now_s,
                               struct lc_proof *proof)
{
    const struct lc_rule_value *hit = NULL;
    int64_t number = c->type == LC_FT_STRING ? 0 : lc_fact_as_int(f);

    if (needs_now(c) && now_s == 0)
        return LC_TRI_UNKNOWN;
    if (c->op == LC_OP_PRESENT) {
        *proof = (struct lc_proof){f->name, f->value};
        return LC_TRI_TRUE;
    }
    if (c->type == LC_FT_STRING)
        hit = match_text(c, f->value);
    for (size_t i = 0; c->type != LC_FT_STRING && !hit && i < c->values.n; i++)
        if (match_number(c, number, c->values.v[i].number, now_s))
            hit = &c->values.v[i];
    if (!hit)
        return is_undecided(c, f, number) ? LC_TRI_UNKNOWN : LC_TRI_FALSE;
    *proof = (struct lc_proof){f->name, c->hide ? hit->text : f->value};
    return LC_TRI_TRUE;
}

/* ---- one condition ---- */

static enum lc_tri judge_exposed(const struct lc_cond *c, const struct lc_scene *s,
                                 struct lc_proof *proof)
{
    const struct lc_view_port *p = s->port;
    struct lc_fact f = {LC_F_NONE, 0, 0, 0, {NULL, 0}};
    enum lc_tri t;

    if (!p || !p->rtsp)
        return c->absent;
    f.value = lc_slice_str(lc_tri_exposed[p->exposed]);
    t = judge_value(c, &f, s->now_s, proof);
    if (t == LC_TRI_TRUE && p->exposed_at) {
        const struct lc_fact *shown = &s->view->facts[p->exposed_at - 1U];

        *proof = (struct lc_proof){shown->name, shown->value};
    }
    return t;
}

/* What is not a fact of the device: its identity, the port's number, the judgement of its video. */
static enum lc_tri judge_pseudo(const struct lc_cond *c, const struct lc_scene *s,
                                struct lc_proof *proof)
{
    struct lc_fact f = {LC_F_NONE, 0, 0, 0, {NULL, 0}};
    uint8_t raw[2];

    if (c->name == LC_R_EXPOSED)
        return judge_exposed(c, s, proof);
    if (c->name == LC_R_PORT) {
        if (!s->port)
            return c->absent;
        raw[0] = (uint8_t)(s->port->port & 0xFF);
        raw[1] = (uint8_t)(s->port->port >> 8);
        f.value = lc_slice_of(raw, 2);
        enum lc_tri t = judge_value(c, &f, s->now_s, proof);

        *proof = (struct lc_proof){LC_F_NONE, {NULL, 0}};
        return t;
    }
    f.value = s->identity->value[c->name - LC_R_IDENTITY];
    return f.value.n ? judge_value(c, &f, s->now_s, proof) : c->absent;
}

static enum lc_tri judge_cond(const struct lc_cond *c, const struct lc_scene *s,
                              struct lc_proof *proof)
{
    size_t i = s->port ? s->port->first : 0;
    size_t end = s->port ? i + s->port->n : s->view->n;
    bool found = false;
    enum lc_tri t = LC_TRI_FALSE;

    if (c->name >= LC_F_COUNT)
        return judge_pseudo(c, s, proof);
    for (; i < end && t != LC_TRI_TRUE; i++) {
        const struct lc_fact *f = &s->view->facts[i];

        if (f->name != (enum lc_fact_name)c->name)
            continue;
        found = true;
        t = lc_tri_or(t, judge_value(c, f, s->now_s, proof));
    }
    return found ? t : c->absent;
}

/* ---- one rule ---- */

static bool listed(const struct lc_rule_values *v, struct lc_slice text)
{
    for (size_t i = 0; i < v->n; i++)
        if (lc_slice_eq(v->v[i].text, text))
            return true;
    return v->n == 0;
}

static struct lc_slice class_of(const struct lc_scene *s)
{
    struct lc_slice cls = s->identity->value[LC_A_CLASS];

    return cls.n ? cls : LC_S("unknown");
}

bool lc_rule_names_class(const struct lc_rule_body *r, const struct lc_scene *s)
{
    return r->classes.n && listed(&r->classes, class_of(s));
}

bool lc_rule_applies(const struct lc_rule_body *r, const struct lc_scene *s)
{
    for (size_t i = 0; s->port && i < r->ports.n; i++) {
        if (r->ports.v[i].number == s->port->port)
            break;
        if (i + 1 == r->ports.n)
            return false;
    }
    return listed(&r->classes, class_of(s)) &&
           listed(&r->platforms, s->identity->value[LC_A_PLATFORM]);
}

bool lc_rule_has_any(const struct lc_rule_body *r, const struct lc_scene *s)
{
    for (size_t i = 0; i < r->required.n; i++) {
        uint64_t name = (uint64_t)r->required.v[i].number;

        if (name < LC_F_COUNT && lc_view_find(s->view, s->port, (enum lc_fact_name)name))
            return true;
    }
    return false;
}

static bool has_required(const struct lc_rule_body *r, const struct lc_scene *s)
{
    for (size_t i = 0; i < r->required.n; i++) {
        uint64_t name = (uint64_t)r->required.v[i].number;

        if (name >= LC_R_IDENTITY && name < LC_R_IDENTITY + LC_A_COUNT) {
            if (!s->identity->value[name - LC_R_IDENTITY].n)
                return false;
        } else if (name < LC_F_COUNT && !lc_view_find(s->view, s->port, (enum lc_fact_name)name)) {
            return false;
        }
    }
    return true;
}

/* Keeps the first proof, but prefers what a peer said over "the port is open". */
static void keep_proof(struct lc_proof *have, const struct lc_proof *p)
{
    if (p->fact != LC_F_NONE && (have->fact == LC_F_NONE || have->fact == LC_F_PORT_OUTCOME))
        *have = *p;
}

/* The members from *i on that form one unit: a lone condition or a whole group. */
static enum lc_tri judge_member(const struct lc_rule_body *r, const struct lc_scene *s, size_t *i,
                                struct lc_proof *proof)
{
    uint8_t group = r->conds[*i].group;
    bool any = !r->any;
    enum lc_tri t = any ? LC_TRI_FALSE : LC_TRI_TRUE;

    do {
        struct lc_proof one = {LC_F_NONE, {NULL, 0}};
        enum lc_tri c;

        if (group != 0 && t == (any ? LC_TRI_TRUE : LC_TRI_FALSE))
            continue; /* the rest of the group cannot change that */
        c = judge_cond(&r->conds[*i], s, &one);
        if (group == 0)
            t = c;
        else
            t = any ? lc_tri_or(t, c) : lc_tri_and(t, c);
        if (c == LC_TRI_TRUE)
            keep_proof(proof, &one);
    } while (++*i < r->conds_n && group != 0 && r->conds[*i].group == group);
    return t;
}

/* What the identity was read from: the strongest claim that says so. */
static void proof_of_identity(const struct lc_identity *id, enum lc_attr attr,
                              struct lc_proof *proof)
{
    proof->value = id->value[attr];
    for (size_t i = 0; i < id->claims_n && i < LC_CLAIMS_MAX; i++) {
        const struct lc_claim *c = &id->claims[i];

        if (c->attr == attr && lc_slice_eq(c->value, id->value[attr])) {
            *proof = (struct lc_proof){c->fact, c->evidence};
            return;
        }
    }
}

/* No condition showed a fact (an absence decided, or the identity): the required facts did. */
static void fallback_proof(const struct lc_rule_body *r, const struct lc_scene *s,
                           struct lc_proof *proof)
{
    for (size_t i = 0; i < r->required.n && !proof->value.n; i++) {
        int64_t name = r->required.v[i].number;
        const struct lc_fact *f = NULL;

        if (name < LC_F_COUNT)
            f = lc_view_find(s->view, s->port, (enum lc_fact_name)name);
        else if (name >= LC_R_IDENTITY && name < LC_R_IDENTITY + LC_A_COUNT)
            proof_of_identity(s->identity, (enum lc_attr)(name - LC_R_IDENTITY), proof);
        if (f)
            *proof = (struct lc_proof){f->name, f->value};
    }
}

enum lc_tri lc_rule_judge(const struct lc_rule_body *r, const struct lc_scene *s,
                          struct lc_proof *proof)
{
    enum lc_tri t = r->any ? LC_TRI_FALSE : LC_TRI_TRUE;

    *proof = (struct lc_proof){LC_F_NONE, {NULL, 0}};
    if (!has_required(r, s))
        return LC_TRI_UNKNOWN;
    for (size_t i = 0; i < r->conds_n;) {
        struct lc_proof of_member = {LC_F_NONE, {NULL, 0}};
        enum lc_tri m = judge_member(r, s, &i, &of_member);

        t = r->any ? lc_tri_or(t, m) : lc_tri_and(t, m);
        if (m == LC_TRI_TRUE)
            keep_proof(proof, &of_member);
    }
    fallback_proof(r, s, proof);
    return t;
}
