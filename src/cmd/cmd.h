/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The command line: one file per verb, one `struct lc_verb` in each, all listed in main.c.
 *
 * A verb reads its options (options.h), calls the floors below and prints. Results go to stdout,
 * talk to stderr through lc_log. What it returns is the process's exit code.
 */
#ifndef LC_CMD_CMD_H
#define LC_CMD_CMD_H

#include "base/tr.h"
#include "cmd/options.h"
#include "store/store.h"

enum lc_exit {
    LC_EXIT_DONE = 0,
    LC_EXIT_FINDINGS = 1, /* something at or above --fail-on */
    LC_EXIT_USAGE = 2,    /* the call or a file it names is wrong */
    LC_EXIT_REFUSED = 3,  /* the scope says no */
    LC_EXIT_PARTIAL = 4,  /* ended early, or some of the input was left out */
    LC_EXIT_INTERNAL = 5, /* memory, disk, a defect */
};

extern const struct lc_verb lc_verb_scan, lc_verb_list, lc_verb_show, lc_verb_report,
    lc_verb_export, lc_verb_identify, lc_verb_import, lc_verb_passwords, lc_verb_scope,
    lc_verb_doctor;

int lc_cmd_exit(enum lc_status st);
/* Tells the person what went wrong and gives the exit code for it. */
int lc_cmd_fail(enum lc_status st, const struct lc_err *err);
/* Writes the buffer to stdout and empties it. A full buffer or a failed write is told:
 * LC_EXIT_INTERNAL. */
int lc_cmd_print(struct lc_buf *b);
/* Colours belong on a terminal, and only where NO_COLOR is not set (no-color.org). */
bool lc_cmd_color(void);

/* Opens `path`, or the default store when it is NULL. */
enum lc_status lc_cmd_store(const char *path, bool read_only, struct lc_store **out,
                            struct lc_err *err) LC_MUST_CHECK;
/* The embedded knowledge and the rules in it; close with lc_assessor_close, lc_kb_close. */
enum lc_status lc_cmd_rules(struct lc_kb **kb, struct lc_assessor **rules,
                            struct lc_err *err) LC_MUST_CHECK;

#endif
