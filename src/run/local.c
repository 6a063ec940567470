/* SPDX-License-Identifier: Apache-2.0 */
/* The stage of local discovery, and the table of what was heard. See local.h. */
#include "run/local.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/tr.h"
#include "discover/neigh.h"
#include "proto/dg_mac.h"

#include <net/if.h>
#include <string.h>

#define DEVICES_MAX  16384U /* places of the table; a link has at most 4,096 addresses */
#define DEVICE_MAX   8192U  /* bytes of facts kept of one device before it is talked to */
#define LISTEN_US    LC_MS(1500)
#define MAPPINGS_MAX 64U

#define NEIGH_MAX 4096U
#define NEIGH_US  LC_SEC(1) /* how old the copy of the kernel's table may be */

struct place {
    struct lc_addr addr;
    struct lc_facts facts;
    bool used;
};

struct shout {
    uint8_t dgram, net, variant, datagrams;
};

struct lc_local {
    struct lc_local_setup set;
    struct lc_child hear;
    struct shout *plan;
    size_t plan_n, plan_at;
    int64_t gap_us, next_us, until_us;
    bool running;
    struct place *places;
    uint64_t key;
    struct lc_local_counts counts;
    struct lc_neigh *neigh; /* of our networks */
    size_t neigh_n;
    int64_t neigh_us;
    struct lc_facts both; /* what lc_local_facts hands out */
    struct lc_addr gateway;
    bool has_gateway, gateway_maps, gateway_given;
};

/* ---- which networks ---- */

/* Everything between the ends of an IPv4 network, all of an IPv6 one. */
static struct lc_range inner(const struct lc_range *net)
{
    struct lc_range r = *net;

    if (lc_addr_is_v4(&r.first) && lc_range_count(&r) >= 4) {
        r.first = lc_addr_next(&r.first);
        r.last = lc_addr_prev(&r.last);
    }
    return r;
}

static bool planned(const struct lc_targets *plan, const struct lc_range *r)
{
    for (size_t i = 0; i < plan->n; i++)
        if (lc_range_has(&plan->v[i], &r->first) && lc_range_has(&plan->v[i], &r->last))
            return true;
    return false;
}

static bool touches(const struct lc_targets *plan, const struct lc_range *r)
{
    for (size_t i = 0; i < plan->n; i++)
        if (lc_addr_cmp(&plan->v[i].first, &r->last) <= 0 &&
            lc_addr_cmp(&r->first, &plan->v[i].last) <= 0)
            return true;
    return false;
}

/* The scope lets every address of it be asked. */
static bool whole(const struct lc_scope *scope, const struct lc_range *r)
{
    struct lc_range one = *r;
    struct lc_targets want = {.v = &one, .n = 1}, got = {.n = 0};
    bool yes = lc_scope_plan(scope, &want, &got, NULL) == LC_OK &&
               lc_targets_count(&got) == lc_range_count(r);

    lc_targets_free(&got);
    return yes;
}

size_t lc_local_nets(const struct lc_scope *scope, const struct lc_targets *plan,
                     struct lc_shout_net out[static LC_SHOUT_NETS], size_t *excluded)
{
    struct lc_attached v[LC_ATTACHED_MAX];
    size_t all = lc_scope_attached(v), n = 0;

    *excluded = 0;
    for (size_t i = 0; i < all && n < LC_SHOUT_NETS; i++) {
        struct lc_range in = inner(&v[i].net);

        if (!lc_addr_is_private(&in.first) || if_nametoindex(v[i].ifname) == 0 ||
            lc_range_count(&v[i].net) < 2 || !touches(plan, &in))
            continue;
        if (!planned(plan, &in) || !whole(scope, &in)) {
            (*excluded)++;
            continue;
        }
        out[n] = (struct lc_shout_net){.ifindex = if_nametoindex(v[i].ifname), .net = v[i].net};
        memcpy(out[n].ifname, v[i].ifname, sizeof out[n].ifname);
        n++;
    }
    return n;
}

/* ---- the table ---- */

static struct place *find(struct lc_local *l, const struct lc_addr *a, bool make)
{
    size_t at = lc_addr_hash(a, l->key) % DEVICES_MAX;

    for (size_t i = 0; i < DEVICES_MAX; i++) {
        struct place *p = &l->places[(at + i) % DEVICES_MAX];

        if (!p->used) {
            if (!make || l->counts.devices >= DEVICES_MAX / 2)
                return NULL;
            p->used = true;
            p->addr = *a;
            lc_buf_init(&p->facts.buf, DEVICE_MAX);
            l->counts.devices++;
            return p;
        }
        if (lc_addr_cmp(&p->addr, a) == 0 && p->addr.zone == a->zone)
            return p;
    }
    return NULL;
}

static void add_all(struct place *p, struct lc_slice facts)
{
    struct lc_cur at = {.s = facts};
    struct lc_fact f;

    while (lc_facts_next(&at, &f) == LC_OK)
        lc_facts_add(&p->facts, &f);
}

/* ---- the schedule ---- */

static unsigned places_of(const struct lc_dgram *d, bool v4)
{
    return v4 ? (d->group4 ? 1U : 0U) + (d->broadcast ? 1U : 0U) : d->group6 ? 1U : 0U;
}

static enum lc_status add_shout(struct lc_local *l, const struct shout *s)
{
    if (l->plan_n % 64 == 0) {
        struct shout *v = lc_realloc_n(l->plan, l->plan_n + 64, sizeof *v);

        if (v == NULL)
            return LC_ENOMEM;
        l->plan = v;
    }
    l->plan[l->plan_n++] = *s;
    return LC_OK;
}

static unsigned priority_of(const struct lc_kb *kb, enum lc_dgram_id id)
{
    const struct lc_dgram_plan *plans;
    size_t n = lc_kb_datagrams(kb, &plans);

    for (size_t i = 0; i < n; i++)
        if (plans[i].id == id)
            return plans[i].priority;
    return 2;
}

/* One round over every protocol that speaks to a link; the second one, because datagrams get lost,
 * only over the likely ones. A protocol that is only listened to costs no datagram. */
static enum lc_status make_round(struct lc_local *l, unsigned round)
{
    enum lc_status st = LC_OK;

    for (unsigned net = 0; net < l->set.cfg->nets_n; net++) {
        bool v4 = lc_addr_is_v4(&l->set.cfg->nets[net].net.first);

        for (unsigned id = 1; id < LC_D_COUNT && st == LC_OK; id++) {
            const struct lc_dgram *d = lc_dgram_get((enum lc_dgram_id)id);
            struct shout s = {(uint8_t)id, (uint8_t)net, 0, (uint8_t)places_of(d, v4)};

            if (round && (priority_of(l->set.kb, (enum lc_dgram_id)id) > 1 || !d->variants))
                continue;
            do
                if (s.datagrams || (d->listen && round == 0))
                    st = add_shout(l, &s);
            while (++s.variant < d->variants && st == LC_OK);
        }
    }
    return st;
}

/* ---- the stage ---- */

struct lc_local *lc_local_new(const struct lc_local_setup *setup)
{
    struct lc_local *l = lc_alloc(sizeof *l);

    if (l == NULL)
        return NULL;
    l->set = *setup;
    l->hear = (struct lc_child){.crash_fd = -1};
    l->places = lc_alloc_n(DEVICES_MAX, sizeof *l->places);
    l->neigh = lc_alloc_n(NEIGH_MAX, sizeof *l->neigh);
    lc_facts_init(&l->both);
    lc_random(&l->key, sizeof l->key);
    l->has_gateway = lc_gateway_read(&l->gateway);
    /* A question to the link reaches every host of it. Two a second stay free: a question to a
     * group and to broadcast leaves as a pair. */
    l->gap_us = LC_SEC(1) / (setup->cfg->rates.host_pps > 3 ? setup->cfg->rates.host_pps - 2 : 1);
    if (l->places == NULL || l->neigh == NULL || make_round(l, 0) != LC_OK ||
        make_round(l, 1) != LC_OK) {
        lc_local_free(l);
        return NULL;
    }
    return l;
}

void lc_local_free(struct lc_local *l)
{
    if (l == NULL)
        return;
    for (size_t i = 0; l->places && i < DEVICES_MAX; i++)
        lc_buf_free(&l->places[i].facts.buf);
    lc_facts_free(&l->both);
    lc_free(l->neigh);
    lc_free(l->places);
    lc_free(l->plan);
    lc_free(l);
}

enum lc_status lc_local_begin(struct lc_local *l, int config_fd, struct lc_child *dial,
                              int64_t now_us, struct lc_err *err)
{
    enum lc_status st;

    if (l->plan_n == 0)
        return LC_OK;
    st = lc_spawn_hear(&l->hear, config_fd, dial, LC_LOCAL_NUMBER, err);
    l->running = st == LC_OK;
    l->next_us = now_us;
    l->until_us = INT64_MAX;
    return st;
}

int64_t lc_local_tick(struct lc_local *l, struct lc_child *dial, int64_t now_us)
{
    if (!l->running)
        return INT64_MAX;
    while (l->plan_at < l->plan_n && l->next_us <= now_us) {
        const struct shout *s = &l->plan[l->plan_at++];
        struct lc_buf *b = lc_link_begin(&dial->link, LC_MSG_SHOUT);

        (void)lc_buf_le32(b, LC_LOCAL_NUMBER);
        (void)lc_buf_u8(b, s->dgram);
        (void)lc_buf_u8(b, s->net);
        (void)lc_buf_u8(b, s->variant);
        lc_link_end(&dial->link);
        l->next_us = now_us + l->gap_us * s->datagrams; /* late ones do not catch up */
        l->until_us = l->next_us + LISTEN_US;
    }
    if (l->plan_at == l->plan_n && now_us >= l->until_us)
        l->running = false;
    return !l->running ? INT64_MAX : l->plan_at < l->plan_n ? l->next_us : l->until_us;
}

bool lc_local_over(const struct lc_local *l)
{
    return !l->running;
}

int lc_local_fd(const struct lc_local *l)
{
    return l->hear.pid ? l->hear.link.fd : -1;
}

static enum lc_status on_answer(struct lc_local *l, struct lc_cur *body)
{
    struct lc_addr a;
    struct lc_fact f;
    struct place *p;
    uint8_t id;
    char word[64];

    lc_link_take_addr(body, &a);
    id = lc_cur_u8(body);
    if (body->bad || lc_dgram_get((enum lc_dgram_id)id) == NULL)
        return LC_EPARSE;
    p = find(l, &a, true);
    if (p == NULL)
        return LC_OK; /* more devices than a link can have: a flood */
    l->counts.answers++;
    add_all(p, body->s);
    (void)snprintf(word, sizeof word, "%s answered", lc_dgram_get((enum lc_dgram_id)id)->name);
    p->facts.port = 0;
    p->facts.exch = (uint8_t)(LC_DGRAM_EXCH + id);
    lc_facts_str(&p->facts, LC_F_UDP_OUTCOME, lc_slice_str(word));
    if (lc_local_is_gateway(l, &a) && lc_facts_find(body->s, LC_F_UPNP_LOCATION_PORT, 0, &f))
        l->gateway_maps = true;
    return LC_OK;
}

static enum lc_status on_outside(struct lc_local *l, struct lc_cur *body)
{
    struct lc_addr a;

    lc_link_take_addr(body, &a);
    if (body->bad)
        return LC_EPARSE;
    if (l->counts.outside++ == 0)
        l->counts.first_outside = a;
    return LC_OK;
}

enum lc_status lc_local_read(struct lc_local *l)
{
    struct lc_cur body;
    uint32_t type;
    enum lc_status st = lc_link_read(&l->hear.link, NULL), next;

    if (st == LC_AGAIN)
        return LC_OK;
    while ((next = lc_link_next(&l->hear.link, &type, &body)) == LC_OK) {
        next = type == LC_MSG_ANSWER    ? on_answer(l, &body)
               : type == LC_MSG_OUTSIDE ? on_outside(l, &body)
                                        : LC_EPARSE;
        if (next != LC_OK)
            break;
    }
    if (st != LC_EIO && next != LC_EPARSE)
        return LC_OK;
    lc_log(LC_LOG_WARN, "%s",
           _("the process that reads discovery answers died; what it heard is kept, the rest of "
             "the scan goes on"));
    l->running = false;
    return LC_DONE;
}

int64_t lc_local_end(struct lc_local *l)
{
    l->running = false;
    return lc_child_end(&l->hear, false);
}

/* ---- what is known ---- */

static bool on_our_nets(const struct lc_local *l, const struct lc_addr *a)
{
    struct lc_addr bare = *a;

    bare.zone = 0;
    for (size_t i = 0; i < l->set.cfg->nets_n; i++)
        if (lc_range_has(&l->set.cfg->nets[i].net, &bare))
            return true;
    return false;
}

static void on_neigh(void *ctx, const struct lc_neigh *n)
{
    struct lc_local *l = ctx;

    if (l->neigh_n < NEIGH_MAX && on_our_nets(l, &n->addr))
        l->neigh[l->neigh_n++] = *n;
}

/* The hardware address behind `a`, when the kernel has met it. */
static const struct lc_neigh *neigh_of(struct lc_local *l, const struct lc_addr *a, int64_t now_us)
{
    if (now_us >= l->neigh_us) {
        l->neigh_n = 0;
        if (lc_neigh_read(on_neigh, l, NULL) != LC_OK)
            l->neigh_n = 0;
        l->neigh_us = now_us + NEIGH_US;
    }
    for (size_t i = 0; i < l->neigh_n; i++)
        if (lc_addr_cmp(&l->neigh[i].addr, a) == 0 && l->neigh[i].addr.zone == a->zone)
            return &l->neigh[i];
    return NULL;
}

struct lc_slice lc_local_facts(struct lc_local *l, const struct lc_addr *a, int64_t now_us)
{
    const struct lc_neigh *n = neigh_of(l, a, now_us);
    struct place *p = find(l, a, false);
    struct lc_cur at = {.s = p ? lc_buf_view(&p->facts.buf) : LC_S("")};
    struct lc_fact f;

    lc_buf_reset(&l->both.buf);
    while (lc_facts_next(&at, &f) == LC_OK)
        lc_facts_add(&l->both, &f);
    l->both.port = 0;
    l->both.exch = 0;
    if (n)
        (void)lc_dg_mac_bytes(&l->both, n->mac);
    lc_kb_makers(l->set.kb, &l->both);
    return lc_buf_view(&l->both.buf);
}

bool lc_local_heard(struct lc_local *l, const struct lc_addr *a)
{
    return find(l, a, false) != NULL;
}

bool lc_local_met(struct lc_local *l, const struct lc_addr *a, int64_t now_us)
{
    return neigh_of(l, a, now_us) != NULL;
}

bool lc_local_is_gateway(const struct lc_local *l, const struct lc_addr *a)
{
    return l->has_gateway && lc_addr_cmp(&l->gateway, a) == 0;
}

bool lc_local_gateway_first(struct lc_local *l, struct lc_addr *out)
{
    if (!l->gateway_maps || l->gateway_given)
        return false;
    l->gateway_given = true;
    *out = l->gateway;
    return true;
}

/* "tcp 8554 -> 192.168.1.10:554", as the codec wrote it. */
static bool take_mapping(struct lc_slice text, uint64_t *external, struct lc_addr *to,
                         uint64_t *port)
{
    struct lc_slice word;
    size_t colon;

    if (lc_slice_next(&text, ' ', &word) != LC_OK || lc_slice_next(&text, ' ', &word) != LC_OK ||
        lc_slice_u64(word, 65535, external) != LC_OK || lc_slice_next(&text, ' ', &word) != LC_OK ||
        !lc_slice_eq(word, LC_S("->")))
        return false;
    colon = lc_slice_chr(text, ':', 0);
    return colon != LC_NPOS && lc_addr_parse(lc_slice_sub(text, 0, colon), to) == LC_OK &&
           lc_slice_u64(lc_slice_from(text, colon + 1), 65535, port) == LC_OK;
}

void lc_local_mappings(struct lc_local *l, struct lc_slice facts)
{
    struct lc_cur at = {.s = facts};
    struct lc_fact f, kind;
    bool has_kind = lc_facts_find(facts, LC_F_IGD_EXTERNAL_KIND, 0, &kind);
    unsigned n = 0;

    while (n < MAPPINGS_MAX && lc_facts_next(&at, &f) == LC_OK) {
        uint64_t external, port;
        struct lc_addr to;
        struct place *p;

        if (f.name != LC_F_IGD_MAPPING || !take_mapping(f.value, &external, &to, &port) ||
            !on_our_nets(l, &to))
            continue;
        n++;
        p = find(l, &to, true);
        if (p == NULL)
            continue;
        p->facts.port = 0;
        p->facts.exch = (uint8_t)n;
        lc_facts_int(&p->facts, LC_F_IGD_FORWARDED_PORT, (int64_t)port);
        lc_facts_int(&p->facts, LC_F_IGD_EXTERNAL_PORT, (int64_t)external);
        if (has_kind)
            lc_facts_str(&p->facts, LC_F_IGD_EXTERNAL_KIND, kind.value);
    }
}

const struct lc_local_counts *lc_local_counts(const struct lc_local *l)
{
    return &l->counts;
}

const struct lc_addr *lc_local_next(const struct lc_local *l, size_t *at)
{
    while (*at < DEVICES_MAX)
        if (l->places[(*at)++].used)
            return &l->places[*at - 1].addr;
    return NULL;
}
