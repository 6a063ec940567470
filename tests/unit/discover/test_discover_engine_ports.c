/* SPDX-License-Identifier: Apache-2.0 */
/* Source ports from texts as proc(5) and ip(7) describe them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/buf.h"
#include "discover/engine_route.h"

#define HEAD                                                                                       \
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout "  \
    "inode\n"
#define REST " 0A 00000000:00000000 00:00000000 00000000     0        0 1598 1 0000000016775324\n"

static uint16_t pick(const char *range, const char *tcp, const char *udp6)
{
    const struct lc_slice tables[2] = {lc_slice_str(tcp), lc_slice_str(udp6)};

    return lc_engine_ports_pick(lc_slice_str(range), tables, 2);
}

static void the_highest_range_below_the_kernels_own_is_taken(void **state)
{
    (void)state;
    assert_int_equal(pick("32768\t60999\n", "", ""), 32768 - 4096);
    assert_int_equal(pick("32768\t60999\n", HEAD, HEAD), 32768 - 4096);
    assert_int_equal(pick("20000 65535", "", ""), 20000 - 4096);
    assert_int_equal(pick("5120 65535", "", ""), 1024);
}

static void else_the_highest_above_it(void **state)
{
    (void)state;
    assert_int_equal(pick("1024\t60999\n", "", ""), 65536 - 4096);
    assert_int_equal(pick("5119\t61439\n", "", ""), 61440);
    assert_int_equal(pick("1\t500\n", "", ""), 65536 - 4096);
}

static void there_may_be_none(void **state)
{
    (void)state;
    assert_int_equal(pick("1024\t65535\n", "", ""), 0);
    assert_int_equal(pick("5119\t61440\n", "", ""), 0);
}

static void an_unknown_range_is_that_of_most_kernels_or_wider(void **state)
{
    (void)state;
    assert_int_equal(pick("", "", ""), 32768 - 4096);
    assert_int_equal(pick("many few", "", ""), 32768 - 4096);
    assert_int_equal(pick("60999 32768", "", ""), 32768 - 4096);
}

static void a_port_in_use_is_stepped_over_in_every_table(void **state)
{
    (void)state;
    /* 0x7FFF = 32767, the first that would be taken; 0x6FFF = 28671 */
    assert_int_equal(pick("32768 60999", HEAD "   0: 0100007F:7FFF 00000000:0000" REST, HEAD),
                     32767 - 4096);
    assert_int_equal(pick("32768 60999", HEAD "   0: 0100007F:7FFF 00000000:0000" REST,
                          HEAD "  10: 00000000000000000000000000000000:6FFF "
                               "00000000000000000000000000000000:0000" REST),
                     28671 - 4096);
    /* the far end's port is not ours */
    assert_int_equal(pick("32768 60999", HEAD "1234: 0100007F:0016 0100007F:7FFF" REST, ""),
                     32768 - 4096);
    assert_int_equal(pick("32768 60999", "garbage\n:\n\n  a b\n  a :zzzz c\n", ""), 32768 - 4096);
}

static void with_a_port_in_use_every_four_thousand_there_is_none(void **state)
{
    struct lc_buf text;

    (void)state;
    lc_buf_init(&text, 1U << 20);
    for (unsigned port = 1024 + 4095; port < 32768; port += 4096)
        (void)lc_buf_putf(&text, "  1: 0100007F:%04X 00000000:0000" REST, port);
    assert_int_equal(pick("32768 65535", lc_buf_cstr(&text), ""), 0);
    lc_buf_free(&text);
}

/* What the kernel of this machine says, only as far as every machine must obey it. */
static void this_machine_has_a_range(void **state)
{
    uint16_t low, high;

    (void)state;
    assert_int_equal(lc_engine_ports(&low, &high, NULL), LC_OK);
    assert_true(low >= 1024);
    assert_int_equal(high - low + 1, 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_highest_range_below_the_kernels_own_is_taken),
        cmocka_unit_test(else_the_highest_above_it),
        cmocka_unit_test(there_may_be_none),
        cmocka_unit_test(an_unknown_range_is_that_of_most_kernels_or_wider),
        cmocka_unit_test(a_port_in_use_is_stepped_over_in_every_table),
        cmocka_unit_test(with_a_port_in_use_every_four_thousand_there_is_none),
        cmocka_unit_test(this_machine_has_a_range),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
