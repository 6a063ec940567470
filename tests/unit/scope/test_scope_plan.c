/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The planner and the gate against a model that looks at one address at a time.
 *
 * Random scopes over windows of 64 addresses, chosen where arithmetic goes wrong: across a byte's
 * carry, at all ones of IPv4 and of IPv6, at the first address. The generator is seeded: a failure
 * repeats.
 */
#include "scratch.h"

#define WINDOW 64U
#define CASES  4000U

static uint64_t seed = 0x5ca1ab1e;

/* splitmix64 (Steele, Lea, Flood 2014) */
static uint64_t rnd(uint64_t below)
{
    uint64_t z = seed += 0x9e3779b97f4a7c15ULL;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return (z ^ (z >> 31)) % below;
}

struct list {
    struct lc_targets raw, merged;
    bool in[WINDOW];
};

static struct lc_addr at(const struct lc_addr *base, uint64_t i)
{
    struct lc_addr a = *base;

    for (; i; i--)
        a = lc_addr_next(&a);
    return a;
}

static void randomise(struct list *l, const struct lc_addr *base, uint64_t most, uint64_t least)
{
    uint64_t n = least + rnd(most);

    *l = (struct list){.raw = {.n = 0}};
    for (uint64_t i = 0; i < n; i++) {
        uint64_t from = rnd(WINDOW), len = rnd(4) ? rnd(12) : rnd(WINDOW), to = from + len;
        struct lc_range r;

        to = to < WINDOW ? to : WINDOW - 1;
        r.first = at(base, from);
        r.last = at(base, to);
        assert_int_equal(lc_ranges_push(&l->raw, &r), LC_OK);
        assert_int_equal(lc_ranges_push(&l->merged, &r), LC_OK);
        for (uint64_t k = from; k <= to; k++)
            l->in[k] = true;
    }
    lc_ranges_merge(&l->merged);
}

static void forget(struct list *l)
{
    lc_targets_free(&l->raw);
    lc_targets_free(&l->merged);
}

static bool listed(const struct lc_targets *t, const struct lc_addr *a)
{
    bool yes = false;

    for (size_t i = 0; i < t->n; i++)
        yes |= memcmp(t->v[i].first.b, a->b, 16) <= 0 && memcmp(a->b, t->v[i].last.b, 16) <= 0;
    return yes;
}

/* Sorted, and with a gap of one address at least between neighbours. */
static void is_tidy(const struct lc_targets *t)
{
    for (size_t i = 0; i < t->n; i++) {
        assert_true(memcmp(t->v[i].first.b, t->v[i].last.b, 16) <= 0);
        if (i) {
            struct lc_addr next = lc_addr_next(&t->v[i - 1].last);

            assert_true(memcmp(next.b, t->v[i].first.b, 16) < 0);
        }
    }
}

static void one_case(const struct lc_addr *base)
{
    struct list allow, exclude, never, want;
    struct lc_scope s = {.builtin = false};
    struct lc_targets out;
    struct lc_gate gate;
    struct lc_buf bytes;
    struct lc_err err;
    bool outside = false, left = false;
    enum lc_status st;

    randomise(&allow, base, 6, 1);
    randomise(&exclude, base, 5, 0);
    randomise(&never, base, 3, 0);
    randomise(&want, base, 4, 1);
    is_tidy(&allow.merged);
    s.allow = allow.merged.v, s.allow_n = allow.merged.n;
    s.exclude = exclude.merged.v, s.exclude_n = exclude.merged.n;
    s.never = never.merged.v, s.never_n = never.merged.n;
    lc_buf_init(&bytes, 65536);
    assert_int_equal(lc_gate_pack(&s, &bytes), LC_OK);
    assert_int_equal(lc_gate_unpack(lc_buf_view(&bytes), &gate), LC_OK);
    st = lc_scope_plan(&s, &want.raw, &out, &err);
    for (size_t i = 0; i < WINDOW; i++) {
        struct lc_addr a = at(base, i);
        bool kept = want.in[i] && !exclude.in[i] && !never.in[i];
        bool open = allow.in[i] && !exclude.in[i] && !never.in[i];

        outside |= kept && !allow.in[i];
        left |= kept;
        assert_int_equal(listed(&allow.merged, &a), allow.in[i]);
        assert_int_equal(lc_gate_check(&gate, &a, 0), open);
        if (st == LC_OK)
            assert_int_equal(listed(&out, &a), kept);
        if (st == LC_OK && kept)
            assert_true(lc_gate_check(&gate, &a, 0));
    }
    assert_int_equal(st, outside || !left ? LC_EREFUSED : LC_OK);
    is_tidy(&out);
    lc_targets_free(&out);
    lc_gate_free(&gate);
    lc_buf_free(&bytes);
    forget(&allow);
    forget(&exclude);
    forget(&never);
    forget(&want);
}

static void window(const char *first)
{
    struct lc_addr base;

    assert_int_equal(lc_addr_parse(lc_slice_str(first), &base), LC_OK);
    for (unsigned i = 0; i < CASES; i++)
        one_case(&base);
}

static void random_scopes_across_a_byte_of_v4(void **state)
{
    (void)state;
    window("10.0.0.224");
}

static void random_scopes_at_all_ones_of_v4(void **state)
{
    (void)state;
    window("255.255.255.192");
}

static void random_scopes_across_a_byte_of_v6(void **state)
{
    (void)state;
    window("fd00::ffff:ffff:ffff:ffe0");
}

static void random_scopes_at_all_ones_of_v6(void **state)
{
    (void)state;
    window("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffc0");
}

static void random_scopes_at_the_first_address(void **state)
{
    (void)state;
    window("::");
}

static void random_scopes_survive_the_file(void **state)
{
    struct lc_addr base = lc_addr_v4(0x0a0000e0);

    (void)state;
    for (unsigned i = 0; i < 200; i++) {
        struct list allow, exclude;
        struct lc_scope_paths paths = {scratch("keys"), scratch("never")};
        struct lc_scope s;
        struct lc_gate gate;
        struct lc_buf text;
        struct lc_err err;

        randomise(&allow, &base, 6, 1);
        randomise(&exclude, &base, 5, 1);
        lc_buf_init(&text, 65536);
        (void)lc_buf_puts(&text, "version: 1\nowner: o\npurpose: p\nvalid: {until: 2030-01-01}\n");
        (void)lc_buf_puts(&text, "allow:\n");
        for (size_t k = 0; k < allow.raw.n; k++) {
            char r[2 * LC_ADDR_TEXT];

            (void)lc_range_format(&allow.raw.v[k], r);
            (void)lc_buf_putf(&text, "  - %s\n", r);
        }
        (void)lc_buf_puts(&text, "exclude:\n");
        for (size_t k = 0; k < exclude.raw.n; k++)
            (void)lc_buf_putf(&text, "  - \"%s\"\n", lc_range_name(&exclude.raw.v[k]).text);
        (void)put_file("s.yaml", lc_buf_cstr(&text), 0600);
        assert_int_equal(lc_scope_load(scratch("s.yaml"), &paths, 1000, &s, &err), LC_OK);
        lc_buf_reset(&text);
        assert_int_equal(lc_gate_pack(&s, &text), LC_OK);
        assert_int_equal(lc_gate_unpack(lc_buf_view(&text), &gate), LC_OK);
        for (size_t k = 0; k < WINDOW; k++) {
            struct lc_addr a = at(&base, k);

            assert_int_equal(lc_gate_check(&gate, &a, 1000), allow.in[k] && !exclude.in[k]);
        }
        lc_gate_free(&gate);
        lc_scope_free(&s);
        lc_buf_free(&text);
        forget(&allow);
        forget(&exclude);
    }
}

static void zones_stay_apart_and_are_kept(void **state)
{
    static const char *const texts[] = {"fe80::1%3", "fe80::1%2", "fe80::2%2", "fe80::1%2"};
    struct lc_range all;
    struct lc_scope s = {.allow_n = 1, .allow = &all};
    struct lc_targets want = {.n = 0}, out;
    struct lc_err err;

    (void)state;
    assert_int_equal(lc_range_parse(LC_S("fe80::/10"), &all), LC_OK);
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(lc_targets_add(&want, texts[i], &err), LC_OK);
    assert_int_equal(lc_scope_plan(&s, &want, &out, &err), LC_OK);
    assert_int_equal(lc_targets_count(&out), 3);
    assert_int_equal(out.v[0].first.zone, 2);
    assert_int_equal(out.v[out.n - 1].first.zone, 3);
    assert_int_equal(out.v[out.n - 1].last.zone, 3);
    lc_targets_free(&want);
    lc_targets_free(&out);
}

static void an_exclusion_holds_behind_every_interface(void **state)
{
    static const char *const texts[] = {"fe80::5%2", "fe80::1%3", "fe80::1%2"};
    struct lc_range all, one;
    struct lc_scope s = {.allow_n = 1, .allow = &all, .exclude_n = 1, .exclude = &one};
    struct lc_targets want = {.n = 0}, out;
    struct lc_err err;

    (void)state;
    assert_int_equal(lc_range_parse(LC_S("fe80::/10"), &all), LC_OK);
    assert_int_equal(lc_range_parse(LC_S("fe80::1"), &one), LC_OK);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(lc_targets_add(&want, texts[i], &err), LC_OK);
    assert_int_equal(lc_scope_plan(&s, &want, &out, &err), LC_OK);
    assert_int_equal(lc_targets_count(&out), 1);
    assert_int_equal(out.v[0].first.b[15], 5);
    lc_targets_free(&want);
    lc_targets_free(&out);
}

static void refuse(const struct lc_scope *s, const char *target, const char *why)
{
    struct lc_targets want = {.n = 0}, out;
    struct lc_err err;

    assert_int_equal(lc_targets_add(&want, target, &err), LC_OK);
    assert_int_equal(lc_scope_plan(s, &want, &out, &err), LC_EREFUSED);
    says(&err, why);
    assert_int_equal(out.n, 0);
    lc_targets_free(&want);
}

static void refusals_name_the_first_part_and_the_reason(void **state)
{
    struct lc_range allow, exclude, never;
    struct lc_scope s = {.allow_n = 1,
                         .allow = &allow,
                         .exclude_n = 1,
                         .exclude = &exclude,
                         .never_n = 1,
                         .never = &never,
                         .owner = LC_S("Phường Một")};
    struct lc_targets none = {.n = 0}, out;
    struct lc_err err;

    (void)state;
    assert_int_equal(lc_range_parse(LC_S("10.1.0.0/24"), &allow), LC_OK);
    assert_int_equal(lc_range_parse(LC_S("10.1.0.8/29"), &exclude), LC_OK);
    assert_int_equal(lc_range_parse(LC_S("224.0.0.0/4"), &never), LC_OK);
    refuse(&s, "10.1.0.0/23", "10.1.1.0/24 is outside the scope of Phường Một");
    refuse(&s, "10.0.255.250-10.1.0.3", "10.0.255.250-10.0.255.255 is outside");
    refuse(&s, "10.1.0.9", "10.1.0.9 is excluded");
    refuse(&s, "224.0.0.251", "224.0.0.251 is never scanned");
    s.builtin = true;
    refuse(&s, "192.0.2.1", "192.0.2.1: without a scope file");
    assert_int_equal(lc_scope_plan(&s, &none, &out, &err), LC_EINVAL);
    says(&err, "name a target");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_scopes_across_a_byte_of_v4),
        cmocka_unit_test(random_scopes_at_all_ones_of_v4),
        cmocka_unit_test(random_scopes_across_a_byte_of_v6),
        cmocka_unit_test(random_scopes_at_all_ones_of_v6),
        cmocka_unit_test(random_scopes_at_the_first_address),
        cmocka_unit_test(random_scopes_survive_the_file),
        cmocka_unit_test(zones_stay_apart_and_are_kept),
        cmocka_unit_test(an_exclusion_holds_behind_every_interface),
        cmocka_unit_test(refusals_name_the_first_part_and_the_reason),
    };

    return cmocka_run_group_tests(tests, scratch_open, scratch_close);
}
