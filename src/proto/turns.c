/* SPDX-License-Identifier: Apache-2.0 */
#include "proto/turns.h"

#include "proto/emit.h"

#define INTERIM_CAP 8U

void lc_turns_open(struct lc_turns *t, const struct lc_turns_user *user, void *ctx,
                   struct lc_buf *out)
{
    lc_msg_start(&t->msg, LC_MSG_HTTP);
    user->ask(ctx, out);
}

enum lc_feed lc_turns_next(struct lc_turns *t, const struct lc_turns_user *user, void *ctx,
                           bool last, struct lc_buf *out)
{
    t->exch++;
    t->retried = false;
    t->interim = 0;
    lc_turns_open(t, user, ctx, out);
    return last ? LC_FEED_REDIAL : LC_FEED_SEND;
}

static enum lc_feed no_answer(struct lc_turns *t, const struct lc_turns_user *user, void *ctx,
                              enum lc_msg_end end, struct lc_buf *out)
{
    if (t->exch == 0)
        return t->interim ? LC_FEED_ERROR : LC_FEED_WRONG;
    if (end == LC_MSG_CUT || t->retried)
        return LC_FEED_DONE;
    t->retried = true;
    lc_turns_open(t, user, ctx, out);
    return LC_FEED_REDIAL;
}

enum lc_feed lc_turns_feed(struct lc_turns *t, const struct lc_turns_user *user, void *ctx,
                           struct lc_slice in, enum lc_msg_end end, size_t *used,
                           struct lc_buf *out, struct lc_facts *f)
{
    for (;;) {
        enum lc_status st = lc_msg_feed(&t->msg, in, end);

        f->exch = t->exch;
        if (user->head && user->head(ctx, in, f))
            return LC_FEED_DONE;
        if (st == LC_MORE)
            return LC_FEED_MORE;
        if (st == LC_DONE)
            return no_answer(t, user, ctx, end, out);
        lc_emit_odd(f, t->msg.odd);
        if (st == LC_EPARSE)
            return t->exch ? LC_FEED_ERROR : LC_FEED_WRONG;
        *used += t->msg.total;
        if (t->msg.status >= 200)
            return user->answer(ctx, in, t->msg.last || end != LC_MSG_OPEN, out, f);
        if (++t->interim > INTERIM_CAP) {
            lc_emit_odd(f, LC_ODD(LC_ODD_INTERIM));
            return LC_FEED_ERROR;
        }
        in = lc_slice_from(in, t->msg.total);
        lc_msg_start(&t->msg, LC_MSG_HTTP);
    }
}
