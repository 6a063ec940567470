/* SPDX-License-Identifier: Apache-2.0 */
/* CRC-32, bit by bit: datagrams are short and a table would only add a kilobyte. */
#include "proto/dg_crc.h"

uint32_t lc_dg_crc32(struct lc_slice s)
{
    uint32_t crc = 0xFFFFFFFFU;

    for (size_t i = 0; i < s.n; i++) {
        crc ^= s.p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320U : 0);
    }
    return ~crc;
}
