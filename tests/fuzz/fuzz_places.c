/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of places. Whatever the text: an accepted one is sorted, its ranges nest, and a lookup
 * gives the narrowest range that holds the address, as a search through all of them does; a refused
 * one names its line.
 */
#include "fuzz.h"
#include "report/places.h"

#include <string.h>

static const struct lc_place *narrowest(const struct lc_places *p, const struct lc_addr *a)
{
    const struct lc_place *best = NULL;

    for (size_t i = 0; i < p->n; i++) {
        const struct lc_range *r = &p->v[i].range;

        if (lc_range_has(r, a) && (!best || (lc_range_has(&best->range, &r->first) &&
                                             lc_range_has(&best->range, &r->last))))
            best = &p->v[i];
    }
    return best;
}

static void look_up(const struct lc_places *p, const struct lc_addr *a)
{
    FUZZ_CHECK(lc_places_find(p, a) == narrowest(p, a));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct lc_places p = {.n = 0};
    struct lc_err err = {""};

    lc_buf_init(&p.text, 1U << 20);
    if (n && lc_buf_put(&p.text, lc_slice_of(data, n)) != LC_OK)
        return 0;
    if (lc_places_parse("places", &p, &err) != LC_OK)
        FUZZ_CHECK(strncmp(err.text, "places:", 7) == 0);
    else
        for (size_t i = 0; i < p.n && i < 64; i++) {
            struct lc_addr next = lc_addr_next(&p.v[i].range.last);

            look_up(&p, &p.v[i].range.first);
            look_up(&p, &p.v[i].range.last);
            look_up(&p, &next);
        }
    lc_places_free(&p);
    return 0;
}
