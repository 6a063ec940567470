/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shodan's banners, one JSON object in each line (`shodan download`, the streams), or hosts of its
 * API, whose banners stand in a list `data`. Of a banner are looked at
 *
 *     ip_str port transport timestamp _shodan.module
 *     data                     what the peer said; of HTTP the head
 *     http  server title status html favicon.hash favicon.data redirects[].data
 *     ssl   chain cert cipher versions
 *
 * Shodan's own conclusions (product, version, cpe, vulns, tags) are not taken over.
 */
#include "import/map.h"

static const struct lc_map http[] = {
    {"status", LC_F_HTTP_STATUS, LC_MAP_INT},
    {"server", LC_F_HTTP_SERVER, LC_MAP_TEXT},
    {"title", LC_F_HTTP_TITLE, LC_MAP_TEXT},
    {"favicon.hash", LC_F_HTTP_FAVICON_MMH3, LC_MAP_INT},
};

static const struct lc_map ssl[] = {
    {"cipher.version", LC_F_TLS_VERSION, LC_MAP_TLS},
    {"versions", LC_F_TLS_OBSOLETE, LC_MAP_TLS}, /* those refused have a '-' before them */
};

/* When the certificate itself is not there. */
static const struct lc_map cert[] = {
    {"subject", LC_F_TLS_CERT_SUBJECT, LC_MAP_DN},
    {"issuer", LC_F_TLS_CERT_ISSUER, LC_MAP_DN},
    {"fingerprint.sha256", LC_F_TLS_CERT_SHA256, LC_MAP_LOWER},
    {"pubkey.bits", LC_F_TLS_CERT_KEY_BITS, LC_MAP_INT},
    {"pubkey.type", LC_F_TLS_CERT_KEY_TYPE, LC_MAP_LOWER},
};

#define N(map) (sizeof(map) / sizeof *(map))

static void read_http(struct lc_importer *im, const json_t *h)
{
    const json_t *redirects = json_object_get(h, "redirects");

    for (size_t i = 0; i < json_array_size(redirects); i++)
        lc_row_said(im, LC_P_HTTP, lc_json_str_at(json_array_get(redirects, i), "data"));
    lc_row_map(im, h, http, N(http));
    lc_row_page(im, json_object_get(h, "html"));
    lc_row_icon(im, lc_json_at(h, "favicon.data"));
}

static void read_ssl(struct lc_importer *im, const json_t *s)
{
    const json_t *leaf = json_array_get(json_object_get(s, "chain"), 0);
    struct lc_fact f;

    lc_row_map(im, s, ssl, N(ssl));
    lc_row_pem(im, lc_slice_of(json_string_value(leaf), json_string_length(leaf)));
    if (!lc_facts_find(lc_buf_view(&im->facts.buf), LC_F_TLS_CERT_SUBJECT, 0, &f))
        lc_row_map(im, json_object_get(s, "cert"), cert, N(cert));
}

static enum lc_status banner(struct lc_importer *im, const json_t *b, const struct lc_addr *addr)
{
    char room[LC_JSON_ROOM];
    struct lc_slice data = lc_json_str_at(b, "data");
    int64_t when = lc_import_when(lc_json_str_at(b, "timestamp"));
    uint16_t port;

    if (lc_import_port(im, lc_json_text(json_object_get(b, "port"), room), &port) != LC_OK)
        return LC_OK;
    if (lc_slice_eq(lc_json_str_at(b, "transport"), LC_S("udp"))) {
        lc_row_start(im, 0);
        if (lc_row_datagram(im, addr, port, data))
            return lc_row_give(im, addr, when);
        im->n.passed++;
        return LC_OK;
    }
    lc_row_start(im, port);
    lc_row_said(im, lc_row_service(im, lc_json_str_at(b, "_shodan.module")), data);
    if (json_is_object(json_object_get(b, "http")))
        read_http(im, json_object_get(b, "http"));
    if (json_is_object(json_object_get(b, "ssl")))
        read_ssl(im, json_object_get(b, "ssl"));
    return lc_row_give(im, addr, when);
}

static enum lc_status record(struct lc_importer *im, struct lc_slice rec)
{
    json_t *root = lc_import_json(im, rec);
    const json_t *list = json_object_get(root, "data");
    struct lc_addr addr;
    enum lc_status st = LC_OK;

    if (root && lc_import_addr(im, lc_json_str_at(root, "ip_str"), &addr) == LC_OK) {
        if (!json_is_array(list))
            st = banner(im, root, &addr);
        for (size_t i = 0; i < json_array_size(list) && st == LC_OK; i++)
            st = banner(im, json_array_get(list, i), &addr);
    }
    json_decref(root);
    return st;
}

const struct lc_import_format lc_import_shodan = {
    .name = "shodan",
    .about = N_("JSON lines of Shodan, unpacked"),
    .framing = LC_FRAME_JSON,
    .record = record,
};
