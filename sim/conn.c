/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bytes in and out of one connection. The ordinary answer goes out in one sendmsg from where it
 * lies; only what does not fit, or what a fault holds back (delay, drip, one-byte segments), is
 * copied and waits.
 */
#include "conn.h"

#include "base/clock.h"
#include "base/mem.h"
#include "tls.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/uio.h>

#define TURN_MAX  ((size_t)256 << 10) /* bytes of an endless answer per turn of the loop */
#define LINGER_US 2000000             /* wait for the visitor's end this long after ours */

/* Sent bytes; 0: not now; -1: gone. */
static ssize_t put_bytes(struct sim_conn *c, const uint8_t *p, size_t n)
{
    if (c->ssl) {
        size_t done = 0;
        if (SSL_write_ex(c->ssl, p, n, &done) == 1)
            return (ssize_t)done;
        int why = SSL_get_error(c->ssl, 0);
        return why == SSL_ERROR_WANT_WRITE || why == SSL_ERROR_WANT_READ ? 0 : -1;
    }
    ssize_t k = send(c->fd, p, n, MSG_NOSIGNAL);
    return k >= 0 ? k : errno == EAGAIN ? 0 : -1;
}

static void end_now(struct sim_server *s, struct sim_conn *c)
{
    const struct sim_faults *f = &c->port->faults;
    enum sim_end end = f->end == SIM_END_KEEP ? SIM_END_CLOSE : f->end;
    if (end == SIM_END_RESET) {
        sim_server_drop(s, c, true);
        return;
    }
    if (c->ssl)
        (void)SSL_shutdown(c->ssl);
    (void)shutdown(c->fd, SHUT_WR);
    c->stage = SIM_LINGER;
    sim_server_want(s, c, false);
    if (end == SIM_END_CLOSE)
        sim_server_wait(s, c, s->now_us + LINGER_US);
}

/* All is sent: repeat, end, or listen on. */
static void sent_all(struct sim_server *s, struct sim_conn *c)
{
    const struct sim_faults *f = &c->port->faults;
    if (c->pend_owned)
        lc_free((void *)(uintptr_t)c->pend);
    c->pend_owned = false;
    c->pend_at = c->pend_n = 0;
    c->pend = NULL;
    if (c->endless) {
        c->pend = f->endless.p;
        c->pend_n = f->endless.n;
    } else if (c->end_asked) {
        end_now(s, c);
    } else {
        sim_server_want(s, c, false);
    }
}

/* How much may go out in one call. */
static size_t portion(const struct sim_conn *c)
{
    const struct sim_faults *f = &c->port->faults;
    size_t n = c->pend_n - c->pend_at;
    if (f->drip_ms)
        return 1;
    return f->segment && f->segment < n ? f->segment : n;
}

static void push(struct sim_server *s, struct sim_conn *c)
{
    const struct sim_faults *f = &c->port->faults;
    size_t turn = 0;
    while (c->pend_n && c->stage == SIM_OPEN) {
        if (c->not_before_us > s->now_us) {
            sim_server_want(s, c, false);
            sim_server_wait(s, c, c->not_before_us);
            return;
        }
        ssize_t k = turn < TURN_MAX ? put_bytes(c, c->pend + c->pend_at, portion(c)) : 0;
        if (k < 0) {
            sim_server_drop(s, c, false);
            return;
        }
        if (k == 0) {
            sim_server_want(s, c, true);
            return;
        }
        turn += (size_t)k;
        c->pend_at += (size_t)k;
        if (f->drip_ms)
            c->not_before_us = s->now_us + LC_MS((int64_t)f->drip_ms);
        if (c->pend_at == c->pend_n)
            sent_all(s, c);
    }
}

static bool held_back(const struct sim_conn *c)
{
    const struct sim_faults *f = &c->port->faults;
    return f->delay_ms || f->drip_ms || f->segment;
}

/* Keeps what is not sent: one part that stays is borrowed, all else is joined in memory of our own.
 */
static void keep_rest(struct sim_server *s, struct sim_conn *c, struct lc_slice head,
                      struct lc_slice body, bool stay)
{
    if (stay && (!head.n || !body.n)) {
        struct lc_slice one = head.n ? head : body;
        c->pend = one.p;
        c->pend_n = one.n;
        return;
    }
    uint8_t *p = lc_alloc(head.n + body.n);
    if (!p) {
        sim_server_drop(s, c, true);
        return;
    }
    if (head.n)
        memcpy(p, head.p, head.n);
    if (body.n)
        memcpy(p + head.n, body.p, body.n);
    c->pend = p;
    c->pend_n = head.n + body.n;
    c->pend_owned = true;
}

static ssize_t send_both(struct sim_conn *c, struct lc_slice head, struct lc_slice body)
{
    if (c->ssl)
        return put_bytes(c, head.p, head.n);
    struct iovec part[2] = {{.iov_base = (void *)(uintptr_t)head.p, .iov_len = head.n},
                            {.iov_base = (void *)(uintptr_t)body.p, .iov_len = body.n}};
    struct msghdr m = {.msg_iov = part, .msg_iovlen = body.n ? 2 : 1};
    ssize_t k = sendmsg(c->fd, &m, MSG_NOSIGNAL);
    return k >= 0 ? k : errno == EAGAIN ? 0 : -1;
}

void sim_conn_send(struct sim_server *s, struct sim_conn *c, struct lc_slice head,
                   struct lc_slice body, bool stay)
{
    const struct sim_faults *f = &c->port->faults;
    size_t sent = 0;
    if (!held_back(c) && head.n) {
        ssize_t k = send_both(c, head, body);
        if (k < 0) {
            sim_server_drop(s, c, false);
            return;
        }
        sent = (size_t)k;
    }
    c->not_before_us = f->delay_ms ? s->now_us + LC_MS((int64_t)f->delay_ms) : 0;
    body = lc_slice_from(body, sent > head.n ? sent - head.n : 0);
    head = lc_slice_from(head, sent);
    if (head.n + body.n == 0)
        sent_all(s, c);
    else
        keep_rest(s, c, head, body, stay);
    if (c->fd >= 0)
        push(s, c);
}

void sim_conn_due(struct sim_server *s, struct sim_conn *c)
{
    if (c->stage == SIM_LINGER) {
        sim_server_drop(s, c, true);
        return;
    }
    push(s, c);
    if (c->fd >= 0 && !c->pend_n && c->in_n)
        sim_talk(s, c);
}

/* One piece off the wire: bytes; 0: not now; -1: the visitor is gone. */
static ssize_t take(struct sim_conn *c)
{
    static uint8_t nowhere[65536];
    bool forget = c->stage == SIM_LINGER || c->in_n == SIM_IN_MAX;
    uint8_t *to = forget ? nowhere : c->in + c->in_n;
    size_t room = forget ? sizeof(nowhere) : SIM_IN_MAX - c->in_n;
    ssize_t k;
    if (c->ssl && c->stage != SIM_LINGER) {
        size_t got = 0;
        if (SSL_read_ex(c->ssl, to, room, &got) == 1) {
            k = (ssize_t)got;
        } else {
            int why = SSL_get_error(c->ssl, 0);
            return why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE ? 0 : -1;
        }
    } else {
        k = recv(c->fd, to, room, 0);
        if (k <= 0)
            return k < 0 && errno == EAGAIN ? 0 : -1;
    }
    if (!forget)
        c->in_n += (uint32_t)k;
    return k;
}

static void handshake(struct sim_server *s, struct sim_conn *c)
{
    int k = SSL_accept(c->ssl);
    if (k == 1) {
        c->stage = SIM_OPEN;
        sim_server_want(s, c, false);
        sim_talk_greet(s, c);
        return;
    }
    int why = SSL_get_error(c->ssl, k);
    if (why == SSL_ERROR_WANT_WRITE)
        sim_server_want(s, c, true);
    else if (why == SSL_ERROR_WANT_READ)
        sim_server_want(s, c, false);
    else
        sim_server_drop(s, c, false);
}

static void read_all(struct sim_server *s, struct sim_conn *c)
{
    for (;;) {
        size_t before = c->in_n;
        ssize_t k = take(c);
        if (k < 0) {
            sim_server_drop(s, c, false);
            return;
        }
        if (k == 0)
            return;
        sim_book_packet(&s->book, c->host, s->now_us);
        if (c->stage != SIM_OPEN || c->pend_n)
            continue;
        sim_talk(s, c);
        /* A short read means the queue is empty: the next event saves us the call that says so. */
        if (c->fd < 0 || (!c->ssl && (size_t)k < SIM_IN_MAX - before))
            return;
    }
}

void sim_conn_ready(struct sim_server *s, struct sim_conn *c, uint32_t events)
{
    if (c->fd < 0)
        return; /* dropped earlier in this turn */
    if (events &
        (EPOLLERR | EPOLLHUP)) { /* what was asked before the reset is judged all the same */
        if (c->stage == SIM_OPEN)
            read_all(s, c);
        if (c->fd >= 0)
            sim_server_drop(s, c, false);
        return;
    }
    if (c->stage == SIM_HANDSHAKE) {
        if (events & EPOLLIN)
            sim_book_packet(&s->book, c->host, s->now_us);
        handshake(s, c);
        if (c->fd < 0 || c->stage != SIM_OPEN || !SSL_pending(c->ssl))
            return;
    }
    if (events & EPOLLOUT) {
        push(s, c);
        if (c->fd >= 0 && !c->pend_n && c->in_n && c->stage == SIM_OPEN)
            sim_talk(s, c);
    }
    if (c->fd >= 0 && (events & EPOLLIN))
        read_all(s, c);
}

void sim_conn_start(struct sim_server *s, struct sim_conn *c)
{
    if (!c->port->tls) {
        c->stage = SIM_OPEN;
        sim_talk_greet(s, c);
        return;
    }
    c->stage = SIM_HANDSHAKE;
    c->ssl = SSL_new(sim_tls_ctx(c->port->tls));
    if (!c->ssl || SSL_set_fd(c->ssl, c->fd) != 1)
        sim_server_drop(s, c, true);
}
