/* SPDX-License-Identifier: Apache-2.0 */
/* Opening: who may read the file, what is left untouched, what survives a close, old and new
 * schemas. */
#include "store_make.h"

#include <setjmp.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#define OK(call) assert_int_equal((call), LC_OK)
#define VERSION  6 /* of the schema today */

static struct lc_store *s;
static struct lc_err err;
static char folder[64], path[96];

static int setup(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/lenscap-test-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/s.db", folder);
    s = NULL;
    return 0;
}

static int teardown(void **state)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    char name[128];

    (void)state;
    lc_store_close(s);
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, endings[i]);
        (void)unlink(name);
    }
    return rmdir(folder);
}

static unsigned mode_of(const char *ending)
{
    char name[128];
    struct stat sb;

    (void)snprintf(name, sizeof name, "%s%s", path, ending);
    assert_int_equal(stat(name, &sb), 0);
    return sb.st_mode & 0777;
}

/* Runs SQL on the file as another program would. */
static void by_hand(const char *sql)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void make_store(void)
{
    OK(lc_store_open(path, false, &s, &err));
    lc_store_close(s);
    s = NULL;
}

static int64_t version_of_file(void)
{
    sqlite3 *db;
    sqlite3_stmt *q;
    int64_t v;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, "PRAGMA user_version", -1, &q, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(q), SQLITE_ROW);
    v = sqlite3_column_int64(q, 0);
    (void)sqlite3_finalize(q);
    assert_int_equal(sqlite3_close(db), SQLITE_OK);
    return v;
}

static struct lc_buf bytes_of_file(void)
{
    struct lc_buf b;
    FILE *in = fopen(path, "rb");
    int c;

    assert_non_null(in);
    lc_buf_init(&b, 16U << 20);
    while ((c = getc(in)) != EOF)
        OK(lc_buf_u8(&b, (uint8_t)c));
    (void)fclose(in);
    return b;
}

/* Opening gives `want` with a message, and not one byte of the file changes. */
static void assert_refused_untouched(enum lc_status want)
{
    struct lc_buf before = bytes_of_file(), after;

    (void)chmod(path, 0600);
    err.text[0] = 0;
    assert_int_equal(lc_store_open(path, false, &s, &err), want);
    assert_null(s);
    assert_non_null(strstr(err.text, path));
    after = bytes_of_file();
    assert_true(lc_slice_eq(lc_buf_view(&before), lc_buf_view(&after)));
    lc_buf_free(&before);
    lc_buf_free(&after);
}

static struct lc_run begin_run(uint64_t hosts)
{
    struct lc_targets plan;
    struct lc_run run = {.started_us = 1};

    make_plan(&plan, hosts);
    OK(lc_store_run_begin(s, &run, &plan, &err));
    lc_free(plan.v);
    return run;
}

static void put_camera(int64_t run, uint64_t index)
{
    struct make host = {.r = {.index = 0}};

    OK(lc_store_put(s, run, make_camera(&host, index), &err));
    make_free(&host);
}

static void a_new_store_is_its_owners_alone_whatever_the_umask(void **state)
{
    mode_t old = umask(0);

    (void)state;
    OK(lc_store_open(path, false, &s, &err));
    (void)begin_run(1);
    (void)umask(old);
    assert_int_equal(mode_of(""), 0600);
    assert_int_equal(mode_of("-wal"), 0600);
    assert_int_equal(mode_of("-shm"), 0600);
}

static void a_store_that_others_can_read_is_refused(void **state)
{
    static const mode_t modes[] = {0640, 0604, 0620, 0644};

    (void)state;
    make_store();
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_int_equal(chmod(path, modes[i]), 0);
        assert_int_equal(lc_store_open(path, false, &s, &err), LC_EPERM);
        assert_non_null(strstr(err.text, "chmod 600"));
        assert_int_equal(lc_store_open(path, true, &s, &err), LC_EPERM);
        assert_int_equal(mode_of(""), modes[i]);
    }
}

static void reading_makes_no_file(void **state)
{
    (void)state;
    assert_int_equal(lc_store_open(path, true, &s, &err), LC_ENOENT);
    assert_int_not_equal(access(path, F_OK), 0);
}

static void a_folder_is_no_store(void **state)
{
    (void)state;
    assert_int_equal(lc_store_open(folder, false, &s, &err), LC_EINVAL);
}

static void a_newer_store_is_refused_and_left_untouched(void **state)
{
    (void)state;
    make_store();
    by_hand("PRAGMA user_version=999");
    assert_refused_untouched(LC_EVERSION);
    by_hand("PRAGMA journal_mode=DELETE");
    assert_refused_untouched(LC_EVERSION);
    assert_int_equal(lc_store_open(path, true, &s, &err), LC_EVERSION);
}

static void another_programs_data_base_is_left_untouched(void **state)
{
    (void)state;
    by_hand("CREATE TABLE recipes(name TEXT); INSERT INTO recipes VALUES('soup')");
    assert_refused_untouched(LC_EINVAL);
}

static void what_is_no_data_base_is_left_untouched(void **state)
{
    FILE *out = fopen(path, "wb");

    (void)state;
    assert_non_null(out);
    for (int i = 0; i < 1000; i++)
        (void)fputs("a letter to my landlord\n", out);
    (void)fclose(out);
    assert_refused_untouched(LC_EIO);
}

/* Version 5 knew no imports, version 4 no verdicts, version 3 no channels, version 2 no sweeps,
 * version 1 no endpoint.missed either. */
static void make_version(int version)
{
    OK(lc_store_open(path, false, &s, &err));
    put_camera(begin_run(2).id, 0);
    OK(lc_store_commit(s, &err));
    lc_store_close(s);
    s = NULL;
    by_hand("DROP TABLE source; ALTER TABLE run DROP COLUMN kind; "
            "ALTER TABLE observation DROP COLUMN recorded_us; "
            "ALTER TABLE observation DROP COLUMN line; PRAGMA user_version=5");
    if (version <= 4)
        by_hand("ALTER TABLE finding DROP COLUMN verdict; ALTER TABLE finding DROP COLUMN pct; "
                "ALTER TABLE finding DROP COLUMN reason; PRAGMA user_version=4");
    if (version <= 3)
        by_hand("DROP TABLE channel; PRAGMA user_version=3");
    if (version <= 2)
        by_hand("DROP TABLE slice; DROP TABLE crowd; ALTER TABLE run DROP COLUMN sweep; "
                "PRAGMA user_version=2");
    if (version == 1)
        by_hand("ALTER TABLE endpoint DROP COLUMN missed; PRAGMA user_version=1");
}

static void brought_up_to_date(int version)
{
    struct lc_targets plan = {NULL, 0, 0};
    struct lc_device d;
    struct lc_run run;

    make_version(version);
    assert_int_equal(version_of_file(), version);
    OK(lc_store_open(path, false, &s, &err));
    assert_int_equal(version_of_file(), VERSION);
    OK(lc_store_run_resume(s, &run, &plan, &err));
    assert_int_equal(run.sweep_n, 0);
    put_camera(run.id, 1);
    OK(lc_store_run_end(s, &run, &err));
    OK(lc_store_device(s, "10.0.0.0", &d, &err));
    assert_int_equal(d.endpoints_n, 5);
    lc_arena_free(&d.mem);
    lc_free(plan.v);
}

static void a_store_of_any_older_version_is_brought_up_to_date(void **state)
{
    for (int version = 1; version < VERSION; version++) {
        brought_up_to_date(version);
        (void)teardown(state);
        assert_int_equal(setup(state), 0);
    }
}

static void a_reader_of_version_1_brings_it_up_to_date(void **state)
{
    struct lc_device d;

    (void)state;
    make_version(1);
    OK(lc_store_open(path, true, &s, &err));
    OK(lc_store_device(s, "10.0.0.0", &d, &err));
    lc_arena_free(&d.mem);
}

static void a_reader_cannot_write(void **state)
{
    struct lc_targets plan;
    struct lc_run run = {.started_us = 1};

    (void)state;
    make_store();
    make_plan(&plan, 1);
    OK(lc_store_open(path, true, &s, &err));
    assert_int_equal(lc_store_run_begin(s, &run, &plan, &err), LC_EPERM);
    lc_free(plan.v);
}

static void memory_keeps_nothing(void **state)
{
    struct lc_run run;

    (void)state;
    OK(lc_store_open(":memory:", false, &s, &err));
    put_camera(begin_run(1).id, 0);
    OK(lc_store_commit(s, &err));
    OK(lc_store_last_run(s, &run, &err));
    lc_store_close(s);
    OK(lc_store_open(":memory:", false, &s, &err));
    assert_int_equal(lc_store_last_run(s, &run, &err), LC_ENOENT);
    assert_int_not_equal(access(":memory:", F_OK), 0);
}

static void what_was_committed_survives_a_close_and_nothing_else_does(void **state)
{
    struct lc_targets plan = {NULL, 0, 0};
    struct lc_run run, back;
    struct lc_device d;
    uint64_t mask;

    (void)state;
    OK(lc_store_open(path, false, &s, &err));
    run = begin_run(3);
    put_camera(run.id, 0);
    put_camera(run.id, 1);
    OK(lc_store_commit(s, &err));
    put_camera(run.id, 2);
    lc_store_close(s);
    OK(lc_store_open(path, false, &s, &err));
    OK(lc_store_run_resume(s, &back, &plan, &err));
    assert_int_equal(back.id, run.id);
    assert_int_equal(back.answered, 2);
    assert_int_equal(plan.n, 1);
    assert_int_equal(lc_addr_to_v4(&plan.v[0].last), 0x0a000002);
    OK(lc_store_unit_mask(s, run.id, 0, &mask, &err));
    assert_int_equal(mask, 3);
    assert_int_equal(lc_store_device(s, "10.0.0.2", &d, &err), LC_ENOENT);
    lc_free(plan.v);
}

static void the_key_is_made_once_for_each_store(void **state)
{
    static const uint8_t zero[32];
    uint8_t key[32];

    (void)state;
    OK(lc_store_open(path, false, &s, &err));
    memcpy(key, lc_store_key(s), sizeof key);
    assert_memory_not_equal(key, zero, sizeof key);
    lc_store_close(s);
    OK(lc_store_open(path, true, &s, &err));
    assert_memory_equal(key, lc_store_key(s), sizeof key);
    lc_store_close(s);
    OK(lc_store_open(":memory:", false, &s, &err));
    assert_memory_not_equal(key, lc_store_key(s), sizeof key);
}

static void the_default_folder_is_made_for_the_user_alone(void **state)
{
    char data[96], want[160];
    struct stat sb;
    struct lc_buf out;

    (void)state;
    (void)snprintf(data, sizeof data, "%s/data", folder);
    (void)snprintf(want, sizeof want, "%s/lenscap/lenscap.db", data);
    assert_int_equal(setenv("XDG_DATA_HOME", data, 1), 0);
    lc_buf_init(&out, 4096);
    OK(lc_store_default_path(&out, &err));
    assert_true(lc_slice_eq(lc_buf_view(&out), lc_slice_str(want)));
    lc_buf_free(&out);
    *strrchr(want, '/') = 0;
    assert_int_equal(stat(want, &sb), 0);
    assert_int_equal(sb.st_mode & 0777, 0700);
    assert_int_equal(rmdir(want), 0);
    assert_int_equal(rmdir(data), 0);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_new_store_is_its_owners_alone_whatever_the_umask),
        T(a_store_that_others_can_read_is_refused),
        T(reading_makes_no_file),
        T(a_folder_is_no_store),
        T(a_newer_store_is_refused_and_left_untouched),
        T(another_programs_data_base_is_left_untouched),
        T(what_is_no_data_base_is_left_untouched),
        T(a_store_of_any_older_version_is_brought_up_to_date),
        T(a_reader_of_version_1_brings_it_up_to_date),
        T(a_reader_cannot_write),
        T(memory_keeps_nothing),
        T(what_was_committed_survives_a_close_and_nothing_else_does),
        T(the_key_is_made_once_for_each_store),
        T(the_default_folder_is_made_for_the_user_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
