/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames that answer. Layouts as in frame.c, and
 *
 *     ICMP      type 1 | code 1 | sum 2 | 4                                    RFC 792, 4443
 *               the IP header it is about | at least 8 bytes of its transport
 *
 * The quoted transport begins with our port, theirs and, for TCP, our sequence number: the cookie.
 * An error counts as the address's own refusal when the address itself sent it (a closed UDP port,
 * a firewall that rejects); from anyone else it only says that no way leads there.
 */
#include "discover/frame.h"

#include <string.h>

#define TCP_FIN 0x01U
#define TCP_SYN 0x02U
#define TCP_RST 0x04U
#define TCP_ACK 0x10U

enum { PROTO_ICMP = 1, PROTO_TCP = 6, PROTO_UDP = 17, PROTO_ICMP6 = 58 };

struct packet {
    struct lc_addr from, to;
    struct lc_slice l4; /* transport */
    uint64_t pseudo;    /* sum of its pseudo header */
    uint8_t proto;
    bool v6;
};

static uint16_t be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)be16(p) << 16 | be16(p + 2);
}

static struct lc_addr addr4(const uint8_t *p)
{
    return lc_addr_v4(be32(p));
}

static struct lc_addr addr6(const uint8_t *p)
{
    struct lc_addr a = {.zone = 0};

    memcpy(a.b, p, 16);
    return a;
}

static uint64_t pseudo_sum(struct lc_slice addrs, uint8_t proto, size_t n)
{
    const uint8_t rest[8] = {
        (uint8_t)(n >> 24), (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n, 0, 0, 0, proto};

    return lc_frame_sum(lc_slice_of(rest, 8), lc_frame_sum(addrs, 0));
}

static bool take_ip4(struct lc_slice s, struct packet *out)
{
    size_t head, total;

    if (s.n < 20 || s.p[0] >> 4 != 4)
        return false;
    head = (size_t)(s.p[0] & 15) * 4;
    total = be16(s.p + 2);
    if (head < 20 || total < head || total > s.n) /* behind it: padding of Ethernet */
        return false;
    if (be16(s.p + 6) & 0x3fff) /* more fragments, or not the first */
        return false;
    if (lc_frame_fold(lc_frame_sum(lc_slice_of(s.p, head), 0)) != 0)
        return false;
    *out = (struct packet){.from = addr4(s.p + 12),
                           .to = addr4(s.p + 16),
                           .l4 = lc_slice_of(s.p + head, total - head),
                           .proto = s.p[9]};
    out->pseudo = pseudo_sum(lc_slice_of(s.p + 12, 8), out->proto, out->l4.n);
    return true;
}

static bool take_ip6(struct lc_slice s, struct packet *out)
{
    size_t n;

    if (s.n < 40 || s.p[0] >> 4 != 6)
        return false;
    n = be16(s.p + 4);
    if (n > s.n - 40)
        return false;
    *out = (struct packet){.from = addr6(s.p + 8),
                           .to = addr6(s.p + 24),
                           .l4 = lc_slice_of(s.p + 40, n),
                           .proto = s.p[6],
                           .v6 = true};
    out->pseudo = pseudo_sum(lc_slice_of(s.p + 8, 32), out->proto, n);
    return true;
}

static bool sum_holds(const struct packet *p, bool unsummed)
{
    return unsummed || lc_frame_fold(lc_frame_sum(p->l4, p->pseudo)) == 0;
}

static bool port_is_ours(const struct lc_cookie_key *key, uint16_t port)
{
    return port >= key->port_low && port <= key->port_high;
}

/* Anything but an end and padding; a list that is cut short has what it began. */
static bool has_option(struct lc_slice s)
{
    for (size_t i = 0; i < s.n && s.p[i] != 0; i++)
        if (s.p[i] != 1)
            return true;
    return false;
}

/* ---- TCP ---- */

static enum lc_status parse_tcp(const struct lc_cookie_key *key, const struct packet *p,
                                bool unsummed, struct lc_answer *out)
{
    const uint8_t *t = p->l4.p;
    struct lc_cookie c;
    size_t head;
    unsigned flags;

    if (p->l4.n < 20 || !port_is_ours(key, be16(t + 2)))
        return LC_EPARSE;
    head = (size_t)(t[12] >> 4) * 4;
    flags = t[13] & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK);
    if (head < 20 || head > p->l4.n || !sum_holds(p, unsummed))
        return LC_EPARSE;
    *out = (struct lc_answer){.from = p->from, .port = {.port = be16(t)}};
    c = lc_cookie_make(key, &p->to, &p->from, out->port);
    if (c.port != be16(t + 2))
        return LC_EREFUSED;
    if (flags == (TCP_SYN | TCP_ACK)) {
        out->kind = LC_ANSWER_OPEN;
        out->flags = be16(t + 14) == 0 ? LC_HEARD_WINDOW_ZERO : 0;
        if (!has_option(lc_slice_of(t + 20, head - 20)))
            out->flags |= LC_HEARD_NO_OPTIONS;
        return lc_cookie_fits_open(&c, be32(t + 8)) ? LC_OK : LC_EREFUSED;
    }
    if (!(flags & TCP_RST) || flags & (TCP_SYN | TCP_FIN))
        return LC_EPARSE;
    out->kind = LC_ANSWER_REFUSED;
    return lc_cookie_fits_reset(&c, be32(t + 8)) ? LC_OK : LC_EREFUSED;
}

/* ---- UDP ---- */

struct datagram {
    uint16_t theirs, ours; /* ports */
    struct lc_slice payload;
    bool quoted; /* our own datagram in an ICMP error: no payload to look at */
};

static bool fits(const struct lc_dgram *d, const struct lc_cookie *c, uint8_t variant, bool v6,
                 const struct datagram *g)
{
    const struct lc_dgram_ask ask = {.nonce = c->nonce, .variant = variant, .v6 = v6};

    if (c->port != g->ours)
        return false;
    /* With a token the answer may come from any port (UPnP answers from where it likes). */
    if (!g->quoted && d->ours)
        return d->ours(&ask, g->payload);
    return g->theirs == d->port;
}

static bool find_question(const struct lc_cookie_key *key, const struct lc_addr *ours,
                          const struct lc_addr *theirs, const struct datagram *g,
                          struct lc_sweep_port *out)
{
    bool v6 = !lc_addr_is_v4(theirs);

    for (unsigned id = LC_D_NONE + 1; id < LC_D_COUNT; id++) {
        const struct lc_dgram *d = lc_dgram_get((enum lc_dgram_id)id);
        struct lc_sweep_port asked = {.port = d->port, .dgram = (uint8_t)id};

        for (; lc_frame_can_ask(asked); asked.variant++) {
            struct lc_cookie c = lc_cookie_make(key, ours, theirs, asked);

            if (fits(d, &c, asked.variant, v6, g)) {
                *out = asked;
                return true;
            }
        }
    }
    return false;
}

static enum lc_status parse_udp(const struct lc_cookie_key *key, const struct packet *p,
                                bool unsummed, struct lc_answer *out)
{
    const uint8_t *u = p->l4.p;
    struct datagram g;
    size_t n;

    if (p->l4.n < 8 || !port_is_ours(key, be16(u + 2)))
        return LC_EPARSE;
    n = be16(u + 4);
    if (n < 8 || n != p->l4.n)
        return LC_EPARSE;
    /* IPv4 may leave the checksum out; IPv6 may not (RFC 8200, 8.1). */
    if (be16(u + 6) == 0 ? p->v6 && !unsummed : !sum_holds(p, unsummed))
        return LC_EPARSE;
    g = (struct datagram){
        .theirs = be16(u), .ours = be16(u + 2), .payload = lc_slice_of(u + 8, n - 8)};
    *out = (struct lc_answer){.from = p->from, .kind = LC_ANSWER_OPEN};
    return find_question(key, &p->to, &p->from, &g, &out->port) ? LC_OK : LC_EREFUSED;
}

/* ---- ICMP ---- */

/* Our own packet, as the error quotes it: from us, whole header, first fragment. */
static bool take_quoted(struct lc_slice s, bool v6, struct packet *out)
{
    size_t head = v6 ? 40 : 20;

    if (s.n < head || s.p[0] >> 4 != (v6 ? 6 : 4))
        return false;
    if (!v6) {
        head = (size_t)(s.p[0] & 15) * 4;
        if (head < 20 || be16(s.p + 6) & 0x3fff)
            return false;
    }
    if (s.n < head + 8)
        return false;
    *out = (struct packet){.from = v6 ? addr6(s.p + 8) : addr4(s.p + 12),
                           .to = v6 ? addr6(s.p + 24) : addr4(s.p + 16),
                           .l4 = lc_slice_from(s, head),
                           .proto = v6 ? s.p[6] : s.p[9],
                           .v6 = v6};
    return true;
}

static bool quoted_fits(const struct lc_cookie_key *key, const struct packet *q,
                        struct lc_sweep_port *out)
{
    struct datagram g = {.theirs = be16(q->l4.p + 2), .ours = be16(q->l4.p), .quoted = true};
    struct lc_cookie c;

    if (q->proto == PROTO_UDP)
        return find_question(key, &q->from, &q->to, &g, out);
    *out = (struct lc_sweep_port){.port = g.theirs};
    c = lc_cookie_make(key, &q->from, &q->to, *out);
    return c.port == g.ours && c.seq == be32(q->l4.p + 4);
}

/* Unreachable, time exceeded, parameter problem: RFC 792; RFC 4443 for 1, 3, 4. */
static bool is_error(const struct packet *p)
{
    uint8_t type = p->l4.p[0];

    return p->v6 ? type == 1 || type == 3 || type == 4 : type == 3 || type == 11 || type == 12;
}

static enum lc_status parse_icmp(const struct lc_cookie_key *key, const struct packet *p,
                                 struct lc_answer *out)
{
    struct packet q;

    if (p->l4.n < 8 || !is_error(p) ||
        lc_frame_fold(lc_frame_sum(p->l4, p->v6 ? p->pseudo : 0)) != 0)
        return LC_EPARSE;
    if (!take_quoted(lc_slice_from(p->l4, 8), p->v6, &q) ||
        (q.proto != PROTO_TCP && q.proto != PROTO_UDP) || lc_addr_cmp(&q.from, &p->to) != 0 ||
        !port_is_ours(key, be16(q.l4.p)))
        return LC_EPARSE;
    *out = (struct lc_answer){.from = q.to, .kind = LC_ANSWER_UNREACHABLE};
    if (lc_addr_cmp(&p->from, &q.to) == 0 && p->l4.p[0] == (p->v6 ? 1 : 3))
        out->kind = LC_ANSWER_REFUSED;
    return quoted_fits(key, &q, &out->port) ? LC_OK : LC_EREFUSED;
}

enum lc_status lc_frame_parse(const struct lc_cookie_key *key, struct lc_slice frame, bool unsummed,
                              struct lc_answer *out)
{
    struct lc_slice ip = lc_slice_from(frame, 14);
    struct packet p;

    if (frame.n < 14)
        return LC_EPARSE;
    if (be16(frame.p + 12) == 0x0800 ? !take_ip4(ip, &p)
                                     : be16(frame.p + 12) != 0x86dd || !take_ip6(ip, &p))
        return LC_EPARSE;
    if (p.proto == PROTO_TCP)
        return parse_tcp(key, &p, unsummed, out);
    if (p.proto == PROTO_UDP)
        return parse_udp(key, &p, unsummed, out);
    if (p.proto == (p.v6 ? PROTO_ICMP6 : PROTO_ICMP))
        return parse_icmp(key, &p, out);
    return LC_EPARSE;
}
