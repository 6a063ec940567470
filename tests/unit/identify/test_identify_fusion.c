/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Matching and fusion over a knowledge of their own (knowledge/signatures/), whose weights are
 * chosen so that the expected sureness can be worked out by hand: 100 x (1 - product of (1 -
 * w/100)).
 */
#include "base/mem.h"
#include "identify/identify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

static struct lc_buf blob;
static struct lc_kb *kb;
static struct lc_identifier *id;
static struct lc_facts facts;
static struct lc_identity who;

static int open_all(const char *path)
{
    uint8_t piece[4096];
    FILE *f = fopen(path, "rb");
    struct lc_err err = {""};
    size_t n;

    lc_buf_init(&blob, 1U << 20);
    if (!f)
        return -1;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        (void)lc_buf_put(&blob, lc_slice_of(piece, n));
    fclose(f);
    if (lc_kb_open(lc_buf_view(&blob), &kb, &err) != LC_OK ||
        lc_identifier_open(kb, &id, &err) != LC_OK)
        fprintf(stderr, "%s\n", err.text);
    return id ? 0 : -1;
}

static int fresh(void **state)
{
    (void)state;
    lc_facts_init(&facts);
    memset(&who, 0xa5, sizeof who);
    return 0;
}

static int gone(void **state)
{
    (void)state;
    lc_facts_free(&facts);
    return 0;
}

static void said(uint16_t port, enum lc_fact_name name, const char *value)
{
    facts.port = port;
    lc_facts_str(&facts, name, lc_slice_str(value));
}

static void identified(void)
{
    lc_identify(id, lc_buf_view(&facts.buf), &who);
}

static void is(enum lc_attr attr, const char *value, unsigned confidence)
{
    if (!lc_slice_eq(who.value[attr], lc_slice_str(value)))
        fail_msg("%s is \"%.*s\", not \"%s\"", lc_attr_names[attr], LC_S_ARG(who.value[attr]),
                 value);
    assert_int_equal(who.confidence[attr], confidence);
}

static void nothing_known_gives_class_unknown(void **state)
{
    (void)state;
    said(80, LC_F_HTTP_SERVER, "nginx");
    identified();
    is(LC_A_CLASS, "unknown", 0);
    is(LC_A_PLATFORM, "", 0);
    assert_null(who.value[LC_A_BRAND].p);
    assert_int_equal(who.claims_n, 0);
    assert_false(who.conflict);
}

static void within_a_group_the_strongest_claim_counts(void **state)
{
    (void)state;
    said(554, LC_F_RTSP_SERVER, "alpha");
    said(554, LC_F_RTSP_REALM, "Alpha 123456");
    identified();
    is(LC_A_PLATFORM, "alpha", 60);
}

static void across_groups_doubts_multiply(void **state)
{
    (void)state;
    said(554, LC_F_RTSP_SERVER, "alpha");  /* 50 */
    said(80, LC_F_HTTP_SERVER, "alpha/2"); /* 40: 1 - 0.5 * 0.6 = 0.70 */
    identified();
    is(LC_A_PLATFORM, "alpha", 70);
}

static void the_same_word_on_many_ports_is_one_claim(void **state)
{
    (void)state;
    for (uint16_t port = 1; port < 200; port++)
        said(port, LC_F_RTSP_SERVER, "alpha");
    identified();
    is(LC_A_PLATFORM, "alpha", 50);
    assert_int_equal(who.claims_n, 2); /* platform, and the usual class */
}

static void conditions_hold_on_one_port(void **state)
{
    (void)state;
    said(80, LC_F_HTTP_TITLE, "Alpha");
    said(81, LC_F_HTTP_MARK, "page");
    identified();
    is(LC_A_CLASS, "unknown", 0);
    said(80, LC_F_HTTP_MARK, "page");
    identified();
    is(LC_A_CLASS, "nvr", 40);
}

static void a_not_condition_looks_at_its_port_only(void **state)
{
    (void)state;
    said(80, LC_F_HTTP_TITLE, "Alpha");
    said(80, LC_F_HTTP_MARK, "page");
    said(81, LC_F_HTTP_COOKIE, "stop");
    identified();
    is(LC_A_CLASS, "nvr", 40);
    said(80, LC_F_HTTP_COOKIE, "stop");
    identified();
    is(LC_A_CLASS, "unknown", 0);
}

static void anywhere_reaches_other_ports(void **state)
{
    (void)state;
    said(80, LC_F_HTTP_TITLE, "Far");
    said(554, LC_F_RTSP_SERVER, "alpha");
    identified();
    is(LC_A_BRAND, "Faraway", 70);
}

static void facts_of_the_whole_device_count_for_every_port(void **state)
{
    (void)state;
    said(80, LC_F_HTTP_TITLE, "Alpha");
    said(0, LC_F_HTTP_MARK, "page");
    identified();
    is(LC_A_CLASS, "nvr", 40);
}

static void two_sure_platforms_are_a_conflict(void **state)
{
    (void)state;
    said(554, LC_F_RTSP_SERVER, "beta");         /* 65 */
    said(8554, LC_F_RTSP_REALM, "Alpha 123456"); /* 60 */
    identified();
    is(LC_A_PLATFORM, "beta", 65);
    assert_true(who.conflict);
}

static void a_faint_second_platform_is_none(void **state)
{
    (void)state;
    said(554, LC_F_RTSP_SERVER, "beta");
    said(8554, LC_F_RTSP_SERVER, "alpha"); /* 50 < 60 */
    identified();
    is(LC_A_PLATFORM, "beta", 65);
    assert_false(who.conflict);
}

static void brand_and_model_of_the_loser_are_dropped(void **state)
{
    (void)state;
    said(554, LC_F_RTSP_SERVER, "beta");    /* platform 65, brand Bet, model B1 */
    said(80, LC_F_ONVIF_MODEL, "AL-Q1");    /* platform 70, model AL-Q1 */
    said(8080, LC_F_HTTP_SERVER, "alpha/"); /* 40: together 82; brand Alef 20 */
    identified();
    is(LC_A_PLATFORM, "alpha", 82);
    assert_true(who.conflict);
    is(LC_A_MODEL, "AL-Q1", 80);
    is(LC_A_BRAND, "Alef", 20);
}

static void the_model_speaks_on_class_and_brand(void **state)
{
    (void)state;
    said(80, LC_F_ONVIF_MODEL, "AL-P1");
    said(80, LC_F_HTTP_SERVER, "alpha/1"); /* Alef 20 (http), 60 (model): 1 - 0.8 * 0.4 = 0.68 */
    identified();
    is(LC_A_MODEL, "AL-P1", 80);
    is(LC_A_CLASS, "ptz", 90);
    is(LC_A_BRAND, "Alef", 68);
}

static void the_usual_class_is_assumed_only_when_nothing_speaks(void **state)
{
    (void)state;
    said(554, LC_F_RTSP_SERVER, "alpha");
    identified();
    is(LC_A_CLASS, "camera", 30);
    said(80, LC_F_HTTP_SERVER, "beta");
    identified();
    is(LC_A_CLASS, "not-surveillance", 80);
}

static void evidence_stops_before_personal_bytes(void **state)
{
    (void)state;
    said(554, LC_F_RTSP_REALM, "Alpha 123456");
    identified();
    assert_true(lc_slice_eq(who.claims[0].evidence, LC_S("Alpha ")));
    assert_true(lc_slice_eq(who.claims[0].signature, LC_S("alpha.rtsp.realm")));
    assert_int_equal(who.claims[0].fact, LC_F_RTSP_REALM);
    assert_int_equal(who.claims[0].port, 554);
}

static void firmware_gets_its_blank(void **state)
{
    (void)state;
    said(80, LC_F_ONVIF_FIRMWARE, "V5.5.82build 190910 ");
    identified();
    is(LC_A_FIRMWARE, "V5.5.82 build 190910", 80);
}

static void two_fields_of_one_discovery_are_one_voice(void **state)
{
    (void)state;
    said(0, LC_F_SADP_MODEL, "alpha"); /* 60 */
    said(0, LC_F_SADP_OEM, "alpha");   /* 50 */
    identified();
    is(LC_A_PLATFORM, "alpha", 60);
}

static void two_discoveries_are_two_voices(void **state)
{
    (void)state;
    said(0, LC_F_SADP_MODEL, "alpha");  /* 60 */
    said(0, LC_F_DHIP_VENDOR, "alpha"); /* 50: 1 - 0.4 * 0.5 = 0.80 */
    identified();
    is(LC_A_PLATFORM, "alpha", 80);
    said(0, LC_F_MAC_MAKER, "Alpha"); /* 40: 1 - 0.4 * 0.5 * 0.6 = 0.88 */
    identified();
    is(LC_A_PLATFORM, "alpha", 88);
}

/* The scopes come by WS-Discovery and by ONVIF itself: one source. */
static void ws_discovery_and_onvif_are_one_voice(void **state)
{
    (void)state;
    said(0, LC_F_WSD_TYPES, "alpha");    /* 50 */
    said(80, LC_F_ONVIF_MODEL, "AL-Q1"); /* 70 */
    identified();
    is(LC_A_PLATFORM, "alpha", 70);
}

static void port_0_wants_a_fact_of_the_device(void **state)
{
    (void)state;
    said(80, LC_F_ONVIF_SCOPES, "alpha");
    identified();
    is(LC_A_BRAND, "", 0);
    said(0, LC_F_ONVIF_SCOPES, "alpha");
    identified();
    is(LC_A_BRAND, "Device", 30);
}

static void discovery_and_a_port_meet_anywhere(void **state)
{
    (void)state;
    said(0, LC_F_DHIP_VENDOR, "far");
    said(554, LC_F_RTSP_SERVER, "alpha");
    identified();
    is(LC_A_BRAND, "Faraway", 60);
    said(8080, LC_F_HTTP_COOKIE, "stop");
    identified();
    is(LC_A_BRAND, "", 0);
}

static void numbers_are_compared(void **state)
{
    static const struct {
        int64_t n;
        const char *cls;
    } cases[] = {{INT64_MIN, "dvr"}, {-2, "dvr"}, {-1, "unknown"},   {0, "unknown"},
                 {1, "unknown"},     {2, "nvr"},  {INT64_MAX, "nvr"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lc_buf_reset(&facts.buf);
        facts.port = 0;
        lc_facts_int(&facts, LC_F_SADP_DIGITAL_CHANNELS, cases[i].n);
        identified();
        assert_true(lc_slice_eq(who.value[LC_A_CLASS], lc_slice_str(cases[i].cls)));
    }
}

/* What is captured beside personal bytes is claimed and shown, the bytes themselves never. */
static void a_model_is_shown_without_the_serial_behind_it(void **state)
{
    (void)state;
    said(0, LC_F_MDNS_HOST, "al-cam-1_4711");
    identified();
    is(LC_A_MODEL, "al.cam.1", 70);
    assert_int_equal(who.claims[0].attr, LC_A_MODEL);
    assert_true(lc_slice_eq(who.claims[0].evidence, LC_S("al-cam-1")));
    for (size_t i = 0; i < who.claims_n; i++)
        assert_true(lc_slice_find(who.claims[i].evidence, LC_S("4711"), 0) == LC_NPOS);
}

/* Rewritten values have a bounded room: a device that floods it gets its words as they came. */
static void a_flood_of_names_to_rewrite_stays_in_bounds(void **state)
{
    char name[] = "al-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-0_1";

    (void)state;
    for (char c = '0'; c <= '9'; c++) {
        name[sizeof name - 4] = c;
        said(0, LC_F_MDNS_HOST, name);
    }
    identified();
    assert_true(who.text_n <= sizeof who.text);
    assert_int_equal(who.confidence[LC_A_MODEL], 70);
}

static void claims_come_strongest_first(void **state)
{
    (void)state;
    said(554, LC_F_RTSP_SERVER, "beta");
    said(80, LC_F_HTTP_SERVER, "alpha/1");
    said(80, LC_F_ONVIF_MODEL, "AL-P1");
    identified();
    assert_true(who.claims_n > 4);
    for (size_t i = 1; i < who.claims_n; i++)
        assert_true(who.claims[i - 1].weight >= who.claims[i].weight);
}

static void damaged_facts_end_quietly(void **state)
{
    (void)state;
    said(554, LC_F_RTSP_SERVER, "alpha");
    lc_identify(id, lc_slice_sub(lc_buf_view(&facts.buf), 0, facts.buf.n - 1), &who);
    is(LC_A_PLATFORM, "", 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(nothing_known_gives_class_unknown, fresh, gone),
        cmocka_unit_test_setup_teardown(within_a_group_the_strongest_claim_counts, fresh, gone),
        cmocka_unit_test_setup_teardown(across_groups_doubts_multiply, fresh, gone),
        cmocka_unit_test_setup_teardown(the_same_word_on_many_ports_is_one_claim, fresh, gone),
        cmocka_unit_test_setup_teardown(conditions_hold_on_one_port, fresh, gone),
        cmocka_unit_test_setup_teardown(a_not_condition_looks_at_its_port_only, fresh, gone),
        cmocka_unit_test_setup_teardown(anywhere_reaches_other_ports, fresh, gone),
        cmocka_unit_test_setup_teardown(facts_of_the_whole_device_count_for_every_port, fresh,
                                        gone),
        cmocka_unit_test_setup_teardown(two_sure_platforms_are_a_conflict, fresh, gone),
        cmocka_unit_test_setup_teardown(a_faint_second_platform_is_none, fresh, gone),
        cmocka_unit_test_setup_teardown(brand_and_model_of_the_loser_are_dropped, fresh, gone),
        cmocka_unit_test_setup_teardown(the_model_speaks_on_class_and_brand, fresh, gone),
        cmocka_unit_test_setup_teardown(the_usual_class_is_assumed_only_when_nothing_speaks, fresh,
                                        gone),
        cmocka_unit_test_setup_teardown(evidence_stops_before_personal_bytes, fresh, gone),
        cmocka_unit_test_setup_teardown(firmware_gets_its_blank, fresh, gone),
        cmocka_unit_test_setup_teardown(two_fields_of_one_discovery_are_one_voice, fresh, gone),
        cmocka_unit_test_setup_teardown(two_discoveries_are_two_voices, fresh, gone),
        cmocka_unit_test_setup_teardown(ws_discovery_and_onvif_are_one_voice, fresh, gone),
        cmocka_unit_test_setup_teardown(port_0_wants_a_fact_of_the_device, fresh, gone),
        cmocka_unit_test_setup_teardown(discovery_and_a_port_meet_anywhere, fresh, gone),
        cmocka_unit_test_setup_teardown(numbers_are_compared, fresh, gone),
        cmocka_unit_test_setup_teardown(a_model_is_shown_without_the_serial_behind_it, fresh, gone),
        cmocka_unit_test_setup_teardown(a_flood_of_names_to_rewrite_stays_in_bounds, fresh, gone),
        cmocka_unit_test_setup_teardown(claims_come_strongest_first, fresh, gone),
        cmocka_unit_test_setup_teardown(damaged_facts_end_quietly, fresh, gone),
    };
    int failed;

    if (argc < 2 || open_all(argv[1]) != 0)
        return 2;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    lc_identifier_close(id);
    lc_kb_close(kb);
    lc_buf_free(&blob);
    return failed;
}
