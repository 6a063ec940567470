/* SPDX-License-Identifier: Apache-2.0 */
/* What the signatures are, and whether they do what their files say. */
#ifndef LC_IDENTIFY_PROVE_H
#define LC_IDENTIFY_PROVE_H

#include "identify/identify.h"

struct lc_prove {
    size_t signatures, models;
    uint32_t proofs; /* examples and counter-examples that were run */
    unsigned failed;
};

/* One failure: `where` is file and line of the example, `what` an English sentence for its author.
 */
typedef void lc_prove_told(void *who, struct lc_slice where, const char *what);

/* LC_EPARSE: the section of examples is damaged, and `out` says how far it went. */
enum lc_status lc_identifier_prove(struct lc_identifier *id, lc_prove_told *told, void *who,
                                   struct lc_prove *out) LC_MUST_CHECK;

struct lc_listed {
    struct lc_slice id, where, platform, fact; /* fact: "label" for any text with a name in it */
    struct lc_slice value[LC_A_COUNT];         /* what is claimed; "(captured)" out of the fact */
    uint8_t weight[LC_A_COUNT];                /* 0: nothing is claimed */
};

/* The at-th signature; false behind the last. Borrows from the knowledge. */
bool lc_identifier_list(const struct lc_identifier *id, size_t at, struct lc_listed *out);

#endif
