/* SPDX-License-Identifier: Apache-2.0 */
#include "run/door.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

size_t lc_door_ask(int socket, struct lc_door_ask *asks, size_t n)
{
    size_t at = 0;

    while (at < n) {
        size_t some = n - at < LC_DOOR_BATCH ? n - at : LC_DOOR_BATCH;

        if (send(socket, asks + at, some * sizeof *asks, MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
            break; /* full: after the next answers; gone: ctl will tell us to stop */
        at += some;
    }
    if (at)
        memmove(asks, asks + at, (n - at) * sizeof *asks);
    return n - at;
}

static size_t fds_beside(struct msghdr *m, int fds[static LC_DOOR_BATCH])
{
    struct cmsghdr *c = CMSG_FIRSTHDR(m);
    size_t n = 0;

    if (c && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS) {
        n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        memcpy(fds, CMSG_DATA(c), n * sizeof(int));
    }
    return n;
}

enum lc_status lc_door_take(int socket, struct lc_door_answers *out)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int) * LC_DOOR_BATCH)];
    } control;
    struct iovec io = {out->v, sizeof out->v};
    struct msghdr m = {
        .msg_iov = &io, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof control};
    ssize_t n = recvmsg(socket, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    int fds[LC_DOOR_BATCH];
    size_t fds_n, at = 0;

    out->n = 0;
    if (n <= 0)
        return n == 0 ? LC_EIO : LC_AGAIN;
    fds_n = fds_beside(&m, fds);
    out->n = (size_t)n / sizeof *out->v;
    for (size_t i = 0; i < out->n; i++)
        out->fd[i] = out->v[i].outcome == LC_DIAL_OPEN && at < fds_n ? fds[at++] : -1;
    while (at < fds_n)
        (void)close(fds[at++]);
    return LC_OK;
}
