/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hostile text (facts on reliability, H19): one string that attacks page, spreadsheet, terminal and
 * parser at once stands in every text field of a device and goes through every output.
 */
#include "fixture.h"

#include <jansson.h>

/* Facts under which the evidence is shown, hidden as personal, and unknown. */
static const struct lc_slice facts[] = {LC_S_INIT("http.server"), LC_S_INIT("onvif.serial"),
                                        LC_S_INIT("")};
enum { FACTS_N = sizeof facts / sizeof *facts };

static struct lc_device poisoned(size_t i)
{
    return fixture_poisoned(fixture_poison, facts[i].n ? facts[i] : fixture_poison);
}

/* No character that moves, hides or reorders, no malformed UTF-8; `feeds` tells whether LF is ours.
 */
static void assert_plain_text(const struct lc_buf *b, bool feeds)
{
    struct lc_slice s = lc_buf_view(b);

    while (s.n) {
        struct lc_slice at = s;
        uint32_t cp = lc_utf8_take(&s);

        if (cp == '\n' && feeds)
            continue;
        assert_true(cp >= 0x20 && cp != 0x7f && !(cp >= 0x80 && cp < 0xa0));
        assert_false(cp >= 0x200b && cp <= 0x200f);
        assert_false(cp >= 0x202a && cp <= 0x202e);
        assert_false(cp >= 0x2060 && cp <= 0x2069);
        assert_int_not_equal(cp, 0xfeff);
        assert_false(cp == 0xfffd && at.n - s.n == 1); /* mended, not malformed */
    }
}

static void json_stays_one_line_and_parses(void **state)
{
    (void)state;
    for (size_t i = 0; i < FACTS_N; i++) {
        struct lc_device d = poisoned(i);
        struct lc_buf b;
        json_t *j;

        lc_buf_init(&b, FIXTURE_BUF);
        lc_report_json(&d, NULL, &b);
        assert_plain_text(&b, false);
        assert_false(fixture_holds(&b, "<script"));
        j = json_loadb((const char *)b.p, b.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
        assert_non_null(j);
        assert_non_null(json_string_value(json_object_get(j, "model")));
        json_decref(j);
        lc_buf_free(&b);
    }
}

/* Cells start after a comma or at the start of the record; the row is ours up to the quotes. */
static void csv_stays_one_record_and_no_cell_is_a_formula(void **state)
{
    static const char *const openings[] = {"", "=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r\n=1"};

    (void)state;
    for (size_t o = 0; o < sizeof openings / sizeof *openings; o++) {
        struct lc_buf text, row;
        struct lc_device d;

        lc_buf_init(&text, 4096);
        lc_buf_init(&row, FIXTURE_BUF);
        (void)lc_buf_puts(&text, openings[o]);
        (void)lc_buf_put(&text, fixture_poison);
        d = fixture_poisoned(lc_buf_view(&text), LC_S("http.server"));
        lc_report_csv(&d, NULL, LC_LANG_EN, &row);
        assert_true(lc_slice_ends(lc_buf_view(&row), LC_S("\r\n")));
        row.n -= 2;
        assert_plain_text(&row, false);
        for (size_t i = 0; i + 1 < row.n; i++) {
            bool opens = row.p[i] == '"' && (i == 0 || row.p[i - 1] == ',');

            if (opens && strchr("=+-@", row.p[i + 1]))
                fail_msg("a cell starts with %c", row.p[i + 1]);
        }
        lc_buf_free(&text);
        lc_buf_free(&row);
    }
}

static void the_terminal_gets_no_escape_and_no_line_break(void **state)
{
    (void)state;
    for (size_t i = 0; i < FACTS_N; i++) {
        struct lc_device d = poisoned(i), calm = fixture_poisoned(LC_S("x"), facts[i]);
        struct lc_buf b, c;

        lc_buf_init(&b, FIXTURE_BUF);
        lc_report_line(&d, false, &b);
        assert_plain_text(&b, true);
        assert_int_equal(fixture_times(&b, "\n"), 1);
        lc_buf_reset(&b);
        lc_buf_init(&c, FIXTURE_BUF);
        lc_report_show(&d, NULL, false, &b);
        lc_report_show(&calm, NULL, false, &c);
        assert_plain_text(&b, true);
        if (facts[i].n) /* as many lines as a device that says only "x" */
            assert_int_equal(fixture_times(&b, "\n"), fixture_times(&c, "\n"));
        lc_buf_free(&b);
        lc_buf_free(&c);
    }
}

/* A narrow column may cut the poison before it bites: here it starts with what moves a cursor. */
static void a_narrow_column_is_inert_too(void **state)
{
    size_t bite = lc_slice_chr(fixture_poison, 0x1b, 0);
    struct lc_device d = fixture_poisoned(lc_slice_from(fixture_poison, bite), LC_S("http.server"));
    struct lc_buf b;

    (void)state;
    assert_int_not_equal(bite, LC_NPOS);
    lc_buf_init(&b, FIXTURE_BUF);
    lc_report_line(&d, false, &b);
    assert_plain_text(&b, true);
    assert_int_equal(fixture_times(&b, "\n"), 1);
    lc_buf_free(&b);
}

/* Everything between < and > is a tag: those of a page about "x" and of a poisoned one are the
 * same. */
static void tags_of(const struct lc_buf *page, struct lc_buf *out)
{
    bool inside = false;

    lc_buf_init(out, FIXTURE_BUF);
    for (size_t i = 0; i < page->n; i++) {
        inside = inside || page->p[i] == '<';
        if (inside)
            (void)lc_buf_u8(out, page->p[i]);
        inside = inside && page->p[i] != '>';
    }
}

static void page_about(struct lc_slice text, struct lc_slice fact, struct lc_buf *out)
{
    struct lc_report_head head = fixture_head();
    struct lc_device d = fixture_poisoned(text, fact), camera = d;
    const struct lc_device *both[] = {&d, &camera};

    camera.value[LC_A_CLASS] = LC_S("camera");
    head.owner = text;
    lc_buf_init(out, FIXTURE_BUF);
    assert_int_equal(lc_report_html(both, 2, &head, NULL, LC_LANG_VI, out), LC_OK);
}

static void the_page_keeps_its_markup(void **state)
{
    (void)state;
    for (size_t i = 0; i < FACTS_N; i++) {
        struct lc_slice fact = facts[i].n ? facts[i] : fixture_poison;
        struct lc_buf bad, calm, bad_tags, calm_tags;

        page_about(fixture_poison, fact, &bad);
        page_about(LC_S("x"), facts[i].n ? facts[i] : LC_S("x"), &calm);
        assert_false(fixture_holds(&bad, "<script"));
        tags_of(&bad, &bad_tags);
        tags_of(&calm, &calm_tags);
        assert_true(lc_slice_eq(lc_buf_view(&bad_tags), lc_buf_view(&calm_tags)));
        lc_buf_free(&bad);
        lc_buf_free(&calm);
        lc_buf_free(&bad_tags);
        lc_buf_free(&calm_tags);
    }
}

static void the_page_holds_no_hidden_characters(void **state)
{
    struct lc_buf b;

    (void)state;
    page_about(fixture_poison, LC_S("http.server"), &b);
    assert_plain_text(&b, true);
    lc_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_stays_one_line_and_parses),
        cmocka_unit_test(csv_stays_one_record_and_no_cell_is_a_formula),
        cmocka_unit_test(the_terminal_gets_no_escape_and_no_line_break),
        cmocka_unit_test(a_narrow_column_is_inert_too),
        cmocka_unit_test(the_page_keeps_its_markup),
        cmocka_unit_test(the_page_holds_no_hidden_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
