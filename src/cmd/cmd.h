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
    lc_verb_doctor, lc_verb_update, lc_verb_vulnerabilities;

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
/* The embedded knowledge alone, without what `lenscap update` stored. */
enum lc_status lc_cmd_knowledge(struct lc_kb **kb, struct lc_assessor **rules,
                                struct lc_err *err) LC_MUST_CHECK;
/* ---- overlay.c: which flaws are exploited ---- */
/* The file in which `lenscap update` keeps that. */
enum lc_status lc_cmd_overlay_path(struct lc_buf *out, struct lc_err *err) LC_MUST_CHECK;
/* Adds it, when there is one; one that is damaged is told and left out. */
void lc_cmd_overlay(struct lc_assessor *rules);
/* Says once, when it is so, that all this is old. */
void lc_cmd_overlay_age(const struct lc_assessor *rules);
uint32_t lc_cmd_day(int64_t from_now_days); /* yyyymmdd, UTC */

/* The embedded knowledge and the rules in it, with the overlay; close with lc_assessor_close,
 * lc_kb_close. */
enum lc_status lc_cmd_rules(struct lc_kb **kb, struct lc_assessor **rules,
                            struct lc_err *err) LC_MUST_CHECK;

#endif
