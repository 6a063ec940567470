/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON (RFC 8259) as discovery answers carry it: read where it stands, nothing built, nothing
 * allocated, no recursion.
 *
 * Jansson is not used here. Its first object opens /dev/urandom to seed its hash tables (measured:
 * openat), which seccomp ends a role for; and it refuses a whole text for one number out of range,
 * one bad escape or one byte of GBK, where a camera's other fields are still good. So this reader
 * forgives: a string of another encoding becomes U+FFFD, control characters become blanks, the
 * first of two members with one name counts, and a text that was cut off is read up to the cut. It
 * does not forgive brackets that do not match or more than 32 of them open at once.
 * tests/unit/proto/test_dg_json.c holds it against jansson.
 */
#ifndef LC_PROTO_DG_JSON_H
#define LC_PROTO_DG_JSON_H

#include "facts/facts.h"

#define LC_DG_JSON_MAX   65536U
#define LC_DG_JSON_DEPTH 32U
#define LC_DG_JSON_TEXT  256U /* bytes of a string's text that are kept */

/* The object that `in` begins with, blanks and NULs before it skipped; what follows it is left out.
 * LC_EPARSE: there is none, it is longer than LC_DG_JSON_MAX, or its brackets are wrong. */
enum lc_status lc_dg_json_open(struct lc_slice in, struct lc_slice *object) LC_MUST_CHECK;

/* The member's value as it stands; {NULL, 0} when `object` is no object or has no such member. Case
 * of the name does not count: makers write "mac", "Mac" and "MAC". */
struct lc_slice lc_dg_json_get(struct lc_slice object, const char *name);

/* A string's text, or a number as it was written; empty for anything else. Cut at a character. */
struct lc_slice lc_dg_json_text(struct lc_slice value, uint8_t out[static LC_DG_JSON_TEXT]);
/* A whole number, bare or as a string of digits. */
bool lc_dg_json_int(struct lc_slice value, int64_t *out);
/* true, false, 0, 1, bare or as a string. */
bool lc_dg_json_bool(struct lc_slice value, bool *out);

/* The member as a fact. True when it was there and usable: for an int between `least` and `most`.
 */
bool lc_dg_json_emit_str(struct lc_facts *f, enum lc_fact_name fact, struct lc_slice object,
                         const char *name);
bool lc_dg_json_emit_int(struct lc_facts *f, enum lc_fact_name fact, struct lc_slice object,
                         const char *name, int64_t least, int64_t most);
bool lc_dg_json_emit_bool(struct lc_facts *f, enum lc_fact_name fact, struct lc_slice object,
                          const char *name);

#endif
