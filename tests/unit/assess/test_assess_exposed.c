/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who can watch: one test for each answer that assess.h promises, and for how several servers on
 * one device are put together. Expected values come from DESIGN section 1 (E1-E3) and assess.h.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "load.h"

static struct test_rules rules;
static struct lc_judgement j;

static int setup(void **state)
{
    struct lc_facts *f = lc_alloc(sizeof *f);

    assert_non_null(f);
    lc_facts_init(f);
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    lc_facts_free(*state);
    lc_free(*state);
    return 0;
}

static void describe(struct lc_facts *f, unsigned port, unsigned exch, int status, bool video)
{
    at_port(f, port, exch);
    lc_facts_str(f, LC_F_RTSP_DESCRIBE_PATH, exch == 1 ? LC_S("/one") : LC_S("/two"));
    lc_facts_int(f, LC_F_RTSP_DESCRIBE_STATUS, status);
    if (status == 200)
        lc_facts_bool(f, LC_F_RTSP_DESCRIBE_VIDEO, video);
    if (status == 401)
        lc_facts_str(f, LC_F_RTSP_AUTH_SCHEME, LC_S("digest"));
}

static void control(struct lc_facts *f, unsigned port, int status, bool video)
{
    at_port(f, port, 9);
    lc_facts_int(f, LC_F_RTSP_CONTROL_STATUS, status);
    lc_facts_bool(f, LC_F_RTSP_CONTROL_VIDEO, video);
    if (status == 401)
        lc_facts_str(f, LC_F_RTSP_AUTH_SCHEME, LC_S("digest"));
}

static void judge(const struct lc_facts *f, const char *cls)
{
    struct lc_identity id = an_identity(cls, NULL);

    lc_assess(rules.assessor, lc_buf_view(&f->buf), &id, NOW, &j);
}

static void expect(enum lc_tri exposed, const char *why_part)
{
    assert_int_equal(j.exposed, exposed);
    if (lc_slice_find(j.exposed_why, lc_slice_str(why_part), 0) == LC_NPOS)
        fail_msg("\"%.*s\" lacks \"%s\"", LC_S_ARG(j.exposed_why), why_part);
    /* Every reason has its Vietnamese. */
    assert_string_not_equal(lc_tr_in(LC_LANG_VI, (const char *)j.exposed_why.p),
                            (const char *)j.exposed_why.p);
}

static void video_without_password_is_yes_and_easy(void **state)
{
    control(*state, 554, 404, false);
    describe(*state, 554, 1, 200, true);
    judge(*state, "camera");
    expect(LC_TRI_TRUE, "describes its video");
    assert_int_equal(j.takeover, LC_T0);
    assert_true(lc_slice_eq(j.takeover_why, LC_S("open-stream")));
    assert_int_equal(j.exposure, LC_E3);
    assert_int_equal(j.findings[0].fact, LC_F_RTSP_DESCRIBE_PATH);
    assert_true(lc_slice_eq(j.findings[0].evidence, LC_S("/one")));
}

static void the_open_path_of_two_is_the_evidence(void **state)
{
    control(*state, 554, 404, false);
    describe(*state, 554, 1, 404, false);
    describe(*state, 554, 2, 200, true);
    judge(*state, "camera");
    expect(LC_TRI_TRUE, "describes its video");
    assert_true(lc_slice_eq(j.findings[0].evidence, LC_S("/two")));
}

static void an_unnamed_open_server_is_found_too(void **state)
{
    control(*state, 8554, 404, false);
    describe(*state, 8554, 1, 200, true);
    judge(*state, NULL);
    expect(LC_TRI_TRUE, "describes its video");
    assert_int_equal(result_of(&j, LC_S("open-stream")), LC_TRI_TRUE);
    assert_int_equal(j.exposure, LC_E3);
}

static void refused_everywhere_is_no(void **state)
{
    control(*state, 554, 401, false);
    describe(*state, 554, 1, 401, false);
    describe(*state, 554, 2, 401, false);
    judge(*state, "camera");
    expect(LC_TRI_FALSE, "wants a password");
    assert_int_equal(j.exposure, LC_E1);
    assert_int_equal(j.takeover, LC_TU);
}

static void a_challenge_on_the_impossible_path_alone_is_no(void **state)
{
    control(*state, 554, 401, false);
    judge(*state, "camera");
    expect(LC_TRI_FALSE, "before it looks at the path");
}

static void not_found_on_the_impossible_path_alone_is_unknown(void **state)
{
    control(*state, 554, 404, false);
    judge(*state, "camera");
    expect(LC_TRI_UNKNOWN, "no documented path");
}

static void forbidden_without_a_challenge_is_unknown(void **state)
{
    describe(*state, 554, 1, 403, false);
    judge(*state, "camera");
    expect(LC_TRI_UNKNOWN, "neither described nor refused");
}

static void forbidden_with_a_challenge_is_no(void **state)
{
    describe(*state, 554, 1, 403, false);
    lc_facts_str(*state, LC_F_RTSP_REALM, LC_S("cam"));
    judge(*state, "camera");
    expect(LC_TRI_FALSE, "wants a password");
}

static void one_path_refused_and_one_missing_is_unknown(void **state)
{
    describe(*state, 554, 1, 401, false);
    describe(*state, 554, 2, 404, false);
    judge(*state, "camera");
    expect(LC_TRI_UNKNOWN, "neither described nor refused");
}

static void a_server_that_accepts_everything_is_unknown(void **state)
{
    control(*state, 554, 200, true);
    describe(*state, 554, 1, 200, true);
    judge(*state, "camera");
    expect(LC_TRI_UNKNOWN, "accepts every path");
    assert_int_equal(result_of(&j, LC_S("open-stream")), LC_TRI_UNKNOWN);
    assert_int_equal(result_of(&j, LC_S("accepts-every-path")), LC_TRI_TRUE);
    assert_int_equal(j.exposure, LC_E1);
}

/* HiChip answers 200 to any path, but has a description only for real ones (facts on protocols,
 * A4). */
static void ok_without_video_on_the_control_path_is_a_difference(void **state)
{
    control(*state, 554, 200, false);
    describe(*state, 554, 1, 200, true);
    judge(*state, "camera");
    expect(LC_TRI_TRUE, "describes its video");
}

static void video_without_an_answered_control_is_unknown(void **state)
{
    describe(*state, 554, 1, 200, true);
    judge(*state, "camera");
    expect(LC_TRI_UNKNOWN, "impossible path got no answer");
}

static void a_description_without_video_is_unknown(void **state)
{
    control(*state, 554, 404, false);
    describe(*state, 554, 1, 200, false);
    judge(*state, "camera");
    expect(LC_TRI_UNKNOWN, "neither described nor refused");
}

/* Status of one exchange and video of another do not make a described stream. */
static void status_and_video_are_paired_by_exchange(void **state)
{
    struct lc_facts *f = *state;

    control(f, 554, 404, false);
    describe(f, 554, 1, 200, false);
    describe(f, 554, 2, 401, false);
    lc_facts_bool(f, LC_F_RTSP_DESCRIBE_VIDEO, true);
    judge(f, "camera");
    assert_int_equal(j.exposed, LC_TRI_UNKNOWN);
}

static void nothing_asked_is_unknown(void **state)
{
    at_port(*state, 554, 0);
    lc_facts_int(*state, LC_F_RTSP_STATUS, 200);
    judge(*state, "camera");
    expect(LC_TRI_UNKNOWN, "no documented path was asked");
}

static void of_several_servers_yes_wins(void **state)
{
    describe(*state, 554, 1, 401, false);
    control(*state, 8554, 404, false);
    describe(*state, 8554, 1, 200, true);
    describe(*state, 10554, 1, 404, false);
    judge(*state, "nvr");
    expect(LC_TRI_TRUE, "describes its video");
    assert_int_equal(j.findings[0].port, 8554);
}

static void of_several_servers_unknown_beats_no(void **state)
{
    describe(*state, 554, 1, 401, false);
    describe(*state, 8554, 1, 404, false);
    judge(*state, "nvr");
    expect(LC_TRI_UNKNOWN, "neither described nor refused");
}

static void pictures_over_http_are_unknown_even_beside_a_closed_server(void **state)
{
    at_port(*state, 80, 0);
    lc_facts_bool(*state, LC_F_HTTP_VIDEO_STREAM, true);
    judge(*state, "camera");
    expect(LC_TRI_UNKNOWN, "only over HTTP");
    describe(*state, 554, 1, 401, false);
    judge(*state, "camera");
    expect(LC_TRI_UNKNOWN, "only over HTTP");
}

static void a_camera_of_the_cloud_is_not_checkable(void **state)
{
    at_port(*state, 0, 0);
    lc_facts_str(*state, LC_F_MAC_OUI, LC_S("AA:BB:CC"));
    at_port(*state, 554, 0);
    lc_facts_str(*state, LC_F_PORT_OUTCOME, LC_S("refused"));
    judge(*state, "camera");
    expect(LC_TRI_UNKNOWN, "cloud");
    assert_int_equal(j.exposure, LC_E0);
}

static void a_camera_with_a_web_page_only_is_unknown(void **state)
{
    at_port(*state, 80, 0);
    lc_facts_str(*state, LC_F_PORT_OUTCOME, LC_S("open"));
    lc_facts_int(*state, LC_F_HTTP_STATUS, 200);
    judge(*state, "camera");
    expect(LC_TRI_UNKNOWN, "no video service answered");
    assert_int_equal(j.exposure, LC_E1);
}

static void an_unnamed_web_server_is_no_camera_service(void **state)
{
    at_port(*state, 80, 0);
    lc_facts_str(*state, LC_F_PORT_OUTCOME, LC_S("open"));
    lc_facts_int(*state, LC_F_HTTP_STATUS, 200);
    judge(*state, "unknown");
    assert_int_equal(j.exposure, LC_E0);
    assert_int_equal(j.findings_n, 0);
}

static void other_equipment_has_no_findings_and_no_camera_service(void **state)
{
    control(*state, 554, 404, false);
    describe(*state, 554, 1, 200, true);
    judge(*state, "not-surveillance");
    assert_int_equal(j.findings_n, 0);
    assert_int_equal(j.takeover, LC_TU);
    assert_int_equal(j.exposure, LC_E2); /* a stream is described, but by no camera: never E3 */
}

/* ---- what only discovery found ---- */

static void heard(struct lc_facts *f, const char *outcome)
{
    at_port(f, 0, 67); /* LC_DGRAM_EXCH and a protocol */
    lc_facts_str(f, LC_F_SADP_MODEL, LC_S("DS-2CD2143G0-I"));
    lc_facts_str(f, LC_F_ONVIF_SCOPES, LC_S("onvif://www.onvif.org/hardware/DS-2CD2143G0-I"));
    if (outcome)
        lc_facts_str(f, LC_F_UDP_OUTCOME, lc_slice_str(outcome));
}

static void judge_hikvision(const struct lc_facts *f)
{
    struct lc_identity id = an_identity("camera", "hikvision");

    lc_assess(rules.assessor, lc_buf_view(&f->buf), &id, NOW, &j);
}

/* Light grey follows in src/report: exposed unknown, no step of the ladder, nothing wrong. */
static void found_by_discovery_alone_is_unknown_all_over(void **state)
{
    heard(*state, "sadp answered");
    lc_facts_bool(*state, LC_F_SADP_ACTIVATED, true);
    judge_hikvision(*state);
    expect(LC_TRI_UNKNOWN, "by discovery alone");
    assert_int_equal(j.takeover, LC_TU);
    assert_int_equal(j.exposure, LC_E1);
    for (size_t i = 0; i < j.findings_n; i++)
        assert_int_equal(j.findings[i].result, LC_TRI_UNKNOWN);
}

static void an_announcement_is_no_answer(void **state)
{
    heard(*state, NULL);
    judge_hikvision(*state);
    expect(LC_TRI_UNKNOWN, "by discovery alone");
    assert_int_equal(j.exposure, LC_E0);
    heard(*state, "sadp silent");
    heard(*state, "wsd refused");
    judge_hikvision(*state);
    assert_int_equal(j.exposure, LC_E0);
}

static void ports_that_were_not_asked_are_not_silent(void **state)
{
    heard(*state, "sadp answered");
    at_port(*state, 554, 0);
    lc_facts_str(*state, LC_F_PORT_OUTCOME, LC_S("out-of-budget"));
    at_port(*state, 80, 0);
    lc_facts_str(*state, LC_F_PORT_OUTCOME, LC_S("not-asked"));
    judge_hikvision(*state);
    expect(LC_TRI_UNKNOWN, "by discovery alone");
    at_port(*state, 8000, 0);
    lc_facts_str(*state, LC_F_PORT_OUTCOME, LC_S("silent"));
    judge_hikvision(*state);
    expect(LC_TRI_UNKNOWN, "cloud");
}

static void not_activated_by_discovery_is_easy(void **state)
{
    heard(*state, "sadp answered");
    lc_facts_bool(*state, LC_F_SADP_ACTIVATED, false);
    judge_hikvision(*state);
    expect(LC_TRI_UNKNOWN, "by discovery alone");
    assert_int_equal(j.takeover, LC_T0);
    assert_true(lc_slice_eq(j.takeover_why, LC_S("not-activated")));
    assert_int_equal(j.exposure, LC_E3);
    assert_int_equal(j.findings[0].port, 0);
    assert_int_equal(j.findings[0].fact, LC_F_SADP_ACTIVATED);
}

/* The scopes of WS-Discovery stand on port 0; the service was asked on 80 and told nothing. */
static void scopes_by_discovery_leave_no_onvif_rule_open(void **state)
{
    heard(*state, "wsd answered");
    at_port(*state, 80, 0);
    lc_facts_bool(*state, LC_F_ONVIF_SERVICE, true);
    lc_facts_bool(*state, LC_F_ONVIF_INFO_OPEN, false);
    lc_facts_int(*state, LC_F_ONVIF_CLOCK, NOW);
    judge_hikvision(*state);
    assert_int_equal(result_of(&j, LC_S("onvif-info-open")), LC_TRI_FALSE);
    assert_int_equal(result_of(&j, LC_S("clock-wrong")), LC_TRI_FALSE);
    assert_int_equal(result_of(&j, LC_S("onvif-service-reachable")), LC_TRI_TRUE);
}

static void a_forwarded_camera_shows_the_outer_port(void **state)
{
    heard(*state, "sadp answered");
    lc_facts_int(*state, LC_F_IGD_EXTERNAL_PORT, 8554);
    lc_facts_int(*state, LC_F_IGD_FORWARDED_PORT, 554);
    judge_hikvision(*state);
    assert_int_equal(result_of(&j, LC_S("forwarded-to-internet")), LC_TRI_TRUE);
    assert_int_equal(j.findings[0].rule->severity, LC_SEV_HIGH);
    assert_int_equal(j.findings[0].fact, LC_F_IGD_EXTERNAL_PORT);
    assert_int_equal(j.findings[0].evidence.p[0] | j.findings[0].evidence.p[1] << 8, 8554);
    assert_int_equal(j.takeover, LC_TU);
}

static void a_router_is_told_of_its_doors_and_of_nothing_else(void **state)
{
    at_port(*state, 5000, 0);
    lc_facts_bool(*state, LC_F_IGD_SERVICE, true);
    lc_facts_str(*state, LC_F_IGD_MAPPING, LC_S("tcp 8554 -> 192.168.1.20:554"));
    lc_facts_str(*state, LC_F_IGD_EXTERNAL_KIND, LC_S("public"));
    at_port(*state, 23, 0);
    lc_facts_str(*state, LC_F_PORT_OUTCOME, LC_S("open"));
    judge(*state, "not-surveillance");
    assert_int_equal(j.findings_n, 1);
    assert_true(lc_slice_eq(j.findings[0].rule->id, LC_S("router-port-mappings")));
    assert_int_equal(j.takeover, LC_TU);
    assert_true(lc_slice_find(j.takeover_why, LC_S("not judged"), 0) != LC_NPOS);
    assert_int_equal(j.exposure, LC_E0);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(video_without_password_is_yes_and_easy),
        TEST(the_open_path_of_two_is_the_evidence),
        TEST(an_unnamed_open_server_is_found_too),
        TEST(refused_everywhere_is_no),
        TEST(a_challenge_on_the_impossible_path_alone_is_no),
        TEST(not_found_on_the_impossible_path_alone_is_unknown),
        TEST(forbidden_without_a_challenge_is_unknown),
        TEST(forbidden_with_a_challenge_is_no),
        TEST(one_path_refused_and_one_missing_is_unknown),
        TEST(a_server_that_accepts_everything_is_unknown),
        TEST(ok_without_video_on_the_control_path_is_a_difference),
        TEST(video_without_an_answered_control_is_unknown),
        TEST(a_description_without_video_is_unknown),
        TEST(status_and_video_are_paired_by_exchange),
        TEST(nothing_asked_is_unknown),
        TEST(of_several_servers_yes_wins),
        TEST(of_several_servers_unknown_beats_no),
        TEST(pictures_over_http_are_unknown_even_beside_a_closed_server),
        TEST(a_camera_of_the_cloud_is_not_checkable),
        TEST(a_camera_with_a_web_page_only_is_unknown),
        TEST(an_unnamed_web_server_is_no_camera_service),
        TEST(other_equipment_has_no_findings_and_no_camera_service),
        TEST(found_by_discovery_alone_is_unknown_all_over),
        TEST(an_announcement_is_no_answer),
        TEST(ports_that_were_not_asked_are_not_silent),
        TEST(not_activated_by_discovery_is_easy),
        TEST(scopes_by_discovery_leave_no_onvif_rule_open),
        TEST(a_forwarded_camera_shows_the_outer_port),
        TEST(a_router_is_told_of_its_doors_and_of_nothing_else),
    };
    int failed;

    if (argc != 4)
        return 2;
    load_rules(&rules, argv);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    free_rules(&rules);
    return failed;
}
