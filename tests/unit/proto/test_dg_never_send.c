/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The promise of the tool for the makers' discovery over UDP: whatever is asked for, what leaves is
 * one of a closed set of datagrams. Here the set stands a second time, written from the facts
 * (protocols.md A0 and A3), not from the builders; thousands of random asks are held against it,
 * and every neighbour of a question that A0 forbids is shown to be outside.
 */
#include "dg_kit.h"

#include <string.h>

#define ASKS 4000U

static uint64_t seed = 0x5EED;

static uint64_t rnd(void) /* splitmix64 */
{
    uint64_t z = seed += 0x9E3779B97F4A7C15U;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

static bool is(struct lc_slice q, const void *bytes, size_t n)
{
    return lc_slice_eq(q, lc_slice_of(bytes, n));
}

/* `q` is `begin`, `n` bytes that `charset` has (NULL: any), `end`. */
static bool between(struct lc_slice q, struct lc_slice begin, size_t n, const char *charset,
                    struct lc_slice end)
{
    if (q.n != begin.n + n + end.n || !lc_slice_starts(q, begin) || !lc_slice_ends(q, end))
        return false;
    for (size_t i = 0; i < n && charset; i++)
        if (q.p[begin.n + i] == 0 || !strchr(charset, q.p[begin.n + i]))
            return false;
    return true;
}

static bool sadp(struct lc_slice q)
{
    const struct lc_slice begin = LC_S("<?xml version=\"1.0\" encoding=\"utf-8\"?><Probe><Uuid>");
    static const char hex[] = "0123456789ABCDEF-";

    return between(q, begin, 36, hex, LC_S("</Uuid><Types>inquiry</Types></Probe>")) ||
           between(q, begin, 36, hex, LC_S("</Uuid><Types>inquiry_v32</Types></Probe>"));
}

static bool dhip(struct lc_slice q)
{
    static const char want[] =
        "\x20\0\0\0DHIP\0\0\0\0\0\0\0\0\x49\0\0\0\0\0\0\0\x49\0\0\0\0\0\0\0"
        "{ \"method\" : \"DHDiscover.search\", \"params\" : { \"mac\" : \"\", \"uni\" : 1 } }\n";

    return is(q, want, sizeof want - 1);
}

static bool dhlegacy(struct lc_slice q)
{
    static const uint8_t want[32] = {0xA3, 0x01, 0x00, 0x01, [16] = 0x02};

    return is(q, want, sizeof want);
}

static bool xm(struct lc_slice q)
{
    static const uint8_t want[20] = {0xFF, [14] = 0xFA, [15] = 0x05};

    return is(q, want, sizeof want);
}

static bool mhed(struct lc_slice q)
{
    static const uint8_t want[140] = {'M', 'H', 'E', 'D', 8, 0, 1, 0, 1};

    return is(q, want, sizeof want);
}

/* Serial and checksum are free, the rest is a header and one member. */
static bool tdp(struct lc_slice q)
{
    static const uint8_t head[8] = {2, 0, 0, 1, 0x01, 0xE5, 17, 0};
    const struct lc_slice begin = LC_S("{\"params\":{\"rsa_key\":\"-----BEGIN PUBLIC KEY-----\\n");
    static const char base64[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/\\";
    const struct lc_slice end = LC_S("-----END PUBLIC KEY-----\\n\"}}");

    return q.n == 16 + 485 && memcmp(q.p, head, 8) == 0 &&
           between(lc_slice_from(q, 16), begin, 485 - begin.n - end.n, base64, end);
}

static bool miio(struct lc_slice q)
{
    uint8_t want[32];

    memset(want, 0xFF, sizeof want);
    memcpy(want, "\x21\x31\x00\x20", 4);
    return is(q, want, sizeof want);
}

static bool cs2(struct lc_slice q)
{
    return is(q, "\xf1\x30\0\0", 4) || is(q, "\xf1\x32\0\0", 4);
}

/* RFC 3414 section 4: version 3, no engine, nobody, no variable; a community is a password. */
static bool snmp(struct lc_slice q)
{
    static const uint8_t after[] = {2,    3,  0, 0xff, 0xe3, 4, 1, 4, 2, 1,    3,    4, 16,
                                    0x30, 14, 4, 0,    2,    1, 0, 2, 1, 0,    4,    0, 4,
                                    0,    4,  0, 0x30, 20,   4, 0, 4, 0, 0xa0, 14,   2, 4,
                                    0,    0,  0, 0,    2,    1, 0, 2, 1, 0,    0x30, 0};

    return q.n == 64 && lc_slice_starts(q, LC_S("\x30\x3e\x02\x01\x03\x30\x11\x02\x04")) &&
           is(lc_slice_from(q, 13), after, sizeof after);
}

static const struct {
    enum lc_dgram_id id;
    unsigned variants;
    bool (*allowed)(struct lc_slice q);
} protocols[] = {
    {LC_D_SADP, 2, sadp}, {LC_D_DHIP, 1, dhip}, {LC_D_DHLEGACY, 1, dhlegacy},
    {LC_D_XM, 1, xm},     {LC_D_MHED, 1, mhed}, {LC_D_TDP, 1, tdp},
    {LC_D_MIIO, 1, miio}, {LC_D_CS2, 2, cs2},   {LC_D_SNMP, 1, snmp},
};

static void every_ask_builds_one_of_the_closed_set(void **state)
{
    (void)state;
    for (size_t p = 0; p < sizeof protocols / sizeof *protocols; p++) {
        const struct lc_dgram *d = lc_dgram_get(protocols[p].id);

        assert_int_equal(d->variants, protocols[p].variants);
        for (unsigned i = 0; i < ASKS; i++) {
            uint64_t r = rnd();
            struct lc_dgram_ask ask = {.nonce = i % 8    ? rnd()
                                                : i % 16 ? UINT64_MAX
                                                         : 0,
                                       .variant = i % 4 ? (unsigned)(r % d->variants)
                                                        : (unsigned)r, /* and past the last */
                                       .multicast = r >> 32 & 1,
                                       .v6 = r >> 33 & 1};
            struct lc_buf q = dg_build(protocols[p].id, &ask);

            if (!protocols[p].allowed(lc_buf_view(&q)))
                fail_msg("%s built what it never may: %.*s", d->name, (int)q.n, (const char *)q.p);
            lc_buf_free(&q);
        }
    }
}

static void what_is_only_listened_to_can_ask_nothing(void **state)
{
    static const enum lc_dgram_id ids[] = {LC_D_TUYA, LC_D_TUYAENC, LC_D_TUTK};

    (void)state;
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
        assert_null(lc_dgram_get(ids[i])->build);
        assert_int_equal(lc_dgram_get(ids[i])->variants, 0);
        assert_false(lc_dgram_get(ids[i])->unicast || lc_dgram_get(ids[i])->broadcast);
    }
}

/* The set can say no: each word or number that A0 forbids, put where the question has its own. */
static void the_forbidden_neighbours_are_outside(void **state)
{
    static const char *const words[] = {
        "activate",    "update",        "reboot",       "restore",          "SetMailBox",
        "ezvizUnbind", "resetPassword", "securityCode", "getencryptstring", "exchangecode",
        "GetQRcodes",  "getBindList",   "inquiry_v33",  "Inquiry"};
    uint8_t bytes[140] = {'M', 'H', 'E', 'D', 8, 0, 1, 0, 3};
    char text[200];
    int n;

    (void)state;
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        n = snprintf(text, sizeof text,
                     "<?xml version=\"1.0\" encoding=\"utf-8\"?><Probe><Uuid>"
                     "01234567-89AB-CDEF-0123-456789ABCDEF</Uuid><Types>%s</Types></Probe>",
                     words[i]);
        assert_false(sadp(lc_slice_of(text, (size_t)n)));
    }
    assert_false(mhed(lc_slice_of(bytes, 140)));
    memset(bytes, 0, sizeof bytes);
    bytes[0] = 0xFF;
    bytes[14] = 0xFC; /* 1532 */
    bytes[15] = 0x05;
    assert_false(xm(lc_slice_of(bytes, 20)));
    assert_false(cs2(LC_S("\xf1\x41\0\0")));
    assert_false(cs2(LC_S("\xf1\x20\0\0")));
    assert_false(dhip(LC_S("\x20\0\0\0DHIP")));
    assert_false(miio(LC_S("\x21\x31\x00\x20")));
    /* version 2c, community public */
    assert_false(snmp(LC_S("\x30\x0d\x02\x01\x01\x04\x06public\xa0\x00")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_ask_builds_one_of_the_closed_set),
        cmocka_unit_test(what_is_only_listened_to_can_ask_nothing),
        cmocka_unit_test(the_forbidden_neighbours_are_outside),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
