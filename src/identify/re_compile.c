/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pattern text to program. Descends once over the pattern (groups nest at most eight deep) and
 * writes instructions as it goes; a repetition is made from the piece just written.
 */
#include "identify/re_room.h"

#include "base/mem.h"

#include <string.h>

#define GROUPS_DEEP  8U
#define ALTERNATIVES 64U
#define REPEAT       64U

struct work {
    struct lc_slice in;
    size_t at;
    bool fold;
    uint8_t captures;
    unsigned depth;
    const char *why;
    size_t n, classes_n;
    struct re_inst prog[LC_RE_PROG], piece[LC_RE_PROG];
    struct re_class classes[LC_RE_CLASSES];
};

static bool fail(struct work *w, const char *why)
{
    if (!w->why)
        w->why = why;
    return false;
}

static int peek(const struct work *w)
{
    return w->at < w->in.n ? w->in.p[w->at] : -1;
}

static bool emit(struct work *w, enum re_op op, unsigned arg, int x, int y)
{
    if (w->n >= LC_RE_PROG)
        return fail(w, "the pattern is too large");
    w->prog[w->n++] = (struct re_inst){(uint8_t)op, (uint8_t)arg, (int16_t)x, (int16_t)y};
    return true;
}

/* Makes room for one instruction in front of the piece that begins at `start`. */
static bool insert(struct work *w, size_t start, enum re_op op, int x, int y)
{
    if (!emit(w, op, 0, x, y))
        return false;
    memmove(&w->prog[start + 1], &w->prog[start], (w->n - 1 - start) * sizeof w->prog[0]);
    w->prog[start] = (struct re_inst){(uint8_t)op, 0, (int16_t)x, (int16_t)y};
    return true;
}

/* ---- classes ---- */

static void class_add(struct re_class *c, unsigned from, unsigned to)
{
    for (unsigned b = from; b <= to; b++)
        c->bits[b / 8] |= (uint8_t)(1U << b % 8);
}

static bool class_has(const struct re_class *c, unsigned b)
{
    return c->bits[b / 8] >> b % 8 & 1;
}

static void class_negate(struct re_class *c)
{
    for (size_t i = 0; i < sizeof c->bits; i++)
        c->bits[i] = (uint8_t)~c->bits[i];
}

/* \d \w \s and their opposites; false for any other letter. */
static bool class_named(struct re_class *c, int letter)
{
    struct re_class set = {{0}};

    switch (letter | 32) {
    case 'd':
        class_add(&set, '0', '9');
        break;
    case 'w':
        class_add(&set, '0', '9');
        class_add(&set, 'A', 'Z');
        class_add(&set, 'a', 'z');
        class_add(&set, '_', '_');
        break;
    case 's':
        class_add(&set, '\t', '\r');
        class_add(&set, ' ', ' ');
        break;
    default:
        return false;
    }
    if (!(letter & 32))
        class_negate(&set);
    for (size_t i = 0; i < sizeof set.bits; i++)
        c->bits[i] |= set.bits[i];
    return true;
}

/* Either case brings the other, so that a negated class excludes both. */
static void class_fold(struct re_class *c)
{
    for (unsigned b = 'a'; b <= 'z'; b++)
        if (class_has(c, b - 32) || class_has(c, b)) {
            class_add(c, b, b);
            class_add(c, b - 32, b - 32);
        }
}

static bool emit_class(struct work *w, struct re_class *c)
{
    size_t i = 0;

    if (w->fold)
        class_fold(c);
    while (i < w->classes_n && memcmp(&w->classes[i], c, sizeof *c) != 0)
        i++;
    if (i == LC_RE_CLASSES)
        return fail(w, "too many different classes");
    if (i == w->classes_n)
        w->classes[w->classes_n++] = *c;
    return emit(w, RE_CLASS, (unsigned)i, 0, 0);
}

/* The byte that an escape stands for, -1 (and a reason) when it is none. */
static int escaped(struct work *w, int c)
{
    if (c == 'n')
        return '\n';
    if (c == 'r')
        return '\r';
    if (c == 't')
        return '\t';
    if (c > ' ' && c < 127 && !(c >= '0' && c <= '9') && !((c | 32) >= 'a' && (c | 32) <= 'z'))
        return c;
    fail(w, c >= '1' && c <= '9' ? "back-references are not supported" : "unknown escape");
    return -1;
}

/* One end of a range, or a single byte, inside [ ]. */
static int class_byte(struct work *w)
{
    int c = peek(w);

    if (c < 0 || c >= 128) {
        fail(w, c < 0 ? "a class lacks its ]" : "a class holds ASCII only");
        return -1;
    }
    w->at++;
    if (c != '\\')
        return c;
    c = peek(w);
    w->at++;
    return escaped(w, c);
}

static bool class_item(struct work *w, struct re_class *c)
{
    int from, to;

    if (peek(w) == '\\' && w->at + 1 < w->in.n && class_named(c, w->in.p[w->at + 1])) {
        w->at += 2;
        return true;
    }
    from = to = class_byte(w);
    if (from >= 0 && peek(w) == '-' && w->at + 1 < w->in.n && w->in.p[w->at + 1] != ']') {
        w->at++;
        to = class_byte(w);
    }
    if (from < 0 || to < 0)
        return false;
    if (to < from)
        return fail(w, "a range runs backwards");
    class_add(c, (unsigned)from, (unsigned)to);
    return true;
}

static bool bracket(struct work *w)
{
    struct re_class c = {{0}};
    bool negate = peek(w) == '^';

    w->at += negate;
    if (peek(w) == ']')
        return fail(w, "a class is empty (write \\] for the bracket itself)");
    while (peek(w) != ']')
        if (!class_item(w, &c))
            return false;
    w->at++;
    if (negate) {
        if (w->fold)
            class_fold(&c);
        class_negate(&c);
    }
    return emit_class(w, &c);
}

/* ---- atoms, repetition, alternation ---- */

static bool alternation(struct work *w);

static bool group(struct work *w)
{
    bool keeps = true;
    unsigned slot = 0;

    if (w->depth >= GROUPS_DEEP)
        return fail(w, "groups nest too deeply");
    if (peek(w) == '?') {
        if (w->at + 1 >= w->in.n || w->in.p[w->at + 1] != ':')
            return fail(w, "look-around and flags are not supported");
        w->at += 2;
        keeps = false;
    }
    if (keeps) {
        if (w->captures == LC_RE_CAPTURES)
            return fail(w, "more than four captures");
        slot = 2U * ++w->captures;
        if (!emit(w, RE_SAVE, slot, 0, 0))
            return false;
    }
    w->depth++;
    if (!alternation(w))
        return false;
    w->depth--;
    if (peek(w) != ')')
        return fail(w, "a group lacks its )");
    w->at++;
    return !keeps || emit(w, RE_SAVE, slot + 1, 0, 0);
}

static bool escape(struct work *w)
{
    struct re_class c = {{0}};
    int letter = peek(w);

    if (letter < 0)
        return fail(w, "the pattern ends in a backslash");
    w->at++;
    if (class_named(&c, letter))
        return emit_class(w, &c);
    if (letter == 'b')
        return emit(w, RE_EDGE, 0, 0, 0);
    letter = escaped(w, letter);
    return letter >= 0 && emit(w, RE_CHAR, (unsigned)letter, 0, 0);
}

static bool atom(struct work *w)
{
    int c = peek(w);

    w->at++;
    switch (c) {
    case '(':
        return group(w);
    case '[':
        return bracket(w);
    case '\\':
        return escape(w);
    case '.':
        return emit(w, RE_ANY, 0, 0, 0);
    case '^':
        return emit(w, RE_BEGIN, 0, 0, 0);
    case '$':
        return emit(w, RE_END, 0, 0, 0);
    case '*':
    case '+':
    case '?':
    case '{':
        return fail(
            w, "a repetition has nothing to repeat (lazy and possessive ones are not supported)");
    default:
        return emit(w, RE_CHAR, w->fold ? re_fold((uint8_t)c) : (uint8_t)c, 0, 0);
    }
}

static bool number(struct work *w, unsigned *out)
{
    size_t start = w->at;

    *out = 0;
    while (peek(w) >= '0' && peek(w) <= '9' && *out <= REPEAT)
        *out = *out * 10 + (unsigned)(w->in.p[w->at++] - '0');
    if (w->at == start)
        return fail(w, "a repetition lacks its number");
    return *out <= REPEAT || fail(w, "a repetition goes past 64");
}

static bool star(struct work *w, size_t start)
{
    int n = (int)(w->n - start);

    return insert(w, start, RE_SPLIT, 1, n + 2) && emit(w, RE_JUMP, 0, -(n + 1), 0);
}

static bool paste(struct work *w, size_t n)
{
    if (w->n + n > LC_RE_PROG)
        return fail(w, "the pattern is too large");
    memcpy(&w->prog[w->n], w->piece, n * sizeof w->piece[0]);
    w->n += n;
    return true;
}

/* x{low,high}: `low` copies, then nested optional ones that all leave to the same place. */
static bool repeat(struct work *w, size_t start, unsigned low, unsigned high, bool open)
{
    size_t n = w->n - start, end;

    memcpy(w->piece, &w->prog[start], n * sizeof w->piece[0]);
    w->n = start;
    for (unsigned i = 0; i < low; i++)
        if (!paste(w, n))
            return false;
    start = w->n;
    if (open)
        return paste(w, n) && star(w, start);
    end = start + (size_t)(high - low) * (n + 1);
    for (unsigned i = low; i < high; i++)
        if (!emit(w, RE_SPLIT, 0, 1, (int)(end - w->n)) || !paste(w, n))
            return false;
    return true;
}

static bool braces(struct work *w, size_t start)
{
    unsigned low, high;
    bool open = false;

    if (!number(w, &low))
        return false;
    high = low;
    if (peek(w) == ',') {
        w->at++;
        open = peek(w) == '}';
        if (!open && !number(w, &high))
            return false;
    }
    if (peek(w) != '}' || high < low || (high == 0 && !open))
        return fail(w, "a repetition is not of the form {m}, {m,} or {m,n}");
    w->at++;
    return repeat(w, start, low, high, open);
}

static bool repetition(struct work *w, size_t start)
{
    int n = (int)(w->n - start);

    switch (peek(w)) {
    case '?':
        w->at++;
        return insert(w, start, RE_SPLIT, 1, n + 1);
    case '*':
        w->at++;
        return star(w, start);
    case '+':
        w->at++;
        return emit(w, RE_SPLIT, 0, -n, 1);
    case '{':
        w->at++;
        return braces(w, start);
    default:
        return true;
    }
}

static bool sequence(struct work *w)
{
    while (peek(w) >= 0 && peek(w) != '|' && peek(w) != ')') {
        size_t start = w->n;

        if (!atom(w) || !repetition(w, start))
            return false;
    }
    return true;
}

static bool alternation(struct work *w)
{
    size_t leaves[ALTERNATIVES], n = 0, start = w->n;

    if (!sequence(w))
        return false;
    while (peek(w) == '|') {
        w->at++;
        if (n == ALTERNATIVES)
            return fail(w, "too many alternatives");
        if (!insert(w, start, RE_SPLIT, 1, (int)(w->n - start) + 2))
            return false;
        leaves[n++] = w->n;
        if (!emit(w, RE_JUMP, 0, 0, 0))
            return false;
        start = w->n;
        if (!sequence(w))
            return false;
    }
    while (n--)
        w->prog[leaves[n]].x = (int16_t)(w->n - leaves[n]);
    return true;
}

/* ---- what can be known beforehand ---- */

/* The longest run of literal bytes that no branch can go around: every match contains it. */
static size_t literal_run(const struct re_inst *prog, size_t n, size_t *at)
{
    size_t best = 0, run = 0, start = 0, reach = 0;

    for (size_t i = 0; i < n; i++) {
        if (prog[i].op == RE_SAVE)
            continue;
        if (prog[i].op == RE_SPLIT || prog[i].op == RE_JUMP) {
            int far = prog[i].x > prog[i].y ? prog[i].x : prog[i].y;

            if (far > 0 && i + (size_t)far > reach)
                reach = i + (size_t)far;
            run = 0;
            continue;
        }
        if (prog[i].op != RE_CHAR || i < reach) {
            run = 0;
            continue;
        }
        if (run++ == 0)
            start = i;
        if (run > best) {
            best = run;
            *at = start;
        }
    }
    return best;
}

static bool first_is(const struct lc_re *re, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (re->prog[i].op != RE_SAVE)
            return false;
    return true;
}

static bool keep_literal(struct lc_re *re)
{
    size_t at = 0, n = literal_run(re->prog, re->prog_n, &at);

    re->anchored = re->prog[1].op == RE_BEGIN;
    if (n == 0)
        return true;
    re->literal = lc_alloc(n);
    if (!re->literal)
        return false;
    re->prefix = first_is(re, at);
    for (size_t i = at; re->literal_n < n; i++)
        if (re->prog[i].op == RE_CHAR)
            re->literal[re->literal_n++] = re->prog[i].arg;
    return true;
}

/* The bytes that a match can begin with: a text without one of them is turned away at memory speed.
 */
static void first_bytes(struct lc_re *re)
{
    bool seen[LC_RE_PROG] = {false};
    uint16_t stack[LC_RE_PROG + 1];
    size_t top = 0;

    stack[top++] = 0;
    while (top) {
        uint16_t pc = stack[--top];
        const struct re_inst *i = &re->prog[pc];

        if (seen[pc])
            continue;
        seen[pc] = true;
        if (i->op == RE_MATCH || i->op == RE_END)
            return;
        if (i->op == RE_CHAR)
            class_add(&re->first, i->arg, i->arg);
        else if (i->op == RE_ANY)
            class_add(&re->first, 0, 255);
        else if (i->op == RE_CLASS)
            for (size_t k = 0; k < sizeof re->first.bits; k++)
                re->first.bits[k] |= re->classes[i->arg].bits[k];
        else if (i->op == RE_JUMP || i->op == RE_SPLIT)
            stack[top++] = (uint16_t)(pc + i->x);
        else
            stack[top++] = (uint16_t)(pc + 1);
        if (i->op == RE_SPLIT)
            stack[top++] = (uint16_t)(pc + i->y);
    }
    re->eats = true;
}

static struct lc_re *finish(const struct work *w)
{
    struct lc_re *re = lc_alloc(sizeof *re);

    if (!re)
        return NULL;
    re->fold = w->fold;
    re->captures = w->captures;
    re->prog_n = (uint16_t)w->n;
    re->classes_n = (uint16_t)w->classes_n;
    re->prog = lc_alloc_n(w->n, sizeof *re->prog);
    re->classes = lc_alloc_n(w->classes_n + 1, sizeof *re->classes);
    if (!re->prog || !re->classes) {
        lc_re_free(re);
        return NULL;
    }
    memcpy(re->prog, w->prog, w->n * sizeof *re->prog);
    memcpy(re->classes, w->classes, w->classes_n * sizeof *re->classes);
    if (!keep_literal(re)) {
        lc_re_free(re);
        return NULL;
    }
    first_bytes(re);
    return re;
}

enum lc_status lc_re_compile(struct lc_slice pattern, bool ignore_case, struct lc_re **out,
                             const char **why)
{
    struct work *w = lc_alloc(sizeof *w);
    enum lc_status st = LC_OK;

    *out = NULL;
    *why = "out of memory";
    if (!w)
        return LC_ENOMEM;
    w->in = pattern;
    w->fold = ignore_case;
    if (!emit(w, RE_SAVE, 0, 0, 0) || !alternation(w))
        st = LC_EPARSE;
    else if (w->at < w->in.n)
        st = (fail(w, "a ) has no ("), LC_EPARSE);
    else if (!emit(w, RE_SAVE, 1, 0, 0) || !emit(w, RE_MATCH, 0, 0, 0))
        st = LC_EPARSE;
    else if (!(*out = finish(w)))
        st = LC_ENOMEM;
    if (st == LC_EPARSE)
        *why = w->why;
    lc_free(w);
    return st;
}

void lc_re_free(struct lc_re *re)
{
    if (!re)
        return;
    lc_free(re->prog);
    lc_free(re->classes);
    lc_free(re->literal);
    lc_free(re);
}
