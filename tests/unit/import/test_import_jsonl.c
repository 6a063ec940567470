/* SPDX-License-Identifier: Apache-2.0 */
/* Our own lines; and what every format shares with them. */
#include "import_kit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void a_line_becomes_a_row(void **state)
{
    (void)state;
    assert_import("jsonl",
                  "{\"address\":\"192.0.2.7\",\"port\":80,\"observed_at\":\"2023-11-14T22:13:20Z\","
                  "\"facts\":{\"http.status\":401,\"http.server\":[\"a\",\"b\"],"
                  "\"http.login_form\":true}}\n",
                  "192.0.2.7 80 1700000000 @1\n"
                  "  http.status=401\n  http.server=a\n  http.server=b\n  http.login_form=true\n"
                  "  port.outcome=open\n");
}

static void facts_of_the_device_stand_on_no_port(void **state)
{
    (void)state;
    assert_import("jsonl", "{\"address\":\"2001:db8::7\",\"facts\":{\"sadp.model\":\"DS-2\"}}",
                  "2001:db8::7 0 0 @1\n  sadp.model=DS-2\n");
}

static void a_refused_port_is_not_called_open(void **state)
{
    (void)state;
    assert_import(
        "jsonl", "{\"address\":\"192.0.2.7\",\"port\":80,\"facts\":{\"port.outcome\":\"refused\"}}",
        "192.0.2.7 80 0 @1\n  port.outcome=refused\n");
}

static void unknown_facts_are_left_out_and_counted(void **state)
{
    const struct imported *got;

    (void)state;
    got = import_text("jsonl", LC_S("{\"address\":\"192.0.2.7\",\"port\":80,\"extra\":1,"
                                    "\"facts\":{\"http.newer\":1,\"http.status\":200}}\n"));
    assert_int_equal(got->n.unknown, 1);
    assert_int_equal(got->n.bad, 0);
    assert_int_equal(got->n.records, 1);
}

static void bad_lines_are_named_and_the_next_is_read(void **state)
{
    (void)state;
    assert_import(
        "jsonl",
        "{\"address\":\"192.0.2\",\"facts\":{}}\n"
        "{\"facts\":{}}\n"
        "{\"address\":\"192.0.2.1\",\"port\":0,\"facts\":{}}\n"
        "{\"address\":\"192.0.2.1\",\"port\":70000,\"facts\":{}}\n"
        "{\"address\":\"192.0.2.1\",\"port\":80}\n"
        "{\"address\":\"192.0.2.1\",\"port\":80,\"facts\":{\"http.status\":\"x\"}}\n"
        "[1]\n"
        "{\"a\x1b[2J\n"
        "\n"
        "{\"address\":\"192.0.2.1\",\"port\":80,\"facts\":{}}\n",
        "bad @1: that is no address: 192.0.2\n"
        "bad @2: that is no address: \n"
        "bad @3: that is no port: 0\n"
        "bad @4: that is no port: 70000\n"
        "bad @5: there is no object \"facts\" in it\n"
        "bad @6: a fact's value is of another type than the vocabulary says: http.status\n"
        "bad @7: it is no object in braces\n"
        "bad @8: it is no JSON: control character 0x1b near '\"a'\n"
        "192.0.2.1 80 0 @10\n  port.outcome=open\n");
}

static void an_array_is_as_good_as_lines(void **state)
{
    (void)state;
    assert_import("jsonl",
                  "[\n {\"address\":\"192.0.2.1\",\"port\":1,\"facts\":{}},\n"
                  " {\"address\":\"192.0.2.2\",\n \"port\":2,\"facts\":{}}\n]\n",
                  "192.0.2.1 1 0 @2\n  port.outcome=open\n192.0.2.2 2 0 @3\n  port.outcome=open\n");
}

static void deep_nesting_is_an_error_and_no_crash(void **state)
{
    struct lc_buf file;

    (void)state;
    lc_buf_init(&file, 1U << 20);
    (void)lc_buf_puts(&file, "{\"facts\":");
    for (unsigned i = 0; i < 100000; i++)
        (void)lc_buf_u8(&file, '[');
    (void)lc_buf_puts(&file, "\n");
    assert_int_equal(import_pieces("jsonl", lc_buf_view(&file), 0)->n.bad, 1);
    lc_buf_free(&file);
}

static struct lc_facts set;

static bool holds(enum lc_fact_name name, uint16_t port, const char *value)
{
    struct lc_cur at = {.s = lc_buf_view(&set.buf)};
    struct lc_fact f;

    while (lc_facts_next(&at, &f) == LC_OK)
        if (f.name == name && f.port == port &&
            (!value || lc_slice_eq(f.value, lc_slice_str(value))))
            return true;
    return false;
}

static void protocols_follow_from_the_facts(void **state)
{
    (void)state;
    lc_facts_init(&set);
    set.port = 443;
    lc_facts_str(&set, LC_F_TLS_CERT_SUBJECT, LC_S("CN=a"));
    lc_facts_str(&set, LC_F_HTTP_TITLE, LC_S("b"));
    set.port = 554;
    lc_facts_str(&set, LC_F_RTSP_SERVER, LC_S("c"));
    set.port = 0;
    lc_facts_str(&set, LC_F_SADP_MODEL, LC_S("d"));
    lc_import_complete(&set);
    assert_true(holds(LC_F_PORT_PROTOCOL, 443, "http"));
    assert_true(holds(LC_F_PORT_PROTOCOL, 443, "tls"));
    assert_true(holds(LC_F_PORT_TLS, 443, NULL));
    assert_true(holds(LC_F_PORT_PROTOCOL, 554, "rtsp"));
    assert_false(holds(LC_F_PORT_TLS, 554, NULL));
    assert_false(holds(LC_F_PORT_PROTOCOL, 0, NULL));
    lc_facts_free(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_becomes_a_row),
        cmocka_unit_test(facts_of_the_device_stand_on_no_port),
        cmocka_unit_test(a_refused_port_is_not_called_open),
        cmocka_unit_test(unknown_facts_are_left_out_and_counted),
        cmocka_unit_test(bad_lines_are_named_and_the_next_is_read),
        cmocka_unit_test(an_array_is_as_good_as_lines),
        cmocka_unit_test(deep_nesting_is_an_error_and_no_crash),
        cmocka_unit_test(protocols_follow_from_the_facts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
