/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Session descriptions (RFC 8866), read for four things only: is there a video medium, with which
 * codec, by which tool, and nothing else. Names of sessions and places (s=, i=), addresses and
 * parameter sets (sprop-*) never leave this parser.
 */
#ifndef LC_PROTO_SDP_H
#define LC_PROTO_SDP_H

#include "base/slice.h"

#define LC_SDP_CODECS 4

struct lc_sdp {
    bool is_sdp;                          /* some line of the grammar was seen */
    bool video;                           /* a video medium is listed */
    struct lc_slice tool;                 /* a=tool */
    struct lc_slice codec[LC_SDP_CODECS]; /* encoding names of video, "H264" */
    unsigned codecs_n;
};

/* Borrows from `body`; one pass. */
void lc_sdp_read(struct lc_slice body, struct lc_sdp *out);

#endif
