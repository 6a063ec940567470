/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The only door to the heap. Code outside src/base calls these, never malloc: the checker in tools/
 * says so, and the fault tests fail the n-th call of this door. Sizes are overflow-checked.
 */
#ifndef LC_BASE_MEM_H
#define LC_BASE_MEM_H

#include "base/slice.h"

void *lc_alloc(size_t n) LC_MUST_CHECK;                    /* zeroed; NULL when memory ran out */
void *lc_alloc_n(size_t count, size_t size) LC_MUST_CHECK; /* zeroed array */
void *lc_realloc_n(void *p, size_t count, size_t size) LC_MUST_CHECK; /* new part not zeroed */
void lc_free(void *p);
char *lc_str_dup(struct lc_slice s) LC_MUST_CHECK; /* NUL-terminated copy, lc_free it */

/* An arena: memory given out in pieces and taken back at once. Pieces are zeroed and aligned to 16.
 */
struct lc_arena {
    struct lc_arena_block *head;
    size_t used; /* bytes handed out */
    size_t max;  /* bound fixed at birth */
};

void lc_arena_init(struct lc_arena *a, size_t max);
void *lc_arena_alloc(struct lc_arena *a, size_t n) LC_MUST_CHECK; /* NULL past the bound */
/* Copies `s` and adds a NUL behind it, so the result also serves as a C string. {NULL,0} past the
 * bound. */
struct lc_slice lc_arena_dup(struct lc_arena *a, struct lc_slice s) LC_MUST_CHECK;
void lc_arena_free(struct lc_arena *a); /* everything at once; the arena may be used again */

#endif
