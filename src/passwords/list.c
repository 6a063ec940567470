/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the list: lines, then fields, then rows. Pure; the bytes may be anything.
 *
 * What cannot be read for certain is left out and told by its number: a password that was read
 * wrongly would be judged wrongly, and the owner would believe it. The usual cause is a password
 * with a separator in it and no quotes around: then there are more fields than columns.
 */
#include "passwords/list.h"

#include "base/tr.h"
#include "passwords/fold.h"

#include <string.h>

#define FIELDS_MAX 64U
#define NAME_MAX   32U
#define NO_COLUMN  LC_PW_COLUMNS

const char *const lc_pw_column_names[LC_PW_COLUMNS] = {
    [LC_PW_DEVICE] = "device", [LC_PW_ACCOUNT] = "account", [LC_PW_PASSWORD] = "password",
    [LC_PW_SERIAL] = "serial", [LC_PW_MAC] = "mac",         [LC_PW_MODEL] = "model",
    [LC_PW_BRAND] = "brand",   [LC_PW_PHONE] = "phone",     [LC_PW_APP] = "app",
};

/* Names of columns after lc_pw_alnum: letters and digits, lower case, no marks. */
static const struct {
    const char *name;
    enum lc_pw_column column;
} known[] = {
    {"device", LC_PW_DEVICE},      {"address", LC_PW_DEVICE},    {"ip", LC_PW_DEVICE},
    {"ipaddress", LC_PW_DEVICE},   {"host", LC_PW_DEVICE},       {"name", LC_PW_DEVICE},
    {"camera", LC_PW_DEVICE},      {"thietbi", LC_PW_DEVICE},    {"diachi", LC_PW_DEVICE},
    {"diachiip", LC_PW_DEVICE},    {"tenthietbi", LC_PW_DEVICE}, {"account", LC_PW_ACCOUNT},
    {"user", LC_PW_ACCOUNT},       {"username", LC_PW_ACCOUNT},  {"login", LC_PW_ACCOUNT},
    {"taikhoan", LC_PW_ACCOUNT},   {"nguoidung", LC_PW_ACCOUNT}, {"tendangnhap", LC_PW_ACCOUNT},
    {"password", LC_PW_PASSWORD},  {"pass", LC_PW_PASSWORD},     {"pwd", LC_PW_PASSWORD},
    {"matkhau", LC_PW_PASSWORD},   {"serial", LC_PW_SERIAL},     {"serialnumber", LC_PW_SERIAL},
    {"sn", LC_PW_SERIAL},          {"serialno", LC_PW_SERIAL},   {"soseri", LC_PW_SERIAL},
    {"soserial", LC_PW_SERIAL},    {"mac", LC_PW_MAC},           {"macaddress", LC_PW_MAC},
    {"diachimac", LC_PW_MAC},      {"model", LC_PW_MODEL},       {"kieu", LC_PW_MODEL},
    {"mausanpham", LC_PW_MODEL},   {"brand", LC_PW_BRAND},       {"maker", LC_PW_BRAND},
    {"manufacturer", LC_PW_BRAND}, {"hang", LC_PW_BRAND},        {"hangsanxuat", LC_PW_BRAND},
    {"phone", LC_PW_PHONE},        {"phonenumber", LC_PW_PHONE}, {"dienthoai", LC_PW_PHONE},
    {"sodienthoai", LC_PW_PHONE},  {"sdt", LC_PW_PHONE},         {"app", LC_PW_APP},
    {"appaccount", LC_PW_APP},     {"ungdung", LC_PW_APP},       {"taikhoanungdung", LC_PW_APP},
};

/* Lines and fields of one text. */
struct reader {
    uint8_t *p;
    size_t n, at;
    uint32_t line;
    uint8_t separator;
    size_t columns_n;
    enum lc_pw_column columns[FIELDS_MAX];
    struct lc_slice fields[FIELDS_MAX];
};

uint32_t lc_pw_lines(struct lc_slice bytes)
{
    uint32_t n = 1;

    for (size_t i = 0; i < bytes.n && n < LC_PW_ROWS_MAX; i++)
        n += bytes.p[i] == '\n';
    return n;
}

/* The next line without its end. */
static bool next_line(struct reader *r, struct lc_slice *out)
{
    const uint8_t *end;
    size_t n;

    if (r->at >= r->n)
        return false;
    end = memchr(r->p + r->at, '\n', r->n - r->at);
    n = end ? (size_t)(end - (r->p + r->at)) : r->n - r->at;
    *out = lc_slice_of(r->p + r->at, n);
    r->at += n + 1;
    r->line++;
    if (out->n && out->p[out->n - 1] == '\r')
        out->n--;
    return true;
}

/* A quoted field in place, from behind its first quote; `*at` goes behind the closing one. */
static bool unquote(uint8_t *p, size_t n, size_t *at, struct lc_slice *out)
{
    size_t from = *at, to = *at;

    for (; *at < n; (*at)++) {
        if (p[*at] == '"' && *at + 1 < n && p[*at + 1] == '"')
            (*at)++;
        else if (p[*at] == '"')
            break;
        p[to++] = p[*at];
    }
    *out = lc_slice_of(p + from, to - from);
    return (*at)++ < n;
}

/* One field and the separator behind it. */
static bool take_field(struct reader *r, uint8_t *p, size_t n, size_t *at, struct lc_slice *out)
{
    const uint8_t *end;
    size_t len;

    if (*at < n && p[*at] == '"') {
        ++*at;
        if (!unquote(p, n, at, out) || (*at < n && p[*at] != r->separator))
            return false;
    } else {
        end = *at < n ? memchr(p + *at, r->separator, n - *at) : NULL;
        len = end ? (size_t)(end - (p + *at)) : n - *at;
        *out = lc_slice_of(p + *at, len);
        *at += len;
    }
    ++*at; /* one past the line when this was the last */
    return out->n <= LC_PW_FIELD_MAX;
}

/* The fields of a line, 0 when it breaks the grammar. */
static size_t split(struct reader *r, struct lc_slice line)
{
    uint8_t *p = r->p + (line.p - r->p);
    size_t at = 0, n = 0;

    while (at <= line.n) {
        if (n == FIELDS_MAX || !take_field(r, p, line.n, &at, &r->fields[n]))
            return 0;
        n++;
    }
    return n;
}

static size_t count(struct lc_slice s, uint8_t c)
{
    size_t n = 0;

    for (size_t i = 0; i < s.n; i++)
        n += s.p[i] == c;
    return n;
}

static const uint8_t separators[] = {',', ';', '\t'};

static enum lc_pw_column column_of(struct lc_slice name)
{
    char folded[NAME_MAX];
    size_t n = lc_pw_alnum(name, folded, sizeof folded);

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strlen(known[i].name) == n && memcmp(known[i].name, folded, n) == 0)
            return known[i].column;
    return NO_COLUMN;
}

/* Reads the names of the columns: 1 a table's head, 0 none, -1 one that names a column twice. A
 * doubled quote would be changed in place, and the line may be the first password of a plain list.
 */
static int read_head(struct reader *r, struct lc_slice line, uint32_t *unknown)
{
    unsigned seen = 0;

    if (lc_slice_find(line, LC_S("\"\""), 0) != LC_NPOS)
        return 0;
    for (size_t i = 0; i < sizeof separators; i++)
        if (count(line, separators[i]) > count(line, r->separator))
            r->separator = separators[i];
    r->columns_n = split(r, line);
    for (size_t i = 0; i < r->columns_n; i++) {
        enum lc_pw_column c = r->columns[i] = column_of(r->fields[i]);

        if (c != NO_COLUMN && seen & 1U << c)
            return -1;
        *unknown += c == NO_COLUMN;
        seen |= 1U << c;
    }
    return seen & 1U << LC_PW_PASSWORD ? 1 : 0;
}

static void leave_out(struct lc_pw_list *l, uint32_t line, const char *why)
{
    l->left_out++;
    if (l->on_left_out)
        l->on_left_out(l->ctx, line, why);
}

static struct lc_pw_row *new_row(struct lc_pw_list *l, uint32_t line)
{
    struct lc_pw_row *row = &l->rows[l->n++];

    *row = (struct lc_pw_row){.line = line};
    return row;
}

/* Blanks may belong to a password; around the other fields they are a habit of tables. */
static void fill_row(const struct reader *r, size_t n, struct lc_pw_row *row)
{
    for (size_t i = 0; i < n; i++) {
        enum lc_pw_column c = r->columns[i];

        if (c != NO_COLUMN)
            row->field[c] = c == LC_PW_PASSWORD ? r->fields[i] : lc_slice_trim(r->fields[i]);
    }
}

static void read_row(struct lc_pw_list *l, struct reader *r, struct lc_slice line)
{
    size_t n = split(r, line), password = 0;

    while (r->columns[password] != LC_PW_PASSWORD)
        password++;
    if (n == 0)
        leave_out(l, r->line, _("a quote is not closed, or a field is longer than 1,024 bytes"));
    else if (n > r->columns_n)
        leave_out(l, r->line,
                  _("it has more fields than the first line has names; put what contains a "
                    "separator into double quotes"));
    else if (n <= password)
        leave_out(l, r->line, _("it ends before the column of the password"));
    else
        fill_row(r, n, new_row(l, r->line));
}

static void read_plain(struct lc_pw_list *l, const struct reader *r, struct lc_slice line)
{
    if (line.n > LC_PW_FIELD_MAX)
        leave_out(l, r->line, _("it is longer than 1,024 bytes"));
    else
        new_row(l, r->line)->field[LC_PW_PASSWORD] = line;
}

/* Does each line have the same number of one separator? Then somebody forgot the names. */
static bool looks_like_table(struct reader r)
{
    size_t want[sizeof separators] = {0}, lines = 0, alike = 0;
    struct lc_slice line;

    while (next_line(&r, &line)) {
        if (lc_slice_trim(line).n == 0)
            continue;
        for (size_t i = 0; i < sizeof separators; i++) {
            size_t n = count(line, separators[i]);

            want[i] = lines == 0 || want[i] == n ? n : 0;
        }
        lines++;
    }
    for (size_t i = 0; i < sizeof separators; i++)
        alike = want[i] > alike ? want[i] : alike;
    return alike > 1 || (alike == 1 && lines > 1);
}

static enum lc_status read_rows(struct lc_pw_list *l, struct reader *r, struct lc_err *err)
{
    struct lc_slice line;

    while (next_line(r, &line)) {
        if (lc_slice_trim(line).n == 0)
            continue;
        if (l->n == l->max)
            return lc_fail(err, LC_EFULL,
                           _("more than %u logins: split the list into several files"), l->max);
        if (l->plain)
            read_plain(l, r, line);
        else
            read_row(l, r, line);
    }
    return LC_OK;
}

static bool is_utf16(const uint8_t *p, size_t n)
{
    return n > 1 && ((p[0] == 0xff && p[1] == 0xfe) || (p[0] == 0xfe && p[1] == 0xff));
}

/* LC_OK with the reader behind the head, or at the start of plain lines. */
static enum lc_status open_text(struct lc_pw_list *l, struct reader *r, struct lc_err *err)
{
    struct reader start = *r;
    struct lc_slice line;
    int head = 0;

    while (!l->plain && next_line(r, &line))
        if (lc_slice_trim(line).n) {
            head = read_head(r, line, &l->unknown);
            break;
        }
    if (head < 0)
        return lc_fail(err, LC_EPARSE, _("line %u names one column twice"), (unsigned)r->line);
    if (head > 0)
        return LC_OK;
    *r = start;
    l->unknown = 0;
    if (!l->plain && looks_like_table(start))
        return lc_fail(err, LC_EPARSE, "%s",
                       _("this looks like a table, but its first line does not name a column "
                         "'password'; add such a line, or say --plain when each line is one "
                         "password"));
    l->plain = true;
    return LC_OK;
}

enum lc_status lc_pw_read(struct lc_pw_list *l, uint8_t *p, size_t n, bool plain,
                          struct lc_err *err)
{
    struct reader r = {.p = p, .n = n, .separator = ','};
    enum lc_status st;

    l->n = l->unknown = l->left_out = 0;
    l->plain = plain;
    if (is_utf16(p, n))
        return lc_fail(err, LC_EPARSE, "%s",
                       _("this is UTF-16; save it as 'CSV UTF-8' in the spreadsheet"));
    if (n >= 3 && memcmp(p, "\xef\xbb\xbf", 3) == 0)
        r.at = 3;
    st = open_text(l, &r, err);
    return st == LC_OK ? read_rows(l, &r, err) : st;
}
