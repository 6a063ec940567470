/* SPDX-License-Identifier: Apache-2.0 */
/* Packed fact records: writing, reading, finding. The layout stands in facts.h. */
#include "facts/facts.h"

#include <assert.h>
#include <string.h>

#define HEADER_N 8U

void lc_facts_init(struct lc_facts *f)
{
    *f = (struct lc_facts){.port = 0};
    lc_buf_init(&f->buf, LC_FACTS_MAX);
}

void lc_facts_free(struct lc_facts *f)
{
    lc_buf_free(&f->buf);
}

/* Is there a record of this name, port and exchange already? */
static bool present(const struct lc_facts *f, const struct lc_fact *fact)
{
    struct lc_cur at = {.s = lc_buf_view(&f->buf)};
    struct lc_fact have;

    while (lc_facts_next(&at, &have) == LC_OK)
        if (have.name == fact->name && have.port == fact->port &&
            (have.exch == fact->exch || lc_slice_eq(have.value, fact->value)))
            return true;
    return false;
}

/* A repeated value of a `many` fact on the same port says nothing new. */
static bool repeated(const struct lc_facts *f, const struct lc_fact *fact)
{
    struct lc_cur at = {.s = lc_buf_view(&f->buf)};
    struct lc_fact have;

    while (lc_facts_next(&at, &have) == LC_OK)
        if (have.name == fact->name && have.port == fact->port && have.exch == fact->exch &&
            lc_slice_eq(have.value, fact->value))
            return true;
    return false;
}

void lc_facts_add(struct lc_facts *f, const struct lc_fact *fact)
{
    const struct lc_fact_info *info;

    assert(fact->name > LC_F_NONE && fact->name < LC_F_COUNT && lc_fact_infos[fact->name].name);
    info = &lc_fact_infos[fact->name];
    assert(fact->value.n <= UINT16_MAX);
    if (info->many ? repeated(f, fact) : present(f, fact))
        return;
    if (lc_buf_reserve(&f->buf, HEADER_N + fact->value.n) != LC_OK)
        return;
    (void)lc_buf_le16(&f->buf, (uint16_t)fact->name);
    (void)lc_buf_le16(&f->buf, fact->port);
    (void)lc_buf_u8(&f->buf, fact->exch);
    (void)lc_buf_u8(&f->buf, fact->flags);
    (void)lc_buf_le16(&f->buf, (uint16_t)fact->value.n);
    (void)lc_buf_put(&f->buf, fact->value);
}

static void add_typed(struct lc_facts *f, enum lc_fact_name name, enum lc_fact_type type,
                      struct lc_slice value, uint8_t flags)
{
    struct lc_fact fact = {name, f->port, f->exch, flags, value};

    assert(name > LC_F_NONE && name < LC_F_COUNT && lc_fact_infos[name].type == type);
    lc_facts_add(f, &fact);
}

void lc_facts_str(struct lc_facts *f, enum lc_fact_name name, struct lc_slice value)
{
    uint8_t flags = 0;

    if (value.n == 0)
        return;
    if (value.n > lc_fact_infos[name].max) {
        value.n = lc_fact_infos[name].max;
        flags = LC_FACT_CUT;
    }
    add_typed(f, name, LC_FT_STRING, value, flags);
}

void lc_facts_int(struct lc_facts *f, enum lc_fact_name name, int64_t value)
{
    uint8_t raw[8];

    for (size_t i = 0; i < 8; i++)
        raw[i] = (uint8_t)((uint64_t)value >> (8 * i));
    add_typed(f, name, LC_FT_INT, lc_slice_of(raw, 8), 0);
}

void lc_facts_bool(struct lc_facts *f, enum lc_fact_name name, bool value)
{
    uint8_t raw = value;

    add_typed(f, name, LC_FT_BOOL, lc_slice_of(&raw, 1), 0);
}

static bool well_typed(const struct lc_fact_info *info, struct lc_slice value)
{
    switch (info->type) {
    case LC_FT_STRING:
        return value.n > 0 && value.n <= info->max;
    case LC_FT_INT:
        return value.n == 8;
    case LC_FT_BOOL:
        return value.n == 1 && value.p[0] <= 1;
    }
    return false;
}

/* The hottest loop of the whole program (identification reads every fact several times), so the
 * header is taken apart in place instead of through the cursor's calls. */
enum lc_status lc_facts_next(struct lc_cur *at, struct lc_fact *out)
{
    while (at->s.n) {
        const uint8_t *p = at->s.p;
        size_t n;
        unsigned name;

        n = at->s.n >= HEADER_N ? (size_t)(p[6] | p[7] << 8) : 0;
        if (at->bad || at->s.n < HEADER_N || n > at->s.n - HEADER_N) {
            at->bad = true;
            return LC_EPARSE;
        }
        name = (unsigned)(p[0] | p[1] << 8);
        at->s = (struct lc_slice){p + HEADER_N + n, at->s.n - HEADER_N - n};
        if (name == 0 || name >= LC_F_COUNT || lc_fact_infos[name].name == NULL)
            continue;
        *out = (struct lc_fact){
            (enum lc_fact_name)name, (uint16_t)(p[2] | p[3] << 8), p[4], p[5], {p + HEADER_N, n}};
        return well_typed(&lc_fact_infos[name], out->value) ? LC_OK : LC_EPARSE;
    }
    return LC_DONE;
}

bool lc_facts_find(struct lc_slice blob, enum lc_fact_name name, uint16_t port, struct lc_fact *out)
{
    struct lc_cur at = {.s = blob};

    while (lc_facts_next(&at, out) == LC_OK)
        if (out->name == name && (port == 0 || out->port == port))
            return true;
    return false;
}

int64_t lc_fact_as_int(const struct lc_fact *f)
{
    uint64_t v = 0;

    for (size_t i = f->value.n < 8 ? f->value.n : 8; i-- > 0;)
        v = v << 8 | f->value.p[i];
    return (int64_t)v;
}

enum lc_fact_name lc_fact_by_name(struct lc_slice name)
{
    for (unsigned i = 1; i < LC_F_COUNT; i++)
        if (lc_fact_infos[i].name && lc_slice_eq(lc_slice_str(lc_fact_infos[i].name), name))
            return (enum lc_fact_name)i;
    return LC_F_NONE;
}
