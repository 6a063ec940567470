/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Runs: their plan, their units, their counters. The counters are counted here, in the transaction
 * that holds the results, and only for hosts that were not done yet: so they add up whatever was
 * killed in between.
 */
#include "store/sql.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/tr.h"

#include <string.h>

static struct lc_slice bounded(const char *text, size_t max)
{
    return lc_slice_of(text, strnlen(text, max));
}

static enum lc_status add_plan(struct lc_store *s, int64_t run, const struct lc_targets *plan,
                               struct lc_err *err)
{
    enum lc_status st = LC_OK;

    for (size_t i = 0; i < plan->n && st == LC_OK; i++) {
        uint8_t first[20], last[20];
        size_t first_n = lc_addr_key(&plan->v[i].first, first);
        size_t last_n = lc_addr_key(&plan->v[i].last, last);

        st = lc_sql_exec(s, LC_Q_PLAN_ADD, err, "iibb", run, (int64_t)i,
                         lc_slice_of(first, first_n), lc_slice_of(last, last_n));
    }
    return st;
}

enum lc_status lc_store_run_begin(struct lc_store *s, struct lc_run *run,
                                  const struct lc_targets *plan, struct lc_err *err)
{
    enum lc_status st = lc_sql_begin(s, err);

    run->targets_n = 0;
    for (size_t i = 0; i < plan->n; i++)
        run->targets_n += lc_range_count(&plan->v[i]);
    run->ended_us = 0;
    run->answered = run->silent = run->refused = run->faults = 0;
    if (st == LC_OK)
        st = lc_sql_exec(
            s, LC_Q_RUN_ADD, err, "biiittibi", lc_slice_of(run->scope_hash, sizeof run->scope_hash),
            run->started_us, (int64_t)run->targets_n, (int64_t)run->plan_hash,
            bounded(run->knowledge, sizeof run->knowledge),
            bounded(run->program, sizeof run->program), (int64_t)run->deep,
            lc_slice_of(run->sweep_n ? run->sweep : NULL, run->sweep_n), (int64_t)run->kind);
    if (st != LC_OK)
        return st;
    run->id = sqlite3_last_insert_rowid(s->db);
    st = add_plan(s, run->id, plan, err);
    return st == LC_OK ? lc_store_commit(s, err) : st;
}

static void copy_text(char *out, size_t cap, struct lc_slice s)
{
    size_t n = s.n < cap ? s.n : cap - 1;

    if (n)
        memcpy(out, s.p, n);
    out[n] = 0;
}

void lc_run_take(sqlite3_stmt *q, struct lc_run *run)
{
    struct lc_slice hash = lc_sql_bytes(q, 1);

    *run = (struct lc_run){.id = sqlite3_column_int64(q, 0)};
    if (hash.n == sizeof run->scope_hash)
        memcpy(run->scope_hash, hash.p, hash.n);
    run->started_us = sqlite3_column_int64(q, 2);
    run->ended_us = sqlite3_column_int64(q, 3);
    run->targets_n = (uint64_t)sqlite3_column_int64(q, 4);
    run->plan_hash = (uint64_t)sqlite3_column_int64(q, 5);
    copy_text(run->knowledge, sizeof run->knowledge, lc_sql_bytes(q, 6));
    copy_text(run->program, sizeof run->program, lc_sql_bytes(q, 7));
    run->deep = sqlite3_column_int(q, 8) != 0;
    run->answered = (uint64_t)sqlite3_column_int64(q, 9);
    run->silent = (uint64_t)sqlite3_column_int64(q, 10);
    run->refused = (uint64_t)sqlite3_column_int64(q, 11);
    run->faults = (uint64_t)sqlite3_column_int64(q, 12);
    hash = lc_sql_bytes(q, 13);
    run->sweep_n = hash.n <= sizeof run->sweep ? hash.n : 0;
    if (run->sweep_n)
        memcpy(run->sweep, hash.p, run->sweep_n);
    run->kind = sqlite3_column_int(q, 14) ? LC_RUN_IMPORT : LC_RUN_SCAN;
}

static enum lc_status one_run(struct lc_store *s, enum lc_sql which, struct lc_run *run,
                              struct lc_err *err)
{
    sqlite3_stmt *q;
    enum lc_status st = lc_sql_open(s, which, &q, err, "");

    if (st == LC_OK)
        st = lc_sql_row(s, q, err);
    if (st == LC_OK) {
        lc_run_take(q, run);
        (void)sqlite3_reset(q);
    }
    return st;
}

static enum lc_status push(struct lc_targets *t, const struct lc_range *r)
{
    if (t->n == t->cap) {
        size_t cap = t->cap ? t->cap * 2 : 16;
        struct lc_range *v = lc_realloc_n(t->v, cap, sizeof *v);

        if (v == NULL)
            return LC_ENOMEM;
        t->v = v;
        t->cap = cap;
    }
    t->v[t->n++] = *r;
    return LC_OK;
}

static enum lc_status get_plan(struct lc_store *s, int64_t run, struct lc_targets *plan,
                               struct lc_err *err)
{
    sqlite3_stmt *q;
    enum lc_status st = lc_sql_open(s, LC_Q_PLAN_GET, &q, err, "i", run);

    if (st != LC_OK)
        return st;
    while ((st = lc_sql_row(s, q, err)) == LC_OK) {
        struct lc_range r = {lc_addr_of_key(lc_sql_bytes(q, 0)),
                             lc_addr_of_key(lc_sql_bytes(q, 1))};

        if (push(plan, &r) != LC_OK) {
            (void)sqlite3_reset(q);
            return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
        }
    }
    return st == LC_DONE ? LC_OK : st;
}

enum lc_status lc_store_run_resume(struct lc_store *s, struct lc_run *run, struct lc_targets *plan,
                                   struct lc_err *err)
{
    enum lc_status st = one_run(s, LC_Q_RUN_OPEN, run, err);

    if (st == LC_DONE)
        return lc_fail(err, LC_ENOENT, _("%s holds no unfinished scan to go on with"), s->path);
    if (st != LC_OK)
        return st;
    plan->n = 0;
    return get_plan(s, run->id, plan, err);
}

enum lc_status lc_store_unit_mask(struct lc_store *s, int64_t run, uint64_t unit, uint64_t *mask,
                                  struct lc_err *err)
{
    sqlite3_stmt *q;
    enum lc_status st = lc_sql_open(s, LC_Q_UNIT_GET, &q, err, "ii", run, (int64_t)unit);

    *mask = 0;
    if (st == LC_OK)
        st = lc_sql_row(s, q, err);
    if (st == LC_OK) {
        *mask = (uint64_t)sqlite3_column_int64(q, 0);
        (void)sqlite3_reset(q);
    }
    return st == LC_DONE ? LC_OK : st;
}

enum lc_status lc_run_count(struct lc_store *s, int64_t run, struct lc_err *err)
{
    static const int64_t none[4];
    enum lc_status st;

    if (memcmp(s->counted, none, sizeof none) == 0)
        return LC_OK;
    st = lc_sql_exec(s, LC_Q_RUN_COUNT, err, "iiiii", run, s->counted[LC_HOST_ANSWERED],
                     s->counted[LC_HOST_SILENT], s->counted[LC_HOST_REFUSED],
                     s->counted[LC_HOST_FAULT]);
    memset(s->counted, 0, sizeof s->counted);
    return st;
}

enum lc_status lc_store_slice_done(struct lc_store *s, int64_t run, uint64_t slice,
                                   const struct lc_slice_counts *c, struct lc_err *err)
{
    enum lc_status st = lc_sql_begin(s, err);

    if (st == LC_OK)
        st =
            lc_sql_exec(s, LC_Q_SLICE_ADD, err, "iiiiii", run, (int64_t)slice, (int64_t)c->answered,
                        (int64_t)c->silent, (int64_t)c->refused, (int64_t)c->faults);
    if (st != LC_OK || sqlite3_changes(s->db) == 0)
        return st;
    return lc_sql_exec(s, LC_Q_RUN_COUNT, err, "iiiii", run, (int64_t)c->answered,
                       (int64_t)c->silent, (int64_t)c->refused, (int64_t)c->faults);
}

enum lc_status lc_store_slices(struct lc_store *s, int64_t run,
                               void (*each)(void *ctx, uint64_t slice), void *ctx,
                               struct lc_err *err)
{
    sqlite3_stmt *q;
    enum lc_status st = lc_sql_open(s, LC_Q_SLICE_ALL, &q, err, "i", run);

    if (st != LC_OK)
        return st;
    while ((st = lc_sql_row(s, q, err)) == LC_OK)
        each(ctx, (uint64_t)sqlite3_column_int64(q, 0));
    return st == LC_DONE ? LC_OK : st;
}

enum lc_status lc_store_crowd_put(struct lc_store *s, int64_t run, const struct lc_crowd *c,
                                  struct lc_err *err)
{
    uint8_t key[20];
    size_t n = lc_addr_key(&c->block, key);
    enum lc_status st = lc_sql_begin(s, err);

    if (st != LC_OK)
        return st;
    return lc_sql_exec(s, LC_Q_CROWD_PUT, err, "ibiii", run, lc_slice_of(key, n), (int64_t)c->asked,
                       (int64_t)c->answered, (int64_t)c->pseudo);
}

enum lc_status lc_store_crowds(struct lc_store *s, int64_t run,
                               void (*each)(void *ctx, const struct lc_crowd *c), void *ctx,
                               struct lc_err *err)
{
    sqlite3_stmt *q;
    enum lc_status st = lc_sql_open(s, LC_Q_CROWD_ALL, &q, err, "i", run);

    if (st != LC_OK)
        return st;
    while ((st = lc_sql_row(s, q, err)) == LC_OK) {
        struct lc_crowd c = {.block = lc_addr_of_key(lc_sql_bytes(q, 0)),
                             .asked = (uint32_t)sqlite3_column_int64(q, 1),
                             .answered = (uint32_t)sqlite3_column_int64(q, 2),
                             .pseudo = (uint32_t)sqlite3_column_int64(q, 3)};

        each(ctx, &c);
    }
    return st == LC_DONE ? LC_OK : st;
}

enum lc_status lc_store_run_end(struct lc_store *s, struct lc_run *run, struct lc_err *err)
{
    enum lc_status st = lc_store_commit(s, err);
    sqlite3_stmt *q;
    int64_t now = run->ended_us ? run->ended_us : lc_clock_wall_us();

    if (st == LC_OK)
        st = lc_sql_begin(s, err);
    if (st == LC_OK)
        st = lc_sql_exec(s, LC_Q_RUN_END, err, "ii", run->id, now);
    if (st != LC_OK)
        return st;
    if (sqlite3_changes(s->db) == 0) {
        st = lc_store_commit(s, err);
        return st != LC_OK ? st
                           : lc_fail(err, LC_EINVAL, "%s",
                                     _("the scan is not finished: some addresses have no result "
                                       "yet; go on with: lenscap scan --resume"));
    }
    st = lc_store_commit(s, err);
    if (st == LC_OK)
        st = lc_sql_open(s, LC_Q_RUN_GET, &q, err, "i", run->id);
    if (st == LC_OK)
        st = lc_sql_row(s, q, err);
    if (st == LC_OK) {
        lc_run_take(q, run);
        (void)sqlite3_reset(q);
    }
    return st == LC_DONE ? LC_OK : st;
}

enum lc_status lc_store_import_begin(struct lc_store *s, struct lc_run *run,
                                     const struct lc_source *from, struct lc_err *err)
{
    static const struct lc_targets nobody_is_asked;
    enum lc_status st;

    run->kind = LC_RUN_IMPORT;
    st = lc_store_run_begin(s, run, &nobody_is_asked, err);
    if (st == LC_OK)
        st = lc_sql_begin(s, err);
    if (st == LC_OK)
        st = lc_sql_exec(s, LC_Q_SOURCE_ADD, err, "ittbiii", run->id, from->format, from->name,
                         lc_slice_of(from->sha256, sizeof from->sha256), (int64_t)from->records,
                         (int64_t)from->bad, (int64_t)from->outside);
    return st == LC_OK ? lc_store_commit(s, err) : st;
}

enum lc_status lc_store_import_end(struct lc_store *s, struct lc_run *run, struct lc_err *err)
{
    enum lc_status st = lc_store_commit(s, err);

    run->ended_us = lc_clock_wall_us();
    if (st == LC_OK)
        st = lc_sql_begin(s, err);
    if (st == LC_OK)
        st = lc_sql_exec(s, LC_Q_IMPORT_END, err, "ii", run->id, run->ended_us);
    return st == LC_OK ? lc_store_commit(s, err) : st;
}

enum lc_status lc_store_last_run(struct lc_store *s, struct lc_run *out, struct lc_err *err)
{
    enum lc_status st = one_run(s, LC_Q_RUN_LAST, out, err);

    if (st == LC_DONE)
        return lc_fail(err, LC_ENOENT, _("%s holds no scan yet: run lenscap scan first"), s->path);
    return st;
}
