/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A growing byte buffer that knows its maximum from birth, so that no peer can make it grow without
 * end.
 *
 * A failed put changes nothing, marks the buffer `full` and returns LC_EFULL or LC_ENOMEM. Writers
 * that build a whole message may ignore the single results and look at `full` once at the end. The
 * bytes are never NUL-terminated, except by lc_buf_cstr.
 */
#ifndef LC_BASE_BUF_H
#define LC_BASE_BUF_H

#include "base/slice.h"

struct lc_buf {
    uint8_t *p;
    size_t n, cap, max;
    bool full; /* some put did not fit */
};

void lc_buf_init(struct lc_buf *b, size_t max);
void lc_buf_free(struct lc_buf *b);
void lc_buf_reset(struct lc_buf *b); /* empties, keeps memory and maximum, clears `full` */
enum lc_status lc_buf_reserve(struct lc_buf *b,
                              size_t more) LC_MUST_CHECK; /* room for `more` bytes */
void lc_buf_drop(struct lc_buf *b, size_t n);             /* takes n bytes off the front */

enum lc_status lc_buf_put(struct lc_buf *b, struct lc_slice s);
enum lc_status lc_buf_puts(struct lc_buf *b, const char *s);
enum lc_status lc_buf_putf(struct lc_buf *b, const char *fmt, ...) LC_PRINTF(2, 3);
enum lc_status lc_buf_u8(struct lc_buf *b, uint8_t v);
enum lc_status lc_buf_le16(struct lc_buf *b, uint16_t v);
enum lc_status lc_buf_le32(struct lc_buf *b, uint32_t v);
enum lc_status lc_buf_le64(struct lc_buf *b, uint64_t v);
enum lc_status lc_buf_be16(struct lc_buf *b, uint16_t v);
enum lc_status lc_buf_be32(struct lc_buf *b, uint32_t v);

struct lc_slice lc_buf_view(const struct lc_buf *b); /* until the next put */
const char *lc_buf_cstr(struct lc_buf *b);           /* "" when memory ran out */

/* A reader over a slice: takes typed values off the front; past the end it sets `bad` and gives
 * zeros. Look at `bad` (and that nothing is left over) once, at the end. */
struct lc_cur {
    struct lc_slice s;
    bool bad;
};

uint8_t lc_cur_u8(struct lc_cur *c);
uint16_t lc_cur_le16(struct lc_cur *c);
uint32_t lc_cur_le32(struct lc_cur *c);
uint64_t lc_cur_le64(struct lc_cur *c);
uint16_t lc_cur_be16(struct lc_cur *c);
uint32_t lc_cur_be24(struct lc_cur *c);
uint32_t lc_cur_be32(struct lc_cur *c);
struct lc_slice lc_cur_take(struct lc_cur *c, size_t n);

#endif
