/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packed facts from anywhere (a store, another process): the reader ends, stays inside, and agrees
 * with a second reader written here from the layout in facts.h. What it accepts can be copied,
 * derived from and searched.
 */
#include "fuzz.h"
#include "proto/proto.h"

static bool typed(const struct lc_fact_info *info, struct lc_slice v)
{
    if (info->type == LC_FT_STRING)
        return v.n > 0 && v.n <= info->max;
    return info->type == LC_FT_INT ? v.n == 8 : v.n == 1 && v.p[0] <= 1;
}

/* Number of known facts; LC_NPOS when the blob is not well-formed. */
static size_t count(struct lc_slice blob)
{
    struct lc_cur c = {.s = blob};
    size_t n = 0;

    while (c.s.n) {
        unsigned name = lc_cur_le16(&c);
        struct lc_slice v;

        (void)lc_cur_le32(&c);
        v = lc_cur_take(&c, lc_cur_le16(&c));
        if (c.bad)
            return LC_NPOS;
        if (name == 0 || name >= LC_F_COUNT || !lc_fact_infos[name].name)
            continue;
        if (!typed(&lc_fact_infos[name], v))
            return LC_NPOS;
        n++;
    }
    return n;
}

/* Copies what the reader gives; LC_NPOS when it calls the blob malformed. */
static size_t read_all(struct lc_slice blob, struct lc_facts *out)
{
    struct lc_cur at = {.s = blob};
    struct lc_fact fact, found;
    enum lc_status st;
    size_t n = 0;

    while ((st = lc_facts_next(&at, &fact)) == LC_OK) {
        FUZZ_CHECK(fuzz_inside(fact.value, blob) && ++n <= blob.n / 8);
        FUZZ_CHECK(lc_facts_find(blob, fact.name, fact.port, &found));
        (void)lc_fact_as_int(&fact);
        lc_facts_add(out, &fact);
    }
    FUZZ_CHECK(st == LC_DONE || st == LC_EPARSE);
    return st == LC_DONE ? n : LC_NPOS;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_slice blob = fuzz_copy(lc_slice_of(p, n < LC_FACTS_MAX ? n : LC_FACTS_MAX));
    struct lc_facts f;

    lc_facts_init(&f);
    FUZZ_CHECK(read_all(blob, &f) == count(blob));
    lc_derive_all(&f);
    FUZZ_CHECK(count(lc_buf_view(&f.buf)) != LC_NPOS);
    lc_facts_free(&f);
    fuzz_free(blob);
    return 0;
}
