/* SPDX-License-Identifier: Apache-2.0 */
/* Lengths, checksums and encryption of named parts of an answer, while it is filled. */
#ifndef SIM_PARTS_H
#define SIM_PARTS_H

#include "persona.h"

#define SIM_PARTS 26 /* named a ... z */
#define SIM_FIXES 32 /* lengths and checksums in one answer */

struct sim_parts {
    uint8_t *out;
    size_t cap, n;
    struct {
        size_t from, to;
    } part[SIM_PARTS];
    struct {
        size_t at;
        const struct sim_piece *piece;
    } fix[SIM_FIXES];
    size_t fix_n;
};

/* True when the piece is one of the kinds that live here; room for numbers is left. */
bool sim_parts_piece(struct sim_parts *p, const struct sim_piece *piece);
/* Writes the numbers, lengths first: a checksum may cover them. */
void sim_parts_finish(struct sim_parts *p);

#endif
