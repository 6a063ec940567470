/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the small vendors' LAN searches may send, written a second time from facts on protocols (A0,
 * A3): for any nonce, variant and way of asking, a question is exactly one of this closed set. The
 * orders that change a device lie one byte or one word beside it: VStarcam's and Foscam's
 * set-network, HiChip's CMD (which resets the password, CVE-2020-9529), Hanwha's other first bytes,
 * the XML protocol of Reolink's that opens a connection.
 */
#include "dg_kit.h"
#include "base/hash.h"

#include <stdio.h>
#include <string.h>

#define ASKS 20000U

static const enum lc_dgram_id mine[] = {LC_D_REOLINK, LC_D_HANWHA,   LC_D_BOSCH, LC_D_VIVOTEK,
                                        LC_D_FOSCAM,  LC_D_VSTARCAM, LC_D_V380,  LC_D_HICHIP};

static bool is_bytes(struct lc_slice q, const char *bytes, size_t n)
{
    return lc_slice_eq(q, lc_slice_of(bytes, n));
}

static bool is_hanwha(struct lc_slice q)
{
    for (size_t i = 1; i < q.n; i++)
        if (q.p[i] != 0)
            return false;
    return q.n == 0x106 && q.p[0] == 0x01;
}

static bool is_bosch(struct lc_slice q)
{
    return q.n == 12 && memcmp(q.p, "\x99\x39\xA4\x27", 4) == 0 &&
           memcmp(q.p + 8, "\xFF\x00\x06\xDE", 4) == 0;
}

static bool is_vivotek(struct lc_slice q)
{
    return q.n == 5 && memcmp(q.p + 1, "\x4A\x5D\x8F\x1C", 4) == 0;
}

static bool is_foscam(struct lc_slice q)
{
    static const char want[] = "MO_I\0\0" /* type 0: search; 1 and more are answers and orders */
                               "\0\0\0\0\0\0\0\0\0"
                               "\4\0\0\0\4\0\0\0"
                               "\0\0\0\1";

    return is_bytes(q, want, sizeof want - 1);
}

static bool is_hichip(struct lc_slice q)
{
    static const char head[] = "SEARCH * HDS/1.0\r\nCSeq:1\r\nClient-ID:";
    static const char tail[] = "\r\nAccept-Type:text/HDP\r\nContent-Length:0\r\n\r\n";
    size_t h = sizeof head - 1, t = sizeof tail - 1;

    if (q.n != h + 16 + t || memcmp(q.p, head, h) != 0 || memcmp(q.p + h + 16, tail, t) != 0)
        return false;
    for (size_t i = h; i < h + 16; i++)
        if (!strchr("0123456789abcdef", q.p[i]))
            return false;
    return true;
}

static bool allowed(enum lc_dgram_id id, struct lc_slice q)
{
    switch ((int)id) {
    case LC_D_REOLINK:
        return is_bytes(q, "\xAA\xAA\0\0", 4);
    case LC_D_HANWHA:
        return is_hanwha(q);
    case LC_D_BOSCH:
        return is_bosch(q);
    case LC_D_VIVOTEK:
        return is_vivotek(q);
    case LC_D_FOSCAM:
        return is_foscam(q);
    case LC_D_VSTARCAM:
        return is_bytes(q, "\x44\x48\x01\x01", 4);
    case LC_D_V380:
        return is_bytes(q, "NVDEVSEARCH^100", 15);
    case LC_D_HICHIP:
        return is_hichip(q);
    default:
        return false;
    }
}

/* A random ask: a known seed, so that a failure comes again. */
static struct lc_dgram_ask random_ask(unsigned i)
{
    static const uint64_t key[2] = {0x6C656E73, 0x636170};
    uint64_t r = lc_siphash(key, lc_slice_of(&i, sizeof i));
    uint64_t more = lc_siphash(key, lc_slice_of(&r, sizeof r));

    return (struct lc_dgram_ask){.nonce = i < 3 ? (uint64_t)i - 1 : r, /* all ones, 0, 1 too */
                                 .variant = (unsigned)(more >> 8) % 8,
                                 .multicast = more & 1,
                                 .v6 = more & 2};
}

static void every_question_is_one_of_the_closed_set(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ASKS; i++) {
        struct lc_dgram_ask ask = random_ask(i);

        for (size_t k = 0; k < sizeof mine / sizeof *mine; k++) {
            struct lc_buf b = dg_build(mine[k], &ask);

            if (!allowed(mine[k], lc_buf_view(&b)))
                fail_msg("%s sends something else", lc_dgram_get(mine[k])->name);
            lc_buf_free(&b);
        }
    }
}

static void the_set_refuses_what_lies_beside_it(void **state)
{
    uint8_t set_network[0x1B] = {'M', 'O', '_', 'I', 2};

    (void)state;
    assert_false(allowed(LC_D_VSTARCAM, LC_S("\x44\x48\x01\x02")));
    assert_false(allowed(LC_D_VSTARCAM, LC_S("\x44\x48\x01\x01\x00")));
    assert_false(allowed(LC_D_FOSCAM, lc_slice_of(set_network, sizeof set_network)));
    assert_false(allowed(LC_D_HICHIP, LC_S("CMD * HDS/1.0\r\nCSeq:1\r\n\r\n")));
    assert_false(allowed(LC_D_V380, LC_S("NVDEVSEARCH^101")));
    assert_false(allowed(LC_D_REOLINK, LC_S("\x3A\xCF\x87\x2A")));
    assert_false(allowed(LC_D_HANWHA, LC_S("\x06")));
    assert_false(allowed(LC_D_BOSCH, LC_S("\x99\x39\xA4\x27\0\0\0\0\xFF\x00\x06\xDF")));
    assert_false(allowed(LC_D_VIVOTEK, LC_S("\x01\x4A\x5D\x8F\x1C\x02")));
}

/* A token must differ between runs, or an old answer would pass for a new one (H5). */
static void tokens_follow_the_nonce(void **state)
{
    static const enum lc_dgram_id with[] = {LC_D_BOSCH, LC_D_VIVOTEK, LC_D_HICHIP};
    struct lc_dgram_ask one = {.nonce = 7}, other = {.nonce = 8};

    (void)state;
    for (size_t k = 0; k < sizeof with / sizeof *with; k++) {
        struct lc_buf a = dg_build(with[k], &one), b = dg_build(with[k], &other);

        assert_true(lc_dgram_get(with[k])->ours(&one, lc_buf_view(&a)));
        assert_false(lc_dgram_get(with[k])->ours(&one, lc_buf_view(&b)));
        lc_buf_free(&a);
        lc_buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_question_is_one_of_the_closed_set),
        cmocka_unit_test(the_set_refuses_what_lies_beside_it),
        cmocka_unit_test(tokens_follow_the_nonce),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
