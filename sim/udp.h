/* SPDX-License-Identifier: Apache-2.0 */
/* The street over UDP: what is heard, what is answered, what is said unasked. */
#ifndef SIM_UDP_H
#define SIM_UDP_H

#include "server.h"

/* `lan`: the device where groups are joined and broadcasts heard; NULL: lo for a street of loopback
 * addresses, else the first other device that is up. A fleet hears neither. */
enum lc_status sim_udp_open(struct sim_server *s, enum sim_bind how, const char *lan,
                            struct lc_err *err) LC_MUST_CHECK;
void sim_udp_close(struct sim_server *s);
size_t sim_udp_sockets(const struct sim_server *s); /* descriptors in use */
struct sim_ear;
void sim_udp_ready(struct sim_server *s, const struct sim_ear *ear);
/* Sends what is due; when there will be more (INT64_MAX: not unless something is heard). */
int64_t sim_udp_due(struct sim_server *s);

#endif
