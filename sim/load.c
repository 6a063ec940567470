/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Persona files into personas: reads the YAML of one device and writes its answers out in full, so
 * that nothing but the patches of persona.h is left to do while a scan runs. README.md beside the
 * personas describes every key; an unknown one is an error that names file and line.
 */
#include "doc.h"
#include "load_udp.h"
#include "onvif.h"
#include "persona.h"
#include "template.h"
#include "tls.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define STREET_MAX  ((size_t)512 << 20) /* bytes of all personas together */
#define PERSONA_MAX 4096
#define PORT_MAX    4096 /* ports of one persona: H1 answers on very many */

static const char *const speaks[] = {"rtsp", "http", "ssh", "ftp", "telnet", "raw", "silent"};
static const char *const ends[] = {"keep", "close", "reset", "half"};

static unsigned word_of(struct sim_doc *d, yaml_node_t *node, const char *const *words, unsigned n)
{
    struct lc_slice s = sim_doc_text(d, node);
    for (unsigned i = 0; i < n; i++)
        if (lc_slice_eq(s, lc_slice_str(words[i])))
            return i;
    sim_doc_fail(d, node, "\"%.*s\" is not one of %s ... %s", (int)(s.n < 40 ? s.n : 40),
                 (const char *)s.p, words[0], words[n - 1]);
    return 0;
}

/* Whole repetitions up to 16 KiB: an endless answer must not cost a system call for every few
 * bytes. */
static struct lc_slice lengthen(struct sim_doc *d, struct lc_slice s)
{
    size_t times = s.n ? 16384 / s.n : 0;
    uint8_t *p = times > 1 ? sim_doc_alloc(d, times, s.n) : NULL;
    if (d->bad || !p)
        return s;
    for (size_t i = 0; i < times; i++)
        memcpy(p + i * s.n, s.p, s.n);
    return (struct lc_slice){p, times * s.n};
}

static void load_faults(struct sim_doc *d, yaml_node_t *node, struct sim_faults *f)
{
    if (!node)
        return;
    sim_doc_keys(d, node, "delay_ms drip_ms segment end endless");
    f->delay_ms = (uint32_t)sim_doc_number(d, sim_doc_get(d, node, "delay_ms"), 3600000);
    f->drip_ms = (uint32_t)sim_doc_number(d, sim_doc_get(d, node, "drip_ms"), 3600000);
    f->segment = (uint32_t)sim_doc_number(d, sim_doc_get(d, node, "segment"), 65535);
    yaml_node_t *end = sim_doc_get(d, node, "end");
    if (end)
        f->end = (enum sim_end)word_of(d, end, ends, 4);
    f->endless = lengthen(d, sim_doc_bytes(d, sim_doc_get(d, node, "endless")));
}

/* What all answers of a port have in common while they are written out. */
struct port_style {
    enum sim_speak speak;
    struct lc_slice version, eol;
    yaml_node_t *headers; /* of the port */
};

/* One header line. `$TYPE` lines belong to answers with a body; RTSP leaves `$LEN` away with the
 * body too. */
static void put_header(struct sim_doc *d, const struct port_style *ps, struct lc_slice line,
                       struct lc_slice type, bool has_body, struct lc_buf *out)
{
    size_t at = lc_slice_find(line, LC_S("$TYPE"), 0);
    bool length = lc_slice_find(line, LC_S("$LEN"), 0) != LC_NPOS;
    if (!has_body && (at != LC_NPOS || (length && ps->speak == SIM_RTSP)))
        return;
    if (at != LC_NPOS) {
        lc_buf_put(out, lc_slice_sub(line, 0, at));
        lc_buf_put(out, type);
        lc_buf_put(out, lc_slice_from(line, at + 5));
    } else {
        lc_buf_put(out, line);
    }
    lc_buf_put(out, ps->eol);
    (void)d;
}

static void put_headers(struct sim_doc *d, const struct port_style *ps, yaml_node_t *lines,
                        struct lc_slice type, bool has_body, struct lc_buf *out)
{
    for (size_t i = 0; i < sim_doc_count(d, lines); i++)
        put_header(d, ps, sim_doc_bytes(d, sim_doc_item(d, lines, i)), type, has_body, out);
}

static struct lc_slice keep(struct sim_doc *d, const struct lc_buf *b, yaml_node_t *at)
{
    if (b->full)
        sim_doc_fail(d, at, "the answer is too large");
    uint8_t *p = sim_doc_alloc(d, b->n, 1);
    if (!d->bad)
        memcpy(p, b->p, b->n);
    return (struct lc_slice){p, d->bad ? 0 : b->n};
}

static struct lc_slice chunked(struct sim_doc *d, yaml_node_t *at, struct lc_slice body,
                               size_t size)
{
    struct lc_buf b;
    lc_buf_init(&b, body.n * 8 + 64);
    for (size_t i = 0; i < body.n; i += size) {
        struct lc_slice part = lc_slice_sub(body, i, size);
        lc_buf_putf(&b, "%zx\r\n", part.n);
        lc_buf_put(&b, part);
        lc_buf_puts(&b, "\r\n");
    }
    lc_buf_puts(&b, "0\r\n\r\n");
    struct lc_slice s = keep(d, &b, at);
    lc_buf_free(&b);
    return s;
}

static struct lc_slice build_head(struct sim_doc *d, const struct port_style *ps, yaml_node_t *node,
                                  struct lc_slice type, bool has_body)
{
    struct lc_buf b;
    lc_buf_init(&b, (size_t)16 << 20);
    yaml_node_t *own = sim_doc_get(d, node, "headers");
    lc_buf_put(&b, ps->version);
    lc_buf_puts(&b, " ");
    lc_buf_put(&b, sim_doc_bytes(d, sim_doc_need(d, node, "status")));
    lc_buf_put(&b, ps->eol);
    put_headers(d, ps, own ? own : ps->headers, type, has_body, &b);
    put_headers(d, ps, sim_doc_get(d, node, "add"), type, has_body, &b);
    lc_buf_put(&b, ps->eol);
    struct lc_slice s = keep(d, &b, node);
    lc_buf_free(&b);
    return s;
}

static void load_answer(struct sim_doc *d, const struct port_style *ps, yaml_node_t *node,
                        struct sim_answer *a)
{
    yaml_node_t *raw = sim_doc_get(d, node, "raw"), *type = sim_doc_get(d, node, "type");
    size_t size = sim_doc_number(d, sim_doc_get(d, node, "chunked"), 65536);
    a->method = sim_doc_text(d, sim_doc_get(d, node, "method"));
    a->action = sim_doc_text(d, sim_doc_get(d, node, "action"));
    a->has = sim_doc_bytes(d, sim_doc_get(d, node, "has"));
    if (raw) {
        a->head = sim_template_make(d, sim_doc_bytes(d, raw));
        return;
    }
    struct lc_slice body = sim_doc_bytes(d, sim_doc_get(d, node, "body"));
    struct lc_slice kind = type                    ? sim_doc_text(d, type)
                           : ps->speak == SIM_RTSP ? LC_S("application/sdp")
                                                   : LC_S("text/html");
    a->head = sim_template_make(d, build_head(d, ps, node, kind, body.n > 0));
    a->body = sim_template_make(d, size ? chunked(d, node, body, size) : body);
}

static void set_path(struct sim_answer *a, struct lc_slice path)
{
    a->prefix = path.n && path.p[path.n - 1] == '*';
    a->path = lc_slice_sub(path, 0, path.n - a->prefix);
}

/* The answer to a request that no answer of the file fits. */
static void put_fallback(struct sim_doc *d, const struct port_style *ps, struct sim_answer *a)
{
    struct lc_buf b;
    lc_buf_init(&b, 65536);
    lc_buf_put(&b, ps->version);
    lc_buf_puts(&b, ps->speak == SIM_RTSP ? " 405 Method Not Allowed" : " 404 Not Found");
    lc_buf_put(&b, ps->eol);
    put_headers(d, ps, ps->headers, LC_S(""), false, &b);
    lc_buf_put(&b, ps->eol);
    a->head = sim_template_make(d, keep(d, &b, NULL));
    lc_buf_free(&b);
}

static void load_answers(struct sim_doc *d, const struct port_style *ps, yaml_node_t *node,
                         struct sim_port *port)
{
    yaml_node_t *list = sim_doc_get(d, node, "answers"), *onvif = sim_doc_get(d, node, "onvif");
    size_t n = 1 + (onvif ? SIM_ONVIF_ANSWERS : 0);
    for (size_t i = 0; i < sim_doc_count(d, list); i++) {
        yaml_node_t *a = sim_doc_item(d, list, i), *path = sim_doc_get(d, a, "path");
        sim_doc_keys(d, a, "method path action has status headers add type body chunked raw");
        n += path ? sim_doc_count(d, path) : 1;
    }
    port->answer = sim_doc_alloc(d, n, sizeof(*port->answer));
    if (d->bad)
        return;
    if (onvif)
        port->answer_n = sim_onvif_answers(d, onvif, port->answer);
    for (size_t i = 0; i < sim_doc_count(d, list) && !d->bad; i++) {
        yaml_node_t *a = sim_doc_item(d, list, i), *path = sim_doc_get(d, a, "path");
        size_t paths = path ? sim_doc_count(d, path) : 1;
        struct sim_answer one = {0};
        load_answer(d, ps, a, &one);
        for (size_t k = 0; k < paths && !d->bad; k++) {
            if (path)
                set_path(&one, sim_doc_text(d, sim_doc_item(d, path, k)));
            port->answer[port->answer_n++] = one;
        }
    }
    if (!d->bad && (ps->speak == SIM_RTSP || ps->speak == SIM_HTTP))
        put_fallback(d, ps, &port->answer[port->answer_n++]);
}

static void load_port(struct sim_doc *d, yaml_node_t *node, struct lc_slice id,
                      struct sim_port *port)
{
    sim_doc_keys(d, node,
                 "port protocol version eol headers answers onvif greeting wrong tls faults");
    yaml_node_t *version = sim_doc_get(d, node, "version"), *eol = sim_doc_get(d, node, "eol");
    yaml_node_t *tls = sim_doc_get(d, node, "tls");
    port->speak = (enum sim_speak)word_of(d, sim_doc_need(d, node, "protocol"), speaks, 7);
    struct port_style ps = {.speak = port->speak,
                            .version = version                   ? sim_doc_text(d, version)
                                       : port->speak == SIM_RTSP ? LC_S("RTSP/1.0")
                                                                 : LC_S("HTTP/1.1"),
                            .eol = eol ? sim_doc_text(d, eol) : LC_S("\r\n"),
                            .headers = sim_doc_get(d, node, "headers")};
    port->greeting = sim_template_make(d, sim_doc_bytes(d, sim_doc_get(d, node, "greeting")));
    port->wrong = sim_template_make(d, sim_doc_bytes(d, sim_doc_get(d, node, "wrong")));
    load_faults(d, sim_doc_get(d, node, "faults"), &port->faults);
    load_answers(d, &ps, node, port);
    if (tls)
        port->tls = sim_tls_load(d, tls, id);
}

static int by_number(const void *a, const void *b)
{
    return ((const struct sim_port *)a)->port - ((const struct sim_port *)b)->port;
}

static void load_ports(struct sim_doc *d, yaml_node_t *list, struct sim_persona *p)
{
    size_t n = 0;
    for (size_t i = 0; i < sim_doc_count(d, list); i++)
        n += sim_doc_count(d, sim_doc_need(d, sim_doc_item(d, list, i), "port"));
    if (n > PORT_MAX)
        sim_doc_fail(d, list, "more than %d ports", PORT_MAX);
    p->port = sim_doc_alloc(d, n, sizeof(*p->port));
    for (size_t i = 0; i < sim_doc_count(d, list) && !d->bad; i++) {
        yaml_node_t *node = sim_doc_item(d, list, i), *numbers = sim_doc_get(d, node, "port");
        struct sim_port one = {0};
        load_port(d, node, p->id, &one);
        for (size_t k = 0; k < sim_doc_count(d, numbers) && !d->bad; k++) {
            one.port = (uint16_t)sim_doc_number(d, sim_doc_item(d, numbers, k), 65535);
            p->port[p->port_n++] = one;
        }
    }
    if (p->port_n)
        qsort(p->port, p->port_n, sizeof(*p->port), by_number);
    for (size_t i = 1; i < p->port_n; i++)
        if (p->port[i].port == p->port[i - 1].port)
            sim_doc_fail(d, list, "port %u stands twice", p->port[i].port);
}

static size_t load_words(struct sim_doc *d, yaml_node_t *list, struct lc_slice out[static 8])
{
    size_t n = sim_doc_count(d, list);
    for (size_t i = 0; i < n && i < 8; i++)
        out[i] = sim_doc_text(d, sim_doc_item(d, list, i));
    return n < 8 ? n : 8;
}

static void load_truth(struct sim_doc *d, yaml_node_t *node, struct sim_truth *t)
{
    static const char *const answers[] = {"yes", "no", "unknown"};
    static const char *const classes[] = {"camera",           "ptz",    "thermal", "doorbell",
                                          "intercom",         "nvr",    "dvr",     "encoder",
                                          "decoder",          "vms",    "hub",     "access-control",
                                          "not-surveillance", "unknown"};
    sim_doc_keys(d, node, "class platform brand model firmware camera exposed shows shows_lan");
    yaml_node_t *shows = sim_doc_need(d, node, "shows");
    t->klass = lc_slice_str(classes[word_of(d, sim_doc_need(d, node, "class"), classes, 14)]);
    t->exposed = lc_slice_str(answers[word_of(d, sim_doc_need(d, node, "exposed"), answers, 3)]);
    t->platform = sim_doc_text(d, sim_doc_get(d, node, "platform"));
    t->brand = sim_doc_text(d, sim_doc_get(d, node, "brand"));
    t->model = sim_doc_text(d, sim_doc_get(d, node, "model"));
    t->firmware = sim_doc_text(d, sim_doc_get(d, node, "firmware"));
    t->camera = sim_doc_bool(d, sim_doc_need(d, node, "camera"));
    t->shows_n = load_words(d, shows, t->shows);
    t->shows_lan_n = load_words(d, sim_doc_get(d, node, "shows_lan"), t->shows_lan);
}

/* mac: 44:19:B6, the maker's half. */
static void load_mac(struct sim_doc *d, yaml_node_t *node, struct sim_persona *p)
{
    struct lc_slice s = sim_doc_text(d, node);
    if (!node)
        return;
    uint64_t v[3] = {0};
    bool ok = s.n == 8 && s.p[2] == ':' && s.p[5] == ':';
    for (size_t i = 0; ok && i < 3; i++) {
        ok = sim_doc_hex(lc_slice_sub(s, i * 3, 2), &v[i]);
        p->oui[i] = (uint8_t)v[i];
    }
    if (!ok)
        sim_doc_fail(d, node, "a maker's half of a MAC address is expected: 44:19:B6");
    p->has_mac = ok;
}

static void load_persona(struct sim_doc *d, struct sim_persona *p)
{
    yaml_node_t *root = yaml_document_get_root_node(&d->y);
    sim_doc_keys(d, root, "id about truth mac ports udp");
    p->id = sim_doc_text(d, sim_doc_need(d, root, "id"));
    (void)sim_doc_need(d, root, "about");
    load_truth(d, sim_doc_need(d, root, "truth"), &p->truth);
    load_mac(d, sim_doc_get(d, root, "mac"), p);
    load_ports(d, sim_doc_need(d, root, "ports"), p);
    sim_load_udp(d, sim_doc_get(d, root, "udp"), p);
}

enum lc_status sim_street_load_file(struct sim_street *s, const char *path, struct lc_err *err)
{
    struct sim_doc d;
    enum lc_status st = sim_doc_open(&d, path, &s->arena, err);
    if (st != LC_OK)
        return st;
    struct sim_persona p = {0};
    load_persona(&d, &p);
    if (!d.bad && sim_street_find(s, p.id))
        sim_doc_fail(&d, NULL, "the id \"%.*s\" stands in another file too", LC_S_ARG(p.id));
    st = d.bad ? LC_EPARSE : LC_OK;
    sim_doc_close(&d);
    if (st != LC_OK)
        return st;
    if (s->n == PERSONA_MAX)
        return lc_fail(err, LC_EFULL, "%s: more than %d personas", path, PERSONA_MAX);
    s->persona[s->n++] = p;
    return LC_OK;
}

static int is_yaml(const struct dirent *e)
{
    return lc_slice_ends(lc_slice_str(e->d_name), LC_S(".yaml"));
}

enum lc_status sim_street_load(struct sim_street *s, const char *dir, struct lc_err *err)
{
    struct dirent **names = NULL;
    enum lc_status st = LC_OK;
    int n = scandir(dir, &names, is_yaml, alphasort);
    if (n < 0)
        return lc_fail(err, LC_ENOENT, "%s: cannot be read (%s)", dir, strerror(errno));
    for (int i = 0; i < n; i++) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
        if (st == LC_OK)
            st = sim_street_load_file(s, path, err);
        lc_free(names[i]);
    }
    lc_free(names);
    return st;
}

void sim_street_init(struct sim_street *s)
{
    *s = (struct sim_street){.cap = PERSONA_MAX};
    lc_arena_init(&s->arena, STREET_MAX);
    s->persona = lc_alloc_n(PERSONA_MAX, sizeof(*s->persona));
    if (!s->persona)
        s->cap = 0;
}

void sim_street_free(struct sim_street *s)
{
    for (size_t i = 0; i < s->n; i++)
        for (size_t k = 0; k < s->persona[i].port_n; k++)
            sim_tls_free(s->persona[i].port[k].tls);
    lc_free(s->persona);
    lc_arena_free(&s->arena);
}

const struct sim_persona *sim_street_find(const struct sim_street *s, struct lc_slice id)
{
    for (size_t i = 0; i < s->n; i++)
        if (lc_slice_eq(s->persona[i].id, id))
            return &s->persona[i];
    return NULL;
}

const struct sim_udp *sim_persona_udp(const struct sim_persona *p, uint16_t port)
{
    for (size_t i = 0; i < p->udp_n; i++)
        if (p->udp[i].port == port)
            return &p->udp[i];
    return NULL;
}

uint32_t sim_persona_id(size_t host)
{
    return (uint32_t)(host * 0x9e3779b1U + 0x5bd1e9U) & 0xffffff; /* odd factor: all differ */
}

const struct sim_port *sim_persona_port(const struct sim_persona *p, uint16_t port)
{
    size_t low = 0, high = p->port_n;
    while (low < high) {
        size_t mid = (low + high) / 2;
        if (p->port[mid].port == port)
            return &p->port[mid];
        if (p->port[mid].port < port)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}
