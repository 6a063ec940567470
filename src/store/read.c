/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading devices back. A device is gathered whole into an arena of its own and then lives without
 * the data base. What is read was written by us, but a file can be damaged: numbers are brought
 * into their range.
 */
#include "store/sql.h"
#include "base/tr.h"

#include <string.h>

/* A host's facts are at most 32 KiB a run; the rest of a device is small. */
#define DEVICE_MAX (4U * 1024 * 1024)

static const char *const state_names[] = {"undecided", "new", "confirmed", "fixed", "reappeared"};

static int bounded(sqlite3_stmt *q, int col, int max)
{
    int v = sqlite3_column_int(q, col);

    return v >= 0 && v <= max ? v : max;
}

static struct lc_slice keep(struct lc_arena *mem, sqlite3_stmt *q, int col)
{
    struct lc_slice v = lc_sql_bytes(q, col);

    return v.n ? lc_arena_dup(mem, v) : v;
}

static struct lc_slice fact_name(sqlite3_stmt *q, int col)
{
    int id = sqlite3_column_int(q, col);

    if (id <= 0 || id >= LC_F_COUNT || lc_fact_infos[id].name == NULL)
        return (struct lc_slice){NULL, 0};
    return lc_slice_str(lc_fact_infos[id].name);
}

/* Room for one more behind `n`: doubles at powers of two. NULL past the arena's bound. */
static void *grow(struct lc_arena *mem, void *have, size_t n, size_t size)
{
    void *more;

    if (n & (n - 1))
        return have;
    more = lc_arena_alloc(mem, (n ? 2 * n : 1) * size);
    if (more && n)
        memcpy(more, have, n * size);
    return more;
}

static bool take_endpoint(struct lc_device *d, sqlite3_stmt *q)
{
    struct lc_device_endpoint *e;
    struct lc_fact f;

    if (sqlite3_column_int(q, 0) == 0) {
        d->facts = keep(&d->mem, q, 1);
        return true;
    }
    e = grow(&d->mem, d->endpoints, d->endpoints_n, sizeof *d->endpoints);
    if (e == NULL)
        return false;
    d->endpoints = e;
    e += d->endpoints_n++;
    e->port = (uint16_t)sqlite3_column_int(q, 0);
    e->facts = keep(&d->mem, q, 1);
    e->outcome = lc_facts_find(e->facts, LC_F_PORT_OUTCOME, 0, &f) ? f.value : LC_S("");
    e->protocol = lc_facts_find(e->facts, LC_F_PORT_PROTOCOL, 0, &f) ? f.value : LC_S("");
    e->observed_us = sqlite3_column_int64(q, 2);
    e->recorded_us = sqlite3_column_int64(q, 3);
    e->from.line = (uint64_t)sqlite3_column_int64(q, 4);
    e->from.format = keep(&d->mem, q, 5);
    e->from.name = keep(&d->mem, q, 6);
    e->from.sha256 = keep(&d->mem, q, 7);
    return true;
}

static bool take_claim(struct lc_device *d, sqlite3_stmt *q)
{
    struct lc_device_claim *c = grow(&d->mem, d->claims, d->claims_n, sizeof *d->claims);

    if (c == NULL)
        return false;
    d->claims = c;
    c += d->claims_n++;
    c->attr = lc_slice_str(lc_attr_names[bounded(q, 0, LC_A_COUNT - 1)]);
    c->weight = (uint8_t)bounded(q, 1, 100);
    c->port = (uint16_t)sqlite3_column_int(q, 2);
    c->fact = fact_name(q, 3);
    c->value = keep(&d->mem, q, 4);
    c->signature = keep(&d->mem, q, 5);
    c->evidence = keep(&d->mem, q, 6);
    return true;
}

static bool take_finding(struct lc_device *d, sqlite3_stmt *q)
{
    struct lc_device_finding *f = grow(&d->mem, d->findings, d->findings_n, sizeof *d->findings);

    if (f == NULL)
        return false;
    d->findings = f;
    f += d->findings_n++;
    f->port = (uint16_t)sqlite3_column_int(q, 0);
    f->rule = keep(&d->mem, q, 1);
    f->result = (enum lc_tri)bounded(q, 2, LC_TRI_UNKNOWN);
    f->state = lc_slice_str(state_names[bounded(q, 3, LC_FS_REAPPEARED)]);
    f->fact = fact_name(q, 4);
    f->evidence = keep(&d->mem, q, 5);
    f->first_us = sqlite3_column_int64(q, 6);
    f->last_us = sqlite3_column_int64(q, 7);
    f->verdict = (enum lc_verdict)bounded(q, 8, LC_V_DISPUTED);
    f->confidence = (uint8_t)bounded(q, 9, 100);
    f->reason = keep(&d->mem, q, 10);
    return true;
}

static bool take_channel(struct lc_device *d, sqlite3_stmt *q)
{
    struct lc_device_channel *c =
        grow(&d->mem, d->channels, d->channels_listed_n, sizeof *d->channels);
    struct lc_slice source = lc_sql_bytes(q, 4);

    if (c == NULL)
        return false;
    d->channels = c;
    c += d->channels_listed_n++;
    c->number = (uint16_t)sqlite3_column_int(q, 0);
    c->kind = (enum lc_channel_kind)(bounded(q, 1, LC_CH_KINDS) % LC_CH_KINDS);
    c->open = (enum lc_tri)bounded(q, 2, LC_TRI_UNKNOWN);
    c->protocol = keep(&d->mem, q, 3);
    c->has_source = source.n >= 16;
    c->source = lc_addr_of_key(source);
    return true;
}

static uint32_t count_channels(const struct lc_device *d)
{
    if (d->channels_listed_n)
        return (uint32_t)d->channels_listed_n;
    return lc_class_is_camera(d->value[LC_A_CLASS]) ? 1 : 0;
}

static enum lc_status take_all(struct lc_store *s, enum lc_sql which, struct lc_device *d,
                               bool (*take)(struct lc_device *, sqlite3_stmt *), struct lc_err *err)
{
    sqlite3_stmt *q;
    enum lc_status st = lc_sql_open(s, which, &q, err, "i", d->id);

    if (st != LC_OK)
        return st;
    while ((st = lc_sql_row(s, q, err)) == LC_OK) {
        if (!take(d, q)) {
            (void)sqlite3_reset(q);
            return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
        }
    }
    return st == LC_DONE ? LC_OK : st;
}

static void take_device(struct lc_device *d, sqlite3_stmt *q)
{
    memset(d, 0, sizeof *d);
    lc_arena_init(&d->mem, DEVICE_MAX);
    d->id = sqlite3_column_int64(q, 0);
    d->addr = lc_addr_of_key(lc_sql_bytes(q, 1));
    d->first_us = sqlite3_column_int64(q, 2);
    d->last_us = sqlite3_column_int64(q, 3);
    for (int i = 0; i < LC_A_COUNT; i++) {
        d->value[i] = keep(&d->mem, q, 4 + i);
        d->confidence[i] = (uint8_t)bounded(q, 4 + LC_A_COUNT + i, 100);
    }
    d->conflict = sqlite3_column_int(q, 14) != 0;
    d->exposed = (enum lc_tri)bounded(q, 15, LC_TRI_UNKNOWN);
    d->exposed_why = keep(&d->mem, q, 16);
    d->exposure = (enum lc_exposure)bounded(q, 17, LC_E3);
    d->takeover = (enum lc_takeover)bounded(q, 18, LC_TU);
    d->takeover_why = keep(&d->mem, q, 19);
}

/* From a row of the device's columns to the whole device; nothing is held when it fails. */
static enum lc_status gather(struct lc_store *s, sqlite3_stmt *q, struct lc_device *d,
                             struct lc_err *err)
{
    enum lc_status st;

    take_device(d, q);
    st = take_all(s, LC_Q_ENDPOINT_OF, d, take_endpoint, err);
    if (st == LC_OK)
        st = take_all(s, LC_Q_CLAIM_OF, d, take_claim, err);
    if (st == LC_OK)
        st = take_all(s, LC_Q_FINDING_OF, d, take_finding, err);
    if (st == LC_OK)
        st = take_all(s, LC_Q_CHANNEL_OF, d, take_channel, err);
    d->channels_n = count_channels(d);
    if (st != LC_OK)
        lc_arena_free(&d->mem);
    return st;
}

enum lc_status lc_store_each(struct lc_store *s, int64_t run, lc_device_fn *each, void *ctx,
                             struct lc_err *err)
{
    sqlite3_stmt *q;
    struct lc_device d;
    enum lc_status st = lc_sql_open(s, LC_Q_DEVICE_ALL, &q, err, "i", run);

    if (st != LC_OK)
        return st;
    while ((st = lc_sql_row(s, q, err)) == LC_OK) {
        st = gather(s, q, &d, err);
        if (st == LC_OK) {
            st = each(ctx, &d);
            lc_arena_free(&d.mem);
        }
        if (st != LC_OK) {
            (void)sqlite3_reset(q);
            return st;
        }
    }
    return st == LC_DONE ? LC_OK : st;
}

enum lc_status lc_store_device(struct lc_store *s, const char *which, struct lc_device *out,
                               struct lc_err *err)
{
    struct lc_slice text = lc_slice_str(which);
    struct lc_addr a;
    uint8_t raw[20];
    uint64_t id;
    sqlite3_stmt *q;
    enum lc_status st;

    if (lc_slice_u64(text, INT64_MAX, &id) == LC_OK)
        st = lc_sql_open(s, LC_Q_DEVICE_BY_ID, &q, err, "i", (int64_t)id);
    else if (lc_addr_parse(text, &a) == LC_OK)
        st = lc_sql_open(s, LC_Q_DEVICE_BY_ADDR, &q, err, "b",
                         lc_slice_of(raw, lc_addr_key(&a, raw)));
    else
        return lc_fail(err, LC_EINVAL, "%s",
                       _("a device is named by its number or its address: lenscap list shows "
                         "both"));
    if (st == LC_OK)
        st = lc_sql_row(s, q, err);
    if (st == LC_DONE)
        return lc_fail(err, LC_ENOENT,
                       _("there is no device of that number or address in %s: lenscap list shows "
                         "them"),
                       s->path);
    if (st != LC_OK)
        return st;
    st = gather(s, q, out, err);
    (void)sqlite3_reset(q);
    return st;
}
