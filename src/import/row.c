/* SPDX-License-Identifier: Apache-2.0 */
/* Making one row: facts in the vocabulary's words, each marked as imported. */
#include "import/inside.h"
#include "base/mem.h"
#include "proto/emit.h"

#include <string.h>

void lc_row_start(struct lc_importer *im, uint16_t port)
{
    lc_buf_reset(&im->facts.buf);
    im->facts.port = port;
    im->facts.exch = 0;
}

/* A port that a source lists is open, unless it says otherwise. */
static void mark_open(struct lc_importer *im)
{
    struct lc_fact f;

    im->facts.exch = 0;
    if (im->facts.port && !lc_facts_find(lc_buf_view(&im->facts.buf), LC_F_PORT_OUTCOME, 0, &f))
        lc_facts_str(&im->facts, LC_F_PORT_OUTCOME, LC_S("open"));
}

/* Sets the flag in place: bytes 6 and 7 of a record are its length, byte 5 its flags (facts.h). */
static void mark_imported(struct lc_buf *b)
{
    for (size_t at = 0; at + 8 <= b->n; at += 8U + (size_t)(b->p[at + 6] | b->p[at + 7] << 8))
        b->p[at + 5] |= LC_FACT_IMPORTED;
}

enum lc_status lc_row_give(struct lc_importer *im, const struct lc_addr *addr, int64_t observed_us)
{
    struct lc_import_row row = {*addr, im->facts.port, observed_us, im->line, {NULL, 0}};

    mark_open(im);
    mark_imported(&im->facts.buf);
    row.facts = lc_buf_view(&im->facts.buf);
    return im->to.row(im->to.ctx, &row);
}

void lc_row_text(struct lc_importer *im, enum lc_fact_name name, struct lc_slice value)
{
    (void)lc_emit(&im->facts, name, value);
}

/* ---- what a peer said ---- */

/* Oddities are the source's: it cut bodies and joined chunks before it wrote them down. */
static void take_over(struct lc_importer *im, enum lc_fact_name except)
{
    struct lc_cur at = {.s = lc_buf_view(&im->said.buf)};
    struct lc_fact f;

    while (lc_facts_next(&at, &f) == LC_OK)
        if (f.name != LC_F_PORT_ODDITY && f.name != except)
            lc_facts_add(&im->facts, &f);
}

void lc_row_take_over(struct lc_importer *im)
{
    take_over(im, LC_F_NONE);
}

/* Into im->said. */
static void hear(struct lc_importer *im, enum lc_proto_id id, struct lc_slice bytes)
{
    const struct lc_proto *proto = lc_proto_get(id == LC_P_NONE ? lc_sniff(bytes) : id);
    struct lc_ask ask = {.port = im->facts.port};
    struct lc_buf out; /* what the codec would ask next: nobody is asked */
    void *st = proto && bytes.n ? lc_alloc(proto->state_size ? proto->state_size : 1) : NULL;

    lc_buf_reset(&im->said.buf);
    im->said.port = im->facts.port;
    im->said.exch = 0;
    if (st == NULL)
        return;
    lc_buf_init(&out, 8192);
    proto->open(st, &ask, &out);
    lc_buf_reset(&out);
    (void)proto->end(st, lc_slice_sub(bytes, 0, proto->limit), true, &out, &im->said);
    lc_buf_free(&out);
    lc_free(st);
}

void lc_row_said(struct lc_importer *im, enum lc_proto_id id, struct lc_slice bytes)
{
    hear(im, id, bytes);
    take_over(im, LC_F_NONE);
}

/* The status line is ours, so that the codec reads on; the status is dropped again. */
void lc_row_headers(struct lc_importer *im, struct lc_slice lines)
{
    struct lc_buf head;

    lc_buf_init(&head, LC_IMPORT_RECORD_MAX);
    (void)lc_buf_puts(&head, "HTTP/1.1 200 OK\r\n");
    (void)lc_buf_put(&head, lines);
    (void)lc_buf_puts(&head, "\r\n");
    hear(im, LC_P_HTTP, lc_buf_view(&head));
    take_over(im, LC_F_HTTP_STATUS);
    lc_buf_free(&head);
}

void lc_row_lower(struct lc_importer *im, enum lc_fact_name name, struct lc_slice value)
{
    uint8_t small[64];

    value = lc_slice_sub(value, 0, sizeof small);
    for (size_t i = 0; i < value.n; i++)
        small[i] =
            (uint8_t)(value.p[i] >= 'A' && value.p[i] <= 'Z' ? value.p[i] | 0x20 : value.p[i]);
    lc_row_text(im, name, lc_slice_of(small, value.n));
}

/* ---- words for services ---- */

static const struct {
    const char *word;
    enum lc_proto_id proto; /* LC_P_NONE with tls: only that it is TLS */
    bool tls;
} services[] = {
    {"http", LC_P_HTTP, false},
    {"https", LC_P_HTTP, true},
    {"http-alt", LC_P_HTTP, false},
    {"http-proxy", LC_P_HTTP, false},
    {"http-simple-new", LC_P_HTTP, false},
    {"https-simple-new", LC_P_HTTP, true},
    {"https-alt", LC_P_HTTP, true},
    {"ssl/http", LC_P_HTTP, true},
    {"ssl/https", LC_P_HTTP, true},
    {"rtsp", LC_P_RTSP, false},
    {"rtsp-tcp", LC_P_RTSP, false},
    {"rtsp-alt", LC_P_RTSP, false},
    {"rtsps", LC_P_RTSP, true},
    {"ssl/rtsp", LC_P_RTSP, true},
    {"ssh", LC_P_SSH, false},
    {"ftp", LC_P_FTP, false},
    {"telnet", LC_P_TELNET, false},
    {"ssl", LC_P_NONE, true},
    {"tls", LC_P_NONE, true},
};

enum lc_proto_id lc_row_service(struct lc_importer *im, struct lc_slice word)
{
    for (size_t i = 0; i < sizeof services / sizeof *services; i++) {
        if (!lc_slice_ieq(word, lc_slice_str(services[i].word)))
            continue;
        if (services[i].proto)
            lc_row_text(im, LC_F_PORT_PROTOCOL,
                        lc_slice_str(lc_proto_get(services[i].proto)->name));
        if (services[i].tls)
            lc_facts_bool(&im->facts, LC_F_PORT_TLS, true);
        return services[i].proto;
    }
    return LC_P_NONE;
}

/* Which codec's facts does this name belong to? */
static const struct lc_proto *owner(enum lc_fact_name name)
{
    struct lc_slice text = lc_slice_str(lc_fact_infos[name].name);

    for (unsigned id = LC_P_NONE + 1; id < LC_P_COUNT; id++) {
        const struct lc_proto *p = lc_proto_get((enum lc_proto_id)id);

        if (lc_slice_starts(text, lc_slice_str(p->prefix)))
            return p;
    }
    return NULL;
}

void lc_import_complete(struct lc_facts *f)
{
    struct lc_buf copy; /* adding moves the facts' memory */
    struct lc_cur at;
    struct lc_fact fact;

    lc_buf_init(&copy, LC_FACTS_MAX);
    (void)lc_buf_put(&copy, lc_buf_view(&f->buf));
    at = (struct lc_cur){.s = lc_buf_view(&copy)};
    f->exch = 0;
    while (lc_facts_next(&at, &fact) == LC_OK) {
        const struct lc_proto *p = fact.port ? owner(fact.name) : NULL;

        if (p == NULL)
            continue;
        f->port = fact.port;
        lc_facts_str(f, LC_F_PORT_PROTOCOL, lc_slice_str(p->name));
        if (p == &lc_proto_tls)
            lc_facts_bool(f, LC_F_PORT_TLS, true);
    }
    lc_buf_free(&copy);
    mark_imported(&f->buf);
}

/* ---- address and port ---- */

enum lc_status lc_import_addr(struct lc_importer *im, struct lc_slice text, struct lc_addr *out)
{
    if (lc_addr_parse(text, out) == LC_OK)
        return LC_OK;
    lc_import_bad_piece(im, _("that is no address"), text);
    return LC_EPARSE;
}

enum lc_status lc_import_port(struct lc_importer *im, struct lc_slice text, uint16_t *out)
{
    uint64_t v = 0;

    if (lc_slice_u64(text, UINT16_MAX, &v) == LC_OK && v) {
        *out = (uint16_t)v;
        return LC_OK;
    }
    lc_import_bad_piece(im, _("that is no port"), text);
    return LC_EPARSE;
}
