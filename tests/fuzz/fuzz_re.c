/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns over hostile text: work stays inside its promised bound, captures inside the text. An
 * input is one byte of choices (1: ignore case), the pattern up to the first LF, then the text.
 */
#include "fuzz.h"
#include "identify/re.h"

static void check_match(const struct lc_re *re, const struct lc_re_match *m, struct lc_slice text,
                        bool fold)
{
    struct lc_slice literal = lc_re_literal(re);

    FUZZ_CHECK(m->cap[0].p != NULL);
    for (unsigned i = 0; i <= LC_RE_CAPTURES; i++) {
        FUZZ_CHECK(fuzz_inside(m->cap[i], text) && fuzz_inside(m->cap[i], m->cap[0]));
        FUZZ_CHECK(i <= lc_re_captures(re) || m->cap[i].n == 0);
    }
    if (literal.n)
        FUZZ_CHECK((fold ? lc_slice_ifind(m->cap[0], literal, 0)
                         : lc_slice_find(m->cap[0], literal, 0)) != LC_NPOS);
}

static void run(const struct lc_re *re, struct lc_slice text, bool fold)
{
    static struct lc_re_machine *machine;
    struct lc_slice seen = lc_slice_sub(text, 0, LC_RE_TEXT);
    struct lc_re_match m, again;
    bool hit;

    if (!machine)
        machine = lc_re_machine_new();
    FUZZ_CHECK(machine != NULL);
    hit = lc_re_run(re, machine, text, &m);
    FUZZ_CHECK(lc_re_steps(machine) <= lc_re_size(re) * (seen.n + 1));
    if (hit)
        check_match(re, &m, seen, fold);
    FUZZ_CHECK(lc_re_run(re, machine, text, &again) == hit); /* nothing is left over in it */
    FUZZ_CHECK(!hit || memcmp(&m, &again, sizeof m.cap[0]) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_slice all = lc_slice_of(p + 1, n ? n - 1 : 0), pattern, text;
    size_t lf = lc_slice_chr(all, '\n', 0);
    const char *why = NULL;
    struct lc_re *re;

    if (n == 0)
        return 0;
    pattern = fuzz_copy(lc_slice_sub(all, 0, lf == LC_NPOS ? all.n : lf));
    text = fuzz_copy(lc_slice_from(all, lf == LC_NPOS ? all.n : lf + 1));
    if (lc_re_compile(pattern, p[0] & 1, &re, &why) == LC_OK) {
        FUZZ_CHECK(lc_re_captures(re) <= LC_RE_CAPTURES && lc_re_size(re) > 0);
        run(re, text, p[0] & 1);
        lc_re_free(re);
    } else {
        FUZZ_CHECK(why && *why);
    }
    fuzz_free(text);
    fuzz_free(pattern);
    return 0;
}
