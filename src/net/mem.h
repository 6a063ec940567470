/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An in-memory network with a virtual clock. Peers are scripts; the user of the transport lives
 * through hours in microseconds, and every run with the same seed is the same run.
 *
 * A peer answers on one address and port (port 0: on every port). What it does is given by its
 * hooks; what it says arrives `latency_us` later, in pieces of at most `piece` bytes (0: whole),
 * each piece after another `gap_us`. Loss is drawn from the seed per connection attempt.
 */
#ifndef LC_NET_MEM_H
#define LC_NET_MEM_H

#include "base/mem.h"
#include "net/net.h"

struct lc_mem;

struct lc_mem_peer {
    struct lc_addr addr;
    uint16_t port;                /* 0: every port that no other peer of this address has */
    bool udp;                     /* answers datagrams; there `outcome` OPEN, or REFUSED (ICMP) */
    enum lc_dial_outcome outcome; /* of connecting */
    int64_t latency_us, gap_us;
    size_t piece;
    void *ctx;
    /* What it says unasked once connected, and in answer to a segment; append to `say`. `hang_up`
     * set: it closes after that. Either may be NULL. */
    void (*greet)(void *ctx, struct lc_buf *say, bool *hang_up);
    void (*answer)(void *ctx, struct lc_slice request, struct lc_buf *say, bool *hang_up);
};

struct lc_mem *lc_mem_new(uint64_t seed, unsigned loss_percent); /* NULL: out of memory */
void lc_mem_free(struct lc_mem *m);
void lc_mem_user(struct lc_mem *m, const struct lc_net_user *user);
struct lc_net lc_mem_net(struct lc_mem *m);
enum lc_status lc_mem_add(struct lc_mem *m, const struct lc_mem_peer *peer) LC_MUST_CHECK;
int64_t lc_mem_now(const struct lc_mem *m);
/* Delivers the next event if it is due before `until_us`; otherwise the clock goes to `until_us`.
 * False when nothing was delivered. */
bool lc_mem_step(struct lc_mem *m, int64_t until_us);

/* What was seen on the wire, for assertions. */
struct lc_mem_packet {
    int64_t at_us;
    struct lc_addr addr;
    uint16_t port;
    bool syn;
    struct lc_slice bytes; /* of a request; borrowed from the network */
};
size_t lc_mem_packets(const struct lc_mem *m, const struct lc_mem_packet **out);

#endif
