/* SPDX-License-Identifier: Apache-2.0 */
/* Imports only ever add: what scans heard stays, what files do not mention stays, and every
 * observation says where it comes from. */
#include "store_make.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define OK(call)              assert_int_equal((call), LC_OK)
#define assert_slice(s, text) assert_true(lc_slice_eq((s), lc_slice_str(text)))

/* store_make's hosts are seen at this moment plus their index. */
#define SCANNED 1700000000000000
#define DAY     86400000000

struct fixture {
    struct lc_store *s;
    struct lc_err err;
    struct lc_run scan, import;
    struct lc_targets plan;
    struct make host;
    uint64_t index;
};

static int setup(void **state)
{
    struct fixture *f = lc_alloc(sizeof *f);

    if (f == NULL || lc_store_open(":memory:", false, &f->s, &f->err) != LC_OK)
        return -1;
    make_plan(&f->plan, 10);
    f->scan = (struct lc_run){.started_us = 5, .knowledge = "kb"};
    *state = f;
    return lc_store_run_begin(f->s, &f->scan, &f->plan, &f->err) == LC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    lc_store_close(f->s);
    lc_free(f->plan.v);
    make_free(&f->host);
    lc_free(f);
    return 0;
}

static void begin(struct fixture *f, const char *name)
{
    struct lc_source from = {.format = LC_S("zmap"), .name = lc_slice_str(name), .sha256 = {7}};

    f->import = (struct lc_run){.started_us = 9, .knowledge = "kb"};
    f->index = 0;
    OK(lc_store_import_begin(f->s, &f->import, &from, &f->err));
}

/* Puts what was made for 10.0.0.HOST, as a file says it that was seen at `us`. */
static void learn(struct fixture *f, int64_t us, uint64_t line)
{
    struct lc_host_result r = *make_done(&f->host);

    for (size_t i = 0; i < r.endpoints_n; i++) {
        f->host.endpoints[i].observed_us = us;
        f->host.endpoints[i].line = line;
    }
    r.index = f->index++;
    r.observed_us = us;
    r.recorded_us = SCANNED + 100 * DAY;
    OK(lc_store_put(f->s, f->import.id, &r, &f->err));
    OK(lc_store_commit(f->s, &f->err));
}

static void scan_camera(struct fixture *f)
{
    OK(lc_store_put(f->s, f->scan.id, make_camera(&f->host, 1), &f->err));
    OK(lc_store_commit(f->s, &f->err));
}

/* A file that knows no more than one open port. */
static void make_bare(struct fixture *f, uint16_t port)
{
    make_host(&f->host, 1, LC_HOST_ANSWERED);
    (void)make_port(&f->host, port, "open", NULL);
}

static const struct lc_device_endpoint *endpoint(const struct lc_device *d, uint16_t port)
{
    for (size_t i = 0; i < d->endpoints_n; i++)
        if (d->endpoints[i].port == port)
            return &d->endpoints[i];
    return NULL;
}

static void a_new_device_is_kept_with_where_it_comes_from(void **state)
{
    struct fixture *f = *state;
    struct lc_device d;
    const struct lc_device_endpoint *e;

    begin(f, "list.csv");
    (void)make_camera(&f->host, 3);
    learn(f, SCANNED - DAY, 42);
    OK(lc_store_import_end(f->s, &f->import, &f->err));
    OK(lc_store_device(f->s, "10.0.0.3", &d, &f->err));
    assert_slice(d.value[LC_A_BRAND], "Hikvision");
    assert_int_equal(d.first_us, SCANNED - DAY);
    assert_true(d.claims_n > 0 && d.findings_n > 0);
    e = endpoint(&d, 554);
    assert_non_null(e);
    assert_slice(e->from.format, "zmap");
    assert_slice(e->from.name, "list.csv");
    assert_int_equal(e->from.sha256.p[0], 7);
    assert_int_equal(e->from.line, 42);
    assert_int_equal(e->observed_us, SCANNED - DAY);
    assert_int_equal(e->recorded_us, SCANNED + 100 * DAY);
    lc_arena_free(&d.mem);
}

static void a_newer_but_poorer_file_takes_nothing_away(void **state)
{
    struct fixture *f = *state;
    struct lc_device before, after;

    scan_camera(f);
    OK(lc_store_device(f->s, "10.0.0.1", &before, &f->err));
    begin(f, "list.csv");
    make_bare(f, 554);
    learn(f, SCANNED + DAY, 2);
    OK(lc_store_device(f->s, "10.0.0.1", &after, &f->err));
    assert_slice(after.value[LC_A_BRAND], "Hikvision");
    assert_int_equal(after.claims_n, before.claims_n);
    assert_int_equal(after.findings_n, before.findings_n);
    for (size_t i = 0; i < after.findings_n; i++)
        assert_true(lc_slice_eq(after.findings[i].state, before.findings[i].state));
    assert_int_equal(after.takeover, before.takeover);
    assert_int_equal(after.endpoints_n, before.endpoints_n);
    assert_true(lc_slice_eq(endpoint(&after, 554)->facts, endpoint(&before, 554)->facts));
    assert_int_equal(endpoint(&after, 554)->recorded_us, 0); /* the scan's, still */
    assert_int_equal(after.last_us, SCANNED + DAY);
    lc_arena_free(&before.mem);
    lc_arena_free(&after.mem);
}

static void an_older_file_does_not_rename_a_device(void **state)
{
    struct fixture *f = *state;
    struct lc_device d;

    scan_camera(f);
    begin(f, "old.csv");
    make_bare(f, 8080);
    make_claim(&f->host, LC_A_BRAND, "Axis", 8080, LC_F_HTTP_SERVER, "x");
    for (size_t a = 0; a < LC_A_COUNT; a++)
        f->host.identity.confidence[a] = 99;
    make_finding(&f->host, 0, LC_TRI_TRUE, 8080, LC_F_HTTP_SERVER, "x");
    make_finding(&f->host, 1, LC_TRI_TRUE, 554, LC_F_RTSP_SERVER, "x");
    learn(f, SCANNED - 30 * DAY, 5);
    OK(lc_store_device(f->s, "10.0.0.1", &d, &f->err));
    assert_slice(d.value[LC_A_BRAND], "Hikvision");
    assert_int_equal(d.first_us, SCANNED - 30 * DAY);
    assert_int_equal(d.last_us, SCANNED + 1);
    /* The port that nobody knew is there, with what is wrong on it. */
    assert_non_null(endpoint(&d, 8080));
    for (size_t i = 0; i < d.findings_n; i++)
        if (d.findings[i].port == 8080)
            assert_slice(d.findings[i].state, "new");
    lc_arena_free(&d.mem);
}

static void a_newer_and_surer_file_names_the_device(void **state)
{
    struct fixture *f = *state;
    struct lc_device d;

    begin(f, "first.csv");
    make_bare(f, 80);
    learn(f, SCANNED, 1);
    begin(f, "second.csv");
    make_bare(f, 80);
    make_claim(&f->host, LC_A_BRAND, "Axis", 80, LC_F_HTTP_SERVER, "x");
    f->host.identity.value[LC_A_BRAND] = LC_S("Axis");
    f->host.identity.confidence[LC_A_BRAND] = 80;
    learn(f, SCANNED + DAY, 9);
    OK(lc_store_device(f->s, "10.0.0.1", &d, &f->err));
    assert_slice(d.value[LC_A_BRAND], "Axis");
    assert_slice(endpoint(&d, 80)->from.name, "second.csv");
    lc_arena_free(&d.mem);
    /* The first file again, after the second: its older look is history. */
    begin(f, "first.csv");
    make_bare(f, 80);
    learn(f, SCANNED, 1);
    OK(lc_store_device(f->s, "10.0.0.1", &d, &f->err));
    assert_slice(d.value[LC_A_BRAND], "Axis");
    assert_slice(endpoint(&d, 80)->from.name, "second.csv");
    assert_int_equal(endpoint(&d, 80)->from.line, 9);
    lc_arena_free(&d.mem);
}

static void a_scan_takes_over_from_an_import(void **state)
{
    struct fixture *f = *state;
    struct lc_device d;

    begin(f, "list.csv");
    make_bare(f, 554);
    learn(f, SCANNED - DAY, 1);
    scan_camera(f);
    OK(lc_store_device(f->s, "10.0.0.1", &d, &f->err));
    assert_slice(d.value[LC_A_BRAND], "Hikvision");
    assert_int_equal(endpoint(&d, 554)->recorded_us, 0);
    assert_int_equal(d.first_us, SCANNED - DAY);
    lc_arena_free(&d.mem);
}

static void an_import_is_never_resumed_and_never_the_last_scan(void **state)
{
    struct fixture *f = *state;
    struct lc_targets plan = {.n = 0};
    struct lc_run run;

    begin(f, "killed.csv"); /* and never ended */
    OK(lc_store_run_resume(f->s, &run, &plan, &f->err));
    assert_int_equal(run.id, f->scan.id);
    OK(lc_store_last_run(f->s, &run, &f->err));
    assert_int_equal(run.id, f->scan.id);
    assert_int_equal(run.kind, LC_RUN_SCAN);
    lc_targets_free(&plan);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(a_new_device_is_kept_with_where_it_comes_from),
        T(a_newer_but_poorer_file_takes_nothing_away),
        T(an_older_file_does_not_rename_a_device),
        T(a_newer_and_surer_file_names_the_device),
        T(a_scan_takes_over_from_an_import),
        T(an_import_is_never_resumed_and_never_the_last_scan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
