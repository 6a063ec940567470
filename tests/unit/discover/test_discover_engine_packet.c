/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine packet over a real link: two network namespaces that this program makes for itself, a pair
 * of virtual cards between them, and on the far side a machine that owns whole prefixes (AnyIP) and
 * listens on some of their addresses. Nothing leaves them. Needs root and ip(8); skipped without.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "base/hash.h"
#include "discover/engine.h"
#include "frame_kit.h"

#include <assert.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOSTS 256U /* in each prefix */
#define PORT  554U
#define TCP   ((struct lc_sweep_port){.port = PORT})

static const char *skipped; /* why */
static const char *broken;  /* what should have worked */
static pid_t far_side;
static int to_far = -1;

static bool listens(unsigned host)
{
    return host % 7 == 3;
}

/* ---- making the two namespaces ---- */

static bool run(const char *command)
{
    char quiet[512];

    (void)snprintf(quiet, sizeof quiet, "%s 2>/dev/null", command);
    return system(quiet) == 0; /* fixed texts and a process number: nothing of a peer's */
}

static bool run_all(const char *const *commands)
{
    for (size_t i = 0; commands[i]; i++)
        if (!run(commands[i])) {
            (void)fprintf(stderr, "failed: %s\n", commands[i]);
            return false;
        }
    return true;
}

static bool listen_at(const struct lc_addr *a)
{
    struct sockaddr_storage ss;
    socklen_t n = lc_addr_to_sockaddr(a, PORT, &ss);
    int fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

    /* A prefix of one's own is not enough for bind() in IPv6. */
    return fd >= 0 && setsockopt(fd, SOL_IP, IP_FREEBIND, &one, sizeof one) == 0 &&
           bind(fd, (const struct sockaddr *)&ss, n) == 0 && listen(fd, 64) == 0;
}

static struct lc_addr host4(unsigned i)
{
    return lc_addr_v4(0xc6130000 + i); /* 198.19.0.i */
}

static struct lc_addr host6(unsigned i)
{
    struct lc_addr a;

    assert(lc_addr_parse(LC_S("2001:db8:1::"), &a) == LC_OK);
    a.b[15] = (uint8_t)i;
    return a;
}

static bool be_the_far_side(void)
{
    static const char *const commands[] = {
        "ip link set lo up",
        "ip addr add 198.18.0.2/24 dev v1",
        "ip addr add 2001:db8::2/64 dev v1 nodad",
        "ip link set v1 up",
        "ip route add local 198.19.0.0/24 dev lo",
        "ip -6 route add local 2001:db8:1::/120 dev lo",
        "ip route add unreachable 198.19.1.0/24",
        "echo 1 > /proc/sys/net/ipv4/ip_forward",
        "echo 0 > /proc/sys/net/ipv4/icmp_ratelimit",
        NULL,
    };

    if (!run_all(commands))
        return false;
    for (unsigned i = 0; i < HOSTS; i++) {
        struct lc_addr a = host4(i), b = host6(i);

        if (listens(i) && (!listen_at(&a) || !listen_at(&b)))
            return false;
    }
    return true;
}

/* One byte each way says "my namespace stands", "your card is there" and "ready". It ends with us.
 */
static void far_process(int in, int out)
{
    char c = 'n';

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (unshare(CLONE_NEWNET) != 0 || write(out, &c, 1) != 1 || read(in, &c, 1) != 1)
        _exit(1);
    if (!be_the_far_side() || write(out, &c, 1) != 1)
        _exit(1);
    (void)!read(in, &c, 1);
    _exit(0);
}

static bool be_the_near_side(void)
{
    static const char *const commands[] = {
        "ip link set lo up",
        "ip addr add 198.18.0.1/24 dev v0",
        "ip addr add 198.18.0.5/24 dev v0",
        "ip addr add 2001:db8::1/64 dev v0 nodad",
        "ip link set v0 up",
        "ip route add 198.19.0.0/16 via 198.18.0.2",
        "ip route add 198.51.100.0/24 via 198.18.0.9",
        "ip route add 203.0.113.0/24 via 198.18.0.2",
        "ip route add 203.0.113.64/26 via 198.18.0.9",
        "ip route add 192.0.2.0/24 via 198.18.0.7",
        "ip neigh add 198.18.0.7 lladdr 02:00:00:00:00:07 dev v0 nud permanent",
        "ip -6 route add 2001:db8:1::/48 via 2001:db8::2",
        NULL,
    };
    char command[128];

    (void)snprintf(command, sizeof command, "ip link add v0 type veth peer name v1 netns %d",
                   (int)far_side);
    return run(command) && run_all(commands);
}

static const char *make_namespaces(void)
{
    int there[2], back[2];
    char c;

    if (geteuid() != 0)
        return "not root";
    if (!run("ip -V >/dev/null"))
        return "no ip(8) here";
    if (unshare(CLONE_NEWNET) != 0)
        return "no network namespaces here";
    broken = "pipes";
    if (pipe2(there, O_CLOEXEC) != 0 || pipe2(back, O_CLOEXEC) != 0)
        return NULL;
    far_side = fork();
    if (far_side == 0) {
        (void)close(there[1]);
        far_process(there[0], back[1]);
    }
    to_far = there[1];
    (void)close(back[1]);
    broken = "a second namespace";
    if (far_side < 0 || read(back[0], &c, 1) != 1)
        return NULL;
    broken = "the near side";
    if (!be_the_near_side())
        return NULL;
    broken = "the far side";
    if (write(to_far, &c, 1) == 1 && read(back[0], &c, 1) == 1)
        broken = NULL;
    return NULL;
}

static int setup(void **state)
{
    (void)state;
    skipped = make_namespaces();
    if (skipped)
        print_message("skipped: %s\n", skipped);
    if (broken)
        print_message("cannot set up %s\n", broken);
    return broken ? -1 : 0;
}

static int teardown(void **state)
{
    (void)state;
    if (far_side > 0) {
        (void)close(to_far);
        (void)waitpid(far_side, NULL, 0);
    }
    return 0;
}

/* ---- sweeping them ---- */

struct heard {
    unsigned open[2][HOSTS], refused[2][HOSTS]; /* IPv4, IPv6 */
    unsigned unreachable, others, n;
};

static struct lc_range range(const char *text)
{
    struct lc_range r;

    assert_int_equal(lc_range_parse(lc_slice_str(text), &r), LC_OK);
    return r;
}

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

static void on_answer(void *sweep, int64_t now_us, const struct lc_answer *a)
{
    struct heard *h = sweep;
    unsigned v6 = !lc_addr_is_v4(&a->from), i = a->from.b[15];
    struct lc_addr known = v6 ? host6(i) : host4(i);
    bool ours = lc_addr_cmp(&a->from, &known) == 0 && a->port.port == PORT;

    (void)now_us;
    h->n++;
    if (a->kind == LC_ANSWER_UNREACHABLE)
        h->unreachable++;
    else if (!ours)
        h->others++;
    else if (a->kind == LC_ANSWER_OPEN)
        h->open[v6][i]++;
    else
        h->refused[v6][i]++;
}

/* Until `want` answers are in, or five seconds have passed: then the counts say what is missing. */
static void listen_for(struct lc_engine *e, struct heard *h, unsigned want)
{
    int64_t until = lc_clock_mono_us() + LC_SEC(5), now;

    while (h->n < want && (now = lc_clock_mono_us()) < until) {
        struct pollfd p = {.fd = e->fd, .events = POLLIN};

        if (poll(&p, 1, (int)((until - now) / 1000 + 1)) > 0)
            while (e->receive(e->ctx, lc_clock_mono_us(), on_answer, h))
                ;
    }
}

static void send_all(struct lc_engine *e, const struct lc_probe *v, size_t n)
{
    size_t at = 0;

    for (int tries = 0; at < n; tries++) {
        assert_in_range(tries, 0, 1000000);
        at += e->send(e->ctx, lc_clock_mono_us(), v + at, n - at);
    }
}

static struct lc_engine_counts counts(struct lc_engine *e)
{
    struct lc_engine_counts c;

    e->counts(e->ctx, &c);
    return c;
}

static void who_listens_is_open_and_who_does_not_is_refused(void **state)
{
    const struct lc_range plan[2] = {range("198.19.0.0/24"), range("2001:db8:1::/120")};
    struct lc_probe v[2 * HOSTS];
    struct lc_engine e;
    struct lc_err err = {""};
    static struct heard h;

    (void)state;
    if (skipped)
        skip();
    if (open_engine(plan, 2, NULL, 0, &e, &err) != LC_OK)
        fail_msg("%s", err.text);
    for (unsigned i = 0; i < HOSTS; i++) {
        v[2 * i] = (struct lc_probe){.to = host4(i), .port = TCP};
        v[2 * i + 1] = (struct lc_probe){.to = host6(i), .port = TCP};
    }
    send_all(&e, v, 2 * HOSTS);
    listen_for(&e, &h, 2 * HOSTS);
    for (unsigned v6 = 0; v6 < 2; v6++)
        for (unsigned i = 0; i < HOSTS; i++) {
            assert_int_equal(h.open[v6][i], listens(i));
            assert_int_equal(h.refused[v6][i], !listens(i));
        }
    assert_int_equal(h.others + h.unreachable, 0);
    assert_int_equal(counts(&e).sent, 2 * HOSTS);
    assert_int_equal(counts(&e).received, 2 * HOSTS);
    assert_int_equal(counts(&e).invalid, 0);
    assert_int_equal(counts(&e).local_drops, 0);
    e.close(e.ctx);
}

static void a_router_that_knows_no_way_is_heard_about_the_address(void **state)
{
    const struct lc_range plan = range("198.19.1.0/24");
    struct lc_engine e;
    struct lc_err err = {""};
    struct lc_probe v[4];
    static struct heard h;

    (void)state;
    if (skipped)
        skip();
    if (open_engine(&plan, 1, NULL, 0, &e, &err) != LC_OK)
        fail_msg("%s", err.text);
    for (unsigned i = 0; i < 4; i++)
        v[i] = (struct lc_probe){.to = host4(256 + i), .port = TCP};
    send_all(&e, v, 4);
    listen_for(&e, &h, 4);
    assert_int_equal(h.unreachable, 4);
    assert_int_equal(h.n, 4);
    e.close(e.ctx);
}

static void a_question_over_udp_to_a_closed_port_is_refused(void **state)
{
    const struct lc_range plan = range("198.19.0.0/24");
    struct lc_probe v = {.to = host4(4), .port = {.port = KIT_PORT, .dgram = LC_D_WSD}};
    struct lc_engine e;
    struct lc_err err = {""};
    static struct heard h;

    (void)state;
    if (skipped)
        skip();
    if (open_engine(&plan, 1, NULL, 0, &e, &err) != LC_OK)
        fail_msg("%s", err.text);
    send_all(&e, &v, 1);
    listen_for(&e, &h, 1);
    assert_int_equal(h.n, 1);
    assert_int_equal(h.others, 1); /* not PORT, and not unreachable: refused by the address */
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
    const struct lc_range plan = range("198.19.0.0/24");
    const struct lc_addr sources[2] = {lc_addr_v4(0xc6120001), lc_addr_v4(0xc6120005)};
    struct lc_probe v[10];
    struct lc_engine e;
    struct lc_err err = {""};
    static struct heard h;
    unsigned total[256] = {0};
    int raw;

    (void)state;
    if (skipped)
        skip();
    raw = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_TCP);
    assert_true(raw >= 0);
    if (open_engine(&plan, 1, sources, 2, &e, &err) != LC_OK)
        fail_msg("%s", err.text);
    for (unsigned i = 0; i < 10; i++)
        v[i] = (struct lc_probe){.to = host4(10 + i), .port = TCP};
    send_all(&e, v, 10);
    listen_for(&e, &h, 10);
    assert_int_equal(h.n, 10);
    assert_int_equal(counts(&e).invalid, 0);
    assert_int_equal(came_for(raw, total), 10);
    assert_int_equal(total[1], 5);
    assert_int_equal(total[5], 5);
    (void)close(raw);
    e.close(e.ctx);
}

static void our_own_address_is_not_asked(void **state)
{
    const struct lc_range plan = range("198.19.0.0/24");
    struct lc_probe v[2] = {{.to = lc_addr_v4(0xc6120001), .port = TCP},
                            {.to = host4(3), .port = TCP}};
    struct lc_engine e;
    struct lc_err err = {""};
    static struct heard h;

    (void)state;
    if (skipped)
        skip();
    if (open_engine(&plan, 1, NULL, 0, &e, &err) != LC_OK)
        fail_msg("%s", err.text);
    send_all(&e, v, 2);
    listen_for(&e, &h, 1);
    assert_int_equal(h.open[0][3], 1);
    assert_int_equal(counts(&e).sent, 1);
    e.close(e.ctx);
}

static void refused(const char *plan, const char *more, enum lc_status want, const char *says)
{
    struct lc_range v[2] = {range(plan), range(more ? more : plan)};
    struct lc_engine e;
    struct lc_err err = {""};

    assert_int_equal(open_engine(v, more ? 2 : 1, NULL, 0, &e, &err), want);
    if (strstr(err.text, says) == NULL)
        fail_msg("\"%s\" does not say \"%s\"", err.text, says);
}

static void a_plan_that_does_not_go_one_way_is_refused_by_name(void **state)
{
    const struct lc_addr foreign = lc_addr_v4(0xc612004d); /* 198.18.0.77 */
    const struct lc_range plan = range("198.19.0.0/24");
    struct lc_engine e;
    struct lc_err err = {""};

    (void)state;
    if (skipped)
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
    const struct lc_range plan = range("192.0.2.0/24");
    struct lc_engine e;
    struct lc_err err = {""};
    int64_t began = lc_clock_mono_us();

    (void)state;
    if (skipped)
        skip();
    if (open_engine(&plan, 1, NULL, 0, &e, &err) != LC_OK) /* nobody would answer there */
        fail_msg("%s", err.text);
    assert_true(lc_clock_mono_us() - began < LC_MS(900));
    e.close(e.ctx);
}

static void loopback_is_swept_where_the_kernel_was_told_to_allow_it(void **state)
{
    const struct lc_range plan = range("127.0.0.0/24");
    struct lc_addr there = lc_addr_v4(0x7f000005), other = lc_addr_v4(0x7f000006);
    struct lc_probe v[2] = {{.to = there, .port = TCP}, {.to = other, .port = TCP}};
    struct lc_engine e;
    struct lc_err err = {""};
    static struct heard h;

    (void)state;
    if (skipped)
        skip();
    assert_true(run("echo 1 > /proc/sys/net/ipv4/conf/lo/accept_local && "
                    "echo 1 > /proc/sys/net/ipv4/conf/lo/route_localnet"));
    assert_true(listen_at(&there));
    if (open_engine(&plan, 1, NULL, 0, &e, &err) != LC_OK)
        fail_msg("%s", err.text);
    send_all(&e, v, 2);
    listen_for(&e, &h, 2);
    assert_int_equal(h.n, 2);
    assert_int_equal(counts(&e).received, 2);
    assert_int_equal(counts(&e).invalid, 0);
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
        cmocka_unit_test(a_plan_that_does_not_go_one_way_is_refused_by_name),
        cmocka_unit_test(a_router_that_the_kernel_knows_is_not_asked_again),
        cmocka_unit_test(loopback_is_swept_where_the_kernel_was_told_to_allow_it),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
