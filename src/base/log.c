/* SPDX-License-Identifier: Apache-2.0 */
/* One line to stderr per message, in one write, so that roles sharing a terminal do not mix lines.
 */
#include "base/log.h"

#include <string.h>
#include <unistd.h>

static enum lc_log_level threshold = LC_LOG_INFO;

void lc_log_level_set(enum lc_log_level level)
{
    threshold = level;
}

void lc_log(enum lc_log_level level, const char *fmt, ...)
{
    char line[1024] = "lenscap: ";
    size_t at = strlen(line);
    va_list ap;
    int n;

    if (level > threshold)
        return;
    va_start(ap, fmt);
    n = vsnprintf(line + at, sizeof line - at - 1, fmt, ap);
    va_end(ap);
    if (n < 0)
        return;
    at += (size_t)n < sizeof line - at - 1 ? (size_t)n : sizeof line - at - 2;
    line[at++] = '\n';
    if (write(STDERR_FILENO, line, at) < 0)
        return;
}
