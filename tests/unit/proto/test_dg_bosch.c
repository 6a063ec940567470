/* SPDX-License-Identifier: Apache-2.0 */
/* Bosch's detection in both forms of its answer, as facts on protocols A3 give them. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.77"

static const struct lc_dgram_ask ask = {.nonce = 0x1122334455667788, .multicast = true};

/* As asked with the nonce above: the transaction is its lower half. */
static const uint8_t binary[32] = {0x99, 0x39, 0xA4, 0x27, 0x55, 0x66, 0x77, 0x88, 0x00, 0x04, 0x63,
                                   0x0A, 0x0B, 0x0C, 0x01, 0x02, 192,  0,    2,    77,   255,  255,
                                   255,  0,    192,  0,    2,    1,    0,    0,    0,    0};

#define XML(device) LC_S("<?xml version=\"1.0\"?><root><device>" device "</device></root>")
#define OWN                                                                                        \
    "<friendlyName>FLEXIDOME 5000i</friendlyName><unitName>Back door of Mr Nam</unitName>"         \
    "<serialNumber>0442012345678901</serialNumber><physAddress>00-04-63-0A-0B-0C</physAddress>"    \
    "<sessionKey>4F3C2B1A00998877</sessionKey><RCPPort>1756</RCPPort><HTTPSPort>443</HTTPSPort>"

static void the_question_carries_transaction_and_port(void **state)
{
    static const uint8_t want[] = {0x99, 0x39, 0xA4, 0x27, 0x55, 0x66,
                                   0x77, 0x88, 0xFF, 0x00, 0x06, 0xDE};
    struct lc_buf b = dg_build(LC_D_BOSCH, &ask);

    (void)state;
    assert_int_equal(b.n, sizeof want);
    assert_memory_equal(b.p, want, sizeof want);
    assert_int_equal(lc_dgram_get(LC_D_BOSCH)->bind_port, 0x06DE);
    lc_buf_free(&b);
}

static void the_binary_answer_gives_the_mac(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_BOSCH, &ask, FROM, lc_slice_of(binary, sizeof binary), &f),
                     LC_OK);
    dg_is_int(&f, LC_F_BOSCH_SEARCH, 1);
    dg_is(&f, LC_F_MAC_ADDRESS, "00:04:63:0A:0B:0C");
    dg_is(&f, LC_F_MAC_OUI, "00:04:63");
    dg_absent(&f, LC_F_BOSCH_RCP_PORT);
    lc_facts_free(&f);
}

static void an_answer_to_another_transaction_is_refused(void **state)
{
    const struct lc_dgram_ask other = {.nonce = 0x1122334455667789};
    struct lc_slice in = lc_slice_of(binary, sizeof binary);
    struct lc_facts f;

    (void)state;
    assert_true(lc_dgram_get(LC_D_BOSCH)->ours(&ask, in));
    assert_false(lc_dgram_get(LC_D_BOSCH)->ours(&other, in));
    assert_int_equal(dg_parse(LC_D_BOSCH, &other, FROM, in, &f), LC_EREFUSED);
    lc_facts_free(&f);
}

static void the_xml_answer_gives_model_serial_port_and_mac(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_BOSCH, &ask, FROM, XML(OWN), &f), LC_OK);
    dg_is_int(&f, LC_F_BOSCH_SEARCH, 1);
    dg_is(&f, LC_F_BOSCH_NAME, "FLEXIDOME 5000i");
    dg_is(&f, LC_F_BOSCH_SERIAL, "0442012345678901");
    dg_is_int(&f, LC_F_BOSCH_RCP_PORT, 1756);
    dg_is(&f, LC_F_MAC_ADDRESS, "00:04:63:0A:0B:0C");
    lc_facts_free(&f);
}

static void session_key_and_owners_name_are_nowhere(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_BOSCH, NULL, FROM, XML(OWN), &f), LC_OK);
    dg_nowhere(&f, LC_S("4F3C2B1A"));
    dg_nowhere(&f, LC_S("Mr Nam"));
    lc_facts_free(&f);
}

static void only_the_first_device_is_the_senders_own(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(
        dg_parse(LC_D_BOSCH, &ask, FROM,
                 XML("<physAddress>00-04-63-0A-0B-0C</physAddress><RCPPort>1756</RCPPort>"
                     "</device><device><friendlyName>Other</friendlyName>"
                     "<serialNumber>99</serialNumber>"),
                 &f),
        LC_OK);
    dg_absent(&f, LC_F_BOSCH_NAME);
    dg_absent(&f, LC_F_BOSCH_SERIAL);
    lc_facts_free(&f);
}

static void xml_without_boschs_own_elements_is_not_bosch(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_BOSCH, &ask, FROM, XML("<friendlyName>TV</friendlyName>"), &f),
                     LC_EPARSE);
    lc_facts_free(&f);
    assert_int_equal(dg_parse(LC_D_BOSCH, &ask, FROM, LC_S("<ProbeMatch/>"), &f), LC_EPARSE);
    lc_facts_free(&f);
}

static void a_question_is_no_answer(void **state)
{
    struct lc_buf b = dg_build(LC_D_BOSCH, &ask);
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_BOSCH, NULL, FROM, lc_buf_view(&b), &f), LC_EREFUSED);
    lc_facts_free(&f);
    lc_buf_free(&b);
}

static void hostile_answers_do_no_harm(void **state)
{
    (void)state;
    dg_torture(LC_D_BOSCH, &ask, FROM, lc_slice_of(binary, sizeof binary));
    dg_torture(LC_D_BOSCH, &ask, FROM, XML(OWN));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_carries_transaction_and_port),
        cmocka_unit_test(the_binary_answer_gives_the_mac),
        cmocka_unit_test(an_answer_to_another_transaction_is_refused),
        cmocka_unit_test(the_xml_answer_gives_model_serial_port_and_mac),
        cmocka_unit_test(session_key_and_owners_name_are_nowhere),
        cmocka_unit_test(only_the_first_device_is_the_senders_own),
        cmocka_unit_test(xml_without_boschs_own_elements_is_not_bosch),
        cmocka_unit_test(a_question_is_no_answer),
        cmocka_unit_test(hostile_answers_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
