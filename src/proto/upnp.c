/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/proto.h"

static void upnp_open(void *st, const struct lc_ask *ask, struct lc_buf *out)
{
    (void)st;
    (void)ask;
    (void)out;
}

static enum lc_feed upnp_feed(void *st, struct lc_slice in, size_t *used, struct lc_buf *out,
                              struct lc_facts *facts)
{
    (void)st;
    (void)in;
    (void)out;
    (void)facts;
    *used = 0;
    return LC_FEED_WRONG;
}

static enum lc_feed upnp_end(void *st, struct lc_slice in, bool cut, struct lc_buf *out,
                             struct lc_facts *facts)
{
    (void)st;
    (void)in;
    (void)cut;
    (void)out;
    (void)facts;
    return LC_FEED_WRONG;
}

const struct lc_proto lc_proto_upnp = {
    .name = "upnp",
    .prefix = "upnp.",
    .state_size = 16,
    .limit = 65536,
    .open = upnp_open,
    .feed = upnp_feed,
    .end = upnp_end,
};
