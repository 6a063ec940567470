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
    if (who.confidence[LC_A_BRAND] <= LC_BRAND_ASSUMED) /* nothing told it */
        who.value[LC_A_BRAND] = (struct lc_slice){NULL, 0};
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

static void the_makers_own_name_is_assumed_where_nothing_names_the_box(void **state)
{
    (void)state;
    said(80, LC_F_HTTP_SERVER, "App-webs/");
    lc_identify(id, lc_buf_view(&facts.buf), &who);
    assert_true(lc_slice_eq(who.value[LC_A_BRAND], LC_S("Hikvision")));
    assert_int_equal(who.confidence[LC_A_BRAND], LC_BRAND_ASSUMED);
    said(80, LC_F_ONVIF_MANUFACTURER, "ANNKE");
    comes_out_as("camera", "hikvision", "Annke", "");
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
    comes_out_as("unknown", "gstreamer", "", "");
    assert_true(who.confidence[LC_A_CLASS] < 30);
    assert_int_equal(lc_kb_platform(kb, who.value[LC_A_PLATFORM])->rtsp_paths_n, 1);
}

/* ---- discovery: facts of the whole device ---- */

static void heard(enum lc_fact_name name, const char *value)
{
    said(0, name, value);
}

static void counted(enum lc_fact_name name, int64_t n)
{
    facts.port = 0;
    lc_facts_int(&facts, name, n);
}

static void told(enum lc_fact_name name, bool value)
{
    facts.port = 0;
    lc_facts_bool(&facts, name, value);
}

static void class_is(const char *cls)
{
    lc_identify(id, lc_buf_view(&facts.buf), &who);
    if (!lc_slice_eq(who.value[LC_A_CLASS], lc_slice_str(cls)))
        fail_msg("class is \"%.*s\", not \"%s\"", LC_S_ARG(who.value[LC_A_CLASS]), cls);
}

static void sadp_alone_names_a_camera(void **state)
{
    (void)state;
    heard(LC_F_SADP_MODEL, "DS-2CD2143G0-I");
    heard(LC_F_SADP_FIRMWARE, "V5.5.82build 190910");
    told(LC_F_SADP_ACTIVATED, true);
    counted(LC_F_SADP_ANALOG_CHANNELS, 0);
    counted(LC_F_SADP_DIGITAL_CHANNELS, 1);
    counted(LC_F_SADP_DISKS, 0);
    comes_out_as("camera", "hikvision", "Hikvision", "DS-2CD2143G0-I");
    assert_int_equal(who.confidence[LC_A_PLATFORM], 95); /* its fields are one voice */
    assert_int_equal(who.confidence[LC_A_MODEL], 95);
    assert_true(lc_slice_eq(who.value[LC_A_FIRMWARE], LC_S("V5.5.82 build 190910")));
}

static void sadp_counts_channels_where_the_model_says_nothing(void **state)
{
    static const struct {
        int64_t analog, digital, disks;
        const char *cls;
    } cases[] = {{0, 0, 0, "camera"}, {0, 1, 0, "camera"}, {0, 2, 0, "nvr"}, {0, 8, 2, "nvr"},
                 {0, 1, 1, "nvr"},    {4, 0, 1, "dvr"},    {8, 2, 1, "dvr"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lc_buf_reset(&facts.buf);
        counted(LC_F_SADP_ANALOG_CHANNELS, cases[i].analog);
        counted(LC_F_SADP_DIGITAL_CHANNELS, cases[i].digital);
        counted(LC_F_SADP_DISKS, cases[i].disks);
        comes_out_as(cases[i].cls, "hikvision", "", "");
    }
}

/* A camera that counts its memory card as a disk, a door station, a switch, an alarm panel. */
static void the_model_overrules_the_channels(void **state)
{
    static const char *const cases[][2] = {{"DS-2CD2143G0-I", "camera"},
                                           {"DS-KV6113-WPE1", "intercom"},
                                           {"DS-3E0105P-E", "not-surveillance"},
                                           {"DS-PWA64-L-WE", "not-surveillance"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lc_buf_reset(&facts.buf);
        heard(LC_F_SADP_MODEL, cases[i][0]);
        counted(LC_F_SADP_ANALOG_CHANNELS, 0);
        counted(LC_F_SADP_DIGITAL_CHANNELS, 0);
        counted(LC_F_SADP_DISKS, 1);
        class_is(cases[i][1]);
    }
}

static void sadp_oem_words_are_brands(void **state)
{
    static const char *const cases[][3] = {{"IPC-B121H", "HiLook", "HiLook"},
                                           {"DS-I200", "HIWATCH", "HiWatch"},
                                           {"I91BF", "ANNKE", "Annke"},
                                           {"DS-2CD2143G0-I", "N/A", "Hikvision"},
                                           {"DS-2CD2143G0-I", "Hikvision", "Hikvision"},
                                           {"DS-2CD2143G0-I", "Alibi", "Alibi"},
                                           {"IPCAM", "1", ""}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lc_buf_reset(&facts.buf);
        heard(LC_F_SADP_MODEL, cases[i][0]);
        heard(LC_F_SADP_OEM, cases[i][1]);
        lc_identify(id, lc_buf_view(&facts.buf), &who);
        if (who.confidence[LC_A_BRAND] <= LC_BRAND_ASSUMED)
            who.value[LC_A_BRAND] = (struct lc_slice){NULL, 0};
        if (!lc_slice_ieq(who.value[LC_A_BRAND], lc_slice_str(cases[i][2])))
            fail_msg("%s: brand \"%.*s\"", cases[i][1], LC_S_ARG(who.value[LC_A_BRAND]));
    }
    lc_buf_reset(&facts.buf);
    heard(LC_F_SADP_MODEL, "CS-C6N-A0-1C2WFR");
    comes_out_as("camera", "hikvision", "EZVIZ", "CS-C6N-A0-1C2WFR");
}

static void sadp_and_ports_agree_on_one_device(void **state)
{
    (void)state;
    heard(LC_F_SADP_MODEL, "DS-7608NI-K2");
    heard(LC_F_SADP_FIRMWARE, "V4.30.085build 210514");
    said(80, LC_F_HTTP_SERVER, "DNVRS-Webs");
    said(80, LC_F_ONVIF_MANUFACTURER, "HIKVISION");
    said(80, LC_F_ONVIF_MODEL, "DS-7608NI-K2");
    said(80, LC_F_ONVIF_FIRMWARE, "V4.30.085 build 210514");
    comes_out_as("nvr", "hikvision", "Hikvision", "DS-7608NI-K2");
    assert_int_equal(who.confidence[LC_A_PLATFORM], 99);
    assert_int_equal(who.confidence[LC_A_FIRMWARE], 99); /* 95 and 85, spelled in two ways */
    assert_false(who.conflict);
}

static void dhip_tells_class_brand_and_model(void **state)
{
    static const struct {
        const char *vendor, *cls, *model, *brand, *is;
    } cases[] = {{"Dahua", "IPC", "IPC-HDW1230T2", "Dahua", "camera"},
                 {"Dahua", "SD", "SD22204DB-GNY-W", "Dahua", "ptz"},
                 {"Dahua", "NVR", "NVR4108-4KS2", "Dahua", "nvr"},
                 {"Dahua", "HCVR", "HCVR5108HS", "Dahua", "dvr"},
                 {"General", "XVR", "XVR5104HS", "", "dvr"},
                 {"Private", "VTO", "VTO2000A", "", "intercom"},
                 {"General", "IPC", "BCS-TIP3401IR-E-V", "", "camera"},
                 {"Lorex", "IPC", "W461ASC", "Lorex", "camera"},
                 {"General", "IPC", "KX-A2011C4", "KBVision", "camera"},
                 {"Dahua", "IPC", "IPC-A22E", "Imou", "camera"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lc_buf_reset(&facts.buf);
        heard(LC_F_DHIP_VENDOR, cases[i].vendor);
        heard(LC_F_DHIP_CLASS, cases[i].cls);
        heard(LC_F_DHIP_MODEL, cases[i].model);
        comes_out_as(cases[i].is, "dahua", cases[i].brand, cases[i].model);
    }
}

static void the_older_dahua_discovery_counts_too(void **state)
{
    (void)state;
    told(LC_F_DHIP_LEGACY, true);
    heard(LC_F_DHIP_MODEL, "HCVR5104H");
    comes_out_as("dvr", "dahua", "", "HCVR5104H");
}

static void xiongmai_and_tvt_tell_recorders_from_cameras(void **state)
{
    static const char *const types[] = {"dvr", "encoder", "camera", "nvr", "decoder"};

    (void)state;
    told(LC_F_XM_SEARCH, true);
    counted(LC_F_XM_CHANNELS, 1);
    comes_out_as("camera", "xiongmai", "", "");
    lc_buf_reset(&facts.buf);
    told(LC_F_XM_SEARCH, true);
    counted(LC_F_XM_CHANNELS, 8);
    comes_out_as("dvr", "xiongmai", "", "");
    for (int t = 0; t < 5; t++) {
        lc_buf_reset(&facts.buf);
        counted(LC_F_MHED_TYPE, t);
        heard(LC_F_MHED_FIRMWARE, "1.4.10.0");
        comes_out_as(types[t], "tvt", "", "");
    }
}

static void tp_link_tells_cameras_from_plugs(void **state)
{
    (void)state;
    heard(LC_F_TDP_DEVICE_TYPE, "SMART.IPCAMERA");
    heard(LC_F_TDP_MODEL, "C210");
    heard(LC_F_TDP_FIRMWARE, "1.4.3 Build 241010 Rel.33858n");
    comes_out_as("camera", "tplink", "Tapo", "C210");
    assert_true(lc_slice_eq(who.value[LC_A_FIRMWARE], LC_S("1.4.3 Build 241010 Rel.33858n")));
    lc_buf_reset(&facts.buf);
    heard(LC_F_TDP_DEVICE_TYPE, "SMART.TAPODOORBELL");
    heard(LC_F_TDP_MODEL, "D230");
    comes_out_as("doorbell", "tplink", "Tapo", "D230");
    lc_buf_reset(&facts.buf);
    heard(LC_F_TDP_DEVICE_TYPE, "SMART.TAPOHUB");
    heard(LC_F_TDP_MODEL, "H200");
    comes_out_as("hub", "tplink", "Tapo", "H200");
    lc_buf_reset(&facts.buf);
    heard(LC_F_TDP_DEVICE_TYPE, "SMART.TAPOPLUG");
    heard(LC_F_TDP_MODEL, "P100");
    class_is("not-surveillance");
}

static void an_ecosystem_is_not_a_camera(void **state)
{
    (void)state;
    told(LC_F_MIIO_DEVICE, true);
    comes_out_as("unknown", "xiaomi", "", "");
    heard(LC_F_MDNS_HOST, "chuangmi-camera-ipc019_miap4711");
    comes_out_as("camera", "xiaomi", "", "chuangmi.camera.ipc019");
    for (size_t i = 0; i < who.claims_n; i++)
        assert_true(lc_slice_find(who.claims[i].evidence, LC_S("4711"), 0) == LC_NPOS);
    lc_buf_reset(&facts.buf);
    heard(LC_F_TUYA_VERSION, "3.3");
    told(LC_F_TUYA_ENCRYPTED, true);
    comes_out_as("unknown", "tuya", "", "");
}

static void p2p_answers_are_cameras_and_some_prefixes_a_maker(void **state)
{
    (void)state;
    heard(LC_F_CS2_PREFIX, "VSTD");
    comes_out_as("camera", "vstarcam", "", "");
    lc_buf_reset(&facts.buf);
    heard(LC_F_CS2_PREFIX, "EEEE");
    told(LC_F_CS2_ILNK, true);
    comes_out_as("camera", "", "", "");
}

static void small_searches_name_their_makers(void **state)
{
    static const struct {
        enum lc_fact_name name;
        const char *platform, *brand;
    } cases[] = {{LC_F_REOLINK_SEARCH, "reolink", "Reolink"},
                 {LC_F_VIVOTEK_SEARCH, "vivotek", "Vivotek"},
                 {LC_F_HANWHA_SEARCH, "hanwha", "Hanwha Vision"},
                 {LC_F_BOSCH_SEARCH, "bosch", "Bosch"},
                 {LC_F_FOSCAM_SEARCH, "foscam", ""},
                 {LC_F_VSTARCAM_SEARCH, "vstarcam", ""},
                 {LC_F_V380_SEARCH, "v380", ""},
                 {LC_F_HICHIP_SEARCH, "hichip", ""}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lc_buf_reset(&facts.buf);
        told(cases[i].name, true);
        comes_out_as("camera", cases[i].platform, cases[i].brand, "");
    }
}

static void an_axis_is_known_by_its_announcement(void **state)
{
    (void)state;
    heard(LC_F_MDNS_SERVICE, "_axis-video._tcp");
    heard(LC_F_MDNS_NAME, "AXIS M1065 - ACCC8E3C0419");
    heard(LC_F_MDNS_TXT, "macaddress=ACCC8E3C0419");
    comes_out_as("camera", "axis", "Axis", "AXIS M1065");
    for (size_t i = 0; i < who.claims_n; i++)
        assert_true(lc_slice_find(who.claims[i].evidence, LC_S("ACCC8E"), 0) == LC_NPOS);
}

static void scopes_heard_by_discovery_count_as_onvif(void **state)
{
    (void)state;
    heard(LC_F_WSD_TYPES, "NetworkVideoTransmitter");
    heard(LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/name/C200");
    heard(LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/hardware/C200");
    comes_out_as("camera", "tplink", "Tapo", "C200");
    lc_buf_reset(&facts.buf);
    heard(LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/name/UNV");
    heard(LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/hardware/IPC2122LB-SF28-A");
    comes_out_as("camera", "uniview", "Uniview", "IPC2122LB-SF28-A");
    lc_buf_reset(&facts.buf);
    heard(LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/hardware/TC-C34XN%20SPEC:I3/E/Y/2.8mm/V5.0");
    comes_out_as("camera", "tiandy", "", "TC-C34XN");
    lc_buf_reset(&facts.buf);
    heard(LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/name/ELCOM_IPCAM");
    comes_out_as("camera", "", "Elcom", "");
}

static void a_prefix_alone_is_faint_and_names_no_model(void **state)
{
    static const char *const ouis[] = {"58:50:ED", "3C:EF:8C", "B4:36:E3", "DC:62:79", "AC:CC:8E",
                                       "EC:71:DB", "60:7E:A4", "24:0B:2A", "A0:65:18"};

    (void)state;
    for (size_t i = 0; i < sizeof ouis / sizeof *ouis; i++) {
        lc_buf_reset(&facts.buf);
        heard(LC_F_MAC_OUI, ouis[i]);
        lc_kb_makers(kb, &facts);
        lc_identify(id, lc_buf_view(&facts.buf), &who);
        for (unsigned a = 0; a < LC_A_COUNT; a++)
            assert_true(who.confidence[a] <= 40);
        assert_int_equal(who.value[LC_A_MODEL].n, 0);
        assert_true(who.claims_n > 0);
    }
    lc_buf_reset(&facts.buf);
    heard(LC_F_MAC_OUI, "24:0B:2A"); /* modems of an operator: no class */
    lc_kb_makers(kb, &facts);
    class_is("unknown");
}

/* B3 and B4: Vietnamese makers hold blocks of 28 bits; nothing else of them is known, hence faint.
 */
static void a_share_of_28_bits_names_its_brand_and_not_its_neighbour(void **state)
{
    static const struct {
        const char *mac, *brand, *cls;
        unsigned sure;
    } cases[] = {{"98:8F:E0:A1:02:03", "Pavana", "camera", 40},
                 {"B0:47:5E:71:02:03", "MK Vision", "camera", 40},
                 {"E0:23:3B:91:02:03", "HANET", "camera", 40},
                 {"B4:AB:F3:E1:02:03", "Rang Dong", "unknown", 15},
                 {"34:B5:F3:E1:02:03", "Viettel", "unknown", 15},
                 {"F0:23:B9:41:02:03", "EZVIZ", "camera", 40},
                 {"98:8F:E0:B1:02:03", "", "unknown", 0},
                 {"F0:23:B9:51:02:03", "", "unknown", 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lc_buf_reset(&facts.buf);
        heard(LC_F_MAC_ADDRESS, cases[i].mac);
        lc_kb_makers(kb, &facts);
        class_is(cases[i].cls);
        assert_true(lc_slice_eq(who.value[LC_A_BRAND], lc_slice_str(cases[i].brand)));
        assert_int_equal(who.confidence[LC_A_BRAND], cases[i].sure);
        assert_true(who.confidence[LC_A_CLASS] <= 30);
    }
}

static void what_else_answers_discovery_is_no_camera(void **state)
{
    static const struct {
        enum lc_fact_name name;
        const char *value;
    } cases[] = {{LC_F_WSD_TYPES, "wsdp:Device pub:Computer"},
                 {LC_F_WSD_TYPES, "wsdp:Device wprt:PrintDeviceType"},
                 {LC_F_MDNS_SERVICE, "_ipp._tcp"},
                 {LC_F_MDNS_SERVICE, "_googlecast._tcp"},
                 {LC_F_MDNS_SERVICE, "_hue._tcp"},
                 {LC_F_UPNP_MODEL, "Philips hue bridge 2015"},
                 {LC_F_UPNP_DEVICE_TYPE, "urn:schemas-upnp-org:device:InternetGatewayDevice:2"},
                 {LC_F_UPNP_DEVICE_TYPE, "urn:schemas-upnp-org:device:MediaRenderer:1"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lc_buf_reset(&facts.buf);
        heard(cases[i].name, cases[i].value);
        class_is("not-surveillance");
        assert_int_equal(who.value[LC_A_PLATFORM].n, 0);
    }
    lc_buf_reset(&facts.buf);
    told(LC_F_IGD_SERVICE, true);
    heard(LC_F_MAC_OUI, "40:AE:30"); /* TP-Link */
    lc_kb_makers(kb, &facts);
    class_is("not-surveillance");
}

static void recording_software_on_a_computer_stays_what_it_is(void **state)
{
    (void)state;
    heard(LC_F_WSD_TYPES, "wsdp:Device pub:Computer");
    heard(LC_F_UPNP_SERVER, "Microsoft-Windows/10.0 UPnP/1.0 UPnP-Device-Host/1.0");
    said(81, LC_F_HTTP_SERVER, "BlueServer/5.7.9.10");
    comes_out_as("vms", "", "Blue Iris", "");
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
        cmocka_unit_test_setup_teardown(the_makers_own_name_is_assumed_where_nothing_names_the_box,
                                        fresh, gone),
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
        cmocka_unit_test_setup_teardown(sadp_alone_names_a_camera, fresh, gone),
        cmocka_unit_test_setup_teardown(sadp_counts_channels_where_the_model_says_nothing, fresh,
                                        gone),
        cmocka_unit_test_setup_teardown(the_model_overrules_the_channels, fresh, gone),
        cmocka_unit_test_setup_teardown(sadp_oem_words_are_brands, fresh, gone),
        cmocka_unit_test_setup_teardown(sadp_and_ports_agree_on_one_device, fresh, gone),
        cmocka_unit_test_setup_teardown(dhip_tells_class_brand_and_model, fresh, gone),
        cmocka_unit_test_setup_teardown(the_older_dahua_discovery_counts_too, fresh, gone),
        cmocka_unit_test_setup_teardown(xiongmai_and_tvt_tell_recorders_from_cameras, fresh, gone),
        cmocka_unit_test_setup_teardown(tp_link_tells_cameras_from_plugs, fresh, gone),
        cmocka_unit_test_setup_teardown(an_ecosystem_is_not_a_camera, fresh, gone),
        cmocka_unit_test_setup_teardown(p2p_answers_are_cameras_and_some_prefixes_a_maker, fresh,
                                        gone),
        cmocka_unit_test_setup_teardown(small_searches_name_their_makers, fresh, gone),
        cmocka_unit_test_setup_teardown(an_axis_is_known_by_its_announcement, fresh, gone),
        cmocka_unit_test_setup_teardown(scopes_heard_by_discovery_count_as_onvif, fresh, gone),
        cmocka_unit_test_setup_teardown(a_prefix_alone_is_faint_and_names_no_model, fresh, gone),
        cmocka_unit_test_setup_teardown(a_share_of_28_bits_names_its_brand_and_not_its_neighbour,
                                        fresh, gone),
        cmocka_unit_test_setup_teardown(what_else_answers_discovery_is_no_camera, fresh, gone),
        cmocka_unit_test_setup_teardown(recording_software_on_a_computer_stays_what_it_is, fresh,
                                        gone),
        cmocka_unit_test(classes_fall_into_their_groups),
    };

    return cmocka_run_group_tests(tests, open_all, close_all);
}
