/* SPDX-License-Identifier: Apache-2.0 */
/* The door: descriptors beside the answers that they belong to, and questions in batches. */
#include "run/door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static void pair(int fds[2])
{
    assert_int_equal(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, fds), 0);
}

static void send_answers(int to, struct lc_door_answer *v, size_t n, const int *fds, size_t fds_n)
{
    union {
        struct cmsghdr align;
        char room[CMSG_SPACE(sizeof(int) * 8)];
    } control = {.room = {0}};
    struct iovec io = {v, n * sizeof *v};
    struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1};

    assert_true(fds_n <= 8);
    if (fds_n) {
        struct cmsghdr *c;

        m.msg_control = &control;
        m.msg_controllen = CMSG_SPACE(sizeof(int) * fds_n);
        c = CMSG_FIRSTHDR(&m);
        *c = (struct cmsghdr){.cmsg_len = CMSG_LEN(sizeof(int) * fds_n),
                              .cmsg_level = SOL_SOCKET,
                              .cmsg_type = SCM_RIGHTS};
        memcpy(CMSG_DATA(c), fds, sizeof(int) * fds_n);
    }
    assert_int_equal(sendmsg(to, &m, 0), (ssize_t)(n * sizeof *v));
}

/* Descriptors are told apart by what their pipes hold. */
static int pipe_with(char c)
{
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(write(fds[1], &c, 1), 1);
    (void)close(fds[1]);
    return fds[0];
}

static char what_is_in(int fd)
{
    char c = 0;

    assert_int_equal(read(fd, &c, 1), 1);
    (void)close(fd);
    return c;
}

static void a_descriptor_goes_to_its_own_answer_over_those_without(void **state)
{
    struct lc_door_answer v[] = {
        {1, LC_DIAL_REFUSED}, {2, LC_DIAL_OPEN}, {3, LC_DIAL_LOCAL}, {4, LC_DIAL_OPEN}};
    int fds[] = {pipe_with('b'), pipe_with('d')}, ends[2];
    struct lc_door_answers a;

    (void)state;
    pair(ends);
    send_answers(ends[0], v, 4, fds, 2);
    (void)close(fds[0]);
    (void)close(fds[1]);
    assert_int_equal(lc_door_take(ends[1], &a), LC_OK);
    assert_int_equal(a.n, 4);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(a.v[i].conn, i + 1);
    assert_int_equal(a.fd[0], -1);
    assert_int_equal(a.fd[2], -1);
    assert_int_equal(what_is_in(a.fd[1]), 'b');
    assert_int_equal(what_is_in(a.fd[3]), 'd');
    assert_int_equal(lc_door_take(ends[1], &a), LC_AGAIN);
    assert_int_equal(a.n, 0);
    (void)close(ends[0]);
    assert_int_equal(lc_door_take(ends[1], &a), LC_EIO);
    assert_int_equal(a.n, 0);
    (void)close(ends[1]);
}

static void an_open_answer_may_lack_its_descriptor_and_none_leaks(void **state)
{
    struct lc_door_answer open = {7, LC_DIAL_OPEN}, refused = {8, LC_DIAL_REFUSED};
    int fd = pipe_with('x'), ends[2], next;
    struct lc_door_answers a;

    (void)state;
    pair(ends);
    send_answers(ends[0], &open, 1, NULL, 0);
    assert_int_equal(lc_door_take(ends[1], &a), LC_OK);
    assert_int_equal(a.fd[0], -1);
    next = dup(fd);
    (void)close(next);
    send_answers(ends[0], &refused, 1, &fd, 1); /* one too many */
    assert_int_equal(lc_door_take(ends[1], &a), LC_OK);
    assert_int_equal(a.fd[0], -1);
    assert_int_equal(dup(fd), next); /* the lowest free number is free again */
    (void)close(next);
    (void)close(fd);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

static void what_the_socket_does_not_take_stays_in_front(void **state)
{
    static struct lc_door_ask asks[64 * LC_DOOR_BATCH], got[LC_DOOR_BATCH];
    uint32_t n = sizeof asks / sizeof *asks, expected = 0;
    size_t left = n;
    int ends[2];

    (void)state;
    pair(ends);
    for (uint32_t i = 0; i < n; i++)
        asks[i].conn = i;
    left = lc_door_ask(ends[0], asks, left);
    assert_in_range(left, 1, n - 1); /* some, and not all: the socket's buffer is small */
    while (expected < n) {
        ssize_t bytes = recv(ends[1], got, sizeof got, 0);

        assert_true(bytes > 0 && (size_t)bytes % sizeof *got == 0);
        for (size_t i = 0; i < (size_t)bytes / sizeof *got; i++)
            assert_int_equal(got[i].conn, expected++);
        left = lc_door_ask(ends[0], asks, left);
    }
    assert_int_equal(left, 0);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_descriptor_goes_to_its_own_answer_over_those_without),
        cmocka_unit_test(an_open_answer_may_lack_its_descriptor_and_none_leaks),
        cmocka_unit_test(what_the_socket_does_not_take_stays_in_front),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
