/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ONVIF device service (ONVIF Core Specification, sections 5 and 8): SOAP 1.2 over HTTP POST.
 *
 * Four actions exist here and no builder for a fifth: GetSystemDateAndTime and GetServices (or,
 * where that faults, GetCapabilities) belong to the specification's pre-authentication class;
 * GetDeviceInformation is asked without credentials only where the scope allows it, and whether it
 * answers is itself the finding. Addresses that a device names (XAddr) are never followed: they are
 * not even kept.
 *
 * Steps are also exchange numbers.
 */
#include "proto/auth.h"
#include "proto/emit.h"
#include "proto/url.h"
#include "proto/xml.h"

#define PATH "/onvif/device_service"

enum step { S_TIME, S_SERVICES, S_CAPABILITIES, S_INFO, S_END };

struct onvif {
    struct lc_ask ask;
    struct lc_msg msg;
    uint8_t step, conn, interim;
    bool retried, known; /* known: it answered as an ONVIF service */
};

/* What one SOAP answer said. */
struct soap {
    struct lc_facts *f;
    struct lc_slice wanted; /* "GetServicesResponse" */
    bool envelope, response, fault, media;
    int64_t time[6]; /* year month day hour minute second; -1: not told */
    char subcode[64];
    char version[16];
    bool device_namespace; /* the Service element being read is the device's */
    uint64_t major, minor;
};

static const char *const actions[S_END] = {
    [S_TIME] = "<GetSystemDateAndTime xmlns=\"http://www.onvif.org/ver10/device/wsdl\"/>",
    [S_SERVICES] = "<GetServices xmlns=\"http://www.onvif.org/ver10/device/wsdl\">"
                   "<IncludeCapability>false</IncludeCapability></GetServices>",
    [S_CAPABILITIES] = "<GetCapabilities xmlns=\"http://www.onvif.org/ver10/device/wsdl\">"
                       "<Category>All</Category></GetCapabilities>",
    [S_INFO] = "<GetDeviceInformation xmlns=\"http://www.onvif.org/ver10/device/wsdl\"/>",
};

static const struct lc_slice responses[S_END] = {
    [S_TIME] = LC_S_INIT("GetSystemDateAndTimeResponse"),
    [S_SERVICES] = LC_S_INIT("GetServicesResponse"),
    [S_CAPABILITIES] = LC_S_INIT("GetCapabilitiesResponse"),
    [S_INFO] = LC_S_INIT("GetDeviceInformationResponse"),
};

static void put_request(const struct onvif *s, struct lc_buf *out)
{
    static const char head[] =
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\"><s:Body>";
    static const char tail[] = "</s:Body></s:Envelope>";
    size_t n = sizeof head - 1 + lc_slice_str(actions[s->step]).n + sizeof tail - 1;

    (void)lc_buf_puts(out, "POST " PATH " HTTP/1.1\r\nHost: ");
    lc_put_host(out, &s->ask, s->ask.tls ? 443 : 80);
    (void)lc_buf_putf(out,
                      "\r\nUser-Agent: lenscap/" LC_VERSION "\r\n"
                      "Content-Type: application/soap+xml; charset=utf-8\r\n"
                      "Connection: keep-alive\r\nContent-Length: %zu\r\n\r\n%s%s%s",
                      n, head, actions[s->step], tail);
}

static void onvif_open(void *st, const struct lc_ask *ask, struct lc_buf *out)
{
    struct onvif *s = st;

    s->ask = *ask;
    lc_msg_start(&s->msg, LC_MSG_HTTP);
    put_request(s, out);
}

/* ---- reading SOAP ---- */

static void read_time(struct soap *p, const struct lc_xml_path *at, struct lc_slice text)
{
    static const struct lc_slice words[6] = {LC_S_INIT("Year"),   LC_S_INIT("Month"),
                                             LC_S_INIT("Day"),    LC_S_INIT("Hour"),
                                             LC_S_INIT("Minute"), LC_S_INIT("Second")};
    uint64_t v;

    for (size_t i = 0; i < 6; i++)
        if (lc_xml_is(at, words[i], LC_S("UTCDateTime")) && lc_slice_u64(text, 9999, &v) == LC_OK)
            p->time[i] = (int64_t)v;
}

/* Namespace, XAddr, Version of each Service, in this order (the schema's sequence). */
static void read_service(struct soap *p, const struct lc_xml_path *at, struct lc_slice text)
{
    uint64_t v;

    if (lc_xml_is(at, LC_S("Namespace"), LC_S("Service"))) {
        (void)lc_emit(p->f, LC_F_ONVIF_NAMESPACE, text);
        p->device_namespace = lc_slice_ends(text, LC_S("/device/wsdl"));
        p->media |= lc_slice_ends(text, LC_S("/media/wsdl"));
    } else if (lc_xml_is(at, LC_S("Major"), LC_S("Version")) &&
               lc_slice_u64(text, 999, &v) == LC_OK) {
        p->major = v;
    } else if (lc_xml_is(at, LC_S("Minor"), LC_S("Version")) &&
               lc_slice_u64(text, 999, &v) == LC_OK) {
        p->minor = v;
    } else if (lc_xml_is(at, LC_S("Version"), LC_S("Service")) && p->device_namespace) {
        (void)snprintf(p->version, sizeof p->version, "%llu.%llu", (unsigned long long)p->major,
                       (unsigned long long)p->minor);
    }
}

static void read_info(struct soap *p, const struct lc_xml_path *at, struct lc_slice text)
{
    static const struct {
        struct lc_slice word;
        enum lc_fact_name fact;
    } rows[] = {
        {LC_S_INIT("Manufacturer"), LC_F_ONVIF_MANUFACTURER},
        {LC_S_INIT("Model"), LC_F_ONVIF_MODEL},
        {LC_S_INIT("FirmwareVersion"), LC_F_ONVIF_FIRMWARE},
        {LC_S_INIT("SerialNumber"), LC_F_ONVIF_SERIAL},
        {LC_S_INIT("HardwareId"), LC_F_ONVIF_HARDWARE},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (lc_xml_is(at, rows[i].word, responses[S_INFO]))
            (void)lc_emit(p->f, rows[i].fact, text);
}

static void on_element(void *ctx, const struct lc_xml_path *at, struct lc_slice text)
{
    struct soap *p = ctx;

    read_time(p, at, text);
    read_service(p, at, text);
    read_info(p, at, text);
    if (lc_xml_is(at, LC_S("Media"), LC_S("Capabilities")))
        p->media = true;
    if (lc_xml_is(at, LC_S("Value"), LC_S("Subcode")) && p->subcode[0] == 0)
        (void)snprintf(p->subcode, sizeof p->subcode, "%.*s", text.n < 60 ? (int)text.n : 60,
                       (const char *)text.p);
    p->response |= lc_xml_is(at, p->wanted, LC_S("Envelope"));
    p->fault |= lc_xml_is(at, LC_S("Fault"), LC_S("Envelope"));
    p->envelope |= at->n == 1 && lc_xml_is(at, LC_S("Envelope"), (struct lc_slice){NULL, 0});
}

/* Days since 1970 of a date in the Gregorian calendar. */
static int64_t days(int64_t y, int64_t m, int64_t d)
{
    int64_t era, year, day;

    y -= m <= 2;
    era = y / 400;
    year = y - era * 400;
    day = (153 * (m + (m > 2 ? -3 : 9)) + 2) / 5 + d - 1;
    return era * 146097 + year * 365 + year / 4 - year / 100 + day - 719468;
}

static void emit_clock(const struct soap *p)
{
    const int64_t *t = p->time;

    if (t[0] < 1970 || t[1] < 1 || t[1] > 12 || t[2] < 1 || t[2] > 31 || t[3] < 0 || t[3] > 23 ||
        t[4] < 0 || t[4] > 59 || t[5] < 0 || t[5] > 60)
        return;
    lc_facts_int(p->f, LC_F_ONVIF_CLOCK,
                 days(t[0], t[1], t[2]) * 86400 + t[3] * 3600 + t[4] * 60 + t[5]);
}

static void emit_challenge(struct lc_slice value, struct lc_facts *f)
{
    struct lc_buf blanked;
    struct lc_fact fact;

    lc_buf_init(&blanked, LC_MSG_HEAD_CAP);
    lc_auth_blank(value, &blanked);
    if (lc_emit(f, LC_F_HTTP_WWW_AUTHENTICATE, lc_buf_view(&blanked))) {
        fact = (struct lc_fact){LC_F_HTTP_WWW_AUTHENTICATE, f->port, f->exch, 0,
                                lc_buf_view(&blanked)};
        lc_proto_http.derive(&fact, f);
    }
    lc_buf_free(&blanked);
}

static void emit_headers(const struct onvif *s, struct lc_slice in, struct lc_facts *f)
{
    struct lc_slice rest = lc_msg_headers(&s->msg, in);
    struct lc_header h;

    for (unsigned i = 0; i < LC_MSG_HEADERS && lc_msg_next(&rest, &h); i++) {
        if (lc_slice_ieq(h.name, LC_S("Server")))
            (void)lc_emit(f, LC_F_HTTP_SERVER, h.value);
        else if (lc_slice_ieq(h.name, LC_S("WWW-Authenticate")))
            emit_challenge(h.value, f);
    }
}

static void read_soap(struct onvif *s, struct lc_slice in, struct soap *p)
{
    struct lc_buf tmp;
    struct lc_slice body;
    uint32_t odd = 0;

    lc_buf_init(&tmp, LC_MSG_CAP);
    body = lc_slice_trim(lc_msg_body(&s->msg, in, &tmp));
    /* A page of HTML is no broken SOAP; only what begins like XML is read as such. */
    if (lc_slice_starts(body, LC_S("<")) && !lc_slice_istarts(body, LC_S("<html")) &&
        !lc_slice_istarts(body, LC_S("<!doctype html")) &&
        lc_xml_read(body, on_element, p, &odd) != LC_OK)
        p->response = p->fault = false; /* half an answer proves nothing */
    lc_emit_odd(p->f, odd);
    lc_buf_free(&tmp);
}

/* ---- what an answer means ---- */

static void emit_answer(struct onvif *s, struct soap *p)
{
    struct lc_facts *f = p->f;

    if (!s->known && (p->response || p->fault)) {
        s->known = true;
        lc_facts_bool(f, LC_F_ONVIF_SERVICE, true);
        lc_facts_str(f, LC_F_ONVIF_PATH, LC_S(PATH));
    }
    if (p->fault)
        (void)lc_emit(f, LC_F_ONVIF_FAULT, lc_slice_str(p->subcode));
    if (p->response)
        emit_clock(p);
    if (p->version[0])
        (void)lc_emit(f, LC_F_ONVIF_VERSION, lc_slice_str(p->version));
    if (p->media)
        lc_facts_bool(f, LC_F_ONVIF_MEDIA, true);
    if (s->step == S_INFO && (p->response || p->fault || s->msg.status == 401))
        lc_facts_bool(f, LC_F_ONVIF_INFO_OPEN, p->response);
}

static enum step step_after(const struct onvif *s, bool response)
{
    if (s->step == S_TIME)
        return s->known ? S_SERVICES : S_END;
    if (s->step == S_SERVICES && !response)
        return S_CAPABILITIES;
    return s->step != S_INFO && s->ask.device_info ? S_INFO : S_END;
}

static enum lc_feed advance(struct onvif *s, bool response, bool last, struct lc_buf *out)
{
    s->step = (uint8_t)step_after(s, response);
    s->retried = false;
    s->interim = 0;
    if (s->step == S_END)
        return LC_FEED_DONE;
    lc_msg_start(&s->msg, LC_MSG_HTTP);
    put_request(s, out);
    return last ? LC_FEED_REDIAL : LC_FEED_SEND;
}

static enum lc_feed answer(struct onvif *s, struct lc_slice in, bool last, struct lc_buf *out,
                           struct lc_facts *f)
{
    struct soap p = {.f = f, .wanted = responses[s->step], .time = {-1, -1, -1, -1, -1, -1}};

    emit_headers(s, in, f);
    read_soap(s, in, &p);
    p.response = p.response && p.envelope && s->msg.status / 100 == 2;
    p.fault = p.fault && p.envelope;
    emit_answer(s, &p);
    return advance(s, p.response, last, out);
}

static enum lc_feed no_answer(struct onvif *s, enum lc_msg_end end, struct lc_buf *out)
{
    if (s->step == S_TIME)
        return s->interim ? LC_FEED_ERROR : LC_FEED_WRONG;
    if (end == LC_MSG_CUT || s->retried)
        return LC_FEED_DONE;
    s->retried = true; /* the last answer closed the connection: ask again on a fresh one */
    lc_msg_start(&s->msg, LC_MSG_HTTP);
    put_request(s, out);
    return LC_FEED_REDIAL;
}

static enum lc_feed run(struct onvif *s, struct lc_slice in, size_t *used, enum lc_msg_end end,
                        struct lc_buf *out, struct lc_facts *f)
{
    for (;;) {
        enum lc_status st = lc_msg_feed(&s->msg, in, end);

        f->exch = s->step;
        if (st == LC_MORE)
            return LC_FEED_MORE;
        if (st == LC_DONE)
            return no_answer(s, end, out);
        lc_emit_odd(f, s->msg.odd);
        if (st == LC_EPARSE)
            return s->step == S_TIME ? LC_FEED_WRONG : LC_FEED_ERROR;
        *used += s->msg.total;
        if (s->msg.status >= 200)
            return answer(s, in, s->msg.last || end != LC_MSG_OPEN, out, f);
        if (++s->interim > 4)
            return LC_FEED_ERROR;
        in = lc_slice_from(in, s->msg.total);
        lc_msg_start(&s->msg, LC_MSG_HTTP);
    }
}

static enum lc_feed onvif_feed(void *st, struct lc_slice in, size_t *used, struct lc_buf *out,
                               struct lc_facts *f)
{
    *used = 0;
    return run(st, in, used, LC_MSG_OPEN, out, f);
}

static enum lc_feed onvif_end(void *st, struct lc_slice in, bool cut, struct lc_buf *out,
                              struct lc_facts *f)
{
    size_t used = 0;

    return run(st, in, &used, cut ? LC_MSG_CUT : LC_MSG_CLOSED, out, f);
}

const struct lc_proto lc_proto_onvif = {
    .name = "onvif",
    .prefix = "onvif.",
    .state_size = sizeof(struct onvif),
    .limit = LC_MSG_CAP,
    .open = onvif_open,
    .feed = onvif_feed,
    .end = onvif_end,
};
