/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Vivotek's LAN search on UDP 10000 (facts on protocols A3). Foscam's search has the same port and
 * nothing else in common; the magic tells them apart.
 *
 *     question   u8 session   4a 5d 8f 1c
 *     answer     the question's five bytes, then entries of u8 type, u8 length, value[length]
 *
 *     1  long name        2  MAC[6]        3  address[4]        6  port        9  short name
 *     4  has no length: the byte behind the type is its value (UniversalScanner's reader)
 *
 * The session byte is all the token there is: 1 of 255. The model is the short name, as both known
 * readers take it; the long name, which an owner may have changed, stands in only where there is no
 * short one. The facts do not give the port's byte order: that of the address, network order, is
 * taken.
 */
#include "proto/dg_field.h"
#include "proto/dg_mac.h"
#include "proto/dgram.h"
#include "proto/emit.h"

#define HEADER_N 5U

enum entry_type { LONG_NAME = 1, MAC = 2, ADDRESS = 3, BARE = 4, PORT = 6, SHORT_NAME = 9 };

static const uint8_t magic[] = {0x4A, 0x5D, 0x8F, 0x1C};

/* Never 0: a byte that nobody set. */
static uint8_t session(const struct lc_dgram_ask *ask)
{
    return (uint8_t)(1 + ask->nonce % 255);
}

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    (void)lc_buf_u8(out, session(ask));
    (void)lc_buf_put(out, lc_slice_of(magic, sizeof magic));
}

static bool has_magic(struct lc_slice in)
{
    return lc_slice_starts(lc_slice_from(in, 1), lc_slice_of(magic, sizeof magic));
}

static bool ours(const struct lc_dgram_ask *ask, struct lc_slice in)
{
    return has_magic(in) && in.p[0] == session(ask);
}

/* The values of one answer, first of each type; empty where there was none. */
struct seen {
    struct lc_slice mac, address, port, long_name, short_name;
};

static void keep(struct lc_slice *to, struct lc_slice value, size_t length)
{
    if (!to->p && (length == 0 || value.n == length))
        *to = value;
}

/* Stops at the first entry that reaches past the datagram: what stood before it counts. */
static void read_entries(struct lc_cur at, struct seen *seen)
{
    while (at.s.n >= 2) {
        uint8_t type = lc_cur_u8(&at), length = lc_cur_u8(&at);
        struct lc_slice value = type == BARE ? lc_cur_take(&at, 0) : lc_cur_take(&at, length);

        if (at.bad || type == 0)
            return;
        if (type == LONG_NAME)
            keep(&seen->long_name, value, 0);
        else if (type == SHORT_NAME)
            keep(&seen->short_name, value, 0);
        else if (type == MAC)
            keep(&seen->mac, value, 6);
        else if (type == ADDRESS)
            keep(&seen->address, value, 4);
        else if (type == PORT)
            keep(&seen->port, value, 2);
    }
}

static void emit_all(const struct seen *seen, struct lc_facts *facts)
{
    struct lc_cur at = {.s = seen->port};
    uint16_t port = lc_cur_be16(&at);

    lc_facts_bool(facts, LC_F_VIVOTEK_SEARCH, true);
    if (!lc_emit(facts, LC_F_VIVOTEK_MODEL, lc_dg_text(seen->short_name, 0, seen->short_name.n)))
        (void)lc_emit(facts, LC_F_VIVOTEK_MODEL, lc_dg_text(seen->long_name, 0, seen->long_name.n));
    if (port > 0)
        lc_facts_int(facts, LC_F_VIVOTEK_PORT, port);
    if (seen->mac.p)
        (void)lc_dg_mac_bytes(facts, seen->mac.p);
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    struct seen seen = {0};

    (void)from;
    if (!has_magic(in))
        return LC_EPARSE;
    if (in.n == HEADER_N || (ask && !ours(ask, in)))
        return LC_EREFUSED;
    read_entries((struct lc_cur){.s = lc_slice_from(in, HEADER_N)}, &seen);
    if (!seen.mac.p && !seen.address.p)
        return LC_EPARSE;
    emit_all(&seen, facts);
    return LC_OK;
}

const struct lc_dgram lc_dgram_vivotek = {.name = "vivotek",
                                          .port = 10000,
                                          .variants = 1,
                                          .unicast = true,
                                          .broadcast = true,
                                          .build = build,
                                          .ours = ours,
                                          .parse = parse};
