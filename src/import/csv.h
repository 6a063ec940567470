/* SPDX-License-Identifier: Apache-2.0 */
/* One record of comma-separated values (RFC 4180) as its fields, and columns by their name. */
#ifndef LC_IMPORT_CSV_H
#define LC_IMPORT_CSV_H

#include "base/buf.h"

#define LC_CSV_FIELDS 256U

struct lc_csv {
    size_t n;
    struct lc_slice v[LC_CSV_FIELDS]; /* into `text`: without quotes and outer blanks */
    struct lc_buf text;
};

void lc_csv_init(struct lc_csv *c);
void lc_csv_free(struct lc_csv *c);
/* LC_EPARSE: a quote is not closed, or something stands behind it; LC_EFULL: too many fields. */
enum lc_status lc_csv_split(struct lc_csv *c, struct lc_slice record) LC_MUST_CHECK;
/* The place of a name in a header, LC_CSV_FIELDS when it is not there. */
size_t lc_csv_column(const struct lc_csv *header, const char *name);
/* The field of that place; {NULL,0} when the record has none. */
struct lc_slice lc_csv_at(const struct lc_csv *c, size_t column);

#endif
