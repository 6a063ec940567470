/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every fuzz target shares: the entry point, the check that ends a run, pieces of a seed.
 *
 * A target is one function over hostile bytes with an oracle of its own: a property that must hold
 * for every input, so that a wrong answer is found and not only a crash. The same file is linked
 * with libFuzzer (option `fuzz`) and with smoke.c, which every test run executes.
 */
#ifndef LC_FUZZ_FUZZ_H
#define LC_FUZZ_FUZZ_H

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n);

/* The property does not hold: this input is a finding. */
#define FUZZ_CHECK(ok)                                                                             \
    do {                                                                                           \
        if (!(ok)) {                                                                               \
            (void)fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #ok);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Bytes in memory of exactly their size, so that a read past their end is seen. */
static inline struct lc_slice fuzz_copy(struct lc_slice s)
{
    uint8_t *p = lc_alloc(s.n ? s.n : 1);

    FUZZ_CHECK(p != NULL);
    if (s.n)
        memcpy(p, s.p, s.n);
    return lc_slice_of(p, s.n);
}

static inline void fuzz_free(struct lc_slice s)
{
    lc_free((void *)(uintptr_t)s.p);
}

static inline bool fuzz_inside(struct lc_slice part, struct lc_slice whole)
{
    return part.n == 0 || (part.p >= whole.p && part.p + part.n <= whole.p + whole.n);
}

/* xorshift64 (Marsaglia, 2003): reproducible, never zero when the state is not. */
static inline uint64_t fuzz_next(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Where to split: seed 0..63 byte by byte at first, the others in growing strides. */
struct fuzz_split {
    uint64_t state;
    size_t given, stride;
};

static inline struct fuzz_split fuzz_split(uint8_t seed)
{
    return (struct fuzz_split){seed * 2654435761U + 1U, 0, seed < 64 ? 1 : seed};
}

/* Length of the next piece, at most `rest` (which is not 0). */
static inline size_t fuzz_piece(struct fuzz_split *s, size_t rest)
{
    size_t most = s->given > 2048 ? 4096 : s->stride;
    size_t n = 1 + (size_t)(fuzz_next(&s->state) % most);

    n = n < rest ? n : rest;
    s->given += n;
    return n;
}

#endif
