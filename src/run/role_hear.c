/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hear: reads what the devices of a link answer to discovery, and say unasked. It holds sockets
 * that dial made and sent the questions from; like a talker it can receive, write to its owner, and
 * nothing else.
 *
 * An answer counts for its sender alone. Senders outside the network or the scope are named to ctl
 * once, without facts. Floods are bounded: the first ANSWERS_MAX datagrams of a protocol from one
 * sender are read, of SENDERS_MAX senders.
 */
#include "run/role.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "proto/tls.h"
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

#define SENDERS_MAX 4096U
#define ANSWERS_MAX 4U
#define SOCKETS_MAX (LC_SHOUT_NETS * LC_D_COUNT)
#define BURST       256U /* datagrams read from one socket before the others have their turn */
#define TAG_CTL     0xffffffffU
#define TAG_DOOR    0xfffffffeU

struct sender {
    struct lc_addr addr;
    bool used, outside;
    uint8_t heard[LC_D_COUNT];
};

struct hear {
    const struct lc_role_config *cfg;
    struct lc_gate gate;
    struct lc_crash_page *page;
    struct lc_link ctl;
    int epoll;
    int fds[SOCKETS_MAX];
    uint64_t nonce; /* of every question of this run */
    struct sender *senders;
    uint64_t key;
    bool stop;
};

/* ---- who said it ---- */

/* The sender's place, made at its first word; NULL when the table is full. */
static struct sender *sender_of(struct hear *h, const struct lc_addr *a)
{
    size_t at = lc_addr_hash(a, h->key) % SENDERS_MAX;

    for (size_t i = 0; i < SENDERS_MAX; i++) {
        struct sender *s = &h->senders[(at + i) % SENDERS_MAX];

        if (!s->used)
            *s = (struct sender){.used = true, .addr = *a};
        if (lc_addr_cmp(&s->addr, a) == 0 && s->addr.zone == a->zone)
            return s;
    }
    return NULL;
}

static bool inside(const struct hear *h, const struct lc_shout_net *net, const struct lc_addr *a)
{
    struct lc_addr bare = *a;

    bare.zone = 0;
    return lc_range_has(&net->net, &bare) &&
           lc_gate_check(&h->gate, a, lc_clock_wall_us() / 1000000);
}

/* ---- what was said ---- */

static void tell_outside(struct hear *h, struct sender *s)
{
    if (s->outside)
        return;
    s->outside = true;
    lc_link_put_addr(lc_link_begin(&h->ctl, LC_MSG_OUTSIDE), &s->addr);
    lc_link_end(&h->ctl);
}

/* Asked, or overheard where devices also speak unasked: then the token may be another's. */
static enum lc_status parse(struct hear *h, enum lc_dgram_id id, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    const struct lc_dgram *d = lc_dgram_get(id);
    struct lc_dgram_ask ask = {.nonce = h->nonce, .multicast = true, .v6 = !lc_addr_is_v4(from)};
    enum lc_status st = LC_EREFUSED;

    for (ask.variant = 0; ask.variant < d->variants && st == LC_EREFUSED; ask.variant++)
        st = d->parse(&ask, from, in, facts);
    if (st == LC_EREFUSED && d->listen)
        st = d->parse(NULL, from, in, facts);
    return st;
}

static void read_one(struct hear *h, enum lc_dgram_id id, const struct lc_shout_net *net,
                     const struct lc_addr *from, struct lc_slice in)
{
    struct sender *s = sender_of(h, from);
    struct lc_facts facts;
    enum lc_status st;

    if (s == NULL || s->heard[id] >= ANSWERS_MAX)
        return;
    lc_facts_init(&facts);
    facts.exch = (uint8_t)(LC_DGRAM_EXCH + id);
    h->page->host = 0;
    h->page->n = (uint32_t)in.n;
    h->page->port = lc_dgram_get(id)->port;
    st = parse(h, id, from, in, &facts);
    h->page->port = 0;
    if (st == LC_OK)
        s->heard[id]++;
    if (st == LC_OK && !inside(h, net, from)) {
        tell_outside(h, s);
    } else if (st == LC_OK) {
        struct lc_buf *b = lc_link_begin(&h->ctl, LC_MSG_ANSWER);

        lc_link_put_addr(b, from);
        (void)lc_buf_u8(b, (uint8_t)id);
        (void)lc_buf_put(b, lc_buf_view(&facts.buf));
        lc_link_end(&h->ctl);
    }
    lc_facts_free(&facts);
}

static void on_socket(struct hear *h, uint32_t i)
{
    enum lc_dgram_id id = (enum lc_dgram_id)(i % LC_D_COUNT);
    const struct lc_shout_net *net = &h->cfg->nets[i / LC_D_COUNT];

    for (unsigned k = 0; k < BURST; k++) {
        struct sockaddr_storage ss = {.ss_family = AF_UNSPEC};
        struct iovec io = {h->page->bytes, LC_CRASH_BYTES};
        struct msghdr m = {
            .msg_name = &ss, .msg_namelen = sizeof ss, .msg_iov = &io, .msg_iovlen = 1};
        ssize_t n = recvmsg(h->fds[i], &m, MSG_DONTWAIT);
        struct lc_addr from;

        if (n < 0)
            return;
        if (ss.ss_family != AF_INET && ss.ss_family != AF_INET6)
            continue;
        from = lc_addr_from_sockaddr(&ss, NULL);
        read_one(h, id, net, &from, lc_slice_of(h->page->bytes, (size_t)n));
    }
}

/* ---- sockets from dial ---- */

static void adopt(struct hear *h, uint32_t conn, int fd)
{
    uint32_t id = conn & 0xff, net = conn >> 8, i = net * LC_D_COUNT + id;
    struct epoll_event ev = {.events = EPOLLIN, .data.u32 = i};

    if (id >= LC_D_COUNT || net >= h->cfg->nets_n || h->fds[i] >= 0 ||
        epoll_ctl(h->epoll, EPOLL_CTL_ADD, fd, &ev) != 0) {
        (void)close(fd);
        return;
    }
    h->fds[i] = fd;
}

static void on_door(struct hear *h)
{
    struct lc_door_answers a;

    if (lc_door_take(LC_FD_DIAL, &a) == LC_EIO)
        h->stop = true;
    for (size_t i = 0; i < a.n; i++)
        if (a.fd[i] >= 0)
            adopt(h, a.v[i].conn, a.fd[i]);
}

static void on_ctl(struct hear *h)
{
    if (lc_link_read(&h->ctl, NULL) == LC_EIO)
        h->stop = true; /* ctl says nothing here: it only ends us */
}

static void loop(struct hear *h)
{
    struct epoll_event ev[64];

    while (!h->stop) {
        int n = epoll_wait(h->epoll, ev, 64, 200);

        for (int i = 0; i < n && !h->stop; i++) {
            if (ev[i].data.u32 == TAG_CTL)
                on_ctl(h);
            else if (ev[i].data.u32 == TAG_DOOR)
                on_door(h);
            else
                on_socket(h, ev[i].data.u32);
        }
        if (lc_link_flush(&h->ctl) == LC_EIO)
            h->stop = true;
    }
}

static bool prepare(struct hear *h)
{
    struct epoll_event ctl = {.events = EPOLLIN, .data.u32 = TAG_CTL};
    struct epoll_event door = {.events = EPOLLIN, .data.u32 = TAG_DOOR};
    struct lc_slice gate;

    if (lc_config_map(LC_FD_CONFIG, &h->cfg, &gate, NULL) != LC_OK ||
        lc_gate_unpack(gate, &h->gate) != LC_OK)
        return false;
    h->page = mmap(NULL, sizeof *h->page, PROT_READ | PROT_WRITE, MAP_SHARED, LC_FD_CRASH, 0);
    h->senders = lc_alloc_n(SENDERS_MAX, sizeof *h->senders);
    h->epoll = epoll_create1(EPOLL_CLOEXEC);
    lc_tls_prepare(); /* Tuya's beacons are read with OpenSSL, which would open files later */
    h->nonce = h->cfg->nonce;
    lc_random(&h->key, sizeof h->key);
    for (size_t i = 0; i < SOCKETS_MAX; i++)
        h->fds[i] = -1;
    lc_link_init(&h->ctl, LC_FD_CTL);
    return h->page != MAP_FAILED && h->senders && h->epoll >= 0 &&
           epoll_ctl(h->epoll, EPOLL_CTL_ADD, LC_FD_CTL, &ctl) == 0 &&
           epoll_ctl(h->epoll, EPOLL_CTL_ADD, LC_FD_DIAL, &door) == 0;
}

int lc_role_hear(void)
{
    static struct hear h;
    struct lc_sandbox_report box;
    struct lc_err err;

    if (!prepare(&h)) {
        lc_log(LC_LOG_ERROR, "hear: cannot start");
        return 5;
    }
    /* The same rights as a talker: receive and write on what it was given. */
    if (lc_sandbox_enter(LC_ROLE_TALK, h.cfg->sandbox_required, &box, &err) != LC_OK) {
        lc_log(LC_LOG_ERROR, "hear: %s", err.text);
        return 5;
    }
    loop(&h);
    return 0;
}
