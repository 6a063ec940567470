/* SPDX-License-Identifier: Apache-2.0 */
/* What the two halves of `lenscap report` share: its options, and the way into the second half. */
#ifndef LC_CMD_REPORT_CMD_H
#define LC_CMD_REPORT_CMD_H

#include "cmd/cmd.h"

struct lc_report_options {
    const char *store, *format, *output, *places, *compare;
    bool national;
};

enum lc_status lc_report_national(const struct lc_report_options *opt, const struct lc_kb *kb,
                                  struct lc_assessor *assessor, struct lc_store *store,
                                  struct lc_buf *out, struct lc_err *err) LC_MUST_CHECK;

#endif
