/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger of a sweep. See slices.h. */
#include "run/slices.h"

#include "base/tr.h"

#include <assert.h>
#include <string.h>

#define FORM 1U

struct at_work {
    uint64_t slice;
    bool used, over;
    uint32_t waiting; /* hosts heard whose result is not in yet */
    uint32_t heard;
    uint32_t hosts;
    struct lc_slice_counts counts;
};

struct lc_slices {
    struct lc_store *store;
    int64_t run;
    bool resumed;
    uint64_t total, next, done_n, hosts_done;
    uint64_t *done; /* bit per slice, as the store had it at the start */
    struct at_work work[LC_SLICES_AT_WORK];
    size_t work_n, sweeping_n;
    struct lc_heard_host *queue; /* ring */
    size_t queue_cap, queue_at, queue_n;
    struct lc_slice_counts counts;
};

/* ---- the plan as bytes ---- */

size_t lc_sweep_plan_pack(const struct lc_sweep_plan *p, uint8_t *out, size_t cap)
{
    struct lc_buf b;
    size_t n;

    lc_buf_init(&b, cap);
    (void)lc_buf_u8(&b, FORM);
    (void)lc_buf_u8(&b, (uint8_t)p->engine);
    (void)lc_buf_u8(&b, (uint8_t)p->passes);
    (void)lc_buf_u8(&b, (uint8_t)p->ports_n);
    (void)lc_buf_u8(&b, (uint8_t)p->likely_n);
    (void)lc_buf_u8(&b, p->adapt);
    (void)lc_buf_le64(&b, p->order_seed);
    (void)lc_buf_put(&b, lc_slice_of(p->cookie_key, sizeof p->cookie_key));
    (void)lc_buf_le64(&b, (uint64_t)p->again_us);
    (void)lc_buf_le64(&b, (uint64_t)p->drain_us);
    for (uint32_t i = 0; i < p->ports_n; i++) {
        (void)lc_buf_le16(&b, p->ports[i].port);
        (void)lc_buf_u8(&b, p->ports[i].dgram);
    }
    n = b.full ? 0 : b.n;
    if (n)
        memcpy(out, b.p, n);
    lc_buf_free(&b);
    return n;
}

enum lc_status lc_sweep_plan_unpack(struct lc_slice bytes, struct lc_sweep_plan *out)
{
    struct lc_cur at = {.s = bytes};
    struct lc_slice key;

    *out = (struct lc_sweep_plan){.engine = LC_ENGINE_DIRECT};
    if (bytes.n == 0)
        return LC_OK;
    if (lc_cur_u8(&at) != FORM)
        return LC_EVERSION;
    out->engine = lc_cur_u8(&at);
    out->passes = lc_cur_u8(&at);
    out->ports_n = lc_cur_u8(&at);
    out->likely_n = lc_cur_u8(&at);
    out->adapt = lc_cur_u8(&at);
    out->order_seed = lc_cur_le64(&at);
    key = lc_cur_take(&at, sizeof out->cookie_key);
    out->again_us = (int64_t)lc_cur_le64(&at);
    out->drain_us = (int64_t)lc_cur_le64(&at);
    if (at.bad || out->ports_n > LC_SWEEP_PORTS || out->engine > LC_ENGINE_XDP)
        return LC_EVERSION;
    memcpy(out->cookie_key, key.p, key.n);
    for (uint32_t i = 0; i < out->ports_n; i++) {
        out->ports[i].port = lc_cur_le16(&at);
        out->ports[i].dgram = lc_cur_u8(&at);
    }
    return at.bad || at.s.n ? LC_EVERSION : LC_OK;
}

/* ---- making ---- */

static void mark_done(void *ctx, uint64_t slice)
{
    struct lc_slices *s = ctx;

    if (slice >= s->total || s->done[slice / 64] >> slice % 64 & 1)
        return;
    s->done[slice / 64] |= (uint64_t)1 << slice % 64;
    s->done_n++;
}

struct lc_slices *lc_slices_new(uint64_t total, struct lc_store *store, int64_t run, bool resumed,
                                struct lc_err *err)
{
    struct lc_slices *s = lc_alloc(sizeof *s);

    if (s)
        s->done = lc_alloc_n(total / 64 + 1, sizeof *s->done);
    if (s == NULL || s->done == NULL) {
        lc_slices_free(s);
        (void)lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
        return NULL;
    }
    s->total = total;
    s->store = store;
    s->run = run;
    s->resumed = resumed;
    if (resumed && lc_store_slices(store, run, mark_done, s, err) != LC_OK) {
        lc_slices_free(s);
        return NULL;
    }
    return s;
}

void lc_slices_free(struct lc_slices *s)
{
    if (s == NULL)
        return;
    lc_free(s->done);
    lc_free(s->queue);
    lc_free(s);
}

/* ---- slices ---- */

static struct at_work *find(struct lc_slices *s, uint64_t slice)
{
    for (size_t i = 0; i < LC_SLICES_AT_WORK; i++)
        if (s->work[i].used && s->work[i].slice == slice)
            return &s->work[i];
    return NULL;
}

enum lc_status lc_slices_next(struct lc_slices *s, uint64_t *slice)
{
    size_t at = 0;

    while (s->next < s->total && s->done[s->next / 64] >> s->next % 64 & 1)
        s->next++;
    if (s->next == s->total || s->sweeping_n == LC_SWEEP_AT_ONCE ||
        s->work_n == LC_SLICES_AT_WORK || s->queue_n >= LC_HEARD_WAITING)
        return LC_DONE;
    while (s->work[at].used)
        at++;
    s->work[at] = (struct at_work){.slice = s->next, .used = true};
    s->work_n++;
    s->sweeping_n++;
    *slice = s->next++;
    return LC_OK;
}

/* The slice's last result is in the open transaction: so is its mark. */
static enum lc_status settle(struct lc_slices *s, struct at_work *w, struct lc_err *err)
{
    enum lc_status st;

    if (!w->over || w->waiting)
        return LC_OK;
    st = lc_store_slice_done(s->store, s->run, w->slice, &w->counts, err);
    if (st != LC_OK)
        return st;
    s->counts.answered += w->counts.answered;
    s->counts.silent += w->counts.silent;
    s->counts.refused += w->counts.refused;
    s->counts.faults += w->counts.faults;
    s->hosts_done += w->hosts;
    s->done_n++;
    w->used = false;
    s->work_n--;
    return LC_OK;
}

enum lc_status lc_slices_over(struct lc_slices *s, uint64_t slice, uint32_t hosts,
                              struct lc_err *err)
{
    struct at_work *w = find(s, slice);

    if (w == NULL || w->over || w->heard > hosts)
        return LC_EPARSE;
    w->over = true;
    w->hosts = hosts;
    w->counts.silent += hosts - w->heard;
    s->sweeping_n--;
    return settle(s, w, err);
}

/* ---- hosts ---- */

static enum lc_status push(struct lc_slices *s, const struct lc_heard_host *h)
{
    if (s->queue_n == s->queue_cap) {
        size_t cap = s->queue_cap ? 2 * s->queue_cap : 1024;
        struct lc_heard_host *q = lc_alloc_n(cap, sizeof *q);

        if (q == NULL)
            return LC_ENOMEM;
        for (size_t i = 0; i < s->queue_n; i++)
            q[i] = s->queue[(s->queue_at + i) % s->queue_cap];
        lc_free(s->queue);
        s->queue = q;
        s->queue_cap = cap;
        s->queue_at = 0;
    }
    s->queue[(s->queue_at + s->queue_n++) % s->queue_cap] = *h;
    return LC_OK;
}

static bool any(const uint64_t *mask)
{
    for (size_t i = 0; i < LC_TALK_MASK; i++)
        if (mask[i])
            return true;
    return false;
}

/* Only after a resume can a host of an unfinished slice have a result. */
static enum lc_status has_result(struct lc_slices *s, uint64_t index, bool *yes, struct lc_err *err)
{
    uint64_t mask = 0;
    enum lc_status st = LC_OK;

    if (s->resumed)
        st = lc_store_unit_mask(s->store, s->run, index / LC_UNIT_HOSTS, &mask, err);
    *yes = mask >> index % LC_UNIT_HOSTS & 1;
    return st;
}

enum lc_status lc_slices_heard(struct lc_slices *s, uint64_t slice, const struct lc_heard_host *h,
                               bool *queued, struct lc_err *err)
{
    struct at_work *w = find(s, slice);
    struct lc_heard_host host = *h;
    bool known = false;
    enum lc_status st;

    *queued = false;
    if (w == NULL || w->over)
        return LC_EPARSE;
    w->heard++;
    if (!any(h->known.open) && h->known.dgrams == 0) {
        w->counts.refused++;
        return LC_OK;
    }
    st = has_result(s, h->index, &known, err);
    if (st != LC_OK)
        return st;
    if (known) {
        w->counts.answered++;
        return LC_OK;
    }
    host.slice_at = (uint32_t)(w - s->work);
    if (push(s, &host) != LC_OK)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    w->waiting++;
    *queued = true;
    return LC_OK;
}

bool lc_slices_take(struct lc_slices *s, struct lc_heard_host *out)
{
    if (s->queue_n == 0)
        return false;
    *out = s->queue[s->queue_at];
    s->queue_at = (s->queue_at + 1) % s->queue_cap;
    s->queue_n--;
    return true;
}

enum lc_status lc_slices_result(struct lc_slices *s, uint32_t slice_at, enum lc_host_state state,
                                struct lc_err *err)
{
    struct at_work *w = &s->work[slice_at];

    assert(slice_at < LC_SLICES_AT_WORK && w->used && w->waiting);
    w->waiting--;
    w->counts.answered += state == LC_HOST_ANSWERED;
    w->counts.silent += state == LC_HOST_SILENT;
    w->counts.refused += state == LC_HOST_REFUSED;
    w->counts.faults += state == LC_HOST_FAULT;
    return settle(s, w, err);
}

bool lc_slices_dry(const struct lc_slices *s)
{
    return s->done_n == s->total;
}

bool lc_slices_swept(const struct lc_slices *s)
{
    return s->sweeping_n == 0 && lc_slices_left(s) == 0;
}

uint64_t lc_slices_hosts_done(const struct lc_slices *s)
{
    return s->hosts_done;
}

uint64_t lc_slices_left(const struct lc_slices *s)
{
    return s->total - s->done_n - s->work_n;
}

const struct lc_slice_counts *lc_slices_counts(const struct lc_slices *s)
{
    return &s->counts;
}
