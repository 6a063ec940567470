/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One thread, one epoll. Listeners are level-triggered and emptied in a loop; connections get
 * EPOLLIN, and EPOLLOUT only while bytes are pending. Delays and drips wait in a wheel of 1,024
 * slots of 10 ms: 10,000 tarpits of one byte per 10 s cost about a hundred wake-ups a second.
 */
#include "server.h"

#include "base/clock.h"
#include "base/mem.h"
#include "country.h"
#include "tls.h"
#include "udp.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#define SPARE_FDS 64

struct sim_listener {
    int fd;
    uint16_t number;
    bool wildcard;
    uint32_t host;               /* exact listeners */
    const struct sim_port *port; /* exact listeners */
};

/* An event's pointer is a listener (lowest bit set), an ear of udp.c (the bit above), a connection,
 * or NULL for the signals. */
static bool is_listener(const void *p)
{
    return (uintptr_t)p & 1;
}

static bool is_ear(const void *p)
{
    return (uintptr_t)p & 2;
}

static void *untagged(void *p)
{
    return (void *)((uintptr_t)p & ~(uintptr_t)3);
}

void sim_server_want(struct sim_server *s, struct sim_conn *c, bool out)
{
    if (c->wants_out == out)
        return;
    struct epoll_event ev = {.events = EPOLLIN | (out ? EPOLLOUT : 0), .data.ptr = c};
    c->wants_out = out;
    (void)epoll_ctl(s->epoll, EPOLL_CTL_MOD, c->fd, &ev);
}

static void wheel_take(struct sim_server *s, struct sim_conn *c)
{
    if (!c->in_wheel)
        return;
    if (c->prev)
        c->prev->next = c->next;
    else
        s->wheel[c->due_us / SIM_TICK_US % SIM_WHEEL] = c->next;
    if (c->next)
        c->next->prev = c->prev;
    c->in_wheel = false;
    s->waiting--;
}

void sim_server_wait(struct sim_server *s, struct sim_conn *c, int64_t due_us)
{
    wheel_take(s, c);
    int64_t soonest = (s->tick + 1) * SIM_TICK_US;
    c->due_us = due_us > soonest ? due_us : soonest;
    struct sim_conn **slot = &s->wheel[c->due_us / SIM_TICK_US % SIM_WHEEL];
    c->prev = NULL;
    c->next = *slot;
    if (*slot)
        (*slot)->prev = c;
    *slot = c;
    c->in_wheel = true;
    s->waiting++;
}

static void wheel_turn(struct sim_server *s)
{
    int64_t now = s->now_us / SIM_TICK_US;
    if (now - s->tick > SIM_WHEEL)
        s->tick = now - SIM_WHEEL; /* each slot once is enough after a long sleep */
    while (s->tick < now) {
        s->tick++;
        struct sim_conn *c = s->wheel[s->tick % SIM_WHEEL];
        while (c) {
            struct sim_conn *next = c->next;
            if (c->due_us / SIM_TICK_US <= s->tick) {
                wheel_take(s, c);
                sim_conn_due(s, c);
            }
            c = next;
        }
    }
}

size_t sim_server_host(const void *server, struct lc_slice id, char out[static LC_ADDR_TEXT])
{
    const struct sim_server *s = server;
    for (size_t i = 0; i < s->host_n; i++)
        if (lc_slice_eq(s->host[i].persona->id, id))
            return lc_addr_format_url(&s->host[i].addr, out);
    return (size_t)snprintf(out, LC_ADDR_TEXT, "0.0.0.0");
}

void sim_server_drop(struct sim_server *s, struct sim_conn *c, bool reset)
{
    if (reset) {
        struct linger now = {.l_onoff = 1};
        (void)setsockopt(c->fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    }
    wheel_take(s, c);
    if (c->ssl)
        SSL_free(c->ssl);
    close(c->fd);
    if (c->pend_owned)
        lc_free((void *)(uintptr_t)c->pend);
    c->fd = -1;
    c->next = s->free;
    s->free = c;
}

static void reset_now(int fd)
{
    struct linger now = {.l_onoff = 1};
    (void)setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close(fd);
}

/* Fleet: which device was called? False when none is at home there. */
static bool find_host(struct sim_server *s, int fd, const struct sim_listener *l, uint32_t *host,
                      const struct sim_port **port)
{
    struct sockaddr_storage ss;
    socklen_t len = sizeof(ss);
    if (getsockname(fd, (struct sockaddr *)&ss, &len) != 0)
        return false;
    struct lc_addr a = lc_addr_from_sockaddr(&ss, NULL);
    if (!lc_addr_is_v4(&a))
        return false;
    uint32_t v4 = lc_addr_to_v4(&a);
    *host = s->country ? sim_country_find(s->country, v4) : v4 - s->base;
    if (*host >= s->host_n)
        return false;
    *port = sim_persona_port(s->host[*host].persona, l->number);
    return *port != NULL;
}

/* The record used last, else one never used: only as many pages are touched as were ever needed at
 * once. */
static struct sim_conn *take_record(struct sim_server *s)
{
    struct sim_conn *c = s->free;
    if (c)
        s->free = c->next;
    else if (s->pool_used < s->pool_n)
        c = &s->pool[s->pool_used++];
    return c;
}

static void welcome(struct sim_server *s, int fd, const struct sim_listener *l)
{
    uint32_t host = l->host;
    const struct sim_port *port = l->port;
    struct sim_conn *c;
    if ((l->wildcard && !find_host(s, fd, l, &host, &port)) || !(c = take_record(s))) {
        reset_now(fd);
        return;
    }
    memset(c, 0, offsetof(struct sim_conn, in));
    c->fd = fd;
    c->host = host;
    c->port = port;
    c->serial = ++s->serial;
    s->book.page[host].connections++;
    sim_book_packet(&s->book, host, s->now_us);
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = c};
    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) != 0)
        sim_server_drop(s, c, true);
    else
        sim_conn_start(s, c);
}

static void accept_all(struct sim_server *s, const struct sim_listener *l)
{
    for (int i = 0; i < 256; i++) {
        int fd = accept4(l->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        welcome(s, fd, l);
    }
}

static enum lc_status listen_on(struct sim_server *s, struct sim_listener *l,
                                const struct lc_addr *a, enum sim_bind how, struct lc_err *err)
{
    struct sockaddr_storage ss;
    char text[LC_ADDR_TEXT];
    int one = 1;
    socklen_t len = lc_addr_to_sockaddr(a, l->number, &ss);
    lc_addr_format(a, text);
    l->fd = socket(ss.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (l->fd < 0)
        return lc_fail(err, LC_EIO, "no socket for %s port %u (%s); raise the limit of open files",
                       text, l->number, strerror(errno));
    (void)setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
    (void)setsockopt(l->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one)); /* inherited by accept */
    if (how == SIM_BIND_LO && setsockopt(l->fd, SOL_SOCKET, SO_BINDTODEVICE, "lo", 3) != 0)
        return lc_fail(err, LC_EPERM, "cannot bind to the device lo (%s); start as root",
                       strerror(errno));
    if (bind(l->fd, (struct sockaddr *)&ss, len) != 0 || listen(l->fd, 65535) != 0)
        return lc_fail(err, LC_EIO, "cannot listen on %s port %u (%s)", text, l->number,
                       strerror(errno));
    struct epoll_event ev = {.events = EPOLLIN, .data.ptr = (void *)((uintptr_t)l | 1)};
    if (epoll_ctl(s->epoll, EPOLL_CTL_ADD, l->fd, &ev) != 0)
        return lc_fail(err, LC_EIO, "cannot watch %s port %u (%s)", text, l->number,
                       strerror(errno));
    return LC_OK;
}

static enum lc_status listen_exact(struct sim_server *s, struct lc_err *err)
{
    size_t n = 0;
    for (size_t i = 0; i < s->host_n; i++)
        n += s->host[i].persona->port_n;
    s->listener = lc_alloc_n(n, sizeof(*s->listener));
    if (!s->listener)
        return lc_fail(err, LC_ENOMEM, "memory ran out");
    for (size_t i = 0; i < s->host_n; i++) {
        const struct sim_persona *p = s->host[i].persona;
        for (size_t k = 0; k < p->port_n; k++) {
            struct sim_listener *l = &s->listener[s->listener_n++];
            *l = (struct sim_listener){.number = p->port[k].port, .host = (uint32_t)i};
            l->port = &p->port[k];
            enum lc_status st = listen_on(s, l, &s->host[i].addr, SIM_BIND_EXACT, err);
            if (st != LC_OK)
                return st;
        }
    }
    return LC_OK;
}

static enum lc_status listen_wildcard(struct sim_server *s, enum sim_bind how, struct lc_err *err)
{
    struct lc_addr any = lc_addr_v4(0);
    bool *wanted = lc_alloc_n(65536, sizeof(*wanted));
    enum lc_status st = LC_OK;
    s->listener = lc_alloc_n(65536, sizeof(*s->listener));
    s->base = lc_addr_to_v4(&s->host[0].addr);
    if (!s->listener || !wanted)
        st = lc_fail(err, LC_ENOMEM, "memory ran out");
    for (size_t i = 0; st == LC_OK && i < s->host_n; i++)
        for (size_t k = 0; k < s->host[i].persona->port_n; k++)
            wanted[s->host[i].persona->port[k].port] = true;
    for (unsigned port = 0; st == LC_OK && port < 65536; port++) {
        if (!wanted[port])
            continue;
        struct sim_listener *l = &s->listener[s->listener_n++];
        *l = (struct sim_listener){.number = (uint16_t)port, .wildcard = true};
        st = listen_on(s, l, &any, how, err);
    }
    lc_free(wanted);
    return st;
}

static enum lc_status open_pool(struct sim_server *s, struct lc_err *err)
{
    struct rlimit lim;
    (void)getrlimit(RLIMIT_NOFILE, &lim);
    size_t used = s->listener_n + sim_udp_sockets(s) + SPARE_FDS;
    if (lim.rlim_cur <= used + 64)
        return lc_fail(err, LC_EFULL,
                       "%zu listeners leave no room under the limit of %llu open files",
                       s->listener_n, (unsigned long long)lim.rlim_cur);
    s->pool_n = lim.rlim_cur - used < 65536 ? (size_t)lim.rlim_cur - used : 65536;
    s->pool = lc_alloc_n(s->pool_n, sizeof(*s->pool));
    if (!s->pool)
        return lc_fail(err, LC_ENOMEM, "memory ran out");
    return LC_OK;
}

static enum lc_status open_all(struct sim_server *s, enum sim_bind how, const char *lan,
                               struct lc_err *err)
{
    struct rlimit lim;
    s->now_us = lc_clock_mono_us();
    s->tick = s->now_us / SIM_TICK_US;
    if (getrlimit(RLIMIT_NOFILE, &lim) == 0) {
        lim.rlim_cur = lim.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &lim);
    }
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (s->epoll < 0 ||
        sim_book_open(&s->book, s->host_n, s->country, !s->country || s->country->seconds) != LC_OK)
        return lc_fail(err, LC_ENOMEM, "no epoll, or memory ran out");
    for (size_t i = 0; i < s->host_n; i++) {
        s->book.page[i].addr = s->host[i].addr;
        s->book.page[i].id = s->host[i].persona->id;
    }
    enum lc_status st = how == SIM_BIND_EXACT ? listen_exact(s, err) : listen_wildcard(s, how, err);
    if (st == LC_OK && !s->country)
        st = sim_udp_open(s, how, lan, err);
    return st == LC_OK ? open_pool(s, err) : st;
}

enum lc_status sim_server_open(struct sim_server *s, struct sim_host *host, size_t n,
                               enum sim_bind how, const char *lan, struct lc_err *err)
{
    *s = (struct sim_server){.host = host, .host_n = n};
    return open_all(s, how, lan, err);
}

enum lc_status sim_server_open_country(struct sim_server *s, struct sim_host *host,
                                       const struct sim_country *c, struct lc_err *err)
{
    *s = (struct sim_server){.host = host, .host_n = c->devices, .country = c};
    return open_all(s, SIM_BIND_ANY, NULL, err);
}

void sim_server_close(struct sim_server *s)
{
    for (size_t i = 0; i < s->pool_used; i++)
        if (s->pool[i].fd >= 0)
            sim_server_drop(s, &s->pool[i], true);
    for (size_t i = 0; i < s->listener_n; i++)
        if (s->listener[i].fd >= 0)
            close(s->listener[i].fd);
    sim_udp_close(s);
    if (s->epoll >= 0)
        close(s->epoll);
    lc_free(s->listener);
    lc_free(s->pool);
    sim_book_close(&s->book);
}

static enum lc_status read_signal(int fd)
{
    struct signalfd_siginfo si;
    if (read(fd, &si, sizeof(si)) != sizeof(si))
        return LC_OK;
    return si.ssi_signo == SIGUSR1 ? LC_MORE : LC_DONE;
}

static int pause_ms(const struct sim_server *s, int64_t end_us, int64_t due_us)
{
    int64_t next = due_us < end_us ? due_us : end_us;
    int64_t left = (next - s->now_us) / 1000 + 1;
    if (s->waiting)
        return SIM_TICK_US / 1000;
    return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static void serve(struct sim_server *s, struct epoll_event *ev)
{
    void *p = ev->data.ptr;
    if (is_listener(p))
        accept_all(s, untagged(p));
    else if (is_ear(p))
        sim_udp_ready(s, untagged(p));
    else
        sim_conn_ready(s, p, ev->events);
}

enum lc_status sim_server_run(struct sim_server *s, int signal_fd, int64_t end_us)
{
    struct epoll_event ev[512];
    struct epoll_event sig = {.events = EPOLLIN};
    (void)epoll_ctl(s->epoll, EPOLL_CTL_ADD, signal_fd, &sig); /* EEXIST on later calls */
    for (;;) {
        s->now_us = lc_clock_mono_us();
        if (s->now_us >= end_us)
            return LC_DONE;
        int n = epoll_wait(s->epoll, ev, 512, pause_ms(s, end_us, sim_udp_due(s)));
        s->now_us = lc_clock_mono_us();
        enum lc_status st = LC_OK;
        for (int i = 0; i < n; i++) {
            if (!ev[i].data.ptr)
                st = read_signal(signal_fd);
            else
                serve(s, &ev[i]);
        }
        wheel_turn(s);
        if (st != LC_OK)
            return st;
    }
}
