/* SPDX-License-Identifier: Apache-2.0 */
/* Xiongmai's discovery. Header and field names are from the facts on protocols, A3; the device is
 * invented. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.10"

static const struct lc_dgram_ask question = {.nonce = 7, .multicast = true};

static struct lc_slice framed(struct lc_buf *out, uint16_t message, const char *json)
{
    lc_buf_init(out, 65535);
    (void)lc_buf_put(out, LC_S("\xff\x01\0\0\0\0\0\0\0\0\0\0\0\0"));
    (void)lc_buf_le16(out, message);
    (void)lc_buf_le32(out, (uint32_t)strlen(json) + 2);
    (void)lc_buf_puts(out, json);
    (void)lc_buf_put(out, LC_S("\x0a\0"));
    return lc_buf_view(out);
}

static const char usual[] =
    "{ \"NetWork.NetCommon\" : { \"BuildDate\" : \"2019-05-14 10:12:13\", \"ChannelNum\" : 4, "
    "\"DeviceType\" : 1, \"GateWay\" : \"0x0102000A\", \"HostIP\" : \"0x0A0200C0\", \"HostName\" : "
    "\"LocalHost\", \"HttpPort\" : 80, \"MAC\" : \"00:12:34:0a:0b:0c\", \"MonMode\" : \"TCP\", "
    "\"NetConnectState\" : 0, \"OtherFunction\" : \"D=2019-05-14 V=5d6b\", \"SN\" : "
    "\"0a1b2c3d4e5f6071\", \"SSLPort\" : 8443, \"Submask\" : \"0x00FFFFFF\", \"TCPPort\" : 34567, "
    "\"UDPPort\" : 34568, \"Version\" : \"V4.02.R11.00002532.12001.131900.00000\" }, \"Ret\" : "
    "100, \"SessionID\" : \"0x0\" }";

static void the_question_is_message_1530_and_nothing_else(void **state)
{
    static const uint8_t want[20] = {0xFF, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFA, 0x05};
    struct lc_buf q = dg_build(LC_D_XM, &question);

    (void)state;
    assert_int_equal(q.n, sizeof want);
    assert_memory_equal(q.p, want, sizeof want);
    lc_buf_free(&q);
}

static void an_answer_becomes_facts(void **state)
{
    struct lc_buf in;
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_XM, &question, FROM, framed(&in, 1531, usual), &f), LC_OK);
    dg_is_int(&f, LC_F_XM_SEARCH, 1);
    dg_is_int(&f, LC_F_XM_CHANNELS, 4);
    dg_is_int(&f, LC_F_XM_TCP_PORT, 34567);
    dg_is_int(&f, LC_F_XM_HTTP_PORT, 80);
    dg_is_int(&f, LC_F_XM_DEVICE_TYPE, 1);
    dg_is(&f, LC_F_XM_FIRMWARE, "V4.02.R11.00002532.12001.131900.00000");
    dg_is(&f, LC_F_XM_BUILD, "2019-05-14 10:12:13");
    dg_is(&f, LC_F_XM_SERIAL, "0a1b2c3d4e5f6071");
    dg_is(&f, LC_F_MAC_ADDRESS, "00:12:34:0A:0B:0C");
    dg_nowhere(&f, LC_S("LocalHost"));
    dg_nowhere(&f, LC_S("0x0A0200C0"));
    lc_facts_free(&f);
    dg_torture(LC_D_XM, &question, FROM, lc_buf_view(&in));
    lc_buf_free(&in);
}

static void status_is(struct lc_slice in, enum lc_status want)
{
    struct lc_facts f;

    assert_int_equal(dg_parse(LC_D_XM, &question, FROM, in, &f), want);
    assert_int_equal(f.buf.n, 0);
    lc_facts_free(&f);
}

static void what_is_no_answer_is_refused(void **state)
{
    static const uint16_t messages[] = {0, 999, 1000, 1001, 1009, 1529, 1532, 1533};
    struct lc_buf in, q = dg_build(LC_D_XM, &question);

    (void)state;
    status_is(lc_buf_view(&q), LC_EREFUSED);
    for (size_t i = 0; i < sizeof messages / sizeof *messages; i++) {
        status_is(framed(&in, messages[i], usual), LC_EPARSE);
        lc_buf_free(&in);
    }
    status_is(framed(&in, 1531, "{\"Ret\":100}"), LC_EPARSE);
    lc_buf_free(&in);
    status_is(framed(&in, 1531, "{\"NetWork.NetCommon\":[]}"), LC_EPARSE);
    lc_buf_free(&in);
    status_is(framed(&in, 1531, "no json"), LC_EPARSE);
    lc_buf_free(&in);
    lc_buf_free(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_is_message_1530_and_nothing_else),
        cmocka_unit_test(an_answer_becomes_facts),
        cmocka_unit_test(what_is_no_answer_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
