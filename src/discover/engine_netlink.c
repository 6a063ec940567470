/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to the kernel about its routes and neighbours (RFC 3549, rtnetlink(7)); all in the
 * machine's order.
 *
 *     message    length 4 | type 2 | flags 2 | sequence 4 | port 4
 *     route      family 1 | bits to 1 | bits from 1 | tos 1 | table 1 | protocol 1 | scope 1
 *                type 1 | flags 4 | attributes
 *     neighbour  family 1 | 3 | interface 4 | state 2 | flags 1 | type 1 | attributes
 *     attribute  length 2 (with these four bytes) | type 2 | value | padding to four
 *     error      errno 4, negative; 0: acknowledged | the message it is about
 */
#include "discover/engine_route.h"

#include "base/tr.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

/* ---- questions ---- */

static void put_addr(struct lc_buf *out, uint16_t type, const struct lc_addr *a)
{
    bool v4 = lc_addr_is_v4(a);

    (void)lc_buf_le16(out, v4 ? 8 : 20);
    (void)lc_buf_le16(out, type);
    (void)lc_buf_put(out, v4 ? lc_slice_of(a->b + 12, 4) : lc_slice_of(a->b, 16));
}

static void put_head(struct lc_buf *out, size_t body, uint16_t type, uint16_t flags)
{
    (void)lc_buf_le32(out, (uint32_t)(16 + body));
    (void)lc_buf_le16(out, type);
    (void)lc_buf_le16(out, (uint16_t)(flags | NLM_F_REQUEST));
    (void)lc_buf_le32(out, 1);
    (void)lc_buf_le32(out, 0);
}

void lc_route_ask(struct lc_buf *out, const struct lc_addr *to, const struct lc_addr *from)
{
    bool v4 = lc_addr_is_v4(to);
    uint8_t bits = v4 ? 32 : 128;
    const uint8_t body[12] = {v4 ? AF_INET : AF_INET6, bits, from ? bits : 0};

    put_head(out, sizeof body + (from ? 2U : 1U) * (v4 ? 8 : 20), RTM_GETROUTE, 0);
    (void)lc_buf_put(out, lc_slice_of(body, sizeof body));
    put_addr(out, RTA_DST, to);
    if (from)
        put_addr(out, RTA_SRC, from);
}

void lc_route_ask_all(struct lc_buf *out, bool v6)
{
    const uint8_t body[12] = {v6 ? AF_INET6 : AF_INET};

    put_head(out, sizeof body, RTM_GETROUTE, NLM_F_DUMP);
    (void)lc_buf_put(out, lc_slice_of(body, sizeof body));
}

void lc_neigh_ask(struct lc_buf *out, const struct lc_addr *who, uint32_t ifindex)
{
    bool v4 = lc_addr_is_v4(who);

    put_head(out, 12 + (v4 ? 8 : 20), RTM_GETNEIGH, 0);
    (void)lc_buf_le32(out, v4 ? AF_INET : AF_INET6);
    (void)lc_buf_le32(out, ifindex);
    (void)lc_buf_le32(out, 0);
    put_addr(out, NDA_DST, who);
}

/* ---- answers ---- */

/* One message's body. Like lc_route_take, but LC_OK for every type that is neither an error nor the
 * end. */
static enum lc_status take_message(struct lc_slice *in, uint16_t *type, struct lc_cur *body,
                                   int *error)
{
    struct lc_cur c = {.s = *in};
    size_t n = lc_cur_le32(&c);

    *type = lc_cur_le16(&c);
    (void)lc_cur_take(&c, 10);
    if (c.bad || n < 16 || n > in->n)
        return LC_EPARSE;
    *body = (struct lc_cur){.s = lc_slice_sub(*in, 16, n - 16)};
    *in = lc_slice_from(*in, (n + 3) & ~(size_t)3);
    if (*type == NLMSG_DONE)
        return LC_DONE;
    if (*type != NLMSG_ERROR)
        return LC_OK;
    *error = -(int)lc_cur_le32(body);
    if (body->bad)
        return LC_EPARSE;
    return *error ? LC_ENOENT : LC_DONE;
}

static bool take_attr(struct lc_cur *body, uint16_t *type, struct lc_slice *value)
{
    size_t n = lc_cur_le16(body);

    *type = lc_cur_le16(body) & 0x3fff; /* without the two flags of NLA_TYPE_MASK */
    if (body->bad || n < 4)
        return false;
    *value = lc_cur_take(body, n - 4);
    if (n % 4 && body->s.n) /* the last one may come without its padding */
        (void)lc_cur_take(body, 4 - n % 4);
    return !body->bad;
}

static bool addr_of(struct lc_slice value, struct lc_addr *out)
{
    struct lc_cur c = {.s = value};

    *out = lc_addr_v4(value.n == 4 ? lc_cur_be32(&c) : 0);
    if (value.n == 16)
        memcpy(out->b, value.p, 16);
    return value.n == 4 || value.n == 16;
}

/* RTA_VIA: the family and an address of a next hop of the other family (RFC 5549). */
static bool via_of(struct lc_slice value, struct lc_addr *out)
{
    return addr_of(lc_slice_from(value, 2), out);
}

static void take_route_attr(struct lc_route *r, uint16_t type, struct lc_slice value)
{
    struct lc_cur c = {.s = value};

    if (type == RTA_DST)
        (void)addr_of(value, &r->to);
    else if (type == RTA_GATEWAY)
        r->has_gateway = addr_of(value, &r->gateway);
    else if (type == RTA_VIA)
        r->has_gateway = via_of(value, &r->gateway);
    else if (type == RTA_PREFSRC)
        r->has_source = addr_of(value, &r->source);
    else if (type == RTA_OIF)
        r->ifindex = lc_cur_le32(&c);
}

enum lc_status lc_route_take(struct lc_slice *in, struct lc_route *out, int *error)
{
    struct lc_cur body;
    struct lc_slice value, head;
    uint16_t type;
    enum lc_status st = take_message(in, &type, &body, error);

    if (st != LC_OK)
        return st;
    head = lc_cur_take(&body, 12);
    if (type != RTM_NEWROUTE || body.bad || (head.p[0] != AF_INET && head.p[0] != AF_INET6))
        return LC_AGAIN;
    *out = (struct lc_route){.v6 = head.p[0] == AF_INET6, .bits = head.p[1], .type = head.p[7]};
    if (!out->v6)
        out->to = lc_addr_v4(0);
    while (body.s.n) {
        if (!take_attr(&body, &type, &value))
            return LC_EPARSE;
        take_route_attr(out, type, value);
    }
    return out->bits > (out->v6 ? 128 : 32) ? LC_EPARSE : LC_OK;
}

enum lc_status lc_neigh_take(struct lc_slice *in, struct lc_neigh *out, int *error)
{
    struct lc_cur body;
    struct lc_slice value;
    uint16_t type;
    enum lc_status st = take_message(in, &type, &body, error);
    bool found = false;

    if (st != LC_OK)
        return st;
    (void)lc_cur_take(&body, 8);
    *out = (struct lc_neigh){.state = lc_cur_le16(&body)};
    (void)lc_cur_take(&body, 2);
    if (type != RTM_NEWNEIGH || body.bad)
        return LC_AGAIN;
    while (body.s.n) {
        if (!take_attr(&body, &type, &value))
            return LC_EPARSE;
        if (type == NDA_LLADDR && value.n == 6) {
            memcpy(out->mac, value.p, 6);
            found = true;
        }
    }
    return found ? LC_OK : LC_AGAIN;
}

/* ---- sockets ---- */

static enum lc_status out_of_memory(struct lc_err *err)
{
    return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
}

enum lc_status lc_netlink_silent(struct lc_err *err)
{
    return lc_fail(err, LC_EIO, _("the kernel does not tell its routes: %s"), strerror(errno));
}

int lc_netlink_open(void)
{
    const struct timeval patience = {.tv_sec = 5};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (fd >= 0)
        (void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return fd;
}

enum lc_status lc_netlink_ask(int fd, const struct lc_buf *text, struct lc_err *err)
{
    if (text->full)
        return out_of_memory(err);
    return send(fd, text->p, text->n, 0) < 0 ? lc_netlink_silent(err) : LC_OK;
}

enum lc_status lc_netlink_hear(int fd, struct lc_buf *room, struct lc_slice *out,
                               struct lc_err *err)
{
    ssize_t n;

    lc_buf_reset(room);
    if (lc_buf_reserve(room, LC_NETLINK_ROOM) != LC_OK)
        return out_of_memory(err);
    do
        n = recv(fd, room->p, LC_NETLINK_ROOM, 0);
    while (n < 0 && errno == EINTR);
    *out = lc_slice_of(room->p, n < 0 ? 0 : (size_t)n);
    return n <= 0 ? lc_netlink_silent(err) : LC_OK;
}
