/* SPDX-License-Identifier: Apache-2.0 */
/* lenscap export --canonical: what two runs are compared by. */
#include "cmd/cmd.h"

#include <errno.h>
#include <string.h>

struct export_options {
    const char *store;
    bool canonical;
};

static int export_store(const struct lc_verb *verb, int argc, char **argv)
{
    struct export_options opt = {.canonical = false};
    struct lc_store *store;
    struct lc_err err;
    enum lc_status st;
    int args_n, code = lc_options(verb, argc, argv, &opt, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    if (!opt.canonical) {
        st = lc_fail(&err, LC_EINVAL, "%s",
                     _("say what to export: --canonical (for reports: 'lenscap report')"));
        return lc_cmd_fail(st, &err);
    }
    st = lc_cmd_store(opt.store, true, &store, &err);
    if (st != LC_OK)
        return lc_cmd_fail(st, &err);
    st = lc_store_export_canonical(store, stdout, &err);
    lc_store_close(store);
    if (st == LC_OK && fflush(stdout) != 0)
        st = lc_fail(&err, LC_EIO, _("cannot write the result: %s"), strerror(errno));
    return st == LC_OK ? LC_EXIT_DONE : lc_cmd_fail(st, &err);
}

static const struct lc_opt opts[] = {
    {"canonical", NULL,
     N_("sorted JSON lines without times and numbers: equal stores give equal bytes"),
     offsetof(struct export_options, canonical), NULL},
    {"store", N_("FILE"), N_("read this store instead of your own"),
     offsetof(struct export_options, store), NULL},
};

const struct lc_verb lc_verb_export = {
    .name = "export",
    .args = "",
    .summary = N_("export the store in a form that machines compare"),
    .opts = opts,
    .opts_n = sizeof opts / sizeof *opts,
    .run = export_store,
};
