/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a peer's XML with expat, inside bounds that expat does not set by itself: no document
 * type, no entity but the five, UTF-8 only, depth, attributes and text limited (reliability.md
 * H13). Prefixes are dropped: cameras disagree about them.
 */
#ifndef LC_PROTO_XML_H
#define LC_PROTO_XML_H

#include "proto/msg.h"

#define LC_XML_DEPTH      32U
#define LC_XML_ATTRIBUTES 64U
#define LC_XML_TEXT       65536U /* of all elements together */

/* Where an element stands: local names from the root down to itself. */
struct lc_xml_path {
    size_t n;
    struct lc_slice name[LC_XML_DEPTH];
};

/* Is the element's own name `own`, inside an element `parent` (any distance)? `parent` may be
 * {NULL,0}. */
bool lc_xml_is(const struct lc_xml_path *at, struct lc_slice own, struct lc_slice parent);

/* Called when an element ends, with its own text, trimmed (text of its children left out). */
typedef void lc_xml_element(void *ctx, const struct lc_xml_path *at, struct lc_slice text);

/* LC_OK: the whole document was well-formed and within bounds. LC_EPARSE otherwise; what was told
 * before stands, and `odd` has the reason (LC_ODD_DOCTYPE, LC_ODD_XML_BOUNDS, LC_ODD_XML_BAD). */
enum lc_status lc_xml_read(struct lc_slice text, lc_xml_element *each, void *ctx,
                           uint32_t *odd) LC_MUST_CHECK;

#endif
