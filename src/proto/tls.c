/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TLS up to the certificate, with our own ClientHello and nothing else sent. Up to version 1.2 the
 * server's choice and its certificate come in the clear (RFC 5246 section 7.4), so two flights of
 * bytes tell version, suite and certificate for a few microseconds and no key is ever agreed on. A
 * server that only speaks 1.3 answers with an alert; the engine then asks with the library.
 *
 * Round 0 offers up to 1.2, with old suites too: old cameras must be able to answer. Round 1
 * offers 1.0 at most and only reads whether it is taken.
 *
 *     record     u8 type  u16 version  u16 length  fragment[length]              RFC 5246 6.2.1
 *     handshake  u8 type  u24 length   body[length]                              RFC 5246 7.4
 *
 * Messages may be split over records or share one. The codec counts payload bytes as records
 * complete; only when a message it wants is whole are its bytes put together, once.
 */
#include "proto/tls.h"
#include "base/hash.h"
#include "proto/emit.h"
#include "proto/msg.h"
#include "proto/proto.h"

#define HANDSHAKE_CAP 32768U /* payload bytes read (reliability.md H16) */
#define RECORD_CAP    18432U /* 2^14 + 2048, RFC 5246 6.2.3 */
#define WIRE_CAP      65536U
#define RECORDS_CAP   4096U /* records of one byte each are a game, not a server */

enum { R_ALERT = 21, R_HANDSHAKE = 22 };
enum { H_SERVER_HELLO = 2, H_CERTIFICATE = 11, H_SERVER_HELLO_DONE = 14 };

struct tls {
    unsigned round;
    uint32_t at;      /* wire offset of the next record */
    uint32_t payload; /* handshake bytes in the records before it */
    uint32_t records;
    uint32_t message; /* payload offset of the current message */
    uint32_t left;    /* bytes of it still to come */
    uint8_t head[4];  /* its header */
    uint8_t head_n;
    bool hello;
};

static const struct {
    uint16_t wire;
    const char *name;
} versions[] = {
    {0x0300, "ssl3"},   {0x0301, "tls1.0"}, {0x0302, "tls1.1"},
    {0x0303, "tls1.2"}, {0x0304, "tls1.3"},
};

const char *lc_tls_version_name(unsigned wire)
{
    for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
        if (versions[i].wire == wire)
            return versions[i].name;
    return NULL;
}

/* ---- ClientHello ---- */

/* IANA numbers, best first; the last ones only so that the oldest cameras can answer. */
static const uint16_t suites_12[] = {
    0xC02C, 0xC02B, 0xC030, 0xC02F, 0xCCA9, 0xCCA8, /* ECDHE, AEAD */
    0x009F, 0x009E, 0xCCAA,                         /* DHE, AEAD */
    0xC024, 0xC023, 0xC028, 0xC027, 0x006B, 0x0067, /* CBC with SHA-2 */
    0x009D, 0x009C, 0x003D, 0x003C,                 /* RSA key exchange */
};
static const uint16_t suites_10[] = {
    0xC00A, 0xC009, 0xC014, 0xC013, 0x0039, 0x0033, 0x0035, 0x002F, /* CBC with SHA-1 */
    0xC012, 0x0016, 0x000A,                                         /* 3DES */
    0xC011, 0x0005, 0x0004,                                         /* RC4 */
    0x00FF,                                                         /* renegotiation info */
};

static void put_suites(struct lc_buf *out, bool modern)
{
    size_t n12 = modern ? sizeof suites_12 / sizeof *suites_12 : 0;
    size_t n10 = sizeof suites_10 / sizeof *suites_10;

    (void)lc_buf_be16(out, (uint16_t)(2 * (n12 + n10)));
    for (size_t i = 0; i < n12; i++)
        (void)lc_buf_be16(out, suites_12[i]);
    for (size_t i = 0; i < n10; i++)
        (void)lc_buf_be16(out, suites_10[i]);
}

/* Groups and point formats (RFC 8422), signature algorithms (RFC 5246 7.4.1.4.1). No server name:
 * the address is all we know. */
static const uint8_t extensions[] = {
    0x00, 0x0A, 0x00, 0x0A, 0x00, 0x08, 0x00, 0x1D, 0x00, 0x17,
    0x00, 0x18, 0x00, 0x19, 0x00, 0x0B, 0x00, 0x02, 0x01, 0x00,
};
static const uint8_t signatures[] = {
    0x00, 0x0D, 0x00, 0x1A, 0x00, 0x18, 0x04, 0x03, 0x05, 0x03, 0x06, 0x03, 0x08, 0x04, 0x08,
    0x05, 0x08, 0x06, 0x04, 0x01, 0x05, 0x01, 0x06, 0x01, 0x02, 0x03, 0x02, 0x01, 0x02, 0x02,
};

static void put_random(struct lc_buf *out, uint64_t nonce)
{
    uint8_t seed[8], hash[32];

    for (size_t i = 0; i < sizeof seed; i++)
        seed[i] = (uint8_t)(nonce >> (8 * i));
    lc_sha256(lc_slice_of(seed, sizeof seed), hash);
    (void)lc_buf_put(out, lc_slice_of(hash, sizeof hash));
}

static void put_body(struct lc_buf *out, const struct lc_ask *ask)
{
    bool modern = ask->round == 0;

    (void)lc_buf_be16(out, modern ? 0x0303 : 0x0301);
    put_random(out, ask->nonce);
    (void)lc_buf_u8(out, 0); /* no session to resume */
    put_suites(out, modern);
    (void)lc_buf_be16(out, 0x0100); /* one compression method: none */
    (void)lc_buf_be16(out, (uint16_t)(sizeof extensions + (modern ? sizeof signatures : 0)));
    (void)lc_buf_put(out, lc_slice_of(extensions, sizeof extensions));
    if (modern)
        (void)lc_buf_put(out, lc_slice_of(signatures, sizeof signatures));
}

static void tls_open(void *st, const struct lc_ask *ask, struct lc_buf *out)
{
    struct tls *s = st;
    struct lc_buf body;

    s->round = ask->round;
    lc_buf_init(&body, 1024);
    put_body(&body, ask);
    (void)lc_buf_u8(out, R_HANDSHAKE);
    (void)lc_buf_be16(out, 0x0301);
    (void)lc_buf_be16(out, (uint16_t)(body.n + 4));
    (void)lc_buf_be16(out, 0x0100); /* ClientHello, first byte of the length: it is under 2^16 */
    (void)lc_buf_be16(out, (uint16_t)body.n);
    (void)lc_buf_put(out, lc_buf_view(&body));
    lc_buf_free(&body);
}

/* ---- messages ---- */

static enum lc_feed broken(struct lc_facts *f)
{
    lc_emit_odd(f, LC_ODD(LC_ODD_TLS_BAD));
    return LC_FEED_ERROR;
}

/* Puts the current message together from the records it lies in. */
static void gather(const struct tls *s, struct lc_slice in, uint32_t n, struct lc_buf *out)
{
    struct lc_cur c = {.s = in};
    uint32_t payload = 0, from = s->message + 4;

    while (out->n < n && !c.bad) {
        uint8_t type = lc_cur_u8(&c);
        struct lc_slice part;

        (void)lc_cur_be16(&c);
        part = lc_cur_take(&c, lc_cur_be16(&c));
        if (type != R_HANDSHAKE)
            continue;
        if (payload + part.n > from) {
            struct lc_slice rest = lc_slice_from(part, from > payload ? from - payload : 0);

            (void)lc_buf_put(out, lc_slice_sub(rest, 0, n - out->n));
        }
        payload += (uint32_t)part.n;
    }
}

static enum lc_feed on_hello(struct tls *s, struct lc_slice body, struct lc_facts *f)
{
    struct lc_cur c = {.s = body};
    unsigned version = lc_cur_be16(&c), suite;
    const char *name = lc_tls_version_name(version);
    char text[8];

    (void)lc_cur_take(&c, 32);
    (void)lc_cur_take(&c, lc_cur_u8(&c));
    suite = lc_cur_be16(&c);
    if (c.bad || name == NULL || s->hello || version > (s->round ? 0x0301U : 0x0303U))
        return broken(f);
    s->hello = true;
    if (version < 0x0303 && (s->round == 0 || version <= 0x0301))
        (void)lc_emit(f, LC_F_TLS_OBSOLETE, lc_slice_str(name));
    if (s->round)
        return LC_FEED_DONE;
    (void)lc_emit(f, LC_F_TLS_VERSION, lc_slice_str(name));
    (void)snprintf(text, sizeof text, "0x%04X", suite & 0xFFFFU);
    (void)lc_emit(f, LC_F_TLS_SUITE, lc_slice_of(text, 6));
    return LC_FEED_MORE;
}

/* u24 length of the list, then per certificate u24 length and DER, the leaf first. */
static enum lc_feed on_certificate(struct lc_slice body, struct lc_facts *f)
{
    struct lc_cur c = {.s = body};
    struct lc_slice leaf;
    unsigned n = 1;

    c.s = lc_cur_take(&c, lc_cur_be24(&c));
    leaf = lc_cur_take(&c, lc_cur_be24(&c));
    if (c.bad || leaf.n == 0)
        return broken(f);
    for (; c.s.n && !c.bad && n <= LC_TLS_CHAIN_CAP; n++)
        (void)lc_cur_take(&c, lc_cur_be24(&c));
    if (c.bad)
        lc_emit_odd(f, LC_ODD(LC_ODD_TLS_BAD));
    if (n > LC_TLS_CHAIN_CAP)
        lc_emit_odd(f, LC_ODD(LC_ODD_CERT_BIG));
    lc_tls_leaf(leaf, f);
    return LC_FEED_DONE;
}

/* The current message is whole. */
static enum lc_feed on_message(struct tls *s, struct lc_slice in, uint32_t n, struct lc_facts *f)
{
    enum lc_feed how = LC_FEED_MORE;
    struct lc_buf body;

    if (!s->hello && s->head[0] != H_SERVER_HELLO)
        return s->head[0] == 0 ? LC_FEED_MORE : broken(f); /* HelloRequest may come at any time */
    if (s->head[0] == H_SERVER_HELLO_DONE)
        return LC_FEED_DONE;
    if (s->head[0] != H_SERVER_HELLO && s->head[0] != H_CERTIFICATE)
        return LC_FEED_MORE;
    lc_buf_init(&body, HANDSHAKE_CAP);
    gather(s, in, n, &body);
    if (body.n == n)
        how = s->head[0] == H_SERVER_HELLO ? on_hello(s, lc_buf_view(&body), f)
                                           : on_certificate(lc_buf_view(&body), f);
    lc_buf_free(&body);
    return how;
}

static uint32_t message_length(const struct tls *s)
{
    return (uint32_t)s->head[1] << 16 | (uint32_t)s->head[2] << 8 | s->head[3];
}

/* Walks one handshake fragment; s->payload counts the bytes walked. */
static enum lc_feed on_fragment(struct tls *s, struct lc_slice in, struct lc_slice part,
                                struct lc_facts *f)
{
    enum lc_feed how = LC_FEED_MORE;

    while (part.n && how == LC_FEED_MORE) {
        uint32_t step = 1;

        if (s->head_n < 4) {
            if (s->head_n == 0)
                s->message = s->payload;
            s->head[s->head_n++] = part.p[0];
            s->left = message_length(s);
        } else {
            step = part.n < s->left ? (uint32_t)part.n : s->left;
            s->left -= step;
        }
        part = lc_slice_from(part, step);
        s->payload += step;
        if (s->head_n == 4 && s->message + 4 + message_length(s) > HANDSHAKE_CAP) {
            lc_emit_odd(f, LC_ODD(LC_ODD_CERT_BIG));
            return LC_FEED_ERROR;
        }
        if (s->head_n == 4 && s->left == 0) {
            s->head_n = 0;
            how = on_message(s, in, message_length(s), f);
        }
    }
    return how;
}

/* level, description; only a fatal one ends the dialogue (RFC 5246 7.2) */
static enum lc_feed on_alert(const struct tls *s, struct lc_slice part, struct lc_facts *f)
{
    if (part.n != 2)
        return broken(f);
    if (part.p[0] == 1 && part.p[1] != 0)
        return LC_FEED_MORE;
    if (s->round == 0)
        lc_facts_int(f, LC_F_TLS_ALERT, part.p[1]);
    return LC_FEED_DONE;
}

/* ---- records ---- */

static enum lc_feed on_record(struct tls *s, struct lc_slice in, uint8_t type, struct lc_slice part,
                              struct lc_facts *f)
{
    if (++s->records > RECORDS_CAP)
        return broken(f);
    if (type == R_ALERT)
        return on_alert(s, part, f);
    if (type != R_HANDSHAKE)
        return broken(f); /* nothing else may come before the keys are agreed on */
    return on_fragment(s, in, part, f);
}

/* The first record says whether this is TLS at all. */
static bool is_tls(struct lc_slice in)
{
    return (in.n < 1 || in.p[0] == R_ALERT || in.p[0] == R_HANDSHAKE) && (in.n < 2 || in.p[1] == 3);
}

static enum lc_feed tls_feed(void *st, struct lc_slice in, size_t *used, struct lc_buf *out,
                             struct lc_facts *f)
{
    struct tls *s = st;
    enum lc_feed how = LC_FEED_MORE;

    (void)out;
    *used = 0;
    f->exch = (uint8_t)s->round;
    in = lc_slice_sub(in, 0, WIRE_CAP);
    if (!is_tls(in))
        return LC_FEED_WRONG;
    while (how == LC_FEED_MORE) {
        struct lc_cur c = {.s = lc_slice_from(in, s->at)};
        uint8_t type = lc_cur_u8(&c);
        unsigned major = lc_cur_u8(&c);
        uint16_t n;
        struct lc_slice part;

        (void)lc_cur_u8(&c);
        n = lc_cur_be16(&c);
        if (c.bad)
            return in.n == WIRE_CAP ? broken(f) : LC_FEED_MORE;
        if (major != 3 || n > RECORD_CAP)
            return s->records ? broken(f) : LC_FEED_WRONG;
        part = lc_cur_take(&c, n);
        if (c.bad)
            return in.n == WIRE_CAP ? broken(f) : LC_FEED_MORE;
        how = on_record(s, in, type, part, f);
        s->at += 5U + n;
    }
    return how;
}

static enum lc_feed tls_end(void *st, struct lc_slice in, bool cut, struct lc_buf *out,
                            struct lc_facts *f)
{
    struct tls *s = st;
    size_t used;
    enum lc_feed how = tls_feed(st, in, &used, out, f);

    if (how != LC_FEED_MORE)
        return how;
    if (in.n == 0)
        return LC_FEED_WRONG;
    if (!cut)
        lc_emit_odd(f, LC_ODD(LC_ODD_TRUNCATED));
    return s->hello ? LC_FEED_DONE : LC_FEED_ERROR;
}

const struct lc_proto lc_proto_tls = {
    .name = "tls",
    .prefix = "tls.",
    .state_size = sizeof(struct tls),
    .limit = WIRE_CAP,
    .open = tls_open,
    .feed = tls_feed,
    .end = tls_end,
};
