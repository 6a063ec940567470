/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ring of answers. Layout as in the kernel's Documentation/networking/packet_mmap.rst, third
 * version: blocks, each a header and a chain of frames; a block is ours from the moment its status
 * says so until we write it back.
 *
 * 8 MiB hold some 50,000 answers: an eighth of a second at 400,000 a second. A block that is not
 * full is handed over after 10 ms.
 */
#include "discover/engine_ring.h"

#include "base/tr.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef PACKET_IGNORE_OUTGOING
#define PACKET_IGNORE_OUTGOING 23 /* Linux 4.20 */
#endif

#define BLOCK     (256U << 10)
#define BLOCKS    32U
#define FRAME     2048U /* only that it divides a block */
#define RETIRE_MS 10U
#define READ_MAX  4096U /* frames a call, and what is left of a block */
#define STATS_US  100000

/* ---- the filter ---- */

/* Jumps name their own line and where they lead. */
#define LOAD(size, mode, k) BPF_STMT(BPF_LD | (size) | (mode), (k))
#define JUMP(at, op, k, yes, no)                                                                   \
    BPF_JUMP(BPF_JMP | (op) | BPF_K, (k), (yes) - (at)-1, (no) - (at)-1)

enum line { PORT4 = 13, V6 = 15, PORT6 = 24, RANGE = 25, YES = 27, NO = 28, LINES = 29 };

size_t lc_ring_filter(uint16_t low, uint16_t high, struct sock_filter out[static LC_RING_FILTER])
{
    const struct sock_filter lines[LINES] = {
        LOAD(BPF_H, BPF_ABS, 12),
        JUMP(1, BPF_JEQ, 0x0800, 2, V6),
        LOAD(BPF_H, BPF_ABS, 20), /* IPv4: no fragment */
        JUMP(3, BPF_JSET, 0x3fff, NO, 4),
        BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14), /* X: its header's length */
        LOAD(BPF_B, BPF_ABS, 23),
        JUMP(6, BPF_JEQ, 6, PORT4, 7),
        JUMP(7, BPF_JEQ, 17, PORT4, 8),
        JUMP(8, BPF_JEQ, 1, 9, NO),
        LOAD(BPF_B, BPF_IND, 14), /* ICMP: unreachable, time exceeded, parameter problem */
        JUMP(10, BPF_JEQ, 3, YES, 11),
        JUMP(11, BPF_JEQ, 11, YES, 12),
        JUMP(12, BPF_JEQ, 12, YES, NO),
        LOAD(BPF_H, BPF_IND, 16), /* PORT4 */
        JUMP(14, BPF_JA, RANGE - 15, 15, 15),
        JUMP(15, BPF_JEQ, 0x86dd, 16, NO), /* V6 */
        LOAD(BPF_B, BPF_ABS, 20),
        JUMP(17, BPF_JEQ, 6, PORT6, 18),
        JUMP(18, BPF_JEQ, 17, PORT6, 19),
        JUMP(19, BPF_JEQ, 58, 20, NO),
        LOAD(BPF_B, BPF_ABS, 54), /* ICMPv6 */
        JUMP(21, BPF_JEQ, 1, YES, 22),
        JUMP(22, BPF_JEQ, 3, YES, 23),
        JUMP(23, BPF_JEQ, 4, YES, NO),
        LOAD(BPF_H, BPF_ABS, 56),       /* PORT6 */
        JUMP(25, BPF_JGE, low, 26, NO), /* RANGE */
        JUMP(26, BPF_JGT, high, NO, YES),
        BPF_STMT(BPF_RET | BPF_K, UINT32_MAX), /* YES: all of it */
        BPF_STMT(BPF_RET | BPF_K, 0),
    };

    memcpy(out, lines, sizeof lines);
    return LINES;
}

static bool attach_filter(int fd, const struct lc_cookie_key *key)
{
    struct sock_filter lines[LC_RING_FILTER];
    const struct sock_fprog f = {
        .len = (unsigned short)lc_ring_filter(key->port_low, key->port_high, lines),
        .filter = lines};
    int one = 1;

    return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &f, sizeof f) == 0 &&
           setsockopt(fd, SOL_SOCKET, SO_LOCK_FILTER, &one, sizeof one) == 0;
}

/* ---- opening ---- */

/* One family: its own protocol, which never sees what we send. Both: everything, and older kernels
 * show us our own frames, which are no answers. */
static bool attach_interface(int fd, const struct lc_way *way)
{
    bool both = way->has[0] && way->has[1];
    const struct sockaddr_ll at = {.sll_family = AF_PACKET,
                                   .sll_protocol = htons(both          ? ETH_P_ALL
                                                         : way->has[0] ? ETH_P_IP
                                                                       : ETH_P_IPV6),
                                   .sll_ifindex = (int)way->ifindex};
    int one = 1;

    if (both)
        (void)setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof one);
    return bind(fd, (const struct sockaddr *)&at, sizeof at) == 0;
}

static bool make_ring(struct lc_ring *r)
{
    const struct tpacket_req3 wish = {.tp_block_size = BLOCK,
                                      .tp_block_nr = BLOCKS,
                                      .tp_frame_size = FRAME,
                                      .tp_frame_nr = BLOCK / FRAME * BLOCKS,
                                      .tp_retire_blk_tov = RETIRE_MS};
    int version = TPACKET_V3;
    void *map;

    if (setsockopt(r->fd, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0 ||
        setsockopt(r->fd, SOL_PACKET, PACKET_RX_RING, &wish, sizeof wish) != 0)
        return false;
    map = mmap(NULL, (size_t)BLOCK * BLOCKS, PROT_READ | PROT_WRITE, MAP_SHARED, r->fd, 0);
    r->map = map == MAP_FAILED ? NULL : map;
    return r->map != NULL;
}

enum lc_status lc_ring_no_right(struct lc_err *err)
{
    return lc_fail(
        err, LC_EPERM, "%s",
        _("raw packets need a right that this program does not have: run it as root, or "
          "give it the right once: sudo setcap cap_net_raw+ep \"$(command -v lenscap)\""));
}

enum lc_status lc_ring_open(struct lc_ring *r, const struct lc_way *way,
                            const struct lc_cookie_key *key, struct lc_err *err)
{
    int e;

    /* Without a protocol nothing is received before the filter stands. */
    *r = (struct lc_ring){.fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0),
                          .key = key};
    if (r->fd < 0 && errno == EPERM)
        return lc_ring_no_right(err);
    if (r->fd >= 0 && attach_filter(r->fd, key) && make_ring(r) && attach_interface(r->fd, way))
        return LC_OK;
    e = errno;
    lc_ring_close(r);
    return lc_fail(err, LC_EIO, _("no packet socket on %s: %s"), way->ifname, strerror(e));
}

void lc_ring_close(struct lc_ring *r)
{
    if (r->map)
        (void)munmap(r->map, (size_t)BLOCK * BLOCKS);
    if (r->fd >= 0)
        (void)close(r->fd);
    *r = (struct lc_ring){.fd = -1};
}

/* ---- reading ---- */

typedef void answer_fn(void *sweep, int64_t now_us, const struct lc_answer *a);

static void take_frame(struct lc_ring *r, int64_t now_us, const struct tpacket3_hdr *h,
                       answer_fn *answer, void *sweep)
{
    struct lc_slice frame = lc_slice_of((const uint8_t *)h + h->tp_mac, h->tp_snaplen);
    struct lc_answer a;
    enum lc_status st =
        lc_frame_parse(r->key, frame, (h->tp_status & TP_STATUS_CSUMNOTREADY) != 0, &a);

    if (st == LC_OK) {
        r->counts.received++;
        answer(sweep, now_us, &a);
    } else if (st == LC_EREFUSED) {
        r->counts.invalid++;
    }
}

static uint32_t take_block(struct lc_ring *r, int64_t now_us, struct tpacket_block_desc *b,
                           answer_fn *answer, void *sweep)
{
    uint32_t n = b->hdr.bh1.num_pkts;
    const uint8_t *at = (const uint8_t *)b + b->hdr.bh1.offset_to_first_pkt;

    for (uint32_t i = 0; i < n; i++) {
        const struct tpacket3_hdr *h = (const void *)at;

        take_frame(r, now_us, h, answer, sweep);
        at += h->tp_next_offset;
    }
    return n;
}

/* What the kernel had no room for; reading it sets it back. And an interface that went down leaves
 * an error that would wake us for ever. */
static void take_stats(struct lc_ring *r)
{
    struct tpacket_stats_v3 stats = {.tp_drops = 0};
    socklen_t n = sizeof stats;
    int error;

    if (getsockopt(r->fd, SOL_PACKET, PACKET_STATISTICS, &stats, &n) == 0)
        r->counts.local_drops += stats.tp_drops;
    n = sizeof error;
    (void)getsockopt(r->fd, SOL_SOCKET, SO_ERROR, &error, &n);
}

bool lc_ring_read(struct lc_ring *r, int64_t now_us, answer_fn *answer, void *sweep)
{
    uint32_t n = 0;

    if (now_us - r->stats_us >= STATS_US) {
        r->stats_us = now_us;
        take_stats(r);
    }
    for (;;) {
        struct tpacket_block_desc *b = (void *)(r->map + (size_t)r->block * BLOCK);

        if (!(__atomic_load_n(&b->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER))
            return false;
        if (n >= READ_MAX)
            return true;
        n += take_block(r, now_us, b, answer, sweep);
        __atomic_store_n(&b->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
        r->block = (r->block + 1) % BLOCKS;
    }
}
