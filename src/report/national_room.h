/* SPDX-License-Identifier: Apache-2.0 */
/* What the printers of national figures share: words, and what may be told. */
#ifndef LC_REPORT_NATIONAL_ROOM_H
#define LC_REPORT_NATIONAL_ROOM_H

#include "report/common.h"
#include "report/national.h"

extern const char *const lc_dim_names[LC_DIM_COUNT]; /* for machines */
extern const char *const lc_sum_names[LC_N_COUNT];   /* for machines */
extern const char *const lc_sum_means[LC_N_COUNT];   /* English definitions */
extern const char *const lc_hidden_words;            /* English */

bool lc_sum_told(const struct lc_national_row *r, enum lc_sum s);
uint64_t lc_sum_of(const struct lc_national_row *r, enum lc_sum s); /* its denominator; 0: none */
bool lc_steps_told(const struct lc_national *t);
bool lc_reach_told(const struct lc_national *t);
/* The sum of what is hidden in a table, with what may be told of it. */
struct lc_national_row lc_hidden_row(const struct lc_national_table *d);
/* The row's value in words, raw: a country by its name, "not known" where there is none. */
struct lc_slice lc_row_words(enum lc_dim dim, const struct lc_national_row *r, enum lc_lang lang);

#endif
