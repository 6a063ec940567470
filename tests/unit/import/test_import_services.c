/* SPDX-License-Identifier: Apache-2.0 */
/* Shodan and Censys: their JSON as their documentation and clients show it. */
#include "import_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define SHODAN(rest)                                                                               \
    "{\"ip_str\":\"192.0.2.1\",\"timestamp\":\"2023-11-14T22:13:20.5\",\"transport\":"             \
    "\"tcp\"," rest "}\n"
#define ROW(port, facts) "192.0.2.1 " port " 1700000000 @1\n" facts "  port.outcome=open\n"

static void shodan_keeps_what_the_peer_said(void **state)
{
    (void)state;
    assert_import(
        "shodan",
        SHODAN("\"port\":554,\"_shodan\":{\"module\":\"rtsp-tcp\"},\"data\":\"RTSP/1.0 401 "
               "x\\r\\nCSeq: 9\\r\\nServer: R\\r\\nWWW-Authenticate: Digest realm=\\\"r\\\", "
               "nonce=\\\"n0\\\"\\r\\n\\r\\n\""),
        ROW("554", "  port.protocol=rtsp\n  rtsp.server=R\n"
                   "  rtsp.www_authenticate=Digest realm=\"r\", nonce=\"\"\n"
                   "  rtsp.auth.scheme=digest\n  rtsp.realm=r\n  rtsp.status=401\n"));
    assert_import("shodan",
                  SHODAN("\"port\":2222,\"data\":\"SSH-2.0-dropbear_0.52\\r\\nKey type: x\""),
                  ROW("2222", "  ssh.banner=SSH-2.0-dropbear_0.52\n"));
}

static void shodan_keeps_pages_and_icons(void **state)
{
    (void)state;
    /* MD5 of "icon": md5sum(1). */
    assert_import("shodan",
                  SHODAN("\"port\":80,\"http\":{\"status\":200,\"server\":\"S\",\"title\":\"T\","
                         "\"html\":\"<input type=password>\",\"favicon\":{\"hash\":-5,\"data\":"
                         "\"aWNvbg==\"},\"robots\":null}"),
                  ROW("80", "  http.status=200\n  http.server=S\n  http.title=T\n"
                            "  http.favicon.mmh3=-5\n  http.login_form=true\n"
                            "  http.favicon.md5=baec6461b0d69dde1b861aefbe375d8a\n"));
}

static void shodan_tells_old_tls_and_names_of_certificates(void **state)
{
    (void)state;
    assert_import(
        "shodan",
        SHODAN("\"port\":443,\"ssl\":{\"cipher\":{\"version\":\"TLSv1.2\"},\"versions\":["
               "\"TLSv1\",\"-SSLv2\",\"-SSLv3\",\"TLSv1.2\"],\"chain\":[\"garbage\"],"
               "\"cert\":{\"subject\":{\"C\":\"VN\",\"CN\":\"a, b\"},\"pubkey\":{\"bits\":"
               "1024}}}"),
        ROW("443", "  tls.version=tls1.2\n  tls.obsolete=tls1.0\n"
                   "  tls.cert.subject=C=VN,CN=a\\, b\n  tls.cert.key_bits=1024\n"));
}

static void shodan_hosts_carry_their_banners_in_a_list(void **state)
{
    (void)state;
    assert_import("shodan",
                  "{\"ip_str\":\"192.0.2.1\",\"ports\":[80,81],\"data\":[{\"port\":80},{\"port\":"
                  "\"x\"},{\"port\":81,\"timestamp\":\"2023-11-14T22:13:20\"}]}\n",
                  "192.0.2.1 80 0 @1\n  port.outcome=open\nbad @1: that is no port: x\n"
                  "192.0.2.1 81 1700000000 @1\n  port.outcome=open\n");
}

static void discovery_answers_are_read_and_other_udp_is_passed_over(void **state)
{
    const struct imported *got;

    (void)state;
    assert_import(
        "shodan",
        "{\"ip_str\":\"192.0.2.1\",\"port\":1900,\"transport\":\"udp\",\"data\":\"HTTP/1.1 "
        "200 OK\\r\\nST: upnp:rootdevice\\r\\nSERVER: S UPnP/1.0\\r\\nUSN: uuid:1\\r\\n\\r\\n\"}",
        "192.0.2.1 0 0 @1\n  upnp.server=S UPnP/1.0\n  upnp.st=upnp:rootdevice\n"
        "  upnp.usn=uuid:1\n  udp.outcome=ssdp answered\n");
    got = import_text("shodan", LC_S("{\"ip_str\":\"192.0.2.1\",\"port\":53,\"transport\":\"udp\","
                                     "\"data\":\"x\"}\n"));
    assert_int_equal(got->n.passed, 1);
    assert_int_equal(got->text.n, 0);
}

#define WHEN "2023-11-14T22:13:20.811676766Z"

static void censys_search_2_gives_services(void **state)
{
    (void)state;
    assert_import(
        "censys",
        "{\"ip\":\"192.0.2.1\",\"services\":[{\"port\":80,\"service_name\":\"HTTP\","
        "\"transport_protocol\":\"TCP\",\"observed_at\":\"" WHEN "\",\"http\":{\"response\":{"
        "\"status_code\":401,\"headers\":{\"_encoding\":{\"Server\":\"x\"},\"Server\":[\"S\"],"
        "\"WWW_Authenticate\":[\"Basic realm=\\\"r\\\"\\r\\nSet-Cookie: "
        "a=b\"]},\"html_title\":\"T\","
        "\"favicons\":[{\"md5_hash\":\"AB\",\"shodan_hash\":-7}]}}}]}\n",
        ROW("80", "  port.protocol=http\n  http.status=401\n  http.title=T\n  http.server=S\n"
                  "  http.www_authenticate=Basic realm=\"r\"  Set-Cookie: a=b\n"
                  "  http.auth.scheme=basic\n  http.auth.realm=r\n"
                  "  http.favicon.md5=ab\n  http.favicon.mmh3=-7\n"));
}

static void censys_platform_gives_services(void **state)
{
    (void)state;
    assert_import(
        "censys",
        "{\"host\":{\"ip\":\"192.0.2.1\",\"services\":[{\"port\":554,\"protocol\":"
        "\"RTSP\","
        "\"transport_protocol\":\"tcp\",\"scan_time\":\"" WHEN "\",\"rtsp\":{\"server\":\"R\","
        "\"www_auth\":\"Digest realm=\\\"r\\\", "
        "nonce=\\\"n\\\"\",\"commands\":[\"A\",\"B\"]}}]}}\n"
        "{\"host\":{\"ip\":\"192.0.2.1\",\"services\":[{\"port\":443,"
        "\"transport_protocol\":\"tcp\",\"scan_time\":\"" WHEN "\",\"tls\":{\"version_selected\":"
        "\"tlsv1_1\"},\"cert\":{\"parsed\":{\"subject_dn\":\"C=VN, O=a\\\\, "
        "b\",\"validity_period\":{"
        "\"not_after\":\"2023-11-14T22:13:20Z\"}}}}]}}\n",
        ROW("554", "  port.protocol=rtsp\n  rtsp.server=R\n"
                   "  rtsp.www_authenticate=Digest realm=\"r\", nonce=\"\"\n  rtsp.public=A, "
                   "B\n") "192.0.2.1 443 1700000000 @2\n  tls.version=tls1.1\n  "
                          "tls.cert.subject=C=VN,O=a\\, b\n"
                          "  tls.cert.not_after=1700000000\n  port.outcome=open\n");
}

static void values_of_other_types_are_passed_over(void **state)
{
    (void)state;
    assert_import("censys",
                  "{\"ip\":\"192.0.2.1\",\"services\":[7,{\"port\":80,\"transport_protocol\":"
                  "\"TCP\",\"banner\":[],\"http\":{\"response\":{\"status_code\":\"x\","
                  "\"headers\":[1],\"body\":{},\"favicons\":{}}},\"tls\":7,\"rtsp\":null}]}",
                  "bad @1: that is no port: \n192.0.2.1 80 0 @1\n  port.outcome=open\n");
    assert_import("censys", "{\"ip\":\"192.0.2.1\",\"services\":null}\n{\"ip\":5}\n",
                  "bad @2: that is no address: \n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shodan_keeps_what_the_peer_said),
        cmocka_unit_test(shodan_keeps_pages_and_icons),
        cmocka_unit_test(shodan_tells_old_tls_and_names_of_certificates),
        cmocka_unit_test(shodan_hosts_carry_their_banners_in_a_list),
        cmocka_unit_test(censys_search_2_gives_services),
        cmocka_unit_test(censys_platform_gives_services),
        cmocka_unit_test(values_of_other_types_are_passed_over),
        cmocka_unit_test(discovery_answers_are_read_and_other_udp_is_passed_over),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
