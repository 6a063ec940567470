/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed sinks and the JSON writer. Every sink walks code points, so malformed UTF-8 is mended in
 * one place and no sink can be tricked by an overlong or cut-off sequence.
 */
#include "base/text.h"

#include <wchar.h>

#define BAD 0xfffdU

static bool cont(struct lc_slice s, size_t i)
{
    return i < s.n && (s.p[i] & 0xc0) == 0x80;
}

uint32_t lc_utf8_take(struct lc_slice *s)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    uint8_t c = s->p[0];
    size_t len = c < 0x80 ? 1 : c >> 5 == 6 ? 2 : c >> 4 == 14 ? 3 : c >> 3 == 30 ? 4 : 0;
    uint32_t cp = len == 1 ? c : len ? c & (0x7fU >> len) : BAD;

    for (size_t i = 1; i < len; i++) {
        if (!cont(*s, i)) {
            len = 0;
            break;
        }
        cp = cp << 6 | (s->p[i] & 0x3fU);
    }
    if (len == 0 || cp < least[len] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff)) {
        *s = lc_slice_from(*s, 1);
        return BAD;
    }
    *s = lc_slice_from(*s, len);
    return cp;
}

void lc_put_utf8(struct lc_buf *b, uint32_t cp)
{
    uint8_t u[4];
    size_t n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;
    static const uint8_t lead[5] = {0, 0, 0xc0, 0xe0, 0xf0};

    for (size_t i = n; i-- > 1; cp >>= 6)
        u[i] = (uint8_t)(0x80 | (cp & 0x3f));
    u[0] = (uint8_t)(lead[n] | cp);
    (void)lc_buf_put(b, lc_slice_of(u, n));
}

/* Characters that move, hide or reorder what a person sees. */
static bool sly(uint32_t cp)
{
    return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || (cp >= 0x200b && cp <= 0x200f) ||
           (cp >= 0x2028 && cp <= 0x202e) || (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff ||
           cp == 0xad || cp == 0x61c || cp == 0x180e || (cp >= 0xfff9 && cp <= 0xfffb) ||
           (cp >= 0xe0000 && cp <= 0xe0fff);
}

void lc_put_json(struct lc_buf *b, struct lc_slice s)
{
    while (s.n) {
        uint32_t cp = lc_utf8_take(&s);

        if (cp == '"' || cp == '\\')
            (void)lc_buf_putf(b, "\\%c", (char)cp);
        else if (cp == '<' || cp == '>' || cp == '&' || (sly(cp) && cp <= 0xffff))
            (void)lc_buf_putf(b, "\\u%04x", cp); /* also inert inside an HTML script block */
        else
            lc_put_utf8(b, sly(cp) ? BAD : cp);
    }
}

void lc_put_html(struct lc_buf *b, struct lc_slice s)
{
    while (s.n) {
        uint32_t cp = lc_utf8_take(&s);

        if (cp == '<' || cp == '>' || cp == '&' || cp == '"' || cp == '\'' || cp == '`')
            (void)lc_buf_putf(b, "&#%u;", cp);
        else
            lc_put_utf8(b, sly(cp) && cp != '\n' ? BAD : cp);
    }
}

void lc_put_tty(struct lc_buf *b, struct lc_slice s)
{
    while (s.n) {
        uint32_t cp = lc_utf8_take(&s);

        if (cp == '\n' || cp == '\r' || cp == '\t')
            (void)lc_buf_u8(b, ' ');
        else
            lc_put_utf8(b, sly(cp) ? BAD : cp);
    }
}

void lc_put_csv(struct lc_buf *b, struct lc_slice s)
{
    (void)lc_buf_u8(b, '"');
    /* A cell that a spreadsheet would take for a formula starts with an apostrophe (OWASP, CSV
     * injection). */
    if (s.n && lc_slice_chr(LC_S("=+-@|%\t\r\n"), s.p[0], 0) != LC_NPOS)
        (void)lc_buf_u8(b, '\'');
    while (s.n) {
        uint32_t cp = lc_utf8_take(&s);

        if (cp == '"')
            (void)lc_buf_puts(b, "\"\"");
        else if (cp == '\n' || cp == '\r' || cp == '\t')
            (void)lc_buf_u8(b, ' ');
        else
            lc_put_utf8(b, sly(cp) ? BAD : cp);
    }
    (void)lc_buf_u8(b, '"');
}

size_t lc_text_width(struct lc_slice s)
{
    size_t cols = 0;

    while (s.n) {
        uint32_t cp = lc_utf8_take(&s);
        int w = cp < 0x80 ? 1 : wcwidth((wchar_t)cp);

        cols += w > 0 ? (size_t)w : w == 0 ? 0 : 1;
    }
    return cols;
}

static void json_key(struct lc_json *j, const char *key)
{
    if (j->comma)
        (void)lc_buf_u8(j->out, ',');
    j->comma = true;
    if (key) {
        (void)lc_buf_u8(j->out, '"');
        lc_put_json(j->out, lc_slice_str(key));
        (void)lc_buf_puts(j->out, "\":");
    }
}

void lc_json_open(struct lc_json *j, const char *key, char bracket)
{
    json_key(j, key);
    (void)lc_buf_u8(j->out, (uint8_t)bracket);
    j->comma = false;
}

void lc_json_close(struct lc_json *j, char bracket)
{
    (void)lc_buf_u8(j->out, (uint8_t)bracket);
    j->comma = true;
}

void lc_json_str(struct lc_json *j, const char *key, struct lc_slice value)
{
    json_key(j, key);
    (void)lc_buf_u8(j->out, '"');
    lc_put_json(j->out, value);
    (void)lc_buf_u8(j->out, '"');
}

void lc_json_int(struct lc_json *j, const char *key, int64_t value)
{
    json_key(j, key);
    (void)lc_buf_putf(j->out, "%lld", (long long)value);
}

void lc_json_bool(struct lc_json *j, const char *key, bool value)
{
    json_key(j, key);
    (void)lc_buf_puts(j->out, value ? "true" : "false");
}

void lc_json_null(struct lc_json *j, const char *key)
{
    json_key(j, key);
    (void)lc_buf_puts(j->out, "null");
}
