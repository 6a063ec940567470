/* SPDX-License-Identifier: Apache-2.0 */
/* Two clocks that cannot be mixed: monotonic microseconds for timers, wall microseconds UTC for
 * stamps. */
#ifndef LC_BASE_CLOCK_H
#define LC_BASE_CLOCK_H

#include <stdint.h>

int64_t lc_clock_mono_us(void);
int64_t lc_clock_wall_us(void);
/* CPU time of this process, user and system together. */
int64_t lc_clock_cpu_us(void);

#define LC_MS(ms) ((int64_t)(ms)*1000)
#define LC_SEC(s) ((int64_t)(s)*1000000)

#endif
