/* SPDX-License-Identifier: Apache-2.0 */
/* Slices: comparing, searching and cutting borrowed bytes. No allocation, no copies. */
#include "base/slice.h"

#include <string.h>

static uint8_t fold(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

static bool blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct lc_slice lc_slice_str(const char *s)
{
    return lc_slice_of(s, s ? strlen(s) : 0);
}

struct lc_slice lc_slice_of(const void *p, size_t n)
{
    return (struct lc_slice){(const uint8_t *)p, n};
}

struct lc_slice lc_slice_from(struct lc_slice s, size_t at)
{
    if (at >= s.n)
        return (struct lc_slice){s.p ? s.p + s.n : s.p, 0};
    return (struct lc_slice){s.p + at, s.n - at};
}

struct lc_slice lc_slice_sub(struct lc_slice s, size_t at, size_t n)
{
    s = lc_slice_from(s, at);
    if (n < s.n)
        s.n = n;
    return s;
}

struct lc_slice lc_slice_trim(struct lc_slice s)
{
    while (s.n && blank(s.p[0])) {
        s.p++;
        s.n--;
    }
    while (s.n && blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

bool lc_slice_eq(struct lc_slice a, struct lc_slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool lc_slice_ieq(struct lc_slice a, struct lc_slice b)
{
    return a.n == b.n && lc_slice_istarts(a, b);
}

int lc_slice_cmp(struct lc_slice a, struct lc_slice b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int d = n ? memcmp(a.p, b.p, n) : 0;

    if (d)
        return d;
    return (a.n > b.n) - (a.n < b.n);
}

bool lc_slice_starts(struct lc_slice s, struct lc_slice prefix)
{
    return s.n >= prefix.n && (prefix.n == 0 || memcmp(s.p, prefix.p, prefix.n) == 0);
}

bool lc_slice_istarts(struct lc_slice s, struct lc_slice prefix)
{
    if (s.n < prefix.n)
        return false;
    for (size_t i = 0; i < prefix.n; i++)
        if (fold(s.p[i]) != fold(prefix.p[i]))
            return false;
    return true;
}

bool lc_slice_ends(struct lc_slice s, struct lc_slice suffix)
{
    return s.n >= suffix.n && lc_slice_eq(lc_slice_from(s, s.n - suffix.n), suffix);
}

size_t lc_slice_find(struct lc_slice s, struct lc_slice needle, size_t at)
{
    const uint8_t *hit;

    if (at > s.n || needle.n > s.n - at)
        return LC_NPOS;
    if (needle.n == 0)
        return at;
    hit = memmem(s.p + at, s.n - at, needle.p, needle.n);
    return hit ? (size_t)(hit - s.p) : LC_NPOS;
}

size_t lc_slice_ifind(struct lc_slice s, struct lc_slice needle, size_t at)
{
    if (at > s.n || needle.n > s.n - at)
        return LC_NPOS;
    for (size_t last = s.n - needle.n; at <= last; at++)
        if (lc_slice_istarts(lc_slice_from(s, at), needle))
            return at;
    return LC_NPOS;
}

size_t lc_slice_chr(struct lc_slice s, uint8_t c, size_t at)
{
    const uint8_t *hit = at < s.n ? memchr(s.p + at, c, s.n - at) : NULL;

    return hit ? (size_t)(hit - s.p) : LC_NPOS;
}

enum lc_status lc_slice_next(struct lc_slice *s, uint8_t sep, struct lc_slice *out)
{
    size_t at;

    if (s->p == NULL)
        return LC_DONE;
    at = lc_slice_chr(*s, sep, 0);
    if (at == LC_NPOS) {
        *out = *s;
        *s = (struct lc_slice){NULL, 0};
    } else {
        *out = lc_slice_sub(*s, 0, at);
        *s = lc_slice_from(*s, at + 1);
    }
    return LC_OK;
}

enum lc_status lc_slice_u64(struct lc_slice s, uint64_t max, uint64_t *out)
{
    uint64_t v = 0;

    if (s.n == 0 || s.n > 20)
        return LC_EINVAL;
    for (size_t i = 0; i < s.n; i++) {
        uint64_t d = (uint64_t)s.p[i] - '0';

        if (s.p[i] < '0' || s.p[i] > '9' || d > max || v > (max - d) / 10)
            return LC_EINVAL;
        v = v * 10 + d;
    }
    *out = v;
    return LC_OK;
}
