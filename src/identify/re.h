/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Patterns over hostile text whose work is bounded by (program size) x (text length), whatever the
 * text.
 *
 * Why not PCRE2: the talkers run where memory cannot be made executable, so its JIT is out, and its
 * interpreter backtracks without a linear bound. RE2 is C++. Captures are needed, so a pure DFA is
 * out too. What signatures need is small; this is it:
 *
 *     literals  .  [a-z] [^...]  \d \w \s \D \W \S  \n \r \t and escaped punctuation
 *     ( ) up to four captures   (?: )   |   ? * + {m} {m,} {m,n} up to 64   ^ $   \b
 *
 * `.` is any byte but LF. `\b` is the edge of a run of letters and digits; unlike elsewhere the
 * underscore ends a run, since banners join names with it. Matching is leftmost, earlier
 * alternatives first, repetition greedy. There is no look-around, no back-reference, no lazy or
 * possessive repetition: compiling one of those fails.
 */
#ifndef LC_IDENTIFY_RE_H
#define LC_IDENTIFY_RE_H

#include "base/slice.h"

#define LC_RE_TEXT     4096 /* longer texts are matched up to here */
#define LC_RE_CAPTURES 4

struct lc_re;         /* a compiled pattern, read-only */
struct lc_re_machine; /* what a match needs; one serves any number of patterns, one at a time */

/* On failure `why` is one English line for the author of the pattern. */
enum lc_status lc_re_compile(struct lc_slice pattern, bool ignore_case, struct lc_re **out,
                             const char **why) LC_MUST_CHECK;
void lc_re_free(struct lc_re *re);

unsigned lc_re_captures(const struct lc_re *re);
size_t lc_re_size(const struct lc_re *re); /* instructions */
/* A text that every match contains (in lower case when case is ignored); empty when there is none.
 */
struct lc_slice lc_re_literal(const struct lc_re *re);

struct lc_re_machine *lc_re_machine_new(void) LC_MUST_CHECK; /* NULL when memory ran out */
void lc_re_machine_free(struct lc_re_machine *m);

struct lc_re_match {
    struct lc_slice cap[1 + LC_RE_CAPTURES]; /* [0] the whole; {NULL,0}: took no part */
};

bool lc_re_run(const struct lc_re *re, struct lc_re_machine *m, struct lc_slice text,
               struct lc_re_match *out);
/* Steps of the last run: never more than lc_re_size x (text length + 1). */
size_t lc_re_steps(const struct lc_re_machine *m);

#endif
