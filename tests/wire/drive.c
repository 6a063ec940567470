/* SPDX-License-Identifier: Apache-2.0 */
/* The scripted peer: see drive.h. It breaks off (asserts) when a codec breaks its contract. */
#include "wire/drive.h"

#include <assert.h>

struct link {
    struct drive *d;
    void *state;
    struct lc_buf in, out;
};

static bool over(enum lc_feed how)
{
    return how == LC_FEED_DONE || how == LC_FEED_WRONG || how == LC_FEED_ERROR;
}

/* Takes note of what the codec answered. */
static enum lc_feed note(struct link *l, enum lc_feed how)
{
    bool asks = how == LC_FEED_SEND || how == LC_FEED_REDIAL;

    assert(asks == (l->out.n > 0));
    if (how == LC_FEED_REDIAL) {
        (void)lc_buf_puts(&l->d->sent, DRIVE_FRESH);
        lc_buf_reset(&l->in);
        l->d->redials++;
    }
    if (asks)
        l->d->requests++;
    (void)lc_buf_put(&l->d->sent, lc_buf_view(&l->out));
    return how;
}

static enum lc_feed feed(struct link *l)
{
    enum lc_feed how;
    size_t used;

    do {
        used = 0;
        lc_buf_reset(&l->out);
        how = l->d->proto->feed(l->state, lc_buf_view(&l->in), &used, &l->out, &l->d->facts);
        assert(used <= l->in.n);
        lc_buf_drop(&l->in, used);
        how = note(l, how);
    } while (how == LC_FEED_SEND && l->in.n);
    return how;
}

static enum lc_feed finish(struct link *l, bool cut)
{
    enum lc_feed how;

    lc_buf_reset(&l->out);
    how = l->d->proto->end(l->state, lc_buf_view(&l->in), cut, &l->out, &l->d->facts);
    assert(how == LC_FEED_REDIAL || over(how));
    return note(l, how);
}

/* Delivers one segment whose first byte stands at `offset` of the script. */
static enum lc_feed deliver(struct link *l, struct lc_slice bytes, size_t offset)
{
    enum lc_feed how = LC_FEED_MORE;

    while (bytes.n && !over(how) && how != LC_FEED_REDIAL) {
        size_t n = bytes.n;

        if (l->d->split == DRIVE_BYTEWISE)
            n = 1;
        else if (l->d->split > offset && l->d->split < offset + n)
            n = l->d->split - offset;
        if (lc_buf_put(&l->in, lc_slice_sub(bytes, 0, n)) != LC_OK)
            return finish(l, true);
        bytes = lc_slice_from(bytes, n);
        offset += n;
        how = feed(l);
    }
    return how;
}

void drive_run(struct drive *d)
{
    struct link l = {.d = d, .state = lc_alloc(d->proto->state_size)};
    size_t offset = 0;
    enum lc_feed how = LC_FEED_MORE;

    assert(l.state);
    lc_facts_init(&d->facts);
    d->facts.port = d->ask.port;
    lc_buf_init(&d->sent, 1U << 20);
    lc_buf_init(&l.in, 1U << 20);
    lc_buf_init(&l.out, 8192);
    d->requests = d->redials = 0;
    d->proto->open(l.state, &d->ask, &l.out);
    assert(d->proto->listens == (l.out.n == 0));
    d->requests += !d->proto->listens;
    (void)lc_buf_put(&d->sent, lc_buf_view(&l.out));
    for (size_t i = 0; i < d->segments_n && !over(how); i++) {
        const struct drive_segment *s = &d->segments[i];

        how = deliver(&l, s->bytes, offset);
        offset += s->bytes.n;
        if (!over(how) && how != LC_FEED_REDIAL && s->after != DRIVE_STAY)
            how = finish(&l, s->after == DRIVE_CUT);
    }
    for (unsigned i = 0; !over(how); i++) {
        assert(i < 16); /* a codec may not redial for ever */
        how = finish(&l, i == 0);
    }
    d->how = how;
    lc_buf_free(&l.in);
    lc_buf_free(&l.out);
    lc_free(l.state);
}

void drive_free(struct drive *d)
{
    lc_facts_free(&d->facts);
    lc_buf_free(&d->sent);
}

bool drive_same(const struct drive *a, const struct drive *b)
{
    struct lc_slice x = lc_buf_view(&a->sent), y = lc_buf_view(&b->sent);
    bool sent =
        a->proto->listens ? lc_slice_starts(x, y) || lc_slice_starts(y, x) : lc_slice_eq(x, y);

    return a->how == b->how && sent &&
           lc_slice_eq(lc_buf_view(&a->facts.buf), lc_buf_view(&b->facts.buf));
}
