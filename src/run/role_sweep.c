/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sweep: stateless probes out, validated answers in. It opens its raw sockets before it enters the
 * sandbox, holds its own copy of the gate, and parses no payload. With the connect engine it has no
 * socket at all: dial connects for it.
 *
 * ctl gives slices; the role reports who was heard and that a slice is over. What it counts goes to
 * ctl a few times a second.
 */
#include "run/role.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/tr.h"
#include "run/config.h"
#include "run/door.h"
#include "run/link.h"
#include "run/sandbox.h"
#include "run/swept.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#define TAG_CTL    1U
#define TAG_DOOR   2U
#define TAG_ENGINE 3U
#define REPORT_US  LC_MS(200)
#define ASKS_MAX   65536U

struct sweep {
    const struct lc_role_config *cfg;
    struct lc_gate gate;
    struct lc_pace *pace;
    struct lc_link ctl;
    struct lc_engine engine;
    struct lc_sweep *sweep;
    struct lc_door_ask *asks; /* connect engine: not yet with dial */
    size_t asks_n;
    int epoll;
    int64_t now_us, report_us;
    uint64_t waiting[LC_SWEEP_AT_ONCE];
    size_t waiting_n;
    bool stop;
};

/* ---- to ctl ---- */

/* The TCP ports of a mask: behind those of the questions over UDP. */
static void tcp_of(uint64_t *out, const uint64_t *mask, uint32_t udp_n)
{
    for (unsigned i = udp_n; i < LC_SWEEP_PORTS; i++)
        if (lc_mask_has(mask, i))
            lc_mask_add(out, i - udp_n);
}

static void on_heard(void *ctx, const struct lc_heard *heard)
{
    struct sweep *s = ctx;
    struct lc_talk_known known = {.swept = true};
    uint32_t udp_n = lc_sweep_plan_udp_n(&s->cfg->sweep);
    struct lc_buf *b = lc_link_begin(&s->ctl, LC_MSG_HEARD);

    tcp_of(known.open, heard->open, udp_n);
    tcp_of(known.refused, heard->refused, udp_n);
    tcp_of(known.asked, heard->asked, udp_n);
    for (uint32_t i = 0; i < udp_n; i++) {
        uint32_t question = 1U << s->cfg->sweep.ports[i].dgram;

        known.dgrams |= lc_mask_has(heard->open, i) ? question : 0;
        known.dgrams_refused |= lc_mask_has(heard->refused, i) ? question : 0;
    }
    (void)lc_buf_le64(b, heard->slice);
    (void)lc_buf_le64(b, heard->index);
    lc_link_put_addr(b, &heard->addr);
    lc_link_put_known(b, &known);
    (void)lc_buf_le32(b, heard->flags);
    lc_link_end(&s->ctl);
}

static void report(struct sweep *s)
{
    struct lc_swept out = {.cpu_us = lc_clock_cpu_us(), .left = lc_sweep_left(s->sweep)};

    lc_sweep_counts(s->sweep, &out.counts);
    (void)lc_buf_put(lc_link_begin(&s->ctl, LC_MSG_SWEPT), lc_slice_of(&out, sizeof out));
    lc_link_end(&s->ctl);
    s->report_us = s->now_us + REPORT_US;
}

static void on_slice_over(void *ctx, uint64_t slice, uint32_t hosts, uint32_t silent)
{
    struct sweep *s = ctx;
    struct lc_buf *b;

    report(s); /* first: the last slice ends the run */
    b = lc_link_begin(&s->ctl, LC_MSG_SLICE_OVER);
    (void)lc_buf_le64(b, slice);
    (void)lc_buf_le32(b, hosts);
    (void)lc_buf_le32(b, silent);
    lc_link_end(&s->ctl);
}

/* ---- from ctl ---- */

static void give(struct sweep *s)
{
    while (s->waiting_n && lc_sweep_give(s->sweep, s->waiting[0]) == LC_OK)
        memmove(s->waiting, s->waiting + 1, --s->waiting_n * sizeof *s->waiting);
}

static void on_ctl(struct sweep *s)
{
    struct lc_cur body;
    uint32_t type;

    if (lc_link_read(&s->ctl, NULL) == LC_EIO)
        s->stop = true;
    while (!s->stop && lc_link_next(&s->ctl, &type, &body) == LC_OK) {
        uint64_t slice = lc_cur_le64(&body);

        if (type != LC_MSG_SLICE || body.bad || s->waiting_n == LC_SWEEP_AT_ONCE)
            s->stop = true; /* ctl knows the window: a bug, not a state */
        else
            s->waiting[s->waiting_n++] = slice;
    }
}

/* ---- the connect engine's way to dial ---- */

static void ask_dial(void *ctx, uint32_t number, const struct lc_addr *to, uint16_t port)
{
    struct sweep *s = ctx;

    if (s->asks_n < ASKS_MAX)
        s->asks[s->asks_n++] =
            (struct lc_door_ask){.conn = number, .port = {.port = port}, .addr = *to};
}

/* An opened connection has told all that is wanted of it: closing resets it. */
static bool take_answers(struct sweep *s)
{
    struct lc_door_answers a;
    enum lc_status st = lc_door_take(LC_FD_DIAL, &a);

    s->stop = s->stop || st == LC_EIO;
    for (size_t i = 0; i < a.n; i++) {
        if (a.fd[i] >= 0)
            (void)close(a.fd[i]);
        lc_engine_connect_done(&s->engine, a.v[i].conn, a.v[i].outcome);
    }
    return st == LC_OK;
}

/* ---- the loop ---- */

static int wait_ms(const struct sweep *s, int64_t wake)
{
    int64_t at = s->report_us < wake ? s->report_us : wake;

    if (s->asks_n && at > s->now_us + LC_MS(1))
        at = s->now_us + LC_MS(1);
    return at <= s->now_us ? 0 : (int)((at - s->now_us + 999) / 1000);
}

static void loop(struct sweep *s)
{
    struct epoll_event ev[8];
    int64_t wake = 0;

    while (!s->stop) {
        int n = epoll_wait(s->epoll, ev, 8, wait_ms(s, wake));

        s->now_us = lc_clock_mono_us();
        for (int i = 0; i < n; i++) {
            if (ev[i].data.u32 == TAG_CTL)
                on_ctl(s);
            else if (ev[i].data.u32 == TAG_DOOR)
                while (take_answers(s))
                    ;
        }
        give(s);
        wake = lc_sweep_tick(s->sweep, s->now_us, lc_clock_wall_us() / 1000000);
        give(s);
        s->asks_n = lc_door_ask(LC_FD_DIAL, s->asks, s->asks_n);
        if (s->now_us >= s->report_us)
            report(s);
        if (lc_link_flush(&s->ctl) == LC_EIO)
            s->stop = true;
        if (s->ctl.out.n && wake > s->now_us + LC_MS(1))
            wake = s->now_us + LC_MS(1);
    }
}

/* ---- beginning ---- */

static enum lc_status open_raw(struct sweep *s, const struct lc_range *plan, struct lc_err *err)
{
    struct lc_engine_xdp_config cfg = {
        .packet = {.plan = plan,
                   .plan_n = s->cfg->plan_n,
                   .sources = s->cfg->sources,
                   .sources_n = s->cfg->sources_n},
        .gate = &s->gate,
        .total_pps = s->cfg->rates.total_pps,
    };
    enum lc_status st = lc_engine_ports(&cfg.packet.port_low, &cfg.packet.port_high, err);

    memcpy(cfg.packet.cookie_key, s->cfg->sweep.cookie_key, sizeof cfg.packet.cookie_key);
    if (st != LC_OK)
        return st;
    return s->cfg->sweep.engine == LC_ENGINE_XDP
               ? lc_engine_xdp_open(&cfg, &s->engine, err)
               : lc_engine_packet_open(&cfg.packet, &s->engine, err);
}

static enum lc_status open_connect(struct sweep *s, struct lc_err *err)
{
    struct lc_engine_connect_config cfg = {.at_once = s->cfg->conns_max, .ctx = s, .ask = ask_dial};

    s->asks = lc_alloc_n(ASKS_MAX, sizeof *s->asks);
    if (s->asks == NULL)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    return lc_engine_connect_open(&cfg, &s->engine, err);
}

static bool open_pace(struct sweep *s)
{
    struct lc_budget_page *budget = lc_budget_map(LC_FD_SHARED);

    s->pace = budget ? lc_pace_new(&s->cfg->rates, s->cfg->seed) : NULL;
    if (s->pace)
        lc_pace_share_total(s->pace, &budget->total);
    return s->pace != NULL;
}

static enum lc_status open_sweep(struct sweep *s, const struct lc_range *plan, struct lc_err *err)
{
    const struct lc_sweep_plan *p = &s->cfg->sweep;
    const struct lc_sweep_owner owner = {s, on_heard, on_slice_over};
    bool connect = p->engine == LC_ENGINE_CONNECT;
    struct lc_sweep_config cfg = {
        .plan = plan,
        .plan_n = s->cfg->plan_n,
        .gate = &s->gate,
        .order_seed = p->order_seed,
        .ports_n = p->ports_n,
        .likely_n = p->likely_n,
        .passes = p->passes,
        .again_us = p->again_us,
        .drain_us = p->drain_us,
        .rates = s->cfg->rates,
        .adapt = p->adapt,
    };
    enum lc_status st = connect ? open_connect(s, err) : open_raw(s, plan, err);

    if (st != LC_OK)
        return st;
    memcpy(cfg.cookie_key, p->cookie_key, sizeof cfg.cookie_key);
    memcpy(cfg.ports, p->ports, sizeof cfg.ports);
    if (!connect && !open_pace(s)) /* dial keeps the pace of what dial sends */
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    s->sweep = lc_sweep_open(&cfg, &s->engine, s->pace, &owner);
    return s->sweep ? LC_OK : lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
}

/* What could not be opened is told to ctl, which decides whether another engine will do. */
static void tell_failure(struct sweep *s, enum lc_status st, const struct lc_err *err)
{
    struct lc_buf *b = lc_link_begin(&s->ctl, LC_MSG_FAILED);

    (void)lc_buf_u8(b, (uint8_t)st);
    (void)lc_buf_puts(b, err->text);
    lc_link_end(&s->ctl);
    (void)!lc_link_flush(&s->ctl);
}

static bool prepare(struct sweep *s, struct lc_err *err)
{
    struct epoll_event ctl = {.events = EPOLLIN, .data.u32 = TAG_CTL};
    struct epoll_event door = {.events = EPOLLIN, .data.u32 = TAG_DOOR};
    struct epoll_event engine = {.events = EPOLLIN, .data.u32 = TAG_ENGINE};
    const struct lc_range *plan;
    struct lc_slice gate;
    enum lc_status st;

    lc_link_init(&s->ctl, LC_FD_CTL);
    s->engine.fd = -1;
    if (lc_config_map(LC_FD_CONFIG, &s->cfg, &gate, &plan) != LC_OK ||
        lc_gate_unpack(gate, &s->gate) != LC_OK)
        return false;
    st = open_sweep(s, plan, err);
    if (st != LC_OK) {
        tell_failure(s, st, err);
        return false;
    }
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    return s->epoll >= 0 && epoll_ctl(s->epoll, EPOLL_CTL_ADD, LC_FD_CTL, &ctl) == 0 &&
           epoll_ctl(s->epoll, EPOLL_CTL_ADD, LC_FD_DIAL, &door) == 0 &&
           (s->engine.fd < 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->engine.fd, &engine) == 0);
}

int lc_role_sweep(void)
{
    static struct sweep s;
    struct lc_sandbox_report box;
    struct lc_err err = {""};
    enum lc_role role;

    if (!prepare(&s, &err))
        return 5;
    role = s.cfg->sweep.engine == LC_ENGINE_XDP ? LC_ROLE_SWEEP_XDP : LC_ROLE_SWEEP;
    if (lc_sandbox_enter(role, s.cfg->sandbox_required, &box, &err) != LC_OK) {
        lc_log(LC_LOG_ERROR, "sweep: %s", err.text);
        return 5;
    }
    s.now_us = lc_clock_mono_us();
    report(&s); /* the first word says that it stands */
    loop(&s);
    return 0;
}
