/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Running a program (Pike's method): all ways through the pattern advance together over the text,
 * one byte at a time, and no instruction is entered twice at one place. So a run costs at most size
 * x (length + 1) steps and its memory does not depend on the text. Ways are kept in order of
 * preference.
 */
#include "identify/re_room.h"

#include "base/mem.h"

#include <string.h>

#define NOWHERE UINT16_MAX

struct ways { /* a set of instructions in order of preference (Briggs and Torczon, 1993) */
    uint16_t n;
    uint16_t dense[LC_RE_PROG], sparse[LC_RE_PROG];
    uint16_t slots[LC_RE_PROG][LC_RE_SLOTS];
};

struct later { /* still to enter: an instruction, or (pc NOWHERE) a slot to put back */
    uint16_t pc, slot, old;
};

struct lc_re_machine {
    size_t steps;
    struct lc_slice text;
    struct ways lists[2];
    uint16_t slots[LC_RE_SLOTS];
    struct later stack[2 * LC_RE_PROG];
};

struct lc_re_machine *lc_re_machine_new(void)
{
    return lc_alloc(sizeof(struct lc_re_machine));
}

void lc_re_machine_free(struct lc_re_machine *m)
{
    lc_free(m);
}

unsigned lc_re_captures(const struct lc_re *re)
{
    return re->captures;
}

size_t lc_re_size(const struct lc_re *re)
{
    return re->prog_n;
}

size_t lc_re_steps(const struct lc_re_machine *m)
{
    return m->steps;
}

struct lc_slice lc_re_literal(const struct lc_re *re)
{
    return lc_slice_of(re->literal, re->literal_n);
}

static bool enter_once(struct ways *w, uint16_t pc)
{
    uint16_t at = w->sparse[pc];

    if (at < w->n && w->dense[at] == pc)
        return false;
    w->sparse[pc] = w->n;
    w->dense[w->n++] = pc;
    return true;
}

static bool in_word(struct lc_slice text, size_t at)
{
    uint8_t c = at < text.n ? text.p[at] : 0;

    return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* Does the zero-width instruction hold at `pos`? */
static bool holds_at(const struct re_inst *i, struct lc_slice text, size_t pos)
{
    if (i->op == RE_BEGIN)
        return pos == 0;
    if (i->op == RE_END)
        return pos == text.n;
    return i->op == RE_EDGE && (pos > 0 && in_word(text, pos - 1)) != in_word(text, pos);
}

/* Follows everything that eats no byte from `pc` on; m->slots are the way's captures so far. */
static void enter(const struct lc_re *re, struct lc_re_machine *m, struct ways *w, uint16_t pc,
                  size_t pos)
{
    size_t top = 0;

    m->stack[top++] = (struct later){pc, 0, 0};
    while (top) {
        struct later l = m->stack[--top];

        if (l.pc == NOWHERE) {
            m->slots[l.slot] = l.old;
            continue;
        }
        for (pc = l.pc; enter_once(w, pc);) {
            const struct re_inst *i = &re->prog[pc];

            m->steps++;
            if (i->op == RE_JUMP) {
                pc = (uint16_t)(pc + i->x);
            } else if (i->op == RE_SPLIT) {
                m->stack[top++] = (struct later){(uint16_t)(pc + i->y), 0, 0};
                pc = (uint16_t)(pc + i->x);
            } else if (i->op == RE_SAVE) {
                m->stack[top++] = (struct later){NOWHERE, i->arg, m->slots[i->arg]};
                m->slots[i->arg] = (uint16_t)pos;
                pc++;
            } else if (holds_at(i, m->text, pos)) {
                pc++;
            } else {
                memcpy(w->slots[pc], m->slots, sizeof m->slots);
                break;
            }
        }
    }
}

static bool eats(const struct lc_re *re, const struct re_inst *i, uint8_t c)
{
    switch (i->op) {
    case RE_CHAR:
        return i->arg == c;
    case RE_ANY:
        return c != '\n';
    case RE_CLASS:
        return re->classes[i->arg].bits[c / 8] >> c % 8 & 1;
    default:
        return false;
    }
}

/* One byte on: from `now` to `next`. True when a way has come to its end; better ones may go on. */
static bool advance(const struct lc_re *re, struct lc_re_machine *m, struct ways *now,
                    struct ways *next, struct lc_slice text, size_t pos,
                    uint16_t best[static LC_RE_SLOTS])
{
    next->n = 0;
    for (uint16_t k = 0; k < now->n; k++) {
        uint16_t pc = now->dense[k];
        const struct re_inst *i = &re->prog[pc];
        uint8_t c;

        if (i->op == RE_MATCH) {
            memcpy(best, now->slots[pc], sizeof now->slots[pc]);
            return true;
        }
        if (pos >= text.n || i->op > RE_CLASS)
            continue;
        c = re->fold ? re_fold(text.p[pos]) : text.p[pos];
        if (eats(re, i, c)) {
            memcpy(m->slots, now->slots[pc], sizeof m->slots);
            enter(re, m, next, (uint16_t)(pc + 1), pos + 1);
        }
    }
    return false;
}

static size_t find_literal(const struct lc_re *re, struct lc_slice text, size_t at)
{
    struct lc_slice lit = lc_re_literal(re);

    return re->fold ? lc_slice_ifind(text, lit, at) : lc_slice_find(text, lit, at);
}

/* The next place where a match can begin; LC_NPOS when there is none. */
static size_t next_start(const struct lc_re *re, struct lc_slice text, size_t pos)
{
    if (re->prefix)
        return find_literal(re, text, pos);
    if (!re->eats)
        return pos;
    for (; pos < text.n; pos++) {
        uint8_t c = re->fold ? re_fold(text.p[pos]) : text.p[pos];

        if (re->first.bits[c / 8] >> c % 8 & 1)
            return pos;
        if (re->anchored)
            break;
    }
    return LC_NPOS;
}

static bool search(const struct lc_re *re, struct lc_re_machine *m, struct lc_slice text,
                   uint16_t best[static LC_RE_SLOTS])
{
    struct ways *now = &m->lists[0], *next = &m->lists[1], *swap;
    bool found = false;

    m->text = text;
    now->n = 0;
    for (size_t pos = 0; pos <= text.n; pos++) {
        if (now->n == 0 && !found) {
            pos = next_start(re, text, pos);
            if (pos == LC_NPOS)
                return false;
        }
        if (!found && (pos == 0 || !re->anchored)) {
            memset(m->slots, 0xff, sizeof m->slots);
            enter(re, m, now, 0, pos);
        }
        if (now->n == 0 && (found || re->anchored))
            break;
        if (advance(re, m, now, next, text, pos, best))
            found = true;
        swap = now;
        now = next;
        next = swap;
    }
    return found;
}

bool lc_re_run(const struct lc_re *re, struct lc_re_machine *m, struct lc_slice text,
               struct lc_re_match *out)
{
    uint16_t best[LC_RE_SLOTS];

    m->steps = 0;
    *out = (struct lc_re_match){{{NULL, 0}}};
    text = lc_slice_sub(text, 0, LC_RE_TEXT);
    if (re->literal_n && find_literal(re, text, 0) == LC_NPOS)
        return false;
    if (!search(re, m, text, best))
        return false;
    for (size_t i = 0; i <= re->captures; i++)
        if (best[2 * i] != NOWHERE && best[2 * i + 1] != NOWHERE)
            out->cap[i] =
                lc_slice_of(text.p + best[2 * i], (size_t)(best[2 * i + 1] - best[2 * i]));
    return true;
}
