/* SPDX-License-Identifier: Apache-2.0 */
/* The brake: two shares compared with the run's own beginning, and a count of drops. */
#include "discover/brake.h"

#include "base/clock.h"

#include <math.h>

#define FIRST_HITS    200U      /* answers that make a beginning: known to 7 % */
#define FIRST_MAX     2000U     /* ... and with as many it is over: known to 2 % */
#define FIRST_PROBES  2000U     /* probes that make one for ICMP, in no less than ... */
#define FIRST_ICMP_US LC_SEC(5) /* ... this time: routers answer in bursts */
#define EXPECTED      50.0      /* answers to expect before a sag is judged */
#define EXPECTED_MAX  2000.0    /* ... and when a doubtful case counts as good */
#define ICMP_PROBES   200U      /* probes before a surge is judged */
#define ICMP_SLACK    20.0      /* errors that are never a surge */
#define SIGMAS        6.0
/* A doubt that nothing answers; badness that speed did not cause. */
#define PATIENCE_US LC_SEC(60)
#define BAD_MAX     7U /* from 1.0 to the lowest, and once more */

enum verdict { OPEN, GOOD, DOUBTFUL, BAD };

void lc_brake_init(struct lc_brake *b, unsigned per_host, int64_t now_us)
{
    *b = (struct lc_brake){
        .factor = 1.0, .per_host = per_host, .second_us = now_us, .slowed_us = INT64_MIN};
}

static void add(struct lc_brake_share *to, const struct lc_brake_share *what)
{
    to->sent += what->sent;
    to->events += what->events;
    to->us += what->us;
}

void lc_brake_load(struct lc_brake *b, uint64_t sent, uint64_t drops, uint64_t icmp)
{
    b->sent += sent;
    b->drops += drops;
    add(&b->icmp.now, &(struct lc_brake_share){.sent = sent, .events = icmp});
}

void lc_brake_sample(struct lc_brake *b, int64_t asked_us, uint64_t sent, uint64_t hits)
{
    const struct lc_brake_share more = {.sent = sent, .events = hits};

    if (asked_us < b->slowed_us)
        return; /* sent at a speed that has been given up already */
    add(b->hits.first.events < FIRST_HITS * b->per_host ? &b->hits.first : &b->hits.now, &more);
}

/* What the beginning promises for as many probes, and how far chance takes both from it. Counted in
 * events that have nothing to do with each other: a host that answers on one of its ports may do so
 * on all. */
static double expected(const struct lc_brake_watch *w, double per_host, double *sigma)
{
    double ratio = (double)w->now.sent / (double)w->first.sent;
    double e = (double)w->first.events * ratio / per_host;

    *sigma = sqrt(e * (1 + ratio));
    return e;
}

/* Six sigma below is bad; within two is good. Between them more is counted, at a speed that does
 * not grow meanwhile: 50 answers find a loss of nine tenths, 2,000 one of a fifth. */
static enum verdict judge_hits(const struct lc_brake_watch *w, double per_host)
{
    double e, sigma, got = (double)w->now.events / per_host;

    if ((double)w->first.events < FIRST_HITS * per_host)
        return OPEN;
    e = expected(w, per_host, &sigma);
    if (e < EXPECTED)
        return OPEN;
    if (got < e - SIGMAS * sigma)
        return BAD;
    return got < e - 2 * sigma && e < EXPECTED_MAX ? DOUBTFUL : GOOD;
}

/* Errors per probe alone would mislead: a router that sends so many a second and no more sends more
 * of them per probe when we slow down. */
static enum verdict judge_icmp(struct lc_brake_watch *w)
{
    double e, sigma, per_us, per_us_first;

    if (w->first.sent < FIRST_PROBES || w->first.us < FIRST_ICMP_US) {
        add(&w->first, &w->now);
        w->now = (struct lc_brake_share){.sent = 0};
        return OPEN;
    }
    if (w->now.sent < ICMP_PROBES)
        return OPEN;
    e = expected(w, 1, &sigma) + SIGMAS * sigma + ICMP_SLACK;
    per_us = (double)w->now.events / (double)w->now.us;
    per_us_first = (double)w->first.events / (double)w->first.us;
    return (double)w->now.events > e && per_us > per_us_first ? BAD : GOOD;
}

/* Keeps count of the verdicts; true: slow down. The beginning grows to `most` events. */
static bool conclude(struct lc_brake_watch *w, enum verdict v, uint64_t most, int64_t now_us)
{
    if (v == DOUBTFUL && !w->doubt) {
        w->doubt = true;
        w->doubt_us = now_us;
    }
    if (v == OPEN || v == DOUBTFUL) {
        w->doubt = w->doubt && now_us - w->doubt_us < PATIENCE_US;
        return false;
    }
    /* The beginning lasts as long as all is well, and then counts for more. */
    if (v == GOOD && !w->doubt && w->first.events < most)
        add(&w->first, &w->now);
    w->now = (struct lc_brake_share){.sent = 0};
    w->doubt = v == BAD;
    if (v == GOOD) {
        w->bad_n = 0;
        return false;
    }
    if (w->bad_n++ == 0)
        w->bad_us = now_us;
    w->doubt_us = now_us;
    if (w->bad_n >= BAD_MAX && now_us - w->bad_us >= PATIENCE_US)
        *w = (struct lc_brake_watch){.bad_n = 0}; /* the present is the new beginning */
    return true;
}

static bool drops(struct lc_brake *b)
{
    bool bad = b->drops * 1000 > b->sent;

    b->sent = b->drops = 0;
    return bad;
}

enum lc_brake_cause lc_brake_tick(struct lc_brake *b, int64_t now_us)
{
    enum lc_brake_cause cause = LC_BRAKE_NONE;

    if (now_us - b->second_us < LC_SEC(1))
        return cause;
    b->icmp.now.us += now_us - b->second_us;
    b->second_us = now_us;
    if (conclude(&b->hits, judge_hits(&b->hits, b->per_host), FIRST_MAX * b->per_host, now_us))
        cause = LC_BRAKE_SAG;
    if (conclude(&b->icmp, judge_icmp(&b->icmp), FIRST_MAX, now_us))
        cause = LC_BRAKE_ICMP;
    if (drops(b))
        cause = LC_BRAKE_DROPS;
    if (cause != LC_BRAKE_NONE) {
        b->slowed_us = now_us;
        b->hits.now = (struct lc_brake_share){.sent = 0};
        b->factor = fmax(LC_BRAKE_LOWEST, b->factor / 2);
    } else if (!b->hits.doubt && !b->icmp.doubt) {
        b->factor = fmin(1.0, b->factor * 1.1);
    }
    return cause;
}
