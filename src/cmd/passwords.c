/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lenscap passwords: the owner's own list of logins, judged and forgotten.
 *
 * The list goes from its descriptor straight into locked memory and is wiped at the end. Nothing is
 * stored, nothing is sent (the process gives up network sockets before it reads), and neither a
 * password nor its length nor an estimate of it is printed. A list on the command line would be in
 * the shell's history and in the table of processes: there is no such option.
 */
#include "cmd/cmd.h"
#include "cmd/passwords_show.h"

#include "base/log.h"
#include "base/secret.h"
#include "base/text.h"
#include "passwords/audit.h"
#include "run/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TOLD_MAX 20U /* messages about lines left out, then only their number */

struct passwords_options {
    const char *fail_on, *site;
    bool json, plain;
};

struct passwords_cmd {
    struct passwords_options opt;
    const char *name; /* of the list, for messages */
    int fd;
    struct lc_secret bytes, rows, logins;
    size_t bytes_n;
    struct lc_pw_list list;
    struct lc_pw_words words;
    struct lc_kb *kb;
    struct lc_buf out;
    struct lc_err err;
    uint32_t found; /* logins with findings */
    enum lc_severity worst;
};

/* ---- the file ---- */

static enum lc_status check_file(struct passwords_cmd *c)
{
    struct stat sb;

    if (fstat(c->fd, &sb) != 0)
        return lc_fail(&c->err, LC_EIO, _("cannot read %s: %s"), c->name, strerror(errno));
    if (S_ISDIR(sb.st_mode))
        return lc_fail(&c->err, LC_EINVAL, _("%s is a folder: name the list in it"), c->name);
    if (S_ISREG(sb.st_mode) && sb.st_mode & (S_IRWXG | S_IRWXO))
        lc_log(LC_LOG_WARN,
               _("others on this machine may read %s (mode %03o); protect it: chmod 600 FILE"),
               c->name, (unsigned)(sb.st_mode & 0777));
    return LC_OK;
}

static enum lc_status open_list(struct passwords_cmd *c, const char *arg)
{
    bool is_stdin = strcmp(arg, "-") == 0;

    c->name = is_stdin ? _("the standard input") : arg;
    c->fd = is_stdin ? STDIN_FILENO : open(arg, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (c->fd < 0)
        return lc_fail(&c->err, LC_ENOENT, _("cannot open %s: %s"), c->name, strerror(errno));
    if (isatty(c->fd))
        return lc_fail(&c->err, LC_EINVAL, "%s",
                       _("a terminal would show the passwords: write them into a file of mode 600, "
                         "or pipe them in"));
    return check_file(c);
}

/* One byte more than is allowed tells a list that is too long. */
static enum lc_status read_list(struct passwords_cmd *c)
{
    while (c->bytes_n <= LC_PW_BYTES_MAX) {
        ssize_t n = read(c->fd, c->bytes.p + c->bytes_n, LC_PW_BYTES_MAX + 1 - c->bytes_n);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return lc_fail(&c->err, LC_EINVAL, _("cannot read %s: %s"), c->name, strerror(errno));
        if (n == 0)
            return LC_OK;
        c->bytes_n += (size_t)n;
    }
    return lc_fail(&c->err, LC_EINVAL, _("%s is longer than 2 MiB: split it into several files"),
                   c->name);
}

static void on_left_out(void *ctx, uint32_t line, const char *why)
{
    struct passwords_cmd *c = ctx;

    if (c->list.left_out <= TOLD_MAX)
        lc_log(LC_LOG_WARN, _("%s, line %u is left out: %s"), c->name, (unsigned)line, why);
}

static enum lc_status parse(struct passwords_cmd *c)
{
    struct lc_err why;
    enum lc_status st;

    c->list.max = lc_pw_lines(lc_slice_of(c->bytes.p, c->bytes_n));
    if (lc_secret_open(&c->rows, c->list.max * sizeof(struct lc_pw_row)) != LC_OK ||
        lc_secret_open(&c->logins, c->list.max * sizeof(struct lc_pw_login)) != LC_OK)
        return lc_fail(&c->err, LC_ENOMEM, "%s", _("out of memory"));
    c->list.rows = (void *)c->rows.p;
    c->list.on_left_out = on_left_out;
    c->list.ctx = c;
    st = lc_pw_read(&c->list, c->bytes.p, c->bytes_n, c->opt.plain, &why);
    if (st != LC_OK)
        return lc_fail(&c->err, LC_EINVAL, "%s: %s", c->name, why.text);
    if (!c->bytes.locked || !c->rows.locked || !c->logins.locked)
        lc_log(LC_LOG_WARN, "%s",
               _("the passwords cannot be kept out of swap: the limit of locked memory is too low "
                 "(ulimit -l)"));
    return LC_OK;
}

/* ---- what is shown ---- */

static int print_logins(struct passwords_cmd *c)
{
    const struct lc_pw_login *logins = (const void *)c->logins.p;
    int code = LC_EXIT_DONE;

    for (uint32_t i = 0; i < c->list.n && code == LC_EXIT_DONE; i++) {
        const struct lc_pw_login *o = &logins[i];

        if (o->findings && c->found++ == 0 && !c->opt.json)
            lc_passwords_head(&c->out);
        if (o->findings && lc_pw_kinds[__builtin_ctz(o->findings)].severity > c->worst)
            c->worst = lc_pw_kinds[__builtin_ctz(o->findings)].severity;
        if (c->opt.json)
            lc_passwords_json(&c->list.rows[i], o, &c->out);
        else if (o->findings)
            lc_passwords_line(&c->list.rows[i], o, &c->out);
        code = lc_cmd_print(&c->out);
    }
    if (c->found && !c->opt.json && code == LC_EXIT_DONE) {
        lc_passwords_remedies(&c->list, logins, &c->out);
        code = lc_cmd_print(&c->out);
    }
    return code;
}

static void tell(const struct passwords_cmd *c)
{
    if (c->list.left_out > TOLD_MAX)
        lc_log(LC_LOG_WARN, _("%llu lines were left out in all"),
               (unsigned long long)c->list.left_out);
    if (c->list.unknown)
        lc_log(LC_LOG_WARN, _("%u columns have names that are not known and were not looked at"),
               (unsigned)c->list.unknown);
    lc_log(LC_LOG_INFO, _("%u logins were judged, %u have findings; nothing is kept"),
           (unsigned)c->list.n, (unsigned)c->found);
}

static int exit_code(const struct passwords_cmd *c)
{
    for (int s = 0; c->opt.fail_on && c->found && s <= (int)c->worst; s++)
        if (strcmp(lc_severity_names[s], c->opt.fail_on) == 0)
            return LC_EXIT_FINDINGS;
    return c->list.left_out ? LC_EXIT_PARTIAL : LC_EXIT_DONE;
}

/* ---- the verb ---- */

/* No network before the first password is read, and no core from here on. */
static enum lc_status confine(struct passwords_cmd *c)
{
    struct lc_sandbox_report report;

    if (lc_secret_process() != LC_OK)
        return lc_fail(&c->err, LC_EPERM, "%s",
                       _("the system does not let core dumps be switched off"));
    return lc_sandbox_enter(LC_ROLE_CTL, false, &report, &c->err);
}

static enum lc_status judge(struct passwords_cmd *c, const char *arg)
{
    enum lc_status st = confine(c);

    if (st == LC_OK)
        st = lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &c->kb, &c->err);
    if (st == LC_OK)
        st = lc_pw_words_open(c->kb, &c->words, &c->err);
    if (st == LC_OK)
        st = open_list(c, arg);
    if (st == LC_OK && lc_secret_open(&c->bytes, LC_PW_BYTES_MAX + 1) != LC_OK)
        st = lc_fail(&c->err, LC_ENOMEM, "%s", _("out of memory"));
    if (st == LC_OK)
        st = read_list(c);
    if (st == LC_OK)
        st = parse(c);
    if (st == LC_OK)
        st = lc_pw_audit(&c->list, &c->words, lc_slice_str(c->opt.site), (void *)c->logins.p,
                         &c->err);
    return st;
}

static int passwords(const struct lc_verb *verb, int argc, char **argv)
{
    struct passwords_cmd c = {.fd = -1};
    int args_n, code = lc_options(verb, argc, argv, &c.opt, &args_n);
    enum lc_status st;

    if (code != LC_OPTS_RUN)
        return code;
    lc_buf_init(&c.out, 1U << 20);
    st = judge(&c, argv[1]);
    code = st == LC_OK ? print_logins(&c) : lc_cmd_fail(st, &c.err);
    if (st == LC_OK)
        tell(&c);
    if (code == LC_EXIT_DONE)
        code = exit_code(&c);
    lc_secret_close(&c.bytes);
    lc_secret_close(&c.rows);
    lc_secret_close(&c.logins);
    lc_pw_words_close(&c.words);
    lc_kb_close(c.kb);
    lc_buf_free(&c.out);
    return code;
}

#define AT(member) offsetof(struct passwords_options, member)

static const struct lc_opt opts[] = {
    {"site", N_("WORDS"), N_("name and street of the place: what somebody there guesses first"),
     AT(site), NULL},
    {"plain", NULL, N_("each line is one password, even if it looks like a table"), AT(plain),
     NULL},
    {"json", NULL, N_("one JSON object in each line, for every login"), AT(json), NULL},
    {"fail-on", N_("SEVERITY"), N_("exit 1 when a finding is that severe or worse"), AT(fail_on),
     "info low medium high critical"},
};

const struct lc_verb lc_verb_passwords = {
    .name = "passwords",
    .args = N_("FILE|-"),
    .summary = N_("judge your own list of passwords; nothing is kept, sent or shown"),
    .details =
        N_("FILE is a table (CSV) whose first line names its columns: password, and if you have "
           "them device, account, serial, mac, model, brand, phone, app. Without such a line each "
           "line is one password. No device is asked."),
    .opts = opts,
    .opts_n = sizeof opts / sizeof *opts,
    .args_min = 1,
    .args_max = 1,
    .run = passwords,
};
