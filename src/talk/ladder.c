/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which protocol next on a port. data/ports.yaml gives the first guesses; what the peer says
 * corrects them; after that a short ladder of what is most often found on odd ports (HTTP, RTSP,
 * TLS). Never more than LC_TALK_REDIALS connections, so a wrong guess costs little (H2).
 */
#include "talk/engine.h"

/* Asked as LC_P_TLS in its round 1: is an obsolete version accepted too? */
#define ASK_OLD_TLS LC_P_COUNT

static bool queued(const struct port_slot *p, unsigned ask)
{
    for (unsigned i = 0; i < p->todo_n; i++)
        if (p->todo[i] == ask)
            return true;
    return false;
}

static void push_back(struct port_slot *p, unsigned ask)
{
    if (p->todo_n < LADDER_MAX && !(p->tried & 1U << ask) && !queued(p, ask))
        p->todo[p->todo_n++] = (uint8_t)ask;
}

static void remove_ask(struct port_slot *p, unsigned ask)
{
    unsigned n = 0;

    for (unsigned i = 0; i < p->todo_n; i++)
        if (p->todo[i] != ask)
            p->todo[n++] = p->todo[i];
    p->todo_n = (uint8_t)n;
}

void ladder_plan(const struct lc_talk *t, struct port_slot *p)
{
    const struct lc_port_plan *plan = lc_kb_port(t->cfg.kb, p->port);

    if (plan && plan->connect_only)
        return;
    for (unsigned i = 0; plan && i < plan->asks_n; i++)
        push_back(p, plan->asks[i]);
    if (p->todo_n == 0) {
        push_back(p, LC_P_HTTP);
        push_back(p, LC_P_RTSP);
        push_back(p, LC_P_TLS);
    }
}

enum lc_proto_id ladder_next(struct port_slot *p, unsigned *round)
{
    unsigned ask;

    *round = 0;
    if (p->todo_n == 0 || p->conns >= LC_TALK_REDIALS)
        return LC_P_NONE;
    ask = p->todo[0];
    remove_ask(p, ask);
    p->tried |= (uint16_t)(1U << ask);
    if (ask == ASK_OLD_TLS) {
        *round = 1;
        return LC_P_TLS;
    }
    return (enum lc_proto_id)ask;
}

bool ladder_take_onvif(struct port_slot *p)
{
    if (p->todo_n == 0 || p->todo[0] != LC_P_ONVIF)
        return false;
    remove_ask(p, LC_P_ONVIF);
    p->tried |= 1U << LC_P_ONVIF;
    return true;
}

/* The port speaks TLS: HTTP inside it is another question than HTTP outside. */
static void after_tls(struct port_slot *p, bool modern)
{
    bool onvif = queued(p, LC_P_ONVIF);

    p->tls = true;
    p->todo_n = 0;
    p->tried &= (uint16_t) ~(1U << LC_P_HTTP | 1U << LC_P_ONVIF);
    push_back(p, LC_P_HTTP);
    if (onvif)
        push_back(p, LC_P_ONVIF);
    if (modern)
        push_back(p, ASK_OLD_TLS);
}

/* The port speaks `was`: what else belongs to that protocol; the other guesses are settled. */
static void after_success(struct port_slot *p, const struct ladder_end *end)
{
    bool onvif = queued(p, LC_P_ONVIF), old_tls = queued(p, ASK_OLD_TLS);

    p->todo_n = 0;
    if (end->was == LC_P_HTTP && end->http_status == 400 && !p->tls)
        push_back(p, LC_P_TLS); /* "the plain HTTP request was sent to HTTPS port" */
    else if (end->was == LC_P_HTTP && onvif)
        push_back(p, LC_P_ONVIF);
    if (old_tls)
        push_back(p, ASK_OLD_TLS);
}

void ladder_after(struct port_slot *p, const struct ladder_end *end)
{
    enum lc_proto_id guess = end->first.n ? lc_sniff(end->first) : LC_P_NONE;

    if (end->was == LC_P_UPNP) {
        p->todo_n = 0; /* the host named this port for one thing only */
        return;
    }
    if (end->how == LC_FEED_DONE || (end->how == LC_FEED_ERROR && guess == end->was)) {
        if (end->was == LC_P_TLS && !p->tls)
            after_tls(p, end->tls_modern);
        else
            after_success(p, end);
        return;
    }
    if (end->was == LC_P_HTTP)
        remove_ask(p, LC_P_ONVIF); /* no HTTP, no SOAP */
    /* Nothing is ever said to what may be a login prompt: a late one would take a request for a
     * name. */
    if (p->tls || (guess == LC_P_NONE && lc_proto_get(end->was)->listens))
        return;
    if (guess != LC_P_NONE && guess != end->was) {
        p->todo_n = 0;
        push_back(p, guess);
        if (guess == LC_P_HTTP)
            push_back(p, LC_P_ONVIF);
        return;
    }
    push_back(p, LC_P_HTTP);
    push_back(p, LC_P_RTSP);
    push_back(p, LC_P_TLS);
}
