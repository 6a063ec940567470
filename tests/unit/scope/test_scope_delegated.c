/* SPDX-License-Identifier: Apache-2.0 */
/* From a registry's file to a draft that authorises nothing. */
#include "scratch.h"

#define NOW 1790000000 /* 2026-09-21 UTC */

#define VERSION "2|apnic|20261121|6|19830613|20261120|+1000\n"

static enum lc_status read_text(const char *text, const char *cc, struct lc_delegated *d,
                                struct lc_err *err)
{
    return lc_delegated_read(put_file("list", text, 0600), cc, d, err);
}

static void gives(const char *text, const char *nets)
{
    struct lc_delegated d;
    struct lc_err err = {""};
    char got[1024] = "";

    if (read_text(text, "VN", &d, &err) != LC_OK)
        fail_msg("%s\n%s", err.text, text);
    for (size_t i = 0, n = 0; i < d.nets.n && n < sizeof got; i++)
        n += (size_t)snprintf(got + n, sizeof got - n, "%s%s", i ? " " : "",
                              lc_range_name(&d.nets.v[i]).text);
    assert_string_equal(got, nets);
    lc_delegated_free(&d);
}

static void bad(const char *text, enum lc_status st, const char *says1, const char *says2)
{
    struct lc_delegated d;
    struct lc_err err = {""};
    enum lc_status got = read_text(text, "VN", &d, &err);

    if (got != st)
        fail_msg("%s: %s\n%s", lc_status_name(got), err.text, text);
    says(&err, says1);
    says(&err, says2);
    assert_int_equal(d.nets.n, 0);
}

static void the_country_s_allocations_are_taken_and_nothing_else(void **state)
{
    (void)state;
    gives("# comment\n" VERSION "apnic|*|ipv4|*|4|summary\n"
          "apnic|JP|ipv4|192.0.2.0|256|20100802|allocated|A1\n"
          "apnic|VN|ipv4|198.51.100.0|128|20100802|allocated|A2\n"
          "apnic|VN|ipv6|2001:db8::|32|20100802|assigned|A3\n"
          "apnic|VN|asn|64496|1|20100802|allocated|A4\n"
          "apnic||ipv4|203.0.113.0|128|20100802|available|\n"
          "apnic|VN|ipv4|203.0.113.128|128||reserved|\n",
          "198.51.100.0/25 2001:db8::/32");
}

static void counts_that_are_no_power_of_two_become_several_prefixes(void **state)
{
    (void)state;
    gives(VERSION "apnic|VN|ipv4|203.0.113.0|192|20100802|allocated|A\n",
          "203.0.113.0/25 203.0.113.128/26");
    gives(VERSION "apnic|VN|ipv4|203.0.113.1|6|20100802|allocated|A\n",
          "203.0.113.1 203.0.113.2/31 203.0.113.4/31 203.0.113.6");
    gives(VERSION "apnic|VN|ipv4|0.0.0.0|4294967296|20100802|allocated|A\n", "0.0.0.0/0");
    gives(VERSION "apnic|VN|ipv4|255.255.255.255|1|20100802|allocated|A\n", "255.255.255.255");
}

static void neighbours_are_merged_in_any_order(void **state)
{
    (void)state;
    gives(VERSION "apnic|VN|ipv4|203.0.113.128|128|20100802|allocated|A\n"
                  "apnic|VN|ipv6|2001:db9::|32|20100802|allocated|A\n"
                  "apnic|VN|ipv4|203.0.113.0|128|20100802|assigned|B\n"
                  "apnic|VN|ipv6|2001:db8::|32|20100802|allocated|A\n",
          "203.0.113.0/24 2001:db8::/31");
}

static void files_may_be_joined_and_carry_extensions(void **state)
{
    struct lc_delegated d;
    struct lc_err err;

    (void)state;
    assert_int_equal(read_text(VERSION "apnic|VN|ipv4|198.51.100.0|256|20100802|allocated|A|x|y\r\n"
                                       "2.3|ripencc|1795219199|10|19830705|20261120|+0100\r\n"
                                       "ripencc|vn|ipv4|203.0.113.0|256|20100802|allocated\r\n",
                               "vn", &d, &err),
                     LC_OK);
    assert_string_equal(d.cc, "VN");
    assert_string_equal(d.source, "apnic 20261121");
    assert_int_equal(d.v4_n, 2);
    assert_int_equal(d.v4_addrs, 512);
    assert_int_equal(d.v6_n, 0);
    assert_int_equal(d.announced_n, 16); /* and there are two: the file was cut */
    assert_int_equal(d.records_n, 2);
    lc_delegated_free(&d);
}

static void what_is_not_of_the_format_names_its_line(void **state)
{
    static const char *const v4[] = {"203.0.113.0|0",   "203.0.113.0|",  "203.0.113.0|x",
                                     "203.0.113|256",   "2001:db8::|32", "255.255.255.0|257",
                                     "::ffff:1.2.3.4|1"};
    static const char *const v6[] = {"2001:db8::|129", "2001:db9::|31",  "2001:db8::1|64",
                                     "203.0.113.0|24", "2001:db8::|",    "2001:db8::|0032x",
                                     "::|0",           "2001:db8::%1|32"};
    char text[256];

    (void)state;
    bad("", LC_ENOENT, "list lists no addresses for VN", "ISO 3166");
    bad("apnic|VN|ipv4|203.0.113.0|256|20100802|allocated|A\n", LC_EPARSE,
        "list:1: ", "delegated-extended");
    bad("<html>\n", LC_EPARSE, "list:1: ", "delegated-extended");
    bad("3|apnic|20261121|6|19830613|20261120|+1000\n", LC_EPARSE, "list:1: ", "version 2");
    bad("20|apnic|20261121|6|19830613|20261120|+1000\n", LC_EPARSE, "list:1: ", "version 2");
    bad("2|apnic|20261121|x|19830613|20261120|+1000\n", LC_EPARSE, "list:1: ", "version line");
    bad("2|apnic|20261121|6\n", LC_EPARSE, "list:1: ", "version line");
    bad("2|\x1b[2J|20261121|6|19830613|20261120|+1000\n", LC_EPARSE, "list:1: ", "version line");
    bad(VERSION "\napnic|VN|ipv4|203.0.113.0|256|2010", LC_EPARSE, "list:3: ", "seven fields");
    bad(VERSION "apnic|VN|ipv5|203.0.113.0|256|20100802|allocated|A\n", LC_EPARSE,
        "list:2: ", "third field");
    for (size_t i = 0; i < sizeof v4 / sizeof *v4; i++) {
        (void)snprintf(text, sizeof text, VERSION "apnic|VN|ipv4|%s|20100802|allocated|A\n", v4[i]);
        bad(text, LC_EPARSE, "list:2: ", "IPv4 record");
    }
    for (size_t i = 0; i < sizeof v6 / sizeof *v6; i++) {
        (void)snprintf(text, sizeof text, VERSION "apnic|VN|ipv6|%s|20100802|allocated|A\n", v6[i]);
        bad(text, LC_EPARSE, "list:2: ", "IPv6 record");
    }
}

static void a_country_is_two_letters(void **state)
{
    static const char *const codes[] = {"", "V", "VNM", "V1", "*", "\xc3\x89T"};
    struct lc_delegated d;
    struct lc_err err;

    (void)state;
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        assert_int_equal(read_text(VERSION, codes[i], &d, &err), LC_EINVAL);
        says(&err, "two letters");
    }
    assert_int_equal(lc_delegated_read("/nonexistent/file", "VN", &d, &err), LC_ENOENT);
    says(&err, "there is no such file");
}

/* ---- the draft ---- */

static enum lc_status load(const char *path, struct lc_scope *s, struct lc_err *err)
{
    struct lc_scope_paths paths = {scratch("keys"), scratch("never")};

    return lc_scope_load(path, &paths, NOW, s, err);
}

/* Puts a value where the draft leaves one empty. */
static void fill_in(struct lc_buf *b, const char *key, const char *value)
{
    struct lc_buf out;
    char empty[64];
    size_t at;

    (void)snprintf(empty, sizeof empty, "%s: \"\"\n", key);
    at = lc_slice_find(lc_buf_view(b), lc_slice_str(empty), 0);
    assert_true(at != LC_NPOS);
    lc_buf_init(&out, LC_SCOPE_FILE_MAX);
    (void)lc_buf_put(&out, lc_slice_sub(lc_buf_view(b), 0, at));
    (void)lc_buf_putf(&out, "%s: %s\n", key, value);
    (void)lc_buf_put(&out, lc_slice_from(lc_buf_view(b), at + strlen(empty)));
    lc_buf_free(b);
    *b = out;
}

static void refused_for(struct lc_buf *draft, const char *why)
{
    struct lc_scope s;
    struct lc_err err = {""};

    (void)unlink(scratch("s.yaml.sig"));
    assert_int_equal(load(put_file("s.yaml", lc_buf_cstr(draft), 0600), &s, &err), LC_EREFUSED);
    says(&err, why);
}

static void draft_of(const char *file, struct lc_buf *draft)
{
    struct lc_delegated d;
    struct lc_err err;

    assert_int_equal(read_text(file, "VN", &d, &err), LC_OK);
    lc_buf_init(draft, LC_SCOPE_FILE_MAX);
    lc_scope_draft(&d, draft);
    lc_delegated_free(&d);
    assert_false(draft->full);
}

static void the_draft_is_refused_until_all_of_it_is_answered_and_signed(void **state)
{
    static const char *const answers[][2] = {
        {"owner", "o"}, {"purpose", "p"},       {"contact", "c"},       {"page", "https://e/"},
        {"stop", "s"},  {"from", "2026-01-01"}, {"until", "2027-01-01"}};
    struct lc_buf draft, key;
    struct lc_scope s;
    struct lc_err err;

    (void)state;
    draft_of(VERSION "apnic|VN|ipv4|203.0.113.0|192|20100802|allocated|A\n"
                     "apnic|VN|ipv6|2001:db8::|32|20100802|allocated|A\n",
             &draft);
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        char empty[64];

        (void)snprintf(empty, sizeof empty, "%s: this is empty", answers[i][0]);
        refused_for(&draft, empty);
        fill_in(&draft, answers[i][0], answers[i][1]);
    }
    refused_for(&draft, "is not signed");
    lc_buf_init(&key, 256);
    (void)unlink(scratch("key"));
    assert_int_equal(lc_scope_keygen(scratch("key"), &key, &err), LC_OK);
    (void)lc_buf_puts(&key, " us\n");
    (void)put_file("keys", lc_buf_cstr(&key), 0600);
    lc_buf_free(&key);
    assert_int_equal(lc_scope_sign(scratch("s.yaml"), scratch("key"), &err), LC_OK);
    assert_int_equal(load(scratch("s.yaml"), &s, &err), LC_OK);
    assert_true(s.is_public && s.is_signed && s.allow_n == 2);
    assert_string_equal(lc_range_name(&s.allow[1]).text, "2001:db8::/32");
    assert_string_equal(lc_range_name(&s.allow[0]).text, "203.0.113.0-203.0.113.191");
    lc_scope_free(&s);
    lc_buf_free(&draft);
}

static void fill_in_all(struct lc_buf *draft)
{
    fill_in(draft, "owner", "o");
    fill_in(draft, "purpose", "p");
    fill_in(draft, "contact", "c");
    fill_in(draft, "page", "https://e/");
    fill_in(draft, "stop", "s");
    fill_in(draft, "from", "2026-01-01");
    fill_in(draft, "until", "2027-01-01");
}

/* Of this prefix the text ends in a colon, which YAML would take for a key. */
static void every_prefix_of_a_draft_can_be_read_again(void **state)
{
    struct lc_buf draft;

    (void)state;
    draft_of(VERSION "apnic|VN|ipv6|2001:db8::|128|20100802|allocated|A\n", &draft);
    fill_in_all(&draft);
    refused_for(&draft, "is not signed");
    lc_buf_free(&draft);
}

static void the_draft_is_right_in_both_languages_with_what_is_commented_out(void **state)
{
    struct lc_buf draft, open;
    struct lc_slice line, rest;

    (void)state;
    for (int lang = LC_LANG_EN; lang <= LC_LANG_VI; lang++) {
        lc_lang_set((enum lc_lang)lang);
        draft_of(VERSION "apnic|VN|ipv4|203.0.113.0|256|20100802|allocated|A\n", &draft);
        lc_lang_set(LC_LANG_EN);
        lc_buf_init(&open, LC_SCOPE_FILE_MAX);
        rest = lc_buf_view(&draft);
        while (lc_slice_next(&rest, '\n', &line) == LC_OK) {
            bool comment = line.n && line.p[0] == '#';

            assert_true(line.n <= 100);
            if (!comment || (line.n > 1 && line.p[1] != ' ')) /* "#key" and "#  key" */
                (void)lc_buf_putf(&open, "%.*s\n", LC_S_ARG(lc_slice_from(line, comment)));
            else if (lc_slice_starts(line, LC_S("#  ")))
                (void)lc_buf_putf(&open, "%.*s\n", LC_S_ARG(lc_slice_from(line, 1)));
        }
        fill_in_all(&open);
        assert_true(lc_slice_find(lc_buf_view(&open), LC_S("\nexclude:"), 0) != LC_NPOS);
        assert_true(lc_slice_find(lc_buf_view(&open), LC_S("\nrates:"), 0) != LC_NPOS);
        refused_for(&open, "is not signed");
        lc_buf_free(&draft);
        lc_buf_free(&open);
    }
}

/* 60,000 prefixes without neighbours: more than any country has. */
static void a_large_country_fits_into_a_scope(void **state)
{
    struct lc_buf text, draft;
    struct lc_delegated d;
    struct lc_err err;

    (void)state;
    lc_buf_init(&text, 16U << 20);
    (void)lc_buf_puts(&text, VERSION);
    for (unsigned i = 0; i < 30000; i++)
        (void)lc_buf_putf(&text,
                          "apnic|VN|ipv4|%u.%u.%u.0|256|20100802|allocated|A\n"
                          "apnic|VN|ipv6|2400:%x::|32|20100802|allocated|A\n",
                          100 + (i >> 15), i >> 7 & 255, i << 1 & 255, i << 1);
    assert_int_equal(read_text(lc_buf_cstr(&text), "VN", &d, &err), LC_OK);
    assert_int_equal(d.v4_n, 30000);
    assert_int_equal(d.v6_n, 30000);
    assert_int_equal(d.v4_addrs, 30000 * 256);
    lc_delegated_free(&d);
    draft_of(lc_buf_cstr(&text), &draft);
    lc_buf_free(&text);
    fill_in_all(&draft);
    refused_for(&draft, "is not signed"); /* after all of it was read */
    lc_buf_free(&draft);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_country_s_allocations_are_taken_and_nothing_else),
        cmocka_unit_test(counts_that_are_no_power_of_two_become_several_prefixes),
        cmocka_unit_test(neighbours_are_merged_in_any_order),
        cmocka_unit_test(files_may_be_joined_and_carry_extensions),
        cmocka_unit_test(what_is_not_of_the_format_names_its_line),
        cmocka_unit_test(a_country_is_two_letters),
        cmocka_unit_test(the_draft_is_refused_until_all_of_it_is_answered_and_signed),
        cmocka_unit_test(every_prefix_of_a_draft_can_be_read_again),
        cmocka_unit_test(the_draft_is_right_in_both_languages_with_what_is_commented_out),
        cmocka_unit_test(a_large_country_fits_into_a_scope),
    };

    return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
