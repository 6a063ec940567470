/* SPDX-License-Identifier: Apache-2.0 */
/* fork, descriptors in their places, everything else closed, exec of ourselves. */
#include "run/spawn.h"

#include "base/tr.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define FDS_MAX 4
#define HIGH_FD 64 /* above every number of config.h, below every limit */

/* In the child. `fds[i]` becomes LC_FD_CTL + i. */
static void become(const char *role, const int *fds, int n)
{
    static char arg0[] = "lenscap", flag[] = "--role";
    char name[16];
    char *argv[] = {arg0, flag, name, NULL};
    sigset_t none;

    (void)snprintf(name, sizeof name, "%s", role);
    for (int i = 0; i < n; i++)
        if (fcntl(fds[i], F_DUPFD, HIGH_FD + i) < 0)
            _exit(5);
    /* F_DUPFD gives the lowest free number from there on; nothing is open above, so HIGH_FD + i it
     * is. */
    for (int i = 0; i < n; i++)
        if (dup2(HIGH_FD + i, LC_FD_CTL + i) < 0)
            _exit(5);
    if (close_range((unsigned)(LC_FD_CTL + n), ~0U, 0) != 0)
        _exit(5);
    (void)sigemptyset(&none);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
    (void)execv("/proc/self/exe", argv);
    _exit(5);
}

static enum lc_status start(struct lc_child *c, const char *role, int *fds, int n,
                            struct lc_err *err)
{
    int pair[2];

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return lc_fail(err, LC_EIO, _("cannot start role %s: %s"), role, strerror(errno));
    fds[0] = pair[1];
    c->pid = fork();
    if (c->pid == 0) {
        /* Nothing may stand where become() wants its copies. */
        (void)close_range(HIGH_FD, ~0U, CLOSE_RANGE_CLOEXEC);
        become(role, fds, n);
    }
    (void)close(pair[1]);
    if (c->pid < 0) {
        (void)close(pair[0]);
        c->pid = 0;
        return lc_fail(err, LC_EIO, _("cannot start role %s: %s"), role, strerror(errno));
    }
    lc_link_init(&c->link, pair[0]);
    return LC_OK;
}

enum lc_status lc_spawn_dial(struct lc_child *c, int config_fd, int budget_fd, struct lc_err *err)
{
    int fds[FDS_MAX] = {-1, config_fd, budget_fd};

    *c = (struct lc_child){.crash_fd = -1};
    return start(c, "dial", fds, 3, err);
}

static bool crash_page(struct lc_child *c)
{
    c->crash_fd = memfd_create("lenscap-crash", MFD_CLOEXEC);
    if (c->crash_fd < 0 || ftruncate(c->crash_fd, sizeof *c->page) != 0)
        return false;
    c->page = mmap(NULL, sizeof *c->page, PROT_READ | PROT_WRITE, MAP_SHARED, c->crash_fd, 0);
    if (c->page == MAP_FAILED)
        c->page = NULL;
    return c->page != NULL;
}

/* A role that asks dial for connections, or gets sockets from it: `last_fd` is its fourth. */
static enum lc_status start_with_door(struct lc_child *c, const char *role, int config_fd,
                                      int last_fd, struct lc_child *dial, uint32_t number,
                                      struct lc_err *err)
{
    int door[2], fds[FDS_MAX] = {-1, config_fd, -1, last_fd};
    enum lc_status st;

    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, door) != 0)
        return lc_fail(err, LC_EIO, _("cannot start role %s: %s"), role, strerror(errno));
    fds[2] = door[0];
    st = start(c, role, fds, 4, err);
    (void)close(door[0]);
    if (st == LC_OK) {
        (void)lc_buf_le32(lc_link_begin(&dial->link, LC_MSG_TALKER), number);
        lc_link_end(&dial->link);
        st = lc_link_send_fd(&dial->link, door[1]);
        if (st != LC_OK)
            (void)lc_fail(err, st, _("cannot start role %s: %s"), role, strerror(errno));
    }
    (void)close(door[1]);
    return st;
}

static enum lc_status start_parser(struct lc_child *c, const char *role, int config_fd,
                                   struct lc_child *dial, uint32_t number, struct lc_err *err)
{
    *c = (struct lc_child){.crash_fd = -1};
    if (!crash_page(c))
        return lc_fail(err, LC_EIO, _("cannot start role %s: %s"), role, strerror(errno));
    return start_with_door(c, role, config_fd, c->crash_fd, dial, number, err);
}

enum lc_status lc_spawn_talk(struct lc_child *c, int config_fd, struct lc_child *dial,
                             uint32_t number, struct lc_err *err)
{
    return start_parser(c, "talk", config_fd, dial, number, err);
}

enum lc_status lc_spawn_hear(struct lc_child *c, int config_fd, struct lc_child *dial,
                             uint32_t number, struct lc_err *err)
{
    return start_parser(c, "hear", config_fd, dial, number, err);
}

enum lc_status lc_spawn_sweep(struct lc_child *c, int config_fd, int budget_fd,
                              struct lc_child *dial, uint32_t number, struct lc_err *err)
{
    *c = (struct lc_child){.crash_fd = -1};
    return start_with_door(c, "sweep", config_fd, budget_fd, dial, number, err);
}

int64_t lc_child_end(struct lc_child *c, bool kill_it)
{
    struct rusage used = {0};
    int status;

    if (c->pid <= 0)
        return 0;
    lc_link_free(&c->link);
    if (kill_it)
        (void)kill(c->pid, SIGKILL);
    while (wait4(c->pid, &status, 0, &used) < 0 && errno == EINTR)
        ;
    c->pid = 0;
    if (c->page)
        (void)munmap(c->page, sizeof *c->page);
    if (c->crash_fd >= 0)
        (void)close(c->crash_fd);
    c->page = NULL;
    c->crash_fd = -1;
    return (int64_t)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000 +
           used.ru_utime.tv_usec + used.ru_stime.tv_usec;
}
