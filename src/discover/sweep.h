/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sweep: who is there? Stateless probes out, validated answers in, for whole countries.
 *
 * The plan's addresses, numbered through the ranges, are put into a keyed order (scope/order.h) and
 * cut into slices of LC_SLICE_HOSTS. A slice is the atom of everything: of the work that ctl hands
 * out, of the ledger (a slice is done when its last result is committed), of the memory (bitmaps of
 * a few slices, whatever the size of the plan), and of the delay between hearing an address and
 * asking it. Because the order is keyed, each slice is a thin sample of every prefix.
 *
 * Inside a slice the probes go in rounds: every host once, each at another of its ports, so that no
 * host sees its ports in a row (slice.h).
 *
 *   pass 1     the likely ports of every address
 *   pass 2     the same, once more, for pairs still silent, at least `again_us` later
 *   rest       the other ports, in two passes as well, only of addresses that answered something
 *              (also a refusal)
 *   canaries   two random high ports of each address with an open port, once: who answers there
 *              answers everywhere (H1)
 *   drain      wait for stragglers; who shows up only now gets what is due to it; then report
 *
 * With likely_n == ports_n there is no rest: that is the full mode. The sweep parses no payload.
 * What it needs of the network is an engine (engine.h); of time, what it is given. Of memory it
 * takes all it will ever take in lc_sweep_open: some 4 MiB for each of up to eight slices.
 */
#ifndef LC_DISCOVER_SWEEP_H
#define LC_DISCOVER_SWEEP_H

#include "discover/engine.h"
#include "scope/pace.h"

#define LC_SLICE_HOSTS   65536U
#define LC_SWEEP_PORTS   128U
#define LC_SWEEP_AT_ONCE 24U /* slices in work: most of them only wait for answers */

/* What is known of one address when its slice has been swept. Bit i of a mask: ports[i]. */
struct lc_heard {
    uint64_t slice;
    uint64_t index; /* of the target in the plan */
    struct lc_addr addr;
    uint64_t open[LC_SWEEP_PORTS / 64], refused[LC_SWEEP_PORTS / 64], asked[LC_SWEEP_PORTS / 64];
    uint32_t flags; /* enum lc_heard_flag */
};

struct lc_sweep_config {
    const struct lc_range *plan; /* as the run stored it: sorted, apart; borrowed */
    size_t plan_n;
    const struct lc_gate *gate;                 /* the second scope check: asked for every probe */
    uint64_t order_seed;                        /* public */
    uint8_t cookie_key[16];                     /* secret, of this run */
    struct lc_sweep_port ports[LC_SWEEP_PORTS]; /* likely ones first */
    size_t ports_n, likely_n;
    unsigned passes;  /* 1 or 2 */
    int64_t again_us; /* from an address's pass 1 to its pass 2, at least */
    int64_t drain_us; /* after the last probe of a slice */
    struct lc_rates rates;
    bool adapt; /* slow down by itself (brake.h); off only where a test measures the pace itself */
};

/* Counters of a whole sweep; they add up: what was planned is sent, not sent (gate) or still to
 * come. */
struct lc_sweep_counts {
    uint64_t probes, refused_by_gate;
    uint64_t planned; /* probes + refused_by_gate + those still to come of the stages under way */
    uint64_t open, closed; /* distinct (address, port) pairs */
    uint64_t duplicates;
    uint64_t late;    /* answers of addresses that are in no slice in work */
    uint64_t invalid; /* without our cookie, or of a pair that was not asked */
    uint64_t icmp;    /* unreachable, said by others than the address itself */
    uint64_t local_drops, slowdowns;
    double speed; /* the brake's share of the rate, 1/64 to 1 */
};

struct lc_sweep_owner {
    void *ctx;
    /* Once for each address that answered something, when its slice is over. */
    void (*heard)(void *ctx, const struct lc_heard *h);
    /* After the last `heard` of a slice: how many addresses it had, how many of them were silent.
     * May give the next one. */
    void (*slice_over)(void *ctx, uint64_t slice, uint32_t hosts, uint32_t silent);
};

struct lc_sweep;

/* `pace`: borrowed; NULL when the engine keeps the rates itself (connections through dial). NULL
 * when memory ran out or lc_sweep_slices says 0. */
struct lc_sweep *lc_sweep_open(const struct lc_sweep_config *cfg, const struct lc_engine *engine,
                               struct lc_pace *pace, const struct lc_sweep_owner *owner);
void lc_sweep_close(struct lc_sweep *s);

/* How many the plan has; 0: it is empty or beyond 2^62 addresses. */
uint64_t lc_sweep_slices(const struct lc_sweep_config *cfg);
/* Takes a slice on; LC_AGAIN when LC_SWEEP_AT_ONCE are in work; LC_EINVAL when there is no such
 * slice, or it is in work already. */
enum lc_status lc_sweep_give(struct lc_sweep *s, uint64_t slice) LC_MUST_CHECK;
/* Receives, sends what may leave at `now_us`, ends what is over. `now_s` is the wall clock, for the
 * gate's hours. Returns when to call again (or when the engine's descriptor can be read): at once
 * when there is more to do, else not within a millisecond; INT64_MAX when there is nothing to do.
 */
int64_t lc_sweep_tick(struct lc_sweep *s, int64_t now_us, int64_t now_s);
void lc_sweep_counts(const struct lc_sweep *s, struct lc_sweep_counts *out);
/* Probes that the slices in work still have to send, as far as can be told now. */
uint64_t lc_sweep_left(const struct lc_sweep *s);

/* Enumerates pass 1 of `n` slices without sending: for the coverage test and the dry run's speed.
 * LC_EINVAL when there are not so many. Calls each(ctx, address, port number's place in cfg->ports)
 * in the very order of sending (to an engine that asks everything). */
enum lc_status lc_sweep_dry(const struct lc_sweep_config *cfg, uint64_t slice, uint64_t n,
                            void (*each)(void *ctx, const struct lc_addr *a, unsigned port),
                            void *ctx) LC_MUST_CHECK;

#endif
