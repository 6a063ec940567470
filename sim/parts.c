/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Binary answers carry lengths and checksums of themselves, and these stand before what they
 * measure: so the parts of an answer are named, and the numbers are filled in when all of it
 * stands. What is left out of an answer (a part without end, a number past the buffer) stays zero.
 */
#include "parts.h"

#include "base/hash.h"

#include <openssl/evp.h>
#include <string.h>

static size_t width(enum sim_patch what)
{
    return what == SIM_U8 ? 1 : what == SIM_LE16 || what == SIM_BE16 ? 2 : 4;
}

static void put_number(uint8_t *p, enum sim_patch what, uint32_t v)
{
    size_t n = width(what);
    bool little = what == SIM_LE16 || what == SIM_LE32;
    for (size_t i = 0; i < n; i++)
        p[i] = (uint8_t)(v >> 8 * (little ? i : n - 1 - i));
}

/* ISO 3309, as in zlib: a table would be longer than the loop, and answers are short. */
static uint32_t crc32_of(struct lc_slice s)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < s.n; i++) {
        crc ^= s.p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xedb88320U : 0);
    }
    return ~crc;
}

/* AES-128-ECB, padded (PKCS #7), under the MD5 of a constant that every Tuya device and app knows
 * (facts on protocols A3, Tuya). */
static void seal(struct sim_parts *p, size_t from)
{
    uint8_t key[16], sealed[2048];
    int n = 0, last = 0;
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    lc_md5(LC_S("yGAdlopoPVldABfn"), key);
    bool ok = ctx && p->n - from + 16 <= sizeof(sealed) && p->n + 16 <= p->cap &&
              EVP_EncryptInit_ex(ctx, EVP_aes_128_ecb(), NULL, key, NULL) == 1 &&
              EVP_EncryptUpdate(ctx, sealed, &n, p->out + from, (int)(p->n - from)) == 1 &&
              EVP_EncryptFinal_ex(ctx, sealed + n, &last) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (!ok)
        return;
    memcpy(p->out + from, sealed, (size_t)(n + last));
    p->n = from + (size_t)(n + last);
}

/* What is longer than its field is cut, as a device's snprintf would. */
static void pad(struct sim_parts *p, size_t to)
{
    to = to < p->cap ? to : p->cap;
    if (to > p->n)
        memset(p->out + p->n, 0, to - p->n);
    p->n = to;
}

static void leave_room(struct sim_parts *p, const struct sim_piece *piece)
{
    size_t n = width(piece->what);
    if (p->cap - p->n < n || p->fix_n == SIM_FIXES)
        return;
    p->fix[p->fix_n].at = p->n;
    p->fix[p->fix_n++].piece = piece;
    put_number(p->out + p->n, piece->what, piece->what == SIM_CRC32 ? piece->b : 0);
    p->n += n;
}

bool sim_parts_piece(struct sim_parts *p, const struct sim_piece *piece)
{
    switch (piece->what) {
    case SIM_BEGIN:
        p->part[piece->a].from = p->part[piece->a].to = p->n;
        return true;
    case SIM_PAD:
        pad(p, p->part[piece->a].from + piece->b);
        return true;
    case SIM_TUYA:
        seal(p, p->part[piece->a].from);
        p->part[piece->a].to = p->n;
        return true;
    case SIM_END:
        p->part[piece->a].to = p->n;
        return true;
    case SIM_U8:
    case SIM_LE16:
    case SIM_LE32:
    case SIM_BE16:
    case SIM_BE32:
    case SIM_CRC32:
        leave_room(p, piece);
        return true;
    default:
        return false;
    }
}

void sim_parts_finish(struct sim_parts *p)
{
    for (int sums = 0; sums < 2; sums++)
        for (size_t i = 0; i < p->fix_n; i++) {
            const struct sim_piece *q = p->fix[i].piece;
            size_t from = p->part[q->a].from, n = p->part[q->a].to - from;
            uint32_t v = sums ? crc32_of(lc_slice_of(p->out + from, n)) : (uint32_t)n + q->b;
            if ((q->what == SIM_CRC32) == (sums == 1))
                put_number(p->out + p->fix[i].at, q->what, v);
        }
}
