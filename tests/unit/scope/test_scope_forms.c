/* SPDX-License-Identifier: Apache-2.0 */
/* Targets that name many ranges: nmap's octets, windows of IPv6 networks, EUI-64 candidates. */
#include "named.h"

static void octets_are_read_as_nmap_reads_them(void **state)
{
    (void)state;
    /* nmap's manual, target specification: 192.168.3-5,7.1 is four addresses */
    means("192.168.3-5,7.1", "192.168.3.1 192.168.4.1 192.168.5.1 192.168.7.1");
    means("192.168.1.0-255", "192.168.1.0/24");
    means("192.168.1-3.1-254", "192.168.1.1-192.168.1.254 192.168.2.1-192.168.2.254 "
                               "192.168.3.1-192.168.3.254");
    means("10.1-2.*.*", "10.1.0.0-10.2.255.255");
    means("192.0.2.-", "192.0.2.0/24");
    means("192.0.2.250-", "192.0.2.250-192.0.2.255");
    means("192.0.2.-1", "192.0.2.0/31");
    means("192.0.2-3.5,5,4", "192.0.2.4/31 192.0.3.4/31");
    means("*.*.*.*", "0.0.0.0/0");
}

static void octets_out_of_form_are_refused(void **state)
{
    (void)state;
    refused("192.168.1.0-256", "is not an address range", "");
    refused("192.168.1.9-1", "is not an address range", "");
    refused("192.168.1-2", "is not an address range", "");
    refused("192.168.1-2.3.4", "is not an address range", "");
    refused("192.168.1-2.", "is not an address range", "");
    refused("192.168..1-2", "is not an address range", "");
    refused("192.168.1,.2", "is not an address range", "");
    refused("192.0.2.7,80", "is not an address range", ""); /* a port, or a second host? */
    refused("*.*.1-2.1", "falls into more than 65536 pieces", "hang together");
}

static void a_pattern_of_65536_pieces_is_still_taken(void **state)
{
    struct lc_targets t = {.n = 0};
    struct lc_err err;

    (void)state;
    assert_int_equal(lc_targets_add(&t, "10.*.*.1", &err), LC_OK);
    assert_int_equal(lc_targets_count(&t), 65536);
    lc_targets_free(&t);
}

static void a_window_is_the_low_end_of_a_network(void **state)
{
    (void)state;
    means("2001:db8:1::/64+ff", "2001:db8:1::/120");
    means("2001:db8:1::/64+FFFF", "2001:db8:1::/112");
    means("2001:db8:1::/64+7", "2001:db8:1::/125");
    means("2001:db8:1::/64+0", "2001:db8:1::");
    means("2001:db8:1::/64+ffffff", "2001:db8:1::/104");
    means("2001:db8:1::/120+ff", "2001:db8:1::/120");
    means("2001:db8:1::/128+0", "2001:db8:1::");
}

static void windows_are_the_low_ends_of_every_network_in_a_network(void **state)
{
    struct lc_targets t = {.n = 0};
    struct lc_err err;

    (void)state;
    means("2001:db8::/62/64+ff",
          "2001:db8::/120 2001:db8:0:1::/120 2001:db8:0:2::/120 2001:db8:0:3::/120");
    means("2001:db8::/64/64+1", "2001:db8::/127");
    means("2001:db8::/126/127+1", "2001:db8::/126"); /* they touch */
    assert_int_equal(lc_targets_add(&t, "2001:db8::/48/64+f", &err), LC_OK);
    assert_int_equal(t.n, 65536);
    assert_int_equal(lc_targets_count(&t), 65536 * 16);
    assert_string_equal(lc_range_name(&t.v[65535]).text, "2001:db8:0:ffff::/124");
    lc_targets_free(&t);
}

static void windows_out_of_form_are_refused(void **state)
{
    (void)state;
    refused("2001:db8::/64+1000000", "at most ffffff", "2001:db8::/64+1000000");
    refused("2001:db8::/120+100", "at most ff", "hexadecimal");
    refused("2001:db8::/64+", "hexadecimal", "");
    refused("2001:db8::/64+fg", "hexadecimal", "");
    refused("2001:db8::/64+00000000000000000001", "hexadecimal", "");
    refused("2001:db8::/64/48+ff", "second prefix length", "");
    refused("2001:db8::/32/64+ff", "at most 24 bits longer", "");
    refused("2001:db8::/32/x+ff", "2001:db8::/48/64+ff", "");
    refused("2001:db8::1/64+ff", "has bits set", "2001:db8::/64");
    refused("2001:db8::1+ff", "an IPv6 prefix is needed", "");
    refused("10.0.0.0/8+ff", "an IPv6 prefix is needed", "");
    refused("::/64+ff", "every IPv4 address", "");
    refused("fe80::/64+ff", "is link-local", "");
    refused("+ff", "is not an address range", "");
}

/* RFC 2464, 4: 34-56-78-9A-BC-DE becomes 3656:78ff:fe9a:bcde. */
static void an_oui_stands_for_the_addresses_its_devices_form(void **state)
{
    struct lc_targets t = {.n = 0};
    struct lc_addr a;
    struct lc_err err;

    (void)state;
    assert_int_equal(lc_targets_add(&t, "eui64:2001:db8:1:2::/64=34:56:78", &err), LC_OK);
    assert_int_equal(t.n, 1);
    assert_int_equal(lc_range_count(&t.v[0]), 1 << 24);
    assert_int_equal(lc_addr_parse(LC_S("2001:db8:1:2:3656:78ff:fe9a:bcde"), &a), LC_OK);
    assert_true(lc_range_has(&t.v[0], &a));
    lc_targets_free(&t);
    means("eui64:2001:db8:1:2::/64=34:56:78", "2001:db8:1:2:3656:78ff:fe00:0/104");
    means("EUI64:2001:db8:1:2::/64=34-56-78", "2001:db8:1:2:3656:78ff:fe00:0/104");
    means("eui64:2001:db8:1:2::/64=345678,363738",
          "2001:db8:1:2:3437:38ff:fe00:0/104 2001:db8:1:2:3656:78ff:fe00:0/104");
}

static void the_makers_that_are_known_stand_in_every_network(void **state)
{
    static const uint8_t known[][3] = {{0x34, 0x56, 0x78}, {0x00, 0x12, 0x34}};
    const struct lc_target_ouis ouis = {known, 2};

    (void)state;
    named("eui64:2001:db8::/63", ouis,
          "2001:db8::212:34ff:fe00:0/104 2001:db8::3656:78ff:fe00:0/104 "
          "2001:db8:0:1:212:34ff:fe00:0/104 2001:db8:0:1:3656:78ff:fe00:0/104");
    named("eui64:2001:db8::/64=aabbcc", ouis, "2001:db8::a8bb:ccff:fe00:0/104");
    refused("eui64:2001:db8::/64", "no list of camera makers", "=44:19:B6");
}

static void eui64_out_of_form_is_refused(void **state)
{
    static const char *const broken[] = {"",       "44:19",     "44:19:B6:01", "44:19-B6",
                                         "4419BG", "44:19:B6,", "45:19:B6",    "44.19.B6"};
    char text[80];

    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        (void)snprintf(text, sizeof text, "eui64:2001:db8::/64=%s", broken[i]);
        refused(text, "behind the \"=\"", "44:19:B6");
    }
    refused("eui64:2001:db8::/65=44:19:B6", "name a /64", "");
    refused("eui64:2001:db8::/39=44:19:B6", "name a /64", "");
    refused("eui64:2001:db8::/40=44:19:B6,44:19:B7", "name a /64", ""); /* 2 * 2^24 ranges */
    refused("eui64:2001:db8::1=44:19:B6", "an IPv6 prefix is needed", "");
    refused("eui64:192.0.2.0/24=44:19:B6", "an IPv6 prefix is needed", "");
    refused("eui64:fe80::/64=44:19:B6", "is link-local", "");
    refused("eui64:", "is not an address range", "");
}

static void a_network_too_wide_names_the_two_ways(void **state)
{
    (void)state;
    means("2001:db8::/104", "2001:db8::/104");
    refused("2001:db8::/103", "2001:db8::/103+ff", "");
    refused("2001:db8::/64", "2001:db8::/64+ff", "eui64:");
    refused("2001:db8::/32", "2001:db8::/32+ff", "eui64:");
    refused("2001:db8::-2001:db8::100:0", "smaller ranges", ""); /* 2^24 + 1 addresses */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(octets_are_read_as_nmap_reads_them),
        cmocka_unit_test(octets_out_of_form_are_refused),
        cmocka_unit_test(a_pattern_of_65536_pieces_is_still_taken),
        cmocka_unit_test(a_window_is_the_low_end_of_a_network),
        cmocka_unit_test(windows_are_the_low_ends_of_every_network_in_a_network),
        cmocka_unit_test(windows_out_of_form_are_refused),
        cmocka_unit_test(an_oui_stands_for_the_addresses_its_devices_form),
        cmocka_unit_test(the_makers_that_are_known_stand_in_every_network),
        cmocka_unit_test(eui64_out_of_form_is_refused),
        cmocka_unit_test(a_network_too_wide_names_the_two_ways),
    };

    return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
