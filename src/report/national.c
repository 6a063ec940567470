/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting. One pass, one device at a time; the memory is that of the values met, and those are
 * bounded, because models and brands are a peer's words. The tables are hashed with a random key
 * for the same reason.
 */
#include "report/national.h"

#include "base/hash.h"

#include <string.h>

#define SLOTS_FIRST 256U

void lc_national_init(struct lc_national *t)
{
    memset(t, 0, sizeof *t);
    lc_random(t->key, sizeof t->key);
    t->dims[LC_DIM_PORT].partial = true;
}

void lc_national_free(struct lc_national *t)
{
    for (size_t i = 0; i < LC_DIM_COUNT; i++) {
        lc_free(t->dims[i].rows);
        lc_free(t->dims[i].slots);
    }
}

static struct lc_slice text_of(const struct lc_national_row *r)
{
    return lc_slice_of(r->text, r->text_n);
}

static size_t slot_of(const struct lc_national *t, const struct lc_national_table *d,
                      struct lc_slice value)
{
    size_t at = lc_siphash(t->key, value) & (d->slots_n - 1);

    while (d->slots[at] && (d->rows[d->slots[at] - 1].rest ||
                            !lc_slice_eq(text_of(&d->rows[d->slots[at] - 1]), value)))
        at = (at + 1) & (d->slots_n - 1);
    return at;
}

/* Room for one more row, and the slots at most half full. */
static enum lc_status grow(struct lc_national *t, struct lc_national_table *d)
{
    size_t cap = d->cap ? 2 * d->cap : SLOTS_FIRST / 2, slots_n = 2 * cap;
    struct lc_national_row *rows;
    uint32_t *slots;

    if (d->n < d->cap)
        return LC_OK;
    rows = lc_realloc_n(d->rows, cap, sizeof *rows);
    if (!rows)
        return LC_ENOMEM;
    d->rows = rows;
    d->cap = cap;
    slots = lc_alloc_n(slots_n, sizeof *slots);
    if (!slots)
        return LC_ENOMEM;
    lc_free(d->slots);
    d->slots = slots;
    d->slots_n = slots_n;
    for (size_t i = 0; i < d->n; i++)
        if (!d->rows[i].rest)
            d->slots[slot_of(t, d, text_of(&d->rows[i]))] = (uint32_t)i + 1;
    return LC_OK;
}

/* The row of a value. Past the bound all new values share one, which no value can be mistaken for.
 */
static struct lc_national_row *row_of(struct lc_national *t, struct lc_national_table *d,
                                      struct lc_slice value)
{
    struct lc_national_row *r;
    size_t at;

    value = lc_slice_sub(value, 0, LC_ROW_TEXT);
    if (grow(t, d) != LC_OK)
        return NULL;
    at = slot_of(t, d, value);
    if (d->slots[at])
        return &d->rows[d->slots[at] - 1];
    if (d->n == LC_ROWS_MAX)
        return &d->rows[LC_ROWS_MAX - 1];
    r = &d->rows[d->n++];
    memset(r, 0, sizeof *r);
    r->rest = d->n == LC_ROWS_MAX;
    if (r->rest)
        return r;
    r->text_n = (uint8_t)value.n;
    if (value.n)
        memcpy(r->text, value.p, value.n);
    d->slots[at] = (uint32_t)d->n;
    return r;
}

static void add(struct lc_national_row *r, const uint64_t what[static LC_N_COUNT])
{
    for (size_t i = 0; i < LC_N_COUNT; i++)
        r->n[i] += what[i];
}

static enum lc_status add_to(struct lc_national *t, enum lc_dim dim, struct lc_slice value,
                             const uint64_t what[static LC_N_COUNT])
{
    struct lc_national_row *r = row_of(t, &t->dims[dim], value);

    if (!r)
        return LC_ENOMEM;
    add(r, what);
    return LC_OK;
}

/* What one device adds to each sum. */
static void weigh(const struct lc_national_device *d, uint64_t what[static LC_N_COUNT])
{
    const struct lc_judgement *j = d->judgement;
    bool e1 = j->exposure >= LC_E1, easy = j->exposure == LC_E3;

    what[LC_N_DEVICES] = 1;
    what[LC_N_CHANNELS] = d->channels_n;
    what[LC_N_E1] = e1;
    what[LC_N_E2] = e1 && j->exposed == LC_TRI_TRUE;
    what[LC_N_EASY] = easy;
    what[LC_N_CONTROL] = easy && j->gains == LC_GAIN_CONTROL;
    what[LC_N_OPEN] = e1 && j->takeover == LC_TU;
}

static enum lc_status add_ports(struct lc_national *t, const struct lc_national_device *d,
                                const uint64_t what[static LC_N_COUNT])
{
    enum lc_status st = LC_OK;

    for (size_t i = 0; i < d->ports_n && st == LC_OK; i++) {
        char text[8];
        int n = snprintf(text, sizeof text, "%u", (unsigned)d->ports[i]);

        st = add_to(t, LC_DIM_PORT, lc_slice_of(text, (size_t)n), what);
    }
    return st;
}

enum lc_status lc_national_add(struct lc_national *t, const struct lc_national_device *d,
                               const struct lc_kb *kb, const struct lc_places *places)
{
    const struct lc_slice *v = d->identity->value;
    const struct lc_place *place = places ? lc_places_find(places, &d->addr) : NULL;
    uint64_t what[LC_N_COUNT];
    struct lc_slice values[LC_DIM_COUNT] = {
        [LC_DIM_PLATFORM] = v[LC_A_PLATFORM],
        [LC_DIM_BRAND] = v[LC_A_BRAND],
        [LC_DIM_ORIGIN] = lc_kb_origin(kb, v[LC_A_BRAND], v[LC_A_PLATFORM]),
        [LC_DIM_MODEL] = v[LC_A_MODEL],
        [LC_DIM_OPERATOR] = place ? place->op : LC_S(""),
        [LC_DIM_PROVINCE] = place ? place->province : LC_S(""),
    };
    enum lc_status st = LC_OK;

    t->answered++;
    if (d->pseudo || !lc_class_is_surveillance(v[LC_A_CLASS])) {
        t->pseudo += d->pseudo;
        t->others += !d->pseudo;
        return LC_OK;
    }
    weigh(d, what);
    add(&t->all, what);
    t->steps[d->judgement->takeover] += what[LC_N_E1];
    for (enum lc_dim dim = 0; dim < LC_DIM_COUNT && st == LC_OK; dim++)
        if (dim != LC_DIM_PORT)
            st = add_to(t, dim, values[dim], what);
    return st == LC_OK ? add_ports(t, d, what) : st;
}
