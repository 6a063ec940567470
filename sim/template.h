/* SPDX-License-Identifier: Apache-2.0 */
/* Answer bytes with holes: cut into pieces when a persona is loaded, joined for each request. */
#ifndef SIM_TEMPLATE_H
#define SIM_TEMPLATE_H

#include "doc.h"
#include "persona.h"

/* What the holes are filled with. */
struct sim_filler {
    struct lc_slice cseq, addr;
    struct lc_slice question; /* what is answered, whole; empty for a beacon */
    struct lc_addr ip;
    const uint8_t *oui; /* 3 bytes */
    /* Writes the address of the device with this id, as in a URL; its length. */
    size_t (*host)(const void *street, struct lc_slice id, char out[static LC_ADDR_TEXT]);
    const void *street;
    uint32_t id;                 /* 24 bits used */
    uint64_t connection, answer; /* seeds of the two nonces */
    size_t body_n;
};

/* Cuts `bytes` (which must stay) at $CSEQ, $DATE, ... and keeps every other dollar sign. */
struct sim_template sim_template_make(struct sim_doc *d, struct lc_slice bytes);
/* Fills `out`; the number of bytes, cut at `cap`. */
size_t sim_template_fill(const struct sim_template *t, const struct sim_filler *f, uint8_t *out,
                         size_t cap);
/* Value of a header line, blanks trimmed; empty when it is not there. */
struct lc_slice sim_header_value(struct lc_slice all, struct lc_slice name);
/* True when there is nothing to fill: the bytes can be sent from where they are. */
bool sim_template_plain(const struct sim_template *t, struct lc_slice *out);

#endif
