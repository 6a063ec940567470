/* SPDX-License-Identifier: Apache-2.0 */
/* The protocols there are, by number and by name, and derivation over a whole set of facts. */
#include "proto/proto.h"

static const struct lc_proto *const table[LC_P_COUNT] = {
    [LC_P_RTSP] = &lc_proto_rtsp,     [LC_P_HTTP] = &lc_proto_http,
    [LC_P_TLS] = &lc_proto_tls,       [LC_P_ONVIF] = &lc_proto_onvif,
    [LC_P_SSH] = &lc_proto_ssh,       [LC_P_FTP] = &lc_proto_ftp,
    [LC_P_TELNET] = &lc_proto_telnet, [LC_P_HIKSDK] = &lc_proto_hiksdk,
    [LC_P_UPNP] = &lc_proto_upnp,
};

const struct lc_proto *lc_proto_get(enum lc_proto_id id)
{
    return id > LC_P_NONE && id < LC_P_COUNT ? table[id] : NULL;
}

enum lc_proto_id lc_proto_by_name(struct lc_slice name)
{
    for (unsigned i = LC_P_NONE + 1; i < LC_P_COUNT; i++)
        if (lc_slice_eq(lc_slice_str(table[i]->name), name))
            return (enum lc_proto_id)i;
    return LC_P_NONE;
}

void lc_derive_all(struct lc_facts *f)
{
    struct lc_buf copy; /* what is derived goes to `f`, whose memory moves when it grows */
    struct lc_cur at;
    struct lc_fact fact;

    lc_buf_init(&copy, LC_FACTS_MAX);
    (void)lc_buf_put(&copy, lc_buf_view(&f->buf));
    at = (struct lc_cur){.s = lc_buf_view(&copy)};
    while (lc_facts_next(&at, &fact) == LC_OK)
        for (unsigned i = LC_P_NONE + 1; i < LC_P_COUNT; i++)
            if (table[i]->derive)
                table[i]->derive(&fact, f);
    lc_buf_free(&copy);
}
