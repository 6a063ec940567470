/* SPDX-License-Identifier: Apache-2.0 */
/* Cookies depend on everything that was asked, on nothing else, and are recognised as RFC 793 has
 * them come back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "discover/cookie.h"

static const uint8_t secret[16] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};

static struct lc_cookie_key key_of(const uint8_t s[static 16])
{
    struct lc_cookie_key k;

    lc_cookie_key_init(&k, s, 20000, 24095);
    return k;
}

static struct lc_cookie make(uint32_t ours, uint32_t theirs, uint16_t port, uint8_t dgram,
                             uint8_t variant)
{
    struct lc_cookie_key k = key_of(secret);
    struct lc_addr a = lc_addr_v4(ours), b = lc_addr_v4(theirs);

    return lc_cookie_make(&k, &a, &b, (struct lc_sweep_port){port, dgram, variant});
}

static void every_part_of_a_question_changes_the_cookie(void **state)
{
    struct lc_cookie base = make(1, 2, 554, 0, 0);
    uint8_t other[16];
    struct lc_addr a = lc_addr_v4(1), b = lc_addr_v4(2);

    (void)state;
    assert_true(make(1, 2, 554, 0, 0).nonce == base.nonce);
    assert_true(make(3, 2, 554, 0, 0).nonce != base.nonce);
    assert_true(make(1, 3, 554, 0, 0).nonce != base.nonce);
    assert_true(make(2, 1, 554, 0, 0).nonce != base.nonce);
    assert_true(make(1, 2, 555, 0, 0).nonce != base.nonce);
    assert_true(make(1, 2, 554, LC_D_WSD, 0).nonce != base.nonce);
    assert_true(make(1, 2, 554, LC_D_WSD, 1).nonce != make(1, 2, 554, LC_D_WSD, 0).nonce);
    for (unsigned bit = 0; bit < 128; bit++) {
        struct lc_cookie_key k;

        memcpy(other, secret, sizeof other);
        other[bit / 8] ^= (uint8_t)(1U << bit % 8);
        k = key_of(other);
        assert_true(lc_cookie_make(&k, &a, &b, (struct lc_sweep_port){.port = 554}).seq !=
                    base.seq);
    }
}

/* 4,096 ports, 409,600 cookies: chi-square with 4,095 degrees of freedom within 6 sigma. */
static void source_ports_fill_their_range_evenly_and_never_leave_it(void **state)
{
    static uint32_t hits[4096];
    double chi = 0;

    (void)state;
    for (uint32_t i = 0; i < 409600; i++) {
        uint16_t port = make(1, i, 80, 0, 0).port;

        assert_true(port >= 20000 && port <= 24095);
        hits[port - 20000]++;
    }
    for (unsigned i = 0; i < 4096; i++)
        chi += ((double)hits[i] - 100) * ((double)hits[i] - 100) / 100;
    assert_true(chi > 4095 - 543 && chi < 4095 + 543);
}

static void a_range_of_one_port_is_that_port(void **state)
{
    struct lc_cookie_key k;
    struct lc_addr a = lc_addr_v4(1);

    (void)state;
    lc_cookie_key_init(&k, secret, 65535, 65535);
    for (uint32_t i = 0; i < 1000; i++) {
        struct lc_addr b = lc_addr_v4(i);

        assert_int_equal(lc_cookie_make(&k, &a, &b, (struct lc_sweep_port){.port = 1}).port, 65535);
    }
}

static void acknowledgements_fit_as_the_protocol_says(void **state)
{
    struct lc_cookie c = {.seq = 0xffffffff}, d = {.seq = 100};

    (void)state;
    assert_true(lc_cookie_fits_open(&c, 0)); /* sequence numbers wrap */
    assert_false(lc_cookie_fits_open(&c, 0xffffffff));
    assert_true(lc_cookie_fits_open(&d, 101));
    assert_false(lc_cookie_fits_open(&d, 100));
    assert_false(lc_cookie_fits_open(&d, 102));
    assert_true(lc_cookie_fits_reset(&d, 100));
    assert_true(lc_cookie_fits_reset(&d, 101));
    assert_false(lc_cookie_fits_reset(&d, 99));
    assert_false(lc_cookie_fits_reset(&d, 102));
    assert_false(lc_cookie_fits_reset(&d, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_part_of_a_question_changes_the_cookie),
        cmocka_unit_test(source_ports_fill_their_range_evenly_and_never_leave_it),
        cmocka_unit_test(a_range_of_one_port_is_that_port),
        cmocka_unit_test(acknowledgements_fit_as_the_protocol_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
