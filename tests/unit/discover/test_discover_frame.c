/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames byte for byte as RFC 791, 793, 768 and 8200 have them, with checksums by an independent
 * routine; and nothing believed that is cut, bent, in pieces, or without our cookie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "frame_kit.h"

#define TCP(p) ((struct lc_sweep_port){.port = (p)})
#define KIT(v) ((struct lc_sweep_port){.port = KIT_PORT, .dgram = LC_D_WSD, .variant = (v)})
#define KIT_B  ((struct lc_sweep_port){.port = KIT_PORT_B, .dgram = LC_D_DHLEGACY})
#define LINUX                                                                                      \
    LC_S("\x02\x04\x05\xb4\x04\x02\x08\x0a\x01\x02\x03\x04\x05\x06\x07\x08\x01\x03\x03\x07")
#define OURS_4   lc_addr_v4(0xc6120001) /* 198.18.0.1 */
#define THEIRS_4 lc_addr_v4(0xc6130203) /* 198.19.2.3 */

static struct lc_cookie_key key;
static struct lc_frame_maker maker;

static struct lc_addr v6(const char *text)
{
    struct lc_addr a;

    assert_int_equal(lc_addr_parse(lc_slice_str(text), &a), LC_OK);
    return a;
}

static int setup(void **state)
{
    static const struct lc_frame_link link = {{2, 0, 0, 0, 0, 2}, {2, 0, 0, 0, 0, 1}};
    static const uint8_t secret[16] = "0123456789abcdef";

    (void)state;
    lc_cookie_key_init(&key, secret, 20000, 24095);
    return lc_frame_init(&maker, &key, &link) == LC_OK ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    lc_frame_free(&maker);
    return 0;
}

static void put16(uint8_t *p, unsigned v)
{
    p[0] = (uint8_t)(v >> 8);
    p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
    put16(p, v >> 16);
    put16(p + 2, v & 0xffff);
}

/* ---- what leaves ---- */

static void a_syn_over_ipv4_is_that_of_a_common_system(void **state)
{
    uint8_t want[74] = {
        2,    0,    0,    0,    0,   2,  2,    0,  0,  0, 0, 1, 8, 0, /* Ethernet */
        0x45, 0,    0,    60,   0,   0,  0x40, 0,  64, 6, 0, 0, /* IPv4: no fragments, TTL 64, TCP
                                                                 */
        198,  18,   0,    1,    198, 19, 2,    3,               /* from, to */
        0,    0,    0x02, 0x2a, 0,   0,  0,    0,  0,  0, 0, 0, /* ports (554), sequence,
                                                                   acknowledged */
        0xa0, 0x02, 0xfa, 0xf0, 0,   0,  0,    0,               /* SYN, window 64,240 */
        2,    4,    0x05, 0xb4, 4,   2,  8,    10, 0,  0, 0, 0, 0, 0,
        0,                          /* MSS 1,460, SACK, timestamps */
        0,    1,    3,    3,    7}; /* no-op, window scale 7 */
    struct lc_addr a = OURS_4, b = THEIRS_4;
    struct lc_cookie c = lc_cookie_make(&key, &a, &b, TCP(554));
    uint8_t got[LC_FRAME_MAX];

    (void)state;
    assert_int_equal(lc_frame_make(&maker, &a, &b, TCP(554), got), 74);
    put16(want + 18, c.ip_id);
    put16(want + 34, c.port);
    put32(want + 38, c.seq);
    memcpy(want + 62, got + 62, 4); /* the clock of timestamps starts anywhere */
    kit_resum(want, sizeof want);
    assert_memory_equal(got, want, sizeof want);
}

static void a_syn_over_ipv6_is_that_of_a_common_system(void **state)
{
    uint8_t want[94] = {2, 0,    0,    0,    0, 2, 2, 0, 0,  0, 0,
                        1, 0x86, 0xdd, 0x60, 0, 0, 0, 0, 40, 6, 64};
    static const uint8_t tail[28] = {0xa0, 0x02, 0xfd, 0x20, 0, 0, 0, 0, 2, 4, 0x05, 0xa0, 4, 2,
                                     8,    10,   0,    0,    0, 0, 0, 0, 0, 0, 1,    3,    3, 7};
    struct lc_addr a = v6("2001:db8::1"), b = v6("2001:db8:1::2");
    struct lc_cookie c = lc_cookie_make(&key, &a, &b, TCP(80));
    uint8_t got[LC_FRAME_MAX];

    (void)state;
    assert_int_equal(lc_frame_make(&maker, &a, &b, TCP(80), got), 94);
    want[15] = got[15] & 15; /* flow label: any */
    want[16] = got[16];
    want[17] = got[17];
    memcpy(want + 22, a.b, 16);
    memcpy(want + 38, b.b, 16);
    put16(want + 54, c.port);
    put16(want + 56, 80);
    put32(want + 58, c.seq);
    memcpy(want + 66, tail, 28);
    memcpy(want + 82, got + 82, 4);
    kit_resum(want, sizeof want);
    assert_memory_equal(got, want, sizeof want);
}

static void a_datagram_carries_the_protocols_own_question(void **state)
{
    struct lc_addr a = OURS_4, b = THEIRS_4;
    struct lc_cookie c = lc_cookie_make(&key, &a, &b, KIT(1));
    uint8_t want[56] = {2,
                        0,
                        0,
                        0,
                        0,
                        2,
                        2,
                        0,
                        0,
                        0,
                        0,
                        1,
                        8,
                        0,
                        0x45,
                        0,
                        0,
                        42,
                        0,
                        0,
                        0x40,
                        0,
                        64,
                        17,
                        0,
                        0,
                        198,
                        18,
                        0,
                        1,
                        198,
                        19,
                        2,
                        3,
                        0,
                        0,
                        KIT_PORT >> 8,
                        KIT_PORT & 255,
                        0,
                        22,
                        0,
                        0,
                        'k',
                        'i',
                        't',
                        1};
    uint8_t got[LC_FRAME_MAX];

    (void)state;
    kit_tail[0] = kit_tail[1] = 0xaa;
    assert_int_equal(lc_frame_make(&maker, &a, &b, KIT(1), got), 56);
    put16(want + 18, c.ip_id);
    put16(want + 34, c.port);
    memcpy(want + 46, &c.nonce, 8);
    want[54] = want[55] = 0xaa;
    kit_resum(want, sizeof want);
    assert_memory_equal(got, want, sizeof want);
}

static void a_datagram_over_ipv6_has_a_checksum_of_its_own(void **state)
{
    struct lc_addr a = v6("2001:db8::1"), b = v6("2001:db8:1::2");
    uint8_t got[LC_FRAME_MAX], again[76];

    (void)state;
    assert_int_equal(lc_frame_make(&maker, &a, &b, KIT(0), got), 76);
    memcpy(again, got, sizeof again);
    put16(again + 60, 0);
    kit_resum(again, sizeof again);
    assert_memory_equal(got, again, sizeof again);
}

/* RFC 768: a sum of 0 is sent as all ones. One of 65,536 tails gives it. */
static void a_checksum_of_zero_is_sent_as_all_ones(void **state)
{
    struct lc_addr a = OURS_4, b = THEIRS_4;
    uint8_t got[LC_FRAME_MAX];
    unsigned zeros = 0;

    (void)state;
    for (unsigned i = 0; i < 65536; i++) {
        put16(kit_tail, i);
        assert_int_equal(lc_frame_make(&maker, &a, &b, KIT(0), got), 56);
        assert_false(got[40] == 0 && got[41] == 0);
        zeros += got[40] == 0xff && got[41] == 0xff;
    }
    assert_int_equal(zeros, 1);
}

static void what_has_no_answer_to_its_own_port_is_not_asked(void **state)
{
    struct lc_addr a = OURS_4, b = THEIRS_4;
    uint8_t got[LC_FRAME_MAX];

    (void)state;
    assert_true(lc_frame_can_ask(TCP(1)));
    assert_false(lc_frame_can_ask(TCP(0)));
    assert_true(lc_frame_can_ask(KIT(1)));
    assert_false(lc_frame_can_ask(KIT(2)));
    assert_false(lc_frame_can_ask((struct lc_sweep_port){.port = 1, .dgram = LC_D_SSDP}));
    assert_int_equal(lc_frame_make(&maker, &a, &b, KIT(2), got), 0);
}

/* ---- what comes in ---- */

static struct kit_answer tcp_answer(struct lc_addr us, struct lc_addr them, uint16_t port,
                                    uint8_t flags)
{
    struct lc_cookie c = lc_cookie_make(&key, &us, &them, TCP(port));

    return (struct kit_answer){.what = KIT_TCP,
                               .from = them,
                               .to = us,
                               .from_port = port,
                               .to_port = c.port,
                               .ack = c.seq + 1,
                               .window = 65160,
                               .flags = flags,
                               .options = LINUX};
}

static struct kit_answer udp_answer(struct lc_addr us, struct lc_addr them,
                                    struct lc_sweep_port asked, uint8_t token[static 8])
{
    struct lc_cookie c = lc_cookie_make(&key, &us, &them, asked);

    memcpy(token, &c.nonce, 8);
    return (struct kit_answer){.what = KIT_UDP,
                               .from = them,
                               .to = us,
                               .from_port = asked.port,
                               .to_port = c.port,
                               .payload = lc_slice_of(token, 8)};
}

static struct kit_answer icmp_answer(struct lc_addr us, struct lc_addr them, struct lc_addr router,
                                     struct lc_sweep_port asked)
{
    struct lc_cookie c = lc_cookie_make(&key, &us, &them, asked);

    return (struct kit_answer){.what = KIT_ICMP,
                               .from = router,
                               .to = us,
                               .from_port = asked.port,
                               .to_port = c.port,
                               .ack = c.seq,
                               .type = lc_addr_is_v4(&us) ? 3 : 1,
                               .code = lc_addr_is_v4(&us) ? 3 : 4,
                               .quoted_proto = asked.dgram ? 17 : 6,
                               .quoted_to = them};
}

static enum lc_status parse(const struct kit_answer *a, struct lc_answer *out)
{
    uint8_t frame[2048];
    size_t n = kit_frame(a, frame);

    return lc_frame_parse(&key, lc_slice_of(frame, n), false, out);
}

static void check(const struct kit_answer *a, const struct lc_addr *from, struct lc_sweep_port port,
                  enum lc_answer_kind kind, uint32_t flags)
{
    struct lc_answer got;

    assert_int_equal(parse(a, &got), LC_OK);
    assert_int_equal(lc_addr_cmp(&got.from, from), 0);
    assert_int_equal(got.port.port, port.port);
    assert_int_equal(got.port.dgram, port.dgram);
    assert_int_equal(got.port.variant, port.variant);
    assert_int_equal(got.kind, kind);
    assert_int_equal(got.flags, flags);
}

static void a_syn_ack_opens_and_a_reset_refuses(void **state)
{
    struct lc_addr us[2] = {OURS_4, v6("2001:db8::1")}, them[2] = {THEIRS_4, v6("2001:db8:1::2")};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct kit_answer a = tcp_answer(us[i], them[i], 554, KIT_SYN_ACK);

        check(&a, &them[i], TCP(554), LC_ANSWER_OPEN, 0);
        a.flags = KIT_RST_ACK;
        check(&a, &them[i], TCP(554), LC_ANSWER_REFUSED, 0);
        a.flags = KIT_RST;
        check(&a, &them[i], TCP(554), LC_ANSWER_REFUSED, 0);
        a.ack--; /* some acknowledge what was before the SYN */
        check(&a, &them[i], TCP(554), LC_ANSWER_REFUSED, 0);
    }
}

static void a_middlebox_shows_by_window_and_options(void **state)
{
    struct lc_addr them = THEIRS_4;
    struct kit_answer a = tcp_answer(OURS_4, them, 80, KIT_SYN_ACK);

    (void)state;
    a.window = 0;
    check(&a, &them, TCP(80), LC_ANSWER_OPEN, LC_HEARD_WINDOW_ZERO);
    a.options = LC_S("");
    check(&a, &them, TCP(80), LC_ANSWER_OPEN, LC_HEARD_WINDOW_ZERO | LC_HEARD_NO_OPTIONS);
    a.window = 1;
    a.options = LC_S("\x01\x01\x01\x00"); /* padding is no option */
    check(&a, &them, TCP(80), LC_ANSWER_OPEN, LC_HEARD_NO_OPTIONS);
    a.options = LC_S("\x00\x02\x04\x05"); /* nothing counts behind the end */
    check(&a, &them, TCP(80), LC_ANSWER_OPEN, LC_HEARD_NO_OPTIONS);
    a.options = LC_S("\x01\x02\xff\x05"); /* a length that lies */
    check(&a, &them, TCP(80), LC_ANSWER_OPEN, 0);
}

static void other_flags_and_numbers_are_no_answer(void **state)
{
    struct kit_answer a = tcp_answer(OURS_4, THEIRS_4, 80, 0);
    struct lc_answer got;

    (void)state;
    for (unsigned flags = 0; flags < 64; flags++) {
        unsigned heart = flags & 0x17;
        bool good = heart == KIT_SYN_ACK || heart == KIT_RST || heart == KIT_RST_ACK;

        a.flags = (uint8_t)flags;
        assert_int_equal(parse(&a, &got) == LC_OK, good);
    }
    a = tcp_answer(OURS_4, THEIRS_4, 80, KIT_SYN_ACK);
    a.ack--;
    assert_int_equal(parse(&a, &got), LC_EREFUSED);
    a.ack += 2;
    assert_int_equal(parse(&a, &got), LC_EREFUSED);
    a.flags = KIT_RST;
    assert_int_equal(parse(&a, &got), LC_EREFUSED);
    a = tcp_answer(OURS_4, THEIRS_4, 80, KIT_SYN_ACK);
    a.from_port = 81; /* from a port that was asked otherwise */
    assert_int_equal(parse(&a, &got), LC_EREFUSED);
    a = tcp_answer(OURS_4, THEIRS_4, 80, KIT_SYN_ACK);
    a.to_port = 19999; /* not one of ours: other people's traffic */
    assert_int_equal(parse(&a, &got), LC_EPARSE);
}

static void a_datagram_answers_by_its_token_from_any_port(void **state)
{
    struct lc_addr us[2] = {OURS_4, v6("2001:db8::1")}, them[2] = {THEIRS_4, v6("2001:db8:1::2")};

    (void)state;
    for (size_t i = 0; i < 4; i++) {
        struct lc_sweep_port asked = KIT((uint8_t)(i / 2));
        uint8_t token[9];
        struct kit_answer a = udp_answer(us[i % 2], them[i % 2], asked, token);
        struct lc_answer got;

        check(&a, &them[i % 2], asked, LC_ANSWER_OPEN, 0);
        a.from_port = 50000;
        check(&a, &them[i % 2], asked, LC_ANSWER_OPEN, 0);
        token[8] = 7;
        a.payload.n = 9; /* an odd length */
        check(&a, &them[i % 2], asked, LC_ANSWER_OPEN, 0);
        token[3] ^= 1;
        assert_int_equal(parse(&a, &got), LC_EREFUSED);
        a.payload.n = 0;
        assert_int_equal(parse(&a, &got), LC_EREFUSED);
    }
}

static void a_datagram_without_a_place_for_tokens_answers_by_its_ports(void **state)
{
    struct lc_addr them = THEIRS_4;
    uint8_t token[8];
    struct kit_answer a = udp_answer(OURS_4, them, KIT_B, token);
    struct lc_answer got;

    (void)state;
    a.payload = LC_S("anything");
    check(&a, &them, KIT_B, LC_ANSWER_OPEN, 0);
    a.from_port++;
    assert_int_equal(parse(&a, &got), LC_EREFUSED);
    a.from_port--;
    a.to_port = (uint16_t)(a.to_port == 20000 ? 20001 : a.to_port - 1);
    assert_int_equal(parse(&a, &got), LC_EREFUSED);
}

static void a_datagram_without_checksum_counts_in_ipv4_only(void **state)
{
    struct lc_addr us[2] = {OURS_4, v6("2001:db8::1")}, them[2] = {THEIRS_4, v6("2001:db8:1::2")};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        uint8_t token[8], frame[2048];
        struct kit_answer a = udp_answer(us[i], them[i], KIT(0), token);
        size_t n = kit_frame(&a, frame), at = i ? 60 : 40;
        struct lc_answer got;

        frame[at] = frame[at + 1] = 0;
        assert_int_equal(lc_frame_parse(&key, lc_slice_of(frame, n), false, &got) == LC_OK, i == 0);
    }
}

static void an_error_is_a_refusal_from_the_address_and_a_dead_end_from_others(void **state)
{
    struct lc_addr us[2] = {OURS_4, v6("2001:db8::1")}, them[2] = {THEIRS_4, v6("2001:db8:1::2")};
    struct lc_addr router[2] = {lc_addr_v4(0xc6120002), v6("2001:db8::ff")};
    const struct lc_sweep_port asked[3] = {TCP(554), KIT(1), KIT_B};

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        size_t f = i % 2;
        struct kit_answer a = icmp_answer(us[f], them[f], them[f], asked[i / 2]);
        struct lc_answer got;

        check(&a, &them[f], asked[i / 2], LC_ANSWER_REFUSED, 0);
        a.from = router[f];
        check(&a, &them[f], asked[i / 2], LC_ANSWER_UNREACHABLE, 0);
        a.type = f ? 3 : 11; /* time exceeded */
        a.code = 0;
        check(&a, &them[f], asked[i / 2], LC_ANSWER_UNREACHABLE, 0);
        a.type = f ? 128 : 8; /* an echo request that carries the same bytes */
        assert_int_equal(parse(&a, &got), LC_EPARSE);
        a = icmp_answer(us[f], them[f], them[f], asked[i / 2]);
        a.ack++; /* a sequence number that we did not send; a datagram has none */
        assert_int_equal(parse(&a, &got), i / 2 ? LC_OK : LC_EREFUSED);
        a = icmp_answer(us[f], them[f], them[f], asked[i / 2]);
        a.from_port++;
        assert_int_equal(parse(&a, &got), LC_EREFUSED);
        a = icmp_answer(us[f], them[f], them[f], asked[i / 2]);
        a.quoted_to = router[f]; /* about somebody else */
        assert_int_equal(parse(&a, &got), LC_EREFUSED);
        a.quoted_proto = 47;
        assert_int_equal(parse(&a, &got), LC_EPARSE);
    }
}

/* Every kind of answer, both families. */
static size_t sample(size_t i, uint8_t frame[static 2048])
{
    struct lc_addr us[2] = {OURS_4, v6("2001:db8::1")}, them[2] = {THEIRS_4, v6("2001:db8:1::2")};
    static uint8_t token[8];
    struct kit_answer a;
    size_t f = i % 2;

    switch (i / 2) {
    case 0:
        a = tcp_answer(us[f], them[f], 554, KIT_SYN_ACK);
        break;
    case 1:
        a = tcp_answer(us[f], them[f], 37777, KIT_RST_ACK);
        break;
    case 2:
        a = udp_answer(us[f], them[f], KIT(1), token);
        break;
    case 3:
        a = icmp_answer(us[f], them[f], them[f], TCP(80));
        break;
    default:
        a = icmp_answer(us[f], them[f], them[f], KIT(0));
        break;
    }
    return kit_frame(&a, frame);
}
#define SAMPLES 10

static void every_truncation_is_refused_and_padding_is_not(void **state)
{
    struct lc_answer got;

    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        uint8_t frame[2048];
        size_t n = sample(i, frame);

        for (size_t cut = 0; cut < n; cut++) {
            uint8_t *exact = lc_alloc(cut); /* a read past the end is seen */

            assert_non_null(exact);
            memcpy(exact, frame, cut);
            assert_int_equal(lc_frame_parse(&key, lc_slice_of(exact, cut), false, &got), LC_EPARSE);
            assert_int_equal(lc_frame_parse(&key, lc_slice_of(exact, cut), true, &got), LC_EPARSE);
            lc_free(exact);
        }
        memset(frame + n, 0x5a, 18);
        assert_int_equal(lc_frame_parse(&key, lc_slice_of(frame, n + 18), false, &got), LC_OK);
    }
}

/* RFC 1071's sum finds every single wrong bit that it covers. Not covered: the hardware addresses
 * and, in IPv6, class, flow label and hop limit. */
static void every_wrong_bit_is_found(void **state)
{
    struct lc_answer got;

    (void)state;
    for (size_t i = 0; i < SAMPLES; i++) {
        uint8_t frame[2048];
        size_t n = sample(i, frame);

        for (size_t bit = 12 * 8; bit < n * 8; bit++) {
            size_t byte = bit / 8;
            bool covered = i % 2 == 0 || byte < 14 || byte > 21 || byte == 18 || byte == 19 ||
                           byte == 20 || (byte == 14 && bit % 8 < 4);

            frame[byte] ^= (uint8_t)(0x80U >> bit % 8);
            assert_int_equal(lc_frame_parse(&key, lc_slice_of(frame, n), false, &got) == LC_OK,
                             !covered);
            frame[byte] ^= (uint8_t)(0x80U >> bit % 8);
        }
    }
}

/* With the sums made right again, no change of what the cookie is made of is believed. */
static void every_wrong_bit_of_the_cookie_is_found_behind_a_right_checksum(void **state)
{
    struct lc_answer got;

    (void)state;
    for (size_t i = 0; i < 2; i++) { /* a SYN-ACK; a reset has two right numbers */
        uint8_t frame[2048];
        size_t n = sample(i, frame), addr = i % 2 ? 22 : 26, l4 = i % 2 ? 54 : 34;

        for (size_t bit = addr * 8; bit < (l4 + 12) * 8; bit++) {
            uint8_t bent[2048];

            if (bit / 8 >= l4 + 4 && bit / 8 < l4 + 8)
                continue; /* their sequence number is theirs */
            memcpy(bent, frame, n);
            bent[bit / 8] ^= (uint8_t)(0x80U >> bit % 8);
            kit_resum(bent, n);
            assert_int_not_equal(lc_frame_parse(&key, lc_slice_of(bent, n), false, &got), LC_OK);
        }
    }
}

static void fragments_tags_and_extension_headers_are_refused(void **state)
{
    uint8_t frame[2048], tagged[2048];
    struct lc_answer got;
    size_t n = sample(0, frame);

    (void)state;
    frame[20] = 0x20; /* more fragments */
    kit_resum(frame, n);
    assert_int_equal(lc_frame_parse(&key, lc_slice_of(frame, n), false, &got), LC_EPARSE);
    frame[20] = 0;
    frame[21] = 1; /* a later one */
    kit_resum(frame, n);
    assert_int_equal(lc_frame_parse(&key, lc_slice_of(frame, n), false, &got), LC_EPARSE);
    frame[20] = 0x40; /* do not fragment: fine */
    frame[21] = 0;
    kit_resum(frame, n);
    assert_int_equal(lc_frame_parse(&key, lc_slice_of(frame, n), false, &got), LC_OK);
    memcpy(tagged, frame, 12);
    memcpy(tagged + 12, "\x81\x00\x00\x05", 4);
    memcpy(tagged + 16, frame + 12, n - 12);
    assert_int_equal(lc_frame_parse(&key, lc_slice_of(tagged, n + 4), false, &got), LC_EPARSE);
    n = sample(1, frame);
    memmove(frame + 62, frame + 54, n - 54);
    memcpy(frame + 54, "\x06\x00\x01\x04\x00\x00\x00\x00", 8); /* destination options, then TCP */
    frame[19] = (uint8_t)(frame[19] + 8);
    frame[20] = 60;
    assert_int_equal(lc_frame_parse(&key, lc_slice_of(frame, n + 8), true, &got), LC_EPARSE);
}

static void ip_options_are_stepped_over(void **state)
{
    uint8_t frame[2048];
    struct lc_answer got;
    size_t n = sample(0, frame);

    (void)state;
    memmove(frame + 38, frame + 34, n - 34);
    memcpy(frame + 34, "\x94\x04\x00\x00", 4); /* router alert */
    frame[14] = 0x46;
    frame[17] = (uint8_t)(frame[17] + 4);
    kit_resum(frame, n + 4);
    assert_int_equal(lc_frame_parse(&key, lc_slice_of(frame, n + 4), false, &got), LC_OK);
    frame[14] = 0x44; /* a header shorter than a header */
    kit_resum(frame, n + 4);
    assert_int_equal(lc_frame_parse(&key, lc_slice_of(frame, n + 4), false, &got), LC_EPARSE);
}

/* A sender on this machine leaves the transport's sum to a card that there is not. */
static void an_unfilled_checksum_is_forgiven_only_when_the_kernel_says_so(void **state)
{
    struct lc_answer got;

    (void)state;
    for (size_t i = 0; i < 6; i++) {
        uint8_t frame[2048];
        size_t n = sample(i, frame), l4 = i % 2 ? 54 : 34;

        frame[l4 + (i / 2 == 2 ? 6 : 16)] ^= 0x5a;
        assert_int_equal(lc_frame_parse(&key, lc_slice_of(frame, n), false, &got), LC_EPARSE);
        assert_int_equal(lc_frame_parse(&key, lc_slice_of(frame, n), true, &got), LC_OK);
        frame[l4 + 2] ^= 1; /* but never the cookie */
        assert_int_not_equal(lc_frame_parse(&key, lc_slice_of(frame, n), true, &got), LC_OK);
    }
}

static void our_own_questions_are_no_answers(void **state)
{
    struct lc_addr us[2] = {OURS_4, v6("2001:db8::1")}, them[2] = {THEIRS_4, v6("2001:db8:1::2")};
    uint8_t frame[LC_FRAME_MAX];
    struct lc_answer got;

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        size_t n = lc_frame_make(&maker, &us[i], &them[i], TCP(20001), frame);

        assert_int_not_equal(lc_frame_parse(&key, lc_slice_of(frame, n), false, &got), LC_OK);
        n = lc_frame_make(&maker, &us[i], &them[i], KIT(0), frame);
        assert_int_not_equal(lc_frame_parse(&key, lc_slice_of(frame, n), false, &got), LC_OK);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_syn_over_ipv4_is_that_of_a_common_system),
        cmocka_unit_test(a_syn_over_ipv6_is_that_of_a_common_system),
        cmocka_unit_test(a_datagram_carries_the_protocols_own_question),
        cmocka_unit_test(a_datagram_over_ipv6_has_a_checksum_of_its_own),
        cmocka_unit_test(a_checksum_of_zero_is_sent_as_all_ones),
        cmocka_unit_test(what_has_no_answer_to_its_own_port_is_not_asked),
        cmocka_unit_test(a_syn_ack_opens_and_a_reset_refuses),
        cmocka_unit_test(a_middlebox_shows_by_window_and_options),
        cmocka_unit_test(other_flags_and_numbers_are_no_answer),
        cmocka_unit_test(a_datagram_answers_by_its_token_from_any_port),
        cmocka_unit_test(a_datagram_without_a_place_for_tokens_answers_by_its_ports),
        cmocka_unit_test(a_datagram_without_checksum_counts_in_ipv4_only),
        cmocka_unit_test(an_error_is_a_refusal_from_the_address_and_a_dead_end_from_others),
        cmocka_unit_test(every_truncation_is_refused_and_padding_is_not),
        cmocka_unit_test(every_wrong_bit_is_found),
        cmocka_unit_test(every_wrong_bit_of_the_cookie_is_found_behind_a_right_checksum),
        cmocka_unit_test(fragments_tags_and_extension_headers_are_refused),
        cmocka_unit_test(ip_options_are_stepped_over),
        cmocka_unit_test(an_unfilled_checksum_is_forgiven_only_when_the_kernel_says_so),
        cmocka_unit_test(our_own_questions_are_no_answers),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
