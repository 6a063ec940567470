/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading section "RULE" of the knowledge. The layout stands in tools/knowledge/rules.py. The
 * section is ours, yet a damaged file must end in a message: every index, enum and string is
 * checked here, once.
 */
#include "assess/rules.h"

#include "base/mem.h"

#include <string.h>

#define RULE_N  84U
#define COND_N  16U
#define VALUE_N 16U

struct loader {
    struct lc_slice strings;
    struct lc_cur at;
    struct lc_ruleset *out;
    size_t conds_n, values_n;
};

static struct lc_slice take_string(struct loader *l)
{
    uint32_t off = lc_cur_le32(&l->at), n = lc_cur_le32(&l->at);

    if (off >= l->strings.n || n >= l->strings.n - off) {
        l->at.bad = true;
        return LC_S("");
    }
    return lc_slice_of(l->strings.p + off, n);
}

/* A small number that must stay under `end`. */
static unsigned take_u8(struct loader *l, unsigned end)
{
    unsigned v = lc_cur_u8(&l->at);

    if (v >= end) {
        l->at.bad = true;
        return 0;
    }
    return v;
}

static struct lc_rule_values take_values(struct loader *l)
{
    size_t first = lc_cur_le16(&l->at), n = lc_cur_le16(&l->at);

    if (first > l->values_n || n > l->values_n - first) {
        l->at.bad = true;
        return (struct lc_rule_values){NULL, 0};
    }
    return (struct lc_rule_values){l->out->values + first, n};
}

static void take_texts(struct loader *l, struct lc_slice text[2])
{
    text[LC_LANG_EN] = take_string(l);
    text[LC_LANG_VI] = take_string(l);
}

static bool known_name(uint64_t name)
{
    if (name > 0 && name < LC_F_COUNT)
        return lc_fact_infos[name].name != NULL;
    return (name >= LC_R_IDENTITY && name < LC_R_IDENTITY + LC_A_COUNT) || name == LC_R_EXPOSED ||
           name == LC_R_PORT;
}

static void set_required(struct loader *l, struct lc_rule_body *b)
{
    b->required = take_values(l);
    for (size_t i = 0; i < b->required.n; i++) {
        uint64_t name = (uint64_t)b->required.v[i].number;

        if (!known_name(name))
            l->at.bad = true;
        else if (name < LC_F_COUNT)
            b->families |= UINT64_C(1) << l->out->family[name];
    }
    if (b->required.n == 0)
        l->at.bad = true;
}

static void load_rule(struct loader *l, struct lc_rule *r, struct lc_rule_body *b)
{
    size_t first, n;

    r->id = take_string(l);
    take_texts(l, r->title);
    take_texts(l, r->why);
    take_texts(l, r->remedy);
    r->severity = (enum lc_severity)take_u8(l, LC_SEV_CRITICAL + 1);
    r->ladder = (enum lc_takeover)take_u8(l, LC_TU + 1);
    r->per_port = take_u8(l, 2) == 1;
    b->any = take_u8(l, 2) == 1;
    set_required(l, b);
    first = lc_cur_le16(&l->at);
    n = lc_cur_le16(&l->at);
    if (n == 0 || first > l->conds_n || n > l->conds_n - first) {
        l->at.bad = true;
        return;
    }
    b->conds = l->out->conds + first;
    b->conds_n = n;
    b->classes = take_values(l);
    b->platforms = take_values(l);
    b->ports = take_values(l);
    r->gains = (enum lc_gain)take_u8(l, LC_GAIN_CONTROL + 1);
    if (lc_cur_take(&l->at, 3).p == NULL || (r->gains == LC_GAIN_NOTHING) != (r->ladder == LC_TU))
        l->at.bad = true;
}

static void load_cond(struct loader *l, struct lc_cond *c)
{
    c->name = lc_cur_le16(&l->at);
    c->op = (enum lc_op)take_u8(l, LC_OP_COUNT);
    c->type = (enum lc_fact_type)take_u8(l, LC_FT_BOOL + 1);
    c->group = lc_cur_u8(&l->at);
    c->absent = (enum lc_tri)take_u8(l, LC_TRI_UNKNOWN + 1);
    c->hide = take_u8(l, 2) == 1;
    (void)take_u8(l, 1);
    c->values = take_values(l);
    c->undecided = take_values(l);
    if (!known_name(c->name) || (c->name < LC_F_COUNT && lc_fact_infos[c->name].type != c->type))
        l->at.bad = true;
    if (c->values.n == 0 && c->op != LC_OP_PRESENT && c->op != LC_OP_RULES_OUT)
        l->at.bad = true;
}

/* Facts are grouped by what stands before the first dot of their name: one bit for each such
 * family. */
static enum lc_status number_families(struct lc_ruleset *r)
{
    struct lc_slice seen[64];
    uint8_t n = 0;

    for (unsigned i = 1; i < LC_F_COUNT; i++) {
        struct lc_slice name, prefix;
        uint8_t k = 0;

        if (!lc_fact_infos[i].name)
            continue;
        name = lc_slice_str(lc_fact_infos[i].name);
        prefix = lc_slice_sub(name, 0, lc_slice_chr(name, '.', 0));
        while (k < n && !lc_slice_eq(seen[k], prefix))
            k++;
        if (k == 64)
            return LC_EFULL;
        if (k == n)
            seen[n++] = prefix;
        r->family[i] = k;
    }
    return LC_OK;
}

static enum lc_status load_all(struct loader *l)
{
    struct lc_ruleset *out = l->out;

    /* Values and conditions first: rules point into them. They stand behind the rules. */
    struct lc_cur rules = l->at;

    (void)lc_cur_take(&l->at, out->n * RULE_N + l->conds_n * COND_N);
    for (size_t i = 0; i < l->values_n; i++) {
        out->values[i].number = (int64_t)lc_cur_le64(&l->at);
        out->values[i].text = take_string(l);
    }
    if (l->at.bad || l->at.s.n)
        return LC_EPARSE;
    l->at = rules;
    (void)lc_cur_take(&l->at, out->n * RULE_N);
    for (size_t i = 0; i < l->conds_n; i++)
        load_cond(l, &out->conds[i]);
    if (l->at.bad)
        return LC_EPARSE;
    l->at = rules;
    for (size_t i = 0; i < out->n; i++)
        load_rule(l, &out->rules[i], &out->bodies[i]);
    return l->at.bad ? LC_EPARSE : LC_OK;
}

static enum lc_status load(struct loader *l)
{
    struct lc_ruleset *out = l->out;
    uint64_t bytes;

    out->n = lc_cur_le32(&l->at);
    l->conds_n = lc_cur_le32(&l->at);
    l->values_n = lc_cur_le32(&l->at);
    bytes =
        (uint64_t)out->n * RULE_N + (uint64_t)l->conds_n * COND_N + (uint64_t)l->values_n * VALUE_N;
    if (l->at.bad || bytes != l->at.s.n)
        return LC_EPARSE;
    out->rules = lc_alloc_n(out->n + 1, sizeof *out->rules);
    out->bodies = lc_alloc_n(out->n + 1, sizeof *out->bodies);
    out->conds = lc_alloc_n(l->conds_n + 1, sizeof *out->conds);
    out->values = lc_alloc_n(l->values_n + 1, sizeof *out->values);
    if (!out->rules || !out->bodies || !out->conds || !out->values)
        return LC_ENOMEM;
    if (number_families(out) != LC_OK)
        return LC_EPARSE;
    return load_all(l);
}

enum lc_status lc_ruleset_load(struct lc_slice section, struct lc_slice strings,
                               struct lc_ruleset *out, struct lc_err *err)
{
    struct loader l = {.strings = strings, .at = {.s = section}, .out = out};
    enum lc_status st;

    memset(out, 0, sizeof *out);
    st = load(&l);
    if (st == LC_OK)
        return LC_OK;
    lc_ruleset_free(out);
    if (st == LC_ENOMEM)
        return lc_fail(err, st, "%s", _("out of memory"));
    return lc_fail(err, st, _("the knowledge is damaged (%s): install lenscap again"), "rules");
}

void lc_ruleset_free(struct lc_ruleset *r)
{
    lc_free(r->rules);
    lc_free(r->bodies);
    lc_free(r->conds);
    lc_free(r->values);
    memset(r, 0, sizeof *r);
}
