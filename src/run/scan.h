/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One run, from the plan to the book: ctl's side of the pipeline.
 *
 * ctl hands addresses to the talkers, takes their facts back, resolves identity and judgement, and
 * writes them with their unit's done mask in one transaction; a device is announced only after its
 * commit. A talker that dies loses nothing: its hosts are asked again, and the one whose bytes it
 * was parsing is asked alone, in quarantine; only if that kills the quarantine too it is recorded
 * as a parser fault, its bytes kept.
 */
#ifndef LC_RUN_SCAN_H
#define LC_RUN_SCAN_H

#include "run/local.h"
#include "run/sweeper.h"
#include "store/store.h"

struct lc_scan_progress {
    uint64_t targets, done, answered, cameras, exposed;
    uint64_t probes;             /* of the sweep, in this process */
    bool listening;              /* local discovery is under way */
    int64_t elapsed_us, left_us; /* left -1: not known yet */
};

struct lc_scan_setup {
    const struct lc_scope *scope;
    const struct lc_targets *plan;
    struct lc_store *store;
    struct lc_run *run; /* begun or resumed; its counters are kept up to date */
    bool resumed;
    const struct lc_kb *kb;
    struct lc_identifier *identifier;
    struct lc_assessor *assessor;
    uint16_t ports[LC_TALK_PORTS];
    size_t ports_n;
    struct lc_rates rates;
    uint32_t talkers, hosts_max; /* hosts_max: conversations at once, all talkers together */
    struct lc_addr sources[LC_SOURCES_MAX];
    size_t sources_n;
    int64_t connect_us, dialogue_us, host_us;
    struct lc_sweep_plan sweep; /* engine DIRECT: no sweep */
    uint32_t dgrams;            /* questions over UDP up to this priority; 0: none */
    bool local;                 /* speak to the attached networks of the plan, too */
    bool deep;
    bool full;       /* every port of every address, also of silent ones */
    bool sweep_only; /* stop at who answers; `heard` tells */
    bool sandbox_required;
    const char *faults_dir; /* where bytes that crashed a parser twice are kept; NULL: nowhere */
    void *ctx;
    void (*heard)(void *ctx, const struct lc_heard_host *h); /* by the sweep; may be NULL */
    void (*device)(void *ctx, const struct lc_addr *addr);   /* stored now; may be NULL */
    void (*progress)(void *ctx,
                     const struct lc_scan_progress *p); /* a few times a second; may be NULL */
};

struct lc_scan_summary {
    struct lc_scan_progress last;
    bool interrupted;           /* Ctrl-C or TERM: the store is valid, --resume goes on */
    uint64_t packets, restarts; /* initiated; talkers that had to be replaced */
    int64_t cpu_us[4];          /* ctl, dial, talk (and hear), sweep */
    struct lc_swept swept;
    int64_t sweep_us; /* until the last slice was over */
    struct lc_local_counts local;
    size_t nets, nets_excluded; /* of local discovery */
    uint64_t unproven;          /* heard on a link, but the address itself gave no sign */
};

#define LC_SCAN_CONNECT_US LC_SEC(3)

enum lc_status lc_scan_run(const struct lc_scan_setup *setup, struct lc_scan_summary *out,
                           struct lc_err *err) LC_MUST_CHECK;

#endif
