/* SPDX-License-Identifier: Apache-2.0 */
/* ThroughTek's frames, overheard. The clear heads are those the facts' source shows in its comments
 * [G2 pkg/tutk]: a device's ping and its answer to a search, a client's search. The shuffle is done
 * here forwards, from its description, as the codec undoes it backwards. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.70"

static void turn_right(uint8_t b[static 16], unsigned first)
{
    for (unsigned i = 0; i < 16; i += 4) {
        uint32_t v = (uint32_t)b[i] | (uint32_t)b[i + 1] << 8 | (uint32_t)b[i + 2] << 16 |
                     (uint32_t)b[i + 3] << 24;

        v = v >> (i + first) | v << (32 - i - first);
        b[i] = (uint8_t)v;
        b[i + 1] = (uint8_t)(v >> 8);
        b[i + 2] = (uint8_t)(v >> 16);
        b[i + 3] = (uint8_t)(v >> 24);
    }
}

/* The first block as it goes over the wire. The permutation swaps pairs, so it is its own inverse:
 * 0-11, 1-9, 2-8, 3-15, 4-13, 5-10, 6-12, 7-14. */
static struct lc_slice shuffled(uint8_t out[static 200], const char head[static 16], size_t n)
{
    static const uint8_t pairs[8][2] = {{0, 11}, {1, 9},  {2, 8},  {3, 15},
                                        {4, 13}, {5, 10}, {6, 12}, {7, 14}};
    uint8_t b[16];

    memcpy(b, head, 16);
    turn_right(b, 1);
    for (int i = 0; i < 16; i++)
        b[i] ^= (uint8_t) "Charlie is the d"[i];
    memset(out, 0x55, 200);
    for (int i = 0; i < 8; i++) {
        out[pairs[i][0]] = b[pairs[i][1]];
        out[pairs[i][1]] = b[pairs[i][0]];
    }
    turn_right(out, 3);
    return lc_slice_of(out, n);
}

static const char ping[17] = "\x04\x02\x12\x0a\x08\0\0\0\x28\x04\x12\0\0\0\0\0";
static const char found[17] = "\x04\x02\x19\x02\xb8\0\0\0\x02\x06\x12\0\0\0\0\0";
static const char search[17] = "\x04\x02\x19\x02\x34\0\0\0\x01\x06\x21\0\0\0\0\0";

static void it_is_only_listened_to(void **state)
{
    (void)state;
    assert_null(lc_dgram_get(LC_D_TUTK)->build);
    assert_int_equal(lc_dgram_get(LC_D_TUTK)->variants, 0);
    assert_true(lc_dgram_get(LC_D_TUTK)->listen);
}

static void frames_from_a_device_tell_it(void **state)
{
    uint8_t room[200];
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_TUTK, NULL, FROM, shuffled(room, ping, 24), &f), LC_OK);
    dg_is_int(&f, LC_F_TUTK_DEVICE, 1);
    lc_facts_free(&f);
    assert_int_equal(dg_parse(LC_D_TUTK, NULL, FROM, shuffled(room, found, 200), &f), LC_OK);
    dg_is_int(&f, LC_F_TUTK_DEVICE, 1);
    lc_facts_free(&f);
    dg_torture(LC_D_TUTK, NULL, FROM, lc_slice_of(room, 200));
}

static void status_is(struct lc_slice in, enum lc_status want)
{
    struct lc_facts f;

    assert_int_equal(dg_parse(LC_D_TUTK, NULL, FROM, in, &f), want);
    assert_int_equal(f.buf.n, 0);
    lc_facts_free(&f);
}

static void a_phone_that_searches_is_no_camera(void **state)
{
    uint8_t room[200];

    (void)state;
    status_is(shuffled(room, search, 68), LC_EREFUSED);
}

static void what_does_not_fit_is_no_frame(void **state)
{
    uint8_t room[200];
    char head[17];

    (void)state;
    status_is(shuffled(room, ping, 25), LC_EPARSE); /* its length says 24 */
    status_is(shuffled(room, ping, 15), LC_EPARSE);
    status_is(lc_slice_of(ping, 16), LC_EPARSE); /* not shuffled */
    for (size_t i = 0; i < 4; i++) {
        memcpy(head, ping, sizeof head);
        head[i] ^= 0x40;
        status_is(shuffled(room, head, 24), LC_EPARSE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_only_listened_to),
        cmocka_unit_test(frames_from_a_device_tell_it),
        cmocka_unit_test(a_phone_that_searches_is_no_camera),
        cmocka_unit_test(what_does_not_fit_is_no_frame),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
