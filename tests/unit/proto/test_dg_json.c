/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The forgiving JSON reader: held against jansson on texts that jansson wrote, and against what it
 * promises beyond jansson. GBK bytes are those of the words 摄像机 (C9 E3 CF F1 BB FA) and 誠 (D5
 * 5C), whose second byte is a backslash (GB 18030-2005, two-byte part).
 */
#include "dg_kit.h"
#include "proto/dg_json.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct lc_slice opened(const char *text)
{
    struct lc_slice object;

    assert_int_equal(lc_dg_json_open(lc_slice_str(text), &object), LC_OK);
    return object;
}

static void text_is(struct lc_slice object, const char *name, const char *want)
{
    uint8_t room[LC_DG_JSON_TEXT];
    struct lc_slice got = lc_dg_json_text(lc_dg_json_get(object, name), room);

    if (!lc_slice_eq(got, lc_slice_str(want)))
        fail_msg("%s is \"%.*s\", not \"%s\"", name, (int)got.n, (const char *)got.p, want);
}

static void members_are_found_at_their_own_depth_only(void **state)
{
    struct lc_slice o = opened(" \r\n{ \"a\" : { \"x\" : 1 , \"b\" : [ { \"x\" : 2 } , \"}\" ] } ,"
                               " \"x\" : \"ou\\\"t\" , \"MAC\":\"m\" }\n\0");
    int64_t n = 0;

    (void)state;
    text_is(o, "x", "ou\"t");
    text_is(o, "mac", "m");
    assert_true(lc_dg_json_int(lc_dg_json_get(lc_dg_json_get(o, "a"), "x"), &n));
    assert_int_equal(n, 1);
    assert_int_equal(lc_dg_json_get(o, "b").n, 0);
    assert_int_equal(lc_dg_json_get(lc_dg_json_get(o, "x"), "x").n, 0);
}

static void one_bad_field_costs_only_itself(void **state)
{
    struct lc_slice o = opened("{\"big\":99999999999999999999,\"real\":1e999,\"esc\":\"a\\qb\","
                               "\"lone\":\"\\ud800x\",\"hex\":\"\\u12\",\"ctl\":\"a\tb\x01"
                               "c\",\"t\":tru,\"ok\":7}");
    int64_t n;
    bool truth;

    (void)state;
    assert_false(lc_dg_json_int(lc_dg_json_get(o, "big"), &n));
    assert_false(lc_dg_json_int(lc_dg_json_get(o, "real"), &n));
    assert_false(lc_dg_json_bool(lc_dg_json_get(o, "t"), &truth));
    text_is(o, "esc", "aqb");
    text_is(o, "lone", "\xEF\xBF\xBDx");
    text_is(o, "ctl", "a b c");
    assert_true(lc_dg_json_int(lc_dg_json_get(o, "ok"), &n));
    assert_int_equal(n, 7);
}

static void names_in_gbk_do_not_swallow_what_follows(void **state)
{
    struct lc_slice o = opened("{\"name\":\"\xC9\xE3\xCF\xF1\xBB\xFA\",\"poet\":\"\xD5\\\",\"q\":"
                               "\"\xCF\xF1\\\"\",\"model\":\"M1\"}");
    uint8_t room[LC_DG_JSON_TEXT];

    (void)state;
    text_is(o, "model", "M1");
    text_is(o, "poet", "\xEF\xBF\xBD");
    assert_true(lc_slice_ends(lc_dg_json_text(lc_dg_json_get(o, "q"), room), LC_S("\"")));
}

static void the_first_of_two_members_counts(void **state)
{
    (void)state;
    text_is(opened("{\"a\":\"1\",\"a\":\"2\",\"A\":\"3\"}"), "a", "1");
}

static void a_text_cut_off_is_read_up_to_the_cut(void **state)
{
    struct lc_slice o = opened("{\"p\":{\"i\":{\"a\":\"x\",\"b\":12,\"c\":\"yyy");
    struct lc_slice inner = lc_dg_json_get(lc_dg_json_get(o, "p"), "i");

    (void)state;
    text_is(inner, "a", "x");
    text_is(inner, "b", "12");
    text_is(inner, "c", "");
    text_is(lc_dg_json_get(lc_dg_json_get(opened("{\"p\":{\"i\":{\"b\":12"), "p"), "i"), "b", "");
}

static void brackets_must_match_and_stay_shallow(void **state)
{
    static const char *const wrong[] = {"", "[1]", "\"a\"", "x{}", "{\"a\":[}", "{\"a\":[1}]"};
    struct lc_slice object;
    char deep[80];

    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_int_equal(lc_dg_json_open(lc_slice_str(wrong[i]), &object), LC_EPARSE);
    (void)snprintf(deep, sizeof deep, "{\"a\":%.*s", 31, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[");
    assert_int_equal(lc_dg_json_open(lc_slice_str(deep), &object), LC_OK);
    (void)snprintf(deep, sizeof deep, "{\"a\":%.*s", 32, "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[");
    assert_int_equal(lc_dg_json_open(lc_slice_str(deep), &object), LC_EPARSE);
}

static void a_long_text_is_cut_at_a_character(void **state)
{
    char text[600] = "{\"a\":\"", want[LC_DG_JSON_TEXT + 1] = "";
    size_t n = strlen(text);

    (void)state;
    for (int i = 0; i < 100; i++, n += 3)
        memcpy(text + n, "\xE2\x82\xAC", 3);
    memcpy(text + n, "\"}", 3);
    for (int i = 0; i < 85; i++) /* 85 * 3 = 255: one more would not fit 256 */
        memcpy(want + 3 * i, "\xE2\x82\xAC", 4);
    text_is(opened(text), "a", want);
}

/* ---- against jansson ---- */

static uint64_t seed = 20261;

static unsigned rnd(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed % below);
}

static json_t *some_string(void)
{
    static const char *const bits[] = {"a", "\"", "\\", "/", "\xC3\xA9", "\xE2\x82\xAC",
                                       "{", "]",  ",",  ":", " x",       "\xF0\x9F\x93\xB7"};
    char text[80] = "";
    size_t n = 0;

    for (unsigned i = rnd(12); i > 0; i--) {
        const char *bit = bits[rnd(sizeof bits / sizeof *bits)];

        memcpy(text + n, bit, strlen(bit) + 1);
        n += strlen(bit);
    }
    return json_string(text);
}

static json_t *some_value(unsigned depth)
{
    json_t *v;

    switch (rnd(depth ? 7 : 5)) {
    case 0:
        return json_integer((json_int_t)rnd(100000) - 50000);
    case 1:
        return json_boolean(rnd(2));
    case 2:
        return json_null();
    case 3:
    case 4:
        return some_string();
    case 5:
        v = json_array();
        for (unsigned i = rnd(4); i > 0; i--)
            (void)json_array_append_new(v, some_value(depth - 1));
        return v;
    default:
        v = json_object();
        for (unsigned i = 0, n = rnd(6); i < n; i++) {
            char name[4] = {'k', (char)('0' + i), 0};

            (void)json_object_set_new(v, name, some_value(depth - 1));
        }
        return v;
    }
}

static void same(json_t *want, struct lc_slice got)
{
    uint8_t room[LC_DG_JSON_TEXT];
    const char *name;
    json_t *member;
    int64_t n;
    bool truth;

    assert_true(got.n > 0);
    switch (json_typeof(want)) {
    case JSON_OBJECT:
        json_object_foreach(want, name, member)
        {
            same(member, lc_dg_json_get(got, name));
        }
        break;
    case JSON_STRING:
        assert_true(lc_slice_eq(lc_dg_json_text(got, room), lc_slice_str(json_string_value(want))));
        break;
    case JSON_INTEGER:
        assert_true(lc_dg_json_int(got, &n));
        assert_int_equal(n, json_integer_value(want));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        assert_true(lc_dg_json_bool(got, &truth));
        assert_int_equal(truth, json_is_true(want));
        break;
    default:
        break; /* arrays and null are walked over, never read */
    }
}

static void what_jansson_writes_is_read_alike(void **state)
{
    static const size_t forms[] = {JSON_COMPACT, JSON_INDENT(3), JSON_ENSURE_ASCII, 0};

    (void)state;
    for (unsigned i = 0; i < 4000; i++) {
        json_t *want = json_object();
        struct lc_slice object;
        char *text;

        (void)json_object_set_new(want, "first", some_value(5));
        (void)json_object_set_new(want, "second", some_value(5));
        (void)json_object_set_new(want, "last", json_string("end"));
        text = json_dumps(want, forms[i % 4]);
        assert_non_null(text);
        assert_int_equal(lc_dg_json_open(lc_slice_str(text), &object), LC_OK);
        assert_true(lc_slice_eq(object, lc_slice_str(text)));
        same(want, object);
        free(text);
        json_decref(want);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_found_at_their_own_depth_only),
        cmocka_unit_test(one_bad_field_costs_only_itself),
        cmocka_unit_test(names_in_gbk_do_not_swallow_what_follows),
        cmocka_unit_test(the_first_of_two_members_counts),
        cmocka_unit_test(a_text_cut_off_is_read_up_to_the_cut),
        cmocka_unit_test(brackets_must_match_and_stay_shallow),
        cmocka_unit_test(a_long_text_is_cut_at_a_character),
        cmocka_unit_test(what_jansson_writes_is_read_alike),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
