/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ThroughTek's P2P protocol (TUTK, Kalay) on the LAN, UDP 32761: listened to, never spoken, for
 * its first message already looks for one device by its UID (facts on protocols A3). Little endian,
 * once unshuffled:
 *
 *     off size
 *      0   2   04 02
 *      2   1   version: 12, 19, 1a seen
 *      3   1   02 while a session begins, 0a or 0b in it
 *      4   2   bytes that follow these 16
 *      6   2   sequence
 *      8   2   message
 *     10   1   direction: 12 from a device, 21 from a client
 *     11   5   ..
 *
 * The shuffle works on blocks of 16 bytes: rotate the four words right, mask with a phrase,
 * permute, rotate right again. It hides nothing and is undone here for the first block only. What
 * follows holds UIDs and credentials and is not read. Low evidence: the layout was taken from one
 * open implementation [G2 pkg/tutk], nobody has shown a capture, and on a switched network one
 * rarely overhears a device. Clients that search (direction 21) are phones and say nothing about
 * cameras.
 */
#include "proto/dgram.h"

#define HEAD_N      16U
#define FROM_DEVICE 0x12U

static uint32_t rotl(uint32_t v, unsigned n)
{
    return v << n | v >> (32 - n);
}

static void rotate_words(uint8_t b[static HEAD_N], unsigned first)
{
    for (unsigned i = 0; i < HEAD_N; i += 4) {
        uint32_t v = (uint32_t)b[i] | (uint32_t)b[i + 1] << 8 | (uint32_t)b[i + 2] << 16 |
                     (uint32_t)b[i + 3] << 24;

        v = rotl(v, i + first);
        for (unsigned k = 0; k < 4; k++)
            b[i + k] = (uint8_t)(v >> (8 * k));
    }
}

static void unshuffle(struct lc_slice in, uint8_t out[static HEAD_N])
{
    static const uint8_t from[HEAD_N] = {11, 9, 8, 15, 13, 10, 12, 14, 2, 1, 5, 0, 6, 4, 7, 3};
    static const uint8_t phrase[] = "Charlie is the designer of P2P!!";
    uint8_t turned[HEAD_N];

    for (unsigned i = 0; i < HEAD_N; i++)
        turned[i] = in.p[i];
    rotate_words(turned, 3);
    for (unsigned i = 0; i < HEAD_N; i++)
        out[i] = turned[from[i]] ^ phrase[i];
    rotate_words(out, 1);
}

static bool is_frame(const uint8_t head[static HEAD_N], size_t n)
{
    bool stage = head[3] == 0x02 || head[3] == 0x0A || head[3] == 0x0B;

    return head[0] == 0x04 && head[1] == 0x02 && head[2] >= 0x10 && head[2] < 0x20 && stage &&
           (size_t)(head[4] | head[5] << 8) == n - HEAD_N;
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    uint8_t head[HEAD_N];

    (void)ask;
    (void)from;
    if (in.n < HEAD_N)
        return LC_EPARSE;
    unshuffle(in, head);
    if (!is_frame(head, in.n))
        return LC_EPARSE;
    if (head[10] != FROM_DEVICE)
        return LC_EREFUSED;
    lc_facts_bool(facts, LC_F_TUTK_DEVICE, true);
    return LC_OK;
}

const struct lc_dgram lc_dgram_tutk = {
    .name = "tutk",
    .port = 32761,
    .listen = true,
    .parse = parse,
};
