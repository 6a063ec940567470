/* SPDX-License-Identifier: Apache-2.0 */
/*
 * VStarcam's (and Wansview's) LAN search on UDP 8600 (facts on protocols A3). The fourth byte is
 * the order: 01 searches, others set the network, so the question is a constant.
 *
 *     0x00  44 48 01 01 ("DH" 01 01); the answer 44 48 01 08
 *     0x04  address, mask, gateway, two DNS servers: text, 16 bytes each
 *     0x54  MAC[6]
 *     0x5A  u16 port, little-endian
 *     0x5C  serial[32]
 *     0x7C  name[32], typed by the owner: never read
 *     0xCC  firmware[16], 0xDC web[16]
 *     0xEC  user[32], 0x10C password[32]: in clear, in the long answer (324 bytes)
 *
 * That the last two are filled is a finding (A0); what they hold leaves this file in no form. They
 * are looked at by one function, which gives one bit.
 */
#include "proto/dg_field.h"
#include "proto/dg_mac.h"
#include "proto/dgram.h"
#include "proto/emit.h"

#define SERIAL_AT  0x5CU
#define SECRETS_AT 0xECU
#define SECRETS_N  64U
#define SEARCH     0x01U
#define FOUND      0x08U

static const uint8_t magic[] = {0x44, 0x48, 0x01};

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    (void)ask;
    (void)lc_buf_put(out, lc_slice_of(magic, sizeof magic));
    (void)lc_buf_u8(out, SEARCH);
}

/* Is there a byte in the fields of user and password? */
static bool leaks(struct lc_slice in)
{
    struct lc_slice secrets = lc_slice_sub(in, SECRETS_AT, SECRETS_N);

    for (size_t i = 0; i < secrets.n; i++)
        if (secrets.p[i] != 0)
            return true;
    return false;
}

static void emit_all(struct lc_slice in, bool leaky, bool long_form, struct lc_facts *facts)
{
    struct lc_cur at = {.s = lc_slice_from(in, 0x5A)};
    uint16_t port = lc_cur_le16(&at);

    lc_facts_bool(facts, LC_F_VSTARCAM_SEARCH, true);
    if (leaky || long_form)
        lc_facts_bool(facts, LC_F_VSTARCAM_LEAKS_PASSWORD, leaky);
    if (port > 0)
        lc_facts_int(facts, LC_F_VSTARCAM_PORT, port);
    (void)lc_emit(facts, LC_F_VSTARCAM_SERIAL, lc_dg_text(in, SERIAL_AT, 32));
    (void)lc_emit(facts, LC_F_VSTARCAM_FIRMWARE, lc_dg_text(in, 0xCC, 16));
    (void)lc_emit(facts, LC_F_VSTARCAM_WEB, lc_dg_text(in, 0xDC, 16));
    (void)lc_dg_mac_bytes(facts, in.p + 0x54);
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    bool leaky, long_form;

    (void)ask;
    (void)from;
    if (in.n < 4 || !lc_slice_starts(in, lc_slice_of(magic, sizeof magic)))
        return LC_EPARSE;
    if (in.p[3] != FOUND)
        return LC_EREFUSED;
    if (in.n < SERIAL_AT + 32)
        return LC_EPARSE;
    leaky = leaks(in);
    long_form = in.n >= SECRETS_AT + SECRETS_N;
    emit_all(lc_slice_sub(in, 0, SECRETS_AT), leaky, long_form, facts);
    return LC_OK;
}

const struct lc_dgram lc_dgram_vstarcam = {.name = "vstarcam",
                                           .port = 8600,
                                           .variants = 1,
                                           .unicast = true,
                                           .broadcast = true,
                                           .build = build,
                                           .parse = parse};
