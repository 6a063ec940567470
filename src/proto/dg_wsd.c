/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WS-Discovery, UDP 3702: the question of every ONVIF client, and what answers (facts on protocols
 * A2; WS-Discovery of April 2005 and 1.1 of 2009).
 *
 * The only message built is a Probe, in three forms: for NetworkVideoTransmitter (some cameras keep
 * silent unless a type is named), for anything (some know only their own types), and the first one
 * in the namespaces of 2009. Its MessageID comes back as RelatesTo: an answer without it is none.
 *
 * Computers and printers answer as well. What shows no trace of ONVIF gives its types and nothing
 * else: no name, no identity, no address. Of a camera the scopes are kept as wsd_scopes.c says, and
 * addresses only where they are the sender's own. One datagram speaks of one device: further
 * matches count only when they carry the first one's endpoint.
 */
#include "base/hash.h"
#include "proto/dgram.h"
#include "proto/emit.h"
#include "proto/msg.h"
#include "proto/url.h"
#include "proto/wsd.h"
#include "proto/xml.h"

#include <string.h>

#define MATCHES_CAP  4U /* looked at in one datagram (reliability.md H15) */
#define XADDRS_CAP   8U
#define UUID_TEXT    36U
#define PREFIXES_CAP 4U
#define PREFIX_CAP   16U

#define NS_2005   "http://schemas.xmlsoap.org/ws/2005/04/discovery"
#define NS_2009   "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01"
#define NS_DEVICE "onvif.org/ver10/device/wsdl"

/* ---- questions ---- */

struct form {
    const char *ns, *addressing, *to, *types;
};

static const struct form forms[] = {
    {NS_2005, "http://schemas.xmlsoap.org/ws/2004/08/addressing",
     "urn:schemas-xmlsoap-org:ws:2005:04:discovery", "dn:NetworkVideoTransmitter"},
    {NS_2005, "http://schemas.xmlsoap.org/ws/2004/08/addressing",
     "urn:schemas-xmlsoap-org:ws:2005:04:discovery", ""},
    {NS_2009, "http://www.w3.org/2005/08/addressing",
     "urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01", "dn:NetworkVideoTransmitter"},
};

#define FORMS_N (sizeof forms / sizeof *forms)

/* A random UUID (RFC 4122, 4.4) made of the nonce and the form, so that what a device sees of one
 * question tells it nothing about another. */
static struct lc_slice put_uuid(const struct lc_dgram_ask *ask, char out[static UUID_TEXT + 1])
{
    const uint64_t key[2] = {ask->nonce, ask->variant};
    uint64_t a = lc_siphash(key, LC_S("wsd a")), b = lc_siphash(key, LC_S("wsd b"));

    (void)snprintf(out, UUID_TEXT + 1, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(a >> 32),
                   (unsigned)(a >> 16) & 0xFFFF, (unsigned)a & 0xFFF,
                   ((unsigned)(b >> 48) & 0x3FFF) | 0x8000,
                   (unsigned long long)(b & 0xFFFFFFFFFFFF));
    return lc_slice_of(out, UUID_TEXT);
}

static void wsd_build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    const struct form *f = &forms[ask->variant % FORMS_N];
    char uuid[UUID_TEXT + 1];

    (void)put_uuid(ask, uuid);
    (void)lc_buf_putf(
        out,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
        "<s:Envelope xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\""
        " xmlns:wsa=\"%s\" xmlns:wsd=\"%s\""
        " xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\"><s:Header>"
        "<wsa:MessageID>urn:uuid:%s</wsa:MessageID>"
        "<wsa:To s:mustUnderstand=\"true\">%s</wsa:To>"
        "<wsa:Action s:mustUnderstand=\"true\">%s/Probe</wsa:Action></s:Header>"
        "<s:Body><wsd:Probe><wsd:Types>%s</wsd:Types></wsd:Probe></s:Body></s:Envelope>",
        f->addressing, f->ns, uuid, f->to, f->ns, f->types);
}

static bool wsd_ours(const struct lc_dgram_ask *ask, struct lc_slice in)
{
    char uuid[UUID_TEXT + 1];

    return lc_slice_ifind(in, put_uuid(ask, uuid), 0) != LC_NPOS;
}

/* ---- reading ---- */

enum tag {
    T_OTHER,
    T_ENVELOPE,
    T_HEADER,
    T_BODY,
    T_RELATES,
    T_ACTION,
    T_MATCHES,
    T_MATCH,
    T_HELLO,
    T_BYE,
    T_PROBE,
    T_RESOLVE,
    T_RESOLVED,
    T_ENDPOINT,
    T_ADDRESS,
    T_TYPES,
    T_SCOPES,
    T_XADDRS,
    T_COUNT,
};

static const char *const tags[T_COUNT] = {
    "",
    "Envelope",
    "Header",
    "Body",
    "RelatesTo",
    "Action",
    "ProbeMatches",
    "ProbeMatch",
    "Hello",
    "Bye",
    "Probe",
    "Resolve",
    "ResolveMatches",
    "EndpointReference",
    "Address",
    "Types",
    "Scopes",
    "XAddrs",
};

enum year { Y_2005 = 1, Y_2009 = 2 };

/* What one match says. */
struct match {
    struct lc_buf endpoint, types, scopes, xaddrs;
};

struct wsd {
    struct lc_slice uuid; /* of the question; empty when there was none */
    enum tag kind;        /* the message: T_MATCHES, T_HELLO, ...; T_OTHER: none known */
    bool related;
    unsigned years;   /* enum year bits, of its action */
    unsigned matches; /* complete ones */
    struct match now, device;
    char prefix[PREFIXES_CAP][PREFIX_CAP]; /* that stand for ONVIF's device namespace */
    unsigned prefixes_n;
};

static void match_init(struct match *m)
{
    lc_buf_init(&m->endpoint, 128);
    lc_buf_init(&m->types, 512);
    lc_buf_init(&m->scopes, 8192);
    lc_buf_init(&m->xaddrs, 2048);
}

static void match_free(struct match *m)
{
    lc_buf_free(&m->endpoint);
    lc_buf_free(&m->types);
    lc_buf_free(&m->scopes);
    lc_buf_free(&m->xaddrs);
}

static void match_reset(struct match *m)
{
    lc_buf_reset(&m->endpoint);
    lc_buf_reset(&m->types);
    lc_buf_reset(&m->scopes);
    lc_buf_reset(&m->xaddrs);
}

/* As much as the buffer takes, behind a blank. */
static void append(struct lc_buf *to, struct lc_slice s)
{
    if (to->n && s.n)
        (void)lc_buf_u8(to, ' ');
    (void)lc_buf_put(to, lc_slice_sub(s, 0, to->max - to->n));
}

static void note_prefixes(struct wsd *w, const char *const *attributes)
{
    for (unsigned i = 0; attributes[i] && w->prefixes_n < PREFIXES_CAP; i += 2) {
        struct lc_slice name = lc_slice_str(attributes[i]);

        if (!lc_slice_starts(name, LC_S("xmlns:")) || name.n - 6 >= PREFIX_CAP ||
            lc_slice_find(lc_slice_str(attributes[i + 1]), LC_S(NS_DEVICE), 0) == LC_NPOS)
            continue;
        memcpy(w->prefix[w->prefixes_n], name.p + 6, name.n - 6);
        w->prefix[w->prefixes_n++][name.n - 6] = 0;
    }
}

static unsigned years_of(struct lc_slice s)
{
    return (lc_slice_find(s, LC_S(NS_2005), 0) != LC_NPOS ? Y_2005 : 0) |
           (lc_slice_find(s, LC_S(NS_2009), 0) != LC_NPOS ? Y_2009 : 0);
}

static void on_start(void *ctx, const struct lc_xml_at *at, const char *const *attributes)
{
    struct wsd *w = ctx;
    enum tag tag = (enum tag)lc_xml_above(at, 0);

    note_prefixes(w, attributes);
    if (w->kind == T_OTHER && at->depth == 3 && at->path[0] == T_ENVELOPE && at->path[1] == T_BODY)
        w->kind = tag;
    if (tag == T_MATCH)
        match_reset(&w->now);
}

static void end_match(struct wsd *w)
{
    struct match *d = &w->device;

    if (w->matches++ >= MATCHES_CAP)
        return;
    if (w->matches > 1 && !lc_slice_eq(lc_buf_view(&w->now.endpoint), lc_buf_view(&d->endpoint)))
        return;
    if (w->matches == 1)
        append(&d->endpoint, lc_buf_view(&w->now.endpoint));
    append(&d->types, lc_buf_view(&w->now.types));
    append(&d->scopes, lc_buf_view(&w->now.scopes));
    append(&d->xaddrs, lc_buf_view(&w->now.xaddrs));
}

static void on_end(void *ctx, const struct lc_xml_at *at)
{
    struct wsd *w = ctx;
    enum tag tag = (enum tag)lc_xml_above(at, 0), above = (enum tag)lc_xml_above(at, 1);
    bool inside = above == T_MATCH || above == T_HELLO || above == T_BYE;

    if (tag == T_RELATES && above == T_HEADER && w->uuid.n)
        w->related |= lc_slice_ifind(at->text, w->uuid, 0) != LC_NPOS;
    else if (tag == T_ACTION && above == T_HEADER)
        w->years |= years_of(at->text);
    else if (tag == T_ADDRESS && above == T_ENDPOINT && w->now.endpoint.n == 0)
        append(&w->now.endpoint, at->text);
    else if (tag == T_TYPES && inside)
        append(&w->now.types, at->text);
    else if (tag == T_SCOPES && inside)
        append(&w->now.scopes, at->text);
    else if (tag == T_XADDRS && inside)
        append(&w->now.xaddrs, at->text);
    else if ((tag == T_MATCH && above == T_MATCHES) ||
             ((tag == T_HELLO || tag == T_BYE) && above == T_BODY))
        end_match(w);
}

static enum lc_status read_answer(struct wsd *w, const struct lc_dgram_ask *ask, struct lc_slice in)
{
    const struct lc_xml x = {
        .tags = tags, .tags_n = T_COUNT, .start = on_start, .end = on_end, .ctx = w};
    uint32_t odd = lc_xml_read(&x, in);
    bool question = w->kind == T_PROBE || w->kind == T_RESOLVE || w->kind == T_RESOLVED;
    bool answer = w->kind == T_MATCHES || w->kind == T_HELLO || w->kind == T_BYE;

    if (odd & LC_ODD(LC_ODD_DOCTYPE) || !(question || answer))
        return LC_EPARSE;
    if (question || (ask && (w->kind != T_MATCHES || !w->related || !wsd_ours(ask, in))))
        return LC_EREFUSED;
    if (w->matches)
        return LC_OK; /* whatever broke behind it */
    return odd ? LC_EPARSE : LC_EREFUSED;
}

/* ---- facts ---- */

/* "tds:Device", whatever the prefix; but the Device of other namespaces is any device at all. */
static bool is_onvif_device(const struct wsd *w, struct lc_slice prefix)
{
    if (lc_slice_eq(prefix, LC_S("tds")))
        return true;
    for (unsigned i = 0; i < w->prefixes_n; i++)
        if (lc_slice_eq(prefix, lc_slice_str(w->prefix[i])))
            return true;
    return false;
}

static bool is_onvif(const struct wsd *w)
{
    struct lc_slice types = lc_buf_view(&w->device.types), word;

    if (lc_slice_ifind(lc_buf_view(&w->device.scopes), LC_S("onvif"), 0) != LC_NPOS)
        return true;
    while (lc_wsd_word(&types, &word)) {
        size_t colon = lc_slice_chr(word, ':', 0);
        struct lc_slice local = lc_slice_from(word, colon == LC_NPOS ? 0 : colon + 1);

        if (lc_slice_starts(local, LC_S("NetworkVideo")))
            return true; /* Transmitter, and its sisters Display, Storage and Analytics */
        if (lc_slice_eq(local, LC_S("Device")) && colon != LC_NPOS &&
            is_onvif_device(w, lc_slice_sub(word, 0, colon)))
            return true;
    }
    return false;
}

/* Of the action; where it lacks, of the namespaces that are declared anywhere. */
static void emit_version(unsigned years, struct lc_slice in, struct lc_facts *f)
{
    if (years == 0)
        years = years_of(in);
    if (years & Y_2005)
        (void)lc_emit(f, LC_F_WSD_VERSION, LC_S("2005"));
    if (years & Y_2009)
        (void)lc_emit(f, LC_F_WSD_VERSION, LC_S("2009"));
}

/* A path without its query, which may hold anything; plain characters only. */
static void emit_path(struct lc_slice path, struct lc_facts *f)
{
    size_t query = lc_slice_chr(path, '?', 0);

    path = lc_slice_sub(path, 0, query == LC_NPOS ? path.n : query);
    if (path.n > lc_fact_infos[LC_F_ONVIF_PATH].max)
        return;
    for (size_t i = 0; i < path.n; i++)
        if (path.p[i] <= ' ' || path.p[i] >= 0x7F || strchr("\"<>\\^`{|}#@", path.p[i]))
            return;
    (void)lc_emit(f, LC_F_ONVIF_PATH, path);
}

static bool listed(const uint16_t *ports, unsigned n, uint16_t port)
{
    for (unsigned i = 0; i < n; i++)
        if (ports[i] == port)
            return true;
    return false;
}

static void emit_xaddrs(struct lc_slice xaddrs, const struct lc_addr *from, struct lc_facts *f)
{
    struct lc_url_parts parts;
    struct lc_slice url;
    bool foreign = false;
    uint16_t ports[XADDRS_CAP];
    unsigned ports_n = 0;

    for (unsigned i = 0; i < XADDRS_CAP && lc_wsd_word(&xaddrs, &url); i++) {
        enum lc_url_whose whose = lc_url_whose(from, url, &parts);

        foreign |= whose == LC_WHOSE_OTHER;
        if (whose != LC_WHOSE_SENDER)
            continue;
        if (ports_n == 0)
            emit_path(parts.path, f);
        if (!listed(ports, ports_n, parts.port))
            lc_facts_int(f, LC_F_WSD_XADDR_PORT, parts.port);
        ports[ports_n++] = parts.port;
    }
    if (foreign)
        lc_facts_bool(f, LC_F_WSD_XADDR_FOREIGN, true);
}

static void emit_device(const struct wsd *w, const struct lc_addr *from, struct lc_slice in,
                        struct lc_facts *f)
{
    emit_version(w->years, in, f);
    (void)lc_emit(f, LC_F_WSD_TYPES, lc_buf_view(&w->device.types));
    if (!is_onvif(w))
        return;
    if (w->kind == T_HELLO)
        lc_facts_bool(f, LC_F_WSD_HELLO, true);
    (void)lc_emit(f, LC_F_WSD_UUID, lc_buf_view(&w->device.endpoint));
    emit_xaddrs(lc_buf_view(&w->device.xaddrs), from, f);
    lc_wsd_scopes(lc_buf_view(&w->device.scopes), f);
}

static enum lc_status wsd_parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                                struct lc_slice in, struct lc_facts *facts)
{
    char uuid[UUID_TEXT + 1];
    struct wsd w = {.kind = T_OTHER};
    enum lc_status st;

    if (ask)
        w.uuid = put_uuid(ask, uuid);
    match_init(&w.now);
    match_init(&w.device);
    st = read_answer(&w, ask, in);
    if (st == LC_OK)
        emit_device(&w, from, in, facts);
    match_free(&w.now);
    match_free(&w.device);
    return st;
}

const struct lc_dgram lc_dgram_wsd = {
    .name = "wsd",
    .port = 3702,
    .variants = FORMS_N,
    .unicast = true,
    .group4 = "239.255.255.250",
    .group6 = "ff02::c",
    .listen = true,
    .build = wsd_build,
    .ours = wsd_ours,
    .parse = wsd_parse,
};
