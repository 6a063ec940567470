/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One conversation: which port next, when the next packet may leave, when enough is enough.
 * host_run is the only place where a host acts; everything else only changes what it will find
 * there.
 */
#include "talk/engine.h"

#include "base/clock.h"

#include <string.h>

/* A laboratory's rates make the gap a few microseconds; a clock tick early is not worth a wake-up.
 */
#define PACE_SLACK_US 500

bool host_may_send(const struct lc_talk *t, const struct host *h)
{
    return h->next_send_us <= t->now_us + PACE_SLACK_US;
}

void host_sent(struct lc_talk *t, struct host *h, bool segment)
{
    h->packets++;
    h->unreported += segment;
    h->next_send_us = t->now_us + t->gap_us;
}

void host_port_outcome(struct lc_talk *t, struct host *h, unsigned slot, const char *outcome)
{
    struct port_slot *p = &h->ports[slot];

    (void)t;
    h->facts.port = p->port;
    h->facts.exch = 0;
    lc_facts_str(&h->facts, LC_F_PORT_OUTCOME, lc_slice_str(outcome));
}

static void oddity(struct host *h, uint16_t port, const char *what)
{
    h->facts.port = port;
    h->facts.exch = 0;
    lc_facts_str(&h->facts, LC_F_PORT_ODDITY, lc_slice_str(what));
}

/* What a sweep found closed is not asked again, only told. */
static void take_sweep(struct lc_talk *t, struct host *h)
{
    const struct lc_talk_known *k = &h->known;

    for (unsigned i = 0; i < t->cfg.ports_n; i++) {
        h->ports[i].closed = !lc_mask_has(k->open, i);
        h->refused_n += lc_mask_has(k->refused, i);
        if (h->ports[i].closed)
            host_port_outcome(t, h, i,
                              lc_mask_has(k->refused, i) ? "refused"
                              : lc_mask_has(k->asked, i) ? "silent"
                                                         : "not-asked");
    }
}

void host_begin(struct lc_talk *t, struct host *h)
{
    for (size_t i = 0; i < t->cfg.ports_n; i++)
        h->ports[i] = (struct port_slot){.port = t->cfg.ports[i]};
    h->ports[t->cfg.ports_n] = (struct port_slot){.port = 0};
    if (h->known.swept)
        take_sweep(t, h);
    talk_wake(t, h, t->now_us);
}

static unsigned dlgs_busy(const struct host *h)
{
    unsigned n = 0;

    for (unsigned i = 0; i < DLG_PER_HOST; i++)
        n += h->dlgs[i] != NULL;
    return n;
}

/* Silent, or a wall that accepts everything: the rest is not asked. */
static bool hopeless(const struct lc_talk *t, const struct host *h)
{
    if (h->open_n + h->refused_n == 0)
        return !h->known.swept && h->silent_n >= t->cfg.silent_n;
    return h->answered_n == 0 && h->refused_n == 0 && h->mute_n >= LC_TALK_MUTE;
}

static void give_up(struct lc_talk *t, struct host *h, const char *outcome)
{
    h->given_up = true;
    if (h->mute_n >= LC_TALK_MUTE && h->answered_n == 0)
        oddity(h, 0, "accepts-everything-says-nothing");
    for (unsigned i = h->next_port; i < t->cfg.ports_n; i++)
        if (!h->ports[i].closed)
            host_port_outcome(t, h, i, outcome);
    h->next_port = (unsigned)t->cfg.ports_n;
}

/* Does what is known by now name a platform whose documented stream paths we have? */
static bool paths_known(struct lc_talk *t, struct host *h)
{
    struct lc_identity who;
    const struct lc_platform *pf;

    lc_identify(t->cfg.identifier, lc_buf_view(&h->facts.buf), &who);
    pf = lc_kb_platform(t->cfg.kb, who.value[LC_A_PLATFORM]);
    return pf && pf->rtsp_paths_n > 0;
}

/* An open RTSP port of a platform that was only recognised elsewhere is asked once more, now that
 * its documented path is known. */
static bool second_look(struct lc_talk *t, struct host *h)
{
    struct lc_slice facts = lc_buf_view(&h->facts.buf);

    for (unsigned i = 0; i < t->cfg.ports_n; i++) {
        struct port_slot *p = &h->ports[i];
        struct lc_fact f;

        if (p->rtsp_again || !(p->tried & 1U << LC_P_RTSP) || p->conns >= LC_TALK_REDIALS ||
            !lc_facts_find(facts, LC_F_RTSP_STATUS, p->port, &f) ||
            lc_facts_find(facts, LC_F_RTSP_DESCRIBE_STATUS, p->port, &f))
            continue;
        p->rtsp_again = true;
        if (paths_known(t, h))
            return dlg_begin(t, h, i, LC_P_RTSP, 0);
    }
    return false;
}

/* Nothing has spoken or refused yet: the ports already begun decide whether more are asked. */
static bool in_doubt(const struct lc_talk *t, const struct host *h)
{
    if (h->answered_n || h->refused_n || dlgs_busy(h) == 0)
        return false;
    return h->begun_n >= t->cfg.silent_n || h->begun_n - h->silent_n >= LC_TALK_MUTE;
}

/* The description that the host's own SSDP answer names: asked once, when the ports are done. */
static bool ask_upnp(struct lc_talk *t, struct host *h)
{
    struct lc_slice facts = lc_buf_view(&h->facts.buf);
    unsigned slot = (unsigned)t->cfg.ports_n;
    struct lc_fact port, path;

    if (h->upnp_done || !lc_facts_find(facts, LC_F_UPNP_LOCATION_PORT, 0, &port) ||
        !lc_facts_find(facts, LC_F_UPNP_LOCATION_PATH, 0, &path))
        return false;
    h->upnp_done = true;
    if (path.value.n > sizeof h->upnp_path)
        return false;
    h->upnp_path_n = (uint8_t)path.value.n;
    memcpy(h->upnp_path, path.value.p, path.value.n);
    h->ports[slot] = (struct port_slot){.port = (uint16_t)lc_fact_as_int(&port)};
    return dlg_begin(t, h, slot, LC_P_UPNP, 0);
}

/* A port that was begun and has more to ask goes before a new one. */
static bool start_next_port(struct lc_talk *t, struct host *h)
{
    unsigned round, slot;

    for (unsigned i = 0; i < h->next_port; i++) {
        struct port_slot *p = &h->ports[i];
        enum lc_proto_id id = p->busy ? LC_P_NONE : ladder_next(p, &round);

        if (id != LC_P_NONE)
            return dlg_begin(t, h, i, id, round);
    }
    while (h->next_port < t->cfg.ports_n && h->ports[h->next_port].closed)
        h->next_port++;
    if (h->next_port < t->cfg.ports_n) {
        if (in_doubt(t, h))
            return false;
        slot = h->next_port++;
        h->begun_n++;
        ladder_plan(t, &h->ports[slot]);
        return dlg_begin(t, h, slot, ladder_next(&h->ports[slot], &round), 0);
    }
    if (dlgs_busy(h))
        return false;
    return (!h->given_up && second_look(t, h)) || dgram_next(t, h) || ask_upnp(t, h);
}

static void cut_all(struct lc_talk *t, struct host *h)
{
    for (unsigned i = 0; i < DLG_PER_HOST; i++) {
        struct dlg *d = h->dlgs[i];

        if (d == NULL)
            continue;
        if (d->dgram) {
            dgram_over(t, d, "silent");
            continue;
        }
        if (h->ports[d->slot].conns <= 1 && !d->spoke && d->state != DLG_OPEN)
            host_port_outcome(t, h, d->slot, "out-of-budget");
        oddity(h, h->ports[d->slot].port, "out-of-time");
        dlg_drop(t, d, false);
    }
    give_up(t, h, "out-of-budget");
}

static void time_out_due(struct lc_talk *t, struct host *h)
{
    for (unsigned i = 0; i < DLG_PER_HOST; i++) {
        struct dlg *d = h->dlgs[i];

        if (d == NULL || d->state != DLG_OPEN || d->deadline_us > t->now_us)
            continue;
        if (d->dgram)
            dgram_timeout(t, d);
        else
            dlg_timeout(t, d);
    }
}

static void dial(struct lc_talk *t, struct dlg *d)
{
    struct host *h = d->host;

    d->state = DLG_DIALING;
    d->holds_tls = d->want_tls;
    t->tls_n += d->holds_tls;
    t->net.ops->dial(t->net.ctx, talk_conn(d), &h->addr,
                     d->dgram ? dgram_port(d)
                              : (struct lc_net_port){.port = h->ports[d->slot].port},
                     h->unreported);
    h->unreported = 0;
    if (d->dgram == NULL) /* a datagram's own packet is the question; dial has reserved for it */
        host_sent(t, h, false);
}

/* One packet, if the pace allows one and something waits. */
static bool act_once(struct lc_talk *t, struct host *h)
{
    if (!host_may_send(t, h))
        return false;
    for (unsigned i = 0; i < DLG_PER_HOST; i++) {
        struct dlg *d = h->dlgs[i];

        if (d && d->state == DLG_WANT_DIAL && !(d->want_tls && t->tls_n >= LC_TALK_TLS_MAX)) {
            dial(t, d);
            return true;
        }
        if (d && dlg_wants_send(d) && dlg_flush(t, d))
            return true;
    }
    return false;
}

static int64_t next_wake(const struct lc_talk *t, const struct host *h)
{
    int64_t at = h->deadline_us;

    for (unsigned i = 0; i < DLG_PER_HOST; i++) {
        const struct dlg *d = h->dlgs[i];

        if (d == NULL)
            continue;
        if ((d->state == DLG_WANT_DIAL || dlg_wants_send(d)) && h->next_send_us < at)
            at = h->next_send_us;
        if (d->state == DLG_OPEN && d->deadline_us < at)
            at = d->deadline_us;
    }
    /* Something that could not leave although the pace allowed it waits a moment, not a spin. */
    return at > t->now_us ? at : t->now_us + LC_MS(5);
}

void host_run(struct lc_talk *t, struct host *h)
{
    if (h->deadline_us <= t->now_us)
        cut_all(t, h);
    time_out_due(t, h);
    if (!h->given_up && hopeless(t, h))
        give_up(t, h, "not-asked");
    while (dlgs_busy(h) < t->cfg.host_conns && h->deadline_us > t->now_us)
        if (!start_next_port(t, h))
            break;
    while (act_once(t, h))
        ;
    if (dlgs_busy(h) == 0)
        talk_finish(t, h);
    else
        talk_wake(t, h, next_wake(t, h));
}

static enum lc_proto_id proto_id(const struct lc_proto *proto)
{
    for (unsigned id = 1; proto && id < LC_P_COUNT; id++)
        if (lc_proto_get((enum lc_proto_id)id) == proto)
            return (enum lc_proto_id)id;
    return LC_P_NONE;
}

static bool chose_modern_tls(const struct host *h, uint16_t port)
{
    struct lc_fact f;

    return lc_facts_find(lc_buf_view(&h->facts.buf), LC_F_TLS_VERSION, port, &f) &&
           (lc_slice_eq(f.value, LC_S("tls1.2")) || lc_slice_eq(f.value, LC_S("tls1.1")));
}

/* Nobody ever answered here: three tries are enough. */
static void settle_mute(struct host *h, struct port_slot *p)
{
    if (p->answered || (p->todo_n > 0 && p->conns < 3))
        return;
    p->todo_n = 0;
    h->mute_n++;
    oddity(h, p->port, "says-nothing");
}

/* What a dialogue's end means for its port; the caller has freed nothing yet. */
void host_dlg_over(struct lc_talk *t, struct dlg *d, enum lc_feed how)
{
    struct host *h = d->host;
    struct port_slot *p = &h->ports[d->slot];
    struct ladder_end end = {.was = proto_id(d->proto), .how = how};
    struct lc_fact f;

    (void)t;
    if (end.was == LC_P_NONE)
        return;
    if (d->spoke && !p->answered) {
        p->answered = true;
        h->answered_n++;
    }
    h->facts.port = p->port;
    h->facts.exch = 0;
    if (how == LC_FEED_DONE && d->spoke) {
        lc_facts_str(&h->facts, LC_F_PORT_PROTOCOL, lc_slice_str(d->proto->name));
        if (d->want_tls)
            lc_facts_bool(&h->facts, LC_F_PORT_TLS, true);
    }
    if (lc_facts_find(lc_buf_view(&h->facts.buf), LC_F_HTTP_STATUS, p->port, &f))
        end.http_status = (int)lc_fact_as_int(&f);
    end.first = lc_slice_of(d->first, d->first_n);
    end.tls_modern = chose_modern_tls(h, p->port);
    ladder_after(p, &end);
    settle_mute(h, p);
}
