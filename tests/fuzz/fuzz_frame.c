/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Frames that come in: nothing is accepted that does not carry our cookie.
 *
 * Input: mode 1 | seed 8 | bytes. Mode bit 0: the kernel says the checksum is not filled in. Bit 1:
 * the bytes are not the frame, but are xored over a valid answer that the seed chooses; bit 2: and
 * its checksums made right again. Whatever is accepted is taken apart here once more, by offsets,
 * and must show the cookie of the address, port and question it was accepted for.
 */
#include "fuzz.h"

#include "../unit/discover/frame_kit.h"

#define FRAME 2048U

static struct lc_cookie_key key;

static struct lc_addr address(uint64_t seed, bool v6)
{
    struct lc_addr a = lc_addr_v4(0xc6130000 | (uint32_t)(seed & 0xffff));

    if (v6) {
        memset(a.b, 0, 12);
        a.b[0] = 0x20;
        a.b[1] = 0x01;
    }
    return a;
}

static size_t valid(uint64_t seed, uint8_t frame[static FRAME])
{
    bool v6 = seed >> 60 & 1;
    struct lc_addr us = address(seed >> 16, v6), them = address(seed, v6);
    enum kit_what what = (enum kit_what)((seed >> 40 & 0xff) % 3);
    bool udp = what == KIT_UDP || (what == KIT_ICMP && seed >> 61 & 1);
    struct lc_sweep_port asked = {.port = (uint16_t)(seed >> 32 | 1)};
    struct lc_cookie c;
    uint8_t token[8];

    if (udp)
        asked = (struct lc_sweep_port){KIT_PORT, LC_D_WSD, seed >> 62 & 1};
    c = lc_cookie_make(&key, &us, &them, asked);
    memcpy(token, &c.nonce, 8);
    return kit_frame(&(struct kit_answer){.what = what,
                                          .from = them,
                                          .to = us,
                                          .from_port = asked.port,
                                          .to_port = c.port,
                                          .ack = what == KIT_TCP ? c.seq + 1 : c.seq,
                                          .flags = seed >> 63 ? KIT_SYN_ACK : KIT_RST,
                                          .payload = lc_slice_of(token, 8),
                                          .type = v6 ? 1 : 3,
                                          .quoted_proto = udp ? 17 : 6,
                                          .quoted_to = them},
                     frame);
}

static uint16_t at16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t at32(const uint8_t *p)
{
    return (uint32_t)at16(p) << 16 | at16(p + 2);
}

static struct lc_addr at_addr(const uint8_t *ip, bool v6, bool second)
{
    struct lc_addr a = {.zone = 0};

    if (!v6)
        return lc_addr_v4(at32(ip + (second ? 16 : 12)));
    memcpy(a.b, ip + (second ? 24 : 8), 16);
    return a;
}

/* The header of IP at `ip`, and what it carries. */
static const uint8_t *behind(const uint8_t *ip, bool v6, uint8_t *proto)
{
    *proto = v6 ? ip[6] : ip[9];
    return ip + (v6 ? 40 : (ip[0] & 15) * 4);
}

static void check_icmp(const uint8_t *quoted, const struct lc_answer *a, bool v6)
{
    struct lc_addr us = at_addr(quoted, v6, false), them = at_addr(quoted, v6, true);
    struct lc_cookie c = lc_cookie_make(&key, &us, &them, a->port);
    uint8_t proto;
    const uint8_t *l4 = behind(quoted, v6, &proto);

    FUZZ_CHECK(lc_addr_cmp(&them, &a->from) == 0);
    FUZZ_CHECK(proto == (a->port.dgram ? 17 : 6));
    FUZZ_CHECK(at16(l4) == c.port && at16(l4 + 2) == a->port.port);
    FUZZ_CHECK(a->port.dgram || at32(l4 + 4) == c.seq);
    FUZZ_CHECK(a->kind != LC_ANSWER_OPEN);
}

static void check_tcp(const uint8_t *l4, const struct lc_answer *a, const struct lc_cookie *c)
{
    uint32_t ack = at32(l4 + 8);

    FUZZ_CHECK(a->port.dgram == 0 && at16(l4) == a->port.port && at16(l4 + 2) == c->port);
    if (a->kind == LC_ANSWER_OPEN)
        FUZZ_CHECK((l4[13] & 0x17) == KIT_SYN_ACK && ack == c->seq + 1);
    else
        FUZZ_CHECK((l4[13] & KIT_RST) && (ack == c->seq || ack == c->seq + 1));
}

static void check_udp(const uint8_t *l4, const struct lc_answer *a, const struct lc_cookie *c)
{
    size_t n = at16(l4 + 4);

    FUZZ_CHECK(a->kind == LC_ANSWER_OPEN && at16(l4 + 2) == c->port && n >= 8);
    if (a->port.dgram == LC_D_WSD)
        FUZZ_CHECK(lc_slice_find(lc_slice_of(l4 + 8, n - 8), lc_slice_of(&c->nonce, 8), 0) !=
                   LC_NPOS);
    else
        FUZZ_CHECK(a->port.dgram == LC_D_DHLEGACY && at16(l4) == a->port.port);
}

static void check(struct lc_slice frame, const struct lc_answer *a)
{
    bool v6 = at16(frame.p + 12) == 0x86dd;
    const uint8_t *ip = frame.p + 14, *l4;
    struct lc_addr us = at_addr(ip, v6, true), them = at_addr(ip, v6, false);
    struct lc_cookie c = lc_cookie_make(&key, &us, &them, a->port);
    uint8_t proto;

    l4 = behind(ip, v6, &proto);
    FUZZ_CHECK(v6 || at16(frame.p + 12) == 0x0800);
    FUZZ_CHECK(lc_frame_can_ask(a->port));
    if (proto == (v6 ? 58 : 1)) {
        check_icmp(l4 + 8, a, v6);
        return;
    }
    FUZZ_CHECK(lc_addr_cmp(&them, &a->from) == 0);
    if (proto == 6) {
        check_tcp(l4, a, &c);
    } else {
        FUZZ_CHECK(proto == 17);
        check_udp(l4, a, &c);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const uint8_t secret[16] = "fedcba9876543210";
    uint8_t frame[FRAME];
    struct lc_answer a;
    struct lc_slice in;
    uint64_t seed;

    lc_cookie_key_init(&key, secret, 20000, 24095);
    if (n < 9)
        return 0;
    memcpy(&seed, p + 1, 8);
    in = lc_slice_sub(lc_slice_of(p, n), 9, FRAME);
    if (p[0] & 2) {
        size_t len = valid(seed, frame);

        for (size_t i = 0; i < in.n && i < len; i++)
            frame[i] ^= in.p[i];
        if (p[0] & 4)
            kit_resum(frame, len);
        in = lc_slice_of(frame, len);
    }
    in = fuzz_copy(in);
    if (lc_frame_parse(&key, in, p[0] & 1, &a) == LC_OK)
        check(in, &a);
    fuzz_free(in);
    return 0;
}
