/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The gate that every path passes. A path from a device is believed only when it is dull: plain
 * characters, a page or icon by its ending, none of the words below. Refusing too much costs one
 * title or icon; refusing too little would look through a lens, so the words are wide on purpose.
 */
#include "proto/url.h"

#include <string.h>

/* Matched anywhere in the path, any case. Sources: protocols.md A0 table X (pictures and streams,
 * reads that are themselves the exploit, logins, anything that changes a device). */
static const char *const never[] = {
    "snap",
    "mjp",
    ".jpg",
    ".jpeg",
    "m3u8",
    ".flv",
    "stream",
    "video",
    "live",
    "rtsp",
    "/hls",
    ".ts",
    ".mp4",
    "cgi-bin",
    "action=",
    "configurationfile",
    "current_config",
    "cap.js",
    "auth=",
    "sessionlogin",
    "/isapi",
    "/sdk",
    "/psia",
    "/onvif",
    "/lapi",
    "tmpfs",
    "backup",
    "config",
    "pass",
    "pwd",
    "user",
    "upgrade",
    "firmware",
    "reboot",
    "restart",
    "reset",
    "restore",
    "format",
    "delete",
    "logout",
    "activate",
    "account",
    "token",
    "session",
    "..",
    "@",
};

static const char *const page_ends[] = {".html", ".htm",   ".asp",   ".aspx", ".php",
                                        ".jsp",  ".shtml", ".xhtml", ".rsp",  "/"};
static const char *const icon_ends[] = {".ico", ".png", ".gif", ".svg"};
static const char *const device_ends[] = {".xml"};

static const char *const busters[] = {"",     "_",      "t",    "v",       "r",        "ver",
                                      "rand", "random", "time", "version", "timestamp"};

struct lc_slice lc_path_view(const struct lc_path *p)
{
    return lc_slice_of(p->text, p->n);
}

bool lc_path_set(struct lc_path *p, struct lc_slice text)
{
    p->n = 0;
    if (text.n > LC_PATH_CAP)
        return false;
    if (text.n)
        memcpy(p->text, text.p, text.n);
    p->n = (uint16_t)text.n;
    return true;
}

void lc_put_host(struct lc_buf *out, const struct lc_ask *ask, uint16_t usual)
{
    char host[LC_ADDR_TEXT];

    (void)lc_buf_put(out, lc_slice_of(host, lc_addr_format_url(&ask->addr, host)));
    if (ask->port != usual)
        (void)lc_buf_putf(out, ":%u", (unsigned)ask->port);
}

/* Letters, digits and "/._-~!$+,;:": nothing a server or we would decode, nothing that splits a
 * request. */
static bool plain(struct lc_slice s)
{
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool alnum = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');

        if (!alnum && (c == 0 || strchr("/._-~!$+,;:", c) == NULL))
            return false;
    }
    return true;
}

static bool forbidden(struct lc_slice path)
{
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        if (lc_slice_ifind(path, lc_slice_str(never[i]), 0) != LC_NPOS)
            return true;
    return false;
}

static bool ends_with_one(struct lc_slice path, const char *const *ends, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct lc_slice end = lc_slice_str(ends[i]);

        if (path.n >= end.n && lc_slice_ieq(lc_slice_from(path, path.n - end.n), end))
            return true;
    }
    return false;
}

static bool ending_ok(struct lc_slice path, enum lc_url_kind kind)
{
    size_t slash = path.n;

    if (kind == LC_URL_ICON)
        return ends_with_one(path, icon_ends, sizeof icon_ends / sizeof *icon_ends);
    if (kind == LC_URL_DEVICE && ends_with_one(path, device_ends, 1))
        return true;
    if (ends_with_one(path, page_ends, sizeof page_ends / sizeof *page_ends))
        return true;
    while (slash && path.p[slash - 1] != '/')
        slash--;
    return lc_slice_chr(path, '.', slash) ==
           LC_NPOS; /* a name without an ending: "/web", "/login" */
}

/* "_=1700000000", "v=3.1", "1700000000": a number, so that a cache is passed by. */
static bool cache_buster(struct lc_slice query)
{
    size_t eq = lc_slice_chr(query, '=', 0);
    struct lc_slice key = lc_slice_sub(query, 0, eq == LC_NPOS ? 0 : eq);
    struct lc_slice value = eq == LC_NPOS ? query : lc_slice_from(query, eq + 1);

    if (eq == LC_NPOS && value.n && value.p[0] == '_')
        value = lc_slice_from(value, 1); /* Hikvision: login.asp?_1700000000 */
    if (value.n == 0 || value.n > 20)
        return false;
    for (size_t i = 0; i < value.n; i++)
        if ((value.p[i] < '0' || value.p[i] > '9') && value.p[i] != '.')
            return false;
    for (size_t i = 0; i < sizeof busters / sizeof *busters; i++)
        if (lc_slice_eq(key, lc_slice_str(busters[i])))
            return true;
    return false;
}

static enum lc_url_verdict judge(struct lc_slice path, enum lc_url_kind kind, struct lc_path *out)
{
    size_t query = lc_slice_chr(path, '?', 0);
    struct lc_slice bare = lc_slice_sub(path, 0, query == LC_NPOS ? path.n : query);

    if (bare.n == 0 || bare.p[0] != '/' || !plain(bare) || forbidden(path) ||
        !ending_ok(bare, kind))
        return LC_URL_REFUSED;
    if (query != LC_NPOS && !cache_buster(lc_slice_from(path, query + 1)))
        return LC_URL_REFUSED;
    return lc_path_set(out, path) ? LC_URL_HERE : LC_URL_REFUSED;
}

/* Does "host" or "host:port" mean the peer we talk to? */
static enum lc_url_verdict judge_host(const struct lc_ask *ask, struct lc_slice host, bool https)
{
    char text[LC_ADDR_TEXT];
    struct lc_slice ours = lc_slice_of(text, lc_addr_format_url(&ask->addr, text));
    uint64_t port = https ? 443 : 80;

    if (!lc_slice_istarts(host, ours))
        return LC_URL_AWAY;
    host = lc_slice_from(host, ours.n);
    if (host.n && (host.p[0] != ':' || lc_slice_u64(lc_slice_from(host, 1), 65535, &port) != LC_OK))
        return LC_URL_AWAY;
    if (https && !ask->tls)
        return LC_URL_HTTPS;
    return https == ask->tls && port == ask->port ? LC_URL_HERE : LC_URL_AWAY;
}

static size_t authority_end(struct lc_slice s)
{
    size_t at = 0;

    while (at < s.n && s.p[at] != '/' && s.p[at] != '?' && s.p[at] != '#')
        at++;
    return at;
}

/* A path without a leading slash stands beside `base`. */
static enum lc_url_verdict relative(struct lc_slice base, struct lc_slice ref,
                                    enum lc_url_kind kind, struct lc_path *out)
{
    struct lc_path joined;
    size_t dir = base.n;

    while (dir && base.p[dir - 1] != '/')
        dir--;
    if (lc_slice_starts(ref, LC_S("./")))
        ref = lc_slice_from(ref, 2);
    if (ref.n == 0 || ref.n > LC_PATH_CAP - dir)
        return LC_URL_REFUSED;
    memcpy(joined.text, base.p, dir);
    memcpy(joined.text + dir, ref.p, ref.n);
    joined.n = (uint16_t)(dir + ref.n);
    return judge(lc_path_view(&joined), kind, out);
}

enum lc_url_verdict lc_url_resolve(const struct lc_ask *ask, struct lc_slice base,
                                   struct lc_slice ref, enum lc_url_kind kind, struct lc_path *out)
{
    bool https = ask->tls;
    size_t hash, colon;
    enum lc_url_verdict v;

    out->n = 0;
    ref = lc_slice_trim(ref);
    hash = lc_slice_chr(ref, '#', 0);
    ref = lc_slice_sub(ref, 0, hash == LC_NPOS ? ref.n : hash);
    if (lc_slice_istarts(ref, LC_S("http://")) || lc_slice_istarts(ref, LC_S("https://"))) {
        https = lc_slice_istarts(ref, LC_S("https:"));
        ref = lc_slice_from(ref, https ? 6 : 5);
    }
    if (lc_slice_starts(ref, LC_S("//"))) {
        ref = lc_slice_from(ref, 2);
        v = judge_host(ask, lc_slice_sub(ref, 0, authority_end(ref)), https);
        ref = lc_slice_from(ref, authority_end(ref));
        return v != LC_URL_HERE ? v : judge(ref.n ? ref : LC_S("/"), kind, out);
    }
    if (ref.n && ref.p[0] == '/')
        return judge(ref, kind, out);
    colon = lc_slice_chr(ref, ':', 0);
    if (colon != LC_NPOS && colon < authority_end(ref))
        return LC_URL_AWAY; /* another scheme: data:, javascript:, rtsp: */
    return relative(base, ref, kind, out);
}

bool lc_url_device_path(struct lc_slice path)
{
    struct lc_path same;

    return !lc_slice_starts(path, LC_S("//")) && judge(path, LC_URL_DEVICE, &same) == LC_URL_HERE;
}

/* "192.0.2.1:80", "[2001:db8::7]:80", "[fe80::1%25eth0]", also IPv6 without brackets: the host's
 * text without a zone, which means nothing here, and the port when there is one. */
static bool split_authority(struct lc_slice s, struct lc_slice *host, uint16_t *port)
{
    size_t end = lc_slice_chr(s, ':', 0);
    uint64_t v = *port;

    if (s.n && s.p[0] == '[') {
        end = lc_slice_chr(s, ']', 0);
        if (end == LC_NPOS)
            return false;
        *host = lc_slice_sub(s, 1, end++ - 1);
    } else {
        if (end == LC_NPOS || lc_slice_chr(s, ':', end + 1) != LC_NPOS)
            end = s.n;
        *host = lc_slice_sub(s, 0, end);
    }
    if (end < s.n &&
        (s.p[end] != ':' || lc_slice_u64(lc_slice_from(s, end + 1), 65535, &v) != LC_OK))
        return false;
    *port = (uint16_t)v;
    end = lc_slice_chr(*host, '%', 0);
    *host = lc_slice_sub(*host, 0, end == LC_NPOS ? host->n : end);
    return host->n && v;
}

static bool is_link_local6(const struct lc_addr *a)
{
    return a->b[0] == 0xFE && (a->b[1] & 0xC0) == 0x80;
}

static bool is_unspecified(const struct lc_addr *a)
{
    static const struct lc_addr none;

    return lc_addr_is_v4(a) ? lc_addr_to_v4(a) == 0 : memcmp(a->b, none.b, sizeof none.b) == 0;
}

enum lc_url_whose lc_url_whose(const struct lc_addr *from, struct lc_slice url,
                               struct lc_url_parts *out)
{
    struct lc_slice text;
    struct lc_addr host;
    size_t end;

    url = lc_slice_trim(url);
    out->https = lc_slice_istarts(url, LC_S("https://"));
    if (!out->https && !lc_slice_istarts(url, LC_S("http://")))
        return LC_WHOSE_NONE;
    url = lc_slice_from(url, out->https ? 8 : 7);
    end = authority_end(url);
    out->port = out->https ? 443 : 80;
    out->path = lc_slice_from(url, end);
    if (out->path.n == 0)
        out->path = LC_S("/");
    url = lc_slice_sub(url, 0, end);
    if (lc_slice_chr(url, '@', 0) != LC_NPOS || !split_authority(url, &text, &out->port))
        return LC_WHOSE_NONE;
    if (lc_addr_parse(text, &host) != LC_OK)
        return LC_WHOSE_OTHER; /* a name: nobody is asked whose */
    if (memcmp(host.b, from->b, sizeof host.b) == 0 || is_unspecified(&host))
        return LC_WHOSE_SENDER;
    return is_link_local6(&host) ? LC_WHOSE_NONE : LC_WHOSE_OTHER;
}

bool lc_rtsp_path_ok(struct lc_slice path)
{
    static const char *const refused[] = {"user", "passw", "pwd", "auth", "..", "@"};

    if (path.n < 2 || path.n > 128 || path.p[0] != '/')
        return false;
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] <= ' ' || path.p[i] >= 0x7F || strchr("\"<>\\^`{|}#", path.p[i]))
            return false;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        if (lc_slice_ifind(path, lc_slice_str(refused[i]), 0) != LC_NPOS)
            return false;
    return true;
}
