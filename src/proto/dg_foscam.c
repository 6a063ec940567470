/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Foscam's LAN search on UDP 10000, the port that Vivotek's has too (facts on protocols A3). The
 * type behind the magic is the order: 0 searches, others set the address, so it is a constant here.
 *
 *     0x00  "MO_I"
 *     0x04  u16 type, little-endian: 0
 *     0x06  1: the payload is XORed with the key
 *     0x07  key[8]
 *     0x0F  u32 length of the payload, little-endian: 4
 *     0x13  u32 the same again: the facts give it as one of two forms of the question; two captured
 *           clients send it, so ours does
 *     0x17  payload. Question: u32 1, big-endian. Answer, places from the start of the datagram:
 *
 *     0x17  serial[13]: the MAC in twelve hex digits (OpenIPC's python-dvr reads it so)
 *     0x24  name[21], typed by the owner: never read
 *     0x39  address[4], mask[4], gateway[4], DNS[4]
 *     0x49  u8 type of the device
 *     0x4D  firmware[4], 0x51 web[4]: four numbers each
 *     0x55  u16 port, big-endian
 *
 * The length that the device claims is not believed: what came is what is read.
 */
#include "proto/dg_field.h"
#include "proto/dg_mac.h"
#include "proto/dgram.h"
#include "proto/emit.h"

#include <string.h>

#define HEADER_N 0x17U
#define ANSWER_N 0x57U
#define KEY_AT   7U
#define KEY_N    8U

static const uint8_t question[] = {'M', 'O', '_', 'I', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                   0,   4,   0,   0,   0, 4, 0, 0, 0, 0, 0, 0, 1};

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    (void)ask;
    (void)lc_buf_put(out, lc_slice_of(question, sizeof question));
}

/* The answer in clear. */
static void unscramble(struct lc_slice in, uint8_t out[static ANSWER_N])
{
    memcpy(out, in.p, ANSWER_N);
    if (in.p[6] == 0)
        return;
    for (size_t i = HEADER_N; i < ANSWER_N; i++)
        out[i] ^= in.p[KEY_AT + (i - HEADER_N) % KEY_N];
}

static void emit_version(struct lc_facts *facts, enum lc_fact_name name, const uint8_t *v)
{
    static const uint8_t unset[4];
    struct lc_buf text;

    if (memcmp(v, unset, sizeof unset) == 0)
        return;
    lc_buf_init(&text, 16);
    (void)lc_buf_putf(&text, "%u.%u.%u.%u", v[0], v[1], v[2], v[3]);
    (void)lc_emit(facts, name, lc_buf_view(&text));
    lc_buf_free(&text);
}

static void emit_all(const uint8_t answer[static ANSWER_N], struct lc_facts *facts)
{
    struct lc_slice serial = lc_dg_text(lc_slice_of(answer, ANSWER_N), HEADER_N, 13);
    int64_t port = answer[0x55] << 8 | answer[0x56];

    lc_facts_bool(facts, LC_F_FOSCAM_SEARCH, true);
    lc_facts_int(facts, LC_F_FOSCAM_TYPE, answer[0x49]);
    emit_version(facts, LC_F_FOSCAM_FIRMWARE, answer + 0x4D);
    emit_version(facts, LC_F_FOSCAM_WEB, answer + 0x51);
    if (port > 0)
        lc_facts_int(facts, LC_F_FOSCAM_PORT, port);
    if (!lc_dg_is_word(serial))
        return;
    (void)lc_emit(facts, LC_F_FOSCAM_SERIAL, serial);
    (void)lc_dg_mac(facts, serial);
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    uint8_t answer[ANSWER_N];

    (void)ask;
    (void)from;
    if (!lc_slice_starts(in, LC_S("MO_I")))
        return LC_EPARSE;
    if (in.n >= 6 && in.n < ANSWER_N && in.p[4] == 0 && in.p[5] == 0)
        return LC_EREFUSED; /* somebody's search */
    if (in.n < ANSWER_N)
        return LC_EPARSE;
    unscramble(in, answer);
    emit_all(answer, facts);
    return LC_OK;
}

const struct lc_dgram lc_dgram_foscam = {.name = "foscam",
                                         .port = 10000,
                                         .variants = 1,
                                         .unicast = true,
                                         .broadcast = true,
                                         .build = build,
                                         .parse = parse};
