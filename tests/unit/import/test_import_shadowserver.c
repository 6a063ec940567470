/* SPDX-License-Identifier: Apache-2.0 */
/* Shadowserver's reports: columns by name, whatever else stands beside them. */
#include "import_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define ROW(port, facts) "192.0.2.1 " port " 1700000000 @2\n" facts
#define TIME             "2023-11-14 22:13:20"

static void heads_go_through_the_codec(void **state)
{
    (void)state;
    assert_import("shadowserver",
                  "\"timestamp\",\"ip\",\"protocol\",\"port\",\"tag\",\"http_code\",\"server\","
                  "\"www_authenticate\",\"set_cookie\"\n\"" TIME "\",\"192.0.2.1\",\"tcp\",\"80\","
                  "\"http\",\"401\",\"S\",\"Digest realm=\"\"r\"\", "
                  "nonce=\"\"n\"\"\",\"id=secret\nServer: x\"\n",
                  ROW("80", "  port.protocol=http\n  http.status=401\n  http.server=S\n"
                            "  http.www_authenticate=Digest realm=\"r\", nonce=\"\"\n"
                            "  http.auth.scheme=digest\n  http.auth.realm=r\n  http.cookie=id\n"
                            "  port.outcome=open\n"));
}

static void banners_and_certificates_are_read(void **state)
{
    (void)state;
    assert_import(
        "shadowserver",
        "ip,timestamp,protocol,port,tag,banner\n192.0.2.1," TIME ",tcp,21,ftp,220 Welcome\n",
        ROW("21", "  port.protocol=ftp\n  ftp.banner=220 Welcome\n  port.outcome=open\n"));
    assert_import("shadowserver",
                  "ip,timestamp,protocol,port,handshake,subject_common_name,subject_country\n"
                  "192.0.2.1," TIME ",tcp,443,TLSv1.0,\"a, b\",VN\n",
                  ROW("443", "  tls.version=tls1.0\n  tls.cert.subject=C=VN,CN=a\\, b\n"
                             "  port.outcome=open\n"));
}

static void recorders_speak_of_the_device(void **state)
{
    (void)state;
    assert_import("shadowserver",
                  "timestamp,ip,protocol,port,device_vendor,device_type,device_model,"
                  "video_input_channels,account\n" TIME
                  ",192.0.2.1,udp,37810,General,HCVR,X,8,root\n",
                  ROW("0", "  dhip.vendor=General\n  dhip.class=HCVR\n  dhip.model=X\n"
                           "  dhip.video_inputs=8\n  udp.outcome=dhip answered\n"));
}

static void upnp_answers_go_through_their_codec(void **state)
{
    (void)state;
    assert_import(
        "shadowserver",
        "timestamp,ip,protocol,port,server,search_target,unique_service_name,location\n" TIME
        ",192.0.2.1,udp,1900,S,upnp:rootdevice,uuid:1,http://198.51.100.1/x\n",
        ROW("0", "  upnp.server=S\n  upnp.st=upnp:rootdevice\n  upnp.usn=uuid:1\n"
                 "  upnp.location_foreign=true\n  udp.outcome=ssdp answered\n"));
}

/* The names that Shadowserver gives to devices are its own in every other report. */
static void conclusions_are_not_taken_over(void **state)
{
    (void)state;
    assert_import("shadowserver",
                  "timestamp,ip,protocol,port,severity,device_vendor,device_model\n" TIME
                  ",192.0.2.1,tcp,80,critical,Dahua,IPC-X\n",
                  ROW("80", "  port.outcome=open\n"));
}

static void new_columns_are_counted_and_harm_nobody(void **state)
{
    const struct imported *got;

    (void)state;
    got = import_text("shadowserver",
                      LC_S("brand_new,timestamp,ip,protocol,port,other\nx," TIME
                           ",192.0.2.1,tcp,80,y\n,,,,\nz," TIME ",192.0.2.1,udp,53,\n"));
    assert_int_equal(got->n.unknown, 2);
    assert_int_equal(got->n.records, 3);
    assert_int_equal(got->n.bad, 1);
    assert_int_equal(got->n.passed, 1);
}

static void other_tables_are_refused(void **state)
{
    (void)state;
    assert_import("shadowserver", "src_ip,src_port\n192.0.2.1,5\n",
                  "bad @1: the first line does not name the columns ip and timestamp: this is no "
                  "report of what was found in a network\n");
    assert_import("shadowserver", "timestamp,ip,protocol,port\n" TIME ",192.0.2.1,tcp,\"80\n",
                  "bad @2: the file ends in the middle: what came after is missing\n");
    assert_import("shadowserver",
                  "timestamp,ip,protocol,port\n" TIME ",x,tcp,1\n" TIME ",192.0.2.1,tcp,0\n",
                  "bad @2: that is no address: x\nbad @3: that is no port: 0\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heads_go_through_the_codec),
        cmocka_unit_test(banners_and_certificates_are_read),
        cmocka_unit_test(recorders_speak_of_the_device),
        cmocka_unit_test(upnp_answers_go_through_their_codec),
        cmocka_unit_test(conclusions_are_not_taken_over),
        cmocka_unit_test(new_columns_are_counted_and_harm_nobody),
        cmocka_unit_test(other_tables_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
