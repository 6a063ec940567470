/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The promise of the tool, tested from outside: whatever a peer answers, what we send stays inside
 * a small grammar. Every codec talks to thousands of seeded peers: friendly ones that lure it
 * (redirects, icons, service addresses, stream controls that point to pictures, streams, logins and
 * known exploits), broken ones and noise. The grammar is never.c, written apart from the builders;
 * the last test shows that it can say no.
 */
#include "never.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#define DIALOGUES 3000U
#define COUNT(a)  (sizeof(a) / sizeof *(a))

/* What peers offer as a place to go. None of the bad ones may come back; the good ones may. */
static const char *const bad_places[] = {
    "/cgi-bin/snapshot.cgi",
    "/SNAPSHOT.JPG",
    "/video.mjpg",
    "/mjpg/video.mjpg",
    "/live/index.m3u8",
    "/live.flv",
    "/System/configurationFile?auth=YWRtaW46MTEK",
    "/ISAPI/Security/sessionLogin",
    "/current_config/passwd",
    "/cap.js",
    "/onvif-http/snapshot?auth=YWRtaW46MTEK",
    "/ISAPI/Streaming/channels/101/picture",
    "/axis-cgi/mjpg/video.cgi",
    "/tmpfs/auto.jpg",
    "http://admin:admin@" HOST "/",
    "http://" HOST "@198.51.100.1/",
    "//198.51.100.1/x.html",
    "http://198.51.100.1/x.ico",
    "http://" HOST ".198.51.100.1/",
    "rtsp://" HOST "/Streaming/Channels/101",
    "/login.php?user=admin&pwd=",
    "/%73napshot.cgi",
    "/a/../cgi-bin/snapshot.cgi",
    "/a/..%2fcap.js",
    "/x.html\tAuthorization: Basic YWRtaW46",
    "/x.html HTTP/1.1",
    "/reboot.html",
    "/upgrade.htm",
    "javascript:play()",
    "data:image/png;base64,AAAA",
    "/hls/live.png",
    "/favicon.ico?auth=1",
    "/doc/page/login.asp?user=1",
    "/onvif/GetSnapshotUri",
    "/a.html?_=1&action=reboot",
};
static const char *const good_places[] = {"/doc/page/login.asp?_1700000000",
                                          "/login.rsp?_=17",
                                          "http://" HOST "/web/",
                                          "/web/index.html",
                                          "./main.htm",
                                          "/img/fav.ico",
                                          "/fav.png?v=2.1",
                                          "fav.gif"};
/* Paths that our own data might hold by mistake. */
static const char *const rtsp_bad[] = {"/user=admin_password=tlJwpbo6_channel=1_stream=0.sdp",
                                       "/x RTSP/1.0\r\nCSeq: 9\r\n\r\nSETUP rtsp://" HOST "/",
                                       "/../x",
                                       "no-slash",
                                       "/a@b",
                                       "/live?auth=YWRtaW46",
                                       "/pwd",
                                       "",
                                       "/"};

enum { STEPS = 8 };

struct world {
    const struct lc_proto *proto;
    enum lc_proto_id id;
    struct lc_ask ask;
    uint64_t seed;
    bool lawful; /* the peer's bytes were not mutated: only good_paths can have come from it */
    unsigned requests, redials, extras;
    size_t sent;          /* bytes of one dialogue */
    unsigned seen[STEPS]; /* over all dialogues: which kinds of request were really sent */
    struct lc_buf request, answer, in, out;
    struct lc_facts facts;
};

static uint64_t rnd(struct world *w, uint64_t below) /* splitmix64 */
{
    uint64_t z = w->seed += 0x9E3779B97F4A7C15U;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return (z ^ (z >> 31)) % below;
}

static int kind_of(const struct world *w, struct lc_slice req)
{
    switch (w->id) {
    case LC_P_RTSP:
        return never_rtsp_kind(&w->ask, req);
    case LC_P_HTTP:
        return never_http_kind(&w->ask, w->lawful, w->extras, req);
    case LC_P_ONVIF:
        return never_onvif_kind(&w->ask, req);
    case LC_P_UPNP:
        return never_upnp_kind(&w->ask, w->lawful, req);
    case LC_P_TLS:
        return w->requests ? -1 : never_tls_kind(&w->ask, req);
    case LC_P_TELNET:
        return never_telnet_kind(req);
    default:
        return -1; /* SSH, FTP and hiksdk have nothing to say */
    }
}

static void judge(struct world *w, struct lc_slice req)
{
    int kind = kind_of(w, req);

    if (kind < 0)
        fail_msg("%s sent what it never may: %.*s", w->proto->name, (int)req.n,
                 (const char *)req.p);
    w->seen[kind]++;
    w->requests++;
    w->sent += req.n;
    lc_buf_reset(&w->request);
    (void)lc_buf_put(&w->request, req);
}

/* ---- the peers ---- */

static const char *place(struct world *w)
{
    return rnd(w, 3) ? bad_places[rnd(w, COUNT(bad_places))]
                     : good_places[rnd(w, COUNT(good_places))];
}

static void put_framed(struct world *w, const char *body)
{
    struct lc_buf *a = &w->answer;
    size_t n = strlen(body);

    switch (rnd(w, 8)) {
    case 0:
        (void)lc_buf_putf(a, "Content-Length: %zu\r\n\r\n%s", n + rnd(w, 9), body);
        break;
    case 1:
        (void)lc_buf_putf(a, "Content-Length: -%zu\r\n\r\n%s", n, body);
        break;
    case 2:
        (void)lc_buf_putf(a, "Transfer-Encoding: chunked\r\n\r\n%zx\r\n%s\r\n0\r\n\r\n", n, body);
        break;
    default:
        (void)lc_buf_putf(a, "Content-Length: %zu\r\n\r\n%s", n, body);
        break;
    }
}

static void put_head(struct world *w)
{
    static const unsigned status[] = {200, 200, 200, 301, 302, 307, 308, 401, 404, 500, 100};
    static const char *const types[] = {"text/html",  "text/html",
                                        "text/html",  "application/xml",
                                        "image/jpeg", "multipart/x-mixed-replace; boundary=a"};

    (void)lc_buf_putf(&w->answer, "HTTP/1.%u %u X\r\nServer: %s\r\nContent-Type: %s\r\n",
                      (unsigned)rnd(w, 5) ? 1 : 0, status[rnd(w, COUNT(status))], place(w),
                      types[rnd(w, COUNT(types))]);
    (void)lc_buf_putf(&w->answer, "Location: %s\r\nContent-Location: %s\r\nRefresh: 0;url=%s\r\n",
                      place(w), place(w), place(w));
    if (rnd(w, 3) == 0)
        (void)lc_buf_puts(&w->answer,
                          "WWW-Authenticate: Basic realm=\"/\"\r\nSet-Cookie: session=1\r\n");
    if (rnd(w, 4) == 0)
        (void)lc_buf_puts(&w->answer, "Connection: close\r\n");
}

static void answer_http(struct world *w)
{
    char body[1200];

    (void)snprintf(
        body, sizeof body,
        "<html><title>%s</title><link rel=\"icon\" href=\"%s\"><meta http-equiv=refresh "
        "content=\"0;url=%s\"><img src=\"%s\"><form action=\"%s\"><input type=password></form>"
        "<script>location.href=\"%s\"</script><Activated>false</Activated></html>",
        place(w), place(w), place(w), place(w), place(w), place(w));
    put_head(w);
    put_framed(w, body);
}

/* The answer to the action asked, or to another; every address in it is a lure. */
static void answer_soap(struct world *w)
{
    static const char *const ops[] = {"GetSystemDateAndTime", "GetServices", "GetCapabilities",
                                      "GetDeviceInformation"};
    size_t op = 0;
    char body[1600];

    for (size_t i = 0; i < COUNT(ops); i++)
        if (lc_slice_find(lc_buf_view(&w->request), lc_slice_str(ops[i]), 0) != LC_NPOS)
            op = i;
    if (rnd(w, 6) == 0)
        op = rnd(w, COUNT(ops));
    if (rnd(w, 5) == 0) {
        put_head(w);
        put_framed(
            w, "<e:Envelope><e:Body><e:Fault><e:Code><e:Value>ter:NotAuthorized</e:Value></e:Code>"
               "</e:Fault></e:Body></e:Envelope>");
        return;
    }
    (void)snprintf(
        body, sizeof body,
        "<s:Envelope><s:Body><t:%sResponse><t:Service><t:Namespace>" WSDL "</t:Namespace>"
        "<t:XAddr>%s</t:XAddr></t:Service><t:Media><t:XAddr>%s</t:XAddr></t:Media>"
        "<t:Manufacturer>%s</t:Manufacturer><t:Model>GetSnapshotUri</t:Model></t:%sResponse>"
        "</s:Body></s:Envelope>",
        ops[op], place(w), place(w), place(w), ops[op]);
    if (rnd(w, 4))
        (void)lc_buf_puts(&w->answer, "HTTP/1.1 200 OK\r\n");
    else
        put_head(w);
    put_framed(w, body);
}

static const char *control(struct world *w)
{
    static const char *const good[] = {"/ctl/IPConn", "/upnp/control/WANIPConn1", "ipc"};

    return rnd(w, 4) ? good[rnd(w, COUNT(good))] : place(w);
}

/* A router that wants to be written to: services and actions that change it, control addresses
 * that lead elsewhere. */
static void answer_description(struct world *w)
{
    static const char *const services[] = {"WANIPConnection:1",  "WANIPConnection:2",
                                           "WANPPPConnection:1", "WANCommonInterfaceConfig:1",
                                           "Layer3Forwarding:1", "AddPortMapping:1"};
    char body[2400];
    size_t n = (size_t)snprintf(
        body, sizeof body,
        "<root>%s%s%s<device><deviceType>urn:schemas-upnp-org:device:%s</deviceType>"
        "<friendlyName>AddPortMapping</friendlyName><serviceList>",
        rnd(w, 6) ? "" : "<URLBase>", rnd(w, 6) ? "" : place(w), rnd(w, 6) ? "" : "</URLBase>",
        rnd(w, 5) ? "InternetGatewayDevice:1" : "Basic:1");

    for (uint64_t i = 1 + rnd(w, 4); i; i--)
        n += (size_t)snprintf(body + n, sizeof body - n,
                              "<service><serviceType>urn:schemas-upnp-org:service:%s</serviceType>"
                              "<controlURL>%s</controlURL><SCPDURL>%s</SCPDURL></service>",
                              services[rnd(w, COUNT(services))], control(w), place(w));
    (void)snprintf(body + n, sizeof body - n, "</serviceList></device></root>");
    put_framed(w, body);
}

static void answer_upnp(struct world *w)
{
    static const char *const clients[] = {"192.0.2.7", "AddPortMapping", "198.51.100.1"};
    bool post = lc_slice_starts(lc_buf_view(&w->request), LC_S("POST"));
    bool mapping = lc_slice_find(lc_buf_view(&w->request), LC_S("MappingEntry"), 0) != LC_NPOS;
    char body[900];

    if (rnd(w, 4))
        (void)lc_buf_puts(&w->answer, "HTTP/1.1 200 OK\r\n");
    else
        put_head(w);
    if (!post) {
        answer_description(w);
        return;
    }
    (void)snprintf(body, sizeof body,
                   "<s:Envelope><s:Body><u:%sResponse><NewExternalIPAddress>%s"
                   "</NewExternalIPAddress><NewExternalPort>%u</NewExternalPort><NewProtocol>TCP"
                   "</NewProtocol><NewInternalPort>80</NewInternalPort><NewInternalClient>%s"
                   "</NewInternalClient><NewEnabled>1</NewEnabled></u:%sResponse></s:Body>"
                   "</s:Envelope>",
                   mapping ? "GetGenericPortMappingEntry" : "GetExternalIPAddress",
                   rnd(w, 3) ? "203.0.113.9" : "0.0.0.0", (unsigned)rnd(w, 65536),
                   clients[rnd(w, COUNT(clients))],
                   mapping ? "GetGenericPortMappingEntry" : "GetExternalIPAddress");
    put_framed(w, body);
}

static void answer_rtsp(struct world *w)
{
    static const unsigned status[] = {200, 200, 401, 404, 404, 404, 301, 302, 454, 505};
    struct lc_slice req = lc_buf_view(&w->request);
    size_t at = lc_slice_find(req, LC_S("CSeq: "), 0);
    unsigned cseq = at == LC_NPOS ? 1 : (unsigned)(req.p[at + 6] - '0');
    char sdp[400];

    if (rnd(w, 8) == 0)
        cseq = (unsigned)rnd(w, 10);
    (void)lc_buf_putf(&w->answer, "RTSP/1.0 %u X\r\n", status[rnd(w, COUNT(status))]);
    if (rnd(w, 9))
        (void)lc_buf_putf(&w->answer, "CSeq: %u\r\n", cseq);
    (void)lc_buf_putf(&w->answer,
                      "Public: OPTIONS, DESCRIBE, SETUP, PLAY, RECORD\r\nContent-Base: %s\r\n"
                      "Location: rtsp://" HOST
                      "%s\r\nWWW-Authenticate: Digest realm=\"%s\", nonce=\"%u\"\r\n",
                      place(w), place(w), place(w), (unsigned)rnd(w, 3));
    if (rnd(w, 4) == 0)
        (void)lc_buf_puts(&w->answer, "Connection: close\r\n");
    (void)snprintf(sdp, sizeof sdp,
                   "v=0\r\na=control:%s\r\nm=video 0 RTP/AVP 96\r\na=control:trackID=1\r\n"
                   "u=%s\r\n",
                   place(w), place(w));
    put_framed(w, sdp);
}

static void answer_binary(struct world *w)
{
    static const struct lc_slice parts[] = {
        LC_S_INIT("SSH-2.0-dropbear\r\n"),
        LC_S_INIT("220 AXIS 221 Network Camera ready.\r\n"),
        LC_S_INIT("220-USER admin\r\n"),
        LC_S_INIT("331 Password required\r\n"),
        LC_S_INIT("(none) login: "),
        LC_S_INIT("Password: "),
        LC_S_INIT("\xFF\xFD\x01"),
        LC_S_INIT("\xFF\xFB\x03"),
        LC_S_INIT("\xFF\xFA\x18\x01\xFF\xF0"),
        LC_S_INIT("\xFF\xFF\xFE\x01"),
        LC_S_INIT("\xFF\xFC"),
        LC_S_INIT("\0\0\0\x10\0\0\0\x1e\0\0\0\x1e\0\0\0\0"),
        LC_S_INIT("\x15\x03\x01\x00\x02\x01\x70"),
        LC_S_INIT("\x16\x03\x03\x00\x04\x00\x00\x00\x00"),
        LC_S_INIT("\x14\x03\x03\x00\x01\x01"),
        LC_S_INIT("\x18\x03\x03\x00\x03\x01\x40\x00"),
        LC_S_INIT("\x15\x03\x03\x00\x02\x02\x28"),
    };
    bool options =
        w->id == LC_P_TELNET && rnd(w, 2); /* begins as a Telnet server, so that it is answered */

    bool flood = options && rnd(w, 4) == 0;

    for (uint64_t n = 1 + rnd(w, 24); n; n--) {
        (void)lc_buf_put(&w->answer, options ? parts[6 + rnd(w, 2)] : parts[rnd(w, COUNT(parts))]);
        options = flood;
    }
}

static void mutate(struct world *w)
{
    for (uint64_t n = 1 + rnd(w, 12); n && w->answer.n; n--) {
        size_t at = (size_t)rnd(w, w->answer.n);

        if (rnd(w, 8))
            w->answer.p[at] = (uint8_t)(rnd(w, 2) ? rnd(w, 256) : w->answer.p[rnd(w, w->answer.n)]);
        else
            w->answer.n = at;
    }
}

static void answer(struct world *w)
{
    lc_buf_reset(&w->answer);
    if (!w->lawful && rnd(w, 8) == 0) {
        for (uint64_t n = rnd(w, 300); n; n--)
            (void)lc_buf_u8(&w->answer, (uint8_t)rnd(w, 256));
        return;
    }
    if (w->id == LC_P_HTTP)
        answer_http(w);
    else if (w->id == LC_P_ONVIF)
        answer_soap(w);
    else if (w->id == LC_P_RTSP)
        answer_rtsp(w);
    else if (w->id == LC_P_UPNP)
        answer_upnp(w);
    else
        answer_binary(w);
    if (!w->lawful)
        mutate(w);
}

/* ---- a dialogue ---- */

static unsigned give_paths(void *ctx, struct lc_slice facts, struct lc_slice out[LC_RTSP_PATHS])
{
    struct world *w = ctx;

    (void)facts;
    for (unsigned i = 0; i < LC_RTSP_PATHS; i++)
        out[i] = lc_slice_str(rnd(w, 2) ? never_rtsp_paths[rnd(w, NEVER_RTSP_PATHS)]
                                        : rtsp_bad[rnd(w, COUNT(rtsp_bad))]);
    return LC_RTSP_PATHS;
}

static unsigned give_extras(void *ctx, struct lc_slice facts)
{
    (void)facts;
    return ((struct world *)ctx)->extras;
}

static bool over(enum lc_feed how)
{
    return how == LC_FEED_DONE || how == LC_FEED_WRONG || how == LC_FEED_ERROR;
}

static enum lc_feed note(struct world *w, enum lc_feed how)
{
    bool asks = how == LC_FEED_SEND || how == LC_FEED_REDIAL;

    assert_int_equal(asks, w->out.n > 0);
    if (how == LC_FEED_REDIAL) {
        lc_buf_reset(&w->in);
        w->redials++;
    }
    if (asks)
        judge(w, lc_buf_view(&w->out));
    return how;
}

static enum lc_feed finish(struct world *w, void *st)
{
    lc_buf_reset(&w->out);
    return note(w, w->proto->end(st, lc_buf_view(&w->in), rnd(w, 2), &w->out, &w->facts));
}

static enum lc_feed hear(struct world *w, void *st)
{
    struct lc_slice rest = lc_buf_view(&w->answer);
    enum lc_feed how = LC_FEED_MORE;

    while (rest.n && !over(how) && how != LC_FEED_REDIAL) {
        size_t n = 1 + (size_t)rnd(w, rest.n), used;

        (void)lc_buf_put(&w->in, lc_slice_sub(rest, 0, n));
        rest = lc_slice_from(rest, n);
        do {
            used = 0;
            lc_buf_reset(&w->out);
            how = note(w, w->proto->feed(st, lc_buf_view(&w->in), &used, &w->out, &w->facts));
            lc_buf_drop(&w->in, how == LC_FEED_REDIAL ? 0 : used);
        } while (how == LC_FEED_SEND && w->in.n);
    }
    return how;
}

static void dialogue(struct world *w)
{
    void *st = lc_alloc(w->proto->state_size + 1);
    enum lc_feed how = LC_FEED_MORE;

    assert_non_null(st);
    lc_facts_init(&w->facts);
    lc_buf_reset(&w->in);
    lc_buf_reset(&w->out);
    lc_buf_reset(&w->request);
    w->requests = w->redials = 0;
    w->sent = 0;
    w->proto->open(st, &w->ask, &w->out);
    if (w->id != LC_P_UPNP) /* which sends nothing at all when the path is bad */
        assert_int_equal(w->proto->listens, w->out.n == 0);
    if (w->out.n)
        judge(w, lc_buf_view(&w->out));
    for (unsigned i = 0; i < 24 && !over(how); i++) {
        answer(w);
        how = hear(w, st);
        if (how == LC_FEED_MORE && rnd(w, 3) == 0)
            how = finish(w, st);
    }
    for (unsigned i = 0; !over(how); i++) {
        assert_true(i < 16); /* nobody redials for ever */
        how = finish(w, st);
    }
    assert_true(w->id != LC_P_TELNET || w->sent <= 48); /* 16 refusals: no peer keeps us talking */
    if (w->id == LC_P_UPNP) /* description, an address of three services, 64 mappings, a redial */
        assert_in_range(w->requests, 0, 1 + 3 + 64 + 1);
    else
        assert_in_range(w->requests, w->proto->listens ? 0 : 1, w->id == LC_P_TELNET ? 16 : 8);
    lc_facts_free(&w->facts);
    lc_free(st);
}

/* What somebody might take for the path of a description. */
static struct lc_slice description(struct world *w)
{
    return lc_slice_str(rnd(w, 4) ? never_descriptions[rnd(w, NEVER_DESCRIPTIONS)]
                                  : bad_places[rnd(w, COUNT(bad_places))]);
}

/* Thousands of dialogues of one codec; `w->seen` counts the kinds of request. */
static void meet_everybody(struct world *w, enum lc_proto_id id)
{
    static const uint16_t ports[] = {80, 443, 554, 8080};

    *w = (struct world){.id = id, .proto = lc_proto_get(id), .seed = 0x1e5cab + (uint64_t)id};
    lc_buf_init(&w->request, 1U << 16);
    lc_buf_init(&w->answer, 1U << 16);
    lc_buf_init(&w->in, 1U << 20);
    lc_buf_init(&w->out, 1U << 16);
    for (unsigned i = 0; i < DIALOGUES; i++) {
        w->ask = (struct lc_ask){.port = ports[rnd(w, COUNT(ports))],
                                 .tls = rnd(w, 2),
                                 .device_info = rnd(w, 2),
                                 .nonce = rnd(w, UINT64_MAX),
                                 .round = (unsigned)rnd(w, 2),
                                 .path = description(w),
                                 .gateway = rnd(w, 4),
                                 .rtsp_paths = give_paths,
                                 .http_extras = give_extras,
                                 .ctx = w};
        assert_int_equal(lc_addr_parse(LC_S(HOST), &w->ask.addr), LC_OK);
        w->extras = (unsigned)rnd(w, 2) * UINT32_MAX; /* also bits that no extra has */
        w->lawful = rnd(w, 2);
        dialogue(w);
    }
    lc_buf_free(&w->request);
    lc_buf_free(&w->answer);
    lc_buf_free(&w->in);
    lc_buf_free(&w->out);
}

static void expect_kinds(const struct world *w, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        assert_true(w->seen[i] > 100); /* or the peers did not reach what they should test */
}

static void rtsp_asks_options_and_describe_of_known_paths_only(void **state)
{
    struct world w;

    (void)state;
    meet_everybody(&w, LC_P_RTSP);
    expect_kinds(&w, 3);
}

static void http_gets_dull_paths_of_the_same_host_only(void **state)
{
    struct world w;

    (void)state;
    meet_everybody(&w, LC_P_HTTP);
    expect_kinds(&w, 4);
}

static void onvif_posts_its_four_actions_only(void **state)
{
    struct world w;

    (void)state;
    meet_everybody(&w, LC_P_ONVIF);
    expect_kinds(&w, 4);
}

static void upnp_gets_a_description_and_asks_the_two_reading_actions_only(void **state)
{
    struct world w;

    (void)state;
    meet_everybody(&w, LC_P_UPNP);
    expect_kinds(&w, 3);
}

static void tls_sends_one_client_hello_only(void **state)
{
    struct world w;

    (void)state;
    meet_everybody(&w, LC_P_TLS);
    expect_kinds(&w, 2);
    assert_int_equal(w.seen[0] + w.seen[1], DIALOGUES);
}

static void telnet_sends_refusals_only(void **state)
{
    struct world w;

    (void)state;
    meet_everybody(&w, LC_P_TELNET);
    expect_kinds(&w, 1);
}

static void ssh_ftp_and_hiksdk_send_nothing(void **state)
{
    static const enum lc_proto_id silent[] = {LC_P_SSH, LC_P_FTP, LC_P_HIKSDK};
    struct world w;

    (void)state;
    for (size_t i = 0; i < COUNT(silent); i++) {
        meet_everybody(&w, silent[i]);
        assert_int_equal(w.seen[0], 0);
    }
}

/* ---- the grammar can say no ---- */

static void the_grammar_refuses_the_never_send_table(void **state)
{
    static const char *const words[] = {"/snapshot.cgi",
                                        "/video.mjpg",
                                        "/a.m3u8",
                                        "/a.flv",
                                        "/System/configurationFile",
                                        "/current_config/passwd",
                                        "/cap.js",
                                        "/a?auth=1",
                                        "/ISAPI/Security/sessionLogin",
                                        "/a/../b.html",
                                        "/a%62.html",
                                        "/a b.html",
                                        "//198.51.100.1/a.html"};
    struct lc_ask ask = {.port = 80, .nonce = 1};
    char req[512];
    int n;

    (void)state;
    for (size_t i = 0; i <= COUNT(words); i++) {
        n = snprintf(req, sizeof req,
                     "GET %s HTTP/1.1\r\nHost: " HOST AGENT
                     "Accept: */*\r\nConnection: keep-alive\r\n\r\n",
                     i ? words[i - 1] : "/a.html");
        assert_int_equal(never_http_kind(&ask, false, 0, lc_slice_of(req, (size_t)n)), i ? -1 : 3);
    }
    assert_int_equal(
        never_http_kind(&ask, false, 0,
                        LC_S("GET / HTTP/1.1\r\nAuthorization: Basic YQ==\r\nHost: " HOST AGENT
                             "Accept: */*\r\nConnection: keep-alive\r\n\r\n")),
        -1);
    assert_int_equal(never_http_kind(&ask, false, 0, LC_S("POST / HTTP/1.1\r\n\r\n")), -1);
    assert_int_equal(
        never_rtsp_kind(&ask, LC_S("SETUP rtsp://" HOST ":80/ RTSP/1.0\r\nCSeq: 1" AGENT "\r\n")),
        -1);
    assert_int_equal(
        never_rtsp_kind(&ask, LC_S("OPTIONS rtsp://" HOST ":80/ RTSP/1.0\r\nCSeq: 1" AGENT "\r\n")),
        0);
    assert_int_equal(never_telnet_kind(LC_S("\xFF\xFC\x01\xFF\xFE\x03")), 0);
    assert_int_equal(never_telnet_kind(LC_S("\xFF\xFB\x01")), -1);
    assert_int_equal(never_telnet_kind(LC_S("root\r\n")), -1);
    assert_int_equal(
        never_onvif_kind(&ask, LC_S("POST /onvif/device_service HTTP/1.1\r\n\r\n<GetUsers/>")), -1);
}

/* The actions of a gateway that write, in the very form of those that read. */
static void the_grammar_refuses_the_actions_that_write(void **state)
{
    static const char *const names[] = {"GetExternalIPAddress", "AddPortMapping",
                                        "DeletePortMapping",    "SetConnectionType",
                                        "ForceTermination",     "AddAnyPortMapping"};
    struct lc_ask ask = {.port = 80, .gateway = true, .path = LC_S("/")};
    char req[1200], body[500];

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        (void)snprintf(body, sizeof body,
                       "<?xml version=\"1.0\"?><s:Envelope "
                       "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" "
                       "s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body>"
                       "<u:%s xmlns:u=\"urn:schemas-upnp-org:service:WANIPConnection:1\"></u:%s>"
                       "</s:Body></s:Envelope>",
                       names[i], names[i]);
        (void)snprintf(req, sizeof req,
                       "POST /ctl/IPConn HTTP/1.1\r\nHost: " HOST AGENT
                       "Content-Type: text/xml; charset=\"utf-8\"\r\nSOAPAction: "
                       "\"urn:schemas-upnp-org:service:WANIPConnection:1#%s\"\r\n"
                       "Content-Length: %zu\r\nConnection: keep-alive\r\n\r\n%s",
                       names[i], strlen(body), body);
        assert_int_equal(never_upnp_kind(&ask, true, lc_slice_str(req)), i ? -1 : 1);
        ask.gateway = false;
        assert_int_equal(never_upnp_kind(&ask, true, lc_slice_str(req)), -1);
        ask.gateway = true;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rtsp_asks_options_and_describe_of_known_paths_only),
        cmocka_unit_test(http_gets_dull_paths_of_the_same_host_only),
        cmocka_unit_test(onvif_posts_its_four_actions_only),
        cmocka_unit_test(upnp_gets_a_description_and_asks_the_two_reading_actions_only),
        cmocka_unit_test(tls_sends_one_client_hello_only),
        cmocka_unit_test(telnet_sends_refusals_only),
        cmocka_unit_test(ssh_ftp_and_hiksdk_send_nothing),
        cmocka_unit_test(the_grammar_refuses_the_never_send_table),
        cmocka_unit_test(the_grammar_refuses_the_actions_that_write),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
