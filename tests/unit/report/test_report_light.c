/* SPDX-License-Identifier: Apache-2.0 */
/* The traffic light never flatters, and the name is the one on the sticker. */
#include "fixture.h"

static struct lc_device_finding one_finding(struct lc_slice rule)
{
    return (struct lc_device_finding){.rule = rule, .result = LC_TRI_TRUE, .state = LC_S("new")};
}

static enum lc_light light_with(struct lc_slice rule, enum lc_tri exposed)
{
    struct lc_device_finding f = one_finding(rule);
    struct lc_device d = fixture_device(1);

    d.exposed = exposed;
    d.findings = &f;
    d.findings_n = 1;
    return lc_report_light(&d, NULL);
}

static void an_easy_takeover_is_red(void **state)
{
    (void)state;
    for (int t = LC_T0; t <= LC_TU; t++) {
        struct lc_device d = fixture_device(1);

        d.exposed = LC_TRI_FALSE;
        d.takeover = (enum lc_takeover)t;
        assert_int_equal(lc_report_light(&d, NULL), t <= LC_T2   ? LC_RED
                                                    : t <= LC_T4 ? LC_YELLOW
                                                                 : LC_GREEN);
    }
}

static void severity_alone_decides_red_and_yellow(void **state)
{
    (void)state;
    assert_int_equal(light_with(LC_S("telnet"), LC_TRI_FALSE), LC_RED); /* high, on no step */
    assert_int_equal(light_with(LC_S("clear-admin"), LC_TRI_FALSE), LC_YELLOW); /* medium */
    assert_int_equal(light_with(LC_S("old-tls"), LC_TRI_UNKNOWN), LC_YELLOW);   /* low */
    assert_int_equal(light_with(LC_S("note"), LC_TRI_FALSE), LC_GREEN);         /* info */
}

static void a_finding_without_its_rule_is_not_green(void **state)
{
    (void)state;
    assert_int_equal(light_with(LC_S("rule-of-last-year"), LC_TRI_FALSE), LC_YELLOW);
}

static void exposed_unknown_is_grey_and_never_green(void **state)
{
    struct lc_device d = fixture_device(1);

    (void)state;
    for (int t = LC_T5; t <= LC_TU; t++) {
        d.takeover = (enum lc_takeover)t;
        assert_int_equal(lc_report_light(&d, NULL), LC_GREY);
    }
    assert_int_equal(light_with(LC_S("note"), LC_TRI_UNKNOWN), LC_GREY);
}

static void exposed_yes_is_red_without_any_rule(void **state)
{
    struct lc_device d = fixture_device(1);

    (void)state;
    d.exposed = LC_TRI_TRUE;
    assert_int_equal(lc_report_light(&d, NULL), LC_RED);
}

static void fixed_and_undecided_findings_do_not_colour(void **state)
{
    struct lc_device_finding f[2] = {one_finding(LC_S("telnet")), one_finding(LC_S("telnet"))};
    struct lc_device d = fixture_device(1);

    (void)state;
    f[0].state = LC_S("fixed");
    f[1].result = LC_TRI_UNKNOWN;
    d.exposed = LC_TRI_FALSE;
    d.findings = f;
    d.findings_n = 2;
    assert_int_equal(lc_report_light(&d, NULL), LC_GREEN);
}

static void assert_name(const struct lc_device *d, enum lc_lang lang, const char *expected)
{
    struct lc_buf b;

    lc_buf_init(&b, 4096);
    lc_report_name(d, lang, &b);
    assert_string_equal(lc_buf_cstr(&b), expected);
    lc_buf_free(&b);
}

static void the_name_says_as_much_as_is_known(void **state)
{
    struct lc_device d = fixture_device(1);

    (void)state;
    assert_name(&d, LC_LANG_EN, "Unknown device");
    d.value[LC_A_CLASS] = LC_S("camera");
    assert_name(&d, LC_LANG_EN, "Camera, brand and model unknown");
    d.value[LC_A_PLATFORM] = LC_S("dahua");
    assert_name(&d, LC_LANG_EN, "Camera (dahua), brand unknown");
    d.value[LC_A_BRAND] = LC_S("Dahua");
    d.confidence[LC_A_BRAND] = LC_BRAND_ASSUMED; /* only because of the platform */
    assert_name(&d, LC_LANG_EN, "Camera (dahua), brand unknown");
    d.confidence[LC_A_BRAND] = 60;
    assert_name(&d, LC_LANG_EN, "Dahua camera, model unknown");
    assert_name(&d, LC_LANG_VI, "Camera Dahua, chưa rõ kiểu máy");
    d.value[LC_A_MODEL] = LC_S("IPC-HFW1230S");
    assert_name(&d, LC_LANG_EN, "Dahua IPC-HFW1230S");
    assert_name(&d, LC_LANG_VI, "Dahua IPC-HFW1230S");
}

static void the_brand_is_not_said_twice(void **state)
{
    struct lc_device d = fixture_device(1);

    (void)state;
    d.value[LC_A_BRAND] = LC_S("Axis");
    d.value[LC_A_MODEL] = LC_S("AXIS P3245-V");
    assert_name(&d, LC_LANG_EN, "AXIS P3245-V");
}

static void a_router_is_not_called_a_camera_of_its_brand(void **state)
{
    struct lc_device d = fixture_device(1);

    (void)state;
    d.value[LC_A_CLASS] = LC_S("not-surveillance");
    assert_name(&d, LC_LANG_EN, "Not a camera");
    d.value[LC_A_BRAND] = LC_S("MikroTik");
    d.confidence[LC_A_BRAND] = 60;
    assert_name(&d, LC_LANG_EN, "MikroTik device");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_easy_takeover_is_red),
        cmocka_unit_test(severity_alone_decides_red_and_yellow),
        cmocka_unit_test(a_finding_without_its_rule_is_not_green),
        cmocka_unit_test(exposed_unknown_is_grey_and_never_green),
        cmocka_unit_test(exposed_yes_is_red_without_any_rule),
        cmocka_unit_test(fixed_and_undecided_findings_do_not_colour),
        cmocka_unit_test(the_name_says_as_much_as_is_known),
        cmocka_unit_test(the_brand_is_not_said_twice),
        cmocka_unit_test(a_router_is_not_called_a_camera_of_its_brand),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
