/* SPDX-License-Identifier: Apache-2.0 */
/* data/passwords.yaml through the engine: its examples are judged as it says, and a damaged section
 * opens with a message or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "passwords/strength.h"

#include <string.h>

static const char *const names[] = {"very-weak", "weak", "not-weak"};

static void examples_are_judged_as_written(void **state)
{
    struct lc_pw_words w;
    struct lc_kb *kb;
    struct lc_err err;
    struct lc_cur at;
    size_t n = 0, wrong = 0;

    (void)state;
    assert_int_equal(lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err),
                     LC_OK);
    assert_int_equal(lc_pw_words_open(kb, &w, &err), LC_OK);
    for (at = (struct lc_cur){.s = w.examples}; at.s.n; n++) {
        struct lc_slice password = lc_kb_take_string(kb, &at);
        unsigned want = lc_cur_u8(&at);
        enum lc_pw_strength got = lc_pw_strength(&w, password, NULL, 0);

        assert_false(at.bad);
        if ((unsigned)got == want)
            continue;
        wrong++;
        print_error("%.*s: %s, not %s\n", LC_S_ARG(password), names[got], names[want]);
    }
    assert_int_equal(wrong, 0);
    assert_true(n >= 10 && w.list_n >= 300 && w.defaults_n >= 10);
    lc_pw_words_close(&w);
    lc_kb_close(kb);
}

/* Every byte of the counts and of the first records, changed. */
static void a_damaged_section_is_refused_or_harmless(void **state)
{
    size_t n = lc_knowledge_blob_n;
    uint8_t *blob = lc_alloc(n);
    struct lc_slice section;
    size_t from, refused = 0;
    struct lc_kb *kb;
    struct lc_err err;

    (void)state;
    assert_non_null(blob);
    memcpy(blob, lc_knowledge_blob, n);
    assert_int_equal(lc_kb_open(lc_slice_of(blob, n), &kb, &err), LC_OK);
    section = lc_kb_section(kb, "PWRD");
    from = (size_t)(section.p - blob);
    for (size_t i = 0; i < 256; i++) {
        struct lc_pw_words w;

        blob[from + i] ^= 0x81;
        if (lc_pw_words_open(kb, &w, &err) == LC_OK) {
            (void)lc_pw_is_default(&w, LC_S("x"));
            (void)lc_pw_limit(&w, LC_S("Dahua"), LC_S("DVR"));
            lc_pw_words_close(&w);
        } else {
            refused++;
            assert_true(err.text[0] != 0);
        }
        blob[from + i] ^= 0x81;
    }
    assert_true(refused > 16);
    lc_kb_close(kb);
    lc_free(blob);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(examples_are_judged_as_written),
        cmocka_unit_test(a_damaged_section_is_refused_or_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
