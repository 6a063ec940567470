/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A run's observations, address by address, as they were stored: what is known today can be asked
 * of what was heard then. The walk follows the table's own key, so nothing is sorted and nothing
 * but one host is held.
 */
#include "store/sql.h"
#include "base/tr.h"

#include <string.h>

struct walk {
    struct lc_buf facts;
    struct lc_heard_facts heard;
    int64_t device; /* 0: none yet */
    enum lc_status (*each)(void *ctx, const struct lc_heard_facts *h);
    void *ctx;
};

static enum lc_status flush(struct walk *w)
{
    enum lc_status st = LC_OK;

    if (w->device) {
        w->heard.facts = lc_buf_view(&w->facts);
        st = w->each(w->ctx, &w->heard);
    }
    lc_buf_reset(&w->facts);
    return st;
}

static enum lc_status take(struct walk *w, sqlite3_stmt *q)
{
    int64_t device = sqlite3_column_int64(q, 0);
    enum lc_status st = LC_OK;

    if (device != w->device) {
        st = flush(w);
        w->device = device;
        w->heard.addr = lc_addr_of_key(lc_sql_bytes(q, 1));
        w->heard.observed_us = sqlite3_column_int64(q, 3);
    }
    /* What does not fit is left out, as it was when it was heard. */
    (void)lc_buf_put(&w->facts, lc_sql_bytes(q, 4));
    return st;
}

enum lc_status lc_store_facts(struct lc_store *s, int64_t run,
                              enum lc_status (*each)(void *ctx, const struct lc_heard_facts *h),
                              void *ctx, struct lc_err *err)
{
    struct walk w = {.each = each, .ctx = ctx};
    sqlite3_stmt *q;
    enum lc_status st = lc_sql_open(s, LC_Q_FACTS_OF_RUN, &q, err, "i", run);

    if (st != LC_OK)
        return st;
    lc_buf_init(&w.facts, (size_t)2 * LC_FACTS_MAX);
    while ((st = lc_sql_row(s, q, err)) == LC_OK) {
        st = take(&w, q);
        if (st != LC_OK) {
            (void)sqlite3_reset(q);
            break;
        }
    }
    if (st == LC_DONE)
        st = flush(&w);
    lc_buf_free(&w.facts);
    return st;
}

enum lc_status lc_store_run(struct lc_store *s, int64_t id, struct lc_run *out, struct lc_err *err)
{
    sqlite3_stmt *q;
    enum lc_status st = lc_sql_open(s, LC_Q_RUN_GET, &q, err, "i", id);

    if (st == LC_OK)
        st = lc_sql_row(s, q, err);
    if (st == LC_DONE)
        return lc_fail(err, LC_ENOENT, _("%s holds no scan with the number %lld"), s->path,
                       (long long)id);
    if (st == LC_OK) {
        lc_run_take(q, out);
        (void)sqlite3_reset(q);
    }
    return st;
}
