/* SPDX-License-Identifier: Apache-2.0 */
/* VStarcam's LAN search, and above all that the secrets in its answer get nowhere (facts on
 * protocols A0 and A3). */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.77"

static const struct lc_dgram_ask ask = {.nonce = 0x1122334455667788, .multicast = true};

#define LONG_N 324U

/* The long answer: user and password at 0xEC and 0x10C. */
static void answer(uint8_t d[static LONG_N])
{
    static const uint8_t head[] = {0x44, 0x48, 0x01, 0x08},
                         mac[] = {0x78, 0xA5, 0xDD, 0x0A, 0x0B, 0x0C};

    memset(d, 0, LONG_N);
    memcpy(d, head, sizeof head);
    memcpy(d + 0x04, "192.0.2.77", 10);
    memcpy(d + 0x54, mac, sizeof mac);
    d[0x5A] = 0xAE; /* 30126, little-endian */
    d[0x5B] = 0x75;
    memcpy(d + 0x5C, "VSTD123456ABCDE", 15);
    memcpy(d + 0x7C, "Phong khach nha Hoa", 19);
    memcpy(d + 0xCC, "48.53.75.92", 11);
    memcpy(d + 0xDC, "20.8.4.5", 8);
    memcpy(d + 0xEC, "userhoa", 7);
    memcpy(d + 0x10C, "S3cretHoa!", 10);
}

static void the_question_is_the_search_and_nothing_else(void **state)
{
    struct lc_buf b = dg_build(LC_D_VSTARCAM, &ask);

    (void)state;
    assert_int_equal(b.n, 4);
    assert_memory_equal(b.p, "\x44\x48\x01\x01", 4);
    lc_buf_free(&b);
}

static void the_answer_gives_versions_serial_port_and_mac(void **state)
{
    uint8_t d[LONG_N];
    struct lc_facts f;

    (void)state;
    answer(d);
    assert_int_equal(dg_parse(LC_D_VSTARCAM, &ask, FROM, lc_slice_of(d, sizeof d), &f), LC_OK);
    dg_is_int(&f, LC_F_VSTARCAM_SEARCH, 1);
    dg_is_int(&f, LC_F_VSTARCAM_PORT, 30126);
    dg_is(&f, LC_F_VSTARCAM_SERIAL, "VSTD123456ABCDE");
    dg_is(&f, LC_F_VSTARCAM_FIRMWARE, "48.53.75.92");
    dg_is(&f, LC_F_VSTARCAM_WEB, "20.8.4.5");
    dg_is(&f, LC_F_MAC_ADDRESS, "78:A5:DD:0A:0B:0C");
    dg_is_int(&f, LC_F_VSTARCAM_LEAKS_PASSWORD, 1);
    lc_facts_free(&f);
}

static void user_password_and_name_are_nowhere(void **state)
{
    uint8_t d[LONG_N];
    struct lc_facts f;

    (void)state;
    answer(d);
    memset(d + 0xCC, 'F', 32); /* fields without a NUL: none may run into the next */
    assert_int_equal(dg_parse(LC_D_VSTARCAM, &ask, FROM, lc_slice_of(d, sizeof d), &f), LC_OK);
    dg_nowhere(&f, LC_S("userhoa"));
    dg_nowhere(&f, LC_S("S3cret"));
    dg_nowhere(&f, LC_S("Hoa"));
    dg_nowhere(&f, LC_S("khach"));
    lc_facts_free(&f);
}

/* Whatever stands in the two fields, the facts are the same to the byte: nothing of it is read. */
static void the_facts_do_not_depend_on_what_the_secrets_are(void **state)
{
    uint8_t d[LONG_N];
    struct lc_facts one, other;

    (void)state;
    answer(d);
    assert_int_equal(dg_parse(LC_D_VSTARCAM, &ask, FROM, lc_slice_of(d, sizeof d), &one), LC_OK);
    for (unsigned c = 1; c < 256; c++) {
        memset(d + 0xEC, (int)c, 64);
        assert_int_equal(dg_parse(LC_D_VSTARCAM, &ask, FROM, lc_slice_of(d, sizeof d), &other),
                         LC_OK);
        assert_int_equal(other.buf.n, one.buf.n);
        assert_memory_equal(other.buf.p, one.buf.p, one.buf.n);
        lc_facts_free(&other);
    }
    lc_facts_free(&one);
}

static void one_filled_field_is_a_leak(void **state)
{
    uint8_t d[LONG_N];
    struct lc_facts f;

    (void)state;
    answer(d);
    memset(d + 0xEC, 0, 32);
    assert_int_equal(dg_parse(LC_D_VSTARCAM, &ask, FROM, lc_slice_of(d, sizeof d), &f), LC_OK);
    dg_is_int(&f, LC_F_VSTARCAM_LEAKS_PASSWORD, 1);
    lc_facts_free(&f);
    answer(d);
    memset(d + 0x10C, 0, 32);
    assert_int_equal(dg_parse(LC_D_VSTARCAM, &ask, FROM, lc_slice_of(d, sizeof d), &f), LC_OK);
    dg_is_int(&f, LC_F_VSTARCAM_LEAKS_PASSWORD, 1);
    lc_facts_free(&f);
}

static void empty_fields_are_no_leak_and_missing_ones_say_nothing(void **state)
{
    uint8_t d[LONG_N];
    struct lc_facts f;

    (void)state;
    answer(d);
    memset(d + 0xEC, 0, 64);
    d[0x12D] = 1; /* DHCP is on: behind the fields, no part of them */
    assert_int_equal(dg_parse(LC_D_VSTARCAM, &ask, FROM, lc_slice_of(d, sizeof d), &f), LC_OK);
    dg_is_int(&f, LC_F_VSTARCAM_LEAKS_PASSWORD, 0);
    lc_facts_free(&f);
    assert_int_equal(dg_parse(LC_D_VSTARCAM, &ask, FROM, lc_slice_of(d, 0xEC), &f), LC_OK);
    dg_absent(&f, LC_F_VSTARCAM_LEAKS_PASSWORD);
    dg_is(&f, LC_F_VSTARCAM_WEB, "20.8.4.5");
    lc_facts_free(&f);
}

static void other_orders_and_questions_are_no_answer(void **state)
{
    uint8_t d[LONG_N];
    struct lc_facts f;

    (void)state;
    answer(d);
    for (unsigned order = 0; order < 256; order++) {
        d[3] = (uint8_t)order;
        assert_int_equal(dg_parse(LC_D_VSTARCAM, &ask, FROM, lc_slice_of(d, sizeof d), &f),
                         order == 8 ? LC_OK : LC_EREFUSED);
        lc_facts_free(&f);
    }
    assert_int_equal(dg_parse(LC_D_VSTARCAM, &ask, FROM, LC_S("DHIP"), &f), LC_EPARSE);
    lc_facts_free(&f);
}

static void hostile_answers_do_no_harm(void **state)
{
    uint8_t d[LONG_N];

    (void)state;
    answer(d);
    dg_torture(LC_D_VSTARCAM, &ask, FROM, lc_slice_of(d, sizeof d));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_is_the_search_and_nothing_else),
        cmocka_unit_test(the_answer_gives_versions_serial_port_and_mac),
        cmocka_unit_test(user_password_and_name_are_nowhere),
        cmocka_unit_test(the_facts_do_not_depend_on_what_the_secrets_are),
        cmocka_unit_test(one_filled_field_is_a_leak),
        cmocka_unit_test(empty_fields_are_no_leak_and_missing_ones_say_nothing),
        cmocka_unit_test(other_orders_and_questions_are_no_answer),
        cmocka_unit_test(hostile_answers_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
