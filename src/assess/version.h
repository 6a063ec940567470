/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Firmware versions: which of two is the later one, if that can be told at all.
 *
 * A scheme (data/vulnerabilities/schemes.yaml) says how a version is cut into parts and in which
 * order the parts decide. Two versions are compared part by part; the first that differs decides:
 *
 *     numbers, date, count, letter, hotfix   less or greater
 *     each                                   less only when no number is greater, else MIXED
 *     branch, board, line                    not equal: incomparable
 *
 * A part that only one side has decides nothing by itself. When all others are equal, so are the
 * versions, as far as they tell (`a_lacks`, `b_lacks` say who told less); when a later part
 * differs, the answer is incomparable. So LESS is antisymmetric and transitive; EQUAL is symmetric,
 * and transitive among versions that tell the same parts.
 *
 * Branches that a maker keeps alive under lower numbers (`maintained`, "9.80") form a tree with the
 * active line, which they leave at that number itself: what lies behind it on such a branch comes
 * before nothing outside it.
 *
 * Pure, bounded, no allocation: a version borrows from its text.
 */
#ifndef LC_ASSESS_VERSION_H
#define LC_ASSESS_VERSION_H

#include "identify/re.h"

/* Order of PARTS in tools/knowledge/vulnerabilities.py. */
enum lc_part {
    LC_PART_NUMBERS,
    LC_PART_DATE,
    LC_PART_DAYCOUNT, /* read as a date with a count of that day */
    LC_PART_MINUTE,   /* read as a date with a time */
    LC_PART_COUNT,
    LC_PART_LETTER,
    LC_PART_HOTFIX,
    LC_PART_EACH,
    LC_PART_BRANCH,
    LC_PART_BOARD,
    LC_PART_LINE,
    LC_PART_REVISION, /* of the hardware: never compared */
    LC_PART_N,
};

#define LC_VERSION_NUMBERS 6
#define LC_SCHEME_PARTS    4

struct lc_grammar {
    struct lc_re *re;
    uint8_t parts_n;
    enum lc_part parts[LC_SCHEME_PARTS]; /* of each capture */
};

struct lc_numbers {
    uint8_t n;
    uint32_t v[LC_VERSION_NUMBERS];
};

struct lc_scheme {
    struct lc_slice id;
    size_t grammars_n, order_n, maintained_n;
    struct lc_grammar *grammars;
    enum lc_part order[LC_SCHEME_PARTS];
    struct lc_numbers *maintained;
};

struct lc_version {
    uint32_t there; /* bits 1 << enum lc_part */
    struct lc_numbers numbers;
    uint64_t date; /* yyyymmdd x 10000 + count or time of the day */
    uint32_t count;
    uint8_t letter, hotfix;
    struct lc_slice code[LC_PART_N - LC_PART_BRANCH]; /* branch, board, line, revision */
};

enum lc_order { LC_LESS, LC_EQUAL, LC_GREATER, LC_INCOMPARABLE };

/* Why two versions are incomparable. */
enum lc_order_why {
    LC_OW_NONE,
    LC_OW_BRANCH,     /* of two branches, lines or releases */
    LC_OW_BOARD,      /* for two boards */
    LC_OW_MISSING,    /* one tells less than is needed */
    LC_OW_MIXED,      /* some parts are newer, others older */
    LC_OW_MAINTAINED, /* on a branch that gets fixes of its own */
};

struct lc_compared {
    enum lc_order order;
    enum lc_order_why why;
    bool a_lacks, b_lacks; /* a part that the other tells */
};

/* LC_EPARSE: no grammar of the scheme fits, or a date in it is no date. */
enum lc_status lc_version_read(const struct lc_scheme *s, struct lc_re_machine *m,
                               struct lc_slice text, struct lc_version *out) LC_MUST_CHECK;
struct lc_compared lc_version_compare(const struct lc_scheme *s, const struct lc_version *a,
                                      const struct lc_version *b);
/* "5.4.41" */
enum lc_status lc_numbers_read(struct lc_slice text, struct lc_numbers *out) LC_MUST_CHECK;

#endif
