/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The memory engine: a network that is a function. Each probe is put to the test's own rule, which
 * says what the address does with it; the answer comes back by a virtual clock, with loss on the
 * way out, copies, floods and forgeries as wanted. Same seed, same network.
 */
#ifndef LC_TESTS_MEMNET_H
#define LC_TESTS_MEMNET_H

#include "discover/sweep.h"

enum mem_kind { MEM_SILENT, MEM_OPEN, MEM_REFUSED, MEM_UNREACHABLE };

struct mem_reply {
    enum mem_kind kind;
    uint32_t flags;
    unsigned copies;  /* beyond the first */
    int64_t delay_us; /* 0: 1 to 50 ms by chance */
    int64_t apart_us; /* between the copies */
};

struct memnet {
    struct lc_engine engine;
    void *ctx;
    struct mem_reply (*rule)(void *ctx, const struct lc_probe *p);
    void (*seen)(void *ctx, int64_t now_us,
                 const struct lc_probe *p); /* every probe; may be NULL */
    double loss;                            /* of probes on their way out */
    uint32_t takes;                         /* probes per send at most; 0: all */
    uint64_t blocks;                        /* of a hundred sends that take nothing */
    double capacity_pps;                    /* beyond it the network loses; 0: none */
    bool tcp_only;
    /* its own counts */
    uint64_t probes, lost, answers, local_drops;
    /* inside */
    uint64_t rnd;
    double bucket;
    int64_t bucket_us;
    struct mem_event *events;
    size_t n, cap;
};

void memnet_open(struct memnet *m, uint64_t seed);
void memnet_close(struct memnet *m);
/* An answer out of nothing. */
void memnet_forge(struct memnet *m, int64_t at_us, const struct lc_answer *a);
int64_t memnet_next(const struct memnet *m); /* when the next answer arrives; INT64_MAX: none */
uint64_t memnet_random(struct memnet *m);
double memnet_chance(struct memnet *m);

/* Ticks from *now_us on until the sweep has nothing to do or until `until_us`; returns how often.
 */
uint64_t memnet_run(struct memnet *m, struct lc_sweep *s, int64_t *now_us, int64_t until_us);

#endif
