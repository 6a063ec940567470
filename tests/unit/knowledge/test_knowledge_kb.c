/* SPDX-License-Identifier: Apache-2.0 */
/* The embedded knowledge: it opens, and says of ports and platforms what the facts sheets say. */
#include "knowledge/kb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

static struct lc_kb *kb;

static int open_kb(void **state)
{
    struct lc_err err;

    (void)state;
    return lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err) == LC_OK ? 0
                                                                                               : -1;
}

static int close_kb(void **state)
{
    (void)state;
    lc_kb_close(kb);
    return 0;
}

static void the_version_is_sixteen_hex_digits(void **state)
{
    const char *v = lc_kb_version(kb);

    (void)state;
    assert_int_equal(strlen(v), 16);
    assert_int_equal(strspn(v, "0123456789abcdef"), 16);
}

static void ports_come_in_the_order_of_the_file(void **state)
{
    const struct lc_port_plan *p;
    size_t n = lc_kb_ports(kb, &p);

    (void)state;
    assert_true(n >= 40);
    assert_int_equal(p[0].port, 554);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(p[i].likely, i);
        assert_ptr_equal(lc_kb_port(kb, p[i].port), &p[i]);
        assert_true(p[i].service.n > 0);
        assert_int_equal(p[i].connect_only, p[i].asks_n == 0);
    }
    assert_null(lc_kb_port(kb, 1));
}

/* protocols.md A0 and A3: a byte to one of these breaks the device or begins a login. */
static void ports_that_must_not_be_spoken_to_are_connect_only(void **state)
{
    static const uint16_t never[] = {4567, 9530, 34567, 37777, 8800, 9000};

    (void)state;
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        assert_true(lc_kb_port(kb, never[i])->connect_only);
    assert_true(lc_kb_port(kb, 37777)->camera);
    assert_true(lc_kb_port(kb, 34567)->camera);
    assert_false(lc_kb_port(kb, 80)->camera);
}

static void the_greeting_comes_first_on_port_8000(void **state)
{
    const struct lc_port_plan *p = lc_kb_port(kb, 8000);

    (void)state;
    assert_int_equal(p->asks_n, 3);
    assert_int_equal(p->asks[0], LC_P_HIKSDK);
    assert_int_equal(p->asks[1], LC_P_HTTP);
    assert_int_equal(p->asks[2], LC_P_ONVIF);
}

static void platforms_bring_their_documented_paths(void **state)
{
    const struct lc_platform *p = lc_kb_platform(kb, LC_S("dahua"));

    (void)state;
    assert_non_null(p);
    assert_true(lc_slice_eq(p->name, LC_S("Dahua")));
    assert_true(lc_slice_eq(p->country, LC_S("CN")));
    assert_int_equal(p->rtsp_paths_n, 1);
    assert_true(lc_slice_starts(p->rtsp_paths[0], LC_S("/cam/realmonitor")));
    p = lc_kb_platform(kb, LC_S("tplink"));
    assert_int_equal(p->rtsp_paths_n, 2);
    assert_null(lc_kb_platform(kb, LC_S("none")));
    assert_null(lc_kb_platform(kb, LC_S("")));
}

/* A Xiongmai path holds user and password: asking one would be a login (protocols.md A0). */
static void xiongmai_has_no_path_to_ask(void **state)
{
    (void)state;
    assert_int_equal(lc_kb_platform(kb, LC_S("xiongmai"))->rtsp_paths_n, 0);
}

static void only_hikvision_is_asked_whether_it_is_activated(void **state)
{
    (void)state;
    assert_int_equal(lc_kb_platform(kb, LC_S("hikvision"))->http_extras, 1);
    assert_int_equal(lc_kb_platform(kb, LC_S("dahua"))->http_extras, 0);
}

static void strings_outside_the_pool_are_refused(void **state)
{
    uint32_t n = (uint32_t)lc_kb_section(kb, "STRS").n;

    (void)state;
    assert_non_null(lc_kb_string(kb, 0, 0).p);
    assert_null(lc_kb_string(kb, n, 0).p);
    assert_null(lc_kb_string(kb, n - 1, 1).p);
    assert_null(lc_kb_string(kb, 1, UINT32_MAX).p);
    assert_null(lc_kb_string(kb, UINT32_MAX, 1).p);
}

static void a_missing_section_is_empty(void **state)
{
    (void)state;
    assert_null(lc_kb_section(kb, "NONE").p);
    assert_non_null(lc_kb_section(kb, "PORT").p);
}

static void another_format_is_a_version_error(void **state)
{
    static uint8_t copy[64];
    struct lc_kb *other;
    struct lc_err err;

    (void)state;
    memcpy(copy, lc_knowledge_blob, sizeof copy);
    copy[4] = 2;
    assert_int_equal(lc_kb_open(lc_slice_of(copy, sizeof copy), &other, &err), LC_EVERSION);
    copy[0] = 'X';
    assert_int_equal(lc_kb_open(lc_slice_of(copy, sizeof copy), &other, &err), LC_EPARSE);
    assert_null(other);
    assert_true(strlen(err.text) > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_version_is_sixteen_hex_digits),
        cmocka_unit_test(ports_come_in_the_order_of_the_file),
        cmocka_unit_test(ports_that_must_not_be_spoken_to_are_connect_only),
        cmocka_unit_test(the_greeting_comes_first_on_port_8000),
        cmocka_unit_test(platforms_bring_their_documented_paths),
        cmocka_unit_test(xiongmai_has_no_path_to_ask),
        cmocka_unit_test(only_hikvision_is_asked_whether_it_is_activated),
        cmocka_unit_test(strings_outside_the_pool_are_refused),
        cmocka_unit_test(a_missing_section_is_empty),
        cmocka_unit_test(another_format_is_a_version_error),
    };

    return cmocka_run_group_tests(tests, open_kb, close_kb);
}
