/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hashes and text encodings that more than one floor needs. Cryptographic ones are OpenSSL's
 * (hash_evp.c); SipHash-2-4 (Aumasson and Bernstein, 2012) keys every table that a peer could fill.
 */
#ifndef LC_BASE_HASH_H
#define LC_BASE_HASH_H

#include "base/buf.h"

uint64_t lc_siphash(const uint64_t key[static 2], struct lc_slice s);
/* MurmurHash3 x86_32 (Appleby), as the favicon indexes use it. */
uint32_t lc_murmur3_32(struct lc_slice s, uint32_t seed);

void lc_md5(struct lc_slice s, uint8_t out[static 16]);
void lc_sha256(struct lc_slice s, uint8_t out[static 32]);
/* SHA-256 of bytes that come in pieces. NULL when memory ran out; `out` NULL: only freed. */
struct lc_hasher;
struct lc_hasher *lc_hasher_new(void);
void lc_hasher_add(struct lc_hasher *h, struct lc_slice s);
void lc_hasher_end(struct lc_hasher *h, uint8_t *out);
void lc_hmac_sha256(struct lc_slice key, struct lc_slice s, uint8_t out[static 32]);

/* Lower-case hex, 2n characters and a NUL. */
void lc_hex(struct lc_slice s, char *out);
/* Standard alphabet with padding; `line` > 0 puts a newline after every `line` characters and at
 * the end (76: the form that Shodan's favicon hash is taken of). */
enum lc_status lc_base64(struct lc_slice s, size_t line, struct lc_buf *out);
/* Strict: LC_EPARSE on anything outside the alphabet. White space is skipped. */
enum lc_status lc_base64_decode(struct lc_slice s, struct lc_buf *out) LC_MUST_CHECK;

/* Random bytes from the kernel; asserts that there are some. */
void lc_random(void *out, size_t n);

#endif
