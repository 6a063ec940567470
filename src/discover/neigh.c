/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the neighbour table over netlink (RFC 3549; linux/rtnetlink.h, linux/neighbour.h). The
 * answer comes from our own kernel, yet its lengths are checked like a stranger's. In the machine's
 * byte order, each part beginning at a multiple of four:
 *
 *     message    u32 length, header included   u16 type   u16 flags   u32 sequence   u32 port
 *     RTM_NEWNEIGH's body:
 *                u8 family   3 bytes   u32 interface   u16 state   u8 flags   u8 type
 *     attribute  u16 length, header included   u16 type (NDA_DST, NDA_LLADDR, ...)   value
 */
#include "discover/neigh.h"
#include "base/tr.h"

#include <errno.h>
#include <linux/neighbour.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#define VOUCHED_FOR (NUD_REACHABLE | NUD_STALE | NUD_DELAY | NUD_PERMANENT)
#define ANSWER_MAX  65536U /* the kernel cuts dumps into at most 32 KiB a piece */
#define GROUP_BIT   0x01U

/* Takes one header off the front; false when there is less. */
static bool take(struct lc_slice *in, void *to, size_t n)
{
    if (in->n < n)
        return false;
    memcpy(to, in->p, n);
    *in = lc_slice_from(*in, n);
    return true;
}

struct attributes {
    struct lc_slice address, mac;
};

static bool read_attributes(struct lc_slice in, struct attributes *out)
{
    while (in.n > 0) {
        struct rtattr head;
        struct lc_slice whole = in, value;

        if (!take(&in, &head, sizeof head) || head.rta_len < sizeof head || head.rta_len > whole.n)
            return false;
        value = lc_slice_sub(whole, sizeof head, head.rta_len - sizeof head);
        if (head.rta_type == NDA_DST)
            out->address = value;
        else if (head.rta_type == NDA_LLADDR)
            out->mac = value;
        in = lc_slice_from(whole, RTA_ALIGN((size_t)head.rta_len));
    }
    return true;
}

static bool set_address(struct lc_neigh *n, uint8_t family, struct lc_slice value)
{
    bool link_local;

    if (family == AF_INET && value.n == 4) {
        struct lc_cur at = {.s = value};

        n->addr = lc_addr_v4(lc_cur_be32(&at));
        return true;
    }
    if (family != AF_INET6 || value.n != sizeof n->addr.b)
        return false;
    memcpy(n->addr.b, value.p, sizeof n->addr.b);
    link_local = n->addr.b[0] == 0xFE && (n->addr.b[1] & 0xC0) == 0x80;
    n->addr.zone = link_local ? n->ifindex : 0;
    return !lc_addr_is_v4(&n->addr);
}

static bool set_mac(struct lc_neigh *n, struct lc_slice value)
{
    static const uint8_t none[sizeof n->mac];

    if (value.n != sizeof n->mac || value.p[0] & GROUP_BIT ||
        memcmp(value.p, none, sizeof none) == 0)
        return false;
    memcpy(n->mac, value.p, sizeof n->mac);
    return true;
}

static enum lc_status one(struct lc_slice body, lc_neigh_each each, void *ctx)
{
    struct ndmsg head;
    struct attributes attrs = {0};
    struct lc_neigh n = {0};

    if (!take(&body, &head, sizeof head) || !read_attributes(body, &attrs))
        return LC_EPARSE;
    n.ifindex = (uint32_t)head.ndm_ifindex;
    if (head.ndm_state & VOUCHED_FOR && !(head.ndm_flags & NTF_PROXY) &&
        set_address(&n, head.ndm_family, attrs.address) && set_mac(&n, attrs.mac))
        each(ctx, &n);
    return LC_MORE;
}

static enum lc_status message(uint16_t type, struct lc_slice body, lc_neigh_each each, void *ctx)
{
    int32_t code;

    if (type == RTM_NEWNEIGH)
        return one(body, each, ctx);
    if (type == NLMSG_DONE)
        return LC_DONE;
    if (type != NLMSG_ERROR)
        return LC_MORE;
    if (!take(&body, &code, sizeof code))
        return LC_EPARSE;
    return code == 0 ? LC_MORE : LC_EIO; /* 0: an acknowledgement */
}

enum lc_status lc_neigh_parse(struct lc_slice in, lc_neigh_each each, void *ctx)
{
    enum lc_status st = LC_MORE;

    while (in.n > 0 && st == LC_MORE) {
        struct lc_slice whole = in;
        struct nlmsghdr head;

        if (!take(&in, &head, sizeof head) || head.nlmsg_len < sizeof head ||
            head.nlmsg_len > whole.n)
            return LC_EPARSE;
        st = message(head.nlmsg_type,
                     lc_slice_sub(whole, sizeof head, head.nlmsg_len - sizeof head), each, ctx);
        in = lc_slice_from(whole, NLMSG_ALIGN((size_t)head.nlmsg_len));
    }
    return st;
}

static enum lc_status no_table(struct lc_err *err, int e)
{
    return lc_fail(err, LC_EIO, _("the system's table of neighbours cannot be read: %s"),
                   strerror(e));
}

static int open_netlink(void)
{
    const struct timeval patience = {.tv_sec = 2};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

    if (fd >= 0 && setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static bool ask(int fd, uint8_t family)
{
    struct {
        struct nlmsghdr head;
        struct ndmsg body;
    } q = {.head = {.nlmsg_len = sizeof q,
                    .nlmsg_type = RTM_GETNEIGH,
                    .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP,
                    .nlmsg_seq = family},
           .body = {.ndm_family = family}};
    struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    ssize_t n;

    do
        n = sendto(fd, &q, sizeof q, 0, (const struct sockaddr *)&kernel, sizeof kernel);
    while (n < 0 && errno == EINTR);
    return n == (ssize_t)sizeof q;
}

/* One datagram of the kernel's (nl_pid 0); others may write to the socket too. */
static ssize_t hear(int fd, struct lc_buf *room)
{
    struct sockaddr_nl from = {0};
    socklen_t len = sizeof from;
    ssize_t n;

    do {
        len = sizeof from;
        n = recvfrom(fd, room->p, room->cap, MSG_TRUNC, (struct sockaddr *)&from, &len);
    } while ((n < 0 && errno == EINTR) || (n >= 0 && from.nl_pid != 0));
    return n;
}

static enum lc_status dump(int fd, uint8_t family, struct lc_buf *room, lc_neigh_each each,
                           void *ctx, struct lc_err *err)
{
    enum lc_status st = LC_MORE;

    if (!ask(fd, family))
        return no_table(err, errno);
    while (st == LC_MORE) {
        ssize_t n = hear(fd, room);

        if (n < 0)
            return no_table(err, errno);
        if ((size_t)n > room->cap)
            return no_table(err, EMSGSIZE);
        st = lc_neigh_parse(lc_slice_of(room->p, (size_t)n), each, ctx);
    }
    return st == LC_DONE ? LC_OK : no_table(err, EBADMSG);
}

enum lc_status lc_neigh_read(lc_neigh_each each, void *ctx, struct lc_err *err)
{
    struct lc_buf room;
    enum lc_status st;
    int fd = open_netlink();

    if (fd < 0)
        return no_table(err, errno);
    lc_buf_init(&room, ANSWER_MAX);
    st = lc_buf_reserve(&room, ANSWER_MAX) == LC_OK ? LC_OK : no_table(err, ENOMEM);
    if (st == LC_OK)
        st = dump(fd, AF_INET, &room, each, ctx, err);
    if (st == LC_OK)
        st = dump(fd, AF_INET6, &room, each, ctx, err);
    lc_buf_free(&room);
    (void)close(fd);
    return st;
}
