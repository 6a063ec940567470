/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person asks to be scanned: ranges and names. Further forms are in targets_forms.c, whole
 * files in targets_file.c.
 *
 * Nothing here decides what may be asked: that is the plan's work (sets.c), and the gate's. Each
 * target is read into a list of its own and taken over when all of it is good.
 */
#include "scope/inside.h"

#include <netdb.h>
#include <string.h>

#define NAME_MAX_N   253U       /* RFC 1035 2.3.4 */
#define COMPACT_FROM (1U << 16) /* ranges from which a list is sorted before it grows */

static bool looks_like_name(struct lc_slice s)
{
    bool letter = false;

    if (s.n == 0 || s.n > NAME_MAX_N || s.p[0] == '-' || s.p[0] == '.')
        return false;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i], folded = c | 0x20;

        if (folded >= 'a' && folded <= 'z')
            letter = true;
        else if ((c < '0' || c > '9') && c != '-' && c != '.' && c != '_')
            return false;
    }
    return letter;
}

/* Does `r` begin inside `last` or right behind it? Then one range holds both. */
static bool continues(const struct lc_range *last, const struct lc_range *r)
{
    struct lc_addr after = lc_addr_next(&last->last);

    return last->first.zone == r->first.zone && memcmp(last->first.b, r->first.b, 16) <= 0 &&
           memcmp(r->first.b, after.b, 16) <= 0 &&
           lc_addr_is_v4(&last->last) == lc_addr_is_v4(&r->first);
}

/* Room for one more: by sorting and joining if that frees half, else by growing. */
static enum lc_status make_room(struct lc_targets *t)
{
    if (t->n >= COMPACT_FROM)
        lc_ranges_merge(t);
    return t->n >= t->cap / 2 ? lc_ranges_grow(t) : LC_OK;
}

enum lc_status lc_target_push(struct lc_targets *t, const struct lc_place *at,
                              const struct lc_range *r, struct lc_err *err)
{
    struct lc_range *last = t->n ? &t->v[t->n - 1] : NULL;

    if (last && continues(last, r)) {
        if (memcmp(r->last.b, last->last.b, 16) > 0)
            last->last = r->last;
        return LC_OK;
    }
    if (t->n == t->cap && make_room(t) != LC_OK)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    if (t->n >= LC_TARGETS_MAX)
        return lc_fail(err, LC_EPARSE,
                       _("%sthese are more than %u separate ranges; scan them in parts"),
                       lc_place_name(at).text, LC_TARGETS_MAX);
    t->v[t->n++] = *r;
    return LC_OK;
}

static bool lacks_zone(const struct lc_range *r)
{
    return !lc_addr_is_v4(&r->first) && r->first.b[0] == 0xfe && (r->first.b[1] & 0xc0) == 0x80 &&
           r->first.zone == 0;
}

/* An IPv6 network is no list of addresses: says how to name those that are likely to be there. */
static enum lc_status too_wide(const struct lc_place *at, struct lc_slice text, struct lc_err *err)
{
    struct lc_quoted where = lc_place_name(at), name = lc_quote(text);
    size_t slash = lc_slice_chr(text, '/', 0);
    uint64_t bits;

    if (slash == LC_NPOS || lc_slice_u64(lc_slice_from(text, slash + 1), 128, &bits) != LC_OK)
        return lc_fail(err, LC_EINVAL,
                       _("%s%s holds more addresses than can be asked one by one; name the "
                         "devices or smaller ranges"),
                       where.text, name.text);
    if (bits > 64)
        return lc_fail(err, LC_EINVAL,
                       _("%s%s holds more addresses than can be asked one by one; name a window "
                         "of it, as in %s+ff for its first 256 addresses"),
                       where.text, name.text, name.text);
    return lc_fail(err, LC_EINVAL,
                   _("%s%s holds more addresses than can be asked one by one; name a window of "
                     "it, as in %s+ff for its first 256 addresses, or with eui64: and a /64 the "
                     "addresses that cameras make of their hardware address (lenscap-scan(1))"),
                   where.text, name.text, name.text);
}

enum lc_status lc_target_range(struct lc_targets *t, const struct lc_place *at,
                               struct lc_slice text, const struct lc_range *r, struct lc_err *err)
{
    if (lacks_zone(r))
        return lc_fail(err, LC_EINVAL,
                       _("%s%s is link-local: say behind which interface, one address at a time, "
                         "as in fe80::1%%2 (numbers: 'ip link')"),
                       lc_place_name(at).text, lc_quote(text).text);
    if (!lc_addr_is_v4(&r->first) && lc_range_count(r) > LC_TARGETS_WIDE)
        return too_wide(at, text, err);
    return lc_target_push(t, at, r, err);
}

static enum lc_status add_name(struct lc_targets *t, const struct lc_place *at,
                               struct lc_slice name, struct lc_err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list, *one;
    char host[NAME_MAX_N + 1];
    enum lc_status st = LC_OK;
    int e;

    memcpy(host, name.p, name.n);
    host[name.n] = 0;
    e = getaddrinfo(host, NULL, &hints, &list);
    if (e != 0)
        return lc_fail(err, LC_ENOENT,
                       _("%sthe name \"%s\" cannot be looked up (%s); check its spelling or give "
                         "the address"),
                       lc_place_name(at).text, host, gai_strerror(e));
    for (one = list; one && st == LC_OK; one = one->ai_next) {
        struct sockaddr_storage ss = {.ss_family = 0};
        struct lc_range r;

        if (one->ai_addrlen > sizeof ss)
            continue;
        memcpy(&ss, one->ai_addr, one->ai_addrlen);
        if (ss.ss_family != AF_INET && ss.ss_family != AF_INET6)
            continue;
        r.first = r.last = lc_addr_from_sockaddr(&ss, NULL);
        st = lc_target_push(t, at, &r, err);
    }
    freeaddrinfo(list);
    return st;
}

enum lc_status lc_target_one(struct lc_targets *t, const struct lc_place *at, struct lc_slice text,
                             struct lc_err *err)
{
    struct lc_range r;
    enum lc_status st;

    if (lc_range_parse(text, &r) == LC_OK && !lc_range_swallows_v4(&r))
        return lc_target_range(t, at, text, &r, err);
    if (lc_slice_istarts(text, LC_S("eui64:")))
        return lc_target_eui64(t, at, text, err);
    if (lc_slice_chr(text, '+', 0) != LC_NPOS)
        return lc_target_window(t, at, text, err);
    st = lc_target_octets(t, at, text, err);
    if (st != LC_EINVAL)
        return st;
    if (looks_like_name(text))
        return add_name(t, at, text, err);
    return lc_range_read(at, text, &r, err) == LC_OK ? LC_OK : LC_EINVAL;
}

/* Behind what was named before; a first list is taken over as it is. */
static enum lc_status take_over(struct lc_targets *t, struct lc_targets *more, struct lc_err *err)
{
    if (t->n == 0) {
        lc_free(t->v);
        t->v = more->v;
        t->n = more->n;
        t->cap = more->cap;
        *more = (struct lc_targets){.n = 0};
        return LC_OK;
    }
    for (size_t i = 0, before = t->n; i < more->n; i++)
        if (lc_ranges_push(t, &more->v[i]) != LC_OK) {
            t->n = before;
            return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
        }
    return LC_OK;
}

enum lc_status lc_targets_add(struct lc_targets *t, const char *text, struct lc_err *err)
{
    const struct lc_place typed = {NULL, 0};
    struct lc_targets more = {.ouis = t->ouis};
    enum lc_status st;

    if (text[0] == '@')
        st = lc_target_list(&more, text + 1, err);
    else
        st = lc_target_one(&more, &typed, lc_slice_trim(lc_slice_str(text)), err);
    if (st == LC_OK)
        st = take_over(t, &more, err);
    lc_targets_free(&more);
    return st;
}
