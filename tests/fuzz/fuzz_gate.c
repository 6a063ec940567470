/* SPDX-License-Identifier: Apache-2.0 */
/* The gate's bytes: what is accepted packs to the same bytes, and its lists decide as they say. */
#include "fuzz.h"
#include "scope/scope.h"

static bool in_list(const struct lc_range *v, size_t n, const struct lc_addr *a)
{
    for (size_t i = 0; i < n; i++)
        if (lc_range_has(&v[i], a))
            return true;
    return false;
}

static void check_edges(const struct lc_gate *g, const struct lc_range *v, size_t n, int64_t now_s)
{
    bool in_time = (!g->not_before_s || now_s >= g->not_before_s) &&
                   (!g->not_after_s || now_s <= g->not_after_s);

    for (size_t i = 0; i < n && i < 32; i++) {
        struct lc_addr edge[4] = {v[i].first, v[i].last, lc_addr_prev(&v[i].first),
                                  lc_addr_next(&v[i].last)};

        for (size_t k = 0; k < 4; k++) {
            bool may = in_time && in_list(g->allow, g->allow_n, &edge[k]) &&
                       !in_list(g->exclude, g->exclude_n, &edge[k]) &&
                       !in_list(g->never, g->never_n, &edge[k]);

            FUZZ_CHECK(lc_gate_check(g, &edge[k], now_s) == may);
        }
    }
}

static void check_same(const struct lc_gate *g, struct lc_slice bytes)
{
    struct lc_scope s = {.allow_n = g->allow_n,
                         .exclude_n = g->exclude_n,
                         .never_n = g->never_n,
                         .allow = g->allow,
                         .exclude = g->exclude,
                         .never = g->never,
                         .not_before_s = g->not_before_s,
                         .not_after_s = g->not_after_s,
                         .rates = g->rates,
                         .checks = g->checks};
    struct lc_buf out;

    lc_buf_init(&out, 1U << 20);
    FUZZ_CHECK(lc_gate_pack(&s, &out) == LC_OK);
    FUZZ_CHECK(lc_slice_eq(lc_buf_view(&out), bytes));
    lc_buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_slice bytes = fuzz_copy(lc_slice_of(p, n));
    struct lc_gate g;

    if (lc_gate_unpack(bytes, &g) == LC_OK) {
        check_same(&g, bytes);
        check_edges(&g, g.allow, g.allow_n, 1790000000);
        check_edges(&g, g.exclude, g.exclude_n, g.not_after_s);
        check_edges(&g, g.never, g.never_n, g.not_before_s);
        lc_gate_free(&g);
    } else {
        FUZZ_CHECK(!g.allow && !g.exclude && !g.never);
    }
    fuzz_free(bytes);
    return 0;
}
