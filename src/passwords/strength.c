/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zxcvbn with our words in front of its own. It takes a string, so one copy of the password stands
 * on the stack for the time of a call. Version 2.5 leaves none behind; tests/e2e/test_passwords.py
 * looks for pieces of one, forwards and backwards, in the memory of the living process.
 */
#include "passwords/strength.h"

#include "passwords/fold.h"

#include <string.h>
#include <zxcvbn.h>

#define VERY_WEAK_BITS 19.93 /* 10^6 guesses */
#define WEAK_BITS      26.58 /* 10^8 */
#define WORD_MIN       3U    /* "cam" counts as a word, "ip" would be found everywhere */
#define WORDS_BYTES    1024U

/* The words of a text: runs of letters and digits, folded, into `bytes` from *used on. */
static size_t add_words(struct lc_slice text, const char **list, size_t n, char *bytes,
                        size_t *used)
{
    while (text.n && n < LC_PW_OWN_WORDS) {
        struct lc_slice rest = text, word;
        size_t len;

        (void)!lc_slice_next(&rest, ' ', &word);
        text = rest;
        len = lc_pw_alnum(word, bytes + *used, WORDS_BYTES - *used);
        if (len < WORD_MIN)
            continue;
        list[n++] = bytes + *used;
        *used += len + 1;
        if (*used + 1 >= WORDS_BYTES)
            break;
    }
    return n;
}

enum lc_pw_strength lc_pw_strength(struct lc_pw_words *w, struct lc_slice password,
                                   const struct lc_slice *own, size_t own_n)
{
    char text[LC_PW_JUDGED_MAX + 1], bytes[WORDS_BYTES];
    const char *first[LC_PW_OWN_WORDS];
    size_t used = 0, n = 0;
    double bits;

    (void)lc_pw_ascii(password, text, sizeof text);
    for (size_t i = 0; i < own_n; i++)
        n = add_words(own[i], first, n, bytes, &used);
    memcpy(w->list + LC_PW_OWN_WORDS - n, first, n * sizeof *first);
    bits = ZxcvbnMatch(text, w->list + LC_PW_OWN_WORDS - n, NULL);
    explicit_bzero(text, sizeof text);
    return bits < VERY_WEAK_BITS ? LC_PW_VERY_WEAK : bits < WEAK_BITS ? LC_PW_WEAK : LC_PW_NOT_WEAK;
}
