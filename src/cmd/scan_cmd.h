/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `lenscap scan` between its files: scan.c (options to a setup, plan, verb), scan_sweep.c (who is
 * there), scan_show.c (what a person or a program sees of it).
 */
#ifndef LC_CMD_SCAN_CMD_H
#define LC_CMD_SCAN_CMD_H

#include "cmd/cmd.h"
#include "cmd/scan_sweep.h"

struct scan_options {
    const char *scope, *store, *rate, *host_rate, *ports, *source, *talkers, *fail_on;
    struct lc_sweep_wish sweep;
    bool resume, deep, json, quiet, stats, require_sandbox, no_local, no_udp, sweep_only;
};

struct scan_cmd {
    struct scan_options opt;
    struct lc_scope scope;
    struct lc_targets want, plan;
    uint8_t (*ouis)[3]; /* what `want` borrows */
    struct lc_store *store;
    struct lc_kb *kb;
    struct lc_run run;
    struct lc_scan_setup set;
    struct lc_scan_summary sum;
    struct lc_buf out;
    char faults[1024];
    bool tty, color;
    enum lc_severity worst;
    bool any_finding;
    struct lc_err err;
};

/* scan_show.c: callbacks of the run (ctx is the struct scan_cmd), and its end. */
void scan_on_heard(void *ctx, const struct lc_heard_host *h);
void scan_on_device(void *ctx, const struct lc_addr *addr);
void scan_on_progress(void *ctx, const struct lc_scan_progress *p);
enum lc_status scan_print_end(struct scan_cmd *c);
void scan_print_stats(struct scan_cmd *c);
void scan_duration(int64_t us, char out[static 32]);

#endif
