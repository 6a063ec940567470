/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the operator's file of places. It is a person's file, so it is read strictly and a fault
 * is told with its line; nothing is guessed. Fields are unquoted in place, so that nothing is
 * copied. Ranges nest or are apart: a lookup is one binary search and a walk up to the prefix
 * around.
 */
#include "report/places.h"

#include "base/tr.h"
#include "scope/file.h"

#include <stdlib.h>
#include <string.h>

enum column { C_PREFIX, C_OPERATOR, C_ASN, C_PROVINCE, C_CONTACT, C_COUNT };

#define COLUMNS_MAX 32U

static const char *const names[C_COUNT] = {"prefix", "operator", "asn", "province", "contact"};

struct reader {
    const char *name;
    uint8_t *at, *end;
    uint32_t line, next; /* of the record, and of what follows it */
    bool more;           /* of the record's fields */
    uint8_t column[COLUMNS_MAX];
    size_t columns_n;
    struct lc_err *err;
};

static enum lc_status fault(const struct reader *r, const char *what)
{
    return lc_fail(r->err, LC_EPARSE, "%s:%u: %s", r->name, (unsigned)r->line, what);
}

/* A field that begins with a quote; the closing one is passed. */
static enum lc_status quoted(struct reader *r, struct lc_slice *out)
{
    uint8_t *to = ++r->at, *from = to;

    for (; r->at < r->end; r->at++) {
        if (*r->at == '"') {
            if (r->at + 1 == r->end || r->at[1] != '"')
                break;
            r->at++;
        }
        r->next += *r->at == '\n';
        *to++ = *r->at;
    }
    if (r->at == r->end)
        return fault(r, _("a quoted field does not end: put a \" behind it"));
    r->at++;
    *out = lc_slice_of(from, (size_t)(to - from));
    return LC_OK;
}

static enum lc_status take_field(struct reader *r, struct lc_slice *out)
{
    enum lc_status st = LC_OK;

    if (r->at < r->end && *r->at == '"') {
        st = quoted(r, out);
    } else {
        uint8_t *from = r->at;

        while (r->at < r->end && *r->at != ',' && *r->at != '\n')
            r->at++;
        *out = lc_slice_of(from, (size_t)(r->at - from));
    }
    if (st != LC_OK)
        return st;
    *out = lc_slice_trim(*out);
    if (out->n > LC_PLACES_TEXT)
        return fault(r, _("a field is longer than 128 bytes"));
    if (r->at < r->end && *r->at == '\r')
        r->at++;
    if (r->at < r->end && *r->at != ',' && *r->at != '\n')
        return fault(r, _("there is text behind a quoted field: put a comma between"));
    r->more = r->at < r->end && *r->at == ',';
    r->at += r->at < r->end;
    return LC_OK;
}

static enum lc_status take_header(struct reader *r)
{
    bool has_prefix = false;
    struct lc_slice f;

    r->line = r->next++;
    if (r->end - r->at >= 3 && memcmp(r->at, "\xef\xbb\xbf", 3) == 0)
        r->at += 3;
    do {
        uint8_t c = 0;
        enum lc_status st = take_field(r, &f);

        if (st != LC_OK)
            return st;
        while (c < C_COUNT && !lc_slice_ieq(f, lc_slice_str(names[c])))
            c++;
        if (r->columns_n == COLUMNS_MAX)
            return fault(r, _("there are more than 32 columns"));
        r->column[r->columns_n++] = c;
        has_prefix |= c == C_PREFIX;
    } while (r->more);
    return has_prefix
               ? LC_OK
               : fault(r, _("the first line names the columns, and one of them is \"prefix\": "
                            "prefix,operator,asn,province,contact"));
}

static enum lc_status take_record(struct reader *r, struct lc_place *p)
{
    struct lc_slice got[C_COUNT + 1] = {{NULL, 0}}, f;
    size_t n = 0;

    r->line = r->next++;
    do {
        enum lc_status st = take_field(r, &f);

        if (st != LC_OK)
            return st;
        if (n == r->columns_n)
            return fault(r, _("there are more fields than columns in the first line"));
        got[r->column[n++]] = f;
    } while (r->more);
    if (n == 1 && f.n == 0)
        return LC_AGAIN; /* an empty line */
    if (lc_range_parse(got[C_PREFIX], &p->range) != LC_OK)
        return fault(r, _("the prefix is no network: write it as 192.0.2.0/24 or 2001:db8::/32, "
                          "without bits behind the prefix"));
    p->op = got[C_OPERATOR];
    p->asn = got[C_ASN];
    p->province = got[C_PROVINCE];
    p->contact = got[C_CONTACT];
    p->line = r->line;
    return LC_OK;
}

static int by_range(const void *pa, const void *pb)
{
    const struct lc_place *a = pa, *b = pb;
    int d = lc_addr_cmp(&a->range.first, &b->range.first);

    return d ? d : lc_addr_cmp(&b->range.last, &a->range.last);
}

/* Sorted, each place follows the one around it. */
static enum lc_status nest(struct lc_places *p, struct reader *r)
{
    uint32_t open = 0; /* the innermost that may still hold the next one */

    qsort(p->v, p->n, sizeof *p->v, by_range);
    for (uint32_t i = 0; i < p->n; i++) {
        struct lc_place *e = &p->v[i];

        while (open && lc_addr_cmp(&p->v[open - 1].range.last, &e->range.first) < 0)
            open = p->v[open - 1].parent;
        e->parent = open;
        r->line = e->line;
        if (open && by_range(&p->v[open - 1], e) == 0)
            return fault(r, _("this prefix stands twice: leave one of the lines out"));
        if (open && lc_addr_cmp(&p->v[open - 1].range.last, &e->range.last) < 0)
            return fault(r, _("this range overlaps another one: write prefixes that nest"));
        open = i + 1;
    }
    return LC_OK;
}

static enum lc_status push(struct lc_places *p, const struct lc_place *one, struct reader *r)
{
    if (p->n == LC_PLACES_MAX)
        return fault(r, _("there are more than 262144 prefixes: split the file"));
    if (p->n == p->cap) {
        size_t cap = p->cap ? 2 * p->cap : 64;
        struct lc_place *v = lc_realloc_n(p->v, cap, sizeof *v);

        if (!v)
            return lc_fail(r->err, LC_ENOMEM, "%s", _("out of memory"));
        p->v = v;
        p->cap = cap;
    }
    p->v[p->n++] = *one;
    return LC_OK;
}

enum lc_status lc_places_parse(const char *name, struct lc_places *p, struct lc_err *err)
{
    struct reader r = {.name = name, .at = p->text.p, .next = 1, .err = err};
    enum lc_status st;

    r.end = p->text.n ? p->text.p + p->text.n : NULL;
    st = take_header(&r);
    while (st == LC_OK && r.at < r.end) {
        struct lc_place one = {.parent = 0};

        st = take_record(&r, &one);
        if (st == LC_OK)
            st = push(p, &one, &r);
        else if (st == LC_AGAIN)
            st = LC_OK;
    }
    return st == LC_OK && p->n ? nest(p, &r) : st;
}

enum lc_status lc_places_read(const char *path, struct lc_places *out, struct lc_err *err)
{
    enum lc_status st;

    *out = (struct lc_places){.n = 0};
    lc_buf_init(&out->text, LC_PLACES_BYTES);
    st = lc_file_read(path, &out->text, NULL, err);
    if (st == LC_OK)
        st = lc_places_parse(path, out, err);
    if (st != LC_OK)
        lc_places_free(out);
    return st;
}

const struct lc_place *lc_places_find(const struct lc_places *p, const struct lc_addr *a)
{
    size_t low = 0, high = p->n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (lc_addr_cmp(&p->v[mid].range.first, a) <= 0)
            low = mid + 1;
        else
            high = mid;
    }
    while (low && !lc_range_has(&p->v[low - 1].range, a))
        low = p->v[low - 1].parent;
    return low ? &p->v[low - 1] : NULL;
}

void lc_places_free(struct lc_places *p)
{
    lc_free(p->v);
    lc_buf_free(&p->text);
    *p = (struct lc_places){.n = 0};
}
