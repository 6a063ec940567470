/* SPDX-License-Identifier: Apache-2.0 */
/*
 * masscan's JSON (-oJ, -oD) and list (-oL); its XML is read as nmap's. The three write the same two
 * kinds of record, one for an answer, one for what a banner check heard:
 *
 *     {"ip": "..", "timestamp": "..", "ports": [{"port": 80, "proto": "tcp", "status": "open"}]}
 *     {"ip": "..", "timestamp": "..", "ports": [{"port": 80, "proto": "tcp",
 *                                               "service": {"name": "http", "banner": ".."}}]}
 *     {"ip":"..","timestamp":"..","port":80,"proto":"tcp","rec_type":"banner",
 *                                                "data":{"service_name":"http","banner":".."}}
 *     open tcp 80 192.0.2.1 1700000000
 *     banner tcp 80 192.0.2.1 1700000000 http HTTP/1.0 200 OK\x0d\x0a
 *
 * Every byte of a banner that is not printable is escaped by itself, so in JSON a byte becomes the
 * code point of its number. Old versions end the array with {finished: 1}, which is no JSON.
 */
#include "base/text.h"
#include "import/inside.h"

struct seen {
    struct lc_addr addr;
    uint16_t port;
    int64_t observed_us;
    bool open;
    struct lc_slice service, banner; /* banner as its bytes; both empty: none */
};

static void put_banner(struct lc_importer *im, const struct seen *s)
{
    enum lc_proto_id proto = lc_row_service(im, s->service);

    if (lc_slice_eq(s->service, LC_S("title")))
        lc_row_text(im, LC_F_HTTP_TITLE, s->banner);
    else if (lc_slice_eq(s->service, LC_S("http.server")))
        lc_row_text(im, LC_F_HTTP_SERVER, s->banner);
    else if (lc_slice_eq(s->service, LC_S("X509")))
        lc_row_base64(im, s->banner);
    else if (proto || lc_slice_eq(s->service, LC_S("unknown")))
        lc_row_said(im, proto, s->banner);
}

static enum lc_status give(struct lc_importer *im, const struct seen *s, struct lc_slice proto)
{
    if (!s->open || !lc_slice_eq(proto, LC_S("tcp"))) {
        im->n.passed++;
        return LC_OK;
    }
    lc_row_start(im, s->port);
    if (s->banner.n)
        put_banner(im, s);
    return lc_row_give(im, &s->addr, s->observed_us);
}

/* ---- JSON ---- */

/* Code points back to the bytes they stand for. */
static struct lc_slice bytes_of(struct lc_buf *out, struct lc_slice text)
{
    lc_buf_reset(out);
    while (text.n) {
        struct lc_slice rest = text;
        uint32_t cp = lc_utf8_take(&rest);

        if (cp < 256)
            (void)lc_buf_u8(out, (uint8_t)cp);
        else
            (void)lc_buf_put(out, lc_slice_sub(text, 0, text.n - rest.n));
        text = rest;
    }
    return lc_buf_view(out);
}

/* `p` has port, proto and either a status or a service, under one of two names. */
static enum lc_status one_port(struct lc_importer *im, struct seen *s, const json_t *p)
{
    char room[LC_JSON_ROOM];
    struct lc_slice status = lc_json_str_at(p, "status"),
                    banner = lc_json_str_at(p, "service.banner");
    struct lc_buf raw;
    enum lc_status st;

    s->service = lc_json_str_at(p, "service.name");
    if (json_object_get(p, "data")) {
        status = lc_json_str_at(p, "data.status");
        banner = lc_json_str_at(p, "data.banner");
        s->service = lc_json_str_at(p, "data.service_name");
    }
    if (lc_import_port(im, lc_json_text(json_object_get(p, "port"), room), &s->port) != LC_OK)
        return LC_OK;
    lc_buf_init(&raw, LC_IMPORT_RECORD_MAX);
    s->open = s->service.n || lc_slice_eq(status, LC_S("open"));
    s->banner = bytes_of(&raw, banner);
    st = give(im, s, lc_json_str_at(p, "proto"));
    lc_buf_free(&raw);
    return st;
}

static enum lc_status object(struct lc_importer *im, struct lc_slice rec)
{
    json_t *root = lc_import_json(im, rec);
    const json_t *ports = json_object_get(root, "ports");
    char room[LC_JSON_ROOM];
    struct seen s;
    enum lc_status st = LC_OK;

    if (root &&
        lc_import_addr(im, lc_json_text(json_object_get(root, "ip"), room), &s.addr) == LC_OK) {
        s.observed_us = lc_import_when(lc_json_text(json_object_get(root, "timestamp"), room));
        if (!json_is_array(ports))
            st = one_port(im, &s, root);
        for (size_t i = 0; i < json_array_size(ports) && st == LC_OK; i++)
            st = one_port(im, &s, json_array_get(ports, i));
    }
    json_decref(root);
    return st;
}

/* ---- list ---- */

static enum lc_status line(struct lc_importer *im, struct lc_slice rest)
{
    struct lc_slice word[6] = {{NULL, 0}};
    struct lc_buf raw;
    struct seen s;
    bool banner;
    enum lc_status st;

    for (size_t i = 0; i < 5; i++)
        if (lc_slice_next(&rest, ' ', &word[i]) != LC_OK)
            break;
    banner = lc_slice_eq(word[0], LC_S("banner"));
    if (word[4].p == NULL || (banner && lc_slice_next(&rest, ' ', &word[5]) != LC_OK)) {
        lc_import_bad(im, _("it is no line of masscan's list"));
        return LC_OK;
    }
    if (lc_import_port(im, word[2], &s.port) != LC_OK ||
        lc_import_addr(im, word[3], &s.addr) != LC_OK)
        return LC_OK;
    lc_buf_init(&raw, LC_IMPORT_RECORD_MAX);
    lc_unescape(rest, &raw);
    s.observed_us = lc_import_when(word[4]);
    s.open = banner || lc_slice_eq(word[0], LC_S("open"));
    s.service = word[5];
    s.banner = banner ? lc_buf_view(&raw) : word[5];
    st = give(im, &s, word[1]);
    lc_buf_free(&raw);
    return st;
}

static enum lc_status record(struct lc_importer *im, struct lc_slice rec)
{
    rec = lc_slice_trim(rec);
    if (rec.n == 0 || rec.p[0] == '#' || lc_slice_eq(rec, LC_S("{finished: 1}")))
        return LC_OK;
    return rec.p[0] == '{' ? object(im, rec) : line(im, rec);
}

const struct lc_import_format lc_import_masscan = {
    .name = "masscan",
    .about = N_("JSON or list of masscan (-oJ, -oD, -oL)"),
    .framing = LC_FRAME_JSON,
    .whole_lines = true,
    .record = record,
};
