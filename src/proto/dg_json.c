/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The reader of dg_json.h: functions that take one token, one value, one member off the front of a
 * slice. A value is walked over with a depth and one bit per open bracket instead of a stack.
 */
#include "proto/dg_json.h"
#include "base/text.h"
#include "proto/emit.h"

enum walk { WHOLE, CUT, BROKEN };

#define REPLACED 0xFFFDU

static void skip_blanks(struct lc_slice *s)
{
    size_t n = 0;

    while (n < s->n && (s->p[n] == ' ' || s->p[n] == '\t' || s->p[n] == '\r' || s->p[n] == '\n' ||
                        s->p[n] == 0))
        n++;
    *s = lc_slice_from(*s, n);
}

static bool take_byte(struct lc_slice *s, uint8_t c)
{
    if (s->n == 0 || s->p[0] != c)
        return false;
    *s = lc_slice_from(*s, 1);
    return true;
}

/* One character off the front. In a name that is not UTF-8 a byte past 0x80 may lead a pair of
 * GBK, whose second byte can be a backslash: it must not escape the closing quote. */
static uint32_t take_char(struct lc_slice *s)
{
    const uint8_t *start = s->p;
    uint32_t cp = lc_utf8_take(s);

    if (cp == REPLACED && s->p == start + 1 && start[0] > 0x80 && s->n && s->p[0] >= 0x40 &&
        s->p[0] != 0x7F && s->p[0] != 0xFF)
        *s = lc_slice_from(*s, 1);
    return cp;
}

/* From an opening quote to behind the closing one; `raw` is what stands between. */
static enum walk take_string(struct lc_slice *s, struct lc_slice *raw)
{
    struct lc_slice at = lc_slice_from(*s, 1), begin = at;

    while (at.n) {
        struct lc_slice here = at;
        uint32_t c = take_char(&at);

        if (c == '"') {
            *raw = lc_slice_of(begin.p, (size_t)(here.p - begin.p));
            *s = at;
            return WHOLE;
        }
        if (c == '\\' && at.n)
            (void)take_char(&at);
    }
    *s = at;
    return CUT;
}

/* From an opening bracket to behind its own closing one. */
static enum walk take_brackets(struct lc_slice *s)
{
    uint32_t squares = 0; /* bit i: the bracket at depth i is [ */
    unsigned depth = 0;

    while (s->n) {
        struct lc_slice raw;
        uint8_t c = s->p[0];

        if (c == '"') {
            if (take_string(s, &raw) != WHOLE)
                return CUT;
            continue;
        }
        *s = lc_slice_from(*s, 1);
        if (c == '{' || c == '[') {
            if (depth == LC_DG_JSON_DEPTH)
                return BROKEN;
            squares = (squares & ~(1U << depth)) | (uint32_t)(c == '[') << depth;
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
            if ((squares >> depth & 1U) != (uint32_t)(c == ']'))
                return BROKEN;
            if (depth == 0)
                return WHOLE;
        }
    }
    return CUT;
}

/* One value off the front. A container that was cut off is given as far as it goes; a string or a
 * number that was cut off is not: its end is unknown. */
static enum walk take_value(struct lc_slice *s, struct lc_slice *value)
{
    struct lc_slice begin = *s, raw;
    enum walk w = WHOLE;

    if (s->n == 0)
        return CUT;
    if (s->p[0] == '"') {
        if (take_string(s, &raw) != WHOLE)
            return CUT;
    } else if (s->p[0] == '{' || s->p[0] == '[') {
        w = take_brackets(s);
    } else {
        size_t n = 0;

        while (n < s->n && s->p[n] != ',' && s->p[n] != '}' && s->p[n] != ']' && s->p[n] > ' ')
            n++;
        *s = lc_slice_from(*s, n);
        if (s->n == 0)
            return CUT;
    }
    *value = lc_slice_of(begin.p, begin.n - s->n);
    return w;
}

enum lc_status lc_dg_json_open(struct lc_slice in, struct lc_slice *object)
{
    struct lc_slice at;

    skip_blanks(&in);
    if (in.n == 0 || in.n > LC_DG_JSON_MAX || in.p[0] != '{')
        return LC_EPARSE;
    at = in;
    if (take_brackets(&at) == BROKEN)
        return LC_EPARSE;
    *object = lc_slice_of(in.p, in.n - at.n);
    return LC_OK;
}

/* The next member; false at the end of the object and where it goes wrong. */
static bool take_member(struct lc_slice *s, struct lc_slice *name, struct lc_slice *value)
{
    enum walk w;

    skip_blanks(s);
    while (take_byte(s, ','))
        skip_blanks(s);
    if (s->n == 0 || s->p[0] != '"' || take_string(s, name) != WHOLE)
        return false;
    skip_blanks(s);
    if (!take_byte(s, ':'))
        return false;
    skip_blanks(s);
    *value = (struct lc_slice){NULL, 0};
    w = take_value(s, value);
    return w == WHOLE || (w == CUT && value->n);
}

struct lc_slice lc_dg_json_get(struct lc_slice object, const char *name)
{
    struct lc_slice want = lc_slice_str(name), have, value;

    if (!take_byte(&object, '{'))
        return (struct lc_slice){NULL, 0};
    while (take_member(&object, &have, &value))
        if (lc_slice_ieq(have, want))
            return value;
    return (struct lc_slice){NULL, 0};
}

/* Four hex digits behind "\u"; REPLACED, and nothing taken, when they are none. */
static uint32_t take_hex(struct lc_slice *s)
{
    uint32_t v = 0;

    if (s->n < 4)
        return REPLACED;
    for (size_t i = 0; i < 4; i++) {
        uint8_t c = s->p[i], letter = c | 0x20;

        if (c >= '0' && c <= '9')
            v = v << 4 | (uint32_t)(c - '0');
        else if (letter >= 'a' && letter <= 'f')
            v = v << 4 | (uint32_t)(letter - 'a' + 10);
        else
            return REPLACED;
    }
    *s = lc_slice_from(*s, 4);
    return v;
}

/* Behind a backslash (RFC 8259 section 7); a surrogate without its half is replaced. */
static uint32_t take_escape(struct lc_slice *s)
{
    uint32_t c = take_char(s), low;
    struct lc_slice second;

    if (c == 'n' || c == 'r' || c == 't' || c == 'b' || c == 'f')
        return ' ';
    if (c != 'u')
        return c;
    c = take_hex(s);
    if (c < 0xD800 || c > 0xDFFF)
        return c;
    second = *s;
    if (c > 0xDBFF || !take_byte(&second, '\\') || !take_byte(&second, 'u'))
        return REPLACED;
    low = take_hex(&second);
    if (low < 0xDC00 || low > 0xDFFF)
        return REPLACED;
    *s = second;
    return 0x10000U + ((c - 0xD800U) << 10 | (low - 0xDC00U));
}

static size_t put_char(uint32_t c, size_t n, uint8_t out[static LC_DG_JSON_TEXT])
{
    static const uint8_t lead[5] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t len = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

    if (n + len > LC_DG_JSON_TEXT)
        return 0;
    for (size_t i = len - 1; i > 0; i--, c >>= 6)
        out[n + i] = (uint8_t)(0x80 | (c & 0x3F));
    out[n] = (uint8_t)(lead[len] | c);
    return len;
}

struct lc_slice lc_dg_json_text(struct lc_slice value, uint8_t out[static LC_DG_JSON_TEXT])
{
    struct lc_slice raw;
    size_t n = 0, len = 1;

    if (value.n && (value.p[0] == '-' || (value.p[0] >= '0' && value.p[0] <= '9')))
        return lc_slice_sub(value, 0, LC_DG_JSON_TEXT);
    if (value.n == 0 || value.p[0] != '"' || take_string(&value, &raw) != WHOLE)
        return (struct lc_slice){NULL, 0};
    while (raw.n && len) {
        uint32_t c = take_char(&raw);

        if (c == '\\' && raw.n)
            c = take_escape(&raw);
        len = put_char(c < ' ' || c == 0x7F ? ' ' : c, n, out);
        n += len;
    }
    return lc_slice_of(out, n);
}

bool lc_dg_json_int(struct lc_slice value, int64_t *out)
{
    uint8_t room[LC_DG_JSON_TEXT];
    struct lc_slice text = lc_slice_trim(lc_dg_json_text(value, room));
    bool minus = take_byte(&text, '-');
    uint64_t n;

    if (lc_slice_u64(text, INT64_MAX, &n) != LC_OK)
        return false;
    *out = minus ? -(int64_t)n : (int64_t)n;
    return true;
}

bool lc_dg_json_bool(struct lc_slice value, bool *out)
{
    uint8_t room[LC_DG_JSON_TEXT];
    struct lc_slice text = value;

    if (value.n && value.p[0] == '"')
        text = lc_slice_trim(lc_dg_json_text(value, room));
    *out = lc_slice_ieq(text, LC_S("true")) || lc_slice_eq(text, LC_S("1"));
    return *out || lc_slice_ieq(text, LC_S("false")) || lc_slice_eq(text, LC_S("0"));
}

bool lc_dg_json_emit_str(struct lc_facts *f, enum lc_fact_name fact, struct lc_slice object,
                         const char *name)
{
    uint8_t room[LC_DG_JSON_TEXT];
    struct lc_slice text = lc_slice_trim(lc_dg_json_text(lc_dg_json_get(object, name), room));

    if (text.n)
        (void)lc_emit(f, fact, text);
    return text.n > 0;
}

bool lc_dg_json_emit_int(struct lc_facts *f, enum lc_fact_name fact, struct lc_slice object,
                         const char *name, int64_t least, int64_t most)
{
    int64_t n;

    if (!lc_dg_json_int(lc_dg_json_get(object, name), &n) || n < least || n > most)
        return false;
    lc_facts_int(f, fact, n);
    return true;
}

bool lc_dg_json_emit_bool(struct lc_facts *f, enum lc_fact_name fact, struct lc_slice object,
                          const char *name)
{
    bool truth;

    if (!lc_dg_json_bool(lc_dg_json_get(object, name), &truth))
        return false;
    lc_facts_bool(f, fact, truth);
    return true;
}
