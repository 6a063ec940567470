/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Typed sinks: the only ways in which a peer's bytes may reach a reader (facts on hostile input:
 * H19). Each takes raw bytes, makes them inert for one kind of output and appends them to a buffer.
 * Invalid UTF-8 becomes U+FFFD; control, bidi-override and zero-width characters become visible
 * escapes or U+FFFD.
 */
#ifndef LC_BASE_TEXT_H
#define LC_BASE_TEXT_H

#include "base/buf.h"

void lc_put_json(struct lc_buf *b,
                 struct lc_slice s); /* inside the quotes of a JSON string; no quotes added */
void lc_put_html(struct lc_buf *b, struct lc_slice s); /* text and quoted attributes */
void lc_put_tty(struct lc_buf *b, struct lc_slice s);  /* a terminal, one line */
void lc_put_csv(struct lc_buf *b, struct lc_slice s); /* one field, quoted, safe against formulas */

/* Columns on a terminal: combining marks count 0, wide East Asian 2. */
size_t lc_text_width(struct lc_slice s);

/* Takes one code point off the front of `*s`; U+FFFD for a malformed sequence (one byte taken).
 * Overlong forms, surrogates and values past U+10FFFF are malformed. */
uint32_t lc_utf8_take(struct lc_slice *s);
void lc_put_utf8(struct lc_buf *b, uint32_t cp);

/* A JSON writer: commas and nesting by itself, never fails but by filling its buffer. */
struct lc_json {
    struct lc_buf *out;
    bool comma;
};

void lc_json_open(struct lc_json *j, const char *key,
                  char bracket);                     /* '{' or '['; key NULL in arrays */
void lc_json_close(struct lc_json *j, char bracket); /* '}' or ']' */
void lc_json_str(struct lc_json *j, const char *key, struct lc_slice value);
void lc_json_int(struct lc_json *j, const char *key, int64_t value);
void lc_json_bool(struct lc_json *j, const char *key, bool value);
void lc_json_null(struct lc_json *j, const char *key);

#endif
