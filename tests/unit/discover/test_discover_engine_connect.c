/* SPDX-License-Identifier: Apache-2.0 */
/* The connect engine against a hook that remembers what it was asked: places are bounded, every
 * answer finds its probe, and what has no answer makes room. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "discover/engine.h"
#include "net/net.h"

#define AT_ONCE 8U
#define TCP(p)  ((struct lc_sweep_port){.port = (p)})

struct asked {
    uint32_t number;
    struct lc_addr to;
    uint16_t port;
};

static struct asked asked[64];
static size_t asked_n;
static struct lc_answer heard[64];
static size_t heard_n;
static struct lc_engine engine;

static void on_ask(void *ctx, uint32_t number, const struct lc_addr *to, uint16_t port)
{
    assert_ptr_equal(ctx, asked);
    assert_true(number < AT_ONCE);
    assert_true(asked_n < 64);
    asked[asked_n++] = (struct asked){number, *to, port};
}

static void on_answer(void *sweep, int64_t now_us, const struct lc_answer *a)
{
    assert_ptr_equal(sweep, heard);
    assert_int_equal(now_us, 7);
    assert_true(heard_n < 64);
    heard[heard_n++] = *a;
}

static int setup(void **state)
{
    const struct lc_engine_connect_config cfg = {.at_once = AT_ONCE, .ctx = asked, .ask = on_ask};

    (void)state;
    asked_n = heard_n = 0;
    return lc_engine_connect_open(&cfg, &engine, NULL) == LC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    engine.close(engine.ctx);
    return 0;
}

/* Probe i: host i, port 1000 + i. */
static size_t send_some(size_t first, size_t n)
{
    struct lc_probe v[64];

    for (size_t i = 0; i < n; i++)
        v[i] = (struct lc_probe){.to = lc_addr_v4((uint32_t)(0x7f000000 + first + i)),
                                 .port = TCP((uint16_t)(1000 + first + i))};
    return engine.send(engine.ctx, 1, v, n);
}

static struct lc_engine_counts counts(void)
{
    struct lc_engine_counts c;

    engine.counts(engine.ctx, &c);
    return c;
}

static bool receive(void)
{
    return engine.receive(engine.ctx, 7, on_answer, heard);
}

static void no_more_are_taken_than_there_are_places(void **state)
{
    (void)state;
    assert_int_equal(engine.fd, -1);
    assert_int_equal(lc_engine_connect_pending(&engine), 0);
    assert_int_equal(send_some(0, 5), 5);
    assert_int_equal(send_some(5, 20), 3);
    assert_int_equal(send_some(8, 20), 0);
    assert_int_equal(asked_n, AT_ONCE);
    assert_int_equal(lc_engine_connect_pending(&engine), AT_ONCE);
    for (size_t i = 0; i < AT_ONCE; i++) {
        assert_int_equal(lc_addr_to_v4(&asked[i].to), 0x7f000000 + i);
        assert_int_equal(asked[i].port, 1000 + i);
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(asked[i].number, asked[j].number);
    }
    assert_int_equal(counts().sent, AT_ONCE);
}

static void each_answer_finds_its_own_probe_whatever_the_order(void **state)
{
    static const unsigned outcome[3] = {LC_DIAL_OPEN, LC_DIAL_REFUSED, LC_DIAL_UNREACHABLE};
    static const enum lc_answer_kind kind[3] = {LC_ANSWER_OPEN, LC_ANSWER_REFUSED,
                                                LC_ANSWER_UNREACHABLE};

    (void)state;
    assert_int_equal(send_some(0, 6), 6);
    for (size_t i = 6; i-- > 0;)
        lc_engine_connect_done(&engine, asked[i].number, outcome[i % 3]);
    assert_false(receive());
    assert_int_equal(heard_n, 6);
    for (size_t i = 0; i < 6; i++) {
        size_t who = 5 - i;

        assert_int_equal(lc_addr_to_v4(&heard[i].from), 0x7f000000 + who);
        assert_int_equal(heard[i].port.port, 1000 + who);
        assert_int_equal(heard[i].kind, kind[who % 3]);
        assert_int_equal(heard[i].flags, 0);
    }
    assert_false(receive());
    assert_int_equal(heard_n, 6);
    assert_int_equal(counts().received, 6);
    assert_int_equal(lc_engine_connect_pending(&engine), 0);
}

static void a_place_is_free_when_its_answer_was_handed_over_and_not_before(void **state)
{
    (void)state;
    assert_int_equal(send_some(0, AT_ONCE), AT_ONCE);
    lc_engine_connect_done(&engine, asked[3].number, LC_DIAL_REFUSED);
    assert_int_equal(send_some(8, 1), 0);
    assert_int_equal(lc_engine_connect_pending(&engine), AT_ONCE);
    assert_false(receive());
    assert_int_equal(heard_n, 1);
    assert_int_equal(send_some(8, 2), 1);
    assert_int_equal(asked[8].number, asked[3].number);
    lc_engine_connect_done(&engine, asked[8].number, LC_DIAL_OPEN);
    assert_false(receive());
    assert_int_equal(heard[1].port.port, 1008); /* and the place has forgotten who had it before */
}

static void silence_and_the_gate_give_no_answer_but_room(void **state)
{
    (void)state;
    assert_int_equal(send_some(0, AT_ONCE), AT_ONCE);
    lc_engine_connect_done(&engine, asked[0].number, LC_DIAL_SILENT);
    lc_engine_connect_done(&engine, asked[1].number, LC_DIAL_SCOPE);
    assert_int_equal(counts().local_drops, 0);
    lc_engine_connect_done(&engine, asked[2].number, LC_DIAL_LOCAL);
    assert_int_equal(counts().local_drops, 1);
    assert_int_equal(lc_engine_connect_pending(&engine), AT_ONCE - 3);
    assert_false(receive());
    assert_int_equal(heard_n, 0);
    assert_int_equal(counts().received, 0);
    assert_int_equal(send_some(8, 20), 3);
}

static void questions_over_udp_are_taken_and_go_nowhere(void **state)
{
    struct lc_probe v[3] = {
        {.port = TCP(1)}, {.port = {.port = 3702, .dgram = LC_D_WSD}}, {.port = TCP(2)}};

    (void)state;
    assert_int_equal(send_some(0, AT_ONCE - 1), AT_ONCE - 1);
    assert_int_equal(engine.send(engine.ctx, 1, v, 3), 2);
    assert_int_equal(engine.send(engine.ctx, 1, v + 1, 1), 1); /* with no place free at all */
    assert_int_equal(asked_n, AT_ONCE);
    assert_int_equal(asked[AT_ONCE - 1].port, 1);
    assert_int_equal(counts().sent, AT_ONCE);
    assert_int_equal(counts().local_drops, 0);
}

static void a_thousand_rounds_neither_lose_nor_double_a_place(void **state)
{
    size_t answered = 0, sent = 0;

    (void)state;
    for (size_t round = 0; round < 1000; round++) {
        asked_n = heard_n = 0;
        sent += send_some(round % 50, 1 + round % 11);
        for (size_t i = asked_n; i-- > 0;) /* all that went out in this round, backwards */
            lc_engine_connect_done(&engine, asked[i].number,
                                   (round + i) % 2 ? LC_DIAL_OPEN : LC_DIAL_SILENT);
        assert_false(receive());
        answered += heard_n;
        assert_int_equal(lc_engine_connect_pending(&engine), 0);
    }
    assert_int_equal(counts().sent, sent);
    assert_int_equal(counts().received, answered);
    assert_true(answered > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_more_are_taken_than_there_are_places, setup, teardown),
        cmocka_unit_test_setup_teardown(each_answer_finds_its_own_probe_whatever_the_order, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            a_place_is_free_when_its_answer_was_handed_over_and_not_before, setup, teardown),
        cmocka_unit_test_setup_teardown(silence_and_the_gate_give_no_answer_but_room, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(questions_over_udp_are_taken_and_go_nowhere, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_thousand_rounds_neither_lose_nor_double_a_place, setup,
                                        teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
