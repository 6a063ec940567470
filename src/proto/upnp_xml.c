/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptions and answers of UPnP by the callbacks of xml.h: see upnp_xml.h. The description of a
 * mapping, which people write, is not among the names that are known here. */
#include "proto/upnp_xml.h"
#include "proto/msg.h"
#include "proto/xml.h"

#include <string.h>

const char *const lc_upnp_wan_urn[LC_WAN_COUNT] = {
    [LC_WAN_IP1] = "urn:schemas-upnp-org:service:WANIPConnection:1",
    [LC_WAN_IP2] = "urn:schemas-upnp-org:service:WANIPConnection:2",
    [LC_WAN_PPP1] = "urn:schemas-upnp-org:service:WANPPPConnection:1",
};

struct lc_slice lc_upnp_view(const struct lc_upnp_text *t)
{
    return lc_slice_of(t->p, t->n);
}

/* The first value wins; a longer one is cut. */
static void keep(struct lc_slice s, struct lc_upnp_text *to)
{
    s = lc_slice_sub(s, 0, LC_UPNP_TEXT);
    if (to->n || s.n == 0)
        return;
    memcpy(to->p, s.p, s.n);
    to->n = (uint16_t)s.n;
}

/* ---- description ---- */

enum tag {
    T_OTHER,
    T_ROOT,
    T_DEVICE,
    T_BASE,
    T_TYPE,
    T_NAME,
    T_MANUFACTURER,
    T_MODEL,
    T_NUMBER,
    T_DESCRIPTION,
    T_SERIAL,
    T_SERVICE,
    T_SERVICE_TYPE,
    T_CONTROL,
    T_COUNT,
};

static const char *const tags[T_COUNT] = {
    "",
    "root",
    "device",
    "URLBase",
    "deviceType",
    "friendlyName",
    "manufacturer",
    "modelName",
    "modelNumber",
    "modelDescription",
    "serialNumber",
    "service",
    "serviceType",
    "controlURL",
};

struct reader {
    struct lc_upnp_device *out;
    enum lc_upnp_wan service; /* of the service being read; LC_WAN_COUNT: another */
    struct lc_upnp_text control;
    bool whole; /* `control` was not cut */
};

static struct lc_upnp_text *slot(struct lc_upnp_device *d, enum tag tag)
{
    switch (tag) {
    case T_TYPE:
        return &d->type;
    case T_NAME:
        return &d->name;
    case T_MANUFACTURER:
        return &d->manufacturer;
    case T_MODEL:
        return &d->model;
    case T_NUMBER:
        return &d->number;
    case T_DESCRIPTION:
        return &d->description;
    case T_SERIAL:
        return &d->serial;
    default:
        return NULL;
    }
}

static void on_device_start(void *ctx, const struct lc_xml_at *at, const char *const *attributes)
{
    struct reader *r = ctx;

    (void)attributes;
    if (at->depth == 2 && at->path[0] == T_ROOT && at->path[1] == T_DEVICE)
        r->out->found = true;
    if (lc_xml_above(at, 0) != T_SERVICE)
        return;
    r->service = LC_WAN_COUNT;
    r->control.n = 0;
    r->whole = true;
}

static void end_service(struct reader *r)
{
    struct lc_upnp_device *d = r->out;

    if (r->service == LC_WAN_COUNT || r->control.n == 0 || !r->whole || d->wans_n == LC_UPNP_WANS)
        return;
    d->wans[d->wans_n].service = r->service;
    d->wans[d->wans_n++].control = r->control;
}

static enum lc_upnp_wan wan_of(struct lc_slice urn)
{
    unsigned i = 0;

    while (i < LC_WAN_COUNT && !lc_slice_eq(urn, lc_slice_str(lc_upnp_wan_urn[i])))
        i++;
    return (enum lc_upnp_wan)i;
}

static void on_device_end(void *ctx, const struct lc_xml_at *at)
{
    struct reader *r = ctx;
    enum tag tag = (enum tag)lc_xml_above(at, 0), above = (enum tag)lc_xml_above(at, 1);
    struct lc_upnp_text *to = slot(r->out, tag);

    if (at->depth == 3 && at->path[0] == T_ROOT && above == T_DEVICE && to) {
        keep(at->text, to);
    } else if (tag == T_BASE && above == T_ROOT) {
        keep(at->text, &r->out->base);
    } else if (tag == T_SERVICE_TYPE && above == T_SERVICE) {
        r->service = wan_of(at->text);
    } else if (tag == T_CONTROL && above == T_SERVICE) {
        r->whole = at->text.n <= LC_UPNP_TEXT;
        keep(at->text, &r->control);
    } else if (tag == T_SERVICE) {
        end_service(r);
    }
}

void lc_upnp_read_device(struct lc_slice body, struct lc_upnp_device *out)
{
    struct reader r = {.out = out, .service = LC_WAN_COUNT};
    const struct lc_xml x = {
        .tags = tags, .tags_n = T_COUNT, .start = on_device_start, .end = on_device_end, .ctx = &r};
    uint32_t odd;

    memset(out, 0, sizeof *out);
    odd = lc_xml_read(&x, body);
    if (odd & LC_ODD(LC_ODD_DOCTYPE))
        memset(out, 0, sizeof *out);
    out->odd = odd;
}

/* ---- answers ---- */

enum word {
    W_OTHER,
    W_ENVELOPE,
    W_BODY,
    W_FAULT,
    W_GOT_ADDRESS,
    W_GOT_MAPPING,
    W_ADDRESS,
    W_PROTOCOL,
    W_CLIENT,
    W_EXTERNAL,
    W_INTERNAL,
    W_ENABLED,
    W_COUNT,
};

static const char *const words[W_COUNT] = {
    "",
    "Envelope",
    "Body",
    "Fault",
    "GetExternalIPAddressResponse",
    "GetGenericPortMappingEntryResponse",
    "NewExternalIPAddress",
    "NewProtocol",
    "NewInternalClient",
    "NewExternalPort",
    "NewInternalPort",
    "NewEnabled",
};

static void on_answer_start(void *ctx, const struct lc_xml_at *at, const char *const *attributes)
{
    struct lc_upnp_answer *a = ctx;
    unsigned word = lc_xml_above(at, 0);

    (void)attributes;
    if (at->depth != 3 || at->path[0] != W_ENVELOPE || at->path[1] != W_BODY ||
        a->kind != LC_UPNP_NONE)
        return;
    a->kind = word == W_FAULT         ? LC_UPNP_FAULT
              : word == W_GOT_ADDRESS ? LC_UPNP_ADDRESS
              : word == W_GOT_MAPPING ? LC_UPNP_MAPPING
                                      : LC_UPNP_NONE;
}

static unsigned port(struct lc_slice text)
{
    uint64_t v;

    return lc_slice_u64(text, 65535, &v) == LC_OK ? (unsigned)v : 0;
}

static void on_answer_end(void *ctx, const struct lc_xml_at *at)
{
    struct lc_upnp_answer *a = ctx;

    if (at->depth != 4)
        return;
    switch ((enum word)lc_xml_above(at, 0)) {
    case W_ADDRESS:
        keep(at->text, &a->address);
        break;
    case W_PROTOCOL:
        keep(at->text, &a->protocol);
        break;
    case W_CLIENT:
        keep(at->text, &a->client);
        break;
    case W_EXTERNAL:
        a->external = port(at->text);
        break;
    case W_INTERNAL:
        a->internal = port(at->text);
        break;
    case W_ENABLED:
        /* The forms of a boolean (UPnP Device Architecture 1.1, 2.5). */
        a->enabled = lc_slice_eq(at->text, LC_S("1")) || lc_slice_ieq(at->text, LC_S("true")) ||
                     lc_slice_ieq(at->text, LC_S("yes"));
        break;
    default:
        break;
    }
}

void lc_upnp_read_answer(struct lc_slice body, struct lc_upnp_answer *out)
{
    const struct lc_xml x = {.tags = words,
                             .tags_n = W_COUNT,
                             .start = on_answer_start,
                             .end = on_answer_end,
                             .ctx = out};
    uint32_t odd;

    memset(out, 0, sizeof *out);
    odd = lc_xml_read(&x, body);
    if (odd & LC_ODD(LC_ODD_DOCTYPE))
        memset(out, 0, sizeof *out);
    out->odd = odd;
}
