/* SPDX-License-Identifier: Apache-2.0 */
/* Channels: what adds up, what does not, what is too much to believe. */
#include "identify/channels.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct said {
    enum lc_fact_name fact;
    int64_t n;
};

static struct lc_channels of(const struct said *said, size_t n)
{
    struct lc_facts f;
    struct lc_channels out;

    lc_facts_init(&f);
    for (size_t i = 0; i < n; i++)
        lc_facts_int(&f, said[i].fact, said[i].n);
    lc_channels_of(lc_buf_view(&f.buf), &out);
    lc_facts_free(&f);
    return out;
}

#define OF(...)                                                                                    \
    of((const struct said[]){__VA_ARGS__},                                                         \
       sizeof((const struct said[]){__VA_ARGS__}) / sizeof(struct said))

static void nothing_said_is_nothing_known(void **state)
{
    struct lc_channels c;

    (void)state;
    lc_channels_of((struct lc_slice){NULL, 0}, &c);
    assert_int_equal(c.n, 0);
    c = OF({LC_F_SADP_ANALOG_CHANNELS, 0}, {LC_F_SADP_DIGITAL_CHANNELS, 0});
    assert_int_equal(c.n, 0);
    assert_int_equal(c.fact, LC_F_NONE);
}

static void the_two_kinds_of_one_protocol_add_up(void **state)
{
    struct lc_channels c = OF({LC_F_DHIP_REMOTE_INPUTS, 4}, {LC_F_DHIP_VIDEO_INPUTS, 8});

    (void)state;
    assert_int_equal(c.n, 12);
    assert_int_equal(lc_channel_kind_of(&c, 1), LC_CH_ANALOG);
    assert_int_equal(lc_channel_kind_of(&c, 8), LC_CH_ANALOG);
    assert_int_equal(lc_channel_kind_of(&c, 9), LC_CH_NETWORK);
    assert_int_equal(lc_channel_kind_of(&c, 12), LC_CH_NETWORK);
}

static void two_protocols_count_the_same_channels(void **state)
{
    struct lc_channels c = OF({LC_F_SADP_DIGITAL_CHANNELS, 8}, {LC_F_MHED_CHANNELS, 16});

    (void)state;
    assert_int_equal(c.n, 16);
    assert_int_equal(c.fact, LC_F_MHED_CHANNELS);
    assert_int_equal(lc_channel_kind_of(&c, 1), LC_CH_UNKNOWN);
    c = OF({LC_F_SADP_DIGITAL_CHANNELS, 8}, {LC_F_XM_CHANNELS, 4});
    assert_int_equal(c.n, 8);
    assert_int_equal(lc_channel_kind_of(&c, 8), LC_CH_NETWORK);
}

static void what_no_recorder_has_is_not_believed(void **state)
{
    struct lc_channels c = OF({LC_F_XM_CHANNELS, INT64_MAX});

    (void)state;
    assert_int_equal(c.n, LC_CHANNELS_MAX);
    c = OF({LC_F_XM_CHANNELS, INT64_MIN});
    assert_int_equal(c.n, 0);
    c = OF({LC_F_SADP_ANALOG_CHANNELS, 250}, {LC_F_SADP_DIGITAL_CHANNELS, 250});
    assert_int_equal(c.n, LC_CHANNELS_MAX);
    assert_int_equal(c.analog_n, 250);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_said_is_nothing_known),
        cmocka_unit_test(the_two_kinds_of_one_protocol_add_up),
        cmocka_unit_test(two_protocols_count_the_same_channels),
        cmocka_unit_test(what_no_recorder_has_is_not_believed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
