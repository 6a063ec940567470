/* SPDX-License-Identifier: Apache-2.0 */
/* Answers of the two discovery protocols that every maker shares, from what differs. */
#ifndef SIM_READY_H
#define SIM_READY_H

#include "doc.h"
#include "persona.h"

#define SIM_READY_WORDS 3 /* at most, from one call */

/* Both return how many answers they wrote; `node` NULL: none. Keys: README.md beside the personas.
 */
size_t sim_ready_wsd(struct sim_doc *d, yaml_node_t *node, struct sim_word *out);
size_t sim_ready_mdns(struct sim_doc *d, yaml_node_t *node, struct sim_word *out);

#endif
