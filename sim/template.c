/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling the holes. Date texts are made once a second; nonces come from a counter through SipHash,
 * which costs some 20 ns where the kernel's generator would cost a system call for each answer.
 */
#include "template.h"

#include "parts.h"

#include "base/clock.h"
#include "base/hash.h"

#include <string.h>
#include <time.h>

/* What stands in the parentheses of a hole. */
enum args { NOTHING, PART, PART_PLUS, PART_HEX, PART_SIZE, WORD, PLACE };

static const struct {
    const char *name;
    enum sim_patch what;
    enum args args;
} holes[] = {
    {"$CSEQ", SIM_CSEQ, NOTHING},       {"$DATE", SIM_DATE, NOTHING},
    {"$HIKDATE", SIM_HIKDATE, NOTHING}, {"$TIME", SIM_TIME, NOTHING},
    {"$NONCE", SIM_NONCE, NOTHING},     {"$CNONCE", SIM_CNONCE, NOTHING},
    {"$IDLOW", SIM_IDLOW, NOTHING},     {"$ID", SIM_ID, NOTHING},
    {"$ADDR", SIM_ADDR, NOTHING},       {"$LEN", SIM_LEN, NOTHING},
    {"$IP4REV", SIM_IP4REV, NOTHING},   {"$IP4", SIM_IP4, NOTHING},
    {"$MACDASH", SIM_MACDASH, NOTHING}, {"$MACBARE", SIM_MACBARE, NOTHING},
    {"$MAC6", SIM_MAC6, NOTHING},       {"$MAC", SIM_MAC, NOTHING},
    {"$HOST(", SIM_HOST, WORD},         {"$TAG(", SIM_TAG, WORD},
    {"$HEADER(", SIM_HEADER, WORD},     {"$AT(", SIM_AT, PLACE},
    {"$BEGIN(", SIM_BEGIN, PART},       {"$END(", SIM_END, PART},
    {"$PAD(", SIM_PAD, PART_SIZE},      {"$U8(", SIM_U8, PART_PLUS},
    {"$LE16(", SIM_LE16, PART_PLUS},    {"$LE32(", SIM_LE32, PART_PLUS},
    {"$BE16(", SIM_BE16, PART_PLUS},    {"$BE32(", SIM_BE32, PART_PLUS},
    {"$CRC32(", SIM_CRC32, PART_HEX},   {"$TUYA(", SIM_TUYA, PART},
};

static bool take_number(struct lc_slice s, uint32_t *out)
{
    uint64_t v;
    if (lc_slice_u64(s, UINT32_MAX, &v) != LC_OK)
        return false;
    *out = (uint32_t)v;
    return true;
}

static bool part_args(struct lc_slice s, enum args args, struct sim_piece *p)
{
    uint64_t hex = 0;
    if (!s.n || s.p[0] < 'a' || s.p[0] >= 'a' + SIM_PARTS)
        return false;
    p->a = (uint32_t)(s.p[0] - 'a');
    struct lc_slice more = lc_slice_from(s, 2);
    if (s.n == 1)
        return args != PART_SIZE;
    if (args == PART_PLUS)
        return s.p[1] == '+' && take_number(more, &p->b);
    if (args == PART_SIZE)
        return s.p[1] == ',' && take_number(more, &p->b);
    if (args != PART_HEX || s.p[1] != ',' || !sim_doc_hex(more, &hex))
        return false;
    p->b = (uint32_t)hex;
    return true;
}

/* The hole that begins at s[0]; SIM_TEXT for none. `len` is what it takes up. */
static struct sim_piece hole_at(struct sim_doc *d, struct lc_slice s, size_t *len)
{
    struct sim_piece p = {0};
    size_t i = 0, n = sizeof(holes) / sizeof(*holes);
    while (i < n && !lc_slice_starts(s, lc_slice_str(holes[i].name)))
        i++;
    if (i == n)
        return p;
    p.what = holes[i].what;
    *len = strlen(holes[i].name);
    if (holes[i].args == NOTHING)
        return p;
    size_t end = lc_slice_chr(s, ')', *len);
    struct lc_slice args = lc_slice_sub(s, *len, end == LC_NPOS ? 0 : end - *len);
    size_t comma = lc_slice_chr(args, ',', 0);
    bool ok = args.n > 0;
    if (holes[i].args == WORD)
        p.text = args;
    else if (holes[i].args == PLACE)
        ok = comma != LC_NPOS && take_number(lc_slice_sub(args, 0, comma), &p.a) &&
             take_number(lc_slice_from(args, comma + 1), &p.b);
    else
        ok = part_args(args, holes[i].args, &p);
    if (!ok)
        sim_doc_fail(d, NULL, "%s takes something else in its parentheses", holes[i].name);
    *len = d->bad ? *len : end + 1;
    return p;
}

/* Walks `bytes` and writes the pieces to `out` (NULL: only counts them). */
static size_t cut(struct sim_doc *d, struct lc_slice bytes, struct sim_piece *out)
{
    size_t n = 0, from = 0, len = 0;
    for (size_t at = lc_slice_chr(bytes, '$', 0); at != LC_NPOS;) {
        struct sim_piece hole = hole_at(d, lc_slice_from(bytes, at), &len);
        if (hole.what == SIM_TEXT) {
            at = lc_slice_chr(bytes, '$', at + 1);
            continue;
        }
        if (out && at > from)
            out[n] = (struct sim_piece){.text = lc_slice_sub(bytes, from, at - from)};
        n += at > from;
        if (out)
            out[n] = hole;
        n++;
        from = at + len;
        at = lc_slice_chr(bytes, '$', from);
    }
    if (out && from < bytes.n)
        out[n] = (struct sim_piece){.text = lc_slice_from(bytes, from)};
    return n + (from < bytes.n);
}

struct sim_template sim_template_make(struct sim_doc *d, struct lc_slice bytes)
{
    size_t n = cut(d, bytes, NULL);
    struct sim_piece *piece = n ? sim_doc_alloc(d, n, sizeof(*piece)) : NULL;
    if (d->bad || !n)
        return (struct sim_template){0};
    cut(d, bytes, piece);
    return (struct sim_template){piece, n};
}

bool sim_template_plain(const struct sim_template *t, struct lc_slice *out)
{
    *out = t->n == 1 ? t->piece[0].text : LC_S("");
    return t->n == 0 || (t->n == 1 && t->piece[0].what == SIM_TEXT);
}

static struct {
    int64_t second;
    char date[40], hikdate[40], time[256];
} now_text;

static void tell_time(void)
{
    int64_t second = lc_clock_wall_us() / 1000000;
    if (second == now_text.second)
        return;
    time_t t = (time_t)second;
    struct tm tm;
    gmtime_r(&t, &tm);
    now_text.second = second;
    strftime(now_text.date, sizeof(now_text.date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
    strftime(now_text.hikdate, sizeof(now_text.hikdate), "%a, %b %d %Y %H:%M:%S GMT", &tm);
    snprintf(now_text.time, sizeof(now_text.time),
             "<tt:Time><tt:Hour>%d</tt:Hour><tt:Minute>%d</tt:Minute><tt:Second>%d</tt:Second>"
             "</tt:Time><tt:Date><tt:Year>%d</tt:Year><tt:Month>%d</tt:Month><tt:Day>%d</tt:Day>"
             "</tt:Date>",
             tm.tm_hour, tm.tm_min, tm.tm_sec, tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday);
}

static struct lc_slice nonce(uint64_t seed, char out[static 33])
{
    static uint64_t key[2];
    uint64_t half[2];
    if (!key[0])
        lc_random(key, sizeof(key));
    half[0] = lc_siphash(key, lc_slice_of(&seed, sizeof(seed)));
    half[1] = half[0] * 0x9e3779b97f4a7c15U ^ seed;
    lc_hex(lc_slice_of(half, sizeof(half)), out);
    return lc_slice_of(out, 32);
}

static struct lc_slice mac_text(const struct sim_filler *f, enum sim_patch what,
                                char room[static 64])
{
    uint8_t m[6] = {0, 0, 0, (uint8_t)(f->id >> 16), (uint8_t)(f->id >> 8), (uint8_t)f->id};
    const char *digits = what == SIM_MACDASH ? "0123456789abcdef" : "0123456789ABCDEF";
    size_t n = 0;
    memcpy(m, f->oui, 3);
    if (what == SIM_MAC6) {
        memcpy(room, m, sizeof(m));
        return lc_slice_of(room, sizeof(m));
    }
    for (size_t i = 0; i < sizeof(m); i++) {
        if (i && what != SIM_MACBARE)
            room[n++] = what == SIM_MACDASH ? '-' : ':';
        room[n++] = digits[m[i] >> 4];
        room[n++] = digits[m[i] & 15];
    }
    return lc_slice_of(room, n);
}

static struct lc_slice ip_text(const struct lc_addr *ip, enum sim_patch what, char room[static 64])
{
    const uint8_t *b = ip->b + 12;
    if (what == SIM_IP4) {
        memcpy(room, b, 4);
        return lc_slice_of(room, 4);
    }
    return lc_slice_of(room,
                       (size_t)snprintf(room, 64, "%02X%02X%02X%02X", b[3], b[2], b[1], b[0]));
}

/* Text of the first element with this local name: <Uuid>, <wsa:MessageID x="y">. */
static struct lc_slice tag_text(struct lc_slice xml, struct lc_slice name)
{
    for (size_t at = lc_slice_find(xml, name, 0); at != LC_NPOS;
         at = lc_slice_find(xml, name, at + 1)) {
        size_t end = at + name.n;
        bool begins = at > 0 && (xml.p[at - 1] == '<' || xml.p[at - 1] == ':');
        bool ends = end < xml.n && (xml.p[end] == '>' || xml.p[end] == ' ');
        size_t close = lc_slice_chr(xml, '>', end);
        if (!begins || !ends || close == LC_NPOS)
            continue;
        size_t next = lc_slice_chr(xml, '<', close);
        return lc_slice_sub(xml, close + 1, (next == LC_NPOS ? xml.n : next) - close - 1);
    }
    return LC_S("");
}

struct lc_slice sim_header_value(struct lc_slice all, struct lc_slice name)
{
    size_t from = lc_slice_chr(all, '\n', 0);
    while (from != LC_NPOS) {
        size_t end = lc_slice_chr(all, '\n', from + 1);
        struct lc_slice line =
            lc_slice_sub(all, from + 1, (end == LC_NPOS ? all.n : end) - from - 1);
        if (lc_slice_istarts(line, name) && line.n > name.n && line.p[name.n] == ':')
            return lc_slice_trim(lc_slice_from(line, name.n + 1));
        from = end;
    }
    return LC_S("");
}

static struct lc_slice piece_text(const struct sim_piece *p, const struct sim_filler *f,
                                  char room[static 64])
{
    switch (p->what) {
    case SIM_TEXT:
        return p->text;
    case SIM_CSEQ:
        return f->cseq;
    case SIM_DATE:
        tell_time();
        return lc_slice_str(now_text.date);
    case SIM_HIKDATE:
        tell_time();
        return lc_slice_str(now_text.hikdate);
    case SIM_TIME:
        tell_time();
        return lc_slice_str(now_text.time);
    case SIM_NONCE:
        return nonce(f->answer, room);
    case SIM_CNONCE:
        return nonce(f->connection, room);
    case SIM_ADDR:
        return f->addr;
    case SIM_IP4:
    case SIM_IP4REV:
        return ip_text(&f->ip, p->what, room);
    case SIM_ID:
    case SIM_IDLOW:
        return lc_slice_of(room, (size_t)snprintf(room, 64, p->what == SIM_ID ? "%06X" : "%06x",
                                                  f->id & 0xffffff));
    case SIM_LEN:
        return lc_slice_of(room, (size_t)snprintf(room, 64, "%zu", f->body_n));
    case SIM_HOST:
        return lc_slice_of(room, f->host(f->street, p->text, room));
    case SIM_TAG:
        return tag_text(f->question, p->text);
    case SIM_HEADER:
        return sim_header_value(f->question, p->text);
    case SIM_AT:
        return lc_slice_sub(f->question, p->a, p->b);
    case SIM_MAC:
    case SIM_MACDASH:
    case SIM_MACBARE:
    case SIM_MAC6:
        return mac_text(f, p->what, room);
    default: /* parts.c */
        return LC_S("");
    }
}

size_t sim_template_fill(const struct sim_template *t, const struct sim_filler *f, uint8_t *out,
                         size_t cap)
{
    struct sim_parts parts = {.out = out, .cap = cap};
    char room[64];
    for (size_t i = 0; i < t->n; i++) {
        if (sim_parts_piece(&parts, &t->piece[i]))
            continue;
        struct lc_slice s = lc_slice_sub(piece_text(&t->piece[i], f, room), 0, cap - parts.n);
        memcpy(out + parts.n, s.p, s.n);
        parts.n += s.n;
    }
    sim_parts_finish(&parts);
    return parts.n;
}
