/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening the book: who may read the file, how SQLite is set, the deployment's key; committing and
 * closing.
 *
 * The file is made here and not by SQLite, so that it is 0600 from its first moment whatever the
 * umask says; SQLite gives its -wal and -shm files the same mode. Its folder is synced, or a power
 * cut could take the new name away.
 */
#include "store/sql.h"
#include "base/mem.h"
#include "base/tr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* 16 MiB of pages cached: the inner pages of a national store; a WAL of 4,000 pages between
 * checkpoints halves their cost against SQLite's 1,000. Freed pages are not overwritten on the hot
 * path: what must not be kept in clear never gets in. */
static const char settings[] = "PRAGMA synchronous=FULL;"
                               "PRAGMA foreign_keys=ON; PRAGMA cache_size=-16384;"
                               "PRAGMA wal_autocheckpoint=4000; PRAGMA secure_delete=OFF;"
                               "PRAGMA temp_store=MEMORY; PRAGMA trusted_schema=OFF;";
static const char settings_read_only[] = "PRAGMA cache_size=-16384; PRAGMA temp_store=MEMORY;"
                                         "PRAGMA trusted_schema=OFF;";

#define BUSY_MS 5000

static enum lc_status sync_folder(const char *path, struct lc_err *err)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? lc_str_dup(lc_slice_of(path, (size_t)(slash - path) + 1)) : NULL;
    int fd, rc;

    if (slash && folder == NULL)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    fd = open(folder ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    lc_free(folder);
    rc = fd < 0 ? -1 : fsync(fd);
    if (rc != 0)
        (void)lc_fail(err, LC_EIO, "%s: %s", path, strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    return rc == 0 ? LC_OK : LC_EIO;
}

static enum lc_status make_file(const char *path, struct lc_err *err)
{
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0)
        return lc_fail(err, errno == EACCES || errno == EROFS ? LC_EPERM : LC_EIO,
                       _("cannot make the store %s: %s"), path, strerror(errno));
    (void)close(fd);
    return sync_folder(path, err);
}

static enum lc_status check_file(const char *path, bool read_only, struct lc_err *err)
{
    struct stat sb;

    if (stat(path, &sb) != 0) {
        if (errno != ENOENT)
            return lc_fail(err, errno == EACCES ? LC_EPERM : LC_EIO, "%s: %s", path,
                           strerror(errno));
        if (!read_only)
            return make_file(path, err);
        return lc_fail(err, LC_ENOENT, _("there is no store %s yet: run lenscap scan first"), path);
    }
    if (!S_ISREG(sb.st_mode))
        return lc_fail(err, LC_EINVAL, _("%s is not a file: name another one with --store"), path);
    if (sb.st_mode & 077)
        return lc_fail(err, LC_EPERM,
                       _("others on this machine can read the store %s, which tells where weak "
                         "cameras are: run chmod 600 %s"),
                       path, path);
    return LC_OK;
}

static enum lc_status load_key(struct lc_store *s, struct lc_err *err)
{
    sqlite3_stmt *q = NULL;
    int rc =
        sqlite3_prepare_v2(s->db, "SELECT value FROM setting WHERE name = 'key'", -1, &q, NULL);
    struct lc_slice key = {NULL, 0};

    if (rc == SQLITE_OK)
        rc = sqlite3_step(q);
    if (rc == SQLITE_ROW)
        key = lc_sql_bytes(q, 0);
    if (key.n == sizeof s->key)
        memcpy(s->key, key.p, sizeof s->key);
    else if (rc == SQLITE_ROW || rc == SQLITE_DONE)
        rc = SQLITE_CORRUPT;
    (void)sqlite3_finalize(q);
    return rc == SQLITE_ROW ? LC_OK : lc_sql_fail(s, rc, err);
}

static enum lc_status open_db(struct lc_store *s, bool read_only, bool *old, struct lc_err *err)
{
    int flags = read_only ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
    enum lc_status st;
    int rc = sqlite3_open_v2(s->path, &s->db, flags | SQLITE_OPEN_NOMUTEX, NULL);

    if (rc != SQLITE_OK)
        return lc_sql_fail(s, rc, err);
    (void)sqlite3_extended_result_codes(s->db, 1);
    (void)sqlite3_busy_timeout(s->db, BUSY_MS);
    rc = sqlite3_exec(s->db, read_only ? settings_read_only : settings, NULL, NULL, NULL);
    if (rc != SQLITE_OK)
        return lc_sql_fail(s, rc, err);
    st = lc_schema_open(s, read_only, old, err);
    return st == LC_OK && !(read_only && *old) ? load_key(s, err) : st;
}

enum lc_status lc_store_open(const char *path, bool read_only, struct lc_store **out,
                             struct lc_err *err)
{
    bool memory = strcmp(path, ":memory:") == 0, old = false;
    struct lc_store *s;
    enum lc_status st;

    *out = NULL;
    if (!memory && (st = check_file(path, read_only, err)) != LC_OK)
        return st;
    s = lc_alloc(sizeof *s);
    if (s)
        s->path = lc_str_dup(lc_slice_str(path));
    if (s == NULL || s->path == NULL) {
        lc_free(s);
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    }
    lc_arena_init(&s->scratch, (size_t)LC_FACTS_MAX * 8);
    st = open_db(s, read_only && !memory, &old, err);
    if (st == LC_OK && !read_only && !memory)
        st = sync_folder(path, err); /* SQLite syncs it for its -wal too, but overlooks a failure */
    if (st != LC_OK || (read_only && !memory && old)) {
        lc_store_close(s);
        if (st != LC_OK)
            return st;
        /* An older schema: renewed by one writing visit, then read. */
        st = lc_store_open(path, false, &s, err);
        lc_store_close(s);
        return st == LC_OK ? lc_store_open(path, true, out, err) : st;
    }
    *out = s;
    return LC_OK;
}

void lc_store_close(struct lc_store *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < LC_Q_COUNT; i++)
        (void)sqlite3_finalize(s->q[i]);
    (void)sqlite3_close(s->db);
    lc_arena_free(&s->scratch);
    lc_free(s->seen);
    lc_free(s->path);
    lc_free(s);
}

const uint8_t *lc_store_key(const struct lc_store *s)
{
    return s->key;
}

enum lc_status lc_store_commit(struct lc_store *s, struct lc_err *err)
{
    enum lc_status st;

    if (s->failed)
        return lc_fail(err, s->failed, "%s", s->failure.text);
    if (!s->writing)
        return LC_OK;
    st = lc_run_count(s, s->run, err);
    if (st == LC_OK)
        st = lc_sql_exec(s, LC_Q_COMMIT, err, "");
    if (st == LC_OK)
        s->writing = false;
    return st;
}

/* Makes every missing folder of `path` (which ends in a file name), for the user alone. */
static int make_folders(char *path)
{
    for (char *p = path + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = 0;
        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return -1;
        *p = '/';
    }
    return 0;
}

enum lc_status lc_store_default_path(struct lc_buf *out, struct lc_err *err)
{
    const char *data = getenv("XDG_DATA_HOME"), *home = getenv("HOME");
    char *path;
    int rc;

    lc_buf_reset(out);
    if (data && *data == '/')
        (void)lc_buf_putf(out, "%s/lenscap/lenscap.db", data);
    else if (home && *home == '/')
        (void)lc_buf_putf(out, "%s/.local/share/lenscap/lenscap.db", home);
    else
        return lc_fail(err, LC_ENOENT, "%s",
                       _("HOME is not set: name the store's file with --store"));
    path = out->full ? NULL : lc_str_dup(lc_buf_view(out));
    if (path == NULL)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    rc = make_folders(path);
    if (rc != 0)
        (void)lc_fail(err, LC_EPERM, _("cannot make the folder %s: %s"), path, strerror(errno));
    lc_free(path);
    return rc == 0 ? LC_OK : LC_EPERM;
}
