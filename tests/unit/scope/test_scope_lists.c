/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of targets: each format by itself, joined, broken, long, and from standard input. */
#include "named.h"

#include <fcntl.h>

static const char *at_list(const char *text)
{
    static char at[160];

    (void)snprintf(at, sizeof at, "@%s", put_file("list", text, 0600));
    return at;
}

static void holds(const char *text, const char *ranges)
{
    means(at_list(text), ranges);
}

static void breaks(const char *text, const char *says1, const char *says2)
{
    refused(at_list(text), says1, says2);
}

static void plain_lists_of_nmap_zmap_and_masscan_are_read(void **state)
{
    (void)state;
    holds("192.0.2.9\n192.0.2.7\n", "192.0.2.7 192.0.2.9");
    holds("192.0.2.0/28\n198.51.100.1-198.51.100.3\n", "192.0.2.0/28 198.51.100.1-198.51.100.3");
    holds("192.168.1-2.5 192.168.1.0-3\t2001:db8::1\n",
          "192.168.1.0/30 192.168.1.5 192.168.2.5 2001:db8::1");
    holds("2001:db8::2\n2001:db8::/64+1\neui64:2001:db8::/64=345678\n",
          "2001:db8::-2001:db8::2 2001:db8::3656:78ff:fe00:0/104");
}

static void comments_blank_lines_and_foreign_line_ends_do_not_matter(void **state)
{
    (void)state;
    holds("\xef\xbb\xbf# shops\r\n192.0.2.7\r\n\r\n  192.0.2.9 # till\r\n; 192.0.2.11\r\n",
          "192.0.2.7 192.0.2.9");
    holds("\xef\xbb\xbf"
          "192.0.2.7",
          "192.0.2.7");
    holds("", "");
    holds("#\n\n", "");
}

static void neighbours_are_joined_and_duplicates_are_fine(void **state)
{
    (void)state;
    holds("192.0.2.3\n192.0.2.0\n192.0.2.1\n192.0.2.2\n192.0.2.2\n192.0.2.0/31\n", "192.0.2.0/30");
    holds("255.255.255.255\n255.255.255.255\n255.255.255.254\n", "255.255.255.254/31");
    /* the last IPv6 address before the mapped IPv4 ones does not join the first of these */
    holds("::fffe:ffff:ffff\n0.0.0.0\n", "::fffe:ffff:ffff 0.0.0.0");
}

static void the_output_of_zmap_is_read(void **state)
{
    (void)state;
    holds("saddr\n192.0.2.7\n192.0.2.9\n", "192.0.2.7 192.0.2.9");
    holds("saddr,daddr,ipid,ttl,sport\n192.0.2.7,10.0.0.1,54321,57,80\n", "192.0.2.7");
    holds("ttl,classification,saddr,success\n57,\"syn,ack\",192.0.2.7,1\n"
          "57,\"syn\"\"x\",\"2001:db8::7\",1\n",
          "192.0.2.7 2001:db8::7");
    holds("saddr,sport\n192.0.2.7,80\nsport,saddr\n443,192.0.2.9\n", "192.0.2.7 192.0.2.9");
    holds("192.0.2.7,80\n192.0.2.7,554\n2001:db8::7,554\n", "192.0.2.7 2001:db8::7");
}

static void the_output_of_masscan_is_read(void **state)
{
    (void)state;
    holds("#masscan\nopen tcp 80 192.0.2.7 1600000000\nopen udp 37020 192.0.2.9 1600000001\n"
          "banner tcp 80 192.0.2.11 1600000002 http HTTP/1.0 200 OK # <a href=\"@\">\n"
          "closed tcp 22 2001:db8::7 1600000003\n# end\n",
          "192.0.2.7 192.0.2.9 192.0.2.11 2001:db8::7");
    holds("# Masscan 1.3.2 scan initiated Fri Nov 13 10:00:00 2026\n"
          "Timestamp: 1600000000\tHost: 192.0.2.7 ()\tPorts: 80/open/tcp//http//\n"
          "Host: 192.0.2.9 ()\tPort: 80\tService: http\tBanner: x\n"
          "# Masscan done at Fri Nov 13 10:00:01 2026\n",
          "192.0.2.7 192.0.2.9");
}

static void the_output_of_nmap_is_read_without_the_hosts_that_were_down(void **state)
{
    (void)state;
    holds("# Nmap 7.94 scan initiated Fri Nov 13 10:00:00 2026 as: nmap -oG - 192.0.2.0/28\n"
          "Host: 192.0.2.7 (cam.example)\tStatus: Up\n"
          "Host: 192.0.2.7 (cam.example)\tPorts: 80/open/tcp//http///, 554/open/tcp//rtsp///\n"
          "Host: 192.0.2.8 ()\tStatus: Down\r\n"
          "# Nmap done at Fri Nov 13 10:00:01 2026 -- 16 IP addresses (1 host up)\n",
          "192.0.2.7");
}

static void formats_may_be_joined(void **state)
{
    (void)state;
    holds("192.0.2.1\nopen tcp 80 192.0.2.3 1600000000\nHost: 192.0.2.5 ()\tStatus: Up\n"
          "192.0.2.7,80\nsaddr,ttl\n192.0.2.9,57\n",
          "192.0.2.1 192.0.2.3 192.0.2.5 192.0.2.7 192.0.2.9");
}

static void the_first_bad_line_is_named_and_nothing_is_added(void **state)
{
    (void)state;
    breaks("192.0.2.1\n\n192.0.2.1/8\n", "list:3: \"192.0.2.1/8\" has bits set", "");
    breaks("192.0.2.1\n192.0.2.1 192.0.2.300\n", "list:2: \"192.0.2.300\" is not", "");
    breaks("192.0.2.1\n@other\n", "list:2: ", "cannot name another list");
    breaks("192.0.2.7,80,57\n", "list:1: \"192.0.2.7,80,57\" is not", "");
    breaks("192.0.2.7,65536\n", "list:1: ", "");
    breaks("192.0.2.7,192.0.2.9\n", "list:1: ", "");
    breaks("saddr,ttl\n192.0.2.7,1\nx,1\n", "list:3: \"x\" stands where an address", "");
    breaks("ttl,saddr\n57\n", "list:2: ", "saddr is number 2");
    breaks("open tcp 80 cam.example 1600000000\n", "list:1: \"cam.example\" stands where", "");
    breaks("Host: cam.example ()\n", "list:1: \"cam.example\" stands where", "");
    breaks("Host:\n", "list:1: \"\" stands where", "");
    breaks("<?xml version=\"1.0\"?>\n", "list:1: ", "-oG");
    breaks("{\"saddr\": \"192.0.2.7\"}\n", "list:1: ", "XML or JSON");
    breaks("fe80::1\n", "list:1: fe80::1 is link-local", "");
    breaks("2001:db8::/64\n", "list:1: 2001:db8::/64 holds", "+ff");
    breaks("\xff\xfe"
           "1\n",
           "UTF-16", "UTF-8");
    breaks("a\x1b[2J\n", "list:1: \"a\xef\xbf\xbd[2J\" is not", "");
}

static void a_list_must_be_an_ordinary_file(void **state)
{
    (void)state;
    refused("@/nonexistent/list", "there is no such file", "");
    assert_int_equal(mkfifo(scratch("pipe"), 0600), 0);
    {
        char at[160];

        (void)snprintf(at, sizeof at, "@%s", scratch("pipe"));
        refused(at, "not an ordinary file", "pipe");
    }
}

/* What is behind the limit is passed over where the address stands first, refused where it could
 * be a target. */
static void a_line_longer_than_the_buffer_is_cut_where_that_is_harmless(void **state)
{
    struct lc_buf text;

    (void)state;
    lc_buf_init(&text, 4U << 20);
    (void)lc_buf_puts(&text, "Host: 192.0.2.7 ()\tPorts:");
    for (unsigned i = 0; text.n < 3 * LC_LINE_MAX; i++)
        (void)lc_buf_putf(&text, " %u/open/tcp/////,", i);
    (void)lc_buf_puts(&text, "\nHost: 192.0.2.9 ()\tStatus: Up\n");
    holds(lc_buf_cstr(&text), "192.0.2.7 192.0.2.9");
    lc_buf_reset(&text);
    while (text.n < LC_LINE_MAX)
        (void)lc_buf_puts(&text, "192.0.2.7 ");
    (void)lc_buf_puts(&text, "\n");
    breaks(lc_buf_cstr(&text), "list:1: ", "too long");
    lc_buf_free(&text);
}

/* Whatever the lengths of the lines, the reader's buffer ends somewhere inside one. */
static void lines_are_whole_wherever_the_buffer_ends(void **state)
{
    struct lc_targets t = {.n = 0};
    struct lc_buf text;
    struct lc_err err;

    (void)state;
    lc_buf_init(&text, 4U << 20);
    for (unsigned i = 0; i < 100000; i++)
        (void)lc_buf_putf(&text, "10.%u.%u.%u\n", i * 7919 % 100000 >> 16,
                          i * 7919 % 100000 >> 8 & 255, i * 7919 % 100000 & 255);
    assert_true(text.n > 4 * LC_LINE_MAX);
    assert_int_equal(lc_targets_add(&t, at_list(lc_buf_cstr(&text)), &err), LC_OK);
    assert_int_equal(t.n, 1); /* every number below 100,000 once, since 7919 is prime to it */
    assert_string_equal(lc_range_name(&t.v[0]).text, "10.0.0.0-10.1.134.159");
    lc_targets_free(&t);
    lc_buf_free(&text);
}

/* 400,000 lines of 1,000 addresses, no two neighbours: the memory follows the addresses. */
static void memory_follows_the_distinct_addresses_not_the_lines(void **state)
{
    struct lc_targets t = {.n = 0};
    struct lc_buf text;
    struct lc_err err;

    (void)state;
    lc_buf_init(&text, 8U << 20);
    for (unsigned i = 0; i < 400000; i++)
        (void)lc_buf_putf(&text, "10.0.%u.%u\n", i % 1000 / 100, i % 100 * 2);
    assert_int_equal(lc_targets_add(&t, at_list(lc_buf_cstr(&text)), &err), LC_OK);
    assert_int_equal(t.n, 1000);
    assert_true(t.cap <= 131072);
    lc_targets_free(&t);
    lc_buf_free(&text);
}

static void a_second_list_is_added_to_the_first(void **state)
{
    struct lc_targets t = {.n = 0};
    struct lc_err err;
    char got[256];

    (void)state;
    assert_int_equal(lc_targets_add(&t, at_list("192.0.2.7\n192.0.2.9\n"), &err), LC_OK);
    assert_int_equal(lc_targets_add(&t, at_list("192.0.2.8\n"), &err), LC_OK);
    assert_int_equal(lc_targets_add(&t, "198.51.100.1", &err), LC_OK);
    targets_text(&t, got, sizeof got);
    assert_string_equal(got, "192.0.2.7-192.0.2.9 198.51.100.1");
    lc_targets_free(&t);
}

static void standard_input_is_a_list(void **state)
{
    int keep = dup(STDIN_FILENO), ends[2];
    struct lc_targets t = {.n = 0};
    struct lc_err err;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "192.0.2.7\n192.0.2.9", 19), 19);
    (void)close(ends[1]);
    assert_true(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
    (void)close(ends[0]);
    assert_int_equal(lc_targets_add(&t, "@-", &err), LC_OK);
    assert_int_equal(t.n, 2);
    lc_targets_free(&t);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], "192.0.2.7\n?\n", 12), 12);
    (void)close(ends[1]);
    assert_true(dup2(ends[0], STDIN_FILENO) == STDIN_FILENO);
    (void)close(ends[0]);
    refused("@-", "stdin:2: \"?\" is not", "");
    if (keep >= 0) {
        (void)dup2(keep, STDIN_FILENO);
        (void)close(keep);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(plain_lists_of_nmap_zmap_and_masscan_are_read),
        cmocka_unit_test(comments_blank_lines_and_foreign_line_ends_do_not_matter),
        cmocka_unit_test(neighbours_are_joined_and_duplicates_are_fine),
        cmocka_unit_test(the_output_of_zmap_is_read),
        cmocka_unit_test(the_output_of_masscan_is_read),
        cmocka_unit_test(the_output_of_nmap_is_read_without_the_hosts_that_were_down),
        cmocka_unit_test(formats_may_be_joined),
        cmocka_unit_test(the_first_bad_line_is_named_and_nothing_is_added),
        cmocka_unit_test(a_list_must_be_an_ordinary_file),
        cmocka_unit_test(a_line_longer_than_the_buffer_is_cut_where_that_is_harmless),
        cmocka_unit_test(lines_are_whole_wherever_the_buffer_ends),
        cmocka_unit_test(memory_follows_the_distinct_addresses_not_the_lines),
        cmocka_unit_test(a_second_list_is_added_to_the_first),
        cmocka_unit_test(standard_input_is_a_list),
    };

    return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
