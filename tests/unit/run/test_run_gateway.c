/* SPDX-License-Identifier: Apache-2.0 */
/* The default router from /proc/net/route, whose form stands in proc(5): hexadecimal words in the
 * machine's byte order, tabs between them. */
#include "run/local.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdint.h>

static const char head[] =
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT\n";

static bool gateway(const char *lines, char out[static LC_ADDR_TEXT])
{
    struct lc_buf b;
    struct lc_addr a;
    bool found;

    lc_buf_init(&b, 4096);
    (void)lc_buf_puts(&b, head);
    (void)lc_buf_puts(&b, lines);
    found = lc_gateway_of(lc_buf_view(&b), &a);
    if (found)
        (void)lc_addr_format(&a, out);
    lc_buf_free(&b);
    return found;
}

static void the_default_routes_next_hop_is_the_gateway(void **state)
{
    char text[LC_ADDR_TEXT];

    (void)state;
    assert_true(gateway("eth0\t0001A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0\n"
                        "eth0\t00000000\t0101A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n",
                        text));
    assert_string_equal(text, "192.168.1.1");
}

static void a_table_without_a_default_route_or_without_sense_has_none(void **state)
{
    char text[LC_ADDR_TEXT];

    (void)state;
    assert_false(gateway("", text));
    assert_false(gateway("eth0\t0001A8C0\t0101A8C0\t0003\n", text));
    assert_false(gateway("ppp0\t00000000\t00000000\t0001\n", text)); /* point to point: no router */
    assert_false(gateway("eth0\t00000000\n", text));
    assert_false(gateway("eth0\t0000000\t0101A8C0\t0003\n", text));
    assert_false(gateway("eth0\t00000000\t0101A8CZ\t0003\n", text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_default_routes_next_hop_is_the_gateway),
        cmocka_unit_test(a_table_without_a_default_route_or_without_sense_has_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
