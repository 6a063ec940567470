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
                              struct lc_store *store, int64_t run, bool resumed)
{
    *f = (struct lc_feeder){.plan = plan, .store = store, .run = run, .resumed = resumed};
    f->total = lc_targets_count(plan);
    return LC_OK;
}

void lc_feeder_free(struct lc_feeder *f)
{
    lc_free(f->again);
    lc_free(f->suspects);
    f->again = f->suspects = NULL;
}

/* Targets are numbered through the ranges in their order. */
static struct lc_addr address_of(struct lc_feeder *f, uint64_t index)
{
    for (;;) {
        uint64_t n = lc_range_count(&f->plan->v[f->range]);

        if (index - f->before < n)
            return lc_range_at(&f->plan->v[f->range], index - f->before);
        f->before += n;
        f->range++;
        assert(f->range < f->plan->n);
    }
}

enum lc_status lc_feeder_next(struct lc_feeder *f, struct lc_in_flight *out, struct lc_err *err)
{
    if (f->again_n) {
        *out = f->again[--f->again_n];
        return LC_OK;
    }
    for (; f->next < f->total; f->next++) {
        uint64_t bit = f->next % LC_UNIT_HOSTS;

        if (f->resumed && bit == 0) {
            enum lc_status st =
                lc_store_unit_mask(f->store, f->run, f->next / LC_UNIT_HOSTS, &f->mask, err);

            if (st != LC_OK)
                return st;
        }
        if (f->mask >> bit & 1)
            continue;
        *out = (struct lc_in_flight){.index = f->next, .addr = address_of(f, f->next)};
        f->next++;
        return LC_OK;
    }
    return LC_DONE;
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

bool lc_feeder_suspect(struct lc_feeder *f, struct lc_in_flight *out)
{
    if (f->suspects_n == 0)
        return false;
    *out = f->suspects[--f->suspects_n];
    return true;
}

bool lc_feeder_dry(const struct lc_feeder *f)
{
    return f->next >= f->total && f->again_n == 0 && f->suspects_n == 0;
}
