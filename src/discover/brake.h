/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The brake: slows a sweep down by itself when the network shows that it hurts. zmap, masscan and
 * naabu do not (facts on scanners, 0.6); nmap does it per host, which does not scale.
 *
 * Once a second it looks at what has happened since and halves the speed, down to 1/64, on
 *
 *   local drops      this machine took no more, or lost answers: more than one in a thousand
 *   an ICMP surge    more errors for the probes sent, and more a second, than when the run began
 *   a sag            fewer answers to first probes than the run's own first ones promise
 *
 * and otherwise recovers by a tenth. The two comparisons are statistical: six standard deviations,
 * the doubt about the run's own beginning included, so that a steady network does not slow a run
 * that lasts for days. They need some fifty answers: until as many say that the lower speed is
 * good, it is kept (a minute at most, for there may be nothing more to count). What was sent before
 * a slow-down is not held against the new speed. Seven times bad in a row for longer than a minute
 * is not our speed: that level is taken as the new beginning.
 *
 * Pure: told the time, the counts and nothing else.
 */
#ifndef LC_DISCOVER_BRAKE_H
#define LC_DISCOVER_BRAKE_H

#include <stdbool.h>
#include <stdint.h>

#define LC_BRAKE_LOWEST (1.0 / 64)

enum lc_brake_cause { LC_BRAKE_NONE, LC_BRAKE_DROPS, LC_BRAKE_ICMP, LC_BRAKE_SAG };

/* Events among a number of probes, and the time these took. */
struct lc_brake_share {
    uint64_t sent, events;
    int64_t us;
};

/* One thing that is compared with the run's beginning. */
struct lc_brake_watch {
    struct lc_brake_share first, now;
    bool doubt;     /* not judged good since `doubt_us` */
    unsigned bad_n; /* judged bad in a row, since `bad_us` */
    int64_t doubt_us, bad_us;
};

struct lc_brake {
    double factor; /* of the speed allowed, LC_BRAKE_LOWEST to 1.0 */
    unsigned per_host;
    struct lc_brake_watch hits, icmp;
    uint64_t sent, drops; /* of this second */
    int64_t second_us, slowed_us;
};

/* `per_host`: first probes that one host gets, at least 1. Their answers count as one, for they
 * come or fail together: the doubt is the larger. */
void lc_brake_init(struct lc_brake *b, unsigned per_host, int64_t now_us);
/* What happened since the last call. */
void lc_brake_load(struct lc_brake *b, uint64_t sent, uint64_t drops, uint64_t icmp);
/* First probes, the last of them sent at `asked_us`, and how many were answered within a time that
 * is always the same. */
void lc_brake_sample(struct lc_brake *b, int64_t asked_us, uint64_t sent, uint64_t hits);
/* Judges when a second has passed. Tells why the speed has just been halved. */
enum lc_brake_cause lc_brake_tick(struct lc_brake *b, int64_t now_us);

#endif
