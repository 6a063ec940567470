/* SPDX-License-Identifier: Apache-2.0 */
/* The checksum of TP-Link's and Tuya's datagrams. */
#ifndef LC_PROTO_DG_CRC_H
#define LC_PROTO_DG_CRC_H

#include "base/slice.h"

/* CRC-32 of IEEE 802.3 (reflected, 0xEDB88320), as zlib's crc32(). */
uint32_t lc_dg_crc32(struct lc_slice s);

#endif
