/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of published flaws share: the compiled data and its file of pairs and examples. */
#ifndef LC_TEST_ASSESS_FLAWS_H
#define LC_TEST_ASSESS_FLAWS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "assess/vuln.h"
#include "load.h"

/* argv[1..4]: section "VULN", section "KEV ", strings, examples. */
struct test_flaws {
    struct lc_buf section, kev, strings, examples;
    struct lc_flawset set;
};

static inline void load_flaws(struct test_flaws *t, char **argv)
{
    struct lc_err err = {""};

    read_file(argv[1], &t->section);
    read_file(argv[2], &t->kev);
    read_file(argv[3], &t->strings);
    read_file(argv[4], &t->examples);
    if (lc_flawset_load(lc_buf_view(&t->section), lc_buf_view(&t->strings), &t->set, &err) != LC_OK)
        fail_msg("%s", err.text);
}

static inline void free_flaws(struct test_flaws *t)
{
    lc_flawset_free(&t->set);
    lc_buf_free(&t->section);
    lc_buf_free(&t->kev);
    lc_buf_free(&t->strings);
    lc_buf_free(&t->examples);
}

static inline struct lc_slice take_part(struct lc_cur *at)
{
    return lc_cur_take(at, lc_cur_le32(at));
}

static inline const struct lc_scheme *scheme_of(const struct lc_flawset *f, struct lc_slice id)
{
    for (size_t i = 0; i < f->schemes_n; i++)
        if (lc_slice_eq(f->schemes[i].id, id))
            return &f->schemes[i];
    return NULL;
}

#endif
