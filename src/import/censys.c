/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts of Censys, one JSON object in each line, in either of its shapes:
 *
 *     Search 2.0 (until 2026)                     Platform (docs.censys.com, Platform host dataset)
 *     ip                                          ip, or host.ip, resource.ip
 *     services[] port transport_protocol          services[] port transport_protocol
 *       service_name observed_at banner             protocol scan_time banner
 *       http.response.{status_code headers          endpoints[].http.{status_code headers
 *         html_title body favicons[]}                 html_title body favicons[]}
 *       tls.{version_selected                       tls.version_selected
 *         certificates.leaf_data}                   cert.{fingerprint_sha256 parsed}
 *       rtsp.{server www_auth commands}             rtsp.{server www_auth commands}
 *                                                   dhcpdiscover.params.device_info
 *                                                   ws_discovery.scopes
 *
 * Both tables are looked at for every service: what is not there is not said. Censys' own
 * conclusions (software, labels, vulns) are not taken over, and screenshots are never looked at.
 */
#include "import/map.h"
#include "proto/dgram.h"

static const struct lc_map http[] = {
    {"status_code", LC_F_HTTP_STATUS, LC_MAP_INT},
    {"html_title", LC_F_HTTP_TITLE, LC_MAP_TEXT},
};

static const struct lc_map icon[] = {
    {"md5_hash", LC_F_HTTP_FAVICON_MD5, LC_MAP_LOWER},
    {"hash_md5", LC_F_HTTP_FAVICON_MD5, LC_MAP_LOWER},
    {"shodan_hash", LC_F_HTTP_FAVICON_MMH3, LC_MAP_INT},
    {"hash_shodan", LC_F_HTTP_FAVICON_MMH3, LC_MAP_INT},
};

static const struct lc_map service[] = {
    {"tls.version_selected", LC_F_TLS_VERSION, LC_MAP_TLS},
    {"tls.certificates.leaf_data.subject_dn", LC_F_TLS_CERT_SUBJECT, LC_MAP_DN},
    {"tls.certificates.leaf_data.issuer_dn", LC_F_TLS_CERT_ISSUER, LC_MAP_DN},
    {"tls.certificates.leaf_data.fingerprint", LC_F_TLS_CERT_SHA256, LC_MAP_LOWER},
    {"tls.certificates.leaf_data.pubkey_bit_size", LC_F_TLS_CERT_KEY_BITS, LC_MAP_INT},
    {"tls.certificates.leaf_data.pubkey_algorithm", LC_F_TLS_CERT_KEY_TYPE, LC_MAP_LOWER},
    {"tls.certificates.leaf_data.names", LC_F_TLS_CERT_SAN, LC_MAP_TEXT},
    {"cert.parsed.subject_dn", LC_F_TLS_CERT_SUBJECT, LC_MAP_DN},
    {"cert.parsed.issuer_dn", LC_F_TLS_CERT_ISSUER, LC_MAP_DN},
    {"cert.parsed.validity_period.not_before", LC_F_TLS_CERT_NOT_BEFORE, LC_MAP_WHEN},
    {"cert.parsed.validity_period.not_after", LC_F_TLS_CERT_NOT_AFTER, LC_MAP_WHEN},
    {"cert.fingerprint_sha256", LC_F_TLS_CERT_SHA256, LC_MAP_LOWER},
    {"cert.names", LC_F_TLS_CERT_SAN, LC_MAP_TEXT},
    {"rtsp.server", LC_F_RTSP_SERVER, LC_MAP_TEXT},
    {"rtsp.www_auth", LC_F_RTSP_WWW_AUTHENTICATE, LC_MAP_CHALLENGE},
    {"rtsp.commands", LC_F_RTSP_PUBLIC, LC_MAP_JOIN},
};

/* Dahua's discovery protocol, of the device. */
static const struct lc_map dhip[] = {
    {"device_type", LC_F_DHIP_MODEL, LC_MAP_TEXT},
    {"device_class", LC_F_DHIP_CLASS, LC_MAP_TEXT},
    {"serial_number", LC_F_DHIP_SERIAL, LC_MAP_TEXT},
    {"vendor", LC_F_DHIP_VENDOR, LC_MAP_TEXT},
    {"manufacturer", LC_F_DHIP_MANUFACTURER, LC_MAP_TEXT},
    {"version", LC_F_DHIP_FIRMWARE, LC_MAP_TEXT},
    {"http_port", LC_F_DHIP_HTTP_PORT, LC_MAP_INT},
    {"port", LC_F_DHIP_PORT, LC_MAP_INT},
    {"video_input_channels", LC_F_DHIP_VIDEO_INPUTS, LC_MAP_INT},
    {"remote_video_input_channels", LC_F_DHIP_REMOTE_INPUTS, LC_MAP_INT},
};

#define N(map) (sizeof(map) / sizeof *(map))

static void read_http(struct lc_importer *im, const json_t *h)
{
    const json_t *icons = json_object_get(h, "favicons");

    if (!json_is_object(h))
        return;
    lc_row_map(im, h, http, N(http));
    lc_row_header_map(im, json_object_get(h, "headers"));
    lc_row_page(im, json_object_get(h, "body"));
    for (size_t i = 0; i < json_array_size(icons); i++)
        lc_row_map(im, json_array_get(icons, i), icon, N(icon));
}

static struct lc_slice first_text(const json_t *v, const char *one, const char *other)
{
    struct lc_slice s = lc_json_str_at(v, one);

    return s.p ? s : lc_json_str_at(v, other);
}

/* Over TCP: of a port. */
static enum lc_status tcp(struct lc_importer *im, const json_t *s, const struct lc_addr *addr,
                          uint16_t port, int64_t when)
{
    const json_t *ends = json_object_get(s, "endpoints");
    enum lc_proto_id proto;

    lc_row_start(im, port);
    proto = lc_row_service(im, first_text(s, "extended_service_name", "protocol"));
    if (!proto)
        proto = lc_row_service(im, lc_json_str_at(s, "service_name"));
    lc_row_said(im, proto, lc_json_str_at(s, "banner"));
    read_http(im, lc_json_at(s, "http.response"));
    for (size_t i = 0; i < json_array_size(ends); i++)
        read_http(im, json_object_get(json_array_get(ends, i), "http"));
    lc_row_map(im, s, service, N(service));
    return lc_row_give(im, addr, when);
}

/* Over UDP: of the device, where one of our discovery protocols was asked. */
static enum lc_status udp(struct lc_importer *im, const json_t *s, const struct lc_addr *addr,
                          uint16_t port, int64_t when)
{
    const json_t *info = lc_json_at(s, "dhcpdiscover.params.device_info");
    const json_t *scopes = lc_json_at(s, "ws_discovery.scopes");
    bool heard = false;

    lc_row_start(im, 0);
    if (json_is_object(info)) {
        im->facts.exch = LC_DGRAM_EXCH + LC_D_DHIP;
        lc_row_map(im, info, dhip, N(dhip));
        lc_row_text(im, LC_F_UDP_OUTCOME, LC_S("dhip answered"));
        heard = true;
    } else if (json_is_array(scopes)) {
        im->facts.exch = LC_DGRAM_EXCH + LC_D_WSD;
        lc_row_scopes(im, scopes);
        lc_row_text(im, LC_F_UDP_OUTCOME, LC_S("wsd answered"));
        heard = true;
    } else {
        heard = lc_row_datagram(im, addr, port, lc_json_str_at(s, "banner"));
    }
    im->facts.exch = 0;
    if (heard)
        return lc_row_give(im, addr, when);
    im->n.passed++;
    return LC_OK;
}

static enum lc_status one_service(struct lc_importer *im, const json_t *s,
                                  const struct lc_addr *addr)
{
    char room[LC_JSON_ROOM];
    struct lc_slice transport = lc_json_str_at(s, "transport_protocol");
    int64_t when = lc_import_when(first_text(s, "scan_time", "observed_at"));
    uint16_t port;

    if (lc_import_port(im, lc_json_text(json_object_get(s, "port"), room), &port) != LC_OK)
        return LC_OK;
    if (lc_slice_ieq(transport, LC_S("tcp")))
        return tcp(im, s, addr, port, when);
    if (lc_slice_ieq(transport, LC_S("udp")))
        return udp(im, s, addr, port, when);
    im->n.passed++;
    return LC_OK;
}

/* The host may stand inside the envelope of an answer. */
static const json_t *host_of(const json_t *root)
{
    static const char *const places[] = {
        "host", "resource", "result", "result.resource", "host_v1.resource", "result.host"};

    if (json_object_get(root, "ip"))
        return root;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (json_object_get(lc_json_at(root, places[i]), "ip"))
            return lc_json_at(root, places[i]);
    return root;
}

static enum lc_status record(struct lc_importer *im, struct lc_slice rec)
{
    json_t *root = lc_import_json(im, rec);
    const json_t *host = root ? host_of(root) : NULL;
    const json_t *list = json_object_get(host, "services");
    struct lc_addr addr;
    enum lc_status st = LC_OK;

    if (root && lc_import_addr(im, lc_json_str_at(host, "ip"), &addr) == LC_OK)
        for (size_t i = 0; i < json_array_size(list) && st == LC_OK; i++)
            st = one_service(im, json_array_get(list, i), &addr);
    json_decref(root);
    return st;
}

const struct lc_import_format lc_import_censys = {
    .name = "censys",
    .about = N_("JSON lines of Censys, hosts of Search 2.0 or of the Platform"),
    .framing = LC_FRAME_JSON,
    .record = record,
};
