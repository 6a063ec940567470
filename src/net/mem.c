/* SPDX-License-Identifier: Apache-2.0 */
/* The in-memory network: a list of events ordered by time, connections by number, peers by address.
 */
#include "net/mem.h"

#include <string.h>

#define SILENT_US 3000000 /* what dial waits for a SYN-ACK */
#define TEXT_MAX  (8U << 20)

enum event_kind { EV_DIALED, EV_DATA, EV_GONE };

struct event {
    int64_t at_us;
    uint64_t order; /* equal times keep the order of their making */
    enum event_kind kind;
    uint32_t conn;
    enum lc_dial_outcome outcome;
    struct lc_slice bytes;
};

struct conn {
    uint32_t number;
    bool open;
    int64_t busy_until_us; /* its peer is still talking */
    const struct lc_mem_peer *peer;
    struct lc_addr addr;
    uint16_t port;
};

struct lc_mem {
    struct lc_net_user user;
    struct lc_arena text;
    int64_t now_us;
    uint64_t order, random;
    unsigned loss_percent;
    struct lc_mem_peer *peers;
    size_t peers_n, peers_cap;
    struct conn *conns;
    size_t conns_n, conns_cap;
    struct event *events;
    size_t events_n, events_cap;
    struct lc_mem_packet *packets;
    size_t packets_n, packets_cap;
};

static bool grow(void **v, size_t n, size_t *cap, size_t size)
{
    void *more;

    if (n < *cap)
        return true;
    more = lc_realloc_n(*v, *cap ? *cap * 2 : 64, size);
    if (more == NULL)
        return false;
    *v = more;
    *cap = *cap ? *cap * 2 : 64;
    return true;
}

struct lc_mem *lc_mem_new(uint64_t seed, unsigned loss_percent)
{
    struct lc_mem *m = lc_alloc(sizeof *m);

    if (m == NULL)
        return NULL;
    m->random = seed | 1;
    m->loss_percent = loss_percent;
    m->now_us = 1000000; /* never 0, so that "no time yet" cannot hide */
    lc_arena_init(&m->text, 1U << 30);
    return m;
}

void lc_mem_free(struct lc_mem *m)
{
    lc_arena_free(&m->text);
    lc_free(m->peers);
    lc_free(m->conns);
    lc_free(m->events);
    lc_free(m->packets);
    lc_free(m);
}

void lc_mem_user(struct lc_mem *m, const struct lc_net_user *user)
{
    m->user = *user;
}

int64_t lc_mem_now(const struct lc_mem *m)
{
    return m->now_us;
}

enum lc_status lc_mem_add(struct lc_mem *m, const struct lc_mem_peer *peer)
{
    if (!grow((void **)&m->peers, m->peers_n, &m->peers_cap, sizeof *m->peers))
        return LC_ENOMEM;
    m->peers[m->peers_n++] = *peer;
    return LC_OK;
}

size_t lc_mem_packets(const struct lc_mem *m, const struct lc_mem_packet **out)
{
    *out = m->packets;
    return m->packets_n;
}

static void record(struct lc_mem *m, const struct lc_addr *a, uint16_t port, bool syn,
                   struct lc_slice bytes)
{
    if (grow((void **)&m->packets, m->packets_n, &m->packets_cap, sizeof *m->packets))
        m->packets[m->packets_n++] = (struct lc_mem_packet){m->now_us, *a, port, syn, bytes};
}

static void post(struct lc_mem *m, struct event ev)
{
    if (!grow((void **)&m->events, m->events_n, &m->events_cap, sizeof *m->events))
        return;
    ev.order = m->order++;
    m->events[m->events_n++] = ev;
}

static const struct lc_mem_peer *peer_of(const struct lc_mem *m, const struct lc_addr *a,
                                         uint16_t port, bool udp)
{
    const struct lc_mem_peer *any = NULL;

    for (size_t i = 0; i < m->peers_n; i++) {
        if (m->peers[i].udp != udp || lc_addr_cmp(&m->peers[i].addr, a) != 0)
            continue;
        if (m->peers[i].port == port)
            return &m->peers[i];
        if (m->peers[i].port == 0)
            any = &m->peers[i];
    }
    return any;
}

static struct conn *conn_of(struct lc_mem *m, uint32_t number)
{
    for (size_t i = m->conns_n; i-- > 0;)
        if (m->conns[i].number == number)
            return &m->conns[i];
    return NULL;
}

static bool lost(struct lc_mem *m)
{
    m->random = m->random * 6364136223846793005U + 1442695040888963407U;
    return (m->random >> 33) % 100 < m->loss_percent;
}

/* Lets the peer's words arrive in its rhythm. */
static void say(struct lc_mem *m, struct conn *c, struct lc_slice text, bool hang_up)
{
    const struct lc_mem_peer *p = c->peer;
    int64_t at = m->now_us + p->latency_us;

    if (at < c->busy_until_us)
        at = c->busy_until_us;
    text = lc_arena_dup(&m->text, text);
    while (text.n) {
        size_t n = p->piece && p->piece < text.n ? p->piece : text.n;

        post(m, (struct event){.at_us = at,
                               .kind = EV_DATA,
                               .conn = c->number,
                               .bytes = lc_slice_sub(text, 0, n)});
        text = lc_slice_from(text, n);
        at += p->gap_us;
    }
    c->busy_until_us = at;
    if (hang_up)
        post(m, (struct event){.at_us = at, .kind = EV_GONE, .conn = c->number});
}

static void connect_to(struct lc_mem *m, uint32_t number, const struct lc_addr *addr, uint16_t port,
                       const struct lc_mem_peer *p)
{
    if (grow((void **)&m->conns, m->conns_n, &m->conns_cap, sizeof *m->conns))
        m->conns[m->conns_n++] =
            (struct conn){.number = number, .peer = p, .addr = *addr, .port = port};
}

static void net_dial(void *ctx, uint32_t number, const struct lc_addr *addr,
                     struct lc_net_port port, uint32_t spent)
{
    struct lc_mem *m = ctx;
    const struct lc_mem_peer *p = peer_of(m, addr, port.port, port.udp);
    struct event ev = {.kind = EV_DIALED, .conn = number, .outcome = LC_DIAL_SILENT};

    (void)spent;
    if (port.udp) {
        ev.outcome = LC_DIAL_OPEN;
        ev.at_us = m->now_us;
    } else {
        record(m, addr, port.port, true, (struct lc_slice){NULL, 0});
        if (p && !lost(m))
            ev.outcome = p->outcome;
        ev.at_us = m->now_us + (ev.outcome == LC_DIAL_SILENT ? SILENT_US : p->latency_us);
    }
    if (ev.outcome == LC_DIAL_OPEN)
        connect_to(m, number, addr, port.port, p);
    post(m, ev);
}

/* What the peer makes of a segment or datagram; a datagram may be lost, or meet a closed port. */
static void answer(struct lc_mem *m, struct conn *c, struct lc_slice bytes)
{
    const struct lc_mem_peer *p = c->peer;
    struct lc_buf text;
    bool hang_up = false;

    if (p == NULL || (p->udp && lost(m)))
        return;
    if (p->udp && p->outcome != LC_DIAL_OPEN) {
        post(m, (struct event){
                    .at_us = m->now_us + p->latency_us, .kind = EV_GONE, .conn = c->number});
        return;
    }
    lc_buf_init(&text, TEXT_MAX);
    if (p->answer)
        p->answer(p->ctx, bytes, &text, &hang_up);
    say(m, c, lc_buf_view(&text), hang_up);
    lc_buf_free(&text);
}

static enum lc_status net_send(void *ctx, uint32_t number, struct lc_slice bytes, size_t *sent)
{
    struct lc_mem *m = ctx;
    struct conn *c = conn_of(m, number);

    if (c == NULL || !c->open)
        return LC_EIO;
    *sent = bytes.n;
    bytes = lc_arena_dup(&m->text, bytes);
    record(m, &c->addr, c->port, false, bytes);
    answer(m, c, bytes);
    return LC_OK;
}

static void net_close(void *ctx, uint32_t number, bool gently)
{
    struct conn *c = conn_of(ctx, number);

    (void)gently;
    if (c)
        c->open = false;
}

struct lc_net lc_mem_net(struct lc_mem *m)
{
    static const struct lc_net_ops ops = {net_dial, net_send, net_close};

    return (struct lc_net){&ops, m};
}

static void deliver(struct lc_mem *m, const struct event *ev)
{
    struct conn *c = conn_of(m, ev->conn);
    struct lc_buf text;
    bool hang_up = false;

    if (ev->kind == EV_DIALED) {
        if (c && ev->outcome == LC_DIAL_OPEN)
            c->open = true;
        m->user.dialed(m->user.ctx, m->now_us, ev->conn, ev->outcome);
        c = conn_of(m, ev->conn);
        if (c == NULL || !c->open || c->peer == NULL || c->peer->greet == NULL)
            return;
        lc_buf_init(&text, TEXT_MAX);
        c->peer->greet(c->peer->ctx, &text, &hang_up);
        say(m, c, lc_buf_view(&text), hang_up);
        lc_buf_free(&text);
    } else if (c && c->open && ev->kind == EV_DATA) {
        m->user.data(m->user.ctx, m->now_us, ev->conn, ev->bytes);
    } else if (c && c->open) {
        m->user.gone(m->user.ctx, m->now_us, ev->conn, c->peer && c->peer->udp);
        c = conn_of(m, ev->conn);
        if (c)
            c->open = false;
    }
}

bool lc_mem_step(struct lc_mem *m, int64_t until_us)
{
    size_t first = LC_NPOS;
    struct event ev;

    for (size_t i = 0; i < m->events_n; i++)
        if (first == LC_NPOS || m->events[i].at_us < m->events[first].at_us ||
            (m->events[i].at_us == m->events[first].at_us &&
             m->events[i].order < m->events[first].order))
            first = i;
    if (first == LC_NPOS || m->events[first].at_us > until_us) {
        if (until_us > m->now_us)
            m->now_us = until_us;
        return false;
    }
    ev = m->events[first];
    m->events[first] = m->events[--m->events_n];
    if (ev.at_us > m->now_us)
        m->now_us = ev.at_us;
    deliver(m, &ev);
    return true;
}
