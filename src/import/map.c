/* SPDX-License-Identifier: Apache-2.0 */
/* From JSON values to facts. Whatever is not of the type that its place should have is passed over:
 * these services change their data more often than they say so. */
#include "import/map.h"
#include "base/hash.h"
#include "proto/auth.h"
#include "proto/dgram.h"
#include "proto/html.h"
#include "proto/wsd.h"

#define TEXT_CAP 65536U
#define ICON_CAP 65536U

static struct lc_slice text_of(const json_t *v)
{
    return json_is_string(v) ? lc_slice_of(json_string_value(v), json_string_length(v))
                             : (struct lc_slice){NULL, 0};
}

/* ---- one value ---- */

static void join(struct lc_importer *im, const json_t *list, enum lc_fact_name fact)
{
    struct lc_buf out;

    lc_buf_init(&out, TEXT_CAP);
    for (size_t i = 0; i < json_array_size(list); i++) {
        struct lc_slice s = text_of(json_array_get(list, i));

        if (s.n && out.n)
            (void)lc_buf_puts(&out, ", ");
        (void)lc_buf_put(&out, s);
    }
    lc_row_text(im, fact, lc_buf_view(&out));
    lc_buf_free(&out);
}

static void challenge(struct lc_importer *im, struct lc_slice header, enum lc_fact_name fact)
{
    struct lc_buf out;

    lc_buf_init(&out, TEXT_CAP);
    lc_auth_blank(lc_slice_sub(header, 0, TEXT_CAP / 2), &out);
    lc_row_text(im, fact, lc_buf_view(&out));
    lc_buf_free(&out);
}

void lc_row_tls_version(struct lc_importer *im, enum lc_fact_name fact, struct lc_slice s)
{
    static const char *const names[][2] = {
        {"SSLv3", "ssl3"},     {"TLSv1", "tls1.0"},   {"TLSv1.0", "tls1.0"}, {"TLSv1_0", "tls1.0"},
        {"TLSv1.1", "tls1.1"}, {"TLSv1_1", "tls1.1"}, {"TLSv1.2", "tls1.2"}, {"TLSv1_2", "tls1.2"},
        {"TLSv1.3", "tls1.3"}, {"TLSv1_3", "tls1.3"}, {"ss_lv_3", "ssl3"},   {"tlsv1_0", "tls1.0"},
        {"tlsv1_1", "tls1.1"}, {"tlsv1_2", "tls1.2"}, {"tlsv1_3", "tls1.3"},
    };

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        bool old = lc_slice_cmp(lc_slice_str(names[i][1]), LC_S("tls1.2")) < 0;

        if (lc_slice_eq(s, lc_slice_str(names[i][0])) && (old || fact != LC_F_TLS_OBSOLETE))
            lc_row_text(im, fact, lc_slice_str(names[i][1]));
    }
}

static void one(struct lc_importer *im, const json_t *v, const struct lc_map *m)
{
    struct lc_slice s = text_of(v);
    int64_t when;

    switch (m->how) {
    case LC_MAP_TEXT:
        lc_row_text(im, m->fact, s);
        break;
    case LC_MAP_INT:
        if (json_is_integer(v))
            lc_facts_int(&im->facts, m->fact, json_integer_value(v));
        break;
    case LC_MAP_LOWER:
        lc_row_lower(im, m->fact, s);
        break;
    case LC_MAP_JOIN:
        break;
    case LC_MAP_DN:
        lc_row_dn(im, m->fact, s);
        lc_row_dn_json(im, m->fact, v);
        break;
    case LC_MAP_WHEN:
        when = lc_import_when(s);
        if (when)
            lc_facts_int(&im->facts, m->fact, when / 1000000);
        break;
    case LC_MAP_CHALLENGE:
        challenge(im, s, m->fact);
        break;
    case LC_MAP_TLS:
        lc_row_tls_version(im, m->fact, s);
        break;
    }
}

void lc_row_map(struct lc_importer *im, const json_t *v, const struct lc_map *map, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const json_t *at = lc_json_at(v, map[i].path);

        if (json_is_array(at) && map[i].how == LC_MAP_JOIN)
            join(im, at, map[i].fact);
        else if (!json_is_array(at))
            one(im, at, &map[i]);
        for (size_t k = 0; map[i].how != LC_MAP_JOIN && k < json_array_size(at); k++)
            one(im, json_array_get(at, k), &map[i]);
    }
}

/* ---- pages, icons, headers ---- */

void lc_row_page(struct lc_importer *im, const json_t *html)
{
    struct lc_slice body = lc_slice_sub(text_of(html), 0, TEXT_CAP);
    struct lc_buf title;

    if (body.n == 0)
        return;
    lc_buf_init(&title, 4096);
    lc_html_title(body, &title);
    lc_row_text(im, LC_F_HTTP_TITLE, lc_buf_view(&title));
    lc_buf_free(&title);
    lc_html_marks(body, &im->facts);
    if (lc_html_has_password_field(body))
        lc_facts_bool(&im->facts, LC_F_HTTP_LOGIN_FORM, true);
}

void lc_row_icon(struct lc_importer *im, const json_t *base64)
{
    struct lc_buf raw;
    uint8_t md5[16];
    char hex[33];

    lc_buf_init(&raw, ICON_CAP);
    if (lc_base64_decode(text_of(base64), &raw) == LC_OK && raw.n) {
        lc_md5(lc_buf_view(&raw), md5);
        lc_hex(lc_slice_of(md5, sizeof md5), hex);
        lc_row_text(im, LC_F_HTTP_FAVICON_MD5, lc_slice_of(hex, 32));
    }
    lc_buf_free(&raw);
}

/* A value stays on its line, or it would become headers of its own. */
static void put_header(struct lc_buf *out, const char *name, const json_t *value)
{
    struct lc_slice s = text_of(value);

    if (s.n == 0 || lc_slice_eq(s, LC_S("<REDACTED>")))
        return;
    for (; *name; name++)
        (void)lc_buf_u8(out, *name == '_' ? '-' : *name < ' ' ? '?' : (uint8_t)*name);
    (void)lc_buf_puts(out, ": ");
    for (size_t i = 0; i < s.n; i++)
        (void)lc_buf_u8(out, s.p[i] < ' ' ? ' ' : s.p[i]);
    (void)lc_buf_puts(out, "\r\n");
}

void lc_row_header_map(struct lc_importer *im, const json_t *headers)
{
    struct lc_buf lines;
    const char *name;
    json_t *v;

    if (!json_is_object(headers))
        return;
    lc_buf_init(&lines, TEXT_CAP);
    json_object_foreach((json_t *)(uintptr_t)headers, name, v)
    {
        const json_t *list = json_is_object(v) ? json_object_get(v, "headers") : v;

        if (json_is_string(list))
            put_header(&lines, name, list);
        for (size_t i = 0; i < json_array_size(list); i++)
            put_header(&lines, name, json_array_get(list, i));
    }
    lc_row_headers(im, lc_buf_view(&lines));
    lc_buf_free(&lines);
}

void lc_row_scopes(struct lc_importer *im, const json_t *list)
{
    struct lc_buf all;

    lc_buf_init(&all, TEXT_CAP);
    for (size_t i = 0; i < json_array_size(list); i++) {
        (void)lc_buf_put(&all, text_of(json_array_get(list, i)));
        (void)lc_buf_u8(&all, ' ');
    }
    lc_wsd_scopes(lc_buf_view(&all), &im->facts);
    lc_buf_free(&all);
}

/* ---- datagrams ---- */

bool lc_row_datagram(struct lc_importer *im, const struct lc_addr *from, uint16_t port,
                     struct lc_slice bytes)
{
    bool read = false;
    char word[48];

    for (unsigned id = LC_D_NONE + 1; id < LC_D_COUNT && !read; id++) {
        const struct lc_dgram *d = lc_dgram_get((enum lc_dgram_id)id);

        if (d->port != port)
            continue;
        im->facts.exch = (uint8_t)(LC_DGRAM_EXCH + id);
        read = d->parse(NULL, from, bytes, &im->facts) == LC_OK;
        (void)snprintf(word, sizeof word, "%s answered", d->name);
        if (read)
            lc_row_text(im, LC_F_UDP_OUTCOME, lc_slice_str(word));
    }
    im->facts.exch = 0;
    return read;
}
