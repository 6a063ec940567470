/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One slice in work: which (address, port) pairs come next, and what is known of each. The room
 * behind sweep.h; only sweep.c and the tests look in.
 *
 * A pass goes in rounds. A round visits every host of the slice once, in the plan's keyed order,
 * and asks it one port; which one, is shifted from host to host. So a host's ports are a whole
 * round apart, as far as can be, each window of a round is a fair sample of hosts and ports, and
 * the next pair is two additions away. A round does not start before the hosts' budgets allow for
 * it.
 *
 * The second pass walks the same way, and may not come nearer than `again_us` to the first: a pass
 * is cut into 64 chunks that remember when their last probe left.
 */
#ifndef LC_DISCOVER_SLICE_H
#define LC_DISCOVER_SLICE_H

#include "discover/plan.h"
#include "discover/sweep.h"

#define LC_SLICE_CHUNKS 64U
#define LC_CANARIES     2U
#define LC_SLICE_WORDS  (LC_SWEEP_PORTS / 64)

/* What is asked, the same for all slices of a sweep. */
struct lc_slice_rules {
    const struct lc_sweep_port *ports;
    uint8_t likely[LC_SWEEP_PORTS], rest[LC_SWEEP_PORTS]; /* places in `ports` that can be asked */
    uint8_t rank[LC_SWEEP_PORTS];                         /* place in likely or rest */
    uint64_t likely_mask[LC_SLICE_WORDS], rest_mask[LC_SLICE_WORDS], tcp_mask[LC_SLICE_WORDS];
    unsigned likely_n, rest_n, words; /* words: of a mask, as many as the ports fill */
    unsigned passes;
    int64_t again_us, drain_us, host_gap_us;
    bool quiet; /* now: the engine knows that no answer is on its way */
    uint64_t canary_key[2];
};

enum lc_stage {
    LC_STAGE_FREE,
    LC_STAGE_PASS_1,
    LC_STAGE_PASS_2,
    LC_STAGE_REST_1,
    LC_STAGE_REST_2,
    LC_STAGE_CANARY,
    LC_STAGE_DRAIN,
    LC_STAGE_OVER, /* until its owner has read it and made it free */
};

struct lc_chunk {
    uint32_t pending, sent, hits;
    int64_t last_us;
};

struct lc_work {
    enum lc_stage stage;
    uint64_t slice;
    uint32_t hosts;
    struct lc_addr *addr;
    uint64_t *asked, *open, *refused; /* hosts * words */
    uint16_t *state;                  /* of a host: enum lc_heard_flag, and slice.c's own bits */
    uint32_t shift_key;
    /* the cursor: the next pair of this stage */
    uint32_t round, host, at, chunk, chunk_end, chunk_size;
    int64_t round_us; /* when the first pair of this round was taken */
    /* what is under way */
    uint64_t left;    /* pairs of this stage that have neither left nor been given up */
    uint32_t pending; /* taken from the cursor, not sent yet */
    int64_t last_us;  /* when the last probe left */
    unsigned drains;
    unsigned sampled; /* chunks of pass 1 that the brake has been told about */
    struct lc_chunk chunks[LC_SLICE_CHUNKS];
    struct lc_chunk first[LC_SLICE_CHUNKS]; /* those of pass 1, for the brake */
};

/* A pair that may be asked now. */
struct lc_step {
    uint32_t host;
    uint8_t port;  /* place in `ports`; of a canary: which one */
    uint8_t stage; /* enum lc_stage */
    uint8_t chunk;
};

/* Memory for slices of up to `hosts` addresses. */
enum lc_status lc_work_open(struct lc_work *w, const struct lc_slice_rules *r,
                            uint32_t hosts) LC_MUST_CHECK;
void lc_work_close(struct lc_work *w);
/* Takes on a slice of the plan; `w` must be free. */
void lc_work_start(struct lc_work *w, const struct lc_slice_rules *r, const struct lc_plan *plan,
                   uint64_t slice);
uint32_t lc_work_hosts(const struct lc_plan *plan, uint64_t slice); /* addresses it has */

/* LC_OK: ask this, then call one of the two below. LC_AGAIN: not before *wake_us (INT64_MAX: when
 * what is pending has left). LC_DONE: the slice is over. */
enum lc_status lc_work_next(struct lc_work *w, const struct lc_slice_rules *r, int64_t now_us,
                            struct lc_step *out, int64_t *wake_us) LC_MUST_CHECK;
bool lc_work_still(const struct lc_work *w, const struct lc_slice_rules *r,
                   const struct lc_step *step); /* silent as before? */
void lc_work_sent(struct lc_work *w, const struct lc_slice_rules *r, const struct lc_step *step,
                  int64_t now_us);
void lc_work_dropped(struct lc_work *w, const struct lc_step *step);
struct lc_sweep_port lc_work_port(const struct lc_work *w, const struct lc_slice_rules *r,
                                  const struct lc_step *step);

/* An answer of host `host`. */
enum lc_news { LC_NEWS_OPEN, LC_NEWS_REFUSED, LC_NEWS_OTHER, LC_NEWS_AGAIN, LC_NEWS_UNASKED };
/* `port`: place in `ports`, or -1: perhaps a canary. *closed_before: a refusal turned into open. */
enum lc_news lc_work_answer(struct lc_work *w, const struct lc_slice_rules *r, uint32_t host,
                            int port, const struct lc_answer *a, bool *closed_before);

/* Probes of later stages, as far as can be told now. */
uint64_t lc_work_later(const struct lc_work *w, const struct lc_slice_rules *r);
/* The next chunk of pass 1 whose answers had `ripe_us`; false: none yet. */
bool lc_work_sample(struct lc_work *w, int64_t now_us, int64_t ripe_us, struct lc_chunk *out);
/* What is known of a host; false: it was silent. */
bool lc_work_heard(const struct lc_work *w, const struct lc_slice_rules *r,
                   const struct lc_plan *plan, uint32_t host, struct lc_heard *out);
/* Enumerates pass 1; see lc_sweep_dry. `room`: for LC_SLICE_HOSTS addresses. */
void lc_work_dry(struct lc_addr *room, const struct lc_slice_rules *r, const struct lc_plan *plan,
                 uint64_t slice, void (*each)(void *ctx, const struct lc_addr *a, unsigned port),
                 void *ctx);
/* The canary ports of an address: not among `ports`, not the same. */
void lc_canary_ports(const struct lc_slice_rules *r, const struct lc_addr *a,
                     uint16_t out[static LC_CANARIES]);

#endif
