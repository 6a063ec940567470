/* SPDX-License-Identifier: Apache-2.0 */
/* Who stands behind a brand: expected values are those of the facts on brands, not of the file. */
#include "base/mem.h"
#include "knowledge/kb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct lc_kb *kb;

static const struct lc_vendor *known(const char *brand)
{
    const struct lc_vendor *v = lc_kb_vendor(kb, lc_slice_str(brand));

    if (!v)
        fail_msg("%s is not known", brand);
    return v;
}

static void is(struct lc_slice got, const char *want)
{
    if (!lc_slice_eq(got, lc_slice_str(want)))
        fail_msg("\"%.*s\" instead of \"%s\"", LC_S_ARG(got), want);
}

static void makers_and_origins_are_those_of_the_facts(void **state)
{
    static const struct {
        const char *brand, *country, *built_by, *origin;
    } want[] = {
        {"Hikvision", "CN", "", "CN"},     {"HiLook", "CN", "Hikvision", "CN"},
        {"Imou", "CN", "", "CN"},          {"Axis", "SE", "", "SE"},
        {"Hanwha Vision", "KR", "", "KR"}, {"Vivotek", "TW", "", "TW"},
        {"Lorex", "CA", "Dahua", "CN"},    {"Provision-ISR", "IL", "TVT", "CN"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        const struct lc_vendor *v = known(want[i].brand);

        is(v->country, want[i].country);
        is(v->built_by, want[i].built_by);
        is(v->origin, want[i].origin);
        assert_false(v->builder_unknown);
    }
}

static void names_are_found_in_any_case_and_by_their_other_names(void **state)
{
    (void)state;
    assert_ptr_equal(known("HIKVISION"), known("hikvision"));
    is(known("ANNKE")->brand, "Annke");
    is(known("UNV")->brand, "Uniview");
    assert_null(lc_kb_vendor(kb, LC_S("Hikvisio")));
    assert_null(lc_kb_vendor(kb, LC_S("Hikvision ")));
    assert_null(lc_kb_vendor(kb, LC_S("")));
    assert_null(lc_kb_vendor(kb, (struct lc_slice){NULL, 0}));
}

static void a_long_name_is_nobody(void **state)
{
    uint8_t name[300];

    (void)state;
    for (size_t i = 0; i < sizeof name; i++)
        name[i] = 'a';
    for (size_t n = 60; n < sizeof name; n++)
        assert_null(lc_kb_vendor(kb, lc_slice_of(name, n)));
}

/* Resellers changed suppliers (facts on brands, B1): a Vietnamese label proves no Vietnamese make.
 */
static void a_label_of_unknown_supplier_has_no_origin_of_its_own(void **state)
{
    (void)state;
    is(known("Vantech")->country, "VN");
    assert_true(known("Vantech")->builder_unknown);
    is(lc_kb_origin(kb, LC_S("Vantech"), LC_S("")), "");
    is(lc_kb_origin(kb, LC_S("Vantech"), LC_S("dahua")), "CN");
    is(lc_kb_origin(kb, LC_S(""), LC_S("dahua")), "CN");
    is(lc_kb_origin(kb, LC_S("Lorex"), LC_S("")), "CN");
    is(lc_kb_origin(kb, LC_S("no such brand"), LC_S("no such platform")), "");
}

static void what_is_said_of_a_brand_is_whole(void **state)
{
    const struct lc_vendor *all;
    size_t n = lc_kb_vendors(kb, &all);

    (void)state;
    assert_true(n >= 150);
    for (size_t i = 0; i < n; i++) {
        const struct lc_vendor *v = &all[i];

        assert_ptr_equal(lc_kb_vendor(kb, v->key), v);
        assert_true(v->brand.n > 0);
        assert_int_equal(v->eol[LC_LANG_EN].n == 0, v->eol[LC_LANG_VI].n == 0);
        assert_true(!v->origin.n || !v->builder_unknown);
        for (size_t p = 0; p < v->platforms_n; p++)
            assert_non_null(lc_kb_platform(kb, v->platforms[p]));
    }
    is(known("Dahua")->contact, "psirt@dahuatech.com");
    assert_true(known("Zavio")->eol[LC_LANG_VI].n > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makers_and_origins_are_those_of_the_facts),
        cmocka_unit_test(names_are_found_in_any_case_and_by_their_other_names),
        cmocka_unit_test(a_long_name_is_nobody),
        cmocka_unit_test(a_label_of_unknown_supplier_has_no_origin_of_its_own),
        cmocka_unit_test(what_is_said_of_a_brand_is_whole),
    };
    struct lc_err err;
    int failed;

    if (lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err) != LC_OK)
        return 1;
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    lc_kb_close(kb);
    return failed;
}
