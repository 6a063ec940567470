/* SPDX-License-Identifier: Apache-2.0 */
/*
 * XML of a peer, read by expat with the bounds of reliability.md H13: no document type (so no
 * entity of the peer's making), depth 32, 64 attributes per element, 64 KiB of text, UTF-8 only.
 * Names are matched without their prefix, because devices disagree on prefixes and versions of
 * namespaces (H15). What the elements mean is the caller's: it names the local names it knows and
 * hears of every start and end, with the path that leads there as small numbers. Nothing recurses.
 */
#ifndef LC_PROTO_XML_H
#define LC_PROTO_XML_H

#include "base/buf.h"

#define LC_XML_DEPTH 32U

struct lc_xml_at {
    uint8_t path[LC_XML_DEPTH]; /* open elements as numbers of the caller's table; 0: any other */
    unsigned depth;             /* of them, this one included */
    struct lc_slice text;       /* at an end: of this element behind its last child, trimmed */
};

struct lc_xml {
    const char *const *tags; /* tags[0] is not looked at */
    unsigned tags_n;
    /* `attributes`: name, value, ..., NULL. May be NULL, as `end` may. */
    void (*start)(void *ctx, const struct lc_xml_at *at, const char *const *attributes);
    void (*end)(void *ctx, const struct lc_xml_at *at);
    void *ctx;
};

/* Reads a whole document and tells what was wrong with it: LC_ODD_DOCTYPE, LC_ODD_XML_BOUNDS or
 * LC_ODD_XML_BAD as bits of msg.h. Where it breaks off the callbacks have heard what stood before;
 * what was read beside a document type must not be used. */
uint32_t lc_xml_read(const struct lc_xml *x, struct lc_slice body);

/* The n-th element above (0: this one); 0 above the root. */
unsigned lc_xml_above(const struct lc_xml_at *at, unsigned n);

#endif
