/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The packed facts of one device, put side by side for judging: one run of facts for each port,
 * with the set of prefixes that occur there. Two passes over the bytes (count, then place) instead
 * of a sort; the order within a port stays the order of arrival, so "first evidence" means what it
 * says.
 */
#include "assess/rules.h"

static struct lc_view_port *find_port(struct lc_view *v, uint16_t port, size_t *hint)
{
    if (*hint < v->ports_n && v->ports[*hint].port == port)
        return &v->ports[*hint];
    for (*hint = 0; *hint < v->ports_n; (*hint)++)
        if (v->ports[*hint].port == port)
            return &v->ports[*hint];
    return NULL;
}

static void count(struct lc_view *v, const struct lc_ruleset *r, struct lc_slice facts)
{
    struct lc_cur at = {.s = facts};
    struct lc_fact f;
    size_t hint = 0;

    for (size_t n = 0; n < LC_VIEW_FACTS && lc_facts_next(&at, &f) == LC_OK; n++) {
        struct lc_view_port *p = find_port(v, f.port, &hint);

        if (!p && v->ports_n < LC_VIEW_PORTS) {
            p = &v->ports[v->ports_n++];
            *p = (struct lc_view_port){.port = f.port, .exposed = LC_TRI_UNKNOWN};
        }
        if (p) {
            p->n++;
            p->families |= UINT64_C(1) << r->family[f.name];
        }
    }
}

void lc_view_build(struct lc_view *v, const struct lc_ruleset *r, struct lc_slice facts)
{
    struct lc_cur at = {.s = facts};
    struct lc_fact f;
    size_t hint = 0;

    v->n = v->ports_n = 0;
    v->rtsp = UINT64_C(1) << r->family[LC_F_RTSP_STATUS];
    v->port = UINT64_C(1) << r->family[LC_F_PORT_OUTCOME];
    count(v, r, facts);
    for (size_t i = 0; i < v->ports_n; i++) {
        v->ports[i].first = (uint16_t)v->n;
        v->n += v->ports[i].n;
        v->ports[i].n = 0;
    }
    for (size_t n = 0; n < LC_VIEW_FACTS && lc_facts_next(&at, &f) == LC_OK; n++) {
        struct lc_view_port *p = find_port(v, f.port, &hint);

        if (p)
            v->facts[p->first + p->n++] = f;
    }
}

const struct lc_fact *lc_view_find(const struct lc_view *v, const struct lc_view_port *p,
                                   enum lc_fact_name name)
{
    size_t i = p ? p->first : 0, end = p ? (size_t)p->first + p->n : v->n;

    for (; i < end; i++)
        if (v->facts[i].name == name)
            return &v->facts[i];
    return NULL;
}
