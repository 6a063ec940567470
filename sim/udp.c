/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sockets: each device has its own for each of its ports, so that a port without one is refused by
 * the kernel as on a real device; and each (group, port) has one more, bound to the group itself on
 * one device of the machine, so that a question to a group is heard once and answered by every
 * device that would have heard it. A fleet has one socket per port for all its devices, asked by
 * unicast only. Answers leave from the asked device's address (IP_PKTINFO), or from another one's
 * where the persona lies about it.
 *
 * Everything that arrives is counted and judged for the device it arrives at, answered or not.
 */
#include "udp.h"

#include "dns.h"
#include "forbidden.h"
#include "template.h"

#include "base/clock.h"
#include "base/mem.h"

#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define LARGEST   65507 /* bytes in one datagram over IPv4 */
#define LATER_MAX 100000
#define TURN_MAX  256 /* datagrams read from one socket before the others have their turn */
#ifndef IPV6_MULTICAST_ALL
#define IPV6_MULTICAST_ALL 29
#endif

struct sim_ear {
    int fd;
    uint16_t port;
    bool wild;            /* of a fleet: the address asked says which device */
    bool shared;          /* of all devices in `group` */
    uint32_t host;        /* otherwise */
    struct lc_addr group; /* or a broadcast address */
};

/* Something said unasked. */
struct beat {
    uint32_t host, left;
    const struct sim_ear *ear;
    const struct sim_udp *port;
    const struct sim_word *word;
    int64_t due_us;
};

struct later {
    struct later *next;
    int64_t due_us;
    int fd;
    struct lc_addr from, to;
    uint16_t to_port;
    size_t n;
    uint8_t bytes[];
};

struct sim_air {
    struct sim_ear *ear;
    size_t ear_n, ear_cap;
    struct beat *beat;
    size_t beat_n;
    struct later *later; /* soonest first */
    size_t later_n;
    unsigned lan;
    char lan_name[IF_NAMESIZE];
    struct lc_addr broadcast[2]; /* to all, and to all of the network of `lan` */
};

/* ---- speaking ---- */

static socklen_t put_source(struct msghdr *m, const struct lc_addr *from, unsigned device)
{
    struct cmsghdr *c = CMSG_FIRSTHDR(m);
    if (lc_addr_is_v4(from)) {
        struct in_pktinfo info = {.ipi_ifindex = (int)device,
                                  .ipi_spec_dst.s_addr = htonl(lc_addr_to_v4(from))};
        c->cmsg_level = IPPROTO_IP;
        c->cmsg_type = IP_PKTINFO;
        c->cmsg_len = CMSG_LEN(sizeof(info));
        memcpy(CMSG_DATA(c), &info, sizeof(info));
        return CMSG_SPACE(sizeof(info));
    }
    struct in6_pktinfo info = {.ipi6_ifindex = device};
    memcpy(&info.ipi6_addr, from->b, sizeof(from->b));
    c->cmsg_level = IPPROTO_IPV6;
    c->cmsg_type = IPV6_PKTINFO;
    c->cmsg_len = CMSG_LEN(sizeof(info));
    memcpy(CMSG_DATA(c), &info, sizeof(info));
    return CMSG_SPACE(sizeof(info));
}

/* What the kernel does not take is lost, as on a wire. */
static void send_now(const struct sim_air *air, int fd, const struct lc_addr *from,
                     const struct lc_addr *to, uint16_t port, struct lc_slice bytes)
{
    struct sockaddr_storage ss;
    uint8_t room[64] = {0};
    socklen_t len = lc_addr_to_sockaddr(to, port, &ss);
    struct iovec part = {.iov_base = (void *)(uintptr_t)bytes.p, .iov_len = bytes.n};
    struct msghdr m = {.msg_name = &ss,
                       .msg_namelen = len,
                       .msg_iov = &part,
                       .msg_iovlen = 1,
                       .msg_control = room,
                       .msg_controllen = sizeof(room)};
    bool out = to->b[0] == 0xff || (lc_addr_is_v4(to) && lc_addr_is_unusable(to));
    m.msg_controllen = put_source(&m, from, out ? air->lan : 0);
    (void)sendmsg(fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void send_later(struct sim_air *air, int64_t due_us, int fd, const struct lc_addr *from,
                       const struct lc_addr *to, uint16_t port, struct lc_slice bytes)
{
    struct later *l = air->later_n < LATER_MAX ? lc_alloc(sizeof(*l) + bytes.n) : NULL;
    struct later **at = &air->later;
    if (!l)
        return;
    *l = (struct later){
        .due_us = due_us, .fd = fd, .from = *from, .to = *to, .to_port = port, .n = bytes.n};
    if (bytes.n)
        memcpy(l->bytes, bytes.p, bytes.n);
    while (*at && (*at)->due_us <= due_us)
        at = &(*at)->next;
    l->next = *at;
    *at = l;
    air->later_n++;
}

/* One answer on its way: whose, to whom. */
struct way {
    const struct sim_ear *ear;
    struct lc_addr from, to;
    uint16_t to_port;
    int64_t due_us; /* 0: now */
};

static void put_out(struct sim_air *air, const struct way *w, struct lc_slice bytes)
{
    if (w->due_us)
        send_later(air, w->due_us, w->ear->fd, &w->from, &w->to, w->to_port, bytes);
    else
        send_now(air, w->ear->fd, &w->from, &w->to, w->to_port, bytes);
}

static void put_all(struct sim_air *air, const struct way *w, const struct sim_udp_faults *f,
                    uint32_t copies, struct lc_slice bytes)
{
    copies = copies ? copies : 1;
    for (uint32_t i = 0; i < copies; i++)
        for (uint32_t k = 0; k < (f->flood ? f->flood : 1); k++)
            put_out(air, w, bytes);
}

static size_t fill(struct sim_server *s, uint32_t host, const struct sim_word *word,
                   struct lc_slice question, uint8_t *out, size_t cap)
{
    char addr[LC_ADDR_TEXT];
    const struct sim_host *h = &s->host[host];
    size_t n = lc_addr_format_url(&h->addr, addr);
    struct sim_filler f = {.addr = lc_slice_of(addr, n),
                           .ip = h->addr,
                           .oui = h->persona->oui,
                           .host = sim_server_host,
                           .street = s,
                           .question = question,
                           .id = sim_persona_id(host),
                           .connection = ++s->serial << 1,
                           .answer = ++s->serial << 1 | 1};
    return sim_template_fill(&word->bytes, &f, out, cap);
}

static struct lc_addr sender(const struct sim_host *h, const struct sim_udp_faults *f)
{
    struct lc_addr a = f->from_set ? f->from : h->addr;
    if (f->from_last)
        a.b[15] = f->from_last;
    return a;
}

static void say(struct sim_server *s, const struct sim_ear *ear, uint32_t host,
                const struct sim_udp *u, const struct sim_word *word, const struct lc_addr *asker,
                uint16_t asker_port, struct lc_slice question)
{
    static uint8_t room[LARGEST];
    static const struct lc_addr nowhere;
    const struct sim_udp_faults *f = &u->faults;
    bool to_group = memcmp(&word->group, &nowhere, sizeof(nowhere)) != 0;
    size_t n = fill(s, host, word, question, room, sizeof(room));
    struct way w = {.ear = ear,
                    .from = sender(&s->host[host], f),
                    .to = to_group ? word->group : *asker,
                    .to_port = word->to_port ? word->to_port
                               : to_group    ? u->port
                                             : asker_port,
                    .due_us = word->delay_ms && !word->unasked
                                  ? s->now_us + LC_MS((int64_t)word->delay_ms)
                                  : 0};
    if (f->oversize > n) {
        memset(room + n, 'A', f->oversize - n);
        n = f->oversize;
    }
    if (f->truncate && f->truncate < n)
        n = f->truncate;
    if (!f->every_length)
        put_all(s->air, &w, f, word->unasked ? 1 : word->times, lc_slice_of(room, n));
    for (size_t k = 0; f->every_length && k < n; k++)
        put_all(s->air, &w, f, 1, lc_slice_of(room, k));
}

/* ---- hearing ---- */

static bool fits(const struct sim_when *w, struct lc_slice in)
{
    if (!lc_slice_starts(in, w->starts) || (w->size && in.n != w->size))
        return false;
    for (size_t i = 0; i < w->has_n; i++)
        if (lc_slice_find(in, w->has[i], 0) == LC_NPOS)
            return false;
    for (size_t i = 0; i < w->lacks_n; i++)
        if (lc_slice_find(in, w->lacks[i], 0) != LC_NPOS)
            return false;
    return !w->asks.n || sim_dns_asks(in, w->asks);
}

static void hear(struct sim_server *s, const struct sim_ear *ear, uint32_t host,
                 const struct sim_udp *u, const struct lc_addr *from, uint16_t from_port,
                 struct lc_slice in)
{
    for (size_t i = 0; u && i < u->word_n; i++)
        if (!u->word[i].unasked && fits(&u->word[i].when, in))
            say(s, ear, host, u, &u->word[i], from, from_port, in);
}

static bool listens(const struct sim_udp *u, const struct sim_ear *ear)
{
    for (size_t i = 0; i < u->group_n; i++)
        if (lc_addr_cmp(&u->group[i], &ear->group) == 0)
            return true;
    return u->broadcast && lc_addr_is_v4(&ear->group) && lc_addr_to_v4(&ear->group) >> 28 != 14;
}

static bool is_visitor(const struct sim_server *s, const struct lc_addr *from)
{
    return !s->one_visitor || lc_addr_cmp(&s->visitor, from) == 0;
}

static void hear_all(struct sim_server *s, const struct sim_ear *ear, const struct lc_addr *from,
                     uint16_t from_port, struct lc_slice in)
{
    bool judged = false, counts = is_visitor(s, from);
    for (uint32_t i = 0; i < s->host_n; i++) {
        const struct sim_udp *u = sim_persona_udp(s->host[i].persona, ear->port);
        if (!u || !listens(u, ear))
            continue;
        s->book.page[i].shouts += counts;
        if (counts)
            sim_book_packet(&s->book, i, s->now_us);
        if (counts && !judged)
            sim_judge_datagram(&s->book, i, ear->port, in);
        judged = true;
        hear(s, ear, i, u, from, from_port, in);
    }
}

/* Our own words come back to us where a group is also spoken to. */
static bool is_ours(const struct sim_server *s, const struct lc_addr *a)
{
    for (size_t i = 0; i < s->host_n; i++)
        if (lc_addr_cmp(&s->host[i].addr, a) == 0)
            return true;
    return false;
}

static void take(struct sim_server *s, const struct sim_ear *ear, uint32_t host,
                 const struct lc_addr *from, uint16_t from_port, struct lc_slice in)
{
    if (host >= s->host_n)
        return;
    if (is_visitor(s, from)) {
        s->book.page[host].datagrams++;
        sim_book_packet(&s->book, host, s->now_us);
        sim_judge_datagram(&s->book, host, ear->port, in);
    }
    hear(s, ear, host, sim_persona_udp(s->host[host].persona, ear->port), from, from_port, in);
}

static uint32_t asked_host(const struct sim_server *s, struct msghdr *m)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
        struct in_pktinfo info;
        if (c->cmsg_level != IPPROTO_IP || c->cmsg_type != IP_PKTINFO)
            continue;
        memcpy(&info, CMSG_DATA(c), sizeof(info));
        return ntohl(info.ipi_addr.s_addr) - s->base;
    }
    return UINT32_MAX;
}

void sim_udp_ready(struct sim_server *s, const struct sim_ear *ear)
{
    static uint8_t room[65536];
    for (int i = 0; i < TURN_MAX; i++) {
        struct sockaddr_storage ss;
        uint8_t control[128];
        struct iovec part = {.iov_base = room, .iov_len = sizeof(room)};
        struct msghdr m = {.msg_name = &ss,
                           .msg_namelen = sizeof(ss),
                           .msg_iov = &part,
                           .msg_iovlen = 1,
                           .msg_control = control,
                           .msg_controllen = sizeof(control)};
        ssize_t n = recvmsg(ear->fd, &m, MSG_DONTWAIT);
        if (n < 0 && errno == EAGAIN)
            return;
        if (n < 0)
            continue; /* an ICMP error for an answer of ours: the next call reads on */
        uint16_t port;
        struct lc_addr from = lc_addr_from_sockaddr(&ss, &port);
        struct lc_slice in = lc_slice_of(room, (size_t)n);
        if (ear->shared && !is_ours(s, &from))
            hear_all(s, ear, &from, port, in);
        else if (!ear->shared)
            take(s, ear, ear->wild ? asked_host(s, &m) : ear->host, &from, port, in);
    }
}

int64_t sim_udp_due(struct sim_server *s)
{
    if (!s->air)
        return INT64_MAX;
    struct sim_air *air = s->air;
    int64_t next = INT64_MAX;
    while (air->later && air->later->due_us <= s->now_us) {
        struct later *l = air->later;
        air->later = l->next;
        air->later_n--;
        send_now(air, l->fd, &l->from, &l->to, l->to_port, lc_slice_of(l->bytes, l->n));
        lc_free(l);
    }
    if (air->later)
        next = air->later->due_us;
    for (size_t i = 0; i < air->beat_n; i++) {
        struct beat *b = &air->beat[i];
        if (b->due_us <= s->now_us) {
            say(s, b->ear, b->host, b->port, b->word, NULL, 0, LC_S(""));
            b->due_us += LC_MS((int64_t)b->word->every_ms);
            if (b->left && --b->left == 0)
                b->due_us = INT64_MAX;
        }
        next = b->due_us < next ? b->due_us : next;
    }
    return next;
}

/* ---- opening ---- */

static void join(int fd, const struct lc_addr *group, unsigned device)
{
    int off = 0;
    if (lc_addr_is_v4(group)) {
        struct ip_mreqn m = {.imr_multiaddr.s_addr = htonl(lc_addr_to_v4(group)),
                             .imr_ifindex = (int)device};
        (void)setsockopt(fd, IPPROTO_IP, IP_MULTICAST_ALL, &off, sizeof(off));
        (void)setsockopt(fd, IPPROTO_IP, IP_ADD_MEMBERSHIP, &m, sizeof(m));
        return;
    }
    struct ipv6_mreq m = {.ipv6mr_interface = device};
    memcpy(&m.ipv6mr_multiaddr, group->b, sizeof(group->b));
    (void)setsockopt(fd, IPPROTO_IPV6, IPV6_MULTICAST_ALL, &off, sizeof(off));
    (void)setsockopt(fd, IPPROTO_IPV6, IPV6_JOIN_GROUP, &m, sizeof(m));
}

static enum lc_status open_ear(struct sim_server *s, struct sim_ear *ear, const struct lc_addr *at,
                               const char *device, struct lc_err *err)
{
    struct sockaddr_storage ss;
    char text[LC_ADDR_TEXT];
    int one = 1, large = 4 << 20;
    socklen_t len = lc_addr_to_sockaddr(at, ear->port, &ss);
    lc_addr_format(at, text);
    ear->fd = socket(ss.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (ear->fd < 0)
        return lc_fail(err, LC_EIO, "no socket for %s port %u over UDP (%s)", text, ear->port,
                       strerror(errno));
    (void)setsockopt(ear->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    (void)setsockopt(ear->fd, SOL_SOCKET, SO_BROADCAST, &one, sizeof(one));
    (void)setsockopt(ear->fd, SOL_SOCKET, SO_SNDBUFFORCE, &large, sizeof(large));
    (void)setsockopt(ear->fd, SOL_SOCKET, SO_RCVBUFFORCE, &large, sizeof(large));
    (void)setsockopt(ear->fd, IPPROTO_IP, IP_TRANSPARENT, &one, sizeof(one)); /* forged senders */
    if (ear->wild)
        (void)setsockopt(ear->fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one));
    if (device &&
        setsockopt(ear->fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)) != 0)
        return lc_fail(err, LC_EPERM, "cannot bind to the device %s (%s); start as root", device,
                       strerror(errno));
    if (bind(ear->fd, (struct sockaddr *)&ss, len) != 0)
        return lc_fail(err, LC_EIO, "cannot listen on %s port %u over UDP (%s)", text, ear->port,
                       strerror(errno));
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = (void *)((uintptr_t)ear | 2)};
    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, ear->fd, &ev) != 0)
        return lc_fail(err, LC_EIO, "cannot watch %s port %u over UDP (%s)", text, ear->port,
                       strerror(errno));
    return LC_OK;
}

static enum lc_status add_shared(struct sim_server *s, uint16_t port, const struct lc_addr *group,
                                 struct lc_err *err)
{
    struct sim_air *air = s->air;
    for (size_t i = 0; i < air->ear_n; i++)
        if (air->ear[i].shared && air->ear[i].port == port &&
            lc_addr_cmp(&air->ear[i].group, group) == 0)
            return LC_OK;
    struct sim_ear *ear = &air->ear[air->ear_n++];
    *ear = (struct sim_ear){.port = port, .shared = true, .group = *group};
    enum lc_status st = open_ear(s, ear, group, air->lan_name, err);
    if (st == LC_OK && (group->b[0] == 0xff || lc_addr_to_v4(group) >> 28 == 14))
        join(ear->fd, group, air->lan);
    return st;
}

static enum lc_status add_groups(struct sim_server *s, const struct sim_udp *u, bool v4,
                                 struct lc_err *err)
{
    struct sim_air *air = s->air;
    enum lc_status st = LC_OK;
    for (size_t g = 0; st == LC_OK && g < u->group_n; g++)
        if (lc_addr_is_v4(&u->group[g]) == v4)
            st = add_shared(s, u->port, &u->group[g], err);
    for (size_t b = 0; st == LC_OK && u->broadcast && v4 && b < 2; b++)
        if (lc_addr_is_v4(&air->broadcast[b]))
            st = add_shared(s, u->port, &air->broadcast[b], err);
    return st;
}

static void add_beats(struct sim_server *s, uint32_t host, const struct sim_udp *u,
                      const struct sim_ear *ear)
{
    struct sim_air *air = s->air;
    bool v4 = lc_addr_is_v4(&s->host[host].addr);
    for (size_t i = 0; i < u->word_n; i++) {
        const struct sim_word *w = &u->word[i];
        if (w->unasked && lc_addr_is_v4(&w->group) == v4)
            air->beat[air->beat_n++] =
                (struct beat){.host = host,
                              .left = w->times,
                              .ear = ear,
                              .port = u,
                              .word = w,
                              .due_us = s->now_us + LC_MS((int64_t)w->delay_ms)};
    }
}

static enum lc_status open_exact(struct sim_server *s, struct lc_err *err)
{
    struct sim_air *air = s->air;
    enum lc_status st = LC_OK;
    for (uint32_t i = 0; st == LC_OK && i < s->host_n; i++) {
        const struct sim_persona *p = s->host[i].persona;
        for (size_t k = 0; st == LC_OK && k < p->udp_n; k++) {
            struct sim_ear *ear = &air->ear[air->ear_n++];
            *ear = (struct sim_ear){.port = p->udp[k].port, .host = i};
            st = open_ear(s, ear, &s->host[i].addr, NULL, err);
            if (st != LC_OK)
                return st;
            add_beats(s, i, &p->udp[k], ear);
            st = add_groups(s, &p->udp[k], lc_addr_is_v4(&s->host[i].addr), err);
        }
    }
    return st;
}

static enum lc_status open_wild(struct sim_server *s, enum sim_bind how, struct lc_err *err)
{
    struct sim_air *air = s->air;
    struct lc_addr any = lc_addr_v4(0);
    enum lc_status st = LC_OK;
    bool *wanted = lc_alloc_n(65536, sizeof(*wanted));
    if (!wanted)
        return lc_fail(err, LC_ENOMEM, "memory ran out");
    for (size_t i = 0; i < s->host_n; i++)
        for (size_t k = 0; k < s->host[i].persona->udp_n; k++)
            wanted[s->host[i].persona->udp[k].port] = true;
    for (unsigned port = 0; st == LC_OK && port < 65536; port++) {
        if (!wanted[port])
            continue;
        struct sim_ear *ear = &air->ear[air->ear_n++];
        *ear = (struct sim_ear){.port = (uint16_t)port, .wild = true};
        st = open_ear(s, ear, &any, how == SIM_BIND_LO ? "lo" : NULL, err);
    }
    lc_free(wanted);
    return st;
}

/* The network of the device `name`: its broadcast address is all ones behind its prefix. */
static struct lc_addr network_broadcast(const char *name)
{
    struct ifaddrs *list = NULL;
    struct lc_addr found = {0};
    if (getifaddrs(&list) != 0)
        return found;
    for (struct ifaddrs *i = list; i; i = i->ifa_next) {
        struct sockaddr_in a, m;
        if (!i->ifa_addr || !i->ifa_netmask || i->ifa_addr->sa_family != AF_INET ||
            strcmp(i->ifa_name, name) != 0)
            continue;
        memcpy(&a, i->ifa_addr, sizeof(a));
        memcpy(&m, i->ifa_netmask, sizeof(m));
        if (ntohl(~m.sin_addr.s_addr) > 1)
            found = lc_addr_v4(ntohl(a.sin_addr.s_addr | ~m.sin_addr.s_addr));
    }
    freeifaddrs(list);
    return found;
}

static enum lc_status find_lan(struct sim_server *s, const char *name, struct lc_err *err)
{
    struct sim_air *air = s->air;
    struct if_nameindex *all = if_nameindex();
    if (!name && lc_addr_is_loopback(&s->host[0].addr))
        name = "lo";
    for (struct if_nameindex *i = all; all && i->if_index; i++)
        if (!air->lan && (name ? strcmp(i->if_name, name) == 0 : strcmp(i->if_name, "lo") != 0)) {
            air->lan = i->if_index;
            memcpy(air->lan_name, i->if_name, strnlen(i->if_name, IF_NAMESIZE - 1));
        }
    if (all)
        if_freenameindex(all);
    if (!air->lan)
        return lc_fail(err, LC_ENOENT, "there is no network device %s for questions to groups",
                       name ? name : "but lo");
    air->broadcast[0] = lc_addr_v4(0xffffffff);
    if (strcmp(air->lan_name, "lo") != 0)
        air->broadcast[1] = network_broadcast(air->lan_name);
    return LC_OK;
}

static void count(const struct sim_server *s, bool exact, size_t *ears, size_t *beats)
{
    *ears = exact ? 0 : 65536;
    *beats = 0;
    for (size_t i = 0; exact && i < s->host_n; i++)
        for (size_t k = 0; k < s->host[i].persona->udp_n; k++) {
            const struct sim_udp *u = &s->host[i].persona->udp[k];
            *ears += 1 + u->group_n + 2;
            *beats += u->word_n;
        }
}

enum lc_status sim_udp_open(struct sim_server *s, enum sim_bind how, const char *lan,
                            struct lc_err *err)
{
    size_t ears, beats;
    bool exact = how == SIM_BIND_EXACT;
    count(s, exact, &ears, &beats);
    s->air = lc_alloc_n(1, sizeof(*s->air));
    if (!s->air)
        return lc_fail(err, LC_ENOMEM, "memory ran out");
    s->air->ear = lc_alloc_n(ears + 1, sizeof(*s->air->ear));
    s->air->beat = lc_alloc_n(beats + 1, sizeof(*s->air->beat));
    if (!s->air->ear || !s->air->beat)
        return lc_fail(err, LC_ENOMEM, "memory ran out");
    if (!exact)
        return open_wild(s, how, err);
    enum lc_status st = ears ? find_lan(s, lan, err) : LC_OK;
    return st == LC_OK ? open_exact(s, err) : st;
}

size_t sim_udp_sockets(const struct sim_server *s)
{
    return s->air ? s->air->ear_n : 0; /* a country speaks no UDP */
}

void sim_udp_close(struct sim_server *s)
{
    struct sim_air *air = s->air;
    if (!air)
        return;
    for (size_t i = 0; i < air->ear_n; i++)
        if (air->ear[i].fd >= 0)
            close(air->ear[i].fd);
    while (air->later) {
        struct later *l = air->later;
        air->later = l->next;
        lc_free(l);
    }
    lc_free(air->ear);
    lc_free(air->beat);
    lc_free(air);
    s->air = NULL;
}
