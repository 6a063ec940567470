/* SPDX-License-Identifier: Apache-2.0 */
/* Bounded buffer and the reader that goes with it. */
#include "base/buf.h"
#include "base/mem.h"

#include <assert.h>
#include <string.h>

void lc_buf_init(struct lc_buf *b, size_t max)
{
    *b = (struct lc_buf){.max = max};
}

void lc_buf_free(struct lc_buf *b)
{
    lc_free(b->p);
    *b = (struct lc_buf){.max = b->max};
}

void lc_buf_reset(struct lc_buf *b)
{
    b->n = 0;
    b->full = false;
}

enum lc_status lc_buf_reserve(struct lc_buf *b, size_t more)
{
    size_t want, cap;
    uint8_t *p;

    if (more > b->max - b->n) {
        b->full = true;
        return LC_EFULL;
    }
    want = b->n + more;
    if (want <= b->cap)
        return LC_OK;
    cap = b->cap ? b->cap : 256;
    while (cap < want)
        cap *= 2;
    if (cap > b->max)
        cap = b->max;
    p = lc_realloc_n(b->p, cap, 1);
    if (p == NULL) {
        b->full = true;
        return LC_ENOMEM;
    }
    b->p = p;
    b->cap = cap;
    return LC_OK;
}

void lc_buf_drop(struct lc_buf *b, size_t n)
{
    assert(n <= b->n);
    if (n && n < b->n)
        memmove(b->p, b->p + n, b->n - n);
    b->n -= n;
}

enum lc_status lc_buf_put(struct lc_buf *b, struct lc_slice s)
{
    enum lc_status st = lc_buf_reserve(b, s.n);

    if (st == LC_OK && s.n) {
        memcpy(b->p + b->n, s.p, s.n);
        b->n += s.n;
    }
    return st;
}

enum lc_status lc_buf_puts(struct lc_buf *b, const char *s)
{
    return lc_buf_put(b, lc_slice_str(s));
}

enum lc_status lc_buf_putf(struct lc_buf *b, const char *fmt, ...)
{
    va_list ap;
    enum lc_status st;
    int n;

    va_start(ap, fmt);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n < 0)
        return LC_EINVAL;
    /* vsnprintf wants room for its NUL; the byte behind the text is not counted. */
    if ((size_t)n + 1 > b->max - b->n) {
        b->full = true;
        return LC_EFULL;
    }
    st = lc_buf_reserve(b, (size_t)n + 1);
    if (st != LC_OK)
        return st;
    va_start(ap, fmt);
    (void)vsnprintf((char *)b->p + b->n, (size_t)n + 1, fmt, ap);
    va_end(ap);
    b->n += (size_t)n;
    return LC_OK;
}

static enum lc_status put_int(struct lc_buf *b, uint64_t v, size_t width, bool big)
{
    uint8_t raw[8];

    for (size_t i = 0; i < width; i++)
        raw[big ? width - 1 - i : i] = (uint8_t)(v >> (8 * i));
    return lc_buf_put(b, lc_slice_of(raw, width));
}

enum lc_status lc_buf_u8(struct lc_buf *b, uint8_t v)
{
    return put_int(b, v, 1, false);
}

enum lc_status lc_buf_le16(struct lc_buf *b, uint16_t v)
{
    return put_int(b, v, 2, false);
}

enum lc_status lc_buf_le32(struct lc_buf *b, uint32_t v)
{
    return put_int(b, v, 4, false);
}

enum lc_status lc_buf_le64(struct lc_buf *b, uint64_t v)
{
    return put_int(b, v, 8, false);
}

enum lc_status lc_buf_be16(struct lc_buf *b, uint16_t v)
{
    return put_int(b, v, 2, true);
}

enum lc_status lc_buf_be32(struct lc_buf *b, uint32_t v)
{
    return put_int(b, v, 4, true);
}

struct lc_slice lc_buf_view(const struct lc_buf *b)
{
    return lc_slice_of(b->p, b->n);
}

const char *lc_buf_cstr(struct lc_buf *b)
{
    if (b->n == b->cap && lc_buf_reserve(b, 1) != LC_OK)
        return "";
    b->p[b->n] = 0;
    return (const char *)b->p;
}

struct lc_slice lc_cur_take(struct lc_cur *c, size_t n)
{
    struct lc_slice out;

    if (c->bad || n > c->s.n) {
        c->bad = true;
        return (struct lc_slice){NULL, 0};
    }
    out = lc_slice_sub(c->s, 0, n);
    c->s = lc_slice_from(c->s, n);
    return out;
}

static uint64_t take_int(struct lc_cur *c, size_t width, bool big)
{
    struct lc_slice s = lc_cur_take(c, width);
    uint64_t v = 0;

    for (size_t i = 0; i < s.n; i++)
        v |= (uint64_t)s.p[big ? s.n - 1 - i : i] << (8 * i);
    return v;
}

uint8_t lc_cur_u8(struct lc_cur *c)
{
    return (uint8_t)take_int(c, 1, false);
}

uint16_t lc_cur_le16(struct lc_cur *c)
{
    return (uint16_t)take_int(c, 2, false);
}

uint32_t lc_cur_le32(struct lc_cur *c)
{
    return (uint32_t)take_int(c, 4, false);
}

uint64_t lc_cur_le64(struct lc_cur *c)
{
    return take_int(c, 8, false);
}

uint16_t lc_cur_be16(struct lc_cur *c)
{
    return (uint16_t)take_int(c, 2, true);
}

uint32_t lc_cur_be24(struct lc_cur *c)
{
    return (uint32_t)take_int(c, 3, true);
}

uint32_t lc_cur_be32(struct lc_cur *c)
{
    return (uint32_t)take_int(c, 4, true);
}
