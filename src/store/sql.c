/* SPDX-License-Identifier: Apache-2.0 */
/* Every statement of the store, how values are bound, and what a failure means to a person. */
#include "store/sql.h"
#include "base/hash.h"
#include "base/tr.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#define RUN_COLUMNS                                                                                \
    "id, scope_hash, started_us, ended_us, targets_n, plan_hash, knowledge, program, deep, "       \
    "answered, silent, refused, faults, sweep, kind"

#define DEVICE_COLUMNS                                                                             \
    "id, addr, first_us, last_us, class, platform, brand, model, firmware, class_pct, "            \
    "platform_pct, brand_pct, model_pct, firmware_pct, conflict, exposed, exposed_why, exposure, " \
    "takeover, takeover_why"

static const char *const statements[LC_Q_COUNT] = {
    [LC_Q_BEGIN] = "BEGIN IMMEDIATE",
    [LC_Q_COMMIT] = "COMMIT",
    [LC_Q_RUN_ADD] = "INSERT INTO run(scope_hash, started_us, targets_n, plan_hash, knowledge, "
                     "program, deep, sweep, kind) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [LC_Q_RUN_COUNT] = "UPDATE run SET answered = answered + ?2, silent = silent + ?3, "
                       "refused = refused + ?4, faults = faults + ?5 WHERE id = ?1",
    /* A run has ended when every target has a result. */
    [LC_Q_RUN_END] = "UPDATE run SET ended_us = ?2 WHERE id = ?1 AND "
                     "targets_n = answered + silent + refused + faults",
    [LC_Q_RUN_GET] = "SELECT " RUN_COLUMNS " FROM run WHERE id = ?",
    [LC_Q_RUN_OPEN] = "SELECT " RUN_COLUMNS " FROM run WHERE ended_us = 0 AND kind = 0 "
                      "ORDER BY id DESC LIMIT 1",
    /* Of a store that holds scans, the newest scan: an import asked nobody. */
    [LC_Q_RUN_LAST] = "SELECT " RUN_COLUMNS " FROM run ORDER BY kind, id DESC LIMIT 1",
    [LC_Q_RUN_ALL] = "SELECT " RUN_COLUMNS " FROM run ORDER BY id",
    [LC_Q_SOURCE_ADD] = "INSERT INTO source VALUES(?, ?, ?, ?, ?, ?, ?)",
    [LC_Q_IMPORT_END] = "UPDATE run SET ended_us = ?2, targets_n = answered WHERE id = ?1",
    [LC_Q_PLAN_ADD] = "INSERT INTO plan VALUES(?, ?, ?, ?)",
    [LC_Q_PLAN_GET] = "SELECT first, last FROM plan WHERE run = ? ORDER BY n",
    [LC_Q_SLICE_ADD] = "INSERT INTO slice VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
    [LC_Q_SLICE_ALL] = "SELECT n FROM slice WHERE run = ?",
    [LC_Q_CROWD_PUT] = "INSERT INTO crowd VALUES(?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                       "asked = excluded.asked, answered = excluded.answered, "
                       "pseudo = excluded.pseudo",
    [LC_Q_CROWD_ALL] = "SELECT block, asked, answered, pseudo FROM crowd WHERE run = ? "
                       "ORDER BY block",
    /* Changes nothing when the host is done already: its result is then left as it stands. */
    [LC_Q_UNIT_MARK] = "INSERT INTO unit VALUES(?, ?, ?) ON CONFLICT DO UPDATE SET "
                       "done_mask = done_mask | excluded.done_mask "
                       "WHERE done_mask & excluded.done_mask = 0",
    [LC_Q_UNIT_GET] = "SELECT done_mask FROM unit WHERE run = ? AND unit = ?",
    [LC_Q_DEVICE_ADD] =
        "INSERT INTO device(last_run, addr, first_us, last_us, class, platform, brand, model, "
        "firmware, class_pct, platform_pct, brand_pct, model_pct, firmware_pct, conflict, exposed, "
        "exposed_why, exposure, takeover, takeover_why) VALUES(?1, ?2, ?3, ?3, ?4, ?5, ?6, ?7, ?8, "
        "?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19) ON CONFLICT(addr) DO NOTHING",
    [LC_Q_DEVICE_SET] =
        "UPDATE device SET last_run = ?1, last_us = ?3, class = ?4, platform = ?5, brand = ?6, "
        "model = ?7, firmware = ?8, class_pct = ?9, platform_pct = ?10, brand_pct = ?11, "
        "model_pct = ?12, firmware_pct = ?13, conflict = ?14, exposed = ?15, exposed_why = ?16, "
        "exposure = ?17, takeover = ?18, takeover_why = ?19 WHERE addr = ?2",
    [LC_Q_DEVICE_TOUCH] = "UPDATE device SET last_run = ?2, last_us = ?3 WHERE id = ?1",
    [LC_Q_DEVICE_FIND] = "SELECT id FROM device WHERE addr = ?",
    [LC_Q_DEVICE_KNOWN] = "SELECT id, last_us, class_pct + platform_pct + brand_pct + model_pct + "
                          "firmware_pct FROM device WHERE addr = ?",
    [LC_Q_DEVICE_LEARN] =
        "UPDATE device SET class = ?2, platform = ?3, brand = ?4, model = ?5, firmware = ?6, "
        "class_pct = ?7, platform_pct = ?8, brand_pct = ?9, model_pct = ?10, firmware_pct = ?11, "
        "conflict = ?12 WHERE id = ?1",
    /* Only for the worse: what an import does not show is not gone. ?4: it saw later than we did.
     * A lower step of the ladder, a higher exposure (enum lc_takeover, lc_exposure) is worse. */
    [LC_Q_DEVICE_MEET] =
        "UPDATE device SET first_us = min(first_us, ?2), last_us = max(last_us, ?3), "
        "exposed_why = iif(?4 AND ?5 = 1 AND exposed <> 1, ?6, exposed_why), "
        "exposed = iif(?4 AND ?5 = 1, 1, exposed), "
        "exposure = iif(?4, max(exposure, ?7), exposure), "
        "takeover_why = iif(?4 AND ?8 < takeover, ?9, takeover_why), "
        "takeover = iif(?4, min(takeover, ?8), takeover) WHERE id = ?1",
    /* ?5: 1 open, 0 answered that nothing listens, -1 asked in vain, -2 not asked. */
    [LC_Q_ENDPOINT_PUT] =
        "INSERT INTO endpoint(device, port, last_run, first_us, last_us, missed) "
        "VALUES(?1, ?2, ?3, iif(?5 = 1, ?4, NULL), iif(?5 = 1, ?4, NULL), ?5 = -1) "
        "ON CONFLICT DO UPDATE SET last_run = excluded.last_run, "
        "first_us = coalesce(first_us, excluded.first_us), "
        "last_us = coalesce(excluded.last_us, last_us), "
        "missed = CASE ?5 WHEN -2 THEN missed WHEN -1 THEN missed + 1 ELSE 0 END",
    [LC_Q_ENDPOINT_MISS] = "UPDATE endpoint SET missed = missed + 1 WHERE device = ?",
    [LC_Q_ENDPOINT_MISSED] = "SELECT 1 FROM endpoint WHERE device = ? AND missed > 0 "
                             "AND first_us IS NOT NULL LIMIT 1",
    /* When the endpoint was last looked at, by whomever. */
    [LC_Q_ENDPOINT_SEEN] = "SELECT o.observed_us FROM endpoint e JOIN observation o ON "
                           "o.run = e.last_run AND o.device = e.device AND o.port = e.port "
                           "WHERE e.device = ? AND e.port = ?",
    /* What a scan heard there stays what is shown; among imports the newest counts. ?5: open. */
    [LC_Q_ENDPOINT_LEARN] =
        "INSERT INTO endpoint(device, port, last_run, first_us, last_us, missed) "
        "VALUES(?1, ?2, ?3, iif(?5, ?4, NULL), iif(?5, ?4, NULL), 0) "
        "ON CONFLICT DO UPDATE SET "
        "first_us = iif(?5, min(coalesce(first_us, ?4), ?4), first_us), "
        "last_us = iif(?5, max(coalesce(last_us, ?4), ?4), last_us), "
        "last_run = iif((SELECT kind FROM run WHERE id = last_run) = 1 AND ?4 >= "
        "(SELECT observed_us FROM observation o WHERE o.run = last_run AND o.device = ?1 AND "
        "o.port = ?2), ?3, last_run)",
    [LC_Q_OBSERVATION_ADD] = "INSERT INTO observation(run, device, port, observed_us, facts) "
                             "VALUES(?, ?, ?, ?, ?)",
    [LC_Q_OBSERVATION_LEARN] = "INSERT INTO observation(run, device, port, observed_us, facts, "
                               "recorded_us, line) VALUES(?, ?, ?, ?, ?, ?, ?)",
    [LC_Q_CLAIM_CLEAR] = "DELETE FROM claim WHERE device = ?",
    [LC_Q_CLAIM_ADD] = "INSERT INTO claim VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)",
    /* UNKNOWN never unmakes what was once TRUE or FIXED. States: enum lc_finding_state. */
    [LC_Q_FINDING_PUT] =
        "INSERT INTO finding(device, port, rule, result, state, fact, evidence, first_us, last_us, "
        "checked_run, verdict, pct, reason) "
        "VALUES(?1, ?2, ?3, ?4, iif(?4 = 1, 1, 0), ?5, ?6, ?7, ?7, ?8, ?9, ?10, ?11) "
        "ON CONFLICT DO UPDATE SET checked_run = excluded.checked_run, "
        "state = CASE WHEN excluded.result = 2 THEN state WHEN state = 0 THEN 1 "
        "WHEN checked_run = excluded.checked_run THEN state WHEN state >= 3 THEN 4 ELSE 2 END, "
        "result = iif(excluded.result = 1, 1, result), "
        "fact = iif(excluded.result = 1 OR state = 0, excluded.fact, fact), "
        "evidence = iif(excluded.result = 1 OR state = 0, excluded.evidence, evidence), "
        "verdict = iif(excluded.result = 1 OR state = 0, excluded.verdict, verdict), "
        "pct = iif(excluded.result = 1 OR state = 0, excluded.pct, pct), "
        "reason = iif(excluded.result = 1 OR state = 0, excluded.reason, reason), "
        "first_us = iif(excluded.result = 1 AND state = 0, excluded.first_us, first_us), "
        "last_us = iif(excluded.result = 1 OR state = 0, excluded.last_us, last_us)",
    [LC_Q_FINDING_OPEN] = "SELECT 1 FROM finding WHERE device = ? AND checked_run <> ? "
                          "AND state <> 3 LIMIT 1",
    [LC_Q_FINDING_KEEP] = "UPDATE finding SET checked_run = ?3 WHERE device = ?1 AND rule = ?2",
    [LC_Q_FINDING_FIX] = "UPDATE finding SET state = 3, result = 0, checked_run = ?3 WHERE "
                         "device = ?1 AND port = ?2 AND checked_run <> ?3 AND result = 1",
    [LC_Q_FINDING_DROP] = "DELETE FROM finding WHERE device = ?1 AND port = ?2 "
                          "AND checked_run <> ?3 AND state = 0",
    [LC_Q_CHANNEL_TRIM] = "DELETE FROM channel WHERE device = ? AND n > ?",
    /* What a login has read of the camera behind it outlives a count from outside. */
    [LC_Q_CHANNEL_PUT] = "INSERT INTO channel VALUES(?, ?, ?, ?, ?, NULL, NULL) ON CONFLICT DO "
                         "UPDATE SET kind = excluded.kind, state = excluded.state, "
                         "fact = excluded.fact",
    [LC_Q_DEVICE_ALL] = "SELECT " DEVICE_COLUMNS " FROM device WHERE merged_into IS NULL AND "
                        "(?1 = 0 OR last_run = ?1 OR EXISTS(SELECT 1 FROM observation WHERE "
                        "run = ?1 AND device = device.id)) ORDER BY addr",
    [LC_Q_DEVICE_BY_ID] = "SELECT " DEVICE_COLUMNS " FROM device WHERE id = "
                          "(SELECT coalesce(merged_into, id) FROM device WHERE id = ?)",
    [LC_Q_DEVICE_BY_ADDR] = "SELECT " DEVICE_COLUMNS " FROM device WHERE id = "
                            "(SELECT coalesce(merged_into, id) FROM device WHERE addr = ?)",
    [LC_Q_ENDPOINT_OF] = "SELECT e.port, o.facts, o.observed_us, o.recorded_us, o.line, f.format, "
                         "f.name, f.sha256 FROM endpoint e JOIN observation o ON "
                         "o.run = e.last_run AND o.device = e.device AND o.port = e.port "
                         "LEFT JOIN source f ON f.run = e.last_run "
                         "WHERE e.device = ? ORDER BY e.port",
    [LC_Q_CLAIM_OF] = "SELECT attr, weight, port, fact, value, signature, evidence FROM claim "
                      "WHERE device = ? ORDER BY n",
    [LC_Q_FINDING_OF] = "SELECT port, rule, result, state, fact, evidence, first_us, last_us, "
                        "verdict, pct, reason FROM finding WHERE device = ? "
                        "ORDER BY result = 1 DESC, port, rule",
    [LC_Q_CHANNEL_OF] = "SELECT n, kind, state, protocol, source FROM channel WHERE device = ? "
                        "ORDER BY n",
    [LC_Q_FACTS_OF_RUN] =
        "SELECT o.device, d.addr, o.port, o.observed_us, o.facts FROM observation "
        "o JOIN device d ON d.id = o.device WHERE o.run = ? "
        "ORDER BY o.device, o.port",
};

static enum lc_status describe(struct lc_store *s, int rc, struct lc_err *err)
{
    int why = s->db ? sqlite3_system_errno(s->db) : 0;

    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    case SQLITE_FULL:
        return lc_fail(err, LC_EIO,
                       _("the disk is full: %s cannot grow. Nothing that was saved is lost; free "
                         "some space and go on with: lenscap scan --resume"),
                       s->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return lc_fail(err, LC_EIO, _("another program is writing to %s: wait until it is done"),
                       s->path);
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_READONLY:
        return lc_fail(err, LC_EPERM,
                       _("no permission to write %s or its folder: change them or name another "
                         "file with --store"),
                       s->path);
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return lc_fail(err, LC_EIO,
                       _("%s is damaged or no store of Lenscap: put a backup in its place, or name "
                         "another file with --store"),
                       s->path);
    case SQLITE_IOERR:
        return lc_fail(err, LC_EIO,
                       _("the disk failed while %s was in use (%s). Nothing that was saved is "
                         "lost; check the disk, then go on with: lenscap scan --resume"),
                       s->path, why ? strerror(why) : sqlite3_errstr(rc));
    default:
        return lc_fail(err, LC_EIO, "%s: %s", s->path,
                       s->db ? sqlite3_errmsg(s->db) : sqlite3_errstr(rc));
    }
}

enum lc_status lc_sql_fail(struct lc_store *s, int rc, struct lc_err *err)
{
    struct lc_err mine;
    enum lc_status st;

    if ((rc & 0xff) == SQLITE_IOERR && s->db &&
        (sqlite3_system_errno(s->db) == ENOSPC || sqlite3_system_errno(s->db) == EDQUOT))
        rc = SQLITE_FULL;
    if (rc == SQLITE_IOERR_NOMEM)
        rc = SQLITE_NOMEM;
    st = describe(s, rc, &mine);
    if (s->writing) {
        s->writing = false;
        s->failed = st;
        s->failure = mine;
        memset(s->counted, 0, sizeof s->counted);
        /* No result to look at: SQLite may have rolled back by itself already. */
        (void)sqlite3_exec(s->db, "ROLLBACK", NULL, NULL, NULL);
    }
    return lc_fail(err, st, "%s", mine.text);
}

static int bind_all(sqlite3_stmt *q, const char *fmt, va_list ap)
{
    int rc = SQLITE_OK;

    for (int i = 1; *fmt && rc == SQLITE_OK; fmt++, i++) {
        struct lc_slice v;

        if (*fmt == 'i') {
            rc = sqlite3_bind_int64(q, i, va_arg(ap, int64_t));
            continue;
        }
        v = va_arg(ap, struct lc_slice);
        if (v.p == NULL)
            rc = sqlite3_bind_null(q, i);
        else if (*fmt == 't')
            rc = sqlite3_bind_text64(q, i, (const char *)v.p, v.n, SQLITE_STATIC, SQLITE_UTF8);
        else
            rc = sqlite3_bind_blob64(q, i, v.p, v.n, SQLITE_STATIC);
    }
    return rc;
}

static int ready(struct lc_store *s, enum lc_sql q)
{
    if (s->q[q])
        return SQLITE_OK;
    return sqlite3_prepare_v3(s->db, statements[q], -1, SQLITE_PREPARE_PERSISTENT, &s->q[q], NULL);
}

enum lc_status lc_sql_exec(struct lc_store *s, enum lc_sql q, struct lc_err *err, const char *fmt,
                           ...)
{
    int rc = ready(s, q);
    va_list ap;

    if (rc != SQLITE_OK)
        return lc_sql_fail(s, rc, err);
    va_start(ap, fmt);
    rc = bind_all(s->q[q], fmt, ap);
    va_end(ap);
    if (rc == SQLITE_OK) {
        (void)sqlite3_step(s->q[q]);
        rc = sqlite3_reset(s->q[q]);
    }
    return rc == SQLITE_OK ? LC_OK : lc_sql_fail(s, rc, err);
}

enum lc_status lc_sql_open(struct lc_store *s, enum lc_sql q, sqlite3_stmt **out,
                           struct lc_err *err, const char *fmt, ...)
{
    int rc = ready(s, q);
    va_list ap;

    if (rc != SQLITE_OK)
        return lc_sql_fail(s, rc, err);
    *out = s->q[q];
    (void)sqlite3_reset(*out); /* a walk that was left early */
    va_start(ap, fmt);
    rc = bind_all(*out, fmt, ap);
    va_end(ap);
    return rc == SQLITE_OK ? LC_OK : lc_sql_fail(s, rc, err);
}

enum lc_status lc_sql_row(struct lc_store *s, sqlite3_stmt *q, struct lc_err *err)
{
    int rc = sqlite3_step(q);

    if (rc == SQLITE_ROW)
        return LC_OK;
    rc = sqlite3_reset(q);
    return rc == SQLITE_OK ? LC_DONE : lc_sql_fail(s, rc, err);
}

struct lc_slice lc_sql_bytes(sqlite3_stmt *q, int col)
{
    const void *p = sqlite3_column_blob(q, col);

    return lc_slice_of(p, p ? (size_t)sqlite3_column_bytes(q, col) : 0);
}

enum lc_status lc_sql_begin(struct lc_store *s, struct lc_err *err)
{
    enum lc_status st;

    if (s->failed)
        return lc_fail(err, s->failed, "%s", s->failure.text);
    if (s->writing)
        return LC_OK;
    st = lc_sql_exec(s, LC_Q_BEGIN, err, "");
    s->writing = st == LC_OK;
    return st;
}

size_t lc_addr_key(const struct lc_addr *a, uint8_t out[static 20])
{
    memcpy(out, a->b, 16);
    for (unsigned i = 0; i < 4; i++)
        out[16 + i] = (uint8_t)(a->zone >> (24 - 8 * i));
    return a->zone ? 20 : 16;
}

struct lc_addr lc_addr_of_key(struct lc_slice key)
{
    struct lc_cur c = {.s = lc_slice_from(key, 16)};
    struct lc_addr a = {.zone = 0};

    if (key.n < 16)
        return a;
    memcpy(a.b, key.p, 16);
    if (key.n == 20)
        a.zone = lc_cur_be32(&c);
    return a;
}

void lc_hashed(const struct lc_store *s, struct lc_slice value, char out[static LC_HASHED_N + 1])
{
    uint8_t mac[32];

    lc_hmac_sha256(lc_slice_of(s->key, sizeof s->key), value, mac);
    memcpy(out, "h:", 2);
    lc_hex(lc_slice_of(mac, 8), out + 2);
}

bool lc_fact_is_personal(enum lc_fact_name name)
{
    return name > LC_F_NONE && name < LC_F_COUNT && lc_fact_infos[name].privacy == LC_FP_PERSONAL;
}
