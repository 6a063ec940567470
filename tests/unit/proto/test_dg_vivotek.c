/* SPDX-License-Identifier: Apache-2.0 */
/* Vivotek's LAN search, as facts on protocols A3 give it: a session byte, a magic, entries. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.77"

static const struct lc_dgram_ask ask = {.nonce = 0x1122334455667788, .multicast = true};

#define SESSION "\x67" /* 1 + the nonce modulo 255 */
#define MAGIC   "\x4A\x5D\x8F\x1C"
#define MAC     "\x02\x06\x00\x02\xD1\x0A\x0B\x0C"
#define ADDRESS "\x03\x04\xC0\x00\x02\x4D"

#define LONG                                                                                       \
    "\x01\x15"                                                                                     \
    "Network Camera FD8161"
#define BARE "\x04\x20" /* no length: 0x20 is the value */
#define PORT "\x06\x02\x00\x50"
#define SHORT                                                                                      \
    "\x09\x06"                                                                                     \
    "FD8161"

static void the_question_is_session_and_magic(void **state)
{
    struct lc_buf b = dg_build(LC_D_VIVOTEK, &ask);

    (void)state;
    assert_int_equal(b.n, 5);
    assert_memory_equal(b.p, SESSION MAGIC, 5);
    lc_buf_free(&b);
}

static void the_session_is_never_zero(void **state)
{
    (void)state;
    for (uint64_t nonce = 0; nonce < 1000; nonce++) {
        const struct lc_dgram_ask other = {.nonce = nonce};
        struct lc_buf b = dg_build(LC_D_VIVOTEK, &other);

        assert_int_not_equal(b.p[0], 0);
        lc_buf_free(&b);
    }
}

static void the_answer_gives_model_port_and_mac(void **state)
{
    struct lc_slice in = LC_S(SESSION MAGIC LONG MAC ADDRESS BARE PORT SHORT);
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_VIVOTEK, &ask, FROM, in, &f), LC_OK);
    dg_is_int(&f, LC_F_VIVOTEK_SEARCH, 1);
    dg_is(&f, LC_F_VIVOTEK_MODEL, "FD8161");
    dg_is_int(&f, LC_F_VIVOTEK_PORT, 80);
    dg_is(&f, LC_F_MAC_ADDRESS, "00:02:D1:0A:0B:0C");
    dg_nowhere(&f, LC_S("Network Camera"));
    lc_facts_free(&f);
}

static void the_long_name_stands_in_for_a_missing_short_one(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_VIVOTEK, NULL, FROM, LC_S(SESSION MAGIC LONG ADDRESS), &f),
                     LC_OK);
    dg_is(&f, LC_F_VIVOTEK_MODEL, "Network Camera FD8161");
    dg_absent(&f, LC_F_VIVOTEK_PORT);
    dg_absent(&f, LC_F_MAC_ADDRESS);
    lc_facts_free(&f);
}

static void an_answer_of_another_session_is_refused(void **state)
{
    const struct lc_dgram_ask other = {.nonce = ask.nonce + 1};
    struct lc_slice in = LC_S(SESSION MAGIC MAC ADDRESS);
    struct lc_facts f;

    (void)state;
    assert_true(lc_dgram_get(LC_D_VIVOTEK)->ours(&ask, in));
    assert_false(lc_dgram_get(LC_D_VIVOTEK)->ours(&other, in));
    assert_int_equal(dg_parse(LC_D_VIVOTEK, &other, FROM, in, &f), LC_EREFUSED);
    lc_facts_free(&f);
}

static void a_length_that_lies_ends_the_reading(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_VIVOTEK, &ask, FROM,
                              LC_S(SESSION MAGIC MAC "\x09\xFF"
                                                     "FD8161"),
                              &f),
                     LC_OK);
    dg_absent(&f, LC_F_VIVOTEK_MODEL);
    dg_is(&f, LC_F_MAC_OUI, "00:02:D1");
    lc_facts_free(&f);
    assert_int_equal(dg_parse(LC_D_VIVOTEK, &ask, FROM,
                              LC_S(SESSION MAGIC "\x09\xFF"
                                                 "FD8161"),
                              &f),
                     LC_EPARSE);
    lc_facts_free(&f);
}

/* The port is Foscam's too (A1): each must refuse the other's frames. */
static void foscam_on_the_same_port_is_not_vivotek(void **state)
{
    struct lc_buf b = dg_build(LC_D_FOSCAM, &ask);
    struct lc_facts f;

    (void)state;
    assert_int_equal(lc_dgram_get(LC_D_FOSCAM)->port, lc_dgram_get(LC_D_VIVOTEK)->port);
    assert_int_equal(dg_parse(LC_D_VIVOTEK, &ask, FROM, lc_buf_view(&b), &f), LC_EPARSE);
    lc_facts_free(&f);
    lc_buf_free(&b);
    assert_int_equal(dg_parse(LC_D_FOSCAM, &ask, FROM, LC_S(SESSION MAGIC MAC ADDRESS), &f),
                     LC_EPARSE);
    lc_facts_free(&f);
}

static void a_question_is_no_answer(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_VIVOTEK, &ask, FROM, LC_S(SESSION MAGIC), &f), LC_EREFUSED);
    lc_facts_free(&f);
}

static void hostile_answers_do_no_harm(void **state)
{
    (void)state;
    dg_torture(LC_D_VIVOTEK, &ask, FROM, LC_S(SESSION MAGIC LONG MAC ADDRESS BARE PORT SHORT));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_is_session_and_magic),
        cmocka_unit_test(the_session_is_never_zero),
        cmocka_unit_test(the_answer_gives_model_port_and_mac),
        cmocka_unit_test(the_long_name_stands_in_for_a_missing_short_one),
        cmocka_unit_test(an_answer_of_another_session_is_refused),
        cmocka_unit_test(a_length_that_lies_ends_the_reading),
        cmocka_unit_test(foscam_on_the_same_port_is_not_vivotek),
        cmocka_unit_test(a_question_is_no_answer),
        cmocka_unit_test(hostile_answers_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
