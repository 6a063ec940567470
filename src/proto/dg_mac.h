/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The hardware address that a discovery answer names: one spelling for all codecs.
 *
 * mac.address is AA:BB:CC:DD:EE:FF (personal); mac.oui its first three bytes, which only name a
 * maker when the address was registered: not when it is locally administered (IEEE 802, bit 1 of
 * the first byte). A group address (bit 0), zero and all ones are no device's and emit nothing.
 */
#ifndef LC_PROTO_DG_MAC_H
#define LC_PROTO_DG_MAC_H

#include "facts/facts.h"

/* True when there was an address to emit. */
bool lc_dg_mac_bytes(struct lc_facts *f, const uint8_t mac[static 6]);

/* From text, blanks around it allowed: aa:bb:cc:dd:ee:ff, aa-bb-cc-dd-ee-ff, aabb.ccdd.eeff or
 * aabbccddeeff. False, and nothing emitted, for anything else. */
bool lc_dg_mac(struct lc_facts *f, struct lc_slice text);

#endif
