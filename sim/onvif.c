/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SOAP 1.2 answers of the ONVIF device service (ONVIF Core Specification, chapter 8; which actions
 * answer without a login: facts/protocols.md A2). An action that the persona does not list in
 * `open` is refused with ter:NotAuthorized or with an HTTP Digest challenge.
 */
#include "onvif.h"

#include "template.h"

#include <string.h>

#define HEAD                                                                                       \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"                                                 \
    "<SOAP-ENV:Envelope xmlns:SOAP-ENV=\"http://www.w3.org/2003/05/soap-envelope\" "               \
    "xmlns:ter=\"http://www.onvif.org/ver10/error\" "                                              \
    "xmlns:tds=\"http://www.onvif.org/ver10/device/wsdl\" "                                        \
    "xmlns:tt=\"http://www.onvif.org/ver10/schema\"><SOAP-ENV:Body>"
#define TAIL "</SOAP-ENV:Body></SOAP-ENV:Envelope>\n"

static const char fault[] =
    "<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value>"
    "<SOAP-ENV:Subcode><SOAP-ENV:Value>ter:NotAuthorized</SOAP-ENV:Value></SOAP-ENV:Subcode>"
    "</SOAP-ENV:Code><SOAP-ENV:Reason><SOAP-ENV:Text xml:lang=\"en\">Sender not Authorized"
    "</SOAP-ENV:Text></SOAP-ENV:Reason></SOAP-ENV:Fault>";

/* @x stands for the persona's value with that initial; @P is the service's own address. */
static const struct {
    const char *action, *body;
} actions[] = {
    {"GetSystemDateAndTime",
     "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:DateTimeType>NTP"
     "</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings><tt:UTCDateTime>$TIME"
     "</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"},
    {"GetServices",
     "<tds:GetServicesResponse><tds:Service><tds:Namespace>"
     "http://www.onvif.org/ver10/device/wsdl</tds:Namespace><tds:XAddr>@P</tds:XAddr>"
     "<tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor></tds:Version></tds:Service>"
     "<tds:Service><tds:Namespace>http://www.onvif.org/ver10/media/wsdl</tds:Namespace>"
     "<tds:XAddr>@P</tds:XAddr><tds:Version><tt:Major>2</tt:Major><tt:Minor>60</tt:Minor>"
     "</tds:Version></tds:Service></tds:GetServicesResponse>"},
    {"GetCapabilities",
     "<tds:GetCapabilitiesResponse><tds:Capabilities><tt:Device><tt:XAddr>@P</tt:XAddr>"
     "</tt:Device><tt:Media><tt:XAddr>@P</tt:XAddr></tt:Media></tds:Capabilities>"
     "</tds:GetCapabilitiesResponse>"},
    {"GetServiceCapabilities",
     "<tds:GetServiceCapabilitiesResponse><tds:Capabilities><tds:Security TLS1.2=\"true\" "
     "UsernameToken=\"true\" HttpDigest=\"true\"/></tds:Capabilities>"
     "</tds:GetServiceCapabilitiesResponse>"},
    {"GetDeviceInformation",
     "<tds:GetDeviceInformationResponse><tds:Manufacturer>@m</tds:Manufacturer><tds:Model>@o"
     "</tds:Model><tds:FirmwareVersion>@f</tds:FirmwareVersion><tds:SerialNumber>@s"
     "</tds:SerialNumber><tds:HardwareId>@h</tds:HardwareId></tds:GetDeviceInformationResponse>"},
};

struct service {
    struct lc_slice path, server, realm, manufacturer, model, firmware, serial, hardware;
    bool digest;
    uint64_t port;
};

static void put_value(struct lc_buf *b, char which, const struct service *s)
{
    switch (which) {
    case 'P':
        lc_buf_puts(b, "http://$ADDR");
        if (s->port != 80)
            lc_buf_putf(b, ":%llu", (unsigned long long)s->port);
        lc_buf_put(b, s->path);
        break;
    case 'm':
        lc_buf_put(b, s->manufacturer);
        break;
    case 'o':
        lc_buf_put(b, s->model);
        break;
    case 'f':
        lc_buf_put(b, s->firmware);
        break;
    case 's':
        lc_buf_put(b, s->serial);
        break;
    default:
        lc_buf_put(b, s->hardware);
        break;
    }
}

static struct lc_slice keep(struct sim_doc *d, struct lc_buf *b)
{
    uint8_t *p = sim_doc_alloc(d, b->n, 1);
    struct lc_slice s = {p, d->bad ? 0 : b->n};
    if (!d->bad)
        memcpy(p, b->p, b->n);
    lc_buf_free(b);
    return s;
}

static struct sim_template make_body(struct sim_doc *d, const struct service *s, const char *inside)
{
    struct lc_buf b;
    lc_buf_init(&b, 65536);
    lc_buf_puts(&b, HEAD);
    for (const char *p = inside; *p; p++) {
        if (*p != '@')
            lc_buf_u8(&b, (uint8_t)*p);
        else
            put_value(&b, *++p, s);
    }
    lc_buf_puts(&b, TAIL);
    return sim_template_make(d, keep(d, &b));
}

static struct sim_template make_head(struct sim_doc *d, const struct service *s, const char *status,
                                     bool challenge)
{
    struct lc_buf b;
    lc_buf_init(&b, 65536);
    lc_buf_putf(&b, "HTTP/1.1 %s\r\n", status);
    if (s->server.n)
        lc_buf_putf(&b, "Server: %.*s\r\n", LC_S_ARG(s->server));
    if (challenge)
        lc_buf_putf(&b,
                    "WWW-Authenticate: Digest qop=\"auth\", realm=\"%.*s\", nonce=\"$NONCE\"\r\n",
                    LC_S_ARG(s->realm));
    lc_buf_puts(
        &b, "Content-Type: application/soap+xml; charset=utf-8\r\nContent-Length: $LEN\r\n\r\n");
    return sim_template_make(d, keep(d, &b));
}

static bool listed(struct sim_doc *d, yaml_node_t *open, const char *action)
{
    for (size_t i = 0; i < sim_doc_count(d, open); i++)
        if (lc_slice_eq(sim_doc_text(d, sim_doc_item(d, open, i)), lc_slice_str(action)))
            return true;
    return false;
}

static void check_open(struct sim_doc *d, yaml_node_t *open)
{
    for (size_t i = 0; i < sim_doc_count(d, open); i++) {
        bool known = false;
        struct lc_slice s = sim_doc_text(d, sim_doc_item(d, open, i));
        for (size_t k = 0; k < sizeof(actions) / sizeof(*actions); k++)
            known = known || lc_slice_eq(s, lc_slice_str(actions[k].action));
        if (!known)
            sim_doc_fail(d, open, "no answer is known for the ONVIF action \"%.*s\"", LC_S_ARG(s));
    }
}

static void load_service(struct sim_doc *d, yaml_node_t *node, struct service *s)
{
    sim_doc_keys(d, node,
                 "path port server open refuse realm manufacturer model firmware serial hardware");
    yaml_node_t *port = sim_doc_get(d, node, "port");
    struct lc_slice refuse = sim_doc_text(d, sim_doc_get(d, node, "refuse"));
    s->path = sim_doc_text(d, sim_doc_need(d, node, "path"));
    s->port = port ? sim_doc_number(d, port, 65535) : 80;
    s->server = sim_doc_text(d, sim_doc_get(d, node, "server"));
    s->realm = sim_doc_text(d, sim_doc_get(d, node, "realm"));
    s->manufacturer = sim_doc_text(d, sim_doc_get(d, node, "manufacturer"));
    s->model = sim_doc_text(d, sim_doc_get(d, node, "model"));
    s->firmware = sim_doc_text(d, sim_doc_get(d, node, "firmware"));
    s->serial = sim_doc_text(d, sim_doc_get(d, node, "serial"));
    s->hardware = sim_doc_text(d, sim_doc_get(d, node, "hardware"));
    s->digest = lc_slice_eq(refuse, LC_S("digest"));
    if (refuse.n && !s->digest && !lc_slice_eq(refuse, LC_S("fault")))
        sim_doc_fail(d, node, "refuse is \"fault\" or \"digest\"");
}

size_t sim_onvif_answers(struct sim_doc *d, yaml_node_t *node, struct sim_answer *out)
{
    struct service s = {0};
    size_t n = 0;
    load_service(d, node, &s);
    yaml_node_t *open = sim_doc_get(d, node, "open");
    check_open(d, open);
    for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
        if (!listed(d, open, actions[i].action))
            continue;
        out[n++] = (struct sim_answer){.method = LC_S("POST"),
                                       .path = s.path,
                                       .action = lc_slice_str(actions[i].action),
                                       .head = make_head(d, &s, "200 OK", false),
                                       .body = make_body(d, &s, actions[i].body)};
    }
    out[n++] = (struct sim_answer){
        .method = LC_S("POST"),
        .path = s.path,
        .head = make_head(d, &s, s.digest ? "401 Unauthorized" : "400 Bad Request", s.digest),
        .body = make_body(d, &s, fault)};
    return n;
}
