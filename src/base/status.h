/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a call that can fail returns, and what a person is told.
 *
 * LC_OK, LC_MORE, LC_AGAIN and LC_DONE are ordinary answers; everything from LC_ENOMEM on is a
 * failure. errno does not travel past the function that saw it. A failure that a person must read
 * is described in a `struct lc_err` beside the status: what is wrong, where, and what to do about
 * it.
 */
#ifndef LC_BASE_STATUS_H
#define LC_BASE_STATUS_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#define LC_MUST_CHECK      __attribute__((warn_unused_result))
#define LC_PRINTF(fmt, va) __attribute__((format(printf, fmt, va)))

enum lc_status {
    LC_OK = 0,
    LC_MORE,     /* feed me more input */
    LC_AGAIN,    /* not now: try again after an event */
    LC_DONE,     /* an iteration has ended */
    LC_ENOMEM,   /* memory ran out */
    LC_EFULL,    /* a bound that was fixed at birth is reached */
    LC_EINVAL,   /* an argument or a value is not of its form */
    LC_EPARSE,   /* bytes from outside break their grammar */
    LC_ENOENT,   /* there is no such thing */
    LC_EREFUSED, /* the scope says no */
    LC_EPERM,    /* the system says no */
    LC_EVERSION, /* made by a newer program */
    LC_EIO,      /* the disk or the network failed */
};

/* A message for a person. `text` is complete, in the user's language, without a trailing newline.
 */
struct lc_err {
    char text[512];
};

/* Formats into `err` (which may be NULL) and hands `st` back, so that a failure is one line. */
enum lc_status lc_fail(struct lc_err *err, enum lc_status st, const char *fmt, ...) LC_PRINTF(3, 4);

const char *lc_status_name(enum lc_status st);

#endif
