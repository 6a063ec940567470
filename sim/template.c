/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filling the holes. Date texts are made once a second; nonces come from a counter through SipHash,
 * which costs some 20 ns where the kernel's generator would cost a system call for each answer.
 */
#include "template.h"

#include "base/clock.h"
#include "base/hash.h"

#include <string.h>
#include <time.h>

static const struct {
    const char *name;
    enum sim_patch what;
} holes[] = {
    {"$CSEQ", SIM_CSEQ},   {"$DATE", SIM_DATE},     {"$HIKDATE", SIM_HIKDATE}, {"$TIME", SIM_TIME},
    {"$NONCE", SIM_NONCE}, {"$CNONCE", SIM_CNONCE}, {"$IDLOW", SIM_IDLOW},     {"$ID", SIM_ID},
    {"$ADDR", SIM_ADDR},   {"$LEN", SIM_LEN},
};

/* Which hole begins at s[0]? SIM_TEXT for none. */
static enum sim_patch hole_at(struct lc_slice s, size_t *len)
{
    for (size_t i = 0; i < sizeof(holes) / sizeof(*holes); i++)
        if (lc_slice_starts(s, lc_slice_str(holes[i].name))) {
            *len = strlen(holes[i].name);
            return holes[i].what;
        }
    return SIM_TEXT;
}

/* Walks `bytes` and writes the pieces to `out` (NULL: only counts them). */
static size_t cut(struct lc_slice bytes, struct sim_piece *out)
{
    size_t n = 0, from = 0, len = 0;
    for (size_t at = lc_slice_chr(bytes, '$', 0); at != LC_NPOS;) {
        enum sim_patch what = hole_at(lc_slice_from(bytes, at), &len);
        if (what == SIM_TEXT) {
            at = lc_slice_chr(bytes, '$', at + 1);
            continue;
        }
        if (out && at > from)
            out[n] = (struct sim_piece){SIM_TEXT, lc_slice_sub(bytes, from, at - from)};
        n += at > from;
        if (out)
            out[n] = (struct sim_piece){.what = what};
        n++;
        from = at + len;
        at = lc_slice_chr(bytes, '$', from);
    }
    if (out && from < bytes.n)
        out[n] = (struct sim_piece){SIM_TEXT, lc_slice_from(bytes, from)};
    return n + (from < bytes.n);
}

struct sim_template sim_template_make(struct sim_doc *d, struct lc_slice bytes)
{
    size_t n = cut(bytes, NULL);
    struct sim_piece *piece = n ? sim_doc_alloc(d, n, sizeof(*piece)) : NULL;
    if (d->bad || !n)
        return (struct sim_template){0};
    cut(bytes, piece);
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
    case SIM_ID:
    case SIM_IDLOW:
        return lc_slice_of(room, (size_t)snprintf(room, 64, p->what == SIM_ID ? "%06X" : "%06x",
                                                  f->id & 0xffffff));
    case SIM_LEN:
        return lc_slice_of(room, (size_t)snprintf(room, 64, "%zu", f->body_n));
    }
    return LC_S("");
}

size_t sim_template_fill(const struct sim_template *t, const struct sim_filler *f, uint8_t *out,
                         size_t cap)
{
    size_t n = 0;
    char room[64];
    for (size_t i = 0; i < t->n; i++) {
        struct lc_slice s = lc_slice_sub(piece_text(&t->piece[i], f, room), 0, cap - n);
        memcpy(out + n, s.p, s.n);
        n += s.n;
    }
    return n;
}
