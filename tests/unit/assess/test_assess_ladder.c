/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each step of the take-over ladder is reached by what the facts on vulnerabilities (5, 7) say of
 * it, and by nothing less: docs/guide/takeover-ladder.md is the same list in words.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "load.h"

static struct test_rules rules;
static struct lc_judgement j;
static struct lc_facts facts;

static void begin(void)
{
    lc_buf_reset(&facts.buf);
}

static void judge(const char *platform, const char *model)
{
    struct lc_identity id = an_identity("camera", platform);

    if (model)
        id.value[LC_A_MODEL] = lc_slice_str(model);
    lc_assess(rules.assessor, lc_buf_view(&facts.buf), &id, NOW, &j);
}

static void stands_on(enum lc_takeover step, enum lc_gain gains, const char *why)
{
    assert_string_equal(lc_takeover_names[j.takeover], lc_takeover_names[step]);
    assert_string_equal(lc_gain_names[j.gains], lc_gain_names[gains]);
    if (!lc_slice_eq(j.takeover_why, lc_slice_str(why)))
        fail_msg("because of \"%.*s\"", LC_S_ARG(j.takeover_why));
}

/* RTSP on 554: `video` described without a password, or refused with a challenge. */
static void rtsp(bool video)
{
    at_port(&facts, 554, 1);
    lc_facts_int(&facts, LC_F_RTSP_STATUS, video ? 200 : 401);
    lc_facts_str(&facts, LC_F_RTSP_DESCRIBE_PATH, LC_S("/live"));
    lc_facts_int(&facts, LC_F_RTSP_DESCRIBE_STATUS, video ? 200 : 401);
    if (video)
        lc_facts_bool(&facts, LC_F_RTSP_DESCRIBE_VIDEO, true);
    else
        lc_facts_str(&facts, LC_F_RTSP_AUTH_SCHEME, LC_S("digest"));
    at_port(&facts, 554, 9);
    lc_facts_int(&facts, LC_F_RTSP_CONTROL_STATUS, video ? 404 : 401);
}

static void web(const char *server)
{
    at_port(&facts, 80, 0);
    lc_facts_int(&facts, LC_F_HTTP_STATUS, 200);
    lc_facts_str(&facts, LC_F_HTTP_SERVER, lc_slice_str(server));
}

static void audit(const char *passwords, const char *flaws)
{
    at_port(&facts, 0, 0);
    if (passwords)
        lc_facts_str(&facts, LC_F_AUDIT_PASSWORDS, lc_slice_str(passwords));
    if (flaws)
        lc_facts_str(&facts, LC_F_AUDIT_FLAWS, lc_slice_str(flaws));
}

static void activated(bool yes)
{
    at_port(&facts, 0, 0);
    lc_facts_bool(&facts, LC_F_SADP_ACTIVATED, yes);
}

static void t0_video_without_a_password_gains_the_view(void **state)
{
    (void)state;
    begin();
    rtsp(true);
    judge("axis", NULL);
    stands_on(LC_T0, LC_GAIN_VIEW, "open-stream");
}

static void t0_never_set_up_gains_control(void **state)
{
    (void)state;
    begin();
    activated(false);
    judge("hikvision", NULL);
    stands_on(LC_T0, LC_GAIN_CONTROL, "not-activated");
}

static void on_one_step_the_greater_gain_counts(void **state)
{
    (void)state;
    begin();
    rtsp(true);
    activated(false);
    judge("hikvision", NULL);
    assert_int_equal(j.takeover, LC_T0);
    assert_int_equal(j.gains, LC_GAIN_CONTROL);
}

static void a_gain_of_a_higher_step_does_not_count(void **state)
{
    (void)state;
    begin();
    rtsp(true);
    web("uc-httpd 1.0.0"); /* T3, control */
    judge("xiongmai", NULL);
    stands_on(LC_T0, LC_GAIN_VIEW, "open-stream");
}

static void t2_is_an_old_generation_at_its_end_of_life(void **state)
{
    (void)state;
    begin();
    web("Boa/0.94.13");
    judge("dlink", "DCS-930L");
    stands_on(LC_T2, LC_GAIN_CONTROL, "default-password-end-of-life");
    judge("dlink", "DCS-8600LH");
    assert_int_equal(j.takeover, LC_TU);
}

/* An old generation alone is a finding and no step: nobody tried its password, and that it is
 * beyond repair is not proven. */
static void an_old_generation_alone_is_no_step(void **state)
{
    struct lc_identity id = an_identity("camera", "hikvision");

    (void)state;
    begin();
    web("DNVRS-Webs");
    id.value[LC_A_FIRMWARE] = LC_S("V5.2.5 build 141201");
    lc_assess(rules.assessor, lc_buf_view(&facts.buf), &id, NOW, &j);
    assert_int_equal(result_of(&j, LC_S("legacy-hikvision-password")), LC_TRI_TRUE);
    assert_int_equal(j.takeover, LC_TU);
    assert_int_equal(j.gains, LC_GAIN_NOTHING);
}

/* No fact of a login exists that could carry a tried password into T2. */
static void t2_rests_on_no_login(void **state)
{
    const struct lc_rule *all;
    size_t n = lc_assessor_rules(rules.assessor, &all), on_t2 = 0;

    (void)state;
    for (size_t i = 0; i < n; i++)
        on_t2 += all[i].ladder == LC_T2;
    assert_true(on_t2 > 0);
    for (unsigned f = 1; f < LC_F_COUNT; f++) {
        struct lc_slice name = lc_slice_str(lc_fact_infos[f].name ? lc_fact_infos[f].name : "");

        assert_int_equal(lc_slice_find(name, LC_S("login.accepted"), 0), LC_NPOS);
        assert_int_equal(lc_slice_find(name, LC_S("default_password"), 0), LC_NPOS);
    }
}

static void t3_is_a_flaw_without_login_by_version(void **state)
{
    (void)state;
    begin();
    web("uc-httpd 1.0.0");
    judge("xiongmai", NULL);
    stands_on(LC_T3, LC_GAIN_CONTROL, "xm-old-web-server");
}

static void t4_is_what_the_owners_audit_found_weak(void **state)
{
    (void)state;
    begin();
    rtsp(false);
    audit("weak", NULL);
    judge("axis", NULL);
    stands_on(LC_T4, LC_GAIN_CONTROL, "weak-password");
    begin();
    rtsp(false);
    audit("reused", "none");
    judge("axis", NULL);
    stands_on(LC_T4, LC_GAIN_CONTROL, "weak-password");
}

static void t5_needs_every_check(void **state)
{
    (void)state;
    begin();
    rtsp(false);
    activated(true);
    web("App-webs/");
    audit("strong", "none");
    judge("hikvision", NULL);
    assert_string_equal(lc_takeover_names[j.takeover], "T5");
    assert_int_equal(j.gains, LC_GAIN_NOTHING);
    assert_int_equal(j.exposure, LC_E1);
}

/* Take one check away, and it is TU again. */
static void t5_without_any_one_check_is_tu(void **state)
{
    (void)state;
    for (unsigned missing = 0; missing < 4; missing++) {
        begin();
        web("App-webs/");
        if (missing != 0)
            rtsp(false);
        if (missing != 1)
            activated(true);
        audit(missing == 2 ? NULL : "strong", missing == 3 ? NULL : "none");
        judge("hikvision", NULL);
        if (j.takeover != LC_TU)
            fail_msg("%s without check %u", lc_takeover_names[j.takeover], missing);
    }
}

static void tu_is_what_cannot_be_decided(void **state)
{
    struct lc_identity id = an_identity("not-surveillance", NULL);

    (void)state;
    begin();
    rtsp(false);
    judge("axis", NULL);
    assert_int_equal(j.takeover, LC_TU);
    audit("strong", "none");
    lc_assess(rules.assessor, lc_buf_view(&facts.buf), &id, NOW, &j);
    assert_int_equal(j.takeover, LC_TU);
}

/* Whatever the examples of all rules are: a step comes with a gain, and no step without. */
static void a_step_and_a_gain_come_together(void **state)
{
    const struct lc_rule *all;
    size_t n = lc_assessor_rules(rules.assessor, &all);

    (void)state;
    for (size_t i = 0; i < n; i++)
        assert_int_equal(all[i].ladder == LC_TU, all[i].gains == LC_GAIN_NOTHING);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(t0_video_without_a_password_gains_the_view),
        cmocka_unit_test(t0_never_set_up_gains_control),
        cmocka_unit_test(on_one_step_the_greater_gain_counts),
        cmocka_unit_test(a_gain_of_a_higher_step_does_not_count),
        cmocka_unit_test(t2_is_an_old_generation_at_its_end_of_life),
        cmocka_unit_test(an_old_generation_alone_is_no_step),
        cmocka_unit_test(t2_rests_on_no_login),
        cmocka_unit_test(t3_is_a_flaw_without_login_by_version),
        cmocka_unit_test(t4_is_what_the_owners_audit_found_weak),
        cmocka_unit_test(t5_needs_every_check),
        cmocka_unit_test(t5_without_any_one_check_is_tu),
        cmocka_unit_test(tu_is_what_cannot_be_decided),
        cmocka_unit_test(a_step_and_a_gain_come_together),
    };
    int failed;

    if (argc < 4)
        return 2;
    load_rules(&rules, argv);
    lc_facts_init(&facts);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    lc_facts_free(&facts);
    free_rules(&rules);
    return failed;
}
