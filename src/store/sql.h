/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the store: the open data base, its cached statements, and the one way to run them.
 *
 * Every statement of the store stands in sql.c, prepared at first use and kept. Values are bound
 * without copies, so what is bound lives until the statement has been stepped. A failure inside the
 * open transaction rolls it back and is remembered: from then on every write gives the same answer,
 * and nothing is retried.
 */
#ifndef LC_STORE_SQL_H
#define LC_STORE_SQL_H

#include "store/store.h"

#include <sqlite3.h>

#define LC_STORE_APP_ID 0x4c436d31 /* "LCm1" in the header of the file */

enum lc_sql {
    LC_Q_BEGIN,
    LC_Q_COMMIT,
    LC_Q_RUN_ADD,
    LC_Q_RUN_COUNT,
    LC_Q_RUN_END,
    LC_Q_RUN_GET,
    LC_Q_RUN_OPEN,
    LC_Q_RUN_LAST,
    LC_Q_RUN_ALL,
    LC_Q_SOURCE_ADD,
    LC_Q_IMPORT_END,
    LC_Q_PLAN_ADD,
    LC_Q_PLAN_GET,
    LC_Q_SLICE_ADD,
    LC_Q_SLICE_ALL,
    LC_Q_CROWD_PUT,
    LC_Q_CROWD_ALL,
    LC_Q_UNIT_MARK,
    LC_Q_UNIT_GET,
    LC_Q_DEVICE_ADD,
    LC_Q_DEVICE_SET,
    LC_Q_DEVICE_TOUCH,
    LC_Q_DEVICE_FIND,
    LC_Q_DEVICE_KNOWN,
    LC_Q_DEVICE_LEARN,
    LC_Q_DEVICE_MEET,
    LC_Q_ENDPOINT_PUT,
    LC_Q_ENDPOINT_MISS,
    LC_Q_ENDPOINT_MISSED,
    LC_Q_ENDPOINT_SEEN,
    LC_Q_ENDPOINT_LEARN,
    LC_Q_OBSERVATION_ADD,
    LC_Q_OBSERVATION_LEARN,
    LC_Q_CLAIM_CLEAR,
    LC_Q_CLAIM_ADD,
    LC_Q_FINDING_PUT,
    LC_Q_FINDING_OPEN,
    LC_Q_FINDING_KEEP,
    LC_Q_FINDING_FIX,
    LC_Q_FINDING_DROP,
    LC_Q_CHANNEL_TRIM,
    LC_Q_CHANNEL_PUT,
    LC_Q_DEVICE_ALL,
    LC_Q_DEVICE_BY_ID,
    LC_Q_DEVICE_BY_ADDR,
    LC_Q_ENDPOINT_OF,
    LC_Q_CLAIM_OF,
    LC_Q_FINDING_OF,
    LC_Q_CHANNEL_OF,
    LC_Q_FACTS_OF_RUN,
    LC_Q_COUNT,
};

/* finding.state. UNDECIDED rows have never been TRUE. */
enum lc_finding_state {
    LC_FS_UNDECIDED,
    LC_FS_NEW,
    LC_FS_CONFIRMED,
    LC_FS_FIXED,
    LC_FS_REAPPEARED
};

/* One endpoint of the host that is being written, looked at once. */
struct lc_seen {
    uint16_t port;
    struct lc_slice facts;
    bool open;     /* a service answered */
    bool missed;   /* asked, no answer */
    bool refused;  /* the host itself said that nothing listens */
    bool complete; /* the dialogue ran to its end: what it did not show is not there */
};

struct lc_store {
    sqlite3 *db;
    sqlite3_stmt *q[LC_Q_COUNT];
    char *path;
    uint8_t key[32];
    bool writing;          /* a transaction is open */
    enum lc_status failed; /* of an earlier write: every later one fails alike */
    struct lc_err failure;
    int64_t run;        /* of the counters below */
    int64_t counted[4]; /* by enum lc_host_state, since the last commit */
    struct lc_seen *seen;
    size_t seen_cap;
    struct lc_arena scratch; /* what is kept instead of private values; emptied by each put */
};

/* Turns an SQLite result into a status and a message; ends the open transaction. */
enum lc_status lc_sql_fail(struct lc_store *s, int rc, struct lc_err *err);

/* `fmt`: i int64_t, t struct lc_slice as TEXT, b struct lc_slice as BLOB; {NULL,0} is NULL. */
enum lc_status lc_sql_exec(struct lc_store *s, enum lc_sql q, struct lc_err *err, const char *fmt,
                           ...) LC_MUST_CHECK;
/* Binds; the rows are then taken with lc_sql_row: LC_OK, or LC_DONE and the statement is reset. */
enum lc_status lc_sql_open(struct lc_store *s, enum lc_sql q, sqlite3_stmt **out,
                           struct lc_err *err, const char *fmt, ...) LC_MUST_CHECK;
enum lc_status lc_sql_row(struct lc_store *s, sqlite3_stmt *q, struct lc_err *err) LC_MUST_CHECK;
/* A column's bytes, until the next row. */
struct lc_slice lc_sql_bytes(sqlite3_stmt *q, int col);

/* Opens the transaction unless one is open; gives the remembered failure when there is one. */
enum lc_status lc_sql_begin(struct lc_store *s, struct lc_err *err) LC_MUST_CHECK;

/* Brings the file's schema to what this program knows. LC_EVERSION, or LC_EINVAL when the file is
 * not ours. */
enum lc_status lc_schema_open(struct lc_store *s, bool read_only, bool *old,
                              struct lc_err *err) LC_MUST_CHECK;

/* Writes the counted hosts of the open transaction into their run. */
enum lc_status lc_run_count(struct lc_store *s, int64_t run, struct lc_err *err) LC_MUST_CHECK;
/* A row of the run's columns as they stand in sql.c. */
void lc_run_take(sqlite3_stmt *q, struct lc_run *run);

/* An address as a key: 16 bytes, and 4 more (big-endian) when it has a zone, so that memcmp sorts
 * like lc_addr_cmp. Returns the length. */
size_t lc_addr_key(const struct lc_addr *a, uint8_t out[static 20]);
struct lc_addr lc_addr_of_key(struct lc_slice key);

/* "h:" and 16 hex digits of HMAC-SHA256 under the deployment's key. */
#define LC_HASHED_N 18U
void lc_hashed(const struct lc_store *s, struct lc_slice value, char out[static LC_HASHED_N + 1]);
bool lc_fact_is_personal(enum lc_fact_name name);

/* ---- put.c, for learn.c: parts of what one host said; everything was looked at before ---- */

/* `how`: LC_Q_DEVICE_ADD or LC_Q_DEVICE_SET. */
enum lc_status lc_put_device(struct lc_store *s, enum lc_sql how, int64_t run, struct lc_slice addr,
                             const struct lc_host_result *r, struct lc_err *err) LC_MUST_CHECK;
/* `known`: older claims may be there, and are replaced. */
enum lc_status lc_put_claims(struct lc_store *s, int64_t device, bool known,
                             const struct lc_identity *w, struct lc_err *err) LC_MUST_CHECK;
enum lc_status lc_put_channels(struct lc_store *s, int64_t device, bool known,
                               const struct lc_host_result *r, struct lc_err *err) LC_MUST_CHECK;
enum lc_status lc_put_finding(struct lc_store *s, int64_t run, int64_t device,
                              const struct lc_finding *f, int64_t observed_us,
                              struct lc_err *err) LC_MUST_CHECK;

/* ---- learn.c ---- */

/* What an import says of one host, in the open transaction. */
enum lc_status lc_learn_host(struct lc_store *s, int64_t run, const struct lc_host_result *r,
                             struct lc_err *err) LC_MUST_CHECK;

/* ---- private.c ---- */

enum lc_private {
    LC_PV_OPEN,   /* kept as it came */
    LC_PV_HASHED, /* a serial or MAC itself: its keyed hash is kept */
    LC_PV_SHAPED, /* text that may carry one: its runs are replaced by pseudonyms */
};

enum lc_private lc_private_kind(enum lc_fact_name name);
/* What may be kept of a fact's value, in the scratch arena or the value itself; {NULL,0} when
 * memory ran out. */
struct lc_slice lc_private_value(struct lc_store *s, enum lc_fact_name name, struct lc_slice value);
/* The same for a well-formed blob. LC_ENOMEM, without a message. */
enum lc_status lc_private_facts(struct lc_store *s, struct lc_slice blob,
                                struct lc_slice *out) LC_MUST_CHECK;
/* A kept value with what depends on the key made constant: 0, a, A. {NULL,0} as above. */
struct lc_slice lc_private_blank(struct lc_arena *mem, enum lc_fact_name name,
                                 struct lc_slice value);

#endif
