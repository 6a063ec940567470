/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every example beside a rule makes it true, every counter-example false, every unknown one
 * unknown: judged by the engine itself, not by the compiler of the rules. Run over data/rules and
 * over engine.yaml, whose rules exist only to show each operator and connective.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "load.h"

static struct test_rules rules;

static struct lc_slice take_part(struct lc_cur *at)
{
    return lc_cur_take(at, lc_cur_le32(at));
}

static const char *const words[] = {"false", "true", "unknown"};

struct example {
    enum lc_tri expect;
    int64_t now_s;
    struct lc_slice rule, where, facts;
    struct lc_identity id;
};

static bool next_example(struct lc_cur *at, struct example *e)
{
    if (!at->s.n)
        return false;
    memset(e, 0, sizeof *e);
    e->expect = (enum lc_tri)lc_cur_le32(at);
    e->now_s = (int64_t)lc_cur_le64(at);
    e->rule = take_part(at);
    e->where = take_part(at);
    for (size_t i = 0; i < LC_A_COUNT; i++)
        e->id.value[i] = take_part(at);
    e->facts = take_part(at);
    assert_false(at->bad);
    return true;
}

static struct example example;
static struct lc_judgement judgement;

static void every_example_is_judged_as_written(void **state)
{
    struct lc_cur at = {.s = lc_buf_view(&rules.examples)};
    size_t n = 0, wrong = 0;

    (void)state;
    for (; next_example(&at, &example); n++) {
        enum lc_tri got;

        lc_assess(rules.assessor, example.facts, &example.id, example.now_s, &judgement);
        got = result_of(&judgement, example.rule);
        wrong += got != example.expect;
        if (got != example.expect)
            print_error("%.*s: %.*s should be %s here, the engine says %s\n",
                        LC_S_ARG(example.where), LC_S_ARG(example.rule), words[example.expect],
                        words[got]);
    }
    assert_int_equal(wrong, 0);
    assert_true(n > 0);
    print_message("%zu examples\n", n);
}

/* A finding of a port shows a fact that the device said on that port; one of the device may rest on
 * the identity instead. An unknown one shows nothing. */
static void every_true_finding_has_evidence(void **state)
{
    struct lc_cur at = {.s = lc_buf_view(&rules.examples)};

    (void)state;
    while (next_example(&at, &example)) {
        lc_assess(rules.assessor, example.facts, &example.id, example.now_s, &judgement);
        for (size_t i = 0; i < judgement.findings_n; i++) {
            const struct lc_finding *f = &judgement.findings[i];
            struct lc_fact said;

            assert_true((f->result == LC_TRI_TRUE) == (f->evidence.n > 0));
            if (f->result != LC_TRI_TRUE || (f->port == 0 && f->fact == LC_F_NONE))
                continue;
            assert_true(lc_facts_find(example.facts, f->fact, f->port, &said));
        }
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_is_judged_as_written),
        cmocka_unit_test(every_true_finding_has_evidence),
    };
    int failed;

    if (argc != 4)
        return 2;
    load_rules(&rules, argv);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    free_rules(&rules);
    return failed;
}
