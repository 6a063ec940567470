/* SPDX-License-Identifier: Apache-2.0 */
/* lenscap list: one line for each device of the store. */
#include "cmd/cmd.h"
#include "report/report.h"

struct list_options {
    const char *store;
    bool json;
};

struct list_cmd {
    struct list_options opt;
    struct lc_kb *kb;
    struct lc_assessor *rules;
    struct lc_buf out;
    bool color;
    uint64_t n;
    int code;
};

/* A line at a time reaches the reader: a store may hold a country. */
static enum lc_status line(void *ctx, struct lc_device *d)
{
    struct list_cmd *c = ctx;

    lc_report_order(d, c->rules);
    lc_report_vendor(d, c->kb);
    if (c->opt.json) {
        lc_report_json(d, c->rules, &c->out);
        (void)lc_buf_u8(&c->out, '\n');
    } else {
        if (c->n == 0)
            lc_report_line_head(&c->out);
        lc_report_line(d, c->color, &c->out);
    }
    c->n++;
    c->code = lc_cmd_print(&c->out);
    return c->code == LC_EXIT_DONE ? LC_OK : LC_EIO;
}

static int list(const struct lc_verb *verb, int argc, char **argv)
{
    struct list_cmd c = {.color = lc_cmd_color(), .code = LC_EXIT_DONE};
    struct lc_store *store = NULL;
    struct lc_err err;
    enum lc_status st;
    int args_n, code = lc_options(verb, argc, argv, &c.opt, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    lc_buf_init(&c.out, 4U << 20);
    st = lc_cmd_rules(&c.kb, &c.rules, &err);
    if (st != LC_OK)
        return lc_cmd_fail(st, &err);
    st = lc_cmd_store(c.opt.store, true, &store, &err);
    if (st == LC_OK)
        st = lc_store_each(store, 0, line, &c, &err);
    if (c.code == LC_EXIT_DONE && st != LC_OK)
        c.code = lc_cmd_fail(st, &err);
    lc_store_close(store);
    lc_assessor_close(c.rules);
    lc_kb_close(c.kb);
    lc_buf_free(&c.out);
    return c.code;
}

static const struct lc_opt opts[] = {
    {"store", N_("FILE"), N_("read this store instead of your own"),
     offsetof(struct list_options, store), NULL},
    {"json", NULL, N_("one JSON object in each line"), offsetof(struct list_options, json), NULL},
};

const struct lc_verb lc_verb_list = {
    .name = "list",
    .args = "",
    .summary = N_("list the devices that were found"),
    .opts = opts,
    .opts_n = sizeof opts / sizeof *opts,
    .run = list,
};
