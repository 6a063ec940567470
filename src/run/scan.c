/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl's event loop: local discovery first, then the sweep beside the talkers, until everything that
 * was heard has a result. See scan.h for the promises.
 */
#include "run/scan_room.h"

#include "base/clock.h"
#include "base/hash.h"
#include "run/sandbox.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define PROGRESS_US LC_MS(250)
#define TAG_SIGNAL  1000U
#define TAG_DIAL    1001U
#define TAG_HEAR    1002U
#define TAG_SWEEP   1003U

/* ---- progress ---- */

static void on_signal(struct scan *s)
{
    struct signalfd_siginfo info;

    if (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        s->stop = true;
        s->sum->interrupted = true;
    }
}

/* From the ledger: what is done, by what it took. Silent until a twentieth gives it a basis. */
static int64_t left_of(double done, double left, int64_t elapsed_us)
{
    if (done <= 0 || done * 20 < done + left)
        return -1;
    return (int64_t)((double)elapsed_us / done * left);
}

/* A sweep's ledger counts probes: those of the slices given, and as many for each slice to come. */
static int64_t sweep_left(const struct scan *s)
{
    const struct lc_swept *w = &s->sweeper.swept;
    double sent = (double)w->counts.probes, known = sent + (double)w->left;
    uint64_t given = s->sweeper.given, to_come = lc_slices_left(s->sweeper.slices);

    if (given == 0)
        return -1;
    return left_of(sent, (double)w->left + known / (double)given * (double)to_come,
                   s->now_us - s->started_us);
}

static void show_progress(struct scan *s)
{
    struct lc_scan_progress *p = &s->sum->last;

    if (s->set->progress == NULL || s->now_us < s->shown_us + PROGRESS_US)
        return;
    s->shown_us = s->now_us;
    p->elapsed_us = s->now_us - s->started_us;
    p->listening = s->local && !lc_local_over(s->local);
    if (s->sweeper.slices) {
        p->done = s->done_before + lc_slices_hosts_done(s->sweeper.slices);
        p->probes = s->sweeper.swept.counts.probes;
        p->left_us = sweep_left(s);
    } else {
        p->left_us = left_of((double)(p->done - s->done_before), (double)(p->targets - p->done),
                             p->elapsed_us);
    }
    s->set->progress(s->set->ctx, p);
}

static bool busy(const struct scan *s)
{
    for (size_t i = 0; i < LC_TALKERS_MAX; i++)
        if (s->talkers[i].flight.busy)
            return true;
    return false;
}

static enum lc_status on_hear(struct scan *s)
{
    enum lc_status st = lc_local_read(s->local);

    if (st == LC_DONE)
        s->sum->cpu_us[2] += lc_local_end(s->local);
    return st == LC_DONE ? LC_OK : st;
}

static enum lc_status on_sweep(struct scan *s)
{
    uint64_t before = lc_slices_hosts_done(s->sweeper.slices);
    enum lc_status st = lc_sweeper_read(&s->sweeper, s->err);

    /* A slice without a host to ask ends here: its mark waits for a commit like any result. */
    if (lc_slices_hosts_done(s->sweeper.slices) != before && s->uncommitted++ == 0)
        s->commit_us = s->now_us + COMMIT_US;
    if (lc_slices_swept(s->sweeper.slices) && s->sum->sweep_us == 0)
        s->sum->sweep_us = s->now_us - s->started_us;
    return st;
}

static enum lc_status step(struct scan *s, const struct epoll_event *ev)
{
    if (ev->data.u32 == TAG_SIGNAL) {
        on_signal(s);
        return LC_OK;
    }
    if (ev->data.u32 == TAG_DIAL) /* it never speaks: an event is its end */
        return lc_fail(s->err, LC_EIO, "%s",
                       _("the connecting process died; the run can be resumed with --resume"));
    if (ev->data.u32 == TAG_HEAR)
        return on_hear(s);
    if (ev->data.u32 == TAG_SWEEP)
        return on_sweep(s);
    return scan_talker_read(s, &s->talkers[ev->data.u32]);
}

/* ---- stages before and beside the talkers ---- */

/* Local discovery, then the sweep; LC_AGAIN: talkers wait for the first. */
static enum lc_status run_stages(struct scan *s)
{
    if (s->local && !lc_local_over(s->local)) {
        (void)lc_local_tick(s->local, &s->dial, s->now_us);
        if (lc_link_flush(&s->dial.link) == LC_EIO)
            return lc_fail(s->err, LC_EIO, "%s",
                           _("the connecting process died; the run can be resumed with --resume"));
        if (!lc_local_over(s->local))
            return LC_AGAIN;
    }
    if (s->sweeper.slices && !s->stop) {
        lc_sweeper_give(&s->sweeper);
        if (lc_link_flush(&s->sweeper.child.link) == LC_EIO)
            return lc_sweeper_read(&s->sweeper, s->err);
    }
    return LC_OK;
}

/* Devices that only spoke on the link are no result of a sweep: they are asked behind it. */
static enum lc_status give_extras(struct scan *s)
{
    const struct lc_addr *a;
    size_t at = 0;
    enum lc_status st = LC_OK;

    if (s->extras_given || !s->local || !s->sweeper.slices || s->set->sweep_only ||
        !lc_slices_dry(s->sweeper.slices))
        return LC_OK;
    s->extras_given = true;
    while (st == LC_OK && (a = lc_local_next(s->local, &at)) != NULL) {
        struct lc_in_flight host = {.addr = *a, .slice_at = LC_NO_SLICE, .second = true};
        uint64_t mask = 0;

        host.index = lc_feeder_index(&s->feeder, a);
        if (host.index == LC_FLIGHT_NONE)
            continue;
        st = lc_store_unit_mask(s->set->store, s->set->run->id, host.index / LC_UNIT_HOSTS, &mask,
                                s->err);
        if (st == LC_OK && !(mask >> host.index % LC_UNIT_HOSTS & 1))
            st = lc_feeder_again(&s->feeder, &host, false);
    }
    return st;
}

/* Who was heard is all that is wanted: nobody is asked. */
static enum lc_status drain_heard(struct scan *s)
{
    struct lc_heard_host h;
    enum lc_status st = LC_OK;

    while (st == LC_OK && lc_slices_take(s->sweeper.slices, &h)) {
        if (s->uncommitted++ == 0)
            s->commit_us = s->now_us + COMMIT_US;
        s->sum->last.answered++;
        st = lc_slices_result(s->sweeper.slices, h.slice_at, LC_HOST_ANSWERED, s->err);
    }
    return st;
}

static enum lc_status feed(struct scan *s)
{
    enum lc_status st = run_stages(s);

    if (st != LC_OK)
        return st == LC_AGAIN ? LC_OK : st;
    if (s->set->sweep_only)
        return drain_heard(s);
    st = give_extras(s);
    for (size_t i = 0; i < s->set->talkers && st == LC_OK; i++)
        st = scan_fill(s, &s->talkers[i]);
    return st == LC_OK ? scan_quarantine(s) : st;
}

static bool all_over(struct scan *s)
{
    if (s->local && !lc_local_over(s->local))
        return false;
    return !busy(s) && lc_feeder_dry(&s->feeder);
}

static enum lc_status loop(struct scan *s)
{
    struct epoll_event ev[32];
    enum lc_status st = LC_OK;

    while (st == LC_OK) {
        int n;

        st = feed(s);
        if (st != LC_OK || s->stop || all_over(s))
            break;
        n = epoll_wait(s->epoll, ev, 32, s->local && !lc_local_over(s->local) ? 20 : 100);
        s->now_us = lc_clock_mono_us();
        for (int i = 0; i < n && st == LC_OK; i++)
            st = step(s, &ev[i]);
        if (st == LC_OK && s->uncommitted && s->now_us >= s->commit_us)
            st = scan_commit(s);
        show_progress(s);
    }
    if (st == LC_OK && !s->stop && s->sweeper.slices)
        st = lc_sweeper_crowds(&s->sweeper, s->err);
    return st;
}

/* ---- beginning and end ---- */

static void fill_config(struct scan *s)
{
    const struct lc_scan_setup *set = s->set;

    s->cfg = (struct lc_role_config){
        .magic = LC_CONFIG_MAGIC,
        .size = sizeof s->cfg,
        .talkers = set->talkers + 1, /* and the quarantine */
        .ports_n = (uint32_t)set->ports_n,
        .hosts_max = set->hosts_max / set->talkers + 1,
        .conns_max = set->hosts_max * set->rates.host_conns,
        .checks = set->scope->checks,
        .sources_n = (uint32_t)set->sources_n,
        .rates = set->rates,
        .connect_us = set->connect_us,
        .dialogue_us = set->dialogue_us,
        .host_us = set->host_us,
        .silent_n = set->full ? LC_TALK_PORTS : 0,
        .dgrams = set->dgrams,
        .sweep = set->sweep,
        .plan_n = set->sweep.engine == LC_ENGINE_DIRECT ? 0 : (uint32_t)set->plan->n,
        .sandbox_required = set->sandbox_required,
    };
    lc_random(&s->cfg.seed, sizeof s->cfg.seed);
    lc_random(&s->cfg.nonce, sizeof s->cfg.nonce);
    memcpy(s->cfg.ports, set->ports, sizeof s->cfg.ports);
    memcpy(s->cfg.sources, set->sources, sizeof s->cfg.sources);
    if (set->local)
        s->cfg.nets_n =
            (uint32_t)lc_local_nets(set->scope, set->plan, s->cfg.nets, &s->sum->nets_excluded);
    s->sum->nets = s->cfg.nets_n;
}

static int write_config(struct scan *s)
{
    struct lc_buf gate;
    int fd = -1;

    fill_config(s);
    lc_buf_init(&gate, 256U << 20);
    if (lc_gate_pack(s->set->scope, &gate) == LC_OK) {
        s->cfg.gate_n = (uint32_t)gate.n;
        fd = lc_config_write(&s->cfg, lc_buf_view(&gate), s->set->plan->v);
    }
    lc_buf_free(&gate);
    return fd;
}

static int catch_signals(void)
{
    sigset_t mask;

    (void)sigemptyset(&mask);
    (void)sigaddset(&mask, SIGINT);
    (void)sigaddset(&mask, SIGTERM);
    (void)sigaddset(&mask, SIGHUP);
    (void)signal(SIGPIPE, SIG_IGN);
    if (sigprocmask(SIG_BLOCK, &mask, NULL) != 0)
        return -1;
    return signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

static enum lc_status watch(struct scan *s, int fd, uint32_t tag)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.u32 = tag};

    return epoll_ctl(s->epoll, EPOLL_CTL_ADD, fd, &ev) == 0
               ? LC_OK
               : lc_fail(s->err, LC_EIO, _("cannot prepare the run: %s"), strerror(errno));
}

static enum lc_status begin_local(struct scan *s)
{
    struct lc_local_setup setup = {&s->cfg, s->set->kb, s->set->deep};
    enum lc_status st;

    if (s->cfg.nets_n == 0)
        return LC_OK;
    s->local = lc_local_new(&setup);
    if (s->local == NULL)
        return lc_fail(s->err, LC_ENOMEM, "%s", _("out of memory"));
    st = lc_local_begin(s->local, s->config_fd, &s->dial, s->now_us, s->err);
    return st == LC_OK && lc_local_fd(s->local) >= 0 ? watch(s, lc_local_fd(s->local), TAG_HEAR)
                                                     : st;
}

static enum lc_status begin_sweep(struct scan *s)
{
    enum lc_status st;

    if (s->set->sweep.engine == LC_ENGINE_DIRECT)
        return LC_OK;
    s->sweeper.ctx = s->set->ctx;
    s->sweeper.heard = s->set->heard;
    st = lc_sweeper_begin(&s->sweeper, (s->feeder.total + LC_SLICE_HOSTS - 1) / LC_SLICE_HOSTS,
                          s->set->store, s->set->run->id, s->set->resumed, s->err);
    if (st == LC_OK)
        st = lc_sweeper_start(&s->sweeper, s->config_fd, s->budget_fd, &s->dial, s->err);
    s->feeder.slices = s->sweeper.slices;
    return st == LC_OK ? watch(s, s->sweeper.child.link.fd, TAG_SWEEP) : st;
}

static enum lc_status begin_talkers(struct scan *s)
{
    enum lc_status st = LC_OK;

    for (uint32_t i = 0; i < s->set->talkers && st == LC_OK && !s->set->sweep_only; i++) {
        st = lc_flight_init(&s->talkers[i].flight, s->set->hosts_max / s->set->talkers + 1);
        if (st == LC_OK)
            st = scan_talker_start(s, &s->talkers[i]);
    }
    return st == LC_OK ? lc_flight_init(&s->talkers[QUARANTINE].flight, 1) : st;
}

static enum lc_status begin(struct scan *s)
{
    struct lc_sandbox_report box;
    enum lc_status st;

    s->config_fd = write_config(s);
    s->budget_fd = lc_budget_new();
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->signals = catch_signals();
    if (s->config_fd < 0 || s->budget_fd < 0 || s->epoll < 0 || s->signals < 0)
        return lc_fail(s->err, LC_EIO, _("cannot prepare the run: %s"), strerror(errno));
    st = lc_spawn_dial(&s->dial, s->config_fd, s->budget_fd, s->err);
    if (st == LC_OK)
        st = watch(s, s->signals, TAG_SIGNAL);
    if (st == LC_OK)
        st = watch(s, s->dial.link.fd, TAG_DIAL);
    if (st == LC_OK)
        st = begin_sweep(s);
    if (st == LC_OK)
        st = begin_talkers(s);
    if (st == LC_OK)
        st = begin_local(s);
    if (st == LC_OK)
        st = lc_sandbox_enter(LC_ROLE_CTL, s->set->sandbox_required, &box, s->err);
    return st;
}

/* What is told at the end of the two stages beside the talkers. */
static void end_stages(struct scan *s)
{
    if (s->sweeper.slices)
        s->sum->last.done = s->done_before + lc_slices_hosts_done(s->sweeper.slices);
    s->sum->swept = s->sweeper.swept;
    if (s->local) {
        s->sum->local = *lc_local_counts(s->local);
        s->sum->cpu_us[2] += lc_local_end(s->local);
    }
    s->sum->cpu_us[3] = lc_child_end(&s->sweeper.child, true);
    lc_sweeper_free(&s->sweeper);
    lc_local_free(s->local);
}

static void end(struct scan *s)
{
    const int fds[] = {s->config_fd, s->budget_fd, s->epoll, s->signals};

    end_stages(s);
    for (size_t i = 0; i < LC_TALKERS_MAX; i++) {
        s->sum->cpu_us[2] += lc_child_end(&s->talkers[i].child, s->stop);
        lc_flight_free(&s->talkers[i].flight);
    }
    s->sum->cpu_us[1] += lc_child_end(&s->dial, false);
    s->sum->cpu_us[0] = lc_clock_cpu_us();
    lc_feeder_free(&s->feeder);
    lc_judge_free(&s->judge);
    lc_facts_free(&s->merged);
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            (void)close(fds[i]);
}

enum lc_status lc_scan_run(const struct lc_scan_setup *setup, struct lc_scan_summary *out,
                           struct lc_err *err)
{
    struct scan *s = lc_alloc(sizeof *s);
    enum lc_status st, last;

    *out = (struct lc_scan_summary){0};
    if (s == NULL)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    s->set = setup;
    s->sum = out;
    s->err = err;
    s->config_fd = s->budget_fd = s->epoll = s->signals = -1;
    lc_facts_init(&s->merged);
    s->started_us = s->now_us = lc_clock_mono_us();
    out->last.targets = lc_targets_count(setup->plan);
    lc_judge_init(&s->judge, setup->identifier, setup->assessor);
    st = lc_feeder_init(&s->feeder, setup->plan, setup->store, setup->run->id, setup->resumed,
                        setup->sweep.order_seed, NULL);
    out->last.done = s->done_before =
        setup->run->answered + setup->run->silent + setup->run->refused + setup->run->faults;
    if (st == LC_OK)
        st = begin(s);
    if (st == LC_OK)
        st = loop(s);
    /* What was answered is kept even when the run ends badly, unless the disk itself is the reason.
     */
    last = st == LC_EIO ? LC_OK : scan_commit(s);
    if (st == LC_OK)
        st = last;
    out->last.elapsed_us = lc_clock_mono_us() - s->started_us;
    end(s);
    lc_free(s);
    if (st == LC_OK && !out->interrupted)
        st = lc_store_run_end(setup->store, setup->run, err);
    return st;
}
