/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file's text through an importer, and what came out as text again. A row is
 *
 *     ADDRESS PORT SECONDS @LINE
 *       fact=value            (numbers and true/false as such; in the order they were said)
 *
 * and a record that was left out is "bad @LINE: why".
 */
#ifndef TESTS_IMPORT_KIT_H
#define TESTS_IMPORT_KIT_H

#include "import/inside.h"

struct imported {
    struct lc_buf text; /* of the kit; lives until the next import_text */
    struct lc_import_counts n;
};

/* In pieces of `piece` bytes (0: all at once). */
const struct imported *import_pieces(const char *format, struct lc_slice file, size_t piece);
/* All at once; asserts that any other pieces give the same. */
const struct imported *import_text(const char *format, struct lc_slice file);
/* Asserts that `file` gives exactly `rows`. */
void assert_import(const char *format, const char *file, const char *rows);

#endif
