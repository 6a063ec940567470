/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading challenges: "Digest realm="x", nonce="y", Basic realm="z"" is a flat run of tokens in
 * which a word followed by "=" is a parameter and any other word is the next scheme. One forward
 * walk serves blanking, nonce and derivation.
 */
#include "proto/auth.h"
#include "base/hash.h"
#include "proto/emit.h"

#include <string.h>

enum part { PART_SCHEME, PART_PARAM };

struct item {
    enum part part;
    bool listed;           /* behind a comma: a scheme there is one, elsewhere it is NTLM's token */
    struct lc_slice name;  /* scheme, or parameter name */
    struct lc_slice value; /* PART_PARAM: between the quotes, or bare */
};

static bool token_end(uint8_t c)
{
    return c == ' ' || c == '\t' || c == ',' || c == '=' || c == '\r' || c == '\n' || c == '"';
}

static size_t skip_blank(struct lc_slice s, size_t at)
{
    while (at < s.n && (s.p[at] == ' ' || s.p[at] == '\t' || s.p[at] == '\r' || s.p[at] == '\n'))
        at++;
    return at;
}

/* Value behind "=": quoted with backslash escapes, or up to the next blank or comma. */
static size_t take_value(struct lc_slice s, size_t at, struct lc_slice *out)
{
    size_t from = at;

    if (at < s.n && s.p[at] == '"') {
        from = ++at;
        while (at < s.n && s.p[at] != '"')
            at += s.p[at] == '\\' && at + 1 < s.n ? 2 : 1;
        *out = lc_slice_sub(s, from, at - from);
        return at < s.n ? at + 1 : s.n;
    }
    while (at < s.n && s.p[at] != ',' && s.p[at] != ' ' && s.p[at] != '\t')
        at++;
    *out = lc_slice_sub(s, from, at - from);
    return at;
}

/* Takes the next item off the front of `s`. */
static bool next_item(struct lc_slice *s, struct item *out)
{
    size_t at = 0, end, eq;

    out->listed = false;
    for (; at < s->n && token_end(s->p[at]); at++)
        out->listed |= s->p[at] == ',';
    if (at == s->n)
        return false;
    end = at;
    while (end < s->n && !token_end(s->p[end]))
        end++;
    out->name = lc_slice_sub(*s, at, end - at);
    out->part = PART_SCHEME;
    out->value = (struct lc_slice){NULL, 0};
    eq = skip_blank(*s, end);
    if (eq < s->n && s->p[eq] == '=') {
        out->part = PART_PARAM;
        end = take_value(*s, skip_blank(*s, eq + 1), &out->value);
    }
    *s = lc_slice_from(*s, end);
    return true;
}

static bool secret(const struct item *it)
{
    return it->part == PART_PARAM &&
           (lc_slice_ieq(it->name, LC_S("nonce")) || lc_slice_ieq(it->name, LC_S("opaque")) ||
            lc_slice_ieq(it->name, LC_S("nextnonce")));
}

void lc_auth_blank(struct lc_slice header, struct lc_buf *out)
{
    struct lc_slice rest = header;
    size_t kept = 0;
    struct item it;

    while (next_item(&rest, &it)) {
        if (!secret(&it) || it.value.n == 0)
            continue;
        (void)lc_buf_put(out, lc_slice_sub(header, kept, (size_t)(it.value.p - header.p) - kept));
        kept = (size_t)(it.value.p - header.p) + it.value.n;
    }
    (void)lc_buf_put(out, lc_slice_from(header, kept));
}

struct lc_slice lc_auth_nonce(struct lc_slice header)
{
    struct item it;

    while (next_item(&header, &it))
        if (it.part == PART_PARAM && lc_slice_ieq(it.name, LC_S("nonce")))
            return it.value;
    return (struct lc_slice){NULL, 0};
}

static size_t lower(struct lc_slice s, uint8_t *out, size_t cap)
{
    size_t n = s.n < cap ? s.n : cap;

    for (size_t i = 0; i < n; i++)
        out[i] = s.p[i] >= 'A' && s.p[i] <= 'Z' ? (uint8_t)(s.p[i] | 0x20) : s.p[i];
    return n;
}

static size_t unquote(struct lc_slice s, uint8_t *out, size_t cap)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n && n < cap; i++) {
        if (s.p[i] == '\\' && i + 1 < s.n)
            i++;
        out[n++] = s.p[i];
    }
    return n;
}

void lc_auth_derive(const struct lc_fact *fact, struct lc_facts *out, enum lc_fact_name scheme,
                    enum lc_fact_name realm)
{
    struct lc_slice rest = fact->value;
    uint8_t text[512], source[512];
    struct item it;

    /* `fact` may lie in `out` itself, whose memory moves when it grows. */
    if (rest.n > sizeof source)
        rest.n = sizeof source;
    if (rest.n)
        memcpy(source, rest.p, rest.n);
    rest.p = source;
    for (bool first = true; next_item(&rest, &it); first = false) {
        if (it.part == PART_SCHEME && (first || it.listed))
            lc_emit_derived(out, fact, scheme, lc_slice_of(text, lower(it.name, text, 16)));
        else if (it.part == PART_PARAM && lc_slice_ieq(it.name, LC_S("realm")))
            lc_emit_derived(out, fact, realm,
                            lc_slice_of(text, unquote(it.value, text, sizeof text)));
    }
}

void lc_nonces_add(struct lc_nonces *w, unsigned conn, struct lc_slice nonce)
{
    static const uint64_t key[2] = {0x6c656e73, 0x63617021}; /* only compared within one dialogue */
    uint64_t hash = lc_siphash(key, nonce);

    if (nonce.n == 0 || w->n == LC_NONCES)
        return;
    for (unsigned i = 0; i < w->n; i++) {
        if (w->conn[i] == conn)
            continue;
        w->two = true;
        w->reused |= w->hash[i] == hash;
    }
    w->hash[w->n] = hash;
    w->conn[w->n++] = (uint8_t)conn;
}
