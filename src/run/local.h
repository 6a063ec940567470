/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Discovery on the attached networks, ctl's half: when which question goes to which link (dial asks
 * it, hear reads the answers), what was heard of whom before anybody is talked to, what the
 * neighbour table knows, and what the router's port mappings say about the devices behind it.
 *
 * A network takes part when the plan holds all of it and the scope excludes none of it: a question
 * to a link reaches everybody there. Questions are spaced so that no host sees more than its rate.
 */
#ifndef LC_RUN_LOCAL_H
#define LC_RUN_LOCAL_H

#include "knowledge/kb.h"
#include "run/spawn.h"

#define LC_LOCAL_NUMBER (LC_TALKERS_MAX - 2) /* hear's door at dial */

struct lc_local;

/* The default router (IPv4), from the kernel's table; gateway.c. */
bool lc_gateway_of(struct lc_slice table, struct lc_addr *out);
bool lc_gateway_read(struct lc_addr *out);

/* The networks that may be spoken to. `plan` decides, `scope` may forbid: `excluded` then counts
 * the networks that were left out for their exclusions. */
size_t lc_local_nets(const struct lc_scope *scope, const struct lc_targets *plan,
                     struct lc_shout_net out[static LC_SHOUT_NETS], size_t *excluded);

struct lc_local_setup {
    const struct lc_role_config *cfg; /* nets, nonce, rates */
    const struct lc_kb *kb;
    bool deep;
};

struct lc_local *lc_local_new(const struct lc_local_setup *setup); /* NULL: out of memory */
void lc_local_free(struct lc_local *l);

/* Starts hear and the schedule; without a network there is nothing to do and the stage is over. */
enum lc_status lc_local_begin(struct lc_local *l, int config_fd, struct lc_child *dial,
                              int64_t now_us, struct lc_err *err) LC_MUST_CHECK;
/* Sends what is due; returns when to call again, INT64_MAX when the stage is over. */
int64_t lc_local_tick(struct lc_local *l, struct lc_child *dial, int64_t now_us);
bool lc_local_over(const struct lc_local *l);
int lc_local_fd(const struct lc_local *l); /* hear's link, -1 when it is not running */
/* Reads what hear says. A hear that died on some bytes ends the stage early: LC_DONE. */
enum lc_status lc_local_read(struct lc_local *l) LC_MUST_CHECK;
int64_t lc_local_end(struct lc_local *l); /* ends hear; its CPU time */

/* What is known of an address from all these sources, packed; valid until the next call of this
 * file. Empty when nothing is. */
struct lc_slice lc_local_facts(struct lc_local *l, const struct lc_addr *a, int64_t now_us);
bool lc_local_heard(struct lc_local *l, const struct lc_addr *a); /* is anything known of it? */
/* Has the kernel met its hardware address? */
bool lc_local_met(struct lc_local *l, const struct lc_addr *a, int64_t now_us);
bool lc_local_is_gateway(const struct lc_local *l, const struct lc_addr *a);
/* The router is asked before everybody else when it says that it maps ports. */
bool lc_local_gateway_first(struct lc_local *l, struct lc_addr *out);
/* Takes the mappings out of the router's facts: they are told of the devices they lead to. */
void lc_local_mappings(struct lc_local *l, struct lc_slice facts);

struct lc_local_counts {
    uint64_t answers, devices, outside;
    struct lc_addr first_outside;
};
const struct lc_local_counts *lc_local_counts(const struct lc_local *l);
/* Addresses heard, in no order; NULL at the end. `at` starts at 0. */
const struct lc_addr *lc_local_next(const struct lc_local *l, size_t *at);

#endif
