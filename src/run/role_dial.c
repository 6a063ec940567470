/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dial: the only role that creates network sockets. Every request of a talker passes the gate (the
 * second, independent scope check) and the budgets, then becomes a non-blocking connect; an opened
 * connection is handed to the talker that asked and forgotten here. Not one byte of a peer is read
 * in this process.
 */
#include "run/role.h"

#include "base/clock.h"
#include "base/log.h"
#include "run/config.h"
#include "run/door.h"
#include "run/link.h"
#include "run/shout.h"
#include "scope/pace.h"
#include "run/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define EVENTS_N 256
#define TAG_CTL  0xffffffffU
#define TAG_DOOR 0x80000000U /* + talker number */
#define NONE     UINT32_MAX

/* Descriptors, ports and the kernel's tables run short for a moment only, until other attempts end:
 * what lacks them tries again, for up to six seconds (a neighbour nobody answers for is given up by
 * the kernel after three). */
#define LACK_WAIT_US LC_MS(100)
#define LACK_TRIES   60

/* One request on its way: waiting for its time, then connecting. */
struct attempt {
    struct lc_door_ask ask;
    uint32_t talker, epoch;
    int fd;              /* -1 while waiting */
    uint8_t lacks;       /* how often our own side was short of something */
    int64_t at_us;       /* leaves at; then: deadline */
    uint32_t next, prev; /* deadline FIFO, or free list by `next` */
    uint32_t heap_at;
};

struct door {
    int fd;         /* -1: none */
    uint32_t epoch; /* a talker that replaces a dead one gets none of its answers */
    struct lc_door_answer answers[LC_DOOR_BATCH];
    int fds[LC_DOOR_BATCH];
    size_t answers_n, fds_n;
};

struct dial {
    const struct lc_role_config *cfg;
    struct lc_gate gate;
    struct lc_pace *pace;
    struct lc_link ctl;
    int epoll;
    int64_t now_us, now_s;
    struct attempt *all;
    uint32_t all_n, free_head;
    uint32_t fifo_head, fifo_tail; /* connecting, by deadline: the time-out is one constant */
    uint32_t *heap;                /* waiting, by time */
    uint32_t heap_n, connecting_n;
    uint32_t
        fresh[LC_DOOR_BATCH]; /* connects issued just now, looked at once before they go to epoll */
    uint32_t fresh_n;
    struct door doors[LC_TALKERS_MAX];
    struct lc_shout shout;
    size_t source_at;
    bool stop;
};

/* ---- answers ---- */

static void door_flush(struct dial *d, struct door *door)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int) * LC_DOOR_BATCH)];
    } control;
    struct iovec io = {door->answers, door->answers_n * sizeof *door->answers};
    struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1};

    (void)d;
    if (door->answers_n == 0)
        return;
    if (door->fds_n) {
        struct cmsghdr *c;

        m.msg_control = &control;
        m.msg_controllen = CMSG_SPACE(sizeof(int) * door->fds_n);
        c = CMSG_FIRSTHDR(&m);
        c->cmsg_level = SOL_SOCKET;
        c->cmsg_type = SCM_RIGHTS;
        c->cmsg_len = CMSG_LEN(sizeof(int) * door->fds_n);
        memcpy(CMSG_DATA(c), door->fds, sizeof(int) * door->fds_n);
    }
    /* Blocking: a talker reads its door before anything else, so the wait is short; if it died,
     * EPIPE. */
    while (sendmsg(door->fd, &m, MSG_NOSIGNAL) < 0 && errno == EINTR)
        ;
    for (size_t i = 0; i < door->fds_n; i++)
        (void)close(door->fds[i]);
    door->answers_n = door->fds_n = 0;
}

static void answer(struct dial *d, const struct attempt *a, enum lc_dial_outcome outcome, int fd)
{
    struct door *door = &d->doors[a->talker];

    if (door->fd < 0 || door->epoch != a->epoch) {
        if (fd >= 0)
            (void)close(fd);
        return;
    }
    door->answers[door->answers_n++] = (struct lc_door_answer){a->ask.conn, (uint32_t)outcome};
    if (fd >= 0)
        door->fds[door->fds_n++] = fd;
    if (door->answers_n == LC_DOOR_BATCH)
        door_flush(d, door);
}

/* ---- attempts: heap of the waiting, FIFO of the connecting ---- */

static void heap_put(struct dial *d, uint32_t at, uint32_t i)
{
    d->heap[at] = i;
    d->all[i].heap_at = at;
}

static void heap_push(struct dial *d, uint32_t i)
{
    uint32_t at = d->heap_n++;

    while (at && d->all[d->heap[(at - 1) / 2]].at_us > d->all[i].at_us) {
        heap_put(d, at, d->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    heap_put(d, at, i);
}

static uint32_t heap_pop(struct dial *d)
{
    uint32_t top = d->heap[0], last = d->heap[--d->heap_n], at = 0;

    for (;;) {
        uint32_t kid = 2 * at + 1;

        if (kid >= d->heap_n)
            break;
        if (kid + 1 < d->heap_n && d->all[d->heap[kid + 1]].at_us < d->all[d->heap[kid]].at_us)
            kid++;
        if (d->all[d->heap[kid]].at_us >= d->all[last].at_us)
            break;
        heap_put(d, at, d->heap[kid]);
        at = kid;
    }
    if (d->heap_n)
        heap_put(d, at, last);
    return top;
}

static void fifo_append(struct dial *d, uint32_t i)
{
    d->all[i].next = NONE;
    d->all[i].prev = d->fifo_tail;
    if (d->fifo_tail == NONE)
        d->fifo_head = i;
    else
        d->all[d->fifo_tail].next = i;
    d->fifo_tail = i;
    d->connecting_n++;
}

static void fifo_remove(struct dial *d, uint32_t i)
{
    struct attempt *a = &d->all[i];

    if (a->prev == NONE)
        d->fifo_head = a->next;
    else
        d->all[a->prev].next = a->next;
    if (a->next == NONE)
        d->fifo_tail = a->prev;
    else
        d->all[a->next].prev = a->prev;
    d->connecting_n--;
}

static void release(struct dial *d, uint32_t i)
{
    d->all[i].fd = -1;
    d->all[i].next = d->free_head;
    d->free_head = i;
}

/* ---- connecting ---- */

static enum lc_dial_outcome outcome_of(int error)
{
    switch (error) {
    case 0:
        return LC_DIAL_OPEN;
    case ECONNREFUSED:
    case ECONNRESET:
        return LC_DIAL_REFUSED;
    case ETIMEDOUT:
        return LC_DIAL_SILENT;
    case EMFILE:
    case ENFILE:
    case ENOBUFS:
    case ENOMEM:
    case EADDRNOTAVAIL:
    case EAGAIN:
        return LC_DIAL_LOCAL;
    default:
        return LC_DIAL_UNREACHABLE;
    }
}

static void set_int(int fd, int level, int name, int value)
{
    (void)setsockopt(fd, level, name, &value, sizeof value);
}

/* The address of ours that the kernel takes towards `to`. Connecting a UDP socket sends nothing. */
static bool own_address(const struct sockaddr_storage *to, unsigned n, struct lc_addr *own)
{
    struct sockaddr_storage ss = {.ss_family = AF_UNSPEC};
    socklen_t len = sizeof ss;
    int fd = socket(to->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool known = fd >= 0 && connect(fd, (const struct sockaddr *)to, n) == 0 &&
                 getsockname(fd, (struct sockaddr *)&ss, &len) == 0;

    if (fd >= 0)
        (void)close(fd);
    *own = lc_addr_from_sockaddr(&ss, NULL);
    return known;
}

/* A port of ours that the protocol prescribes is shared with other conversations, so it is bound on
 * the one address that this one uses: between bind and connect the socket would otherwise take
 * datagrams that were meant for theirs. Closing a UDP socket tells the peer nothing. */
static int new_datagram_socket(const struct lc_door_ask *ask, const struct sockaddr_storage *to,
                               unsigned to_n)
{
    int fd = socket(to->ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_storage ss;
    struct lc_addr own;
    unsigned n;

    if (fd < 0 || ask->port.from == 0 || !own_address(to, to_n, &own))
        return fd; /* without an address of ours connect() says why */
    n = lc_addr_to_sockaddr(&own, ask->port.from, &ss);
    set_int(fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (bind(fd, (struct sockaddr *)&ss, n) != 0) {
        (void)close(fd);
        return -1;
    }
    return fd;
}

static int new_socket(struct dial *d, const struct lc_addr *to)
{
    /* Closing resets: no TIME_WAIT pile-up. A peer that closed first is answered with a FIN by the
     * talker. */
    static const struct linger reset = {1, 0};
    int fd = socket(lc_addr_is_v4(to) ? AF_INET : AF_INET6,
                    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return -1;
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset);
    set_int(fd, IPPROTO_TCP, TCP_SYNCNT, 1);
    set_int(fd, IPPROTO_TCP, TCP_NODELAY, 1);
    if (d->cfg->sources_n) {
        const struct lc_addr *from = &d->cfg->sources[d->source_at++ % d->cfg->sources_n];
        struct sockaddr_storage ss;
        unsigned n = lc_addr_to_sockaddr(from, 0, &ss);

        set_int(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, 1);
        if (lc_addr_is_v4(from) == lc_addr_is_v4(to))
            (void)bind(fd, (struct sockaddr *)&ss, n);
    }
    return fd;
}

/* The attempt holds no descriptor and stands in no list. */
static void short_of_something(struct dial *d, uint32_t i)
{
    struct attempt *a = &d->all[i];

    a->fd = -1;
    if (++a->lacks > LACK_TRIES) {
        answer(d, a, LC_DIAL_LOCAL, -1);
        release(d, i);
        return;
    }
    a->at_us = d->now_us + LACK_WAIT_US;
    heap_push(d, i);
}

static void conclude(struct dial *d, uint32_t i, int error)
{
    struct attempt *a = &d->all[i];
    enum lc_dial_outcome outcome = outcome_of(error);

    fifo_remove(d, i);
    if (error)
        (void)close(a->fd);
    if (outcome == LC_DIAL_LOCAL) {
        short_of_something(d, i);
        return;
    }
    answer(d, a, outcome, error ? -1 : a->fd);
    release(d, i);
}

static void watch(struct dial *d, uint32_t i)
{
    struct epoll_event ev = {.events = EPOLLOUT | EPOLLONESHOT, .data.u32 = i};

    if (epoll_ctl(d->epoll, EPOLL_CTL_ADD, d->all[i].fd, &ev) != 0)
        conclude(d, i, ENOBUFS);
}

/* On a local network most connects are decided at once: one poll() for the batch spares epoll the
 * rest. */
static void look_once(struct dial *d)
{
    struct pollfd fds[LC_DOOR_BATCH];
    uint32_t n = d->fresh_n;

    d->fresh_n = 0;
    for (uint32_t k = 0; k < n; k++)
        fds[k] = (struct pollfd){d->all[d->fresh[k]].fd, POLLOUT, 0};
    if (n && poll(fds, n, 0) < 0)
        memset(fds, 0, sizeof fds);
    for (uint32_t k = 0; k < n; k++) {
        int error = 0;
        socklen_t len = sizeof error;

        if (fds[k].revents == 0) {
            watch(d, d->fresh[k]);
            continue;
        }
        if (fds[k].revents & (POLLERR | POLLHUP))
            (void)getsockopt(fds[k].fd, SOL_SOCKET, SO_ERROR, &error, &len);
        conclude(d, d->fresh[k], error);
    }
}

static void leave(struct dial *d, uint32_t i)
{
    struct attempt *a = &d->all[i];
    struct sockaddr_storage ss;
    unsigned n = lc_addr_to_sockaddr(&a->ask.addr, a->ask.port.port, &ss);

    a->fd = -1;
    if (d->connecting_n < d->cfg->conns_max)
        a->fd =
            a->ask.port.udp ? new_datagram_socket(&a->ask, &ss, n) : new_socket(d, &a->ask.addr);
    if (a->fd < 0) {
        short_of_something(d, i);
        return;
    }
    a->at_us = d->now_us + d->cfg->connect_us;
    fifo_append(d, i);
    if (connect(a->fd, (struct sockaddr *)&ss, n) == 0 || errno == EINPROGRESS) {
        d->fresh[d->fresh_n++] = i;
        if (d->fresh_n == LC_DOOR_BATCH)
            look_once(d);
        return;
    }
    conclude(d, i, errno);
}

static void take_ask(struct dial *d, uint32_t talker, const struct lc_door_ask *ask)
{
    struct attempt fresh = {
        .ask = *ask, .talker = talker, .epoch = d->doors[talker].epoch, .fd = -1};
    uint32_t i = d->free_head;

    if (!lc_gate_check(&d->gate, &ask->addr, d->now_s)) {
        answer(d, &fresh, LC_DIAL_SCOPE, -1);
        return;
    }
    if (i == NONE) {
        answer(d, &fresh, LC_DIAL_LOCAL, -1);
        return;
    }
    d->free_head = d->all[i].next;
    d->all[i] = fresh;
    d->all[i].at_us = lc_pace_reserve(d->pace, &ask->addr, ask->spent, d->now_us);
    if (d->all[i].at_us <= d->now_us)
        leave(d, i);
    else
        heap_push(d, i);
}

/* ---- events ---- */

static void on_door(struct dial *d, uint32_t talker)
{
    static struct lc_door_ask asks[LC_DOOR_BATCH];

    for (unsigned rounds = 0; rounds < 8; rounds++) {
        struct iovec io = {asks, sizeof asks};
        struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1};
        ssize_t n = recvmsg(d->doors[talker].fd, &m, MSG_DONTWAIT);

        if (n < 0)
            return;
        if (n == 0 || (size_t)n % sizeof *asks) { /* it died, or is not our talker */
            (void)close(d->doors[talker].fd);
            d->doors[talker].fd = -1;
            return;
        }
        for (size_t k = 0; k < (size_t)n / sizeof *asks; k++)
            take_ask(d, talker, &asks[k]);
    }
}

static void on_connect(struct dial *d, uint32_t i)
{
    int error = 0;
    socklen_t len = sizeof error;

    if (i >= d->all_n || d->all[i].fd < 0)
        return;
    (void)getsockopt(d->all[i].fd, SOL_SOCKET, SO_ERROR, &error, &len);
    (void)epoll_ctl(d->epoll, EPOLL_CTL_DEL, d->all[i].fd, NULL);
    conclude(d, i, error);
}

static void introduce(struct dial *d, uint32_t talker, int fd)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.u32 = TAG_DOOR + talker};

    if (talker >= LC_TALKERS_MAX || fd < 0) {
        d->stop = true;
        return;
    }
    if (d->doors[talker].fd >= 0)
        (void)close(d->doors[talker].fd);
    d->doors[talker].fd = fd;
    d->doors[talker].epoch++;
    d->doors[talker].answers_n = d->doors[talker].fds_n = 0;
    if (epoll_ctl(d->epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
        d->stop = true;
}

/* A question to a whole link. Its answers are read behind the door that ctl names. */
static void on_shout(struct dial *d, struct lc_cur *body)
{
    uint32_t number = lc_cur_le32(body);
    uint8_t id = lc_cur_u8(body), net_i = lc_cur_u8(body), variant = lc_cur_u8(body);
    const struct lc_shout_net *net = &d->cfg->nets[net_i % LC_SHOUT_NETS];
    struct attempt a = {.talker = number, .ask.conn = (uint32_t)net_i << 8 | id};
    bool fresh;
    int fd;

    if (body->bad || number >= LC_TALKERS_MAX || net_i >= d->cfg->nets_n ||
        !lc_dgram_get((enum lc_dgram_id)id)) {
        d->stop = true;
        return;
    }
    a.epoch = d->doors[number].epoch;
    if (!lc_shout_allowed(net, &d->gate, d->now_s))
        return;
    fd = lc_shout_socket(&d->shout, net, net_i, (enum lc_dgram_id)id, &fresh);
    if (fd < 0)
        return;
    (void)lc_pace_reserve(d->pace, &net->net.first, 0, d->now_us);
    if (fresh)
        answer(d, &a, LC_DIAL_OPEN, fcntl(fd, F_DUPFD_CLOEXEC, 0));
    (void)lc_shout_send(fd, net, (enum lc_dgram_id)id, variant, d->cfg->nonce);
}

static void on_ctl(struct dial *d)
{
    struct lc_cur body;
    uint32_t type;
    int fd = -1;

    if (lc_link_read(&d->ctl, &fd) == LC_EIO)
        d->stop = true;
    while (!d->stop && lc_link_next(&d->ctl, &type, &body) == LC_OK) {
        if (type == LC_MSG_TALKER) {
            introduce(d, lc_cur_le32(&body), fd);
            fd = -1;
        } else if (type == LC_MSG_SHOUT) {
            on_shout(d, &body);
        } else {
            d->stop = true;
        }
    }
    if (fd >= 0)
        (void)close(fd);
}

static void due(struct dial *d)
{
    while (d->heap_n && d->all[d->heap[0]].at_us <= d->now_us)
        leave(d, heap_pop(d));
    while (d->fifo_head != NONE && d->all[d->fifo_head].at_us <= d->now_us)
        conclude(d, d->fifo_head, ETIMEDOUT);
}

static int wait_ms(const struct dial *d)
{
    int64_t at = d->now_us + LC_SEC(1);

    if (d->heap_n && d->all[d->heap[0]].at_us < at)
        at = d->all[d->heap[0]].at_us;
    if (d->fifo_head != NONE && d->all[d->fifo_head].at_us < at)
        at = d->all[d->fifo_head].at_us;
    return at <= d->now_us ? 0 : (int)((at - d->now_us + 999) / 1000);
}

static void tick_clock(struct dial *d)
{
    d->now_us = lc_clock_mono_us();
    d->now_s = lc_clock_wall_us() / 1000000;
}

static void loop(struct dial *d)
{
    struct epoll_event ev[EVENTS_N];

    while (!d->stop) {
        int n = epoll_wait(d->epoll, ev, EVENTS_N, wait_ms(d));

        tick_clock(d);
        for (int i = 0; i < n; i++) {
            if (ev[i].data.u32 == TAG_CTL)
                on_ctl(d);
            else if (ev[i].data.u32 >= TAG_DOOR)
                on_door(d, ev[i].data.u32 - TAG_DOOR);
            else
                on_connect(d, ev[i].data.u32);
        }
        due(d);
        look_once(d);
        for (size_t i = 0; i < LC_TALKERS_MAX; i++)
            if (d->doors[i].fd >= 0)
                door_flush(d, &d->doors[i]);
    }
}

static bool prepare(struct dial *d)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.u32 = TAG_CTL};
    struct lc_budget_page *budget = lc_budget_map(LC_FD_BUDGET);
    struct lc_slice gate;

    if (budget == NULL || lc_config_map(LC_FD_CONFIG, &d->cfg, &gate, NULL) != LC_OK ||
        lc_gate_unpack(gate, &d->gate) != LC_OK)
        return false;
    /* Every host in flight may wait here for its turn, not only what may connect at once. */
    d->all_n = d->cfg->talkers * d->cfg->hosts_max * d->cfg->rates.host_conns + 1 +
               (d->cfg->sweep.engine == LC_ENGINE_CONNECT ? d->cfg->conns_max : 0);
    d->all = lc_alloc_n(d->all_n, sizeof *d->all);
    d->heap = lc_alloc_n(d->all_n, sizeof *d->heap);
    d->pace = lc_pace_new(&d->gate.rates, d->cfg->seed);
    d->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!d->all || !d->heap || !d->pace || d->epoll < 0)
        return false;
    lc_shout_init(&d->shout);
    lc_pace_share_total(d->pace, &budget->total);
    d->free_head = d->fifo_head = d->fifo_tail = NONE;
    for (uint32_t i = d->all_n; i-- > 0;)
        release(d, i);
    for (size_t i = 0; i < LC_TALKERS_MAX; i++)
        d->doors[i].fd = -1;
    lc_link_init(&d->ctl, LC_FD_CTL);
    return epoll_ctl(d->epoll, EPOLL_CTL_ADD, LC_FD_CTL, &ev) == 0;
}

int lc_role_dial(void)
{
    static struct dial d;
    struct lc_sandbox_report box;
    struct lc_err err;

    if (!prepare(&d)) {
        lc_log(LC_LOG_ERROR, "dial: cannot start");
        return 5;
    }
    if (lc_sandbox_enter(LC_ROLE_DIAL, d.cfg->sandbox_required, &box, &err) != LC_OK) {
        lc_log(LC_LOG_ERROR, "dial: %s", err.text);
        return 5;
    }
    tick_clock(&d);
    loop(&d);
    return 0;
}
