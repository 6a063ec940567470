/* SPDX-License-Identifier: Apache-2.0 */
/* TVT's discovery. Offsets are from the facts on protocols, A3; the devices are invented. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.20"

static const struct lc_dgram_ask question = {.nonce = 7, .multicast = true};

static void le32(uint8_t *at, uint32_t v)
{
    for (int i = 0; i < 4; i++)
        at[i] = (uint8_t)(v >> (8 * i));
}

/* A recorder's answer of 240 bytes. */
static struct lc_slice answer(uint8_t out[static 240])
{
    static const uint8_t mac[6] = {0x00, 0x18, 0xAE, 0x0A, 0x0B, 0x0C};

    memset(out, 0, 240);
    memcpy(out, "MHED\x07\0\x01\0\x02", 9);
    memcpy(out + 12, "Kho sau", 7);
    memcpy(out + 32, mac, 6);
    le32(out + 38, 6036);
    memcpy(out + 40, "\xC0\0\2\x14", 4);
    le32(out + 52, 0x01040A00);
    le32(out + 56, 20210517);
    le32(out + 60, 80);
    le32(out + 64, 3);
    memcpy(out + 84, "UzNjcmV0", 8); /* where a setting carries the password */
    memcpy(out + 196, "TD-3332B4-A1", 12);
    le32(out + 228, 32);
    return lc_slice_of(out, 240);
}

static void the_question_is_140_bytes_of_search(void **state)
{
    uint8_t want[140] = "MHED\x08\0\x01\0\x01";
    struct lc_buf q = dg_build(LC_D_MHED, &question);

    (void)state;
    assert_int_equal(q.n, sizeof want);
    assert_memory_equal(q.p, want, sizeof want);
    assert_string_equal(lc_dgram_get(LC_D_MHED)->group4, "234.55.55.55");
    assert_string_equal(lc_dgram_get(LC_D_MHED)->group4_also, "234.55.55.56");
    assert_int_equal(lc_dgram_get(LC_D_MHED)->bind_port, 23456);
    lc_buf_free(&q);
}

static void an_answer_becomes_facts(void **state)
{
    uint8_t room[240];
    struct lc_slice in = answer(room);
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_MHED, &question, FROM, in, &f), LC_OK);
    dg_is(&f, LC_F_MHED_MODEL, "TD-3332B4-A1");
    dg_is(&f, LC_F_MHED_FIRMWARE, "1.4.10.0");
    dg_is_int(&f, LC_F_MHED_BUILD, 20210517);
    dg_is_int(&f, LC_F_MHED_TYPE, 3);
    dg_is_int(&f, LC_F_MHED_SDK_PORT, 6036);
    dg_is_int(&f, LC_F_MHED_HTTP_PORT, 80);
    dg_is_int(&f, LC_F_MHED_CHANNELS, 32);
    dg_is(&f, LC_F_MAC_ADDRESS, "00:18:AE:0A:0B:0C");
    dg_is(&f, LC_F_MAC_OUI, "00:18:AE");
    dg_nowhere(&f, LC_S("Kho sau"));
    dg_nowhere(&f, LC_S("UzNjcmV0"));
    lc_facts_free(&f);
    dg_torture(LC_D_MHED, &question, FROM, in);
}

static void a_long_model_goes_on_in_its_second_field(void **state)
{
    uint8_t room[240];
    struct lc_slice in = answer(room);
    struct lc_facts f;

    (void)state;
    memcpy(room + 196, "TD-3332B4-A1-IR-", 16);
    memcpy(room + 180, "WD5", 3);
    assert_int_equal(dg_parse(LC_D_MHED, NULL, FROM, in, &f), LC_OK);
    dg_is(&f, LC_F_MHED_MODEL, "TD-3332B4-A1-IR-WD5");
    lc_facts_free(&f);
    room[211] = 0; /* not full: what stands at 180 belongs to something else */
    assert_int_equal(dg_parse(LC_D_MHED, NULL, FROM, in, &f), LC_OK);
    dg_is(&f, LC_F_MHED_MODEL, "TD-3332B4-A1-IR");
    lc_facts_free(&f);
}

/* Cameras say version 8, and zero where they have nothing to say. */
static void an_answer_of_the_next_version_counts_and_its_zeros_do_not(void **state)
{
    uint8_t room[240];
    struct lc_slice in = answer(room);
    struct lc_facts f;

    (void)state;
    room[4] = 8;
    le32(room + 52, 0);
    le32(room + 56, 20211332);
    le32(room + 60, 0);
    le32(room + 64, 2);
    le32(room + 228, 0);
    assert_int_equal(dg_parse(LC_D_MHED, NULL, FROM, in, &f), LC_OK);
    dg_is_int(&f, LC_F_MHED_TYPE, 2);
    dg_absent(&f, LC_F_MHED_FIRMWARE);
    dg_absent(&f, LC_F_MHED_BUILD);
    dg_absent(&f, LC_F_MHED_HTTP_PORT);
    dg_absent(&f, LC_F_MHED_CHANNELS);
    lc_facts_free(&f);
}

static void status_is(struct lc_slice in, enum lc_status want)
{
    struct lc_facts f;

    assert_int_equal(dg_parse(LC_D_MHED, &question, FROM, in, &f), want);
    assert_int_equal(f.buf.n, 0);
    lc_facts_free(&f);
}

static void only_the_answering_command_is_an_answer(void **state)
{
    uint8_t room[240];
    struct lc_slice in = answer(room);
    struct lc_buf q = dg_build(LC_D_MHED, &question);

    (void)state;
    status_is(lc_buf_view(&q), LC_EREFUSED);
    for (unsigned command = 0; command < 256; command++) {
        room[8] = (uint8_t)command;
        if (command != 2)
            status_is(in, LC_EREFUSED);
    }
    answer(room);
    status_is(lc_slice_sub(in, 0, 239), LC_EPARSE);
    room[7] = 1;
    status_is(in, LC_EPARSE);
    answer(room);
    memset(room + 32, 0, 6);
    status_is(in, LC_EPARSE);
    lc_buf_free(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_is_140_bytes_of_search),
        cmocka_unit_test(an_answer_becomes_facts),
        cmocka_unit_test(a_long_model_goes_on_in_its_second_field),
        cmocka_unit_test(an_answer_of_the_next_version_counts_and_its_zeros_do_not),
        cmocka_unit_test(only_the_answering_command_is_an_answer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
