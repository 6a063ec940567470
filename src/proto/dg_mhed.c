/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TVT's discovery, UDP 23456, which about 80 brands keep (facts on protocols A3). Asked of
 * 234.55.55.55; devices answer and announce themselves to 234.55.55.56 (some to .55), always to
 * port 23456. Little endian:
 *
 *     off size
 *      0   4   "MHED"
 *      4   4   version 0001000v: the question says 8, devices 7 and 8
 *      8   4   command: 1 asks, 2 answers; 3 and most others write (A0)
 *     12  20   name, given by the owner: not read
 *     32   6   MAC
 *     38   2   control port
 *     40  12   address, mask, gateway: not read
 *     52   4   firmware, one number in each byte, highest first
 *     56   4   build date, decimal YYYYMMDD
 *     60   2   web port
 *     64   4   type
 *     84  28   where a setting carries a password: not read
 *    180  16   more of the model, when its field is full
 *    196  16   model
 *    228   4   channels
 *    240       end
 *
 * The facts call the halves of the version "opcode"; four implementations agree on the command at
 * offset 8 (one with test vectors, one after the maker's own header).
 */
#include "proto/dg_mac.h"
#include "proto/dgram.h"
#include "proto/emit.h"

#define ASK_N    140U
#define ANSWER_N 240U
#define ASK      1U
#define ANSWER   2U
#define VERSION  0x00010008U

#define TYPES_MAX    255
#define CHANNELS_MAX 4096

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    (void)ask;
    (void)lc_buf_puts(out, "MHED");
    (void)lc_buf_le32(out, VERSION);
    (void)lc_buf_le32(out, ASK);
    while (out->n < ASK_N && !out->full)
        (void)lc_buf_u8(out, 0);
}

static uint32_t le32_at(struct lc_slice in, size_t at)
{
    struct lc_cur c = {.s = lc_slice_from(in, at)};

    return lc_cur_le32(&c);
}

static void emit_between(struct lc_facts *f, enum lc_fact_name fact, uint32_t n, uint32_t least,
                         uint32_t most)
{
    if (n >= least && n <= most)
        lc_facts_int(f, fact, n);
}

static void emit_firmware(struct lc_facts *f, uint32_t v)
{
    char text[16];
    int n =
        snprintf(text, sizeof text, "%u.%u.%u.%u", v >> 24, v >> 16 & 255, v >> 8 & 255, v & 255);

    if (v)
        (void)lc_emit(f, LC_F_MHED_FIRMWARE, lc_slice_of(text, (size_t)n));
}

static void emit_model(struct lc_facts *f, struct lc_slice in)
{
    uint8_t text[32];
    size_t n = 0;

    for (; n < 16 && in.p[196 + n]; n++)
        text[n] = in.p[196 + n];
    for (; n >= 16 && n < 32 && in.p[180 + n - 16]; n++)
        text[n] = in.p[180 + n - 16];
    (void)lc_emit(f, LC_F_MHED_MODEL, lc_slice_of(text, n));
}

static bool is_date(uint32_t n)
{
    return n / 10000 >= 2000 && n / 10000 < 2100 && n / 100 % 100 >= 1 && n / 100 % 100 <= 12 &&
           n % 100 >= 1 && n % 100 <= 31;
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    uint32_t build_date = le32_at(in, 56);

    (void)ask;
    (void)from;
    if (in.n < 12 || !lc_slice_starts(in, LC_S("MHED")) || le32_at(in, 4) >> 8 != VERSION >> 8)
        return LC_EPARSE;
    if (le32_at(in, 8) != ANSWER)
        return LC_EREFUSED;
    if (in.n < ANSWER_N || !lc_dg_mac_bytes(facts, in.p + 32))
        return LC_EPARSE;
    emit_model(facts, in);
    emit_firmware(facts, le32_at(in, 52));
    if (is_date(build_date))
        lc_facts_int(facts, LC_F_MHED_BUILD, build_date);
    emit_between(facts, LC_F_MHED_TYPE, le32_at(in, 64), 0, TYPES_MAX);
    emit_between(facts, LC_F_MHED_SDK_PORT, le32_at(in, 38) & 0xFFFF, 1, UINT16_MAX);
    emit_between(facts, LC_F_MHED_HTTP_PORT, le32_at(in, 60) & 0xFFFF, 1, UINT16_MAX);
    emit_between(facts, LC_F_MHED_CHANNELS, le32_at(in, 228), 1, CHANNELS_MAX);
    return LC_OK;
}

const struct lc_dgram lc_dgram_mhed = {
    .name = "mhed",
    .port = 23456,
    .bind_port = 23456,
    .variants = 1,
    .group4 = "234.55.55.55",
    .group4_also = "234.55.55.56",
    .listen = true,
    .build = build,
    .parse = parse,
};
