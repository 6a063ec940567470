/* SPDX-License-Identifier: Apache-2.0 */
/*
 * knowledge-check [BLOB]: the build's proof that the signatures do what their file says. Runs every
 * example and counter-example of data/signatures through the engine itself and ends the build with
 * a line for each failure, file and line first. Without BLOB the knowledge embedded in the program
 * is checked. An example must also stand alone: a signature that claims another platform for it is
 * a cross-match, an error unless the example lists that platform under `also`.
 *
 * Section EXAM: u32 count, then str where, str signature, u8 kind (1 example, 0 counter), u8
 * expects, u8 also, u8 0, u32 facts_len, packed facts, expects x {u8 attr, str value}, also x str
 * platform.
 */
#include "identify/identify_room.h"

#include <stdarg.h>

struct proof {
    struct lc_slice where, signature, facts;
    bool must_match;
    unsigned expects_n, also_n;
};

static unsigned failures;

static void complain(struct lc_slice where, const char *fmt, ...) LC_PRINTF(2, 3);

static void complain(struct lc_slice where, const char *fmt, ...)
{
    va_list args;

    fprintf(stderr, "%.*s: ", LC_S_ARG(where));
    va_start(args, fmt);
    vfprintf(stderr, fmt, args);
    va_end(args);
    fputc('\n', stderr);
    failures++;
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
static void check_claims(const struct proof *p, const struct lc_signature *s,
                         const struct lc_identity *o)
{
    for (size_t i = 0; i < s->claims_n; i++) {
        const struct lc_claim_rule *r = &s->claims[i];
        const struct lc_claim *c = claim_by(o, s->id, (enum lc_attr)r->attr);

        if (!c) {
            complain(p->where, "the example does not match %.*s", LC_S_ARG(s->id));
            return;
        }
        if (!r->capture && !lc_slice_eq(c->value, r->value))
            complain(p->where, "%s: unexpected value", lc_attr_names[r->attr]);
    }
}

static void check_expected(const struct proof *p, struct lc_slice want, enum lc_attr attr,
                           const struct lc_identity *o)
{
    const struct lc_claim *c = claim_by(o, p->signature, attr);

    if (!c)
        complain(p->where, "expected %s %.*s, nothing was claimed", lc_attr_names[attr],
                 LC_S_ARG(want));
    else if (!lc_slice_eq(c->value, want))
        complain(p->where, "expected %s \"%.*s\", got \"%.*s\"", lc_attr_names[attr],
                 LC_S_ARG(want), LC_S_ARG(c->value));
}

/* No other platform, and no look-alike taken for a camera or the other way round. */
static void check_alone(const struct proof *p, const struct lc_signature *s,
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
            complain(p->where, "cross-match: %.*s claims platform %.*s",
                     LC_S_ARG(o->claims[i].signature), LC_S_ARG(o->claims[i].value));
    }
    if (lc_slice_eq(o->value[LC_A_CLASS], no) != (own && lc_slice_eq(own->value, no)))
        complain(p->where, "comes out as class %.*s", LC_S_ARG(o->value[LC_A_CLASS]));
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

static bool run_proof(struct lc_identifier *id, struct lc_cur *at)
{
    static struct lc_identity o;
    static struct lc_slice also[UINT8_MAX];
    const struct lc_signature *s;
    struct proof p;

    if (!read_proof(id->kb, at, &p) || !(s = signature_of(id, p.signature)))
        return false;
    lc_identify(id, p.facts, &o);
    if (p.must_match)
        check_claims(&p, s, &o);
    else if (claim_by(&o, s->id, (enum lc_attr)s->claims[0].attr))
        complain(p.where, "the counter-example matches %.*s", LC_S_ARG(s->id));
    for (unsigned i = 0; i < p.expects_n; i++) {
        uint8_t attr = lc_cur_u8(at);
        struct lc_slice want = lc_kb_take_string(id->kb, at);

        if (attr >= LC_A_COUNT)
            return false;
        check_expected(&p, want, (enum lc_attr)attr, &o);
    }
    for (unsigned i = 0; i < p.also_n; i++)
        also[i] = lc_kb_take_string(id->kb, at);
    if (p.must_match)
        check_alone(&p, s, &o, also);
    return !at->bad;
}

static void run_proofs(struct lc_identifier *id)
{
    struct lc_cur at = {.s = lc_kb_section(id->kb, "EXAM")};
    uint32_t n = lc_cur_le32(&at);

    for (uint32_t i = 0; i < n && !at.bad; i++)
        if (!run_proof(id, &at))
            at.bad = true;
    if (at.bad)
        complain(LC_S("EXAM"), "the section is damaged");
    if (failures == 0)
        printf("%zu signatures, %zu model names, %u examples and counter-examples, version %s\n",
               id->sigs_n, id->models_n, (unsigned)n, lc_kb_version(id->kb));
}

static bool read_file(const char *path, struct lc_buf *out)
{
    uint8_t piece[4096];
    FILE *f = fopen(path, "rb");
    size_t n;

    if (!f)
        return false;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        (void)lc_buf_put(out, lc_slice_of(piece, n));
    fclose(f);
    return !out->full;
}

int main(int argc, char **argv)
{
    struct lc_slice blob = lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n);
    struct lc_kb *kb = NULL;
    struct lc_identifier *id = NULL;
    struct lc_err err;
    struct lc_buf file;

    lc_buf_init(&file, 16U << 20);
    if (argc > 1 && !read_file(argv[1], &file)) {
        fprintf(stderr, "%s: cannot be read\n", argv[1]);
        return 2;
    }
    if (argc > 1)
        blob = lc_buf_view(&file);
    if (lc_kb_open(blob, &kb, &err) != LC_OK || lc_identifier_open(kb, &id, &err) != LC_OK) {
        fprintf(stderr, "%s\n", err.text);
        failures++;
    } else {
        run_proofs(id);
    }
    lc_identifier_close(id);
    lc_kb_close(kb);
    lc_buf_free(&file);
    return failures != 0;
}
