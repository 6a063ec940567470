/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes that nmap and masscan wrote as text: "\x0d", "\r", "\0", "\." and the like. */
#include "import/inside.h"

static int hex(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

void lc_unescape(struct lc_slice text, struct lc_buf *out)
{
    static const char from[] = "rnt0abfv", to[] = "\r\n\t\0\a\b\f\v";

    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i], next = i + 1 < text.n ? text.p[i + 1] : 0;
        size_t word = lc_slice_chr(lc_slice_str(from), next, 0);

        if (c != '\\' || i + 1 == text.n) {
            (void)lc_buf_u8(out, c);
        } else if (next == 'x' && i + 3 < text.n && hex(text.p[i + 2]) >= 0 &&
                   hex(text.p[i + 3]) >= 0) {
            (void)lc_buf_u8(out, (uint8_t)(hex(text.p[i + 2]) * 16 + hex(text.p[i + 3])));
            i += 3;
        } else {
            (void)lc_buf_u8(out, word == LC_NPOS ? next : (uint8_t)to[word]);
            i++;
        }
    }
}
