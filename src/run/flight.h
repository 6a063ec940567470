/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hosts on their way to a talker and back.
 *
 * The feeder hands them out. Without a sweep it goes through the plan in a keyed order, so that
 * neighbours are not asked in a row, skips what a resumed run has done, and gives a host that
 * stayed silent a second chance at the end. With a sweep it hands out who was heard. In both cases
 * it takes back what a dead talker lost. A flight is the table of what one talker holds now.
 */
#ifndef LC_RUN_FLIGHT_H
#define LC_RUN_FLIGHT_H

#include "run/slices.h"
#include "scope/order.h"

#define LC_FLIGHT_NONE UINT64_MAX

struct lc_in_flight {
    uint64_t index; /* in the plan */
    struct lc_addr addr;
    uint32_t lost; /* talkers that died holding it */
    bool used;
    bool second;       /* it was silent once before */
    uint32_t slice_at; /* LC_NO_SLICE: not of a sweep */
    uint32_t flags;    /* enum lc_heard_flag */
    struct lc_talk_known known;
};

#define LC_NO_SLICE UINT32_MAX

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
    struct lc_slices *slices; /* NULL: no sweep */
    struct lc_order order;
    uint64_t next, total;
    uint64_t skip;              /* given apart from the others; LC_FLIGHT_NONE */
    uint64_t *before;           /* targets in front of each range */
    struct lc_in_flight *later; /* silent once: asked again when all have had their turn */
    size_t later_n, later_cap, later_at;
    int64_t later_us;           /* not before */
    struct lc_in_flight *again; /* lost with their talker: asked again like any other */
    size_t again_n, again_cap;
    struct lc_in_flight *suspects; /* being parsed when it died: asked alone */
    size_t suspects_n, suspects_cap;
};

/* `seed` of the order; `slices` as the sweep's ledger, or NULL. */
enum lc_status lc_feeder_init(struct lc_feeder *f, const struct lc_targets *plan,
                              struct lc_store *store, int64_t run, bool resumed, uint64_t seed,
                              struct lc_slices *slices) LC_MUST_CHECK;
void lc_feeder_free(struct lc_feeder *f);
/* LC_DONE when nothing is to hand out at `now_us` (suspects aside). */
enum lc_status lc_feeder_next(struct lc_feeder *f, int64_t now_us, struct lc_in_flight *out,
                              struct lc_err *err) LC_MUST_CHECK;
/* Silent at its first turn: it gets a second one, not before `at_us`. */
enum lc_status lc_feeder_later(struct lc_feeder *f, const struct lc_in_flight *host,
                               int64_t at_us) LC_MUST_CHECK;
uint64_t lc_feeder_index(const struct lc_feeder *f, const struct lc_addr *a); /* LC_FLIGHT_NONE */
enum lc_status lc_feeder_again(struct lc_feeder *f, const struct lc_in_flight *host,
                               bool suspect) LC_MUST_CHECK;
bool lc_feeder_suspect(struct lc_feeder *f, struct lc_in_flight *out); /* takes one */
bool lc_feeder_dry(const struct lc_feeder *f);

#endif
