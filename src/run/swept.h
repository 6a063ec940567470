/* SPDX-License-Identifier: Apache-2.0 */
/* What the sweep role reports of itself; both ends are the same binary, so the struct travels as it
 * stands. */
#ifndef LC_RUN_SWEPT_H
#define LC_RUN_SWEPT_H

#include "discover/sweep.h"

struct lc_swept {
    struct lc_sweep_counts counts;
    uint64_t left; /* probes of the slices in work */
    int64_t cpu_us;
};

#endif
