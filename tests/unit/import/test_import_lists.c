/* SPDX-License-Identifier: Apache-2.0 */
/* masscan and zmap: what they write as their own sources and documentation show it. */
#include "import_kit.h"
#include "import/csv.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define ROW(port, line, facts)                                                                     \
    "192.0.2.1 " port " 1700000000 @" line "\n" facts "  port.outcome=open\n"

static void masscan_writes_an_array(void **state)
{
    (void)state;
    assert_import(
        "masscan",
        "[\n"
        "{   \"ip\": \"192.0.2.1\",   \"timestamp\": \"1700000000\", \"ports\": [ {\"port\": 554, "
        "\"proto\": \"tcp\", \"status\": \"open\", \"reason\": \"syn-ack\", \"ttl\": 64} ] }\n,\n"
        "{   \"ip\": \"192.0.2.1\",   \"timestamp\": \"1700000000\", \"ports\": [ {\"port\": 80, "
        "\"proto\": \"tcp\", \"service\": {\"name\": \"http\", \"banner\": \"HTTP/1.0 401 "
        "x\\u000d\\u000aServer: Boa\\u000d\\u000a\\u000d\\u000a\"} } ] }\n"
        "]\n",
        ROW("554", "2", "")
            ROW("80", "4", "  port.protocol=http\n  http.status=401\n  http.server=Boa\n"));
}

static void masscan_writes_lines_of_json(void **state)
{
    (void)state;
    assert_import(
        "masscan",
        "{\"ip\":\"192.0.2.1\",\"timestamp\":\"1700000000\",\"port\":80,\"proto\":\"tcp\","
        "\"rec_type\":\"status\",\"data\":{\"status\":\"open\",\"reason\":\"syn-ack\",\"ttl\":64}}"
        "\n"
        "{\"ip\":\"192.0.2.1\",\"timestamp\":\"1700000000\",\"port\":80,\"proto\":\"tcp\","
        "\"rec_type\":\"banner\",\"data\":{\"service_name\":\"title\",\"banner\":"
        "\"\\u00c4\\u0090\\u00c4\\u0083ng nh\\u00e1\\u00ba\\u00adp\"}}\n",
        ROW("80", "1", "") ROW("80", "2", "  http.title=Đăng nhập\n"));
}

static void masscan_writes_a_list(void **state)
{
    (void)state;
    assert_import("masscan",
                  "#masscan\n"
                  "open tcp 80 192.0.2.1 1700000000\n"
                  "banner tcp 22 192.0.2.1 1700000000 ssh SSH-2.0-dropbear_0.52\\x0d\\x0a\n"
                  "banner tcp 80 192.0.2.1 1700000000 http.server uc-httpd 1.0.0\n"
                  "banner tcp 9 192.0.2.1 1700000000 vuln SSL[heartbeat]\n"
                  "# end\n",
                  ROW("80", "2", "")
                      ROW("22", "3", "  port.protocol=ssh\n  ssh.banner=SSH-2.0-dropbear_0.52\n")
                          ROW("80", "4", "  http.server=uc-httpd 1.0.0\n") ROW("9", "5", ""));
}

static void closed_ports_and_udp_are_passed_over(void **state)
{
    const struct imported *got;

    (void)state;
    got = import_text("masscan", LC_S("closed tcp 80 192.0.2.1 1700000000\n"
                                      "open udp 161 192.0.2.1 1700000000\n"));
    assert_int_equal(got->n.passed, 2);
    assert_int_equal(got->n.bad, 0);
    assert_int_equal(got->text.n, 0);
}

static void what_masscan_left_behind_when_it_was_killed(void **state)
{
    (void)state;
    assert_import(
        "masscan", "open tcp 80 192.0.2.1 1700000000\nopen tcp 80 192.0.2.2 17000000",
        ROW("80", "1", "") "bad @2: the file ends in the middle: what came after is missing\n");
    assert_import(
        "masscan",
        "[\n{ \"ip\": \"192.0.2.1\", \"timestamp\": \"1700000000\", \"ports\": [ "
        "{\"port\": 1, \"proto\": \"tcp\", \"status\": \"open\"} ] }\n,\n{ \"ip",
        ROW("1", "2", "") "bad @4: the file ends in the middle: what came after is missing\n");
    assert_import("masscan", "[\n{finished: 1}\n]\n", "");
}

static void lines_that_lie_are_named(void **state)
{
    (void)state;
    assert_import("masscan",
                  "open tcp 0 192.0.2.1 1700000000\nopen tcp 80 192.0.2.999 1700000000\n"
                  "open tcp\nbanner tcp 80 192.0.2.1 1700000000\n{\"ip\":7}\n",
                  "bad @1: that is no port: 0\nbad @2: that is no address: 192.0.2.999\n"
                  "bad @3: it is no line of masscan's list\n"
                  "bad @4: it is no line of masscan's list\nbad @5: that is no address: 7\n");
}

static void zmap_names_its_columns(void **state)
{
    (void)state;
    assert_import("zmap",
                  "saddr, sport, classification, success, timestamp_ts, data\n"
                  "192.0.2.1,554,synack,1,1700000000,\"a,b\"\n"
                  "192.0.2.1,80,rst,0,1700000000,\n",
                  ROW("554", "2", ""));
    assert_import("zmap", "timestamp_str,saddr,sport\n2023-11-15T05:13:20.000+0700,192.0.2.1,80\n",
                  ROW("80", "2", ""));
}

static void zmap_without_a_port_asks_for_one(void **state)
{
    (void)state;
    assert_import("zmap", "192.0.2.1\n192.0.2.2\n",
                  "bad @1: the file does not say which port was asked: name it with --port\n");
    assert_import("zmap", "ip,port\n192.0.2.2,80\n",
                  "bad @1: the first line names no column saddr\n");
}

static void zmap_lines_that_are_cut_or_lie_are_named(void **state)
{
    (void)state;
    assert_import("zmap",
                  "saddr,sport\n192.0.2.1\n192.0.2.1,99999\n::,1,2\n192.0.2.1,80\n192.0.2.1,8",
                  "bad @2: it has not the columns of the first line\n"
                  "bad @3: that is no port: 99999\n"
                  "bad @4: it has not the columns of the first line\n"
                  "192.0.2.1 80 0 @5\n  port.outcome=open\n"
                  "bad @6: the file ends in the middle: what came after is missing\n");
}

static void fields_are_taken_apart(void **state)
{
    struct lc_csv c;

    (void)state;
    lc_csv_init(&c);
    assert_int_equal(lc_csv_split(&c, LC_S("a, \"b \"\"c\"\",\" ,,d\r")), LC_OK);
    assert_int_equal(c.n, 4);
    assert_true(lc_slice_eq(c.v[1], LC_S("b \"c\",")));
    assert_true(lc_slice_eq(c.v[2], LC_S("")));
    assert_true(lc_slice_eq(c.v[3], LC_S("d")));
    assert_int_equal(lc_csv_split(&c, LC_S("\"a")), LC_EPARSE);
    assert_int_equal(lc_csv_split(&c, LC_S("\"a\"b,c")), LC_EPARSE);
    lc_csv_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(masscan_writes_an_array),
        cmocka_unit_test(masscan_writes_lines_of_json),
        cmocka_unit_test(masscan_writes_a_list),
        cmocka_unit_test(closed_ports_and_udp_are_passed_over),
        cmocka_unit_test(what_masscan_left_behind_when_it_was_killed),
        cmocka_unit_test(lines_that_lie_are_named),
        cmocka_unit_test(zmap_names_its_columns),
        cmocka_unit_test(zmap_without_a_port_asks_for_one),
        cmocka_unit_test(zmap_lines_that_are_cut_or_lie_are_named),
        cmocka_unit_test(fields_are_taken_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
