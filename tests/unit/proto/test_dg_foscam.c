/* SPDX-License-Identifier: Apache-2.0 */
/* Foscam's LAN search, in clear and scrambled, as facts on protocols A3 give it. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.77"

static const struct lc_dgram_ask ask = {.nonce = 0x1122334455667788, .multicast = true};

#define ANSWER_N 0x57U

static void answer(uint8_t d[static ANSWER_N])
{
    static const uint8_t address[] = {192, 0, 2, 77}, firmware[] = {11, 37, 2, 56},
                         web[] = {2, 4, 10, 7};

    memset(d, 0, ANSWER_N);
    memcpy(d, "MO_I", 4);
    d[4] = 1;
    d[0x0F] = 0x40;
    memcpy(d + 0x17, "C0F6C2010203", 12);
    memcpy(d + 0x24, "Baby of Lan", 11);
    memcpy(d + 0x39, address, 4);
    d[0x49] = 3;
    memcpy(d + 0x4D, firmware, 4);
    memcpy(d + 0x51, web, 4);
    d[0x55] = 0;
    d[0x56] = 88;
}

static void is_the_camera(const struct lc_facts *f)
{
    dg_is_int(f, LC_F_FOSCAM_SEARCH, 1);
    dg_is_int(f, LC_F_FOSCAM_TYPE, 3);
    dg_is_int(f, LC_F_FOSCAM_PORT, 88);
    dg_is(f, LC_F_FOSCAM_FIRMWARE, "11.37.2.56");
    dg_is(f, LC_F_FOSCAM_WEB, "2.4.10.7");
    dg_is(f, LC_F_FOSCAM_SERIAL, "C0F6C2010203");
    dg_is(f, LC_F_MAC_ADDRESS, "C0:F6:C2:01:02:03");
}

static void the_question_is_a_search_in_clear(void **state)
{
    static const uint8_t want[] = {0x4D, 0x4F, 0x5F, 0x49, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                   0,    4,    0,    0,    0, 4, 0, 0, 0, 0, 0, 0, 1};
    struct lc_buf b = dg_build(LC_D_FOSCAM, &ask);

    (void)state;
    assert_int_equal(b.n, 0x1B);
    assert_memory_equal(b.p, want, sizeof want);
    lc_buf_free(&b);
}

static void the_answer_in_clear_is_read(void **state)
{
    uint8_t d[ANSWER_N];
    struct lc_facts f;

    (void)state;
    answer(d);
    assert_int_equal(dg_parse(LC_D_FOSCAM, &ask, FROM, lc_slice_of(d, sizeof d), &f), LC_OK);
    is_the_camera(&f);
    dg_nowhere(&f, LC_S("Lan"));
    lc_facts_free(&f);
}

static void the_scrambled_answer_reads_the_same(void **state)
{
    static const uint8_t key[] = {0x13, 0x57, 0x9B, 0xDF, 0x24, 0x68, 0xAC, 0xE0};
    uint8_t d[ANSWER_N];
    struct lc_facts f;

    (void)state;
    answer(d);
    d[6] = 1;
    memcpy(d + 7, key, sizeof key);
    for (size_t i = 0x17; i < ANSWER_N; i++)
        d[i] ^= key[(i - 0x17) % 8];
    assert_int_equal(dg_parse(LC_D_FOSCAM, &ask, FROM, lc_slice_of(d, sizeof d), &f), LC_OK);
    is_the_camera(&f);
    dg_nowhere(&f, LC_S("Lan"));
    lc_facts_free(&f);
}

static void versions_of_zeros_are_not_said(void **state)
{
    uint8_t d[ANSWER_N];
    struct lc_facts f;

    (void)state;
    answer(d);
    memset(d + 0x4D, 0, 8);
    memset(d + 0x17, 0xFF, 13);
    assert_int_equal(dg_parse(LC_D_FOSCAM, NULL, FROM, lc_slice_of(d, sizeof d), &f), LC_OK);
    dg_absent(&f, LC_F_FOSCAM_FIRMWARE);
    dg_absent(&f, LC_F_FOSCAM_WEB);
    dg_absent(&f, LC_F_FOSCAM_SERIAL);
    dg_absent(&f, LC_F_MAC_ADDRESS);
    lc_facts_free(&f);
}

static void a_question_is_no_answer(void **state)
{
    struct lc_buf b = dg_build(LC_D_FOSCAM, &ask);
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_FOSCAM, &ask, FROM, lc_buf_view(&b), &f), LC_EREFUSED);
    lc_facts_free(&f);
    lc_buf_free(&b);
}

static void a_cut_answer_is_broken(void **state)
{
    uint8_t d[ANSWER_N];
    struct lc_facts f;

    (void)state;
    answer(d);
    assert_int_equal(dg_parse(LC_D_FOSCAM, &ask, FROM, lc_slice_of(d, ANSWER_N - 1), &f),
                     LC_EPARSE);
    lc_facts_free(&f);
}

static void hostile_answers_do_no_harm(void **state)
{
    uint8_t d[ANSWER_N];

    (void)state;
    answer(d);
    dg_torture(LC_D_FOSCAM, &ask, FROM, lc_slice_of(d, sizeof d));
    d[6] = 1;
    dg_torture(LC_D_FOSCAM, &ask, FROM, lc_slice_of(d, sizeof d));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_is_a_search_in_clear),
        cmocka_unit_test(the_answer_in_clear_is_read),
        cmocka_unit_test(the_scrambled_answer_reads_the_same),
        cmocka_unit_test(versions_of_zeros_are_not_said),
        cmocka_unit_test(a_question_is_no_answer),
        cmocka_unit_test(a_cut_answer_is_broken),
        cmocka_unit_test(hostile_answers_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
