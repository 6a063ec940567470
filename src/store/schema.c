/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The schema and its history: a numbered list of steps, forward only. A released step never
 * changes; a new one is appended. user_version of the file says how many have been taken; all
 * missing ones are taken in one transaction, so a kill in the middle leaves the old schema.
 *
 * Numbers in columns: attr is enum lc_attr, result and exposed enum lc_tri, exposure and takeover
 * their enums, state enum lc_finding_state, fact the id in data/facts.yaml. An addr is 16 bytes (20
 * with a zone). Times are microseconds since 1970 UTC. Tables without rowid carry their key once; a
 * device's rows lie side by side.
 */
#include "store/sql.h"
#include "base/hash.h"
#include "base/tr.h"

/* 1: the first one. */
static const char step_1[] =
    "CREATE TABLE setting(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TABLE run("
    " id INTEGER PRIMARY KEY, scope_hash BLOB NOT NULL, started_us INTEGER NOT NULL,"
    " ended_us INTEGER NOT NULL DEFAULT 0, targets_n INTEGER NOT NULL, plan_hash INTEGER NOT NULL,"
    " knowledge TEXT NOT NULL, program TEXT NOT NULL, deep INTEGER NOT NULL,"
    " answered INTEGER NOT NULL DEFAULT 0, silent INTEGER NOT NULL DEFAULT 0,"
    " refused INTEGER NOT NULL DEFAULT 0, faults INTEGER NOT NULL DEFAULT 0) STRICT;"
    "CREATE TABLE plan("
    " run INTEGER NOT NULL REFERENCES run, n INTEGER NOT NULL, first BLOB NOT NULL,"
    " last BLOB NOT NULL, PRIMARY KEY(run, n)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE unit("
    " run INTEGER NOT NULL REFERENCES run, unit INTEGER NOT NULL, done_mask INTEGER NOT NULL,"
    " PRIMARY KEY(run, unit)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE device("
    " id INTEGER PRIMARY KEY, addr BLOB NOT NULL UNIQUE, merged_into INTEGER REFERENCES device,"
    " first_us INTEGER NOT NULL, last_us INTEGER NOT NULL, last_run INTEGER NOT NULL REFERENCES "
    "run,"
    " class TEXT NOT NULL, platform TEXT, brand TEXT, model TEXT, firmware TEXT,"
    " class_pct INTEGER NOT NULL, platform_pct INTEGER NOT NULL, brand_pct INTEGER NOT NULL,"
    " model_pct INTEGER NOT NULL, firmware_pct INTEGER NOT NULL, conflict INTEGER NOT NULL,"
    " exposed INTEGER NOT NULL, exposed_why TEXT, exposure INTEGER NOT NULL,"
    " takeover INTEGER NOT NULL, takeover_why TEXT) STRICT;"
    "CREATE TABLE endpoint("
    " device INTEGER NOT NULL REFERENCES device, port INTEGER NOT NULL,"
    " first_us INTEGER, last_us INTEGER, last_run INTEGER NOT NULL,"
    " PRIMARY KEY(device, port)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE observation("
    " run INTEGER NOT NULL REFERENCES run, device INTEGER NOT NULL, port INTEGER NOT NULL,"
    " observed_us INTEGER NOT NULL, facts BLOB NOT NULL, PRIMARY KEY(run, device, port),"
    " FOREIGN KEY(device, port) REFERENCES endpoint) STRICT, WITHOUT ROWID;"
    "CREATE TABLE claim("
    " device INTEGER NOT NULL REFERENCES device, n INTEGER NOT NULL, attr INTEGER NOT NULL,"
    " weight INTEGER NOT NULL, port INTEGER NOT NULL, fact INTEGER NOT NULL, value TEXT NOT NULL,"
    " signature TEXT NOT NULL, evidence BLOB, PRIMARY KEY(device, n)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE finding("
    " device INTEGER NOT NULL REFERENCES device, port INTEGER NOT NULL, rule TEXT NOT NULL,"
    " result INTEGER NOT NULL, state INTEGER NOT NULL, fact INTEGER NOT NULL, evidence BLOB,"
    " first_us INTEGER NOT NULL, last_us INTEGER NOT NULL, checked_run INTEGER NOT NULL,"
    " PRIMARY KEY(device, port, rule)) STRICT, WITHOUT ROWID;";

/* 2: how many runs in a row asked an endpoint and heard nothing: one miss is not "gone". */
static const char step_2[] = "ALTER TABLE endpoint ADD COLUMN missed INTEGER NOT NULL DEFAULT 0;";

/* 3: runs that swept: how (bytes of src/run/slices.c), which slices are done, and prefixes in which
 * more answers than devices can be. */
static const char step_3[] =
    "ALTER TABLE run ADD COLUMN sweep BLOB;"
    "CREATE TABLE slice("
    " run INTEGER NOT NULL REFERENCES run, n INTEGER NOT NULL, answered INTEGER NOT NULL,"
    " silent INTEGER NOT NULL, refused INTEGER NOT NULL, faults INTEGER NOT NULL,"
    " PRIMARY KEY(run, n)) STRICT, WITHOUT ROWID;"
    "CREATE TABLE crowd("
    " run INTEGER NOT NULL REFERENCES run, block BLOB NOT NULL, asked INTEGER NOT NULL,"
    " answered INTEGER NOT NULL, pseudo INTEGER NOT NULL, PRIMARY KEY(run, block)) STRICT,"
    " WITHOUT ROWID;";

/* 4: the pictures of a recorder. Names are never kept; protocol and source are those of the camera
 * behind a channel, where somebody who may log in has read them. state is enum lc_tri: is it
 * described to strangers. */
static const char step_4[] =
    "CREATE TABLE channel("
    " device INTEGER NOT NULL REFERENCES device, n INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " state INTEGER NOT NULL, fact INTEGER NOT NULL, protocol TEXT, source BLOB,"
    " PRIMARY KEY(device, n)) STRICT, WITHOUT ROWID;";

/* 5: findings of published flaws: the verdict (enum lc_verdict), its confidence and its reason. */
static const char step_5[] = "ALTER TABLE finding ADD COLUMN verdict INTEGER NOT NULL DEFAULT 0;"
                             "ALTER TABLE finding ADD COLUMN pct INTEGER NOT NULL DEFAULT 0;"
                             "ALTER TABLE finding ADD COLUMN reason TEXT;";

/* 6: runs that read somebody's file instead of asking (kind 1): which file, and of each observation
 * where it stands there and when we read it. */
static const char step_6[] =
    "ALTER TABLE run ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE source("
    " run INTEGER PRIMARY KEY REFERENCES run, format TEXT NOT NULL, name TEXT NOT NULL,"
    " sha256 BLOB NOT NULL, records INTEGER NOT NULL, bad INTEGER NOT NULL,"
    " outside INTEGER NOT NULL) STRICT;"
    "ALTER TABLE observation ADD COLUMN recorded_us INTEGER;"
    "ALTER TABLE observation ADD COLUMN line INTEGER;";

static const char *const steps[] = {step_1, step_2, step_3, step_4, step_5, step_6};

#define STEPS_N ((int)(sizeof steps / sizeof *steps))

static int pragma_int(struct lc_store *s, const char *sql, int64_t *out)
{
    sqlite3_stmt *q = NULL;
    int rc = sqlite3_prepare_v2(s->db, sql, -1, &q, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(q);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(q, 0);
    (void)sqlite3_finalize(q);
    return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* The deployment's key: made with the first schema, kept for good. */
static int add_key(struct lc_store *s)
{
    sqlite3_stmt *q = NULL;
    uint8_t key[32];
    int rc =
        sqlite3_prepare_v2(s->db, "INSERT OR IGNORE INTO setting VALUES('key', ?)", -1, &q, NULL);

    lc_random(key, sizeof key);
    if (rc == SQLITE_OK)
        rc = sqlite3_bind_blob(q, 1, key, sizeof key, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(q);
    (void)sqlite3_finalize(q);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int take_steps(struct lc_store *s, int from)
{
    char tail[96];
    int rc = SQLITE_OK;

    for (int i = from; i < STEPS_N && rc == SQLITE_OK; i++)
        rc = sqlite3_exec(s->db, steps[i], NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = add_key(s);
    (void)snprintf(tail, sizeof tail, "PRAGMA application_id=%d; PRAGMA user_version=%d;",
                   LC_STORE_APP_ID, STEPS_N);
    return rc == SQLITE_OK ? sqlite3_exec(s->db, tail, NULL, NULL, NULL) : rc;
}

/* What the header says: application, version, whether anything is in it. */
static enum lc_status look(struct lc_store *s, int64_t *version, struct lc_err *err)
{
    int64_t app = 0, tables = 0;
    int rc = pragma_int(s, "PRAGMA application_id", &app);

    if (rc == SQLITE_OK)
        rc = pragma_int(s, "PRAGMA user_version", version);
    if (rc == SQLITE_OK)
        rc = pragma_int(s, "SELECT count(*) FROM sqlite_schema", &tables);
    if (rc != SQLITE_OK)
        return lc_sql_fail(s, rc, err);
    if (app != LC_STORE_APP_ID && (app || tables || *version))
        return lc_fail(err, LC_EINVAL,
                       _("%s is a data base of another program: name another file with --store"),
                       s->path);
    if (*version > STEPS_N)
        return lc_fail(err, LC_EVERSION,
                       _("%s was written by a newer Lenscap (store version %d, this program knows "
                         "%d): update Lenscap, or name another file with --store"),
                       s->path, (int)*version, STEPS_N);
    return LC_OK;
}

enum lc_status lc_schema_open(struct lc_store *s, bool read_only, bool *old, struct lc_err *err)
{
    int64_t version = 0;
    enum lc_status st = look(s, &version, err);
    int rc;

    *old = st == LC_OK && version < STEPS_N;
    if (st != LC_OK || read_only)
        return st;
    /* Only now that the file is known to be ours: this is written into it. */
    rc = sqlite3_exec(s->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return lc_sql_fail(s, rc, err);
    if (!*old)
        return LC_OK;
    st = lc_sql_begin(s, err);
    if (st == LC_OK) /* again: another process may have been quicker */
        st = look(s, &version, err);
    if (st != LC_OK)
        return st;
    rc = take_steps(s, (int)version);
    if (rc != SQLITE_OK)
        return lc_sql_fail(s, rc, err);
    return lc_store_commit(s, err);
}
