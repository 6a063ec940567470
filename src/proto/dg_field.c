/* SPDX-License-Identifier: Apache-2.0 */
/* Texts out of fields of fixed length: borrowed from the datagram, never copied. See dg_field.h for
 * what counts as one. */
#include "proto/dg_field.h"

static const struct lc_slice none;

struct lc_slice lc_dg_text(struct lc_slice in, size_t at, size_t n)
{
    struct lc_slice field;
    size_t end;

    if (at > in.n || n > in.n - at)
        return none;
    field = lc_slice_sub(in, at, n);
    end = lc_slice_chr(field, 0, 0);
    if (end != LC_NPOS)
        field.n = end;
    for (size_t i = 0; i < field.n; i++)
        if (field.p[i] < 0x20 || field.p[i] > 0x7E)
            return none;
    return lc_slice_trim(field);
}

bool lc_dg_is_word(struct lc_slice text)
{
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i], lower = c | 0x20;

        if ((c < '0' || c > '9') && (lower < 'a' || lower > 'z'))
            return false;
    }
    return text.n > 0;
}
