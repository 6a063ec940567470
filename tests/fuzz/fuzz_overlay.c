/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Overlays that somebody damaged: one that is refused says where and changes nothing; one that is
 * taken only ever adds, and no flaw leaves the steps that its login allows.
 */
#include "flaws.h"

static uint64_t state_of(const struct lc_flawset *f)
{
    uint64_t h = 1469598103934665603U;

    for (size_t i = 0; i < f->n; i++) {
        h = (h ^ f->flaws[i].kev_added) * 1099511628211U;
        h = (h ^ f->flaws[i].epss_ppm) * 1099511628211U;
        h = (h ^ (uint64_t)f->rules[i].ladder) * 1099511628211U;
    }
    return h;
}

static void check_steps(const struct lc_flawset *f)
{
    for (size_t i = 0; i < f->n; i++) {
        enum lc_takeover step = f->rules[i].ladder;

        FUZZ_CHECK(f->flaws[i].epss_ppm <= 1000000);
        FUZZ_CHECK(step == LC_TU || f->flaws[i].over);
        FUZZ_CHECK(f->flaws[i].login == LC_LOGIN_NONE || step == LC_T4 || step == LC_TU);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_flawset *f = fuzz_flaws();
    struct lc_slice text = fuzz_copy(lc_slice_of(p, n));
    struct lc_err err = {""};
    uint64_t before = state_of(f);

    if (lc_flaws_overlay(f, text, &err) == LC_OK)
        check_steps(f);
    else
        FUZZ_CHECK(err.text[0] && state_of(f) == before);
    fuzz_free(text);
    return 0;
}
