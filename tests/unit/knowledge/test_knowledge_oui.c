/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who a hardware address was registered to: the prefixes that facts on brands names (B2, B3) and
 * those that it warns of (B5), from the embedded table; longest match and damage from tables made
 * here.
 */
#include "knowledge/kb.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

#define BLOB_MAX 512U

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

static void is(const char *mac, const char *maker, unsigned weight)
{
    const struct lc_oui *o = lc_kb_oui(kb, (const uint8_t *)mac);

    assert_non_null(o);
    assert_true(lc_slice_eq(o->maker, lc_slice_str(maker)));
    assert_int_equal(o->weight, weight);
}

static void is_nobody(const char *mac)
{
    assert_null(lc_kb_oui(kb, (const uint8_t *)mac));
}

static void makers_of_cameras_weigh_forty(void **state)
{
    (void)state;
    is("\x28\x57\xBE\x01\x02\x03", "Hikvision", 40);
    is("\x3C\xEF\x8C\xFF\xFF\xFF", "Dahua", 40);
    is("\xB4\x36\xE3\x00\x00\x00", "KBVision", 40);
    is("\xF4\x70\x18\x01\x02\x03", "EZVIZ", 40);
    is("\xD4\xD2\xE5\x01\x02\x03", "Bkav", 40);
    is("\x00\x01\x31\x01\x02\x03", "Bosch", 40);
    is("\xEC\x97\xE0\x01\x02\x03", "EZVIZ", 40);
}

/* B4, note 1: routers, phones and set-top boxes have the same prefixes. */
static void makers_of_other_goods_too_weigh_fifteen(void **state)
{
    (void)state;
    is("\x40\xAE\x30\x01\x02\x03", "TP-Link", 15);
    is("\xA0\x65\x18\x01\x02\x03", "VNPT", 15);
    is("\x24\x0B\x2A\x01\x02\x03", "Viettel", 15);
}

/* A 28-bit prefix is one of sixteen shares of its 24 bits: the neighbours belong to others. */
static void a_prefix_of_28_bits_does_not_speak_for_its_neighbours(void **state)
{
    (void)state;
    is("\xF0\x23\xB9\x40\x00\x01", "EZVIZ", 40);
    is("\xF0\x23\xB9\x4F\xFF\xFF", "EZVIZ", 40);
    is_nobody("\xF0\x23\xB9\x50\x00\x01");
    is_nobody("\xF0\x23\xB9\x3F\xFF\xFF");
    is("\xE0\x23\x3B\x9A\x01\x02", "HANET", 40);
    is("\xB0\x47\x5E\x70\x01\x02", "MK Vision", 40);
    is("\x98\x8F\xE0\xA1\x01\x02", "Pavana", 40);
}

/* B5: names that look like a maker of cameras and are not. */
static void homonyms_are_absent(void **state)
{
    (void)state;
    is_nobody("\x50\x62\x55\x70\x01\x02"); /* Avtech Software */
    is_nobody("\x18\xC2\x3C\x01\x02\x03"); /* Lumi United */
    is_nobody("\x54\xEF\x44\x01\x02\x03");
    is_nobody("\x40\x2C\x76\x10\x01\x02"); /* Shanghai Dahua Scale Factory */
    is("\x00\x0E\x53\x01\x02\x03", "AVTECH", 40);
}

/* B4, note 2. 2A:57:BE is Hikvision's 28:57:BE with the bit of local administration set. */
static void local_group_and_squatted_addresses_give_nothing(void **state)
{
    (void)state;
    is_nobody("\x2A\x57\xBE\x01\x02\x03");
    is_nobody("\x29\x57\xBE\x01\x02\x03");
    is_nobody("\x00\x12\x34\x56\x78\x9A");
    is_nobody("\x00\x00\x00\x00\x00\x00");
    is_nobody("\xFF\xFF\xFF\xFF\xFF\xFF");
}

static void the_walk_gives_each_long_camera_prefix_once_in_order(void **state)
{
    uint8_t prefix[3], last[3] = {0};
    size_t at = 0, n = 0;
    bool hikvision = false;

    (void)state;
    while (lc_kb_oui_next(kb, &at, prefix)) {
        uint8_t mac[6] = {prefix[0], prefix[1], prefix[2], 0xAA, 0xBB, 0xCC};
        const struct lc_oui *o = lc_kb_oui(kb, mac);

        assert_true(n == 0 || memcmp(last, prefix, 3) < 0);
        assert_non_null(o);
        assert_int_equal(o->weight, 40);
        assert_int_equal(o->bits, 24);
        hikvision |= memcmp(prefix, "\x28\x57\xBE", 3) == 0;
        memcpy(last, prefix, 3);
        n++;
    }
    assert_true(hikvision);
    assert_true(n >= 50); /* B2 names more than that */
    assert_false(lc_kb_oui_next(kb, &at, prefix));
}

/* ---- tables of our own ---- */

#define STRINGS "\0one\0two\0three\0"

struct row {
    const char *prefix; /* five bytes */
    uint8_t bits, name_at, name_n;
};

static void put_u32(struct lc_buf *b, size_t v)
{
    assert_int_equal(lc_buf_le32(b, (uint32_t)v), LC_OK);
}

/* A blob of two sections: the table, and the pool of strings. */
static struct lc_buf table(const struct row *rows, size_t n)
{
    const size_t head = 16 + 2 * 12, strings = sizeof STRINGS - 1, version = head + strings;
    struct lc_buf b;

    lc_buf_init(&b, BLOB_MAX);
    (void)lc_buf_puts(&b, "LCKB");
    put_u32(&b, 1);
    put_u32(&b, version);
    put_u32(&b, 2);
    (void)lc_buf_puts(&b, "STRS");
    put_u32(&b, head);
    put_u32(&b, strings);
    (void)lc_buf_puts(&b, "OUI ");
    put_u32(&b, version + 17);
    put_u32(&b, n * 16);
    (void)lc_buf_put(&b, LC_S(STRINGS));
    (void)lc_buf_put(&b, LC_S("0123456789abcdef\0"));
    for (size_t i = 0; i < n; i++) {
        (void)lc_buf_put(&b, lc_slice_of(rows[i].prefix, 5));
        (void)lc_buf_u8(&b, rows[i].bits);
        (void)lc_buf_u8(&b, 40);
        (void)lc_buf_u8(&b, 0);
        put_u32(&b, rows[i].name_at);
        put_u32(&b, rows[i].name_n);
    }
    assert_false(b.full);
    return b;
}

static void opens_as(const struct row *rows, size_t n, enum lc_status want)
{
    struct lc_buf b = table(rows, n);
    struct lc_kb *other;
    struct lc_err err;

    assert_int_equal(lc_kb_open(lc_buf_view(&b), &other, &err), want);
    lc_kb_close(other);
    lc_buf_free(&b);
}

static void the_longest_prefix_counts(void **state)
{
    static const struct row rows[] = {{"\x00\x10\x20\x00\x00", 24, 1, 3},
                                      {"\x00\x10\x20\x30\x00", 28, 5, 3},
                                      {"\x00\x10\x20\x34\x50", 36, 9, 5}};
    struct lc_buf b = table(rows, 3);
    struct lc_kb *nested;
    struct lc_err err;

    (void)state;
    assert_int_equal(lc_kb_open(lc_buf_view(&b), &nested, &err), LC_OK);
    assert_true(lc_slice_eq(lc_kb_oui(nested, (const uint8_t *)"\x00\x10\x20\x40\x50\x60")->maker,
                            LC_S("one")));
    assert_true(lc_slice_eq(lc_kb_oui(nested, (const uint8_t *)"\x00\x10\x20\x34\x60\x60")->maker,
                            LC_S("two")));
    assert_true(lc_slice_eq(lc_kb_oui(nested, (const uint8_t *)"\x00\x10\x20\x34\x5F\xFF")->maker,
                            LC_S("three")));
    assert_null(lc_kb_oui(nested, (const uint8_t *)"\x00\x10\x21\x34\x5F\xFF"));
    lc_kb_close(nested);
    lc_buf_free(&b);
}

/* 00:10:20 as a whole belongs to nobody here; 00:10:20:0 does, and begins with the same bytes. */
static void three_bytes_name_only_who_holds_all_24_bits(void **state)
{
    static const struct row rows[] = {{"\x00\x10\x20\x00\x00", 28, 1, 3},
                                      {"\x00\x10\x21\x00\x00", 24, 5, 3}};
    struct lc_buf b = table(rows, 2);
    struct lc_kb *shared;
    struct lc_facts f;
    struct lc_fact maker;
    struct lc_err err;

    (void)state;
    lc_facts_init(&f);
    assert_int_equal(lc_kb_open(lc_buf_view(&b), &shared, &err), LC_OK);
    assert_non_null(lc_kb_oui(shared, (const uint8_t *)"\x00\x10\x20\x00\x00\x00"));
    assert_null(lc_kb_oui24(shared, (const uint8_t *)"\x00\x10\x20"));
    assert_true(
        lc_slice_eq(lc_kb_oui24(shared, (const uint8_t *)"\x00\x10\x21")->maker, LC_S("two")));
    lc_facts_str(&f, LC_F_MAC_OUI, LC_S("00:10:20"));
    lc_kb_makers(shared, &f);
    assert_false(lc_facts_find(lc_buf_view(&f.buf), LC_F_MAC_MAKER, 0, &maker));
    lc_facts_str(&f, LC_F_MAC_ADDRESS, LC_S("00:10:20:0F:FF:FF"));
    lc_kb_makers(shared, &f);
    assert_true(lc_facts_find(lc_buf_view(&f.buf), LC_F_MAC_MAKER, 0, &maker));
    assert_true(lc_slice_eq(maker.value, LC_S("one")));
    lc_facts_free(&f);
    lc_kb_close(shared);
    lc_buf_free(&b);
}

static void a_table_that_breaks_its_layout_is_refused(void **state)
{
    static const struct row good[] = {{"\x00\x10\x20\x00\x00", 24, 1, 3},
                                      {"\x00\x10\x21\x00\x00", 24, 5, 3}};
    static const struct row unsorted[] = {{"\x00\x10\x21\x00\x00", 24, 1, 3},
                                          {"\x00\x10\x20\x00\x00", 24, 5, 3}};
    static const struct row twice[] = {{"\x00\x10\x20\x00\x00", 24, 1, 3},
                                       {"\x00\x10\x20\x00\x00", 24, 5, 3}};
    static const struct row length[] = {{"\x00\x10\x20\x00\x00", 25, 1, 3}};
    static const struct row behind[] = {{"\x00\x10\x20\x01\x00", 24, 1, 3}};
    static const struct row half[] = {{"\x00\x10\x20\x31\x00", 28, 1, 3}};
    static const struct row local[] = {{"\x02\x10\x20\x00\x00", 24, 1, 3}};
    static const struct row string[] = {{"\x00\x10\x20\x00\x00", 24, 9, 99}};

    (void)state;
    opens_as(good, 2, LC_OK);
    opens_as(good, 0, LC_OK);
    opens_as(unsorted, 2, LC_EPARSE);
    opens_as(twice, 2, LC_EPARSE);
    opens_as(length, 1, LC_EPARSE);
    opens_as(behind, 1, LC_EPARSE);
    opens_as(half, 1, LC_EPARSE);
    opens_as(local, 1, LC_EPARSE);
    opens_as(string, 1, LC_EPARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(makers_of_cameras_weigh_forty),
        cmocka_unit_test(makers_of_other_goods_too_weigh_fifteen),
        cmocka_unit_test(a_prefix_of_28_bits_does_not_speak_for_its_neighbours),
        cmocka_unit_test(homonyms_are_absent),
        cmocka_unit_test(local_group_and_squatted_addresses_give_nothing),
        cmocka_unit_test(the_walk_gives_each_long_camera_prefix_once_in_order),
        cmocka_unit_test(the_longest_prefix_counts),
        cmocka_unit_test(three_bytes_name_only_who_holds_all_24_bits),
        cmocka_unit_test(a_table_that_breaks_its_layout_is_refused),
    };

    return cmocka_run_group_tests(tests, open_kb, close_kb);
}
