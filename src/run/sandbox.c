/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sandbox of each role. Landlock goes by system call, because Debian 12's headers stop at its
 * second version; rights that the running kernel does not know are masked out by its ABI number.
 */
#include "run/sandbox.h"

#include "base/log.h"
#include "base/tr.h"

#include <cap-ng.h>
#include <errno.h>
#include <grp.h>
#include <linux/bpf.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY 65534U

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

int lc_landlock_abi(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);

    return abi > 0 ? (int)abi : 0;
}

/* A ruleset that handles every file right and grants none. */
static bool landlock_nothing(int abi)
{
    /* Rights by ABI: 1 has bits 0..12, 2 adds REFER (13), 3 TRUNCATE (14), 5 IOCTL_DEV (15). */
    uint64_t rights = abi >= 5 ? 0xffff : abi >= 3 ? 0x7fff : abi >= 2 ? 0x3fff : 0x1fff;
    struct landlock_ruleset_attr attr = {.handled_access_fs = rights};
    int fd = (int)syscall(SYS_landlock_create_ruleset, &attr, sizeof attr.handled_access_fs, 0);
    bool ok = fd >= 0 && syscall(SYS_landlock_restrict_self, fd, 0) == 0;

    if (fd >= 0)
        (void)close(fd);
    return ok;
}

static bool become_nobody(void)
{
    return geteuid() == 0 && setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
           setresuid(NOBODY, NOBODY, NOBODY) == 0;
}

static bool drop_capabilities(void)
{
    capng_clear(CAPNG_SELECT_BOTH);
    return capng_apply(CAPNG_SELECT_CAPS) == 0;
}

static void limit(__rlimit_resource_t what, rlim_t value)
{
    struct rlimit l = {value, value};

    (void)setrlimit(what, &l);
}

static bool allow(scmp_filter_ctx f, const int *calls, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (seccomp_rule_add(f, SCMP_ACT_ALLOW, calls[i], 0) != 0)
            return false;
    return true;
}

/* Memory may be had, but never memory that can be executed. */
static bool allow_memory(scmp_filter_ctx f)
{
    return seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, 4 /* PROT_EXEC */, 0)) == 0 &&
           seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                            SCMP_A2(SCMP_CMP_MASKED_EQ, 4, 0)) == 0;
}

/* Calls a sanitizer makes to report; never part of a release build. */
static bool allow_sanitizer(scmp_filter_ctx f)
{
    static const int calls[] = {SCMP_SYS(gettid), SCMP_SYS(sched_yield), SCMP_SYS(sigaltstack),
                                SCMP_SYS(tgkill), SCMP_SYS(prctl),       SCMP_SYS(rt_sigaction)};

    return !SANITIZED || allow(f, calls, sizeof calls / sizeof *calls);
}

static bool allow_common(scmp_filter_ctx f)
{
    static const int calls[] = {
        SCMP_SYS(read),         SCMP_SYS(write),           SCMP_SYS(close),
        SCMP_SYS(epoll_wait),   SCMP_SYS(epoll_pwait),     SCMP_SYS(epoll_pwait2),
        SCMP_SYS(epoll_ctl),    SCMP_SYS(recvmsg),         SCMP_SYS(recvfrom),
        SCMP_SYS(shutdown),     SCMP_SYS(clock_gettime),   SCMP_SYS(munmap),
        SCMP_SYS(mremap),       SCMP_SYS(madvise),         SCMP_SYS(brk),
        SCMP_SYS(futex),        SCMP_SYS(getrandom),       SCMP_SYS(exit_group),
        SCMP_SYS(rt_sigreturn), SCMP_SYS(restart_syscall), SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(getpid), /* OpenSSL's generator looks for a fork */
    };

    return allow(f, calls, sizeof calls / sizeof *calls) && allow_memory(f) && allow_sanitizer(f);
}

/* send() without an address: the talker answers only on what it holds. */
static bool allow_send(scmp_filter_ctx f)
{
    return seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(sendto), 1, SCMP_A4(SCMP_CMP_EQ, 0)) == 0;
}

static bool allow_dial(scmp_filter_ctx f)
{
    static const int calls[] = {SCMP_SYS(socket),     SCMP_SYS(connect),    SCMP_SYS(bind),
                                SCMP_SYS(setsockopt), SCMP_SYS(getsockopt), SCMP_SYS(poll),
                                SCMP_SYS(sendmsg),    SCMP_SYS(fcntl),      SCMP_SYS(getsockname)};

    return allow(f, calls, sizeof calls / sizeof *calls);
}

/* The packet sockets were bound before; what is addressed is the link they are bound to. */
static bool allow_sweep(scmp_filter_ctx f)
{
    static const int calls[] = {SCMP_SYS(sendmmsg), SCMP_SYS(sendmsg), SCMP_SYS(recvmmsg),
                                SCMP_SYS(poll),     SCMP_SYS(ppoll),   SCMP_SYS(getsockopt)};

    return allow(f, calls, sizeof calls / sizeof *calls);
}

/* Runs of a program that is loaded: no map, no other program, no look at either. */
static bool allow_run(scmp_filter_ctx f)
{
    return seccomp_rule_add(f, SCMP_ACT_ALLOW, SCMP_SYS(bpf), 1,
                            SCMP_A0(SCMP_CMP_EQ, BPF_PROG_TEST_RUN)) == 0;
}

/* ctl goes on opening its store and starting roles: only network sockets are taken from it. */
static bool filter_ctl(scmp_filter_ctx f)
{
    static const unsigned families[] = {AF_INET, AF_INET6, AF_PACKET};

    for (size_t i = 0; i < sizeof families / sizeof *families; i++)
        if (seccomp_rule_add(f, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(socket), 1,
                             SCMP_A0(SCMP_CMP_EQ, families[i])) != 0)
            return false;
    return true;
}

static bool enter_seccomp(enum lc_role role)
{
    scmp_filter_ctx f = seccomp_init(role == LC_ROLE_CTL ? SCMP_ACT_ALLOW : SCMP_ACT_KILL_PROCESS);
    bool sweeps = role == LC_ROLE_SWEEP || role == LC_ROLE_SWEEP_XDP, ok = f != NULL;

    if (ok && role == LC_ROLE_CTL)
        ok = filter_ctl(f);
    else if (ok)
        ok = allow_common(f) && allow_send(f) && (role != LC_ROLE_DIAL || allow_dial(f)) &&
             (!sweeps || allow_sweep(f)) && (role != LC_ROLE_SWEEP_XDP || allow_run(f));
    ok = ok && seccomp_load(f) == 0;
    seccomp_release(f);
    return ok;
}

static void enter_limits(void)
{
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NPROC, 0);
}

enum lc_status lc_sandbox_enter(enum lc_role role, bool required, struct lc_sandbox_report *out,
                                struct lc_err *err)
{
    *out = (struct lc_sandbox_report){.landlock_abi = lc_landlock_abi()};
    if (role != LC_ROLE_CTL) {
        enter_limits();
        out->other_user = become_nobody();
        out->no_caps = drop_capabilities();
        /* Changing the user cleared the promise to die with ctl. */
        (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    }
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return lc_fail(err, LC_EPERM, "%s",
                       _("the kernel refuses no_new_privs; run 'lenscap doctor'"));
    if (role != LC_ROLE_CTL && out->landlock_abi && !landlock_nothing(out->landlock_abi))
        out->landlock_abi = 0;
    out->seccomp = enter_seccomp(role);
    if (role != LC_ROLE_CTL && (!out->seccomp || out->landlock_abi == 0))
        lc_log(LC_LOG_WARN, "%s",
               _("this kernel confines the roles only in part; see 'lenscap doctor'"));
    if (required && (!out->seccomp || (role != LC_ROLE_CTL && out->landlock_abi == 0)))
        return lc_fail(err, LC_EPERM, "%s",
                       _("this kernel offers no seccomp or Landlock, which --require-sandbox asks "
                         "for; run 'lenscap doctor'"));
    return LC_OK;
}
