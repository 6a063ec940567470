/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tuya's beacons, listened to and never asked for: UDP 6666 in clear (version 3.1), 6667 encrypted
 * (3.3 and later); facts on protocols A3. Big endian:
 *
 *     off size
 *      0   4   00 00 55 aa
 *      4   4   sequence
 *      8   4   command
 *     12   4   bytes that follow: n
 *     16   4   return code, in most frames
 *     ..       payload: JSON, or JSON under AES-128-ECB
 *   8+n    4   CRC-32 of all before it
 *  12+n    4   00 00 aa 55
 *
 * The key is one constant for the whole world, the MD5 of a published word: it hides nothing, so
 * reading it reads no secret. It opens no device. Frames of version 3.5 (00 00 66 99, AES-GCM) are
 * noted for what they are and not opened: TinyTuya does so with the same key [TT], but nothing more
 * would be learnt than the product's number. A role that sits in the sandbox has called
 * lc_tls_prepare first, so that OpenSSL opens no file here.
 */
#include "proto/dg_crc.h"
#include "proto/dg_json.h"
#include "proto/dgram.h"

#include <openssl/evp.h>

#define MARK_55AA  0x000055AAU
#define END_55AA   0x0000AA55U
#define MARK_6699  0x00006699U
#define END_6699   0x00009966U
#define HEAD_N     16U
#define BLOCK      16U
#define SEALED_MAX 1024U /* beacons are about 200 bytes */

/* MD5("yGAdlopoPVldABfn"); the test computes it again. */
static const uint8_t public_key[16] = {0x6c, 0x1e, 0xc8, 0xe2, 0xbb, 0x9b, 0xb5, 0x9a,
                                       0xb5, 0x0b, 0x0d, 0xaf, 0x64, 0x9b, 0x41, 0x0a};

/* Decrypts whole blocks and takes the padding off (PKCS 7: n bytes of value n). Empty when it is
 * not what the key closed. */
static struct lc_slice unseal(struct lc_slice in, uint8_t out[static SEALED_MAX])
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0;
    bool ok = ctx && EVP_DecryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, public_key, NULL) == 1 &&
              EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
              EVP_DecryptUpdate(ctx, out, &n, in.p, (int)in.n) == 1 && (size_t)n == in.n;
    uint8_t pad = ok ? out[in.n - 1] : 0;

    EVP_CIPHER_CTX_free(ctx);
    if (pad == 0 || pad > BLOCK)
        return (struct lc_slice){NULL, 0};
    for (size_t i = 0; i < pad; i++)
        if (out[in.n - 1 - i] != pad)
            return (struct lc_slice){NULL, 0};
    return lc_slice_of(out, in.n - pad);
}

/* What lies between header and checksum, if the frame is whole and its checksum right. */
static bool take_frame(struct lc_slice in, struct lc_slice *inside)
{
    struct lc_cur c = {.s = in};
    uint32_t n;

    if (lc_cur_be32(&c) != MARK_55AA)
        return false;
    (void)lc_cur_be32(&c);
    (void)lc_cur_be32(&c);
    n = lc_cur_be32(&c);
    if (c.bad || n < 8 || n != c.s.n)
        return false;
    *inside = lc_cur_take(&c, n - 8);
    return lc_cur_be32(&c) == lc_dg_crc32(lc_slice_sub(in, 0, in.n - 8)) &&
           lc_cur_be32(&c) == END_55AA;
}

/* The JSON, with or without a return code before it, in clear or sealed. */
static enum lc_status take_json(struct lc_slice inside, uint8_t room[static SEALED_MAX],
                                bool *sealed, struct lc_slice *object)
{
    *sealed = false;
    if (lc_dg_json_open(inside, object) == LC_OK ||
        lc_dg_json_open(lc_slice_from(inside, 4), object) == LC_OK)
        return LC_OK;
    *sealed = true;
    if (inside.n % BLOCK == 4)
        inside = lc_slice_from(inside, 4);
    if (inside.n == 0 || inside.n % BLOCK || inside.n > SEALED_MAX)
        return LC_EPARSE;
    return lc_dg_json_open(unseal(inside, room), object);
}

/* 00 00 66 99, two bytes, sequence, command, length of what follows without the end mark (at 14).
 */
static bool is_6699(struct lc_slice in)
{
    struct lc_cur c = {.s = in};
    uint32_t n;

    if (lc_cur_be32(&c) != MARK_6699)
        return false;
    (void)lc_cur_take(&c, 10);
    n = lc_cur_be32(&c);
    if (c.bad || n < 12 + 16 || c.s.n < 4 || n != c.s.n - 4) /* its IV and its tag */
        return false;
    (void)lc_cur_take(&c, n);
    return lc_cur_be32(&c) == END_6699;
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    uint8_t room[SEALED_MAX];
    struct lc_slice inside, object;
    bool sealed;

    (void)ask;
    (void)from;
    if (is_6699(in)) {
        lc_facts_str(facts, LC_F_TUYA_VERSION, LC_S("3.5"));
        return LC_OK;
    }
    if (!take_frame(in, &inside) || take_json(inside, room, &sealed, &object) != LC_OK)
        return LC_EPARSE;
    if (!lc_dg_json_emit_str(facts, LC_F_TUYA_ID, object, "gwId"))
        return LC_EREFUSED; /* an app that looks for devices */
    (void)lc_dg_json_emit_str(facts, LC_F_TUYA_PRODUCT, object, "productKey");
    (void)lc_dg_json_emit_str(facts, LC_F_TUYA_VERSION, object, "version");
    lc_facts_bool(facts, LC_F_TUYA_ENCRYPTED, sealed);
    return LC_OK;
}

const struct lc_dgram lc_dgram_tuya = {
    .name = "tuya",
    .port = 6666,
    .listen = true,
    .parse = parse,
};

const struct lc_dgram lc_dgram_tuyaenc = {
    .name = "tuyaenc",
    .port = 6667,
    .listen = true,
    .parse = parse,
};
