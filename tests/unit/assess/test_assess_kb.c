/* SPDX-License-Identifier: Apache-2.0 */
/* The rules as they travel inside the program: the embedded knowledge holds them all, and what they
 * name exists there. */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "load.h"

static struct test_rules rules;
static struct lc_kb *kb;

static void the_embedded_knowledge_holds_every_rule(void **state)
{
    const struct lc_rule *of_files, *of_kb;
    struct lc_assessor *a;
    struct lc_err err = {""};
    size_t n = lc_assessor_rules(rules.assessor, &of_files);

    (void)state;
    assert_int_equal(lc_assessor_open(kb, &a, &err), LC_OK);
    assert_int_equal(lc_assessor_rules(a, &of_kb), n);
    for (size_t i = 0; i < n; i++) {
        assert_true(lc_slice_eq(of_kb[i].id, of_files[i].id));
        assert_true(lc_slice_eq(of_kb[i].remedy[LC_LANG_VI], of_files[i].remedy[LC_LANG_VI]));
    }
    lc_assessor_close(a);
}

static size_t missing(const struct lc_rule *rule, const struct lc_rule_values *platforms)
{
    size_t n = 0;

    for (size_t i = 0; i < platforms->n; i++) {
        if (lc_kb_platform(kb, platforms->v[i].text))
            continue;
        print_error("rule %.*s names platform \"%.*s\", which no signature file declares\n",
                    LC_S_ARG(rule->id), LC_S_ARG(platforms->v[i].text));
        n++;
    }
    return n;
}

/* A typing error there would be a rule that never fires. */
static void every_platform_that_a_rule_names_exists(void **state)
{
    struct lc_ruleset set;
    size_t n = 0, named = 0;

    (void)state;
    assert_int_equal(
        lc_ruleset_load(lc_kb_section(kb, "RULE"), lc_kb_section(kb, "STRS"), &set, NULL), LC_OK);
    for (size_t r = 0; r < set.n; r++) {
        const struct lc_rule_body *b = &set.bodies[r];

        n += missing(&set.rules[r], &b->platforms);
        named += b->platforms.n;
        for (size_t c = 0; c < b->conds_n; c++)
            if (b->conds[c].name == LC_R_IDENTITY + LC_A_PLATFORM)
                n += missing(&set.rules[r], &b->conds[c].values);
    }
    lc_ruleset_free(&set);
    assert_true(named > 0);
    assert_int_equal(n, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_embedded_knowledge_holds_every_rule),
        cmocka_unit_test(every_platform_that_a_rule_names_exists),
    };
    struct lc_err err = {""};
    int failed;

    if (argc != 4)
        return 2;
    load_rules(&rules, argv);
    if (lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err) != LC_OK) {
        (void)fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    lc_kb_close(kb);
    free_rules(&rules);
    return failed;
}
