/* SPDX-License-Identifier: Apache-2.0 */
/* Is this network the machine's, or one that a test made for itself? */
#ifndef SIM_NETNS_H
#define SIM_NETNS_H

#include <stdbool.h>

/* True when some process that started us lives in another network namespace (unshare -n, ip netns
 * exec), or when the first process does. What cannot be read does not count. */
bool sim_netns_own(void);

#endif
