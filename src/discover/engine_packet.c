/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine packet: frames made here and handed to an interface, up to 256 with one system call;
 * answers from a ring (engine_ring.h). Everything that needs a right, a path or an allocation
 * happens in open. After it the system calls are sendmmsg and getsockopt.
 *
 * The frames of a batch lie one behind the other in an array that stays where it is. Making one
 * takes 70 ns, half of it for the cookie, the kernel 1.9 us to send it over a veth: nothing to gain
 * by patching. Measured and left out: a TX ring (2.2 us), and PACKET_QDISC_BYPASS (the same within
 * the noise), which would also pass by the operator's shaping.
 */
#include "discover/engine_packet.h"
#include "discover/engine_ring.h"

#include "base/tr.h"

#include <assert.h>
#include <errno.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define BATCH  256U
#define ROOM   ((LC_FRAME_MAX + 63U) & ~63U) /* frames begin at a cache line */
#define SNDBUF (1 << 20)

struct packet {
    struct lc_cookie_key key;
    struct lc_way way;
    struct lc_frame_maker maker[2]; /* IPv4, IPv6 */
    struct lc_addr *sources[2];
    size_t sources_n[2], turn[2];
    struct lc_ring ring;
    int tx;
    uint8_t *frames; /* BATCH * ROOM */
    struct mmsghdr msgs[BATCH];
    struct iovec io[BATCH];
    size_t probe[BATCH]; /* which probe a message carries */
    uint64_t sent, dropped;
};

/* ---- sending ---- */

/* An address of ours is not asked: its frame would leave for the router. */
size_t lc_packet_frame(void *ctx, const struct lc_probe *probe, uint8_t out[static LC_FRAME_MAX])
{
    struct packet *p = ctx;
    size_t v6 = !lc_addr_is_v4(&probe->to), turn = p->turn[v6];
    const struct lc_addr *ours = &p->sources[v6][turn];

    if (!p->way.has[v6] || (!p->way.loopback && lc_addr_cmp(ours, &probe->to) == 0))
        return 0;
    p->turn[v6] = turn + 1 == p->sources_n[v6] ? 0 : turn + 1;
    return lc_frame_make(&p->maker[v6], ours, &probe->to, probe->port, out);
}

/* Makes frames until the batch is full; returns how many probes that took. */
static size_t fill(struct packet *p, const struct lc_probe *v, size_t n, unsigned *frames_n)
{
    uint8_t *at = p->frames;
    size_t i = 0;

    for (*frames_n = 0; i < n && *frames_n < BATCH; i++) {
        size_t len = lc_packet_frame(p, &v[i], at);

        if (len == 0)
            continue;
        p->io[*frames_n] = (struct iovec){at, len};
        p->probe[(*frames_n)++] = i;
        at += (len + 63) & ~(size_t)63;
    }
    return i;
}

/* Returns how many left or were lost; fewer than n: the kernel takes no more now. */
static unsigned push(struct packet *p, unsigned n)
{
    unsigned at = 0;

    while (at < n) {
        int got = sendmmsg(p->tx, p->msgs + at, n - at, MSG_DONTWAIT);

        if (got > 0) {
            at += (unsigned)got;
            p->sent += (unsigned)got;
        } else if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM) {
            break;
        } else if (errno != EINTR) {
            at++;
            p->dropped++;
        }
    }
    return at;
}

static size_t send_probes(void *ctx, int64_t now_us, const struct lc_probe *v, size_t n)
{
    struct packet *p = ctx;
    size_t done = 0;

    (void)now_us;
    while (done < n) {
        unsigned frames, left;
        size_t took = fill(p, v + done, n - done, &frames);

        left = push(p, frames);
        if (left < frames)
            return done + p->probe[left];
        done += took;
    }
    return n;
}

static bool receive(void *ctx, int64_t now_us,
                    void (*answer)(void *sweep, int64_t now_us, const struct lc_answer *a),
                    void *sweep)
{
    return lc_ring_read(&((struct packet *)ctx)->ring, now_us, answer, sweep);
}

static void get_counts(void *ctx, struct lc_engine_counts *out)
{
    const struct packet *p = ctx;

    *out = p->ring.counts;
    out->sent = p->sent;
    out->local_drops += p->dropped;
}

bool lc_packet_can_ask(void *ctx, struct lc_sweep_port port)
{
    (void)ctx;
    return lc_frame_can_ask(port);
}

const struct lc_way *lc_packet_way(const void *ctx)
{
    return &((const struct packet *)ctx)->way;
}

/* ---- opening ---- */

static void close_packet(void *ctx)
{
    struct packet *p = ctx;

    lc_ring_close(&p->ring);
    if (p->tx >= 0)
        (void)close(p->tx);
    for (size_t v6 = 0; v6 < 2; v6++) {
        lc_frame_free(&p->maker[v6]);
        lc_free(p->sources[v6]);
    }
    lc_free(p->frames);
    lc_free(p);
}

static bool choose_sources(struct packet *p, const struct lc_engine_packet_config *cfg, size_t v6)
{
    size_t n = 0;

    p->sources[v6] = lc_alloc_n(cfg->sources_n + 1, sizeof **p->sources);
    if (p->sources[v6] == NULL)
        return false;
    for (size_t i = 0; i < cfg->sources_n; i++)
        if (lc_addr_is_v4(&cfg->sources[i]) == !v6)
            p->sources[v6][n++] = cfg->sources[i];
    if (n == 0)
        p->sources[v6][n++] = p->way.source[v6];
    p->sources_n[v6] = n;
    return true;
}

static enum lc_status make_room(struct packet *p, const struct lc_engine_packet_config *cfg,
                                struct lc_err *err)
{
    bool ok = true;

    for (size_t v6 = 0; v6 < 2; v6++)
        ok = choose_sources(p, cfg, v6) &&
             lc_frame_init(&p->maker[v6], &p->key, &p->way.link[v6]) == LC_OK && ok;
    p->frames = lc_alloc_n(BATCH, ROOM);
    if (!ok || p->frames == NULL)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    for (size_t i = 0; i < BATCH; i++)
        p->msgs[i].msg_hdr = (struct msghdr){.msg_iov = &p->io[i], .msg_iovlen = 1};
    return LC_OK;
}

/* Bound without a protocol: it receives nothing, and the device's own type goes out. */
static enum lc_status open_tx(struct packet *p, struct lc_err *err)
{
    const struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_ifindex = (int)p->way.ifindex};
    int room = SNDBUF;

    p->tx = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (p->tx < 0 && errno == EPERM)
        return lc_ring_no_right(err);
    if (p->tx < 0 || bind(p->tx, (const struct sockaddr *)&at, sizeof at) != 0)
        return lc_fail(err, LC_EIO, _("no packet socket on %s: %s"), p->way.ifname,
                       strerror(errno));
    if (setsockopt(p->tx, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof room) != 0)
        (void)setsockopt(p->tx, SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    return LC_OK;
}

static enum lc_status open_all(struct packet *p, const struct lc_engine_packet_config *cfg,
                               struct lc_err *err)
{
    enum lc_status st =
        lc_way_find(cfg->plan, cfg->plan_n, cfg->sources, cfg->sources_n, &p->way, err);

    if (st == LC_OK)
        st = open_tx(p, err);
    if (st == LC_OK)
        st = lc_way_resolve(&p->way, err);
    if (st == LC_OK)
        st = make_room(p, cfg, err);
    return st == LC_OK ? lc_ring_open(&p->ring, &p->way, &p->key, err) : st;
}

enum lc_status lc_engine_packet_open(const struct lc_engine_packet_config *cfg,
                                     struct lc_engine *out, struct lc_err *err)
{
    struct packet *p = lc_alloc(sizeof *p);
    enum lc_status st;

    assert(cfg->plan_n > 0);
    if (p == NULL)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    p->tx = p->ring.fd = -1;
    lc_cookie_key_init(&p->key, cfg->cookie_key, cfg->port_low, cfg->port_high);
    st = open_all(p, cfg, err);
    if (st != LC_OK) {
        close_packet(p);
        return st;
    }
    *out = (struct lc_engine){.ctx = p,
                              .name = "packet",
                              .fd = p->ring.fd,
                              .can_ask = lc_packet_can_ask,
                              .send = send_probes,
                              .receive = receive,
                              .counts = get_counts,
                              .close = close_packet};
    return LC_OK;
}
