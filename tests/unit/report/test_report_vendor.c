/* SPDX-License-Identifier: Apache-2.0 */
/* What a reader is told of maker and origin, and that "unknown" is said where nothing is known. */
#include "report/common.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

static struct lc_kb *kb;

static struct lc_device device(struct lc_slice brand, struct lc_slice platform)
{
    struct lc_device d = {.addr = lc_addr_v4(0xc0000201U), .takeover = LC_TU};

    d.value[LC_A_CLASS] = LC_S("camera");
    d.value[LC_A_BRAND] = brand;
    d.value[LC_A_PLATFORM] = platform;
    lc_report_vendor(&d, kb);
    return d;
}

static void row_is(const struct lc_device *d, enum lc_vendor_row row, enum lc_lang lang,
                   const char *want)
{
    struct lc_buf raw;
    bool said;

    lc_buf_init(&raw, 4096);
    said = lc_report_vendor_row(d, row, lang, &raw);
    assert_int_equal(said, want[0] != 0);
    assert_string_equal(lc_buf_cstr(&raw), want);
    lc_buf_free(&raw);
}

static void a_label_names_its_seller_and_its_builder(void **state)
{
    struct lc_device d = device(LC_S("Lorex"), LC_S("dahua"));

    (void)state;
    row_is(&d, LC_VR_MAKER, LC_LANG_EN, "Lorex Technology (Canada)");
    row_is(&d, LC_VR_ORIGIN, LC_LANG_EN, "China: built by Dahua");
    row_is(&d, LC_VR_ORIGIN, LC_LANG_VI, "Trung Quốc: do Dahua sản xuất");
}

static void without_a_builder_the_firmware_speaks(void **state)
{
    struct lc_device d = device(LC_S("Vantech"), LC_S("dahua"));

    (void)state;
    row_is(&d, LC_VR_MAKER, LC_LANG_EN, "Vantech (Vietnam)");
    row_is(&d, LC_VR_ORIGIN, LC_LANG_EN,
           "China, judged by its firmware: who built it is not known");
    assert_false(lc_report_origin_by_brand(&d));
}

static void nothing_known_is_called_unknown(void **state)
{
    struct lc_device d = device(LC_S(""), LC_S(""));

    (void)state;
    row_is(&d, LC_VR_MAKER, LC_LANG_EN, "");
    row_is(&d, LC_VR_ORIGIN, LC_LANG_EN, "unknown");
    row_is(&d, LC_VR_UPDATES, LC_LANG_EN, "");
    d = device(LC_S("Vantech"), LC_S(""));
    row_is(&d, LC_VR_ORIGIN, LC_LANG_EN, "unknown");
}

static void every_country_of_the_data_has_a_name(void **state)
{
    const struct lc_vendor *all;
    size_t n = lc_kb_vendors(kb, &all);
    struct lc_slice name;

    (void)state;
    for (size_t i = 0; i < n; i++)
        if (all[i].country.n && !lc_report_country(all[i].country, LC_LANG_VI, &name))
            fail_msg("no name for %.*s", LC_S_ARG(all[i].country));
    assert_false(lc_report_country(LC_S("ZZ"), LC_LANG_EN, &name));
    assert_true(lc_slice_eq(name, LC_S("ZZ")));
}

static json_t *as_json(const struct lc_device *d)
{
    struct lc_buf b;
    json_t *j;

    lc_buf_init(&b, 1U << 20);
    lc_report_json(d, NULL, &b);
    j = json_loadb((const char *)b.p, b.n, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(j);
    lc_buf_free(&b);
    return j;
}

static void machines_read_the_same(void **state)
{
    struct lc_device d = device(LC_S("KBVision"), LC_S("dahua"));
    json_t *j = as_json(&d), *v = json_object_get(j, "vendor");

    (void)state;
    assert_string_equal(json_string_value(json_object_get(j, "origin")), "CN");
    assert_string_equal(json_string_value(json_object_get(j, "origin_by")), "brand");
    assert_string_equal(json_string_value(json_object_get(v, "built_by")), "Dahua");
    assert_true(json_is_null(json_object_get(v, "country")));
    json_decref(j);
    d = device(LC_S("Vantech"), LC_S(""));
    j = as_json(&d);
    assert_true(json_is_null(json_object_get(j, "origin")));
    assert_true(json_is_null(json_object_get(j, "origin_by")));
    assert_true(json_is_null(json_object_get(json_object_get(j, "vendor"), "built_by")));
    json_decref(j);
    d = device(LC_S(""), LC_S("dahua"));
    j = as_json(&d);
    assert_true(json_is_null(json_object_get(j, "vendor")));
    assert_string_equal(json_string_value(json_object_get(j, "origin_by")), "platform");
    json_decref(j);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_label_names_its_seller_and_its_builder),
        cmocka_unit_test(without_a_builder_the_firmware_speaks),
        cmocka_unit_test(nothing_known_is_called_unknown),
        cmocka_unit_test(every_country_of_the_data_has_a_name),
        cmocka_unit_test(machines_read_the_same),
    };
    struct lc_err err;
    int failed;

    if (lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err) != LC_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    lc_kb_close(kb);
    return failed;
}
