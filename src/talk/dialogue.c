/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One codec, one port, one connection at a time: bytes from the wire (through TLS where the port
 * wants it) to the codec, its requests back, its answer obeyed. What a peer can do here is bounded
 * by three things that no byte of its own can move: the deadline set at connect, the codec's byte
 * limit, the common pool.
 */
#include "talk/engine.h"

#include "base/clock.h"

#include <string.h>

#define SEGMENT_MAX 1400U /* one send is one packet on any Ethernet */
#define REQUEST_MAX 8192U
#define WIRE_MAX    32768U /* a TLS flight */
#define FEEDS_MAX                                                                                  \
    64U /* answers taken from one read: a codec that never ends is our bug, not a loop */

static unsigned rtsp_paths(void *ctx, struct lc_slice facts, struct lc_slice out[LC_RTSP_PATHS])
{
    struct lc_talk *t = ctx;
    struct lc_identity who;
    const struct lc_platform *pf;

    lc_identify(t->cfg.identifier, facts, &who);
    pf = lc_kb_platform(t->cfg.kb, who.value[LC_A_PLATFORM]);
    for (unsigned i = 0; pf && i < pf->rtsp_paths_n; i++)
        out[i] = pf->rtsp_paths[i];
    return pf ? pf->rtsp_paths_n : 0;
}

static unsigned http_extras(void *ctx, struct lc_slice facts)
{
    struct lc_talk *t = ctx;
    struct lc_identity who;
    const struct lc_platform *pf;

    lc_identify(t->cfg.identifier, facts, &who);
    pf = lc_kb_platform(t->cfg.kb, who.value[LC_A_PLATFORM]);
    return pf ? pf->http_extras : 0;
}

bool dlg_wants_send(const struct dlg *d)
{
    return d->state == DLG_OPEN && d->wire_at < d->wire.n;
}

static void open_codec(struct lc_talk *t, struct dlg *d)
{
    struct host *h = d->host;

    d->ask = (struct lc_ask){
        .addr = h->addr,
        .port = h->ports[d->slot].port,
        .tls = d->want_tls,
        .device_info = t->cfg.device_info,
        .path = lc_slice_of(h->upnp_path, h->upnp_path_n),
        .gateway = h->known.gateway,
        .nonce = t->nonce = t->nonce * 6364136223846793005U + 1442695040888963407U,
        .round = d->round,
        .rtsp_paths = rtsp_paths,
        .http_extras = http_extras,
        .ctx = t,
    };
    d->proto->open(d->st, &d->ask, &d->out);
}

/* A codec of its own for the dialogue; NULL speaks nothing. */
static bool take_codec(struct lc_talk *t, struct dlg *d, enum lc_proto_id id, unsigned round)
{
    d->proto = lc_proto_get(id);
    if (d->proto == NULL)
        return true;
    d->st = lc_alloc(d->proto->state_size);
    if (d->st == NULL)
        return false;
    lc_buf_init(&d->in, d->proto->limit + 65536U);
    lc_buf_init(&d->out, REQUEST_MAX);
    lc_buf_init(&d->wire, WIRE_MAX);
    d->round = round;
    open_codec(t, d);
    return true;
}

bool dlg_begin(struct lc_talk *t, struct host *h, unsigned slot, enum lc_proto_id id,
               unsigned round)
{
    struct dlg *d;
    unsigned at = 0;

    while (at < DLG_PER_HOST && h->dlgs[at])
        at++;
    d = at < DLG_PER_HOST ? talk_dlg_take(t) : NULL;
    if (d == NULL)
        return false;
    d->host = h;
    d->slot = slot;
    d->want_tls = h->ports[slot].tls && id != LC_P_TLS;
    /* A codec that neither listens nor has anything to ask was given a path that may not be asked.
     */
    if (!take_codec(t, d, id, round) || (id == LC_P_UPNP && d->out.n == 0)) {
        talk_dlg_give(t, d);
        return false;
    }
    d->state = DLG_WANT_DIAL;
    h->dlgs[at] = d;
    h->ports[slot].busy = true;
    return true;
}

/* Moves a request towards the wire. */
static bool pump(struct dlg *d)
{
    enum lc_status st = LC_OK;

    if (d->out.n == 0)
        return true;
    if (d->wire_at == d->wire.n) {
        lc_buf_reset(&d->wire);
        d->wire_at = 0;
    }
    if (d->tls && !tls_session_ready(d->tls))
        return true; /* the handshake goes first */
    if (d->tls)
        st = tls_session_write(d->tls, lc_buf_view(&d->out), &d->wire);
    else
        st = lc_buf_put(&d->wire, lc_buf_view(&d->out));
    lc_buf_reset(&d->out);
    return st == LC_OK;
}

/* ONVIF rides on the connection that HTTP leaves open: one handshake less for the device and for
 * us. */
static bool ride_on(struct lc_talk *t, struct dlg *d)
{
    if (d->state != DLG_OPEN || d->peer_closed || d->in.n || dlg_wants_send(d) ||
        !ladder_take_onvif(&d->host->ports[d->slot]))
        return false;
    t->pool_used -= d->in.cap;
    lc_buf_free(&d->in);
    lc_buf_free(&d->out);
    lc_buf_free(&d->wire);
    lc_free(d->st);
    d->wire_at = 0;
    d->answer_n = 0;
    d->first_n = 0;
    d->spoke = false;
    d->riding = true;
    d->deadline_us = t->now_us + t->cfg.dialogue_us;
    return take_codec(t, d, LC_P_ONVIF, 0) && pump(d);
}

/* Ends the connection; the dialogue may go on over another. */
static void hang_up(struct lc_talk *t, struct dlg *d, bool gently)
{
    if (d->state == DLG_OPEN)
        t->net.ops->close(t->net.ctx, talk_conn(d), gently);
    if (d->tls)
        tls_session_free(d->tls);
    d->tls = NULL;
    t->tls_n -= d->holds_tls;
    d->holds_tls = false;
    d->generation++;
    d->peer_closed = false;
    d->answer_n = 0;
    d->in.n = 0;
    lc_buf_reset(&d->wire);
    d->wire_at = 0;
}

void dlg_drop(struct lc_talk *t, struct dlg *d, bool gently)
{
    struct host *h = d->host;

    hang_up(t, d, gently);
    for (unsigned i = 0; i < DLG_PER_HOST; i++)
        if (h->dlgs[i] == d)
            h->dlgs[i] = NULL;
    if (d->dgram == NULL)
        h->ports[d->slot].busy = false;
    talk_dlg_give(t, d);
}

static void over(struct lc_talk *t, struct dlg *d, enum lc_feed how)
{
    host_dlg_over(t, d, how);
    if (how != LC_FEED_DONE || !ride_on(t, d))
        dlg_drop(t, d, d->peer_closed);
}

/* A router lists its port mappings one by one, and many close after each. */
#define GATEWAY_REDIALS 80U
#define GATEWAY_US      LC_SEC(20)

static bool reads_mappings(const struct dlg *d)
{
    return d->ask.gateway && d->proto == lc_proto_get(LC_P_UPNP);
}

static void redial(struct lc_talk *t, struct dlg *d)
{
    unsigned most = reads_mappings(d) ? GATEWAY_REDIALS : LC_TALK_REDIALS;

    if (d->host->ports[d->slot].conns >= most) {
        over(t, d, LC_FEED_DONE);
        return;
    }
    hang_up(t, d, d->peer_closed);
    d->state = DLG_WANT_DIAL;
}

/* Obeys the codec. True while the connection lives and it may be fed again at once. */
static bool obey(struct lc_talk *t, struct dlg *d, enum lc_feed what)
{
    switch (what) {
    case LC_FEED_MORE:
        return true;
    case LC_FEED_SEND:
        if (d->peer_closed) {
            redial(t, d);
            return false;
        }
        d->answer_n = (uint32_t)d->in.n;
        if (!pump(d))
            over(t, d, LC_FEED_ERROR);
        return d->state == DLG_OPEN;
    case LC_FEED_REDIAL:
        redial(t, d);
        return false;
    case LC_FEED_DONE:
    case LC_FEED_WRONG:
    case LC_FEED_ERROR:
        over(t, d, what);
        return false;
    }
    return false;
}

static struct lc_facts *facts_of(struct dlg *d)
{
    d->host->facts.port = d->host->ports[d->slot].port;
    return &d->host->facts;
}

/* The connection it rode on was closed before the question: asked afresh on one of its own. */
static void start_over(struct lc_talk *t, struct dlg *d)
{
    d->riding = false;
    memset(d->st, 0, d->proto->state_size);
    lc_buf_reset(&d->out);
    open_codec(t, d);
    redial(t, d);
}

/* The codec hears that nothing more will come. */
static void finish(struct lc_talk *t, struct dlg *d, bool cut, bool may_redial)
{
    enum lc_feed what;

    if (!d->spoke && d->riding && may_redial) {
        start_over(t, d);
        return;
    }
    if (!d->spoke) {
        over(t, d, LC_FEED_WRONG);
        return;
    }
    lc_buf_reset(&d->out);
    what = d->proto->end(d->st, lc_buf_view(&d->in), cut, &d->out, facts_of(d));
    if (what == LC_FEED_SEND || what == LC_FEED_REDIAL)
        what = may_redial ? LC_FEED_REDIAL : LC_FEED_DONE;
    if (what == LC_FEED_MORE)
        what = LC_FEED_ERROR;
    (void)obey(t, d, what);
}

static void feed(struct lc_talk *t, struct dlg *d)
{
    for (unsigned i = 0; i < FEEDS_MAX; i++) {
        uint32_t generation = d->generation;
        size_t used = 0;
        enum lc_feed what;

        lc_buf_reset(&d->out);
        what = d->proto->feed(d->st, lc_buf_view(&d->in), &used, &d->out, facts_of(d));
        lc_buf_drop(&d->in, used <= d->in.n ? used : d->in.n);
        if (!obey(t, d, what) || d->generation != generation)
            return;
        if (what == LC_FEED_MORE && (used == 0 || d->in.n == 0))
            break;
        if (what == LC_FEED_SEND && d->in.n == 0)
            return;
    }
    if (d->answer_n >= d->proto->limit)
        finish(t, d, true, true);
}

/* Takes bytes into `in`; false when a bound stopped it. */
static bool take(struct lc_talk *t, struct dlg *d, struct lc_slice bytes)
{
    size_t before = d->in.cap;
    bool ok = t->pool_used < LC_TALK_POOL && lc_buf_put(&d->in, bytes) == LC_OK;

    t->pool_used += d->in.cap - before;
    return ok;
}

static void data_tls(struct lc_talk *t, struct dlg *d, struct lc_slice bytes)
{
    bool was_ready = tls_session_ready(d->tls);
    size_t before = d->in.n, cap = d->in.cap;
    enum lc_status st = tls_session_feed(d->tls, bytes, &d->in, &d->wire);

    t->pool_used += d->in.cap - cap;
    d->answer_n += (uint32_t)(d->in.n - before);
    if (st == LC_EPARSE) {
        over(t, d, LC_FEED_ERROR);
        return;
    }
    if (!was_ready && tls_session_ready(d->tls)) {
        tls_session_facts(d->tls, facts_of(d));
        if (!pump(d)) {
            over(t, d, LC_FEED_ERROR);
            return;
        }
    }
    if (d->in.n > before) {
        d->spoke = true; /* not before: a goodbye of TLS itself says nothing about HTTP */
        feed(t, d);
    }
}

void dlg_data(struct lc_talk *t, struct dlg *d, struct lc_slice bytes)
{
    size_t room = sizeof d->first - d->first_n;

    if (d->want_tls) {
        data_tls(t, d, bytes);
        return;
    }
    d->spoke = true;
    if (room) {
        struct lc_slice head = lc_slice_sub(bytes, 0, room);

        memcpy(d->first + d->first_n, head.p, head.n);
        d->first_n += (uint8_t)head.n;
    }
    d->answer_n += (uint32_t)bytes.n;
    if (take(t, d, bytes))
        feed(t, d);
    else
        finish(t, d, true, true);
}

void dlg_gone(struct lc_talk *t, struct dlg *d)
{
    d->peer_closed = true;
    if (d->tls && !tls_session_ready(d->tls))
        over(t, d, LC_FEED_ERROR);
    else
        finish(t, d, false, true);
}

void dlg_timeout(struct lc_talk *t, struct dlg *d)
{
    if (d->spoke) {
        facts_of(d)->exch = 0;
        lc_facts_str(facts_of(d), LC_F_PORT_ODDITY, LC_S("stalled"));
    }
    finish(t, d, true, false);
}

static void on_open(struct lc_talk *t, struct dlg *d)
{
    d->state = DLG_OPEN;
    d->deadline_us = t->now_us + (reads_mappings(d) ? GATEWAY_US : t->cfg.dialogue_us);
    if (d->proto == NULL) {
        over(t, d, LC_FEED_DONE); /* connect only: that it opened is all we wanted to know */
        return;
    }
    if (d->want_tls) {
        d->tls = tls_session_new(t->ssl_ctx);
        if (d->tls == NULL ||
            tls_session_feed(d->tls, (struct lc_slice){NULL, 0}, &d->in, &d->wire) != LC_OK) {
            over(t, d, LC_FEED_ERROR);
            return;
        }
    }
    if (!pump(d))
        over(t, d, LC_FEED_ERROR);
}

void dlg_dialed(struct lc_talk *t, struct dlg *d, enum lc_dial_outcome outcome)
{
    struct host *h = d->host;
    struct port_slot *p = &h->ports[d->slot];
    bool first = p->conns++ == 0;

    if (first && d->slot < t->cfg.ports_n) {
        host_port_outcome(t, h, d->slot, lc_dial_outcome_names[outcome]);
        h->open_n += outcome == LC_DIAL_OPEN;
        h->refused_n += outcome == LC_DIAL_REFUSED;
        h->silent_n += outcome != LC_DIAL_OPEN && outcome != LC_DIAL_REFUSED;
    }
    if (outcome == LC_DIAL_OPEN) {
        on_open(t, d);
        return;
    }
    p->todo_n = 0;
    d->state = DLG_WANT_DIAL; /* nothing to close */
    dlg_drop(t, d, false);
}

bool dlg_flush(struct lc_talk *t, struct dlg *d)
{
    struct lc_slice rest = lc_slice_from(lc_buf_view(&d->wire), d->wire_at);
    size_t sent = 0;
    enum lc_status st;

    if (rest.n > SEGMENT_MAX)
        rest.n = SEGMENT_MAX;
    st = t->net.ops->send(t->net.ctx, talk_conn(d), rest, &sent);
    if (st == LC_AGAIN || (st == LC_OK && sent == 0))
        return false;
    if (st != LC_OK) {
        d->wire_at = d->wire.n; /* the transport will tell that it is gone */
        return false;
    }
    d->wire_at += sent;
    host_sent(t, d->host, d->dgram == NULL);
    return true;
}
