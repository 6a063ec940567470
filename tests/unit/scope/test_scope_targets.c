/* SPDX-License-Identifier: Apache-2.0 */
/* What a person may name as a target, and what the machine's own networks mean without a scope
 * file. */
#include "scratch.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

static uint64_t count_of(const char *text)
{
    struct lc_targets t = {.n = 0};
    struct lc_err err;
    uint64_t n;

    if (lc_targets_add(&t, text, &err) != LC_OK)
        fail_msg("%s", err.text);
    n = lc_targets_count(&t);
    lc_targets_free(&t);
    return n;
}

static void bad(const char *text, const char *why)
{
    struct lc_targets t = {.n = 0};
    struct lc_err err = {""};

    assert_int_not_equal(lc_targets_add(&t, text, &err), LC_OK);
    says(&err, why);
    assert_int_equal(t.n, 0);
    lc_targets_free(&t);
}

/* A label of 64 characters is no name (RFC 1035 2.3.4): the look-up fails without asking the
 * network. */
#define NO_NAME "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"

static void ranges_and_addresses_are_taken(void **state)
{
    (void)state;
    assert_int_equal(count_of("192.0.2.0/28"), 16);
    assert_int_equal(count_of("2001:db8::7"), 1);
    assert_int_equal(count_of("2001:db8::/120"), 256);
    assert_int_equal(count_of("127.0.9.1-127.0.9.3"), 3);
    assert_int_equal(count_of(" 10.0.0.1 "), 1);
    assert_int_equal(count_of("fe80::1%2"), 1);
    assert_int_equal(count_of("0.0.0.0/0"), 1ULL << 32);
}

static void a_name_means_every_address_it_has(void **state)
{
    struct lc_targets t = {.n = 0};
    struct lc_err err;

    (void)state;
    assert_int_equal(lc_targets_add(&t, "localhost", &err), LC_OK);
    assert_true(t.n >= 1);
    for (size_t i = 0; i < t.n; i++)
        assert_true(lc_addr_is_loopback(&t.v[i].first));
    lc_targets_free(&t);
}

static void what_is_no_target_is_explained(void **state)
{
    (void)state;
    bad("10.0.0.1/24", "write 10.0.0.0/24 for the network");
    bad("10.0.0.9-10.0.0.1", "is not an address range");
    bad("10.0.0.300", "is not an address range");
    bad("", "is not an address range");
    bad("fe80::1", "fe80::1 is link-local");
    bad("2001:db8::/64", "2001:db8::/64 holds more addresses");
    bad("::/0", "every IPv4 address");
    bad("-x", "is not an address range");
    bad("a\x1b]b", "is not an address range");
    bad(NO_NAME, "the name \"" NO_NAME "\" cannot be looked up");
}

static void a_file_lists_targets_with_comments(void **state)
{
    char at[160];

    (void)state;
    (void)snprintf(
        at, sizeof at, "@%s",
        put_file("list", "# shop\n10.0.0.1\n\n  10.0.1.0/30 # till\r\nlocalhost\n", 0600));
    assert_true(count_of(at) >= 6);
}

static void a_mistake_in_a_file_names_its_line_and_adds_nothing(void **state)
{
    char at[160];

    (void)state;
    (void)snprintf(at, sizeof at, "@%s", put_file("list", "10.0.0.1\n\n10.0.0.1/8\n", 0600));
    bad(at, "list:3: \"10.0.0.1/8\" has bits set");
    (void)put_file("list", "10.0.0.1\n@other\n", 0600);
    bad(at, "list:2: a list cannot name another list");
    (void)put_file("list", NO_NAME "\n", 0600);
    bad(at, "list:1: the name");
    bad("@/nonexistent/list", "there is no such file");
}

static void sums_do_not_overflow(void **state)
{
    struct lc_range r[2];
    struct lc_targets t = {.n = 2, .v = r};

    (void)state;
    assert_int_equal(lc_range_parse(LC_S("2001:db8::/65"), &r[0]), LC_OK);
    assert_int_equal(lc_range_parse(LC_S("2001:db8:1::/64"), &r[1]), LC_OK);
    assert_true(lc_targets_count(&t) == UINT64_MAX);
}

/* ---- attached networks, as getifaddrs would tell them ---- */

struct iface {
    struct ifaddrs ifa;
    struct sockaddr_storage addr, mask;
};

static void put_addr(struct sockaddr_storage *ss, const char *text)
{
    struct lc_addr a;

    assert_int_equal(lc_addr_parse(lc_slice_str(text), &a), LC_OK);
    (void)lc_addr_to_sockaddr(&a, 0, ss);
}

static struct ifaddrs *chain(struct iface *v, size_t n, const char *const (*rows)[3])
{
    for (size_t i = 0; i < n; i++) {
        v[i] = (struct iface){.ifa = {.ifa_next = i + 1 < n ? &v[i + 1].ifa : NULL}};
        v[i].ifa.ifa_name = (char *)(uintptr_t)rows[i][0];
        v[i].ifa.ifa_flags = IFF_UP;
        put_addr(&v[i].addr, rows[i][1]);
        put_addr(&v[i].mask, rows[i][2]);
        v[i].ifa.ifa_addr = (struct sockaddr *)&v[i].addr;
        v[i].ifa.ifa_netmask = (struct sockaddr *)&v[i].mask;
    }
    return &v[0].ifa;
}

static const char *const rows[][3] = {
    {"lo", "127.0.0.1", "255.0.0.0"},
    {"eth0", "192.168.1.20", "255.255.255.0"},
    {"eth0", "192.168.1.21", "255.255.255.0"}, /* the same network again */
    {"eth1", "10.0.16.5", "255.255.240.0"},    /* /20: the widest */
    {"docker0", "172.17.0.1", "255.255.0.0"},  /* /16 */
    {"wan", "203.0.113.9", "255.255.255.0"},
    {"tail0", "100.64.1.2", "255.255.255.0"},
    {"eth0", "fe80::5%2", "ffff:ffff:ffff:ffff::"},
    {"eth0", "fd00:1::5", "ffff:ffff:ffff:ffff::"},
    {"eth1", "fd00:2::5", "ffff:ffff:ffff::"}, /* /48 */
    {"ppp0", "10.9.9.9", "255.255.255.255"},
};

#define ROWS (sizeof rows / sizeof *rows)

static void attached_networks_are_judged(void **state)
{
    static const struct {
        const char *net;
        unsigned bits;
        enum lc_attached_kind kind;
    } want[] = {
        {"192.168.1.0/24", 24, LC_NET_ALLOWED}, {"10.0.16.0/20", 20, LC_NET_ALLOWED},
        {"172.17.0.0/16", 16, LC_NET_TOO_WIDE}, {"203.0.113.0/24", 24, LC_NET_PUBLIC},
        {"100.64.1.0/24", 24, LC_NET_PUBLIC},   {"fe80::/64", 64, LC_NET_LINK_LOCAL},
        {"fd00:1::/64", 64, LC_NET_ALLOWED},    {"fd00:2::/48", 48, LC_NET_TOO_WIDE},
        {"10.9.9.9", 32, LC_NET_ALLOWED},
    };
    struct lc_attached got[LC_ATTACHED_MAX];
    struct iface v[ROWS];
    size_t n = lc_attached_from(chain(v, ROWS, rows), got, LC_ATTACHED_MAX);

    (void)state;
    assert_int_equal(n, sizeof want / sizeof *want);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(lc_range_name(&got[i].net).text, want[i].net);
        assert_int_equal(got[i].bits, want[i].bits);
        assert_int_equal(got[i].kind, want[i].kind);
    }
    assert_int_equal(lc_attached_from(&v[0].ifa, got, 1), 1);
}

static void interfaces_that_are_down_or_without_address_do_not_count(void **state)
{
    struct lc_attached got[LC_ATTACHED_MAX];
    struct iface v[ROWS];

    (void)state;
    (void)chain(v, ROWS, rows);
    v[1].ifa.ifa_flags = 0;
    v[2].ifa.ifa_addr = NULL;
    v[3].ifa.ifa_netmask = NULL;
    v[4].addr.ss_family = AF_PACKET;
    assert_int_equal(lc_attached_from(&v[0].ifa, got, LC_ATTACHED_MAX), 6);
    assert_string_equal(got[0].ifname, "wan");
}

static void expect_asked(const struct lc_scope *s, const char *text, int64_t n)
{
    struct lc_targets t = {.n = 0}, out;
    struct lc_err err;
    enum lc_status st;

    assert_int_equal(lc_targets_add(&t, text, &err), LC_OK);
    st = lc_scope_plan(s, &t, &out, &err);
    assert_int_equal(st, n < 0 ? LC_EREFUSED : LC_OK);
    if (n >= 0)
        assert_int_equal(lc_targets_count(&out), n);
    lc_targets_free(&t);
    lc_targets_free(&out);
}

static void the_built_in_scope_is_this_machine_and_its_private_networks(void **state)
{
    struct lc_attached nets[LC_ATTACHED_MAX];
    struct iface v[ROWS];
    size_t n = lc_attached_from(chain(v, ROWS, rows), nets, LC_ATTACHED_MAX);
    struct lc_scope s, again;
    struct lc_err err;

    (void)state;
    (void)put_file("never", "192.168.1.77\n", 0644);
    assert_int_equal(lc_scope_builtin_from(nets, n, scratch("never"), &s, &err), LC_OK);
    assert_true(s.builtin && s.rates.host_pps == 10 && s.not_after_s == 0);
    expect_asked(&s, "127.0.0.0/8", 1 << 24);
    expect_asked(&s, "::1", 1);
    expect_asked(&s, "192.168.1.0/24", 253); /* without network, broadcast and the excluded one */
    expect_asked(&s, "10.0.16.0/20", 4094);
    expect_asked(&s, "fd00:1::17", 1);
    expect_asked(&s, "172.17.0.2", -1);
    expect_asked(&s, "203.0.113.1", -1);
    expect_asked(&s, "100.64.1.1", -1);
    expect_asked(&s, "fe80::5%2", -1);
    expect_asked(&s, "fd00:2::17", -1);
    expect_asked(&s, "192.168.2.1", -1);
    assert_int_equal(lc_scope_builtin_from(nets, n - 1, scratch("never"), &again, &err), LC_OK);
    assert_memory_not_equal(s.hash, again.hash, 32);
    lc_scope_free(&s);
    lc_scope_free(&again);
    (void)put_file("never", "nonsense\n", 0644);
    assert_int_equal(lc_scope_builtin_from(nets, n, scratch("never"), &s, &err), LC_EPARSE);
    says(&err, "never:1: ");
}

static void the_real_machine_gives_a_scope_with_loopback(void **state)
{
    struct lc_scope_paths paths = {NULL, scratch("none")};
    struct lc_targets t = {.n = 0};
    struct lc_scope s;
    struct lc_err err;

    (void)state;
    assert_int_equal(lc_scope_builtin(&paths, &s, &err), LC_OK);
    expect_asked(&s, "127.0.0.1", 1);
    expect_asked(&s, "8.8.8.8", -1);
    if (lc_targets_attached(&t, &err) == LC_OK)
        assert_true(lc_targets_count(&t) >= 1);
    else
        says(&err, "name what to scan");
    lc_targets_free(&t);
    lc_scope_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranges_and_addresses_are_taken),
        cmocka_unit_test(a_name_means_every_address_it_has),
        cmocka_unit_test(what_is_no_target_is_explained),
        cmocka_unit_test(a_file_lists_targets_with_comments),
        cmocka_unit_test(a_mistake_in_a_file_names_its_line_and_adds_nothing),
        cmocka_unit_test(sums_do_not_overflow),
        cmocka_unit_test(attached_networks_are_judged),
        cmocka_unit_test(interfaces_that_are_down_or_without_address_do_not_count),
        cmocka_unit_test(the_built_in_scope_is_this_machine_and_its_private_networks),
        cmocka_unit_test(the_real_machine_gives_a_scope_with_loopback),
    };

    return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
