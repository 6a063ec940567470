/* SPDX-License-Identifier: Apache-2.0 */
/* Engine packet over a real link (link_kit.h); skipped where there can be none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/hash.h"
#include "frame_kit.h"
#include "link_kit.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static enum lc_status open_engine(const struct lc_range *plan, size_t n,
                                  const struct lc_addr *sources, size_t sources_n,
                                  struct lc_engine *out, struct lc_err *err)
{
    struct lc_engine_packet_config cfg = {
        .plan = plan, .plan_n = n, .sources = sources, .sources_n = sources_n};

    lc_random(cfg.cookie_key, sizeof cfg.cookie_key);
    assert_int_equal(lc_engine_ports(&cfg.port_low, &cfg.port_high, err), LC_OK);
    return lc_engine_packet_open(&cfg, out, err);
}

static void who_listens_is_open_and_who_does_not_is_refused(void **state)
{
    const struct lc_range plan[2] = {link_range("198.19.0.0/24"), link_range("2001:db8:1::/120")};
    struct lc_probe v[2 * LINK_HOSTS];
    struct lc_engine e;
    struct lc_err err = {""};
    static struct link_heard h;

    (void)state;
    if (link_skipped)
        skip();
    if (open_engine(plan, 2, NULL, 0, &e, &err) != LC_OK)
        fail_msg("%s", err.text);
    for (unsigned i = 0; i < LINK_HOSTS; i++) {
        v[2 * i] = (struct lc_probe){.to = link_host4(i), .port = LINK_TCP};
        v[2 * i + 1] = (struct lc_probe){.to = link_host6(i), .port = LINK_TCP};
    }
    link_send_all(&e, v, 2 * LINK_HOSTS);
    link_listen_for(&e, &h, 2 * LINK_HOSTS);
    for (unsigned v6 = 0; v6 < 2; v6++)
        for (unsigned i = 0; i < LINK_HOSTS; i++) {
            assert_int_equal(h.open[v6][i], link_listens(i));
            assert_int_equal(h.refused[v6][i], !link_listens(i));
        }
    assert_int_equal(h.others + h.unreachable, 0);
    assert_int_equal(link_counts(&e).sent, 2 * LINK_HOSTS);
    assert_int_equal(link_counts(&e).received, 2 * LINK_HOSTS);
    assert_int_equal(link_counts(&e).invalid, 0);
    assert_int_equal(link_counts(&e).local_drops, 0);
    e.close(e.ctx);
}

static void a_router_that_knows_no_way_is_heard_about_the_address(void **state)
{
    const struct lc_range plan = link_range("198.19.1.0/24");
    struct lc_engine e;
    struct lc_err err = {""};
    struct lc_probe v[4];
    static struct link_heard h;

    (void)state;
    if (link_skipped)
        skip();
    if (open_engine(&plan, 1, NULL, 0, &e, &err) != LC_OK)
        fail_msg("%s", err.text);
    for (unsigned i = 0; i < 4; i++)
        v[i] = (struct lc_probe){.to = link_host4(256 + i), .port = LINK_TCP};
    link_send_all(&e, v, 4);
    link_listen_for(&e, &h, 4);
    assert_int_equal(h.unreachable, 4);
    assert_int_equal(h.n, 4);
    e.close(e.ctx);
}

static void a_question_over_udp_to_a_closed_port_is_refused(void **state)
{
    const struct lc_range plan = link_range("198.19.0.0/24");
    struct lc_probe v = {.to = link_host4(4), .port = {.port = KIT_PORT, .dgram = LC_D_WSD}};
    struct lc_engine e;
    struct lc_err err = {""};
    static struct link_heard h;

    (void)state;
    if (link_skipped)
        skip();
    if (open_engine(&plan, 1, NULL, 0, &e, &err) != LC_OK)
        fail_msg("%s", err.text);
    link_send_all(&e, &v, 1);
    link_listen_for(&e, &h, 1);
    assert_int_equal(h.n, 1);
    assert_int_equal(h.others, 1); /* not LINK_PORT, and not unreachable: refused by the address */
    e.close(e.ctx);
}

/* How many TCP packets came for 198.18.0.`last`: a raw socket has seen them all. */
static unsigned came_for(int raw, unsigned total[static 256])
{
    uint8_t packet[256];
    unsigned n = 0;

    for (ssize_t got; (got = recv(raw, packet, sizeof packet, MSG_DONTWAIT)) > 0; n++)
        total[packet[19]]++;
    return n;
}

static void sources_take_turns_and_all_are_answered(void **state)
{
    const struct lc_range plan = link_range("198.19.0.0/24");
    const struct lc_addr sources[2] = {lc_addr_v4(0xc6120001), lc_addr_v4(0xc6120005)};
    struct lc_probe v[10];
    struct lc_engine e;
    struct lc_err err = {""};
    static struct link_heard h;
    unsigned total[256] = {0};
    int raw;

    (void)state;
    if (link_skipped)
        skip();
    raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);
    assert_true(raw >= 0);
    if (open_engine(&plan, 1, sources, 2, &e, &err) != LC_OK)
        fail_msg("%s", err.text);
    for (unsigned i = 0; i < 10; i++)
        v[i] = (struct lc_probe){.to = link_host4(10 + i), .port = LINK_TCP};
    link_send_all(&e, v, 10);
    link_listen_for(&e, &h, 10);
    assert_int_equal(h.n, 10);
    assert_int_equal(link_counts(&e).invalid, 0);
    assert_int_equal(came_for(raw, total), 10);
    assert_int_equal(total[1], 5);
    assert_int_equal(total[5], 5);
    (void)close(raw);
    e.close(e.ctx);
}

static void our_own_address_is_not_asked(void **state)
{
    const struct lc_range plan = link_range("198.19.0.0/24");
    struct lc_probe v[2] = {{.to = lc_addr_v4(0xc6120001), .port = LINK_TCP},
                            {.to = link_host4(3), .port = LINK_TCP}};
    struct lc_engine e;
    struct lc_err err = {""};
    static struct link_heard h;

    (void)state;
    if (link_skipped)
        skip();
    if (open_engine(&plan, 1, NULL, 0, &e, &err) != LC_OK)
        fail_msg("%s", err.text);
    link_send_all(&e, v, 2);
    link_listen_for(&e, &h, 1);
    assert_int_equal(h.open[0][3], 1);
    assert_int_equal(link_counts(&e).sent, 1);
    e.close(e.ctx);
}

static void after_open_sendmmsg_and_getsockopt_are_enough(void **state)
{
    const struct lc_range plan = link_range("198.19.0.0/24");
    struct lc_probe v[LINK_HOSTS];
    struct lc_engine e;
    struct lc_err err = {""};

    (void)state;
    if (link_skipped)
        skip();
    if (open_engine(&plan, 1, NULL, 0, &e, &err) != LC_OK)
        fail_msg("%s", err.text);
    for (unsigned i = 0; i < LINK_HOSTS; i++)
        v[i] = (struct lc_probe){.to = link_host4(i), .port = LINK_TCP};
    assert_int_equal(link_confined(&e, v, LINK_HOSTS, false), 0);
    e.close(e.ctx);
}

static void refused(const char *plan, const char *more, enum lc_status want, const char *says)
{
    struct lc_range v[2] = {link_range(plan), link_range(more ? more : plan)};
    struct lc_engine e;
    struct lc_err err = {""};

    assert_int_equal(open_engine(v, more ? 2 : 1, NULL, 0, &e, &err), want);
    if (strstr(err.text, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, says);
}

static void a_plan_that_does_not_go_one_way_is_refused_by_name(void **state)
{
    const struct lc_addr foreign = lc_addr_v4(0xc612004d); /* 198.18.0.77 */
    const struct lc_range plan = link_range("198.19.0.0/24");
    struct lc_engine e;
    struct lc_err err = {""};

    (void)state;
    if (link_skipped)
        skip();
    refused("198.18.0.0/25", NULL, LC_EINVAL, "198.18.0.0 is on a network");
    refused("100.64.0.0/24", NULL, LC_EINVAL, "no route to 100.64.0.0");
    refused("198.19.0.0/24", "198.51.100.0/24", LC_EINVAL, "198.19.0.0 and 198.51.100.0");
    refused("203.0.113.0/24", NULL, LC_EINVAL, "203.0.113.0 and 203.0.113.64"); /* inside */
    refused("127.0.0.0/24", NULL, LC_EINVAL, "this machine itself");
    assert_int_equal(open_engine(&plan, 1, &foreign, 1, &e, &err), LC_EINVAL);
    assert_non_null(strstr(err.text, "198.18.0.77"));
}

static void a_router_that_the_kernel_knows_is_not_asked_again(void **state)
{
    const struct lc_range plan = link_range("192.0.2.0/24");
    struct lc_engine e;
    struct lc_err err = {""};
    int64_t began = lc_clock_mono_us();

    (void)state;
    if (link_skipped)
        skip();
    if (open_engine(&plan, 1, NULL, 0, &e, &err) != LC_OK) /* nobody would answer there */
        fail_msg("%s", err.text);
    assert_true(lc_clock_mono_us() - began < LC_MS(900));
    e.close(e.ctx);
}

static void loopback_is_swept_where_the_kernel_was_told_to_allow_it(void **state)
{
    const struct lc_range plan = link_range("127.0.0.0/24");
    struct lc_addr there = lc_addr_v4(0x7f000005), other = lc_addr_v4(0x7f000006);
    struct lc_probe v[2] = {{.to = there, .port = LINK_TCP}, {.to = other, .port = LINK_TCP}};
    struct lc_engine e;
    struct lc_err err = {""};
    static struct link_heard h;

    (void)state;
    if (link_skipped)
        skip();
    assert_true(link_run("echo 1 > /proc/sys/net/ipv4/conf/lo/accept_local && "
                         "echo 1 > /proc/sys/net/ipv4/conf/lo/route_localnet"));
    assert_true(link_listen_at(&there));
    if (open_engine(&plan, 1, NULL, 0, &e, &err) != LC_OK)
        fail_msg("%s", err.text);
    link_send_all(&e, v, 2);
    link_listen_for(&e, &h, 2);
    assert_int_equal(h.n, 2);
    assert_int_equal(link_counts(&e).received, 2);
    assert_int_equal(link_counts(&e).invalid, 0);
    e.close(e.ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_listens_is_open_and_who_does_not_is_refused),
        cmocka_unit_test(a_router_that_knows_no_way_is_heard_about_the_address),
        cmocka_unit_test(a_question_over_udp_to_a_closed_port_is_refused),
        cmocka_unit_test(sources_take_turns_and_all_are_answered),
        cmocka_unit_test(our_own_address_is_not_asked),
        cmocka_unit_test(after_open_sendmmsg_and_getsockopt_are_enough),
        cmocka_unit_test(a_plan_that_does_not_go_one_way_is_refused_by_name),
        cmocka_unit_test(a_router_that_the_kernel_knows_is_not_asked_again),
        cmocka_unit_test(loopback_is_swept_where_the_kernel_was_told_to_allow_it),
    };

    return cmocka_run_group_tests(tests, link_setup, link_teardown);
}
