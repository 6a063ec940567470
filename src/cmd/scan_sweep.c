/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Choosing how to find out who is there. Small plans need no sweep: every address is asked itself.
 * Larger ones are swept with raw packets where this machine and this plan allow it, otherwise by
 * connecting. Engine xdp is never chosen, only named.
 */
#include "cmd/scan_sweep.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/text.h"
#include "base/tr.h"
#include "discover/frame.h"

#include <string.h>

#define DIRECT_MAX 4096U /* addresses that are asked without a sweep */
#define LIKELY     6U
#define AGAIN_US   LC_SEC(2)
#define DRAIN_US   LC_SEC(2)

static enum lc_status number(const char *option, const char *text, uint64_t max, uint32_t *out,
                             struct lc_err *err)
{
    uint64_t v;

    if (text == NULL)
        return LC_OK;
    if (lc_slice_u64(lc_slice_str(text), max, &v) != LC_OK || v == 0)
        return lc_fail(err, LC_EINVAL, _("--%s %s: a whole number from 1 to %llu is wanted"),
                       option, text, (unsigned long long)max);
    *out = (uint32_t)v;
    return LC_OK;
}

/* Can raw packets reach this plan from here? Opens the engine and closes it again. */
static enum lc_status try_raw(uint32_t kind, const struct lc_scan_setup *set, struct lc_err *err)
{
    const struct lc_scope *s = set->scope;
    const struct lc_gate gate = {.allow_n = s->allow_n,
                                 .exclude_n = s->exclude_n,
                                 .never_n = s->never_n,
                                 .allow = s->allow,
                                 .exclude = s->exclude,
                                 .never = s->never};
    struct lc_engine_xdp_config cfg = {
        .packet = {.plan = set->plan->v,
                   .plan_n = set->plan->n,
                   .sources = set->sources,
                   .sources_n = set->sources_n},
        .gate = &gate,
        .total_pps = s->rates.total_pps,
    };
    struct lc_engine engine;
    enum lc_status st = lc_engine_ports(&cfg.packet.port_low, &cfg.packet.port_high, err);

    if (st == LC_OK)
        st = kind == LC_ENGINE_XDP ? lc_engine_xdp_open(&cfg, &engine, err)
                                   : lc_engine_packet_open(&cfg.packet, &engine, err);
    if (st == LC_OK)
        engine.close(engine.ctx);
    return st;
}

static uint32_t named(const char *name)
{
    uint32_t i = LC_ENGINE_DIRECT;

    while (i < LC_ENGINE_XDP && strcmp(lc_engine_names[i], name) != 0)
        i++;
    return i;
}

/* ---- questions over UDP ---- */

static enum lc_status add_question(struct lc_sweep_plan *p, enum lc_dgram_id id)
{
    struct lc_sweep_port port = {.port = lc_dgram_get(id)->port, .dgram = (uint8_t)id};

    if (!lc_frame_can_ask(port))
        return LC_EINVAL;
    for (uint32_t i = 0; i < p->ports_n; i++)
        if (p->ports[i].dgram == id)
            return LC_OK;
    p->ports[p->ports_n++] = port;
    return LC_OK;
}

/* "all": those of the default scan that a sweep can ask. */
static void add_all(struct lc_sweep_plan *p, const struct lc_kb *kb)
{
    const struct lc_dgram_plan *plans;
    size_t n = lc_kb_datagrams(kb, &plans);

    for (size_t i = 0; i < n; i++)
        if (plans[i].priority == 1)
            (void)add_question(p, plans[i].id);
}

static enum lc_status no_such_question(const struct lc_kb *kb, struct lc_slice name,
                                       struct lc_err *err)
{
    const struct lc_dgram_plan *plans;
    size_t n = lc_kb_datagrams(kb, &plans);
    struct lc_sweep_plan all = {.ports_n = 0};
    struct lc_buf names;

    lc_buf_init(&names, sizeof err->text / 2);
    for (size_t i = 0; i < n; i++)
        if (add_question(&all, plans[i].id) == LC_OK)
            (void)lc_buf_putf(&names, " %s", lc_dgram_get(plans[i].id)->name);
    (void)lc_fail(err, LC_EINVAL, _("--udp %.*s: a sweep can ask 'all', or of these:%s"),
                  LC_S_ARG(name), lc_buf_cstr(&names));
    lc_buf_free(&names);
    return LC_EINVAL;
}

static enum lc_status choose_udp(const char *wish, struct lc_scan_setup *set, struct lc_err *err)
{
    struct lc_slice list = lc_slice_str(wish), one;

    if (wish == NULL)
        return LC_OK;
    if (lc_slice_eq(list, LC_S("all"))) {
        add_all(&set->sweep, set->kb);
        return LC_OK;
    }
    while (lc_slice_next(&list, ',', &one) == LC_OK) {
        enum lc_dgram_id id = lc_dgram_by_name(one);

        if (id == LC_D_NONE || add_question(&set->sweep, id) != LC_OK)
            return no_such_question(set->kb, one, err);
    }
    return LC_OK;
}

/* ---- the engine ---- */

/* What a sweep alone can do, and an engine that cannot. */
static enum lc_status engine_fits(const struct lc_scan_setup *set, struct lc_err *err)
{
    bool udp = lc_sweep_plan_udp_n(&set->sweep) > 0;

    if (set->sweep_only && set->sweep.engine == LC_ENGINE_DIRECT)
        return lc_fail(err, LC_EINVAL, "%s",
                       _("--sweep-only needs a sweep, and --engine direct is none: name another "
                         "engine or leave it out"));
    if (udp && set->sweep.engine < LC_ENGINE_PACKET)
        return lc_fail(err, LC_EINVAL,
                       _("--udp needs raw packets, and engine %s sends none: leave --udp out, or "
                         "see 'lenscap doctor'"),
                       lc_engine_names[set->sweep.engine]);
    return LC_OK;
}

static enum lc_status choose_engine(const char *wish, struct lc_scan_setup *set, struct lc_buf *why,
                                    struct lc_err *err)
{
    struct lc_err reason = {""};
    bool small = lc_targets_count(set->plan) <= DIRECT_MAX;

    if (wish && strcmp(wish, "auto") != 0) {
        set->sweep.engine = named(wish);
        (void)lc_buf_putf(why, _("engine %s, as asked for"), wish);
        return set->sweep.engine >= LC_ENGINE_PACKET ? try_raw(set->sweep.engine, set, err) : LC_OK;
    }
    if (small && !set->sweep_only && lc_sweep_plan_udp_n(&set->sweep) == 0) {
        set->sweep.engine = LC_ENGINE_DIRECT;
        (void)lc_buf_puts(why, _("engine direct: few enough to ask each address itself"));
    } else if (try_raw(LC_ENGINE_PACKET, set, &reason) == LC_OK) {
        set->sweep.engine = LC_ENGINE_PACKET;
        (void)lc_buf_puts(why, _("engine packet: raw packets through the router"));
    } else {
        set->sweep.engine = LC_ENGINE_CONNECT;
        (void)lc_buf_putf(why, _("engine connect: %s"), reason.text);
    }
    return LC_OK;
}

enum lc_status lc_sweep_choose(const struct lc_sweep_wish *wish, struct lc_scan_setup *set,
                               struct lc_buf *why, struct lc_err *err)
{
    struct lc_sweep_plan *p = &set->sweep;
    enum lc_status st;

    *p = (struct lc_sweep_plan){
        .passes = 2, .again_us = AGAIN_US, .drain_us = DRAIN_US, .adapt = true};
    lc_random(&p->order_seed, sizeof p->order_seed);
    lc_random(p->cookie_key, sizeof p->cookie_key);
    set->full = wish->mode && strcmp(wish->mode, "full") == 0;
    p->likely_n = set->ports_n < LIKELY ? (uint32_t)set->ports_n : LIKELY;
    st = number("likely", wish->likely, set->ports_n, &p->likely_n, err);
    if (st == LC_OK)
        st = number("passes", wish->passes, 2, &p->passes, err);
    if (st == LC_OK)
        st = choose_udp(wish->udp, set, err);
    if (st != LC_OK)
        return st;
    if (p->ports_n + set->ports_n > LC_SWEEP_PORTS)
        return lc_fail(err, LC_EINVAL, _("--udp: with %u TCP ports no room is left for it"),
                       (unsigned)set->ports_n);
    p->likely_n += p->ports_n;
    for (size_t i = 0; i < set->ports_n; i++)
        p->ports[p->ports_n++] = (struct lc_sweep_port){.port = set->ports[i]};
    if (set->full)
        p->likely_n = p->ports_n;
    st = choose_engine(wish->engine, set, why, err);
    return st == LC_OK ? engine_fits(set, err) : st;
}

static void put_ports(struct lc_json *j, const char *key, const uint64_t *mask,
                      const struct lc_sweep_plan *sweep)
{
    const struct lc_sweep_port *tcp = sweep->ports + lc_sweep_plan_udp_n(sweep);

    lc_json_open(j, key, '[');
    for (uint32_t i = 0; tcp + i < sweep->ports + sweep->ports_n; i++)
        if (lc_mask_has(mask, i))
            lc_json_int(j, NULL, tcp[i].port);
    lc_json_close(j, ']');
}

static void put_questions(struct lc_json *j, const char *key, uint32_t dgrams,
                          const struct lc_sweep_plan *sweep)
{
    uint32_t n = lc_sweep_plan_udp_n(sweep);

    lc_json_open(j, key, '[');
    for (uint32_t i = 0; i < n; i++)
        if (dgrams & 1U << sweep->ports[i].dgram)
            lc_json_str(j, NULL, lc_slice_str(lc_dgram_get(sweep->ports[i].dgram)->name));
    lc_json_close(j, ']');
}

void lc_heard_json(const struct lc_heard_host *h, const struct lc_sweep_plan *sweep,
                   struct lc_buf *out)
{
    struct lc_json j = {.out = out};
    struct lc_facts reasons;
    struct lc_cur at;
    struct lc_fact f;
    char addr[LC_ADDR_TEXT];

    lc_facts_init(&reasons);
    lc_sweeper_facts(h->flags, &reasons);
    lc_json_open(&j, NULL, '{');
    lc_json_str(&j, "schema", LC_S("lenscap.heard/1"));
    lc_json_str(&j, "address", lc_slice_of(addr, lc_addr_format(&h->addr, addr)));
    put_ports(&j, "open", h->known.open, sweep);
    put_ports(&j, "refused", h->known.refused, sweep);
    put_questions(&j, "udp", h->known.dgrams, sweep);
    put_questions(&j, "udp_refused", h->known.dgrams_refused, sweep);
    lc_json_open(&j, "pseudo", '[');
    at = (struct lc_cur){.s = lc_buf_view(&reasons.buf)};
    while (lc_facts_next(&at, &f) == LC_OK)
        lc_json_str(&j, NULL, f.value);
    lc_json_close(&j, ']');
    lc_json_close(&j, '}');
    (void)lc_buf_u8(out, '\n');
    lc_facts_free(&reasons);
}
