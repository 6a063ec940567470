/* SPDX-License-Identifier: Apache-2.0 */
/*
 * UPnP over TCP: the description that a host's own SSDP answer names (UPnP Device Architecture 1.1,
 * section 2), and of this network's router the ports that it forwards from the internet.
 *
 * Three requests exist, and the builders know no fourth: GET of the description, and the actions
 * GetExternalIPAddress and GetGenericPortMappingEntry of the services WANIPConnection and
 * WANPPPConnection, which only read. AddPortMapping and its kin cannot be expressed. Both paths,
 * the one we were told and the control address in the description, pass the gate of url.h: on this
 * host and port, plain, none that shows a picture or acts.
 *
 * A router with several such services answers usefully on the one that is connected: they are asked
 * for the outer address in turn, and the first that has one is asked for its mappings, one by one,
 * until it says that there are no more, repeats itself or MAPPINGS_CAP is reached. Of the outer
 * address only its kind is kept, of a mapping neither its description nor whom it admits.
 */
#include "base/hash.h"
#include "proto/emit.h"
#include "proto/msg.h"
#include "proto/turns.h"
#include "proto/upnp_xml.h"
#include "proto/url.h"

#define MAPPINGS_CAP 64U

enum step { S_DESCRIPTION, S_ADDRESS, S_MAPPING };

static const char *const actions[] = {
    [S_ADDRESS] = "GetExternalIPAddress",
    [S_MAPPING] = "GetGenericPortMappingEntry",
};

struct wan {
    enum lc_upnp_wan service;
    struct lc_path control;
};

struct upnp {
    struct lc_ask ask;
    struct lc_turns turns;
    uint8_t step;   /* enum step */
    bool asked;     /* the path was one that may be */
    bool head_seen; /* of the answer being read */
    struct wan wans[LC_UPNP_WANS];
    uint8_t wans_n, wan; /* how many; the one being asked */
    uint8_t index;       /* of the mapping asked for */
    uint64_t last;       /* hash of the last mapping's answer */
};

/* ---- requests ---- */

static void put_get(const struct upnp *s, struct lc_buf *out)
{
    (void)lc_buf_puts(out, "GET ");
    (void)lc_buf_put(out, s->ask.path);
    (void)lc_buf_puts(out, " HTTP/1.1\r\nHost: ");
    lc_put_host(out, &s->ask, s->ask.tls ? 443 : 80);
    (void)lc_buf_puts(out, "\r\nUser-Agent: lenscap/" LC_VERSION
                           "\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n");
}

static void put_action(const struct upnp *s, struct lc_buf *out)
{
    const struct wan *wan = &s->wans[s->wan];
    const char *urn = lc_upnp_wan_urn[wan->service], *name = actions[s->step];
    struct lc_buf body;

    lc_buf_init(&body, 1024);
    (void)lc_buf_putf(&body,
                      "<?xml version=\"1.0\"?>"
                      "<s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\""
                      " s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body>"
                      "<u:%s xmlns:u=\"%s\">",
                      name, urn);
    if (s->step == S_MAPPING)
        (void)lc_buf_putf(&body, "<NewPortMappingIndex>%u</NewPortMappingIndex>",
                          (unsigned)s->index);
    (void)lc_buf_putf(&body, "</u:%s></s:Body></s:Envelope>", name);
    (void)lc_buf_puts(out, "POST ");
    (void)lc_buf_put(out, lc_path_view(&wan->control));
    (void)lc_buf_puts(out, " HTTP/1.1\r\nHost: ");
    lc_put_host(out, &s->ask, s->ask.tls ? 443 : 80);
    (void)lc_buf_putf(out,
                      "\r\nUser-Agent: lenscap/" LC_VERSION
                      "\r\nContent-Type: text/xml; charset=\"utf-8\"\r\nSOAPAction: \"%s#%s\""
                      "\r\nContent-Length: %zu\r\nConnection: keep-alive\r\n\r\n",
                      urn, name, body.n);
    (void)lc_buf_put(out, lc_buf_view(&body));
    lc_buf_free(&body);
}

static void put_request(void *ctx, struct lc_buf *out)
{
    struct upnp *s = ctx;

    s->head_seen = false;
    if (s->step == S_DESCRIPTION)
        put_get(s, out);
    else
        put_action(s, out);
}

static bool look_at_head(void *ctx, struct lc_slice in, struct lc_facts *f);
static enum lc_feed answer(void *ctx, struct lc_slice in, bool last, struct lc_buf *out,
                           struct lc_facts *f);

static const struct lc_turns_user user = {
    .ask = put_request, .head = look_at_head, .answer = answer};

/* A path that may not be asked is not: nothing is sent. */
static void upnp_open(void *st, const struct lc_ask *ask, struct lc_buf *out)
{
    struct upnp *s = st;

    s->ask = *ask;
    s->asked = lc_url_device_path(ask->path);
    if (s->asked)
        lc_turns_open(&s->turns, &user, s, out);
}

static enum lc_feed next(struct upnp *s, enum step step, bool last, struct lc_buf *out)
{
    s->step = (uint8_t)step;
    return lc_turns_next(&s->turns, &user, s, last, out);
}

/* ---- the description ---- */

static void emit_device(const struct lc_upnp_device *d, struct lc_facts *f)
{
    (void)lc_emit(f, LC_F_UPNP_DEVICE_TYPE, lc_upnp_view(&d->type));
    (void)lc_emit(f, LC_F_UPNP_MANUFACTURER, lc_upnp_view(&d->manufacturer));
    (void)lc_emit(f, LC_F_UPNP_MODEL, lc_upnp_view(&d->model));
    (void)lc_emit(f, LC_F_UPNP_MODEL_NUMBER, lc_upnp_view(&d->number));
    (void)lc_emit(f, LC_F_UPNP_MODEL_DESCRIPTION, lc_upnp_view(&d->description));
    (void)lc_emit(f, LC_F_UPNP_FRIENDLY_NAME, lc_upnp_view(&d->name));
    (void)lc_emit(f, LC_F_UPNP_SERIAL, lc_upnp_view(&d->serial));
}

static bool is_gateway(const struct lc_upnp_device *d)
{
    return lc_slice_istarts(lc_upnp_view(&d->type),
                            LC_S("urn:schemas-upnp-org:device:InternetGatewayDevice:"));
}

/* Keeps the services whose control address is on this host and port and may be asked. */
static void take_wans(struct upnp *s, const struct lc_upnp_device *d)
{
    struct lc_slice base = s->ask.path;
    struct lc_path root;

    if (d->base.n) {
        if (lc_url_resolve(&s->ask, LC_S("/"), lc_upnp_view(&d->base), LC_URL_DEVICE, &root) !=
            LC_URL_HERE)
            return;
        base = lc_path_view(&root);
    }
    for (unsigned i = 0; i < d->wans_n; i++) {
        struct wan *wan = &s->wans[s->wans_n];

        if (lc_url_resolve(&s->ask, base, lc_upnp_view(&d->wans[i].control), LC_URL_DEVICE,
                           &wan->control) != LC_URL_HERE ||
            !lc_url_device_path(lc_path_view(&wan->control)))
            continue;
        wan->service = d->wans[i].service;
        s->wans_n++;
    }
}

static enum lc_feed on_description(struct upnp *s, struct lc_slice body, bool last,
                                   struct lc_buf *out, struct lc_facts *f)
{
    struct lc_upnp_device d;

    if (s->turns.msg.status != 200)
        return LC_FEED_DONE;
    lc_upnp_read_device(body, &d);
    if (d.found || (d.odd & LC_ODD(LC_ODD_DOCTYPE)))
        lc_emit_odd(f, d.odd); /* a page in place of XML is no oddity of XML */
    if (!d.found)
        return LC_FEED_DONE;
    emit_device(&d, f);
    if (!is_gateway(&d))
        return LC_FEED_DONE;
    lc_facts_bool(f, LC_F_IGD_SERVICE, true);
    if (s->ask.gateway)
        take_wans(s, &d);
    return s->wans_n ? next(s, S_ADDRESS, last, out) : LC_FEED_DONE;
}

/* ---- the router ---- */

/* RFC 6598: shared by a provider's customers. NULL: no address that could lead anywhere. */
static const char *kind_of(struct lc_slice text)
{
    struct lc_addr a;

    if (lc_addr_parse(text, &a) != LC_OK || !lc_addr_is_v4(&a) || lc_addr_is_unusable(&a) ||
        lc_addr_is_loopback(&a))
        return NULL;
    if ((lc_addr_to_v4(&a) & 0xFFC00000U) == 0x64400000U)
        return "shared";
    return lc_addr_is_private(&a) ? "private" : "public";
}

static enum lc_feed on_address(struct upnp *s, const struct lc_upnp_answer *a, bool last,
                               struct lc_buf *out, struct lc_facts *f)
{
    const char *kind = a->kind == LC_UPNP_ADDRESS && s->turns.msg.status == 200
                           ? kind_of(lc_upnp_view(&a->address))
                           : NULL;

    if (kind) {
        (void)lc_emit(f, LC_F_IGD_EXTERNAL_KIND, lc_slice_str(kind));
        return next(s, S_MAPPING, last, out);
    }
    if (++s->wan < s->wans_n)
        return next(s, S_ADDRESS, last, out);
    s->wan = 0; /* not connected, or it does not tell: its mappings stand all the same */
    return next(s, S_MAPPING, last, out);
}

/* "tcp 8554 -> 192.168.1.10:554" */
static void emit_mapping(const struct lc_upnp_answer *a, struct lc_facts *f)
{
    bool udp = lc_slice_ieq(lc_upnp_view(&a->protocol), LC_S("UDP"));
    char host[LC_ADDR_TEXT], text[LC_ADDR_TEXT + 32];
    struct lc_addr client;
    int n;

    if (!a->enabled || a->external == 0 || a->internal == 0 ||
        (!udp && !lc_slice_ieq(lc_upnp_view(&a->protocol), LC_S("TCP"))) ||
        lc_addr_parse(lc_upnp_view(&a->client), &client) != LC_OK)
        return;
    (void)lc_addr_format_url(&client, host);
    n = snprintf(text, sizeof text, "%s %u -> %s:%u", udp ? "udp" : "tcp", a->external, host,
                 a->internal);
    (void)lc_emit(f, LC_F_IGD_MAPPING, lc_slice_of(text, (size_t)n));
}

/* Error 713 says that the list has ended; any other fault ends it too. */
static enum lc_feed on_mapping(struct upnp *s, const struct lc_upnp_answer *a, struct lc_slice body,
                               bool last, struct lc_buf *out, struct lc_facts *f)
{
    const uint64_t key[2] = {s->ask.nonce, 0};
    uint64_t hash = lc_siphash(key, body);

    if (a->kind != LC_UPNP_MAPPING || s->turns.msg.status != 200)
        return LC_FEED_DONE;
    if (s->index && hash == s->last)
        return LC_FEED_DONE; /* it does not heed the index */
    s->last = hash;
    emit_mapping(a, f);
    if (++s->index == MAPPINGS_CAP)
        return LC_FEED_DONE;
    return next(s, S_MAPPING, last, out);
}

/* ---- answers ---- */

static enum lc_feed answer(void *ctx, struct lc_slice in, bool last, struct lc_buf *out,
                           struct lc_facts *f)
{
    struct upnp *s = ctx;
    struct lc_upnp_answer a;
    struct lc_buf tmp;
    struct lc_slice body;
    enum lc_feed how;

    lc_buf_init(&tmp, LC_MSG_CAP);
    body = lc_msg_body(&s->turns.msg, in, &tmp);
    if (s->step == S_DESCRIPTION) {
        how = on_description(s, body, last, out, f);
    } else {
        lc_upnp_read_answer(body, &a);
        if (a.kind != LC_UPNP_NONE || (a.odd & LC_ODD(LC_ODD_DOCTYPE)))
            lc_emit_odd(f, a.odd);
        how = s->step == S_ADDRESS ? on_address(s, &a, last, out, f)
                                   : on_mapping(s, &a, body, last, out, f);
    }
    lc_buf_free(&tmp);
    return how;
}

/* Once per answer, as soon as its head is there. True when the rest must not be read: what declares
 * itself a picture, film or sound is left at its head (promise 1). */
static bool look_at_head(void *ctx, struct lc_slice in, struct lc_facts *f)
{
    static const char *const seen[] = {"image/", "video/", "audio/", "multipart/"};
    struct upnp *s = ctx;
    struct lc_slice type;

    if (s->head_seen || s->turns.msg.head == 0 || s->turns.msg.status < 200)
        return false;
    s->head_seen = true;
    (void)lc_emit(f, LC_F_HTTP_SERVER, lc_msg_header(&s->turns.msg, in, LC_S("Server")));
    type = lc_msg_header(&s->turns.msg, in, LC_S("Content-Type"));
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++)
        if (lc_slice_istarts(type, lc_slice_str(seen[i])))
            return true;
    return false;
}

static enum lc_feed upnp_feed(void *st, struct lc_slice in, size_t *used, struct lc_buf *out,
                              struct lc_facts *f)
{
    struct upnp *s = st;

    *used = 0;
    if (!s->asked)
        return LC_FEED_WRONG;
    return lc_turns_feed(&s->turns, &user, s, in, LC_MSG_OPEN, used, out, f);
}

static enum lc_feed upnp_end(void *st, struct lc_slice in, bool cut, struct lc_buf *out,
                             struct lc_facts *f)
{
    struct upnp *s = st;
    size_t used = 0;

    if (!s->asked)
        return LC_FEED_WRONG;
    return lc_turns_feed(&s->turns, &user, s, in, cut ? LC_MSG_CUT : LC_MSG_CLOSED, &used, out, f);
}

const struct lc_proto lc_proto_upnp = {
    .name = "upnp",
    .prefix = "upnp.",
    .state_size = sizeof(struct upnp),
    .limit = LC_MSG_CAP,
    .open = upnp_open,
    .feed = upnp_feed,
    .end = upnp_end,
};
