/* SPDX-License-Identifier: Apache-2.0 */
/* Each byte is visited once, however the file is cut: `at` and the flags say how far and in what
 * state. */
#include "import/frames.h"
#include "import/import.h"

void lc_frames_init(struct lc_frames *f, enum lc_framing kind)
{
    *f = (struct lc_frames){.kind = kind, .line_from = 1, .line = 1};
    lc_buf_init(&f->buf, LC_IMPORT_RECORD_MAX + LC_FRAMES_PIECE + 1);
}

void lc_frames_free(struct lc_frames *f)
{
    lc_buf_free(&f->buf);
}

enum lc_status lc_frames_put(struct lc_frames *f, struct lc_slice bytes)
{
    lc_buf_drop(&f->buf, f->from);
    f->at -= f->from;
    f->from = 0;
    return lc_buf_put(&f->buf, bytes);
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* The record begins at `at`. */
static void start_here(struct lc_frames *f)
{
    f->from = f->at;
    f->line_from = f->line;
    f->depth = 0;
    f->quoted = f->escaped = false;
}

/* Takes the rest of the line off; false when its end has not come. */
static bool skip_line(struct lc_frames *f)
{
    size_t lf = lc_slice_chr(lc_buf_view(&f->buf), '\n', f->at);

    f->skipping = lf == LC_NPOS;
    f->at = lf == LC_NPOS ? f->buf.n : lf + 1;
    f->line += lf != LC_NPOS;
    start_here(f);
    return !f->skipping;
}

/* Byte order mark, then for JSON the question whether this is an array. False: more is needed. */
static bool begin(struct lc_frames *f, bool end)
{
    static const uint8_t bom[] = {0xef, 0xbb, 0xbf};
    struct lc_slice s = lc_buf_view(&f->buf);

    if (s.n < sizeof bom && !end)
        return false;
    if (f->at == 0 && lc_slice_starts(s, lc_slice_of(bom, sizeof bom)))
        f->at = sizeof bom;
    if (f->kind == LC_FRAME_JSON) {
        for (; f->at < s.n && is_blank(s.p[f->at]); f->at++)
            f->line += s.p[f->at] == '\n';
        start_here(f);
        if (f->at == s.n)
            return false;
        f->array = s.p[f->at] == '[';
        f->at += f->array;
    }
    start_here(f);
    f->begun = true;
    return true;
}

/* ---- one step of each kind: true when `at` stands behind the record's last byte ---- */

static bool scan_line(struct lc_frames *f, size_t *cut)
{
    size_t lf = lc_slice_chr(lc_buf_view(&f->buf), '\n', f->at);

    f->at = lf == LC_NPOS ? f->buf.n : lf + 1;
    f->line += lf != LC_NPOS;
    *cut = 1;
    return lf != LC_NPOS;
}

static bool scan_csv(struct lc_frames *f, size_t *cut)
{
    *cut = 1;
    while (f->at < f->buf.n) {
        uint8_t c = f->buf.p[f->at++];

        f->line += c == '\n';
        if (c == '"')
            f->quoted = !f->quoted; /* a doubled quote is two of these */
        if (c == '\n' && !f->quoted)
            return true;
    }
    return false;
}

/* One byte of an object; true when it ends it. */
static bool json_byte(struct lc_frames *f, uint8_t c)
{
    if (f->escaped)
        f->escaped = false;
    else if (f->quoted && c == '\\')
        f->escaped = true;
    else if (c == '"')
        f->quoted = !f->quoted;
    else if (!f->quoted && (c == '{' || c == '['))
        f->depth++;
    else if (!f->quoted && (c == '}' || c == ']'))
        return --f->depth == 0;
    return false;
}

/* Between two objects. False: a byte that belongs there is behind us; true: `at` is at one that
 * does not. */
static bool between(struct lc_frames *f, uint8_t c)
{
    if (c == ']')
        f->closed = true;
    if (!is_blank(c) && c != ',' && c != ']')
        return true;
    f->line += c == '\n';
    f->at++;
    start_here(f);
    return false;
}

static enum lc_status scan_json(struct lc_frames *f)
{
    while (f->at < f->buf.n) {
        uint8_t c = f->buf.p[f->at];

        if (f->depth == 0 && c != '{') {
            if (between(f, c))
                return LC_EINVAL;
            continue;
        }
        f->at++;
        f->line += c == '\n';
        if (json_byte(f, c))
            return LC_OK;
    }
    return LC_MORE;
}

static enum lc_status scan(struct lc_frames *f, size_t *cut)
{
    *cut = 0;
    if (f->array)
        return scan_json(f);
    return (f->kind == LC_FRAME_CSV ? scan_csv(f, cut) : scan_line(f, cut)) ? LC_OK : LC_MORE;
}

/* Nothing more will come. */
static enum lc_status last(struct lc_frames *f, struct lc_slice *record)
{
    struct lc_slice rest = lc_slice_from(lc_buf_view(&f->buf), f->from);
    bool open = f->array ? !f->closed : f->quoted && f->kind == LC_FRAME_CSV;

    f->at = f->buf.n;
    f->closed = true;
    start_here(f);
    if (open)
        return LC_EPARSE;
    *record = rest;
    return rest.n && !f->array ? LC_OK : LC_MORE;
}

enum lc_status lc_frames_next(struct lc_frames *f, bool end, struct lc_slice *record,
                              uint64_t *line)
{
    enum lc_status st;
    size_t cut;

    if (!f->begun && !begin(f, end))
        return LC_MORE;
    if (f->skipping && !skip_line(f) && !end)
        return LC_MORE;
    st = scan(f, &cut);
    *line = f->line_from;
    if (f->at - f->from > LC_IMPORT_RECORD_MAX)
        st = LC_EFULL;
    if (st == LC_MORE)
        return end ? last(f, record) : LC_MORE;
    if (st == LC_OK)
        *record = lc_slice_sub(lc_buf_view(&f->buf), f->from, f->at - f->from - cut);
    if (st == LC_OK || (st == LC_EFULL && cut && f->at && f->buf.p[f->at - 1] == '\n'))
        start_here(f);
    else
        (void)skip_line(f);
    return st;
}
