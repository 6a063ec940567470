/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The next hop's hardware address. What the kernel has confirmed lately is taken as it is;
 * otherwise the router is asked as the kernel would ask it, and an old entry is better than none.
 *
 *     ARP    to ff.. | from 6 | 08 06 | 00 01 08 00 06 04 | 1 asks, 2 answers: 2     RFC 826
 *            sender 6, 4 | target 6, 4
 *     NDP    to 33 33 ff, last three of the address | from 6 | 86 dd                 RFC 4861
 *            IPv6, hop limit 255 | 135 asks, 136 answers: 1 | 0 | sum 2 | flags 4
 *            target 16 | options: 1 or 2 | length in eights 1 | address 6
 */
#include "discover/engine_route.h"

#include "base/clock.h"
#include "base/tr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <linux/neighbour.h>
#include <net/ethernet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define TRIES    3
#define ARP_SIZE 42U
#define SURE     (NUD_REACHABLE | NUD_DELAY | NUD_PERMANENT | NUD_NOARP)
#define OLD      (NUD_STALE | NUD_PROBE)

/* ---- questions and answers ---- */

static size_t ask_arp(const uint8_t mac[static 6], const struct lc_addr *ours,
                      const struct lc_addr *who, uint8_t *out)
{
    static const uint8_t head[10] = {0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 1};

    memset(out, 0xff, 6);
    memcpy(out + 6, mac, 6);
    memcpy(out + 12, head, sizeof head);
    memcpy(out + 22, mac, 6);
    memcpy(out + 28, ours->b + 12, 4);
    memset(out + 32, 0, 6);
    memcpy(out + 38, who->b + 12, 4);
    return ARP_SIZE;
}

static uint64_t icmp6_sum(const uint8_t *ip, size_t n)
{
    const uint8_t rest[8] = {0, 0, (uint8_t)(n >> 8), (uint8_t)n, 0, 0, 0, 58};
    uint64_t sum = lc_frame_sum(lc_slice_of(ip + 8, 32), 0);

    sum = lc_frame_sum(lc_slice_of(rest, 8), sum);
    return lc_frame_sum(lc_slice_of(ip + 40, n), sum);
}

static size_t ask_ndp(const uint8_t mac[static 6], const struct lc_addr *ours,
                      const struct lc_addr *who, uint8_t *out)
{
    static const uint8_t group[13] = {0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
    uint8_t *ip = out + 14, *icmp = ip + 40;
    uint16_t sum;

    memset(out, 0, LC_RESOLVE_FRAME);
    memcpy(out, "\x33\x33\xff", 3);
    memcpy(out + 3, who->b + 13, 3);
    memcpy(out + 6, mac, 6);
    memcpy(out + 12, "\x86\xdd\x60\0\0\0\0\x20\x3a\xff", 10);
    memcpy(ip + 8, ours->b, 16);
    memcpy(ip + 24, group, 13);
    memcpy(ip + 37, who->b + 13, 3);
    icmp[0] = 135;
    memcpy(icmp + 8, who->b, 16);
    icmp[24] = icmp[25] = 1;
    memcpy(icmp + 26, mac, 6);
    sum = lc_frame_fold(icmp6_sum(ip, 32));
    memcpy(icmp + 2, &sum, 2);
    return LC_RESOLVE_FRAME;
}

size_t lc_resolve_ask(const uint8_t mac[static 6], const struct lc_addr *ours,
                      const struct lc_addr *who, uint8_t out[static LC_RESOLVE_FRAME])
{
    return lc_addr_is_v4(who) ? ask_arp(mac, ours, who, out) : ask_ndp(mac, ours, who, out);
}

static bool answer_arp(struct lc_slice f, const struct lc_addr *who, uint8_t mac[static 6])
{
    static const uint8_t head[10] = {0x08, 0x06, 0, 1, 0x08, 0, 6, 4, 0, 2};

    if (f.n < ARP_SIZE || memcmp(f.p + 12, head, 10) != 0 || memcmp(f.p + 28, who->b + 12, 4) != 0)
        return false;
    memcpy(mac, f.p + 22, 6);
    return true;
}

/* An answer without the option speaks for the address that it comes from (RFC 4861, 7.2.4). */
static bool answer_ndp(struct lc_slice f, const struct lc_addr *who, uint8_t mac[static 6])
{
    const uint8_t *ip = f.p + 14;
    size_t n, at = 24;

    if (f.n < 78 || f.p[12] != 0x86 || f.p[13] != 0xdd || ip[6] != 58 || ip[7] != 255)
        return false;
    n = (size_t)(ip[4] << 8 | ip[5]);
    if (n < 24 || n > f.n - 54 || lc_frame_fold(icmp6_sum(ip, n)) != 0)
        return false;
    if (ip[40] != 136 || ip[41] != 0 || memcmp(ip + 48, who->b, 16) != 0)
        return false;
    memcpy(mac, f.p + 6, 6);
    for (; at + 8 <= n && ip[40 + at + 1]; at += (size_t)ip[40 + at + 1] * 8)
        if (ip[40 + at] == 2)
            memcpy(mac, ip + 40 + at + 2, 6);
    return true;
}

bool lc_resolve_answer(struct lc_slice frame, const struct lc_addr *who, uint8_t mac[static 6])
{
    return lc_addr_is_v4(who) ? answer_arp(frame, who, mac) : answer_ndp(frame, who, mac);
}

/* ---- the kernel's table ---- */

static struct lc_neigh known(const struct lc_addr *who, uint32_t ifindex)
{
    struct lc_neigh found = {.state = NUD_NONE};
    struct lc_buf text, room;
    struct lc_slice in;
    int fd = lc_netlink_open(), error;

    lc_buf_init(&text, 256);
    lc_buf_init(&room, LC_NETLINK_ROOM);
    lc_neigh_ask(&text, who, ifindex);
    if (lc_netlink_ask(fd, &text, NULL) != LC_OK ||
        lc_netlink_hear(fd, &room, &in, NULL) != LC_OK ||
        lc_neigh_take(&in, &found, &error) != LC_OK)
        found.state = NUD_NONE;
    if (fd >= 0)
        (void)close(fd);
    lc_buf_free(&text);
    lc_buf_free(&room);
    return found;
}

/* ---- asking the router ---- */

static bool hear_answer(int fd, const struct lc_addr *who, uint8_t mac[static 6])
{
    int64_t until = lc_clock_mono_us() + LC_SEC(1), left;

    while ((left = until - lc_clock_mono_us()) > 0) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        uint8_t frame[2048];
        ssize_t n;

        if (poll(&p, 1, (int)(left / 1000 + 1)) < 0 && errno != EINTR)
            return false;
        n = recv(fd, frame, sizeof frame, MSG_DONTWAIT);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        if (n > 0 && lc_resolve_answer(lc_slice_of(frame, (size_t)n), who, mac))
            return true;
    }
    return false;
}

static bool send_plain(void *ctx, const uint8_t *frame, size_t n)
{
    return send(*(const int *)ctx, frame, n, 0) == (ssize_t)n;
}

bool lc_resolve_through(const struct lc_way *w, size_t v6, lc_resolve_send *how, void *ctx,
                        uint8_t mac[static 6], int *error)
{
    const struct lc_addr *who = &w->gateway[v6];
    uint16_t proto = htons(lc_addr_is_v4(who) ? ETHERTYPE_ARP : ETHERTYPE_IPV6);
    const struct sockaddr_ll at = {
        .sll_family = AF_PACKET, .sll_protocol = proto, .sll_ifindex = (int)w->ifindex};
    uint8_t frame[LC_RESOLVE_FRAME];
    int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    bool found = false;
    size_t n;

    *error = 0;
    if (fd < 0 || bind(fd, (const struct sockaddr *)&at, sizeof at) != 0)
        *error = errno;
    /* A question must come from an address of the router's own family. */
    else if (lc_addr_is_v4(who) != lc_addr_is_v4(&w->source[v6]))
        *error = EAFNOSUPPORT;
    n = lc_resolve_ask(w->link[0].from, &w->source[v6], who, frame);
    for (int i = 0; *error == 0 && !found && i < TRIES; i++) {
        if (!(how ? how(ctx, frame, n) : send_plain(&fd, frame, n)))
            *error = errno;
        else
            found = hear_answer(fd, who, mac);
    }
    if (fd >= 0)
        (void)close(fd);
    return found;
}

static enum lc_status resolve(struct lc_way *w, size_t v6, struct lc_err *err)
{
    const struct lc_addr *who = &w->gateway[v6];
    struct lc_neigh n = known(who, w->ifindex);
    char text[LC_ADDR_TEXT];
    int error = 0;

    memcpy(w->link[v6].to, n.mac, 6);
    if (n.state & SURE)
        return LC_OK;
    if (lc_resolve_through(w, v6, NULL, NULL, w->link[v6].to, &error))
        return LC_OK;
    if (n.state & OLD)
        return LC_OK;
    (void)lc_addr_format(who, text);
    return lc_fail(err, LC_EIO, _("the router %s on %s does not answer: is it switched on?"), text,
                   w->ifname);
}

enum lc_status lc_way_resolve(struct lc_way *way, struct lc_err *err)
{
    enum lc_status st = LC_OK;

    for (size_t v6 = 0; st == LC_OK && v6 < 2 && !way->loopback; v6++)
        if (way->has[v6])
            st = resolve(way, v6, err);
    return st;
}
