/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A conversation of several HTTP questions, each decided by the answer before it, over one
 * connection as long as the device keeps it: a question that a closed connection swallowed is asked
 * once more on a fresh one (RFC 9112 9.3.1).
 */
#ifndef LC_PROTO_TURNS_H
#define LC_PROTO_TURNS_H

#include "proto/msg.h"
#include "proto/proto.h"

struct lc_turns {
    struct lc_msg msg; /* the answer being read */
    uint8_t exch;      /* which question it answers, from 0 */
    uint8_t interim;   /* 1xx answers before it */
    bool retried;
};

struct lc_turns_user {
    void (*ask)(void *ctx, struct lc_buf *out); /* writes the question whose turn it is */
    /* NULL: none. Called while an answer comes in; true: the rest of it must not be read. */
    bool (*head)(void *ctx, struct lc_slice in, struct lc_facts *f);
    /* `last`: nothing can follow on this connection; hand it to lc_turns_next. */
    enum lc_feed (*answer)(void *ctx, struct lc_slice in, bool last, struct lc_buf *out,
                           struct lc_facts *f);
};

/* The first question. `t` is zeroed. */
void lc_turns_open(struct lc_turns *t, const struct lc_turns_user *user, void *ctx,
                   struct lc_buf *out);

/* The next question, from inside `answer`. */
enum lc_feed lc_turns_next(struct lc_turns *t, const struct lc_turns_user *user, void *ctx,
                           bool last, struct lc_buf *out);

/* lc_proto.feed and lc_proto.end (proto.h); facts get the number of the question. */
enum lc_feed lc_turns_feed(struct lc_turns *t, const struct lc_turns_user *user, void *ctx,
                           struct lc_slice in, enum lc_msg_end end, size_t *used,
                           struct lc_buf *out, struct lc_facts *f);

#endif
