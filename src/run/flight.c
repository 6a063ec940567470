/* SPDX-License-Identifier: Apache-2.0 */
/* Handing out targets and keeping track of who has them. */
#include "run/flight.h"

#include <assert.h>

enum lc_status lc_flight_init(struct lc_flight *f, uint64_t size)
{
    *f = (struct lc_flight){.size = size};
    f->rows = lc_alloc_n(size, sizeof *f->rows);
    f->free_next = lc_alloc_n(size, sizeof *f->free_next);
    if (f->rows == NULL || f->free_next == NULL)
        return LC_ENOMEM;
    for (uint64_t i = 0; i < size; i++)
        f->free_next[i] = i + 1 < size ? i + 1 : LC_FLIGHT_NONE;
    return LC_OK;
}

void lc_flight_free(struct lc_flight *f)
{
    lc_free(f->rows);
    lc_free(f->free_next);
    *f = (struct lc_flight){.size = 0};
}

uint64_t lc_flight_add(struct lc_flight *f, const struct lc_in_flight *host)
{
    uint64_t slot = f->free_head;

    assert(f->busy < f->size);
    f->free_head = f->free_next[slot];
    f->rows[slot] = *host;
    f->rows[slot].used = true;
    f->busy++;
    return slot;
}

struct lc_in_flight *lc_flight_get(struct lc_flight *f, uint64_t slot)
{
    return slot < f->size && f->rows[slot].used ? &f->rows[slot] : NULL;
}

void lc_flight_done(struct lc_flight *f, uint64_t slot)
{
    assert(lc_flight_get(f, slot));
    f->rows[slot].used = false;
    f->free_next[slot] = f->free_head;
    f->free_head = slot;
    f->busy--;
}

enum lc_status lc_feeder_init(struct lc_feeder *f, const struct lc_targets *plan,
                              struct lc_store *store, int64_t run, bool resumed, uint64_t seed,
                              struct lc_slices *slices)
{
    *f = (struct lc_feeder){.plan = plan,
                            .store = store,
                            .run = run,
                            .resumed = resumed,
                            .slices = slices,
                            .skip = LC_FLIGHT_NONE};
    f->total = lc_targets_count(plan);
    f->before = lc_alloc_n(plan->n + 1, sizeof *f->before);
    if (f->before == NULL)
        return LC_ENOMEM;
    for (size_t i = 0; i < plan->n; i++)
        f->before[i + 1] = f->before[i] + lc_range_count(&plan->v[i]);
    lc_order_init(&f->order, f->total, seed, 0);
    return LC_OK;
}

void lc_feeder_free(struct lc_feeder *f)
{
    lc_free(f->before);
    lc_free(f->later);
    lc_free(f->again);
    lc_free(f->suspects);
    f->later = f->again = f->suspects = NULL;
    f->before = NULL;
}

/* Targets are numbered through the ranges in their order: the range that holds a number. */
static struct lc_addr address_of(const struct lc_feeder *f, uint64_t index)
{
    size_t low = 0, high = f->plan->n - 1;

    while (low < high) {
        size_t mid = (low + high + 1) / 2;

        if (f->before[mid] <= index)
            low = mid;
        else
            high = mid - 1;
    }
    return lc_range_at(&f->plan->v[low], index - f->before[low]);
}

uint64_t lc_feeder_index(const struct lc_feeder *f, const struct lc_addr *a)
{
    for (size_t i = 0; i < f->plan->n; i++) {
        const struct lc_range *r = &f->plan->v[i];
        struct lc_range front = {r->first, *a};

        if (r->first.zone == a->zone && lc_range_has(r, a))
            return f->before[i] + lc_range_count(&front) - 1;
    }
    return LC_FLIGHT_NONE;
}

static enum lc_status has_result(const struct lc_feeder *f, uint64_t index, bool *yes,
                                 struct lc_err *err)
{
    uint64_t mask = 0;
    enum lc_status st = LC_OK;

    if (f->resumed)
        st = lc_store_unit_mask(f->store, f->run, index / LC_UNIT_HOSTS, &mask, err);
    *yes = mask >> index % LC_UNIT_HOSTS & 1;
    return st;
}

static enum lc_status next_of_plan(struct lc_feeder *f, struct lc_in_flight *out,
                                   struct lc_err *err)
{
    while (f->next < f->total) {
        uint64_t index = lc_order_at(&f->order, f->next++);
        bool done;
        enum lc_status st = has_result(f, index, &done, err);

        if (st != LC_OK)
            return st;
        if (done || index == f->skip)
            continue;
        *out = (struct lc_in_flight){
            .index = index, .addr = address_of(f, index), .slice_at = LC_NO_SLICE};
        return LC_OK;
    }
    return LC_DONE;
}

static enum lc_status next_heard(struct lc_feeder *f, struct lc_in_flight *out)
{
    struct lc_heard_host h;

    if (!lc_slices_take(f->slices, &h))
        return LC_DONE;
    *out = (struct lc_in_flight){.index = h.index,
                                 .addr = h.addr,
                                 .slice_at = h.slice_at,
                                 .flags = h.flags,
                                 .known = h.known};
    return LC_OK;
}

enum lc_status lc_feeder_next(struct lc_feeder *f, int64_t now_us, struct lc_in_flight *out,
                              struct lc_err *err)
{
    enum lc_status st;

    if (f->again_n) {
        *out = f->again[--f->again_n];
        return LC_OK;
    }
    st = f->slices ? next_heard(f, out) : next_of_plan(f, out, err);
    if (st == LC_DONE && f->later_at < f->later_n && now_us >= f->later_us) {
        *out = f->later[f->later_at++];
        return LC_OK;
    }
    return st;
}

static enum lc_status push(struct lc_in_flight **v, size_t *n, size_t *cap,
                           const struct lc_in_flight *host)
{
    if (*n == *cap) {
        size_t want = *cap ? *cap * 2 : 64;
        struct lc_in_flight *more = lc_realloc_n(*v, want, sizeof **v);

        if (more == NULL)
            return LC_ENOMEM;
        *v = more;
        *cap = want;
    }
    (*v)[(*n)++] = *host;
    return LC_OK;
}

enum lc_status lc_feeder_again(struct lc_feeder *f, const struct lc_in_flight *host, bool suspect)
{
    if (suspect)
        return push(&f->suspects, &f->suspects_n, &f->suspects_cap, host);
    return push(&f->again, &f->again_n, &f->again_cap, host);
}

enum lc_status lc_feeder_later(struct lc_feeder *f, const struct lc_in_flight *host, int64_t at_us)
{
    struct lc_in_flight second = *host;

    second.second = true;
    f->later_us = at_us;
    return push(&f->later, &f->later_n, &f->later_cap, &second);
}

bool lc_feeder_suspect(struct lc_feeder *f, struct lc_in_flight *out)
{
    if (f->suspects_n == 0)
        return false;
    *out = f->suspects[--f->suspects_n];
    return true;
}

bool lc_feeder_dry(const struct lc_feeder *f)
{
    bool fed = f->slices ? lc_slices_dry(f->slices) : f->next >= f->total;

    return fed && f->again_n == 0 && f->suspects_n == 0 && f->later_at == f->later_n;
}
