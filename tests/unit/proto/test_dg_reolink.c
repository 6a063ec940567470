/* SPDX-License-Identifier: Apache-2.0 */
/* Reolink's LAN search: question and answer as in facts on protocols A3; places of the answer's
 * fields as the head of src/proto/dg_reolink.c gives their source. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.77"

static const struct lc_dgram_ask ask = {.nonce = 0x1122334455667788, .multicast = true};

/* Reads: a camera on port 9000, as its maker ships it. */
static void answer(uint8_t d[static 388])
{
    static const uint8_t mac[] = {0xEC, 0x71, 0xDB, 0x01, 0x02, 0x03};
    static const uint8_t echo[] = {0xAA, 0xAA, 0x00, 0x00}, port[] = {0x28, 0x23, 0x00, 0x00};

    memset(d, 0, 388);
    memcpy(d + 80, mac, sizeof mac);
    memcpy(d + 104, echo, sizeof echo);
    memcpy(d + 108, "192.0.2.77", 10);
    memcpy(d + 128, port, sizeof port);
    memcpy(d + 132, "Grandma's bedroom", 17);
    memcpy(d + 164, "EC:71:DB:01:02:03", 17);
    memcpy(d + 228, "95270000ABCDEFGH", 16);
}

static void the_question_is_four_bytes(void **state)
{
    struct lc_buf b = dg_build(LC_D_REOLINK, &ask);

    (void)state;
    assert_int_equal(b.n, 4);
    assert_memory_equal(b.p, "\xAA\xAA\x00\x00", 4);
    lc_buf_free(&b);
}

static void the_answer_gives_port_uid_and_mac(void **state)
{
    uint8_t d[388];
    struct lc_facts f;

    (void)state;
    answer(d);
    assert_int_equal(dg_parse(LC_D_REOLINK, &ask, FROM, lc_slice_of(d, sizeof d), &f), LC_OK);
    dg_is_int(&f, LC_F_REOLINK_SEARCH, 1);
    dg_is_int(&f, LC_F_REOLINK_PORT, 9000);
    dg_is(&f, LC_F_REOLINK_UID, "95270000ABCDEFGH");
    dg_is(&f, LC_F_MAC_ADDRESS, "EC:71:DB:01:02:03");
    dg_is(&f, LC_F_MAC_OUI, "EC:71:DB");
    lc_facts_free(&f);
}

static void the_name_that_the_owner_typed_is_nowhere(void **state)
{
    uint8_t d[388];
    struct lc_facts f;

    (void)state;
    answer(d);
    assert_int_equal(dg_parse(LC_D_REOLINK, &ask, FROM, lc_slice_of(d, sizeof d), &f), LC_OK);
    dg_nowhere(&f, LC_S("Grandma"));
    dg_nowhere(&f, LC_S("bedroom"));
    lc_facts_free(&f);
}

static void the_mac_in_text_stands_in_for_a_missing_one(void **state)
{
    uint8_t d[388];
    struct lc_facts f;

    (void)state;
    answer(d);
    memset(d + 80, 0, 6);
    assert_int_equal(dg_parse(LC_D_REOLINK, NULL, FROM, lc_slice_of(d, sizeof d), &f), LC_OK);
    dg_is(&f, LC_F_MAC_ADDRESS, "EC:71:DB:01:02:03");
    lc_facts_free(&f);
}

static void another_length_or_no_address_is_another_protocol(void **state)
{
    uint8_t d[388];
    struct lc_facts f;

    (void)state;
    answer(d);
    assert_int_equal(dg_parse(LC_D_REOLINK, &ask, FROM, lc_slice_of(d, 387), &f), LC_EPARSE);
    lc_facts_free(&f);
    memcpy(d + 108, "not-a-host", 10);
    assert_int_equal(dg_parse(LC_D_REOLINK, &ask, FROM, lc_slice_of(d, 388), &f), LC_EPARSE);
    lc_facts_free(&f);
}

static void a_question_is_no_answer(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_REOLINK, &ask, FROM, LC_S("\xAA\xAA\x00\x00"), &f), LC_EREFUSED);
    lc_facts_free(&f);
}

static void hostile_answers_do_no_harm(void **state)
{
    uint8_t d[388];

    (void)state;
    answer(d);
    dg_torture(LC_D_REOLINK, &ask, FROM, lc_slice_of(d, sizeof d));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_is_four_bytes),
        cmocka_unit_test(the_answer_gives_port_uid_and_mac),
        cmocka_unit_test(the_name_that_the_owner_typed_is_nowhere),
        cmocka_unit_test(the_mac_in_text_stands_in_for_a_missing_one),
        cmocka_unit_test(another_length_or_no_address_is_another_protocol),
        cmocka_unit_test(a_question_is_no_answer),
        cmocka_unit_test(hostile_answers_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
