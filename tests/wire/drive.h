/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A codec and a scripted peer, without a network: what the peer says after each request, cut into
 * pieces as the caller likes. Wire tests, fuzz targets and the never-send proof all drive codecs
 * through this.
 */
#ifndef LC_TESTS_WIRE_DRIVE_H
#define LC_TESTS_WIRE_DRIVE_H

#include "base/mem.h"
#include "proto/proto.h"

enum drive_after { DRIVE_STAY, DRIVE_CLOSE, DRIVE_CUT };

/* What the peer says once it was asked for the i-th time, and what it does then. */
struct drive_segment {
    struct lc_slice bytes;
    enum drive_after after;
};

#define DRIVE_WHOLE    SIZE_MAX
#define DRIVE_BYTEWISE (SIZE_MAX - 1)

struct drive {
    const struct lc_proto *proto;
    struct lc_ask ask;
    const struct drive_segment *segments;
    size_t segments_n;
    size_t split; /* DRIVE_WHOLE, DRIVE_BYTEWISE, or the one place of the whole script to cut at */
    /* results */
    enum lc_feed how;
    struct lc_facts facts;
    struct lc_buf sent; /* requests in order, DRIVE_FRESH before one on a fresh connection */
    unsigned requests, redials;
};

#define DRIVE_FRESH "\n=>\n"

void drive_run(struct drive *d); /* fills the results; drive_free releases them */
void drive_free(struct drive *d);
/* Same result, facts and requests. Who only listens may stop earlier with its refusals when the end
 * of the greeting came in the same piece: there one must be the beginning of the other. */
bool drive_same(const struct drive *a, const struct drive *b);

#endif
