/* SPDX-License-Identifier: Apache-2.0 */
/* WS-Discovery: the three Probes to the byte, and what answers become. Messages after WS-Discovery
 * (April 2005) and 1.1 (2009); scopes as protocols.md A2 lists them. */
#include "dg_kit.h"

#include <stdio.h>
#include <string.h>

#define FROM    "192.0.2.64"
#define NS05    "http://schemas.xmlsoap.org/ws/2005/04/discovery"
#define NS09    "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01"
#define ADDR05  "http://schemas.xmlsoap.org/ws/2004/08/addressing"
#define ADDR09  "http://www.w3.org/2005/08/addressing"
#define SCOPE   "onvif://www.onvif.org/"
#define UUID_AT "urn:uuid:"

static const struct lc_dgram_ask ask05 = {.nonce = 0x1122334455667788, .multicast = true};

/* The UUID of a question, taken from its bytes. */
static void uuid_of(const struct lc_dgram_ask *ask, char out[37])
{
    struct lc_buf q = dg_build(LC_D_WSD, ask);
    size_t at = lc_slice_find(lc_buf_view(&q), LC_S(UUID_AT), 0);

    assert_true(at != LC_NPOS && q.n - at > 45);
    memcpy(out, q.p + at + 9, 36);
    out[36] = 0;
    lc_buf_free(&q);
}

/* A message: `kind` is ProbeMatches, Hello, ...; `body` stands inside it. */
static struct lc_slice message(const char *ns, const char *relates, const char *kind,
                               const char *body)
{
    static char text[16384];
    int n = snprintf(text, sizeof text,
                     "<?xml version=\"1.0\" encoding=\"utf-8\"?><SOAP-ENV:Envelope "
                     "xmlns:SOAP-ENV=\"http://www.w3.org/2003/05/soap-envelope\" "
                     "xmlns:wsa=\"" ADDR05 "\" xmlns:d=\"%s\" "
                     "xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\"><SOAP-ENV:Header>"
                     "<wsa:MessageID>urn:uuid:00000000-0000-4000-8000-000000000001</wsa:MessageID>"
                     "<wsa:RelatesTo>%s</wsa:RelatesTo><wsa:Action>%s/%s</wsa:Action>"
                     "</SOAP-ENV:Header><SOAP-ENV:Body><d:%s>%s</d:%s></SOAP-ENV:Body>"
                     "</SOAP-ENV:Envelope>",
                     ns, relates, ns, kind, kind, body, kind);

    assert_true(n > 0 && (size_t)n < sizeof text);
    return lc_slice_of(text, (size_t)n);
}

static const char *match(const char *types, const char *scopes, const char *xaddrs)
{
    static char text[8192];

    (void)snprintf(text, sizeof text,
                   "<d:ProbeMatch><wsa:EndpointReference><wsa:Address>urn:uuid:"
                   "4a3b2c1d-0000-1111-2222-5850ed123456</wsa:Address></wsa:EndpointReference>"
                   "<d:Types>%s</d:Types><d:Scopes>%s</d:Scopes><d:XAddrs>%s</d:XAddrs>"
                   "<d:MetadataVersion>10</d:MetadataVersion></d:ProbeMatch>",
                   types, scopes, xaddrs);
    return text;
}

/* Parses a ProbeMatches to `ask05`. */
static void answer(const char *body, struct lc_facts *f)
{
    char uuid[37], relates[64];

    uuid_of(&ask05, uuid);
    (void)snprintf(relates, sizeof relates, "urn:uuid:%s", uuid);
    assert_int_equal(
        dg_parse(LC_D_WSD, &ask05, FROM, message(NS05, relates, "ProbeMatches", body), f), LC_OK);
}

static unsigned count(const struct lc_facts *f, enum lc_fact_name name)
{
    struct lc_cur at = {.s = lc_buf_view(&f->buf)};
    struct lc_fact fact;
    unsigned n = 0;

    while (lc_facts_next(&at, &fact) == LC_OK)
        n += fact.name == name;
    return n;
}

/* ---- questions ---- */

static void the_three_probes_are_these_bytes(void **state)
{
    static const char *const forms[][4] = {
        {ADDR05, NS05, "urn:schemas-xmlsoap-org:ws:2005:04:discovery",
         "dn:NetworkVideoTransmitter"},
        {ADDR05, NS05, "urn:schemas-xmlsoap-org:ws:2005:04:discovery", ""},
        {ADDR09, NS09, "urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01",
         "dn:NetworkVideoTransmitter"},
    };
    char want[2048], uuid[37];

    (void)state;
    assert_int_equal(lc_dgram_get(LC_D_WSD)->variants, 3);
    for (unsigned i = 0; i < 3; i++) {
        struct lc_dgram_ask ask = {.nonce = 7, .variant = i, .multicast = i == 1, .v6 = i == 2};
        struct lc_buf q = dg_build(LC_D_WSD, &ask);

        uuid_of(&ask, uuid);
        (void)snprintf(
            want, sizeof want,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
            "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\""
            " xmlns:wsa=\"%s\" xmlns:wsd=\"%s\""
            " xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\">"
            "<s:Header><wsa:MessageID>urn:uuid:%s</wsa:MessageID>"
            "<wsa:To s:mustUnderstand=\"true\">%s</wsa:To>"
            "<wsa:Action s:mustUnderstand=\"true\">%s/Probe</wsa:Action></s:Header>"
            "<s:Body><wsd:Probe><wsd:Types>%s</wsd:Types></wsd:Probe></s:Body></s:Envelope>",
            forms[i][0], forms[i][1], uuid, forms[i][2], forms[i][1], forms[i][3]);
        assert_int_equal(q.n, strlen(want));
        assert_memory_equal(q.p, want, q.n);
        lc_buf_free(&q);
    }
}

static void each_question_has_a_random_uuid_of_its_own(void **state)
{
    char seen[40][37];

    (void)state;
    for (unsigned i = 0; i < 40; i++) {
        struct lc_dgram_ask ask = {.nonce = i / 3, .variant = i % 3};

        uuid_of(&ask, seen[i]);
        /* RFC 4122, 4.4: version 4, variant 10. */
        for (unsigned c = 0; c < 36; c++)
            assert_non_null(strchr(c == 8 || c == 13 || c == 18 || c == 23 ? "-"
                                   : c == 14                               ? "4"
                                   : c == 19                               ? "89ab"
                                                                           : "0123456789abcdef",
                                   seen[i][c]));
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(seen[i], seen[k]);
    }
}

static void an_answer_to_another_question_is_refused(void **state)
{
    const struct lc_dgram *d = lc_dgram_get(LC_D_WSD);
    struct lc_dgram_ask other = ask05;
    struct lc_slice in;
    struct lc_facts f;
    char uuid[37];

    (void)state;
    uuid_of(&ask05, uuid);
    in = message(NS05, uuid, "ProbeMatches", match("dn:NetworkVideoTransmitter", "", ""));
    assert_true(d->ours(&ask05, in));
    other.nonce++;
    assert_false(d->ours(&other, in));
    assert_int_equal(dg_parse(LC_D_WSD, &other, FROM, in, &f), LC_EREFUSED);
    assert_int_equal(f.buf.n, 0);
    lc_facts_free(&f);
    other = ask05;
    other.variant = 1;
    assert_false(d->ours(&other, in));
    assert_int_equal(dg_parse(LC_D_WSD, &other, FROM, in, &f), LC_EREFUSED);
    lc_facts_free(&f);
}

static void the_token_counts_in_relates_to_only(void **state)
{
    struct lc_facts f;
    char uuid[37];

    (void)state;
    uuid_of(&ask05, uuid);
    assert_int_equal(dg_parse(LC_D_WSD, &ask05, FROM,
                              message(NS05, "urn:uuid:other", "ProbeMatches", match(uuid, "", "")),
                              &f),
                     LC_EREFUSED);
    lc_facts_free(&f);
}

/* ---- answers ---- */

static void hikvision_gives_model_address_and_hardware_address(void **state)
{
    struct lc_facts f;

    (void)state;
    answer(match("dn:NetworkVideoTransmitter",
                 SCOPE "type/video_encoder " SCOPE "Profile/Streaming " SCOPE "Profile/G " SCOPE
                       "MAC/58:50:ed:12:34:56 " SCOPE "hardware/DS-2CD2385G1-I " SCOPE
                       "name/HIKVISION%20DS-2CD2385G1-I " SCOPE "location/city/hangzhou",
                 "http://" FROM "/onvif/device_service "
                 "http://[fe80::5a50:edff:fe12:3456]/onvif/device_service"),
           &f);
    dg_is(&f, LC_F_WSD_VERSION, "2005");
    dg_is(&f, LC_F_WSD_TYPES, "dn:NetworkVideoTransmitter");
    dg_is(&f, LC_F_WSD_UUID, "urn:uuid:4a3b2c1d-0000-1111-2222-5850ed123456");
    dg_is_int(&f, LC_F_WSD_XADDR_PORT, 80);
    dg_is(&f, LC_F_ONVIF_PATH, "/onvif/device_service");
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "type/video_encoder");
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "Profile/Streaming");
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "Profile/G");
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "hardware/DS-2CD2385G1-I");
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "name/HIKVISION%20DS-2CD2385G1-I");
    assert_int_equal(count(&f, LC_F_ONVIF_SCOPES), 5);
    dg_is(&f, LC_F_MAC_ADDRESS, "58:50:ED:12:34:56");
    dg_absent(&f, LC_F_WSD_XADDR_FOREIGN);
    dg_absent(&f, LC_F_WSD_HELLO);
    dg_nowhere(&f, LC_S("hangzhou"));
    dg_nowhere(&f, LC_S("location"));
    dg_nowhere(&f, LC_S("MAC/"));
    lc_facts_free(&f);
}

static void a_dahua_hello_heard_unasked_is_one(void **state)
{
    struct lc_facts f;
    struct lc_slice in = message(
        NS05, "", "Hello",
        "<wsa:EndpointReference><wsa:Address>uuid:dahua</wsa:Address></wsa:EndpointReference>"
        "<d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>" SCOPE
        "location/country/china " SCOPE "name/Dahua " SCOPE "hardware/IPC-HFW2228M-I1-V2 " SCOPE
        "Profile/Streaming " SCOPE "type/Network_Video_Transmitter " SCOPE
        "extension/unique_identifier/3c:ef:8c:01:02:03</d:Scopes>"
        "<d:XAddrs>http://" FROM "/onvif/device_service</d:XAddrs>");

    (void)state;
    assert_int_equal(dg_parse(LC_D_WSD, NULL, FROM, in, &f), LC_OK);
    assert_int_equal(count(&f, LC_F_WSD_HELLO), 1);
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "name/Dahua");
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "hardware/IPC-HFW2228M-I1-V2");
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "type/Network_Video_Transmitter");
    dg_is(&f, LC_F_MAC_ADDRESS, "3C:EF:8C:01:02:03");
    dg_nowhere(&f, LC_S("china"));
    dg_nowhere(&f, LC_S("unique"));
    lc_facts_free(&f);
    /* ... but it is no answer to a question of ours. */
    assert_int_equal(dg_parse(LC_D_WSD, &ask05, FROM, in, &f), LC_EREFUSED);
    lc_facts_free(&f);
}

static void keys_are_compared_in_any_case_and_written_in_one(void **state)
{
    struct lc_facts f;

    (void)state;
    answer(match("dn:NetworkVideoTransmitter",
                 "ONVIF://www.ONVIF.org/Name/IPCAM " SCOPE "Model/421FZ " SCOPE
                 "HARDWARE/IPC-model " SCOPE "profile/Streaming",
                 ""),
           &f);
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "name/IPCAM");
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "model/421FZ");
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "hardware/IPC-model");
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "Profile/Streaming");
    lc_facts_free(&f);
}

/* One name, with hardware/C200 beside it; NULL when nothing of it may be kept. */
static void name_becomes(const char *name, const char *kept)
{
    char scopes[512], want[512];
    struct lc_facts f;

    (void)snprintf(scopes, sizeof scopes, SCOPE "name/%s " SCOPE "hardware/C200", name);
    answer(match("dn:NetworkVideoTransmitter", scopes, ""), &f);
    assert_int_equal(count(&f, LC_F_ONVIF_SCOPES), kept ? 2 : 1);
    if (kept) {
        (void)snprintf(want, sizeof want, SCOPE "name/%s", kept);
        dg_is(&f, LC_F_ONVIF_SCOPES, want);
    }
    lc_facts_free(&f);
}

static void names_of_factories_stay(void **state)
{
    static const char *const stay[] = {"C200",          "NVT",      "IPCAM",
                                       "ELCOM_IPCAM",   "Dahua",    "CP%20PLUS",
                                       "TP-IPC%20C200", "Reolink",  "AXIS%20C200",
                                       "IPC",           "RLC-810A", "DS-2CD2385G1-I",
                                       "UNV",           "KBVISION", "HiLook%20DS-2CD1",
                                       "imou"};

    (void)state;
    for (size_t i = 0; i < sizeof stay / sizeof *stay; i++)
        name_becomes(stay[i], stay[i]);
}

static void words_of_owners_are_cut_out_of_names(void **state)
{
    (void)state;
    name_becomes("Kho%20hang%202", NULL);
    name_becomes("Dahua%20Kitchen", "Dahua");
    name_becomes("C200%20Nguyen%20Van%20A", "C200");
    name_becomes("DS-Kitchen", NULL);
    name_becomes("DS-2%C4%83", NULL);
    name_becomes("51F-12345", NULL);
    name_becomes("DahuaKitchen", NULL);
    name_becomes("%20", NULL);
    name_becomes("AXIS%20C200%20-%20ACCC8E3C0419", "AXIS%20C200");
}

static void unknown_keys_and_dirty_scopes_are_left_out(void **state)
{
    struct lc_facts f;

    (void)state;
    answer(match("dn:NetworkVideoTransmitter",
                 SCOPE "owner/Tran%20Thi%20B " SCOPE "serial/SN98765 " SCOPE
                       "hardware/\xC4\x83x " SCOPE "hardware/ " SCOPE "hardware " SCOPE
                       "MAC/not-a-mac ldap:///ou=room7 " SCOPE "type/ptz",
                 ""),
           &f);
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "type/ptz");
    assert_int_equal(count(&f, LC_F_ONVIF_SCOPES), 1);
    dg_absent(&f, LC_F_MAC_ADDRESS);
    dg_nowhere(&f, LC_S("Thi%20B"));
    dg_nowhere(&f, LC_S("room7"));
    dg_nowhere(&f, LC_S("SN98765"));
    lc_facts_free(&f);
}

static void zero_means_the_sender_and_ports_are_said_once(void **state)
{
    struct lc_facts f;

    (void)state;
    answer(match("tds:Device", "",
                 "http://0.0.0.0:8080/onvif/devices http://" FROM ":8080/onvif/other "
                 "https://" FROM "/onvif/device_service"),
           &f);
    dg_is_int(&f, LC_F_WSD_XADDR_PORT, 8080);
    dg_is_int(&f, LC_F_WSD_XADDR_PORT, 443);
    assert_int_equal(count(&f, LC_F_WSD_XADDR_PORT), 2);
    dg_is(&f, LC_F_ONVIF_PATH, "/onvif/devices");
    dg_absent(&f, LC_F_WSD_XADDR_FOREIGN);
    lc_facts_free(&f);
}

static void an_address_without_path_is_the_root(void **state)
{
    struct lc_facts f;

    (void)state;
    answer(match("tds:Device", "", "http://" FROM ":8004"), &f);
    dg_is_int(&f, LC_F_WSD_XADDR_PORT, 8004);
    dg_is(&f, LC_F_ONVIF_PATH, "/");
    lc_facts_free(&f);
}

static void addresses_of_others_are_not_followed(void **state)
{
    static const char *const foreign[] = {
        "http://203.0.113.9/onvif/device_service", "http://" FROM ".203.0.113.9/x",
        "http://camera.example/onvif/device_service", "http://[2001:db8::9]/onvif/device_service"};
    static const char *const nothing[] = {"http://admin:12345@" FROM "/onvif/device_service",
                                          "rtsp://" FROM "/",
                                          "http://" FROM ":70000/x",
                                          "http://" FROM ":0/x",
                                          "http://",
                                          "x",
                                          "http://[fe80::1]/onvif/device_service"};
    struct lc_facts f;

    (void)state;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        answer(match("tds:Device", "", foreign[i]), &f);
        assert_int_equal(count(&f, LC_F_WSD_XADDR_FOREIGN), 1);
        dg_absent(&f, LC_F_WSD_XADDR_PORT);
        dg_absent(&f, LC_F_ONVIF_PATH);
        lc_facts_free(&f);
    }
    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++) {
        answer(match("tds:Device", "", nothing[i]), &f);
        dg_absent(&f, LC_F_WSD_XADDR_FOREIGN);
        dg_absent(&f, LC_F_WSD_XADDR_PORT);
        dg_nowhere(&f, LC_S("12345@"));
        lc_facts_free(&f);
    }
}

static void the_link_local_sender_knows_itself(void **state)
{
    struct lc_facts f;
    struct lc_slice in =
        message(NS05, "", "ProbeMatches",
                match("tds:Device", "", "http://[fe80::1%25eth0]:8080/onvif/device_service"));

    (void)state;
    assert_int_equal(dg_parse(LC_D_WSD, NULL, "fe80::1%2", in, &f), LC_OK);
    dg_is_int(&f, LC_F_WSD_XADDR_PORT, 8080);
    lc_facts_free(&f);
}

/* passive.md: computers answer with pub:Computer; printers with types of their own. */
static void computers_and_printers_show_their_types_only(void **state)
{
    static const char *const types[] = {"wsdp:Device pub:Computer",
                                        "wsdp:Device wprt:PrintDeviceType"};
    struct lc_facts f;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        answer(match(types[i], "ldap:///ou=engineering", "http://" FROM ":5357/3f42dc9a/"), &f);
        dg_is(&f, LC_F_WSD_TYPES, types[i]);
        dg_is(&f, LC_F_WSD_VERSION, "2005");
        assert_int_equal(count(&f, LC_F_WSD_TYPES), 1);
        dg_absent(&f, LC_F_WSD_UUID);
        dg_absent(&f, LC_F_WSD_XADDR_PORT);
        dg_absent(&f, LC_F_ONVIF_PATH);
        dg_absent(&f, LC_F_ONVIF_SCOPES);
        lc_facts_free(&f);
    }
}

/* The capture of an ordinary computer (passive.md) holds Resolve messages. */
static void questions_of_others_are_no_answers(void **state)
{
    static const char *const kinds[] = {"Probe", "Resolve", "ResolveMatches"};
    struct lc_facts f;

    (void)state;
    for (size_t i = 0; i < 3; i++)
        for (unsigned asked = 0; asked < 2; asked++) {
            assert_int_equal(dg_parse(LC_D_WSD, asked ? &ask05 : NULL, FROM,
                                      message(NS05, "", kinds[i], "<d:Types/>"), &f),
                             LC_EREFUSED);
            lc_facts_free(&f);
        }
}

static void the_device_type_counts_by_its_namespace(void **state)
{
    struct lc_facts f;

    (void)state;
    answer("<d:ProbeMatch xmlns:q=\"http://www.onvif.org/ver10/device/wsdl\"><d:Types>q:Device"
           "</d:Types><d:XAddrs>http://" FROM ":2020/onvif/device_service</d:XAddrs>"
           "</d:ProbeMatch>",
           &f);
    dg_is_int(&f, LC_F_WSD_XADDR_PORT, 2020);
    lc_facts_free(&f);
}

static void the_namespace_of_2009_is_read_and_told(void **state)
{
    struct lc_dgram_ask ask = {.nonce = 5, .variant = 2};
    struct lc_facts f;
    char uuid[37];

    (void)state;
    uuid_of(&ask, uuid);
    assert_int_equal(dg_parse(LC_D_WSD, &ask, FROM,
                              message(NS09, uuid, "ProbeMatches",
                                      match("dn:NetworkVideoTransmitter", SCOPE "name/NVT", "")),
                              &f),
                     LC_OK);
    dg_is(&f, LC_F_WSD_VERSION, "2009");
    assert_int_equal(count(&f, LC_F_WSD_VERSION), 1);
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "name/NVT");
    lc_facts_free(&f);
}

static void only_the_first_device_of_a_datagram_counts(void **state)
{
    static char body[12000];
    struct lc_facts f;
    size_t n;

    (void)state;
    (void)snprintf(body, sizeof body, "%s",
                   match("dn:NetworkVideoTransmitter", SCOPE "hardware/ONE", ""));
    n = strlen(body);
    for (unsigned i = 0; i < 20; i++)
        n += (size_t)snprintf(
            body + n, sizeof body - n,
            "<d:ProbeMatch><wsa:EndpointReference><wsa:Address>urn:uuid:%s</wsa:Address>"
            "</wsa:EndpointReference><d:Types>dn:NetworkVideoTransmitter</d:Types><d:Scopes>" SCOPE
            "hardware/N%u</d:Scopes></d:ProbeMatch>",
            i % 2 ? "4a3b2c1d-0000-1111-2222-5850ed123456" : "other", i);
    answer(body, &f);
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "hardware/ONE");
    dg_is(&f, LC_F_ONVIF_SCOPES, SCOPE "hardware/N1"); /* the third match: the same endpoint */
    assert_int_equal(count(&f, LC_F_ONVIF_SCOPES), 2);
    assert_int_equal(count(&f, LC_F_WSD_UUID), 1);
    lc_facts_free(&f);
}

static void a_document_type_is_refused(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(
        dg_parse(LC_D_WSD, NULL, FROM,
                 LC_S("<!DOCTYPE e [<!ENTITY a \"x\">]><e:Envelope><e:Body><d:Hello><d:Types>"
                      "dn:NetworkVideoTransmitter</d:Types></d:Hello></e:Body></e:Envelope>"),
                 &f),
        LC_EPARSE);
    assert_int_equal(f.buf.n, 0);
    lc_facts_free(&f);
}

static void what_is_no_ws_discovery_is_not(void **state)
{
    static const char *const other[] = {"", "x", "<a/>",
                                        "<e:Envelope><e:Body><x/></e:Body></e:Envelope>",
                                        "<Probe><Uuid>1</Uuid><Types>inquiry</Types></Probe>"};
    struct lc_facts f;

    (void)state;
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        assert_int_equal(dg_parse(LC_D_WSD, NULL, FROM, lc_slice_str(other[i]), &f), LC_EPARSE);
        lc_facts_free(&f);
    }
}

static void depth_and_breadth_have_bounds(void **state)
{
    static char body[12000];
    struct lc_facts f;
    size_t n = 0;

    (void)state;
    for (unsigned i = 0; i < 40; i++)
        n += (size_t)snprintf(body + n, sizeof body - n, "<d:ProbeMatch>");
    assert_int_equal(dg_parse(LC_D_WSD, NULL, FROM, message(NS05, "", "ProbeMatches", body), &f),
                     LC_EPARSE);
    lc_facts_free(&f);
    n = (size_t)snprintf(body, sizeof body, "<d:ProbeMatch ");
    for (unsigned i = 0; i < 70; i++)
        n += (size_t)snprintf(body + n, sizeof body - n, "a%u=\"\" ", i);
    (void)snprintf(body + n, sizeof body - n, "/>");
    assert_int_equal(dg_parse(LC_D_WSD, NULL, FROM, message(NS05, "", "ProbeMatches", body), &f),
                     LC_EPARSE);
    lc_facts_free(&f);
}

static void hostile_variants_of_an_answer_do_no_harm(void **state)
{
    char uuid[37];

    (void)state;
    uuid_of(&ask05, uuid);
    dg_torture(
        LC_D_WSD, &ask05, FROM,
        message(NS05, uuid, "ProbeMatches",
                match("dn:NetworkVideoTransmitter",
                      SCOPE "name/HIKVISION%20X " SCOPE "hardware/X " SCOPE "MAC/58:50:ed:12:34:56",
                      "http://" FROM "/onvif/device_service http://203.0.113.9/")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_three_probes_are_these_bytes),
        cmocka_unit_test(each_question_has_a_random_uuid_of_its_own),
        cmocka_unit_test(an_answer_to_another_question_is_refused),
        cmocka_unit_test(the_token_counts_in_relates_to_only),
        cmocka_unit_test(hikvision_gives_model_address_and_hardware_address),
        cmocka_unit_test(a_dahua_hello_heard_unasked_is_one),
        cmocka_unit_test(keys_are_compared_in_any_case_and_written_in_one),
        cmocka_unit_test(names_of_factories_stay),
        cmocka_unit_test(words_of_owners_are_cut_out_of_names),
        cmocka_unit_test(unknown_keys_and_dirty_scopes_are_left_out),
        cmocka_unit_test(zero_means_the_sender_and_ports_are_said_once),
        cmocka_unit_test(an_address_without_path_is_the_root),
        cmocka_unit_test(addresses_of_others_are_not_followed),
        cmocka_unit_test(the_link_local_sender_knows_itself),
        cmocka_unit_test(computers_and_printers_show_their_types_only),
        cmocka_unit_test(questions_of_others_are_no_answers),
        cmocka_unit_test(the_device_type_counts_by_its_namespace),
        cmocka_unit_test(the_namespace_of_2009_is_read_and_told),
        cmocka_unit_test(only_the_first_device_of_a_datagram_counts),
        cmocka_unit_test(a_document_type_is_refused),
        cmocka_unit_test(what_is_no_ws_discovery_is_not),
        cmocka_unit_test(depth_and_breadth_have_bounds),
        cmocka_unit_test(hostile_variants_of_an_answer_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
