/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of fixed length as devices send them: padded, unpadded, with leftovers, with noise. */
#include "dg_kit.h"

#include "proto/dg_field.h"

static void is(struct lc_slice got, const char *want)
{
    assert_true(lc_slice_eq(got, lc_slice_str(want)));
}

static void a_text_ends_at_its_nul_or_at_the_field(void **state)
{
    (void)state;
    is(lc_dg_text(LC_S("xABC\0DEFy"), 1, 7), "ABC");
    is(lc_dg_text(LC_S("xABCDEFy"), 1, 6), "ABCDEF");
    is(lc_dg_text(LC_S("ABC"), 0, 3), "ABC");
    is(lc_dg_text(LC_S(" AB C \0"), 0, 7), "AB C");
    is(lc_dg_text(LC_S("\0ABC"), 0, 4), "");
}

static void a_field_past_the_datagram_is_empty(void **state)
{
    (void)state;
    is(lc_dg_text(LC_S("ABC"), 1, 3), "");
    is(lc_dg_text(LC_S("ABC"), 4, 0), "");
    is(lc_dg_text(LC_S("ABC"), 2, (size_t)-1), "");
}

static void noise_before_the_nul_empties_noise_behind_it_does_not(void **state)
{
    (void)state;
    is(lc_dg_text(LC_S("AB\x01"
                       "C"),
                  0, 4),
       "");
    is(lc_dg_text(LC_S("AB\xC3\xA9"), 0, 4), "");
    is(lc_dg_text(LC_S("AB\x7F"
                       "C"),
                  0, 4),
       "");
    is(lc_dg_text(LC_S("AB\0\xFF"), 0, 4), "AB");
}

static void words_are_letters_and_digits(void **state)
{
    (void)state;
    assert_true(lc_dg_is_word(LC_S("azAZ09")));
    assert_false(lc_dg_is_word(LC_S("")));
    assert_false(lc_dg_is_word(LC_S("a b")));
    assert_false(lc_dg_is_word(LC_S("a-b")));
    assert_false(lc_dg_is_word(LC_S("@[`{/:")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_ends_at_its_nul_or_at_the_field),
        cmocka_unit_test(a_field_past_the_datagram_is_empty),
        cmocka_unit_test(noise_before_the_nul_empties_noise_behind_it_does_not),
        cmocka_unit_test(words_are_letters_and_digits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
