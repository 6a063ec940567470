/* SPDX-License-Identifier: Apache-2.0 */
/*
 * V380's LAN search: text to UDP 10008, the answer comes to our UDP 10009 (facts on protocols A3).
 *
 *     question   NVDEVSEARCH^100
 *     answer     NVDEVRESULT^300^<MAC>^<address>^...^<device id>^...     id: the field of index 12
 *
 * The facts call the question padded without saying how far; the clients that are public send the
 * fifteen bytes alone, and so does this. Both sides pad with NULs, if at all. Of the fields between
 * address and id nothing is known for sure, so nothing is read.
 */
#include "proto/dg_field.h"
#include "proto/dg_mac.h"
#include "proto/dgram.h"
#include "proto/emit.h"

#define MAC_FIELD 2U
#define ID_FIELD  12U

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    (void)ask;
    (void)lc_buf_puts(out, "NVDEVSEARCH^100");
}

/* The field of that index; empty when there are fewer. */
static struct lc_slice field(struct lc_slice text, unsigned index)
{
    struct lc_slice part = {NULL, 0};

    for (unsigned i = 0; i <= index; i++)
        if (lc_slice_next(&text, '^', &part) != LC_OK)
            return (struct lc_slice){NULL, 0};
    return part;
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    struct lc_slice id;
    size_t end = lc_slice_chr(in, 0, 0);

    (void)ask;
    (void)from;
    if (end != LC_NPOS)
        in.n = end;
    if (lc_slice_starts(in, LC_S("NVDEVSEARCH^")))
        return LC_EREFUSED;
    id = lc_slice_trim(field(in, ID_FIELD));
    if (!lc_slice_starts(in, LC_S("NVDEVRESULT^")) || !lc_dg_is_word(id))
        return LC_EPARSE;
    lc_facts_bool(facts, LC_F_V380_SEARCH, true);
    (void)lc_emit(facts, LC_F_V380_ID, id);
    (void)lc_dg_mac(facts, field(in, MAC_FIELD));
    return LC_OK;
}

const struct lc_dgram lc_dgram_v380 = {.name = "v380",
                                       .port = 10008,
                                       .bind_port = 10009,
                                       .variants = 1,
                                       .unicast = true,
                                       .broadcast = true,
                                       .build = build,
                                       .parse = parse};
