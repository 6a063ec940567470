/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The driver of all codec targets: one dialogue over given bytes, held twice.
 *
 * An input is one byte of choices (see fuzz_ask and fuzz_split), then what the peer says. The line
 * "@@@" ends a connection: what follows is said on the next one, after a redial. The dialogue is
 * held once with each connection's bytes in one piece and once in pieces; both must end in the same
 * way with the same facts and the same requests. The rules of the game are those of
 * src/talk/dialogue.c: a byte limit per answer, five connections, feeding again while bytes are
 * left.
 *
 * Telnet is held to less: its refusals are one request per piece and are left out once the banner
 * is whole, so only the order of the refusals must agree.
 */
#ifndef LC_FUZZ_CODEC_H
#define LC_FUZZ_CODEC_H

#include "fuzz.h"
#include "proto/http.h"
#include "proto/proto.h"

#define FUZZ_CONNS 5U  /* connections per port, as LC_TALK_REDIALS */
#define FUZZ_FEEDS 96U /* answers to one delivery: UPnP's router may give 68 */

/* Aborts when `request` is none that this codec may make. */
typedef void fuzz_request_check(struct lc_slice request);

struct fuzz_talk {
    const struct lc_proto *proto;
    fuzz_request_check *check;
    uint8_t *st;
    struct lc_ask ask;
    struct lc_facts facts;
    struct lc_buf out, said; /* the request just made; all of them in turn */
    struct lc_slice rest;    /* connections to come */
    struct fuzz_split split;
    bool pieces, cut;
    unsigned conns;
};

static inline unsigned fuzz_paths(void *ctx, struct lc_slice facts,
                                  struct lc_slice out[LC_RTSP_PATHS])
{
    (void)ctx;
    (void)facts;
    out[0] = LC_S("/Streaming/Channels/101");
    out[1] = LC_S("/h264/ch1/main/av_stream");
    return 2;
}

static inline unsigned fuzz_extras(void *ctx, struct lc_slice facts)
{
    (void)ctx;
    (void)facts;
    return LC_HTTP_ACTIVATE_STATUS;
}

static inline struct lc_ask fuzz_ask(uint8_t choices, unsigned round)
{
    return (struct lc_ask){
        .addr = lc_addr_v4(0xC0000207), /* 192.0.2.7, RFC 5737 */
        .port = choices & 4 ? 443 : 80,
        .tls = choices & 4,
        .device_info = choices & 2,
        .nonce = 0x0123456789abcdef,
        .path = LC_S("/rootDesc.xml"),
        .gateway = choices & 2,
        .round = round,
        .rtsp_paths = fuzz_paths,
        .http_extras = fuzz_extras,
    };
}

/* Keeps the request that came with `how`; an answer without one must not carry any. */
static inline void fuzz_said(struct fuzz_talk *t, enum lc_feed how)
{
    bool speaks = how == LC_FEED_SEND || how == LC_FEED_REDIAL;

    FUZZ_CHECK(!t->out.full);
    if (speaks && t->out.n) {
        FUZZ_CHECK(lc_slice_ifind(lc_buf_view(&t->out), LC_S("authorization"), 0) == LC_NPOS);
        t->check(lc_buf_view(&t->out));
        FUZZ_CHECK(lc_buf_put(&t->said, lc_buf_view(&t->out)) == LC_OK);
    }
    FUZZ_CHECK(speaks == (t->out.n > 0));
}

/* Feeds what is there until the codec wants more bytes or ends the connection. */
static inline enum lc_feed fuzz_feed(struct fuzz_talk *t, struct lc_slice *in, size_t *answer_n)
{
    for (unsigned i = 0; i < FUZZ_FEEDS; i++) {
        struct lc_slice copy = fuzz_copy(*in);
        size_t used = 0;
        enum lc_feed how;

        lc_buf_reset(&t->out);
        how = t->proto->feed(t->st, copy, &used, &t->out, &t->facts);
        fuzz_free(copy);
        FUZZ_CHECK(used <= in->n);
        fuzz_said(t, how);
        *in = lc_slice_from(*in, used);
        if (how == LC_FEED_SEND)
            *answer_n = in->n;
        else if (how != LC_FEED_MORE)
            return how;
        if (in->n == 0 || (how == LC_FEED_MORE && used == 0))
            return LC_FEED_MORE;
    }
    FUZZ_CHECK(false && "the codec ends one day");
    return LC_FEED_ERROR;
}

static inline enum lc_feed fuzz_end(struct fuzz_talk *t, struct lc_slice in, bool cut)
{
    struct lc_slice copy = fuzz_copy(in);
    enum lc_feed how;

    lc_buf_reset(&t->out);
    how = t->proto->end(t->st, copy, cut, &t->out, &t->facts);
    fuzz_free(copy);
    fuzz_said(t, how);
    if (how == LC_FEED_MORE)
        return LC_FEED_ERROR;
    return how == LC_FEED_SEND ? LC_FEED_REDIAL : how;
}

/* One connection: `all` is everything that the peer says on it. */
static inline enum lc_feed fuzz_connection(struct fuzz_talk *t, struct lc_slice all)
{
    struct lc_slice in = {all.p, 0};
    size_t left = all.n, answer_n = 0;

    while (left) {
        size_t room = t->proto->limit - answer_n;
        size_t n = t->pieces ? fuzz_piece(&t->split, left) : left;
        enum lc_feed how;

        n = n < room ? n : room;
        in.n += n;
        left -= n;
        answer_n += n;
        how = fuzz_feed(t, &in, &answer_n);
        if (how != LC_FEED_MORE)
            return how;
        if (answer_n >= t->proto->limit)
            return fuzz_end(t, in, true);
    }
    return fuzz_end(t, in, t->cut);
}

static inline struct lc_slice fuzz_next_connection(struct fuzz_talk *t)
{
    static const struct lc_slice mark = LC_S_INIT("@@@\n");
    size_t at = lc_slice_find(t->rest, mark, 0);
    struct lc_slice all = lc_slice_sub(t->rest, 0, at == LC_NPOS ? t->rest.n : at);

    t->rest = lc_slice_from(t->rest, at == LC_NPOS ? t->rest.n : at + mark.n);
    if (t->proto->listens) /* its limit is of the connection: refusals start no new answer */
        all = lc_slice_sub(all, 0, t->proto->limit - 1);
    return all;
}

static inline enum lc_feed fuzz_dialogue(struct fuzz_talk *t)
{
    enum lc_feed how = LC_FEED_REDIAL;

    t->st = lc_alloc(t->proto->state_size ? t->proto->state_size : 1);
    FUZZ_CHECK(t->st != NULL);
    lc_facts_init(&t->facts);
    t->facts.port = t->ask.port;
    lc_buf_init(&t->out, 8192);
    lc_buf_init(&t->said, 1U << 20);
    t->proto->open(t->st, &t->ask, &t->out);
    fuzz_said(t, t->out.n ? LC_FEED_SEND : LC_FEED_MORE);
    FUZZ_CHECK(t->proto->listens == (t->out.n == 0));
    while (how == LC_FEED_REDIAL && t->conns++ < FUZZ_CONNS)
        how = fuzz_connection(t, fuzz_next_connection(t));
    return how;
}

static inline void fuzz_hang_up(struct fuzz_talk *t)
{
    lc_free(t->st);
    lc_facts_free(&t->facts);
    lc_buf_free(&t->out);
    lc_buf_free(&t->said);
}

/* Every fact is one that the vocabulary knows, of this port. */
static inline void fuzz_check_facts(struct lc_slice blob, uint16_t port)
{
    struct lc_cur at = {.s = blob};
    struct lc_fact fact;
    enum lc_status st;

    while ((st = lc_facts_next(&at, &fact)) == LC_OK)
        FUZZ_CHECK(fact.port == port && fuzz_inside(fact.value, blob));
    FUZZ_CHECK(st == LC_DONE);
}

static inline void fuzz_codec(const struct lc_proto *proto, unsigned round, const uint8_t *p,
                              size_t n, fuzz_request_check *check)
{
    struct fuzz_talk t[2];
    enum lc_feed how[2];
    struct lc_slice a, b;

    if (n == 0)
        return;
    for (unsigned i = 0; i < 2; i++) {
        t[i] = (struct fuzz_talk){.proto = proto,
                                  .check = check,
                                  .ask = fuzz_ask(p[0], round),
                                  .rest = lc_slice_of(p + 1, n - 1),
                                  .split = fuzz_split(p[0]),
                                  .pieces = i == 1,
                                  .cut = p[0] & 1};
        how[i] = fuzz_dialogue(&t[i]);
        fuzz_check_facts(lc_buf_view(&t[i].facts.buf), t[i].ask.port);
    }
    a = lc_buf_view(&t[0].said);
    b = lc_buf_view(&t[1].said);
    FUZZ_CHECK(how[0] == how[1]);
    FUZZ_CHECK(lc_slice_eq(lc_buf_view(&t[0].facts.buf), lc_buf_view(&t[1].facts.buf)));
    FUZZ_CHECK(proto == &lc_proto_telnet ? lc_slice_starts(b, a) : lc_slice_eq(a, b));
    fuzz_hang_up(&t[0]);
    fuzz_hang_up(&t[1]);
}

/* ---- what a text request looks like: one of the methods, one head, nothing smuggled in ---- */

static inline void fuzz_check_head(struct lc_slice request, struct lc_slice method)
{
    size_t line = lc_slice_find(request, LC_S("\r\n"), 0);
    size_t head = lc_slice_find(request, LC_S("\r\n\r\n"), 0);

    FUZZ_CHECK(lc_slice_starts(request, method));
    FUZZ_CHECK(line != LC_NPOS && head != LC_NPOS);
    for (size_t i = 0; i < head; i++) {
        uint8_t c = request.p[i];

        FUZZ_CHECK(c < 0x7F && (c >= 0x20 || c == '\r' || c == '\n'));
        FUZZ_CHECK(c != '\n' || request.p[i - 1] == '\r');
    }
    for (size_t i = 0, blanks = 0; i < line; i++) {
        blanks += request.p[i] == ' ';
        FUZZ_CHECK(blanks <= 2);
    }
}

#endif
