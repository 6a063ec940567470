/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Shadowserver's daily reports: CSV whose first line names the columns (facts on the
 * ecosystem, 1.2; the schema repository of The Shadowserver Foundation). There are some 170 kinds,
 * and columns are added every few months: so a kind is told by the columns that are there, each
 * column is found by its name, and one that has no name here is passed over and counted.
 *
 *     every report        timestamp ip protocol port tag
 *     over TCP            a head (http_code server www_authenticate set_cookie content_type), a
 *                         banner, a certificate (subject_* issuer_* sha256_fingerprint handshake)
 *     scan_dvr_dhcpdiscover, scan_ssdp, scan_ws_discovery
 *                         what our own discovery protocols ask, each of the device as a whole
 *
 * What Shadowserver concludes (severity, device_* outside scan_dvr_dhcpdiscover) is not taken over;
 * what it saw of attackers (accounts, passwords, files) is not even looked at.
 */
#include "import/csv.h"
#include "import/map.h"
#include "proto/dgram.h"

enum column {
    C_IP,
    C_PORT,
    C_TIME,
    C_PROTOCOL,
    C_TAG,
    C_CODE,
    C_SERVER,
    C_AUTH,
    C_COOKIE,
    C_TYPE,
    C_BANNER,
    C_HANDSHAKE,
    C_SHA256,
    C_S_C,
    C_S_ST,
    C_S_L,
    C_S_O,
    C_S_OU,
    C_S_CN,
    C_I_C,
    C_I_ST,
    C_I_L,
    C_I_O,
    C_I_OU,
    C_I_CN,
    C_DVR_INPUTS,
    C_DVR_REMOTE,
    C_DVR_VENDOR,
    C_DVR_TYPE,
    C_DVR_MODEL,
    C_DVR_VERSION,
    C_DVR_SERIAL,
    C_DVR_MAKER,
    C_DVR_HTTP,
    C_DVR_PORT,
    C_DVR_MAC,
    C_SSDP_ST,
    C_SSDP_USN,
    C_SSDP_LOCATION,
    C_WSD_RAW,
    C_COUNT,
};

static const char *const names[C_COUNT] = {
    [C_IP] = "ip",
    [C_PORT] = "port",
    [C_TIME] = "timestamp",
    [C_PROTOCOL] = "protocol",
    [C_TAG] = "tag",
    [C_CODE] = "http_code",
    [C_SERVER] = "server",
    [C_AUTH] = "www_authenticate",
    [C_COOKIE] = "set_cookie",
    [C_TYPE] = "content_type",
    [C_BANNER] = "banner",
    [C_HANDSHAKE] = "handshake",
    [C_SHA256] = "sha256_fingerprint",
    [C_S_C] = "subject_country",
    [C_S_ST] = "subject_state_or_province_name",
    [C_S_L] = "subject_locality_name",
    [C_S_O] = "subject_organization_name",
    [C_S_OU] = "subject_organization_unit_name",
    [C_S_CN] = "subject_common_name",
    [C_I_C] = "issuer_country",
    [C_I_ST] = "issuer_state_or_province_name",
    [C_I_L] = "issuer_locality_name",
    [C_I_O] = "issuer_organization_name",
    [C_I_OU] = "issuer_organization_unit_name",
    [C_I_CN] = "issuer_common_name",
    [C_DVR_INPUTS] = "video_input_channels",
    [C_DVR_REMOTE] = "remote_video_input_channels",
    [C_DVR_VENDOR] = "device_vendor",
    [C_DVR_TYPE] = "device_type",
    [C_DVR_MODEL] = "device_model",
    [C_DVR_VERSION] = "device_version",
    [C_DVR_SERIAL] = "device_serial",
    [C_DVR_MAKER] = "manufacturer",
    [C_DVR_HTTP] = "http_port",
    [C_DVR_PORT] = "internal_port",
    [C_DVR_MAC] = "mac_address",
    [C_SSDP_ST] = "search_target",
    [C_SSDP_USN] = "unique_service_name",
    [C_SSDP_LOCATION] = "location",
    [C_WSD_RAW] = "raw_response",
};

/* In every report, and nothing that a device said. */
static const char *const leading[] = {
    "severity",      "hostname",      "asn",           "geo",    "region",
    "city",          "naics",         "sic",           "sector", "hostname_source",
    "device_sector", "response_size", "amplification",
};

struct shadow {
    bool begun, ready;
    struct lc_csv header, row;
    size_t at[C_COUNT];
};

static struct lc_slice cell(const struct shadow *s, enum column c)
{
    return lc_csv_at(&s->row, s->at[c]);
}

static bool has(const struct shadow *s, enum column c)
{
    return s->at[c] < LC_CSV_FIELDS;
}

static void count(struct lc_importer *im, enum lc_fact_name fact, struct lc_slice text)
{
    uint64_t v;

    if (lc_slice_u64(text, INT32_MAX, &v) == LC_OK)
        lc_facts_int(&im->facts, fact, (int64_t)v);
}

/* ---- over TCP ---- */

static void put_line(struct lc_buf *b, const char *name, struct lc_slice value)
{
    if (value.n == 0)
        return;
    (void)lc_buf_puts(b, name);
    for (size_t i = 0; i < value.n; i++) /* a line end would begin another header */
        (void)lc_buf_u8(b, value.p[i] < ' ' ? ' ' : value.p[i]);
    (void)lc_buf_puts(b, "\r\n");
}

static void head(struct lc_importer *im)
{
    const struct shadow *s = im->state;
    struct lc_buf lines;

    if (cell(s, C_CODE).n == 0)
        return;
    lc_buf_init(&lines, LC_IMPORT_RECORD_MAX);
    count(im, LC_F_HTTP_STATUS, cell(s, C_CODE));
    put_line(&lines, "Server: ", cell(s, C_SERVER));
    put_line(&lines, "WWW-Authenticate: ", cell(s, C_AUTH));
    put_line(&lines, "Set-Cookie: ", cell(s, C_COOKIE));
    put_line(&lines, "Content-Type: ", cell(s, C_TYPE));
    lc_row_headers(im, lc_buf_view(&lines));
    lc_buf_free(&lines);
}

/* The order of a certificate's parts is lost; this is the one that tools ask for them in. */
static void name(struct lc_importer *im, enum column from, enum lc_fact_name fact)
{
    static const char *const keys[] = {"C=", "ST=", "L=", "O=", "OU=", "CN="};
    const struct shadow *s = im->state;
    struct lc_buf out;

    lc_buf_init(&out, 4096);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct lc_slice part = cell(s, (enum column)(from + i));

        if (part.n == 0)
            continue;
        if (out.n)
            (void)lc_buf_u8(&out, ',');
        (void)lc_buf_puts(&out, keys[i]);
        for (size_t k = 0; k < part.n; k++) {
            if (part.p[k] == ',' || part.p[k] == '\\')
                (void)lc_buf_u8(&out, '\\');
            (void)lc_buf_u8(&out, part.p[k]);
        }
    }
    lc_row_text(im, fact, lc_buf_view(&out));
    lc_buf_free(&out);
}

/* "AB:CD:..." */
static void fingerprint(struct lc_importer *im, struct lc_slice text)
{
    uint8_t hex[64];
    size_t n = 0;

    for (size_t i = 0; i < text.n && n < sizeof hex; i++)
        if (text.p[i] != ':')
            hex[n++] = text.p[i];
    if (n == sizeof hex)
        lc_row_lower(im, LC_F_TLS_CERT_SHA256, lc_slice_of(hex, n));
}

static void tcp(struct lc_importer *im)
{
    const struct shadow *s = im->state;
    enum lc_proto_id proto = lc_row_service(im, cell(s, C_TAG));

    head(im);
    if (cell(s, C_BANNER).n)
        lc_row_said(im, proto, cell(s, C_BANNER));
    lc_row_tls_version(im, LC_F_TLS_VERSION, cell(s, C_HANDSHAKE));
    name(im, C_S_C, LC_F_TLS_CERT_SUBJECT);
    name(im, C_I_C, LC_F_TLS_CERT_ISSUER);
    fingerprint(im, cell(s, C_SHA256));
}

/* ---- over UDP: of the device ---- */

static void dvr(struct lc_importer *im)
{
    const struct shadow *s = im->state;

    im->facts.exch = LC_DGRAM_EXCH + LC_D_DHIP;
    lc_row_text(im, LC_F_DHIP_VENDOR, cell(s, C_DVR_VENDOR));
    lc_row_text(im, LC_F_DHIP_CLASS, cell(s, C_DVR_TYPE));
    lc_row_text(im, LC_F_DHIP_MODEL, cell(s, C_DVR_MODEL));
    lc_row_text(im, LC_F_DHIP_FIRMWARE, cell(s, C_DVR_VERSION));
    lc_row_text(im, LC_F_DHIP_SERIAL, cell(s, C_DVR_SERIAL));
    lc_row_text(im, LC_F_DHIP_MANUFACTURER, cell(s, C_DVR_MAKER));
    lc_row_text(im, LC_F_MAC_ADDRESS, cell(s, C_DVR_MAC));
    count(im, LC_F_DHIP_HTTP_PORT, cell(s, C_DVR_HTTP));
    count(im, LC_F_DHIP_PORT, cell(s, C_DVR_PORT));
    count(im, LC_F_DHIP_VIDEO_INPUTS, cell(s, C_DVR_INPUTS));
    count(im, LC_F_DHIP_REMOTE_INPUTS, cell(s, C_DVR_REMOTE));
    lc_row_text(im, LC_F_UDP_OUTCOME, LC_S("dhip answered"));
    im->facts.exch = 0;
}

static bool ssdp(struct lc_importer *im, const struct lc_addr *addr)
{
    const struct shadow *s = im->state;
    struct lc_buf answer;
    bool read;

    lc_buf_init(&answer, LC_IMPORT_RECORD_MAX);
    (void)lc_buf_puts(&answer, "HTTP/1.1 200 OK\r\n");
    put_line(&answer, "ST: ", cell(s, C_SSDP_ST));
    put_line(&answer, "USN: ", cell(s, C_SSDP_USN));
    put_line(&answer, "SERVER: ", cell(s, C_SERVER));
    put_line(&answer, "LOCATION: ", cell(s, C_SSDP_LOCATION));
    (void)lc_buf_puts(&answer, "\r\n");
    read = lc_row_datagram(im, addr, lc_dgram_get(LC_D_SSDP)->port, lc_buf_view(&answer));
    lc_buf_free(&answer);
    return read;
}

static bool udp(struct lc_importer *im, const struct lc_addr *addr)
{
    const struct shadow *s = im->state;

    if (has(s, C_DVR_INPUTS)) {
        dvr(im);
        return true;
    }
    if (has(s, C_SSDP_USN))
        return ssdp(im, addr);
    return has(s, C_WSD_RAW) &&
           lc_row_datagram(im, addr, lc_dgram_get(LC_D_WSD)->port, cell(s, C_WSD_RAW));
}

/* ---- records ---- */

static bool is_known(const struct lc_slice column)
{
    for (size_t i = 0; i < C_COUNT; i++)
        if (lc_slice_ieq(column, lc_slice_str(names[i])))
            return true;
    for (size_t i = 0; i < sizeof leading / sizeof *leading; i++)
        if (lc_slice_ieq(column, lc_slice_str(leading[i])))
            return true;
    return false;
}

static enum lc_status begin(struct lc_importer *im, struct lc_slice rec)
{
    struct shadow *s = im->state;

    s->begun = s->ready = true;
    lc_csv_init(&s->header);
    lc_csv_init(&s->row);
    im->n.records--; /* names are no record */
    if (lc_csv_split(&s->header, rec) != LC_OK)
        s->header.n = 0;
    for (size_t i = 0; i < C_COUNT; i++)
        s->at[i] = lc_csv_column(&s->header, names[i]);
    for (size_t i = 0; i < s->header.n; i++)
        im->n.unknown += !is_known(s->header.v[i]);
    if (has(s, C_IP) && has(s, C_TIME))
        return LC_OK;
    lc_import_bad(im, _("the first line does not name the columns ip and timestamp: this is no "
                        "report of what was found in a network"));
    return LC_DONE;
}

static enum lc_status row(struct lc_importer *im)
{
    const struct shadow *s = im->state;
    bool over_tcp = lc_slice_ieq(cell(s, C_PROTOCOL), LC_S("tcp"));
    int64_t when = lc_import_when(cell(s, C_TIME));
    struct lc_addr addr;
    uint16_t port = 0;

    if (lc_import_addr(im, cell(s, C_IP), &addr) != LC_OK)
        return LC_OK;
    if (over_tcp && lc_import_port(im, cell(s, C_PORT), &port) != LC_OK)
        return LC_OK;
    lc_row_start(im, port);
    if (over_tcp)
        tcp(im);
    if (over_tcp || udp(im, &addr))
        return lc_row_give(im, &addr, when);
    im->n.passed++;
    return LC_OK;
}

static enum lc_status record(struct lc_importer *im, struct lc_slice rec)
{
    struct shadow *s = im->state;

    if (lc_slice_trim(rec).n == 0)
        return LC_OK;
    if (!s->begun)
        return begin(im, rec);
    if (lc_csv_split(&s->row, rec) == LC_OK && s->row.n == s->header.n)
        return row(im);
    lc_import_bad(im, _("it has not the columns of the first line"));
    return LC_OK;
}

static void close_shadow(struct lc_importer *im)
{
    struct shadow *s = im->state;

    if (!s->ready)
        return;
    lc_csv_free(&s->header);
    lc_csv_free(&s->row);
}

const struct lc_import_format lc_import_shadowserver = {
    .name = "shadowserver",
    .about = N_("CSV reports of Shadowserver"),
    .framing = LC_FRAME_CSV,
    .state_size = sizeof(struct shadow),
    .record = record,
    .close = close_shadow,
};
