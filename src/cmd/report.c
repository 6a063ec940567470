/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lenscap report: the store as a page, a table or JSON lines.
 *
 * With --output the file appears whole or not at all, readable by its owner alone: it lists
 * weaknesses.
 */
#include "base/clock.h"
#include "base/log.h"
#include "cmd/report_cmd.h"
#include "report/report.h"
#include "scope/file.h"

#include <string.h>

#define REPORT_MAX (1U << 30)

struct report_cmd {
    struct lc_report_options opt;
    struct lc_kb *kb;
    struct lc_assessor *rules;
    struct lc_store *store;
    struct lc_device **devices; /* the page wants them all at once */
    size_t n, cap;
    struct lc_buf out;
    struct lc_err err;
};

static bool is_format(const struct report_cmd *c, const char *name)
{
    return strcmp(c->opt.format ? c->opt.format : "html", name) == 0;
}

/* Takes the device over: the store then has nothing left to free. */
static enum lc_status keep(void *ctx, struct lc_device *d)
{
    struct report_cmd *c = ctx;

    if (c->n == c->cap) {
        size_t cap = c->cap ? c->cap * 2 : 64;
        struct lc_device **v = lc_realloc_n(c->devices, cap, sizeof(struct lc_device *));

        if (!v)
            return lc_fail(&c->err, LC_ENOMEM, "%s", _("out of memory"));
        c->devices = v;
        c->cap = cap;
    }
    c->devices[c->n] = lc_alloc(sizeof *d);
    if (!c->devices[c->n])
        return lc_fail(&c->err, LC_ENOMEM, "%s", _("out of memory"));
    lc_report_order(d, c->rules);
    lc_report_vendor(d, c->kb);
    *c->devices[c->n++] = *d;
    d->mem = (struct lc_arena){.head = NULL};
    return LC_OK;
}

static enum lc_status row(void *ctx, struct lc_device *d)
{
    struct report_cmd *c = ctx;

    lc_report_order(d, c->rules);
    lc_report_vendor(d, c->kb);
    if (is_format(c, "csv")) {
        lc_report_csv(d, c->rules, lc_lang_get(), &c->out);
    } else {
        lc_report_json(d, c->rules, &c->out);
        (void)lc_buf_u8(&c->out, '\n');
    }
    return c->out.full ? lc_fail(&c->err, LC_EFULL, "%s", _("out of memory")) : LC_OK;
}

static enum lc_status page(struct report_cmd *c)
{
    struct lc_report_head head = {.now_us = lc_clock_wall_us()};
    enum lc_status st = lc_store_last_run(c->store, &head.run, &c->err);

    if (st == LC_OK)
        st = lc_store_each(c->store, 0, keep, c, &c->err);
    if (st != LC_OK)
        return st;
    st = lc_report_html((const struct lc_device *const *)c->devices, c->n, &head, c->rules,
                        lc_lang_get(), &c->out);
    return st == LC_OK ? st : lc_fail(&c->err, st, "%s", _("out of memory"));
}

static enum lc_status make(struct report_cmd *c)
{
    enum lc_status st = lc_cmd_rules(&c->kb, &c->rules, &c->err);

    if (st == LC_OK)
        st = lc_cmd_store(c->opt.store, true, &c->store, &c->err);
    if (st != LC_OK)
        return st;
    lc_cmd_overlay_age(c->rules);
    if (c->opt.national)
        return lc_report_national(&c->opt, c->kb, c->rules, c->store, &c->out, &c->err);
    if (is_format(c, "html"))
        return page(c);
    if (is_format(c, "csv"))
        lc_report_csv_head(&c->out);
    return lc_store_each(c->store, 0, row, c, &c->err);
}

static int report(const struct lc_verb *verb, int argc, char **argv)
{
    struct report_cmd c = {.n = 0};
    enum lc_status st;
    int args_n, code = lc_options(verb, argc, argv, &c.opt, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    if (!c.opt.national && (c.opt.places || c.opt.compare)) {
        lc_log(LC_LOG_ERROR, "%s", _("--places and --compare go with --national"));
        return LC_EXIT_USAGE;
    }
    lc_buf_init(&c.out, REPORT_MAX);
    st = make(&c);
    if (st == LC_OK && c.opt.output) {
        st = lc_file_replace(c.opt.output, lc_buf_view(&c.out), 0600, &c.err);
        if (st == LC_OK)
            lc_log(LC_LOG_INFO, _("written: %s"), c.opt.output);
    }
    if (st != LC_OK)
        code = lc_cmd_fail(st, &c.err);
    else
        code = c.opt.output ? LC_EXIT_DONE : lc_cmd_print(&c.out);
    for (size_t i = 0; i < c.n; i++) {
        lc_arena_free(&c.devices[i]->mem);
        lc_free(c.devices[i]);
    }
    lc_free(c.devices);
    lc_buf_free(&c.out);
    lc_store_close(c.store);
    lc_assessor_close(c.rules);
    lc_kb_close(c.kb);
    return code;
}

static const struct lc_opt opts[] = {
    {"format", N_("FORMAT"), N_("html (default), csv, or json: one object in each line"),
     offsetof(struct lc_report_options, format), "html json csv"},
    {"output", N_("FILE"), N_("write this file instead of the standard output"),
     offsetof(struct lc_report_options, output), NULL},
    {"national", NULL,
     N_("figures about all cameras together, safe to publish: no address, nothing under 10"),
     offsetof(struct lc_report_options, national), NULL},
    {"places", N_("FILE"), N_("with --national: whose prefix it is and where it lies (CSV)"),
     offsetof(struct lc_report_options, places), NULL},
    {"compare", N_("RUN"), N_("with --national: the figures of this older scan, too"),
     offsetof(struct lc_report_options, compare), NULL},
    {"store", N_("FILE"), N_("read this store instead of your own"),
     offsetof(struct lc_report_options, store), NULL},
};

const struct lc_verb lc_verb_report = {
    .name = "report",
    .args = "",
    .summary = N_("write a report: a page to read or print, a table, or JSON"),
    .details =
        N_("The page is one file that opens on any phone: what to do first, each camera with its "
           "colour, how to mend what is wrong. --lang chooses its language."),
    .opts = opts,
    .opts_n = sizeof opts / sizeof *opts,
    .run = report,
};
