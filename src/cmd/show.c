/* SPDX-License-Identifier: Apache-2.0 */
/* lenscap show: everything that is known about one device, with the evidence. */
#include "cmd/cmd.h"
#include "report/report.h"

struct show_options {
    const char *store;
    bool json;
};

static int show_device(const struct show_options *opt, const struct lc_kb *kb,
                       const struct lc_assessor *rules, struct lc_store *store, const char *which)
{
    struct lc_device d;
    struct lc_buf out;
    struct lc_err err;
    enum lc_status st = lc_store_device(store, which, &d, &err);
    int code;

    if (st != LC_OK)
        return lc_cmd_fail(st, &err);
    lc_report_order(&d, rules);
    lc_report_vendor(&d, kb);
    lc_buf_init(&out, 4U << 20);
    if (opt->json) {
        lc_report_json(&d, rules, &out);
        (void)lc_buf_u8(&out, '\n');
    } else {
        lc_report_show(&d, rules, lc_cmd_color(), &out);
    }
    code = lc_cmd_print(&out);
    lc_buf_free(&out);
    lc_arena_free(&d.mem);
    return code;
}

static int show(const struct lc_verb *verb, int argc, char **argv)
{
    struct show_options opt = {.json = false};
    struct lc_store *store;
    struct lc_assessor *rules;
    struct lc_kb *kb;
    struct lc_err err;
    enum lc_status st;
    int args_n, code = lc_options(verb, argc, argv, &opt, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    st = lc_cmd_rules(&kb, &rules, &err);
    if (st != LC_OK)
        return lc_cmd_fail(st, &err);
    st = lc_cmd_store(opt.store, true, &store, &err);
    if (st == LC_OK) {
        code = show_device(&opt, kb, rules, store, argv[1]);
        lc_store_close(store);
    } else {
        code = lc_cmd_fail(st, &err);
    }
    lc_assessor_close(rules);
    lc_kb_close(kb);
    return code;
}

static const struct lc_opt opts[] = {
    {"store", N_("FILE"), N_("read this store instead of your own"),
     offsetof(struct show_options, store), NULL},
    {"json", NULL, N_("one JSON object in each line"), offsetof(struct show_options, json), NULL},
};

const struct lc_verb lc_verb_show = {
    .name = "show",
    .args = N_("DEVICE"),
    .summary = N_("show one device: what it is, what is wrong, what to do, and the evidence"),
    .details = N_("DEVICE is the number or the address that 'lenscap list' shows."),
    .opts = opts,
    .opts_n = sizeof opts / sizeof *opts,
    .args_min = 1,
    .args_max = 1,
    .run = show,
};
