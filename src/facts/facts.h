/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Facts: the lingua franca. What a peer said, in words that data/facts.yaml declares once.
 *
 * A set of facts is one flat run of packed records, the same bytes in memory, between processes and
 * in the store, so that nothing is ever re-encoded. A record, little-endian:
 *
 *     u16 name   enum lc_fact_name (numbers in facts.yaml never change meaning)
 *     u16 port   0: said of the whole device
 *     u8  exch   which exchange with that endpoint said it (0..255)
 *     u8  flags  LC_FACT_*
 *     u16 len    bytes that follow
 *     u8  value[len]
 *
 * Values: STRING bytes as they came (bounded by the vocabulary's max; longer is cut and flagged);
 * INT 8 bytes; BOOL 1 byte. A name that is not `many` keeps its first value per (port, exch).
 * Secrets never become facts: parsers blank them before they emit.
 */
#ifndef LC_FACTS_FACTS_H
#define LC_FACTS_FACTS_H

#include "base/buf.h"
#include "facts/facts_gen.h" /* enum lc_fact_name: LC_F_HTTP_SERVER ...; LC_F_COUNT */

enum lc_fact_type { LC_FT_STRING, LC_FT_INT, LC_FT_BOOL };

/* public: may be shown; personal: keyed hash or mask (serials, MACs, UIDs); shaped: text in which
 * what looks like one of these is replaced by a pseudonym of its shape. Secrets are never facts. */
enum lc_fact_privacy { LC_FP_PUBLIC, LC_FP_PERSONAL, LC_FP_SHAPED };

struct lc_fact_info {
    const char *name; /* "http.server" */
    enum lc_fact_type type;
    enum lc_fact_privacy privacy;
    bool many;
    uint16_t max; /* STRING: longest value kept */
    const char *en, *vi;
};

extern const struct lc_fact_info lc_fact_infos[LC_F_COUNT]; /* generated; [0] is unused */

#define LC_FACT_CUT      1U /* the value was longer than its bound */
#define LC_FACT_IMPORTED 2U /* came from a file, not from a peer */
#define LC_FACT_DERIVED  4U /* made from another fact: a codec's derive, lc_kb_makers */

#define LC_FACTS_MAX                                                                               \
    32768U /* bytes of facts per host; past it facts are dropped and `full` is set */

struct lc_fact {
    enum lc_fact_name name;
    uint16_t port;
    uint8_t exch, flags;
    struct lc_slice value;
};

struct lc_facts {
    struct lc_buf buf;
    uint16_t port; /* stamped on what is added */
    uint8_t exch;
};

void lc_facts_init(struct lc_facts *f);
void lc_facts_free(struct lc_facts *f);

/* Adding never fails loudly: a fact past the bound is dropped and buf.full tells. The type must be
 * the vocabulary's (asserted: that is our code, not the peer's). Empty strings are not facts. */
void lc_facts_str(struct lc_facts *f, enum lc_fact_name name, struct lc_slice value);
void lc_facts_int(struct lc_facts *f, enum lc_fact_name name, int64_t value);
void lc_facts_bool(struct lc_facts *f, enum lc_fact_name name, bool value);
void lc_facts_add(struct lc_facts *f, const struct lc_fact *fact); /* raw: flags, port, exch kept */

/* Reading: start with {.s = blob}; LC_OK and a fact, LC_DONE at the end, LC_EPARSE when the blob is
 * not well-formed (unknown names are skipped: they come from a newer program's store). */
enum lc_status lc_facts_next(struct lc_cur *at, struct lc_fact *out) LC_MUST_CHECK;

/* First fact of that name (on `port`, or on any when port is 0). */
bool lc_facts_find(struct lc_slice blob, enum lc_fact_name name, uint16_t port,
                   struct lc_fact *out);
int64_t lc_fact_as_int(const struct lc_fact *f); /* INT and BOOL */

/* LC_F_NONE when no fact has that name. */
enum lc_fact_name lc_fact_by_name(struct lc_slice name);

#endif
