/* SPDX-License-Identifier: Apache-2.0 */
/* How an owner's list is read: tables as spreadsheets write them (RFC 4180), plain lines, and what
 * is left out because it cannot be read for certain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "passwords/list.h"

#include <string.h>

#define ROWS 8U

static struct lc_pw_row rows[ROWS];
static struct lc_pw_list list;
static struct lc_err err;
static uint8_t text[4096];
static uint32_t told; /* the last line that was left out */

static void on_left_out(void *ctx, uint32_t line, const char *why)
{
    (void)ctx;
    assert_true(why[0] != 0);
    told = line;
}

static enum lc_status read_n(const char *s, size_t n, bool plain)
{
    assert_true(n <= sizeof text);
    memcpy(text, s, n);
    told = 0;
    list = (struct lc_pw_list){.rows = rows, .max = ROWS, .on_left_out = on_left_out};
    err.text[0] = 0;
    return lc_pw_read(&list, text, n, plain, &err);
}

static enum lc_status read_text(const char *s)
{
    return read_n(s, strlen(s), false);
}

static void assert_field(size_t row, enum lc_pw_column c, const char *want)
{
    assert_true(row < list.n);
    assert_true(lc_slice_eq(rows[row].field[c], lc_slice_str(want)));
}

static void columns_come_in_any_order_and_both_languages(void **state)
{
    (void)state;
    assert_int_equal(read_text("Mật khẩu,Thiết bị,TÀI KHOẢN,Số điện thoại\r\n"
                               "abc,Cổng sau, admin ,0912\r\n"),
                     LC_OK);
    assert_int_equal(list.n, 1);
    assert_false(list.plain);
    assert_int_equal(rows[0].line, 2);
    assert_field(0, LC_PW_PASSWORD, "abc");
    assert_field(0, LC_PW_DEVICE, "Cổng sau");
    assert_field(0, LC_PW_ACCOUNT, "admin");
    assert_field(0, LC_PW_PHONE, "0912");
    assert_int_equal(read_text("user name;IP address;Pass;Serial Number\nu;a;p;s\n"), LC_OK);
    assert_field(0, LC_PW_ACCOUNT, "u");
    assert_field(0, LC_PW_SERIAL, "s");
    assert_int_equal(read_text("device\tpwd\ncam,1\tp;w\n"), LC_OK);
    assert_field(0, LC_PW_DEVICE, "cam,1");
    assert_field(0, LC_PW_PASSWORD, "p;w");
}

static void a_byte_order_mark_and_blank_lines_are_no_data(void **state)
{
    (void)state;
    assert_int_equal(read_text("\xef\xbb\xbfpassword,device\n\n  \nx,y\n"), LC_OK);
    assert_int_equal(list.n, 1);
    assert_int_equal(rows[0].line, 4);
}

static void quotes_hold_separators_and_doubled_quotes(void **state)
{
    (void)state;
    assert_int_equal(read_text("device,password\n\"a,b\",\"c\"\"d,\"\nx,q\"r\n"), LC_OK);
    assert_field(0, LC_PW_DEVICE, "a,b");
    assert_field(0, LC_PW_PASSWORD, "c\"d,");
    assert_field(1, LC_PW_PASSWORD, "q\"r");
}

static void blanks_belong_to_a_password(void **state)
{
    (void)state;
    assert_int_equal(read_text("device,password\nx, a b \n"), LC_OK);
    assert_field(0, LC_PW_PASSWORD, " a b ");
}

static void an_uncertain_line_is_left_out_by_number(void **state)
{
    static const char *const bad[] = {"a,\"b", "a,\"b\"c", "a,b,c", "a"};

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char s[128];

        (void)snprintf(s, sizeof s, "device,password\n%s\nx,y\n", bad[i]);
        assert_int_equal(read_text(s), LC_OK);
        assert_int_equal(told, 2);
        assert_int_equal(list.left_out, 1);
        assert_int_equal(list.n, 1);
        assert_field(0, LC_PW_PASSWORD, "y");
    }
}

static void a_field_has_its_maximum(void **state)
{
    char s[1200];

    (void)state;
    memset(s, 'k', sizeof s);
    assert_int_equal(read_n(s, LC_PW_FIELD_MAX, false), LC_OK);
    assert_int_equal(list.n, 1);
    assert_int_equal(read_n(s, LC_PW_FIELD_MAX + 1, false), LC_OK);
    assert_int_equal(list.n, 0);
    assert_int_equal(told, 1);
}

static void lines_without_names_are_passwords(void **state)
{
    (void)state;
    assert_int_equal(read_text("\"a\"\"b\"\nc,d\n e\n"), LC_OK);
    assert_true(list.plain);
    assert_int_equal(list.n, 3);
    assert_field(0, LC_PW_PASSWORD, "\"a\"\"b\"");
    assert_field(1, LC_PW_PASSWORD, "c,d");
    assert_field(2, LC_PW_PASSWORD, " e");
}

static void a_table_without_names_is_refused_unless_it_is_said_to_be_plain(void **state)
{
    const char *s = "10.0.0.1,admin,x\n10.0.0.2,admin,y\n";

    (void)state;
    assert_int_equal(read_text(s), LC_EPARSE);
    assert_non_null(strstr(err.text, "--plain"));
    assert_null(strstr(err.text, "admin"));
    assert_int_equal(read_n(s, strlen(s), true), LC_OK);
    assert_int_equal(list.n, 2);
    assert_int_equal(read_n("password\nx\n", 11, true), LC_OK);
    assert_int_equal(list.n, 2);
}

static void what_cannot_be_read_at_all_says_why(void **state)
{
    (void)state;
    assert_int_equal(read_text("password,device,pass\nx,y,z\n"), LC_EPARSE);
    assert_non_null(strstr(err.text, "line 1"));
    assert_int_equal(read_n("\xff\xfep\0a\0", 6, false), LC_EPARSE);
    assert_non_null(strstr(err.text, "UTF-16"));
    assert_int_equal(read_text("1\n2\n3\n4\n5\n6\n7\n8\n9\n"), LC_EFULL);
}

static void columns_that_are_not_known_are_counted(void **state)
{
    (void)state;
    assert_int_equal(read_text("password,colour,floor\nx,red,1\n"), LC_OK);
    assert_int_equal(list.unknown, 2);
    assert_field(0, LC_PW_PASSWORD, "x");
}

static void an_empty_list_has_no_logins(void **state)
{
    (void)state;
    assert_int_equal(read_text(""), LC_OK);
    assert_int_equal(list.n, 0);
    assert_int_equal(read_text("password,device\n"), LC_OK);
    assert_int_equal(list.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_come_in_any_order_and_both_languages),
        cmocka_unit_test(a_byte_order_mark_and_blank_lines_are_no_data),
        cmocka_unit_test(quotes_hold_separators_and_doubled_quotes),
        cmocka_unit_test(blanks_belong_to_a_password),
        cmocka_unit_test(an_uncertain_line_is_left_out_by_number),
        cmocka_unit_test(a_field_has_its_maximum),
        cmocka_unit_test(lines_without_names_are_passwords),
        cmocka_unit_test(a_table_without_names_is_refused_unless_it_is_said_to_be_plain),
        cmocka_unit_test(what_cannot_be_read_at_all_says_why),
        cmocka_unit_test(columns_that_are_not_known_are_counted),
        cmocka_unit_test(an_empty_list_has_no_logins),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
