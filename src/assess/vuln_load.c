/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading section "VULN" of the knowledge. The layout stands in tools/knowledge/vulnerabilities.py.
 * The section is ours, yet a damaged file must end in a message: every index, number and string is
 * checked here, once, and every bound is read by its family's grammar, so that matching needs no
 * check and cannot fail.
 */
#include "assess/vuln.h"
#include "base/tr.h"

#include <string.h>

#define MEM_MAX (16U << 20)

struct loader {
    struct lc_slice strings;
    struct lc_cur at;
    struct lc_flawset *out;
    bool no_memory;
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
static uint8_t take_u8(struct loader *l, unsigned end)
{
    uint8_t v = lc_cur_u8(&l->at);

    if (v >= end) {
        l->at.bad = true;
        return 0;
    }
    return v;
}

/* Zeroed; NULL, and the loader is spoilt, when the arena is full. */
static void *take_room(struct loader *l, size_t n, size_t size)
{
    void *room = lc_arena_alloc(&l->out->mem, (n ? n : 1) * size);

    if (!room)
        l->no_memory = l->at.bad = true;
    return room;
}

static struct lc_texts take_texts(struct loader *l)
{
    struct lc_texts t = {.n = lc_cur_u8(&l->at)};

    t.v = take_room(l, t.n, sizeof *t.v);
    for (size_t i = 0; i < t.n && !l->at.bad; i++)
        t.v[i] = take_string(l);
    if (l->at.bad)
        t.n = 0;
    return t;
}

/* ---- schemes and families ---- */

static void load_grammar(struct loader *l, struct lc_grammar *g)
{
    struct lc_slice pattern = take_string(l);
    const char *why;
    enum lc_status st;

    g->parts_n = take_u8(l, LC_SCHEME_PARTS + 1);
    for (size_t i = 0; i < LC_SCHEME_PARTS; i++)
        g->parts[i] = (enum lc_part)take_u8(l, LC_PART_N);
    if (l->at.bad)
        return;
    st = lc_re_compile(pattern, false, &g->re, &why);
    l->no_memory |= st == LC_ENOMEM;
    if (st != LC_OK || lc_re_captures(g->re) != g->parts_n)
        l->at.bad = true;
}

static void load_scheme(struct loader *l, struct lc_scheme *s)
{
    struct lc_texts maintained;

    s->id = take_string(l);
    s->grammars_n = lc_cur_u8(&l->at);
    s->grammars = take_room(l, s->grammars_n, sizeof *s->grammars);
    for (size_t i = 0; i < s->grammars_n && !l->at.bad; i++)
        load_grammar(l, &s->grammars[i]);
    if (!s->grammars)
        s->grammars_n = 0;
    s->order_n = take_u8(l, LC_SCHEME_PARTS + 1);
    for (size_t i = 0; i < s->order_n; i++)
        s->order[i] = (enum lc_part)take_u8(l, LC_PART_N);
    maintained = take_texts(l);
    s->maintained = take_room(l, maintained.n, sizeof *s->maintained);
    for (size_t i = 0; i < maintained.n && !l->at.bad; i++)
        if (lc_numbers_read(maintained.v[i], &s->maintained[i]) != LC_OK)
            l->at.bad = true;
    s->maintained_n = l->at.bad ? 0 : maintained.n;
}

static enum lc_fact_name take_fact(struct loader *l, bool may_be_none)
{
    unsigned name = lc_cur_le16(&l->at);

    if (name == 0 && may_be_none)
        return LC_F_NONE;
    if (name == 0 || name >= LC_F_COUNT || !lc_fact_infos[name].name)
        l->at.bad = true;
    return l->at.bad ? LC_F_NONE : (enum lc_fact_name)name;
}

static void load_family(struct loader *l, struct lc_family *f)
{
    f->id = take_string(l);
    f->name = take_string(l);
    f->scheme = &l->out->schemes[take_u8(l, (unsigned)l->out->schemes_n)];
    f->by_grammar = take_u8(l, 2) == 1;
    f->revision = take_fact(l, true);
    f->platforms = take_texts(l);
    f->brands = take_texts(l);
}

/* ---- products ---- */

static void load_bounds(struct loader *l, struct lc_flaw_range *r, const struct lc_scheme *s)
{
    size_t n = 0;

    r->at = take_room(l, 4, sizeof *r->at);
    for (unsigned bit = LC_RH_FROM; bit <= LC_RH_IS && !l->at.bad; bit <<= 1) {
        struct lc_slice text = r->has & bit ? take_string(l) : LC_S("");

        if (r->has & bit && lc_version_read(s, l->out->machine, text, &r->at[n++]) != LC_OK)
            l->at.bad = true;
    }
    for (unsigned i = 0; i < 3; i++)
        if (r->has & (unsigned)LC_RH_BUILT_FROM << i)
            r->built[i] = lc_cur_le32(&l->at);
    if (r->has & LC_RH_BOARD)
        r->boards = take_texts(l);
}

static struct lc_ranges take_ranges(struct loader *l, const struct lc_scheme *s)
{
    struct lc_ranges r = {.n = lc_cur_u8(&l->at)};

    r.v = take_room(l, r.n, sizeof *r.v);
    for (size_t i = 0; i < r.n && !l->at.bad; i++) {
        r.v[i].has = lc_cur_u8(&l->at);
        load_bounds(l, &r.v[i], s);
    }
    if (l->at.bad)
        r.n = 0;
    return r;
}

static void load_product(struct loader *l, struct lc_product *p)
{
    const struct lc_scheme *s;

    p->family = take_u8(l, (unsigned)l->out->families_n);
    p->all = take_u8(l, 2) == 1;
    p->models = take_texts(l);
    p->not_models = take_texts(l);
    p->brands = take_texts(l);
    p->classes = take_texts(l);
    p->revisions = take_texts(l);
    if (l->at.bad)
        return;
    s = l->out->families[p->family].scheme;
    p->affected = take_ranges(l, s);
    p->safe = take_ranges(l, s);
}

/* ---- flaws ---- */

static struct lc_conds take_conds(struct loader *l)
{
    struct lc_conds c = {.n = lc_cur_u8(&l->at)};

    c.v = take_room(l, c.n, sizeof *c.v);
    for (size_t i = 0; i < c.n && !l->at.bad; i++) {
        c.v[i].fact = take_fact(l, false);
        c.v[i].port = lc_cur_le16(&l->at);
        c.v[i].op = take_u8(l, 3);
        c.v[i].value = take_string(l);
    }
    if (l->at.bad)
        c.n = 0;
    return c;
}

void lc_flaw_settle(struct lc_rule *rule, const struct lc_flaw *flaw)
{
    bool used = flaw->exploited.n > 0 || flaw->kev_added != 0;

    rule->ladder = LC_TU;
    rule->gains = LC_GAIN_NOTHING;
    if (!flaw->over || flaw->reach == LC_REACH_PHYSICAL || flaw->reach == LC_REACH_CLOUD)
        return;
    if (flaw->login != LC_LOGIN_NONE)
        rule->ladder = LC_T4;
    else
        rule->ladder = used ? LC_T1 : LC_T3;
    /* Passwords and code lead to control; a stream without a password shows pictures. */
    rule->gains = lc_slice_eq(flaw->kind, LC_S("open-stream")) ? LC_GAIN_VIEW : LC_GAIN_CONTROL;
}

static void take_flags(struct loader *l, struct lc_flaw *f)
{
    uint8_t flags = take_u8(l, 32);

    f->over = flags & 1;
    f->no_fix = flags & 2;
    f->disputed = flags & 4;
    f->memory = flags & 8;
    f->opaque = flags & 16;
    f->confidence = take_u8(l, 100);
}

static void take_pair(struct loader *l, struct lc_slice text[2])
{
    text[LC_LANG_EN] = take_string(l);
    text[LC_LANG_VI] = take_string(l);
}

static void load_flaw(struct loader *l, struct lc_rule *r, struct lc_flaw *f,
                      struct lc_flaw_body *b)
{
    struct lc_texts cves = take_texts(l);

    f->cves = cves.v;
    f->cves_n = cves.n;
    if (cves.n == 0) {
        l->at.bad = true;
        return;
    }
    r->id = cves.v[0];
    r->flaw = f;
    take_pair(l, r->title);
    take_pair(l, r->why);
    take_pair(l, r->remedy);
    f->source = take_string(l);
    f->exploited = take_string(l);
    f->kind = take_string(l);
    f->family = l->out->families[take_u8(l, (unsigned)l->out->families_n)].name;
    r->severity = (enum lc_severity)take_u8(l, LC_SEV_CRITICAL + 1);
    f->login = (enum lc_login)take_u8(l, LC_LOGIN_ADMIN + 1);
    f->reach = (enum lc_reach)take_u8(l, LC_REACH_PHYSICAL + 1);
    take_flags(l, f);
    b->when = take_conds(l);
    b->suspect = take_conds(l);
    b->products_n = lc_cur_u8(&l->at);
    b->products = take_room(l, b->products_n, sizeof *b->products);
    for (size_t i = 0; i < b->products_n && !l->at.bad; i++) {
        const struct lc_family *fam;

        load_product(l, &b->products[i]);
        fam = &l->out->families[b->products[i].family];
        b->families.bits[b->products[i].family / 64] |= UINT64_C(1) << b->products[i].family % 64;
        b->anywhere |= fam->platforms.n == 0 && fam->brands.n == 0;
    }
    lc_flaw_settle(r, f);
}

/* ---- the whole ---- */

static void load_open(struct loader *l, struct lc_rule *r)
{
    r->id = LC_S("known-flaws-open");
    r->severity = LC_SEV_INFO;
    r->ladder = LC_TU;
    take_pair(l, r->title);
    take_pair(l, r->why);
    take_pair(l, r->remedy);
}

static void load(struct loader *l)
{
    struct lc_flawset *out = l->out;

    out->schemes_n = take_u8(l, 255);
    (void)take_u8(l, 1);
    out->families_n = take_u8(l, 255);
    (void)take_u8(l, 1);
    out->n = lc_cur_le16(&l->at);
    load_open(l, &out->open);
    out->schemes = take_room(l, out->schemes_n, sizeof *out->schemes);
    for (size_t i = 0; i < out->schemes_n && !l->at.bad; i++)
        load_scheme(l, &out->schemes[i]);
    if (out->schemes_n == 0 || out->families_n == 0)
        l->at.bad = true;
    out->families = take_room(l, out->families_n, sizeof *out->families);
    for (size_t i = 0; i < out->families_n && !l->at.bad; i++)
        load_family(l, &out->families[i]);
    out->rules = take_room(l, out->n, sizeof *out->rules);
    out->flaws = take_room(l, out->n, sizeof *out->flaws);
    out->bodies = take_room(l, out->n, sizeof *out->bodies);
    for (size_t i = 0; i < out->n && !l->at.bad; i++) {
        load_flaw(l, &out->rules[i], &out->flaws[i], &out->bodies[i]);
        if (i && lc_slice_cmp(out->rules[i - 1].id, out->rules[i].id) >= 0)
            l->at.bad = true;
    }
    if (l->at.s.n)
        l->at.bad = true;
}

enum lc_status lc_flawset_load(struct lc_slice section, struct lc_slice strings,
                               struct lc_flawset *out, struct lc_err *err)
{
    struct loader l = {.strings = strings, .at = {.s = section}, .out = out};

    memset(out, 0, sizeof *out);
    if (section.n == 0)
        return LC_OK;
    lc_arena_init(&out->mem, MEM_MAX);
    out->machine = lc_re_machine_new();
    if (out->machine)
        load(&l);
    else
        l.no_memory = true;
    if (!l.at.bad && !l.no_memory)
        return LC_OK;
    lc_flawset_free(out);
    if (l.no_memory)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    return lc_fail(err, LC_EPARSE, _("the knowledge is damaged (%s): install lenscap again"),
                   "vulnerabilities");
}

const struct lc_rule *lc_flawset_find(const struct lc_flawset *f, struct lc_slice id)
{
    size_t low = 0, high = f->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = lc_slice_cmp(f->rules[mid].id, id);

        if (c == 0)
            return &f->rules[mid];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return f->open.id.n && lc_slice_eq(f->open.id, id) ? &f->open : NULL;
}

void lc_flawset_free(struct lc_flawset *f)
{
    for (size_t i = 0; f->schemes && i < f->schemes_n; i++)
        for (size_t k = 0; k < f->schemes[i].grammars_n; k++)
            lc_re_free(f->schemes[i].grammars[k].re);
    lc_re_machine_free(f->machine);
    lc_arena_free(&f->mem);
    memset(f, 0, sizeof *f);
}
