/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/dgram.h"

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    (void)ask;
    (void)from;
    (void)in;
    (void)facts;
    return LC_EPARSE;
}

const struct lc_dgram lc_dgram_v380 = {.name = "v380", .port = 10008, .parse = parse};
