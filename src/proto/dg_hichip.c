/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HiChip's LAN search (HDS/1.0): text to the group 239.255.255.250, UDP 8002 (facts on protocols
 * A3). The protocol's other verb, CMD, sets the network and even resets the password
 * (CVE-2020-9529): SEARCH is a constant here, only the token varies.
 *
 *     SEARCH * HDS/1.0        HDS/1.0 200 OK
 *     CSeq:1                  ...
 *     Client-ID:<token>       Client-ID:<token>      every public client filters by it
 *     Accept-Type:text/HDP    ...
 *     Content-Length:0        Device-ID=, Device-Name= (typed by the owner: never read), IP=, MAC=
 *
 * The clients listen on the group's port and join the group, so the answer may come there; with it
 * come other people's questions, which are told apart by their first line and their Client-ID.
 */
#include "proto/dg_mac.h"
#include "proto/dgram.h"
#include "proto/emit.h"

#include <stdio.h>

#define TOKEN_N 16U

static struct lc_slice token(const struct lc_dgram_ask *ask, char text[static TOKEN_N + 1])
{
    (void)snprintf(text, TOKEN_N + 1, "%016llx", (unsigned long long)ask->nonce);
    return lc_slice_of(text, TOKEN_N);
}

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    char text[TOKEN_N + 1];

    (void)lc_buf_puts(out, "SEARCH * HDS/1.0\r\nCSeq:1\r\nClient-ID:");
    (void)lc_buf_put(out, token(ask, text));
    (void)lc_buf_puts(out, "\r\nAccept-Type:text/HDP\r\nContent-Length:0\r\n\r\n");
}

/* What stands behind `key` at the start of the first line that begins so; empty: none. */
static struct lc_slice value_of(struct lc_slice in, struct lc_slice key)
{
    struct lc_slice line;

    while (lc_slice_next(&in, '\n', &line) == LC_OK)
        if (lc_slice_istarts(lc_slice_trim(line), key))
            return lc_slice_trim(lc_slice_from(lc_slice_trim(line), key.n));
    return (struct lc_slice){NULL, 0};
}

static bool ours(const struct lc_dgram_ask *ask, struct lc_slice in)
{
    char text[TOKEN_N + 1];

    return lc_slice_eq(value_of(in, LC_S("Client-ID:")), token(ask, text));
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    struct lc_slice id;

    (void)from;
    if (lc_slice_starts(in, LC_S("SEARCH * HDS/1.0")) || lc_slice_starts(in, LC_S("CMD * HDS/1.0")))
        return LC_EREFUSED;
    if (!lc_slice_starts(in, LC_S("HDS/1.0 ")))
        return LC_EPARSE;
    if (!lc_slice_starts(in, LC_S("HDS/1.0 200 OK")) || (ask && !ours(ask, in)))
        return LC_EREFUSED;
    id = value_of(in, LC_S("Device-ID="));
    if (id.n == 0)
        return LC_EREFUSED; /* the answer to a command of somebody else */
    lc_facts_bool(facts, LC_F_HICHIP_SEARCH, true);
    (void)lc_emit(facts, LC_F_HICHIP_ID, id);
    (void)lc_dg_mac(facts, value_of(in, LC_S("MAC=")));
    return LC_OK;
}

const struct lc_dgram lc_dgram_hichip = {.name = "hichip",
                                         .port = 8002,
                                         .bind_port = 8002,
                                         .variants = 1,
                                         .unicast = true,
                                         .group4 = "239.255.255.250",
                                         .listen = true,
                                         .build = build,
                                         .ours = ours,
                                         .parse = parse};
