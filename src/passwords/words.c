/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section PWRD, written by tools/knowledge/passwords.py (a string is u32 off, u32 len):
 *
 *     u32 defaults  u32 installers  u32 limits  u32 words
 *     str default[]  str installer[]
 *     limit[]: str brand  str model  u16 max  u8 chars  u8 0
 *     str word[]
 *     the rest: examples, each str password  u8 strength (0 very weak, 1 weak, 2 neither)
 *
 * Brands, parts of models and names of installers are folded by the compiler as lc_pw_alnum does
 * it; names in another script stay as they are.
 */
#include "passwords/words.h"

#include "base/mem.h"
#include "base/tr.h"
#include "passwords/fold.h"

#include <string.h>

#define STRING_N   8U
#define FOLD_MAX   65U
#define STRONG_MIN 40.0 /* bits */

static bool take_strings(const struct lc_kb *kb, struct lc_cur *at, size_t n, struct lc_slice *out)
{
    for (size_t i = 0; i < n; i++)
        out[i] = lc_kb_take_string(kb, at);
    return !at->bad;
}

static bool take_limits(const struct lc_kb *kb, struct lc_cur *at, struct lc_pw_words *w)
{
    for (size_t i = 0; i < w->limits_n; i++) {
        struct lc_pw_limit *l = &w->limits[i];

        l->brand = lc_kb_take_string(kb, at);
        l->model = lc_kb_take_string(kb, at);
        l->max = lc_cur_le16(at);
        l->chars = lc_cur_u8(at);
        (void)lc_cur_u8(at);
        if (l->chars > LC_PW_ANY || (l->brand.n == 0 && l->model.n == 0))
            at->bad = true;
    }
    return !at->bad;
}

static bool take_words(const struct lc_kb *kb, struct lc_cur *at, struct lc_pw_words *w)
{
    for (size_t i = 0; i < w->list_n; i++) {
        struct lc_slice s = lc_kb_take_string(kb, at);

        w->list[LC_PW_OWN_WORDS + i] = (const char *)s.p;
        if (s.n == 0)
            at->bad = true; /* zxcvbn would find the empty word everywhere */
    }
    return !at->bad;
}

static enum lc_status read_all(const struct lc_kb *kb, struct lc_cur *at, struct lc_pw_words *w)
{
    size_t most = at->s.n / STRING_N;

    w->defaults_n = lc_cur_le32(at);
    w->installers_n = lc_cur_le32(at);
    w->limits_n = lc_cur_le32(at);
    w->list_n = lc_cur_le32(at);
    if (at->bad || w->defaults_n > most || w->installers_n > most || w->limits_n > most ||
        w->list_n > most)
        return LC_EPARSE;
    w->defaults = lc_alloc_n(w->defaults_n, sizeof *w->defaults);
    w->installers = lc_alloc_n(w->installers_n, sizeof *w->installers);
    w->limits = lc_alloc_n(w->limits_n, sizeof *w->limits);
    w->list = lc_alloc_n(LC_PW_OWN_WORDS + w->list_n + 1, sizeof *w->list);
    if (!w->defaults || !w->installers || !w->limits || !w->list)
        return LC_ENOMEM;
    if (!take_strings(kb, at, w->defaults_n, w->defaults) ||
        !take_strings(kb, at, w->installers_n, w->installers) || !take_limits(kb, at, w) ||
        !take_words(kb, at, w))
        return LC_EPARSE;
    w->examples = at->s;
    return LC_OK;
}

enum lc_status lc_pw_words_open(const struct lc_kb *kb, struct lc_pw_words *w, struct lc_err *err)
{
    struct lc_cur at = {.s = lc_kb_section(kb, "PWRD")};
    enum lc_status st;

    memset(w, 0, sizeof *w);
    st = read_all(kb, &at, w);
    if (st == LC_OK)
        return LC_OK;
    lc_pw_words_close(w);
    return st == LC_ENOMEM
               ? lc_fail(err, st, "%s", _("out of memory"))
               : lc_fail(err, st, _("the knowledge is damaged (%s): install lenscap again"),
                         "passwords");
}

void lc_pw_words_close(struct lc_pw_words *w)
{
    lc_free(w->defaults);
    lc_free(w->installers);
    lc_free(w->limits);
    lc_free(w->list);
    memset(w, 0, sizeof *w);
}

bool lc_pw_is_default(const struct lc_pw_words *w, struct lc_slice password)
{
    for (size_t i = 0; i < w->defaults_n; i++)
        if (lc_slice_eq(w->defaults[i], password))
            return true;
    return false;
}

/* "Ky_Thuat2" is kythuat: marks, case, punctuation and a number behind it tell nothing. */
bool lc_pw_is_installer(const struct lc_pw_words *w, struct lc_slice account)
{
    char folded[FOLD_MAX];
    struct lc_slice name = {(const uint8_t *)folded, lc_pw_alnum(account, folded, sizeof folded)};
    struct lc_slice stem = name;

    while (stem.n && stem.p[stem.n - 1] >= '0' && stem.p[stem.n - 1] <= '9')
        stem.n--;
    for (size_t i = 0; i < w->installers_n; i++) {
        struct lc_slice known = w->installers[i];

        if (lc_slice_eq(known, account) || lc_slice_eq(known, name) || lc_slice_eq(known, stem))
            return true;
    }
    return false;
}

const struct lc_pw_limit *lc_pw_limit(const struct lc_pw_words *w, struct lc_slice brand,
                                      struct lc_slice model)
{
    char b[FOLD_MAX], m[FOLD_MAX];
    struct lc_slice fb = {(const uint8_t *)b, lc_pw_alnum(brand, b, sizeof b)};
    struct lc_slice fm = {(const uint8_t *)m, lc_pw_alnum(model, m, sizeof m)};

    for (size_t i = 0; i < w->limits_n; i++) {
        const struct lc_pw_limit *l = &w->limits[i];
        bool of_model = l->model.n && lc_slice_find(fm, l->model, 0) != LC_NPOS;
        bool of_brand = lc_slice_eq(l->brand, fb);

        if (l->model.n ? of_model && (fb.n == 0 || of_brand) : of_brand)
            return l;
    }
    return NULL;
}

bool lc_pw_limit_is_weak(const struct lc_pw_limit *l)
{
    /* log2 of 10, 62 and 95 */
    static const double bits[] = {[LC_PW_DIGITS] = 3.32, [LC_PW_ALNUM] = 5.95, [LC_PW_ANY] = 6.57};

    return l->max * bits[l->chars] < STRONG_MIN;
}
