/* SPDX-License-Identifier: Apache-2.0 */
/* The pattern engine: what it matches, what it refuses, and that no text makes it slow (counted
 * steps). */
#include "identify/re.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

static struct lc_re_machine *machine;

static int setup(void **state)
{
    (void)state;
    machine = lc_re_machine_new();
    return machine ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    lc_re_machine_free(machine);
    return 0;
}

static struct lc_re *compiled(const char *pattern, bool icase)
{
    const char *why = NULL;
    struct lc_re *re = NULL;

    if (lc_re_compile(lc_slice_str(pattern), icase, &re, &why) != LC_OK)
        fail_msg("%s: %s", pattern, why);
    return re;
}

/* The n-th capture as text; NULL when the pattern does not match. */
static const char *captured(const char *pattern, bool icase, const char *text, size_t n)
{
    static char out[256];
    struct lc_re *re = compiled(pattern, icase);
    struct lc_re_match m;
    bool hit = lc_re_run(re, machine, lc_slice_str(text), &m);

    if (hit) {
        assert_true(m.cap[n].n < sizeof out);
        memcpy(out, m.cap[n].p ? m.cap[n].p : (const uint8_t *)"", m.cap[n].n);
        out[m.cap[n].n] = 0;
    }
    lc_re_free(re);
    return hit ? out : NULL;
}

static void matches(const char *pattern, const char *text, const char *whole)
{
    const char *got = captured(pattern, false, text, 0);

    if (!whole)
        assert_null(got);
    else if (!got)
        fail_msg("%s does not match %s", pattern, text);
    else
        assert_string_equal(got, whole);
}

static void plain_text_is_found_anywhere(void **state)
{
    (void)state;
    matches("abc", "xxabcxx", "abc");
    matches("abc", "ab", NULL);
    matches("", "anything", "");
    matches("a\\.b", "axb", NULL);
    matches("a\\.b", "a.b", "a.b");
    matches("a.b", "a\nb", NULL);
    matches("a.b",
            "a\xff"
            "b",
            "a\xff"
            "b");
}

static void anchors_bind_to_the_ends(void **state)
{
    (void)state;
    matches("^ab", "cab", NULL);
    matches("^ab", "abc", "ab");
    matches("ab$", "abc", NULL);
    matches("ab$", "cab", "ab");
    matches("^$", "", "");
    matches("^$", "x", NULL);
    matches("^a|b", "xb", "b");
    matches("(?:^|,)O=x", "C=y,O=x", ",O=x");
}

static void classes_hold_ranges_names_and_opposites(void **state)
{
    (void)state;
    matches("[a-cx]+", "zzabcxq", "abcx");
    matches("[^a-c]+", "abcdef", "def");
    matches("\\d+", "ab12c", "12");
    matches("\\D+", "12ab", "ab");
    matches("[\\w-]+", "!a_9-Z!", "a_9-Z");
    matches("a\\sb", "a\tb", "a\tb");
    matches("[\\]\\\\]+", "a]\\b", "]\\");
    matches("[a-]+", "-a-", "-a-");
    matches("[.]", "x", NULL);
}

static void repetitions_are_greedy_and_bounded(void **state)
{
    (void)state;
    matches("a?b", "b", "b");
    matches("a*", "aaa", "aaa");
    matches("xa+", "xaaay", "xaaa");
    matches("a{2}", "a", NULL);
    matches("a{2}", "aaa", "aa");
    matches("a{2,3}", "aaaa", "aaa");
    matches("a{2,}", "aaaa", "aaaa");
    matches("^a{2,3}$", "aaaa", NULL);
    matches("(?:ab){0,2}c", "abababc", "ababc");
    matches("^(?:a{2}b){2}$", "aabaab", "aabaab");
    matches("(?:)*x", "x", "x");
    matches("(?:a*)*b", "aab", "aab");
    matches("(?:a|b?)+c", "abc", "abc");
}

static void earlier_alternatives_win_at_the_leftmost_place(void **state)
{
    (void)state;
    matches("a|ab", "ab", "a");
    matches("ab|a", "ab", "ab");
    matches("x|ab|b", "zab", "ab");
    matches("(?:a|b|c|d)+", "zabcdz", "abcd");
    matches("^(?:cat|dog)$", "dogs", NULL);
    matches("\\bcat\\b", "concat", NULL);
    matches("\\bcat\\b", "cats", NULL);
    matches("\\bcat\\b", "a cat, a dog", "cat");
    matches("\\bcat\\b", "my_cat_1", "cat");
    matches("\\bcat\\b", "cat", "cat");
    matches("c\\bat", "cat", NULL);
}

static void captures_are_numbered_by_their_opening(void **state)
{
    const char *re = "^(IPC-([A-Z]+))(\\d*)(x)?$";

    (void)state;
    assert_string_equal(captured(re, false, "IPC-HDW12", 1), "IPC-HDW");
    assert_string_equal(captured(re, false, "IPC-HDW12", 2), "HDW");
    assert_string_equal(captured(re, false, "IPC-HDW12", 3), "12");
    assert_string_equal(captured(re, false, "IPC-HDW12", 4), "");
    assert_string_equal(captured("(a|b)+", false, "aab", 1), "b");
    assert_string_equal(captured("^(.*):(.*)$", false, "a:b:c", 1), "a:b");
}

static void case_can_be_ignored_in_text_and_classes(void **state)
{
    (void)state;
    assert_string_equal(captured("hik[a-c]", true, "xHIKBx", 0), "HIKB");
    assert_string_equal(captured("HIK[A-C]", true, "xhikbx", 0), "hikb");
    assert_null(captured("x[^a]", true, "xA", 0));
    assert_null(captured("HIK", false, "hik", 0));
}

static void what_is_outside_the_subset_is_refused(void **state)
{
    static const char *const bad[] = {"(?=a)",
                                      "(?!a)",
                                      "(?<a>b)",
                                      "(?i)a",
                                      "(a)\\1",
                                      "a*?",
                                      "a++",
                                      "a**",
                                      "*a",
                                      "(a",
                                      "a)",
                                      "[a",
                                      "[]",
                                      "[z-a]",
                                      "a{3,2}",
                                      "a{65}",
                                      "a{x}",
                                      "a{0}",
                                      "\\B",
                                      "\\",
                                      "a{1",
                                      "{2}",
                                      "(a)(b)(c)(d)(e)",
                                      "(?:(?:(?:(?:(?:(?:(?:(?:(?:a)))))))))",
                                      "(?:(?:a{60}){60}){60}"};
    struct lc_re *re;
    const char *why;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        why = NULL;
        if (lc_re_compile(lc_slice_str(bad[i]), false, &re, &why) != LC_EPARSE)
            fail_msg("%s was compiled", bad[i]);
        assert_non_null(why);
        assert_null(re);
    }
}

static void a_required_literal_is_known_beforehand(void **state)
{
    static const struct {
        const char *pattern, *literal;
    } all[] = {{"^Login to ([0-9A-Z]{12,20})$", "Login to "},
               {"a+bcd", "bcd"},
               {"(abc)d", "abcd"},
               {"ab|cd", ""},
               {"(?:abcdef)?xy", "xy"},
               {"(?:abcdef){2}", "abcdefabcdef"},
               {"x(?:abcdef)*y", "x"},
               {"[ab]", ""}};

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        struct lc_re *re = compiled(all[i].pattern, false);
        struct lc_slice lit = lc_re_literal(re);

        if (!lc_slice_eq(lit, lc_slice_str(all[i].literal)))
            fail_msg("%s: literal %.*s", all[i].pattern, LC_S_ARG(lit));
        lc_re_free(re);
    }
}

/* The steps of one run over n times `unit` and a tail that makes it fail. */
static size_t steps_of(const struct lc_re *re, const char *unit, size_t n)
{
    static uint8_t text[LC_RE_TEXT];
    size_t unit_n = strlen(unit), at = 0;
    struct lc_re_match m;

    while (at + unit_n < n)
        for (size_t i = 0; i < unit_n; i++)
            text[at++] = (uint8_t)unit[i];
    text[at++] = '!';
    lc_re_run(re, machine, lc_slice_of(text, at), &m);
    assert_true(lc_re_steps(machine) <= lc_re_size(re) * (at + 1));
    return lc_re_steps(machine);
}

/* Each of these takes exponential or polynomial time in a backtracking matcher. */
static void hostile_text_costs_linear_steps(void **state)
{
    static const struct {
        const char *pattern, *unit;
    } evil[] = {{"^(a+)+$", "a"},   {"^(a|a)*$", "a"},
                {"^(a|aa)+$", "a"}, {"^(?:.*a){12}$", "a"},
                {"(x+x+)+y", "x"},  {"^([a-zA-Z0-9])(([-.]|[_]+)?([a-zA-Z0-9]+))*$", "a"},
                {".*.*=.*", "="},   {"(?:a?){20}a{20}$", "a"}};

    (void)state;
    for (size_t i = 0; i < sizeof evil / sizeof *evil; i++) {
        struct lc_re *re = compiled(evil[i].pattern, false);
        size_t small = steps_of(re, evil[i].unit, 500), large = steps_of(re, evil[i].unit, 4000);

        if (large > 9 * small + 100)
            fail_msg("%s: %zu steps for 500 bytes, %zu for 4000", evil[i].pattern, small, large);
        lc_re_free(re);
    }
}

static void longer_text_than_the_bound_is_matched_up_to_it(void **state)
{
    static uint8_t text[LC_RE_TEXT + 8];
    struct lc_re *re = compiled("b", false);
    struct lc_re_match m;

    (void)state;
    memset(text, 'a', sizeof text);
    text[LC_RE_TEXT] = 'b';
    assert_false(lc_re_run(re, machine, lc_slice_of(text, sizeof text), &m));
    text[LC_RE_TEXT - 1] = 'b';
    assert_true(lc_re_run(re, machine, lc_slice_of(text, sizeof text), &m));
    lc_re_free(re);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_text_is_found_anywhere),
        cmocka_unit_test(anchors_bind_to_the_ends),
        cmocka_unit_test(classes_hold_ranges_names_and_opposites),
        cmocka_unit_test(repetitions_are_greedy_and_bounded),
        cmocka_unit_test(earlier_alternatives_win_at_the_leftmost_place),
        cmocka_unit_test(captures_are_numbered_by_their_opening),
        cmocka_unit_test(case_can_be_ignored_in_text_and_classes),
        cmocka_unit_test(what_is_outside_the_subset_is_refused),
        cmocka_unit_test(a_required_literal_is_known_beforehand),
        cmocka_unit_test(hostile_text_costs_linear_steps),
        cmocka_unit_test(longer_text_than_the_bound_is_matched_up_to_it),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
