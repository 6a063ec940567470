/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A real link for tests of engines: two network namespaces that the test makes for itself, a pair
 * of virtual cards between them, and on the far side a machine that owns whole prefixes (AnyIP) and
 * listens on some of their addresses. Nothing leaves them. Needs root and ip(8).
 *
 *     near  v0  198.18.0.1, 198.18.0.5, 2001:db8::1
 *     far   v1  198.18.0.2, 2001:db8::2; owns 198.19.0.0/24 and 2001:db8:1::/120, knows no way to
 *               198.19.1.0/24
 */
#ifndef LC_TESTS_LINK_KIT_H
#define LC_TESTS_LINK_KIT_H

#include "discover/engine.h"

#define LINK_HOSTS 256U /* in each of the two prefixes */
#define LINK_PORT  554U
#define LINK_TCP   ((struct lc_sweep_port){.port = LINK_PORT})

extern const char *link_skipped; /* why; NULL: the link stands */

/* Group fixtures. */
int link_setup(void **state);
int link_teardown(void **state);

bool link_run(const char *command); /* by the shell, on the near side */
bool link_set_gro(bool on);         /* of the far card */
struct lc_addr link_host4(unsigned i);
struct lc_addr link_host6(unsigned i);
bool link_listens(unsigned host);
bool link_listen_at(const struct lc_addr *a); /* on the near side */
struct lc_range link_range(const char *text);

struct link_heard {
    unsigned open[2][LINK_HOSTS], refused[2][LINK_HOSTS]; /* IPv4, IPv6 */
    unsigned unreachable, others, n;
};

/* Until `want` answers are in, or five seconds have passed: then the counts say what is missing. */
void link_listen_for(struct lc_engine *e, struct link_heard *h, unsigned want);
void link_send_all(struct lc_engine *e, const struct lc_probe *v, size_t n);
struct lc_engine_counts link_counts(struct lc_engine *e);
/* Sends all of v and hears n answers in a process that may do nothing else: sendmmsg, getsockopt,
 * poll, and runs of a program when `bpf`; 0 when it could. Anything else kills it. */
int link_confined(struct lc_engine *e, const struct lc_probe *v, size_t n, bool bpf);

#endif
