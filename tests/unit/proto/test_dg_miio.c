/* SPDX-License-Identifier: Apache-2.0 */
/* Xiaomi's miIO hello: the layout is from the facts on protocols, A3. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.30"

static const struct lc_dgram_ask question = {.nonce = 7};

/* The last 16 bytes: 00, ff, or a key. */
static struct lc_slice answer(uint8_t out[static 32], const char key[static 16])
{
    memcpy(out, "\x21\x31\x00\x20\0\0\0\0\x0F\x12\x06\xEA\0\x01\x02\x03", 16);
    memcpy(out + 16, key, 16);
    return lc_slice_of(out, 32);
}

static const char zeros[16] = {0};
static const char ones[16] = "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff";
static const char key[16] = "S3cretKeyOfACam!";

static void the_question_is_the_hello(void **state)
{
    struct lc_buf q = dg_build(LC_D_MIIO, &question);

    (void)state;
    assert_int_equal(q.n, 32);
    assert_memory_equal(q.p, "\x21\x31\x00\x20", 4);
    for (size_t i = 4; i < 32; i++)
        assert_int_equal(q.p[i], 0xFF);
    lc_buf_free(&q);
}

static void a_bound_device_hides_its_key(void **state)
{
    const char *const hidden[] = {zeros, ones};
    uint8_t room[32];
    struct lc_facts f;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(dg_parse(LC_D_MIIO, &question, FROM, answer(room, hidden[i]), &f), LC_OK);
        dg_is_int(&f, LC_F_MIIO_DEVICE, 1);
        dg_is_int(&f, LC_F_MIIO_UNBOUND, 0);
        dg_is(&f, LC_F_MIIO_ID, "252839658"); /* 0x0F1206EA */
        lc_facts_free(&f);
    }
}

static void an_unbound_device_is_told_without_its_key(void **state)
{
    uint8_t room[32];
    struct lc_slice in = answer(room, key);
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_MIIO, &question, FROM, in, &f), LC_OK);
    dg_is_int(&f, LC_F_MIIO_UNBOUND, 1);
    for (size_t i = 0; i + 3 <= 16; i++)
        dg_nowhere(&f, lc_slice_of(key + i, 3));
    lc_facts_free(&f);
    dg_torture(LC_D_MIIO, &question, FROM, in);
}

static void anything_else_is_refused(void **state)
{
    uint8_t room[40] = {0};
    struct lc_slice in = answer(room, zeros);
    struct lc_buf q = dg_build(LC_D_MIIO, &question);
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_MIIO, &question, FROM, lc_buf_view(&q), &f), LC_EREFUSED);
    assert_int_equal(dg_parse(LC_D_MIIO, &question, FROM, lc_slice_sub(in, 0, 31), &f), LC_EPARSE);
    room[3] = 0x28; /* a command under a key, 40 bytes */
    assert_int_equal(dg_parse(LC_D_MIIO, NULL, FROM, lc_slice_of(room, 40), &f), LC_EPARSE);
    assert_int_equal(dg_parse(LC_D_MIIO, NULL, FROM, lc_slice_of(room, 32), &f), LC_EPARSE);
    assert_int_equal(f.buf.n, 0);
    lc_buf_free(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_question_is_the_hello),
        cmocka_unit_test(a_bound_device_hides_its_key),
        cmocka_unit_test(an_unbound_device_is_told_without_its_key),
        cmocka_unit_test(anything_else_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
