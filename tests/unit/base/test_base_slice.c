/* SPDX-License-Identifier: Apache-2.0 */
/* What slices, buffers and cursors promise. */
#include "base/buf.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>

static void find_sees_first_occurrence_and_none_past_the_end(void **state)
{
    (void)state;
    assert_int_equal(lc_slice_find(LC_S("abcabc"), LC_S("bc"), 0), 1);
    assert_int_equal(lc_slice_find(LC_S("abcabc"), LC_S("bc"), 2), 4);
    assert_true(lc_slice_find(LC_S("abcabc"), LC_S("bc"), 5) == LC_NPOS);
    assert_true(lc_slice_find(LC_S("ab"), LC_S("abc"), 0) == LC_NPOS);
    assert_int_equal(lc_slice_ifind(LC_S("xServer:"), LC_S("SERVER"), 0), 1);
}

static void next_gives_every_part_once_also_empty_ones(void **state)
{
    struct lc_slice s = LC_S("a,,b,"), part;

    (void)state;
    assert_int_equal(lc_slice_next(&s, ',', &part), LC_OK);
    assert_true(lc_slice_eq(part, LC_S("a")));
    assert_int_equal(lc_slice_next(&s, ',', &part), LC_OK);
    assert_int_equal(part.n, 0);
    assert_int_equal(lc_slice_next(&s, ',', &part), LC_OK);
    assert_true(lc_slice_eq(part, LC_S("b")));
    assert_int_equal(lc_slice_next(&s, ',', &part), LC_OK);
    assert_int_equal(part.n, 0);
    assert_int_equal(lc_slice_next(&s, ',', &part), LC_DONE);
}

static void numbers_are_digits_only_and_bounded(void **state)
{
    uint64_t v;

    (void)state;
    assert_int_equal(lc_slice_u64(LC_S("65535"), 65535, &v), LC_OK);
    assert_int_equal(v, 65535);
    assert_int_equal(lc_slice_u64(LC_S("65536"), 65535, &v), LC_EINVAL);
    assert_int_equal(lc_slice_u64(LC_S("18446744073709551615"), UINT64_MAX, &v), LC_OK);
    assert_int_equal(lc_slice_u64(LC_S("18446744073709551616"), UINT64_MAX, &v), LC_EINVAL);
    assert_int_equal(lc_slice_u64(LC_S("-1"), UINT64_MAX, &v), LC_EINVAL);
    assert_int_equal(lc_slice_u64(LC_S("+1"), UINT64_MAX, &v), LC_EINVAL);
    assert_int_equal(lc_slice_u64(LC_S(" 1"), UINT64_MAX, &v), LC_EINVAL);
    assert_int_equal(lc_slice_u64(LC_S(""), UINT64_MAX, &v), LC_EINVAL);
    assert_int_equal(lc_slice_u64(LC_S("9"), 5, &v), LC_EINVAL);
}

static void a_buffer_never_grows_past_its_maximum(void **state)
{
    struct lc_buf b;

    (void)state;
    lc_buf_init(&b, 10);
    assert_int_equal(lc_buf_puts(&b, "12345678"), LC_OK);
    assert_int_equal(lc_buf_puts(&b, "abc"), LC_EFULL);
    assert_true(b.full);
    assert_int_equal(b.n, 8);
    assert_int_equal(lc_buf_puts(&b, "ab"), LC_OK);
    assert_true(lc_slice_eq(lc_buf_view(&b), LC_S("12345678ab")));
    lc_buf_drop(&b, 3);
    assert_true(lc_slice_eq(lc_buf_view(&b), LC_S("45678ab")));
    lc_buf_free(&b);
}

static void integers_survive_both_byte_orders(void **state)
{
    struct lc_buf b;
    struct lc_cur c;

    (void)state;
    lc_buf_init(&b, 64);
    (void)lc_buf_le16(&b, 0x1234);
    (void)lc_buf_be16(&b, 0x1234);
    (void)lc_buf_le64(&b, 0x1122334455667788);
    (void)lc_buf_be32(&b, 0xcafebabe);
    assert_memory_equal(b.p, "\x34\x12\x12\x34\x88\x77\x66\x55\x44\x33\x22\x11\xca\xfe\xba\xbe",
                        16);
    c = (struct lc_cur){.s = lc_buf_view(&b)};
    assert_int_equal(lc_cur_le16(&c), 0x1234);
    assert_int_equal(lc_cur_be16(&c), 0x1234);
    assert_true(lc_cur_le64(&c) == 0x1122334455667788);
    assert_int_equal(lc_cur_be24(&c), 0xcafeba);
    assert_false(c.bad);
    assert_int_equal(lc_cur_be16(&c), 0);
    assert_true(c.bad);
    assert_int_equal(lc_cur_u8(&c), 0); /* bad stays bad, although a byte is left */
    lc_buf_free(&b);
}

static void an_arena_refuses_past_its_bound_and_is_reusable(void **state)
{
    struct lc_arena a;

    (void)state;
    lc_arena_init(&a, 1000);
    assert_non_null(lc_arena_alloc(&a, 600));
    assert_null(lc_arena_alloc(&a, 600));
    assert_null(lc_arena_alloc(&a, SIZE_MAX));
    lc_arena_free(&a);
    assert_true(lc_slice_eq(lc_arena_dup(&a, LC_S("abc")), LC_S("abc")));
    lc_arena_free(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(find_sees_first_occurrence_and_none_past_the_end),
        cmocka_unit_test(next_gives_every_part_once_also_empty_ones),
        cmocka_unit_test(numbers_are_digits_only_and_bounded),
        cmocka_unit_test(a_buffer_never_grows_past_its_maximum),
        cmocka_unit_test(integers_survive_both_byte_orders),
        cmocka_unit_test(an_arena_refuses_past_its_bound_and_is_reusable),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
