/* SPDX-License-Identifier: Apache-2.0 */
/* The page: one file that asks for nothing, says the worst first and names what it could not see.
 */
#include "fixture.h"

static void render(const struct lc_device *v, size_t n, const struct lc_report_head *head,
                   enum lc_lang lang, struct lc_buf *out)
{
    const struct lc_device *p[FIXTURE_STREET];

    for (size_t i = 0; i < n; i++)
        p[i] = &v[i];
    lc_buf_init(out, FIXTURE_BUF);
    assert_int_equal(lc_report_html(p, n, head, NULL, lang, out), LC_OK);
}

static void render_street(enum lc_lang lang, struct lc_buf *out)
{
    struct lc_device street[FIXTURE_STREET];
    struct lc_report_head head = fixture_head();

    render(street, fixture_street(street), &head, lang, out);
}

static size_t place(const struct lc_buf *b, const char *text)
{
    size_t at = lc_slice_find(lc_buf_view(b), lc_slice_str(text), 0);

    if (at == LC_NPOS)
        fail_msg("the page does not say: %s", text);
    return at;
}

static void it_asks_for_nothing_and_runs_nothing(void **state)
{
    static const char *const never[] = {"<script", "http://",   " src=",       "@import",
                                        "url(",    "<link",     "<img",        "<iframe",
                                        "<form",   " onclick=", "javascript:", " style="};
    struct lc_buf b;

    (void)state;
    render_street(LC_LANG_EN, &b);
    place(&b, "default-src 'none'; style-src 'unsafe-inline'");
    for (size_t i = 0; i < sizeof never / sizeof *never; i++) {
        if (fixture_holds(&b, never[i]))
            fail_msg("the page holds %s", never[i]);
    }
    assert_int_equal(fixture_times(&b, "href="), fixture_times(&b, "href=\"#"));
    lc_buf_free(&b);
}

static void the_language_is_that_of_the_argument(void **state)
{
    struct lc_buf en, vi;

    (void)state;
    lc_lang_set(LC_LANG_VI); /* the process's language must not matter */
    render_street(LC_LANG_EN, &en);
    lc_lang_set(LC_LANG_EN);
    render_street(LC_LANG_VI, &vi);
    place(&en, "<html lang=\"en\">");
    place(&en, "<h1>2 of 6 cameras need fixing now.</h1>");
    place(&vi, "<html lang=\"vi\">");
    place(&vi, "<h1>2 trong 6 camera cần sửa ngay.</h1>");
    place(&vi, "1.254"); /* thousands as they are written in Vietnam */
    place(&vi, "<b>443</b> <small>im lặng</small>");
    place(&en, "1,254");
    assert_false(fixture_holds(&vi, "fix now"));
    lc_buf_free(&en);
    lc_buf_free(&vi);
}

static void the_colour_never_stands_without_its_word(void **state)
{
    static const struct {
        const char *badge, *word;
        size_t cards;
    } want[] = {
        {"badge red\"><span class=\"color\">red</span> fix now", "id=\"red\"", 2},
        {"badge yellow\"><span class=\"color\">yellow</span> make it safer", "id=\"yellow\"", 1},
        {"badge grey\"><span class=\"color\">grey</span> cannot be told", "id=\"grey\"", 2},
        {"badge green\"><span class=\"color\">green</span> nothing wrong", "id=\"green\"", 1},
    };
    struct lc_buf b;

    (void)state;
    render_street(LC_LANG_EN, &b);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        assert_int_equal(fixture_times(&b, want[i].badge), want[i].cards);
        assert_int_equal(fixture_times(&b, want[i].word), 1);
    }
    assert_true(place(&b, "id=\"red\"") < place(&b, "id=\"yellow\""));
    assert_true(place(&b, "id=\"yellow\"") < place(&b, "id=\"grey\""));
    assert_true(place(&b, "id=\"grey\"") < place(&b, "id=\"green\""));
    lc_buf_free(&b);
}

/* What stands between the start of "do first" and the first group. */
static void first_part(const struct lc_buf *page, struct lc_buf *out)
{
    size_t from = place(page, "class=\"first\""), to = place(page, "class=\"group");

    lc_buf_init(out, FIXTURE_BUF);
    (void)lc_buf_put(out, lc_slice_sub(lc_buf_view(page), from, to - from));
}

static void at_most_three_things_to_do_worst_first(void **state)
{
    struct lc_buf b, first;

    (void)state;
    render_street(LC_LANG_EN, &b);
    first_part(&b, &first);
    assert_int_equal(fixture_times(&first, "<h3>"), 3);
    assert_true(place(&first, "set a password of your own") < place(&first, "Turn Telnet off"));
    assert_true(place(&first, "<h3>Set a password for video.</h3>") <
                place(&first, "Turn Telnet off"));
    place(&first, "<p class=\"do\">Settings &#62; Network &#62; RTSP");
    place(&first, ">Hikvision DS-2CD2143G0-I</a> <span class=\"addr\">192.0.2.64");
    assert_false(fixture_holds(&first, "HTTPS")); /* three devices have it, but it is only medium */
    lc_buf_free(&b);
    lc_buf_free(&first);
}

static void many_cameras_with_one_fault_are_counted_not_listed(void **state)
{
    struct lc_device v[FIXTURE_STREET];
    struct lc_report_head head = fixture_head();
    struct lc_buf b, first;

    (void)state;
    for (size_t i = 0; i < FIXTURE_STREET; i++)
        v[i] = fixture_open();
    render(v, FIXTURE_STREET, &head, LC_LANG_EN, &b);
    first_part(&b, &first);
    assert_int_equal(fixture_times(&first, "<h3>"), 2); /* open stream and clear-text pages */
    assert_int_equal(fixture_times(&first, "Hikvision DS-2CD2143G0-I"), 12);
    assert_int_equal(fixture_times(&first, "and 3 more"), 2);
    lc_buf_free(&b);
    lc_buf_free(&first);
}

static void one_fault_on_two_ports_is_said_once(void **state)
{
    struct lc_device d = fixture_open();
    struct lc_report_head head = fixture_head();
    struct lc_buf b;

    (void)state;
    render(&d, 1, &head, LC_LANG_EN, &b);
    assert_int_equal(fixture_times(&b, "<h4>Its settings page is not encrypted"), 1);
    place(&b, "port 80, 8080");
    place(&b, "<h1>The one camera found needs fixing now.</h1>");
    lc_buf_free(&b);
}

static void routers_are_folded_away_and_not_judged(void **state)
{
    struct lc_buf b;
    size_t others;

    (void)state;
    render_street(LC_LANG_EN, &b);
    others = place(&b, "3 other devices that answered");
    assert_true(place(&b, "MikroTik device") > others);
    assert_true(place(&b, "Canon LBP6230") > others);
    assert_int_equal(fixture_times(&b, "<article"), 6);
    lc_buf_free(&b);
}

static void evidence_is_folded_under_its_card(void **state)
{
    struct lc_buf b;

    (void)state;
    render_street(LC_LANG_EN, &b);
    assert_int_equal(fixture_times(&b, "<details class=\"fold\">"), 6);
    assert_false(fixture_holds(&b, "<details open"));
    place(&b, "HTTP Server header, port 80: <code>App-webs/</code>");
    place(&b, "<h5>What could not be decided</h5>");
    lc_buf_free(&b);
}

static void the_end_says_limits_definitions_and_origin(void **state)
{
    static const char *const want[] = {
        "no login was ever tried",
        "Nobody looked through a lens.",
        "<dt>T0</dt>",
        "<dt>TU</dt>",
        "<dt>E3</dt>",
        "knowledge 0123456789abcdef",
        "abcd000000000000",
        "silent: 1,243",
        "Silence does not mean that nothing is there.",
        "Which phones are still logged in?",
    };
    struct lc_buf b;

    (void)state;
    render_street(LC_LANG_EN, &b);
    for (size_t i = 0; i < sizeof want / sizeof *want; i++)
        (void)place(&b, want[i]);
    lc_buf_free(&b);
}

static void an_unfinished_scan_says_so_at_the_top(void **state)
{
    struct lc_device d = fixture_open();
    struct lc_report_head head = fixture_head();
    struct lc_buf b;

    (void)state;
    render(&d, 1, &head, LC_LANG_EN, &b);
    assert_false(fixture_holds(&b, "did not run to its end"));
    lc_buf_free(&b);
    head.run.ended_us = 0;
    render(&d, 1, &head, LC_LANG_EN, &b);
    assert_true(place(&b, "did not run to its end") < place(&b, "<main>"));
    lc_buf_free(&b);
}

static void finding_none_is_not_called_safe(void **state)
{
    struct lc_device d = fixture_device(9); /* a camera that nothing can be told about */
    struct lc_report_head head = fixture_head();
    struct lc_buf b;

    (void)state;
    render(&d, 0, &head, LC_LANG_EN, &b);
    place(&b, "<h1>No camera was found.</h1>");
    place(&b, "That does not prove that there is none");
    assert_false(fixture_holds(&b, "class=\"first\""));
    lc_buf_free(&b);
    d.value[LC_A_CLASS] = LC_S("camera");
    render(&d, 1, &head, LC_LANG_EN, &b);
    place(&b, "<h1>One camera was found; whether it is safe cannot be told from here.</h1>");
    lc_buf_free(&b);
}

static void a_page_that_does_not_fit_is_refused(void **state)
{
    struct lc_device d = fixture_open();
    const struct lc_device *p = &d;
    struct lc_report_head head = fixture_head();
    struct lc_buf b;
    size_t size;

    (void)state;
    render(&d, 1, &head, LC_LANG_EN, &b);
    size = b.n;
    lc_buf_free(&b);
    lc_buf_init(&b, size);
    assert_int_equal(lc_report_html(&p, 1, &head, NULL, LC_LANG_EN, &b), LC_OK);
    lc_buf_free(&b);
    lc_buf_init(&b, size - 1);
    assert_int_equal(lc_report_html(&p, 1, &head, NULL, LC_LANG_EN, &b), LC_EFULL);
    lc_buf_free(&b);
}

/* Every id once, every link has its target. */
static void links_lead_somewhere(void **state)
{
    struct lc_buf b;
    struct lc_slice s;

    (void)state;
    render_street(LC_LANG_EN, &b);
    s = lc_buf_view(&b);
    for (size_t at = 0; (at = lc_slice_find(s, LC_S("href=\"#"), at)) != LC_NPOS; at++) {
        struct lc_slice name = lc_slice_from(s, at + 7);
        struct lc_buf id;

        lc_buf_init(&id, 64);
        (void)lc_buf_puts(&id, "id=\"");
        (void)lc_buf_put(&id, lc_slice_sub(name, 0, lc_slice_chr(name, '"', 0) + 1));
        assert_int_equal(fixture_times(&b, lc_buf_cstr(&id)), 1);
        lc_buf_free(&id);
    }
    lc_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_asks_for_nothing_and_runs_nothing),
        cmocka_unit_test(the_language_is_that_of_the_argument),
        cmocka_unit_test(the_colour_never_stands_without_its_word),
        cmocka_unit_test(at_most_three_things_to_do_worst_first),
        cmocka_unit_test(many_cameras_with_one_fault_are_counted_not_listed),
        cmocka_unit_test(one_fault_on_two_ports_is_said_once),
        cmocka_unit_test(routers_are_folded_away_and_not_judged),
        cmocka_unit_test(evidence_is_folded_under_its_card),
        cmocka_unit_test(the_end_says_limits_definitions_and_origin),
        cmocka_unit_test(an_unfinished_scan_says_so_at_the_top),
        cmocka_unit_test(finding_none_is_not_called_safe),
        cmocka_unit_test(a_page_that_does_not_fit_is_refused),
        cmocka_unit_test(links_lead_somewhere),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
