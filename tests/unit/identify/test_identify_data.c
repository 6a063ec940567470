/* SPDX-License-Identifier: Apache-2.0 */
/* Whole devices against the real knowledge, as the facts sheets describe them. */
#include "identify/identify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

static struct lc_kb *kb;
static struct lc_identifier *id;
static struct lc_facts facts;
static struct lc_identity who;

static int open_all(void **state)
{
    struct lc_err err;

    (void)state;
    return lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err) == LC_OK &&
                   lc_identifier_open(kb, &id, &err) == LC_OK
               ? 0
               : -1;
}

static int close_all(void **state)
{
    (void)state;
    lc_identifier_close(id);
    lc_kb_close(kb);
    return 0;
}

static int fresh(void **state)
{
    (void)state;
    lc_facts_init(&facts);
    return 0;
}

static int gone(void **state)
{
    (void)state;
    lc_facts_free(&facts);
    return 0;
}

static void said(uint16_t port, enum lc_fact_name name, const char *value)
{
    facts.port = port;
    lc_facts_str(&facts, name, lc_slice_str(value));
}

static void comes_out_as(const char *cls, const char *platform, const char *brand,
                         const char *model)
{
    const char *const want[] = {cls, platform, brand, model};

    lc_identify(id, lc_buf_view(&facts.buf), &who);
    for (unsigned a = 0; a < 4; a++)
        if (!lc_slice_eq(who.value[a], lc_slice_str(want[a])))
            fail_msg("%s is \"%.*s\", not \"%s\"", lc_attr_names[a], LC_S_ARG(who.value[a]),
                     want[a]);
}

static void a_hikvision_camera_without_a_model(void **state)
{
    (void)state;
    said(554, LC_F_RTSP_REALM, "IP Camera(C2875)");
    said(80, LC_F_HTTP_SERVER, "App-webs/");
    comes_out_as("camera", "hikvision", "", "");
    assert_true(who.confidence[LC_A_PLATFORM] >= 90);
}

static void a_hikvision_recorder_by_its_model(void **state)
{
    (void)state;
    said(80, LC_F_HTTP_SERVER, "DNVRS-Webs");
    said(80, LC_F_ONVIF_MANUFACTURER, "HIKVISION");
    said(80, LC_F_ONVIF_MODEL, "DS-7608NI-K2");
    comes_out_as("nvr", "hikvision", "Hikvision", "DS-7608NI-K2");
}

static void an_ezviz_is_no_hikvision_by_brand(void **state)
{
    (void)state;
    said(80, LC_F_ONVIF_MANUFACTURER, "EZVIZ");
    said(80, LC_F_ONVIF_MODEL, "CS-C6N-A0-1C2WFR");
    comes_out_as("camera", "hikvision", "EZVIZ", "CS-C6N-A0-1C2WFR");
}

static void neutral_dahua_firmware_has_no_brand(void **state)
{
    (void)state;
    said(554, LC_F_RTSP_SERVER, "Rtsp Server/3.0");
    said(554, LC_F_RTSP_REALM, "Login to 4X0ABCDPAG00001");
    said(80, LC_F_ONVIF_MANUFACTURER, "General");
    said(80, LC_F_ONVIF_MODEL, "IPC-HDW1230T2");
    comes_out_as("camera", "dahua", "", "IPC-HDW1230T2");
}

static void a_dahua_serial_never_shows_in_evidence(void **state)
{
    (void)state;
    said(554, LC_F_RTSP_REALM, "Login to 4X0ABCDPAG00001");
    said(80, LC_F_HTTP_AUTH_REALM, "Login to 4X0ABCDPAG00001");
    comes_out_as("camera", "dahua", "", "");
    for (size_t i = 0; i < who.claims_n; i++)
        assert_true(lc_slice_find(who.claims[i].evidence, LC_S("4X0A"), 0) == LC_NPOS);
}

static void an_axis_mac_never_shows_in_evidence(void **state)
{
    (void)state;
    said(554, LC_F_RTSP_REALM, "AXIS_ACCC8E000001");
    said(443, LC_F_TLS_CERT_SUBJECT, "CN=axis-accc8e000001,O=Axis Communications AB");
    comes_out_as("camera", "axis", "Axis", "");
    for (size_t i = 0; i < who.claims_n; i++)
        assert_true(lc_slice_ifind(who.claims[i].evidence, LC_S("accc8e"), 0) == LC_NPOS);
}

static void kbvision_and_imou_are_brands_on_dahua(void **state)
{
    (void)state;
    said(554, LC_F_RTSP_REALM, "Login to 4X0ABCDPAG00001");
    said(80, LC_F_ONVIF_MANUFACTURER, "KBVISION");
    comes_out_as("camera", "dahua", "KBVision", "");
    lc_buf_reset(&facts.buf);
    said(554, LC_F_RTSP_REALM, "Login to 4X0ABCDPAG00001");
    said(80, LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/hardware/IPC-A22E");
    comes_out_as("camera", "dahua", "Imou", "IPC-A22E");
}

static void a_tapo_is_known_by_realm_and_model(void **state)
{
    (void)state;
    said(554, LC_F_RTSP_REALM, "TP-Link IP-Camera");
    said(443, LC_F_TLS_CERT_SUBJECT, "CN=TPRI-DEVICE,O=TPRI,C=US");
    said(2020, LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/hardware/C200");
    comes_out_as("camera", "tplink", "Tapo", "C200");
}

static void a_tplink_router_is_no_camera(void **state)
{
    (void)state;
    said(443, LC_F_TLS_CERT_SUBJECT, "CN=TPRI-DEVICE,O=TPRI,C=US");
    said(80, LC_F_HTTP_AUTH_REALM, "TP-LINK Wireless N Router WR841N");
    lc_identify(id, lc_buf_view(&facts.buf), &who);
    assert_true(lc_slice_eq(who.value[LC_A_CLASS], LC_S("not-surveillance")));
}

static void a_tplink_certificate_alone_says_no_class(void **state)
{
    (void)state;
    said(443, LC_F_TLS_CERT_SUBJECT, "CN=TPRI-DEVICE,O=TPRI,C=US");
    comes_out_as("unknown", "tplink", "", "");
}

static void plain_web_and_shell_servers_say_nothing(void **state)
{
    (void)state;
    said(80, LC_F_HTTP_SERVER, "nginx/1.22.1");
    said(81, LC_F_HTTP_SERVER, "Apache/2.4.57 (Debian)");
    said(82, LC_F_HTTP_SERVER, "mini_httpd/1.30");
    said(83, LC_F_HTTP_SERVER, "Boa/0.94.14rc21");
    said(22, LC_F_SSH_BANNER, "SSH-2.0-OpenSSH_9.2p1 Debian-2");
    comes_out_as("unknown", "", "", "");
}

static void a_room_monitor_is_not_avtech(void **state)
{
    (void)state;
    said(80, LC_F_HTTP_TITLE, "Room Alert 32E");
    said(80, LC_F_HTTP_MARK, "AVTECH");
    said(80, LC_F_HTTP_MARK, "Room Alert");
    comes_out_as("not-surveillance", "", "AVTECH Software", "");
}

static void gstreamer_is_a_library_not_a_camera(void **state)
{
    (void)state;
    said(8554, LC_F_RTSP_SERVER, "GStreamer RTSP server");
    comes_out_as("encoder", "gstreamer", "", "");
    assert_true(who.confidence[LC_A_CLASS] < 30);
    assert_int_equal(lc_kb_platform(kb, who.value[LC_A_PLATFORM])->rtsp_paths_n, 1);
}

static void classes_fall_into_their_groups(void **state)
{
    (void)state;
    assert_true(lc_class_is_camera(LC_S("doorbell")));
    assert_false(lc_class_is_camera(LC_S("nvr")));
    assert_true(lc_class_is_surveillance(LC_S("nvr")));
    assert_true(lc_class_is_surveillance(LC_S("access-control")));
    assert_true(lc_class_is_surveillance(LC_S("camera")));
    assert_false(lc_class_is_surveillance(LC_S("not-surveillance")));
    assert_false(lc_class_is_surveillance(LC_S("unknown")));
    assert_false(lc_class_is_surveillance((struct lc_slice){NULL, 0}));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_hikvision_camera_without_a_model, fresh, gone),
        cmocka_unit_test_setup_teardown(a_hikvision_recorder_by_its_model, fresh, gone),
        cmocka_unit_test_setup_teardown(an_ezviz_is_no_hikvision_by_brand, fresh, gone),
        cmocka_unit_test_setup_teardown(neutral_dahua_firmware_has_no_brand, fresh, gone),
        cmocka_unit_test_setup_teardown(a_dahua_serial_never_shows_in_evidence, fresh, gone),
        cmocka_unit_test_setup_teardown(an_axis_mac_never_shows_in_evidence, fresh, gone),
        cmocka_unit_test_setup_teardown(kbvision_and_imou_are_brands_on_dahua, fresh, gone),
        cmocka_unit_test_setup_teardown(a_tapo_is_known_by_realm_and_model, fresh, gone),
        cmocka_unit_test_setup_teardown(a_tplink_router_is_no_camera, fresh, gone),
        cmocka_unit_test_setup_teardown(a_tplink_certificate_alone_says_no_class, fresh, gone),
        cmocka_unit_test_setup_teardown(plain_web_and_shell_servers_say_nothing, fresh, gone),
        cmocka_unit_test_setup_teardown(a_room_monitor_is_not_avtech, fresh, gone),
        cmocka_unit_test_setup_teardown(gstreamer_is_a_library_not_a_camera, fresh, gone),
        cmocka_unit_test(classes_fall_into_their_groups),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
