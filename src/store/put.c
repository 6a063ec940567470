/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Writing what one host said. First everything is looked at without touching the data base, so that
 * malformed facts cost nothing; then the host's bit in its unit is set: when it was set already,
 * the result is left as it stands (the first one that was committed counts). All of it is one part
 * of the open transaction.
 *
 * The usual host is new, so its device is inserted first and only looked up when that changes
 * nothing.
 */
#include "store/sql.h"
#include "base/mem.h"
#include "base/tr.h"

#include <assert.h>
#include <string.h>

#define NONE ((struct lc_slice){NULL, 0})

/* What became of the attempt, as the facts tell it. Words: data/facts.yaml, port.outcome. */
static void judge_outcome(struct lc_seen *e, struct lc_slice outcome, bool spoke, bool odd)
{
    bool asked = !lc_slice_eq(outcome, LC_S("not-asked")) &&
                 !lc_slice_eq(outcome, LC_S("out-of-budget")) &&
                 !lc_slice_eq(outcome, LC_S("refused-by-scope"));

    e->open = outcome.n ? lc_slice_eq(outcome, LC_S("open")) : spoke;
    e->refused = lc_slice_eq(outcome, LC_S("refused"));
    e->missed = outcome.n && asked && !e->open && !e->refused;
    e->complete = e->refused || (e->open && spoke && !odd);
}

/* One pass over an endpoint's facts. Only a dialogue that ran to its end proves that something is
 * not there: every oddity but "accepts-everything" says that this one did not. */
static enum lc_status look(struct lc_store *s, const struct lc_endpoint_result *r,
                           struct lc_seen *e, struct lc_err *err)
{
    struct lc_cur at = {.s = r->facts};
    struct lc_slice outcome = NONE;
    bool spoke = false, odd = false, private = false;
    struct lc_fact f;
    enum lc_status st;

    while ((st = lc_facts_next(&at, &f)) == LC_OK) {
        if (f.name == LC_F_PORT_OUTCOME)
            outcome = f.value;
        else if (f.name == LC_F_PORT_PROTOCOL)
            spoke = true;
        else if (f.name == LC_F_PORT_ODDITY)
            odd |= !lc_slice_eq(f.value, LC_S("accepts-everything"));
        private |= lc_private_kind(f.name) != LC_PV_OPEN;
    }
    if (st != LC_DONE)
        return lc_fail(err, st, _("the facts of port %u are malformed: the result was not stored"),
                       r->port);
    *e = (struct lc_seen){.port = r->port, .facts = r->facts};
    if (private && lc_private_facts(s, r->facts, &e->facts) != LC_OK)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    if (e->facts.p == NULL)
        e->facts = LC_S(""); /* the column is never NULL */
    judge_outcome(e, outcome, spoke, odd);
    return LC_OK;
}

static enum lc_status look_at_all(struct lc_store *s, const struct lc_host_result *r,
                                  struct lc_err *err)
{
    enum lc_status st = LC_OK;

    lc_arena_free(&s->scratch);
    if (r->endpoints_n > s->seen_cap) {
        struct lc_seen *v = lc_realloc_n(s->seen, r->endpoints_n, sizeof *v);

        if (v == NULL)
            return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
        s->seen = v;
        s->seen_cap = r->endpoints_n;
    }
    for (size_t i = 0; i < r->endpoints_n && st == LC_OK; i++)
        st = look(s, &r->endpoints[i], &s->seen[i], err);
    return st;
}

/* LC_DONE when the host was done already. */
static enum lc_status mark_unit(struct lc_store *s, int64_t run, uint64_t index, struct lc_err *err)
{
    uint64_t bit = (uint64_t)1 << (index % LC_UNIT_HOSTS);
    enum lc_status st = lc_sql_exec(s, LC_Q_UNIT_MARK, err, "iii", run,
                                    (int64_t)(index / LC_UNIT_HOSTS), (int64_t)bit);

    return st == LC_OK && sqlite3_changes(s->db) == 0 ? LC_DONE : st;
}

static enum lc_status find_device(struct lc_store *s, struct lc_slice addr, int64_t *id,
                                  struct lc_err *err)
{
    sqlite3_stmt *q;
    enum lc_status st = lc_sql_open(s, LC_Q_DEVICE_FIND, &q, err, "b", addr);

    *id = 0;
    if (st == LC_OK)
        st = lc_sql_row(s, q, err);
    if (st == LC_OK) {
        *id = sqlite3_column_int64(q, 0);
        (void)sqlite3_reset(q);
    }
    return st == LC_DONE ? LC_OK : st;
}

enum lc_status lc_put_device(struct lc_store *s, enum lc_sql how, int64_t run, struct lc_slice addr,
                             const struct lc_host_result *r, struct lc_err *err)
{
    static const struct lc_identity nobody;
    static const struct lc_judgement unjudged = {.exposed = LC_TRI_UNKNOWN, .takeover = LC_TU};
    const struct lc_identity *w = r->identity ? r->identity : &nobody;
    const struct lc_judgement *j = r->judgement ? r->judgement : &unjudged;

    return lc_sql_exec(s, how, err, "ibitttttiiiiiiitiit", run, addr, r->observed_us,
                       w->value[LC_A_CLASS].p ? w->value[LC_A_CLASS] : LC_S("unknown"),
                       w->value[LC_A_PLATFORM], w->value[LC_A_BRAND], w->value[LC_A_MODEL],
                       w->value[LC_A_FIRMWARE], (int64_t)w->confidence[LC_A_CLASS],
                       (int64_t)w->confidence[LC_A_PLATFORM], (int64_t)w->confidence[LC_A_BRAND],
                       (int64_t)w->confidence[LC_A_MODEL], (int64_t)w->confidence[LC_A_FIRMWARE],
                       (int64_t)w->conflict, (int64_t)j->exposed, j->exposed_why,
                       (int64_t)j->exposure, (int64_t)j->takeover, j->takeover_why);
}

/* The device behind the address: id 0 when a host that did not answer was never known. A fault says
 * nothing about who a known device is, so only an answer renews its identity. */
static enum lc_status put_device(struct lc_store *s, int64_t run, const struct lc_host_result *r,
                                 int64_t *id, bool *known, struct lc_err *err)
{
    bool here = r->state == LC_HOST_ANSWERED || r->state == LC_HOST_FAULT;
    uint8_t raw[20];
    struct lc_slice addr = lc_slice_of(raw, lc_addr_key(&r->addr, raw));
    enum lc_status st;

    *known = true;
    if (here) {
        st = lc_put_device(s, LC_Q_DEVICE_ADD, run, addr, r, err);
        if (st == LC_OK && sqlite3_changes(s->db)) {
            *id = sqlite3_last_insert_rowid(s->db);
            *known = false;
        }
        if (st != LC_OK || !*known)
            return st;
    }
    st = find_device(s, addr, id, err);
    if (st != LC_OK || !here)
        return st;
    if (r->identity)
        return lc_put_device(s, LC_Q_DEVICE_SET, run, addr, r, err);
    return lc_sql_exec(s, LC_Q_DEVICE_TOUCH, err, "iii", *id, run, r->observed_us);
}

static enum lc_status put_endpoints(struct lc_store *s, int64_t run, int64_t device,
                                    const struct lc_host_result *r, struct lc_err *err)
{
    enum lc_status st = LC_OK;

    for (size_t i = 0; i < r->endpoints_n && st == LC_OK; i++) {
        const struct lc_seen *e = &s->seen[i];
        int64_t seen = e->open ? 1 : e->missed ? -1 : e->refused ? 0 : -2;

        st = lc_sql_exec(s, LC_Q_ENDPOINT_PUT, err, "iiiii", device, (int64_t)e->port, run,
                         r->observed_us, seen);
        if (st == LC_OK)
            st = lc_sql_exec(s, LC_Q_OBSERVATION_ADD, err, "iiiib", run, device, (int64_t)e->port,
                             r->observed_us, e->facts);
    }
    return st;
}

/* Evidence is kept as the fact is that it was read from. */
static enum lc_status evidence_of(struct lc_store *s, enum lc_fact_name fact, struct lc_slice v,
                                  struct lc_slice *out, struct lc_err *err)
{
    *out = lc_private_value(s, fact, v);
    return v.p && out->p == NULL ? lc_fail(err, LC_ENOMEM, "%s", _("out of memory")) : LC_OK;
}

enum lc_status lc_put_claims(struct lc_store *s, int64_t device, bool known,
                             const struct lc_identity *w, struct lc_err *err)
{
    enum lc_status st = known ? lc_sql_exec(s, LC_Q_CLAIM_CLEAR, err, "i", device) : LC_OK;

    for (size_t i = 0; i < w->claims_n && st == LC_OK; i++) {
        const struct lc_claim *c = &w->claims[i];
        struct lc_slice evidence;

        st = evidence_of(s, c->fact, c->evidence, &evidence, err);
        if (st == LC_OK)
            st = lc_sql_exec(s, LC_Q_CLAIM_ADD, err, "iiiiiittb", device, (int64_t)i,
                             (int64_t)c->attr, (int64_t)c->weight, (int64_t)c->port,
                             (int64_t)c->fact, c->value, c->signature, evidence);
    }
    return st;
}

enum lc_status lc_put_finding(struct lc_store *s, int64_t run, int64_t device,
                              const struct lc_finding *f, int64_t observed_us, struct lc_err *err)
{
    struct lc_slice evidence;
    enum lc_status st = evidence_of(s, f->fact, f->evidence, &evidence, err);

    if (st != LC_OK)
        return st;
    return lc_sql_exec(s, LC_Q_FINDING_PUT, err, "iitiibiiiit", device, (int64_t)f->port,
                       f->rule->id, (int64_t)f->result, (int64_t)f->fact, evidence, observed_us,
                       run, (int64_t)f->verdict, (int64_t)f->confidence, f->reason);
}

static enum lc_status put_findings(struct lc_store *s, int64_t run, int64_t device,
                                   const struct lc_host_result *r, struct lc_err *err)
{
    enum lc_status st = LC_OK;

    for (size_t i = 0; i < r->judgement->findings_n && st == LC_OK; i++)
        st = lc_put_finding(s, run, device, &r->judgement->findings[i], r->observed_us, err);
    return st;
}

static enum lc_status any_row(struct lc_store *s, enum lc_sql which, int64_t a, int64_t b,
                              bool *yes, struct lc_err *err)
{
    sqlite3_stmt *q;
    enum lc_status st = which == LC_Q_FINDING_OPEN ? lc_sql_open(s, which, &q, err, "ii", a, b)
                                                   : lc_sql_open(s, which, &q, err, "i", a);

    if (st == LC_OK)
        st = lc_sql_row(s, q, err);
    *yes = st == LC_OK;
    if (*yes)
        (void)sqlite3_reset(q);
    return st == LC_DONE ? LC_OK : st;
}

static enum lc_status settle_port(struct lc_store *s, int64_t run, int64_t device, uint16_t port,
                                  struct lc_err *err)
{
    enum lc_status st = lc_sql_exec(s, LC_Q_FINDING_FIX, err, "iii", device, (int64_t)port, run);

    return st == LC_OK ? lc_sql_exec(s, LC_Q_FINDING_DROP, err, "iii", device, (int64_t)port, run)
                       : st;
}

/* The judgement tells a rule's UNKNOWN once per device: it keeps the rule's findings on every port.
 * Flaws that could not be decided have no rows of their own, but an older one stays. */
static enum lc_status keep_unknown(struct lc_store *s, int64_t run, int64_t device,
                                   const struct lc_judgement *j, struct lc_err *err)
{
    enum lc_status st = LC_OK;

    for (size_t i = 0; j && i < j->findings_n && st == LC_OK; i++)
        if (j->findings[i].result == LC_TRI_UNKNOWN)
            st =
                lc_sql_exec(s, LC_Q_FINDING_KEEP, err, "iti", device, j->findings[i].rule->id, run);
    for (size_t i = 0; j && i < j->open_n && st == LC_OK; i++)
        st = lc_sql_exec(s, LC_Q_FINDING_KEEP, err, "iti", device, j->open[i]->id, run);
    return st;
}

/*
 * Findings of a known device that this judgement no longer names. The judgement keeps TRUE and
 * UNKNOWN ones, so a missing one is FALSE or was not looked at. It counts as FALSE, and the finding
 * as fixed, only where the check was completed: the endpoint refused the connection, or its
 * dialogue ran to its end and a camera was judged. A finding of the whole device needs that of
 * every endpoint that ever answered.
 */
static enum lc_status settle(struct lc_store *s, int64_t run, int64_t device,
                             const struct lc_host_result *r, struct lc_err *err)
{
    const struct lc_judgement *j = r->judgement;
    /* A full list may have lost some. */
    bool judged = j && j->findings_n < LC_FINDINGS_MAX &&
                  lc_class_is_surveillance(r->identity->value[LC_A_CLASS]);
    bool open = false, missed = false, whole = judged;
    enum lc_status st = any_row(s, LC_Q_FINDING_OPEN, device, run, &open, err);

    if (st != LC_OK || !open)
        return st;
    st = keep_unknown(s, run, device, j, err);
    for (size_t i = 0; i < r->endpoints_n && st == LC_OK; i++) {
        const struct lc_seen *e = &s->seen[i];

        if (e->complete && (judged || e->refused))
            st = settle_port(s, run, device, e->port, err);
        whole = whole && (e->complete || !e->open);
    }
    if (st == LC_OK && whole)
        st = any_row(s, LC_Q_ENDPOINT_MISSED, device, 0, &missed, err);
    return st == LC_OK && whole && !missed ? settle_port(s, run, device, 0, err) : st;
}

/* Said on port 0 only, by discovery; what it does not say this time stays as it was. */
static struct lc_slice said_of_device(const struct lc_host_result *r)
{
    for (size_t i = 0; i < r->endpoints_n; i++)
        if (r->endpoints[i].port == 0)
            return r->endpoints[i].facts;
    return NONE;
}

/* A camera with one lens is its only channel: it needs no row. */
enum lc_status lc_put_channels(struct lc_store *s, int64_t device, bool known,
                               const struct lc_host_result *r, struct lc_err *err)
{
    struct lc_slice cls = r->identity->value[LC_A_CLASS];
    struct lc_channels c;
    enum lc_status st;

    lc_channels_of(said_of_device(r), &c);
    if (c.n == 0 || !lc_class_is_surveillance(cls) || (c.n == 1 && lc_class_is_camera(cls)))
        return LC_OK;
    c.kinds = c.kinds && !lc_class_is_camera(cls);
    st = known ? lc_sql_exec(s, LC_Q_CHANNEL_TRIM, err, "ii", device, (int64_t)c.n) : LC_OK;
    for (uint16_t n = 1; n <= c.n && st == LC_OK; n++) {
        enum lc_tri open = n == 1 ? r->judgement->exposed : LC_TRI_UNKNOWN;

        st = lc_sql_exec(s, LC_Q_CHANNEL_PUT, err, "iiiii", device, (int64_t)n,
                         (int64_t)lc_channel_kind_of(&c, n), (int64_t)open, (int64_t)c.fact);
    }
    return st;
}

static enum lc_status put_host(struct lc_store *s, int64_t run, const struct lc_host_result *r,
                               struct lc_err *err)
{
    int64_t device = 0;
    bool known;
    enum lc_status st = put_device(s, run, r, &device, &known, err);

    if (st != LC_OK || device == 0)
        return st;
    if (r->endpoints_n == 0 && r->state == LC_HOST_SILENT)
        return lc_sql_exec(s, LC_Q_ENDPOINT_MISS, err, "i", device);
    st = put_endpoints(s, run, device, r, err);
    if (st == LC_OK && r->identity)
        st = lc_put_claims(s, device, known, r->identity, err);
    if (st == LC_OK && r->identity)
        st = lc_put_channels(s, device, known, r, err);
    if (st == LC_OK && r->judgement)
        st = put_findings(s, run, device, r, err);
    return st == LC_OK && known ? settle(s, run, device, r, err) : st;
}

enum lc_status lc_store_put(struct lc_store *s, int64_t run, const struct lc_host_result *r,
                            struct lc_err *err)
{
    enum lc_status st = look_at_all(s, r, err);

    assert(!r->identity == !r->judgement);
    if (st == LC_OK)
        st = lc_sql_begin(s, err);
    if (st == LC_OK && s->run != run) {
        st = lc_run_count(s, s->run, err);
        s->run = run;
    }
    if (st == LC_OK)
        st = mark_unit(s, run, r->index, err);
    if (st == LC_DONE)
        return LC_OK;
    if (st == LC_OK)
        st = r->recorded_us ? lc_learn_host(s, run, r, err) : put_host(s, run, r, err);
    if (st == LC_OK && !r->in_slice)
        s->counted[r->state]++;
    return st;
}
