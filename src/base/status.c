/* SPDX-License-Identifier: Apache-2.0 */
/* Status names and messages for people. */
#include "base/status.h"

enum lc_status lc_fail(struct lc_err *err, enum lc_status st, const char *fmt, ...)
{
    va_list ap;

    if (err) {
        va_start(ap, fmt);
        (void)vsnprintf(err->text, sizeof err->text, fmt, ap);
        va_end(ap);
    }
    return st;
}

const char *lc_status_name(enum lc_status st)
{
    switch (st) {
    case LC_OK:
        return "ok";
    case LC_MORE:
        return "more";
    case LC_AGAIN:
        return "again";
    case LC_DONE:
        return "done";
    case LC_ENOMEM:
        return "out of memory";
    case LC_EFULL:
        return "bound reached";
    case LC_EINVAL:
        return "invalid";
    case LC_EPARSE:
        return "malformed";
    case LC_ENOENT:
        return "not found";
    case LC_EREFUSED:
        return "refused";
    case LC_EPERM:
        return "not permitted";
    case LC_EVERSION:
        return "newer version";
    case LC_EIO:
        return "input or output failed";
    }
    return "unknown";
}
