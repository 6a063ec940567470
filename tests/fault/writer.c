/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The smallest scan that the fault tests can kill: a run of 200 hosts through src/store, one commit
 * for every ten; "acknowledged N" is printed only after the commit that holds the first N has
 * returned. Started on a store with an unfinished run it goes on with it, as `lenscap scan
 * --resume` does. Hosts are a function of their index, so any two completed runs must export the
 * same. Usage: writer FILE          exit 0 done, 5 and a message when the store said LC_EIO, 6 any
 * other failure writer FILE export   the canonical export
 */
#include "../unit/store/store_make.h"

#define HOSTS 200U
#define BATCH 10U

static struct make host;

static const struct lc_host_result *host_of(uint64_t index)
{
    if (index % 4 == 3) {
        make_host(&host, index, LC_HOST_SILENT);
        return make_done(&host);
    }
    return make_camera(&host, index);
}

static enum lc_status begin(struct lc_store *s, struct lc_run *run, struct lc_err *err)
{
    struct lc_targets plan = {NULL, 0, 0};
    enum lc_status st = lc_store_last_run(s, run, err);

    if (st == LC_ENOENT) {
        *run = (struct lc_run){.started_us = 1, .knowledge = "test", .program = "writer"};
        make_plan(&plan, HOSTS);
        st = lc_store_run_begin(s, run, &plan, err);
    } else if (st == LC_OK && run->ended_us == 0) {
        st = lc_store_run_resume(s, run, &plan, err);
    }
    lc_free(plan.v);
    return st;
}

static void acknowledge(uint64_t n)
{
    (void)printf("acknowledged %u\n", (unsigned)n);
    (void)fflush(stdout);
}

static enum lc_status scan(struct lc_store *s, struct lc_run *run, struct lc_err *err)
{
    enum lc_status st = LC_OK;

    for (uint64_t i = 0; i < HOSTS && st == LC_OK; i++) {
        uint64_t mask;

        st = lc_store_unit_mask(s, run->id, i / LC_UNIT_HOSTS, &mask, err);
        if (st == LC_OK && !(mask >> (i % LC_UNIT_HOSTS) & 1))
            st = lc_store_put(s, run->id, host_of(i), err);
        if (st == LC_OK && i % BATCH == BATCH - 1) {
            st = lc_store_commit(s, err);
            if (st == LC_OK)
                acknowledge(i + 1);
        }
    }
    return st == LC_OK ? lc_store_run_end(s, run, err) : st;
}

/* Scans to the end, whatever was done before. */
static enum lc_status go(struct lc_store *s, struct lc_err *err)
{
    struct lc_run run;
    enum lc_status st = begin(s, &run, err);

    return st == LC_OK && run.ended_us == 0 ? scan(s, &run, err) : st;
}

int main(int argc, char **argv)
{
    struct lc_store *s = NULL;
    struct lc_err err = {.text = ""};
    enum lc_status st;

    if (argc < 2 || argc > 3)
        return 2;
    st = lc_store_open(argv[1], argc == 3, &s, &err);
    if (st == LC_OK)
        st = argc == 3 ? lc_store_export_canonical(s, stdout, &err) : go(s, &err);
    lc_store_close(s);
    make_free(&host);
    if (st == LC_OK)
        return 0;
    (void)fprintf(stderr, "%s\n", err.text);
    return st == LC_EIO ? 5 : 6;
}
