/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The talk engine: one host is one conversation, held over a few connections, under hard budgets.
 *
 * Given an address it asks the planned ports in order, lets the codecs of src/proto speak, climbs a
 * short ladder where a port speaks something else, and returns the facts. It is pure machinery: no
 * sockets, no clock, no files. A transport carries its bytes, its owner hands it the time.
 *
 * Budgets, all absolute (a timer is never restarted by received data):
 *   host        deadline_us from the first packet; what is open then is cut
 *   dialogue    each connection ends after dialogue_us, whatever trickles in
 *   port        at most five connections
 *   pace        host_pps initiated packets (SYN, request segment) per second, host_conns
 * connections at once bytes       the codec's limit per answer, LC_TALK_POOL for all buffers
 * together A host whose first LC_TALK_SILENT ports stay silent is left alone; one that accepts
 * LC_TALK_MUTE connections and says nothing is a middlebox or tarpit (H1): flagged and left alone.
 */
#ifndef LC_TALK_TALK_H
#define LC_TALK_TALK_H

#include "identify/identify.h"
#include "net/net.h"

#define LC_TALK_PORTS   128U
#define LC_TALK_SILENT  6U
#define LC_TALK_MUTE    4U
#define LC_TALK_POOL    (64U << 20)
#define LC_TALK_REDIALS 5U   /* connections per port; LZR finds 99 % of services within five */
#define LC_TALK_TLS_MAX 256U /* library sessions at once: 48 KiB each */
#define LC_TALK_MASK    (LC_TALK_PORTS / 64)
#define LC_TALK_DGRAMS  24U /* kinds of questions over UDP at most */
#define LC_TALK_DGRAM_US                                                                           \
    LC_MS(1200) /* how long an answer to a datagram may take; then the next form is asked */

struct lc_talk_config {
    const struct lc_kb *kb;
    struct lc_identifier *identifier;
    uint16_t ports[LC_TALK_PORTS]; /* in the order of asking */
    size_t ports_n;
    uint32_t host_pps, host_conns;
    uint32_t hosts_max; /* conversations at once */
    int64_t dialogue_us, host_us;
    unsigned silent_n; /* first silent ports after which a host is left alone; 0: LC_TALK_SILENT */
    bool device_info;  /* scope allows anonymous GetDeviceInformation */
    /* Questions over UDP, one host at a time; those of a platform only where facts point at it. */
    const struct lc_dgram_plan *dgrams[LC_TALK_DGRAMS];
    size_t dgrams_n;
    uint32_t dgrams_priority; /* up to this one; what a sweep heard is asked in any case */
    uint64_t seed;
};

/* What a sweep or discovery knows of a host before the first word. Bit i of a mask: ports[i]. */
struct lc_talk_known {
    bool swept;   /* the masks hold: only open ports are asked */
    bool gateway; /* this network's router: its port mappings may be read */
    uint64_t open[LC_TALK_MASK], refused[LC_TALK_MASK], asked[LC_TALK_MASK];
    /* Bits of enum lc_dgram_id: questions over UDP that were answered, and those refused by ICMP.
     */
    uint32_t dgrams, dgrams_refused;
};

static inline bool lc_mask_has(const uint64_t *mask, size_t i)
{
    return mask[i / 64] >> i % 64 & 1;
}

static inline void lc_mask_add(uint64_t *mask, size_t i)
{
    mask[i / 64] |= (uint64_t)1 << i % 64;
}

#define LC_TALK_DIALOGUE_US LC_SEC(6)
#define LC_TALK_HOST_US     LC_SEC(60)

enum lc_talk_state { LC_TALK_ANSWERED, LC_TALK_REFUSED, LC_TALK_NOBODY };

struct lc_talk_result {
    uint64_t host; /* as given to lc_talk_start */
    struct lc_addr addr;
    enum lc_talk_state state;
    struct lc_slice facts; /* until the callback returns */
    uint32_t packets;      /* initiated */
    int64_t took_us;
};

struct lc_talk_owner {
    void *ctx;
    void (*result)(void *ctx, const struct lc_talk_result *r);
    /* Bytes of this host are about to be parsed (or, with port 0, no longer are): for the crash
     * marker. */
    void (*parsing)(void *ctx, uint64_t host, uint16_t port);
};

struct lc_talk;

enum lc_status lc_talk_open(const struct lc_talk_config *cfg, const struct lc_net *net,
                            const struct lc_talk_owner *owner, struct lc_talk **out) LC_MUST_CHECK;
void lc_talk_close(struct lc_talk *t);
/* How the transport reaches the engine. */
struct lc_net_user lc_talk_user(struct lc_talk *t);

/* `known` and `facts` (what was heard of it before; they come back in the result) may be NULL and
 * empty. LC_AGAIN when hosts_max conversations are going on. */
enum lc_status lc_talk_start(struct lc_talk *t, int64_t now_us, uint64_t host,
                             const struct lc_addr *addr, const struct lc_talk_known *known,
                             struct lc_slice facts) LC_MUST_CHECK;
size_t lc_talk_busy(const struct lc_talk *t);
/* Does what is due at `now_us`; returns when to call again (INT64_MAX: only on an event). */
int64_t lc_talk_tick(struct lc_talk *t, int64_t now_us);

#endif
