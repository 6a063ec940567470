/* SPDX-License-Identifier: Apache-2.0 */
/* SNMPv3 engine discovery: messages put together by hand from RFC 3412 (section 6), RFC 3414
 * (sections 2.4 and 4) and RFC 3411 (SnmpEngineID). 368 is Axis Communications, 8072 is net-snmp,
 * in IANA's list of enterprise numbers. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.31"

static const struct lc_dgram_ask question = {.nonce = 0x0102030405060708};

/* A Report to the id 45 06 07 08 (the nonce's low 30 bits, the next one set):
 * usmStatsUnknownEngineIDs. */
static struct lc_slice report(uint8_t out[static 200], struct lc_slice engine, uint8_t pdu)
{
    uint8_t n = (uint8_t)engine.n, at = 0;
    const uint8_t head[] = {0x30,
                            (uint8_t)(3 + 18 + 18 + n + 6 + 2 + n + 35),
                            2,
                            1,
                            3,
                            0x30,
                            16,
                            2,
                            4,
                            0x45,
                            6,
                            7,
                            8,
                            2,
                            2,
                            0x05,
                            0xdc,
                            4,
                            1,
                            0,
                            2,
                            1,
                            3,
                            4,
                            (uint8_t)(16 + n),
                            0x30,
                            (uint8_t)(14 + n),
                            4,
                            n};
    static const uint8_t usm[] = {2, 1, 7, 2, 1, 9, 4, 0, 4, 0, 4, 0};
    const uint8_t scoped[] = {0x30, (uint8_t)(2 + n + 33), 4, n};
    const uint8_t tail[] = {4, 0,  pdu,  29, 2, 1, 0, 2,  1, 0, 2, 1, 0,    0x30, 18,   0x30, 16,
                            6, 10, 0x2b, 6,  1, 6, 3, 15, 1, 1, 4, 0, 0x41, 2,    0x10, 0x01};

    memcpy(out, head, sizeof head);
    at = sizeof head;
    memcpy(out + at, engine.p, n);
    at = (uint8_t)(at + n);
    memcpy(out + at, usm, sizeof usm);
    at = (uint8_t)(at + sizeof usm);
    memcpy(out + at, scoped, sizeof scoped);
    at = (uint8_t)(at + sizeof scoped);
    memcpy(out + at, engine.p, n);
    at = (uint8_t)(at + n);
    memcpy(out + at, tail, sizeof tail);
    at = (uint8_t)(at + sizeof tail);
    out[1] = (uint8_t)(at - 2);
    return lc_slice_of(out, at);
}

static const struct lc_slice axis = LC_S_INIT("\x80\x00\x01\x70\x03\x00\x40\x8c\x18\x5d\x02");
static const struct lc_slice linux_box = LC_S_INIT("\x80\x00\x1f\x88\x80\x5b\x1d\x7a\x64");

static void the_question_names_nobody(void **state)
{
    struct lc_buf q = dg_build(LC_D_SNMP, &question);

    (void)state;
    assert_int_equal(q.n, 64);
    assert_memory_equal(q.p + 7, "\x02\x04\x45\x06\x07\x08", 6); /* msgID */
    assert_memory_equal(q.p + 30, "\x02\x01\x00\x02\x01\x00\x04\x00\x04\x00\x04\x00", 12);
    lc_buf_free(&q);
}

static void a_report_names_the_enterprise_and_the_hardware(void **state)
{
    uint8_t room[200];
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_SNMP, &question, FROM, report(room, axis, 0xa8), &f), LC_OK);
    dg_is_int(&f, LC_F_SNMP_V3, 1);
    dg_is_int(&f, LC_F_SNMP_ENTERPRISE, 368);
    dg_is(&f, LC_F_MAC_ADDRESS, "00:40:8C:18:5D:02");
    lc_facts_free(&f);
    assert_int_equal(dg_parse(LC_D_SNMP, &question, FROM, report(room, linux_box, 0xa8), &f),
                     LC_OK);
    dg_is_int(&f, LC_F_SNMP_ENTERPRISE, 8072);
    dg_absent(&f, LC_F_MAC_ADDRESS);
    lc_facts_free(&f);
    dg_torture(LC_D_SNMP, &question, FROM, report(room, axis, 0xa8));
}

static void what_answers_somebody_else_or_asks_is_refused(void **state)
{
    const struct lc_dgram_ask other = {.nonce = 9};
    struct lc_buf q = dg_build(LC_D_SNMP, &question);
    uint8_t room[200];
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_SNMP, &other, FROM, report(room, axis, 0xa8), &f), LC_EREFUSED);
    assert_int_equal(dg_parse(LC_D_SNMP, NULL, FROM, report(room, axis, 0xa8), &f), LC_EREFUSED);
    assert_int_equal(dg_parse(LC_D_SNMP, &question, FROM, lc_buf_view(&q), &f), LC_EREFUSED);
    assert_int_equal(
        dg_parse(LC_D_SNMP, &question, FROM, report(room, LC_S("\x80\x00\x01"), 0xa8), &f),
        LC_EPARSE);
    room[4] = 1; /* version 2c */
    assert_int_equal(dg_parse(LC_D_SNMP, &question, FROM, lc_slice_of(room, 90), &f), LC_EPARSE);
    assert_int_equal(f.buf.n, 0);
    lc_buf_free(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_names_nobody),
        cmocka_unit_test(a_report_names_the_enterprise_and_the_hardware),
        cmocka_unit_test(what_answers_somebody_else_or_asks_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
