/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must hold whatever the facts are: nothing is true of nothing, taking facts away never makes
 * a rule false that lacks what it requires, random facts and damaged knowledge do no harm, findings
 * are bounded and sorted, and judging twice says the same.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "load.h"

static struct test_rules rules;
static struct lc_judgement j, again;
static struct lc_view view;

static uint64_t seed = 88172645463325252U;

static uint32_t rnd(uint32_t end)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (uint32_t)(seed >> 16) % end;
}

static const char *const texts[] = {"open",   "silent", "refused", "digest",   "basic",
                                    "rsa",    "telnet", "ssh",     "tls1.0",   "0x0005",
                                    "SSH-1.", "login",  "AXIS_1",  "JAWS/1.0", "uc-httpd 1.0.0",
                                    "http",   "rtsp"};
static const int64_t numbers[] = {0,   -1,  1,         200,       401,      404,
                                  403, 204, INT64_MAX, INT64_MIN, NOW + 60, NOW - 86400 * 400LL};
static const unsigned ports[] = {0, 21, 22, 23, 80, 443, 554, 8000, 8554, 9530, 37777, 4567};
static const char *const classes[] = {"camera", "nvr", "ptz", NULL, "unknown", "not-surveillance"};
static const char *const platforms[] = {"hikvision", "dahua", "tvt", "xiongmai", NULL};

static void random_fact(struct lc_facts *f)
{
    unsigned name = 1 + rnd(LC_F_COUNT - 1);

    if (!lc_fact_infos[name].name)
        return;
    at_port(f, ports[rnd(12)], rnd(4));
    if (lc_fact_infos[name].type == LC_FT_STRING)
        lc_facts_str(f, (enum lc_fact_name)name, lc_slice_str(texts[rnd(17)]));
    else if (lc_fact_infos[name].type == LC_FT_INT)
        lc_facts_int(f, (enum lc_fact_name)name, numbers[rnd(12)]);
    else
        lc_facts_bool(f, (enum lc_fact_name)name, rnd(2));
}

static struct lc_identity random_identity(void)
{
    struct lc_identity id = an_identity(classes[rnd(6)], platforms[rnd(5)]);

    if (rnd(2))
        id.value[LC_A_FIRMWARE] = LC_S("V5.2.0 build 140721");
    return id;
}

static void assert_sound(const struct lc_judgement *r)
{
    enum lc_takeover lowest = LC_TU;

    assert_true(r->findings_n <= LC_FINDINGS_MAX);
    for (size_t i = 0; i < r->findings_n; i++) {
        const struct lc_finding *f = &r->findings[i], *before = i ? f - 1 : NULL;

        assert_true(f->result == LC_TRI_TRUE || f->result == LC_TRI_UNKNOWN);
        assert_true(f->result != LC_TRI_UNKNOWN || f->fact == LC_F_NONE);
        if (f->result == LC_TRI_TRUE && f->rule->ladder < lowest)
            lowest = f->rule->ladder;
        if (!before)
            continue;
        assert_false(before->result == LC_TRI_UNKNOWN && f->result == LC_TRI_TRUE);
        if (before->result == f->result)
            assert_true(before->rule->severity >= f->rule->severity);
    }
    assert_int_equal(r->takeover, lowest);
    assert_true(r->takeover_why.n > 0 && r->exposed_why.n > 0);
    assert_true(r->exposure != LC_E3 || r->takeover <= LC_T2);
    assert_true(r->takeover != LC_T5); /* nobody checks passwords and known flaws yet */
}

static void nothing_is_true_of_no_facts(void **state)
{
    (void)state;
    for (size_t c = 0; c < 6; c++)
        for (size_t p = 0; p < 5; p++) {
            struct lc_identity id = an_identity(classes[c], platforms[p]);

            lc_assess(rules.assessor, LC_S(""), &id, NOW, &j);
            for (size_t i = 0; i < j.findings_n; i++)
                assert_int_equal(j.findings[i].result, LC_TRI_UNKNOWN);
            assert_int_equal(j.exposed, LC_TRI_UNKNOWN);
            assert_int_equal(j.takeover, LC_TU);
            assert_int_equal(j.exposure, LC_E0);
        }
}

static void random_facts_are_judged_soundly_and_alike_twice(void **state)
{
    (void)state;
    for (int round = 0; round < 400; round++) {
        struct lc_identity id = random_identity();
        struct lc_facts f;

        lc_facts_init(&f);
        for (uint32_t n = rnd(150); n > 0; n--)
            random_fact(&f);
        lc_assess(rules.assessor, lc_buf_view(&f.buf), &id, NOW, &j);
        assert_sound(&j);
        again = j;
        lc_assess(rules.assessor, lc_buf_view(&f.buf), &id, NOW, &j);
        assert_int_equal(again.findings_n, j.findings_n);
        assert_int_equal(again.exposed, j.exposed);
        assert_int_equal(again.takeover, j.takeover);
        lc_facts_free(&f);
    }
}

/* Without the facts `drop` of `from`. */
static void without(struct lc_slice from, enum lc_fact_name drop, struct lc_facts *out)
{
    struct lc_cur at = {.s = from};
    struct lc_fact f;

    lc_facts_init(out);
    while (lc_facts_next(&at, &f) == LC_OK)
        if (f.name != drop)
            lc_facts_add(out, &f);
}

/* For every rule and port: once a required fact is gone, the answer is unknown, whatever it was. */
static void check_vanished(const struct lc_ruleset *set, struct lc_slice facts,
                           const struct lc_identity *id)
{
    for (size_t r = 0; r < set->n; r++) {
        const struct lc_rule_body *body = &set->bodies[r];
        int64_t name = body->required.v[0].number;
        struct lc_facts fewer;

        if (name >= LC_F_COUNT)
            continue;
        without(facts, (enum lc_fact_name)name, &fewer);
        lc_view_build(&view, set, lc_buf_view(&fewer.buf));
        for (size_t p = 0; p <= view.ports_n; p++) {
            struct lc_scene s = {&view, p ? &view.ports[p - 1] : NULL, id, NOW};
            struct lc_proof proof;

            assert_int_equal(lc_rule_judge(body, &s, &proof), LC_TRI_UNKNOWN);
        }
        lc_facts_free(&fewer);
    }
}

static void without_what_it_requires_a_rule_is_unknown(void **state)
{
    struct lc_ruleset set;

    (void)state;
    assert_int_equal(
        lc_ruleset_load(lc_buf_view(&rules.section), lc_buf_view(&rules.strings), &set, NULL),
        LC_OK);
    for (int round = 0; round < 20; round++) {
        struct lc_identity id = random_identity();
        struct lc_facts f;

        lc_facts_init(&f);
        for (int n = 0; n < 120; n++)
            random_fact(&f);
        check_vanished(&set, lc_buf_view(&f.buf), &id);
        lc_facts_free(&f);
    }
    lc_ruleset_free(&set);
}

/* 65,535 ports cannot be held: the judgement stays bounded, true findings first. */
static void more_findings_than_fit_keep_the_worst(void **state)
{
    struct lc_identity id = an_identity("camera", NULL);
    struct lc_facts f;

    (void)state;
    lc_facts_init(&f);
    for (unsigned port = 1000; port < 1200; port++) {
        at_port(&f, port, 0);
        lc_facts_str(&f, LC_F_PORT_OUTCOME, LC_S("open"));
        lc_facts_str(&f, LC_F_SSH_BANNER, LC_S("SSH-2.0-x")); /* info */
    }
    at_port(&f, 1200, 0);
    lc_facts_str(&f, LC_F_PORT_OUTCOME, LC_S("open"));
    lc_facts_bool(&f, LC_F_TELNET_NEGOTIATES, true); /* high, and last */
    lc_assess(rules.assessor, lc_buf_view(&f.buf), &id, NOW, &j);
    assert_int_equal(j.findings_n, LC_FINDINGS_MAX);
    assert_true(lc_slice_eq(j.findings[0].rule->id, LC_S("telnet-open")));
    assert_int_equal(j.findings[0].port, 1200);
    assert_int_equal(j.findings[1].port, 1000);
    assert_sound(&j);
    lc_facts_free(&f);
}

static void malformed_fact_bytes_do_no_harm(void **state)
{
    uint8_t bytes[600];
    struct lc_identity id = an_identity("camera", "hikvision");

    (void)state;
    for (int round = 0; round < 2000; round++) {
        size_t n = rnd(sizeof bytes);

        for (size_t i = 0; i < n; i++)
            bytes[i] = rnd(3) ? 0 : (uint8_t)rnd(256);
        lc_assess(rules.assessor, lc_slice_of(bytes, n), &id, NOW, &j);
        assert_sound(&j);
    }
}

static void damaged_rules_are_refused_or_harmless(void **state)
{
    struct lc_slice whole = lc_buf_view(&rules.section);
    struct lc_buf copy;

    (void)state;
    lc_buf_init(&copy, whole.n);
    for (int round = 0; round < 3000; round++) {
        struct lc_assessor *a;
        struct lc_err err = {""};
        struct lc_identity id = random_identity();

        lc_buf_reset(&copy);
        assert_int_equal(lc_buf_put(&copy, lc_slice_sub(whole, 0, rnd(8) ? whole.n : rnd(9000))),
                         LC_OK);
        if (copy.n)
            copy.p[rnd(copy.n < 3000 ? (uint32_t)copy.n : 3000)] ^= (uint8_t)(1U << rnd(8));
        if (lc_assessor_load(lc_buf_view(&copy), lc_buf_view(&rules.strings), &a, &err) == LC_OK) {
            lc_assess(a, LC_S("\x01\0\x17\0\0\0\x04\0open"), &id, NOW, &j);
            lc_assessor_close(a);
        } else {
            assert_null(a);
            assert_true(err.text[0] != '\0');
        }
    }
    lc_buf_free(&copy);
}

static void kleenes_tables(void **state)
{
    const enum lc_tri F = LC_TRI_FALSE, T = LC_TRI_TRUE, U = LC_TRI_UNKNOWN;
    const enum lc_tri in[3] = {F, U, T};
    const enum lc_tri and[3][3] = {{F, F, F}, {F, U, U}, {F, U, T}};
    const enum lc_tri or [3][3] = {{F, U, T}, {U, U, T}, {T, T, T}};

    (void)state;
    for (size_t a = 0; a < 3; a++)
        for (size_t b = 0; b < 3; b++) {
            assert_int_equal(lc_tri_and(in[a], in[b]), and[a][b]);
            assert_int_equal(lc_tri_or(in[a], in[b]), or [a][b]);
        }
}

static void a_value_cut_short_proves_no_absence(void **state)
{
    struct lc_identity id = an_identity("camera", NULL);
    struct lc_facts f;
    char longest[300];

    (void)state;
    memset(longest, 'x', sizeof longest);
    lc_facts_init(&f);
    at_port(&f, 80, 0);
    lc_facts_int(&f, LC_F_HTTP_STATUS, 200);
    lc_facts_str(&f, LC_F_HTTP_SERVER, lc_slice_of(longest, sizeof longest)); /* max 256 */
    lc_assess(rules.assessor, lc_buf_view(&f.buf), &id, NOW, &j);
    assert_int_equal(result_of(&j, LC_S("often-attacked-server")), LC_TRI_UNKNOWN);
    lc_facts_free(&f);
}

/* The serial number in a realm is not repeated by the finding. */
static void hidden_evidence_shows_only_what_matched(void **state)
{
    struct lc_identity id = an_identity("camera", NULL);
    struct lc_facts f;

    (void)state;
    lc_facts_init(&f);
    at_port(&f, 554, 0);
    lc_facts_str(&f, LC_F_PORT_PROTOCOL, LC_S("rtsp"));
    lc_facts_str(&f, LC_F_RTSP_REALM, LC_S("Login to 4X0ABCDPAG00001"));
    lc_assess(rules.assessor, lc_buf_view(&f.buf), &id, NOW, &j);
    assert_int_equal(result_of(&j, LC_S("serial-leaks")), LC_TRI_TRUE);
    for (size_t i = 0; i < j.findings_n; i++)
        assert_true(lc_slice_find(j.findings[i].evidence, LC_S("4X0ABCD"), 0) == LC_NPOS);
    lc_facts_free(&f);
}

static void what_rests_on_the_identity_shows_the_claims_evidence(void **state)
{
    struct lc_identity id = an_identity("camera", "hikvision");

    (void)state;
    id.value[LC_A_FIRMWARE] = LC_S("V5.2.0");
    id.claims_n = 1;
    id.claims[0] = (struct lc_claim){.attr = LC_A_FIRMWARE,
                                     .value = LC_S("V5.2.0"),
                                     .fact = LC_F_ONVIF_FIRMWARE,
                                     .evidence = LC_S("V5.2.0 build 140721")};
    lc_assess(rules.assessor, LC_S(""), &id, NOW, &j);
    assert_true(lc_slice_eq(j.findings[0].rule->id, LC_S("legacy-hikvision-password")));
    assert_int_equal(j.findings[0].fact, LC_F_ONVIF_FIRMWARE);
    assert_true(lc_slice_eq(j.findings[0].evidence, LC_S("V5.2.0 build 140721")));
}

static void there_are_25_rules_in_two_languages(void **state)
{
    const struct lc_rule *all;
    size_t n = lc_assessor_rules(rules.assessor, &all);

    (void)state;
    assert_true(n >= 25);
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(lc_assessor_rule(rules.assessor, all[i].id), &all[i]);
        for (size_t lang = 0; lang < 2; lang++)
            assert_true(all[i].title[lang].n && all[i].why[lang].n && all[i].remedy[lang].n);
        /* Easy to take over is never a small matter. */
        assert_true(all[i].ladder > LC_T2 || all[i].severity >= LC_SEV_HIGH);
        assert_true(all[i].severity != LC_SEV_CRITICAL || all[i].ladder <= LC_T1);
    }
    assert_null(lc_assessor_rule(rules.assessor, LC_S("no-such-rule")));
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kleenes_tables),
        cmocka_unit_test(nothing_is_true_of_no_facts),
        cmocka_unit_test(random_facts_are_judged_soundly_and_alike_twice),
        cmocka_unit_test(without_what_it_requires_a_rule_is_unknown),
        cmocka_unit_test(more_findings_than_fit_keep_the_worst),
        cmocka_unit_test(malformed_fact_bytes_do_no_harm),
        cmocka_unit_test(damaged_rules_are_refused_or_harmless),
        cmocka_unit_test(a_value_cut_short_proves_no_absence),
        cmocka_unit_test(hidden_evidence_shows_only_what_matched),
        cmocka_unit_test(what_rests_on_the_identity_shows_the_claims_evidence),
        cmocka_unit_test(there_are_25_rules_in_two_languages),
    };
    int failed;

    if (argc != 4)
        return 2;
    load_rules(&rules, argv);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    free_rules(&rules);
    return failed;
}
