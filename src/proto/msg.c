/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar shared by HTTP/1.x and RTSP/1.0 answers: see msg.h for the contract.
 *
 * Everything moves forward over complete lines: next_line() is the only search, it starts at
 * `scanned`, so a peer that sends single bytes costs linear work. Framing follows RFC 9112
 * section 6.3 where the peer is sane; where it is not (two lengths that disagree, a negative one),
 * the body lasts until the connection ends and no second request is put on it.
 */
#include "proto/msg.h"

#include <string.h>

enum stage { ST_STATUS, ST_HEADERS, ST_BODY, ST_CHUNK_SIZE, ST_CHUNK_END, ST_TRAILER, ST_DONE };
enum framing { FR_NONE, FR_LENGTH, FR_CHUNKED, FR_CLOSE };

#define CHUNK_LINE_CAP 256U /* a chunk size with extensions; longer is broken */
#define LEADING_CAP    16U  /* empty lines before a status line that real devices send */

static const char *const odd_names[LC_ODD_COUNT] = {
    "bare-lf",
    "nul-in-head",
    "leading-newlines",
    "odd-version",
    "length-twice",
    "length-clash",
    "length-bad",
    "length-and-chunks",
    "chunk-bad",
    "folded-header",
    "header-without-colon",
    "many-headers",
    "head-too-big",
    "truncated",
    "interleaved-frame",
    "no-cseq",
    "cseq-mismatch",
    "endless-interim",
    "xml-doctype",
    "xml-bounds",
    "xml-bad",
    "tls-bad",
    "cert-bad",
    "cert-too-big",
};

const char *lc_msg_odd_name(enum lc_msg_odd bit)
{
    return odd_names[bit];
}

void lc_msg_start(struct lc_msg *m, enum lc_msg_kind kind)
{
    *m = (struct lc_msg){.kind = (uint8_t)kind};
}

/* ---- lines ---- */

static struct lc_slice without_cr(struct lc_slice line)
{
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

/* Takes the next complete line, without its end. */
static bool next_line(struct lc_msg *m, struct lc_slice in, struct lc_slice *line)
{
    size_t lf = lc_slice_chr(in, '\n', m->scanned);

    if (lf == LC_NPOS) {
        if (in.n > m->scanned)
            m->scanned = (uint32_t)in.n;
        return false;
    }
    *line = without_cr(lc_slice_sub(in, m->line, lf - m->line));
    m->line = m->scanned = (uint32_t)lf + 1;
    return true;
}

/* ---- status line ---- */

static struct lc_slice magic(const struct lc_msg *m)
{
    return m->kind == LC_MSG_RTSP ? LC_S("RTSP/") : LC_S("HTTP/");
}

/* Could these bytes still become a status line? */
static bool plausible(const struct lc_msg *m, struct lc_slice line)
{
    struct lc_slice want = magic(m);

    if (line.n < want.n)
        want.n = line.n;
    return lc_slice_istarts(line, want);
}

static bool digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool version_usual(const struct lc_msg *m, struct lc_slice line)
{
    if (!lc_slice_starts(line, magic(m)))
        return false;
    line = lc_slice_from(line, 5);
    return lc_slice_starts(line, LC_S("1.0 ")) ||
           (m->kind == LC_MSG_HTTP && lc_slice_starts(line, LC_S("1.1 ")));
}

/* "HTTP/1.1 200 OK"; the reason may lack, blanks may be doubled. */
static enum lc_status parse_status(struct lc_msg *m, struct lc_slice line)
{
    size_t at = 5;

    if (line.n < 5 || !lc_slice_istarts(line, magic(m)))
        return LC_EPARSE;
    while (at < line.n && (digit(line.p[at]) || line.p[at] == '.'))
        at++;
    if (at == 5 || at == line.n || line.p[at] != ' ')
        return LC_EPARSE;
    while (at < line.n && line.p[at] == ' ')
        at++;
    if (line.n - at < 3 || !digit(line.p[at]) || !digit(line.p[at + 1]) || !digit(line.p[at + 2]))
        return LC_EPARSE;
    if (line.p[at] == '0' || (line.n - at > 3 && digit(line.p[at + 3])))
        return LC_EPARSE;
    if (!version_usual(m, line))
        m->odd |= LC_ODD(LC_ODD_VERSION);
    m->last = m->kind == LC_MSG_HTTP && !lc_slice_istarts(line, LC_S("HTTP/1.1"));
    m->status =
        (uint16_t)((line.p[at] - '0') * 100 + (line.p[at + 1] - '0') * 10 + (line.p[at + 2] - '0'));
    return LC_OK;
}

/* ---- headers ---- */

struct lc_slice lc_msg_headers(const struct lc_msg *m, struct lc_slice in)
{
    struct lc_slice head = lc_slice_sub(in, m->first, m->head - m->first);
    size_t lf = lc_slice_chr(head, '\n', 0);

    return lc_slice_from(head, lf == LC_NPOS ? head.n : lf + 1);
}

/* The next line with its continuations; false at the blank line or the end. */
static bool folded_line(struct lc_slice *rest, struct lc_slice *line)
{
    size_t end = 0;

    if (rest->n == 0)
        return false;
    do {
        size_t lf = lc_slice_chr(*rest, '\n', end);

        end = lf == LC_NPOS ? rest->n : lf + 1;
    } while (end < rest->n && (rest->p[end] == ' ' || rest->p[end] == '\t'));
    *line = lc_slice_sub(*rest, 0, end);
    *rest = lc_slice_from(*rest, end);
    while (line->n && (line->p[line->n - 1] == '\n' || line->p[line->n - 1] == '\r'))
        line->n--;
    return line->n != 0;
}

bool lc_msg_next(struct lc_slice *rest, struct lc_header *out)
{
    struct lc_slice line;

    while (folded_line(rest, &line)) {
        size_t colon = lc_slice_chr(line, ':', 0);

        if (colon == LC_NPOS)
            continue;
        out->name = lc_slice_trim(lc_slice_sub(line, 0, colon));
        out->raw = lc_slice_from(line, colon + 1);
        out->value = lc_slice_trim(out->raw);
        return true;
    }
    return false;
}

struct lc_slice lc_msg_header(const struct lc_msg *m, struct lc_slice in, struct lc_slice name)
{
    struct lc_slice rest = lc_msg_headers(m, in);
    struct lc_header h;

    while (lc_msg_next(&rest, &h))
        if (lc_slice_ieq(h.name, name))
            return h.value;
    return (struct lc_slice){NULL, 0};
}

static void read_length(struct lc_msg *m, struct lc_slice value)
{
    uint64_t n;

    if (lc_slice_u64(value, INT32_MAX, &n) != LC_OK) {
        m->odd |= LC_ODD(LC_ODD_LENGTH_BAD);
        return;
    }
    if (m->framing == FR_LENGTH)
        m->odd |= LC_ODD(n == m->length ? LC_ODD_LENGTH_TWICE : LC_ODD_LENGTH_CLASH);
    m->framing = FR_LENGTH;
    m->length = (uint32_t)n;
}

static void note_style(struct lc_msg *m, struct lc_slice headers)
{
    struct lc_slice line;
    size_t lines = 0;

    while (lc_slice_next(&headers, '\n', &line) == LC_OK && line.n && line.p[0] != '\r') {
        if (line.p[0] == ' ' || line.p[0] == '\t')
            m->odd |= LC_ODD(LC_ODD_FOLDED);
        else if (lc_slice_chr(line, ':', 0) == LC_NPOS)
            m->odd |= LC_ODD(LC_ODD_HEADER_BAD);
        if (headers.p && line.p[line.n - 1] != '\r')
            m->odd |= LC_ODD(LC_ODD_BARE_LF);
        lines++;
    }
    if (lines > LC_MSG_HEADERS)
        m->odd |= LC_ODD(LC_ODD_HEADERS_MANY);
}

/* RFC 9112 6.3 and RFC 2326 4.4: what frames the body. */
static void choose_framing(struct lc_msg *m, bool chunked)
{
    const uint32_t broken = LC_ODD(LC_ODD_LENGTH_BAD) | LC_ODD(LC_ODD_LENGTH_CLASH);

    if (m->status < 200 || m->status == 204 || m->status == 304) {
        m->framing = FR_NONE;
    } else if (chunked) {
        if (m->framing == FR_LENGTH)
            m->odd |= LC_ODD(LC_ODD_LENGTH_CHUNKS);
        m->framing = FR_CHUNKED;
    } else if (m->odd & broken) {
        m->framing = FR_CLOSE;
    } else if (m->framing == FR_NONE && m->kind == LC_MSG_HTTP) {
        m->framing = FR_CLOSE;
    }
    if (m->framing == FR_CLOSE)
        m->last = true;
}

static void read_headers(struct lc_msg *m, struct lc_slice in)
{
    struct lc_slice rest = lc_msg_headers(m, in);
    struct lc_header h;
    bool chunked = false;

    if (memchr(in.p, 0, m->head))
        m->odd |= LC_ODD(LC_ODD_NUL);
    note_style(m, rest);
    for (unsigned i = 0; i < LC_MSG_HEADERS && lc_msg_next(&rest, &h); i++) {
        if (lc_slice_ieq(h.name, LC_S("Content-Length")))
            read_length(m, h.value);
        else if (lc_slice_ieq(h.name, LC_S("Transfer-Encoding")))
            chunked |=
                m->kind == LC_MSG_HTTP && lc_slice_ifind(h.value, LC_S("chunked"), 0) != LC_NPOS;
        else if (lc_slice_ieq(h.name, LC_S("Connection")))
            m->last = lc_slice_ifind(h.value, LC_S("close"), 0) != LC_NPOS ||
                      (m->last && lc_slice_ifind(h.value, LC_S("keep-alive"), 0) == LC_NPOS);
    }
    choose_framing(m, chunked);
}

/* The head lies in in[0..head): reads it and says where to go on. */
static void take_head(struct lc_msg *m, struct lc_slice in, size_t head)
{
    static const uint8_t next[] = {ST_DONE, ST_BODY, ST_CHUNK_SIZE, ST_BODY};

    m->head = (uint32_t)head;
    read_headers(m, in);
    m->stage = next[m->framing];
    if (m->stage == ST_DONE)
        m->total = m->head;
}

/* ---- stages ---- */

static enum lc_status at_status(struct lc_msg *m, struct lc_slice in)
{
    struct lc_slice line;

    for (;;) {
        if (lc_slice_from(in, m->line).n && in.p[m->line] == '$' && m->kind == LC_MSG_RTSP) {
            m->odd |= LC_ODD(LC_ODD_INTERLEAVED);
            return LC_EPARSE;
        }
        m->first = m->line;
        if (!next_line(m, in, &line)) {
            line = lc_slice_from(in, m->line);
            return plausible(m, without_cr(line)) ? LC_MORE : LC_EPARSE;
        }
        if (line.n)
            break;
        m->odd |= LC_ODD(LC_ODD_LEADING);
        if (m->line > LEADING_CAP)
            return LC_EPARSE;
    }
    if (in.p[m->line - 2] != '\r')
        m->odd |= LC_ODD(LC_ODD_BARE_LF);
    m->stage = ST_HEADERS;
    return parse_status(m, line);
}

static enum lc_status at_headers(struct lc_msg *m, struct lc_slice in)
{
    struct lc_slice line;

    do {
        if (!next_line(m, in, &line))
            return LC_MORE;
    } while (line.n);
    take_head(m, in, m->line);
    return LC_OK;
}

static enum lc_status at_body(struct lc_msg *m, struct lc_slice in, enum lc_msg_end end)
{
    if (m->framing == FR_CLOSE) {
        if (end != LC_MSG_CLOSED)
            return LC_MORE;
        m->length = (uint32_t)in.n - m->head;
    } else if (in.n - m->head < m->length) {
        return LC_MORE;
    }
    m->total = m->head + m->length;
    m->stage = ST_DONE;
    return LC_OK;
}

/* "1a3;ext" -> 0x1a3; false when it is no size or past what could ever be read. */
static bool chunk_size(struct lc_slice line, uint32_t *out)
{
    uint32_t v = 0;
    size_t i = 0;

    for (; i < line.n && i < 7; i++) {
        uint8_t c = line.p[i];

        if (digit(c))
            v = v << 4 | (uint32_t)(c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            v = v << 4 | (uint32_t)((c | 0x20) - 'a' + 10);
        else
            break;
    }
    *out = v;
    return i > 0 && (i == line.n || line.p[i] == ';' || line.p[i] == ' ');
}

static enum lc_status chunk_broken(struct lc_msg *m)
{
    m->odd |= LC_ODD(LC_ODD_CHUNK_BAD);
    m->total = m->line;
    return LC_EFULL;
}

static enum lc_status at_chunk_size(struct lc_msg *m, struct lc_slice in)
{
    struct lc_slice line;
    uint32_t n;

    if (!next_line(m, in, &line))
        return in.n - m->line > CHUNK_LINE_CAP ? chunk_broken(m) : LC_MORE;
    if (line.n > CHUNK_LINE_CAP || !chunk_size(line, &n))
        return chunk_broken(m);
    m->stage = n ? ST_CHUNK_END : ST_TRAILER;
    m->line += n;
    m->scanned = m->line;
    return LC_OK;
}

static enum lc_status at_chunk_end(struct lc_msg *m, struct lc_slice in)
{
    struct lc_slice line;

    if (in.n <= m->line)
        return LC_MORE;
    if (in.p[m->line] != '\r' && in.p[m->line] != '\n')
        return chunk_broken(m);
    if (in.n - m->line > 1 && in.p[m->line] == '\r' && in.p[m->line + 1] != '\n')
        return chunk_broken(m);
    if (!next_line(m, in, &line))
        return LC_MORE;
    m->stage = ST_CHUNK_SIZE;
    return LC_OK;
}

static enum lc_status at_trailer(struct lc_msg *m, struct lc_slice in)
{
    struct lc_slice line;

    do {
        if (!next_line(m, in, &line))
            return LC_MORE;
    } while (line.n);
    m->total = m->line;
    m->stage = ST_DONE;
    return LC_OK;
}

static enum lc_status step(struct lc_msg *m, struct lc_slice in, enum lc_msg_end end)
{
    switch (m->stage) {
    case ST_STATUS:
        return at_status(m, lc_slice_sub(in, 0, LC_MSG_HEAD_CAP));
    case ST_HEADERS:
        return at_headers(m, lc_slice_sub(in, 0, LC_MSG_HEAD_CAP));
    case ST_BODY:
        return at_body(m, in, end);
    case ST_CHUNK_SIZE:
        return at_chunk_size(m, in);
    case ST_CHUNK_END:
        return at_chunk_end(m, in);
    default:
        return at_trailer(m, in);
    }
}

/* No more will be read: makes the best of what is there. */
static enum lc_status give_up(struct lc_msg *m, struct lc_slice in, uint32_t why)
{
    enum lc_status st = LC_OK;

    if (in.n == 0)
        return LC_DONE;
    m->odd |= why;
    if (m->stage == ST_STATUS)
        st = parse_status(m, lc_slice_from(in, m->first));
    if (st != LC_OK)
        return st;
    if (m->stage <= ST_HEADERS)
        take_head(m, in, in.n); /* a head that never ended has no body behind it */
    m->total = (uint32_t)in.n;
    m->last = true;
    return LC_EFULL;
}

enum lc_status lc_msg_feed(struct lc_msg *m, struct lc_slice in, enum lc_msg_end end)
{
    enum lc_status st = LC_OK;

    in = lc_slice_sub(in, 0, LC_MSG_CAP);
    while (st == LC_OK && m->stage != ST_DONE)
        st = step(m, in, end);
    if (st == LC_EFULL)
        m->last = true;
    /* What is no answer is refused at its first impossible byte; how much of its line had come by
     * then is chance, so nothing that a later byte might have shown is told. */
    if (st == LC_EPARSE)
        m->odd &= LC_ODD(LC_ODD_LEADING) | LC_ODD(LC_ODD_INTERLEAVED);
    if (st != LC_MORE)
        return st;
    if (m->stage <= ST_HEADERS && in.n >= LC_MSG_HEAD_CAP)
        return give_up(m, lc_slice_sub(in, 0, LC_MSG_HEAD_CAP), LC_ODD(LC_ODD_HEAD_BIG));
    if (in.n == LC_MSG_CAP)
        return give_up(m, in, 0);
    if (end != LC_MSG_OPEN)
        return give_up(m, in, end == LC_MSG_CLOSED ? LC_ODD(LC_ODD_TRUNCATED) : 0);
    return LC_MORE;
}

/* ---- body ---- */

static struct lc_slice unchunk(struct lc_slice raw, struct lc_buf *tmp)
{
    struct lc_slice line;
    uint32_t n;

    while (lc_slice_next(&raw, '\n', &line) == LC_OK && chunk_size(without_cr(line), &n) && n) {
        (void)lc_buf_put(tmp, lc_slice_sub(raw, 0, n));
        raw = lc_slice_from(raw, n);
        if (lc_slice_next(&raw, '\n', &line) != LC_OK)
            break;
    }
    return lc_buf_view(tmp);
}

struct lc_slice lc_msg_body(const struct lc_msg *m, struct lc_slice in, struct lc_buf *tmp)
{
    size_t n = m->total > m->head ? m->total - m->head : 0;
    struct lc_slice raw = lc_slice_sub(in, m->head, n);

    return m->framing == FR_CHUNKED ? unchunk(raw, tmp) : raw;
}
