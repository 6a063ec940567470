/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts on their way. The feeder hands out the plan's targets in order, skips what a resumed run
 * has done, and takes back what a dead talker lost; a flight is the table of what one talker holds
 * now.
 */
#ifndef LC_RUN_FLIGHT_H
#define LC_RUN_FLIGHT_H

#include "store/store.h"

#define LC_FLIGHT_NONE UINT64_MAX

struct lc_in_flight {
    uint64_t index; /* in the plan */
    struct lc_addr addr;
    uint32_t lost; /* talkers that died holding it */
    bool used;
};

struct lc_flight {
    struct lc_in_flight *rows;
    uint64_t size, busy, free_head;
    uint64_t *free_next;
};

enum lc_status lc_flight_init(struct lc_flight *f, uint64_t size) LC_MUST_CHECK;
void lc_flight_free(struct lc_flight *f);
uint64_t lc_flight_add(struct lc_flight *f, const struct lc_in_flight *host); /* asserts room */
struct lc_in_flight *lc_flight_get(struct lc_flight *f, uint64_t slot); /* NULL: not in flight */
void lc_flight_done(struct lc_flight *f, uint64_t slot);

struct lc_feeder {
    const struct lc_targets *plan;
    struct lc_store *store;
    int64_t run;
    bool resumed;
    uint64_t next, total;
    uint64_t mask; /* done hosts of the unit that `next` stands in */
    size_t range;  /* of the plan, and how many targets stand before it */
    uint64_t before;
    struct lc_in_flight *again; /* lost with their talker: asked again like any other */
    size_t again_n, again_cap;
    struct lc_in_flight *suspects; /* being parsed when it died: asked alone */
    size_t suspects_n, suspects_cap;
};

enum lc_status lc_feeder_init(struct lc_feeder *f, const struct lc_targets *plan,
                              struct lc_store *store, int64_t run, bool resumed) LC_MUST_CHECK;
void lc_feeder_free(struct lc_feeder *f);
/* LC_DONE when nothing is left to hand out (suspects aside). */
enum lc_status lc_feeder_next(struct lc_feeder *f, struct lc_in_flight *out,
                              struct lc_err *err) LC_MUST_CHECK;
enum lc_status lc_feeder_again(struct lc_feeder *f, const struct lc_in_flight *host,
                               bool suspect) LC_MUST_CHECK;
bool lc_feeder_suspect(struct lc_feeder *f, struct lc_in_flight *out); /* takes one */
bool lc_feeder_dry(const struct lc_feeder *f);

#endif
