/* SPDX-License-Identifier: Apache-2.0 */
/* Appended to a table without an index and sorted once, by SQLite's external merge sort: a random
 * insert into an index larger than the cache would cost a page read each. */
#include "store/pile.h"
#include "base/mem.h"
#include "base/tr.h"
#include "store/sql.h"

/* 16 MiB of cache bound the sorter's memory too. No journal: whoever fails starts again. */
static const char settings[] =
    "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA locking_mode=EXCLUSIVE;"
    "PRAGMA cache_size=-16384; PRAGMA temp_store=FILE;"
    "CREATE TABLE pile(addr BLOB, port INTEGER, us INTEGER, line INTEGER, facts BLOB);"
    "BEGIN";

struct lc_pile {
    sqlite3 *db;
    sqlite3_stmt *put;
};

static enum lc_status failed(const struct lc_pile *p, int rc, struct lc_err *err)
{
    if ((rc & 0xff) == SQLITE_NOMEM)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    if ((rc & 0xff) == SQLITE_FULL || (rc & 0xff) == SQLITE_IOERR)
        return lc_fail(err, LC_EIO, "%s",
                       _("no room for the temporary file of this import: free some space in "
                         "/var/tmp, or name another folder in TMPDIR"));
    return lc_fail(err, LC_EIO, _("the temporary file of this import: %s"),
                   p && p->db ? sqlite3_errmsg(p->db) : sqlite3_errstr(rc));
}

enum lc_status lc_pile_open(struct lc_pile **out, struct lc_err *err)
{
    struct lc_pile *p = lc_alloc(sizeof *p);
    enum lc_status st;
    int rc;

    *out = NULL;
    if (p == NULL)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    rc = sqlite3_open_v2("", &p->db,
                         SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(p->db, settings, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(p->db, "INSERT INTO pile VALUES(?, ?, ?, ?, ?)", -1, &p->put, NULL);
    if (rc == SQLITE_OK) {
        *out = p;
        return LC_OK;
    }
    st = failed(p, rc, err);
    lc_pile_close(p);
    return st;
}

void lc_pile_close(struct lc_pile *p)
{
    if (p == NULL)
        return;
    (void)sqlite3_finalize(p->put);
    (void)sqlite3_close(p->db);
    lc_free(p);
}

enum lc_status lc_pile_put(struct lc_pile *p, const struct lc_pile_row *row, struct lc_err *err)
{
    uint8_t raw[20];
    int n = (int)lc_addr_key(&row->addr, raw);
    int rc = sqlite3_bind_blob(p->put, 1, raw, n, SQLITE_STATIC);

    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int(p->put, 2, row->port);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(p->put, 3, row->observed_us);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_int64(p->put, 4, (int64_t)row->line);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_blob64(p->put, 5, row->facts.p, row->facts.n, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(p->put);
    (void)sqlite3_reset(p->put);
    return rc == SQLITE_DONE ? LC_OK : failed(p, rc, err);
}

enum lc_status lc_pile_each(struct lc_pile *p, lc_pile_fn *each, void *ctx, struct lc_err *err)
{
    sqlite3_stmt *q = NULL;
    enum lc_status st = LC_OK;
    int rc = sqlite3_prepare_v2(p->db,
                                "SELECT addr, port, us, line, facts FROM pile "
                                "ORDER BY addr, port, us DESC, line",
                                -1, &q, NULL);

    while (rc == SQLITE_OK && st == LC_OK) {
        struct lc_pile_row row;

        rc = sqlite3_step(q);
        if (rc != SQLITE_ROW)
            break;
        row = (struct lc_pile_row){lc_addr_of_key(lc_sql_bytes(q, 0)),
                                   (uint16_t)sqlite3_column_int(q, 1), sqlite3_column_int64(q, 2),
                                   (uint64_t)sqlite3_column_int64(q, 3), lc_sql_bytes(q, 4)};
        st = each(ctx, &row);
        rc = SQLITE_OK;
    }
    (void)sqlite3_finalize(q);
    return st != LC_OK || rc == SQLITE_DONE ? st : failed(p, rc, err);
}
