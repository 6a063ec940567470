/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of this room share: the open knowledge base and the openers of its parts. */
#ifndef LC_KNOWLEDGE_KB_ROOM_H
#define LC_KNOWLEDGE_KB_ROOM_H

#include "base/mem.h"
#include "base/tr.h"
#include "knowledge/kb.h"

struct lc_kb {
    struct lc_slice blob, strings;
    uint32_t sections;
    const char *version;
    size_t ports_n, datagrams_n, platforms_n, ouis_n, vendors_n;
    struct lc_port_plan *ports;
    struct lc_dgram_plan *datagrams;
    struct lc_platform *platforms; /* sorted by id */
    struct lc_oui *ouis;           /* sorted by key */
    struct lc_vendor *vendors;     /* sorted by key */
};

/* LC_EPARSE when the section breaks its layout. */
enum lc_status lc_kb_ports_open(struct lc_kb *kb) LC_MUST_CHECK;
enum lc_status lc_kb_datagrams_open(struct lc_kb *kb) LC_MUST_CHECK;
enum lc_status lc_kb_platforms_open(struct lc_kb *kb) LC_MUST_CHECK;
enum lc_status lc_kb_oui_open(struct lc_kb *kb) LC_MUST_CHECK;
enum lc_status lc_kb_vendors_open(struct lc_kb *kb) LC_MUST_CHECK;

#endif
