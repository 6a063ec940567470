/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The tables of what must never arrive. "forbidden" breaks a promise; "unexpected" is harmless as
 * far as is known but stands in no list of what Lenscap says it asks.
 */
#include "forbidden.h"

#include "template.h"

#include "base/clock.h"
#include "base/hash.h"

/* Never any byte: vendor control ports where speaking alone can log in, reset or wedge the device.
 */
static const uint16_t mute_ports[] = {4567, 9530, 34567, 37777};

/* Parts of a path that ask for pictures, a login, configuration or a known hole. */
static const struct {
    const char *part, *kind;
} bad_paths[] = {
    {"snapshot", "picture"},
    {"snap.", "picture"},
    {"/snap", "picture"},
    {".jpg", "picture"},
    {".jpeg", "picture"},
    {"/picture", "picture"},
    {"mjpg", "picture"},
    {"mjpeg", "picture"},
    {"image.cgi", "picture"},
    {"video.cgi", "picture"},
    {"videostream", "picture"},
    {"webcapture", "picture"},
    {"/tmpfs/", "picture"},
    {".m3u8", "picture"},
    {"/hls", "picture"},
    {".flv", "picture"},
    {".mp4", "picture"},
    {"configurationfile", "exploit"},
    {"current_config", "exploit"},
    {"cap.js", "exploit"},
    {"device.rsp", "exploit"},
    {"system.ini", "exploit"},
    {"/mnt/", "exploit"},
    {"/etc/", "exploit"},
    {"/proc/", "exploit"},
    {"..", "exploit"},
    {"%2e", "exploit"},
    {"auth=", "login"},
    {"sessionlogin", "login"},
    {"usercheck", "login"},
    {"login.cgi", "login"},
    {"rpc2_login", "login"},
    {"pwd=", "login"},
    {"password=", "login"},
    {"loginuse=", "login"},
    {"security/users", "login"},
    {"reboot", "write"},
    {"factory", "write"},
    {"param.cgi?action=update", "write"},
    {"setconfig", "write"},
    {"firmware", "write"},
    {"upgrade", "write"},
};

/* What may be fetched: pages that tell a stranger who the device is (facts/protocols.md A2-A4). */
static const char *const harmless[] = {
    "/",
    "/favicon.ico",
    "/robots.txt",
    "/.well-known/security.txt",
    "/doc/page/login.asp",
    "/doc/index.html",
    "/SDK/activateStatus",
    "/SDK/language",
    "/ISAPI/System/deviceInfo",
    "/upnpdevicedesc.xml",
    "/LAPI/V1.0/System/DeviceInfo",
    "/onvif/device_service",
    "/onvif/devices",
    "/onvif_device_service",
    "/login.rsp",
    "/index.html",
    "/index.htm",
    "/login.html",
    "/login.htm",
    "/login.asp",
};

static const char *const onvif_allowed[] = {"GetSystemDateAndTime", "GetServices",
                                            "GetCapabilities", "GetServiceCapabilities",
                                            "GetDeviceInformation"};

/* Reading actions of a UPnP internet gateway. What adds or deletes a mapping, or brings the line
 * down, belongs to the owner alone. */
static const char *const igd_allowed[] = {
    "GetExternalIPAddress", "GetGenericPortMappingEntry", "GetSpecificPortMappingEntry",
    "GetStatusInfo",        "GetNATRSIPStatus",           "GetConnectionTypeInfo"};

static bool has(struct lc_slice s, const char *part)
{
    return lc_slice_ifind(s, lc_slice_str(part), 0) != LC_NPOS;
}

/* The first line of a request, cut at its blanks. */
struct line {
    struct lc_slice all, method, target, version;
};

static struct line first_line(struct lc_slice bytes)
{
    struct line l = {0};
    size_t end = lc_slice_chr(bytes, '\n', 0);
    l.all = lc_slice_trim(lc_slice_sub(bytes, 0, end == LC_NPOS ? bytes.n : end));
    size_t one = lc_slice_chr(l.all, ' ', 0);
    if (one == LC_NPOS)
        return l;
    size_t two = l.all.n;
    while (two > one + 1 && l.all.p[two - 1] != ' ')
        two--;
    l.method = lc_slice_sub(l.all, 0, one);
    l.target = two > one + 1 ? lc_slice_trim(lc_slice_sub(l.all, one + 1, two - one - 1))
                             : lc_slice_from(l.all, one + 1);
    l.version = two > one + 1 ? lc_slice_from(l.all, two) : LC_S("");
    return l;
}

static void judge_path(struct sim_book *b, const struct sim_visit *v, struct lc_slice all,
                       struct lc_slice path)
{
    for (size_t i = 0; i < sizeof(bad_paths) / sizeof(*bad_paths); i++)
        if (has(path, bad_paths[i].part)) {
            sim_book_offence(b, v->host, v->port, true, bad_paths[i].kind, all);
            return;
        }
}

/* A fourth DESCRIBE path on one host within a day is a dictionary. */
static void judge_describe(struct sim_book *b, const struct sim_visit *v, struct lc_slice all,
                           struct lc_slice target)
{
    static const uint64_t key[2] = {0x64657363, 0x72696265};
    struct sim_page *p = &b->page[v->host];
    size_t scheme = lc_slice_find(target, LC_S("://"), 0);
    size_t slash = lc_slice_chr(target, '/', scheme == LC_NPOS ? 0 : scheme + 3);
    struct lc_slice path = slash == LC_NPOS ? LC_S("/") : lc_slice_from(target, slash);
    uint32_t hash = (uint32_t)lc_siphash(key, path);
    if (v->now_us - p->paths_day_us > LC_SEC(86400)) {
        p->paths_n = 0;
        p->paths_day_us = v->now_us;
    }
    for (uint32_t i = 0; i < p->paths_n; i++)
        if (p->paths[i] == hash)
            return;
    if (p->paths_n < 3)
        p->paths[p->paths_n++] = hash;
    else
        sim_book_offence(b, v->host, v->port, true, "describe-paths", all);
}

static void judge_rtsp(struct sim_book *b, const struct sim_visit *v, const struct line *l)
{
    size_t scheme = lc_slice_find(l->target, LC_S("://"), 0);
    if (scheme != LC_NPOS) {
        size_t slash = lc_slice_chr(l->target, '/', scheme + 3);
        size_t at = lc_slice_chr(l->target, '@', scheme + 3);
        if (at != LC_NPOS && (slash == LC_NPOS || at < slash))
            sim_book_offence(b, v->host, v->port, true, "login", l->all);
    }
    if (lc_slice_eq(l->method, LC_S("DESCRIBE")))
        judge_describe(b, v, l->all, l->target);
    else if (!lc_slice_eq(l->method, LC_S("OPTIONS")))
        sim_book_offence(b, v->host, v->port, true, "rtsp-method", l->all);
}

struct lc_slice sim_soap_action(struct lc_slice bytes)
{
    size_t at = lc_slice_find(bytes, LC_S("Body"), 0);
    size_t open = at == LC_NPOS ? LC_NPOS : lc_slice_chr(bytes, '<', at);
    if (open == LC_NPOS)
        return LC_S("");
    size_t from = open + 1, end = from;
    while (end < bytes.n && bytes.p[end] > ' ' && bytes.p[end] != '>' && bytes.p[end] != '/') {
        if (bytes.p[end] == ':')
            from = end + 1;
        end++;
    }
    return lc_slice_sub(bytes, from, end - from);
}

static void judge_onvif(struct sim_book *b, const struct sim_visit *v, struct lc_slice all,
                        struct lc_slice bytes)
{
    struct lc_slice action = sim_soap_action(bytes);
    for (size_t i = 0; i < sizeof(onvif_allowed) / sizeof(*onvif_allowed); i++)
        if (lc_slice_eq(action, lc_slice_str(onvif_allowed[i])))
            return;
    sim_book_offence(b, v->host, v->port, true, "onvif-action", action.n ? action : all);
}

/* The header and the body each name the action: both must be harmless. */
static void judge_igd(struct sim_book *b, const struct sim_visit *v, struct lc_slice header,
                      struct lc_slice bytes)
{
    struct lc_slice action = sim_soap_action(bytes);
    size_t hash = lc_slice_chr(header, '#', 0);
    struct lc_slice named = lc_slice_trim(lc_slice_from(header, hash == LC_NPOS ? 0 : hash + 1));
    if (lc_slice_ends(named, LC_S("\"")))
        named = lc_slice_sub(named, 0, named.n - 1);
    for (size_t i = 0; i < sizeof(igd_allowed) / sizeof(*igd_allowed); i++)
        if (lc_slice_eq(action, lc_slice_str(igd_allowed[i])) && lc_slice_eq(action, named))
            return;
    sim_book_offence(b, v->host, v->port, true, "igd-action", action.n ? action : header);
}

static void judge_http(struct sim_book *b, const struct sim_visit *v, const struct line *l,
                       struct lc_slice bytes)
{
    bool get = lc_slice_eq(l->method, LC_S("GET")) || lc_slice_eq(l->method, LC_S("HEAD"));
    bool post = lc_slice_eq(l->method, LC_S("POST")) && has(l->target, "onvif");
    struct lc_slice action = sim_header_value(bytes, LC_S("SOAPAction"));
    if (lc_slice_eq(l->method, LC_S("POST")) && has(action, "schemas-upnp-org")) {
        judge_igd(b, v, action, bytes);
        return;
    }
    if (!get && !post) {
        sim_book_offence(b, v->host, v->port, true, "http-method", l->all);
        return;
    }
    if (post) {
        judge_onvif(b, v, l->all, bytes);
        return;
    }
    judge_path(b, v, l->all, l->target);
    for (size_t i = 0; i < sizeof(harmless) / sizeof(*harmless); i++)
        if (lc_slice_eq(l->target, lc_slice_str(harmless[i])))
            return;
    if (!v->known_path)
        sim_book_offence(b, v->host, v->port, false, "http-path", l->all);
}

/* A header that tries to log in, wherever it stands; the WS-Security token of ONVIF too. */
static bool logs_in(struct lc_slice bytes)
{
    return has(bytes, "\nauthorization:") || has(bytes, "\nproxy-authorization:") ||
           has(bytes, "usernametoken");
}

/* Telnet negotiation: IAC DONT and IAC WONT (RFC 854) are refusals, everything else is a word
 * spoken. */
static bool only_refuses(struct lc_slice s)
{
    for (size_t i = 0; i < s.n; i += 3)
        if (i + 3 > s.n || s.p[i] != 255 || (s.p[i + 1] != 252 && s.p[i + 1] != 254))
            return false;
    return true;
}

static bool greets_first(const struct sim_visit *v)
{
    return v->speak == SIM_SSH || v->speak == SIM_FTP || v->speak == SIM_TELNET;
}

static bool well_known(uint16_t port)
{
    return port == 21 || port == 22 || port == 23 || port == 2222 || port == 2323;
}

static bool is_mute(uint16_t port)
{
    for (size_t i = 0; i < sizeof(mute_ports) / sizeof(*mute_ports); i++)
        if (mute_ports[i] == port)
            return true;
    return false;
}

void sim_judge(struct sim_book *b, const struct sim_visit *v, struct lc_slice bytes)
{
    struct line l = first_line(bytes);
    bool rtsp = lc_slice_starts(l.version, LC_S("RTSP/"));
    bool http = lc_slice_starts(l.version, LC_S("HTTP/"));
    bool hello = bytes.n > 2 && bytes.p[0] == 0x16 && bytes.p[1] == 3;

    if (is_mute(v->port)) {
        sim_book_offence(b, v->host, v->port, true, "mute-port", l.all);
        return;
    }
    if (greets_first(v) && (well_known(v->port) || !(rtsp || http || hello))) {
        if (!(v->speak == SIM_TELNET && only_refuses(bytes)))
            sim_book_offence(b, v->host, v->port, true, "spoke-to-login", l.all);
        return;
    }
    if (logs_in(bytes))
        sim_book_offence(b, v->host, v->port, true, "login", l.all);
    if (rtsp)
        judge_rtsp(b, v, &l);
    else if (http)
        judge_http(b, v, &l, bytes);
    else if (!hello)
        sim_book_offence(b, v->host, v->port, false, "not-a-request", l.all);
}
