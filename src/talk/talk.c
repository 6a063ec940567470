/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All conversations: fixed tables made at start, a heap of wake-ups, and the door through which the
 * transport's events come in. Nothing here allocates after lc_talk_open except the buffers of a
 * dialogue.
 */
#include "talk/engine.h"

#include "base/clock.h"

#include <assert.h>
#include <string.h>

/*
 * The gap that keeps every second under the host's rate. In any second this engine acts at most
 * 1s/gap + 1 times; beside that, connection attempts it had asked for earlier may leave late,
 * because dial holds them back for the budgets of the block and of the whole: one per connection.
 * Measured without this allowance: 12 packets in a second at a rate of 10.
 */
static int64_t gap_of(uint32_t pps, uint32_t conns)
{
    return LC_SEC(1) / (pps > conns + 2 ? pps - conns - 1 : 1) + 1000;
}

static void heap_set(struct lc_talk *t, size_t at, struct host *h)
{
    t->heap[at] = h;
    h->heap_at = at;
}

static void heap_up(struct lc_talk *t, size_t at)
{
    struct host *h = t->heap[at];

    while (at && t->heap[(at - 1) / 2]->wake_us > h->wake_us) {
        heap_set(t, at, t->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    heap_set(t, at, h);
}

static void heap_down(struct lc_talk *t, size_t at)
{
    struct host *h = t->heap[at];

    for (;;) {
        size_t kid = 2 * at + 1;

        if (kid >= t->heap_n)
            break;
        if (kid + 1 < t->heap_n && t->heap[kid + 1]->wake_us < t->heap[kid]->wake_us)
            kid++;
        if (t->heap[kid]->wake_us >= h->wake_us)
            break;
        heap_set(t, at, t->heap[kid]);
        at = kid;
    }
    heap_set(t, at, h);
}

void talk_wake(struct lc_talk *t, struct host *h, int64_t at_us)
{
    if (h->heap_at == LC_NPOS) {
        h->wake_us = at_us;
        heap_set(t, t->heap_n++, h);
        heap_up(t, h->heap_at);
    } else if (at_us < h->wake_us) {
        h->wake_us = at_us;
        heap_up(t, h->heap_at);
    } else {
        h->wake_us = at_us;
        heap_down(t, h->heap_at);
    }
}

static void heap_remove(struct lc_talk *t, struct host *h)
{
    size_t at = h->heap_at;
    struct host *last;

    if (at == LC_NPOS)
        return;
    h->heap_at = LC_NPOS;
    last = t->heap[--t->heap_n];
    if (last == h)
        return;
    heap_set(t, at, last);
    heap_up(t, at);
    heap_down(t, last->heap_at);
}

uint32_t talk_conn(const struct dlg *d)
{
    return d->generation << CONN_BITS | d->index;
}

struct dlg *talk_dlg_take(struct lc_talk *t)
{
    struct dlg *d;

    if (t->free_dlgs_n == 0)
        return NULL;
    d = &t->dlgs[t->free_dlgs[--t->free_dlgs_n]];
    assert(d->state == DLG_FREE);
    return d;
}

void talk_dlg_give(struct lc_talk *t, struct dlg *d)
{
    uint32_t index = d->index, generation = d->generation + 1;

    t->pool_used -= d->in.cap;
    lc_buf_free(&d->in);
    lc_buf_free(&d->out);
    lc_buf_free(&d->wire);
    lc_free(d->st);
    *d = (struct dlg){.index = index, .generation = generation};
    t->free_dlgs[t->free_dlgs_n++] = index;
}

void talk_finish(struct lc_talk *t, struct host *h)
{
    struct lc_talk_result r = {
        .host = h->id,
        .addr = h->addr,
        .state = h->open_n || h->dgrams_answered ? LC_TALK_ANSWERED
                 : h->refused_n                  ? LC_TALK_REFUSED
                                                 : LC_TALK_NOBODY,
        .packets = h->packets,
        .took_us = t->now_us - h->start_us,
    };

    heap_remove(t, h);
    r.facts = lc_buf_view(&h->facts.buf);
    t->owner.result(t->owner.ctx, &r);
    lc_facts_free(&h->facts);
    h->active = false;
    t->hosts_busy--;
    t->free_hosts[t->free_hosts_n++] = h;
}

/* Facts heard before the first word; a discovery answer among them already answers its question. */
static void take_facts(struct host *h, struct lc_slice facts)
{
    struct lc_cur at = {.s = facts};
    struct lc_fact f;

    while (lc_facts_next(&at, &f) == LC_OK) {
        lc_facts_add(&h->facts, &f);
        if (f.exch > LC_DGRAM_EXCH && f.exch < LC_DGRAM_EXCH + LC_D_COUNT) {
            h->dgrams_done |= 1U << (f.exch - LC_DGRAM_EXCH);
            h->heard_before = true;
        }
    }
}

enum lc_status lc_talk_start(struct lc_talk *t, int64_t now_us, uint64_t id,
                             const struct lc_addr *addr, const struct lc_talk_known *known,
                             struct lc_slice facts)
{
    struct host *h;
    struct port_slot *ports;

    if (t->free_hosts_n == 0)
        return LC_AGAIN;
    t->now_us = now_us;
    h = t->free_hosts[--t->free_hosts_n];
    t->hosts_busy++;
    ports = h->ports;
    *h = (struct host){
        .active = true,
        .id = id,
        .addr = *addr,
        .start_us = now_us,
        .deadline_us = now_us + t->cfg.host_us,
        .next_send_us = now_us,
        .heap_at = LC_NPOS,
        .ports = ports,
    };
    lc_facts_init(&h->facts);
    if (known)
        h->known = *known;
    h->heard_before = h->known.dgrams != 0;
    take_facts(h, facts);
    host_begin(t, h);
    return LC_OK;
}

size_t lc_talk_busy(const struct lc_talk *t)
{
    return t->hosts_busy;
}

int64_t lc_talk_tick(struct lc_talk *t, int64_t now_us)
{
    t->now_us = now_us;
    while (t->heap_n && t->heap[0]->wake_us <= now_us)
        host_run(t, t->heap[0]);
    return t->heap_n ? t->heap[0]->wake_us : INT64_MAX;
}

/* ---- events of the transport ---- */

static struct dlg *dlg_of(struct lc_talk *t, uint32_t conn)
{
    struct dlg *d = (conn & CONN_MASK) < t->dlgs_n ? &t->dlgs[conn & CONN_MASK] : NULL;

    return d && d->state != DLG_FREE && talk_conn(d) == conn ? d : NULL;
}

static void on_dialed(void *ctx, int64_t now_us, uint32_t conn, enum lc_dial_outcome outcome)
{
    struct lc_talk *t = ctx;
    struct dlg *d = dlg_of(t, conn);

    t->now_us = now_us;
    if (d && d->state == DLG_DIALING) {
        struct host *h = d->host;

        if (d->dgram)
            dgram_dialed(t, d, outcome);
        else
            dlg_dialed(t, d, outcome);
        host_run(t, h);
    } else if (outcome == LC_DIAL_OPEN) {
        t->net.ops->close(t->net.ctx, conn, false); /* its host was finished meanwhile */
    }
}

/* Lets `act` see bytes of a host between two marks: whatever crashes there is that host's doing. */
static void guarded(struct lc_talk *t, struct dlg *d, struct lc_slice bytes, bool closed)
{
    struct host *h = d->host;

    t->owner.parsing(t->owner.ctx, h->id, d->dgram ? d->dgram->port : h->ports[d->slot].port);
    if (d->dgram && closed)
        dgram_over(t, d, "refused");
    else if (d->dgram)
        dgram_data(t, d, bytes);
    else if (closed)
        dlg_gone(t, d);
    else
        dlg_data(t, d, bytes);
    host_run(t, h);
    t->owner.parsing(t->owner.ctx, h->id, 0);
}

static void on_data(void *ctx, int64_t now_us, uint32_t conn, struct lc_slice bytes)
{
    struct lc_talk *t = ctx;
    struct dlg *d = dlg_of(t, conn);

    t->now_us = now_us;
    if (d && d->state == DLG_OPEN)
        guarded(t, d, bytes, false);
}

static void on_gone(void *ctx, int64_t now_us, uint32_t conn, bool reset)
{
    struct lc_talk *t = ctx;
    struct dlg *d = dlg_of(t, conn);

    (void)reset;
    t->now_us = now_us;
    if (d && d->state == DLG_OPEN)
        guarded(t, d, (struct lc_slice){NULL, 0}, true);
}

struct lc_net_user lc_talk_user(struct lc_talk *t)
{
    return (struct lc_net_user){t, on_dialed, on_data, on_gone};
}

/* ---- making and unmaking ---- */

static enum lc_status make_tables(struct lc_talk *t)
{
    size_t hosts = t->cfg.hosts_max;

    t->dlgs_n = hosts * t->cfg.host_conns;
    t->hosts = lc_alloc_n(hosts, sizeof *t->hosts);
    t->free_hosts = lc_alloc_n(hosts, sizeof *t->free_hosts);
    t->heap = lc_alloc_n(hosts, sizeof *t->heap);
    t->dlgs = lc_alloc_n(t->dlgs_n, sizeof *t->dlgs);
    t->free_dlgs = lc_alloc_n(t->dlgs_n, sizeof *t->free_dlgs);
    if (!t->hosts || !t->free_hosts || !t->heap || !t->dlgs || !t->free_dlgs)
        return LC_ENOMEM;
    for (size_t i = hosts; i-- > 0;) {
        t->hosts[i].ports = lc_alloc_n(t->cfg.ports_n + 1, sizeof *t->hosts[i].ports);
        if (t->hosts[i].ports == NULL)
            return LC_ENOMEM;
        t->free_hosts[t->free_hosts_n++] = &t->hosts[i];
    }
    for (size_t i = t->dlgs_n; i-- > 0;) {
        t->dlgs[i].index = (uint32_t)i;
        t->free_dlgs[t->free_dlgs_n++] = (uint32_t)i;
    }
    return LC_OK;
}

enum lc_status lc_talk_open(const struct lc_talk_config *cfg, const struct lc_net *net,
                            const struct lc_talk_owner *owner, struct lc_talk **out)
{
    struct lc_talk *t;

    if (cfg->ports_n == 0 || cfg->ports_n > LC_TALK_PORTS || cfg->host_pps == 0 ||
        cfg->host_conns == 0 || cfg->host_conns > DLG_PER_HOST || cfg->hosts_max == 0 ||
        (uint64_t)cfg->hosts_max * cfg->host_conns > CONN_MASK)
        return LC_EINVAL;
    t = lc_alloc(sizeof *t);
    if (t == NULL)
        return LC_ENOMEM;
    t->cfg = *cfg;
    if (t->cfg.silent_n == 0)
        t->cfg.silent_n = LC_TALK_SILENT;
    t->net = *net;
    t->owner = *owner;
    t->gap_us = gap_of(cfg->host_pps, cfg->host_conns);
    t->nonce = cfg->seed;
    t->ssl_ctx = tls_context_new();
    if (t->ssl_ctx == NULL || make_tables(t) != LC_OK) {
        lc_talk_close(t);
        return LC_ENOMEM;
    }
    *out = t;
    return LC_OK;
}

void lc_talk_close(struct lc_talk *t)
{
    if (t == NULL)
        return;
    for (size_t i = 0; t->dlgs && i < t->dlgs_n; i++) {
        struct dlg *d = &t->dlgs[i];

        if (d->state == DLG_FREE)
            continue;
        if (d->tls)
            tls_session_free(d->tls);
        talk_dlg_give(t, d);
    }
    for (size_t i = 0; t->hosts && i < t->cfg.hosts_max; i++) {
        lc_facts_free(&t->hosts[i].facts);
        lc_free(t->hosts[i].ports);
    }
    lc_free(t->hosts);
    lc_free(t->free_hosts);
    lc_free(t->heap);
    lc_free(t->dlgs);
    lc_free(t->free_dlgs);
    tls_context_free(t->ssl_ctx);
    lc_free(t);
}
