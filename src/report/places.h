/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The operator's own file of places: which prefix belongs to whom and lies where. CSV (RFC 4180)
 * with the header `prefix,operator,asn,province,contact`; columns in any order, unknown ones passed
 * over, prefix needed. A smaller prefix inside a larger one counts for its addresses.
 */
#ifndef LC_REPORT_PLACES_H
#define LC_REPORT_PLACES_H

#include "base/addr.h"
#include "base/mem.h"

#define LC_PLACES_BYTES (64U << 20) /* of the file */
#define LC_PLACES_MAX   262144U     /* prefixes */
#define LC_PLACES_TEXT  128U        /* bytes of one field */

struct lc_place {
    struct lc_range range;
    struct lc_slice op, asn, province, contact; /* borrow from the text; empty: not given */
    uint32_t parent; /* index + 1 of the narrowest prefix around it; 0: none */
    uint32_t line;
};

struct lc_places {
    size_t n, cap;
    struct lc_place *v; /* sorted */
    struct lc_buf text;
};

/* Reads the file. Errors name file, line and what to do. */
enum lc_status lc_places_read(const char *path, struct lc_places *out,
                              struct lc_err *err) LC_MUST_CHECK;
/* The same from text, which is changed; `name` stands in messages. */
enum lc_status lc_places_parse(const char *name, struct lc_places *p,
                               struct lc_err *err) LC_MUST_CHECK;
const struct lc_place *lc_places_find(const struct lc_places *p,
                                      const struct lc_addr *a); /* NULL */
void lc_places_free(struct lc_places *p);

#endif
