/* SPDX-License-Identifier: Apache-2.0 */
/* What engine xdp borrows of engine packet, which does everything for it but send. `ctx` is that of
 * its struct lc_engine. */
#ifndef LC_DISCOVER_ENGINE_PACKET_H
#define LC_DISCOVER_ENGINE_PACKET_H

#include "discover/engine_route.h"

/* The frame that asks; 0: nothing to send. */
size_t lc_packet_frame(void *ctx, const struct lc_probe *probe, uint8_t out[static LC_FRAME_MAX]);
const struct lc_way *lc_packet_way(const void *ctx);
bool lc_packet_can_ask(void *ctx, struct lc_sweep_port port); /* whatever `ctx` is */

#endif
