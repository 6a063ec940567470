/* SPDX-License-Identifier: Apache-2.0 */
/* The street: listeners for every port of every device, and the loop. */
#ifndef SIM_SERVER_H
#define SIM_SERVER_H

#include "conn.h"

enum sim_bind {
    SIM_BIND_EXACT, /* each device on its own address: every other port is closed */
    SIM_BIND_LO,    /* one wildcard listener per port, bound to the device lo */
    SIM_BIND_ANY,   /* one wildcard listener per port, in a network namespace of our own */
};

/* `host` (addresses in order) is borrowed until close; `lan` as for sim_udp_open. */
enum lc_status sim_server_open(struct sim_server *s, struct sim_host *host, size_t n,
                               enum sim_bind how, const char *lan,
                               struct lc_err *err) LC_MUST_CHECK;
/* The same for sim_country_hosts(c), in a network namespace of our own. */
enum lc_status sim_server_open_country(struct sim_server *s, struct sim_host *host,
                                       const struct sim_country *c,
                                       struct lc_err *err) LC_MUST_CHECK;
void sim_server_close(struct sim_server *s);
/* Serves until `stop_fd` or `end_us` (monotonic); LC_MORE when a SIGUSR1 asks for the counters. */
enum lc_status sim_server_run(struct sim_server *s, int signal_fd, int64_t end_us) LC_MUST_CHECK;

#endif
