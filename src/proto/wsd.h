/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of WS-Discovery, and what is kept of ONVIF's scopes: one rule for all who read them. */
#ifndef LC_PROTO_WSD_H
#define LC_PROTO_WSD_H

#include "facts/facts.h"

/* Takes the next word of a list that white space separates; false at its end. */
bool lc_wsd_word(struct lc_slice *list, struct lc_slice *word);

/* onvif.label: what a scope says of name, hardware, model or maker, decoded. */
void lc_wsd_derive(const struct lc_fact *fact, struct lc_facts *out);

/* Emits onvif.scopes (one fact per scope that is kept), mac.address and mac.oui of a scope list;
 * the rule stands above wsd_scopes.c. */
void lc_wsd_scopes(struct lc_slice scopes, struct lc_facts *f);

#endif
