/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a host costs the book: CPU microseconds and bytes for one with five open ports, six claims
 * and six findings, thousands per transaction; first a store of new hosts, then all of them seen
 * again; last, hosts that stayed silent. Not a test: prints figures. Usage: bench_store FILE
 * [HOSTS]
 */
#include "store_make.h"
#include "base/clock.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define BATCH 4000U

static struct make host;

static void must(enum lc_status st, const struct lc_err *err)
{
    if (st == LC_OK)
        return;
    (void)fprintf(stderr, "%s\n", err->text);
    exit(5);
}

static void pass(struct lc_store *s, const char *what, uint64_t n, bool silent)
{
    struct lc_targets plan = {NULL, 0, 0};
    struct lc_run run = {.knowledge = "0123456789abcdef", .program = "bench"};
    struct lc_err err;
    int64_t making = 0, at, start;

    make_plan(&plan, n);
    must(lc_store_run_begin(s, &run, &plan, &err), &err);
    start = lc_clock_cpu_us();
    for (uint64_t i = 0; i < n; i++) {
        at = lc_clock_cpu_us();
        if (silent)
            make_host(&host, i, LC_HOST_SILENT);
        else
            (void)make_camera(&host, i);
        making += lc_clock_cpu_us() - at;
        must(lc_store_put(s, run.id, make_done(&host), &err), &err);
        if (i % BATCH == BATCH - 1)
            must(lc_store_commit(s, &err), &err);
    }
    must(lc_store_run_end(s, &run, &err), &err);
    (void)printf("%-14s %8.1f us of CPU per host\n", what,
                 (double)(lc_clock_cpu_us() - start - making) / (double)n);
    lc_free(plan.v);
}

int main(int argc, char **argv)
{
    uint64_t n = argc > 2 ? strtoull(argv[2], NULL, 10) : 20000;
    struct lc_store *s;
    struct lc_err err;
    struct stat sb;

    if (argc < 2 || n == 0)
        return 2;
    (void)unlink(argv[1]);
    must(lc_store_open(argv[1], false, &s, &err), &err);
    pass(s, "new", n, false);
    lc_store_close(s);
    if (stat(argv[1], &sb) == 0)
        (void)printf("%-14s %8.0f bytes per host\n", "", (double)sb.st_size / (double)n);
    must(lc_store_open(argv[1], false, &s, &err), &err);
    pass(s, "seen again", n, false);
    pass(s, "silent, known", n, true);
    lc_store_close(s);
    make_free(&host);
    return 0;
}
