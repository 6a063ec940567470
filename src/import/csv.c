/* SPDX-License-Identifier: Apache-2.0 */
/* Fields are copied one behind the other, since a doubled quote makes them shorter than they are
 * written; the copy never outgrows the record. */
#include "import/csv.h"
#include "import/import.h"

void lc_csv_init(struct lc_csv *c)
{
    c->n = 0;
    lc_buf_init(&c->text, LC_IMPORT_RECORD_MAX + 1);
}

void lc_csv_free(struct lc_csv *c)
{
    lc_buf_free(&c->text);
}

/* Behind an opening quote: the field up to its closing one, which *at is moved past. */
static enum lc_status quoted(struct lc_csv *c, struct lc_slice s, size_t *at)
{
    for (size_t i = *at; i < s.n; i++) {
        if (s.p[i] != '"') {
            (void)lc_buf_u8(&c->text, s.p[i]);
        } else if (i + 1 < s.n && s.p[i + 1] == '"') {
            (void)lc_buf_u8(&c->text, s.p[i++]);
        } else {
            *at = i + 1;
            return LC_OK;
        }
    }
    return LC_EPARSE;
}

static bool is_blank(uint8_t b)
{
    return b == ' ' || b == '\t' || b == '\r' || b == '\n';
}

/* One field, and *at behind its comma or at the end. */
static enum lc_status field(struct lc_csv *c, struct lc_slice s, size_t *at)
{
    size_t from = c->text.n, comma;
    enum lc_status st = LC_OK;

    while (*at < s.n && is_blank(s.p[*at]))
        ++*at;
    if (*at < s.n && s.p[*at] == '"') {
        ++*at;
        st = quoted(c, s, at);
        comma = lc_slice_chr(s, ',', *at);
        comma = comma == LC_NPOS ? s.n : comma;
        if (st == LC_OK && lc_slice_trim(lc_slice_sub(s, *at, comma - *at)).n)
            st = LC_EPARSE;
        c->v[c->n++] = lc_slice_of(c->text.p + from, c->text.n - from);
    } else {
        comma = lc_slice_chr(s, ',', *at);
        comma = comma == LC_NPOS ? s.n : comma;
        (void)lc_buf_put(&c->text, lc_slice_trim(lc_slice_sub(s, *at, comma - *at)));
        c->v[c->n++] = lc_slice_of(c->text.p + from, c->text.n - from);
    }
    *at = comma + 1;
    return st;
}

enum lc_status lc_csv_split(struct lc_csv *c, struct lc_slice record)
{
    enum lc_status st = LC_OK;

    c->n = 0;
    lc_buf_reset(&c->text);
    if (lc_buf_reserve(&c->text, record.n + 1) != LC_OK)
        return LC_ENOMEM;
    for (size_t at = 0; at <= record.n && st == LC_OK;)
        st = c->n == LC_CSV_FIELDS ? LC_EFULL : field(c, record, &at);
    return st;
}

size_t lc_csv_column(const struct lc_csv *header, const char *name)
{
    for (size_t i = 0; i < header->n; i++)
        if (lc_slice_ieq(header->v[i], lc_slice_str(name)))
            return i;
    return LC_CSV_FIELDS;
}

struct lc_slice lc_csv_at(const struct lc_csv *c, size_t column)
{
    return column < c->n ? c->v[column] : (struct lc_slice){NULL, 0};
}
