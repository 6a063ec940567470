/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The program that re_compile.c writes and re_run.c runs. Jumps are relative, so a piece of program
 * can be copied for {m,n} and moved to make room in front of it.
 */
#ifndef LC_IDENTIFY_RE_ROOM_H
#define LC_IDENTIFY_RE_ROOM_H

#include "identify/re.h"

#define LC_RE_PROG    512 /* instructions at most */
#define LC_RE_CLASSES 48
#define LC_RE_SLOTS   (2 * (1 + LC_RE_CAPTURES))

enum re_op {
    RE_CHAR,  /* the byte `arg` */
    RE_ANY,   /* any byte but LF */
    RE_CLASS, /* a byte of class `arg` */
    RE_SPLIT, /* go on at x, and with less right at y */
    RE_JUMP,  /* go on at x */
    RE_SAVE,  /* note the position in slot `arg` */
    RE_BEGIN, /* at the start of the text */
    RE_END,   /* at its end */
    RE_EDGE,  /* where a letter or digit meets something else */
    RE_MATCH,
};

struct re_inst {
    uint8_t op, arg;
    int16_t x, y;
};

struct re_class {
    uint8_t bits[32];
};

struct lc_re {
    bool fold;     /* ignore case: program and literal are in lower case */
    bool anchored; /* begins with ^ */
    bool prefix;   /* every match begins with the literal */
    bool eats;     /* no match is empty: it begins with a byte of `first` */
    struct re_class first;
    uint8_t captures;
    uint16_t prog_n, classes_n, literal_n;
    struct re_inst *prog;
    struct re_class *classes;
    uint8_t *literal;
};

static inline uint8_t re_fold(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

#endif
