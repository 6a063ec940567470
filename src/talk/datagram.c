/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions over UDP to one host, one at a time, when its ports are done: by then the facts tell
 * which maker's question is worth a packet. Each form of a question is one datagram; the first
 * answer ends it. A silent question costs LC_TALK_DGRAM_US per form, and says nothing about the
 * host. A maker's question to a device that points at that maker is expected to be answered: it is
 * asked a second time, because a datagram is easily lost; a question for anybody is not.
 */
#include "talk/engine.h"

#include "base/clock.h"

#define HEARD_MAX 8U /* datagrams read per question: a flood is no dialogue */

struct lc_net_port dgram_port(const struct dlg *d)
{
    return (struct lc_net_port){d->dgram->port, true, d->dgram->bind_port};
}

/* A question for any host is asked where nothing is known yet or a surveillance device is; one for
 * a maker's devices where the facts point at that maker. */
static bool fits(const struct lc_dgram_plan *plan, const struct lc_identity *who)
{
    struct lc_slice platform = who->value[LC_A_PLATFORM];

    if (plan->platforms_n == 0)
        return platform.n || who->value[LC_A_CLASS].n == 0 ||
               lc_slice_eq(who->value[LC_A_CLASS], LC_S("unknown")) ||
               lc_class_is_surveillance(who->value[LC_A_CLASS]);
    for (unsigned i = 0; i < plan->platforms_n; i++)
        if (lc_slice_eq(plan->platforms[i], platform))
            return true;
    return false;
}

static bool begin(struct lc_talk *t, struct host *h, const struct lc_dgram_plan *plan)
{
    struct dlg *d;
    unsigned at = 0;

    while (at < DLG_PER_HOST && h->dlgs[at])
        at++;
    d = at < DLG_PER_HOST ? talk_dlg_take(t) : NULL;
    if (d == NULL)
        return false;
    d->host = h;
    d->dgram = lc_dgram_get(plan->id);
    d->ask_again = plan->platforms_n > 0;
    t->nonce = t->nonce * 6364136223846793005U + 1442695040888963407U;
    d->dgram_ask = (struct lc_dgram_ask){.nonce = t->nonce, .v6 = !lc_addr_is_v4(&h->addr)};
    lc_buf_init(&d->wire, LC_DGRAM_OUT);
    d->state = DLG_WANT_DIAL;
    h->dlgs[at] = d;
    return true;
}

bool dgram_next(struct lc_talk *t, struct host *h)
{
    struct lc_identity who;
    bool known = false;

    /* Nobody there: nothing is gained by asking on. */
    if (h->given_up || (h->open_n + h->refused_n + h->dgrams_answered == 0 && !h->heard_before))
        return false;
    for (size_t i = 0; i < t->cfg.dgrams_n; i++) {
        const struct lc_dgram_plan *plan = t->cfg.dgrams[i];
        const struct lc_dgram *codec = lc_dgram_get(plan->id);

        bool heard = h->known.dgrams & 1U << plan->id; /* a sweep, which kept no payload */

        if (h->dgrams_done & 1U << plan->id || !codec->unicast || codec->variants == 0)
            continue;
        if (!heard && plan->priority > t->cfg.dgrams_priority)
            continue;
        if (!heard && !known)
            lc_identify(t->cfg.identifier, lc_buf_view(&h->facts.buf), &who);
        known = known || !heard;
        if (!heard && !fits(plan, &who))
            continue;
        h->dgrams_done |= 1U << plan->id;
        return begin(t, h, plan);
    }
    return false;
}

static void ask(struct lc_talk *t, struct dlg *d)
{
    lc_buf_reset(&d->wire);
    d->wire_at = 0;
    d->dgram->build(&d->dgram_ask, &d->wire);
    d->deadline_us = t->now_us + LC_TALK_DGRAM_US;
}

void dgram_dialed(struct lc_talk *t, struct dlg *d, enum lc_dial_outcome outcome)
{
    if (outcome != LC_DIAL_OPEN) {
        d->state = DLG_WANT_DIAL; /* nothing to close */
        dgram_over(t, d, lc_dial_outcome_names[outcome]);
        return;
    }
    d->state = DLG_OPEN;
    ask(t, d);
}

void dgram_over(struct lc_talk *t, struct dlg *d, const char *outcome)
{
    struct host *h = d->host;
    struct lc_buf word;

    h->facts.port = 0;
    h->facts.exch = 0;
    lc_buf_init(&word, 64);
    (void)lc_buf_putf(&word, "%s %s", d->dgram->name, outcome);
    lc_facts_str(&h->facts, LC_F_UDP_OUTCOME, lc_buf_view(&word));
    lc_buf_free(&word);
    dlg_drop(t, d, false);
}

static enum lc_dgram_id id_of(const struct lc_dgram *codec)
{
    return lc_dgram_by_name(lc_slice_str(codec->name));
}

void dgram_data(struct lc_talk *t, struct dlg *d, struct lc_slice bytes)
{
    struct host *h = d->host;
    enum lc_status st;

    h->facts.port = 0;
    h->facts.exch = (uint8_t)(LC_DGRAM_EXCH + id_of(d->dgram));
    st = d->dgram->parse(&d->dgram_ask, &h->addr, bytes, &h->facts);
    if (st == LC_OK) {
        h->dgrams_answered++;
        dgram_over(t, d, "answered");
    } else if (++d->heard_n >= HEARD_MAX) {
        dgram_over(t, d, "garbage");
    }
}

void dgram_timeout(struct lc_talk *t, struct dlg *d)
{
    if (++d->dgram_ask.variant < d->dgram->variants) {
        ask(t, d);
    } else if (d->ask_again) {
        d->ask_again = false;
        d->dgram_ask.variant = 0;
        ask(t, d);
    } else {
        dgram_over(t, d, "silent");
    }
}
