/* SPDX-License-Identifier: Apache-2.0 */
/* The table lines up, judgements are words, colour comes only when asked for. */
#include "fixture.h"

#include <locale.h>

/* Columns before the first `word` of the line. */
static size_t column_of(struct lc_slice line, const char *word)
{
    size_t at = lc_slice_find(line, lc_slice_str(word), 0);

    assert_int_not_equal(at, LC_NPOS);
    return lc_text_width(lc_slice_sub(line, 0, at));
}

static void columns_line_up_in_both_languages(void **state)
{
    static const char *const takeover[] = {"TAKEOVER", "CHIẾM QUYỀN"};
    struct lc_device street[FIXTURE_STREET];
    size_t n = fixture_street(street);

    (void)state;
    for (int lang = LC_LANG_EN; lang <= LC_LANG_VI; lang++) {
        struct lc_buf head;
        size_t want;

        lc_lang_set((enum lc_lang)lang);
        lc_buf_init(&head, 4096);
        lc_report_line_head(&head);
        want = column_of(lc_buf_view(&head), takeover[lang]);
        lc_buf_free(&head);
        for (size_t i = 0; i < n; i++) {
            static const char *const steps[] = {"T0", "T1", "T2", "T3", "T4", "T5", "TU"};
            struct lc_buf line;

            lc_buf_init(&line, 4096);
            lc_report_line(&street[i], false, &line);
            assert_int_equal(column_of(lc_buf_view(&line), steps[street[i].takeover]), want);
            assert_int_equal(fixture_times(&line, "\n"), 1);
            lc_buf_free(&line);
        }
    }
    lc_lang_set(LC_LANG_EN);
}

static void a_recorder_says_how_many_channels_it_has(void **state)
{
    struct lc_device d = fixture_open();
    struct lc_device_channel c[8];
    struct lc_buf b;

    (void)state;
    for (size_t i = 0; i < 8; i++)
        c[i] = (struct lc_device_channel){.number = (uint16_t)(i + 1),
                                          .kind = i < 2 ? LC_CH_ANALOG : LC_CH_NETWORK};
    d.value[LC_A_CLASS] = LC_S("nvr");
    d.channels = c;
    d.channels_listed_n = d.channels_n = 8;
    lc_buf_init(&b, FIXTURE_BUF);
    lc_report_line(&d, false, &b);
    assert_true(fixture_holds(&b, "network recorder (8) "));
    lc_buf_reset(&b);
    lc_report_show(&d, NULL, false, &b);
    assert_true(fixture_holds(&b, "network recorder with 8 channels"));
    assert_true(fixture_holds(&b, "8: analogue 2, network 6\n"));
    lc_buf_free(&b);
}

static void a_line_says_name_exposure_and_worst_finding(void **state)
{
    struct lc_device d = fixture_open();
    struct lc_buf b;

    (void)state;
    lc_buf_init(&b, 4096);
    lc_report_line(&d, false, &b);
    assert_true(fixture_holds(&b, "192.0.2.64 "));
    assert_true(fixture_holds(&b, "Hikvision DS-2CD2143G0-I"));
    assert_true(fixture_holds(&b, " yes "));
    assert_true(fixture_holds(&b, " 3 "));
    assert_true(fixture_holds(&b, "open-stream\n"));
    lc_buf_free(&b);
}

static void colour_only_when_asked_and_words_always(void **state)
{
    struct lc_device d = fixture_open();
    struct lc_buf plain, tinted;
    size_t out = 0;

    (void)state;
    lc_buf_init(&plain, 1U << 20);
    lc_buf_init(&tinted, 1U << 20);
    lc_report_line(&d, false, &plain);
    lc_report_show(&d, NULL, false, &plain);
    assert_false(fixture_holds(&plain, "\x1b"));
    lc_report_line(&d, true, &tinted);
    lc_report_show(&d, NULL, true, &tinted);
    assert_true(fixture_holds(&tinted, "\x1b[31myes"));
    for (size_t i = 0; i < tinted.n; i++) { /* without its escapes it is the plain text */
        if (tinted.p[i] == 0x1b) {
            while (tinted.p[i] != 'm')
                i++;
            continue;
        }
        assert_int_equal(tinted.p[i], plain.p[out++]);
    }
    assert_int_equal(out, plain.n);
    lc_buf_free(&plain);
    lc_buf_free(&tinted);
}

static void show_tells_remedies_claims_and_outcomes(void **state)
{
    static const char *const want[] = {
        "Anyone can watch this camera (port 554)",
        "what to do: Set a password for video",
        "HTTP Server header (port 80): App-webs/",
        "platform = hikvision (85 %) [hikvision.http.server]",
        "tcp 443    silent",
        "not decided  It still accepts outdated encryption",
        "video is described without a password",
        "firmware         V5.5.82 (70 %)",
    };
    struct lc_device d = fixture_open();
    struct lc_buf b;

    (void)state;
    lc_buf_init(&b, 1U << 20);
    lc_report_show(&d, NULL, false, &b);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        if (!fixture_holds(&b, want[i]))
            fail_msg("show does not say: %s", want[i]);
    }
    lc_buf_free(&b);
}

static int utf8_locale(void **state)
{
    (void)state;
    return setlocale(LC_CTYPE, "C.UTF-8") ? 0 : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_line_up_in_both_languages),
        cmocka_unit_test(a_recorder_says_how_many_channels_it_has),
        cmocka_unit_test(a_line_says_name_exposure_and_worst_finding),
        cmocka_unit_test(colour_only_when_asked_and_words_always),
        cmocka_unit_test(show_tells_remedies_claims_and_outcomes),
    };

    return cmocka_run_group_tests(tests, utf8_locale, NULL);
}
