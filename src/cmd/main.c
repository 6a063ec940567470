/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The front door: language, verb, exit code. A role is this same program started again with --role;
 * it turns off here, before anything of the command line is touched.
 */
#include "base/log.h"
#include "cmd/cmd.h"
#include "run/role.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- what verbs share ---- */

int lc_cmd_exit(enum lc_status st)
{
    switch (st) {
    case LC_OK:
    case LC_DONE:
        return LC_EXIT_DONE;
    case LC_EREFUSED:
        return LC_EXIT_REFUSED;
    case LC_EINVAL:
    case LC_EPARSE:
    case LC_ENOENT:
    case LC_EVERSION:
    case LC_EPERM:
        return LC_EXIT_USAGE;
    default:
        return LC_EXIT_INTERNAL;
    }
}

int lc_cmd_fail(enum lc_status st, const struct lc_err *err)
{
    lc_log(LC_LOG_ERROR, "%s", err->text);
    return lc_cmd_exit(st);
}

int lc_cmd_print(struct lc_buf *b)
{
    bool whole = !b->full;
    size_t n = b->n;

    if (n && (fwrite(b->p, 1, n, stdout) != n || fflush(stdout) != 0)) {
        lc_log(LC_LOG_ERROR, _("cannot write the result: %s"), strerror(errno));
        return LC_EXIT_INTERNAL;
    }
    lc_buf_reset(b);
    if (!whole)
        lc_log(LC_LOG_ERROR, "%s", _("out of memory"));
    return whole ? LC_EXIT_DONE : LC_EXIT_INTERNAL;
}

bool lc_cmd_color(void)
{
    const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

    return isatty(STDOUT_FILENO) && (!no || !*no) && (!term || strcmp(term, "dumb") != 0);
}

enum lc_status lc_cmd_store(const char *path, bool read_only, struct lc_store **out,
                            struct lc_err *err)
{
    struct lc_buf own;
    enum lc_status st = LC_OK;

    lc_buf_init(&own, 4096);
    if (!path)
        st = lc_store_default_path(&own, err);
    if (st == LC_OK)
        st = lc_store_open(path ? path : lc_buf_cstr(&own), read_only, out, err);
    lc_buf_free(&own);
    return st;
}

enum lc_status lc_cmd_rules(struct lc_kb **kb, struct lc_assessor **rules, struct lc_err *err)
{
    enum lc_status st = lc_cmd_knowledge(kb, rules, err);

    if (st == LC_OK)
        lc_cmd_overlay(*rules);
    return st;
}

enum lc_status lc_cmd_knowledge(struct lc_kb **kb, struct lc_assessor **rules, struct lc_err *err)
{
    enum lc_status st = lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), kb, err);

    if (st != LC_OK)
        return st;
    st = lc_assessor_open(*kb, rules, err);
    if (st != LC_OK)
        lc_kb_close(*kb);
    return st;
}

/* ---- the overview ---- */

static int completion(const struct lc_verb *verb, int argc, char **argv);

static const struct lc_verb verb_completion = {
    .name = "completion",
    .args = "",
    .summary = N_("print a bash script that completes this command line"),
    .details =
        N_("Write it to ~/.local/share/bash-completion/completions/lenscap. zsh reads it after "
           "'autoload -U bashcompinit; bashcompinit'."),
    .run = completion,
};

static const struct lc_verb *const verbs[] = {
    &lc_verb_scan,
    &lc_verb_list,
    &lc_verb_show,
    &lc_verb_report,
    &lc_verb_export,
    &lc_verb_import,
    &lc_verb_vulnerabilities,
    &lc_verb_update,
    &lc_verb_identify,
    &lc_verb_passwords,
    &lc_verb_scope,
    &lc_verb_doctor,
    &verb_completion,
    NULL,
};

static int completion(const struct lc_verb *verb, int argc, char **argv)
{
    struct lc_buf out;
    int args_n, code = lc_options(verb, argc, argv, NULL, &args_n);
    size_t n = 0;

    if (code != LC_OPTS_RUN)
        return code;
    while (verbs[n])
        n++;
    lc_buf_init(&out, 65536);
    lc_options_completion(verbs, n, &out);
    code = lc_cmd_print(&out);
    lc_buf_free(&out);
    return code;
}

static const char *verb_name(const void *ctx, size_t i)
{
    (void)ctx;
    return verbs[i]->name;
}

static int overview(void)
{
    struct lc_buf out;
    int code;

    lc_buf_init(&out, 65536);
    (void)lc_buf_putf(&out, "%s lenscap %s\n\n", _("Usage:"), _("VERB [OPTION...] [ARGUMENT...]"));
    (void)lc_buf_putf(
        &out, "%s\n%s\n\n",
        _("Finds the surveillance cameras of a network, says what each is and how exposed it is."),
        _("It never looks through a lens, tries no password and asks only where it may."));
    for (size_t i = 0; verbs[i]; i++)
        lc_options_row(&out, verbs[i]->name, _(verbs[i]->summary), 14);
    (void)lc_buf_putf(&out, "\n%s\n", _("'lenscap VERB --help' tells more. Options everywhere:"));
    lc_options_row(&out, "--lang vi|en", _("language of messages and reports: vi or en"), 18);
    lc_options_row(&out, "--version", _("version of program and knowledge"), 18);
    code = lc_cmd_print(&out);
    lc_buf_free(&out);
    return code;
}

static int version(void)
{
    struct lc_kb *kb;
    struct lc_err err;
    enum lc_status st = lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err);

    if (st != LC_OK)
        return lc_cmd_fail(st, &err);
    (void)printf("lenscap %s (%s %s)\n", LC_VERSION, _("knowledge"), lc_kb_version(kb));
    lc_kb_close(kb);
    return LC_EXIT_DONE;
}

/* ---- from argv to a verb ---- */

/* --lang works before and behind the verb, and from the first message on. */
static int choose_language(int argc, char **argv)
{
    const char *flag = NULL;
    int lang;

    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
        if (strcmp(argv[i], "--lang") == 0 && i + 1 < argc)
            flag = argv[i + 1];
        else if (strncmp(argv[i], "--lang=", 7) == 0)
            flag = argv[i] + 7;
    }
    lang = lc_lang_choose(flag);
    if (lang < 0)
        lang = lc_lang_choose(NULL);
    else
        flag = NULL;
    lc_lang_set((enum lc_lang)lang);
    if (flag)
        lc_log(LC_LOG_ERROR, _("--%s takes one of: %s"), "lang", "vi en");
    return flag ? LC_EXIT_USAGE : LC_OPTS_RUN;
}

static int no_such_verb(const char *typed)
{
    size_t n = 0;
    const char *near;

    while (verbs[n])
        n++;
    near = lc_nearest(typed, n, verb_name, NULL);
    if (near)
        lc_log(LC_LOG_ERROR, _("there is no verb '%.40s'; did you mean 'lenscap %s'?"), typed,
               near);
    else
        lc_log(LC_LOG_ERROR, _("there is no verb '%.40s'; 'lenscap --help' lists them"), typed);
    return LC_EXIT_USAGE;
}

static int dispatch(int argc, char **argv)
{
    int at = 1;

    while (at < argc && strncmp(argv[at], "--lang", 6) == 0)
        at += argv[at][6] == '=' ? 1 : 2;
    if (at >= argc || strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0 ||
        strcmp(argv[at], "help") == 0) {
        int code = overview();

        return at >= argc && code == LC_EXIT_DONE ? LC_EXIT_USAGE : code;
    }
    if (strcmp(argv[at], "--version") == 0)
        return version();
    for (size_t i = 0; verbs[i]; i++)
        if (strcmp(argv[at], verbs[i]->name) == 0)
            return verbs[i]->run(verbs[i], argc - at, argv + at);
    return no_such_verb(argv[at]);
}

int main(int argc, char **argv)
{
    int code;

    if (argc > 1 && strcmp(argv[1], "--role") == 0)
        return lc_role_main(argc, argv);
    if (!setlocale(LC_CTYPE, "C.UTF-8")) /* only for the width of characters */
        (void)setlocale(LC_CTYPE, "");
    code = choose_language(argc, argv);
    return code == LC_OPTS_RUN ? dispatch(argc, argv) : code;
}
