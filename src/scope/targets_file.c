/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets from a file: lists that people keep, and what other scanners read and write. Which format
 * it is each line says itself, so that files may be joined and no option is needed.
 *
 *     192.0.2.0/28 192.0.2-3.1-9    nmap -iL, masscan --includefile, zmap -w, zmap's plain output;
 *                                   any target but @file, several separated by blanks
 *     192.0.2.7,80                  zmap's output of two columns: address and port
 *     saddr,daddr,ttl               the head of zmap's CSV: from here on the column saddr counts
 *     open tcp 80 192.0.2.7 17...   masscan -oL (also closed, banner, ...)
 *     Host: 192.0.2.7 ()  ...       nmap -oG, masscan -oG (there behind "Timestamp: 17...")
 *     # ...  ; ...                  comments; a # also ends a line of the first form
 *
 * Only addresses are taken. Ports that such a file names say where something answered once; what is
 * asked is the plan's matter.
 */
#include "scope/inside.h"

#include <string.h>

#define WORDS_MAX 5U

struct list {
    struct lc_targets *out;
    struct lc_lines lines;
    size_t column; /* of zmap's saddr; LC_NPOS: no head was seen */
    struct lc_err *err;
};

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

/* Takes a word off the front; an empty one at the end. */
static struct lc_slice next_word(struct lc_slice *line)
{
    struct lc_slice rest = lc_slice_trim(*line);
    size_t n = 0;

    while (n < rest.n && !is_blank(rest.p[n]))
        n++;
    *line = lc_slice_from(rest, n);
    return lc_slice_sub(rest, 0, n);
}

/* A field of a CSV line (RFC 4180), without its quotes; a doubled quote inside ends nothing. */
static bool next_field(struct lc_slice *line, struct lc_slice *out)
{
    bool quoted = false;
    size_t n = 0;

    if (line->p == NULL)
        return false;
    while (n < line->n && (quoted || line->p[n] != ','))
        quoted ^= line->p[n++] == '"';
    *out = lc_slice_trim(lc_slice_sub(*line, 0, n));
    *line = n < line->n ? lc_slice_from(*line, n + 1) : (struct lc_slice){NULL, 0};
    if (out->n >= 2 && out->p[0] == '"' && out->p[out->n - 1] == '"')
        *out = lc_slice_sub(*out, 1, out->n - 2);
    return true;
}

/* The place where the format has an address, and nothing else. */
static enum lc_status add_address(struct list *l, struct lc_slice text)
{
    struct lc_range r;

    if (lc_addr_parse(text, &r.first) != LC_OK)
        return lc_fail(l->err, LC_EINVAL,
                       _("%s\"%s\" stands where an address belongs in this format"),
                       lc_place_name(&l->lines.at).text, lc_quote(text).text);
    r.last = r.first;
    return lc_target_range(l->out, &l->lines.at, text, &r, l->err);
}

/* ---- zmap ---- */

/* Is this the head of a CSV? Remembers the column. */
static bool csv_head(struct list *l, struct lc_slice line)
{
    struct lc_slice field;

    for (size_t i = 0; next_field(&line, &field); i++)
        if (lc_slice_eq(field, LC_S("saddr"))) {
            l->column = i;
            return true;
        }
    return false;
}

static enum lc_status csv_row(struct list *l, struct lc_slice line)
{
    struct lc_slice field = {NULL, 0};

    for (size_t i = 0; i <= l->column; i++)
        if (!next_field(&line, &field))
            return lc_fail(l->err, LC_EINVAL,
                           _("%sthis line has fewer columns than the head of the table, in which "
                             "saddr is number %zu"),
                           lc_place_name(&l->lines.at).text, l->column + 1);
    return add_address(l, field);
}

/* ADDRESS,PORT without a head. */
static bool port_behind(struct lc_slice word, struct lc_slice *address)
{
    size_t comma = lc_slice_chr(word, ',', 0);
    struct lc_addr a;
    uint64_t port;

    if (comma == LC_NPOS || lc_slice_u64(lc_slice_from(word, comma + 1), 65535, &port) != LC_OK)
        return false;
    *address = lc_slice_sub(word, 0, comma);
    return lc_addr_parse(*address, &a) == LC_OK;
}

/* ---- masscan and nmap ---- */

/* STATE PROTOCOL PORT ADDRESS SECONDS ...; told by the two numbers. */
static bool is_masscan(struct lc_slice line, struct lc_slice *address)
{
    static const char *const states[] = {"open", "closed", "up", "unknown", "banner"};
    struct lc_slice words[WORDS_MAX];
    uint64_t v;

    for (size_t i = 0; i < WORDS_MAX; i++)
        words[i] = next_word(&line);
    *address = words[3];
    if (lc_slice_u64(words[2], 65535, &v) != LC_OK ||
        lc_slice_u64(words[4], UINT64_MAX, &v) != LC_OK)
        return false;
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (lc_slice_eq(words[0], lc_slice_str(states[i])))
            return true;
    return false;
}

static bool is_grepable(struct lc_slice line, struct lc_slice *address)
{
    struct lc_slice word = next_word(&line);

    if (lc_slice_eq(word, LC_S("Timestamp:"))) {
        (void)next_word(&line);
        word = next_word(&line);
    }
    *address = next_word(&line);
    return lc_slice_eq(word, LC_S("Host:"));
}

/* nmap -v also lists the hosts that did not answer. */
static enum lc_status add_grepable(struct list *l, struct lc_slice line, struct lc_slice address)
{
    if (lc_slice_ends(line, LC_S("\tStatus: Down")))
        return LC_OK;
    return add_address(l, address);
}

/* ---- plain lists ---- */

static enum lc_status add_words(struct list *l, struct lc_slice line)
{
    enum lc_status st = LC_OK;
    struct lc_slice word, address;

    if (l->lines.cut)
        return lc_fail(l->err, LC_EINVAL, _("%sthis line is too long; put one target into each"),
                       lc_place_name(&l->lines.at).text);
    line = lc_slice_sub(line, 0, lc_slice_chr(line, '#', 0));
    while (st == LC_OK && (word = next_word(&line)).n)
        st = lc_target_one(l->out, &l->lines.at, port_behind(word, &address) ? address : word,
                           l->err);
    return st;
}

static enum lc_status add_plain(struct list *l, struct lc_slice line)
{
    switch (line.p[0]) {
    case '@':
        return lc_fail(l->err, LC_EINVAL,
                       _("%sa list cannot name another list; put the targets into this one"),
                       lc_place_name(&l->lines.at).text);
    case '<':
    case '{':
    case '[':
        return lc_fail(
            l->err, LC_EINVAL,
            _("%sthis looks like XML or JSON; lists of addresses are taken, CSV of zmap, "
              "and what masscan and nmap write with -oL and -oG"),
            lc_place_name(&l->lines.at).text);
    default:
        return add_words(l, line);
    }
}

static enum lc_status add_line(struct list *l, struct lc_slice line)
{
    struct lc_slice address;

    line = lc_slice_trim(line);
    if (line.n == 0 || line.p[0] == '#' || line.p[0] == ';' || csv_head(l, line))
        return LC_OK;
    if (l->column != LC_NPOS)
        return csv_row(l, line);
    if (is_grepable(line, &address))
        return add_grepable(l, line, address);
    if (is_masscan(line, &address))
        return add_address(l, address);
    return add_plain(l, line);
}

enum lc_status lc_target_list(struct lc_targets *t, const char *path, struct lc_err *err)
{
    struct list l = {.out = t, .column = LC_NPOS, .err = err};
    struct lc_slice line;
    enum lc_status st = lc_lines_open(&l.lines, path, err);

    while (st == LC_OK && (st = lc_lines_next(&l.lines, &line, err)) == LC_OK)
        st = add_line(&l, line);
    lc_lines_close(&l.lines);
    lc_ranges_merge(t);
    return st == LC_DONE ? LC_OK : st;
}
