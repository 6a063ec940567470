/* SPDX-License-Identifier: Apache-2.0 */
/*
 * talk: where every byte of a peer is parsed. It holds connections that dial opened, runs the talk
 * engine over them, and sends the facts to ctl. After lc_sandbox_enter it can read, write and wait
 * on descriptors it was given, and nothing else.
 *
 * Bytes are read straight into the crash page that ctl also sees: when this process dies in a
 * parser, the page says over whose bytes, and still holds them.
 */
#include "run/role.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "run/config.h"
#include "run/door.h"
#include "run/link.h"
#include "run/sandbox.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_N 256
#define TAG_CTL  (1ULL << 40)
#define TAG_DOOR (1ULL << 41)
#define INDEX(c) ((c)&0x3ffffU) /* a connection number's record: see src/talk/engine.h */

struct conn {
    int fd; /* -1: none */
    uint32_t number;
    bool udp; /* this and the peer are of the connection that was asked for last */
    struct lc_addr peer;
};

struct talker {
    const struct lc_role_config *cfg;
    struct lc_crash_page *page;
    struct lc_link ctl;
    int epoll;
    int64_t now_us;
    struct lc_talk *engine;
    struct lc_net_user user;
    struct conn *conns;
    size_t conns_n;
    struct lc_door_ask *asks; /* not yet with dial */
    size_t asks_n;
    bool stop;
};

/* ---- what the engine asks of the transport ---- */

static void net_dial(void *ctx, uint32_t number, const struct lc_addr *addr,
                     struct lc_net_port port, uint32_t spent)
{
    struct talker *t = ctx;

    /* Full only when dial has hung for a whole host deadline: the host then ends as out of budget.
     */
    if (t->asks_n == 2 * t->conns_n)
        return;
    t->conns[INDEX(number)].udp = port.udp;
    t->conns[INDEX(number)].peer = *addr;
    t->asks[t->asks_n++] =
        (struct lc_door_ask){.conn = number, .spent = spent, .port = port, .addr = *addr};
}

static enum lc_status net_send(void *ctx, uint32_t number, struct lc_slice bytes, size_t *sent)
{
    struct talker *t = ctx;
    ssize_t n = send(t->conns[INDEX(number)].fd, bytes.p, bytes.n, MSG_NOSIGNAL | MSG_DONTWAIT);

    *sent = n > 0 ? (size_t)n : 0;
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? LC_AGAIN : LC_EIO;
    return LC_OK;
}

static void net_close(void *ctx, uint32_t number, bool gently)
{
    struct talker *t = ctx;
    struct conn *c = &t->conns[INDEX(number)];

    if (c->fd < 0 || c->number != number)
        return;
    if (gently)
        (void)shutdown(c->fd, SHUT_WR); /* FIN answers FIN; without it the close resets */
    (void)close(c->fd);
    c->fd = -1;
}

static const struct lc_net_ops net_ops = {net_dial, net_send, net_close};

/* ---- what it tells its owner ---- */

static void on_result(void *ctx, const struct lc_talk_result *r)
{
    struct talker *t = ctx;
    struct lc_buf *b = lc_link_begin(&t->ctl, LC_MSG_RESULT);

    (void)lc_buf_le64(b, r->host);
    (void)lc_buf_u8(b, (uint8_t)r->state);
    (void)lc_buf_le32(b, r->packets);
    (void)lc_buf_le64(b, (uint64_t)r->took_us);
    (void)lc_buf_put(b, r->facts);
    lc_link_end(&t->ctl);
}

static void on_parsing(void *ctx, uint64_t host, uint16_t port)
{
    struct talker *t = ctx;

    t->page->host = host;
    t->page->port = port;
}

/* ---- events ---- */

/* Where the place has a socket already, this one answers a question given up meanwhile. */
static void adopt(struct talker *t, uint32_t number, int fd)
{
    struct conn *c = &t->conns[INDEX(number)];
    struct epoll_event ev = {.events = EPOLLIN | EPOLLRDHUP, .data.u64 = number};

    if (fd < 0 || INDEX(number) >= t->conns_n || c->fd >= 0 ||
        epoll_ctl(t->epoll, EPOLL_CTL_ADD, fd, &ev) != 0) {
        if (fd >= 0)
            (void)close(fd);
        t->user.dialed(t->user.ctx, t->now_us, number, LC_DIAL_LOCAL);
        return;
    }
    c->fd = fd;
    c->number = number;
    t->user.dialed(t->user.ctx, t->now_us, number, LC_DIAL_OPEN);
}

/* One packet of answers; false when there is none. */
static bool take_answers(struct talker *t)
{
    struct lc_door_answers a;
    enum lc_status st = lc_door_take(LC_FD_DIAL, &a);

    t->stop = t->stop || st == LC_EIO;
    for (size_t i = 0; i < a.n; i++) {
        if (a.v[i].outcome == LC_DIAL_OPEN)
            adopt(t, a.v[i].conn, a.fd[i]);
        else
            t->user.dialed(t->user.ctx, t->now_us, a.v[i].conn,
                           (enum lc_dial_outcome)a.v[i].outcome);
    }
    return st == LC_OK;
}

/* One host, as lc_link_put_host wrote it. */
static bool start_host(struct talker *t, struct lc_cur *body)
{
    struct lc_addr addr;
    struct lc_talk_known known;
    uint64_t host = lc_cur_le64(body);

    lc_link_take_addr(body, &addr);
    lc_link_take_known(body, &known);
    /* ctl overran the window it knows: a bug, not a state. */
    return !body->bad && lc_talk_start(t->engine, t->now_us, host, &addr, &known, body->s) == LC_OK;
}

static void on_ctl(struct talker *t)
{
    struct lc_cur body;
    uint32_t type;

    if (lc_link_read(&t->ctl, NULL) == LC_EIO)
        t->stop = true;
    while (!t->stop && lc_link_next(&t->ctl, &type, &body) == LC_OK)
        if (type != LC_MSG_HOST || !start_host(t, &body))
            t->stop = true;
}

/* A connected UDP socket still hands out what came before it was connected, from anybody. */
static bool from_peer(const struct conn *c, const struct sockaddr_storage *ss)
{
    struct lc_addr from;

    if (!c->udp)
        return true;
    from = lc_addr_from_sockaddr(ss, NULL);
    return memcmp(from.b, c->peer.b, sizeof from.b) == 0;
}

static void on_conn(struct talker *t, uint32_t number)
{
    struct conn *c = INDEX(number) < t->conns_n ? &t->conns[INDEX(number)] : NULL;
    struct sockaddr_storage ss = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof ss;
    ssize_t n;

    if (c == NULL || c->fd < 0 || c->number != number)
        return;
    n = recvfrom(c->fd, t->page->bytes, LC_CRASH_BYTES, MSG_DONTWAIT, (struct sockaddr *)&ss, &len);
    if (n > 0 && !from_peer(c, &ss))
        return;
    if (n > 0) {
        t->page->n = (uint32_t)n;
        t->user.data(t->user.ctx, t->now_us, number, lc_slice_of(t->page->bytes, (size_t)n));
    } else if (n == 0 && c->udp) {
        return; /* an empty datagram says nothing */
    } else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
        t->page->n = 0;
        t->user.gone(t->user.ctx, t->now_us, number, n < 0);
        net_close(t, number, n == 0);
    }
}

static void loop(struct talker *t)
{
    struct epoll_event ev[EVENTS_N];
    int64_t wake = INT64_MAX;

    while (!t->stop) {
        int64_t left = wake - t->now_us;
        int n = epoll_wait(t->epoll, ev, EVENTS_N,
                           left > LC_SEC(1) ? 1000
                           : left <= 0      ? 0
                                            : (int)((left + 999) / 1000));

        t->now_us = lc_clock_mono_us();
        for (int i = 0; i < n && !t->stop; i++) {
            if (ev[i].data.u64 == TAG_CTL)
                on_ctl(t);
            else if (ev[i].data.u64 == TAG_DOOR)
                while (take_answers(t))
                    ;
            else
                on_conn(t, (uint32_t)ev[i].data.u64);
        }
        wake = lc_talk_tick(t->engine, t->now_us);
        t->asks_n = lc_door_ask(LC_FD_DIAL, t->asks, t->asks_n);
        if (lc_link_flush(&t->ctl) == LC_EIO)
            t->stop = true;
        if ((t->ctl.out.n || t->asks_n) && wake > t->now_us + LC_MS(1))
            wake = t->now_us + LC_MS(1);
    }
}

static void choose_dgrams(const struct lc_kb *kb, struct lc_talk_config *cfg)
{
    const struct lc_dgram_plan *plans;
    size_t n = lc_kb_datagrams(kb, &plans);

    for (size_t i = 0; i < n && cfg->dgrams_n < LC_TALK_DGRAMS; i++)
        cfg->dgrams[cfg->dgrams_n++] = &plans[i];
}

static enum lc_status open_engine(struct talker *t)
{
    struct lc_talk_config cfg = {
        .ports_n = t->cfg->ports_n,
        .silent_n = t->cfg->silent_n,
        .host_pps = t->cfg->rates.host_pps,
        .host_conns = t->cfg->rates.host_conns,
        .hosts_max = t->cfg->hosts_max,
        .dialogue_us = t->cfg->dialogue_us,
        .host_us = t->cfg->host_us,
        .dgrams_priority = t->cfg->dgrams,
        .device_info = (t->cfg->checks & LC_CHECK_ANON_DEVICE_INFO) != 0,
    };
    struct lc_talk_owner owner = {t, on_result, on_parsing};
    struct lc_net net = {&net_ops, t};
    struct lc_kb *kb = NULL;
    struct lc_identifier *identifier = NULL;
    struct lc_err err = {""};
    enum lc_status st;

    memcpy(cfg.ports, t->cfg->ports, sizeof cfg.ports);
    lc_random(&cfg.seed, sizeof cfg.seed);
    st = lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err);
    if (st == LC_OK)
        st = lc_identifier_open(kb, &identifier, &err);
    if (st == LC_OK)
        choose_dgrams(kb, &cfg);
    cfg.kb = kb;
    cfg.identifier = identifier;
    if (st == LC_OK)
        st = lc_talk_open(&cfg, &net, &owner, &t->engine);
    if (st != LC_OK)
        lc_log(LC_LOG_ERROR, "talk: %s %s", lc_status_name(st), err.text);
    return st;
}

static bool prepare(struct talker *t)
{
    struct epoll_event ctl = {.events = EPOLLIN, .data.u64 = TAG_CTL};
    struct epoll_event door = {.events = EPOLLIN, .data.u64 = TAG_DOOR};
    struct lc_slice gate;

    if (lc_config_map(LC_FD_CONFIG, &t->cfg, &gate, NULL) != LC_OK)
        return false;
    t->page = mmap(NULL, sizeof *t->page, PROT_READ | PROT_WRITE, MAP_SHARED, LC_FD_CRASH, 0);
    t->conns_n = (size_t)t->cfg->hosts_max * t->cfg->rates.host_conns;
    t->conns = lc_alloc_n(t->conns_n, sizeof *t->conns);
    t->asks = lc_alloc_n(2 * t->conns_n, sizeof *t->asks);
    t->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (t->page == MAP_FAILED || !t->conns || !t->asks || t->epoll < 0)
        return false;
    for (size_t i = 0; i < t->conns_n; i++)
        t->conns[i].fd = -1;
    lc_link_init(&t->ctl, LC_FD_CTL);
    if (epoll_ctl(t->epoll, EPOLL_CTL_ADD, LC_FD_CTL, &ctl) != 0 ||
        epoll_ctl(t->epoll, EPOLL_CTL_ADD, LC_FD_DIAL, &door) != 0)
        return false;
    if (open_engine(t) != LC_OK)
        return false;
    t->user = lc_talk_user(t->engine);
    return true;
}

int lc_role_talk(void)
{
    static struct talker t;
    struct lc_sandbox_report box;
    struct lc_err err;

    if (!prepare(&t)) {
        lc_log(LC_LOG_ERROR, "talk: cannot start");
        return 5;
    }
    if (lc_sandbox_enter(LC_ROLE_TALK, t.cfg->sandbox_required, &box, &err) != LC_OK) {
        lc_log(LC_LOG_ERROR, "talk: %s", err.text);
        return 5;
    }
    t.now_us = lc_clock_mono_us();
    loop(&t);
    return 0;
}
