/* SPDX-License-Identifier: Apache-2.0 */
/* TP-Link's discovery. Header, checksum rule and field names are from the facts on protocols, A3;
 * the device is invented. */
#include "dg_kit.h"
#include "proto/dg_crc.h"

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string.h>

#define FROM "192.0.2.50"

static const struct lc_dgram_ask question = {.nonce = 0x1122334455667788};

static struct lc_slice framed(struct lc_buf *out, const char *json)
{
    lc_buf_init(out, 65535);
    (void)lc_buf_put(out, LC_S("\x02\0\0\x01"));
    (void)lc_buf_be16(out, (uint16_t)strlen(json));
    (void)lc_buf_put(out, LC_S("\x11\0\0\0\0\0\0\0\0\0"));
    (void)lc_buf_puts(out, json);
    return lc_buf_view(out);
}

static const char usual[] =
    "{\"error_code\":0,\"result\":{\"device_id\":\"0123456789ABCDEF0123456789ABCDEF\",\"owner\":"
    "\"S3cretOwner\",\"device_type\":\"SMART.IPCAMERA\",\"device_model\":\"C210\",\"ip\":"
    "\"192.0.2.50\",\"mac\":\"40-AE-30-0A-0B-0C\",\"hardware_version\":\"2.0\","
    "\"firmware_version\":\"1.4.3 Build 241010 Rel.33858n\",\"factory_default\":false,"
    "\"mgt_encrypt_schm\":{\"is_support_https\":true},\"encrypt_info\":{\"sym_schm\":\"AES\","
    "\"key\":\"S3cretKey\",\"data\":\"S3cretData\"},\"connect_ssid\":\"S3cretSsid\"}}";

static uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* The check value of CRC-32 (ISO-HDLC): that of the nine digits. */
static void the_checksum_is_crc32(void **state)
{
    (void)state;
    assert_int_equal(lc_dg_crc32(LC_S("123456789")), 0xCBF43926);
}

static void the_question_is_a_header_its_checksum_and_a_public_key(void **state)
{
    /* A PEM of 460 bytes (lines of 26, 6 * 64, 8 and 24, nine escaped ends) in 25 of JSON. */
    static const uint8_t head[8] = {2, 0, 0, 1, 0x01, 0xE5, 17, 0};
    struct lc_buf q = dg_build(LC_D_TDP, &question);
    uint32_t sum = be32(q.p + 12);

    (void)state;
    assert_memory_equal(q.p, head, 8);
    assert_int_equal(q.n, 16 + 485);
    memcpy(q.p + 12, "\x5A\x6B\x7C\x8D", 4);
    assert_int_equal(sum, lc_dg_crc32(lc_buf_view(&q)));
    lc_buf_free(&q);
}

/* Escapes undone, what stands in the question must be a key that OpenSSL takes: RSA, 2048 bits. */
static void the_public_key_is_one(void **state)
{
    struct lc_buf q = dg_build(LC_D_TDP, &question);
    struct lc_slice head = LC_S("{\"params\":{\"rsa_key\":\""),
                    s = lc_slice_from(lc_buf_view(&q), 16);
    char pem[600] = "";
    size_t n = 0;
    BIO *bio;
    EVP_PKEY *key;

    (void)state;
    assert_true(lc_slice_starts(s, head));
    assert_true(lc_slice_ends(s, LC_S("\"}}")));
    s = lc_slice_sub(s, head.n, s.n - head.n - 3);
    for (size_t i = 0; i < s.n; i++)
        pem[n++] = (char)(s.p[i] == '\\' && s.p[++i] == 'n' ? '\n' : s.p[i]);
    bio = BIO_new_mem_buf(pem, (int)n);
    key = PEM_read_bio_PUBKEY(bio, NULL, NULL, NULL);
    assert_non_null(key);
    assert_int_equal(EVP_PKEY_get_base_id(key), EVP_PKEY_RSA);
    assert_int_equal(EVP_PKEY_get_bits(key), 2048);
    EVP_PKEY_free(key);
    BIO_free(bio);
    lc_buf_free(&q);
}

static void an_answer_becomes_facts_without_its_owners(void **state)
{
    struct lc_buf in;
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_TDP, &question, FROM, framed(&in, usual), &f), LC_OK);
    dg_is(&f, LC_F_TDP_DEVICE_TYPE, "SMART.IPCAMERA");
    dg_is(&f, LC_F_TDP_MODEL, "C210");
    dg_is(&f, LC_F_TDP_FIRMWARE, "1.4.3 Build 241010 Rel.33858n");
    dg_is(&f, LC_F_TDP_HARDWARE, "2.0");
    dg_is_int(&f, LC_F_TDP_FACTORY_DEFAULT, 0);
    dg_is(&f, LC_F_TDP_ID, "0123456789ABCDEF0123456789ABCDEF");
    dg_is(&f, LC_F_MAC_ADDRESS, "40:AE:30:0A:0B:0C");
    dg_nowhere(&f, LC_S("S3cret"));
    lc_facts_free(&f);
    dg_torture(LC_D_TDP, &question, FROM, lc_buf_view(&in));
    lc_buf_free(&in);
}

static void status_is(struct lc_slice in, enum lc_status want)
{
    struct lc_facts f;

    assert_int_equal(dg_parse(LC_D_TDP, &question, FROM, in, &f), want);
    assert_int_equal(f.buf.n, 0);
    lc_facts_free(&f);
}

static void what_is_no_answer_is_refused(void **state)
{
    static const char *const broken[] = {
        "", "{}", "{\"error_code\":-1}", "{\"result\":[]}",
        "{\"result\":{\"mac\":\"40-AE-30-0A-0B-0C\",\"owner\":\"x\"}}"};
    struct lc_buf in, q = dg_build(LC_D_TDP, &question);

    (void)state;
    status_is(lc_buf_view(&q), LC_EREFUSED);
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        status_is(framed(&in, broken[i]), LC_EPARSE);
        lc_buf_free(&in);
    }
    framed(&in, usual);
    in.p[0] = 1;
    status_is(lc_buf_view(&in), LC_EPARSE);
    lc_buf_free(&in);
    lc_buf_free(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_checksum_is_crc32),
        cmocka_unit_test(the_question_is_a_header_its_checksum_and_a_public_key),
        cmocka_unit_test(the_public_key_is_one),
        cmocka_unit_test(an_answer_becomes_facts_without_its_owners),
        cmocka_unit_test(what_is_no_answer_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
