/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What becomes of a talker's result: merged with what was heard elsewhere, judged, put into the
 * open transaction with its unit's bit, announced after the commit.
 */
#include "run/scan_room.h"

#include "base/clock.h"

#define AGAIN_US LC_SEC(3) /* before a silent host is asked a second time */

enum lc_status scan_commit(struct scan *s)
{
    enum lc_status st;

    if (s->uncommitted == 0)
        return LC_OK;
    st = lc_store_commit(s->set->store, s->err);
    if (st != LC_OK)
        return st;
    s->uncommitted = 0;
    for (size_t i = 0; s->set->device && i < s->fresh_n; i++)
        s->set->device(s->set->ctx, &s->fresh[i]);
    s->fresh_n = 0;
    return LC_OK;
}

static void count(struct scan *s, const struct lc_host_result *r)
{
    struct lc_run *run = s->set->run;
    struct lc_scan_progress *p = &s->sum->last;

    p->done++;
    switch (r->state) {
    case LC_HOST_ANSWERED:
        run->answered++;
        p->answered++;
        p->cameras += lc_class_is_surveillance(r->identity->value[LC_A_CLASS]);
        p->exposed += r->judgement->exposed == LC_TRI_TRUE;
        break;
    case LC_HOST_SILENT:
        run->silent++;
        break;
    case LC_HOST_REFUSED:
        run->refused++;
        break;
    case LC_HOST_FAULT:
        run->faults++;
        break;
    }
}

enum lc_status scan_put(struct scan *s, struct lc_host_result *r, const struct lc_in_flight *host)
{
    enum lc_status st;

    r->index = host->index;
    r->addr = host->addr;
    r->in_slice = s->sweeper.slices != NULL;

    if (s->uncommitted++ == 0)
        s->commit_us = s->now_us + COMMIT_US;
    st = lc_store_put(s->set->store, s->set->run->id, r, s->err);
    if (st != LC_OK)
        return st;
    count(s, r);
    if (host->slice_at != LC_NO_SLICE)
        st = lc_slices_result(s->sweeper.slices, host->slice_at, r->state, s->err);
    if (st != LC_OK)
        return st;
    if (r->state == LC_HOST_ANSWERED)
        s->fresh[s->fresh_n++] = r->addr;
    return s->uncommitted >= COMMIT_N ? scan_commit(s) : LC_OK;
}

static bool was_silent(struct lc_slice facts)
{
    struct lc_cur at = {.s = facts};
    struct lc_fact f;

    while (lc_facts_next(&at, &f) == LC_OK)
        if (f.name == LC_F_PORT_OUTCOME && lc_slice_eq(f.value, LC_S("silent")))
            return true;
    return false;
}

/*
 * A datagram's sender can be anybody who writes that address into it. What was only heard counts
 * when the address itself gave a sign: an answer or a refusal to the talker, or a hardware address
 * to the kernel.
 */
static bool proven(struct scan *s, uint8_t state, const struct lc_addr *a)
{
    return state != LC_TALK_NOBODY || lc_local_met(s->local, a, s->now_us);
}

/* The attempts alone, without what somebody said in that address's name. */
static struct lc_slice attempts(struct scan *s, struct lc_slice facts)
{
    struct lc_cur at = {.s = facts};
    struct lc_fact f;

    lc_buf_reset(&s->merged.buf);
    while (lc_facts_next(&at, &f) == LC_OK)
        if (f.name == LC_F_PORT_OUTCOME)
            lc_facts_add(&s->merged, &f);
    return lc_buf_view(&s->merged.buf);
}

static bool has_hardware(struct lc_slice facts)
{
    struct lc_fact f;

    return lc_facts_find(facts, LC_F_MAC_ADDRESS, 0, &f) ||
           lc_facts_find(facts, LC_F_MAC_OUI, 0, &f);
}

/* With what the sweep saw, what was heard on the link while the talker was busy with the host, and
 * the makers of the hardware addresses among all that. */
static struct lc_slice merge(struct scan *s, struct lc_slice facts, const struct lc_in_flight *host)
{
    struct lc_slice late = {NULL, 0};
    const struct lc_slice *parts[] = {&facts, &late};

    if (s->local)
        late = lc_local_facts(s->local, &host->addr, s->now_us);
    if (late.n == 0 && host->flags == 0 && !has_hardware(facts))
        return facts;
    lc_buf_reset(&s->merged.buf);
    for (size_t i = 0; i < 2; i++) {
        struct lc_cur at = {.s = *parts[i]};
        struct lc_fact f;

        while (lc_facts_next(&at, &f) == LC_OK)
            lc_facts_add(&s->merged, &f);
    }
    lc_sweeper_facts(host->flags, &s->merged);
    lc_kb_makers(s->set->kb, &s->merged);
    return lc_buf_view(&s->merged.buf);
}

enum lc_status scan_on_result(struct scan *s, struct talker *t, struct lc_cur *body)
{
    static const enum lc_host_state states[] = {LC_HOST_ANSWERED, LC_HOST_REFUSED, LC_HOST_SILENT};
    uint64_t slot = lc_cur_le64(body);
    uint8_t state = lc_cur_u8(body);
    uint32_t packets = lc_cur_le32(body);
    struct lc_host_result r = {0};
    struct lc_in_flight *row, host;
    struct lc_slice facts;

    (void)lc_cur_le64(body); /* how long it took: for the log of a talker, not for the book */
    row = lc_flight_get(&t->flight, slot);
    if (body->bad || row == NULL || state > LC_TALK_NOBODY)
        return LC_EPARSE;
    host = *row;
    lc_flight_done(&t->flight, slot);
    s->sum->packets += packets;
    if (state == LC_TALK_NOBODY && !host.second && host.slice_at == LC_NO_SLICE &&
        was_silent(body->s))
        return lc_feeder_later(&s->feeder, &host, s->now_us + AGAIN_US);
    if (host.known.gateway && s->local) {
        lc_local_mappings(s->local, body->s);
        s->gateway_pending = false;
    }
    r.state = states[state];
    if (s->local == NULL || !lc_local_heard(s->local, &host.addr)) {
        facts = merge(s, body->s, &host);
    } else if (proven(s, state, &host.addr)) {
        r.state = LC_HOST_ANSWERED;
        facts = merge(s, body->s, &host);
    } else {
        s->sum->unproven++;
        facts = attempts(s, body->s);
    }
    lc_judge_host(&s->judge, facts, lc_clock_wall_us(), &r);
    return scan_put(s, &r, &host);
}
