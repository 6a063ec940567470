/* SPDX-License-Identifier: Apache-2.0 */
/* Facts as one JSON object: how `lenscap identify` and `lenscap import jsonl` are given them. */
#ifndef LC_IMPORT_FACTS_JSON_H
#define LC_IMPORT_FACTS_JSON_H

#include "facts/facts.h"

#include <jansson.h>

/* Adds every member of `object` as a fact of f->port. A value's place in a list is the exchange
 * with the device that said it. Names that the vocabulary does not have are left out and counted.
 * NULL, or the name whose value is of another type than the vocabulary says. */
const char *lc_facts_from_json(const json_t *object, struct lc_facts *f, uint64_t *unknown);

#endif
