/* SPDX-License-Identifier: Apache-2.0 */
/* Dahua's two discovery protocols. Layouts and values of Init are from the facts on protocols, A3;
 * the devices are invented. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.108"

static const struct lc_dgram_ask question = {.nonce = 7, .multicast = true};

static struct lc_slice framed(struct lc_buf *out, const char *json)
{
    lc_buf_init(out, 65535);
    (void)lc_buf_put(out, LC_S("\x20\0\0\0DHIP\0\0\0\0\0\0\0\0"));
    (void)lc_buf_le32(out, (uint32_t)strlen(json));
    (void)lc_buf_le32(out, 0);
    (void)lc_buf_le32(out, (uint32_t)strlen(json));
    (void)lc_buf_le32(out, 0);
    (void)lc_buf_puts(out, json);
    return lc_buf_view(out);
}

static const char usual[] =
    "{ \"mac\" : \"3c:ef:8c:0a:0b:0c\", \"method\" : \"client.notifyDevInfo\", \"params\" : { "
    "\"deviceInfo\" : { \"DeviceClass\" : \"IPC\", \"DeviceID\" : \"\", \"DeviceType\" : "
    "\"DH-IPC-HDW1230T2\", \"Find\" : \"BD\", \"HttpPort\" : 80, \"IPv4Address\" : { "
    "\"DefaultGateway\" : \"192.0.2.1\", \"DhcpEnable\" : true, \"IPAddress\" : \"192.0.2.108\", "
    "\"SubnetMask\" : \"255.255.255.0\" }, \"Init\" : 150, \"MachineName\" : \"Kho sau\", "
    "\"Manufacturer\" : \"General\", \"Port\" : 37777, \"Port3\" : 37779, "
    "\"RemoteVideoInputChannels\" : 0, \"SerialNo\" : \"8K0ABCDPAG00001\", \"UnLoginFuncMask\" : "
    "1, \"Vendor\" : \"Dahua\", \"Version\" : \"2.800.106F004.0.R\", \"VideoInputChannels\" : 1 } "
    "} }\n\0";

static void the_question_is_what_the_makers_tool_sends(void **state)
{
    static const uint8_t head[32] = {0x20, 0, 0, 0,  'D', 'H', 'I', 'P', 0, 0, 0, 0, 0,
                                     0,    0, 0, 73, 0,   0,   0,   0,   0, 0, 0, 73};
    struct lc_buf q = dg_build(LC_D_DHIP, &question);

    (void)state;
    assert_int_equal(q.n, 105);
    assert_memory_equal(q.p, head, 32);
    assert_memory_equal(
        q.p + 32,
        "{ \"method\" : \"DHDiscover.search\", \"params\" : { \"mac\" : \"\", \"uni\" : 1 } }\n",
        73);
    lc_buf_free(&q);
}

static void an_answer_becomes_facts(void **state)
{
    struct lc_buf in;
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_DHIP, &question, FROM, framed(&in, usual), &f), LC_OK);
    dg_is(&f, LC_F_DHIP_MODEL, "DH-IPC-HDW1230T2");
    dg_is(&f, LC_F_DHIP_CLASS, "IPC");
    dg_is(&f, LC_F_DHIP_SERIAL, "8K0ABCDPAG00001");
    dg_is(&f, LC_F_DHIP_VENDOR, "Dahua");
    dg_is(&f, LC_F_DHIP_MANUFACTURER, "General");
    dg_is(&f, LC_F_DHIP_FIRMWARE, "2.800.106F004.0.R");
    dg_is(&f, LC_F_MAC_ADDRESS, "3C:EF:8C:0A:0B:0C");
    dg_is(&f, LC_F_MAC_OUI, "3C:EF:8C");
    dg_is_int(&f, LC_F_DHIP_HTTP_PORT, 80);
    dg_is_int(&f, LC_F_DHIP_PORT, 37777);
    dg_is_int(&f, LC_F_DHIP_VIDEO_INPUTS, 1);
    dg_is_int(&f, LC_F_DHIP_REMOTE_INPUTS, 0);
    dg_is_int(&f, LC_F_DHIP_INIT, 150);
    dg_is_int(&f, LC_F_DHIP_INITIALISED, 1);
    dg_nowhere(&f, LC_S("Kho sau")); /* the owner's name for it */
    lc_facts_free(&f);
    dg_torture(LC_D_DHIP, &question, FROM, lc_buf_view(&in));
    lc_buf_free(&in);
}

/* 150 and 1162 were seen on devices with a password; the low bits 1 mean without one. */
static void only_two_of_the_four_init_values_say_something(void **state)
{
    static const struct {
        int init, initialised;
    } rows[] = {{150, 1}, {1162, 1}, {2, 1}, {1, 0}, {149, 0}, {0, -1}, {3, -1}, {148, -1}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lc_buf in;
        struct lc_facts f;
        char json[200];

        (void)snprintf(json, sizeof json,
                       "{\"method\":\"client.notifyDevInfo\",\"params\":{\"deviceInfo\":{"
                       "\"DeviceType\":\"A\",\"Init\":%d}}}",
                       rows[i].init);
        assert_int_equal(dg_parse(LC_D_DHIP, NULL, FROM, framed(&in, json), &f), LC_OK);
        dg_is_int(&f, LC_F_DHIP_INIT, rows[i].init);
        if (rows[i].initialised < 0)
            dg_absent(&f, LC_F_DHIP_INITIALISED);
        else
            dg_is_int(&f, LC_F_DHIP_INITIALISED, rows[i].initialised);
        lc_facts_free(&f);
        lc_buf_free(&in);
    }
}

static void a_name_in_gbk_or_a_mac_inside_costs_nothing(void **state)
{
    struct lc_buf in;
    struct lc_facts f;

    (void)state;
    framed(&in, "{\"method\":\"client.notifyDevInfo\",\"params\":{\"deviceInfo\":{\"MachineName\":"
                "\"\xD5\\\",\"DeviceType\":\"XVR\",\"Mac\":\"3c-ef-8c-00-00-01\",\"Port\":70000,"
                "\"HttpPort\":\"8080\"}}}");
    assert_int_equal(dg_parse(LC_D_DHIP, NULL, FROM, lc_buf_view(&in), &f), LC_OK);
    dg_is(&f, LC_F_DHIP_MODEL, "XVR");
    dg_is(&f, LC_F_MAC_ADDRESS, "3C:EF:8C:00:00:01");
    dg_is_int(&f, LC_F_DHIP_HTTP_PORT, 8080);
    dg_absent(&f, LC_F_DHIP_PORT);
    lc_facts_free(&f);
    lc_buf_free(&in);
}

static void status_is(enum lc_dgram_id id, struct lc_slice in, enum lc_status want)
{
    struct lc_facts f;

    assert_int_equal(dg_parse(id, &question, FROM, in, &f), want);
    assert_int_equal(f.buf.n, 0);
    lc_facts_free(&f);
}

static void a_length_that_lies_reads_nothing_beyond_the_datagram(void **state)
{
    struct lc_buf in;
    struct lc_facts f;

    (void)state;
    framed(&in, usual);
    memset(in.p + 16, 0xFF, 4);
    assert_int_equal(dg_parse(LC_D_DHIP, NULL, FROM, lc_buf_view(&in), &f), LC_OK);
    dg_is(&f, LC_F_DHIP_MODEL, "DH-IPC-HDW1230T2");
    lc_facts_free(&f);
    memset(in.p + 16, 0, 4);
    status_is(LC_D_DHIP, lc_buf_view(&in), LC_EPARSE);
    lc_buf_free(&in);
}

static void what_is_no_answer_is_refused(void **state)
{
    static const char *const broken[] = {
        "", "[]", "{}", "{\"method\":\"client.notifyDevInfo\"}",
        "{\"method\":\"client.notifyDevInfo\",\"params\":{\"deviceInfo\":{\"Init\":1}}}"};
    struct lc_buf in, q = dg_build(LC_D_DHIP, &question);

    (void)state;
    status_is(LC_D_DHIP, lc_buf_view(&q), LC_EREFUSED); /* a question, ours or another's */
    framed(&in, "{\"method\":\"DevInit.account\",\"params\":{\"deviceInfo\":{\"DeviceType\":1}}}");
    status_is(LC_D_DHIP, lc_buf_view(&in), LC_EREFUSED);
    lc_buf_free(&in);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        status_is(LC_D_DHIP, framed(&in, broken[i]), LC_EPARSE);
        lc_buf_free(&in);
    }
    status_is(LC_D_DHIP, lc_slice_str(usual), LC_EPARSE); /* without its header */
    lc_buf_free(&q);
}

/* ---- the older protocol ---- */

static struct lc_slice legacy(struct lc_buf *out)
{
    static const char second[] = "90:02:a9:0a:0b:0cDH-DVR5116HE";
    static const char third[] = "Name:Kho\r\nDevice:x\r\nSerialNo:1A0BCDEFAZ00001\r\n\r\n";
    uint8_t fixed[0x78] = {0xB3};

    fixed[2] = sizeof second - 1;
    fixed[0x10] = 2;
    fixed[0x14] = sizeof third - 1;
    memcpy(fixed + 0x28, "DVR", 3);
    fixed[0x62] = 0x91; /* 37777 */
    fixed[0x63] = 0x93;
    lc_buf_init(out, 1400);
    (void)lc_buf_put(out, lc_slice_of(fixed, sizeof fixed));
    (void)lc_buf_puts(out, second);
    (void)lc_buf_puts(out, third);
    return lc_buf_view(out);
}

static void the_older_question_is_32_bytes(void **state)
{
    static const uint8_t want[32] = {0xA3, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2};
    struct lc_buf q = dg_build(LC_D_DHLEGACY, &question);

    (void)state;
    assert_int_equal(q.n, sizeof want);
    assert_memory_equal(q.p, want, sizeof want);
    status_is(LC_D_DHLEGACY, lc_buf_view(&q), LC_EREFUSED);
    lc_buf_free(&q);
}

static void an_older_answer_becomes_facts(void **state)
{
    struct lc_buf in;
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_DHLEGACY, &question, FROM, legacy(&in), &f), LC_OK);
    dg_is_int(&f, LC_F_DHIP_LEGACY, 1);
    dg_is(&f, LC_F_DHIP_MODEL, "DH-DVR5116HE");
    dg_is(&f, LC_F_DHIP_SERIAL, "1A0BCDEFAZ00001");
    dg_is_int(&f, LC_F_DHIP_PORT, 37777);
    dg_is(&f, LC_F_MAC_ADDRESS, "90:02:A9:0A:0B:0C");
    dg_nowhere(&f, LC_S("Kho"));
    lc_facts_free(&f);
    dg_torture(LC_D_DHLEGACY, &question, FROM, lc_buf_view(&in));
    lc_buf_free(&in);
}

static void an_older_answer_without_second_part_has_the_short_type(void **state)
{
    struct lc_buf in;
    struct lc_facts f;

    (void)state;
    legacy(&in);
    in.p[2] = 0;
    assert_int_equal(
        dg_parse(LC_D_DHLEGACY, NULL, FROM, lc_slice_sub(lc_buf_view(&in), 0, 0x78), &f), LC_OK);
    dg_is(&f, LC_F_DHIP_MODEL, "DVR");
    dg_absent(&f, LC_F_MAC_ADDRESS);
    lc_facts_free(&f);
    memset(in.p + 0x28, 0, 16); /* and without that it is any datagram that begins with b3 */
    status_is(LC_D_DHLEGACY, lc_slice_sub(lc_buf_view(&in), 0, 0x78), LC_EPARSE);
    lc_buf_free(&in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_is_what_the_makers_tool_sends),
        cmocka_unit_test(an_answer_becomes_facts),
        cmocka_unit_test(only_two_of_the_four_init_values_say_something),
        cmocka_unit_test(a_name_in_gbk_or_a_mac_inside_costs_nothing),
        cmocka_unit_test(a_length_that_lies_reads_nothing_beyond_the_datagram),
        cmocka_unit_test(what_is_no_answer_is_refused),
        cmocka_unit_test(the_older_question_is_32_bytes),
        cmocka_unit_test(an_older_answer_becomes_facts),
        cmocka_unit_test(an_older_answer_without_second_part_has_the_short_type),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
