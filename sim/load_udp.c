/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a device says over UDP, out of its persona file: which datagrams are answered, with which
 * bytes, to whom; and what it says unasked. README.md beside the personas describes the keys.
 */
#include "load_udp.h"

#include "ready.h"
#include "template.h"

#include <stdlib.h>

#define UDP_MAX  64 /* ports of one persona */
#define WORD_MAX 64 /* answers of one port */
#define HOUR_MS  3600000U
#define LARGEST  65507 /* bytes in one datagram over IPv4 (RFC 768, RFC 791) */

static struct lc_addr address(struct sim_doc *d, yaml_node_t *node)
{
    struct lc_addr a = {0};
    if (node && lc_addr_parse(sim_doc_text(d, node), &a) != LC_OK)
        sim_doc_fail(d, node, "an address is expected here");
    return a;
}

/* A list: all of them; anything else: one byte string. */
static struct lc_slice *load_parts(struct sim_doc *d, yaml_node_t *node, size_t *n)
{
    *n = sim_doc_count(d, node);
    struct lc_slice *list = sim_doc_alloc(d, *n, sizeof(*list));
    for (size_t i = 0; i < *n && !d->bad; i++)
        list[i] = sim_doc_bytes(d, sim_doc_item(d, node, i));
    return list;
}

static void load_when(struct sim_doc *d, yaml_node_t *node, struct sim_when *w)
{
    sim_doc_keys(d, node, "starts has lacks asks size");
    w->starts = sim_doc_bytes(d, sim_doc_get(d, node, "starts"));
    w->has = load_parts(d, sim_doc_get(d, node, "has"), &w->has_n);
    w->lacks = load_parts(d, sim_doc_get(d, node, "lacks"), &w->lacks_n);
    w->asks = sim_doc_text(d, sim_doc_get(d, node, "asks"));
    w->size = sim_doc_number(d, sim_doc_get(d, node, "size"), LARGEST);
}

static void load_to(struct sim_doc *d, yaml_node_t *node, struct sim_word *w)
{
    if (!node)
        return;
    sim_doc_keys(d, node, "group port");
    w->group = address(d, sim_doc_get(d, node, "group"));
    w->to_port = (uint16_t)sim_doc_number(d, sim_doc_get(d, node, "port"), 65535);
}

static void load_word(struct sim_doc *d, yaml_node_t *node, struct sim_word *w)
{
    sim_doc_keys(d, node, "when bytes to delay_ms every_ms times");
    yaml_node_t *when = sim_doc_get(d, node, "when"), *every = sim_doc_get(d, node, "every_ms");
    w->unasked = every != NULL;
    if (when)
        load_when(d, when, &w->when);
    if (when && every)
        sim_doc_fail(d, node, "what is sent every so often waits for no question");
    load_to(d, sim_doc_get(d, node, "to"), w);
    w->delay_ms = (uint32_t)sim_doc_number(d, sim_doc_get(d, node, "delay_ms"), HOUR_MS);
    w->every_ms = (uint32_t)sim_doc_number(d, every, HOUR_MS);
    w->times = (uint32_t)sim_doc_number(d, sim_doc_get(d, node, "times"), 1000000);
    if (every && (!w->every_ms || !sim_doc_get(d, sim_doc_get(d, node, "to"), "group")))
        sim_doc_fail(d, node, "what is sent unasked needs a time above 0 and a group");
    w->bytes = sim_template_make(d, sim_doc_bytes(d, sim_doc_need(d, node, "bytes")));
}

static void load_wrong_sender(struct sim_doc *d, yaml_node_t *node, struct sim_udp_faults *f)
{
    if (!node)
        return;
    struct lc_slice s = sim_doc_text(d, node);
    uint64_t last = 0;
    f->from_set = !lc_slice_starts(s, LC_S("."));
    if (f->from_set)
        f->from = address(d, node);
    else if (lc_slice_u64(lc_slice_from(s, 1), 255, &last) != LC_OK || !last)
        sim_doc_fail(d, node, "an address or \".240\", its last byte, is expected here");
    f->from_last = (uint8_t)last;
}

static void load_udp_faults(struct sim_doc *d, yaml_node_t *node, struct sim_udp_faults *f)
{
    if (!node)
        return;
    sim_doc_keys(d, node, "truncate oversize flood from");
    yaml_node_t *truncate = sim_doc_get(d, node, "truncate");
    f->every_length = truncate && lc_slice_eq(sim_doc_text(d, truncate), LC_S("every"));
    if (!f->every_length)
        f->truncate = sim_doc_number(d, truncate, LARGEST);
    f->oversize = sim_doc_number(d, sim_doc_get(d, node, "oversize"), LARGEST);
    f->flood = (uint32_t)sim_doc_number(d, sim_doc_get(d, node, "flood"), 100000);
    load_wrong_sender(d, sim_doc_get(d, node, "from"), f);
}

static void load_groups(struct sim_doc *d, yaml_node_t *node, struct sim_udp *u)
{
    size_t n = sim_doc_count(d, node);
    if (n > sizeof(u->group) / sizeof(*u->group))
        sim_doc_fail(d, node, "more groups than a port can join here");
    for (size_t i = 0; i < n && !d->bad; i++)
        u->group[u->group_n++] = address(d, sim_doc_item(d, node, i));
}

static void load_one(struct sim_doc *d, yaml_node_t *node, struct sim_udp *u)
{
    sim_doc_keys(d, node, "port groups broadcast answers wsd mdns faults");
    yaml_node_t *list = sim_doc_get(d, node, "answers");
    size_t n = sim_doc_count(d, list);
    u->port = (uint16_t)sim_doc_number(d, sim_doc_need(d, node, "port"), 65535);
    u->broadcast = sim_doc_bool(d, sim_doc_get(d, node, "broadcast"));
    load_groups(d, sim_doc_get(d, node, "groups"), u);
    load_udp_faults(d, sim_doc_get(d, node, "faults"), &u->faults);
    if (n > WORD_MAX)
        sim_doc_fail(d, list, "more than %d answers", WORD_MAX);
    u->word = sim_doc_alloc(d, n + 2 * SIM_READY_WORDS, sizeof(*u->word));
    for (size_t i = 0; i < n && !d->bad; i++)
        load_word(d, sim_doc_item(d, list, i), &u->word[i]);
    u->word_n = n;
    u->word_n += sim_ready_wsd(d, sim_doc_get(d, node, "wsd"), u->word + u->word_n);
    u->word_n += sim_ready_mdns(d, sim_doc_get(d, node, "mdns"), u->word + u->word_n);
}

static int by_port(const void *a, const void *b)
{
    return ((const struct sim_udp *)a)->port - ((const struct sim_udp *)b)->port;
}

void sim_load_udp(struct sim_doc *d, yaml_node_t *list, struct sim_persona *p)
{
    size_t n = sim_doc_count(d, list);
    if (n > UDP_MAX)
        sim_doc_fail(d, list, "more than %d ports over UDP", UDP_MAX);
    p->udp = sim_doc_alloc(d, n, sizeof(*p->udp));
    for (size_t i = 0; i < n && !d->bad; i++)
        load_one(d, sim_doc_item(d, list, i), &p->udp[i]);
    p->udp_n = d->bad ? 0 : n;
    if (p->udp_n)
        qsort(p->udp, p->udp_n, sizeof(*p->udp), by_port);
    for (size_t i = 1; i < p->udp_n; i++)
        if (p->udp[i].port == p->udp[i - 1].port)
            sim_doc_fail(d, list, "port %u over UDP stands twice", p->udp[i].port);
}
