/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's file of places: what is found in it, and how a faulty one is refused. */
#include "report/places.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "prefix,operator,asn,province,contact\n"

static struct lc_places places;
static struct lc_err err;

static enum lc_status parse(const char *text, size_t n)
{
    memset(&places, 0, sizeof places);
    err.text[0] = 0;
    lc_buf_init(&places.text, LC_PLACES_BYTES);
    if (n)
        assert_int_equal(lc_buf_put(&places.text, lc_slice_of(text, n)), LC_OK);
    return lc_places_parse("places.csv", &places, &err);
}

static void province_is(const char *addr, const char *want)
{
    struct lc_addr a;
    const struct lc_place *p;

    assert_int_equal(lc_addr_parse(lc_slice_str(addr), &a), LC_OK);
    p = lc_places_find(&places, &a);
    if (!p != !want || (p && !lc_slice_eq(p->province, lc_slice_str(want))))
        fail_msg("%s lies in \"%.*s\"", addr, p ? (int)p->province.n : 4,
                 p ? (const char *)p->province.p : "none");
}

static void the_narrowest_prefix_counts(void **state)
{
    static const char text[] = HEAD "198.51.100.0/24,VNPT,45899,Hà Nội,\r\n"
                                    "198.51.100.64/26,\"FPT, \"\"Telecom\"\"\",18403,Huế,a@b\n"
                                    "\n"
                                    "198.51.100.80/28,X,,Cần Thơ,\n"
                                    "2001:db8::/32,V6,,Đà Nẵng,";
    struct lc_addr a;

    (void)state;
    assert_int_equal(parse(text, sizeof text - 1), LC_OK);
    province_is("198.51.100.1", "Hà Nội");
    province_is("198.51.100.65", "Huế");
    province_is("198.51.100.81", "Cần Thơ");
    province_is("198.51.100.127", "Huế");
    province_is("198.51.100.255", "Hà Nội");
    province_is("198.51.99.255", NULL);
    province_is("198.51.101.0", NULL);
    province_is("2001:db8:1::7", "Đà Nẵng");
    assert_int_equal(lc_addr_parse(LC_S("198.51.100.65"), &a), LC_OK);
    assert_true(lc_slice_eq(lc_places_find(&places, &a)->op, LC_S("FPT, \"Telecom\"")));
    lc_places_free(&places);
}

static void columns_stand_in_any_order(void **state)
{
    static const char text[] = "\xef\xbb\xbfProvince,note,PREFIX\nHuế,hello,192.0.2.0/24\n";

    (void)state;
    assert_int_equal(parse(text, sizeof text - 1), LC_OK);
    province_is("192.0.2.9", "Huế");
    lc_places_free(&places);
}

static void refused(const char *text, const char *where, const char *why)
{
    assert_int_equal(parse(text, strlen(text)), LC_EPARSE);
    if (!strstr(err.text, where) || !strstr(err.text, why))
        fail_msg("\"%s\" does not name %s and %s", err.text, where, why);
    lc_places_free(&places);
}

static void a_fault_is_told_with_its_line(void **state)
{
    (void)state;
    refused("", "places.csv:1:", "\"prefix\"");
    refused("192.0.2.0/24,VNPT\n", "places.csv:1:", "\"prefix\"");
    refused(HEAD "192.0.2.1/24,a,b,c,d\n", "places.csv:2:", "no network");
    refused(HEAD "\n\nhello,a,b,c,d\n", "places.csv:4:", "no network");
    refused(HEAD "192.0.2.0/24,a,b,c,d,e\n", "places.csv:2:", "more fields");
    refused(HEAD "192.0.2.0/24,\"a\nb,c\n", "places.csv:2:", "does not end");
    refused(HEAD "192.0.2.0/24,\"a\"b,c\n", "places.csv:2:", "behind a quoted field");
    refused(HEAD "192.0.2.0/24\n192.0.2.0/24\n", "places.csv:", "twice");
    refused(HEAD "192.0.2.0-192.0.2.20\n192.0.2.10-192.0.2.30\n", "places.csv:3:", "overlaps");
    refused(HEAD "192.0.2.0/24,\"a\nb\"\nx\n", "places.csv:4:", "no network");
}

static void a_long_field_is_refused(void **state)
{
    char text[512];

    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(text, HEAD, sizeof HEAD - 1);
    assert_int_equal(parse(text, sizeof text), LC_EPARSE);
    assert_non_null(strstr(err.text, "places.csv:2:"));
    lc_places_free(&places);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_narrowest_prefix_counts),
        cmocka_unit_test(columns_stand_in_any_order),
        cmocka_unit_test(a_fault_is_told_with_its_line),
        cmocka_unit_test(a_long_field_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
