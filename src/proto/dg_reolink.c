/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reolink's LAN search: four bytes to UDP 2000, the answer comes to our UDP 3000 (facts on
 * protocols A3, from neolink's description of the protocol). The UDP protocol on 2015 and 2018 is
 * not spoken: its first message already opens a connection.
 *
 * Answer, 388 bytes. The facts name its fields without their places; those stand in a comment of
 * xannor/ha_reolink_discovery's discovery.py, and a capture in thirtythreeforty/neolink#102 agrees:
 *
 *     0x50  MAC[6]
 *     0x68  aa aa 00 00, the question again (recorders and cameras differ here: not relied on)
 *     0x6C  address, text, 20 bytes
 *     0x80  u32 port of the app's protocol, little-endian (9000: 28 23 00 00)
 *     0x84  name[32], typed by the owner: never read
 *     0xA4  MAC, text, 18 bytes
 *     0xE4  UID, text, 32 bytes
 *
 * There is no magic: an answer is a datagram of exactly this length with an address in its place.
 */
#include "proto/dg_field.h"
#include "proto/dg_mac.h"
#include "proto/dgram.h"
#include "proto/emit.h"

#define ANSWER_N 388U

static const uint8_t question[] = {0xAA, 0xAA, 0x00, 0x00};

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    (void)ask;
    (void)lc_buf_put(out, lc_slice_of(question, sizeof question));
}

static bool has_address(struct lc_slice in)
{
    struct lc_addr addr;

    return lc_addr_parse(lc_dg_text(in, 0x6C, 20), &addr) == LC_OK && lc_addr_is_v4(&addr);
}

static void emit_port(struct lc_slice in, struct lc_facts *facts)
{
    struct lc_cur at = {.s = lc_slice_from(in, 0x80)};
    uint32_t port = lc_cur_le32(&at);

    if (port > 0 && port <= UINT16_MAX)
        lc_facts_int(facts, LC_F_REOLINK_PORT, port);
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    struct lc_slice uid;

    (void)ask;
    (void)from;
    if (lc_slice_eq(in, lc_slice_of(question, sizeof question)))
        return LC_EREFUSED;
    if (in.n != ANSWER_N || !has_address(in))
        return LC_EPARSE;
    lc_facts_bool(facts, LC_F_REOLINK_SEARCH, true);
    emit_port(in, facts);
    if (!lc_dg_mac_bytes(facts, in.p + 0x50))
        (void)lc_dg_mac(facts, lc_dg_text(in, 0xA4, 18));
    uid = lc_dg_text(in, 0xE4, 32);
    if (lc_dg_is_word(uid))
        (void)lc_emit(facts, LC_F_REOLINK_UID, uid);
    return LC_OK;
}

const struct lc_dgram lc_dgram_reolink = {.name = "reolink",
                                          .port = 2000,
                                          .bind_port = 3000,
                                          .variants = 1,
                                          .unicast = true,
                                          .broadcast = true,
                                          .build = build,
                                          .parse = parse};
