/* SPDX-License-Identifier: Apache-2.0 */
/* The LAN search of CS2 and iLnkP2P: layout, prefixes and the rule of the check letters are from
 * the facts on protocols, A3; the UIDs are invented. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.40"

static const struct lc_dgram_ask question = {.nonce = 7};

/* 4 + 8 + 4 + 8 bytes. */
static struct lc_slice answer(uint8_t out[static 24], const char *prefix, uint32_t serial,
                              const char *check)
{
    memset(out, 0, 24);
    memcpy(out, "\xf1\x41\x00\x14", 4);
    memcpy(out + 4, prefix, strlen(prefix));
    for (int i = 0; i < 4; i++)
        out[12 + i] = (uint8_t)(serial >> (24 - 8 * i));
    memcpy(out + 16, check, strlen(check));
    return lc_slice_of(out, 24);
}

static void the_questions_are_the_two_searches(void **state)
{
    static const uint8_t want[2][4] = {{0xF1, 0x30, 0, 0}, {0xF1, 0x32, 0, 0}};

    (void)state;
    assert_int_equal(lc_dgram_get(LC_D_CS2)->variants, 2);
    for (unsigned v = 0; v < 2; v++) {
        struct lc_dgram_ask ask = {.nonce = 7, .variant = v};
        struct lc_buf q = dg_build(LC_D_CS2, &ask);
        struct lc_facts f;

        assert_int_equal(q.n, 4);
        assert_memory_equal(q.p, want[v], 4);
        assert_int_equal(dg_parse(LC_D_CS2, &question, FROM, lc_buf_view(&q), &f), LC_EREFUSED);
        lc_buf_free(&q);
    }
}

static void an_answer_becomes_facts(void **state)
{
    uint8_t room[24];
    struct lc_slice in = answer(room, "ABCD", 1234, "KLMNP");
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_CS2, &question, FROM, in, &f), LC_OK);
    dg_is(&f, LC_F_CS2_PREFIX, "ABCD");
    dg_is(&f, LC_F_CS2_UID, "ABCD-001234-KLMNP");
    dg_is_int(&f, LC_F_CS2_ILNK, 0);
    lc_facts_free(&f);
    dg_torture(LC_D_CS2, &question, FROM, in);
}

static void check_letters_and_prefix_tell_the_two_stacks_apart(void **state)
{
    static const struct {
        const char *prefix, *check;
        int ilnk; /* -1: cannot be told */
    } rows[] = {{"FFFF", "ABCDE", 1}, {"FFFF", "ABCDEF", 1}, {"FFFF", "ABCDG", 0},
                {"VSTD", "KLMNP", 1}, {"ELSA", "ABCDE", 1},  {"EEEE", "ABCDE", -1},
                {"EEEE", "KLMNP", -1}};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t room[24];
        struct lc_facts f;

        assert_int_equal(
            dg_parse(LC_D_CS2, NULL, FROM, answer(room, rows[i].prefix, 1, rows[i].check), &f),
            LC_OK);
        if (rows[i].ilnk < 0)
            dg_absent(&f, LC_F_CS2_ILNK);
        else
            dg_is_int(&f, LC_F_CS2_ILNK, rows[i].ilnk);
        lc_facts_free(&f);
    }
}

static void the_longest_uid_fits(void **state)
{
    uint8_t room[24];
    struct lc_facts f;

    (void)state;
    assert_int_equal(
        dg_parse(LC_D_CS2, NULL, FROM, answer(room, "ABCDEFGH", UINT32_MAX, "KLMNPQRS"), &f),
        LC_OK);
    dg_is(&f, LC_F_CS2_UID, "ABCDEFGH-4294967295-KLMNPQRS");
    lc_facts_free(&f);
}

static void what_is_no_answer_is_refused(void **state)
{
    uint8_t room[24];
    struct lc_slice in = answer(room, "ABCD", 1, "KLMNP");
    struct lc_facts f;

    (void)state;
    for (unsigned type = 0; type < 256; type++) {
        room[1] = (uint8_t)type;
        if (type != 0x41)
            assert_int_equal(dg_parse(LC_D_CS2, &question, FROM, in, &f), LC_EREFUSED);
    }
    answer(room, "ABCD", 1, "KLM");
    assert_int_equal(dg_parse(LC_D_CS2, &question, FROM, in, &f), LC_EPARSE);
    answer(room, "", 1, "KLMNP");
    assert_int_equal(dg_parse(LC_D_CS2, &question, FROM, in, &f), LC_EPARSE);
    answer(room, "AB1D", 1, "KLMNP");
    assert_int_equal(dg_parse(LC_D_CS2, &question, FROM, in, &f), LC_EPARSE);
    answer(room, "ABCD", 1, "KLMNP");
    room[3] = 0x15; /* a length that lies */
    assert_int_equal(dg_parse(LC_D_CS2, &question, FROM, in, &f), LC_EPARSE);
    assert_int_equal(f.buf.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_questions_are_the_two_searches),
        cmocka_unit_test(an_answer_becomes_facts),
        cmocka_unit_test(check_letters_and_prefix_tell_the_two_stacks_apart),
        cmocka_unit_test(the_longest_uid_fits),
        cmocka_unit_test(what_is_no_answer_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
