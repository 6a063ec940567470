/* SPDX-License-Identifier: Apache-2.0 */
/* Hanwha's LAN search, as facts on protocols A3 give it: UDP 7701, answer to 7711. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.77"

static const struct lc_dgram_ask ask = {.nonce = 0x1122334455667788, .multicast = true};

#define ANSWER_N 0x106U

static void answer(uint8_t d[static ANSWER_N])
{
    memset(d, 0, ANSWER_N);
    d[0] = 0x0B;
    memcpy(d + 0x13, "00:09:18:0A:0B:0C", 17);
    memcpy(d + 0x25, "192.0.2.77", 10);
    memcpy(d + 0x6D, "SND-6083", 8);
    memcpy(d + 0x85, "http://192.0.2.77/index.htm", 27);
}

static void the_question_is_one_byte_and_zeros(void **state)
{
    struct lc_buf b = dg_build(LC_D_HANWHA, &ask);

    (void)state;
    assert_int_equal(b.n, 0x106);
    assert_int_equal(b.p[0], 1);
    for (size_t i = 1; i < b.n; i++)
        assert_int_equal(b.p[i], 0);
    lc_buf_free(&b);
}

static void answers_come_to_port_7711(void **state)
{
    (void)state;
    assert_int_equal(lc_dgram_get(LC_D_HANWHA)->port, 7701);
    assert_int_equal(lc_dgram_get(LC_D_HANWHA)->bind_port, 7711);
}

static void the_answer_gives_model_and_mac(void **state)
{
    uint8_t d[ANSWER_N];
    struct lc_facts f;

    (void)state;
    answer(d);
    assert_int_equal(dg_parse(LC_D_HANWHA, &ask, FROM, lc_slice_of(d, sizeof d), &f), LC_OK);
    dg_is_int(&f, LC_F_HANWHA_SEARCH, 1);
    dg_is(&f, LC_F_HANWHA_MODEL, "SND-6083");
    dg_is(&f, LC_F_MAC_ADDRESS, "00:09:18:0A:0B:0C");
    dg_is(&f, LC_F_MAC_OUI, "00:09:18");
    lc_facts_free(&f);
}

static void a_model_of_ten_characters_has_no_nul(void **state)
{
    uint8_t d[ANSWER_N];
    struct lc_facts f;

    (void)state;
    answer(d);
    memcpy(d + 0x6D, "QNV-8080RX", 10);
    d[0x77] = 'Z';
    assert_int_equal(dg_parse(LC_D_HANWHA, NULL, FROM, lc_slice_of(d, sizeof d), &f), LC_OK);
    dg_is(&f, LC_F_HANWHA_MODEL, "QNV-8080RX");
    lc_facts_free(&f);
}

static void one_byte_is_not_enough_to_be_hanwha(void **state)
{
    uint8_t d[ANSWER_N];
    struct lc_facts f;

    (void)state;
    answer(d);
    memset(d + 0x25, 0, 16);
    assert_int_equal(dg_parse(LC_D_HANWHA, &ask, FROM, lc_slice_of(d, sizeof d), &f), LC_EPARSE);
    lc_facts_free(&f);
    answer(d);
    d[0] = 0x0C;
    assert_int_equal(dg_parse(LC_D_HANWHA, &ask, FROM, lc_slice_of(d, sizeof d), &f), LC_EPARSE);
    lc_facts_free(&f);
}

static void a_question_is_no_answer(void **state)
{
    struct lc_buf b = dg_build(LC_D_HANWHA, &ask);
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_HANWHA, &ask, FROM, lc_buf_view(&b), &f), LC_EREFUSED);
    lc_facts_free(&f);
    lc_buf_free(&b);
}

static void hostile_answers_do_no_harm(void **state)
{
    uint8_t d[ANSWER_N];

    (void)state;
    answer(d);
    dg_torture(LC_D_HANWHA, &ask, FROM, lc_slice_of(d, sizeof d));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_is_one_byte_and_zeros),
        cmocka_unit_test(answers_come_to_port_7711),
        cmocka_unit_test(the_answer_gives_model_and_mac),
        cmocka_unit_test(a_model_of_ten_characters_has_no_nul),
        cmocka_unit_test(one_byte_is_not_enough_to_be_hanwha),
        cmocka_unit_test(a_question_is_no_answer),
        cmocka_unit_test(hostile_answers_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
