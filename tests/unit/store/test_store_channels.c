/* SPDX-License-Identifier: Apache-2.0 */
/* A recorder is one device with channels: what is kept of them, and what counts. */
#include "store_make.h"

#include <setjmp.h>
#include <cmocka.h>

#define OK(call) assert_int_equal((call), LC_OK)

static struct lc_store *s;
static struct lc_err err;
static struct lc_run run;
static struct make host;
static struct lc_device d;

static void begin(void)
{
    struct lc_targets plan;

    make_plan(&plan, 8);
    run = (struct lc_run){.started_us = 1};
    OK(lc_store_run_begin(s, &run, &plan, &err));
    lc_free(plan.v);
}

static int setup(void **state)
{
    (void)state;
    if (lc_store_open(":memory:", false, &s, &err) != LC_OK)
        return -1;
    begin();
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lc_store_close(s);
    make_free(&host);
    return 0;
}

/* The device at 10.0.0.1, of that class, whose discovery counts so many network channels. */
static void see(const char *cls, int64_t channels, enum lc_tri exposed)
{
    struct lc_facts *f;

    make_host(&host, 1, LC_HOST_ANSWERED);
    f = make_port(&host, 0, "not-asked", NULL);
    if (channels)
        lc_facts_int(f, LC_F_SADP_DIGITAL_CHANNELS, channels);
    make_claim(&host, LC_A_CLASS, cls, 0, LC_F_SADP_MODEL, "x");
    host.judgement.exposed = exposed;
    OK(lc_store_put(s, run.id, make_done(&host), &err));
    OK(lc_store_device(s, "10.0.0.1", &d, &err));
    lc_arena_free(&d.mem); /* numbers only are looked at */
}

static void a_recorder_has_the_channels_it_names(void **state)
{
    (void)state;
    see("nvr", 8, LC_TRI_TRUE);
    assert_int_equal(d.channels_n, 8);
    assert_int_equal(d.channels_listed_n, 8);
    OK(lc_store_device(s, "10.0.0.1", &d, &err));
    assert_int_equal(d.channels[0].number, 1);
    assert_int_equal(d.channels[0].kind, LC_CH_NETWORK);
    assert_int_equal(d.channels[0].open, LC_TRI_TRUE);
    assert_int_equal(d.channels[7].number, 8);
    assert_int_equal(d.channels[7].open, LC_TRI_UNKNOWN);
    assert_false(d.channels[7].has_source);
    lc_arena_free(&d.mem);
}

static void a_camera_is_its_own_channel_and_a_recorder_that_says_nothing_has_none(void **state)
{
    (void)state;
    see("camera", 1, LC_TRI_UNKNOWN);
    assert_int_equal(d.channels_n, 1);
    assert_int_equal(d.channels_listed_n, 0);
    begin();
    see("nvr", 0, LC_TRI_UNKNOWN);
    assert_int_equal(d.channels_n, 0);
    begin();
    see("not-surveillance", 4, LC_TRI_UNKNOWN);
    assert_int_equal(d.channels_n, 0);
}

static void what_is_not_said_again_stays_and_what_went_is_gone(void **state)
{
    (void)state;
    see("nvr", 8, LC_TRI_UNKNOWN);
    begin();
    see("nvr", 0, LC_TRI_UNKNOWN); /* a scan from outside hears no discovery */
    assert_int_equal(d.channels_n, 8);
    begin();
    see("nvr", 4, LC_TRI_UNKNOWN);
    assert_int_equal(d.channels_n, 4);
    begin();
    see("nvr", 16, LC_TRI_UNKNOWN);
    assert_int_equal(d.channels_n, 16);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_recorder_has_the_channels_it_names),
        T(a_camera_is_its_own_channel_and_a_recorder_that_says_nothing_has_none),
        T(what_is_not_said_again_stays_and_what_went_is_gone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
