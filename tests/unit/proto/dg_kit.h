/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of discovery codecs share: building a question, reading an answer, and the
 * treatment that every answer gets: cut at every byte, every bit of noise, a tail, another sender.
 */
#ifndef LC_TEST_DG_KIT_H
#define LC_TEST_DG_KIT_H

#include "proto/dgram.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdint.h>

/* The bytes of a question; free with lc_buf_free. Asserts that it fits one packet. */
struct lc_buf dg_build(enum lc_dgram_id id, const struct lc_dgram_ask *ask);
/* Parses into fresh facts (free them), stamped as the callers of codecs do. `ask` NULL: unasked. */
enum lc_status dg_parse(enum lc_dgram_id id, const struct lc_dgram_ask *ask, const char *from,
                        struct lc_slice in, struct lc_facts *facts);
/* The fact's value is this text / number / truth; "" and absent: dg_absent. */
void dg_is(const struct lc_facts *f, enum lc_fact_name name, const char *text);
void dg_is_int(const struct lc_facts *f, enum lc_fact_name name, int64_t value);
void dg_absent(const struct lc_facts *f, enum lc_fact_name name);
/* No fact of the set contains these bytes: for secrets that must not get through. */
void dg_nowhere(const struct lc_facts *f, struct lc_slice secret);
/*
 * `in` must parse as LC_OK for `ask`. Then: every truncation, each byte replaced by 0, 0xff and its
 * neighbours, a tail of noise, 60 KiB of itself repeated. None may crash, emit facts together with
 * a status other than LC_OK, or emit malformed facts.
 */
void dg_torture(enum lc_dgram_id id, const struct lc_dgram_ask *ask, const char *from,
                struct lc_slice in);

#endif
