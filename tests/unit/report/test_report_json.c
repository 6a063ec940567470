/* SPDX-License-Identifier: Apache-2.0 */
/* One device, one JSON object, keys in the documented order, read back with a parser that is not
 * ours. */
#include "fixture.h"

#include <jansson.h>

static json_t *parsed(const struct lc_device *d, struct lc_buf *b)
{
    json_t *j;

    lc_buf_init(b, FIXTURE_BUF);
    lc_report_json(d, NULL, b);
    assert_false(b->full);
    assert_int_equal(lc_slice_chr(lc_buf_view(b), '\n', 0), LC_NPOS);
    j = json_loadb((const char *)b->p, b->n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(j);
    return j;
}

static const char *text(json_t *j, const char *key)
{
    return json_string_value(json_object_get(j, key));
}

static void keys_stand_in_the_documented_order(void **state)
{
    static const char *const want[] = {
        "schema",      "address",  "endpoints",  "discovery",    "pseudo",     "class",
        "platform",    "brand",    "model",      "firmware",     "confidence", "exposed",
        "exposed_why", "exposure", "takeover",   "takeover_why", "findings",   "light",
        "conflict",    "claims",   "channels_n", "channels",     "first_seen", "last_seen",
    };
    struct lc_device d = fixture_open();
    struct lc_buf b;
    json_t *j = parsed(&d, &b), *value;
    const char *key;
    size_t i = 0;

    (void)state;
    json_object_foreach(j, key, value)
    {
        assert_true(i < sizeof want / sizeof *want);
        assert_string_equal(key, want[i++]);
    }
    assert_int_equal(i, sizeof want / sizeof *want);
    json_decref(j);
    lc_buf_free(&b);
}

static void what_is_known_is_told(void **state)
{
    struct lc_device d = fixture_open();
    struct lc_buf b;
    json_t *j = parsed(&d, &b), *e = json_array_get(json_object_get(j, "endpoints"), 1);

    (void)state;
    assert_string_equal(text(j, "schema"), "lenscap.device/1");
    assert_string_equal(text(j, "address"), "192.0.2.64");
    assert_string_equal(text(j, "class"), "camera");
    assert_string_equal(text(j, "model"), "DS-2CD2143G0-I");
    assert_int_equal(json_integer_value(json_object_get(json_object_get(j, "confidence"), "model")),
                     80);
    assert_string_equal(text(j, "exposed"), "yes");
    assert_string_equal(text(j, "exposure"), "E3");
    assert_string_equal(text(j, "takeover"), "T0");
    assert_string_equal(text(j, "takeover_why"), "open-stream");
    assert_string_equal(text(j, "light"), "red");
    assert_string_equal(text(j, "last_seen"), "2026-11-22T03:28:00Z");
    assert_true(json_is_null(json_object_get(j, "channels_n")));
    assert_int_equal(json_array_size(json_object_get(j, "endpoints")), 4);
    assert_int_equal(json_integer_value(json_object_get(e, "port")), 443);
    assert_string_equal(text(e, "transport"), "tcp");
    assert_string_equal(text(e, "outcome"), "silent");
    assert_true(json_is_null(json_object_get(e, "protocol")));
    json_decref(j);
    lc_buf_free(&b);
}

static void findings_carry_rule_step_and_evidence(void **state)
{
    struct lc_device d = fixture_open();
    struct lc_buf b;
    json_t *j = parsed(&d, &b), *list = json_object_get(j, "findings");
    json_t *open = json_array_get(list, 0), *admin = json_array_get(list, 1);
    json_t *undecided = json_array_get(list, 3);

    (void)state;
    assert_int_equal(json_array_size(list), 4);
    assert_string_equal(text(open, "rule"), "open-stream");
    assert_string_equal(text(open, "severity"), "critical");
    assert_string_equal(text(open, "ladder"), "T0");
    assert_string_equal(text(open, "result"), "true");
    assert_string_equal(text(open, "title"), "Anyone can watch this camera");
    assert_int_equal(json_integer_value(json_object_get(open, "port")), 554);
    assert_string_equal(text(json_object_get(open, "evidence"), "fact"), "rtsp.describe.video");
    assert_string_equal(text(json_object_get(open, "evidence"), "value"), "true"); /* a BOOL fact */
    assert_string_equal(text(json_object_get(admin, "evidence"), "value"), "App-webs/");
    assert_true(json_is_null(json_object_get(admin, "ladder")));
    assert_string_equal(text(undecided, "result"), "unknown");
    assert_true(json_is_null(json_object_get(undecided, "port")));
    assert_true(json_is_null(json_object_get(undecided, "evidence")));
    json_decref(j);
    lc_buf_free(&b);
}

static void what_is_not_known_is_null_or_the_word_unknown(void **state)
{
    struct lc_device d = fixture_device(9);
    struct lc_buf b;
    json_t *j;

    (void)state;
    d.first_us = 0;
    j = parsed(&d, &b);
    assert_string_equal(text(j, "class"), "unknown");
    assert_true(json_is_null(json_object_get(j, "platform")));
    assert_true(json_is_null(json_object_get(j, "firmware")));
    assert_string_equal(text(j, "exposed"), "unknown");
    assert_true(json_is_null(json_object_get(j, "exposed_why")));
    assert_string_equal(text(j, "takeover"), "TU");
    assert_true(json_is_null(json_object_get(j, "first_seen")));
    assert_int_equal(json_array_size(json_object_get(j, "findings")), 0);
    json_decref(j);
    lc_buf_free(&b);
}

/* The value of the evidence for a finding on one fact; NULL for null. */
static char *evidence(const char *fact, struct lc_slice value)
{
    struct lc_device_finding f = {.rule = LC_S("telnet"),
                                  .result = LC_TRI_TRUE,
                                  .fact = lc_slice_str(fact),
                                  .evidence = value};
    struct lc_device d = fixture_device(9);
    struct lc_buf b;
    json_t *j;
    const char *v;
    char *copy = NULL;

    d.findings = &f;
    d.findings_n = 1;
    j = parsed(&d, &b);
    v = text(json_object_get(json_array_get(json_object_get(j, "findings"), 0), "evidence"),
             "value");
    copy = v ? lc_str_dup(lc_slice_str(v)) : NULL;
    json_decref(j);
    lc_buf_free(&b);
    return copy;
}

static void numbers_in_evidence_are_readable(void **state)
{
    static const uint8_t year_2020[8] = {0x00, 0xe1, 0x0b, 0x5e}; /* 1577836800, little-endian */
    char *v = evidence("tls.cert.not_after", lc_slice_of(year_2020, 8));

    (void)state;
    assert_string_equal(v, "1577836800");
    lc_free(v);
}

static void personal_evidence_is_not_shown(void **state)
{
    (void)state;
    assert_null(evidence("onvif.serial", LC_S("DS-0123456789")));
}

static void evidence_of_a_fact_nobody_declared_is_not_shown(void **state)
{
    (void)state;
    assert_null(evidence("newer.fact", LC_S("perhaps a serial")));
}

/* What answered over UDP, and why an address may be no device, in the device's own facts. */
static void discovery_and_doubts_are_told(void **state)
{
    struct lc_device d = fixture_open();
    struct lc_facts f;
    struct lc_buf b;
    json_t *j, *names;

    (void)state;
    lc_facts_init(&f);
    lc_facts_str(&f, LC_F_UDP_OUTCOME, LC_S("wsd answered"));
    lc_facts_str(&f, LC_F_UDP_OUTCOME, LC_S("sadp answered"));
    lc_facts_str(&f, LC_F_UDP_OUTCOME, LC_S("dhip silent"));
    lc_facts_str(&f, LC_F_HOST_PSEUDO, LC_S("window-zero"));
    d.facts = lc_buf_view(&f.buf);
    j = parsed(&d, &b);
    names = json_object_get(j, "discovery");
    assert_int_equal(json_array_size(names), 2);
    assert_string_equal(json_string_value(json_array_get(names, 0)), "sadp");
    assert_string_equal(json_string_value(json_array_get(names, 1)), "wsd");
    names = json_object_get(j, "pseudo");
    assert_int_equal(json_array_size(names), 1);
    assert_string_equal(json_string_value(json_array_get(names, 0)), "window-zero");
    json_decref(j);
    lc_buf_free(&b);
    lc_facts_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_stand_in_the_documented_order),
        cmocka_unit_test(discovery_and_doubts_are_told),
        cmocka_unit_test(what_is_known_is_told),
        cmocka_unit_test(findings_carry_rule_step_and_evidence),
        cmocka_unit_test(what_is_not_known_is_null_or_the_word_unknown),
        cmocka_unit_test(numbers_in_evidence_are_readable),
        cmocka_unit_test(personal_evidence_is_not_shown),
        cmocka_unit_test(evidence_of_a_fact_nobody_declared_is_not_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
