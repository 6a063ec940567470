/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Options as a table. The same rows are parsed, printed by --help in the user's language, and
 * turned into shell completions, so the three cannot differ.
 */
#ifndef LC_CMD_OPTIONS_H
#define LC_CMD_OPTIONS_H

#include "base/buf.h"

struct lc_opt {
    const char *name;  /* "store" for --store */
    const char *arg;   /* N_("FILE"); NULL: a flag */
    const char *help;  /* N_("...") */
    size_t at;         /* offset in the verb's own struct: of a bool (flag) or a const char * */
    const char *words; /* the values it takes, separated by blanks; NULL: anything */
};

struct lc_verb {
    const char *name;    /* "scan", "scope init" */
    const char *args;    /* N_("[TARGET...]"), or "" */
    const char *summary; /* N_(): one line */
    const char *details; /* N_(): more of it under --help; may be NULL */
    const char *words;   /* completion of its first argument; NULL: files */
    const struct lc_opt *opts;
    size_t opts_n;
    int args_min, args_max; /* -1: no limit */
    /* argv[0] is the verb's name. The exit code. */
    int (*run)(const struct lc_verb *verb, int argc, char **argv);
};

#define LC_OPTS_MAX 32U
#define LC_OPTS_RUN (-1) /* lc_options: go on */

/* Fills `into` from argv and leaves the plain arguments in argv[1..*args_n], moved to the front.
 * LC_OPTS_RUN, or the exit code when there is nothing left to do: --help was printed, or something
 * was wrong and has been told. --help and --lang are known to every verb. */
int lc_options(const struct lc_verb *verb, int argc, char **argv, void *into,
               int *args_n) LC_MUST_CHECK;

void lc_options_help(const struct lc_verb *verb, struct lc_buf *out);
/* One line of the overview, padded to `width` columns. */
void lc_options_row(struct lc_buf *out, const char *left, const char *right, size_t width);

/* The nearest word of `n`, or NULL when none is near enough to be meant. `word` gives the i-th. */
const char *lc_nearest(const char *typed, size_t n, const char *(*word)(const void *ctx, size_t i),
                       const void *ctx);

/* A bash script that completes every verb (zsh reads it through bashcompinit). */
void lc_options_completion(const struct lc_verb *const *verbs, size_t n, struct lc_buf *out);

#endif
