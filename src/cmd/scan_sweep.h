/* SPDX-License-Identifier: Apache-2.0 */
/* How `lenscap scan` finds out who is there: which engine, which ports first, how often. */
#ifndef LC_CMD_SCAN_SWEEP_H
#define LC_CMD_SCAN_SWEEP_H

#include "run/scan.h"

struct lc_sweep_wish {
    const char *engine, *mode, *passes, *likely, *udp; /* as typed; NULL: the default */
};

/* Fills set->sweep and set->full from the wish, the plan and set->ports. `why` gets a sentence
 * about the engine that was chosen, for the person. A wish that this machine cannot fulfil is an
 * error. */
enum lc_status lc_sweep_choose(const struct lc_sweep_wish *wish, struct lc_scan_setup *set,
                               struct lc_buf *why, struct lc_err *err) LC_MUST_CHECK;
/* One address that the sweep heard, as a line of JSON (lenscap.heard/1). */
void lc_heard_json(const struct lc_heard_host *h, const struct lc_sweep_plan *sweep,
                   struct lc_buf *out);

#endif
