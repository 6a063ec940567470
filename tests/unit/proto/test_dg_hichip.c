/* SPDX-License-Identifier: Apache-2.0 */
/* HiChip's LAN search (HDS/1.0), as facts on protocols A3 give it. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.77"

static const struct lc_dgram_ask ask = {.nonce = 0x1122334455667788, .multicast = true};

#define TOKEN "1122334455667788"
#define BODY                                                                                       \
    "Device-ID=00E0F8010203\r\nDevice-Name=Nha thuoc "                                             \
    "Minh\r\nIP=192.0.2.77\r\nMASK=255.255.255.0\r\n"                                              \
    "MAC=00-E0-F8-01-02-03\r\nDDNS-User=minh\r\nDDNS-Passwd=Mat-khau-9\r\nHttp-Port=80\r\n"
#define ANSWER                                                                                     \
    "HDS/1.0 200 OK\r\nCSeq:1\r\nClient-ID:" TOKEN "\r\nContent-Type:text/HDP\r\n\r\n" BODY

static void the_question_is_a_search_with_the_token(void **state)
{
    static const char want[] = "SEARCH * HDS/1.0\r\nCSeq:1\r\nClient-ID:" TOKEN
                               "\r\nAccept-Type:text/HDP\r\nContent-Length:0\r\n\r\n";
    struct lc_buf b = dg_build(LC_D_HICHIP, &ask);

    (void)state;
    assert_int_equal(b.n, sizeof want - 1);
    assert_memory_equal(b.p, want, b.n);
    lc_buf_free(&b);
}

static void it_is_asked_in_its_group(void **state)
{
    (void)state;
    assert_string_equal(lc_dgram_get(LC_D_HICHIP)->group4, "239.255.255.250");
    assert_int_equal(lc_dgram_get(LC_D_HICHIP)->port, 8002);
    assert_false(lc_dgram_get(LC_D_HICHIP)->broadcast);
}

static void the_answer_gives_id_and_mac(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_HICHIP, &ask, FROM, LC_S(ANSWER), &f), LC_OK);
    dg_is_int(&f, LC_F_HICHIP_SEARCH, 1);
    dg_is(&f, LC_F_HICHIP_ID, "00E0F8010203");
    dg_is(&f, LC_F_MAC_ADDRESS, "00:E0:F8:01:02:03");
    lc_facts_free(&f);
}

static void names_and_passwords_are_nowhere(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_HICHIP, NULL, FROM, LC_S(ANSWER), &f), LC_OK);
    dg_nowhere(&f, LC_S("thuoc"));
    dg_nowhere(&f, LC_S("minh"));
    dg_nowhere(&f, LC_S("Mat-khau"));
    lc_facts_free(&f);
}

static void lines_may_end_with_a_bare_newline(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_HICHIP, &ask, FROM,
                              LC_S("HDS/1.0 200 OK\nClient-ID: " TOKEN "\n\nDevice-ID=A1\n"), &f),
                     LC_OK);
    dg_is(&f, LC_F_HICHIP_ID, "A1");
    dg_absent(&f, LC_F_MAC_ADDRESS);
    lc_facts_free(&f);
}

static void an_answer_to_another_client_is_refused(void **state)
{
    const struct lc_dgram_ask other = {.nonce = ask.nonce + 1};
    struct lc_facts f;

    (void)state;
    assert_true(lc_dgram_get(LC_D_HICHIP)->ours(&ask, LC_S(ANSWER)));
    assert_false(lc_dgram_get(LC_D_HICHIP)->ours(&other, LC_S(ANSWER)));
    assert_int_equal(dg_parse(LC_D_HICHIP, &other, FROM, LC_S(ANSWER), &f), LC_EREFUSED);
    lc_facts_free(&f);
    assert_int_equal(dg_parse(LC_D_HICHIP, &ask, FROM, LC_S("HDS/1.0 200 OK\r\n\r\n" BODY), &f),
                     LC_EREFUSED);
    lc_facts_free(&f);
}

static void questions_commands_and_refusals_are_no_answer(void **state)
{
    static const char *const none[] = {
        "SEARCH * HDS/1.0\r\nClient-ID:" TOKEN "\r\n\r\n",
        "CMD * HDS/1.0\r\nClient-ID:" TOKEN "\r\n\r\n",
        "HDS/1.0 401 Unauthorized\r\nClient-ID:" TOKEN "\r\n\r\n" BODY,
        "HDS/1.0 200 OK\r\nClient-ID:" TOKEN "\r\n\r\n[Success]\r\n"};
    struct lc_facts f;

    (void)state;
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        assert_int_equal(dg_parse(LC_D_HICHIP, &ask, FROM, lc_slice_str(none[i]), &f), LC_EREFUSED);
        lc_facts_free(&f);
    }
    assert_int_equal(dg_parse(LC_D_HICHIP, &ask, FROM, LC_S("HTTP/1.1 200 OK\r\n\r\n" BODY), &f),
                     LC_EPARSE);
    lc_facts_free(&f);
}

static void hostile_answers_do_no_harm(void **state)
{
    (void)state;
    dg_torture(LC_D_HICHIP, &ask, FROM, LC_S(ANSWER));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_is_a_search_with_the_token),
        cmocka_unit_test(it_is_asked_in_its_group),
        cmocka_unit_test(the_answer_gives_id_and_mac),
        cmocka_unit_test(names_and_passwords_are_nowhere),
        cmocka_unit_test(lines_may_end_with_a_bare_newline),
        cmocka_unit_test(an_answer_to_another_client_is_refused),
        cmocka_unit_test(questions_commands_and_refusals_are_no_answer),
        cmocka_unit_test(hostile_answers_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
