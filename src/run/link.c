/* SPDX-License-Identifier: Apache-2.0 */
/* Links between roles: framing, buffering, and passing a descriptor beside a frame. */
#include "run/link.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HEAD_N     8U
#define BUFFER_MAX (256U << 20) /* results of every host in flight fit */
#define READ_N     (256U << 10)

void lc_link_init(struct lc_link *l, int fd)
{
    *l = (struct lc_link){.fd = fd};
    lc_buf_init(&l->in, LC_LINK_MAX + READ_N + HEAD_N);
    lc_buf_init(&l->out, BUFFER_MAX);
}

void lc_link_free(struct lc_link *l)
{
    if (l->fd >= 0)
        (void)close(l->fd);
    lc_buf_free(&l->in);
    lc_buf_free(&l->out);
    l->fd = -1;
}

struct lc_buf *lc_link_begin(struct lc_link *l, enum lc_msg type)
{
    l->begun_at = l->out.n;
    (void)lc_buf_le32(&l->out, 0);
    (void)lc_buf_le32(&l->out, (uint32_t)type);
    return &l->out;
}

void lc_link_end(struct lc_link *l)
{
    size_t n = l->out.n - l->begun_at - HEAD_N;

    assert(!l->out.full && n <= LC_LINK_MAX);
    for (size_t i = 0; i < 4; i++)
        l->out.p[l->begun_at + i] = (uint8_t)(n >> (8 * i));
}

void lc_link_put_addr(struct lc_buf *b, const struct lc_addr *a)
{
    (void)lc_buf_put(b, lc_slice_of(a->b, sizeof a->b));
    (void)lc_buf_le32(b, a->zone);
}

void lc_link_take_addr(struct lc_cur *c, struct lc_addr *out)
{
    struct lc_slice raw = lc_cur_take(c, sizeof out->b);

    memset(out, 0, sizeof *out);
    out->zone = lc_cur_le32(c);
    if (!c->bad)
        memcpy(out->b, raw.p, raw.n);
}

void lc_link_put_known(struct lc_buf *b, const struct lc_talk_known *k)
{
    const uint64_t *const masks[] = {k->open, k->refused, k->asked};

    (void)lc_buf_u8(b, (uint8_t)(k->swept | k->gateway << 1));
    for (size_t m = 0; k->swept && m < 3; m++)
        for (size_t i = 0; i < LC_TALK_MASK; i++)
            (void)lc_buf_le64(b, masks[m][i]);
    if (!k->swept)
        return;
    (void)lc_buf_le32(b, k->dgrams);
    (void)lc_buf_le32(b, k->dgrams_refused);
}

void lc_link_take_known(struct lc_cur *c, struct lc_talk_known *out)
{
    uint64_t *const masks[] = {out->open, out->refused, out->asked};
    uint8_t flags = lc_cur_u8(c);

    *out = (struct lc_talk_known){.swept = flags & 1, .gateway = flags & 2};
    for (size_t m = 0; out->swept && m < 3; m++)
        for (size_t i = 0; i < LC_TALK_MASK; i++)
            masks[m][i] = lc_cur_le64(c);
    if (!out->swept)
        return;
    out->dgrams = lc_cur_le32(c);
    out->dgrams_refused = lc_cur_le32(c);
}

enum lc_status lc_link_flush(struct lc_link *l)
{
    size_t at = 0;

    while (at < l->out.n) {
        ssize_t n = send(l->fd, l->out.p + at, l->out.n - at, MSG_NOSIGNAL | MSG_DONTWAIT);

        if (n > 0) {
            at += (size_t)n;
            continue;
        }
        if (n < 0 && errno == EINTR)
            continue;
        lc_buf_drop(&l->out, at);
        return n < 0 && errno != EAGAIN ? LC_EIO : LC_AGAIN;
    }
    lc_buf_reset(&l->out);
    return LC_OK;
}

static int fd_beside(struct msghdr *m)
{
    for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c))
        if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
            int fd;

            memcpy(&fd, CMSG_DATA(c), sizeof fd);
            return fd;
        }
    return -1;
}

enum lc_status lc_link_read(struct lc_link *l, int *fd_out)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int))];
    } control;
    struct iovec io;
    struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1};
    ssize_t n;

    if (fd_out) {
        *fd_out = -1;
        m.msg_control = &control;
        m.msg_controllen = sizeof control;
    }
    if (lc_buf_reserve(&l->in, READ_N) != LC_OK)
        return LC_EIO;
    io = (struct iovec){l->in.p + l->in.n, l->in.cap - l->in.n};
    n = recvmsg(l->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? LC_AGAIN : LC_EIO;
    if (n == 0)
        return LC_EIO;
    if (fd_out)
        *fd_out = fd_beside(&m);
    l->in.n += (size_t)n;
    return LC_OK;
}

/* Taken frames stay in place until no whole one is left; then they leave in one move. */
enum lc_status lc_link_next(struct lc_link *l, uint32_t *type, struct lc_cur *payload)
{
    struct lc_cur head = {.s = lc_slice_from(lc_buf_view(&l->in), l->next_at)};
    uint32_t n;

    if (head.s.n >= HEAD_N) {
        n = lc_cur_le32(&head);
        *type = lc_cur_le32(&head);
        if (n > LC_LINK_MAX)
            return LC_EPARSE;
        if (head.s.n >= n) {
            *payload = (struct lc_cur){.s = lc_cur_take(&head, n)};
            l->next_at += HEAD_N + n;
            return LC_OK;
        }
    }
    lc_buf_drop(&l->in, l->next_at);
    l->next_at = 0;
    return LC_MORE;
}

enum lc_status lc_link_send_fd(struct lc_link *l, int fd)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int))];
    } control = {0};
    struct iovec io = {l->out.p, l->out.n};
    struct msghdr m = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    ssize_t n;

    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
    n = sendmsg(l->fd, &m, MSG_NOSIGNAL);
    if (n != (ssize_t)l->out.n)
        return LC_EIO;
    lc_buf_reset(&l->out);
    return LC_OK;
}
