/* SPDX-License-Identifier: Apache-2.0 */
/* Typed sinks make hostile text inert; hashes agree with published vectors. */
#include "base/hash.h"
#include "base/mem.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

typedef void sink(struct lc_buf *b, struct lc_slice s);

static void expect(sink *put, struct lc_slice in, const char *out)
{
    struct lc_buf b;

    lc_buf_init(&b, 4096);
    put(&b, in);
    assert_string_equal(lc_buf_cstr(&b), out);
    lc_buf_free(&b);
}

static void json_escapes_what_breaks_json_or_html(void **state)
{
    (void)state;
    expect(lc_put_json, LC_S("a\"b\\c"), "a\\\"b\\\\c");
    expect(lc_put_json, LC_S("</script>\n"), "\\u003c/script\\u003e\\u000a");
    expect(lc_put_json, LC_S("\x1b[31m"), "\\u001b[31m");
    expect(lc_put_json, LC_S("\xe2\x80\xae"), "\\u202e");
    expect(lc_put_json, LC_S("Hà Nội"), "Hà Nội");
}

static void html_has_no_markup_left(void **state)
{
    (void)state;
    expect(lc_put_html, LC_S("<b a='1' c=\"2\">&`"),
           "&#60;b a=&#39;1&#39; c=&#34;2&#34;&#62;&#38;&#96;");
}

static void a_terminal_gets_no_controls(void **state)
{
    (void)state;
    expect(lc_put_tty, LC_S("a\x1b]8;;x\x07\r\nb\x9b"),
           "a\xef\xbf\xbd]8;;x\xef\xbf\xbd  b\xef\xbf\xbd");
    expect(lc_put_tty, LC_S("\xc2\x9b\xe2\x80\xae"), "\xef\xbf\xbd\xef\xbf\xbd");
}

static void csv_cells_never_start_a_formula(void **state)
{
    (void)state;
    expect(lc_put_csv, LC_S("=cmd|' /C calc'!A0"), "\"'=cmd|' /C calc'!A0\"");
    expect(lc_put_csv, LC_S("a\"b\r\nc"), "\"a\"\"b  c\"");
    expect(lc_put_csv, LC_S("plain"), "\"plain\"");
}

static void malformed_utf8_becomes_replacement_characters(void **state)
{
    (void)state;
    expect(lc_put_tty, LC_S("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd"); /* overlong */
    expect(lc_put_tty, LC_S("\xed\xa0\x80"),
           "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"); /* surrogate */
    expect(lc_put_tty, LC_S("\xf4\x90\x80\x80x"),
           "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbdx");      /* past U+10FFFF */
    expect(lc_put_tty, LC_S("\xe1\xba"), "\xef\xbf\xbd\xef\xbf\xbd"); /* cut off */
}

/* SipHash-2-4 reference vectors (Aumasson and Bernstein): key 00..0f, input 00..n-1. */
static void siphash_agrees_with_its_authors(void **state)
{
    const uint64_t key[2] = {0x0706050403020100U, 0x0f0e0d0c0b0a0908U};
    uint8_t in[15];

    (void)state;
    for (uint8_t i = 0; i < sizeof in; i++)
        in[i] = i;
    assert_true(lc_siphash(key, lc_slice_of(in, 0)) == 0x726fdb47dd0e0e31U);
    assert_true(lc_siphash(key, lc_slice_of(in, 8)) == 0x93f5f5799a932462U);
    assert_true(lc_siphash(key, lc_slice_of(in, 15)) == 0xa129ca6149be45e5U);
}

static void murmur3_and_base64_agree_with_published_vectors(void **state)
{
    struct lc_buf b;

    (void)state;
    assert_int_equal(lc_murmur3_32(LC_S(""), 1), 0x514e28b7);
    assert_true(lc_murmur3_32(LC_S("Hello, world!"), 1234) == 0xfaf6cdb3U);
    lc_buf_init(&b, 256);
    assert_int_equal(lc_base64(LC_S("foobar"), 0, &b), LC_OK); /* RFC 4648 section 10 */
    assert_true(lc_slice_eq(lc_buf_view(&b), LC_S("Zm9vYmFy")));
    lc_buf_reset(&b);
    assert_int_equal(lc_base64(LC_S("fooba"), 76, &b), LC_OK);
    assert_true(lc_slice_eq(lc_buf_view(&b), LC_S("Zm9vYmE=\n")));
    lc_buf_reset(&b);
    assert_int_equal(lc_base64_decode(LC_S("Zm9v\nYmE="), &b), LC_OK);
    assert_true(lc_slice_eq(lc_buf_view(&b), LC_S("fooba")));
    assert_int_equal(lc_base64_decode(LC_S("Zm9v!"), &b), LC_EPARSE);
    lc_buf_free(&b);
}

static void the_json_writer_nests_and_separates(void **state)
{
    struct lc_buf b;
    struct lc_json j = {.out = &b};

    (void)state;
    lc_buf_init(&b, 256);
    lc_json_open(&j, NULL, '{');
    lc_json_str(&j, "a", LC_S("x"));
    lc_json_open(&j, "b", '[');
    lc_json_int(&j, NULL, -1);
    lc_json_bool(&j, NULL, true);
    lc_json_close(&j, ']');
    lc_json_null(&j, "c");
    lc_json_close(&j, '}');
    assert_string_equal(lc_buf_cstr(&b), "{\"a\":\"x\",\"b\":[-1,true],\"c\":null}");
    lc_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_escapes_what_breaks_json_or_html),
        cmocka_unit_test(html_has_no_markup_left),
        cmocka_unit_test(a_terminal_gets_no_controls),
        cmocka_unit_test(csv_cells_never_start_a_formula),
        cmocka_unit_test(malformed_utf8_becomes_replacement_characters),
        cmocka_unit_test(siphash_agrees_with_its_authors),
        cmocka_unit_test(murmur3_and_base64_agree_with_published_vectors),
        cmocka_unit_test(the_json_writer_nests_and_separates),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
