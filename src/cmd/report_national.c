/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lenscap report --national: a run's stored facts are identified and judged again with today's
 * knowledge, counted, made safe to publish, printed. So two runs of different years are compared by
 * one yardstick.
 */
#include "base/log.h"
#include "cmd/report_cmd.h"
#include "identify/channels.h"
#include "report/national.h"

#include <string.h>

#define PORTS_MAX 256U

struct count_cmd {
    struct lc_national *into;
    const struct lc_kb *kb;
    struct lc_identifier *identifier;
    struct lc_assessor *assessor;
    const struct lc_places *places; /* NULL: none given */
    struct lc_identity identity;
    struct lc_judgement judgement;
    struct lc_err err;
};

static void insert(uint16_t *sorted, size_t *n, uint16_t port)
{
    size_t at = *n;

    for (size_t i = 0; i < *n; i++)
        if (sorted[i] == port)
            return;
    for (; at && sorted[at - 1] > port; at--)
        sorted[at] = sorted[at - 1];
    sorted[at] = port;
    ++*n;
}

/* Open ports, and whether the sweep marked the address as no device. */
static void look(struct lc_slice facts, uint16_t ports[static PORTS_MAX],
                 struct lc_national_device *d)
{
    struct lc_cur at = {.s = facts};
    struct lc_fact f;

    while (lc_facts_next(&at, &f) == LC_OK) {
        d->pseudo |= f.name == LC_F_HOST_PSEUDO;
        if (d->ports_n < PORTS_MAX && f.name == LC_F_PORT_OUTCOME &&
            lc_slice_eq(f.value, LC_S("open")))
            insert(ports, &d->ports_n, f.port);
    }
}

/* As the store counts them: one picture for a camera that says nothing else. */
static uint32_t channels(struct lc_slice facts, const struct lc_identity *id)
{
    struct lc_channels c;

    lc_channels_of(facts, &c);
    return c.n ? c.n : lc_class_is_camera(id->value[LC_A_CLASS]);
}

static enum lc_status count_one(void *ctx, const struct lc_heard_facts *h)
{
    struct count_cmd *c = ctx;
    uint16_t ports[PORTS_MAX];
    struct lc_national_device d = {
        .addr = h->addr, .identity = &c->identity, .judgement = &c->judgement, .ports = ports};

    lc_identify(c->identifier, h->facts, &c->identity);
    /* By the moment it was heard: a certificate that ran out since was good then. */
    lc_assess(c->assessor, h->facts, &c->identity, h->observed_us / 1000000, &c->judgement);
    d.channels_n = channels(h->facts, &c->identity);
    look(h->facts, ports, &d);
    if (lc_national_add(c->into, &d, c->kb, c->places) != LC_OK)
        return lc_fail(&c->err, LC_ENOMEM, "%s", _("out of memory"));
    return LC_OK;
}

static enum lc_status which_run(struct lc_store *store, const char *number, struct lc_run *run,
                                struct lc_err *err)
{
    uint64_t id;

    if (!number)
        return lc_store_last_run(store, run, err);
    if (lc_slice_u64(lc_slice_str(number), INT64_MAX, &id) != LC_OK)
        return lc_fail(err, LC_EINVAL, "%s", _("a scan is named by its number: 1, 2 and so on"));
    return lc_store_run(store, (int64_t)id, run, err);
}

static enum lc_status count_run(struct count_cmd *c, struct lc_store *store, const char *number,
                                struct lc_national *into)
{
    enum lc_status st;

    lc_national_init(into);
    c->into = into;
    st = which_run(store, number, &into->run, &c->err);
    if (st == LC_OK)
        st = lc_store_facts(store, into->run.id, count_one, c, &c->err);
    if (st == LC_OK)
        lc_national_hide(into);
    return st;
}

static void print(const struct lc_national *t, size_t n, const char *format, struct lc_buf *out)
{
    if (format && strcmp(format, "json") == 0)
        for (size_t i = 0; i < n; i++)
            lc_national_json(&t[i], out);
    else if (format && strcmp(format, "csv") == 0)
        lc_national_csv(t, n, lc_lang_get(), out);
    else
        lc_national_html(t, n, lc_lang_get(), out);
}

static enum lc_status run_both(struct count_cmd *c, const struct lc_report_options *opt,
                               struct lc_store *store, struct lc_buf *out)
{
    struct lc_national *t = lc_alloc_n(2, sizeof *t);
    size_t n = opt->compare ? 2 : 1;
    enum lc_status st;

    if (!t)
        return lc_fail(&c->err, LC_ENOMEM, "%s", _("out of memory"));
    st = count_run(c, store, NULL, &t[0]);
    if (st == LC_OK && n == 2)
        st = count_run(c, store, opt->compare, &t[1]);
    if (st == LC_OK)
        print(t, n, opt->format, out);
    lc_national_free(&t[0]);
    lc_national_free(&t[1]);
    lc_free(t);
    return st;
}

enum lc_status lc_report_national(const struct lc_report_options *opt, const struct lc_kb *kb,
                                  struct lc_assessor *assessor, struct lc_store *store,
                                  struct lc_buf *out, struct lc_err *err)
{
    struct count_cmd *c = lc_alloc(sizeof *c);
    struct lc_places places = {.n = 0};
    enum lc_status st = LC_OK;

    if (!c)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    c->kb = kb;
    c->assessor = assessor;
    if (opt->places) {
        st = lc_places_read(opt->places, &places, &c->err);
        c->places = &places;
    }
    if (st == LC_OK)
        st = lc_identifier_open(kb, &c->identifier, &c->err);
    if (st == LC_OK) {
        st = run_both(c, opt, store, out);
        lc_identifier_close(c->identifier);
    }
    if (st != LC_OK)
        *err = c->err;
    if (c->places && (st == LC_OK || places.n))
        lc_places_free(&places);
    lc_free(c);
    return st;
}
