/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A world for tests of the machine: a plan, a population that is a function of the address, and a
 * book of every probe that was sent and everything that was heard.
 */
#ifndef LC_TESTS_SWEEP_KIT_H
#define LC_TESTS_SWEEP_KIT_H

#include "memnet.h"

/* What lives at an address: by its last two bytes. */
enum who { NOBODY, CAMERA, CLOSED, FIREWALLED, MIDDLEBOX, SHOUTER, UNREACHED, STRANGE };

struct pair_seen {
    uint8_t asked;
    int64_t last_us;
};

struct world {
    struct memnet net;
    struct lc_range plan[4];
    struct lc_gate gate;
    struct lc_range allow[2], exclude[1];
    struct lc_sweep_config cfg;
    struct lc_pace *pace;
    struct lc_sweep *sweep;
    struct lc_sweep_owner owner;
    uint64_t hosts;
    /* the book */
    struct pair_seen *pairs;   /* hosts * ports_n */
    uint8_t *heard, *canaries; /* hosts */
    struct lc_heard *what;     /* hosts */
    int64_t *last_us;          /* hosts: the last probe */
    int64_t least_apart_us, least_again_us;
    uint64_t probes, slices_over, silent, over_hosts;
    uint64_t next_slice, stop_at; /* slices are given up to stop_at; 0: all */
    enum who (*lives)(const struct lc_addr *a);
};

/* 200,000 or so addresses of 198.18.0.0/15 in three ranges, six likely ports of nine, two passes.
 */
void world_open(struct world *w, uint64_t seed);
/* Another plan: one range. */
void world_plan(struct world *w, const char *range);
void world_start(struct world *w); /* opens the sweep and gives the first slices */
void world_run(struct world *w);   /* to the end */
void world_close(struct world *w);
uint64_t world_index(const struct world *w, const struct lc_addr *a);
enum who world_lives(const struct lc_addr *a); /* the usual population */
bool world_has_open(const struct world *w, const struct lc_addr *a, uint16_t port);

#endif
