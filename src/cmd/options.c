/* SPDX-License-Identifier: Apache-2.0 */
/* Parsing over getopt_long, help text and completions: all from one table. */
#include "cmd/options.h"
#include "base/log.h"
#include "base/text.h"
#include "base/tr.h"
#include "cmd/cmd.h"

#include <getopt.h>
#include <string.h>
#include <unistd.h>

#define HELP_KEY 1000
#define LANG_KEY 1001
#define OPT_KEY  2000

#define LEFT_WIDTH 26U
#define LINE_WIDTH 80U

static const struct lc_opt common[] = {
    {"lang", N_("LANG"), N_("language of messages and reports: vi or en"), 0, "vi en"},
    {"help", NULL, N_("this text"), 0, NULL},
};

/* ---- near words ---- */

#define WORD_MAX 32U

static size_t least(size_t a, size_t b, size_t c)
{
    size_t m = a < b ? a : b;

    return m < c ? m : c;
}

/* Levenshtein's distance, one row at a time. Long words are never near. */
static size_t distance(const char *a, const char *b)
{
    size_t row[WORD_MAX + 1], an = strlen(a), bn = strlen(b);

    if (an > WORD_MAX || bn > WORD_MAX)
        return WORD_MAX;
    for (size_t j = 0; j <= bn; j++)
        row[j] = j;
    for (size_t i = 1; i <= an; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= bn; j++) {
            size_t above = row[j];

            row[j] = least(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[bn];
}

const char *lc_nearest(const char *typed, size_t n, const char *(*word)(const void *ctx, size_t i),
                       const void *ctx)
{
    const char *best = NULL;
    size_t best_d = strlen(typed) / 2 < 3 ? strlen(typed) / 2 + 1 : 4;

    for (size_t i = 0; i < n; i++) {
        size_t d = distance(typed, word(ctx, i));

        if (d < best_d) {
            best_d = d;
            best = word(ctx, i);
        }
    }
    return best;
}

static const char *opt_name(const void *ctx, size_t i)
{
    const struct lc_verb *verb = ctx;

    return i < verb->opts_n ? verb->opts[i].name : common[i - verb->opts_n].name;
}

/* ---- parsing ---- */

static int no_such_option(const struct lc_verb *verb, const char *given)
{
    char name[WORD_MAX + 1];
    struct lc_buf shown;
    const char *near;
    size_t n;

    lc_buf_init(&shown, 256);
    lc_put_tty(&shown, lc_slice_sub(lc_slice_str(given), 0, 60));
    given += strspn(given, "-");
    n = strcspn(given, "=");
    (void)snprintf(name, sizeof name, "%.*s", (int)(n < WORD_MAX ? n : WORD_MAX), given);
    near = lc_nearest(name, verb->opts_n + 2, opt_name, verb);
    if (near)
        lc_log(LC_LOG_ERROR, _("'lenscap %s' has no option %s; did you mean --%s?"), verb->name,
               lc_buf_cstr(&shown), near);
    else
        lc_log(LC_LOG_ERROR, _("'lenscap %s' has no option %s; 'lenscap %s --help' lists them"),
               verb->name, lc_buf_cstr(&shown), verb->name);
    lc_buf_free(&shown);
    return LC_EXIT_USAGE;
}

static const struct lc_opt *opt_of_key(const struct lc_verb *verb, int key)
{
    if (key == LANG_KEY)
        return &common[0];
    if (key == HELP_KEY)
        return &common[1];
    return key >= OPT_KEY && (size_t)(key - OPT_KEY) < verb->opts_n ? &verb->opts[key - OPT_KEY]
                                                                    : NULL;
}

static int misused(const struct lc_verb *verb, int c, char **argv)
{
    const struct lc_opt *o = optopt ? opt_of_key(verb, optopt) : NULL;

    if (c == ':' && o)
        lc_log(LC_LOG_ERROR, _("--%s needs a value: --%s %s"), o->name, o->name, _(o->arg));
    else if (o)
        lc_log(LC_LOG_ERROR, _("--%s takes no value; leave what follows the \"=\" away"), o->name);
    else
        return no_such_option(verb, argv[optind - 1]);
    return LC_EXIT_USAGE;
}

static bool is_word_of(const char *words, const char *value)
{
    struct lc_slice rest = lc_slice_str(words), one;

    while (lc_slice_next(&rest, ' ', &one) == LC_OK)
        if (lc_slice_eq(one, lc_slice_str(value)))
            return true;
    return false;
}

static int take(const struct lc_opt *o, const char *value, char *into)
{
    if (!o->arg) {
        memcpy(into + o->at, &(bool){true}, sizeof(bool));
        return LC_OPTS_RUN;
    }
    if (o->words && !is_word_of(o->words, value)) {
        lc_log(LC_LOG_ERROR, _("--%s takes one of: %s"), o->name, o->words);
        return LC_EXIT_USAGE;
    }
    memcpy(into + o->at, &value, sizeof value);
    return LC_OPTS_RUN;
}

static void fill_long(const struct lc_verb *verb, struct option *out)
{
    size_t i = 0;

    for (; i < verb->opts_n && i < LC_OPTS_MAX; i++)
        out[i] =
            (struct option){verb->opts[i].name, verb->opts[i].arg ? required_argument : no_argument,
                            NULL, OPT_KEY + (int)i};
    out[i++] = (struct option){"lang", required_argument, NULL, LANG_KEY};
    out[i] = (struct option){"help", no_argument, NULL, HELP_KEY};
}

static int check_args(const struct lc_verb *verb, int n)
{
    if (n < verb->args_min)
        lc_log(LC_LOG_ERROR, _("something is missing; usage: lenscap %s [OPTION...] %s"),
               verb->name, _(verb->args));
    else if (verb->args_max >= 0 && n > verb->args_max)
        lc_log(LC_LOG_ERROR, _("that is too much; usage: lenscap %s [OPTION...] %s"), verb->name,
               *verb->args ? _(verb->args) : "");
    else
        return LC_OPTS_RUN;
    return LC_EXIT_USAGE;
}

static int print_help(const struct lc_verb *verb)
{
    struct lc_buf out;
    int code;

    lc_buf_init(&out, 65536);
    lc_options_help(verb, &out);
    code = lc_cmd_print(&out);
    lc_buf_free(&out);
    return code;
}

int lc_options(const struct lc_verb *verb, int argc, char **argv, void *into, int *args_n)
{
    struct option longs[LC_OPTS_MAX + 3] = {{NULL, 0, NULL, 0}};
    int c, code = LC_OPTS_RUN;

    fill_long(verb, longs);
    opterr = 0;
    optind = 0; /* glibc: start afresh, options and arguments may mix */
    while (code == LC_OPTS_RUN && (c = getopt_long(argc, argv, ":h", longs, NULL)) != -1) {
        if (c == HELP_KEY || c == 'h')
            return print_help(verb);
        if (c == '?' || c == ':')
            code = misused(verb, c, argv);
        else /* LANG_KEY has taken effect in main() */
            code = c == LANG_KEY ? LC_OPTS_RUN : take(opt_of_key(verb, c), optarg, into);
    }
    *args_n = argc - optind;
    if (code == LC_OPTS_RUN)
        code = check_args(verb, *args_n);
    if (*args_n > 0)
        memmove(&argv[1], &argv[optind], (size_t)*args_n * sizeof *argv);
    return code;
}

/* ---- help ---- */

/* Words of `text` from column `col` on, broken at blanks and indented by `col`. */
static void put_wrapped(struct lc_buf *out, const char *text, size_t col)
{
    struct lc_slice rest = lc_slice_str(text), word;
    size_t at = col;
    bool first = true;

    while (lc_slice_next(&rest, ' ', &word) == LC_OK) {
        size_t w = lc_text_width(word);

        if (!first && at + 1 + w > LINE_WIDTH) {
            (void)lc_buf_putf(out, "\n%*s", (int)col, "");
            at = col;
        } else if (!first) {
            (void)lc_buf_u8(out, ' ');
            at++;
        }
        (void)lc_buf_put(out, word);
        at += w;
        first = false;
    }
    (void)lc_buf_u8(out, '\n');
}

void lc_options_row(struct lc_buf *out, const char *left, const char *right, size_t width)
{
    size_t w = lc_text_width(lc_slice_str(left)) + 2;

    (void)lc_buf_putf(out, "  %s", left);
    if (w + 2 > width)
        (void)lc_buf_putf(out, "\n%*s", (int)width, "");
    else
        (void)lc_buf_putf(out, "%*s", (int)(width - w), "");
    put_wrapped(out, right, width);
}

static void opt_row(struct lc_buf *out, const struct lc_opt *o)
{
    char left[64];

    (void)snprintf(left, sizeof left, "--%s%s%s", o->name, o->arg ? " " : "",
                   o->arg ? _(o->arg) : "");
    lc_options_row(out, left, _(o->help), LEFT_WIDTH);
}

void lc_options_help(const struct lc_verb *verb, struct lc_buf *out)
{
    (void)lc_buf_putf(out, "%s lenscap %s [%s]%s%s\n", _("Usage:"), verb->name, _("OPTION..."),
                      *verb->args ? " " : "", *verb->args ? _(verb->args) : "");
    put_wrapped(out, _(verb->summary), 0);
    if (verb->details) {
        (void)lc_buf_u8(out, '\n');
        put_wrapped(out, _(verb->details), 0);
    }
    (void)lc_buf_putf(out, "\n%s\n", _("Options:"));
    for (size_t i = 0; i < verb->opts_n; i++)
        opt_row(out, &verb->opts[i]);
    for (size_t i = 0; i < sizeof common / sizeof *common; i++)
        opt_row(out, &common[i]);
}

/* ---- completion ---- */

static void completion_of(const struct lc_verb *verb, struct lc_buf *out)
{
    (void)lc_buf_putf(out, "    %s) opts='", verb->name);
    for (size_t i = 0; i < verb->opts_n; i++)
        (void)lc_buf_putf(out, "--%s ", verb->opts[i].name);
    (void)lc_buf_putf(out, "--lang --help %s'\n        case $prev in\n",
                      verb->words ? verb->words : "");
    for (size_t i = 0; i < verb->opts_n; i++)
        if (verb->opts[i].words)
            (void)lc_buf_putf(out, "        --%s) opts='%s' ;;\n", verb->opts[i].name,
                              verb->opts[i].words);
    (void)lc_buf_puts(out, "        --lang) opts='vi en' ;;\n        esac ;;\n");
}

void lc_options_completion(const struct lc_verb *const *verbs, size_t n, struct lc_buf *out)
{
    (void)lc_buf_puts(out,
                      "_lenscap() {\n    local cur=${COMP_WORDS[COMP_CWORD]} "
                      "prev=${COMP_WORDS[COMP_CWORD-1]} opts=\n    case ${COMP_WORDS[1]} in\n");
    for (size_t i = 0; i < n; i++)
        completion_of(verbs[i], out);
    (void)lc_buf_puts(out,
                      "    esac\n    [ \"$COMP_CWORD\" = 1 ] && opts='--version --help --lang");
    for (size_t i = 0; i < n; i++)
        (void)lc_buf_putf(out, " %s", verbs[i]->name);
    (void)lc_buf_puts(out,
                      "'\n    COMPREPLY=($(compgen -W \"$opts\" -- \"$cur\"))\n"
                      "    [ ${#COMPREPLY[@]} -gt 0 ] || COMPREPLY=($(compgen -f -- \"$cur\"))\n"
                      "}\ncomplete -F _lenscap lenscap\n");
}
