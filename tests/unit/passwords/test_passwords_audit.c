/* SPDX-License-Identifier: Apache-2.0 */
/* What the audit finds in a list, and what it keeps to itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/mem.h"
#include "passwords/audit.h"
#include "passwords/fold.h"

#include <string.h>

#define ROWS 16U

static struct lc_kb *kb;
static struct lc_pw_words words;
static struct lc_pw_row rows[ROWS];
static struct lc_pw_login logins[ROWS];
static struct lc_pw_list list;
static uint8_t text[4096];

static int open_words(void **state)
{
    struct lc_err err;

    (void)state;
    return lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err) == LC_OK &&
                   lc_pw_words_open(kb, &words, &err) == LC_OK
               ? 0
               : 1;
}

static int close_words(void **state)
{
    (void)state;
    lc_pw_words_close(&words);
    lc_kb_close(kb);
    return 0;
}

static void audit_at(const char *s, const char *site)
{
    struct lc_err err;

    memcpy(text, s, strlen(s));
    list = (struct lc_pw_list){.rows = rows, .max = ROWS};
    assert_int_equal(lc_pw_read(&list, text, strlen(s), false, &err), LC_OK);
    assert_int_equal(lc_pw_audit(&list, &words, lc_slice_str(site), logins, &err), LC_OK);
}

static void audit(const char *s)
{
    audit_at(s, "");
}

static bool found(size_t row, enum lc_pw_finding f)
{
    assert_true(row < list.n);
    return logins[row].findings >> f & 1;
}

static void a_good_password_of_its_own_has_no_findings(void **state)
{
    (void)state;
    audit("device,account,password\na,admin,u7XpLq2vNe4Z\nb,admin,tk9!Vm2xQw0\n");
    assert_int_equal(logins[0].findings, 0);
    assert_int_equal(logins[1].findings, 0);
    assert_int_equal(logins[0].group, 0);
}

static void a_makers_default_is_not_also_called_weak(void **state)
{
    (void)state;
    audit("device,account,password\na,owner,888888\n");
    assert_int_equal(logins[0].findings, 1U << LC_PW_F_DEFAULT);
}

static void an_empty_cell_is_no_password(void **state)
{
    (void)state;
    audit("device,password\na,\nb,\n");
    assert_int_equal(logins[0].findings, 1U << LC_PW_F_NONE_SET);
    assert_int_equal(logins[1].group, 0);
}

static void one_password_on_two_devices_is_a_group_and_on_one_device_is_none(void **state)
{
    (void)state;
    audit("device,account,password\n"
          "B,x,Vq7#hLm2pZ\n" /* group 1: lines, not chance, number the groups */
          "A,x,u7XpLq2vNe4Z\n"
          "a ,y,u7XpLq2vNe4Z\n" /* the same device written otherwise */
          "C,x,Kd8!wRt5nB\n"
          "D,x,Kd8!wRt5nB\n"
          "E,x,Vq7#hLm2pZ\n");
    assert_int_equal(logins[0].group, 1);
    assert_int_equal(logins[5].group, 1);
    assert_int_equal(logins[3].group, 2);
    assert_int_equal(logins[4].group, 2);
    assert_true(found(0, LC_PW_F_SAME) && found(4, LC_PW_F_SAME));
    assert_int_equal(logins[1].group, 0);
    assert_int_equal(logins[2].findings, 0);
}

static void an_app_that_shares_with_a_device_marks_both(void **state)
{
    (void)state;
    audit("device,app,account,password\n"
          ",Hik-Connect,me@example.com,Vq7#hLm2pZ\n"
          "A,,admin,Vq7#hLm2pZ\n"
          ",Zalo,me,Kd8!wRt5nB\n"
          ",Wi-Fi,,Kd8!wRt5nB\n");
    assert_int_equal(logins[0].findings, 1U << LC_PW_F_APP);
    assert_int_equal(logins[1].findings, 1U << LC_PW_F_APP);
    assert_int_equal(logins[0].group, logins[1].group);
    assert_int_equal(logins[2].findings, 1U << LC_PW_F_SAME);
}

static void what_a_password_is_made_of_is_named(void **state)
{
    (void)state;
    audit("device,account,password,serial,mac,model,phone\n"
          "a,x,Zq!AAWRC12345678,DS-2CD2043G2-I20200101AAWRC12345678,,,\n"
          "b,x,Kp_be010203_Wq,,28:57:BE:01:02:03,,\n"
          "c,x,Vx~0912345678~Rt,,,,+84 912 345 678\n"
          "d,x,87654321CRWAA!,DS-2CD2043G2-I20200101AAWRC12345678,,,\n"
          "e,x,LxDS2CD2043qW,,,DS-2CD2043G2-I,\n"
          "f,x,Vq7#hLm2pZ,DS-2CD2043G2-I20200101AAWRC12345678,28:57:BE:01:02:03,DS-2CD2043G2-I,"
          "0912\n");
    assert_int_equal(logins[0].derived, 1U << LC_PW_SERIAL);
    assert_int_equal(logins[1].derived, 1U << LC_PW_MAC);
    assert_int_equal(logins[2].derived, 1U << LC_PW_PHONE);
    assert_int_equal(logins[3].derived, 1U << LC_PW_SERIAL);
    assert_int_equal(logins[4].derived, 1U << LC_PW_MODEL);
    assert_int_equal(logins[5].findings, 0);
    for (size_t i = 0; i < 5; i++)
        assert_true(found(i, LC_PW_F_DERIVED));
}

static void a_short_run_in_a_long_password_is_chance(void **state)
{
    (void)state;
    assert_false(lc_pw_derived(LC_S("Gate@20245"), LC_S("Gate"), false));
    assert_true(lc_pw_derived(LC_S("Gate@2024"), LC_S("Gate"), false));
    assert_true(lc_pw_derived(LC_S("xyzwq12345"), LC_S("AB12345CD"), true));
    assert_false(lc_pw_derived(LC_S("xyzwqr12345"), LC_S("AB12345CD"), true));
    assert_false(lc_pw_derived(LC_S(""), LC_S("AB12345CD"), true));
    assert_false(lc_pw_derived(LC_S("abcdef"), LC_S(""), true));
}

static void installers_accounts_are_known_in_their_spellings(void **state)
{
    static const char *const names[] = {"installer", "Kỹ thuật",  "ky_thuat2", "LẮP ĐẶT",
                                        "888888",    "монтажник", "Default"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_true(lc_pw_is_installer(&words, lc_slice_str(names[i])));
    assert_false(lc_pw_is_installer(&words, LC_S("admin")));
    assert_false(lc_pw_is_installer(&words, LC_S("")));
    assert_false(lc_pw_is_installer(&words, LC_S("techno")));
    assert_false(lc_pw_is_installer(&words, LC_S("123")));
    audit("device,account,password\na,Kỹ thuật,u7XpLq2vNe4Z\n");
    assert_int_equal(logins[0].findings, 1U << LC_PW_F_INSTALLER);
}

static void a_device_of_six_characters_cannot_be_safe(void **state)
{
    (void)state;
    audit("device,brand,model,password\n"
          "a,Dahua,DH-DVR0404LE-L,u7XpLq\n"
          "b,Dahua,DHI-XVR5104HS,u7XpLq2vNe4Z\n"
          "c,Hikvision,DVR,Vq7#hLm2pZ\n");
    assert_true(found(0, LC_PW_F_DEVICE));
    assert_int_equal(logins[1].findings, 0);
    assert_int_equal(logins[2].findings, 0); /* another maker's model of that name */
}

/* The device keeps six characters of it: what comes behind them protects nothing. */
static void only_what_the_device_keeps_is_judged(void **state)
{
    (void)state;
    audit("device,brand,model,password\n"
          "a,Dahua,DH-DVR0404LE-L,camera#Vq7hLm2pZ\n"
          "b,Dahua,IPC-HFW1230S,camera#Vq7hLm2pZ\n");
    assert_true(found(0, LC_PW_F_VERY_WEAK));
    assert_false(found(1, LC_PW_F_VERY_WEAK) || found(1, LC_PW_F_WEAK));
}

static void a_name_that_is_a_password_is_hidden(void **state)
{
    (void)state;
    audit("device,account,password\n"
          "Vq7#hLm2pZ,x,u7XpLq2vNe4Z\n" /* the columns were mixed up */
          "a,y,Vq7#hLm2pZ\n"
          "my-Kd8!wRt5nB-cam,z,Kd8!wRt5nB\n"
          "192.168.1.1,z,1\n");
    assert_int_equal(logins[0].hidden, 1U << LC_PW_DEVICE);
    assert_int_equal(logins[1].hidden, 0);
    assert_int_equal(logins[2].hidden, 1U << LC_PW_DEVICE);
    assert_int_equal(logins[3].hidden, 0);
}

static void words_of_the_place_are_guessed_first(void **state)
{
    (void)state;
    audit("device,password\na,brodyaginskaya1\n");
    assert_int_equal(logins[0].findings, 0);
    audit_at("device,password\na,brodyaginskaya1\n", "Bar Brodyaginskaya");
    assert_true(found(0, LC_PW_F_VERY_WEAK));
}

static void tags_of_two_runs_have_nothing_in_common(void **state)
{
    uint8_t before[32];

    (void)state;
    audit("u7XpLq2vNe4Z\n");
    memcpy(before, logins[0].tag, sizeof before);
    audit("u7XpLq2vNe4Z\n");
    assert_memory_not_equal(before, logins[0].tag, sizeof before);
}

static void marks_are_folded_and_other_scripts_are_not_trusted(void **state)
{
    char out[64];

    (void)state;
    assert_int_equal(lc_pw_ascii(LC_S("Mật khẩu Đường ÀÉ"), out, sizeof out), 17);
    assert_string_equal(out, "Mat khau Duong AE");
    (void)lc_pw_ascii(LC_S("a\xcc\x81"
                           "b\xe4\xb8\xad\xe6\x96\x87\xff\n"),
                      out, sizeof out);
    assert_string_equal(out, "abxxxx");
    (void)lc_pw_alnum(LC_S("Ỹ-ỵ Ằ_ợ 9"), out, sizeof out);
    assert_string_equal(out, "yyao9");
    assert_int_equal(lc_pw_ascii(LC_S("12345678"), out, 4), 3);
    assert_string_equal(out, "123");
    audit("密码密码密码密码\n");
    assert_true(found(0, LC_PW_F_VERY_WEAK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_password_of_its_own_has_no_findings),
        cmocka_unit_test(a_makers_default_is_not_also_called_weak),
        cmocka_unit_test(an_empty_cell_is_no_password),
        cmocka_unit_test(one_password_on_two_devices_is_a_group_and_on_one_device_is_none),
        cmocka_unit_test(an_app_that_shares_with_a_device_marks_both),
        cmocka_unit_test(what_a_password_is_made_of_is_named),
        cmocka_unit_test(a_short_run_in_a_long_password_is_chance),
        cmocka_unit_test(installers_accounts_are_known_in_their_spellings),
        cmocka_unit_test(a_device_of_six_characters_cannot_be_safe),
        cmocka_unit_test(only_what_the_device_keeps_is_judged),
        cmocka_unit_test(a_name_that_is_a_password_is_hidden),
        cmocka_unit_test(words_of_the_place_are_guessed_first),
        cmocka_unit_test(tags_of_two_runs_have_nothing_in_common),
        cmocka_unit_test(marks_are_folded_and_other_scripts_are_not_trusted),
    };

    return cmocka_run_group_tests(tests, open_words, close_words);
}
