/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What data/passwords.yaml says, out of the knowledge blob: passwords that makers printed in their
 * manuals, words that people here build passwords of, names of accounts that installers leave, and
 * devices that cannot hold a strong password.
 */
#ifndef LC_PASSWORDS_WORDS_H
#define LC_PASSWORDS_WORDS_H

#include "knowledge/kb.h"

#define LC_PW_OWN_WORDS 32U /* room before the list's words for those of one login */

enum lc_pw_chars { LC_PW_DIGITS, LC_PW_ALNUM, LC_PW_ANY };

struct lc_pw_limit {
    struct lc_slice brand, model; /* folded; part of the model, empty: every model of the brand */
    uint16_t max;
    uint8_t chars; /* enum lc_pw_chars */
};

struct lc_pw_words {
    struct lc_slice *defaults, *installers;
    struct lc_pw_limit *limits;
    /* LC_PW_OWN_WORDS free places, then the words, likeliest first, then NULL: what zxcvbn takes */
    const char **list;
    size_t defaults_n, installers_n, limits_n, list_n;
    struct lc_slice examples; /* for the unit tests: {str password, u8 strength}... */
};

enum lc_status lc_pw_words_open(const struct lc_kb *kb, struct lc_pw_words *w,
                                struct lc_err *err) LC_MUST_CHECK;
void lc_pw_words_close(struct lc_pw_words *w);

bool lc_pw_is_default(const struct lc_pw_words *w, struct lc_slice password);
bool lc_pw_is_installer(const struct lc_pw_words *w, struct lc_slice account);
/* The first limit that fits; NULL: none is known. */
const struct lc_pw_limit *lc_pw_limit(const struct lc_pw_words *w, struct lc_slice brand,
                                      struct lc_slice model);
/* Could a strong password be set at all? 40 bits: 10^12 guesses for the best that fits in. Six
 * characters of any kind stay below, eight letters and digits above (Decision 724/QD-BTTTT asks for
 * eight characters at least). */
bool lc_pw_limit_is_weak(const struct lc_pw_limit *l);

#endif
