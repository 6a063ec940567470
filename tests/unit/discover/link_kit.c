/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "link_kit.h"

#include "base/clock.h"

#include <assert.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

const char *link_skipped;
static const char *broken; /* what should have worked */
static pid_t far_side;
static int to_far = -1, from_far = -1;

bool link_listens(unsigned host)
{
    return host % 7 == 3;
}

/* ---- making the two namespaces ---- */

bool link_run(const char *command)
{
    char quiet[512];

    (void)snprintf(quiet, sizeof quiet, "%s 2>/dev/null", command);
    return system(quiet) == 0; /* fixed texts and a process number: nothing of a peer's */
}

static bool run_all(const char *const *commands)
{
    for (size_t i = 0; commands[i]; i++)
        if (!link_run(commands[i])) {
            (void)fprintf(stderr, "failed: %s\n", commands[i]);
            return false;
        }
    return true;
}

bool link_listen_at(const struct lc_addr *a)
{
    struct sockaddr_storage ss;
    socklen_t n = lc_addr_to_sockaddr(a, LINK_PORT, &ss);
    int fd = socket(ss.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0), one = 1;

    /* A prefix of one's own is not enough for bind() in IPv6. */
    return fd >= 0 && setsockopt(fd, SOL_IP, IP_FREEBIND, &one, sizeof one) == 0 &&
           bind(fd, (const struct sockaddr *)&ss, n) == 0 && listen(fd, 64) == 0;
}

struct lc_addr link_host4(unsigned i)
{
    return lc_addr_v4(0xc6130000 + i); /* 198.19.0.i */
}

struct lc_addr link_host6(unsigned i)
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
    for (unsigned i = 0; i < LINK_HOSTS; i++) {
        struct lc_addr a = link_host4(i), b = link_host6(i);

        if (link_listens(i) && (!link_listen_at(&a) || !link_listen_at(&b)))
            return false;
    }
    return true;
}

static bool set_gro(bool on)
{
    struct ethtool_value v = {.cmd = ETHTOOL_SGRO, .data = on};
    struct ifreq r = {.ifr_name = "v1"};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool ok;

    r.ifr_data = (void *)&v;
    ok = fd >= 0 && ioctl(fd, SIOCETHTOOL, &r) == 0;
    (void)close(fd);
    return ok;
}

/* One byte each way says "my namespace stands", "your card is there" and "ready"; after that 1 and
 * 0 set its card's GRO. It ends with us. */
static void far_process(int in, int out)
{
    char c = 'n';

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (unshare(CLONE_NEWNET) != 0 || write(out, &c, 1) != 1 || read(in, &c, 1) != 1)
        _exit(1);
    if (!be_the_far_side() || write(out, &c, 1) != 1)
        _exit(1);
    while (read(in, &c, 1) == 1)
        if (!set_gro(c == '1') || write(out, &c, 1) != 1)
            _exit(1);
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
    return link_run(command) && run_all(commands);
}

static const char *make_namespaces(void)
{
    int there[2], back[2];
    char c;

    if (geteuid() != 0)
        return "not root";
    if (!link_run("ip -V >/dev/null"))
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
    from_far = back[0];
    (void)close(back[1]);
    broken = "a second namespace";
    if (far_side < 0 || read(from_far, &c, 1) != 1)
        return NULL;
    broken = "the near side";
    if (!be_the_near_side())
        return NULL;
    broken = "the far side";
    if (write(to_far, &c, 1) == 1 && read(from_far, &c, 1) == 1)
        broken = NULL;
    return NULL;
}

int link_setup(void **state)
{
    (void)state;
    link_skipped = make_namespaces();
    if (link_skipped)
        print_message("skipped: %s\n", link_skipped);
    if (broken)
        print_message("cannot set up %s\n", broken);
    return broken ? -1 : 0;
}

bool link_set_gro(bool on)
{
    char c = on ? '1' : '0';

    return write(to_far, &c, 1) == 1 && read(from_far, &c, 1) == 1;
}

int link_teardown(void **state)
{
    (void)state;
    if (far_side > 0) {
        (void)close(to_far);
        (void)close(from_far);
        (void)waitpid(far_side, NULL, 0);
    }
    return 0;
}

/* ---- sweeping them ---- */

struct lc_range link_range(const char *text)
{
    struct lc_range r;

    assert_int_equal(lc_range_parse(lc_slice_str(text), &r), LC_OK);
    return r;
}

static void on_answer(void *sweep, int64_t now_us, const struct lc_answer *a)
{
    struct link_heard *h = sweep;
    unsigned v6 = !lc_addr_is_v4(&a->from), i = a->from.b[15];
    struct lc_addr known = v6 ? link_host6(i) : link_host4(i);
    bool ours = lc_addr_cmp(&a->from, &known) == 0 && a->port.port == LINK_PORT;

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
void link_listen_for(struct lc_engine *e, struct link_heard *h, unsigned want)
{
    int64_t until = lc_clock_mono_us() + LC_SEC(5), now;

    while (h->n < want && (now = lc_clock_mono_us()) < until) {
        struct pollfd p = {.fd = e->fd, .events = POLLIN};

        if (poll(&p, 1, (int)((until - now) / 1000 + 1)) > 0)
            while (e->receive(e->ctx, lc_clock_mono_us(), on_answer, h))
                ;
    }
}

void link_send_all(struct lc_engine *e, const struct lc_probe *v, size_t n)
{
    size_t at = 0;

    for (int tries = 0; at < n; tries++) {
        assert_in_range(tries, 0, 1000000);
        at += e->send(e->ctx, lc_clock_mono_us(), v + at, n - at);
    }
}

struct lc_engine_counts link_counts(struct lc_engine *e)
{
    struct lc_engine_counts c;

    e->counts(e->ctx, &c);
    return c;
}

/* ---- confined ---- */

static bool confine(bool bpf)
{
    static const int calls[] = {
        SCMP_SYS(sendmmsg),      SCMP_SYS(getsockopt),  SCMP_SYS(poll), SCMP_SYS(exit_group),
        SCMP_SYS(clock_gettime), SCMP_SYS(sigaltstack), /* the sanitizer's, before _exit */
    };
    scmp_filter_ctx f = seccomp_init(SCMP_ACT_KILL_PROCESS);
    bool ok = f != NULL;

    for (size_t i = 0; ok && i < sizeof calls / sizeof *calls; i++)
        ok = seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 0) == 0;
    if (ok && bpf)
        ok = seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(bpf), 1,
                              SCMP_A0(SCMP_CMP_EQ, BPF_PROG_TEST_RUN)) == 0;
    return ok && seccomp_load(f) == 0; /* releasing it would be a call more */
}

static int work_confined(struct lc_engine *e, const struct lc_probe *v, size_t n, bool bpf)
{
    static struct link_heard h;

    if (setresuid(65534, 65534, 65534) != 0 || !confine(bpf))
        return 1;
    for (size_t at = 0, tries = 0; at < n && tries < 1000000; tries++)
        at += e->send(e->ctx, lc_clock_mono_us(), v + at, n - at);
    link_listen_for(e, &h, (unsigned)n);
    return h.n == n ? 0 : 2;
}

int link_confined(struct lc_engine *e, const struct lc_probe *v, size_t n, bool bpf)
{
    int status = -1;
    pid_t child = fork();

    if (child == 0)
        _exit(work_confined(e, v, n, bpf));
    return child > 0 && waitpid(child, &status, 0) == child ? status : -1;
}
