/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A slice borrows bytes: pointer and length, never NUL-terminated, never owned.
 * Everything that came from a peer is a slice until a typed sink renders it.
 */
#ifndef LC_BASE_SLICE_H
#define LC_BASE_SLICE_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct lc_slice {
    const uint8_t *p;
    size_t n;
};

/* A string literal as a slice. */
#define LC_S(lit) ((struct lc_slice){(const uint8_t *)("" lit ""), sizeof(lit) - 1})
#define LC_S_INIT(lit)                                                                             \
    {                                                                                              \
        (const uint8_t *)("" lit ""), sizeof(lit) - 1                                              \
    }
/* For printf("%.*s"): only for text we wrote ourselves, never for a peer's bytes. */
#define LC_S_ARG(s) (int)(s).n, (const char *)(s).p

#define LC_NPOS ((size_t)-1)

struct lc_slice lc_slice_str(const char *s); /* borrows a C string */
struct lc_slice lc_slice_of(const void *p, size_t n);
struct lc_slice lc_slice_from(struct lc_slice s, size_t at);          /* s[at..]; clamps */
struct lc_slice lc_slice_sub(struct lc_slice s, size_t at, size_t n); /* s[at..at+n]; clamps */
struct lc_slice lc_slice_trim(struct lc_slice s); /* without blanks, tabs, CR, LF at both ends */

bool lc_slice_eq(struct lc_slice a, struct lc_slice b);
bool lc_slice_ieq(struct lc_slice a, struct lc_slice b); /* ASCII case folded */
int lc_slice_cmp(struct lc_slice a, struct lc_slice b);  /* bytewise, shorter first */
bool lc_slice_starts(struct lc_slice s, struct lc_slice prefix);
bool lc_slice_istarts(struct lc_slice s, struct lc_slice prefix);
bool lc_slice_ends(struct lc_slice s, struct lc_slice suffix);

/* First place of `needle` in `s` at or after `at`; LC_NPOS when it is not there. */
size_t lc_slice_find(struct lc_slice s, struct lc_slice needle, size_t at);
size_t lc_slice_ifind(struct lc_slice s, struct lc_slice needle, size_t at);
size_t lc_slice_chr(struct lc_slice s, uint8_t c, size_t at);

/* Takes the part before `sep` off the front of `*s` (all of it when there is no `sep`).
 * LC_DONE once `*s` has been used up. */
enum lc_status lc_slice_next(struct lc_slice *s, uint8_t sep, struct lc_slice *out) LC_MUST_CHECK;

/* The whole slice as a decimal number, digits only; LC_EINVAL otherwise or past `max`. */
enum lc_status lc_slice_u64(struct lc_slice s, uint64_t max, uint64_t *out) LC_MUST_CHECK;

#endif
