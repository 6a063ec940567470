/* SPDX-License-Identifier: Apache-2.0 */
/* The generated translation table (tools/po2c.py from po/vi.po), sorted by the English text. */
#ifndef LC_BASE_TR_TABLE_H
#define LC_BASE_TR_TABLE_H

#include <stddef.h>

struct lc_tr_entry {
    const char *english, *vietnamese;
};

extern const struct lc_tr_entry lc_tr_table[];
extern const size_t lc_tr_n;

#endif
