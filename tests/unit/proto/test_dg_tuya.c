/* SPDX-License-Identifier: Apache-2.0 */
/* Tuya's beacons: frame, ports and the public constant key are from the facts on protocols, A3; the
 * device is invented. Both codecs read both forms, for the port proves nothing. */
#include "base/hash.h"
#include "dg_kit.h"
#include "proto/dg_crc.h"

#include <openssl/evp.h>
#include <string.h>

#define FROM "192.0.2.60"

static const char usual[] =
    "{\"ip\":\"192.0.2.60\",\"gwId\":\"bf0123456789abcdefwxyz\",\"active\":2,\"ability\":0,"
    "\"mode\":0,\"encrypt\":true,\"productKey\":\"keym9qkuywghyrvs\",\"version\":\"3.3\"}";

static struct lc_slice framed(struct lc_buf *out, struct lc_slice payload, bool code)
{
    lc_buf_init(out, 65535);
    (void)lc_buf_be32(out, 0x000055AA);
    (void)lc_buf_be32(out, 0);
    (void)lc_buf_be32(out, 0x13);
    (void)lc_buf_be32(out, (uint32_t)payload.n + 8 + (code ? 4 : 0));
    if (code)
        (void)lc_buf_be32(out, 0);
    (void)lc_buf_put(out, payload);
    (void)lc_buf_be32(out, lc_dg_crc32(lc_buf_view(out)));
    (void)lc_buf_be32(out, 0x0000AA55);
    return lc_buf_view(out);
}

/* Under the key as the facts derive it. */
static struct lc_slice sealed(uint8_t out[static 2048], const char *json)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    uint8_t key[16];
    int n = 0, tail = 0;

    lc_md5(LC_S("yGAdlopoPVldABfn"), key);
    assert_true(strlen(json) < 2000);
    assert_int_equal(EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, key, NULL), 1);
    assert_int_equal(EVP_EncryptUpdate(ctx, out, &n, (const uint8_t *)json, (int)strlen(json)), 1);
    assert_int_equal(EVP_EncryptFinal_ex(ctx, out + n, &tail), 1);
    EVP_CIPHER_CTX_free(ctx);
    return lc_slice_of(out, (size_t)(n + tail));
}

static void they_are_only_listened_to(void **state)
{
    static const enum lc_dgram_id ids[] = {LC_D_TUYA, LC_D_TUYAENC};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_null(lc_dgram_get(ids[i])->build);
        assert_int_equal(lc_dgram_get(ids[i])->variants, 0);
        assert_true(lc_dgram_get(ids[i])->listen);
    }
}

static void a_beacon_in_clear_becomes_facts(void **state)
{
    (void)state;
    for (int code = 0; code < 2; code++) {
        struct lc_buf in;
        struct lc_facts f;

        assert_int_equal(
            dg_parse(LC_D_TUYA, NULL, FROM, framed(&in, lc_slice_str(usual), code), &f), LC_OK);
        dg_is(&f, LC_F_TUYA_ID, "bf0123456789abcdefwxyz");
        dg_is(&f, LC_F_TUYA_PRODUCT, "keym9qkuywghyrvs");
        dg_is(&f, LC_F_TUYA_VERSION, "3.3");
        dg_is_int(&f, LC_F_TUYA_ENCRYPTED, 0);
        lc_facts_free(&f);
        dg_torture(LC_D_TUYA, NULL, FROM, lc_buf_view(&in));
        lc_buf_free(&in);
    }
}

static void a_sealed_beacon_becomes_the_same(void **state)
{
    uint8_t room[2048];

    (void)state;
    for (int code = 0; code < 2; code++) {
        struct lc_buf in;
        struct lc_facts f;

        assert_int_equal(
            dg_parse(LC_D_TUYAENC, NULL, FROM, framed(&in, sealed(room, usual), code), &f), LC_OK);
        dg_is(&f, LC_F_TUYA_ID, "bf0123456789abcdefwxyz");
        dg_is(&f, LC_F_TUYA_PRODUCT, "keym9qkuywghyrvs");
        dg_is(&f, LC_F_TUYA_VERSION, "3.3");
        dg_is_int(&f, LC_F_TUYA_ENCRYPTED, 1);
        lc_facts_free(&f);
        dg_torture(LC_D_TUYAENC, NULL, FROM, lc_buf_view(&in));
        lc_buf_free(&in);
    }
}

static void status_is(struct lc_slice in, enum lc_status want)
{
    struct lc_facts f;

    assert_int_equal(dg_parse(LC_D_TUYAENC, NULL, FROM, in, &f), want);
    assert_int_equal(f.buf.n, 0);
    lc_facts_free(&f);
}

static void a_frame_that_is_not_whole_or_not_sealed_right_is_dropped(void **state)
{
    uint8_t room[2048], plain[64] = {0};
    struct lc_buf in;

    (void)state;
    framed(&in, sealed(room, usual), true);
    for (size_t i = 0; i < in.n; i++) { /* whatever byte is changed: mark, length, checksum, end */
        in.p[i] ^= 1;
        status_is(lc_buf_view(&in), LC_EPARSE);
        in.p[i] ^= 1;
    }
    lc_buf_free(&in);
    status_is(framed(&in, lc_slice_of(plain, 64), false), LC_EPARSE); /* another key */
    lc_buf_free(&in);
    status_is(framed(&in, lc_slice_of(plain, 63), false), LC_EPARSE); /* no whole blocks */
    lc_buf_free(&in);
    status_is(framed(&in, lc_slice_of(plain, 0), false), LC_EPARSE);
    lc_buf_free(&in);
    memset(room, '0', 1040);
    status_is(framed(&in, lc_slice_of(room, 1040), false), LC_EPARSE); /* past our bound */
    lc_buf_free(&in);
}

/* The checksum stops what dg_torture changes, so the plain text is changed here before it is
 * sealed. */
static void whatever_is_sealed_is_read_safely(void **state)
{
    static const char noise[] = {'"', '{', '\\', ',', '\x01', '\xff'};
    uint8_t room[2048];
    char json[sizeof usual];
    unsigned kept = 0;

    (void)state;
    for (size_t i = 0; i + 1 < sizeof usual; i++)
        for (size_t k = 0; k < sizeof noise; k++) {
            struct lc_buf in;
            struct lc_facts f;
            enum lc_status st;

            memcpy(json, usual, sizeof usual);
            json[i] = noise[k];
            st = dg_parse(LC_D_TUYAENC, NULL, FROM, framed(&in, sealed(room, json), true), &f);
            assert_true(st == LC_OK || f.buf.n == 0);
            kept += st == LC_OK;
            lc_facts_free(&f);
            lc_buf_free(&in);
        }
    assert_true(kept > 0);
}

static void an_app_that_looks_for_devices_is_none(void **state)
{
    struct lc_buf in;

    (void)state;
    status_is(framed(&in, LC_S("{\"from\":\"app\",\"ip\":\"192.0.2.60\"}"), false), LC_EREFUSED);
    lc_buf_free(&in);
}

static void a_frame_of_version_3_5_is_noted_without_its_content(void **state)
{
    uint8_t frame[18 + 44 + 4] = {0, 0, 0x66, 0x99, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0x13, 0, 0, 0, 44};
    struct lc_facts f;

    (void)state;
    memcpy(frame + 62, "\0\0\x99\x66", 4);
    assert_int_equal(dg_parse(LC_D_TUYAENC, NULL, FROM, lc_slice_of(frame, sizeof frame), &f),
                     LC_OK);
    dg_is(&f, LC_F_TUYA_VERSION, "3.5");
    dg_absent(&f, LC_F_TUYA_ID);
    dg_absent(&f, LC_F_TUYA_PRODUCT);
    lc_facts_free(&f);
    dg_torture(LC_D_TUYAENC, NULL, FROM, lc_slice_of(frame, sizeof frame));
    frame[17] = 43;
    status_is(lc_slice_of(frame, sizeof frame), LC_EPARSE);
    frame[17] = 44;
    frame[65] = 0;
    status_is(lc_slice_of(frame, sizeof frame), LC_EPARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_only_listened_to),
        cmocka_unit_test(a_beacon_in_clear_becomes_facts),
        cmocka_unit_test(a_sealed_beacon_becomes_the_same),
        cmocka_unit_test(a_frame_that_is_not_whole_or_not_sealed_right_is_dropped),
        cmocka_unit_test(whatever_is_sealed_is_read_safely),
        cmocka_unit_test(an_app_that_looks_for_devices_is_none),
        cmocka_unit_test(a_frame_of_version_3_5_is_noted_without_its_content),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
