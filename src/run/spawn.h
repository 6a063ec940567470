/* SPDX-License-Identifier: Apache-2.0 */
/* Starting roles: this binary again, with exactly the descriptors that config.h numbers. */
#ifndef LC_RUN_SPAWN_H
#define LC_RUN_SPAWN_H

#include "run/config.h"
#include "run/link.h"

#include <sys/types.h>

struct lc_child {
    pid_t pid; /* 0: not running */
    struct lc_link link;
    struct lc_crash_page *page; /* talk only */
    int crash_fd;
};

/* `budget_fd`: the page that dial and sweep share. */
enum lc_status lc_spawn_dial(struct lc_child *c, int config_fd, int budget_fd,
                             struct lc_err *err) LC_MUST_CHECK;
/* These also make the door to dial and introduce it under `number`. */
enum lc_status lc_spawn_talk(struct lc_child *c, int config_fd, struct lc_child *dial,
                             uint32_t number, struct lc_err *err) LC_MUST_CHECK;
enum lc_status lc_spawn_hear(struct lc_child *c, int config_fd, struct lc_child *dial,
                             uint32_t number, struct lc_err *err) LC_MUST_CHECK;
enum lc_status lc_spawn_sweep(struct lc_child *c, int config_fd, int budget_fd,
                              struct lc_child *dial, uint32_t number,
                              struct lc_err *err) LC_MUST_CHECK;
/* Closes the link (the role then ends by itself), waits, frees. Returns the CPU time it used. */
int64_t lc_child_end(struct lc_child *c, bool kill_it);

#endif
