/* SPDX-License-Identifier: Apache-2.0 */
/* The way out: what the kernel says about every place where a plan's way could change. */
#include "discover/engine_route.h"

#include "base/tr.h"
#include "scope/file.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define RANGES_MAX 4096U  /* of the plan, whose ends are looked up */
#define INSIDE_MAX 65536U /* addresses of routes inside the plan that are */

struct asker {
    int one, all; /* sockets: single questions, and the whole table meanwhile */
    struct lc_buf text, answer;
    const struct lc_range *plan;
    size_t plan_n, inside_n;
    const struct lc_addr *sources;
    size_t sources_n;
    struct lc_way *way;
    struct lc_addr first[2]; /* the first address looked up, for messages */
    struct lc_err *err;
};

/* LC_ENOENT without a message: the kernel knows no way. */
static enum lc_status look_up(struct asker *a, const struct lc_addr *to, const struct lc_addr *from,
                              struct lc_route *out, int *error)
{
    enum lc_status st;
    struct lc_slice in;

    lc_buf_reset(&a->text);
    lc_route_ask(&a->text, to, from);
    st = lc_netlink_ask(a->one, &a->text, a->err);
    if (st == LC_OK)
        st = lc_netlink_hear(a->one, &a->answer, &in, a->err);
    if (st != LC_OK)
        return st;
    st = lc_route_take(&in, out, error);
    return st == LC_OK || st == LC_ENOENT ? st : lc_netlink_silent(a->err);
}

static enum lc_status no_way(struct asker *a, const struct lc_addr *to, int error)
{
    char text[LC_ADDR_TEXT];

    (void)lc_addr_format(to, text);
    return lc_fail(a->err, LC_EINVAL, _("there is no route to %s: %s"), text, strerror(error));
}

static enum lc_status on_link(struct asker *a, const struct lc_addr *to, const char *ifname)
{
    char text[LC_ADDR_TEXT];

    (void)lc_addr_format(to, text);
    return lc_fail(a->err, LC_EINVAL,
                   _("%s is on a network that this machine is plugged into (%s); raw packets find "
                     "what is behind a router: use --engine connect here"),
                   text, ifname);
}

static enum lc_status another_way(struct asker *a, const struct lc_addr *to)
{
    char one[LC_ADDR_TEXT], other[LC_ADDR_TEXT];

    (void)lc_addr_format(&a->first[!lc_addr_is_v4(to)], one);
    (void)lc_addr_format(to, other);
    return lc_fail(a->err, LC_EINVAL,
                   _("%s and %s are reached through different routers or interfaces; raw packets "
                     "need one way for all: scan them in separate runs, or use --engine connect"),
                   one, other);
}

static const struct lc_addr *wished(const struct asker *a, bool v6, size_t nth)
{
    for (size_t i = 0; i < a->sources_n; i++)
        if (lc_addr_is_v4(&a->sources[i]) == !v6 && nth-- == 0)
            return &a->sources[i];
    return NULL;
}

static bool same_way(const struct lc_way *w, size_t v6, const struct lc_route *r)
{
    return w->ifindex == r->ifindex &&
           (w->loopback || lc_addr_cmp(&w->gateway[v6], &r->gateway) == 0);
}

/* What was looked up for `to` becomes the way, or must be the way. */
static enum lc_status agree(struct asker *a, const struct lc_addr *to, const struct lc_addr *from,
                            const struct lc_route *r)
{
    struct lc_way *w = a->way;
    size_t v6 = !lc_addr_is_v4(to);
    char ifname[IF_NAMESIZE] = "?";
    bool local = r->type == RTN_LOCAL;

    (void)if_indextoname(r->ifindex, ifname);
    if (!local && r->type != RTN_UNICAST)
        return no_way(a, to, EHOSTUNREACH);
    if (!local && !r->has_gateway)
        return on_link(a, to, ifname);
    if (w->ifindex && (w->ifindex != r->ifindex || w->loopback != local))
        return another_way(a, to);
    if (w->has[v6])
        return same_way(w, v6, r) ? LC_OK : another_way(a, to);
    if (!from && !r->has_source)
        return no_way(a, to, EADDRNOTAVAIL);
    w->ifindex = r->ifindex;
    w->loopback = local;
    memcpy(w->ifname, ifname, sizeof w->ifname);
    w->has[v6] = true;
    w->source[v6] = from ? *from : r->source;
    w->gateway[v6] = r->gateway;
    return LC_OK;
}

/* `inside`: an address on the way between both ends of a range, where one's own and broadcast
 * addresses, and what leads nowhere, are no reason to refuse. */
static enum lc_status check(struct asker *a, const struct lc_addr *to, size_t nth_source,
                            bool inside)
{
    bool v6 = !lc_addr_is_v4(to);
    const struct lc_addr *from = wished(a, v6, nth_source);
    struct lc_route r;
    int error = 0;
    enum lc_status st = look_up(a, to, from, &r, &error);

    if (inside && (st == LC_ENOENT || (st == LC_OK && r.type != RTN_UNICAST)))
        return LC_OK;
    if (st == LC_ENOENT)
        return no_way(a, to, error);
    if (st == LC_OK && !a->way->has[v6])
        a->first[v6] = *to;
    return st == LC_OK ? agree(a, to, from, &r) : st;
}

static enum lc_status check_ends(struct asker *a)
{
    enum lc_status st = LC_OK;

    for (size_t i = 0; st == LC_OK && i < a->plan_n && i < RANGES_MAX; i++) {
        st = check(a, &a->plan[i].first, 0, false);
        if (st == LC_OK)
            st = check(a, &a->plan[i].last, 0, false);
    }
    return st;
}

/* A source that is not ours would be a forged one. */
static enum lc_status check_own(struct asker *a)
{
    for (size_t i = 0; i < a->sources_n; i++) {
        struct lc_route r = {.type = RTN_UNSPEC};
        char text[LC_ADDR_TEXT];
        int error = 0;
        enum lc_status st = look_up(a, &a->sources[i], NULL, &r, &error);

        if (st != LC_OK && st != LC_ENOENT)
            return st;
        (void)lc_addr_format(&a->sources[i], text);
        if (r.type != RTN_LOCAL)
            return lc_fail(a->err, LC_EINVAL, _("%s is no address of this machine"), text);
    }
    return LC_OK;
}

/* The ends were looked up for the first source of their family; the others must go the same way. */
static enum lc_status check_sources(struct asker *a)
{
    enum lc_status st = LC_OK;

    for (size_t v6 = 0; v6 < 2; v6++)
        for (size_t nth = 1; st == LC_OK && a->way->has[v6] && wished(a, v6, nth); nth++)
            st = check(a, &a->first[v6], nth, false);
    return st;
}

/* ---- routes inside the plan ---- */

/* The range of the plan that holds `x`; the plan is sorted. */
static bool in_plan(const struct asker *a, const struct lc_addr *x)
{
    size_t low = 0, high = a->plan_n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;

        if (lc_addr_cmp(&a->plan[mid].last, x) < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return low < a->plan_n && lc_range_has(&a->plan[low], x);
}

static struct lc_addr last_of(const struct lc_route *r)
{
    struct lc_addr a = r->to;

    for (unsigned bit = (r->v6 ? 0U : 96U) + r->bits; bit < 128; bit++)
        a.b[bit / 8] = (uint8_t)(a.b[bit / 8] | 0x80U >> bit % 8);
    return a;
}

/* The first and the last are a network's own and its broadcast address in IPv4, the second often
 * this machine or its router: one of the four speaks for the route. */
static enum lc_status check_inside(struct asker *a, const struct lc_route *r)
{
    struct lc_addr at[4] = {r->to, lc_addr_next(&r->to), r->to, last_of(r)};
    enum lc_status st = LC_OK;

    at[2] = lc_addr_next(&at[1]);
    if (r->type != RTN_UNICAST)
        return LC_OK;
    for (size_t i = 0; st == LC_OK && i < 4; i++)
        if (lc_addr_cmp(&at[i], &at[3]) <= 0 && in_plan(a, &at[i]) && a->inside_n < INSIDE_MAX) {
            a->inside_n++;
            st = check(a, &at[i], 0, true);
        }
    return st;
}

static enum lc_status check_routes(struct asker *a, bool v6, struct lc_buf *room)
{
    struct lc_slice in = {NULL, 0};
    struct lc_route r;
    enum lc_status st;
    int error = 0;

    lc_buf_reset(room);
    lc_route_ask_all(room, v6);
    st = lc_netlink_ask(a->all, room, a->err);
    while (st == LC_OK) {
        if (in.n == 0)
            st = lc_netlink_hear(a->all, room, &in, a->err);
        if (st != LC_OK)
            break;
        st = lc_route_take(&in, &r, &error);
        if (st == LC_OK)
            st = check_inside(a, &r);
        else if (st == LC_AGAIN)
            st = LC_OK;
    }
    return st == LC_DONE || st == LC_ENOENT ? LC_OK
           : st == LC_EPARSE                ? lc_netlink_silent(a->err)
                                            : st;
}

/* ---- the interface ---- */

static enum lc_status own_mac(struct lc_way *w, struct lc_err *err)
{
    struct ifreq r = {.ifr_ifindex = 0};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), got;

    if (fd < 0)
        fd = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    memcpy(r.ifr_name, w->ifname, sizeof r.ifr_name - 1);
    got = ioctl(fd, SIOCGIFHWADDR, &r);
    if (fd >= 0)
        (void)close(fd);
    if (got != 0 || r.ifr_hwaddr.sa_family != (w->loopback ? ARPHRD_LOOPBACK : ARPHRD_ETHER))
        return lc_fail(err, LC_EINVAL,
                       _("%s is no Ethernet; raw packets need one: use --engine connect"),
                       w->ifname);
    for (size_t i = 0; i < 2; i++)
        memcpy(w->link[i].from, r.ifr_hwaddr.sa_data, 6);
    return LC_OK;
}

static bool is_on(const char *path)
{
    struct lc_buf text;
    bool on;

    lc_buf_init(&text, 64);
    on = lc_file_read(path, &text, NULL, NULL) == LC_OK && text.n && text.p[0] == '1';
    lc_buf_free(&text);
    return on;
}

/* The kernel takes frames from its own addresses for forged ones, unless told not to. */
static enum lc_status may_loop(const struct lc_way *w, struct lc_err *err)
{
    if (!w->loopback || !w->has[0] ||
        ((is_on("/proc/sys/net/ipv4/conf/all/accept_local") ||
          is_on("/proc/sys/net/ipv4/conf/lo/accept_local")) &&
         (is_on("/proc/sys/net/ipv4/conf/all/route_localnet") ||
          is_on("/proc/sys/net/ipv4/conf/lo/route_localnet"))))
        return LC_OK;
    return lc_fail(err, LC_EINVAL, "%s",
                   _("raw packets do not reach this machine itself: use --engine connect"));
}

static enum lc_status find(struct asker *a, struct lc_buf *room)
{
    enum lc_status st = check_own(a);

    if (st == LC_OK)
        st = check_ends(a);
    if (st == LC_OK)
        st = check_sources(a);
    for (size_t v6 = 0; st == LC_OK && v6 < 2; v6++)
        if (a->way->has[v6] && !a->way->loopback)
            st = check_routes(a, v6, room);
    if (st == LC_OK)
        st = may_loop(a->way, a->err);
    return st == LC_OK ? own_mac(a->way, a->err) : st;
}

enum lc_status lc_way_find(const struct lc_range *plan, size_t plan_n,
                           const struct lc_addr *sources, size_t sources_n, struct lc_way *out,
                           struct lc_err *err)
{
    struct asker a = {.plan = plan,
                      .plan_n = plan_n,
                      .sources = sources,
                      .sources_n = sources_n,
                      .way = out,
                      .err = err};
    struct lc_buf room;
    enum lc_status st;

    *out = (struct lc_way){.ifindex = 0};
    lc_buf_init(&room, LC_NETLINK_ROOM);
    lc_buf_init(&a.text, 256);
    lc_buf_init(&a.answer, LC_NETLINK_ROOM);
    a.one = lc_netlink_open();
    a.all = lc_netlink_open();
    st = a.one < 0 || a.all < 0 ? lc_netlink_silent(err) : find(&a, &room);
    if (a.one >= 0)
        (void)close(a.one);
    if (a.all >= 0)
        (void)close(a.all);
    lc_buf_free(&room);
    lc_buf_free(&a.text);
    lc_buf_free(&a.answer);
    return st;
}
