/* SPDX-License-Identifier: Apache-2.0 */
/* Multicast and broadcast sockets on one interface. See shout.h. */
#include "run/shout.h"

#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void lc_shout_init(struct lc_shout *s)
{
    for (size_t i = 0; i < LC_SHOUT_NETS; i++)
        for (size_t k = 0; k < LC_D_COUNT; k++)
            s->fds[i][k] = -1;
}

void lc_shout_close(struct lc_shout *s)
{
    for (size_t i = 0; i < LC_SHOUT_NETS; i++)
        for (size_t k = 0; k < LC_D_COUNT; k++)
            if (s->fds[i][k] >= 0)
                (void)close(s->fds[i][k]);
    lc_shout_init(s);
}

bool lc_shout_allowed(const struct lc_shout_net *net, const struct lc_gate *gate, int64_t now_s)
{
    struct lc_addr first = lc_addr_next(&net->net.first), last = lc_addr_prev(&net->net.last);

    /* The ends of an IPv4 network name the network and its broadcast: no device has them. */
    if (lc_range_count(&net->net) < 4) {
        first = net->net.first;
        last = net->net.last;
    }
    return lc_addr_is_private(&first) && lc_addr_is_private(&last) &&
           lc_gate_check(gate, &first, now_s) && lc_gate_check(gate, &last, now_s);
}

static void set_int(int fd, int level, int name, int value)
{
    (void)setsockopt(fd, level, name, &value, sizeof value);
}

/* Where answers come from the group itself, or devices speak unasked. */
static void join(int fd, const struct lc_shout_net *net, const char *group)
{
    struct lc_addr a;

    if (group == NULL || lc_addr_parse(lc_slice_str(group), &a) != LC_OK)
        return;
    if (lc_addr_is_v4(&a)) {
        struct ip_mreqn m = {.imr_ifindex = (int)net->ifindex};

        m.imr_multiaddr.s_addr = htonl(lc_addr_to_v4(&a));
        (void)setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof m);
    } else {
        struct ipv6_mreq m = {.ipv6mr_interface = net->ifindex};

        memcpy(&m.ipv6mr_multiaddr, a.b, 16);
        (void)setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m, sizeof m);
    }
}

/* TTL 1: discovery never leaves the link. No loop: our own question is no answer. */
static void set_up(int fd, const struct lc_shout_net *net, const struct lc_dgram *d, bool v4)
{
    struct ip_mreqn m = {.imr_ifindex = (int)net->ifindex};

    set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    set_int(fd, SOL_SOCKET, SO_BROADCAST, 1);
    set_int(fd, SOL_SOCKET, SO_RCVBUF, 1 << 20);
    (void)setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, net->ifname,
                     (socklen_t)strnlen(net->ifname, sizeof net->ifname));
    if (v4) {
        (void)setsockopt(fd, IPPROTO_IP, IP_MULTICAST_IF, &m, sizeof m);
        set_int(fd, IPPROTO_IP, IP_MULTICAST_TTL, 1);
        set_int(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0);
    } else {
        set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_IF, (int)net->ifindex);
        set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 1);
        set_int(fd, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0);
        set_int(fd, IPPROTO_IPV6, IPV6_V6ONLY, 1);
    }
    (void)d;
}

static bool bind_to(int fd, bool v4, uint16_t port)
{
    struct sockaddr_in in4 = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(port)};

    return bind(fd, v4 ? (struct sockaddr *)&in4 : (struct sockaddr *)&in6,
                v4 ? sizeof in4 : sizeof in6) == 0;
}

static bool speaks_here(const struct lc_dgram *d, bool v4)
{
    return v4 ? d->group4 || d->broadcast || d->listen : d->group6 != NULL;
}

int lc_shout_socket(struct lc_shout *s, const struct lc_shout_net *net, size_t net_i,
                    enum lc_dgram_id id, bool *fresh)
{
    const struct lc_dgram *d = lc_dgram_get(id);
    bool v4 = lc_addr_is_v4(&net->net.first);
    int fd = s->fds[net_i][id];

    *fresh = fd < 0;
    if (fd >= 0 || !speaks_here(d, v4))
        return fd;
    fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return -1;
    set_up(fd, net, d, v4);
    /* What is also listened to must be bound to the protocol's own port. */
    if (!bind_to(fd, v4, d->bind_port ? d->bind_port : d->listen ? d->port : 0)) {
        (void)close(fd);
        return -1;
    }
    if (d->listen || d->bind_port) {
        join(fd, net, v4 ? d->group4 : d->group6);
        join(fd, net, v4 ? d->group4_also : NULL);
    }
    return s->fds[net_i][id] = fd;
}

static bool send_to(int fd, const struct lc_addr *to, uint32_t ifindex, uint16_t port,
                    struct lc_slice bytes)
{
    struct lc_addr a = *to;
    struct sockaddr_storage ss;
    struct iovec io = {(void *)(uintptr_t)bytes.p, bytes.n};
    struct msghdr m = {.msg_name = &ss, .msg_iov = &io, .msg_iovlen = 1};

    if (!lc_addr_is_v4(&a))
        a.zone = ifindex;
    m.msg_namelen = lc_addr_to_sockaddr(&a, port, &ss);
    return sendmsg(fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)bytes.n;
}

unsigned lc_shout_send(int fd, const struct lc_shout_net *net, enum lc_dgram_id id,
                       unsigned variant, uint64_t nonce)
{
    const struct lc_dgram *d = lc_dgram_get(id);
    bool v4 = lc_addr_is_v4(&net->net.first);
    struct lc_dgram_ask ask = {.nonce = nonce, .variant = variant, .multicast = true, .v6 = !v4};
    const char *group = v4 ? d->group4 : d->group6;
    struct lc_addr to;
    struct lc_buf q;
    unsigned sent = 0;

    if (variant >= d->variants)
        return 0;
    lc_buf_init(&q, LC_DGRAM_OUT);
    d->build(&ask, &q);
    if (!q.full && group && lc_addr_parse(lc_slice_str(group), &to) == LC_OK)
        sent += send_to(fd, &to, net->ifindex, d->port, lc_buf_view(&q));
    if (!q.full && v4 && d->broadcast) {
        to =
            lc_addr_v4(0xffffffff); /* also reaches devices that were never given an address here */
        sent += send_to(fd, &to, net->ifindex, d->port, lc_buf_view(&q));
    }
    lc_buf_free(&q);
    return sent;
}
