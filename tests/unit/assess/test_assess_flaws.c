/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Published flaws, judged by the engine itself: every example beside an entry gets its verdict and
 * every counter-example another, the records that are known to be wrong (facts on vulnerabilities,
 * 2.4) lead nobody astray, and only what is affected moves a device on the ladder.
 */
#include "flaws.h"

static struct test_flaws flaws;
static struct lc_view view;
static struct lc_ruleset no_rules;
static struct lc_flaw_scene scene;

struct example {
    enum lc_verdict expect;
    bool strict; /* exactly this verdict; else anything but "affected" */
    struct lc_slice cve, where, facts;
    struct lc_identity id;
};

static void next_example(struct lc_cur *at, struct example *e)
{
    memset(e, 0, sizeof *e);
    e->expect = (enum lc_verdict)lc_cur_le32(at);
    e->strict = lc_cur_le32(at) != 0;
    e->cve = take_part(at);
    e->where = take_part(at);
    for (size_t i = 0; i < LC_A_COUNT; i++) {
        e->id.value[i] = take_part(at);
        e->id.confidence[i] = e->id.value[i].n ? 95 : 0;
    }
    e->facts = take_part(at);
    assert_false(at->bad);
}

static struct lc_cur examples_of(uint32_t *n)
{
    struct lc_cur at = {.s = lc_buf_view(&flaws.examples)};
    uint32_t pairs = lc_cur_le32(&at);

    *n = lc_cur_le32(&at);
    for (uint32_t i = 0; i < pairs * 5; i++)
        (void)take_part(&at);
    return at;
}

static size_t flaw_of(struct lc_slice cve)
{
    for (size_t i = 0; i < flaws.set.n; i++)
        for (size_t k = 0; k < flaws.set.flaws[i].cves_n; k++)
            if (lc_slice_eq(flaws.set.flaws[i].cves[k], cve))
                return i;
    fail_msg("no %.*s", LC_S_ARG(cve));
    return 0;
}

static struct lc_flaw_match match(struct lc_slice cve, struct lc_slice facts,
                                  const struct lc_identity *id)
{
    lc_view_build(&view, &no_rules, facts);
    lc_flaw_look(&flaws.set, &view, id, &scene);
    return lc_flaw_match(&flaws.set, flaw_of(cve), &scene);
}

static struct example example;

static void every_example_gets_its_verdict(void **state)
{
    uint32_t n, wrong = 0;
    struct lc_cur at = examples_of(&n);

    (void)state;
    for (uint32_t i = 0; i < n; i++) {
        struct lc_flaw_match m;
        bool good;

        next_example(&at, &example);
        m = match(example.cve, example.facts, &example.id);
        good = example.strict ? m.verdict == example.expect : m.verdict != LC_V_AFFECTED;
        if (!good)
            print_error("%.*s: %.*s should be %s, the engine says %s: %.*s\n",
                        LC_S_ARG(example.where), LC_S_ARG(example.cve),
                        lc_verdict_names[example.expect], lc_verdict_names[m.verdict],
                        LC_S_ARG(m.reason));
        wrong += !good;
        assert_true(m.verdict == LC_V_NONE || m.reason.n > 0);
    }
    assert_int_equal(wrong, 0);
    assert_int_equal(at.s.n, 0);
    assert_true(n >= 2 * flaws.set.n);
}

struct device {
    const char *platform, *brand, *model, *firmware;
};

static struct lc_identity identity_of(const struct device *d)
{
    const char *const v[LC_A_COUNT] = {"camera", d->platform, d->brand, d->model, d->firmware};
    struct lc_identity id;

    memset(&id, 0, sizeof id);
    for (size_t i = 0; i < LC_A_COUNT; i++) {
        if (!v[i])
            continue;
        id.value[i] = lc_slice_str(v[i]);
        id.confidence[i] = 90;
    }
    return id;
}

/* Facts on vulnerabilities, 2.4: what the record says would give the wrong answer. */
static void defective_records_lead_nobody_astray(void **state)
{
    static const struct {
        const char *cve;
        struct device d;
        enum lc_verdict expect;
    } cases[] = {
        /* An empty range in the record: a false negative for a score of 10. */
        {"CVE-2025-23123", {"ubiquiti", NULL, "UVC G4 Bullet", "4.75.40"}, LC_V_AFFECTED},
        {"CVE-2025-23123", {"ubiquiti", NULL, "UVC G4 Bullet", "4.75.62"}, LC_V_NOT_AFFECTED},
        /* "Unspecified before 7.80 B128" would flag all older firmware. */
        {"CVE-2021-23847", {"bosch", NULL, "DINION", "6.51"}, LC_V_NOT_AFFECTED},
        {"CVE-2021-23847", {"bosch", NULL, "DINION", "7.72"}, LC_V_AFFECTED},
        /* Version "-" flags all or none. */
        {"CVE-2021-36260",
         {"hikvision", NULL, "DS-2CD2026G2-IU/SL", "V5.5.156 build 201120"},
         LC_V_AFFECTED},
        {"CVE-2021-36260",
         {"hikvision", NULL, "DS-2CD2026G2-IU/SL", "V5.7.3 build 230117"},
         LC_V_NOT_AFFECTED},
        /* Maker and NVD differ by six weeks: June is open; SD49 and SD41 both count. */
        {"CVE-2021-33044",
         {"dahua", NULL, "SD49225XA-HNR", "2.810.0000000.1.R.210620"},
         LC_V_UNKNOWN},
        {"CVE-2021-33044",
         {"dahua", NULL, "SD41225XA-HNR", "2.810.0000000.1.R.210101"},
         LC_V_AFFECTED},
        /* The typo td_2014ts_cl. */
        {"CVE-2024-7339",
         {"tvt", NULL, "TD-2104TS-CL", "1.3.4.22966B181219.D00.U1(4A21S)"},
         LC_V_AFFECTED},
        /* "avtec", and a company of nearly the same name. */
        {"CVE-2024-7029", {"avtech", NULL, "AVM1203", "1023-1007-1011-1009"}, LC_V_AFFECTED},
        {"CVE-2024-7029", {NULL, "AVTECH Software", "AVM1203", "1023-1007-1011-1009"}, LC_V_NONE},
        /* A semver range over strings that are none. */
        {"CVE-2024-14007",
         {"tvt", NULL, "TD-2108TS-HP", "1.3.4.22966B181219.D00.U1(4A21S)"},
         LC_V_NONE},
        /* 37 models in one product string. */
        {"CVE-2026-22755", {"vivotek", NULL, "FD8166A", "FD8166A-VVTK-0121d"}, LC_V_SUSPECTED},
        /* One fix, written in two ways. */
        {"CVE-2025-8065",
         {"tplink", NULL, "C200", "C200(US)_V3_1.4.5 Build 251104"},
         LC_V_NOT_AFFECTED},
        {"CVE-2025-8065", {"tplink", NULL, "C200", "V3_1.4.5 Build 251104"}, LC_V_NOT_AFFECTED},
        {"CVE-2025-8065", {"tplink", NULL, "C200", "V3_1.4.4 Build 251001"}, LC_V_AFFECTED},
        /* Spellings of a maker. */
        {"CVE-2020-25078", {NULL, "d-link", "DCS-2670L", "2.02"}, LC_V_AFFECTED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lc_identity id = identity_of(&cases[i].d);
        struct lc_flaw_match m = match(lc_slice_str(cases[i].cve), LC_S(""), &id);

        if (m.verdict != cases[i].expect)
            fail_msg("%s, %s: %s, wanted %s", cases[i].cve, cases[i].d.firmware,
                     lc_verdict_names[m.verdict], lc_verdict_names[cases[i].expect]);
    }
    /* CVE-2024-39943 lies in Dahua's block and is another product's. */
    for (size_t i = 0; i < flaws.set.n; i++)
        for (size_t k = 0; k < flaws.set.flaws[i].cves_n; k++)
            assert_false(lc_slice_eq(flaws.set.flaws[i].cves[k], LC_S("CVE-2024-39943")));
}

static void a_guess_decides_nothing(void **state)
{
    struct device d = {"hikvision", NULL, "DS-2CD2032F-I", "V5.3.0 build 150513"};
    struct lc_identity id = identity_of(&d);

    (void)state;
    assert_int_equal(match(LC_S("CVE-2017-7921"), LC_S(""), &id).verdict, LC_V_AFFECTED);
    assert_int_equal(match(LC_S("CVE-2017-7921"), LC_S(""), &id).confidence, 90);
    id.confidence[LC_A_FIRMWARE] = 50;
    assert_int_equal(match(LC_S("CVE-2017-7921"), LC_S(""), &id).verdict, LC_V_UNKNOWN);
    id.confidence[LC_A_FIRMWARE] = 90;
    id.confidence[LC_A_MODEL] = 40;
    assert_int_equal(match(LC_S("CVE-2017-7921"), LC_S(""), &id).verdict, LC_V_UNKNOWN);
    id.confidence[LC_A_MODEL] = 90;
    id.value[LC_A_FIRMWARE] = LC_S("");
    assert_int_equal(match(LC_S("CVE-2017-7921"), LC_S(""), &id).confidence, LC_FLAW_POSSIBLE);
}

static void globs_match_whole_models(void **state)
{
    (void)state;
    assert_true(lc_glob(LC_S("DS-2CD2##2F-I*"), LC_S("ds-2cd2032f-is")));
    assert_false(lc_glob(LC_S("DS-2CD2##2F-I*"), LC_S("DS-2CD20X2F-I")));
    assert_true(lc_glob(LC_S("*IPC-H*W3###*"), LC_S("DH-IPC-HDBW3441E-AS")));
    assert_false(lc_glob(LC_S("*IPC-H*W3###*"), LC_S("IPC-HDW1230T2")));
    assert_true(lc_glob(LC_S("C?45"), LC_S("C345")));
    assert_false(lc_glob(LC_S("C?45"), LC_S("C345I")));
    assert_true(lc_glob(LC_S("*"), LC_S("")));
    assert_false(lc_glob(LC_S(""), LC_S("x")));
}

/* ---- the ladder and the overlay ---- */

static void steps_follow_login_and_exploitation(void **state)
{
    (void)state;
    for (size_t i = 0; i < flaws.set.n; i++) {
        const struct lc_flaw *f = &flaws.set.flaws[i];
        enum lc_takeover step = flaws.set.rules[i].ladder;
        bool used = f->exploited.n || f->kev_added;

        assert_true(step == LC_T1 || step == LC_T3 || step == LC_T4 || step == LC_TU);
        assert_true((step == LC_T1) <= (used && f->login == LC_LOGIN_NONE && f->over));
        assert_true((step == LC_T3) <= (!used && f->login == LC_LOGIN_NONE && f->over));
        assert_true((step == LC_T4) <= (f->login != LC_LOGIN_NONE && f->over));
    }
}

static void an_overlay_moves_a_flaw_and_makes_nobody_vulnerable(void **state)
{
    struct device d = {"bosch", NULL, "DINION", "7.62"};
    struct lc_identity id = identity_of(&d);
    size_t at = flaw_of(LC_S("CVE-2021-23847"));
    struct lc_err err = {""};
    struct lc_slice text = LC_S("lenscap.overlay/1\nkev-date 2026-11-20 2026.11.20\n"
                                "kev CVE-2021-23847 2026-11-19\nkev CVE-1999-0001 2026-11-19\n"
                                "epss CVE-2021-23847 123456\n");

    (void)state;
    assert_int_equal(flaws.set.rules[at].ladder, LC_T3);
    assert_int_equal(lc_flaws_overlay(&flaws.set, text, &err), LC_OK);
    assert_int_equal(flaws.set.rules[at].ladder, LC_T1);
    assert_int_equal(flaws.set.flaws[at].epss_ppm, 123456);
    assert_int_equal(flaws.set.dates.kev, 20261120);
    assert_int_equal(match(LC_S("CVE-2021-23847"), LC_S(""), &id).verdict, LC_V_NOT_AFFECTED);
}

static void a_damaged_overlay_changes_nothing_and_names_the_line(void **state)
{
    static const char *const bad[] = {
        "lenscap.overlay/2\n",
        "lenscap.overlay/1\nkev CVE-2017-7923 2026-11-19\nkev CVE-2017-7923 2026-13-40\n",
        "lenscap.overlay/1\nkev CVE-2017-7923 2026-11-19\nkev CVE-20177923 2026-11-19\n",
        "lenscap.overlay/1\nkev CVE-2017-7923 2026-11-19\nepss CVE-2017-7923 1000001\n",
        "lenscap.overlay/1\nkev CVE-2017-7923 2026-11-19\nkev CVE-2017-7923\n",
        "lenscap.overlay/1\nkev CVE-2017-7923 2026-11-19\nnoise a b\n",
    };
    size_t at = flaw_of(LC_S("CVE-2017-7923"));

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct lc_err err = {""};

        assert_int_equal(lc_flaws_overlay(&flaws.set, lc_slice_str(bad[i]), &err), LC_EPARSE);
        assert_non_null(strstr(err.text, i ? "3" : "1"));
        assert_int_equal(flaws.set.flaws[at].kev_added, 0);
    }
}

static void the_bundled_subset_names_flaws_that_are_there(void **state)
{
    struct lc_err err = {""};
    size_t n = 0;

    (void)state;
    assert_int_equal(lc_flaws_overlay(&flaws.set, lc_buf_view(&flaws.kev), &err), LC_OK);
    for (size_t i = 0; i < flaws.set.n; i++)
        n += flaws.set.flaws[i].kev_added != 0;
    assert_true(n >= 24); /* 29 numbers, some of one entry */
    assert_true(flaws.set.flaws[flaw_of(LC_S("CVE-2017-7921"))].kev_added == 20260305);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_example_gets_its_verdict),
        cmocka_unit_test(defective_records_lead_nobody_astray),
        cmocka_unit_test(a_guess_decides_nothing),
        cmocka_unit_test(globs_match_whole_models),
        cmocka_unit_test(steps_follow_login_and_exploitation),
        cmocka_unit_test(a_damaged_overlay_changes_nothing_and_names_the_line),
        cmocka_unit_test(the_bundled_subset_names_flaws_that_are_there),
        cmocka_unit_test(an_overlay_moves_a_flaw_and_makes_nobody_vulnerable),
        cmocka_unit_test(steps_follow_login_and_exploitation),
    };
    int failed;

    if (argc != 5)
        return 2;
    load_flaws(&flaws, argv);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    free_flaws(&flaws);
    return failed;
}
