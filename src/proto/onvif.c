/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ONVIF device service: SOAP 1.2 over HTTP POST. Four questions exist, and the builder knows no
 * fifth: GetSystemDateAndTime, GetServices, GetCapabilities (for devices that do not know
 * GetServices) and, where the scope allows it, GetDeviceInformation. The first three need no
 * password by the ONVIF core specification's access classes; whether the fourth answers without one
 * is a finding (protocols.md A2).
 *
 * Addresses that a device lists (XAddr) are never followed and never kept (reliability.md H15).
 */
#include "proto/auth.h"
#include "proto/emit.h"
#include "proto/msg.h"
#include "proto/soap.h"
#include "proto/turns.h"
#include "proto/wsd.h"
#include "proto/url.h"

enum action { A_CLOCK, A_SERVICES, A_CAPABILITIES, A_INFORMATION };

#define SERVICE_PATH "/onvif/device_service"
#define DEVICE_WSDL  "http://www.onvif.org/ver10/device/wsdl"

static const struct {
    const char *name, *inner;
} actions[] = {
    [A_CLOCK] = {"GetSystemDateAndTime", ""},
    [A_SERVICES] = {"GetServices", "<IncludeCapability>false</IncludeCapability>"},
    [A_CAPABILITIES] = {"GetCapabilities", "<Category>All</Category>"},
    [A_INFORMATION] = {"GetDeviceInformation", ""},
};

struct onvif {
    struct lc_ask ask;
    struct lc_turns turns;
    uint8_t action; /* enum action */
};

static void put_request(void *ctx, struct lc_buf *out)
{
    const struct onvif *s = ctx;
    const char *name = actions[s->action].name;
    struct lc_buf body;

    lc_buf_init(&body, 1024);
    (void)lc_buf_putf(&body,
                      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
                      "<Envelope xmlns=\"http://www.w3.org/2003/05/soap-envelope\"><Body>"
                      "<%s xmlns=\"" DEVICE_WSDL "\">%s</%s></Body></Envelope>",
                      name, actions[s->action].inner, name);
    (void)lc_buf_puts(out, "POST " SERVICE_PATH " HTTP/1.1\r\nHost: ");
    lc_put_host(out, &s->ask, s->ask.tls ? 443 : 80);
    (void)lc_buf_putf(out,
                      "\r\nUser-Agent: lenscap/" LC_VERSION
                      "\r\nContent-Type: application/soap+xml; charset=utf-8; action=\"" DEVICE_WSDL
                      "/%s\"\r\nContent-Length: %zu\r\nConnection: keep-alive\r\n\r\n",
                      name, body.n);
    (void)lc_buf_put(out, lc_buf_view(&body));
    lc_buf_free(&body);
}

/* ---- facts ---- */

static void emit_headers(const struct onvif *s, struct lc_slice in, struct lc_facts *f)
{
    struct lc_slice rest = lc_msg_headers(&s->turns.msg, in);
    struct lc_buf blanked;
    struct lc_header h;

    lc_buf_init(&blanked, LC_MSG_HEAD_CAP);
    for (unsigned i = 0; i < LC_MSG_HEADERS && lc_msg_next(&rest, &h); i++) {
        if (lc_slice_ieq(h.name, LC_S("Server")))
            (void)lc_emit(f, LC_F_HTTP_SERVER, h.value);
        if (!lc_slice_ieq(h.name, LC_S("WWW-Authenticate")))
            continue;
        lc_buf_reset(&blanked);
        lc_auth_blank(h.value, &blanked);
        if (lc_emit(f, LC_F_HTTP_WWW_AUTHENTICATE, lc_buf_view(&blanked))) {
            struct lc_fact fact = {LC_F_HTTP_WWW_AUTHENTICATE, f->port, f->exch, 0,
                                   lc_buf_view(&blanked)};

            lc_proto_http.derive(&fact, f);
        }
    }
    lc_buf_free(&blanked);
}

static void emit_services(const struct lc_soap *soap, struct lc_facts *f)
{
    char text[16];
    int n;

    for (unsigned i = 0; i < soap->namespaces_n; i++)
        (void)lc_emit(f, LC_F_ONVIF_NAMESPACE, lc_soap_view(&soap->namespaces[i]));
    if (soap->media)
        lc_facts_bool(f, LC_F_ONVIF_MEDIA, true);
    /* 2.6 is written Major 2, Minor 60; 2.06 Minor 6 (ONVIF core, GetServices). */
    n = snprintf(text, sizeof text, "%u.%02u", soap->major % 100, soap->minor % 100);
    if (soap->major || soap->minor)
        (void)lc_emit(f, LC_F_ONVIF_VERSION, lc_slice_of(text, (size_t)n));
}

static void emit_info(const struct lc_soap *soap, struct lc_facts *f)
{
    lc_facts_bool(f, LC_F_ONVIF_INFO_OPEN, true);
    (void)lc_emit(f, LC_F_ONVIF_MANUFACTURER, lc_soap_view(&soap->manufacturer));
    (void)lc_emit(f, LC_F_ONVIF_MODEL, lc_soap_view(&soap->model));
    (void)lc_emit(f, LC_F_ONVIF_FIRMWARE, lc_soap_view(&soap->firmware));
    (void)lc_emit(f, LC_F_ONVIF_SERIAL, lc_soap_view(&soap->serial));
    (void)lc_emit(f, LC_F_ONVIF_HARDWARE, lc_soap_view(&soap->hardware));
}

static bool not_authorized(const struct onvif *s, const struct lc_soap *soap)
{
    struct lc_slice code = lc_soap_view(&soap->fault);

    return s->turns.msg.status == 401 ||
           lc_slice_ifind(code, LC_S("NotAuthorized"), 0) != LC_NPOS ||
           lc_slice_ifind(code, LC_S("FailedAuthentication"), 0) != LC_NPOS;
}

/* ---- what comes next ---- */

static enum lc_feed answer(void *ctx, struct lc_slice in, bool last, struct lc_buf *out,
                           struct lc_facts *f);

static const struct lc_turns_user user = {.ask = put_request, .answer = answer};

static enum lc_feed ask_action(struct onvif *s, enum action action, bool last, struct lc_buf *out)
{
    s->action = (uint8_t)action;
    return lc_turns_next(&s->turns, &user, s, last, out);
}

static enum lc_feed ask_info(struct onvif *s, bool last, struct lc_buf *out)
{
    return s->ask.device_info ? ask_action(s, A_INFORMATION, last, out) : LC_FEED_DONE;
}

static enum lc_feed on_clock(struct onvif *s, const struct lc_soap *soap, bool last,
                             struct lc_buf *out, struct lc_facts *f)
{
    if (soap->kind != LC_SOAP_CLOCK && soap->kind != LC_SOAP_FAULT)
        return LC_FEED_DONE; /* some HTTP server: no ONVIF here */
    lc_facts_bool(f, LC_F_ONVIF_SERVICE, true);
    (void)lc_emit(f, LC_F_ONVIF_PATH, LC_S(SERVICE_PATH));
    if (soap->clock)
        lc_facts_int(f, LC_F_ONVIF_CLOCK, soap->clock);
    return ask_action(s, A_SERVICES, last, out);
}

static enum lc_feed on_info(const struct onvif *s, const struct lc_soap *soap, struct lc_facts *f)
{
    if (soap->kind == LC_SOAP_INFO && s->turns.msg.status == 200)
        emit_info(soap, f);
    else if (not_authorized(s, soap))
        lc_facts_bool(f, LC_F_ONVIF_INFO_OPEN, false);
    return LC_FEED_DONE;
}

static enum lc_feed answer(void *ctx, struct lc_slice in, bool last, struct lc_buf *out,
                           struct lc_facts *f)
{
    struct onvif *s = ctx;
    struct lc_soap soap;
    struct lc_buf tmp;

    emit_headers(s, in, f);
    lc_buf_init(&tmp, LC_MSG_CAP);
    lc_soap_read(lc_msg_body(&s->turns.msg, in, &tmp), &soap);
    lc_buf_free(&tmp);
    (void)lc_emit(f, LC_F_ONVIF_FAULT, lc_soap_view(&soap.fault));
    /* A page in place of SOAP is no oddity of XML. */
    if (soap.kind != LC_SOAP_NONE || (soap.odd & LC_ODD(LC_ODD_DOCTYPE)))
        lc_emit_odd(f, soap.odd);
    switch ((enum action)s->action) {
    case A_CLOCK:
        return on_clock(s, &soap, last, out, f);
    case A_SERVICES:
        emit_services(&soap, f);
        return soap.kind == LC_SOAP_LIST ? ask_info(s, last, out)
                                         : ask_action(s, A_CAPABILITIES, last, out);
    case A_CAPABILITIES:
        emit_services(&soap, f);
        return ask_info(s, last, out);
    case A_INFORMATION:
        break;
    }
    return on_info(s, &soap, f);
}

static void onvif_open(void *st, const struct lc_ask *ask, struct lc_buf *out)
{
    struct onvif *s = st;

    s->ask = *ask;
    lc_turns_open(&s->turns, &user, s, out);
}

static enum lc_feed onvif_feed(void *st, struct lc_slice in, size_t *used, struct lc_buf *out,
                               struct lc_facts *f)
{
    struct onvif *s = st;

    *used = 0;
    return lc_turns_feed(&s->turns, &user, s, in, LC_MSG_OPEN, used, out, f);
}

static enum lc_feed onvif_end(void *st, struct lc_slice in, bool cut, struct lc_buf *out,
                              struct lc_facts *f)
{
    struct onvif *s = st;
    size_t used = 0;

    return lc_turns_feed(&s->turns, &user, s, in, cut ? LC_MSG_CUT : LC_MSG_CLOSED, &used, out, f);
}

const struct lc_proto lc_proto_onvif = {
    .name = "onvif",
    .prefix = "onvif.",
    .state_size = sizeof(struct onvif),
    .limit = LC_MSG_CAP,
    .open = onvif_open,
    .feed = onvif_feed,
    .end = onvif_end,
    .derive = lc_wsd_derive,
};
