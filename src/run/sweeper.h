/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl's side of the sweep role: giving slices, taking in who was heard, and seeing where more
 * answers come from one block than devices can be there.
 */
#ifndef LC_RUN_SWEEPER_H
#define LC_RUN_SWEEPER_H

#include "run/slices.h"
#include "run/spawn.h"
#include "run/swept.h"

#define LC_SWEEPER_NUMBER (LC_TALKERS_MAX - 3) /* its door at dial */

struct lc_sweeper {
    struct lc_child child;
    struct lc_slices *slices;
    struct lc_store *store;
    int64_t run;
    struct lc_swept swept; /* its last report */
    bool stands;           /* it has reported at least once */
    struct lc_crowd_table *crowds;
    uint64_t given; /* slices */
    void *ctx;
    /* Every address that answered something, as it comes; may be NULL. */
    void (*heard)(void *ctx, const struct lc_heard_host *h);
};

enum lc_status lc_sweeper_begin(struct lc_sweeper *s, uint64_t slices, struct lc_store *store,
                                int64_t run, bool resumed, struct lc_err *err) LC_MUST_CHECK;
/* Starts the role and waits for its first word: LC_EPERM or LC_EINVAL with the engine's own message
 * when it cannot sweep this plan. */
enum lc_status lc_sweeper_start(struct lc_sweeper *s, int config_fd, int budget_fd,
                                struct lc_child *dial, struct lc_err *err) LC_MUST_CHECK;
/* Gives slices while there is room. */
void lc_sweeper_give(struct lc_sweeper *s);
/* Reads what the role says. LC_EIO: it died. */
enum lc_status lc_sweeper_read(struct lc_sweeper *s, struct lc_err *err) LC_MUST_CHECK;
/* Writes the crowded blocks into the open transaction. */
enum lc_status lc_sweeper_crowds(struct lc_sweeper *s, struct lc_err *err) LC_MUST_CHECK;
void lc_sweeper_free(struct lc_sweeper *s);

/* The reasons in a heard address's flags as facts (host.pseudo). */
void lc_sweeper_facts(uint32_t flags, struct lc_facts *out);

#endif
