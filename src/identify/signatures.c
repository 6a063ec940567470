/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Signatures out of the knowledge blob: read, checked, patterns compiled, indexed by the fact that
 * their first condition looks at. The build has run every example through this same code (check.c),
 * so a message from here means a damaged blob or a build in progress; it names the YAML line either
 * way.
 */
#include "identify/identify_room.h"

#include <string.h>

struct lc_pairs lc_pairs_of(struct lc_slice text)
{
    struct lc_pairs out = {{0}};

    for (size_t i = 0; i + 1 < text.n; i++) {
        uint8_t a = text.p[i], b = text.p[i + 1], h;

        a = a >= 'A' && a <= 'Z' ? (uint8_t)(a + 32) : a;
        b = b >= 'A' && b <= 'Z' ? (uint8_t)(b + 32) : b;
        h = (uint8_t)(a * 131U + b);
        out.bits[h / 64] |= 1ULL << h % 64;
    }
    return out;
}

static enum lc_status damaged(struct lc_err *err)
{
    return lc_fail(err, LC_EPARSE, _("the knowledge is damaged (%s): install lenscap again"),
                   "signatures");
}

static enum lc_status no_memory(struct lc_err *err)
{
    return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
}

/* Where the pattern stands in the table, or the free place for it. The knowledge keeps every text
 * once, so that equal patterns are one pointer. */
static struct lc_pattern *pattern_place(struct lc_identifier *id, const uint8_t *text, bool icase)
{
    size_t at = (size_t)((uintptr_t)text * 2654435761U >> 7);

    for (;; at++) {
        struct lc_pattern *p = &id->patterns[at % LC_PATTERNS];

        if (!p->re || (p->text == text && p->icase == icase))
            return p;
    }
}

/* Signatures of many facts share their pattern: it is compiled once. */
static enum lc_status compile_re(struct lc_identifier *id, struct lc_slice pattern, bool icase,
                                 struct lc_slice where, struct lc_re **out, struct lc_err *err)
{
    struct lc_pattern *p = pattern_place(id, pattern.p, icase);
    const char *why;
    enum lc_status st;

    *out = p->re;
    if (p->re)
        return LC_OK;
    if (id->patterns_n >= LC_PATTERNS / 2)
        return lc_fail(err, LC_ENOMEM, "%.*s: more than %u patterns", LC_S_ARG(where),
                       LC_PATTERNS / 2);
    st = lc_re_compile(pattern, icase, &p->re, &why);
    if (st != LC_OK)
        return lc_fail(err, st, "%.*s: %s: %.*s", LC_S_ARG(where), why, LC_S_ARG(pattern));
    p->text = pattern.p;
    p->icase = icase;
    id->patterns_n++;
    *out = p->re;
    return LC_OK;
}

/* ---- conditions ---- */

/* Pairs that every value has: what one look can rule out. */
static struct lc_pairs common_pairs(const struct lc_slice *texts, size_t n)
{
    struct lc_pairs out = lc_pairs_of(texts[0]);

    for (size_t i = 1; i < n; i++) {
        struct lc_pairs p = lc_pairs_of(texts[i]);

        for (size_t k = 0; k < 4; k++)
            out.bits[k] &= p.bits[k];
    }
    return out;
}

static enum lc_status read_texts(const struct lc_kb *kb, struct lc_cur *at, struct lc_cond *c,
                                 struct lc_err *err)
{
    struct lc_slice *texts = lc_alloc_n(c->values_n, sizeof *texts);

    if (!texts)
        return no_memory(err);
    c->texts = texts;
    for (size_t i = 0; i < c->values_n; i++)
        texts[i] = lc_kb_take_string(kb, at);
    if (at->bad)
        return damaged(err);
    c->need = common_pairs(c->texts, c->values_n);
    return LC_OK;
}

static enum lc_status read_numbers(struct lc_cur *at, struct lc_cond *c, struct lc_err *err)
{
    int64_t *numbers = lc_alloc_n(c->values_n, sizeof *numbers);

    if (!numbers)
        return no_memory(err);
    c->numbers = numbers;
    for (size_t i = 0; i < c->values_n; i++)
        numbers[i] = (int64_t)lc_cur_le64(at);
    if (c->op == LC_OP_GT || c->op == LC_OP_LT)
        return at->bad || c->values_n != 1 || lc_fact_infos[c->fact].type != LC_FT_INT
                   ? damaged(err)
                   : LC_OK;
    return at->bad || c->op != LC_OP_IN ? damaged(err) : LC_OK;
}

static enum lc_status read_holds(const struct lc_kb *kb, struct lc_cur *at, struct lc_cond *c,
                                 struct lc_err *err)
{
    struct lc_held *holds;

    c->holds_n = lc_cur_le16(at);
    if (at->bad || c->holds_n > at->s.n / 8) {
        c->holds_n = 0;
        return damaged(err);
    }
    holds = lc_alloc_n(c->holds_n + 1U, sizeof *holds);
    if (!holds)
        return no_memory(err);
    c->holds = holds;
    for (size_t i = 0; i < c->holds_n; i++) {
        holds[i].text = lc_kb_take_string(kb, at);
        holds[i].need = lc_pairs_of(holds[i].text);
        if (holds[i].text.n == 0)
            at->bad = true;
    }
    return at->bad ? damaged(err) : LC_OK;
}

static enum lc_status read_cond(struct lc_identifier *id, struct lc_cur *at, struct lc_cond *c,
                                struct lc_err *err)
{
    const struct lc_kb *kb = id->kb;
    unsigned fact = lc_cur_le16(at);
    struct lc_slice where;
    enum lc_status st;

    c->op = lc_cur_u8(at);
    c->flags = lc_cur_u8(at);
    c->port = lc_cur_le16(at);
    where = lc_kb_take_string(kb, at);
    c->values_n = lc_cur_le16(at);
    if (c->flags & LC_COND_LABEL)
        fact = LC_F_HTTP_TITLE; /* a text like all labels */
    if (at->bad || fact == 0 || fact >= LC_F_COUNT || !lc_fact_infos[fact].name ||
        c->op >= LC_OP_COUNT || c->values_n == 0 || c->values_n > at->s.n / 8)
        return damaged(err);
    c->fact = (enum lc_fact_name)fact;
    if (lc_fact_infos[fact].type != LC_FT_STRING)
        return read_numbers(at, c, err);
    if (c->op == LC_OP_GT || c->op == LC_OP_LT)
        return damaged(err);
    st = read_texts(kb, at, c, err);
    if (st != LC_OK || c->op != LC_OP_RE)
        return st;
    if (c->values_n != 1)
        return damaged(err);
    st = compile_re(id, c->texts[0], (c->flags & LC_COND_ICASE) != 0, where, &c->re, err);
    if (st == LC_OK)
        c->need = lc_pairs_of(lc_re_literal(c->re));
    return st == LC_OK ? read_holds(kb, at, c, err) : st;
}

/* ---- a signature ---- */

/* Numbers the captures over all positive conditions; finds the first one that is personal. */
static unsigned number_captures(struct lc_signature *s, unsigned *personal)
{
    unsigned n = 0;

    *personal = 0;
    for (size_t i = 0; i < s->conds_n; i++) {
        struct lc_cond *c = &s->conds[i];

        c->capture = (uint8_t)n;
        if (!c->re || c->flags & LC_COND_NOT)
            continue;
        for (unsigned k = 0; k < lc_re_captures(c->re); k++)
            *personal |= c->flags & LC_COND_PII ? 1U << (n + k) : 0;
        n += lc_re_captures(c->re);
    }
    return n;
}

static uint8_t cond_of_capture(const struct lc_signature *s, unsigned capture)
{
    uint8_t at = 0;

    for (uint8_t i = 0; i < s->conds_n; i++)
        if (s->conds[i].re && !(s->conds[i].flags & LC_COND_NOT) && s->conds[i].capture < capture)
            at = i;
    return at;
}

static enum lc_status check_claims(struct lc_signature *s, struct lc_err *err)
{
    unsigned personal, captures = number_captures(s, &personal);

    if (captures > LC_RE_CAPTURES)
        return lc_fail(err, LC_EPARSE, "%.*s: more than four captures in all", LC_S_ARG(s->where));
    for (size_t i = 0; i < s->claims_n; i++) {
        struct lc_claim_rule *r = &s->claims[i];

        if (r->capture > captures)
            return lc_fail(err, LC_EPARSE, "%.*s: there is no capture $%u", LC_S_ARG(s->where),
                           r->capture);
        if (r->capture && personal >> (r->capture - 1) & 1)
            return lc_fail(err, LC_EPARSE, "%.*s: $%u is personal and cannot be claimed",
                           LC_S_ARG(s->where), r->capture);
        if (r->capture)
            r->cond = cond_of_capture(s, r->capture);
    }
    return LC_OK;
}

static bool read_claim(const struct lc_kb *kb, struct lc_cur *at, struct lc_claim_rule *r)
{
    r->attr = lc_cur_u8(at);
    r->weight = lc_cur_u8(at);
    r->transform = lc_cur_u8(at);
    r->capture = lc_cur_u8(at);
    r->value = lc_kb_take_string(kb, at);
    return !at->bad && r->attr < LC_A_COUNT && r->weight >= 1 && r->weight <= 99 &&
           r->transform < LC_TF_COUNT && r->capture <= LC_RE_CAPTURES;
}

static enum lc_status read_signature(struct lc_identifier *id, struct lc_cur *at,
                                     struct lc_signature *s, struct lc_err *err)
{
    const struct lc_kb *kb = id->kb;
    enum lc_status st;

    s->id = lc_kb_take_string(kb, at);
    s->where = lc_kb_take_string(kb, at);
    s->platform = lc_kb_take_string(kb, at);
    s->group = lc_kb_take_string(kb, at);
    s->masked = lc_cur_u8(at);
    s->conds_n = lc_cur_u8(at);
    s->claims_n = lc_cur_u8(at);
    (void)lc_cur_u8(at);
    if (at->bad || !s->conds_n || s->conds_n > LC_SIG_CONDS || s->claims_n > LC_SIG_CLAIMS) {
        s->conds_n = 0;
        return damaged(err);
    }
    s->conds = lc_alloc_n(s->conds_n, sizeof *s->conds);
    if (!s->conds)
        return no_memory(err);
    for (size_t i = 0; i < s->conds_n; i++)
        if ((st = read_cond(id, at, &s->conds[i], err)) != LC_OK)
            return st;
    for (size_t i = 0; i < s->claims_n; i++)
        if (!read_claim(kb, at, &s->claims[i]))
            return damaged(err);
    if (s->conds[0].flags & (LC_COND_NOT | LC_COND_ANYWHERE))
        return damaged(err);
    return check_claims(s, err);
}

static enum lc_status read_signatures(struct lc_identifier *id, struct lc_err *err)
{
    struct lc_cur at = {.s = lc_kb_section(id->kb, "SIGN")};
    uint32_t n = at.s.n ? lc_cur_le32(&at) : 0;

    if (at.bad || n > at.s.n / 36 || n >= LC_SIG_NONE)
        return damaged(err);
    id->sigs = lc_alloc_n(n + 1U, sizeof *id->sigs);
    if (!id->sigs)
        return no_memory(err);
    for (id->sigs_n = 0; id->sigs_n < n;) {
        enum lc_status st = read_signature(id, &at, &id->sigs[id->sigs_n++], err);

        if (st != LC_OK)
            return st;
    }
    return LC_OK;
}

/* ---- model lines ---- */

static enum lc_status read_model(struct lc_identifier *id, struct lc_cur *at,
                                 struct lc_model_line *m, struct lc_err *err)
{
    const struct lc_kb *kb = id->kb;
    struct lc_slice where, pattern;
    bool icase;

    m->platform = lc_kb_take_string(kb, at);
    m->id = lc_kb_take_string(kb, at);
    where = lc_kb_take_string(kb, at);
    pattern = lc_kb_take_string(kb, at);
    m->class_weight = lc_cur_u8(at);
    m->brand_weight = lc_cur_u8(at);
    icase = lc_cur_u8(at);
    (void)lc_cur_u8(at);
    m->cls = lc_kb_take_string(kb, at);
    m->brand = lc_kb_take_string(kb, at);
    if (at->bad || m->class_weight > 99 || m->brand_weight > 99)
        return damaged(err);
    return compile_re(id, pattern, icase, where, &m->re, err);
}

static enum lc_status read_models(struct lc_identifier *id, struct lc_err *err)
{
    struct lc_cur at = {.s = lc_kb_section(id->kb, "MODL")};
    uint32_t n = at.s.n ? lc_cur_le32(&at) : 0;

    if (at.bad || n > at.s.n / 52)
        return damaged(err);
    id->models = lc_alloc_n(n + 1U, sizeof *id->models);
    if (!id->models)
        return no_memory(err);
    for (id->models_n = 0; id->models_n < n;) {
        enum lc_status st = read_model(id, &at, &id->models[id->models_n++], err);

        if (st != LC_OK)
            return st;
    }
    return LC_OK;
}

/* ---- the index ---- */

/* Is the first condition of this signature to be held against this fact? */
static bool begins_with(const struct lc_identifier *id, size_t s, size_t fact)
{
    const struct lc_cond *first = &id->sigs[s].conds[0];

    return first->flags & LC_COND_LABEL ? id->label[fact].n != 0 : first->fact == fact;
}

static enum lc_status read_labels(struct lc_identifier *id, struct lc_err *err)
{
    struct lc_cur at = {.s = lc_kb_section(id->kb, "LABL")};
    uint32_t n = at.s.n ? lc_cur_le32(&at) : 0;

    for (uint32_t i = 0; i < n && !at.bad; i++) {
        unsigned fact = lc_cur_le16(&at);
        struct lc_slice group = lc_kb_take_string(id->kb, &at);

        if (fact == 0 || fact >= LC_F_COUNT || lc_fact_infos[fact].type != LC_FT_STRING || !group.n)
            return damaged(err);
        id->label[fact] = group;
    }
    return at.bad ? damaged(err) : LC_OK;
}

static void note_used(struct lc_identifier *id)
{
    for (size_t s = 0; s < id->sigs_n; s++)
        for (size_t c = 0; c < id->sigs[s].conds_n; c++)
            id->used[id->sigs[s].conds[c].fact] = true;
    for (size_t f = 0; f < LC_F_COUNT; f++)
        id->used[f] |= id->label[f].n != 0;
}

static size_t lines_of(const struct lc_signature *s)
{
    return s->conds[0].holds_n ? s->conds[0].holds_n : 1;
}

static size_t put_lines(const struct lc_identifier *id, size_t s, struct lc_gate_line *at)
{
    const struct lc_cond *first = &id->sigs[s].conds[0];

    for (size_t i = 0; i < first->holds_n; i++)
        at[i] = (struct lc_gate_line){first->holds[i], (uint16_t)s};
    if (first->holds_n == 0)
        *at = (struct lc_gate_line){{first->need, {NULL, 0}}, (uint16_t)s};
    return lines_of(&id->sigs[s]);
}

static enum lc_status build_index(struct lc_identifier *id, struct lc_err *err)
{
    size_t n = 0;

    note_used(id);
    for (size_t f = 0; f < LC_F_COUNT; f++)
        for (size_t s = 0; id->used[f] && s < id->sigs_n; s++)
            n += begins_with(id, s, f) ? lines_of(&id->sigs[s]) : 0;
    id->lines = lc_alloc_n(n + 1, sizeof *id->lines);
    if (!id->lines)
        return no_memory(err);
    n = 0;
    for (size_t f = 0; f < LC_F_COUNT; f++) {
        id->lines_at[f] = (uint32_t)n;
        for (size_t s = 0; id->used[f] && s < id->sigs_n; s++)
            if (begins_with(id, s, f))
                n += put_lines(id, s, &id->lines[n]);
    }
    id->lines_at[LC_F_COUNT] = (uint32_t)n;
    return LC_OK;
}

enum lc_status lc_identifier_open(const struct lc_kb *kb, struct lc_identifier **out,
                                  struct lc_err *err)
{
    struct lc_identifier *id = lc_alloc(sizeof *id);
    enum lc_status st;

    *out = NULL;
    if (!id)
        return no_memory(err);
    id->kb = kb;
    id->machine = lc_re_machine_new();
    id->seen = lc_alloc_n(LC_SIG_FACTS, sizeof *id->seen);
    id->patterns = lc_alloc_n(LC_PATTERNS, sizeof *id->patterns);
    st = id->machine && id->seen && id->patterns ? LC_OK : no_memory(err);
    if (st == LC_OK)
        st = read_signatures(id, err);
    if (st == LC_OK)
        st = read_labels(id, err);
    if (st == LC_OK)
        st = read_models(id, err);
    if (st == LC_OK)
        st = build_index(id, err);
    if (st != LC_OK) {
        lc_identifier_close(id);
        return st;
    }
    *out = id;
    return LC_OK;
}

static void free_signature(struct lc_signature *s)
{
    for (size_t i = 0; s->conds && i < s->conds_n; i++) {
        lc_free((void *)(uintptr_t)s->conds[i].texts);
        lc_free((void *)(uintptr_t)s->conds[i].holds);
    }
    lc_free(s->conds);
}

void lc_identifier_close(struct lc_identifier *id)
{
    if (!id)
        return;
    for (size_t i = 0; i < id->sigs_n; i++)
        free_signature(&id->sigs[i]);
    for (size_t i = 0; id->patterns && i < LC_PATTERNS; i++)
        lc_re_free(id->patterns[i].re);
    lc_free(id->patterns);
    lc_free(id->sigs);
    lc_free(id->models);
    lc_free(id->lines);
    lc_re_machine_free(id->machine);
    lc_free(id->seen);
    lc_free(id);
}
