/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions and answers: frames RTSP and HTTP requests (the two share their shape), lets the judge
 * look at each, and gives the first answer of the persona that fits.
 */
#include "conn.h"

#include "forbidden.h"
#include "template.h"

#include <string.h>

#define BODY_MAX 65536

struct request {
    struct lc_slice all, method, target, cseq;
    bool head_only, close, other_protocol;
};

/* Length of the head with its empty line; LC_NPOS while it is not all there. */
static size_t head_length(struct lc_slice in)
{
    for (size_t at = lc_slice_chr(in, '\n', 0); at != LC_NPOS;) {
        size_t next = lc_slice_chr(in, '\n', at + 1);
        if (next == at + 1 || (next == at + 2 && in.p[at + 1] == '\r'))
            return next + 1;
        at = next;
    }
    return LC_NPOS;
}

static void read_request(struct lc_slice all, enum sim_speak speak, struct request *r)
{
    struct lc_slice line = lc_slice_trim(lc_slice_sub(all, 0, lc_slice_chr(all, '\n', 0)));
    size_t one = lc_slice_chr(line, ' ', 0);
    size_t two = one == LC_NPOS ? LC_NPOS : lc_slice_chr(line, ' ', one + 1);
    *r = (struct request){.all = all};
    if (two == LC_NPOS) {
        r->other_protocol = true;
        return;
    }
    struct lc_slice version = lc_slice_from(line, two + 1);
    r->method = lc_slice_sub(line, 0, one);
    r->target = lc_slice_sub(line, one + 1, two - one - 1);
    r->cseq = sim_header_value(all, LC_S("CSeq"));
    r->head_only = speak == SIM_HTTP && lc_slice_eq(r->method, LC_S("HEAD"));
    r->close = speak == SIM_HTTP &&
               (lc_slice_eq(version, LC_S("HTTP/1.0")) ||
                lc_slice_ieq(sim_header_value(all, LC_S("Connection")), LC_S("close")));
    r->other_protocol =
        !lc_slice_starts(version, speak == SIM_RTSP ? LC_S("RTSP/") : LC_S("HTTP/"));
    if (speak != SIM_RTSP || lc_slice_find(r->target, LC_S("://"), 0) == LC_NPOS)
        return;
    size_t slash = lc_slice_chr(r->target, '/', lc_slice_find(r->target, LC_S("://"), 0) + 3);
    r->target = slash == LC_NPOS ? LC_S("/") : lc_slice_from(r->target, slash);
}

static bool path_fits(const struct sim_answer *a, struct lc_slice target)
{
    if (a->prefix)
        return lc_slice_starts(target, a->path);
    if (!a->path.n || lc_slice_eq(a->path, target))
        return true;
    return lc_slice_eq(a->path, lc_slice_sub(target, 0, lc_slice_chr(target, '?', 0)));
}

static const struct sim_answer *choose(const struct sim_port *port, const struct request *r)
{
    struct lc_slice method = r->head_only ? LC_S("GET") : r->method;
    struct lc_slice action = {0};
    for (size_t i = 0; i < port->answer_n; i++) {
        const struct sim_answer *a = &port->answer[i];
        if (a->method.n && !lc_slice_eq(a->method, method))
            continue;
        if (!path_fits(a, r->target) || lc_slice_find(r->all, a->has, 0) == LC_NPOS)
            continue;
        if (a->action.n && !action.p)
            action = sim_soap_action(r->all);
        if (!a->action.n || lc_slice_eq(a->action, action))
            return a;
    }
    return NULL;
}

static bool exactly_known(const struct sim_answer *a)
{
    return a && a->path.n && !a->prefix;
}

static struct sim_filler filler(struct sim_server *s, const struct sim_conn *c,
                                const struct request *r, char room[static LC_ADDR_TEXT])
{
    size_t n = lc_addr_format_url(&s->host[c->host].addr, room);
    return (struct sim_filler){.cseq = r ? r->cseq : LC_S(""),
                               .question = r ? r->all : LC_S(""),
                               .addr = lc_slice_of(room, n),
                               .ip = s->host[c->host].addr,
                               .oui = s->host[c->host].persona->oui,
                               .host = sim_server_host,
                               .street = s,
                               .id = sim_persona_id(c->host),
                               .connection = c->serial << 1,
                               .answer = ++s->serial << 1 | 1};
}

static void give(struct sim_server *s, struct sim_conn *c, const struct sim_template *head,
                 const struct sim_template *body, const struct request *r)
{
    static uint8_t head_room[SIM_OUT_MAX], body_room[SIM_OUT_MAX];
    char addr[LC_ADDR_TEXT];
    struct sim_filler f = filler(s, c, r, addr);
    struct lc_slice h, b;
    bool plain_body = sim_template_plain(body, &b), plain_head = sim_template_plain(head, &h);
    if (!plain_body)
        b = lc_slice_of(body_room, sim_template_fill(body, &f, body_room, sizeof(body_room)));
    f.body_n = b.n;
    if (!plain_head)
        h = lc_slice_of(head_room, sim_template_fill(head, &f, head_room, sizeof(head_room)));
    if (r && r->head_only)
        b = LC_S("");
    if (h.n || b.n || c->endless || c->end_asked)
        sim_conn_send(s, c, h, b, plain_head && plain_body);
}

/* From here on the persona's way of ending holds: this is its answer, or its only word. */
static void last_word(struct sim_conn *c)
{
    c->endless = c->port->faults.endless.n > 0;
    c->end_asked = c->end_asked || c->port->faults.end != SIM_END_KEEP;
}

static void judge(struct sim_server *s, const struct sim_conn *c, struct lc_slice bytes, bool known)
{
    struct sim_visit v = {.host = c->host,
                          .port = c->port->port,
                          .speak = c->port->speak,
                          .known_path = known,
                          .now_us = s->now_us};
    s->book.page[c->host].requests++;
    sim_judge(&s->book, &v, bytes);
}

/* Not a request of this protocol: what the persona says to such, then the end. */
static void puzzled(struct sim_server *s, struct sim_conn *c)
{
    static const struct sim_template nothing;
    judge(s, c, lc_slice_of(c->in, c->in_n), false);
    c->in_n = 0;
    c->end_asked = true;
    give(s, c, &c->port->wrong, &nothing, NULL);
}

static void answer(struct sim_server *s, struct sim_conn *c, const struct request *r)
{
    const struct sim_answer *a = choose(c->port, r);
    judge(s, c, r->all, exactly_known(a));
    c->end_asked = r->close;
    last_word(c);
    if (a)
        give(s, c, &a->head, &a->body, r);
}

/* Takes one whole request off the front of `in`. False: more bytes are needed, or all is over. */
static bool one_request(struct sim_server *s, struct sim_conn *c)
{
    struct lc_slice in = lc_slice_of(c->in, c->in_n);
    uint64_t body = 0;
    size_t n = head_length(in);
    bool odd = in.n && (in.p[0] < 'A' || in.p[0] > 'Z');
    if (n == LC_NPOS && (odd || in.n == SIM_IN_MAX)) {
        puzzled(s, c);
        return false;
    }
    if (n == LC_NPOS)
        return false;
    if (lc_slice_u64(sim_header_value(lc_slice_sub(in, 0, n), LC_S("Content-Length")), BODY_MAX,
                     &body) != LC_OK)
        body = 0;
    if (in.n - n < body && in.n < SIM_IN_MAX)
        return false;
    size_t all = in.n - n < body ? in.n : n + (size_t)body;
    struct request r;
    read_request(lc_slice_sub(in, 0, all), c->port->speak, &r);
    if (odd || r.other_protocol) {
        puzzled(s, c);
        return false;
    }
    answer(s, c, &r);
    if (c->fd < 0)
        return false;
    memmove(c->in, c->in + all, c->in_n - all);
    c->in_n -= (uint32_t)all;
    return c->in_n > 0 && !c->pend_n && c->stage == SIM_OPEN;
}

/* Personas that frame nothing: every received piece is judged, the first answer of the file is
 * given. */
static void unframed(struct sim_server *s, struct sim_conn *c)
{
    static const struct sim_template nothing;
    judge(s, c, lc_slice_of(c->in, c->in_n), false);
    c->in_n = 0;
    last_word(c);
    if (c->port->answer_n)
        give(s, c, &c->port->answer[0].head, &nothing, NULL);
}

void sim_talk(struct sim_server *s, struct sim_conn *c)
{
    bool framed = c->port->speak == SIM_RTSP || c->port->speak == SIM_HTTP;
    if (!framed) {
        unframed(s, c);
        return;
    }
    while (one_request(s, c))
        ;
}

void sim_talk_greet(struct sim_server *s, struct sim_conn *c)
{
    static const struct sim_template nothing;
    if (!c->port->answer_n)
        last_word(c);
    give(s, c, &c->port->greeting, &nothing, NULL);
}
