/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One flaw and one device. Conditions are three-valued and asked from the cheapest on: family,
 * model, brand, class, revision, settings, and the version last. What is FALSE anywhere is a flaw
 * of other devices; what stays UNKNOWN carries the first reason, so that a person can go and find
 * out.
 */
#include "assess/vuln.h"
#include "base/tr.h"

static const char why_in_range[] =
    N_("its firmware is one of those that are known to have the flaw");
static const char why_all[] = N_("every firmware of this model has the flaw; there is no repair");
static const char why_safe[] =
    N_("its firmware is one of those that are known not to have the flaw");
static const char why_no_version[] = N_("its firmware version is not known");
static const char why_unreadable[] =
    N_("its firmware version is not written the way this maker writes it");
static const char why_guess[] = N_("what it is, or its version, is only guessed");
static const char why_unlisted[] = N_("nothing is published about its firmware version");
static const char why_model[] = N_("its model is not known");
static const char why_brand[] = N_("its brand is not known");
static const char why_revision[] = N_("the revision of its hardware is not known");
static const char why_setting[] = N_("the setting that decides could not be seen");
static const char why_service[] = N_("a service or a component that it shows points to the flaw");
static const char why_disputed[] =
    N_("its firmware is named in the report, and the maker disputes it");
static const char why_doubt[] =
    N_("its firmware fits what is said about the flaw, but that is not certain enough to rely on");
static const char why_opaque[] = N_("this cannot be told from the network: ask the maker");

static const char *const why_order[] = {
    [LC_OW_NONE] = N_("nothing is published about its firmware version"),
    [LC_OW_BRANCH] = N_("its firmware is of another branch than the published one"),
    [LC_OW_BOARD] = N_("its firmware is for another board than the published one"),
    [LC_OW_MISSING] = N_("its version tells less than is needed, for example no build date"),
    [LC_OW_MIXED] =
        N_("parts of its firmware are newer and parts are older than the published one"),
    [LC_OW_MAINTAINED] =
        N_("its firmware is of a branch that gets repairs under numbers of its own"),
};

static uint8_t folded(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

bool lc_glob(struct lc_slice pattern, struct lc_slice text)
{
    size_t p = 0, t = 0, star = LC_NPOS, from = 0;

    while (t < text.n) {
        uint8_t c = p < pattern.n ? pattern.p[p] : 0;

        if (c == '*') {
            star = p++;
            from = t;
        } else if (c && (c == '?' || (c == '#' && text.p[t] >= '0' && text.p[t] <= '9') ||
                         folded(c) == folded(text.p[t]))) {
            p++;
            t++;
        } else if (star != LC_NPOS) {
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (p < pattern.n && pattern.p[p] == '*')
        p++;
    return p == pattern.n;
}

static bool listed(const struct lc_texts *list, struct lc_slice text)
{
    for (size_t i = 0; i < list->n; i++)
        if (lc_slice_ieq(list->v[i], text))
            return true;
    return false;
}

static bool globbed(const struct lc_texts *list, struct lc_slice text)
{
    for (size_t i = 0; i < list->n; i++)
        if (lc_glob(list->v[i], text))
            return true;
    return false;
}

/* ---- what the device is to each family ---- */

static uint8_t least(uint8_t a, uint8_t b)
{
    return a < b ? a : b;
}

/* A brand names the firmware only where no platform does: one label is sold with the firmware of
 * several makers. */
static uint8_t family_pct(const struct lc_family *f, const struct lc_identity *id, bool platformed)
{
    if (listed(&f->platforms, id->value[LC_A_PLATFORM]))
        return id->confidence[LC_A_PLATFORM];
    if (!platformed && listed(&f->brands, id->value[LC_A_BRAND]))
        return id->confidence[LC_A_BRAND];
    return 0;
}

void lc_flaw_look(struct lc_flawset *f, const struct lc_view *v, const struct lc_identity *id,
                  struct lc_flaw_scene *out)
{
    struct lc_slice text = id->value[LC_A_FIRMWARE];
    bool platformed = false;

    out->view = v;
    out->identity = id;
    out->families = (struct lc_family_set){{0}};
    for (size_t i = 0; i < f->families_n && id->value[LC_A_PLATFORM].n; i++)
        platformed |= listed(&f->families[i].platforms, id->value[LC_A_PLATFORM]);
    for (size_t i = 0; i < f->families_n; i++) {
        const struct lc_family *fam = &f->families[i];

        out->family_pct[i] = family_pct(fam, id, platformed);
        out->version_read[i] = false;
        if (text.n && (out->family_pct[i] || fam->by_grammar))
            out->version_read[i] =
                lc_version_read(fam->scheme, f->machine, text, &out->version[i]) == LC_OK;
        if (!out->family_pct[i] && out->version_read[i])
            out->family_pct[i] = id->confidence[LC_A_FIRMWARE];
        if (out->family_pct[i])
            out->families.bits[i / 64] |= UINT64_C(1) << i % 64;
    }
}

/* ---- conditions ---- */

static enum lc_tri says(const struct lc_flaw_cond *c, const struct lc_fact *f)
{
    bool yes = lc_slice_ieq(c->value, LC_S("true"));

    if (c->op == 2)
        return yes ? LC_TRI_TRUE : LC_TRI_FALSE;
    if (lc_fact_infos[c->fact].type == LC_FT_BOOL)
        return (lc_fact_as_int(f) != 0) == yes ? LC_TRI_TRUE : LC_TRI_FALSE;
    if (c->op == 1)
        return lc_slice_ifind(f->value, c->value, 0) != LC_NPOS ? LC_TRI_TRUE : LC_TRI_FALSE;
    return lc_slice_ieq(f->value, c->value) ? LC_TRI_TRUE : LC_TRI_FALSE;
}

/* TRUE when the fact says so anywhere; UNKNOWN when it was never seen. */
static enum lc_tri holds(const struct lc_flaw_cond *c, const struct lc_view *v,
                         const struct lc_fact **proof)
{
    enum lc_tri t = LC_TRI_UNKNOWN;

    for (size_t i = 0; i < v->n && t != LC_TRI_TRUE; i++) {
        if (v->facts[i].name != c->fact || (c->port && v->facts[i].port != c->port))
            continue;
        t = says(c, &v->facts[i]);
        *proof = &v->facts[i];
    }
    return t;
}

static enum lc_tri all_hold(const struct lc_conds *c, const struct lc_view *v)
{
    enum lc_tri t = LC_TRI_TRUE;
    const struct lc_fact *proof;

    for (size_t i = 0; i < c->n; i++)
        t = lc_tri_and(t, holds(&c->v[i], v, &proof));
    return t;
}

/* A list of words or globs that one attribute must be in; an empty list asks nothing. */
static enum lc_tri among(const struct lc_texts *list, struct lc_slice text, bool globs)
{
    if (list->n == 0)
        return LC_TRI_TRUE;
    if (text.n == 0)
        return LC_TRI_UNKNOWN;
    return (globs ? globbed(list, text) : listed(list, text)) ? LC_TRI_TRUE : LC_TRI_FALSE;
}

static struct lc_slice revision_of(const struct lc_flawset *f, const struct lc_product *p,
                                   const struct lc_flaw_scene *s)
{
    const struct lc_version *v = &s->version[p->family];
    const struct lc_fact *fact;

    if (s->version_read[p->family] && v->there & 1U << LC_PART_REVISION)
        return v->code[LC_PART_REVISION - LC_PART_BRANCH];
    if (f->families[p->family].revision == LC_F_NONE)
        return LC_S("");
    fact = lc_view_find(s->view, NULL, f->families[p->family].revision);
    return fact ? fact->value : LC_S("");
}

/* Is this device one of those that the product means? `why` when that is unknown. */
static enum lc_tri is_product(const struct lc_flawset *f, const struct lc_product *p,
                              const struct lc_flaw_body *b, const struct lc_flaw_scene *s,
                              const char **why)
{
    const struct lc_slice *is = s->identity->value;
    const struct {
        enum lc_tri answer;
        const char *why;
    } asked[] = {
        {among(&p->models, is[LC_A_MODEL], true), why_model},
        {among(&p->brands, is[LC_A_BRAND], false), why_brand},
        {among(&p->classes, is[LC_A_CLASS], false), why_model},
        {among(&p->revisions, revision_of(f, p, s), true), why_revision},
        {all_hold(&b->when, s->view), why_setting},
    };
    enum lc_tri all = LC_TRI_TRUE;

    if (p->not_models.n && globbed(&p->not_models, is[LC_A_MODEL]))
        return LC_TRI_FALSE;
    for (size_t i = 0; i < sizeof asked / sizeof *asked; i++) {
        if (all == LC_TRI_TRUE && asked[i].answer == LC_TRI_UNKNOWN)
            *why = asked[i].why;
        all = lc_tri_and(all, asked[i].answer);
    }
    return all;
}

/* ---- ranges ---- */

struct compared {
    enum lc_tri answer;
    enum lc_order_why why;
};

static const struct compared yes = {LC_TRI_TRUE, LC_OW_NONE}, no = {LC_TRI_FALSE, LC_OW_NONE};

/* How a version stands to a bound, when `equal` and `greater` say what those answers mean. What
 * tells less than the bound cannot be placed at it. */
static struct compared at_bound(const struct lc_scheme *s, const struct lc_version *v,
                                const struct lc_version *bound, bool less, bool equal, bool greater)
{
    struct lc_compared c = lc_version_compare(s, v, bound);
    bool answer = c.order == LC_LESS ? less : c.order == LC_EQUAL ? equal : greater;

    if (c.order == LC_INCOMPARABLE)
        return (struct compared){LC_TRI_UNKNOWN, c.why};
    if (c.order == LC_EQUAL && c.a_lacks)
        return (struct compared){LC_TRI_UNKNOWN, LC_OW_MISSING};
    return answer ? yes : no;
}

static struct compared both(struct compared a, struct compared b)
{
    struct compared out = {lc_tri_and(a.answer, b.answer), a.why ? a.why : b.why};

    return out;
}

static struct compared built(const struct lc_flaw_range *r, const struct lc_version *v)
{
    uint64_t day = v->date / 10000;
    bool in = (!(r->has & LC_RH_BUILT_FROM) || day >= r->built[0]) &&
              (!(r->has & LC_RH_BUILT_BEFORE) || day < r->built[1]) &&
              (!(r->has & LC_RH_BUILT_TO) || day <= r->built[2]);

    if (!(r->has & (LC_RH_BUILT_FROM | LC_RH_BUILT_BEFORE | LC_RH_BUILT_TO)))
        return yes;
    if (!(v->there & 1U << LC_PART_DATE))
        return (struct compared){LC_TRI_UNKNOWN, LC_OW_MISSING};
    return in ? yes : no;
}

static struct compared on_board(const struct lc_flaw_range *r, const struct lc_version *v)
{
    if (!(r->has & LC_RH_BOARD))
        return yes;
    if (!(v->there & 1U << LC_PART_BOARD))
        return (struct compared){LC_TRI_UNKNOWN, LC_OW_MISSING};
    return listed(&r->boards, v->code[LC_PART_BOARD - LC_PART_BRANCH])
               ? yes
               : (struct compared){LC_TRI_UNKNOWN, LC_OW_BOARD};
}

static struct compared in_range(const struct lc_scheme *s, const struct lc_flaw_range *r,
                                const struct lc_version *v)
{
    static const struct {
        unsigned bit;
        bool less, equal, greater;
    } bounds[] = {
        {LC_RH_FROM, false, true, true},
        {LC_RH_BEFORE, true, false, false},
        {LC_RH_TO, true, true, false},
        {LC_RH_IS, false, true, false},
    };
    struct compared all = both(built(r, v), on_board(r, v));
    size_t n = 0;

    for (size_t i = 0; i < sizeof bounds / sizeof *bounds; i++)
        if (r->has & bounds[i].bit)
            all = both(all, at_bound(s, v, &r->at[n++], bounds[i].less, bounds[i].equal,
                                     bounds[i].greater));
    return all;
}

/* TRUE in one of them; the first reason why another could not be decided. */
static struct compared in_any(const struct lc_scheme *s, const struct lc_ranges *ranges,
                              const struct lc_version *v)
{
    struct compared any = no;

    for (size_t i = 0; i < ranges->n; i++) {
        struct compared c = in_range(s, &ranges->v[i], v);

        if (any.why == LC_OW_NONE)
            any.why = c.why;
        any.answer = lc_tri_or(any.answer, c.answer);
    }
    return any;
}

/* ---- verdicts ---- */

static struct lc_flaw_match verdict(enum lc_verdict v, uint8_t pct, const char *why)
{
    return (struct lc_flaw_match){
        .verdict = v, .confidence = pct, .reason = lc_slice_str(why), .fact = LC_F_NONE};
}

static struct lc_flaw_match by_version(const struct lc_scheme *scheme, const struct lc_product *p,
                                       const struct lc_version *v, uint8_t pct)
{
    struct compared c = in_any(scheme, &p->affected, v), safe;

    if (c.answer == LC_TRI_TRUE)
        return verdict(LC_V_AFFECTED, pct, why_in_range);
    safe = in_any(scheme, &p->safe, v);
    if (safe.answer == LC_TRI_TRUE)
        return verdict(LC_V_NOT_AFFECTED, pct, why_safe);
    return verdict(LC_V_UNKNOWN, LC_FLAW_OPEN, why_order[c.why ? c.why : safe.why]);
}

static uint8_t pct_of(const struct lc_product *p, const struct lc_flaw_scene *s)
{
    const uint8_t *pct = s->identity->confidence;
    uint8_t out = s->family_pct[p->family];

    if (p->models.n)
        out = least(out, pct[LC_A_MODEL]);
    if (p->brands.n)
        out = least(out, pct[LC_A_BRAND]);
    return out;
}

static struct lc_flaw_match of_product(const struct lc_flawset *f, const struct lc_product *p,
                                       const struct lc_flaw_body *b, const struct lc_flaw_scene *s)
{
    const struct lc_identity *id = s->identity;
    const char *why = why_unlisted;
    uint8_t pct = pct_of(p, s);
    enum lc_tri is;

    if (s->family_pct[p->family] == 0)
        return verdict(LC_V_NONE, 0, "");
    is = is_product(f, p, b, s, &why);
    if (is == LC_TRI_FALSE)
        return verdict(LC_V_NONE, 0, "");
    if (is == LC_TRI_TRUE && p->all) {
        struct lc_flaw_match m = verdict(LC_V_AFFECTED, pct, why_all);

        m.by_model = true;
        return pct >= LC_FLAW_SURE ? m : verdict(LC_V_UNKNOWN, LC_FLAW_POSSIBLE, why_guess);
    }
    if (id->value[LC_A_FIRMWARE].n == 0)
        return verdict(LC_V_UNKNOWN, LC_FLAW_POSSIBLE, why_no_version);
    if (is == LC_TRI_UNKNOWN)
        return verdict(LC_V_UNKNOWN, LC_FLAW_POSSIBLE, why);
    if (!s->version_read[p->family])
        return verdict(LC_V_UNKNOWN, LC_FLAW_OPEN, why_unreadable);
    pct = least(pct, id->confidence[LC_A_FIRMWARE]);
    if (pct < LC_FLAW_SURE)
        return verdict(LC_V_UNKNOWN, LC_FLAW_POSSIBLE, why_guess);
    return by_version(f->families[p->family].scheme, p, &s->version[p->family], pct);
}

static int rank(enum lc_verdict v)
{
    static const int order[] = {
        [LC_V_NONE] = 0, [LC_V_UNKNOWN] = 1, [LC_V_NOT_AFFECTED] = 2, [LC_V_AFFECTED] = 3};

    return order[v];
}

/* A service that is seen makes suspected what no version decides. */
static struct lc_flaw_match suspected(const struct lc_flaw_body *b, const struct lc_flaw_scene *s,
                                      struct lc_flaw_match m)
{
    const struct lc_fact *proof = NULL;

    for (size_t i = 0; i < b->suspect.n; i++) {
        if (holds(&b->suspect.v[i], s->view, &proof) != LC_TRI_TRUE)
            continue;
        m = verdict(LC_V_SUSPECTED, LC_FLAW_OPEN, why_service);
        m.fact = proof->name;
        m.value = proof->value;
        return m;
    }
    return m;
}

static bool meets(const struct lc_family_set *a, const struct lc_family_set *b)
{
    return a->bits[0] & b->bits[0] || a->bits[1] & b->bits[1] || a->bits[2] & b->bits[2] ||
           a->bits[3] & b->bits[3];
}

struct lc_flaw_match lc_flaw_match(const struct lc_flawset *f, size_t flaw,
                                   const struct lc_flaw_scene *s)
{
    const struct lc_flaw_body *b = &f->bodies[flaw];
    const struct lc_flaw *said = &f->flaws[flaw];
    struct lc_flaw_match m = verdict(LC_V_NONE, 0, "");

    if (!meets(&b->families, &s->families) && !(b->anywhere && b->suspect.n))
        return m;
    for (size_t i = 0; i < b->products_n; i++) {
        struct lc_flaw_match p = of_product(f, &b->products[i], b, s);

        if (rank(p.verdict) > rank(m.verdict))
            m = p;
    }
    if (m.verdict == LC_V_UNKNOWN || (m.verdict == LC_V_NONE && b->anywhere))
        m = suspected(b, s, m);
    if (m.verdict == LC_V_UNKNOWN && said->opaque)
        m.reason = lc_slice_str(why_opaque);
    m.confidence = least(m.confidence, said->confidence);
    if (m.verdict == LC_V_AFFECTED && said->disputed) {
        m.verdict = LC_V_DISPUTED;
        m.reason = lc_slice_str(why_disputed);
    } else if (m.verdict == LC_V_AFFECTED && m.confidence < LC_FLAW_SURE) {
        m.verdict = LC_V_SUSPECTED;
        m.reason = lc_slice_str(why_doubt);
    }
    return m;
}
