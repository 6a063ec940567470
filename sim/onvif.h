/* SPDX-License-Identifier: Apache-2.0 */
/* The ONVIF device service of a persona, written out from the few values in its `onvif:` block. */
#ifndef SIM_ONVIF_H
#define SIM_ONVIF_H

#include "doc.h"
#include "persona.h"

#define SIM_ONVIF_ANSWERS 8 /* room that sim_onvif_answers needs */

/* Writes the answers to `out`; returns how many. */
size_t sim_onvif_answers(struct sim_doc *d, yaml_node_t *node, struct sim_answer *out);

#endif
