/* SPDX-License-Identifier: Apache-2.0 */
/* What every codec does with a value before it becomes a fact. */
#ifndef LC_PROTO_EMIT_H
#define LC_PROTO_EMIT_H

#include "facts/facts.h"

/* A text value: folds, tabs and line breaks become one blank, ends trimmed. Said once per port: an
 * answer that repeats an earlier one adds nothing. True when it was added. */
bool lc_emit(struct lc_facts *f, enum lc_fact_name name, struct lc_slice value);

/* LC_ODD bits as port.oddity. */
void lc_emit_odd(struct lc_facts *f, uint32_t odd);

/* Adds what was derived from `source`: its port and exchange, flagged; cut to the vocabulary's
 * bound. */
void lc_emit_derived(struct lc_facts *out, const struct lc_fact *source, enum lc_fact_name name,
                     struct lc_slice value);

#endif
