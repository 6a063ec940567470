/* SPDX-License-Identifier: Apache-2.0 */
/* Names of what can become of a connection attempt; they are values of the fact port.outcome. */
#include "net/net.h"

const char *const lc_dial_outcome_names[] = {
    [LC_DIAL_OPEN] = "open",
    [LC_DIAL_REFUSED] = "refused",
    [LC_DIAL_SILENT] = "silent",
    [LC_DIAL_UNREACHABLE] = "unreachable",
    [LC_DIAL_SCOPE] = "refused-by-scope",
    [LC_DIAL_LOCAL] = "out-of-budget",
};
