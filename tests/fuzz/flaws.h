/* SPDX-License-Identifier: Apache-2.0 */
/* The published flaws of the embedded knowledge, opened once for a target. */
#ifndef LC_FUZZ_FLAWS_H
#define LC_FUZZ_FLAWS_H

#include "assess/vuln.h"
#include "fuzz.h"

static inline struct lc_flawset *fuzz_flaws(void)
{
    static struct lc_flawset set;
    struct lc_err err = {""};
    struct lc_kb *kb;

    if (set.n)
        return &set;
    FUZZ_CHECK(lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err) == LC_OK);
    FUZZ_CHECK(lc_flawset_load(lc_kb_section(kb, "VULN"), lc_kb_section(kb, "STRS"), &set, &err) ==
               LC_OK);
    lc_kb_close(kb); /* the sections are of the blob itself */
    return &set;
}

#endif
