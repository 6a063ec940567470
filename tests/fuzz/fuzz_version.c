/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Versions that a device made up. An input is one byte that chooses the scheme, then three versions
 * in lines: whatever can be read obeys the laws of an order, and its parts lie in its text.
 */
#include "flaws.h"

static enum lc_order turned(enum lc_order o)
{
    return o == LC_LESS ? LC_GREATER : o == LC_GREATER ? LC_LESS : o;
}

static void check_one(const struct lc_scheme *s, const struct lc_version *v, struct lc_slice text)
{
    for (size_t i = 0; i < sizeof v->code / sizeof *v->code; i++)
        FUZZ_CHECK(fuzz_inside(v->code[i], text));
    FUZZ_CHECK(v->numbers.n <= LC_VERSION_NUMBERS);
    FUZZ_CHECK(v->date < 99991232U * UINT64_C(10000));
    FUZZ_CHECK(lc_version_compare(s, v, v).order == LC_EQUAL);
}

static void check_three(const struct lc_scheme *s, const struct lc_version v[3])
{
    struct lc_compared ab = lc_version_compare(s, &v[0], &v[1]);
    struct lc_compared bc = lc_version_compare(s, &v[1], &v[2]);

    FUZZ_CHECK(lc_version_compare(s, &v[1], &v[0]).order == turned(ab.order));
    FUZZ_CHECK((ab.order == LC_INCOMPARABLE) == (ab.why != LC_OW_NONE));
    if (ab.order == bc.order && (ab.order == LC_LESS || ab.order == LC_GREATER))
        FUZZ_CHECK(lc_version_compare(s, &v[0], &v[2]).order == ab.order);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_flawset *f = fuzz_flaws();
    const struct lc_scheme *s = &f->schemes[n ? p[0] % f->schemes_n : 0];
    struct lc_slice whole = fuzz_copy(lc_slice_of(n ? p + 1 : p, n ? n - 1 : 0));
    struct lc_slice rest = whole, line;
    struct lc_version v[3];
    size_t read = 0;

    while (read < 3 && lc_slice_next(&rest, '\n', &line) == LC_OK)
        if (lc_version_read(s, f->machine, line, &v[read]) == LC_OK)
            check_one(s, &v[read++], whole);
    if (read == 3)
        check_three(s, v);
    fuzz_free(whole);
    return 0;
}
