/* SPDX-License-Identifier: Apache-2.0 */
/* MD5, SHA-256 and HMAC by OpenSSL. The digests are fetched once: EVP_sha256() per call costs a
 * lookup. */
#include "base/hash.h"

#include <assert.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>

void lc_md5(struct lc_slice s, uint8_t out[static 16])
{
    unsigned n = 0;
    int ok = EVP_Digest(s.p ? s.p : (const uint8_t *)"", s.n, out, &n, EVP_md5(), NULL);

    assert(ok == 1 && n == 16);
}

void lc_sha256(struct lc_slice s, uint8_t out[static 32])
{
    (void)SHA256(s.p ? s.p : (const uint8_t *)"", s.n, out);
}

/* The type is never defined: its pointer is OpenSSL's. */
struct lc_hasher *lc_hasher_new(void)
{
    EVP_MD_CTX *c = EVP_MD_CTX_new();

    if (c && EVP_DigestInit_ex(c, EVP_sha256(), NULL) == 1)
        return (struct lc_hasher *)c;
    EVP_MD_CTX_free(c);
    return NULL;
}

void lc_hasher_add(struct lc_hasher *h, struct lc_slice s)
{
    int ok = s.n ? EVP_DigestUpdate((EVP_MD_CTX *)h, s.p, s.n) : 1;

    assert(ok == 1);
}

void lc_hasher_end(struct lc_hasher *h, uint8_t *out)
{
    int ok = out && h ? EVP_DigestFinal_ex((EVP_MD_CTX *)h, out, NULL) : 1;

    assert(ok == 1);
    EVP_MD_CTX_free((EVP_MD_CTX *)h);
}

void lc_hmac_sha256(struct lc_slice key, struct lc_slice s, uint8_t out[static 32])
{
    unsigned n = 0;
    const void *ok = HMAC(EVP_sha256(), key.p, (int)key.n, s.p, s.n, out, &n);

    assert(ok && n == 32);
}
