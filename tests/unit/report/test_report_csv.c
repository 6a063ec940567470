/* SPDX-License-Identifier: Apache-2.0 */
/* RFC 4180 records: as many cells as the header names, CRLF only at their end, the language asked
 * for. */
#include "fixture.h"

/* Cells of the record that starts at `*s`, RFC 4180 section 2; cell `want` (from 0) goes to `out`.
 */
static size_t record(struct lc_slice *s, size_t want, struct lc_buf *out)
{
    size_t cells = 0;
    bool quoted = false;

    while (s->n) {
        uint8_t c = s->p[0];

        *s = lc_slice_from(*s, 1);
        if (c == '"' && quoted && s->n && s->p[0] == '"')
            *s = lc_slice_from(*s, 1);
        else if (c == '"') {
            quoted = !quoted;
            continue;
        }
        if (!quoted && c == ',') {
            cells++;
            continue;
        }
        if (!quoted && c == '\r') {
            assert_int_equal(s->p[0], '\n');
            *s = lc_slice_from(*s, 1);
            break;
        }
        assert_true(c != '\n' && c != '\r');
        if (out && cells == want)
            (void)lc_buf_u8(out, c);
    }
    return cells + 1;
}

static size_t column(const char *name)
{
    struct lc_buf head, cell;
    size_t found = LC_NPOS, n;
    struct lc_slice s;

    lc_buf_init(&head, 4096);
    lc_buf_init(&cell, 4096);
    lc_report_csv_head(&head);
    s = lc_buf_view(&head);
    n = record(&s, 0, NULL);
    for (size_t i = 0; i < n && found == LC_NPOS; i++) {
        s = lc_buf_view(&head);
        lc_buf_reset(&cell);
        (void)record(&s, i, &cell);
        found = lc_slice_eq(lc_buf_view(&cell), lc_slice_str(name)) ? i : LC_NPOS;
    }
    lc_buf_free(&head);
    lc_buf_free(&cell);
    assert_int_not_equal(found, LC_NPOS);
    return found;
}

static void assert_cell(const struct lc_device *d, enum lc_lang lang, const char *name,
                        const char *expected)
{
    struct lc_buf row, cell;
    struct lc_slice s;

    lc_buf_init(&row, 1U << 20);
    lc_buf_init(&cell, 1U << 20);
    lc_report_csv(d, NULL, lang, &row);
    s = lc_buf_view(&row);
    (void)record(&s, column(name), &cell);
    assert_string_equal(lc_buf_cstr(&cell), expected);
    lc_buf_free(&row);
    lc_buf_free(&cell);
}

static void every_record_has_the_cells_of_the_header(void **state)
{
    struct lc_device street[FIXTURE_STREET];
    size_t n = fixture_street(street), cells, records = 0;
    struct lc_buf b;
    struct lc_slice s;

    (void)state;
    lc_buf_init(&b, 1U << 20);
    lc_report_csv_head(&b);
    for (size_t i = 0; i < n; i++)
        lc_report_csv(&street[i], NULL, LC_LANG_VI, &b);
    s = lc_buf_view(&b);
    cells = record(&s, 0, NULL);
    for (; s.n; records++)
        assert_int_equal(record(&s, 0, NULL), cells);
    assert_int_equal(records, n);
    lc_buf_free(&b);
}

static void cells_say_what_is_known(void **state)
{
    struct lc_device d = fixture_open();

    (void)state;
    assert_cell(&d, LC_LANG_EN, "address", "192.0.2.64");
    assert_cell(&d, LC_LANG_EN, "name", "Hikvision DS-2CD2143G0-I");
    assert_cell(&d, LC_LANG_EN, "light", "red");
    assert_cell(&d, LC_LANG_EN, "exposed", "yes");
    assert_cell(&d, LC_LANG_EN, "takeover", "T0");
    assert_cell(&d, LC_LANG_EN, "findings_n", "3"); /* the undecided one is not counted */
    assert_cell(&d, LC_LANG_EN, "open_ports", "80 554 8080");
    assert_cell(&d, LC_LANG_EN, "first_seen", "2026-11-21T03:28:00Z");
}

static void titles_speak_the_language_asked_for(void **state)
{
    struct lc_device d = fixture_open();

    (void)state;
    assert_cell(&d, LC_LANG_EN, "takeover_why", "Anyone can watch this camera");
    assert_cell(&d, LC_LANG_VI, "takeover_why", "Ai cũng xem được camera này");
    assert_cell(&d, LC_LANG_VI, "findings",
                "Ai cũng xem được camera này (554); Trang cài đặt không được mã hoá (80); "
                "Trang cài đặt không được mã hoá (8080)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_record_has_the_cells_of_the_header),
        cmocka_unit_test(cells_say_what_is_known),
        cmocka_unit_test(titles_speak_the_language_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
