/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What an import says of a host. It is second-hand and partial: a list of open ports knows nothing
 * of brands, and nobody knows what its maker did not ask. So it only ever adds:
 *
 *     the device is new      all of it is put, as a scan's would be
 *     an endpoint is new     it is put, whenever it was seen
 *     an endpoint is known   an observation is added to its history. What a scan heard there stays
 *                            what is shown; among imports the one that saw it last counts
 *     identity               replaced when it is newer than all we know of the device, and surer
 *     findings               TRUE ones, of endpoints that the source saw later than we did; none is
 *                            ever fixed by an import, since what it does not mention is not gone
 *     exposure, ladder       only for the worse, on the same condition
 */
#include "store/sql.h"
#include "base/tr.h"

struct known {
    int64_t device, last_us, sure; /* device 0: not known; sum of the five confidences */
};

static enum lc_status find_known(struct lc_store *s, struct lc_slice addr, struct known *k,
                                 struct lc_err *err)
{
    sqlite3_stmt *q;
    enum lc_status st = lc_sql_open(s, LC_Q_DEVICE_KNOWN, &q, err, "b", addr);

    *k = (struct known){.device = 0};
    if (st == LC_OK)
        st = lc_sql_row(s, q, err);
    if (st == LC_OK) {
        *k = (struct known){sqlite3_column_int64(q, 0), sqlite3_column_int64(q, 1),
                            sqlite3_column_int64(q, 2)};
        (void)sqlite3_reset(q);
    }
    return st == LC_DONE ? LC_OK : st;
}

/* Did nobody look at this endpoint since the source did? */
static enum lc_status is_newer(struct lc_store *s, int64_t device, uint16_t port, int64_t us,
                               bool *newer, struct lc_err *err)
{
    sqlite3_stmt *q;
    enum lc_status st = lc_sql_open(s, LC_Q_ENDPOINT_SEEN, &q, err, "ii", device, (int64_t)port);

    *newer = true;
    if (st == LC_OK)
        st = lc_sql_row(s, q, err);
    if (st == LC_OK) {
        *newer = us > sqlite3_column_int64(q, 0);
        (void)sqlite3_reset(q);
    }
    return st == LC_DONE ? LC_OK : st;
}

static enum lc_status learn_findings(struct lc_store *s, int64_t run, const struct known *k,
                                     const struct lc_host_result *r, uint16_t port, int64_t us,
                                     bool unknown_too, struct lc_err *err)
{
    enum lc_status st = LC_OK;

    for (size_t i = 0; i < r->judgement->findings_n && st == LC_OK; i++) {
        const struct lc_finding *f = &r->judgement->findings[i];

        if (f->port == port && (f->result == LC_TRI_TRUE || unknown_too))
            st = lc_put_finding(s, run, k->device, f, us, err);
    }
    return st;
}

static enum lc_status learn_endpoint(struct lc_store *s, int64_t run, const struct known *k,
                                     bool is_new, const struct lc_host_result *r, size_t i,
                                     struct lc_err *err)
{
    const struct lc_endpoint_result *e = &r->endpoints[i];
    const struct lc_seen *seen = &s->seen[i];
    int64_t us = e->observed_us;
    bool newer = true;
    enum lc_status st = LC_OK;

    if (!is_new)
        st = is_newer(s, k->device, e->port, us, &newer, err);
    if (st == LC_OK)
        st = lc_sql_exec(s, LC_Q_ENDPOINT_LEARN, err, "iiiii", k->device, (int64_t)e->port, run, us,
                         (int64_t)seen->open);
    if (st == LC_OK)
        st = lc_sql_exec(s, LC_Q_OBSERVATION_LEARN, err, "iiiibii", run, k->device,
                         (int64_t)e->port, us, seen->facts, r->recorded_us, (int64_t)e->line);
    if (st == LC_OK && newer && e->port)
        st = learn_findings(s, run, k, r, e->port, us, is_new, err);
    return st;
}

static enum lc_status learn_identity(struct lc_store *s, const struct known *k,
                                     const struct lc_host_result *r, struct lc_err *err)
{
    const struct lc_identity *w = r->identity;
    int64_t sure = 0;
    enum lc_status st;

    for (size_t a = 0; a < LC_A_COUNT; a++)
        sure += w->confidence[a];
    if (r->observed_us <= k->last_us || sure < k->sure)
        return LC_OK;
    st = lc_sql_exec(s, LC_Q_DEVICE_LEARN, err, "itttttiiiiii", k->device,
                     w->value[LC_A_CLASS].p ? w->value[LC_A_CLASS] : LC_S("unknown"),
                     w->value[LC_A_PLATFORM], w->value[LC_A_BRAND], w->value[LC_A_MODEL],
                     w->value[LC_A_FIRMWARE], (int64_t)w->confidence[LC_A_CLASS],
                     (int64_t)w->confidence[LC_A_PLATFORM], (int64_t)w->confidence[LC_A_BRAND],
                     (int64_t)w->confidence[LC_A_MODEL], (int64_t)w->confidence[LC_A_FIRMWARE],
                     (int64_t)w->conflict);
    if (st == LC_OK)
        st = lc_put_claims(s, k->device, true, w, err);
    return st == LC_OK ? lc_put_channels(s, k->device, true, r, err) : st;
}

/* The earliest and the latest moment of which the source speaks. */
static void span(const struct lc_host_result *r, int64_t *first, int64_t *last)
{
    *first = *last = r->observed_us;
    for (size_t i = 0; i < r->endpoints_n; i++) {
        int64_t us = r->endpoints[i].observed_us;

        *first = us < *first ? us : *first;
        *last = us > *last ? us : *last;
    }
}

static enum lc_status meet(struct lc_store *s, const struct known *k,
                           const struct lc_host_result *r, struct lc_err *err)
{
    const struct lc_judgement *j = r->judgement;
    int64_t first, last;

    span(r, &first, &last);
    return lc_sql_exec(s, LC_Q_DEVICE_MEET, err, "iiiiitiit", k->device, first, last,
                       (int64_t)(r->observed_us > k->last_us), (int64_t)j->exposed, j->exposed_why,
                       (int64_t)j->exposure, (int64_t)j->takeover, j->takeover_why);
}

enum lc_status lc_learn_host(struct lc_store *s, int64_t run, const struct lc_host_result *r,
                             struct lc_err *err)
{
    uint8_t raw[20];
    struct lc_slice addr = lc_slice_of(raw, lc_addr_key(&r->addr, raw));
    struct known k;
    enum lc_status st = find_known(s, addr, &k, err);
    bool is_new = k.device == 0;

    if (st == LC_OK && is_new) {
        st = lc_put_device(s, LC_Q_DEVICE_ADD, run, addr, r, err);
        k.device = sqlite3_last_insert_rowid(s->db);
        if (st == LC_OK)
            st = lc_put_claims(s, k.device, false, r->identity, err);
        if (st == LC_OK)
            st = lc_put_channels(s, k.device, false, r, err);
    } else if (st == LC_OK) {
        st = learn_identity(s, &k, r, err);
    }
    for (size_t i = 0; i < r->endpoints_n && st == LC_OK; i++)
        st = learn_endpoint(s, run, &k, is_new, r, i, err);
    /* Of the device as a whole only where nobody knows it better. */
    if (st == LC_OK && (is_new || r->observed_us > k.last_us))
        st = learn_findings(s, run, &k, r, 0, r->observed_us, is_new, err);
    return st == LC_OK ? meet(s, &k, r, err) : st;
}
