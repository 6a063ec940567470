/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Memory for what must not outlive its use: passwords that an owner hands over. Whole pages of
 * their own, zeroed at birth, wiped at the end, left out of core dumps, and locked so that they are
 * not written to swap where the system's limit allows it (RLIMIT_MEMLOCK, often 8 MiB).
 *
 * Copying out of it makes it useless: work on slices into it.
 */
#ifndef LC_BASE_SECRET_H
#define LC_BASE_SECRET_H

#include "base/slice.h"

struct lc_secret {
    uint8_t *p;
    size_t n;    /* whole pages, at least what was asked for */
    bool locked; /* false: the system refused, and it may be swapped out */
};

enum lc_status lc_secret_open(struct lc_secret *s, size_t n) LC_MUST_CHECK; /* LC_ENOMEM */
void lc_secret_close(struct lc_secret *s); /* wipes; may be called again */

/* The whole process: no core dump, no debugger of the same user, from now on. */
enum lc_status lc_secret_process(void) LC_MUST_CHECK; /* LC_EPERM */

#endif
