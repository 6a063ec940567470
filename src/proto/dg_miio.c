/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xiaomi's miIO hello, UDP 54321 (facts on protocols A3). It proves a device of Xiaomi's world, not
 * a camera. Question and answer, big endian:
 *
 *     off size
 *      0   2   21 31
 *      2   2   00 20, the length of all
 *      4   4   asked: ff; answered: unknown
 *      8   4   asked: ff; answered: device id
 *     12   4   asked: ff; answered: seconds since its start
 *     16  16   asked: ff; answered: 00 or ff, or the device's key while it belongs to nobody (A0)
 *
 * Of the last field this file looks at whether it is all of one kind, and at nothing else. Anything
 * longer than 32 bytes would be a command under that key; the question is one constant.
 */
#include "proto/dgram.h"
#include "proto/emit.h"

#define HELLO_N 32U
#define HEAD    0x21310020U

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    (void)ask;
    (void)lc_buf_be32(out, HEAD);
    for (unsigned i = 0; i < 7; i++)
        (void)lc_buf_be32(out, UINT32_MAX);
}

static bool all_of(struct lc_slice s, uint8_t c)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != c)
            return false;
    return true;
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    struct lc_cur c = {.s = in};
    struct lc_slice key = lc_slice_from(in, 16);
    char text[11];
    uint32_t id;
    int n;

    (void)ask;
    (void)from;
    if (in.n != HELLO_N || lc_cur_be32(&c) != HEAD)
        return LC_EPARSE;
    if (all_of(c.s, 0xFF))
        return LC_EREFUSED; /* the question */
    (void)lc_cur_be32(&c);
    id = lc_cur_be32(&c);
    n = snprintf(text, sizeof text, "%u", id);
    lc_facts_bool(facts, LC_F_MIIO_DEVICE, true);
    lc_facts_bool(facts, LC_F_MIIO_UNBOUND, !all_of(key, 0) && !all_of(key, 0xFF));
    (void)lc_emit(facts, LC_F_MIIO_ID, lc_slice_of(text, (size_t)n));
    return LC_OK;
}

const struct lc_dgram lc_dgram_miio = {
    .name = "miio",
    .port = 54321,
    .variants = 1,
    .unicast = true,
    .broadcast = true,
    .build = build,
    .parse = parse,
};
