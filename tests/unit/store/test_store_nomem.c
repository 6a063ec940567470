/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SQLite's n-th allocation fails, for n from 0 until a run passes untouched (densely at first, then
 * in steps that grow): a status and a message each time, never a crash, and a store that opens
 * again with all that was committed.
 */
#include "store_make.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>
#include <sqlite3.h>

static sqlite3_mem_methods real;
static long left = -1; /* allocations until one fails; negative: none fails */

static bool denied(void)
{
    return left >= 0 && left-- == 0;
}

static void *deny_malloc(int n)
{
    return denied() ? NULL : real.xMalloc(n);
}

static void *deny_realloc(void *p, int n)
{
    return denied() ? NULL : real.xRealloc(p, n);
}

static struct make host;
static bool committed;

static enum lc_status work(const char *path, struct lc_err *err)
{
    struct lc_store *s;
    struct lc_targets plan;
    struct lc_run run = {.started_us = 1};
    struct lc_device d;
    enum lc_status st = lc_store_open(path, false, &s, err);

    committed = false;
    if (st != LC_OK)
        return st;
    make_plan(&plan, 2);
    st = lc_store_run_begin(s, &run, &plan, err);
    if (st == LC_OK)
        st = lc_store_put(s, run.id, make_camera(&host, 0), err);
    if (st == LC_OK)
        st = lc_store_commit(s, err);
    committed = st == LC_OK;
    if (st == LC_OK)
        st = lc_store_put(s, run.id, make_camera(&host, 1), err);
    if (st == LC_OK)
        st = lc_store_run_end(s, &run, err);
    if (st == LC_OK)
        st = lc_store_device(s, "10.0.0.1", &d, err);
    if (st == LC_OK)
        lc_arena_free(&d.mem);
    lc_store_close(s);
    lc_free(plan.v);
    return st;
}

static void check_committed(const char *path)
{
    struct lc_store *s;
    struct lc_device d;
    struct lc_err err;

    left = -1;
    assert_int_equal(lc_store_open(path, false, &s, &err), LC_OK);
    if (committed) {
        assert_int_equal(lc_store_device(s, "10.0.0.0", &d, &err), LC_OK);
        lc_arena_free(&d.mem);
    }
    lc_store_close(s);
}

static void remove_store(const char *path)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    char name[96];

    for (size_t i = 0; i < 3; i++) {
        (void)snprintf(name, sizeof name, "%s%s", path, ends[i]);
        (void)unlink(name);
    }
}

static void a_failing_allocation_is_a_status_and_loses_nothing(void **state)
{
    char folder[] = "/tmp/lenscap-nomem-XXXXXX", path[64];
    struct lc_err err;
    long n = 0, failures = 0;
    bool untouched = false;

    (void)state;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/a.db", folder);
    /* A run makes some 4,400 allocations; each try syncs, so not all of them. */
    for (; !untouched; n += n < 40 ? 1 : n / 20) {
        enum lc_status st;

        left = n;
        err.text[0] = 0;
        st = work(path, &err);
        untouched = left >= 0; /* some were left over: none failed */
        assert_true(st == LC_OK || ((st == LC_ENOMEM || st == LC_EIO) && err.text[0]));
        assert_true(st == LC_OK || !untouched);
        failures += st != LC_OK;
        check_committed(path);
        remove_store(path);
    }
    assert_true(failures > 100);
    assert_int_equal(rmdir(folder), 0);
    make_free(&host);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_failing_allocation_is_a_status_and_loses_nothing)};
    sqlite3_mem_methods denying;

    (void)sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real);
    denying = real;
    denying.xMalloc = deny_malloc;
    denying.xRealloc = deny_realloc;
    (void)sqlite3_config(SQLITE_CONFIG_MALLOC, &denying);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
