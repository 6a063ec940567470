/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Netlink, ARP and NDP byte by byte: messages written by hand from rtnetlink(7), netlink(7), RFC
 * 826 and RFC 4861.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "discover/engine_route.h"
#include "frame_kit.h"

static struct lc_addr addr(const char *text)
{
    struct lc_addr a;

    assert_int_equal(lc_addr_parse(lc_slice_str(text), &a), LC_OK);
    return a;
}

static void check_addr(const struct lc_addr *got, const char *want)
{
    struct lc_addr a = addr(want);

    assert_int_equal(lc_addr_cmp(got, &a), 0);
}

/* 198.19.0.1 via 198.18.0.2 dev 7 src 198.18.0.1: RTM_NEWROUTE (24), AF_INET (2), /32, RTN_UNICAST
 * (1); RTA_TABLE (15), RTA_DST (1), RTA_OIF (4), RTA_PREFSRC (7), RTA_GATEWAY (5). */
static const uint8_t route4[] = {
    68, 0,  0,  0, 24,  0,  0, 0, 1, 0, 0, 0, 0,   0,  0, 0, /* head */
    2,  32, 0,  0, 254, 0,  0, 1, 0, 2, 0, 0,                /* route */
    8,  0,  15, 0, 254, 0,  0, 0,                            /* table */
    8,  0,  1,  0, 198, 19, 0, 1, 8, 0, 4, 0, 7,   0,  0, 0, /* to, interface */
    8,  0,  7,  0, 198, 18, 0, 1, 8, 0, 5, 0, 198, 18, 0, 2};
/* 2001:db8:1::/48 via fe80::2 dev 7, as it stands in a dump: no source. */
static const uint8_t route6[] = {
    76,   0,    0, 0, 24,   0,    2,    0,    1, 0, 0, 0, 0, 0, 0, 0, /* head */
    10,   48,   0, 0, 254,  3,    0,    1,    0, 0, 0, 0,             /* route */
    20,   0,    1, 0, 0x20, 0x01, 0x0d, 0xb8, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 20, 0, 5, 0,
    0xfe, 0x80, 0, 0, 0,    0,    0,    0,    0, 0, 0, 0, 0, 0, 0, 2, 8, 0, 4, 0, 7,  0, 0, 0};
/* 192.0.2.9 via inet6 fe80::3 dev 2: RTA_VIA (18), a family and the address. */
static const uint8_t route_via[] = {
    66, 0,  0,  0, 24,  0, 0,    0,    1, 0, 0, 0, 0, 0, 0, 0, /* head; the last padding is missing
                                                                */
    2,  32, 0,  0, 254, 0, 0,    1,    0, 0, 0, 0,             /* route */
    8,  0,  4,  0, 2,   0, 0,    0,                            /* interface */
    8,  0,  1,  0, 192, 0, 2,    9,                            /* to */
    22, 0,  18, 0, 10,  0, 0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3};
/* -ENETUNREACH (101) about a message of ours. */
static const uint8_t no_route[] = {
    36,   0,    0,    0,    2,  0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, /* head */
    0x9b, 0xff, 0xff, 0xff,                                      /* -101 */
    36,   0,    0,    0,    26, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0};
static const uint8_t done[] = {20, 0, 0, 0, 3, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0};
/* 198.18.0.2 dev 7 lladdr 02:00:00:00:00:02 REACHABLE: RTM_NEWNEIGH (28), NDA_LLADDR (2). */
static const uint8_t neigh4[] = {48, 0, 0, 0, 28,  0,  0, 0, 1, 0, 0, 0, 0, 0, 0, 0, /* head */
                                 2,  0, 0, 0, 7,   0,  0, 0, 2, 0, 0, 1,             /* REACHABLE */
                                 8,  0, 1, 0, 198, 18, 0, 2,                         /* who */
                                 10, 0, 2, 0, 2,   0,  0, 0, 0, 2, 0, 0};

static void a_question_for_a_route_is_one_message(void **state)
{
    static const uint8_t want[] = {
        44, 0,  0,  0, 26,  0,  1, 0, 1, 0, 0, 0, 0,   0,  0, 0, /* head */
        2,  32, 32, 0, 0,   0,  0, 0, 0, 0, 0, 0,                /* route */
        8,  0,  1,  0, 198, 19, 0, 1, 8, 0, 2, 0, 198, 18, 0, 1};
    struct lc_addr to = addr("198.19.0.1"), from = addr("198.18.0.1"), six = addr("2001:db8::9");
    struct lc_buf b;

    (void)state;
    lc_buf_init(&b, 256);
    lc_route_ask(&b, &to, &from);
    assert_int_equal(b.n, sizeof want);
    assert_memory_equal(b.p, want, sizeof want);
    lc_buf_reset(&b);
    lc_route_ask(&b, &six, NULL);
    assert_int_equal(b.n, 48);
    assert_int_equal(b.p[0], 48);
    assert_int_equal(b.p[16], 10);
    assert_int_equal(b.p[17], 128);
    assert_int_equal(b.p[18], 0);
    assert_memory_equal(b.p + 32, six.b, 16);
    lc_buf_free(&b);
}

static void questions_for_all_routes_and_a_neighbour(void **state)
{
    static const uint8_t all[] = {28, 0, 0,  0, 26, 0, 1, 3, 1, 0, 0, 0, 0, 0,
                                  0,  0, 10, 0, 0,  0, 0, 0, 0, 0, 0, 0, 0, 0};
    static const uint8_t who[] = {36, 0, 0, 0, 30,  0,  1, 0, 1, 0, 0, 0, 0, 0, 0, 0, /* head */
                                  2,  0, 0, 0, 7,   0,  0, 0, 0, 0, 0, 0, /* neighbour */
                                  8,  0, 1, 0, 198, 18, 0, 2};
    struct lc_addr gate = addr("198.18.0.2");
    struct lc_buf b;

    (void)state;
    lc_buf_init(&b, 256);
    lc_route_ask_all(&b, true);
    assert_int_equal(b.n, sizeof all);
    assert_memory_equal(b.p, all, sizeof all);
    lc_buf_reset(&b);
    lc_neigh_ask(&b, &gate, 7);
    assert_int_equal(b.n, sizeof who);
    assert_memory_equal(b.p, who, sizeof who);
    lc_buf_free(&b);
}

static void routes_are_read_with_their_gateways(void **state)
{
    struct lc_slice in = lc_slice_of(route4, sizeof route4);
    struct lc_route r;
    int error = 0;

    (void)state;
    assert_int_equal(lc_route_take(&in, &r, &error), LC_OK);
    assert_int_equal(in.n, 0);
    assert_int_equal(r.type, 1);
    assert_int_equal(r.bits, 32);
    assert_int_equal(r.ifindex, 7);
    assert_true(!r.v6 && r.has_gateway && r.has_source);
    check_addr(&r.to, "198.19.0.1");
    check_addr(&r.gateway, "198.18.0.2");
    check_addr(&r.source, "198.18.0.1");

    in = lc_slice_of(route6, sizeof route6);
    assert_int_equal(lc_route_take(&in, &r, &error), LC_OK);
    assert_true(r.v6 && r.has_gateway && !r.has_source);
    assert_int_equal(r.bits, 48);
    check_addr(&r.to, "2001:db8:1::");
    check_addr(&r.gateway, "fe80::2");

    in = lc_slice_of(route_via, sizeof route_via);
    assert_int_equal(lc_route_take(&in, &r, &error), LC_OK);
    assert_true(!r.v6 && r.has_gateway);
    check_addr(&r.gateway, "fe80::3");
}

static void a_default_route_of_a_dump_has_no_destination(void **state)
{
    uint8_t copy[sizeof route4] = {0};
    struct lc_slice in = lc_slice_of(copy, sizeof copy);
    struct lc_route r;
    int error = 0;

    (void)state;
    memcpy(copy, route4, sizeof copy);
    copy[17] = 0;  /* /0 */
    copy[38] = 99; /* no attribute that we know, in place of RTA_DST */
    assert_int_equal(lc_route_take(&in, &r, &error), LC_OK);
    check_addr(&r.to, "0.0.0.0");
    assert_int_equal(r.bits, 0);
}

static void a_dump_is_a_row_of_messages_with_an_end(void **state)
{
    uint8_t all[sizeof route4 + sizeof neigh4 + sizeof route6 + sizeof done] = {0};
    struct lc_slice in = lc_slice_of(all, sizeof all);
    struct lc_route r;
    int error = 0;
    size_t at = 0;

    (void)state;
    memcpy(all, route4, sizeof route4);
    memcpy(all + (at += sizeof route4), neigh4, sizeof neigh4);
    memcpy(all + (at += sizeof neigh4), route6, sizeof route6);
    memcpy(all + at + sizeof route6, done, sizeof done);
    assert_int_equal(lc_route_take(&in, &r, &error), LC_OK);
    assert_int_equal(lc_route_take(&in, &r, &error), LC_AGAIN);
    assert_int_equal(lc_route_take(&in, &r, &error), LC_OK);
    assert_true(r.v6);
    assert_int_equal(lc_route_take(&in, &r, &error), LC_DONE);
    assert_int_equal(in.n, 0);
}

static void a_no_of_the_kernel_has_its_errno(void **state)
{
    struct lc_slice in = lc_slice_of(no_route, sizeof no_route);
    struct lc_route r;
    int error = 0;

    (void)state;
    assert_int_equal(lc_route_take(&in, &r, &error), LC_ENOENT);
    assert_int_equal(error, 101);
}

static void a_neighbour_has_a_state_and_an_address(void **state)
{
    static const uint8_t want[6] = {2, 0, 0, 0, 0, 2};
    uint8_t copy[sizeof neigh4];
    struct lc_slice in = lc_slice_of(neigh4, sizeof neigh4);
    struct lc_neigh n;
    int error = 0;

    (void)state;
    assert_int_equal(lc_neigh_take(&in, &n, &error), LC_OK);
    assert_int_equal(n.state, 2);
    assert_memory_equal(n.mac, want, 6);
    memcpy(copy, neigh4, sizeof copy);
    copy[38] = 99; /* without an address: still being asked */
    in = lc_slice_of(copy, sizeof copy);
    assert_int_equal(lc_neigh_take(&in, &n, &error), LC_AGAIN);
}

/* Any single byte changed, any length cut: no read outside (ASan), no endless loop. */
static void bent_messages_do_no_harm(void **state)
{
    static const struct lc_slice all[] = {{route4, sizeof route4},
                                          {route6, sizeof route6},
                                          {route_via, sizeof route_via},
                                          {no_route, sizeof no_route},
                                          {neigh4, sizeof neigh4}};
    struct lc_route r;
    struct lc_neigh n;
    int error = 0;

    (void)state;
    for (size_t i = 0; i < 5; i++)
        for (size_t at = 0; at < all[i].n; at++) {
            uint8_t *bent = lc_alloc(all[i].n);
            struct lc_slice in = lc_slice_of(bent, at), before;

            assert_non_null(bent);
            memcpy(bent, all[i].p, all[i].n);
            assert_int_equal(lc_route_take(&in, &r, &error), LC_EPARSE);
            for (unsigned v = 0; v < 256; v++) {
                bent[at] = (uint8_t)v;
                in = lc_slice_of(bent, all[i].n);
                before = in;
                if (lc_route_take(&in, &r, &error) != LC_EPARSE)
                    assert_true(in.n < before.n);
                in = before;
                (void)!lc_neigh_take(&in, &n, &error);
            }
            lc_free(bent);
        }
}

/* ---- ARP and NDP ---- */

static const uint8_t our_mac[6] = {2, 0, 0, 0, 0, 1}, their_mac[6] = {2, 0, 0, 0, 0, 9};

static void an_arp_question_is_that_of_rfc_826(void **state)
{
    static const uint8_t want[42] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2,   0,  0, 0, 0, 1,
                                     8,    6,    0,    1,    8,    0,    6,   4,  0, 1, /* asks */
                                     2,    0,    0,    0,    0,    1,    198, 18, 0, 1, 0, 0,
                                     0,    0,    0,    0,    198,  18,   0,   2};
    struct lc_addr ours = addr("198.18.0.1"), who = addr("198.18.0.2");
    uint8_t got[LC_RESOLVE_FRAME], mac[6];

    (void)state;
    assert_int_equal(lc_resolve_ask(our_mac, &ours, &who, got), 42);
    assert_memory_equal(got, want, 42);
    assert_false(lc_resolve_answer(lc_slice_of(got, 42), &who, mac)); /* a question is no answer */
}

static void an_arp_answer_is_believed_about_its_sender_only(void **state)
{
    uint8_t frame[60] = {2, 0, 0, 0, 0, 1, 2,   0,  0, 0, 0, 9, 8, 6, 0, 1, 8,   0,  6, 4,
                         0, 2, /* */
                         2, 0, 0, 0, 0, 9, 198, 18, 0, 2, 2, 0, 0, 0, 0, 1, 198, 18, 0, 1};
    struct lc_addr who = addr("198.18.0.2"), other = addr("198.18.0.3");
    uint8_t mac[6] = {0};

    (void)state;
    assert_true(lc_resolve_answer(lc_slice_of(frame, 60), &who, mac));
    assert_memory_equal(mac, their_mac, 6);
    assert_false(lc_resolve_answer(lc_slice_of(frame, 60), &other, mac));
    assert_false(lc_resolve_answer(lc_slice_of(frame, 41), &who, mac));
}

static void an_ndp_question_is_that_of_rfc_4861(void **state)
{
    static const uint8_t want[86] = {
        0x33, 0x33, 0xff, 0,    0, 2,  2,  0,   0, 0, 0, 1, 0x86, 0xdd,       /* Ethernet */
        0x60, 0,    0,    0,    0, 32, 58, 255,                               /* IPv6 */
        0x20, 1,    0x0d, 0xb8, 0, 0,  0,  0,   0, 0, 0, 0, 0,    0,    0, 1, /* from */
        0xff, 2,    0,    0,    0, 0,  0,  0,   0, 0, 0, 1, 0xff, 0,    0, 2, /* to the group */
        135,  0,    0,    0,    0, 0,  0,  0,                                 /* asks */
        0xfe, 0x80, 0,    0,    0, 0,  0,  0,   0, 0, 0, 0, 0,    0,    0, 2, /* about */
        1,    1,    2,    0,    0, 0,  0,  1};                                /* who asks */
    struct lc_addr ours = addr("2001:db8::1"), who = addr("fe80::2");
    uint8_t got[LC_RESOLVE_FRAME], summed[86];

    (void)state;
    memcpy(summed, want, 86);
    kit_resum(summed, 86);
    assert_int_equal(lc_resolve_ask(our_mac, &ours, &who, got), 86);
    assert_memory_equal(got, summed, 86);
}

static void an_ndp_answer_must_come_from_the_link_and_be_whole(void **state)
{
    uint8_t frame[86] = {
        2,    0,    0,    0,    0,    1,  2,  0,   0, 0, 0, 8, 0x86, 0xdd,       /* Ethernet */
        0x60, 0,    0,    0,    0,    32, 58, 255,                               /* IPv6 */
        0xfe, 0x80, 0,    0,    0,    0,  0,  0,   0, 0, 0, 0, 0,    0,    0, 2, /* from */
        0x20, 1,    0x0d, 0xb8, 0,    0,  0,  0,   0, 0, 0, 0, 0,    0,    0, 1, /* to */
        136,  0,    0,    0,    0xe0, 0,  0,  0,                                 /* answers */
        0xfe, 0x80, 0,    0,    0,    0,  0,  0,   0, 0, 0, 0, 0,    0,    0, 2, /* for */
        2,    1,    2,    0,    0,    0,  0,  9};                                /* its address */
    struct lc_addr who = addr("fe80::2"), other = addr("fe80::3");
    uint8_t mac[6] = {0};

    (void)state;
    kit_resum(frame, 86);
    assert_true(lc_resolve_answer(lc_slice_of(frame, 86), &who, mac));
    assert_memory_equal(mac, their_mac, 6);
    assert_false(lc_resolve_answer(lc_slice_of(frame, 86), &other, mac));
    for (size_t cut = 0; cut < 86; cut++)
        assert_false(lc_resolve_answer(lc_slice_of(frame, cut), &who, mac));
    frame[21] = 254; /* a router passed it on */
    assert_false(lc_resolve_answer(lc_slice_of(frame, 86), &who, mac));
    frame[21] = 255;
    frame[80]++; /* the sum is wrong */
    assert_false(lc_resolve_answer(lc_slice_of(frame, 86), &who, mac));
    frame[80]--;
    frame[79] = 0; /* an option of no length */
    kit_resum(frame, 86);
    assert_true(lc_resolve_answer(lc_slice_of(frame, 86), &who, mac));
    assert_int_equal(mac[5], 8); /* then who sent it */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_for_a_route_is_one_message),
        cmocka_unit_test(questions_for_all_routes_and_a_neighbour),
        cmocka_unit_test(routes_are_read_with_their_gateways),
        cmocka_unit_test(a_default_route_of_a_dump_has_no_destination),
        cmocka_unit_test(a_dump_is_a_row_of_messages_with_an_end),
        cmocka_unit_test(a_no_of_the_kernel_has_its_errno),
        cmocka_unit_test(a_neighbour_has_a_state_and_an_address),
        cmocka_unit_test(bent_messages_do_no_harm),
        cmocka_unit_test(an_arp_question_is_that_of_rfc_826),
        cmocka_unit_test(an_arp_answer_is_believed_about_its_sender_only),
        cmocka_unit_test(an_ndp_question_is_that_of_rfc_4861),
        cmocka_unit_test(an_ndp_answer_must_come_from_the_link_and_be_whole),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
