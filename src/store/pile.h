/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A pile of rows in the order they came, taken up again by address and port, the newest first: for
 * files in which a device's rows stand anywhere, and which may be larger than memory.
 *
 * It lies in a temporary file of SQLite's (TMPDIR, else /var/tmp), readable by its owner alone and
 * without a name from its first moment, so that nothing of it outlives the process. Its rows are in
 * clear: signatures want the text as it came. It is no part of the store and has no transaction.
 */
#ifndef LC_STORE_PILE_H
#define LC_STORE_PILE_H

#include "base/addr.h"

struct lc_pile;

struct lc_pile_row {
    struct lc_addr addr;
    uint16_t port;
    int64_t observed_us;
    uint64_t line;
    struct lc_slice facts;
};

enum lc_status lc_pile_open(struct lc_pile **out, struct lc_err *err) LC_MUST_CHECK;
void lc_pile_close(struct lc_pile *p);
enum lc_status lc_pile_put(struct lc_pile *p, const struct lc_pile_row *row,
                           struct lc_err *err) LC_MUST_CHECK;
/* Calls `each` for every row; what it returns other than LC_OK ends the walk and is returned. The
 * facts live until it returns. */
typedef enum lc_status lc_pile_fn(void *ctx, const struct lc_pile_row *row);
enum lc_status lc_pile_each(struct lc_pile *p, lc_pile_fn *each, void *ctx,
                            struct lc_err *err) LC_MUST_CHECK;

#endif
