/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lenscap import: what other programs and services saw, into the store.
 *
 * Nothing is sent: before the first byte of the file is read, this process gives up the making of
 * network sockets (run/sandbox.h). Rows outside the scope are dropped and counted.
 */
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "run/import.h"
#include "run/sandbox.h"

#include <string.h>

#define TOLD_MAX 20U /* messages about bad records, then only their number */

struct import_options {
    const char *scope, *store, *port;
    bool strict, json;
};

struct import_cmd {
    struct import_options opt;
    struct lc_import_set set;
    struct lc_import_sum sum;
    struct lc_scope scope;
    struct lc_kb *kb;
    struct lc_err err;
    uint64_t bad;
};

static void on_bad(void *ctx, uint64_t line, const char *why)
{
    struct import_cmd *c = ctx;

    if (++c->bad <= TOLD_MAX)
        lc_log(LC_LOG_WARN, _("%s:%llu is left out: %s"), c->set.path, (unsigned long long)line,
               why);
}

/* ---- what came of it ---- */

static void tell_count(uint64_t n, const char *what)
{
    if (n)
        lc_log(LC_LOG_INFO, what, (unsigned long long)n);
}

static void tell(const struct import_cmd *c)
{
    const struct lc_import_sum *s = &c->sum;

    if (s->stored)
        lc_log(LC_LOG_INFO, _("%llu records read; %llu devices with %llu observations are stored"),
               (unsigned long long)s->file.records, (unsigned long long)s->devices,
               (unsigned long long)s->observations);
    tell_count(s->outside, _("%llu rows are of addresses that the scope does not name: dropped"));
    tell_count(s->excluded, _("%llu rows are of addresses that the scope excludes: dropped"));
    tell_count(s->never, _("%llu rows are of addresses that are never to be looked at: dropped"));
    tell_count(s->file.passed, _("%llu rows tell of no open TCP port and of nothing else that "
                                 "this program knows: passed over"));
    tell_count(s->file.unknown, _("%llu facts or columns have names that this version does not "
                                  "know; they were left out"));
    tell_count(s->old, _("%llu rows are more than a day older than the newest of their port: left "
                         "out"));
    tell_count(s->future, _("%llu rows claim to be of the future: taken as seen now"));
    tell_count(s->crowded, _("%llu rows are of addresses with more ports than are kept"));
    if (c->bad > TOLD_MAX)
        lc_log(LC_LOG_WARN, _("%llu records were left out in all"), (unsigned long long)c->bad);
    if (c->bad && !s->stored)
        lc_log(LC_LOG_ERROR, "%s", _("nothing was stored, as --strict asks"));
}

static void put_count(struct lc_json *j, const char *key, uint64_t n)
{
    lc_json_int(j, key, (int64_t)n);
}

static int print_json(const struct import_cmd *c)
{
    const struct lc_import_sum *s = &c->sum;
    char hex[2 * sizeof s->sha256 + 1];
    struct lc_buf out;
    struct lc_json j = {.out = &out};
    int code;

    lc_buf_init(&out, 65536);
    lc_hex(lc_slice_of(s->sha256, sizeof s->sha256), hex);
    lc_json_open(&j, NULL, '{');
    lc_json_str(&j, "schema", LC_S("lenscap.import/1"));
    lc_json_str(&j, "format", lc_slice_str(c->set.format_name));
    lc_json_str(&j, "sha256", lc_slice_str(hex));
    lc_json_bool(&j, "stored", s->stored);
    put_count(&j, "records", s->file.records);
    put_count(&j, "bad", s->file.bad);
    put_count(&j, "outside", s->outside);
    put_count(&j, "excluded", s->excluded);
    put_count(&j, "never", s->never);
    put_count(&j, "passed", s->file.passed);
    put_count(&j, "unknown", s->file.unknown);
    put_count(&j, "old", s->old);
    put_count(&j, "future", s->future);
    put_count(&j, "crowded", s->crowded);
    put_count(&j, "devices", s->devices);
    put_count(&j, "observations", s->observations);
    lc_json_close(&j, '}');
    (void)lc_buf_u8(&out, '\n');
    code = lc_cmd_print(&out);
    lc_buf_free(&out);
    return code;
}

static int outcome(const struct import_cmd *c)
{
    const struct lc_import_sum *s = &c->sum;
    int code = c->opt.json ? print_json(c) : LC_EXIT_DONE;

    tell(c);
    if (code != LC_EXIT_DONE)
        return code;
    if (s->file.bad)
        return LC_EXIT_PARTIAL;
    return s->devices == 0 && s->outside + s->excluded + s->never ? LC_EXIT_REFUSED : LC_EXIT_DONE;
}

/* ---- the way there ---- */

static int no_such_format(const char *given)
{
    struct lc_buf names;
    const char *name, *about;

    lc_buf_init(&names, 512);
    for (size_t i = 0; (name = lc_import_name(i, &about)) != NULL; i++)
        (void)lc_buf_putf(&names, "%s%s", i ? ", " : "", name);
    lc_log(LC_LOG_ERROR, _("there is no format %.40s; there are: %s"), given, lc_buf_cstr(&names));
    lc_buf_free(&names);
    return LC_EXIT_USAGE;
}

static enum lc_status prepare(struct import_cmd *c)
{
    struct lc_sandbox_report box;
    enum lc_status st = lc_cmd_rules(&c->kb, &c->set.assessor, &c->err);

    c->set.kb = c->kb;
    if (st == LC_OK)
        st = lc_identifier_open(c->kb, &c->set.identifier, &c->err);
    if (st == LC_OK)
        st = c->opt.scope ? lc_scope_load(c->opt.scope, NULL, lc_clock_wall_us() / LC_SEC(1),
                                          &c->scope, &c->err)
                          : lc_scope_builtin(NULL, &c->scope, &c->err);
    if (st == LC_OK)
        st = lc_cmd_store(c->opt.store, false, &c->set.store, &c->err);
    return st == LC_OK ? lc_sandbox_enter(LC_ROLE_CTL, false, &box, &c->err) : st;
}

static int import(const struct lc_verb *verb, int argc, char **argv)
{
    static struct import_cmd c;
    enum lc_status st;
    uint64_t port = 0;
    int args_n, code = lc_options(verb, argc, argv, &c.opt, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    c.set.format = lc_import_by_name(lc_slice_str(argv[1]));
    if (!c.set.format)
        return no_such_format(argv[1]);
    c.set.format_name = argv[1];
    c.set.path = argv[2];
    c.set.scope = &c.scope;
    c.set.strict = c.opt.strict;
    c.set.bad = on_bad;
    c.set.ctx = &c;
    if (c.opt.port &&
        (lc_slice_u64(lc_slice_str(c.opt.port), UINT16_MAX, &port) != LC_OK || !port)) {
        lc_log(LC_LOG_ERROR, _("--port %.20s is no port of 1 to 65535"), c.opt.port);
        return LC_EXIT_USAGE;
    }
    c.set.port = (uint16_t)port;
    st = prepare(&c);
    if (st == LC_OK)
        st = lc_import_run(&c.set, &c.sum, &c.err);
    code = st == LC_OK ? outcome(&c) : lc_cmd_fail(st, &c.err);
    lc_store_close(c.set.store);
    lc_scope_free(&c.scope);
    lc_identifier_close(c.set.identifier);
    lc_assessor_close(c.set.assessor);
    lc_kb_close(c.kb);
    return code;
}

#define AT(member) offsetof(struct import_options, member)

static const struct lc_opt opts[] = {
    {"scope", N_("FILE"), N_("whose devices may be stored; see 'lenscap scope init'"), AT(scope),
     NULL},
    {"store", N_("FILE"), N_("write this store instead of your own"), AT(store), NULL},
    {"port", N_("N"), N_("the port that was asked, where the file does not say it (zmap)"),
     AT(port), NULL},
    {"strict", NULL, N_("store nothing when one record cannot be read"), AT(strict), NULL},
    {"json", NULL, N_("print what came of it as one JSON object"), AT(json), NULL},
};

const struct lc_verb lc_verb_import = {
    .name = "import",
    .args = N_("FORMAT FILE"),
    .summary = N_("read what other programs and services saw into the store"),
    .details =
        N_("FORMAT is one of: jsonl, nmap-xml, masscan, zmap, shodan, censys, shadowserver. FILE "
           "may be - for "
           "the standard "
           "input. Nothing is "
           "sent to any "
           "network. Without --scope only rows of this machine and the private networks it is in "
           "are stored; others are dropped and counted. What a scan found is never overwritten."),
    .words = "jsonl nmap-xml masscan zmap shodan censys shadowserver",
    .opts = opts,
    .opts_n = sizeof opts / sizeof *opts,
    .args_min = 2,
    .args_max = 2,
    .run = import,
};
