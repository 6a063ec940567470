/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WS-Discovery (2005/04 and OASIS 2009/01; how devices fill it: facts on protocols A2) and mDNS
 * (RFC 6762, RFC 6763). What a persona wants to do otherwise it writes as bytes.
 */
#include "ready.h"

#include "template.h"

#include <string.h>

#define ROOM 65536

static struct lc_slice text_or(struct sim_doc *d, yaml_node_t *map, const char *key,
                               const char *otherwise)
{
    yaml_node_t *n = sim_doc_get(d, map, key);
    return n ? sim_doc_text(d, n) : lc_slice_str(otherwise);
}

/* The template of `b`, whose bytes are kept. */
static struct sim_template keep(struct sim_doc *d, const struct lc_buf *b)
{
    struct lc_slice s = lc_arena_dup(d->arena, lc_buf_view(b));
    if (b->full || !s.p) {
        sim_doc_fail(d, NULL, "an answer is too large");
        return (struct sim_template){0};
    }
    return sim_template_make(d, s);
}

static struct lc_slice *one_part(struct sim_doc *d, struct lc_slice s)
{
    struct lc_slice *p = sim_doc_alloc(d, 1, sizeof(*p));
    if (!d->bad)
        *p = s;
    return p;
}

/* ---- WS-Discovery ---- */

static void put_scopes(struct sim_doc *d, yaml_node_t *list, struct lc_buf *b)
{
    for (size_t i = 0; i < sim_doc_count(d, list); i++) {
        struct lc_slice s = sim_doc_text(d, sim_doc_item(d, list, i));
        if (i)
            lc_buf_puts(b, " ");
        if (lc_slice_find(s, LC_S("://"), 0) == LC_NPOS)
            lc_buf_puts(b, "onvif://www.onvif.org/");
        lc_buf_put(b, s);
    }
}

static bool is_late(struct sim_doc *d, yaml_node_t *node)
{
    return lc_slice_eq(text_or(d, node, "namespace", "2005"), LC_S("2009"));
}

static void put_envelope(struct sim_doc *d, yaml_node_t *node, const char *word,
                         const char *relates, struct lc_buf *b)
{
    bool late = is_late(d, node);
    const char *ns = late ? "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01"
                          : "http://schemas.xmlsoap.org/ws/2005/04/discovery";
    const char *addressing = late ? "http://www.w3.org/2005/08/addressing"
                                  : "http://schemas.xmlsoap.org/ws/2004/08/addressing";
    lc_buf_putf(b,
                "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<SOAP-ENV:Envelope "
                "xmlns:SOAP-ENV=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:wsa=\"%s\" "
                "xmlns:d=\"%s\" xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\" "
                "xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\"><SOAP-ENV:Header>"
                "<wsa:MessageID>urn:uuid:$NONCE</wsa:MessageID>%s<wsa:Action>%s/%s</wsa:Action>"
                "</SOAP-ENV:Header><SOAP-ENV:Body>",
                addressing, ns, relates, ns, word);
}

/* What ProbeMatch and Hello have in common. */
static void put_device(struct sim_doc *d, yaml_node_t *node, struct lc_buf *b)
{
    lc_buf_puts(b, "<wsa:EndpointReference><wsa:Address>");
    lc_buf_put(b, text_or(d, node, "uuid", "urn:uuid:1419d68a-1dd2-11b2-a105-$MACBARE"));
    lc_buf_puts(b, "</wsa:Address></wsa:EndpointReference><d:Types>");
    lc_buf_put(b, text_or(d, node, "types", "dn:NetworkVideoTransmitter tds:Device"));
    lc_buf_puts(b, "</d:Types><d:Scopes>");
    put_scopes(d, sim_doc_get(d, node, "scopes"), b);
    lc_buf_puts(b, "</d:Scopes><d:XAddrs>");
    lc_buf_put(b, text_or(d, node, "xaddrs", "http://$ADDR/onvif/device_service"));
    lc_buf_puts(b, "</d:XAddrs><d:MetadataVersion>1</d:MetadataVersion>");
}

static struct sim_template wsd_bytes(struct sim_doc *d, yaml_node_t *node, bool hello)
{
    struct lc_buf b;
    lc_buf_init(&b, ROOM);
    put_envelope(d, node, hello ? "Hello" : "ProbeMatches",
                 hello ? "" : "<wsa:RelatesTo>$TAG(MessageID)</wsa:RelatesTo>", &b);
    lc_buf_puts(&b, hello ? "<d:Hello>" : "<d:ProbeMatches><d:ProbeMatch>");
    put_device(d, node, &b);
    lc_buf_puts(&b, hello ? "</d:Hello>" : "</d:ProbeMatch></d:ProbeMatches>");
    lc_buf_puts(&b, "</SOAP-ENV:Body></SOAP-ENV:Envelope>\n");
    struct sim_template t = keep(d, &b);
    lc_buf_free(&b);
    return t;
}

/* A probe of that namespace, and with `type` only one that names it. */
static struct sim_when probe(struct sim_doc *d, const char *action, const char *type)
{
    struct sim_when w = {.has_n = type ? 2 : 1, .lacks_n = 1};
    struct lc_slice *has = sim_doc_alloc(d, 2, sizeof(*has));
    if (d->bad)
        return (struct sim_when){0};
    has[0] = lc_slice_str(action);
    has[1] = lc_slice_str(type ? type : "");
    w.has = has;
    w.lacks = one_part(d, LC_S("ProbeMatch"));
    return w;
}

static struct lc_addr group_of(const char *text)
{
    struct lc_addr a = {0};
    (void)!lc_addr_parse(lc_slice_str(text), &a);
    return a;
}

size_t sim_ready_wsd(struct sim_doc *d, yaml_node_t *node, struct sim_word *out)
{
    size_t n = 0;
    if (!node)
        return 0;
    sim_doc_keys(d, node, "uuid types scopes xaddrs namespace typed hello_ms");
    bool typed = sim_doc_bool(d, sim_doc_get(d, node, "typed"));
    uint32_t every = (uint32_t)sim_doc_number(d, sim_doc_get(d, node, "hello_ms"), 3600000);
    const char *type = typed ? "NetworkVideoTransmitter" : NULL;
    out[n++] = (struct sim_word){.when = probe(d, "/discovery/Probe", type),
                                 .bytes = wsd_bytes(d, node, false)};
    if (is_late(d, node)) {
        out[n] = out[n - 1];
        out[n++].when = probe(d, "/discovery/2009/01/Probe", type);
    }
    if (every)
        out[n++] = (struct sim_word){.unasked = true,
                                     .bytes = wsd_bytes(d, node, true),
                                     .group = group_of("239.255.255.250"),
                                     .delay_ms = 500,
                                     .every_ms = every};
    return n;
}

/* ---- mDNS ---- */

/* A label whose length follows from what is filled in; `part` names it within the answer. */
static void put_label(struct lc_buf *b, char part, struct lc_slice label)
{
    lc_buf_putf(b, "$U8(%c)$BEGIN(%c)", part, part);
    lc_buf_put(b, label);
    lc_buf_putf(b, "$END(%c)", part);
}

static void put_head(struct lc_buf *b, unsigned type, unsigned class, uint32_t ttl)
{
    lc_buf_be16(b, (uint16_t)type);
    lc_buf_be16(b, (uint16_t) class);
    lc_buf_be32(b, ttl);
}

static void put_host(struct lc_buf *b, char part, struct lc_slice host)
{
    put_label(b, part, host);
    lc_buf_put(b, LC_S("\5local\0"));
}

static void put_dotted(struct lc_buf *b, struct lc_slice name)
{
    struct lc_slice label;
    while (lc_slice_next(&name, '.', &label) == LC_OK) {
        lc_buf_u8(b, (uint8_t)label.n);
        lc_buf_put(b, label);
    }
    lc_buf_u8(b, 0);
}

/* PTR of the service, SRV and TXT of the instance, A of the host. The instance's name is pointed at
 * where it stands first: behind the header (12), the service's name, and type, class, ttl and
 * length of the PTR record (10). */
static void put_records(struct sim_doc *d, yaml_node_t *node, struct lc_buf *b)
{
    struct lc_slice service = text_or(d, node, "service", ""), host = text_or(d, node, "host", "");
    yaml_node_t *txt = sim_doc_get(d, node, "txt");
    uint16_t instance = (uint16_t)(0xc000 + 12 + service.n + 2 + 10);
    put_dotted(b, service);
    put_head(b, 12, 1, 4500);
    lc_buf_puts(b, "$BE16(b)$BEGIN(b)");
    put_label(b, 'a', text_or(d, node, "instance", ""));
    lc_buf_put(b, LC_S("\xc0\x0c$END(b)"));
    lc_buf_be16(b, instance);
    put_head(b, 33, 0x8001, 120);
    lc_buf_put(b, LC_S("$BE16(c)$BEGIN(c)\0\0\0\0"));
    lc_buf_be16(b, (uint16_t)sim_doc_number(d, sim_doc_get(d, node, "port"), 65535));
    put_host(b, 'd', host);
    lc_buf_puts(b, "$END(c)");
    lc_buf_be16(b, instance);
    put_head(b, 16, 0x8001, 4500);
    lc_buf_puts(b, "$BE16(e)$BEGIN(e)");
    for (size_t i = 0; i < sim_doc_count(d, txt) && i < 12; i++)
        put_label(b, (char)('f' + i), sim_doc_text(d, sim_doc_item(d, txt, i)));
    lc_buf_puts(b, "$END(e)");
    put_host(b, 'z', host);
    put_head(b, 1, 0x8001, 120);
    lc_buf_put(b, LC_S("\0\4$IP4"));
}

/* `asked`: the answer repeats the question's id (RFC 6762, 6.7: one-shot askers want it so). */
static struct sim_template mdns_bytes(struct sim_doc *d, yaml_node_t *node, bool asked)
{
    struct lc_buf b;
    lc_buf_init(&b, ROOM);
    lc_buf_put(&b, asked ? LC_S("$AT(0,2)") : LC_S("\0\0"));
    lc_buf_put(&b, LC_S("\x84\0\0\0\0\4\0\0\0\0"));
    put_records(d, node, &b);
    struct sim_template t = keep(d, &b);
    lc_buf_free(&b);
    return t;
}

/* What services are here? One PTR record from _services._dns-sd._udp.local (RFC 6763, 9). */
static struct sim_template services_bytes(struct sim_doc *d, struct lc_slice service)
{
    struct lc_buf b;
    lc_buf_init(&b, ROOM);
    lc_buf_put(&b, LC_S("$AT(0,2)\x84\0\0\0\0\1\0\0\0\0"));
    put_dotted(&b, LC_S("_services._dns-sd._udp.local"));
    put_head(&b, 12, 1, 4500);
    lc_buf_be16(&b, (uint16_t)(service.n + 2));
    put_dotted(&b, service);
    struct sim_template t = keep(d, &b);
    lc_buf_free(&b);
    return t;
}

size_t sim_ready_mdns(struct sim_doc *d, yaml_node_t *node, struct sim_word *out)
{
    size_t n = 0;
    if (!node)
        return 0;
    sim_doc_keys(d, node, "service instance host port txt announce_ms");
    struct lc_slice service = sim_doc_text(d, sim_doc_need(d, node, "service"));
    uint32_t every = (uint32_t)sim_doc_number(d, sim_doc_get(d, node, "announce_ms"), 3600000);
    out[n++] = (struct sim_word){.when = {.asks = service}, .bytes = mdns_bytes(d, node, true)};
    out[n++] = (struct sim_word){.when = {.asks = LC_S("_services._dns-sd._udp.local")},
                                 .bytes = services_bytes(d, service)};
    if (every)
        out[n++] = (struct sim_word){.unasked = true,
                                     .bytes = mdns_bytes(d, node, false),
                                     .group = group_of("224.0.0.251"),
                                     .delay_ms = 500,
                                     .every_ms = every};
    return n;
}
