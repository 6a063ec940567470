/* SPDX-License-Identifier: Apache-2.0 */
/* The `udp` list of a persona file. */
#ifndef SIM_LOAD_UDP_H
#define SIM_LOAD_UDP_H

#include "doc.h"
#include "persona.h"

void sim_load_udp(struct sim_doc *d, yaml_node_t *list, struct sim_persona *p);

#endif
