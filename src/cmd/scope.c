/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lenscap scope init|check|sign|show|from-delegated|exclude: writing, checking, signing and reading
 * authorisations, drafts of them for a country, and the list of those who are always left alone.
 */
#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "scope/file.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

#define SCOPE_FILE "scope.yaml"

struct scope_options {
    const char *key, *new_key, *keys, *output, *reason, *list;
    bool json;
};

static enum lc_status load(const char *path, const struct scope_options *opt, struct lc_scope *s,
                           struct lc_err *err)
{
    struct lc_scope_paths paths = {opt->keys, NULL};

    if (!path)
        return lc_scope_builtin(&paths, s, err);
    return lc_scope_load(path, &paths, lc_clock_wall_us() / 1000000, s, err);
}

/* ---- init ---- */

/* A new file; what is there already is never written over. */
static int write_new(const char *path, struct lc_buf *text)
{
    struct lc_err err;
    enum lc_status st;

    if (access(path, F_OK) == 0) {
        lc_log(LC_LOG_ERROR, _("%s exists already; give another name"), path);
        return LC_EXIT_USAGE;
    }
    st = text->full ? lc_fail(&err, LC_ENOMEM, "%s", _("out of memory"))
                    : lc_file_replace(path, lc_buf_view(text), 0644, &err);
    return st == LC_OK ? LC_EXIT_DONE : lc_cmd_fail(st, &err);
}

static int init(const struct lc_verb *verb, int argc, char **argv)
{
    struct lc_buf text;
    const char *path;
    int args_n, code = lc_options(verb, argc, argv, NULL, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    path = args_n ? argv[1] : SCOPE_FILE;
    lc_buf_init(&text, 65536);
    lc_scope_template(&text);
    code = write_new(path, &text);
    lc_buf_free(&text);
    if (code == LC_EXIT_DONE)
        lc_log(LC_LOG_INFO, _("written: %s. Fill it in, then 'lenscap scope check %s'"), path,
               path);
    return code;
}

/* ---- check and show ---- */

static void moment(int64_t s, char out[static 40])
{
    time_t t = (time_t)s;
    struct tm tm;

    out[0] = 0;
    if (s && gmtime_r(&t, &tm))
        (void)strftime(out, 40, "%Y-%m-%d %H:%M:%S UTC", &tm);
}

static void text_row(struct lc_buf *out, const char *name, struct lc_slice value)
{
    struct lc_buf shown;

    if (!value.n)
        return;
    lc_buf_init(&shown, 4096);
    lc_put_tty(&shown, value);
    lc_options_row(out, name, lc_buf_cstr(&shown), 22);
    lc_buf_free(&shown);
}

static void range_rows(struct lc_buf *out, const char *name, const struct lc_range *v, size_t n)
{
    char text[2 * LC_ADDR_TEXT];

    for (size_t i = 0; i < n; i++) {
        (void)lc_range_prefix(&v[i], text);
        lc_options_row(out, i ? "" : name, text, 22);
    }
}

static void put_person(const struct lc_scope *s, struct lc_buf *out)
{
    char text[128];

    if (s->builtin)
        lc_options_row(out, _("scope"),
                       _("built in: this machine and its attached private networks"), 22);
    text_row(out, _("owner"), s->owner);
    text_row(out, _("purpose"), s->purpose);
    text_row(out, _("contact"), s->contact);
    text_row(out, _("page"), s->page);
    text_row(out, _("stop"), s->stop);
    moment(s->not_before_s, text);
    text_row(out, _("valid from"), lc_slice_str(text));
    moment(s->not_after_s, text);
    text_row(out, _("valid until"), lc_slice_str(text));
    if (!s->builtin)
        lc_options_row(out, _("signature"),
                       s->is_signed ? _("good") : _("none (not needed: private)"), 22);
    text_row(out, _("signed by"), s->signer);
    range_rows(out, _("allowed"), s->allow, s->allow_n);
    range_rows(out, _("excluded"), s->exclude, s->exclude_n);
    (void)snprintf(text, sizeof text, _("%u/s to a host, %u at once, %u/s to a /24, %u/s in all"),
                   s->rates.host_pps, s->rates.host_conns, s->rates.block_pps, s->rates.total_pps);
    lc_options_row(out, _("rates"), text, 22);
    if (s->checks & LC_CHECK_ANON_DEVICE_INFO)
        lc_options_row(out, _("further checks"), "anonymous-device-info", 22);
    if (s->checks & LC_CHECK_CREDENTIALS)
        lc_options_row(out, _("further checks"), "credentials", 22);
    lc_hex(lc_slice_of(s->hash, sizeof s->hash), text);
    lc_options_row(out, "SHA-256", text, 22);
}

static void json_ranges(struct lc_json *j, const char *key, const struct lc_range *v, size_t n)
{
    char text[2 * LC_ADDR_TEXT];

    lc_json_open(j, key, '[');
    for (size_t i = 0; i < n; i++)
        lc_json_str(j, NULL, lc_slice_of(text, lc_range_prefix(&v[i], text)));
    lc_json_close(j, ']');
}

static void put_json(const struct lc_scope *s, struct lc_buf *out)
{
    struct lc_json j = {.out = out};
    char hex[65];

    lc_hex(lc_slice_of(s->hash, sizeof s->hash), hex);
    lc_json_open(&j, NULL, '{');
    lc_json_str(&j, "schema", LC_S("lenscap.scope/1"));
    lc_json_bool(&j, "builtin", s->builtin);
    lc_json_str(&j, "owner", s->owner);
    lc_json_str(&j, "purpose", s->purpose);
    lc_json_str(&j, "contact", s->contact);
    lc_json_int(&j, "not_before", s->not_before_s);
    lc_json_int(&j, "not_after", s->not_after_s);
    lc_json_bool(&j, "signed", s->is_signed);
    lc_json_str(&j, "signer", s->signer);
    json_ranges(&j, "allow", s->allow, s->allow_n);
    json_ranges(&j, "exclude", s->exclude, s->exclude_n);
    json_ranges(&j, "never", s->never, s->never_n);
    lc_json_open(&j, "rates", '{');
    lc_json_int(&j, "host", s->rates.host_pps);
    lc_json_int(&j, "host-connections", s->rates.host_conns);
    lc_json_int(&j, "block", s->rates.block_pps);
    lc_json_int(&j, "total", s->rates.total_pps);
    lc_json_close(&j, '}');
    lc_json_str(&j, "sha256", lc_slice_str(hex));
    lc_json_close(&j, '}');
    (void)lc_buf_u8(out, '\n');
}

static int show(const struct lc_verb *verb, int argc, char **argv)
{
    struct scope_options opt = {.json = false};
    struct lc_scope s;
    struct lc_buf out;
    struct lc_err err;
    enum lc_status st;
    int args_n, code = lc_options(verb, argc, argv, &opt, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    st = load(args_n ? argv[1] : NULL, &opt, &s, &err);
    if (st != LC_OK)
        return lc_cmd_fail(st, &err);
    lc_buf_init(&out, 64U << 20);
    if (opt.json)
        put_json(&s, &out);
    else
        put_person(&s, &out);
    code = lc_cmd_print(&out);
    lc_buf_free(&out);
    lc_scope_free(&s);
    return code;
}

static int check(const struct lc_verb *verb, int argc, char **argv)
{
    struct scope_options opt = {.json = false};
    struct lc_scope s;
    struct lc_err err;
    enum lc_status st;
    int args_n, code = lc_options(verb, argc, argv, &opt, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    st = load(argv[1], &opt, &s, &err);
    if (st != LC_OK)
        return lc_cmd_fail(st, &err);
    (void)printf(_("%s is in order.\n"), argv[1]);
    lc_scope_free(&s);
    return fflush(stdout) == 0 ? LC_EXIT_DONE : LC_EXIT_INTERNAL;
}

/* ---- sign ---- */

static int new_key(const char *path)
{
    struct lc_buf line;
    struct lc_err err;
    enum lc_status st;
    int code;

    lc_buf_init(&line, 256);
    st = lc_scope_keygen(path, &line, &err);
    if (st != LC_OK) {
        lc_buf_free(&line);
        return lc_cmd_fail(st, &err);
    }
    lc_log(LC_LOG_INFO,
           _("the private key is in %s: keep it secret. The administrator of the scanning machine "
             "puts this line into %s, with a name in place of NAME:"),
           path, LC_SCOPE_KEYS);
    (void)lc_buf_puts(&line, " NAME\n");
    code = lc_cmd_print(&line);
    lc_buf_free(&line);
    return code;
}

static int sign(const struct lc_verb *verb, int argc, char **argv)
{
    struct scope_options opt = {.key = NULL};
    struct lc_err err;
    enum lc_status st;
    int args_n, code = lc_options(verb, argc, argv, &opt, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    if (opt.new_key && !opt.key && !args_n)
        return new_key(opt.new_key);
    if (!opt.key || opt.new_key || args_n != 1) {
        lc_log(LC_LOG_ERROR, "%s",
               _("say either --new-key FILE, to make a key, or --key FILE and the scope to "
                 "sign"));
        return LC_EXIT_USAGE;
    }
    st = lc_scope_sign(argv[1], opt.key, &err);
    if (st != LC_OK)
        return lc_cmd_fail(st, &err);
    lc_log(LC_LOG_INFO, _("written: %s.sig. Any change to %s makes it void"), argv[1], argv[1]);
    return LC_EXIT_DONE;
}

/* ---- from-delegated ---- */

/* 16,777,216; in Vietnamese 16.777.216 */
static const char *grouped(uint64_t v, char out[static 32])
{
    char digits[24], mark = lc_lang_get() == LC_LANG_VI ? '.' : ',';
    size_t n = (size_t)snprintf(digits, sizeof digits, "%llu", (unsigned long long)v), at = 0;

    for (size_t i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            out[at++] = mark;
        out[at++] = digits[i];
    }
    out[at] = 0;
    return out;
}

static void tell_delegated(const struct lc_delegated *d)
{
    char a[32], b[32], c[32];

    lc_log(LC_LOG_INFO, _("%s: %s prefixes of IPv4 with %s addresses, %s prefixes of IPv6"), d->cc,
           grouped(d->v4_n, a), grouped(d->v4_addrs, b), grouped(d->v6_n, c));
    if (d->records_n < d->announced_n)
        lc_log(LC_LOG_WARN,
               _("the file announces %s records and holds %s: was it downloaded whole?"),
               grouped(d->announced_n, a), grouped(d->records_n, b));
}

static int put_draft(const struct lc_delegated *d, const char *path)
{
    struct lc_buf text;
    int code;

    lc_buf_init(&text, LC_SCOPE_FILE_MAX);
    lc_scope_draft(d, &text);
    if (text.full) {
        lc_log(LC_LOG_ERROR, _("the draft would be longer than a scope may be, %u bytes"),
               LC_SCOPE_FILE_MAX);
        code = LC_EXIT_USAGE;
    } else if (path) {
        code = write_new(path, &text);
        if (code == LC_EXIT_DONE)
            lc_log(LC_LOG_INFO,
                   _("written: %s, a draft that authorises nothing. Fill it in, have it signed, "
                     "then 'lenscap scope check %s'"),
                   path, path);
    } else {
        code = lc_cmd_print(&text);
    }
    lc_buf_free(&text);
    return code;
}

static int from_delegated(const struct lc_verb *verb, int argc, char **argv)
{
    struct scope_options opt = {.output = NULL};
    struct lc_delegated d;
    struct lc_err err;
    enum lc_status st;
    int args_n, code = lc_options(verb, argc, argv, &opt, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    st = lc_delegated_read(argv[2], argv[1], &d, &err);
    if (st != LC_OK)
        return lc_cmd_fail(st, &err);
    code = put_draft(&d, opt.output);
    if (code == LC_EXIT_DONE)
        tell_delegated(&d);
    lc_delegated_free(&d);
    return code;
}

/* ---- exclude ---- */

static int exclude(const struct lc_verb *verb, int argc, char **argv)
{
    struct scope_options opt = {.reason = NULL};
    struct lc_buf note;
    struct lc_err err;
    enum lc_status st;
    char day[40];
    bool added;
    int args_n, code = lc_options(verb, argc, argv, &opt, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    opt.list = opt.list ? opt.list : LC_SCOPE_NEVER;
    moment(lc_clock_wall_us() / 1000000, day);
    lc_buf_init(&note, 4096);
    (void)lc_buf_putf(&note, "%.10s%s%.3000s", day, opt.reason ? ": " : "",
                      opt.reason ? opt.reason : "");
    st = lc_never_add(opt.list, lc_slice_str(argv[1]), lc_buf_view(&note), &added, &err);
    lc_buf_free(&note);
    if (st != LC_OK)
        return lc_cmd_fail(st, &err);
    if (added)
        lc_log(LC_LOG_INFO,
               _("%s is left alone from now on, whatever a scope allows (%s). A scan that runs "
                 "already does not know it yet: stop it and go on with --resume"),
               argv[1], opt.list);
    else
        lc_log(LC_LOG_INFO, _("%s is left alone already; nothing was changed"), argv[1]);
    return LC_EXIT_DONE;
}

/* ---- the verbs below the verb ---- */

#define KEYS_OPT                                                                                   \
    {                                                                                              \
        "keys", N_("FILE"),                                                                        \
            N_("pinned keys, instead of /etc/lenscap/scope-keys (to check only: scan does not "    \
               "take it)"),                                                                        \
            offsetof(struct scope_options, keys), NULL                                             \
    }

static const struct lc_opt check_opts[] = {KEYS_OPT};
static const struct lc_opt show_opts[] = {
    {"json", NULL, N_("one JSON object in each line"), offsetof(struct scope_options, json), NULL},
    KEYS_OPT,
};
static const struct lc_opt sign_opts[] = {
    {"key", N_("FILE"), N_("the private key to sign with"), offsetof(struct scope_options, key),
     NULL},
    {"new-key", N_("FILE"), N_("make a private key in FILE and print its public line"),
     offsetof(struct scope_options, new_key), NULL},
};

static const struct lc_opt delegated_opts[] = {
    {"output", N_("FILE"), N_("write the draft into this new file instead of standard output"),
     offsetof(struct scope_options, output), NULL},
};
static const struct lc_opt exclude_opts[] = {
    {"reason", N_("TEXT"), N_("why, or who asked; stands behind the range in the list"),
     offsetof(struct scope_options, reason), NULL},
    {"file", N_("FILE"), N_("the list, instead of /etc/lenscap/never-scan (scan reads no other)"),
     offsetof(struct scope_options, list), NULL},
};

static const struct lc_verb subs[] = {
    {.name = "scope init",
     .args = N_("[FILE]"),
     .args_max = 1,
     .run = init,
     .summary = N_("write a commented scope file to fill in (scope.yaml)")},
    {.name = "scope check",
     .args = N_("FILE"),
     .args_min = 1,
     .args_max = 1,
     .run = check,
     .summary = N_("check a scope file and say what is wrong with it"),
     .opts = check_opts,
     .opts_n = 1},
    {.name = "scope sign",
     .args = N_("[FILE]"),
     .args_max = 1,
     .run = sign,
     .summary = N_("sign a scope file, which public ranges need; or make a key"),
     .opts = sign_opts,
     .opts_n = 2},
    {.name = "scope show",
     .args = N_("[FILE]"),
     .args_max = 1,
     .run = show,
     .summary = N_("show what a scope allows; without FILE: the built-in one"),
     .opts = show_opts,
     .opts_n = 2},
    {.name = "scope from-delegated",
     .args = N_("CC FILE"),
     .args_min = 2,
     .args_max = 2,
     .run = from_delegated,
     .summary = N_("draft a scope of the addresses that a registry delegated to a country"),
     .details = N_("FILE: a registry's delegated-extended statistics, or - for standard input; CC: "
                   "the country's two letters. The draft is unsigned, and scan refuses it until "
                   "somebody has filled it in and signed it."),
     .opts = delegated_opts,
     .opts_n = 1},
    {.name = "scope exclude",
     .args = N_("ADDRESS|PREFIX"),
     .args_min = 1,
     .args_max = 1,
     .run = exclude,
     .summary = N_("leave somebody alone for good, whatever any scope allows"),
     .opts = exclude_opts,
     .opts_n = 2},
};

#define SUBS (sizeof subs / sizeof *subs)

static const char *sub_name(const void *ctx, size_t i)
{
    (void)ctx;
    return subs[i].name + strlen("scope ");
}

static int overview(const struct lc_verb *verb)
{
    struct lc_buf out;
    int code;

    lc_buf_init(&out, 65536);
    (void)lc_buf_putf(&out, "%s lenscap scope %s\n%s\n\n", _("Usage:"), _(verb->args),
                      _(verb->summary));
    for (size_t i = 0; i < SUBS; i++)
        lc_options_row(&out, sub_name(NULL, i), _(subs[i].summary), 18);
    code = lc_cmd_print(&out);
    lc_buf_free(&out);
    return code;
}

static int scope(const struct lc_verb *verb, int argc, char **argv)
{
    const char *near;
    int at = 1;

    while (at + 1 < argc && strcmp(argv[at], "--lang") == 0)
        at += 2;
    if (at >= argc || strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0) {
        int code = overview(verb);

        return at >= argc && code == LC_EXIT_DONE ? LC_EXIT_USAGE : code;
    }
    for (size_t i = 0; i < SUBS; i++)
        if (strcmp(argv[at], sub_name(NULL, i)) == 0)
            return subs[i].run(&subs[i], argc - at, argv + at);
    near = lc_nearest(argv[at], SUBS, sub_name, NULL);
    lc_log(LC_LOG_ERROR, _("there is no 'lenscap scope %.40s'; did you mean 'lenscap scope %s'?"),
           argv[at], near ? near : "check");
    return LC_EXIT_USAGE;
}

const struct lc_verb lc_verb_scope = {
    .name = "scope",
    .args = "init|check|sign|show|from-delegated|exclude ...",
    .summary = N_("write, check, sign and show authorisations: who may be asked"),
    .words = "init check sign show from-delegated exclude",
    .args_max = -1,
    .run = scope,
};
