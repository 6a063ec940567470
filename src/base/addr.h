/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One address type everywhere: 16 bytes in network order and a zone (interface index for
 * link-local). IPv4 is held in its v4-mapped form ::ffff:a.b.c.d, so that sorting, ranges and sets
 * are one code.
 */
#ifndef LC_BASE_ADDR_H
#define LC_BASE_ADDR_H

#include "base/buf.h"

struct sockaddr_storage;

struct lc_addr {
    uint8_t b[16];
    uint32_t zone; /* interface index, 0 for none */
};

/* first..last, both included, no zone. */
struct lc_range {
    struct lc_addr first, last;
};

#define LC_ADDR_TEXT 64 /* room for any address text with zone and NUL */

struct lc_addr lc_addr_v4(uint32_t host_order);
bool lc_addr_is_v4(const struct lc_addr *a);
uint32_t lc_addr_to_v4(const struct lc_addr *a); /* host order; asserts v4 */
int lc_addr_cmp(const struct lc_addr *a, const struct lc_addr *b);

/* "192.0.2.1", "2001:db8::1", "fe80::1%2" (numeric zone). LC_EINVAL otherwise. */
enum lc_status lc_addr_parse(struct lc_slice text, struct lc_addr *out) LC_MUST_CHECK;
/* Writes the canonical text with a NUL; returns its length. */
size_t lc_addr_format(const struct lc_addr *a, char out[static LC_ADDR_TEXT]);
/* As it stands in URLs and Host headers: v6 in brackets. */
size_t lc_addr_format_url(const struct lc_addr *a, char out[static LC_ADDR_TEXT]);

/* "192.0.2.0/28", "2001:db8::/120", "127.0.9.1-127.0.9.3", or a single address. Host bits set
 * behind a prefix are LC_EINVAL: a typing error there would scan someone else. */
enum lc_status lc_range_parse(struct lc_slice text, struct lc_range *out) LC_MUST_CHECK;
size_t lc_range_format(const struct lc_range *r, char out[static 2 * LC_ADDR_TEXT]);
bool lc_range_has(const struct lc_range *r, const struct lc_addr *a);
/* Number of addresses, saturating at UINT64_MAX. */
uint64_t lc_range_count(const struct lc_range *r);
/* first + i; asserts that it stays inside. */
struct lc_addr lc_range_at(const struct lc_range *r, uint64_t i);

struct lc_addr lc_addr_next(const struct lc_addr *a); /* wraps at all ones */
struct lc_addr lc_addr_prev(const struct lc_addr *a);

/* The network that etiquette counts by: /24 for IPv4, /48 for IPv6. */
struct lc_addr lc_addr_block(const struct lc_addr *a);

bool lc_addr_is_loopback(const struct lc_addr *a);
bool lc_addr_is_private(const struct lc_addr *a); /* RFC 1918, 3927, 6598, ULA, link-local */
/* Multicast, broadcast, unspecified, 0/8, reserved: never a target. */
bool lc_addr_is_unusable(const struct lc_addr *a);

uint64_t lc_addr_hash(const struct lc_addr *a, uint64_t seed);

/* To and from the kernel's form; returns the length used. v4-mapped becomes AF_INET. */
unsigned lc_addr_to_sockaddr(const struct lc_addr *a, uint16_t port, struct sockaddr_storage *out);
struct lc_addr lc_addr_from_sockaddr(const struct sockaddr_storage *ss, uint16_t *port);

#endif
