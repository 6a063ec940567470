/* SPDX-License-Identifier: Apache-2.0 */
/* The door of the re-executed binary. */
#include "run/role.h"

#include "base/log.h"
#include "run/config.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Every descriptor that the kernel lets us have; the pools stay within 80 % of it. */
static void raise_descriptors(void)
{
    struct rlimit l;

    if (getrlimit(RLIMIT_NOFILE, &l) == 0) {
        l.rlim_cur = l.rlim_max;
        (void)setrlimit(RLIMIT_NOFILE, &l);
    }
}

int lc_role_main(int argc, char **argv)
{
    const char *role = argc == 3 ? argv[2] : "";

    /* Ctrl-C belongs to ctl, which then ends us in order; if ctl dies, so do we. */
    (void)signal(SIGINT, SIG_IGN);
    (void)signal(SIGPIPE, SIG_IGN);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    raise_descriptors();
    /* Roles keep UTC: the C library would otherwise open the machine's zone file behind the
     * sandbox. */
    (void)setenv("TZ", "UTC0", 1);
    tzset();
    if (strcmp(role, "dial") == 0)
        return lc_role_dial();
    if (strcmp(role, "talk") == 0)
        return lc_role_talk();
    if (strcmp(role, "hear") == 0)
        return lc_role_hear();
    if (strcmp(role, "sweep") == 0)
        return lc_role_sweep();
    lc_log(LC_LOG_ERROR, "roles are started by lenscap itself; see 'lenscap --help'");
    return 2;
}
