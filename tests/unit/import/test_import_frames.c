/* SPDX-License-Identifier: Apache-2.0 */
/* Files cut into records: whatever the pieces, whatever stands in them, within bounded memory. */
#include "base/mem.h"
#include "import/frames.h"
#include "import/import.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

/* Records as "LINE[text]", what is left out as "LINE!status". */
static const char *cut(enum lc_framing kind, struct lc_slice file, size_t piece)
{
    static struct lc_buf out;
    struct lc_frames f;
    struct lc_slice record = {NULL, 0};
    uint64_t line = 0;

    if (out.max == 0)
        lc_buf_init(&out, 8U << 20);
    lc_buf_reset(&out);
    lc_frames_init(&f, kind);
    for (size_t at = 0; at <= file.n; at += piece) {
        struct lc_slice part = lc_slice_sub(file, at, piece);
        bool end = at + piece > file.n;
        enum lc_status st;

        assert_int_equal(lc_frames_put(&f, part), LC_OK);
        while ((st = lc_frames_next(&f, end, &record, &line)) != LC_MORE) {
            if (st == LC_OK && record.n < 200)
                (void)lc_buf_putf(&out, "%llu[%.*s]", (unsigned long long)line, LC_S_ARG(record));
            else
                (void)lc_buf_putf(&out, "%llu!%s", (unsigned long long)line,
                                  st == LC_OK ? "long" : lc_status_name(st));
        }
    }
    lc_frames_free(&f);
    return lc_buf_cstr(&out);
}

static void check(enum lc_framing kind, const char *file, const char *expected)
{
    for (size_t piece = 1; piece <= strlen(file) + 1; piece++)
        assert_string_equal(cut(kind, lc_slice_str(file), piece), expected);
}

static void lines_are_records_with_or_without_their_last_end(void **state)
{
    (void)state;
    check(LC_FRAME_LINES, "one\ntwo\r\n\nthree", "1[one]2[two\r]3[]4[three]");
    check(LC_FRAME_LINES, "\xef\xbb\xbfone\n", "1[one]");
    check(LC_FRAME_LINES, "", "");
}

static void a_quoted_field_holds_line_ends_and_quotes(void **state)
{
    (void)state;
    check(LC_FRAME_CSV, "a,\"b\nc\",\"d\"\"\n\"\nx,y,z\n", "1[a,\"b\nc\",\"d\"\"\n\"]4[x,y,z]");
    check(LC_FRAME_CSV, "a,\"b\nc\n",
          "1!"
          "malformed");
}

static void json_lines_stay_lines(void **state)
{
    (void)state;
    check(LC_FRAME_JSON, "\n {\"a\":1}\n{\"b\":\"[\"}\nx\n", "2[{\"a\":1}]3[{\"b\":\"[\"}]4[x]");
}

static void an_array_gives_its_objects_wherever_they_break(void **state)
{
    (void)state;
    check(LC_FRAME_JSON, "[\n{\"a\": {\"b\": [1, 2]}}\n,\n{\"c\": \"}\\\"]\"},{}\n]\n",
          "2[{\"a\": {\"b\": [1, 2]}}]4[{\"c\": \"}\\\"]\"}]4[{}]");
    check(LC_FRAME_JSON, "[]", "");
}

static void an_array_that_breaks_off_says_so(void **state)
{
    (void)state;
    check(LC_FRAME_JSON, "[\n{\"a\":1},\n{\"b\":", "2[{\"a\":1}]3!malformed");
    check(LC_FRAME_JSON, "[\n{\"a\":1}\n", "2[{\"a\":1}]3!malformed");
}

static void what_is_no_object_is_left_out_to_its_line_end(void **state)
{
    (void)state;
    check(LC_FRAME_JSON, "[\nfoo {\"no\":1}\n{\"a\":1}]", "2!invalid3[{\"a\":1}]");
}

/* A record past the bound is named once; the next line is read. */
static void a_long_record_costs_itself_alone(void **state)
{
    static const struct {
        enum lc_framing kind;
        const char *head, *tail, *expected;
    } cases[] = {
        {LC_FRAME_LINES, "a\n", "\nb\n", "1[a]2!bound reached3[b]"},
        {LC_FRAME_CSV, "a\n\"", "\nb\n", "1[a]2!bound reached3[b]"},
        {LC_FRAME_JSON, "{}\n{\"", "\n{}\n", "1[{}]2!bound reached3[{}]"},
        {LC_FRAME_JSON, "[{}\n,{\"", "\n{\"b\":1}]", "1[{}]2!bound reached3[{\"b\":1}]"},
    };
    struct lc_buf file;

    (void)state;
    lc_buf_init(&file, 8U << 20);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lc_buf_reset(&file);
        (void)lc_buf_puts(&file, cases[i].head);
        assert_int_equal(lc_buf_reserve(&file, 3U << 20), LC_OK);
        memset(file.p + file.n, 'x', 3U << 20);
        file.n += 3U << 20;
        (void)lc_buf_puts(&file, cases[i].tail);
        assert_string_equal(cut(cases[i].kind, lc_buf_view(&file), LC_FRAMES_PIECE),
                            cases[i].expected);
        assert_string_equal(cut(cases[i].kind, lc_buf_view(&file), 1000), cases[i].expected);
    }
    lc_buf_free(&file);
}

static void times_are_read_in_every_way_they_are_written(void **state)
{
    static const struct {
        const char *text;
        int64_t us;
    } cases[] = {
        {"1700000000", 1700000000000000},
        {"1700000000.25", 1700000000250000},
        {"2023-11-14T22:13:20Z", 1700000000000000},
        {"2023-11-14 22:13:20", 1700000000000000},
        {"2023-11-15T05:13:20.5+07:00", 1700000000500000},
        {"2023-11-14T17:13:20-0500", 1700000000000000},
        {"2023-11-14 22:13:20 UTC", 1700000000000000},
        {"2024-02-29", 1709164800000000},
        {"2024-03-01T00:00:00.123456789", 1709251200123456},
    };
    static const char *const none[] = {
        "",          "0",           "yesterday",  "2023-13-01",           "99999999999",
        "-1",        "1700000000x", "1989-01-01", "2023-11-14T25:00:00Z", "2023-11-14T22:13:20+7",
        "2200-01-01"};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(lc_import_when(lc_slice_str(cases[i].text)), cases[i].us);
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_int_equal(lc_import_when(lc_slice_str(none[i])), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_records_with_or_without_their_last_end),
        cmocka_unit_test(a_quoted_field_holds_line_ends_and_quotes),
        cmocka_unit_test(json_lines_stay_lines),
        cmocka_unit_test(an_array_gives_its_objects_wherever_they_break),
        cmocka_unit_test(an_array_that_breaks_off_says_so),
        cmocka_unit_test(what_is_no_object_is_left_out_to_its_line_end),
        cmocka_unit_test(a_long_record_costs_itself_alone),
        cmocka_unit_test(times_are_read_in_every_way_they_are_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
