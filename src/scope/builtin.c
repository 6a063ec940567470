/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The scope without a file: this machine and the private networks it is plugged into.
 *
 * No wider than /20 (4,096 addresses), because a wider "private" network is a campus, a provider or
 * a mesh of VPNs with other people on it; IPv6 networks are /64 by construction and single
 * addresses in them may be named. Link-local neighbours and public networks need a scope file.
 */
#include "scope/inside.h"
#include "base/hash.h"
#include "base/log.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define WIDEST_V4    20U
#define WIDEST_V6    64U
#define SWEPT_V6     (1U << 24) /* addresses of an IPv6 range that may be a target */
#define ATTACHED_ALL 4096U      /* addresses of a network that is scanned whole */

static const struct lc_rates default_rates = {
    .host_pps = 10, .host_conns = 2, .block_pps = 200, .total_pps = 2000};

/* Leading ones of a netmask in the kernel's form. */
static unsigned mask_bits(const struct sockaddr *mask, bool v4)
{
    struct sockaddr_storage ss = {.ss_family = v4 ? AF_INET : AF_INET6};
    struct lc_addr a;
    unsigned bits = 0;

    /* The kernel leaves sa_family of a netmask at 0 in places: ours is the address's. */
    memcpy((char *)&ss + sizeof ss.ss_family, (const char *)mask + sizeof ss.ss_family,
           (v4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6)) - sizeof ss.ss_family);
    a = lc_addr_from_sockaddr(&ss, NULL);
    for (unsigned i = v4 ? 96 : 0; i < 128 && (a.b[i / 8] & (0x80U >> (i % 8))); i++)
        bits++;
    return bits;
}

static bool is_link_local(const struct lc_addr *a)
{
    if (lc_addr_is_v4(a))
        return lc_addr_to_v4(a) >> 16 == 0xa9fe;
    return a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80;
}

static bool is_public(const struct lc_range *net)
{
    struct lc_targets one = {.n = 0}, out = {.n = 0};
    bool yes =
        lc_ranges_push(&one, net) != LC_OK || lc_ranges_public(&one, false, &out) != LC_OK || out.n;

    lc_targets_free(&one);
    lc_targets_free(&out);
    return yes;
}

static enum lc_attached_kind judge(const struct lc_attached *net)
{
    if (is_public(&net->net))
        return LC_NET_PUBLIC;
    if (is_link_local(&net->net.first))
        return LC_NET_LINK_LOCAL;
    if (net->bits < (lc_addr_is_v4(&net->net.first) ? WIDEST_V4 : WIDEST_V6))
        return LC_NET_TOO_WIDE;
    return LC_NET_ALLOWED;
}

static bool describe(const struct ifaddrs *ifa, struct lc_attached *out)
{
    struct sockaddr_storage ss = {.ss_family = 0};
    struct lc_addr a;
    bool v4;

    if (!ifa->ifa_addr || !ifa->ifa_netmask || !(ifa->ifa_flags & IFF_UP))
        return false;
    if (ifa->ifa_addr->sa_family != AF_INET && ifa->ifa_addr->sa_family != AF_INET6)
        return false;
    v4 = ifa->ifa_addr->sa_family == AF_INET;
    memcpy(&ss, ifa->ifa_addr, v4 ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
    a = lc_addr_from_sockaddr(&ss, NULL);
    a.zone = 0;
    if (lc_addr_is_loopback(&a) || lc_addr_is_unusable(&a))
        return false;
    *out = (struct lc_attached){.net = {a, a}, .bits = mask_bits(ifa->ifa_netmask, v4)};
    for (unsigned i = out->bits + (v4 ? 96U : 0U); i < 128; i++) {
        out->net.first.b[i / 8] &= (uint8_t) ~(0x80U >> (i % 8));
        out->net.last.b[i / 8] |= (uint8_t)(0x80U >> (i % 8));
    }
    (void)snprintf(out->ifname, sizeof out->ifname, "%.15s", ifa->ifa_name);
    out->kind = judge(out);
    return true;
}

size_t lc_attached_from(const struct ifaddrs *list, struct lc_attached *v, size_t cap)
{
    size_t n = 0;

    for (; list && n < cap; list = list->ifa_next) {
        size_t i = 0;

        if (!describe(list, &v[n]))
            continue;
        while (i < n && (lc_addr_cmp(&v[i].net.first, &v[n].net.first) != 0 ||
                         lc_addr_cmp(&v[i].net.last, &v[n].net.last) != 0))
            i++;
        n += i == n || v[n].kind == LC_NET_LINK_LOCAL;
    }
    return n;
}

size_t lc_scope_attached(struct lc_attached v[static LC_ATTACHED_MAX])
{
    struct ifaddrs *list;
    size_t n;

    if (getifaddrs(&list) < 0)
        return 0;
    n = lc_attached_from(list, v, LC_ATTACHED_MAX);
    freeifaddrs(list);
    return n;
}

/* First and last address of an IPv4 network name the network and its broadcast: no device has them.
 */
static enum lc_status leave_ends(const struct lc_range *net, struct lc_targets *exclude)
{
    struct lc_range ends[2] = {{net->first, net->first}, {net->last, net->last}};
    enum lc_status st;

    if (!lc_addr_is_v4(&net->first) || lc_range_count(net) < 4)
        return LC_OK;
    st = lc_ranges_push(exclude, &ends[0]);
    return st == LC_OK ? lc_ranges_push(exclude, &ends[1]) : st;
}

static enum lc_status fill(const struct lc_attached *nets, size_t n, struct lc_targets *allow,
                           struct lc_targets *exclude)
{
    struct lc_range r;
    enum lc_status st = lc_range_parse(LC_S("127.0.0.0/8"), &r);

    if (st == LC_OK)
        st = lc_ranges_push(allow, &r);
    if (st == LC_OK)
        st = lc_range_parse(LC_S("::1"), &r);
    if (st == LC_OK)
        st = lc_ranges_push(allow, &r);
    for (size_t i = 0; i < n && st == LC_OK; i++) {
        if (nets[i].kind == LC_NET_TOO_WIDE)
            lc_log(LC_LOG_WARN,
                   _("%s on %s is wider than /%u and is left out; to scan it, write a scope with "
                     "'lenscap scope init'"),
                   lc_range_name(&nets[i].net).text, nets[i].ifname,
                   lc_addr_is_v4(&nets[i].net.first) ? WIDEST_V4 : WIDEST_V6);
        if (nets[i].kind != LC_NET_ALLOWED)
            continue;
        st = lc_ranges_push(allow, &nets[i].net);
        if (st == LC_OK)
            st = leave_ends(&nets[i].net, exclude);
    }
    lc_ranges_merge(allow);
    lc_ranges_merge(exclude);
    return st;
}

static void hash_ranges(struct lc_scope *s)
{
    struct lc_buf text;

    lc_buf_init(&text, 2 * LC_ADDR_TEXT * 4 * LC_ATTACHED_MAX);
    for (size_t i = 0; i < s->allow_n; i++)
        (void)lc_buf_putf(&text, "allow %s\n", lc_range_name(&s->allow[i]).text);
    for (size_t i = 0; i < s->exclude_n; i++)
        (void)lc_buf_putf(&text, "exclude %s\n", lc_range_name(&s->exclude[i]).text);
    lc_sha256(lc_buf_view(&text), s->hash);
    lc_buf_free(&text);
}

enum lc_status lc_scope_builtin_from(const struct lc_attached *nets, size_t n, const char *never,
                                     struct lc_scope *out, struct lc_err *err)
{
    struct lc_targets allow = {.n = 0}, exclude = {.n = 0}, block = {.n = 0};
    enum lc_status st, kept;

    *out = (struct lc_scope){.builtin = true, .rates = default_rates};
    lc_arena_init(&out->mem, LC_SCOPE_MEM_MAX);
    st = lc_never_read(never, &block, err);
    if (st == LC_OK) {
        kept = fill(nets, n, &allow, &exclude);
        if (kept == LC_OK)
            kept = lc_ranges_keep(&out->mem, &allow, &out->allow, &out->allow_n);
        if (kept == LC_OK)
            kept = lc_ranges_keep(&out->mem, &exclude, &out->exclude, &out->exclude_n);
        if (kept == LC_OK)
            kept = lc_ranges_keep(&out->mem, &block, &out->never, &out->never_n);
        if (kept != LC_OK)
            st = lc_fail(err, kept, "%s", _("out of memory"));
    }
    lc_targets_free(&allow);
    lc_targets_free(&exclude);
    lc_targets_free(&block);
    if (st != LC_OK) {
        lc_scope_free(out);
        return st;
    }
    hash_ranges(out);
    return LC_OK;
}

enum lc_status lc_scope_builtin(const struct lc_scope_paths *paths, struct lc_scope *out,
                                struct lc_err *err)
{
    struct lc_attached nets[LC_ATTACHED_MAX];
    size_t n = lc_scope_attached(nets);

    return lc_scope_builtin_from(nets, n, paths ? paths->never : NULL, out, err);
}

enum lc_status lc_targets_attached(struct lc_targets *t, struct lc_err *err)
{
    struct lc_attached nets[LC_ATTACHED_MAX];
    size_t n = lc_scope_attached(nets), found = 0;

    for (size_t i = 0; i < n; i++) {
        if (nets[i].kind != LC_NET_ALLOWED || lc_range_count(&nets[i].net) > ATTACHED_ALL)
            continue;
        if (lc_ranges_push(t, &nets[i].net) != LC_OK)
            return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
        found++;
    }
    if (!found)
        return lc_fail(err, LC_ENOENT, "%s",
                       _("no private network of at most 4,096 addresses is attached to this "
                         "machine; name what to scan ('lenscap doctor' lists the networks)"));
    return LC_OK;
}

enum lc_status lc_targets_allowed(struct lc_targets *t, const struct lc_scope *s,
                                  struct lc_err *err)
{
    for (size_t i = 0; i < s->allow_n; i++) {
        if (!lc_addr_is_v4(&s->allow[i].first) && lc_range_count(&s->allow[i]) > SWEPT_V6) {
            lc_log(LC_LOG_WARN,
                   _("%s is too wide to be asked whole and is left out; name windows of it, or "
                     "lists, as targets (lenscap-scan(1), Targets)"),
                   lc_range_name(&s->allow[i]).text);
            continue;
        }
        if (lc_ranges_push(t, &s->allow[i]) != LC_OK)
            return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    }
    if (t->n == 0)
        return lc_fail(err, LC_EINVAL, "%s",
                       _("the scope allows nothing that can be asked whole: name targets"));
    return LC_OK;
}
