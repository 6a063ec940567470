/* SPDX-License-Identifier: Apache-2.0 */
/* Hosts made for the tests of the store: small builders over the public structures, no scanner
 * behind them. */
#ifndef TESTS_STORE_MAKE_H
#define TESTS_STORE_MAKE_H

#include "store/store.h"

#define MAKE_PORTS_MAX 8

/* One host under construction. Facts are kept here; the result borrows from it until the next
 * make_host. */
struct make {
    struct lc_facts facts[MAKE_PORTS_MAX];
    struct lc_endpoint_result endpoints[MAKE_PORTS_MAX];
    struct lc_identity identity;
    struct lc_judgement judgement;
    struct lc_host_result r;
};

/* Rules as data/rules would give them; only the id matters to the store. */
extern const struct lc_rule make_rules[6];

void make_free(struct make *m);
/* Target `index` of a plan that begins at 10.0.0.0; nothing on it yet. */
void make_host(struct make *m, uint64_t index, enum lc_host_state state);
/* Adds an endpoint with port.outcome, and port.protocol when `protocol` is given. */
struct lc_facts *make_port(struct make *m, uint16_t port, const char *outcome,
                           const char *protocol);
void make_claim(struct make *m, enum lc_attr attr, const char *value, uint16_t port,
                enum lc_fact_name fact, const char *evidence);
void make_finding(struct make *m, size_t rule, enum lc_tri result, uint16_t port,
                  enum lc_fact_name fact, const char *evidence);
/* Once all is added: the result to store. */
const struct lc_host_result *make_done(struct make *m);

/* A camera with five open ports, six claims and six findings: what the figures are taken of. */
const struct lc_host_result *make_camera(struct make *m, uint64_t index);

/* A plan of `n` addresses from 10.0.0.0 on; freed with lc_free(plan->v). */
void make_plan(struct lc_targets *plan, uint64_t n);

#endif
