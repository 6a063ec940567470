/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar of all that may leave: see never.h. Where the set of allowed requests is finite it is
 * compared to the byte; only an HTTP path that a device named is judged by its shape.
 */
#include "never.h"
#include "proto/http.h"

#include <stdio.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* No text request may hold any of these, in any case. */
static const char *const never[] = {
    "snap",
    "mjpg",
    "mjpeg",
    ".jpg",
    ".jpeg",
    ".m3u8",
    ".flv",
    "/hls",
    "configurationfile",
    "current_config",
    "cap.js",
    "auth=",
    "sessionlogin",
    "authorization:",
    "cookie:",
    "referer:",
    "password",
    "passwd",
    "pwd",
    "user=",
    "admin",
    "cgi-bin",
    "axis-cgi",
    "isapi",
    "lapi",
    "getusers",
    "getprofiles",
    "getstreamuri",
    "getsnapshoturi",
    "createusers",
    "setuser",
    "systemreboot",
    "usernametoken",
    "setup ",
    "play ",
    "record ",
    "announce ",
    "teardown ",
    "set_parameter",
    "198.51.100",
    "..",
    "%",
    "reboot",
    "upgrade",
};

const char *const never_rtsp_paths[NEVER_RTSP_PATHS] = {
    "/Streaming/Channels/101", "/h264Preview_01_main", "/cam/realmonitor?channel=1&subtype=0"};
/* What the good places of the peers come to; nothing else may be asked of a lawful peer. */
static const char *const good_paths[] = {"/doc/page/login.asp?_1700000000",
                                         "/login.rsp?_=17",
                                         "/web/",
                                         "/web/index.html",
                                         "/main.htm",
                                         "/img/fav.ico",
                                         "/fav.png?v=2.1",
                                         "/fav.gif",
                                         "/web/fav.gif",
                                         "/doc/page/fav.gif"};

static bool never_word(struct lc_slice s)
{
    for (size_t i = 0; i < COUNT(never); i++)
        if (lc_slice_ifind(s, lc_slice_str(never[i]), 0) != LC_NPOS)
            return true;
    return lc_slice_chr(s, 0, 0) != LC_NPOS;
}

static bool is_text(struct lc_slice req, const char *text)
{
    return lc_slice_eq(req, lc_slice_str(text));
}

int never_rtsp_kind(const struct lc_ask *ask, struct lc_slice req)
{
    const char *scheme = ask->tls ? "rtsps" : "rtsp";
    char want[512];

    if (never_word(req))
        return -1;
    (void)snprintf(want, sizeof want, "OPTIONS %s://" HOST ":%u/ RTSP/1.0\r\nCSeq: 1" AGENT "\r\n",
                   scheme, (unsigned)ask->port);
    if (is_text(req, want))
        return 0;
    (void)snprintf(want, sizeof want,
                   "DESCRIBE %s://" HOST ":%u/lenscap-%016llx RTSP/1.0\r\nCSeq: 2" AGENT
                   "Accept: application/sdp\r\n\r\n",
                   scheme, (unsigned)ask->port, (unsigned long long)ask->nonce);
    if (is_text(req, want))
        return 1;
    for (unsigned i = 0; i < 2 * NEVER_RTSP_PATHS; i++) {
        (void)snprintf(want, sizeof want,
                       "DESCRIBE %s://" HOST ":%u%s RTSP/1.0\r\nCSeq: %u" AGENT
                       "Accept: application/sdp\r\n\r\n",
                       scheme, (unsigned)ask->port, never_rtsp_paths[i / 2], 3 + i % 2);
        if (is_text(req, want))
            return 2;
    }
    return -1;
}

/* A path that a device named: dull characters, one number behind "?" at most. */
static bool dull(struct lc_slice path)
{
    size_t query = lc_slice_chr(path, '?', 0);

    for (size_t i = 0; i < path.n; i++) {
        uint8_t c = path.p[i];
        bool digit = c >= '0' && c <= '9', letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z';

        if (i == query)
            continue;
        if (i > query ? !digit && !letter && !strchr("._=", c)
                      : !digit && !letter && !strchr("/._-~!$+,;:", c))
            return false;
    }
    return path.n && path.p[0] == '/' && lc_slice_find(path, LC_S("//"), 0) != 0;
}

static bool listed(struct lc_slice path)
{
    for (size_t i = 0; i < COUNT(good_paths); i++)
        if (is_text(path, good_paths[i]))
            return true;
    return false;
}

int never_http_kind(const struct lc_ask *ask, bool lawful, unsigned wanted, struct lc_slice req)
{
    char tail[256];
    struct lc_slice end, path;
    bool usual = ask->port == (ask->tls ? 443 : 80);

    (void)snprintf(tail, sizeof tail,
                   usual ? " HTTP/1.1\r\nHost: " HOST AGENT
                           "Accept: */*\r\nConnection: keep-alive\r\n\r\n"
                         : " HTTP/1.1\r\nHost: " HOST ":%u" AGENT
                           "Accept: */*\r\nConnection: keep-alive\r\n\r\n",
                   (unsigned)ask->port);
    end = lc_slice_str(tail);
    if (!lc_slice_starts(req, LC_S("GET /")) || !lc_slice_ends(req, end) || req.n < 5 + end.n ||
        never_word(req))
        return -1;
    path = lc_slice_sub(req, 4, req.n - end.n - 4);
    if (is_text(path, "/"))
        return 0;
    if (is_text(path, "/favicon.ico"))
        return 1;
    if (is_text(path, "/SDK/activateStatus"))
        return wanted & LC_HTTP_ACTIVATE_STATUS ? 2 : -1;
    return dull(path) && (!lawful || listed(path)) ? 3 : -1;
}

int never_onvif_kind(const struct lc_ask *ask, struct lc_slice req)
{
    static const char *const ops[][2] = {
        {"GetSystemDateAndTime", ""},
        {"GetServices", "<IncludeCapability>false</IncludeCapability>"},
        {"GetCapabilities", "<Category>All</Category>"},
        {"GetDeviceInformation", ""},
    };
    bool usual = ask->port == (ask->tls ? 443 : 80);
    char body[600], want[1200], port[8] = "";

    if (!usual)
        (void)snprintf(port, sizeof port, ":%u", (unsigned)ask->port);
    for (int i = 0; i < (ask->device_info ? 4 : 3); i++) {
        (void)snprintf(body, sizeof body,
                       "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Envelope "
                       "xmlns=\"http://www.w3.org/2003/05/soap-envelope\"><Body><%s xmlns=\"" WSDL
                       "\">%s</%s></Body></Envelope>",
                       ops[i][0], ops[i][1], ops[i][0]);
        (void)snprintf(want, sizeof want,
                       "POST /onvif/device_service HTTP/1.1\r\nHost: " HOST "%s" AGENT
                       "Content-Type: application/soap+xml; charset=utf-8; action=\"" WSDL
                       "/%s\"\r\nContent-Length: %zu\r\nConnection: keep-alive\r\n\r\n%s",
                       port, ops[i][0], strlen(body), body);
        if (is_text(req, want) && !never_word(req))
            return i;
    }
    return -1;
}

const char *const never_descriptions[NEVER_DESCRIPTIONS] = {"/rootDesc.xml", "/igd.xml", "/"};

/* Control addresses that the test's lawful routers name. */
static const char *const controls[] = {"/ctl/IPConn", "/upnp/control/WANIPConn1", "/ipc"};

static bool control_ok(struct lc_slice path, bool lawful)
{
    if (!dull(path) || lc_slice_find(path, LC_S("//"), 0) == 0)
        return false;
    for (size_t i = 0; i < COUNT(controls); i++)
        if (is_text(path, controls[i]))
            return true;
    return !lawful || listed(path);
}

static void put_host(const struct lc_ask *ask, char out[static 64])
{
    (void)snprintf(out, 64, ask->port == (ask->tls ? 443 : 80) ? HOST : HOST ":%u",
                   (unsigned)ask->port);
}

/* One of the two actions of one of the three services, to the byte but for path and index. */
static bool is_action(const struct lc_ask *ask, struct lc_slice path, struct lc_slice req,
                      const char *service, int kind)
{
    static const char *const names[] = {"", "GetExternalIPAddress", "GetGenericPortMappingEntry"};
    char body[700], want[1600], host[64], index[80] = "";

    put_host(ask, host);
    for (unsigned i = 0; i < 64; i++) {
        if (kind == 2)
            (void)snprintf(index, sizeof index, "<NewPortMappingIndex>%u</NewPortMappingIndex>", i);
        (void)snprintf(body, sizeof body,
                       "<?xml version=\"1.0\"?><s:Envelope "
                       "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" "
                       "s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body>"
                       "<u:%s xmlns:u=\"urn:schemas-upnp-org:service:%s\">%s</u:%s></s:Body>"
                       "</s:Envelope>",
                       names[kind], service, index, names[kind]);
        (void)snprintf(want, sizeof want,
                       "POST %.*s HTTP/1.1\r\nHost: %s" AGENT
                       "Content-Type: text/xml; charset=\"utf-8\"\r\nSOAPAction: "
                       "\"urn:schemas-upnp-org:service:%s#%s\"\r\nContent-Length: %zu\r\n"
                       "Connection: keep-alive\r\n\r\n%s",
                       (int)path.n, (const char *)path.p, host, service, names[kind], strlen(body),
                       body);
        if (is_text(req, want))
            return true;
        if (kind == 1)
            break;
    }
    return false;
}

int never_upnp_kind(const struct lc_ask *ask, bool lawful, struct lc_slice req)
{
    static const char *const services[] = {"WANIPConnection:1", "WANIPConnection:2",
                                           "WANPPPConnection:1"};
    char want[400], host[64];
    struct lc_slice path = lc_slice_from(req, 5);

    if (never_word(req))
        return -1;
    put_host(ask, host);
    for (size_t i = 0; i < NEVER_DESCRIPTIONS; i++) {
        (void)snprintf(want, sizeof want,
                       "GET %s HTTP/1.1\r\nHost: %s" AGENT
                       "Accept: */*\r\nConnection: keep-alive\r\n\r\n",
                       never_descriptions[i], host);
        if (is_text(req, want) && lc_slice_eq(ask->path, lc_slice_str(never_descriptions[i])))
            return 0;
    }
    path = lc_slice_sub(path, 0,
                        lc_slice_chr(path, ' ', 0) == LC_NPOS ? 0 : lc_slice_chr(path, ' ', 0));
    if (!ask->gateway || !lc_slice_starts(req, LC_S("POST /")) || !control_ok(path, lawful))
        return -1;
    for (size_t i = 0; i < COUNT(services); i++)
        for (int kind = 1; kind < 3; kind++)
            if (is_action(ask, path, req, services[i], kind))
                return kind;
    return -1;
}

/* One ClientHello in one record (RFC 5246 6.2.1 and 7.4.1.2), and nothing behind it. */
int never_tls_kind(const struct lc_ask *ask, struct lc_slice req)
{
    if (req.n < 44 || req.p[0] != 22 || req.p[1] != 3 || req.p[5] != 1)
        return -1;
    if ((size_t)(req.p[3] << 8 | req.p[4]) != req.n - 5 ||
        (size_t)(req.p[7] << 8 | req.p[8]) != req.n - 9)
        return -1;
    return req.p[6] == 0 && req.p[9] == 3 && req.p[10] == (ask->round ? 1 : 3) ? (int)ask->round
                                                                               : -1;
}

/* Refusals: IAC WONT x, IAC DONT x (RFC 854). */
int never_telnet_kind(struct lc_slice req)
{
    for (size_t i = 0; i < req.n; i += 3)
        if (i + 3 > req.n || req.p[i] != 0xFF || (req.p[i + 1] != 0xFC && req.p[i + 1] != 0xFE))
            return -1;
    return req.n ? 0 : -1;
}
