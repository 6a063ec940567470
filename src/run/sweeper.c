/* SPDX-License-Identifier: Apache-2.0 */
/* Talking to the sweep role. See sweeper.h. */
#include "run/sweeper.h"

#include "base/hash.h"
#include "base/tr.h"

#include <poll.h>
#include <string.h>

#define START_MS 15000 /* ARP for the router, maps of the kernel: seconds at most */

/* A block is crowded when so many of its answering addresses answer on random ports as well. */
#define CROWD_MIN      8U
#define CROWDS_MAX     (1U << 20) /* blocks counted; further ones go uncounted */
#define CROWDS_FULL(t) ((t)->n >= (t)->cap / 4 * 3)

struct lc_crowd_table {
    struct lc_crowd *v; /* open addressing; answered 0: free */
    size_t cap, n;
    uint64_t key;
};

/* ---- crowds ---- */

static struct lc_crowd *place(struct lc_crowd *v, size_t cap, uint64_t key, const struct lc_addr *b)
{
    size_t at = lc_addr_hash(b, key) & (cap - 1);

    while (v[at].answered && lc_addr_cmp(&v[at].block, b) != 0)
        at = (at + 1) & (cap - 1);
    return &v[at];
}

static bool grow(struct lc_crowd_table *t)
{
    size_t cap = t->cap ? 2 * t->cap : 1024;
    struct lc_crowd *v = lc_alloc_n(cap, sizeof *v);

    if (v == NULL)
        return false;
    for (size_t i = 0; i < t->cap; i++)
        if (t->v[i].answered)
            *place(v, cap, t->key, &t->v[i].block) = t->v[i];
    lc_free(t->v);
    t->v = v;
    t->cap = cap;
    return true;
}

static void count_crowd(struct lc_crowd_table *t, const struct lc_heard_host *h)
{
    struct lc_addr block = lc_addr_block(&h->addr);
    struct lc_crowd *c;

    if (CROWDS_FULL(t) && (t->cap >= CROWDS_MAX || !grow(t)))
        return;
    c = place(t->v, t->cap, t->key, &block);
    if (c->answered == 0) {
        c->block = block;
        t->n++;
    }
    c->answered++;
    c->pseudo += (h->flags & LC_HEARD_CANARY) != 0;
}

enum lc_status lc_sweeper_crowds(struct lc_sweeper *s, struct lc_err *err)
{
    enum lc_status st = LC_OK;

    for (size_t i = 0; i < s->crowds->cap && st == LC_OK; i++) {
        struct lc_crowd *c = &s->crowds->v[i];

        c->asked = lc_addr_is_v4(&c->block) ? 256 : 0;
        if (c->pseudo >= CROWD_MIN && 2 * c->pseudo >= c->answered)
            st = lc_store_crowd_put(s->store, s->run, c, err);
    }
    return st;
}

void lc_sweeper_facts(uint32_t flags, struct lc_facts *out)
{
    static const struct {
        uint32_t flag;
        const char *why;
    } reasons[] = {
        {LC_HEARD_WINDOW_ZERO, "window-zero"},
        {LC_HEARD_NO_OPTIONS, "no-options"},
        {LC_HEARD_CANARY, "answers-on-random-ports"},
    };

    out->port = 0;
    out->exch = 0;
    for (size_t i = 0; i < sizeof reasons / sizeof *reasons; i++)
        if (flags & reasons[i].flag)
            lc_facts_str(out, LC_F_HOST_PSEUDO, lc_slice_str(reasons[i].why));
}

/* ---- the role ---- */

enum lc_status lc_sweeper_begin(struct lc_sweeper *s, uint64_t slices, struct lc_store *store,
                                int64_t run, bool resumed, struct lc_err *err)
{
    s->child = (struct lc_child){.crash_fd = -1};
    s->store = store;
    s->run = run;
    s->crowds = lc_alloc(sizeof *s->crowds);
    if (s->crowds == NULL || !grow(s->crowds))
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    lc_random(&s->crowds->key, sizeof s->crowds->key);
    s->slices = lc_slices_new(slices, store, run, resumed, err);
    return s->slices ? LC_OK : LC_EIO;
}

void lc_sweeper_free(struct lc_sweeper *s)
{
    if (s->crowds)
        lc_free(s->crowds->v);
    lc_free(s->crowds);
    lc_slices_free(s->slices);
    s->crowds = NULL;
    s->slices = NULL;
}

/* ---- what it says ---- */

static enum lc_status on_heard(struct lc_sweeper *s, struct lc_cur *body, struct lc_err *err)
{
    struct lc_heard_host h = {.index = 0};
    uint64_t slice = lc_cur_le64(body);
    bool queued;
    enum lc_status st;

    h.index = lc_cur_le64(body);
    lc_link_take_addr(body, &h.addr);
    lc_link_take_known(body, &h.known);
    h.flags = lc_cur_le32(body);
    if (body->bad || body->s.n)
        return LC_EPARSE;
    st = lc_slices_heard(s->slices, slice, &h, &queued, err);
    if (st != LC_OK)
        return st;
    count_crowd(s->crowds, &h);
    if (s->heard)
        s->heard(s->ctx, &h);
    return LC_OK;
}

static enum lc_status on_over(struct lc_sweeper *s, struct lc_cur *body, struct lc_err *err)
{
    uint64_t slice = lc_cur_le64(body);
    uint32_t hosts = lc_cur_le32(body);

    (void)lc_cur_le32(body);
    return body->bad ? LC_EPARSE : lc_slices_over(s->slices, slice, hosts, err);
}

static enum lc_status on_failed(struct lc_cur *body, struct lc_err *err)
{
    enum lc_status st = (enum lc_status)lc_cur_u8(body);

    return lc_fail(err, st, "%.*s", (int)body->s.n, (const char *)body->s.p);
}

static enum lc_status on_message(struct lc_sweeper *s, uint32_t type, struct lc_cur *body,
                                 struct lc_err *err)
{
    switch (type) {
    case LC_MSG_HEARD:
        return on_heard(s, body, err);
    case LC_MSG_SLICE_OVER:
        return on_over(s, body, err);
    case LC_MSG_SWEPT:
        if (body->s.n != sizeof s->swept)
            return LC_EPARSE;
        memcpy(&s->swept, body->s.p, sizeof s->swept);
        s->stands = true;
        return LC_OK;
    case LC_MSG_FAILED:
        return on_failed(body, err);
    default:
        return LC_EPARSE;
    }
}

static enum lc_status died(struct lc_err *err)
{
    return lc_fail(err, LC_EIO, "%s",
                   _("the sweeping process died; the run can be resumed with --resume"));
}

enum lc_status lc_sweeper_read(struct lc_sweeper *s, struct lc_err *err)
{
    struct lc_cur body;
    uint32_t type;
    enum lc_status st = lc_link_read(&s->child.link, NULL), next;

    if (st == LC_AGAIN)
        return LC_OK;
    while ((next = lc_link_next(&s->child.link, &type, &body)) == LC_OK) {
        next = on_message(s, type, &body, err);
        if (next == LC_EPARSE)
            return died(err);
        if (next != LC_OK)
            return next;
    }
    return st == LC_EIO || next == LC_EPARSE ? died(err) : LC_OK;
}

enum lc_status lc_sweeper_start(struct lc_sweeper *s, int config_fd, int budget_fd,
                                struct lc_child *dial, struct lc_err *err)
{
    enum lc_status st =
        lc_spawn_sweep(&s->child, config_fd, budget_fd, dial, LC_SWEEPER_NUMBER, err);

    while (st == LC_OK && !s->stands) {
        struct pollfd p = {.fd = s->child.link.fd, .events = POLLIN};

        if (poll(&p, 1, START_MS) <= 0)
            return died(err);
        st = lc_sweeper_read(s, err);
    }
    return st;
}

void lc_sweeper_give(struct lc_sweeper *s)
{
    uint64_t slice;

    while (lc_slices_next(s->slices, &slice) == LC_OK) {
        (void)lc_buf_le64(lc_link_begin(&s->child.link, LC_MSG_SLICE), slice);
        lc_link_end(&s->child.link);
        s->given++;
    }
}
