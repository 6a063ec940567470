/* SPDX-License-Identifier: Apache-2.0 */
/* SSDP: the questions to the byte (UPnP Device Architecture 1.1, 1.3.2 and 1.3.3), answers and
 * announcements as protocols.md A2 gives them. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.20"

static const struct lc_dgram_ask root = {.nonce = 1, .multicast = true};

static unsigned count(const struct lc_facts *f, enum lc_fact_name name)
{
    struct lc_cur at = {.s = lc_buf_view(&f->buf)};
    struct lc_fact fact;
    unsigned n = 0;

    while (lc_facts_next(&at, &fact) == LC_OK)
        n += fact.name == name;
    return n;
}

static void asked(struct lc_dgram_ask ask, const char *want)
{
    struct lc_buf q = dg_build(LC_D_SSDP, &ask);

    assert_int_equal(q.n, strlen(want));
    assert_memory_equal(q.p, want, q.n);
    lc_buf_free(&q);
}

static void questions_are_these_bytes(void **state)
{
    (void)state;
    assert_int_equal(lc_dgram_get(LC_D_SSDP)->variants, 2);
    asked((struct lc_dgram_ask){.multicast = true},
          "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\n"
          "MX: 2\r\nST: upnp:rootdevice\r\nUSER-AGENT: lenscap/" LC_VERSION " UPnP/1.1\r\n\r\n");
    asked((struct lc_dgram_ask){.multicast = true, .variant = 1, .v6 = true, .nonce = 99},
          "M-SEARCH * HTTP/1.1\r\nHOST: [FF02::C]:1900\r\nMAN: \"ssdp:discover\"\r\nMX: 2\r\n"
          "ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\n"
          "USER-AGENT: lenscap/" LC_VERSION " UPnP/1.1\r\n\r\n");
    asked((struct lc_dgram_ask){.multicast = false},
          "M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: \"ssdp:discover\"\r\n"
          "MX: 1\r\nST: upnp:rootdevice\r\nUSER-AGENT: lenscap/" LC_VERSION " UPnP/1.1\r\n\r\n");
}

static void there_is_no_token_to_look_for(void **state)
{
    (void)state;
    assert_null(lc_dgram_get(LC_D_SSDP)->ours);
}

#define AXIS                                                                                       \
    "HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=1800\r\nEXT:\r\n"                                   \
    "LOCATION: http://" FROM ":49152/rootdesc1.xml\r\n"                                            \
    "SERVER: Linux/4.9.94-axis5, UPnP/1.0, Portable SDK for UPnP devices/1.6.22\r\n"               \
    "ST: upnp:rootdevice\r\nUSN: uuid:Upnp-BasicDevice-1_0-ACCC8E112233::upnp:rootdevice\r\n\r\n"

static void an_answer_names_server_and_description(void **state)
{
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_SSDP, &root, FROM, LC_S(AXIS), &f), LC_OK);
    dg_is(&f, LC_F_UPNP_SERVER,
          "Linux/4.9.94-axis5, UPnP/1.0, Portable SDK for UPnP devices/1.6.22");
    dg_is(&f, LC_F_UPNP_ST, "upnp:rootdevice");
    dg_is(&f, LC_F_UPNP_USN, "uuid:Upnp-BasicDevice-1_0-ACCC8E112233::upnp:rootdevice");
    dg_is_int(&f, LC_F_UPNP_LOCATION_PORT, 49152);
    dg_is(&f, LC_F_UPNP_LOCATION_PATH, "/rootdesc1.xml");
    dg_absent(&f, LC_F_UPNP_LOCATION_FOREIGN);
    lc_facts_free(&f);
}

static void an_announcement_is_heard_and_a_goodbye_is_not(void **state)
{
    struct lc_slice alive =
        LC_S("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nlocation:http://" FROM
             "/IPCamDesc.xml\r\nServer: Private Upnp SDK\r\nNT: uuid:device_3_0-4K00123\r\n"
             "USN: uuid:device_3_0-4K00123\r\nNTS: ssdp:alive\r\n\r\n");
    struct lc_slice bye = LC_S("NOTIFY * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\n"
                               "NT: upnp:rootdevice\r\nUSN: uuid:a::upnp:rootdevice\r\n"
                               "NTS: ssdp:byebye\r\n\r\n");
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_SSDP, NULL, FROM, alive, &f), LC_OK);
    dg_is(&f, LC_F_UPNP_SERVER, "Private Upnp SDK");
    dg_is_int(&f, LC_F_UPNP_LOCATION_PORT, 80);
    dg_is(&f, LC_F_UPNP_LOCATION_PATH, "/IPCamDesc.xml");
    dg_absent(&f, LC_F_UPNP_ST); /* the device's own name is personal: only upnp.usn holds it */
    lc_facts_free(&f);
    assert_int_equal(dg_parse(LC_D_SSDP, &root, FROM, alive, &f), LC_EREFUSED);
    lc_facts_free(&f);
    assert_int_equal(dg_parse(LC_D_SSDP, NULL, FROM, bye, &f), LC_EREFUSED);
    lc_facts_free(&f);
}

static void a_search_of_others_is_no_answer(void **state)
{
    struct lc_slice in = LC_S("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "
                              "\"ssdp:discover\"\r\nMX: 2\r\nST: ssdp:all\r\n\r\n");
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_SSDP, NULL, FROM, in, &f), LC_EREFUSED);
    lc_facts_free(&f);
    assert_int_equal(dg_parse(LC_D_SSDP, &root, FROM, in, &f), LC_EREFUSED);
    lc_facts_free(&f);
}

static void locate(const char *url, struct lc_facts *f)
{
    struct lc_buf in;

    lc_buf_init(&in, 1024);
    assert_int_equal(
        lc_buf_putf(&in, "HTTP/1.1 200 OK\r\nST: a\r\nUSN: b\r\nLOCATION: %s\r\n\r\n", url), LC_OK);
    assert_int_equal(dg_parse(LC_D_SSDP, &root, FROM, lc_buf_view(&in), f), LC_OK);
    lc_buf_free(&in);
}

static void another_hosts_description_is_noted_and_not_followed(void **state)
{
    static const char *const foreign[] = {
        "http://203.0.113.5/desc.xml", "http://router.example:5000/rootDesc.xml",
        "http://" FROM ".example/desc.xml", "http://192.0.2.200:80/desc.xml"};
    struct lc_facts f;

    (void)state;
    for (size_t i = 0; i < sizeof foreign / sizeof *foreign; i++) {
        locate(foreign[i], &f);
        assert_int_equal(count(&f, LC_F_UPNP_LOCATION_FOREIGN), 1);
        dg_absent(&f, LC_F_UPNP_LOCATION_PORT);
        dg_absent(&f, LC_F_UPNP_LOCATION_PATH);
        lc_facts_free(&f);
    }
}

/* What url.h refuses is never a fact that somebody could take for a thing to ask. */
static void paths_that_may_not_be_asked_are_no_facts(void **state)
{
    static const char *const bad[] = {"http://" FROM "/snapshot.jpg",
                                      "http://" FROM "/desc.xml?user=admin&pwd=x",
                                      "http://" FROM "/a/../b.xml",
                                      "http://" FROM "//198.51.100.1/a.xml",
                                      "http://" FROM "/%73nap.xml",
                                      "http://" FROM "/System/configurationFile",
                                      "http://admin:admin@" FROM "/desc.xml",
                                      "https://" FROM "/desc.xml",
                                      "file:///etc/passwd",
                                      "/desc.xml"};
    struct lc_facts f;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        locate(bad[i], &f);
        dg_absent(&f, LC_F_UPNP_LOCATION_PORT);
        dg_absent(&f, LC_F_UPNP_LOCATION_PATH);
        dg_absent(&f, LC_F_UPNP_LOCATION_FOREIGN);
        lc_facts_free(&f);
    }
}

static void descriptions_of_routers_lie_where_they_may(void **state)
{
    static const char *const good[][2] = {
        {"http://" FROM ":5000/rootDesc.xml", "/rootDesc.xml"},
        {"http://" FROM ":1900/igd.xml", "/igd.xml"},
        {"http://" FROM ":51234/", "/"},
        {"http://" FROM ":51234", "/"},
        {"http://0.0.0.0/upnpdevicedesc.xml", "/upnpdevicedesc.xml"}};
    struct lc_facts f;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        locate(good[i][0], &f);
        dg_is(&f, LC_F_UPNP_LOCATION_PATH, good[i][1]);
        assert_int_equal(count(&f, LC_F_UPNP_LOCATION_PORT), 1);
        lc_facts_free(&f);
    }
}

static void other_http_is_not_ssdp(void **state)
{
    static const char *const other[] = {
        "",
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\nST: a\r\nUSN: b\r\n\r\n",
        "GET / HTTP/1.1\r\nST: a\r\nUSN: b\r\n\r\n",
        "RTSP/1.0 200 OK\r\nST: a\r\nUSN: b\r\n\r\n",
        "NOTIFY * HTTP/1.1\r\nNTS: ssdp:alive\r\n\r\n",
    };
    struct lc_facts f;

    (void)state;
    for (size_t i = 0; i < sizeof other / sizeof *other; i++) {
        assert_int_equal(dg_parse(LC_D_SSDP, NULL, FROM, lc_slice_str(other[i]), &f), LC_EPARSE);
        lc_facts_free(&f);
    }
}

static void hostile_variants_of_an_answer_do_no_harm(void **state)
{
    (void)state;
    dg_torture(LC_D_SSDP, &root, FROM, LC_S(AXIS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_are_these_bytes),
        cmocka_unit_test(there_is_no_token_to_look_for),
        cmocka_unit_test(an_answer_names_server_and_description),
        cmocka_unit_test(an_announcement_is_heard_and_a_goodbye_is_not),
        cmocka_unit_test(a_search_of_others_is_no_answer),
        cmocka_unit_test(another_hosts_description_is_noted_and_not_followed),
        cmocka_unit_test(paths_that_may_not_be_asked_are_no_facts),
        cmocka_unit_test(descriptions_of_routers_lie_where_they_may),
        cmocka_unit_test(other_http_is_not_ssdp),
        cmocka_unit_test(hostile_variants_of_an_answer_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
