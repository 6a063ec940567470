/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hanwha's (Samsung Techwin's) LAN search: 0x106 bytes to UDP 7701, of which only the first says
 * anything; the answer comes to our UDP 7711 (facts on protocols A3). Other first bytes are other
 * orders, so the question is built from that byte and zeros and from nothing else.
 *
 * Answer:
 *
 *     0x00  0b
 *     0x01  18 bytes copied from the question: one capture shows it, the facts do not promise it,
 *           so no token is put there
 *     0x13  MAC, text, 18 bytes
 *     0x25  address, text, 16 bytes
 *     0x6D  model[10]
 *     0x85  URL of the web page: holds the address again, not read
 *
 * One byte is a weak magic: the address must stand in its place too.
 */
#include "proto/dg_field.h"
#include "proto/dg_mac.h"
#include "proto/dgram.h"
#include "proto/emit.h"

#define QUESTION_N 0x106U
#define MODEL_AT   0x6DU
#define MODEL_N    10U
#define ASKING     0x01U
#define ANSWERING  0x0BU

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    static const uint8_t question[QUESTION_N] = {ASKING};

    (void)ask;
    (void)lc_buf_put(out, lc_slice_of(question, sizeof question));
}

static bool has_address(struct lc_slice in)
{
    struct lc_addr addr;

    return lc_addr_parse(lc_dg_text(in, 0x25, 16), &addr) == LC_OK && lc_addr_is_v4(&addr);
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    (void)ask;
    (void)from;
    if (in.n == QUESTION_N && in.p[0] == ASKING)
        return LC_EREFUSED;
    if (in.n < MODEL_AT + MODEL_N || in.p[0] != ANSWERING || !has_address(in))
        return LC_EPARSE;
    lc_facts_bool(facts, LC_F_HANWHA_SEARCH, true);
    (void)lc_emit(facts, LC_F_HANWHA_MODEL, lc_dg_text(in, MODEL_AT, MODEL_N));
    (void)lc_dg_mac(facts, lc_dg_text(in, 0x13, 18));
    return LC_OK;
}

const struct lc_dgram lc_dgram_hanwha = {.name = "hanwha",
                                         .port = 7701,
                                         .bind_port = 7711,
                                         .variants = 1,
                                         .unicast = true,
                                         .broadcast = true,
                                         .build = build,
                                         .parse = parse};
