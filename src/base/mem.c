/* SPDX-License-Identifier: Apache-2.0 */
/* Heap door and arenas. */
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* 4 KiB: one host's facts fit a block, and 4,096 hosts in flight stay under 20 MiB. */
#define BLOCK_MIN 4080U

struct lc_arena_block {
    struct lc_arena_block *next;
    size_t size, used;
    _Alignas(16) uint8_t bytes[];
};

void *lc_alloc(size_t n)
{
    return calloc(1, n ? n : 1);
}

void *lc_alloc_n(size_t count, size_t size)
{
    return calloc(count ? count : 1, size ? size : 1);
}

void *lc_realloc_n(void *p, size_t count, size_t size)
{
    size_t n;

    if (__builtin_mul_overflow(count, size, &n))
        return NULL;
    return realloc(p, n ? n : 1);
}

void lc_free(void *p)
{
    free(p);
}

char *lc_str_dup(struct lc_slice s)
{
    char *out = lc_alloc(s.n + 1);

    if (out && s.n)
        memcpy(out, s.p, s.n);
    return out;
}

void lc_arena_init(struct lc_arena *a, size_t max)
{
    *a = (struct lc_arena){.max = max};
}

static struct lc_arena_block *arena_grow(struct lc_arena *a, size_t n)
{
    size_t size = n > BLOCK_MIN ? n : BLOCK_MIN;
    struct lc_arena_block *b = malloc(sizeof *b + size);

    if (b == NULL)
        return NULL;
    b->next = a->head;
    b->size = size;
    b->used = 0;
    a->head = b;
    return b;
}

void *lc_arena_alloc(struct lc_arena *a, size_t n)
{
    struct lc_arena_block *b = a->head;
    void *out;

    if (n > a->max - a->used || n > SIZE_MAX - 64)
        return NULL;
    n = (n + 15) & ~(size_t)15;
    if (b == NULL || b->size - b->used < n)
        b = arena_grow(a, n);
    if (b == NULL)
        return NULL;
    out = b->bytes + b->used;
    b->used += n;
    a->used = a->used + n < a->max ? a->used + n : a->max;
    memset(out, 0, n);
    return out;
}

struct lc_slice lc_arena_dup(struct lc_arena *a, struct lc_slice s)
{
    uint8_t *p = s.n < SIZE_MAX ? lc_arena_alloc(a, s.n + 1) : NULL;

    if (p == NULL)
        return (struct lc_slice){NULL, 0};
    if (s.n)
        memcpy(p, s.p, s.n);
    return (struct lc_slice){p, s.n};
}

void lc_arena_free(struct lc_arena *a)
{
    while (a->head) {
        struct lc_arena_block *b = a->head;

        a->head = b->next;
        free(b);
    }
    a->used = 0;
}
