/* SPDX-License-Identifier: Apache-2.0 */
/* V380's LAN search in text, as facts on protocols A3 give it: UDP 10008, answer to 10009. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.77"

static const struct lc_dgram_ask ask = {.nonce = 0x1122334455667788, .multicast = true};

/* MAC is field 2, address field 3, id field 12; what lies between is the owner's business. */
#define ANSWER                                                                                     \
    "NVDEVRESULT^300^E0:B9:4D:0A:0B:0C^192.0.2.77^255.255.255.0^192.0.2.1^1^2^Kho hang^4^5^6^"     \
    "12345678^8800^1^end"

static void the_question_is_fifteen_letters(void **state)
{
    struct lc_buf b = dg_build(LC_D_V380, &ask);

    (void)state;
    assert_int_equal(b.n, 15);
    assert_memory_equal(b.p, "NVDEVSEARCH^100", 15);
    assert_int_equal(lc_dgram_get(LC_D_V380)->bind_port, 10009);
    lc_buf_free(&b);
}

static void the_answer_gives_id_and_mac_and_nothing_between(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_V380, &ask, FROM, LC_S(ANSWER), &f), LC_OK);
    dg_is_int(&f, LC_F_V380_SEARCH, 1);
    dg_is(&f, LC_F_V380_ID, "12345678");
    dg_is(&f, LC_F_MAC_ADDRESS, "E0:B9:4D:0A:0B:0C");
    dg_nowhere(&f, LC_S("Kho"));
    dg_nowhere(&f, LC_S("192.0.2"));
    lc_facts_free(&f);
}

static void padding_behind_a_nul_is_not_read(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_V380, NULL, FROM,
                              LC_S("NVDEVRESULT^300^E0-B9-4D-0A-0B-0C^^^^^^^^^^77\0^88^99"), &f),
                     LC_OK);
    dg_is(&f, LC_F_V380_ID, "77");
    dg_is(&f, LC_F_MAC_OUI, "E0:B9:4D");
    lc_facts_free(&f);
}

static void too_few_fields_or_an_odd_id_are_broken(void **state)
{
    static const char *const bad[] = {"NVDEVRESULT",
                                      "NVDEVRESULT^300^E0:B9:4D:0A:0B:0C^192.0.2.77",
                                      "NVDEVRESULT^300^^^^^^^^^^^",
                                      "NVDEVRESULT^300^^^^^^^^^^^1 2^",
                                      "NVDEVRESULX^300^^^^^^^^^^^12^",
                                      ""};
    struct lc_facts f;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(dg_parse(LC_D_V380, &ask, FROM, lc_slice_str(bad[i]), &f), LC_EPARSE);
        lc_facts_free(&f);
    }
}

static void a_question_is_no_answer(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_V380, &ask, FROM, LC_S("NVDEVSEARCH^100\0\0\0"), &f),
                     LC_EREFUSED);
    lc_facts_free(&f);
}

static void hostile_answers_do_no_harm(void **state)
{
    (void)state;
    dg_torture(LC_D_V380, &ask, FROM, LC_S(ANSWER));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_is_fifteen_letters),
        cmocka_unit_test(the_answer_gives_id_and_mac_and_nothing_between),
        cmocka_unit_test(padding_behind_a_nul_is_not_read),
        cmocka_unit_test(too_few_fields_or_an_odd_id_are_broken),
        cmocka_unit_test(a_question_is_no_answer),
        cmocka_unit_test(hostile_answers_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
