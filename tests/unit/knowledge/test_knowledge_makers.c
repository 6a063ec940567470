/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From hardware addresses among the facts to their makers, with the prefixes that facts on brands
 * names: 24 bits (B2), shares of 28 bits (B2, B3), what must stay nameless (B4, note 2; B5), and
 * bounds on what a peer can make of it.
 */
#include "knowledge/kb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static struct lc_kb *kb;
static struct lc_facts facts;

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

static int fresh(void **state)
{
    (void)state;
    lc_facts_init(&facts);
    return 0;
}

static int gone(void **state)
{
    (void)state;
    lc_facts_free(&facts);
    return 0;
}

static void said(uint16_t port, uint8_t exch, enum lc_fact_name name, const char *value)
{
    facts.port = port;
    facts.exch = exch;
    lc_facts_str(&facts, name, lc_slice_str(value));
}

static bool has_maker(uint16_t port, uint8_t exch, const char *maker)
{
    struct lc_cur at = {.s = lc_buf_view(&facts.buf)};
    struct lc_fact f;

    while (lc_facts_next(&at, &f) == LC_OK)
        if (f.name == LC_F_MAC_MAKER && f.port == port && f.exch == exch &&
            f.flags == LC_FACT_DERIVED && lc_slice_eq(f.value, lc_slice_str(maker)))
            return true;
    return false;
}

/* The whole set is well-formed; how many of its facts are makers? */
static size_t makers(void)
{
    struct lc_cur at = {.s = lc_buf_view(&facts.buf)};
    struct lc_fact f;
    enum lc_status st;
    size_t n = 0;

    while ((st = lc_facts_next(&at, &f)) == LC_OK)
        n += f.name == LC_F_MAC_MAKER;
    assert_int_equal(st, LC_DONE);
    return n;
}

/* The maker that one fact alone leads to; NULL: none. */
static void alone(enum lc_fact_name name, const char *value, const char *maker)
{
    lc_buf_reset(&facts.buf);
    said(0, 0, name, value);
    lc_kb_makers(kb, &facts);
    if (makers() != (maker ? 1U : 0U) || (maker && !has_maker(0, 0, maker)))
        fail_msg("%s: not %s", value, maker ? maker : "nameless");
}

static void an_address_names_the_holder_of_its_longest_prefix(void **state)
{
    (void)state;
    alone(LC_F_MAC_ADDRESS, "28:57:BE:01:02:03", "Hikvision");
    alone(LC_F_MAC_ADDRESS, "B4:36:E3:FF:FF:FF", "KBVision");
    alone(LC_F_MAC_ADDRESS, "F0:23:B9:41:02:03", "EZVIZ");
    alone(LC_F_MAC_ADDRESS, "98:8F:E0:A1:02:03", "Pavana");
    alone(LC_F_MAC_ADDRESS, "B0:47:5E:70:00:00", "MK Vision");
    alone(LC_F_MAC_ADDRESS, "E0:23:3B:9F:FF:FF", "HANET");
    alone(LC_F_MAC_ADDRESS, "B4:AB:F3:E1:02:03", "Rang Dong");
    alone(LC_F_MAC_ADDRESS, "34:B5:F3:E1:02:03", "Viettel");
    alone(LC_F_MAC_ADDRESS, "50:FA:CB:91:02:03", "Bosch");
}

/* Fifteen others hold the rest of the same 24 bits. */
static void the_neighbours_of_a_share_are_nobody(void **state)
{
    (void)state;
    alone(LC_F_MAC_ADDRESS, "F0:23:B9:51:02:03", NULL);
    alone(LC_F_MAC_ADDRESS, "98:8F:E0:B1:02:03", NULL);
    alone(LC_F_MAC_ADDRESS, "98:8F:E0:9F:FF:FF", NULL);
    alone(LC_F_MAC_ADDRESS, "50:62:55:71:02:03", NULL); /* Avtech Software (B5) */
}

/* 2A:57:BE and 29:57:BE are 28:57:BE with the bits of local administration and of groups. */
static void local_group_squatted_and_unknown_addresses_are_nobodys(void **state)
{
    (void)state;
    alone(LC_F_MAC_ADDRESS, "2A:57:BE:01:02:03", NULL);
    alone(LC_F_MAC_ADDRESS, "29:57:BE:01:02:03", NULL);
    alone(LC_F_MAC_ADDRESS, "00:12:34:56:78:9A", NULL);
    alone(LC_F_MAC_ADDRESS, "00:00:5E:00:53:01", NULL); /* for documentation, RFC 9542 */
    alone(LC_F_MAC_OUI, "2A:57:BE", NULL);
    alone(LC_F_MAC_OUI, "00:12:34", NULL);
    alone(LC_F_MAC_OUI, "00:00:5E", NULL);
}

/* Imports give no more. Three bytes that are shared out in 28 bits may be anybody's. */
static void three_bytes_alone_name_who_holds_all_of_them(void **state)
{
    (void)state;
    alone(LC_F_MAC_OUI, "28:57:BE", "Hikvision");
    alone(LC_F_MAC_OUI, "A0:65:18", "VNPT");
    alone(LC_F_MAC_OUI, "F0:23:B9", NULL);
    alone(LC_F_MAC_OUI, "98:8F:E0", NULL);
}

static void other_programs_write_small_letters(void **state)
{
    (void)state;
    alone(LC_F_MAC_ADDRESS, "f0:23:b9:41:02:03", "EZVIZ");
    alone(LC_F_MAC_OUI, "b4:36:e3", "KBVision");
}

static void what_is_no_address_names_nobody(void **state)
{
    static const char *const texts[] = {
        "h:00112233445566",  "28:57:BE",          "28-57-BE-01-02-03", "28:57:BE:01:02:0",
        "28:57:BE:01:02 03", "28:57:BG:01:02:03", "2857BE010203"};

    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        alone(LC_F_MAC_ADDRESS, texts[i], NULL);
    alone(LC_F_MAC_OUI, "28:57", NULL);
    alone(LC_F_MAC_OUI, "28:57-BE", NULL);
    alone(LC_F_MAC_OUI, "285:7BE", NULL);
    alone(LC_F_HTTP_TITLE, "28:57:BE:01:02:03", NULL);
}

static void each_address_speaks_for_its_port_and_exchange(void **state)
{
    (void)state;
    said(0, 3, LC_F_MAC_ADDRESS, "28:57:BE:01:02:03");
    said(0, 3, LC_F_MAC_ADDRESS, "3C:EF:8C:01:02:03");
    said(0, 4, LC_F_MAC_ADDRESS, "98:8F:E0:A1:02:03");
    said(8080, 1, LC_F_MAC_ADDRESS, "EC:71:DB:01:02:03");
    said(8080, 2, LC_F_MAC_ADDRESS, "02:00:00:00:00:01");
    lc_kb_makers(kb, &facts);
    assert_int_equal(makers(), 4);
    assert_true(has_maker(0, 3, "Hikvision"));
    assert_true(has_maker(0, 3, "Dahua"));
    assert_true(has_maker(0, 4, "Pavana"));
    assert_true(has_maker(8080, 1, "Reolink"));
}

static void two_addresses_of_one_maker_name_it_once(void **state)
{
    (void)state;
    said(0, 3, LC_F_MAC_ADDRESS, "28:57:BE:01:02:03");
    said(0, 3, LC_F_MAC_ADDRESS, "28:57:BE:01:02:04");
    said(0, 3, LC_F_MAC_ADDRESS, "44:19:B6:01:02:04");
    lc_kb_makers(kb, &facts);
    assert_int_equal(makers(), 1);
    assert_true(has_maker(0, 3, "Hikvision"));
}

/* The address is of a share of 28 bits that nobody in the table holds: its own three bytes, or
 * those of another address of the same answer, must not be asked past it. */
static void the_address_goes_before_its_first_bytes(void **state)
{
    (void)state;
    said(0, 3, LC_F_MAC_OUI, "28:57:BE");
    said(0, 3, LC_F_MAC_ADDRESS, "00:00:5E:00:53:01");
    lc_kb_makers(kb, &facts);
    assert_int_equal(makers(), 0);
    said(0, 4, LC_F_MAC_OUI, "3C:EF:8C"); /* another exchange, another port: without an address */
    said(80, 3, LC_F_MAC_OUI, "EC:71:DB");
    lc_kb_makers(kb, &facts);
    assert_int_equal(makers(), 2);
    assert_true(has_maker(0, 4, "Dahua"));
    assert_true(has_maker(80, 3, "Reolink"));
}

/* A stored address is a hash; its first bytes are still told. */
static void an_address_that_is_hidden_leaves_the_word_to_its_first_bytes(void **state)
{
    (void)state;
    said(0, 3, LC_F_MAC_ADDRESS, "h:0011223344556");
    said(0, 3, LC_F_MAC_OUI, "28:57:BE");
    lc_kb_makers(kb, &facts);
    assert_int_equal(makers(), 1);
    assert_true(has_maker(0, 3, "Hikvision"));
}

static void other_facts_stay_and_a_second_call_adds_nothing(void **state)
{
    uint8_t before[512];
    size_t n;

    (void)state;
    said(80, 0, LC_F_HTTP_TITLE, "index");
    said(0, 3, LC_F_MAC_ADDRESS, "28:57:BE:01:02:03");
    said(0, 3, LC_F_MAC_OUI, "28:57:BE");
    said(0, 3, LC_F_SADP_MODEL, "DS-2CD2143G0-I");
    facts.port = 4711;
    facts.exch = 7;
    n = facts.buf.n;
    assert_true(n <= sizeof before);
    memcpy(before, facts.buf.p, n);
    lc_kb_makers(kb, &facts);
    assert_true(facts.buf.n > n);
    assert_memory_equal(facts.buf.p, before, n);
    assert_int_equal(facts.port, 4711);
    assert_int_equal(facts.exch, 7);
    n = facts.buf.n;
    lc_kb_makers(kb, &facts);
    assert_int_equal(facts.buf.n, n);
}

/* One maker for each exchange there can be: 32 of them are enough for anybody. */
static void a_flood_of_addresses_makes_few_facts(void **state)
{
    (void)state;
    for (unsigned i = 0; i < 256; i++)
        said(0, (uint8_t)i, LC_F_MAC_ADDRESS, i % 2 ? "28:57:BE:01:02:03" : "3C:EF:8C:01:02:03");
    lc_kb_makers(kb, &facts);
    assert_int_equal(makers(), 32);
}

static void a_full_set_stays_as_it_is(void **state)
{
    size_t n;

    (void)state;
    said(0, 0, LC_F_MAC_ADDRESS, "28:57:BE:01:02:03");
    for (unsigned i = 0; !facts.buf.full; i++) {
        facts.port = (uint16_t)(1 + i);
        lc_facts_bool(&facts, LC_F_PORT_TLS, true);
    }
    n = facts.buf.n;
    lc_kb_makers(kb, &facts);
    assert_int_equal(makers(), 0);
    assert_int_equal(facts.buf.n, n);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(an_address_names_the_holder_of_its_longest_prefix, fresh,
                                        gone),
        cmocka_unit_test_setup_teardown(the_neighbours_of_a_share_are_nobody, fresh, gone),
        cmocka_unit_test_setup_teardown(local_group_squatted_and_unknown_addresses_are_nobodys,
                                        fresh, gone),
        cmocka_unit_test_setup_teardown(three_bytes_alone_name_who_holds_all_of_them, fresh, gone),
        cmocka_unit_test_setup_teardown(other_programs_write_small_letters, fresh, gone),
        cmocka_unit_test_setup_teardown(what_is_no_address_names_nobody, fresh, gone),
        cmocka_unit_test_setup_teardown(each_address_speaks_for_its_port_and_exchange, fresh, gone),
        cmocka_unit_test_setup_teardown(two_addresses_of_one_maker_name_it_once, fresh, gone),
        cmocka_unit_test_setup_teardown(the_address_goes_before_its_first_bytes, fresh, gone),
        cmocka_unit_test_setup_teardown(
            an_address_that_is_hidden_leaves_the_word_to_its_first_bytes, fresh, gone),
        cmocka_unit_test_setup_teardown(other_facts_stay_and_a_second_call_adds_nothing, fresh,
                                        gone),
        cmocka_unit_test_setup_teardown(a_flood_of_addresses_makes_few_facts, fresh, gone),
        cmocka_unit_test_setup_teardown(a_full_set_stays_as_it_is, fresh, gone),
    };

    return cmocka_run_group_tests(tests, open_kb, close_kb);
}
