/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Certificates as the persona describes them: names in its order, key size, validity, old versions
 * and weak digests included (security level 0). RSA keys are derived from the persona's id, so two
 * runs of a street show the same fingerprints; they protect nothing.
 */
#include "tls.h"

#include "base/hash.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/param_build.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

#define NAMES_MAX 12

struct sim_tls {
    SSL_CTX *ctx;
    struct lc_slice id, subject[NAMES_MAX], issuer[NAMES_MAX];
    size_t subject_n, issuer_n;
    char key[16], digest[16], ciphers[256], not_before[16], not_after[16], alt[256];
    uint64_t serial, bulk;
    int least, most;
};

static void load_text(struct sim_doc *d, yaml_node_t *node, const char *key, const char *otherwise,
                      char *out, size_t cap)
{
    struct lc_slice s = sim_doc_text(d, sim_doc_get(d, node, key));
    if (s.n >= cap)
        sim_doc_fail(d, node, "\"%s\" is too long", key);
    snprintf(out, cap, "%.*s", s.n ? (int)s.n : (int)strlen(otherwise),
             s.n ? (const char *)s.p : otherwise);
}

static size_t load_names(struct sim_doc *d, yaml_node_t *list, struct lc_slice *out)
{
    size_t n = sim_doc_count(d, list);
    if (n > NAMES_MAX)
        sim_doc_fail(d, list, "more than %d name parts", NAMES_MAX);
    for (size_t i = 0; i < n && !d->bad; i++)
        out[i] = sim_doc_text(d, sim_doc_item(d, list, i));
    return d->bad ? 0 : n;
}

static int load_version(struct sim_doc *d, yaml_node_t *node, const char *key, int otherwise)
{
    static const int versions[] = {TLS1_VERSION, TLS1_1_VERSION, TLS1_2_VERSION, TLS1_3_VERSION};
    struct lc_slice s = sim_doc_text(d, sim_doc_get(d, node, key));
    if (!s.n)
        return otherwise;
    if (s.n == 3 && s.p[0] == '1' && s.p[1] == '.' && s.p[2] >= '0' && s.p[2] <= '3')
        return versions[s.p[2] - '0'];
    sim_doc_fail(d, node, "%s is one of 1.0, 1.1, 1.2, 1.3", key);
    return otherwise;
}

struct sim_tls *sim_tls_load(struct sim_doc *d, yaml_node_t *node, struct lc_slice id)
{
    sim_doc_keys(
        d, node,
        "subject issuer key digest serial not_before not_after alt bulk least most ciphers");
    struct sim_tls *t = sim_doc_alloc(d, 1, sizeof(*t));
    if (d->bad)
        return NULL;
    t->id = id;
    t->subject_n = load_names(d, sim_doc_need(d, node, "subject"), t->subject);
    t->issuer_n = load_names(d, sim_doc_get(d, node, "issuer"), t->issuer);
    load_text(d, node, "key", "rsa-2048", t->key, sizeof(t->key));
    load_text(d, node, "digest", "sha256", t->digest, sizeof(t->digest));
    load_text(d, node, "ciphers", "ALL", t->ciphers, sizeof(t->ciphers));
    load_text(d, node, "not_before", "2020-01-01", t->not_before, sizeof(t->not_before));
    load_text(d, node, "not_after", "2045-01-01", t->not_after, sizeof(t->not_after));
    load_text(d, node, "alt", "", t->alt, sizeof(t->alt));
    t->serial = sim_doc_number(d, sim_doc_get(d, node, "serial"), INT64_MAX);
    t->bulk = sim_doc_number(d, sim_doc_get(d, node, "bulk"), 1 << 20);
    t->least = load_version(d, node, "least", TLS1_2_VERSION);
    t->most = load_version(d, node, "most", TLS1_3_VERSION);
    return t;
}

/* A prime of `bits` that follows from the seed: hash out a start, then walk the odd numbers. */
static BIGNUM *make_prime(struct lc_slice seed, unsigned salt, unsigned bits, BN_CTX *bn)
{
    uint8_t bytes[256], block[32];
    struct lc_buf text;
    BN_ULONG rest;
    for (unsigned i = 0; i < bits / 8; i += 32) {
        lc_buf_init(&text, 4096);
        lc_buf_put(&text, seed);
        lc_buf_le32(&text, salt);
        lc_buf_le32(&text, i);
        lc_sha256(lc_buf_view(&text), block);
        lc_buf_free(&text);
        memcpy(bytes + i, block, sizeof(block));
    }
    bytes[0] |= 0xc0; /* the product of two such has its full length */
    bytes[bits / 8 - 1] |= 1;
    BIGNUM *p = BN_bin2bn(bytes, (int)bits / 8, NULL);
    while (p && ((rest = BN_mod_word(p, RSA_F4)) == 1 || BN_check_prime(p, bn, NULL) != 1))
        BN_add_word(p, 2);
    return p;
}

struct rsa_numbers {
    BIGNUM *p, *q, *n, *e, *d, *dp, *dq, *qi;
};

static bool rsa_fill(struct rsa_numbers *r, struct lc_slice seed, unsigned bits, BN_CTX *bn)
{
    BIGNUM *p1 = NULL, *q1 = NULL, *phi = BN_new();
    r->p = make_prime(seed, 1, bits / 2, bn);
    r->q = make_prime(seed, 2, bits / 2, bn);
    r->n = BN_new();
    r->e = BN_new();
    r->dp = BN_new();
    r->dq = BN_new();
    p1 = r->p ? BN_dup(r->p) : NULL;
    q1 = r->q ? BN_dup(r->q) : NULL;
    bool ok = p1 && q1 && phi && r->n && r->e && r->dp && r->dq && BN_sub_word(p1, 1) &&
              BN_sub_word(q1, 1) && BN_mul(r->n, r->p, r->q, bn) && BN_mul(phi, p1, q1, bn) &&
              BN_set_word(r->e, RSA_F4);
    if (ok) {
        r->d = BN_mod_inverse(NULL, r->e, phi, bn);
        r->qi = BN_mod_inverse(NULL, r->q, r->p, bn);
        ok = r->d && r->qi && BN_mod(r->dp, r->d, p1, bn) && BN_mod(r->dq, r->d, q1, bn);
    }
    BN_free(p1);
    BN_free(q1);
    BN_free(phi);
    return ok;
}

static EVP_PKEY *rsa_join(const struct rsa_numbers *r)
{
    EVP_PKEY *key = NULL;
    OSSL_PARAM_BLD *b = OSSL_PARAM_BLD_new();
    OSSL_PARAM *params = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
    if (b && OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_N, r->n) &&
        OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_E, r->e) &&
        OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_D, r->d) &&
        OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_FACTOR1, r->p) &&
        OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_FACTOR2, r->q) &&
        OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_EXPONENT1, r->dp) &&
        OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_EXPONENT2, r->dq) &&
        OSSL_PARAM_BLD_push_BN(b, OSSL_PKEY_PARAM_RSA_COEFFICIENT1, r->qi))
        params = OSSL_PARAM_BLD_to_param(b);
    if (!params || !ctx || EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
        key = NULL;
    OSSL_PARAM_free(params);
    OSSL_PARAM_BLD_free(b);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

static EVP_PKEY *make_key(const char *kind, struct lc_slice seed)
{
    EVP_PKEY *key = NULL;
    struct rsa_numbers r = {0};
    unsigned bits = strcmp(kind, "rsa-1024") == 0   ? 1024
                    : strcmp(kind, "rsa-2048") == 0 ? 2048
                    : strcmp(kind, "rsa-4096") == 0 ? 4096
                                                    : 0;
    if (strcmp(kind, "ec-p256") == 0)
        return EVP_EC_gen("P-256");
    BN_CTX *bn = BN_CTX_new();
    if (bn && bits && rsa_fill(&r, seed, bits, bn))
        key = rsa_join(&r);
    BIGNUM *all[] = {r.p, r.q, r.n, r.e, r.d, r.dp, r.dq, r.qi};
    for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
        BN_free(all[i]);
    BN_CTX_free(bn);
    return key;
}

/* "CN=..." parts in the persona's order; a value may hold any byte. */
static bool put_names(X509_NAME *name, const struct lc_slice *part, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char field[40];
        size_t eq = lc_slice_chr(part[i], '=', 0);
        struct lc_slice value = lc_slice_from(part[i], eq + 1);
        if (eq == LC_NPOS || eq >= sizeof(field))
            return false;
        snprintf(field, sizeof(field), "%.*s", (int)eq, (const char *)part[i].p);
        if (!X509_NAME_add_entry_by_txt(name, field, MBSTRING_UTF8, value.p, (int)value.n, -1, 0))
            return false;
    }
    return true;
}

static bool put_time(ASN1_TIME *at, const char *date)
{
    char text[20];
    if (strlen(date) != 10)
        return false;
    snprintf(text, sizeof(text), "%.4s%.2s%.2s000000Z", date, date + 5, date + 8);
    return ASN1_TIME_set_string_X509(at, text) == 1;
}

/* A comment of `bulk` bytes, for certificates of unreasonable size. */
static bool put_extensions(const struct sim_tls *t, X509 *x)
{
    X509_EXTENSION *e =
        t->alt[0] ? X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, t->alt) : NULL;
    bool ok = !t->alt[0] || (e && X509_add_ext(x, e, -1));
    X509_EXTENSION_free(e);
    if (!ok || !t->bulk)
        return ok;
    ASN1_OCTET_STRING *s = ASN1_OCTET_STRING_new();
    uint8_t *filler = lc_alloc(t->bulk);
    ok = s && filler && ASN1_OCTET_STRING_set(s, filler, (int)t->bulk);
    e = ok ? X509_EXTENSION_create_by_NID(NULL, NID_netscape_comment, 0, s) : NULL;
    ok = e && X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
    ASN1_OCTET_STRING_free(s);
    lc_free(filler);
    return ok;
}

static bool fill_certificate(const struct sim_tls *t, X509 *x, EVP_PKEY *key)
{
    const struct lc_slice *issuer = t->issuer_n ? t->issuer : t->subject;
    size_t issuer_n = t->issuer_n ? t->issuer_n : t->subject_n;
    EVP_PKEY *signer = t->issuer_n ? make_key("rsa-2048", t->issuer[0]) : key;
    const EVP_MD *md = EVP_get_digestbyname(t->digest);
    bool ok = md && signer && X509_set_version(x, X509_VERSION_3) == 1 &&
              ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), t->serial) == 1 &&
              put_names(X509_get_subject_name(x), t->subject, t->subject_n) &&
              put_names(X509_get_issuer_name(x), issuer, issuer_n) &&
              put_time(X509_getm_notBefore(x), t->not_before) &&
              put_time(X509_getm_notAfter(x), t->not_after) && X509_set_pubkey(x, key) == 1 &&
              put_extensions(t, x) && X509_sign(x, signer, md) > 0;
    if (t->issuer_n)
        EVP_PKEY_free(signer);
    return ok;
}

static bool fill_ctx(const struct sim_tls *t, SSL_CTX *ctx, X509 *x, EVP_PKEY *key)
{
    SSL_CTX_set_security_level(ctx, 0);
    SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION);
    SSL_CTX_set_num_tickets(ctx, 0);
    SSL_CTX_set_mode(ctx, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER |
                              SSL_MODE_RELEASE_BUFFERS);
    return SSL_CTX_set_min_proto_version(ctx, t->least) == 1 &&
           SSL_CTX_set_max_proto_version(ctx, t->most) == 1 &&
           SSL_CTX_set_cipher_list(ctx, t->ciphers) == 1 && SSL_CTX_use_certificate(ctx, x) == 1 &&
           SSL_CTX_use_PrivateKey(ctx, key) == 1;
}

enum lc_status sim_tls_build(struct sim_tls *t, struct lc_err *err)
{
    if (t->ctx)
        return LC_OK;
    EVP_PKEY *key = make_key(t->key, t->id);
    X509 *x = X509_new();
    SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
    if (key && x && ctx && fill_certificate(t, x, key) && fill_ctx(t, ctx, x, key))
        t->ctx = ctx;
    else
        SSL_CTX_free(ctx);
    EVP_PKEY_free(key);
    X509_free(x);
    return t->ctx ? LC_OK
                  : lc_fail(err, LC_EINVAL,
                            "persona %.*s: its tls block gives no certificate (key, names, dates, "
                            "digest or ciphers)",
                            LC_S_ARG(t->id));
}

void sim_tls_free(struct sim_tls *t)
{
    if (!t)
        return;
    SSL_CTX_free(t->ctx);
    t->ctx = NULL;
}

SSL_CTX *sim_tls_ctx(struct sim_tls *t)
{
    return t->ctx;
}
