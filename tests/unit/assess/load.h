/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of src/assess share: rule sections as files (tools/knowledge/rules.py), facts by
 * hand. */
#ifndef LC_TEST_ASSESS_LOAD_H
#define LC_TEST_ASSESS_LOAD_H

#include "assess/rules.h"
#include "base/mem.h"

#include <setjmp.h>
#include <string.h>
#include <cmocka.h>

#define NOW 1795305600 /* 2026-11-22 */

/* argv[1..3] of every test program: rules, strings, examples. */
struct test_rules {
    struct lc_buf section, strings, examples;
    struct lc_assessor *assessor;
};

static inline void read_file(const char *path, struct lc_buf *out)
{
    FILE *f = fopen(path, "rb");
    uint8_t piece[4096];
    size_t n;

    assert_non_null(f);
    lc_buf_init(out, 1U << 22);
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        assert_int_equal(lc_buf_put(out, lc_slice_of(piece, n)), LC_OK);
    (void)fclose(f);
}

static inline void load_rules(struct test_rules *t, char **argv)
{
    struct lc_err err = {""};

    read_file(argv[1], &t->section);
    read_file(argv[2], &t->strings);
    read_file(argv[3], &t->examples);
    if (lc_assessor_load(lc_buf_view(&t->section), lc_buf_view(&t->strings), &t->assessor, &err) !=
        LC_OK)
        fail_msg("%s", err.text);
}

static inline void free_rules(struct test_rules *t)
{
    lc_assessor_close(t->assessor);
    lc_buf_free(&t->section);
    lc_buf_free(&t->strings);
    lc_buf_free(&t->examples);
}

/* The answer of one rule for the whole device: it holds, is unknown somewhere, or neither. */
static inline enum lc_tri result_of(const struct lc_judgement *j, struct lc_slice rule)
{
    enum lc_tri t = LC_TRI_FALSE;

    for (size_t i = 0; i < j->findings_n; i++)
        if (lc_slice_eq(j->findings[i].rule->id, rule))
            t = lc_tri_or(t, j->findings[i].result);
    return t;
}

static inline struct lc_identity an_identity(const char *cls, const char *platform)
{
    struct lc_identity id;

    memset(&id, 0, sizeof id);
    if (cls)
        id.value[LC_A_CLASS] = lc_slice_str(cls);
    if (platform)
        id.value[LC_A_PLATFORM] = lc_slice_str(platform);
    return id;
}

static inline void at_port(struct lc_facts *f, unsigned port, unsigned exch)
{
    f->port = (uint16_t)port;
    f->exch = (uint8_t)exch;
}

#endif
