/* SPDX-License-Identifier: Apache-2.0 */
/*
 * TP-Link's discovery, TDP on UDP 20002 (facts on protocols A3): Tapo and VIGI give their model and
 * firmware to anybody who sends a public key. Big endian, question and answer:
 *
 *     off size
 *      0   1   version: 2
 *      1   1   type: 0
 *      2   2   opcode: 1
 *      4   2   bytes that follow the header
 *      6   1   flags: 17
 *      7   1   0
 *      8   4   serial: random
 *     12   4   CRC-32 of all, this field being 5a6b7c8d
 *     16   ..  JSON
 *
 * Under the key the device encrypts what only its owner should read: account, Wi-Fi name, state of
 * the card. The key below is one half of a pair whose other half was thrown away when it was made,
 * so nobody can read that part of an answer, and neither can we; a fresh key for each question
 * would add nothing. Owner, Wi-Fi name and the encrypted part are never looked at (A0).
 */
#include "proto/dg_crc.h"
#include "proto/dg_json.h"
#include "proto/dg_mac.h"
#include "proto/dgram.h"

#define HEAD_N  16U
#define VERSION 2U
#define OPCODE  1U
#define FLAGS   17U
#define CRC_SET 0x5A6B7C8DU

static const struct lc_slice body =
    LC_S_INIT("{\"params\":{\"rsa_key\":\""
              "-----BEGIN PUBLIC KEY-----\\n"
              "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAqXQsniuNnkMXZDK9aI0H\\n"
              "Inbh/V2yVCx820QAMbJNHUXN/v/6LsFsSeh75z2nt3r70SPNaJx/Axhz7OmumVX5\\n"
              "U42yMyiYUeb3ZhL2B88BglQnzyBrdhiQ6P1EUH3rcmtchpDYsh+vmNkeRGeZuFfm\\n"
              "XcoWnqW5SnnHxsAT4erQqJMjbTq+Hj0Rn/VqcJqXc5FSKbqI5isGRAgeZjsqRe72\\n"
              "7KeUuF+jEdDLWJ/8uPZPU54BqX9dT3VWHEezW8YfN0/5wcnUfnH+gdJ9Q3dqyhPI\\n"
              "mW8U1zWoLMCNfFCILKi5pCblIFr56F9/RoNYAirAM4bCDHp4ek9ys8XvoBHPMaa9\\n"
              "dwIDAQAB\\n"
              "-----END PUBLIC KEY-----\\n"
              "\"}}");

static void put_header(struct lc_buf *out, uint32_t serial, uint32_t crc)
{
    (void)lc_buf_u8(out, VERSION);
    (void)lc_buf_u8(out, 0);
    (void)lc_buf_be16(out, OPCODE);
    (void)lc_buf_be16(out, (uint16_t)body.n);
    (void)lc_buf_u8(out, FLAGS);
    (void)lc_buf_u8(out, 0);
    (void)lc_buf_be32(out, serial);
    (void)lc_buf_be32(out, crc);
}

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    uint32_t serial = (uint32_t)(ask->nonce ^ ask->nonce >> 32), crc;

    put_header(out, serial, CRC_SET);
    (void)lc_buf_put(out, body);
    crc = lc_dg_crc32(lc_buf_view(out));
    lc_buf_reset(out);
    put_header(out, serial, crc);
    (void)lc_buf_put(out, body);
}

static bool emit(struct lc_facts *f, struct lc_slice result)
{
    bool any;

    any = lc_dg_json_emit_str(f, LC_F_TDP_DEVICE_TYPE, result, "device_type");
    any |= lc_dg_json_emit_str(f, LC_F_TDP_MODEL, result, "device_model");
    if (!any)
        return false;
    (void)lc_dg_json_emit_str(f, LC_F_TDP_FIRMWARE, result, "firmware_version");
    (void)lc_dg_json_emit_str(f, LC_F_TDP_HARDWARE, result, "hardware_version");
    (void)lc_dg_json_emit_bool(f, LC_F_TDP_FACTORY_DEFAULT, result, "factory_default");
    (void)lc_dg_json_emit_str(f, LC_F_TDP_ID, result, "device_id");
    return true;
}

/* That an answer repeats the question's serial is not known, so no token is looked for. */
static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    struct lc_cur head = {.s = lc_slice_from(in, 4)};
    struct lc_slice object, result;
    uint8_t room[LC_DG_JSON_TEXT];

    (void)ask;
    (void)from;
    if (in.n <= HEAD_N || in.p[0] != VERSION ||
        lc_dg_json_open(lc_slice_sub(in, HEAD_N, lc_cur_be16(&head)), &object) != LC_OK)
        return LC_EPARSE;
    if (lc_dg_json_get(lc_dg_json_get(object, "params"), "rsa_key").n)
        return LC_EREFUSED; /* a question */
    result = lc_dg_json_get(object, "result");
    if (!emit(facts, result))
        return LC_EPARSE;
    (void)lc_dg_mac(facts, lc_dg_json_text(lc_dg_json_get(result, "mac"), room));
    return LC_OK;
}

const struct lc_dgram lc_dgram_tdp = {
    .name = "tdp",
    .port = 20002,
    .variants = 1,
    .unicast = true,
    .broadcast = true,
    .build = build,
    .parse = parse,
};
