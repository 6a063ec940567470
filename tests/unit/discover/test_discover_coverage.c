/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Coverage: full dry enumerations of plans of several shapes prove that each (address, port) comes
 * exactly once per pass, whatever the order of slices, the shards and the interruptions (facts on
 * scanners, 0.10: ZMap added such a test after eleven years, and found a double scan at once).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/mem.h"
#include "discover/plan.h"
#include "discover/sweep.h"

#define RANGES 8

struct shape {
    const char *ranges[RANGES];
    size_t ports, likely;
};

static const struct shape shapes[] = {
    /* holes of all sizes, three slices and a bit */
    {{"10.0.0.0/16", "10.1.0.1-10.1.0.1", "10.1.0.3-10.1.255.9", "10.2.3.4-10.3.4.5"}, 6, 6},
    {{"192.0.2.77-192.0.2.77"}, 128, 128},
    {{"192.0.2.77-192.0.2.77"}, 1, 1},
    {{"198.18.0.0/16"}, 3, 3},         /* exactly one slice */
    {{"198.18.0.0-198.19.0.0"}, 7, 5}, /* one address more */
    {{"198.18.0.0-198.18.255.254"}, 65, 65},
    /* the low half overflows into the high one; two families in one plan */
    {{"10.0.0.0/30", "2001:db8::ffff:ffff:ffff:8000-2001:db8:0:1::7fff",
      "2001:db8:7::1-2001:db8:7::1", "fd00::/108"},
     2,
     2},
};
#define SHAPES (sizeof shapes / sizeof *shapes)

static struct lc_range ranges[RANGES];

static struct lc_sweep_config config(const struct shape *sh)
{
    struct lc_sweep_config c = {.plan = ranges,
                                .order_seed = 20261122,
                                .ports_n = sh->ports,
                                .likely_n = sh->likely,
                                .passes = 2,
                                .rates = {10, 2, 200, 2000}};

    for (; c.plan_n < RANGES && sh->ranges[c.plan_n]; c.plan_n++)
        assert_int_equal(lc_range_parse(lc_slice_str(sh->ranges[c.plan_n]), &ranges[c.plan_n]),
                         LC_OK);
    for (size_t i = 0; i < sh->ports; i++)
        c.ports[i].port = (uint16_t)(1000 + i * 7);
    return c;
}

/* Where an address stands in the plan, by walking it: nothing of plan.c. */
static uint64_t index_of(const struct lc_sweep_config *c, const struct lc_addr *a)
{
    uint64_t before = 0;

    for (size_t i = 0; i < c->plan_n; i++) {
        if (lc_range_has(&c->plan[i], a)) {
            struct lc_range part = {c->plan[i].first, *a};

            return before + lc_range_count(&part) - 1;
        }
        before += lc_range_count(&c->plan[i]);
    }
    fail(); /* an address that the plan does not have */
    return 0;
}

struct tally {
    const struct lc_sweep_config *cfg;
    uint8_t *seen; /* hosts * likely ports */
    uint64_t n;
};

static void tick_off(void *ctx, const struct lc_addr *a, unsigned port)
{
    struct tally *t = ctx;

    assert_true(port < t->cfg->likely_n);
    t->seen[index_of(t->cfg, a) * t->cfg->likely_n + port]++;
    t->n++;
}

static struct tally tally_of(const struct lc_sweep_config *c, uint64_t *hosts)
{
    struct tally t = {.cfg = c};

    *hosts = 0;
    for (size_t i = 0; i < c->plan_n; i++)
        *hosts += lc_range_count(&c->plan[i]);
    t.seen = lc_alloc_n(*hosts * c->likely_n, 1);
    assert_non_null(t.seen);
    return t;
}

static void check_each_once(struct tally *t, uint64_t hosts)
{
    assert_int_equal(t->n, hosts * t->cfg->likely_n);
    for (uint64_t i = 0; i < hosts * t->cfg->likely_n; i++)
        assert_int_equal(t->seen[i], 1);
    lc_free(t->seen);
}

static void each_pair_comes_once_in_whatever_order_slices_are_taken(void **state)
{
    (void)state;
    for (size_t k = 0; k < SHAPES; k++) {
        struct lc_sweep_config c = config(&shapes[k]);
        uint64_t hosts, slices = lc_sweep_slices(&c);
        struct tally t = tally_of(&c, &hosts);

        assert_int_equal(slices, (hosts + LC_SLICE_HOSTS - 1) / LC_SLICE_HOSTS);
        for (uint64_t i = slices; i-- > 0;)
            assert_int_equal(lc_sweep_dry(&c, i, 1, tick_off, &t), LC_OK);
        check_each_once(&t, hosts);
        assert_int_equal(lc_sweep_dry(&c, slices, 1, tick_off, &t), LC_EINVAL);
    }
}

static void each_pair_comes_once_over_all_shards(void **state)
{
    struct lc_sweep_config c = config(&shapes[0]);
    uint64_t hosts, slices = lc_sweep_slices(&c);
    struct tally t = tally_of(&c, &hosts);

    (void)state;
    for (uint64_t shard = 3; shard-- > 0;)
        for (uint64_t i = shard; i < slices; i += 3)
            assert_int_equal(lc_sweep_dry(&c, i, 1, tick_off, &t), LC_OK);
    check_each_once(&t, hosts);
}

struct record {
    struct lc_addr *addr;
    uint8_t *port;
    size_t n, at;
    bool compare;
};

static void note(void *ctx, const struct lc_addr *a, unsigned port)
{
    struct record *r = ctx;

    if (r->compare) {
        assert_int_equal(lc_addr_cmp(&r->addr[r->at], a), 0);
        assert_int_equal(r->port[r->at++], port);
        return;
    }
    r->addr[r->n] = *a;
    r->port[r->n++] = (uint8_t)port;
}

static void the_same_seed_gives_the_same_order_and_another_one_another(void **state)
{
    struct lc_sweep_config c = config(&shapes[4]);
    size_t all = (size_t)LC_SLICE_HOSTS * c.likely_n, same = 0;
    struct record a = {lc_alloc_n(all, sizeof *a.addr), lc_alloc_n(all, 1), 0, 0, false};
    struct record b = {lc_alloc_n(all, sizeof *b.addr), lc_alloc_n(all, 1), 0, 0, false};

    (void)state;
    assert_true(a.addr && a.port && b.addr && b.port);
    assert_int_equal(lc_sweep_dry(&c, 0, 1, note, &a), LC_OK);
    a.compare = true;
    assert_int_equal(lc_sweep_dry(&c, 0, 1, note, &a), LC_OK);
    assert_int_equal(a.at, all);
    c.order_seed++;
    assert_int_equal(lc_sweep_dry(&c, 0, 1, note, &b), LC_OK);
    for (size_t i = 0; i < all; i++)
        same += lc_addr_cmp(&a.addr[i], &b.addr[i]) == 0 && a.port[i] == b.port[i];
    assert_true(same < 20); /* some two of 327,680 by chance */
    lc_free(a.addr);
    lc_free(a.port);
    lc_free(b.addr);
    lc_free(b.port);
}

/* A host's ports are a round of all hosts apart, and each window asks all ports about evenly. */
static void a_host_sees_its_ports_as_far_apart_as_can_be(void **state)
{
    struct lc_sweep_config c = config(&shapes[3]);
    size_t all = (size_t)LC_SLICE_HOSTS * 3;
    struct record r = {lc_alloc_n(all, sizeof *r.addr), lc_alloc_n(all, 1), 0, 0, false};

    (void)state;
    assert_true(r.addr && r.port);
    assert_int_equal(lc_sweep_dry(&c, 0, 1, note, &r), LC_OK);
    for (size_t i = 0; i + LC_SLICE_HOSTS < all; i++)
        assert_int_equal(lc_addr_cmp(&r.addr[i], &r.addr[i + LC_SLICE_HOSTS]), 0);
    for (size_t i = 0; i + 3000 <= all; i += 3000) {
        unsigned hits[3] = {0, 0, 0};

        for (size_t k = i; k < i + 3000; k++)
            hits[r.port[k]]++;
        for (unsigned p = 0; p < 3; p++) /* 1,000 +- 26: six sigma */
            assert_true(hits[p] > 845 && hits[p] < 1155);
    }
    lc_free(r.addr);
    lc_free(r.port);
}

static void every_address_is_found_at_its_place_and_none_beside_the_plan(void **state)
{
    (void)state;
    for (size_t k = 0; k < SHAPES; k++) {
        struct lc_sweep_config c = config(&shapes[k]);
        struct lc_plan p;

        assert_int_equal(lc_plan_open(&p, c.plan, c.plan_n, 7), LC_OK);
        for (uint64_t i = 0; i < p.hosts; i += 1 + p.hosts / 50000) {
            struct lc_addr a = lc_plan_at(&p, i);
            uint64_t place;

            assert_true(lc_plan_find(&p, &a, &place));
            assert_int_equal(place, i);
            assert_int_equal(lc_plan_index(&p, i), index_of(&c, &a));
        }
        for (size_t i = 0; i < c.plan_n; i++) {
            struct lc_addr before = lc_addr_prev(&c.plan[i].first);
            struct lc_addr after = lc_addr_next(&c.plan[i].last);
            uint64_t place;

            assert_false(lc_plan_find(&p, &before, &place));
            assert_false(lc_plan_find(&p, &after, &place));
        }
        lc_plan_close(&p);
    }
}

static void a_plan_without_addresses_or_with_too_many_is_none(void **state)
{
    struct lc_sweep_config c = config(&shapes[1]);
    struct lc_plan p;

    (void)state;
    c.plan_n = 0;
    assert_int_equal(lc_sweep_slices(&c), 0);
    assert_int_equal(lc_plan_open(&p, c.plan, 0, 1), LC_EINVAL);
    assert_int_equal(lc_range_parse(LC_S("2001:db8::/64"), &ranges[0]), LC_OK);
    assert_int_equal(lc_plan_open(&p, ranges, 1, 1), LC_EINVAL);
    assert_int_equal(lc_range_parse(LC_S("2001:db8::/66"), &ranges[0]), LC_OK);
    assert_int_equal(lc_plan_count(ranges, 1), (uint64_t)1 << 62);
    c.plan_n = 1;
    assert_int_equal(lc_sweep_slices(&c), (uint64_t)1 << 46);
    ranges[1] = (struct lc_range){lc_addr_v4(1 << 24), lc_addr_v4(1 << 24)};
    assert_int_equal(lc_plan_count(ranges, 2), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_pair_comes_once_in_whatever_order_slices_are_taken),
        cmocka_unit_test(each_pair_comes_once_over_all_shards),
        cmocka_unit_test(the_same_seed_gives_the_same_order_and_another_one_another),
        cmocka_unit_test(a_host_sees_its_ports_as_far_apart_as_can_be),
        cmocka_unit_test(every_address_is_found_at_its_place_and_none_beside_the_plan),
        cmocka_unit_test(a_plan_without_addresses_or_with_too_many_is_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
