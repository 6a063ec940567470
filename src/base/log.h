/* SPDX-License-Identifier: Apache-2.0 */
/* Talk for a person on stderr; results never go here. Messages are ours, a peer's bytes pass
 * lc_put_tty first. */
#ifndef LC_BASE_LOG_H
#define LC_BASE_LOG_H

#include "base/status.h"

enum lc_log_level { LC_LOG_ERROR, LC_LOG_WARN, LC_LOG_INFO, LC_LOG_DEBUG };

void lc_log_level_set(enum lc_log_level level); /* default LC_LOG_INFO */
void lc_log(enum lc_log_level level, const char *fmt, ...) LC_PRINTF(2, 3);

#endif
