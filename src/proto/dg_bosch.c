/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Bosch's detection: 12 bytes to UDP 1757, the answer comes to our UDP 1758 (facts on protocols
 * A3). Nothing here is RCP+, the control protocol on TCP 1756.
 *
 *     question   99 39 a4 27   u32 transaction   ff 00   u16 port to answer to, big-endian (06 de)
 *
 *     binary     99 39 a4 27   u32 transaction, as asked   MAC[6]   2 bytes   address[4]   mask[4]
 *                gateway[4]   4 bytes
 *
 *     XML        <root ...><device> ... <friendlyName> <physAddress> <RCPPort> <HTTPSPort>
 *                <serialNumber> ... </device></root>
 *
 * The XML form repeats no transaction; it also has a session key and the name that the owner typed
 * (unitName), of which nothing is read. Of a list of devices only the first is the sender's own.
 */
#include "proto/dg_mac.h"
#include "proto/dgram.h"
#include "proto/emit.h"

#include <string.h>

#define QUESTION_N 12U
#define BINARY_N   32U

static const uint8_t magic[] = {0x99, 0x39, 0xA4, 0x27};
static const uint8_t tail[] = {0xFF, 0x00, 0x06, 0xDE};

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    (void)lc_buf_put(out, lc_slice_of(magic, sizeof magic));
    (void)lc_buf_be32(out, (uint32_t)ask->nonce);
    (void)lc_buf_put(out, lc_slice_of(tail, sizeof tail));
}

static bool is_binary(struct lc_slice in)
{
    return lc_slice_starts(in, lc_slice_of(magic, sizeof magic));
}

static bool is_text(struct lc_slice in)
{
    return in.n > 0 && in.p[0] == '<';
}

/* Only the binary form has a place for the token. */
static bool ours(const struct lc_dgram_ask *ask, struct lc_slice in)
{
    struct lc_cur at = {.s = lc_slice_from(in, sizeof magic)};

    if (is_binary(in))
        return lc_cur_be32(&at) == (uint32_t)ask->nonce && !at.bad;
    return is_text(in);
}

/* What stands between <tag> and the next "<"; empty when the tag is not there. */
static struct lc_slice element(struct lc_slice xml, struct lc_slice tag)
{
    size_t at = lc_slice_find(xml, tag, 0), end;

    if (at == LC_NPOS)
        return (struct lc_slice){NULL, 0};
    xml = lc_slice_from(xml, at + tag.n);
    end = lc_slice_chr(xml, '<', 0);
    return end == LC_NPOS ? (struct lc_slice){NULL, 0} : lc_slice_sub(xml, 0, end);
}

static enum lc_status parse_xml(struct lc_slice in, struct lc_facts *facts)
{
    struct lc_slice rcp, mac;
    size_t end = lc_slice_find(in, LC_S("</device>"), 0);
    uint64_t port;

    if (end != LC_NPOS)
        in.n = end;
    rcp = element(in, LC_S("<RCPPort>"));
    mac = element(in, LC_S("<physAddress>"));
    if (!rcp.p || !mac.p)
        return LC_EPARSE;
    lc_facts_bool(facts, LC_F_BOSCH_SEARCH, true);
    if (lc_slice_u64(lc_slice_trim(rcp), UINT16_MAX, &port) == LC_OK && port > 0)
        lc_facts_int(facts, LC_F_BOSCH_RCP_PORT, (int64_t)port);
    (void)lc_emit(facts, LC_F_BOSCH_NAME, element(in, LC_S("<friendlyName>")));
    (void)lc_emit(facts, LC_F_BOSCH_SERIAL, element(in, LC_S("<serialNumber>")));
    (void)lc_dg_mac(facts, mac);
    return LC_OK;
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    (void)from;
    if (is_text(in))
        return parse_xml(in, facts);
    if (!is_binary(in))
        return LC_EPARSE;
    if (in.n == QUESTION_N && memcmp(in.p + 8, tail, sizeof tail) == 0)
        return LC_EREFUSED;
    if (in.n < BINARY_N)
        return LC_EPARSE;
    if (ask && !ours(ask, in))
        return LC_EREFUSED;
    lc_facts_bool(facts, LC_F_BOSCH_SEARCH, true);
    (void)lc_dg_mac_bytes(facts, in.p + 8);
    return LC_OK;
}

const struct lc_dgram lc_dgram_bosch = {.name = "bosch",
                                        .port = 1757,
                                        .bind_port = 1758,
                                        .variants = 1,
                                        .unicast = true,
                                        .broadcast = true,
                                        .build = build,
                                        .ours = ours,
                                        .parse = parse};
