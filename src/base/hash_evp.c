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

void lc_hmac_sha256(struct lc_slice key, struct lc_slice s, uint8_t out[static 32])
{
    unsigned n = 0;
    const void *ok = HMAC(EVP_sha256(), key.p, (int)key.n, s.p, s.n, out, &n);

    assert(ok && n == 32);
}
