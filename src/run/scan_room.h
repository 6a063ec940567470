/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the three files of ctl's side of a run share: scan.c (stages, loop, beginning and end),
 * scan_talkers.c (windows, death, quarantine), scan_results.c (from a talker's words to the book).
 */
#ifndef LC_RUN_SCAN_ROOM_H
#define LC_RUN_SCAN_ROOM_H

#include "run/flight.h"
#include "run/judge.h"
#include "run/scan.h"
#include "run/spawn.h"

#define COMMIT_US  LC_MS(250)
#define COMMIT_N   2000U
#define QUARANTINE (LC_TALKERS_MAX - 1) /* its number at dial */

struct talker {
    struct lc_child child;
    struct lc_flight flight;
    uint32_t number; /* at dial */
};

struct scan {
    const struct lc_scan_setup *set;
    struct lc_scan_summary *sum;
    struct lc_err *err;
    struct lc_child dial;
    struct talker talkers[LC_TALKERS_MAX]; /* the last one is the quarantine */
    struct lc_feeder feeder;
    struct lc_judge judge;
    struct lc_local *local;
    struct lc_sweeper sweeper; /* its slices NULL: no sweep */
    struct lc_facts merged;
    struct lc_role_config cfg;
    bool gateway_pending, extras_given;
    int config_fd, budget_fd, epoll, signals;
    int64_t now_us, started_us, commit_us, shown_us;
    uint64_t done_before; /* by the run that is resumed */
    size_t uncommitted;
    struct lc_addr fresh[COMMIT_N]; /* answered hosts of the open transaction */
    size_t fresh_n;
    bool stop;
};

/* scan_results.c */
enum lc_status scan_commit(struct scan *s);
/* Puts a result into the open transaction; identity and judgement are in `r` already. */
enum lc_status scan_put(struct scan *s, struct lc_host_result *r, const struct lc_in_flight *host);
enum lc_status scan_on_result(struct scan *s, struct talker *t, struct lc_cur *body);

/* scan_talkers.c */
enum lc_status scan_talker_start(struct scan *s, struct talker *t);
enum lc_status scan_talker_read(struct scan *s, struct talker *t);
enum lc_status scan_fill(struct scan *s, struct talker *t); /* hands it hosts up to its window */
enum lc_status scan_quarantine(struct scan *s);

#endif
