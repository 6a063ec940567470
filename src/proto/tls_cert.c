/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One certificate, from DER to facts. Decoding is OpenSSL's; this file bounds what goes in and
 * renders names in one stable form: short names in certificate order, "CN=...,OU=...", UTF-8,
 * control characters left out, commas and backslashes in values escaped.
 */
#include "proto/tls.h"
#include "base/addr.h"
#include "base/hash.h"
#include "base/text.h"
#include "proto/emit.h"
#include "proto/msg.h"

#include <openssl/asn1.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <time.h>

#define NAME_CAP 1024U
#define RDN_CAP  32 /* attributes of a name that are rendered */
#define SAN_CAP  8  /* alternative names that become facts */

static void put_value(struct lc_buf *out, const ASN1_STRING *value)
{
    unsigned char *utf8 = NULL;
    int n = ASN1_STRING_to_UTF8(&utf8, value);
    struct lc_slice s = lc_slice_of(utf8, n > 0 ? (size_t)n : 0);

    while (s.n) {
        uint32_t cp = lc_utf8_take(&s);

        if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0))
            continue;
        if (cp == ',' || cp == '\\')
            (void)lc_buf_u8(out, '\\');
        lc_put_utf8(out, cp);
    }
    OPENSSL_free(utf8);
}

static void put_key(struct lc_buf *out, const ASN1_OBJECT *object)
{
    int nid = OBJ_obj2nid(object);
    char dotted[80];

    if (nid != NID_undef) {
        (void)lc_buf_puts(out, OBJ_nid2sn(nid));
    } else if (OBJ_obj2txt(dotted, sizeof dotted, object, 1) > 0) {
        (void)lc_buf_puts(out, dotted);
    }
    (void)lc_buf_u8(out, '=');
}

static void emit_name(const X509_NAME *name, enum lc_fact_name fact, struct lc_facts *f)
{
    struct lc_buf out;
    int n = X509_NAME_entry_count(name);

    lc_buf_init(&out, NAME_CAP);
    for (int i = 0; i < n && i < RDN_CAP; i++) {
        const X509_NAME_ENTRY *e = X509_NAME_get_entry(name, i);

        if (i)
            (void)lc_buf_u8(&out, ',');
        put_key(&out, X509_NAME_ENTRY_get_object(e));
        put_value(&out, X509_NAME_ENTRY_get_data(e));
    }
    (void)lc_emit(f, fact, lc_buf_view(&out));
    lc_buf_free(&out);
}

static void emit_time(const ASN1_TIME *t, enum lc_fact_name fact, struct lc_facts *f)
{
    struct tm tm = {.tm_year = 0};

    if (ASN1_TIME_to_tm(t, &tm))
        lc_facts_int(f, fact, (int64_t)timegm(&tm));
}

static void emit_sha256(struct lc_slice s, enum lc_fact_name fact, struct lc_facts *f)
{
    uint8_t hash[32];
    char hex[65];

    lc_sha256(s, hash);
    lc_hex(lc_slice_of(hash, sizeof hash), hex);
    (void)lc_emit(f, fact, lc_slice_of(hex, 64));
}

static const char *key_type(const EVP_PKEY *key)
{
    switch (EVP_PKEY_get_base_id(key)) {
    case EVP_PKEY_RSA:
    case EVP_PKEY_RSA_PSS:
        return "rsa";
    case EVP_PKEY_EC:
        return "ec";
    case EVP_PKEY_DSA:
        return "dsa";
    case EVP_PKEY_ED25519:
        return "ed25519";
    case EVP_PKEY_ED448:
        return "ed448";
    default:
        return "other";
    }
}

static void emit_key(const X509 *x, struct lc_facts *f)
{
    EVP_PKEY *key = X509_get0_pubkey(x);
    unsigned char *spki = NULL;
    int n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), &spki);

    if (n > 0)
        emit_sha256(lc_slice_of(spki, (size_t)n), LC_F_TLS_CERT_KEY_SHA256, f);
    OPENSSL_free(spki);
    if (key == NULL)
        return;
    (void)lc_emit(f, LC_F_TLS_CERT_KEY_TYPE, lc_slice_str(key_type(key)));
    if (EVP_PKEY_get_bits(key) > LC_TLS_KEY_CAP)
        lc_emit_odd(f, LC_ODD(LC_ODD_CERT_BIG));
    else
        lc_facts_int(f, LC_F_TLS_CERT_KEY_BITS, EVP_PKEY_get_bits(key));
}

static void emit_san(const GENERAL_NAME *g, struct lc_facts *f)
{
    struct lc_buf out;
    char text[LC_ADDR_TEXT];
    struct lc_addr a = {.zone = 0};
    const uint8_t *ip;

    lc_buf_init(&out, 512);
    if (g->type == GEN_DNS) {
        put_value(&out, g->d.dNSName);
    } else if (g->type == GEN_IPADD && ASN1_STRING_length(g->d.iPAddress) == 4) {
        ip = ASN1_STRING_get0_data(g->d.iPAddress);
        a = lc_addr_v4((uint32_t)ip[0] << 24 | (uint32_t)ip[1] << 16 | (uint32_t)ip[2] << 8 |
                       ip[3]);
        (void)lc_buf_put(&out, lc_slice_of(text, lc_addr_format(&a, text)));
    } else if (g->type == GEN_IPADD && ASN1_STRING_length(g->d.iPAddress) == 16) {
        ip = ASN1_STRING_get0_data(g->d.iPAddress);
        for (size_t i = 0; i < 16; i++)
            a.b[i] = ip[i];
        (void)lc_buf_put(&out, lc_slice_of(text, lc_addr_format(&a, text)));
    }
    (void)lc_emit(f, LC_F_TLS_CERT_SAN, lc_buf_view(&out));
    lc_buf_free(&out);
}

static void emit_sans(const X509 *x, struct lc_facts *f)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);

    for (int i = 0; names && i < sk_GENERAL_NAME_num(names) && i < SAN_CAP; i++)
        emit_san(sk_GENERAL_NAME_value(names, i), f);
    GENERAL_NAMES_free(names);
}

void lc_tls_leaf(struct lc_slice der, struct lc_facts *out)
{
    const unsigned char *p = der.p;
    X509 *x;

    if (der.n > LC_TLS_LEAF_CAP) {
        lc_emit_odd(out, LC_ODD(LC_ODD_CERT_BIG));
        return;
    }
    x = der.n ? d2i_X509(NULL, &p, (long)der.n) : NULL;
    if (x == NULL) {
        ERR_clear_error();
        lc_emit_odd(out, LC_ODD(LC_ODD_CERT_BAD));
        return;
    }
    emit_sha256(lc_slice_sub(der, 0, (size_t)(p - der.p)), LC_F_TLS_CERT_SHA256, out);
    emit_name(X509_get_subject_name(x), LC_F_TLS_CERT_SUBJECT, out);
    emit_name(X509_get_issuer_name(x), LC_F_TLS_CERT_ISSUER, out);
    lc_facts_bool(out, LC_F_TLS_CERT_SELF_SIGNED,
                  X509_NAME_cmp(X509_get_subject_name(x), X509_get_issuer_name(x)) == 0);
    emit_time(X509_get0_notBefore(x), LC_F_TLS_CERT_NOT_BEFORE, out);
    emit_time(X509_get0_notAfter(x), LC_F_TLS_CERT_NOT_AFTER, out);
    emit_key(x, out);
    emit_sans(x, out);
    X509_free(x);
    ERR_clear_error();
}

/* Everything here sits in the library itself; fetching one digest starts the default provider. */
void lc_tls_prepare(void)
{
    EVP_MD *md;

    (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG | OPENSSL_INIT_ADD_ALL_DIGESTS |
                                  OPENSSL_INIT_LOAD_CRYPTO_STRINGS,
                              NULL);
    md = EVP_MD_fetch(NULL, "SHA256", NULL);
    EVP_MD_free(md);
}
