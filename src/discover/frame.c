/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames that ask.
 *
 *     Ethernet  to 6 | from 6 | type 2
 *     IPv4      45 00 | length 2 | ID 2 | 40 00 (DF) | TTL 64 | protocol 1     RFC 791
 *               sum 2 | from 4 | to 4
 *     IPv6      version 4 bits, class 8, flow 20 | length 2 | next 1           RFC 8200
 *               hop limit 1 | from 16 | to 16
 *     TCP       from 2 | to 2 | sequence 4 | acknowledged 4 | a0 02 (SYN)      RFC 793
 *               window 2 | sum 2 | urgent 2 | options 20
 *     options   02 04 MSS 2 | 04 02 (SACK) | 08 0a clock 4, echo 4 | 01        RFC 9293, 2018, 7323
 *               03 03 07: Linux' order and values (facts 2.2)
 *     UDP       from 2 | to 2 | length 2 | sum 2 | question                    RFC 768
 */
#include "discover/frame.h"

#include <assert.h>
#include <string.h>

#define ETH 14U
#define IP4 20U
#define IP6 40U
#define TCP 40U /* with its options */
#define UDP 8U

static const uint8_t tcp_rest[2][TCP - 12] = {
    /* IPv4: window 64,240 = 44 * 1,460 */
    {0xa0, 0x02, 0xfa, 0xf0, 0, 0, 0, 0, 2, 4, 0x05, 0xb4, 4, 2,
     8,    10,   0,    0,    0, 0, 0, 0, 0, 0, 1,    3,    3, 7},
    /* IPv6: window 64,800 = 45 * 1,440 */
    {0xa0, 0x02, 0xfd, 0x20, 0, 0, 0, 0, 2, 4, 0x05, 0xa0, 4, 2,
     8,    10,   0,    0,    0, 0, 0, 0, 0, 0, 1,    3,    3, 7},
};

enum lc_status lc_frame_init(struct lc_frame_maker *m, const struct lc_cookie_key *key,
                             const struct lc_frame_link *link)
{
    *m = (struct lc_frame_maker){.key = key, .link = *link};
    lc_buf_init(&m->question, LC_DGRAM_OUT);
    return lc_buf_reserve(&m->question, LC_DGRAM_OUT); /* now, not in the middle of a sweep */
}

void lc_frame_free(struct lc_frame_maker *m)
{
    lc_buf_free(&m->question);
}

uint64_t lc_frame_sum(struct lc_slice s, uint64_t sum)
{
    size_t i = 0;

    for (; i + 4 <= s.n; i += 4) {
        uint32_t w;

        memcpy(&w, s.p + i, 4);
        sum += w;
    }
    if (i < s.n) {
        uint8_t last[4] = {0};
        uint32_t w;

        memcpy(last, s.p + i, s.n - i);
        memcpy(&w, last, 4);
        sum += w;
    }
    return sum;
}

uint16_t lc_frame_fold(uint64_t sum)
{
    sum = (sum >> 32) + (sum & 0xffffffff);
    sum = (sum >> 32) + (sum & 0xffffffff);
    sum = (sum >> 16) + (sum & 0xffff);
    sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t)~sum;
}

static void put16(uint8_t *p, uint32_t v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

/* One store of four bytes: the sums read by fours what was just written, and a load that spans
 * several stores waits for all of them. */
static void put32(uint8_t *p, uint32_t v)
{
    v = __builtin_bswap32(v); /* little-endian hosts only: checked in meson.build */
    memcpy(p, &v, 4);
}

static void put_sum(uint8_t *p, uint64_t sum)
{
    uint16_t v = lc_frame_fold(sum);

    memcpy(p, &v, 2);
}

/* Ethernet and IP in front of `n` bytes of transport, which stand in place already. Returns the sum
 * of the pseudo header. */
static uint64_t put_ip4(const struct lc_frame_maker *m, uint8_t *out, const struct lc_addr *ours,
                        const struct lc_addr *theirs, const struct lc_cookie *c, uint8_t proto,
                        size_t n)
{
    uint8_t *ip = out + ETH;
    uint64_t sum;

    memcpy(out, &m->link, 12);
    put16(out + 12, 0x0800);
    put32(ip, 0x45000000 | (uint32_t)(IP4 + n));
    put32(ip + 4, (uint32_t)c->ip_id << 16 | 0x4000);
    put32(ip + 8, 0x40000000 | (uint32_t)proto << 16);
    memcpy(ip + 12, ours->b + 12, 4);
    memcpy(ip + 16, theirs->b + 12, 4);
    sum = lc_frame_sum(lc_slice_of(ip + 12, 8), 0);
    put_sum(ip + 10, lc_frame_sum(lc_slice_of(ip, 12), sum));
    return sum + __builtin_bswap32((uint32_t)proto << 16 | (uint32_t)n);
}

static uint64_t put_ip6(const struct lc_frame_maker *m, uint8_t *out, const struct lc_addr *ours,
                        const struct lc_addr *theirs, const struct lc_cookie *c, uint8_t proto,
                        size_t n)
{
    uint8_t *ip = out + ETH;

    memcpy(out, &m->link, 12);
    put16(out + 12, 0x86dd);
    put32(ip, 0x60000000 | (uint32_t)(c->nonce >> 44)); /* flow label, RFC 6437 */
    put32(ip + 4, (uint32_t)n << 16 | (uint32_t)proto << 8 | 64);
    memcpy(ip + 8, ours->b, 16);
    memcpy(ip + 24, theirs->b, 16);
    return lc_frame_sum(lc_slice_of(ip + 8, 32), 0) +
           __builtin_bswap32((uint32_t)proto << 16 | (uint32_t)n);
}

static size_t put_ip(const struct lc_frame_maker *m, uint8_t *out, const struct lc_addr *ours,
                     const struct lc_addr *theirs, const struct lc_cookie *c, uint8_t proto,
                     size_t n, uint64_t *pseudo)
{
    if (lc_addr_is_v4(theirs)) {
        *pseudo = put_ip4(m, out, ours, theirs, c, proto, n);
        return ETH + IP4;
    }
    *pseudo = put_ip6(m, out, ours, theirs, c, proto, n);
    return ETH + IP6;
}

static size_t make_syn(const struct lc_frame_maker *m, const struct lc_addr *ours,
                       const struct lc_addr *theirs, const struct lc_cookie *c, uint16_t port,
                       uint8_t *out)
{
    uint64_t sum;
    size_t at = put_ip(m, out, ours, theirs, c, 6, TCP, &sum);
    uint8_t *t = out + at;

    put32(t, (uint32_t)c->port << 16 | port);
    put32(t + 4, c->seq);
    put32(t + 8, 0);
    memcpy(t + 12, tcp_rest[at == ETH + IP6], TCP - 12);
    put32(t + 28,
          (uint32_t)(c->nonce >> 17)); /* the clock of timestamps starts anywhere, RFC 7323 */
    put_sum(t + 16, lc_frame_sum(lc_slice_of(t, TCP), sum));
    return at + TCP;
}

bool lc_frame_can_ask(struct lc_sweep_port asked)
{
    const struct lc_dgram *d = lc_dgram_get((enum lc_dgram_id)asked.dgram);

    if (asked.dgram == 0)
        return asked.port != 0;
    return d && d->unicast && d->build && d->bind_port == 0 && asked.variant < d->variants &&
           asked.port == d->port;
}

static size_t make_datagram(struct lc_frame_maker *m, const struct lc_addr *ours,
                            const struct lc_addr *theirs, const struct lc_cookie *c,
                            struct lc_sweep_port asked, uint8_t *out)
{
    struct lc_dgram_ask ask = {
        .nonce = c->nonce, .variant = asked.variant, .v6 = !lc_addr_is_v4(theirs)};
    uint64_t sum;
    size_t at, n;
    uint8_t *u;

    lc_buf_reset(&m->question);
    lc_dgram_get((enum lc_dgram_id)asked.dgram)->build(&ask, &m->question);
    if (m->question.full || m->question.n == 0)
        return 0;
    n = UDP + m->question.n;
    at = put_ip(m, out, ours, theirs, c, 17, n, &sum);
    u = out + at;
    put32(u, (uint32_t)c->port << 16 | asked.port);
    put32(u + 4, (uint32_t)n << 16);
    memcpy(u + UDP, m->question.p, m->question.n);
    put_sum(u + 6, lc_frame_sum(lc_slice_of(u, n), sum));
    if (u[6] == 0 && u[7] == 0)
        put16(u + 6, 0xffff); /* 0 would mean: no checksum (RFC 768) */
    return at + n;
}

size_t lc_frame_make(struct lc_frame_maker *m, const struct lc_addr *ours,
                     const struct lc_addr *theirs, struct lc_sweep_port asked,
                     uint8_t out[static LC_FRAME_MAX])
{
    struct lc_cookie c = lc_cookie_make(m->key, ours, theirs, asked);

    assert(lc_addr_is_v4(ours) == lc_addr_is_v4(theirs));
    if (asked.dgram == 0)
        return make_syn(m, ours, theirs, &c, asked.port, out);
    return lc_frame_can_ask(asked) ? make_datagram(m, ours, theirs, &c, asked, out) : 0;
}
