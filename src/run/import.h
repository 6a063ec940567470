/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From somebody's file to the book, without a word to any network and without a role.
 *
 * The file is read once from front to back into a pile (store/pile.h): rows outside the scope are
 * dropped there. Only when its end is reached is anything written to the store: device by device,
 * all of a device's rows together, so that the order of the rows makes no difference, and memory
 * follows one device and not the file. A file that breaks off gives what stood before.
 */
#ifndef LC_RUN_IMPORT_H
#define LC_RUN_IMPORT_H

#include "import/import.h"
#include "run/judge.h"

struct lc_import_set {
    const struct lc_import_format *format;
    const char *format_name;
    const char *path; /* "-": standard input */
    struct lc_store *store;
    const struct lc_kb *kb;
    struct lc_identifier *identifier;
    struct lc_assessor *assessor;
    const struct lc_scope *scope;
    uint16_t port; /* that was asked, where the file does not say; 0: not known */
    bool strict;   /* one record that cannot be read, and nothing is stored */
    /* A record that was left out. */
    void (*bad)(void *ctx, uint64_t line, const char *why);
    void *ctx;
};

struct lc_import_sum {
    struct lc_import_counts file;
    uint64_t outside, excluded, never; /* rows that the scope keeps out */
    uint64_t future;                   /* said to be seen after now: taken as seen now */
    uint64_t old;     /* rows of a port more than a day before its newest: not merged into it */
    uint64_t crowded; /* rows past LC_TALK_PORTS ports of one address */
    uint64_t devices, observations;
    bool stored; /* false: --strict and something bad, or nothing to store */
    int64_t run;
    uint8_t sha256[32];
};

/* LC_OK also when records were left out: sum->file.bad says so. LC_ENOENT, LC_EPERM, LC_EINVAL: the
 * file cannot be read at all, nothing was changed. */
enum lc_status lc_import_run(const struct lc_import_set *set, struct lc_import_sum *sum,
                             struct lc_err *err) LC_MUST_CHECK;

#endif
