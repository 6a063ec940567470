/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a person asks to be scanned: ranges, names, files of these.
 *
 * Nothing here decides what may be asked: that is the plan's work (sets.c), and the gate's.
 */
#include "scope/inside.h"

#include <netdb.h>
#include <string.h>

#define RANGE_MAX  (1ULL << 32) /* addresses that one range may hold: all of IPv4 */
#define NAME_MAX_N 253U         /* RFC 1035 2.3.4 */

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

static enum lc_status push(struct lc_targets *t, const struct lc_range *r, struct lc_err *err)
{
    if (lc_ranges_push(t, r) != LC_OK)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    return LC_OK;
}

static enum lc_status add_name(struct lc_targets *t, const char *where, struct lc_slice name,
                               struct lc_err *err)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list, *at;
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
                       where, host, gai_strerror(e));
    for (at = list; at && st == LC_OK; at = at->ai_next) {
        struct sockaddr_storage ss = {.ss_family = 0};
        struct lc_range r;

        if (at->ai_addrlen > sizeof ss)
            continue;
        memcpy(&ss, at->ai_addr, at->ai_addrlen);
        if (ss.ss_family != AF_INET && ss.ss_family != AF_INET6)
            continue;
        r.first = r.last = lc_addr_from_sockaddr(&ss, NULL);
        st = push(t, &r, err);
    }
    freeaddrinfo(list);
    return st;
}

static bool lacks_zone(const struct lc_range *r)
{
    return !lc_addr_is_v4(&r->first) && r->first.b[0] == 0xfe && (r->first.b[1] & 0xc0) == 0x80 &&
           r->first.zone == 0;
}

static enum lc_status add_one(struct lc_targets *t, const char *where, struct lc_slice text,
                              struct lc_err *err)
{
    struct lc_range r;
    enum lc_status st;

    if (lc_range_parse(text, &r) != LC_OK && looks_like_name(text))
        return add_name(t, where, text, err);
    st = lc_range_read(where, text, &r, err);
    if (st != LC_OK)
        return LC_EINVAL;
    if (lacks_zone(&r))
        return lc_fail(err, LC_EINVAL,
                       _("%s%s is link-local: say behind which interface, one address at a time, "
                         "as in fe80::1%%2 (numbers: 'ip link')"),
                       where, lc_quote(text).text);
    if (lc_range_count(&r) > RANGE_MAX)
        return lc_fail(err, LC_EINVAL,
                       _("%s%s holds more addresses than can be asked one by one; name the "
                         "devices or smaller ranges"),
                       where, lc_quote(text).text);
    return push(t, &r, err);
}

static enum lc_status add_lines(struct lc_targets *t, const char *path, struct lc_slice text,
                                struct lc_err *err)
{
    struct lc_slice line;
    enum lc_status st = LC_OK;

    for (unsigned no = 1; st == LC_OK && lc_slice_next(&text, '\n', &line) == LC_OK; no++) {
        struct lc_quoted where;

        line = lc_slice_trim(lc_slice_sub(line, 0, lc_slice_chr(line, '#', 0)));
        if (line.n == 0)
            continue;
        (void)snprintf(where.text, sizeof where.text, "%.200s:%u: ", path, no);
        if (line.p[0] == '@')
            st = lc_fail(err, LC_EINVAL,
                         _("%sa list cannot name another list; put the targets into this one"),
                         where.text);
        else
            st = add_one(t, where.text, line, err);
    }
    return st;
}

static enum lc_status add_file(struct lc_targets *t, const char *path, struct lc_err *err)
{
    struct lc_buf text;
    enum lc_status st;

    lc_buf_init(&text, LC_SCOPE_LIST_MAX);
    st = lc_file_read(path, &text, NULL, err);
    if (st == LC_OK)
        st = add_lines(t, path, lc_buf_view(&text), err);
    lc_buf_free(&text);
    return st;
}

enum lc_status lc_targets_add(struct lc_targets *t, const char *text, struct lc_err *err)
{
    size_t before = t->n;
    enum lc_status st;

    if (text[0] == '@')
        st = add_file(t, text + 1, err);
    else
        st = add_one(t, "", lc_slice_trim(lc_slice_str(text)), err);
    if (st != LC_OK)
        t->n = before;
    return st;
}
