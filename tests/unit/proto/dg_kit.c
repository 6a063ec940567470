/* SPDX-License-Identifier: Apache-2.0 */
#include "dg_kit.h"

#include "base/mem.h"

#include <string.h>

struct lc_buf dg_build(enum lc_dgram_id id, const struct lc_dgram_ask *ask)
{
    struct lc_buf out;

    lc_buf_init(&out, LC_DGRAM_OUT);
    assert_non_null(lc_dgram_get(id)->build);
    lc_dgram_get(id)->build(ask, &out);
    assert_false(out.full);
    assert_true(out.n > 0);
    return out;
}

enum lc_status dg_parse(enum lc_dgram_id id, const struct lc_dgram_ask *ask, const char *from,
                        struct lc_slice in, struct lc_facts *facts)
{
    struct lc_addr addr;

    assert_int_equal(lc_addr_parse(lc_slice_str(from), &addr), LC_OK);
    lc_facts_init(facts);
    facts->exch = (uint8_t)(LC_DGRAM_EXCH + id);
    return lc_dgram_get(id)->parse(ask, &addr, in, facts);
}

static bool has(const struct lc_facts *f, enum lc_fact_name name, struct lc_slice want)
{
    struct lc_cur at = {.s = lc_buf_view(&f->buf)};
    struct lc_fact fact;

    while (lc_facts_next(&at, &fact) == LC_OK)
        if (fact.name == name && lc_slice_eq(fact.value, want))
            return true;
    return false;
}

void dg_is(const struct lc_facts *f, enum lc_fact_name name, const char *text)
{
    if (!has(f, name, lc_slice_str(text)))
        fail_msg("%s is not \"%s\"", lc_fact_infos[name].name, text);
}

void dg_is_int(const struct lc_facts *f, enum lc_fact_name name, int64_t value)
{
    struct lc_cur at = {.s = lc_buf_view(&f->buf)};
    struct lc_fact fact;

    while (lc_facts_next(&at, &fact) == LC_OK)
        if (fact.name == name && lc_fact_as_int(&fact) == value)
            return;
    fail_msg("%s is not %lld", lc_fact_infos[name].name, (long long)value);
}

void dg_absent(const struct lc_facts *f, enum lc_fact_name name)
{
    struct lc_fact fact;

    if (lc_facts_find(lc_buf_view(&f->buf), name, 0, &fact))
        fail_msg("%s should not be there", lc_fact_infos[name].name);
}

void dg_nowhere(const struct lc_facts *f, struct lc_slice secret)
{
    assert_int_equal(lc_slice_find(lc_buf_view(&f->buf), secret, 0), LC_NPOS);
}

/* One hostile variant, in memory of exactly its size so that a read past its end is caught. */
static void try_one(enum lc_dgram_id id, const struct lc_dgram_ask *ask, const char *from,
                    const uint8_t *p, size_t n)
{
    uint8_t *copy = lc_alloc(n ? n : 1);
    struct lc_facts facts;
    struct lc_cur at;
    struct lc_fact fact;
    enum lc_status st, next;

    assert_non_null(copy);
    memcpy(copy, p, n);
    st = dg_parse(id, ask, from, lc_slice_of(copy, n), &facts);
    assert_true(st == LC_OK || st == LC_EPARSE || st == LC_EREFUSED);
    if (st != LC_OK)
        assert_int_equal(facts.buf.n, 0);
    at = (struct lc_cur){.s = lc_buf_view(&facts.buf)};
    while ((next = lc_facts_next(&at, &fact)) == LC_OK)
        assert_int_equal(fact.port, 0);
    assert_int_equal(next, LC_DONE);
    lc_facts_free(&facts);
    lc_free(copy);
}

void dg_torture(enum lc_dgram_id id, const struct lc_dgram_ask *ask, const char *from,
                struct lc_slice in)
{
    static const uint8_t noise[] = {0x00, 0xff, 0x7f, 0x80, '<', '"', '{', 0x01};
    static uint8_t room[LC_DGRAM_MAX];
    struct lc_facts facts;

    assert_int_equal(dg_parse(id, ask, from, in, &facts), LC_OK);
    lc_facts_free(&facts);
    assert_true(in.n + 64 <= sizeof room);
    for (size_t n = 0; n <= in.n; n++)
        try_one(id, ask, from, in.p, n);
    for (size_t i = 0; i < in.n; i++)
        for (size_t k = 0; k < sizeof noise; k++) {
            memcpy(room, in.p, in.n);
            room[i] = noise[k];
            try_one(id, ask, from, room, in.n);
        }
    memcpy(room, in.p, in.n);
    for (size_t k = 0; k < 64; k++)
        room[in.n + k] = noise[k % sizeof noise];
    try_one(id, ask, from, room, in.n + 64);
    for (size_t n = 0; n < sizeof room; n += in.n)
        memcpy(room + n, in.p, in.n <= sizeof room - n ? in.n : sizeof room - n);
    try_one(id, ask, from, room, 60000);
}
