/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The filter in front of the ring, run by the kernel that will run it: attached to one end of a
 * pair of datagram sockets, it sees frames as they are sent into the other.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

#include "discover/engine_ring.h"
#include "frame_kit.h"

#define LOW  20000U
#define HIGH 24095U

static int pair[2];

static int setup(void **state)
{
    struct sock_filter lines[LC_RING_FILTER];
    struct sock_fprog f = {.filter = lines};

    (void)state;
    f.len = (unsigned short)lc_ring_filter(LOW, HIGH, lines);
    return socketpair(AF_UNIX, SOCK_DGRAM, 0, pair) == 0 &&
                   setsockopt(pair[1], SOL_SOCKET, SO_ATTACH_FILTER, &f, sizeof f) == 0
               ? 0
               : -1;
}

static int teardown(void **state)
{
    (void)state;
    (void)close(pair[0]);
    (void)close(pair[1]);
    return 0;
}

/* Whole, or not at all. */
static bool passes(const uint8_t *frame, size_t n)
{
    uint8_t got[4096];
    ssize_t got_n;

    assert_int_equal(send(pair[0], frame, n, 0), n);
    got_n = recv(pair[1], got, sizeof got, MSG_DONTWAIT);
    if (got_n < 0)
        return false;
    assert_int_equal(got_n, n);
    assert_memory_equal(got, frame, n);
    return true;
}

static struct lc_addr addr(const char *text)
{
    struct lc_addr a;

    assert_int_equal(lc_addr_parse(lc_slice_str(text), &a), LC_OK);
    return a;
}

static struct kit_answer answer(enum kit_what what, bool v6)
{
    struct kit_answer a = {.what = what,
                           .from = addr(v6 ? "2001:db8::2" : "198.19.0.2"),
                           .to = addr(v6 ? "2001:db8::1" : "198.18.0.1"),
                           .from_port = 554,
                           .to_port = LOW,
                           .window = 1,
                           .flags = KIT_SYN_ACK,
                           .options = LC_S("\x02\x04\x05\xb4"),
                           .payload = LC_S("hello"),
                           .type = v6 ? 1 : 3,
                           .code = v6 ? 4 : 3,
                           .quoted_proto = 6};

    a.quoted_to = a.from;
    return a;
}

static bool passes_answer(const struct kit_answer *a)
{
    uint8_t frame[2048];

    return passes(frame, kit_frame(a, frame));
}

static void our_ports_pass_and_their_neighbours_do_not(void **state)
{
    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct kit_answer a = answer(i / 2 ? KIT_UDP : KIT_TCP, i % 2);
        static const struct {
            unsigned port;
            bool ours;
        } ports[] = {{LOW - 1, false},  {LOW, true},    {22000, true}, {HIGH, true},
                     {HIGH + 1, false}, {65535, false}, {0, false}};

        for (size_t k = 0; k < sizeof ports / sizeof *ports; k++) {
            a.to_port = (uint16_t)ports[k].port;
            assert_int_equal(passes_answer(&a), ports[k].ours);
        }
        a.to_port = 80;
        a.from_port = LOW; /* what one of ours sends */
        assert_false(passes_answer(&a));
    }
}

static void errors_pass_and_other_icmp_does_not(void **state)
{
    (void)state;
    for (unsigned type = 0; type < 256; type++)
        for (unsigned v6 = 0; v6 < 2; v6++) {
            struct kit_answer a = answer(KIT_ICMP, v6);
            bool error =
                v6 ? type == 1 || type == 3 || type == 4 : type == 3 || type == 11 || type == 12;

            a.type = (uint8_t)type;
            assert_int_equal(passes_answer(&a), error);
        }
}

static void options_of_ipv4_are_stepped_over(void **state)
{
    struct kit_answer a = answer(KIT_TCP, false);
    uint8_t frame[2048];
    size_t n = kit_frame(&a, frame);

    (void)state;
    memmove(frame + 34 + 8, frame + 34, n - 34);
    memset(frame + 34, 1, 8);
    frame[14] = 0x47;
    assert_true(passes(frame, n + 8));
    frame[14] = 0x45; /* now the options stand where the ports were */
    assert_false(passes(frame, n + 8));
}

static void fragments_other_protocols_and_stumps_are_dropped(void **state)
{
    struct kit_answer a = answer(KIT_TCP, false), b = answer(KIT_TCP, true);
    uint8_t frame[2048], six[2048];
    size_t n = kit_frame(&a, frame);

    (void)state;
    frame[20] = 0x20;
    assert_false(passes(frame, n));
    frame[20] = 0x40;
    frame[21] = 0x01;
    assert_false(passes(frame, n));
    frame[21] = 0;
    assert_true(passes(frame, n));
    frame[23] = 47;
    assert_false(passes(frame, n));
    frame[23] = 6;
    frame[12] = 0x81; /* a VLAN */
    assert_false(passes(frame, n));
    frame[12] = 8;
    frame[13] = 6; /* ARP */
    assert_false(passes(frame, n));
    frame[13] = 0;
    for (size_t cut = 1; cut < 38; cut++) /* the destination port ends at 38 */
        assert_false(passes(frame, cut));
    n = kit_frame(&b, six);
    assert_true(passes(six, n));
    six[20] = 44; /* a fragment */
    assert_false(passes(six, n));
}

/* Nothing that the parser would believe may be lost here. */
static void what_the_parser_believes_passes(void **state)
{
    static const uint8_t secret[16] = "0123456789abcdef";
    struct lc_cookie_key key;

    (void)state;
    lc_cookie_key_init(&key, secret, LOW, HIGH);
    for (unsigned i = 0; i < 400; i++) {
        struct kit_answer a = answer(i % 4 < 2 ? KIT_TCP : KIT_ICMP, i % 2);
        struct lc_answer got;
        struct lc_cookie c;
        uint8_t frame[2048];
        size_t n;

        a.from_port = (uint16_t)(i * 13 + 1);
        a.flags = i % 8 < 4 ? KIT_SYN_ACK : KIT_RST_ACK;
        c = lc_cookie_make(&key, &a.to, &a.from, (struct lc_sweep_port){.port = a.from_port});
        a.to_port = c.port;
        a.ack = a.what == KIT_TCP ? c.seq + 1 : c.seq;
        n = kit_frame(&a, frame);
        assert_int_equal(lc_frame_parse(&key, lc_slice_of(frame, n), false, &got), LC_OK);
        assert_true(passes(frame, n));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(our_ports_pass_and_their_neighbours_do_not),
        cmocka_unit_test(errors_pass_and_other_icmp_does_not),
        cmocka_unit_test(options_of_ipv4_are_stepped_over),
        cmocka_unit_test(fragments_other_protocols_and_stumps_are_dropped),
        cmocka_unit_test(what_the_parser_believes_passes),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
