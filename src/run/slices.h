/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl's ledger of a sweep: which slices are given out, whose hosts are still being asked, which are
 * done. A slice is done, in the store, in the transaction that holds its last host's result; after
 * a kill the slices that were not done are swept again, and hosts of theirs that have a result
 * already are not asked again.
 *
 * Back-pressure is here: slices are given only while few heard hosts wait for a talker.
 */
#ifndef LC_RUN_SLICES_H
#define LC_RUN_SLICES_H

#include "run/config.h"
#include "store/store.h"

#define LC_SLICES_AT_WORK 64U    /* given, or with hosts still being asked */
#define LC_HEARD_WAITING  65536U /* no further slice is given past so many waiting hosts */

/* A host that the sweep heard, on its way to a talker. */
struct lc_heard_host {
    uint64_t index;
    struct lc_addr addr;
    uint32_t slice_at; /* place of its slice in the ledger */
    uint32_t flags;    /* enum lc_heard_flag */
    struct lc_talk_known known;
};

struct lc_slices;

/* How a run sweeps, as bytes of the store: so that a resumed run goes on in the same order with the
 * same cookies. Returns the length; unpack is LC_EVERSION for another form. */
size_t lc_sweep_plan_pack(const struct lc_sweep_plan *p, uint8_t *out, size_t cap);
enum lc_status lc_sweep_plan_unpack(struct lc_slice bytes, struct lc_sweep_plan *out) LC_MUST_CHECK;

/* `total` slices; those done in the store are left out. NULL when memory ran out. */
struct lc_slices *lc_slices_new(uint64_t total, struct lc_store *store, int64_t run, bool resumed,
                                struct lc_err *err);
void lc_slices_free(struct lc_slices *s);

/* The next slice to give to the sweep; LC_DONE: none now (all given, or hosts wait). */
enum lc_status lc_slices_next(struct lc_slices *s, uint64_t *slice) LC_MUST_CHECK;
/* A host of a slice in work. LC_EPARSE: of none. One with a result already, or without an open
 * port or an answer over UDP, is only counted; `*queued` tells. */
enum lc_status lc_slices_heard(struct lc_slices *s, uint64_t slice, const struct lc_heard_host *h,
                               bool *queued, struct lc_err *err) LC_MUST_CHECK;
enum lc_status lc_slices_over(struct lc_slices *s, uint64_t slice, uint32_t hosts,
                              struct lc_err *err) LC_MUST_CHECK;
bool lc_slices_take(struct lc_slices *s, struct lc_heard_host *out); /* the next host to ask */
/* The host's result was put; may end its slice (in the open transaction). */
enum lc_status lc_slices_result(struct lc_slices *s, uint32_t slice_at, enum lc_host_state state,
                                struct lc_err *err) LC_MUST_CHECK;

bool lc_slices_dry(const struct lc_slices *s);   /* every slice is done */
bool lc_slices_swept(const struct lc_slices *s); /* every slice is over, results may be missing */
/* Addresses in slices that are done, and all that were swept. */
uint64_t lc_slices_hosts_done(const struct lc_slices *s);
uint64_t lc_slices_left(const struct lc_slices *s);                        /* not yet given */
const struct lc_slice_counts *lc_slices_counts(const struct lc_slices *s); /* of done ones */

#endif
