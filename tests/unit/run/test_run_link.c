/* SPDX-License-Identifier: Apache-2.0 */
/* Links and budgets between the roles. */
#include "base/clock.h"
#include "run/link.h"
#include "scope/pace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

static void frames_arrive_whole_however_they_were_cut(void **state)
{
    struct lc_link a, b;
    struct lc_cur body;
    uint32_t type;
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    lc_link_init(&a, fds[0]);
    lc_link_init(&b, fds[1]);
    for (uint32_t i = 0; i < 3; i++) {
        (void)lc_buf_le32(lc_link_begin(&a, LC_MSG_HOST), i);
        lc_link_end(&a);
    }
    for (size_t i = 0; i < a.out.n; i++) { /* byte by byte */
        assert_int_equal(write(fds[0], a.out.p + i, 1), 1);
        assert_int_equal(lc_link_read(&b, NULL), LC_OK);
        if (i % 12 != 11) {
            assert_int_equal(lc_link_next(&b, &type, &body), LC_MORE);
            continue;
        }
        assert_int_equal(lc_link_next(&b, &type, &body), LC_OK);
        assert_int_equal(type, LC_MSG_HOST);
        assert_int_equal(lc_cur_le32(&body), i / 12);
        assert_int_equal(body.s.n, 0);
    }
    lc_link_free(&a);
    assert_int_equal(lc_link_read(&b, NULL), LC_EIO);
    lc_link_free(&b);
}

static void a_frame_that_lies_about_its_length_is_refused(void **state)
{
    struct lc_link l;
    struct lc_cur body;
    uint32_t type;
    int fds[2];

    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, fds), 0);
    lc_link_init(&l, fds[1]);
    assert_int_equal(write(fds[0], "\xff\xff\xff\x7f\x01\0\0\0", 8), 8);
    assert_int_equal(lc_link_read(&l, NULL), LC_OK);
    assert_int_equal(lc_link_next(&l, &type, &body), LC_EPARSE);
    lc_link_free(&l);
    (void)close(fds[0]);
}

/* Packets that leave in any half-open second, when each leaves exactly when it may. */
static unsigned worst_second(const int64_t *at, size_t n)
{
    unsigned worst = 0;

    for (size_t i = 0; i < n; i++) {
        unsigned here = 0;

        for (size_t k = i; k < n && at[k] < at[i] + LC_SEC(1); k++)
            here++;
        worst = here > worst ? here : worst;
    }
    return worst;
}

static void no_budget_is_ever_exceeded(void **state)
{
    const struct lc_rates rates = {
        .host_pps = 10, .host_conns = 2, .block_pps = 40, .total_pps = 100};
    struct lc_pace *p = lc_pace_new(&rates, 7);
    int64_t host_at[60], total_at[600];
    size_t host_n = 0;

    (void)state;
    assert_non_null(p);
    for (uint32_t i = 0; i < 600; i++) {
        struct lc_addr a = lc_addr_v4(0x7f000001U + i % 10 * 256); /* ten hosts in ten blocks */

        total_at[i] = lc_pace_reserve(p, &a, 0, LC_SEC(10));
        if (i % 10 == 0)
            host_at[host_n++] = total_at[i];
    }
    /* One more than the rate: a burst of a millisecond is allowed at the very beginning. */
    assert_true(worst_second(host_at, host_n) <= 10);
    assert_true(worst_second(total_at, 600) <= 101);
    lc_pace_free(p);
}

static void what_a_talker_spent_slows_its_block(void **state)
{
    const struct lc_rates rates = {
        .host_pps = 10, .host_conns = 2, .block_pps = 10, .total_pps = 1000};
    struct lc_addr a = lc_addr_v4(0x7f000001U), b = lc_addr_v4(0x7f000002U);
    struct lc_pace *p = lc_pace_new(&rates, 7);
    int64_t first, second;

    (void)state;
    assert_non_null(p);
    first = lc_pace_reserve(p, &a, 0, LC_SEC(10));
    second = lc_pace_reserve(p, &b, 20, LC_SEC(10)); /* 20 segments meanwhile: two seconds' worth */
    assert_true(second - first >= LC_SEC(2));
    lc_pace_free(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_arrive_whole_however_they_were_cut),
        cmocka_unit_test(a_frame_that_lies_about_its_length_is_refused),
        cmocka_unit_test(no_budget_is_ever_exceeded),
        cmocka_unit_test(what_a_talker_spent_slows_its_block),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
