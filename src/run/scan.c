/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ctl's event loop. One table row per host in flight and talker; everything a talker holds can be
 * asked again, so its death is an ordinary event. See scan.h for the promises; flight.c for the
 * rows.
 */
#include "run/scan.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "run/flight.h"
#include "run/judge.h"
#include "run/sandbox.h"
#include "run/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMMIT_US   LC_MS(250)
#define COMMIT_N    2000U
#define PROGRESS_US LC_MS(250)
#define LOST_MAX    6U                   /* talkers that one host may cost, whoever is to blame */
#define QUARANTINE  (LC_TALKERS_MAX - 1) /* its number at dial */
#define TAG_SIGNAL  1000U
#define TAG_DIAL    1001U

struct talker {
    struct lc_child child;
    struct lc_flight flight;
    uint32_t number; /* at dial */
};

struct scan {
    const struct lc_scan_setup *set;
    struct lc_scan_summary *sum;
    struct lc_err *err;
    struct lc_child dial;
    struct talker talkers[LC_TALKERS_MAX]; /* the last one is the quarantine */
    struct lc_feeder feeder;
    struct lc_judge judge;
    int config_fd, epoll, signals;
    int64_t now_us, started_us, commit_us, shown_us;
    uint64_t done_before; /* by the run that is resumed */
    size_t uncommitted;
    struct lc_addr fresh[COMMIT_N]; /* answered hosts of the open transaction */
    size_t fresh_n;
    bool stop;
};

/* ---- results ---- */

static enum lc_status commit(struct scan *s)
{
    enum lc_status st;

    if (s->uncommitted == 0)
        return LC_OK;
    st = lc_store_commit(s->set->store, s->err);
    if (st != LC_OK)
        return st;
    s->uncommitted = 0;
    for (size_t i = 0; s->set->device && i < s->fresh_n; i++)
        s->set->device(s->set->ctx, &s->fresh[i]);
    s->fresh_n = 0;
    return LC_OK;
}

static void count(struct scan *s, const struct lc_host_result *r)
{
    struct lc_run *run = s->set->run;
    struct lc_scan_progress *p = &s->sum->last;

    p->done++;
    switch (r->state) {
    case LC_HOST_ANSWERED:
        run->answered++;
        p->answered++;
        p->cameras += lc_class_is_surveillance(r->identity->value[LC_A_CLASS]);
        p->exposed += r->judgement->exposed == LC_TRI_TRUE;
        break;
    case LC_HOST_SILENT:
        run->silent++;
        break;
    case LC_HOST_REFUSED:
        run->refused++;
        break;
    case LC_HOST_FAULT:
        run->faults++;
        break;
    }
}

static enum lc_status put(struct scan *s, struct lc_host_result *r)
{
    enum lc_status st;

    if (s->uncommitted++ == 0)
        s->commit_us = s->now_us + COMMIT_US;
    st = lc_store_put(s->set->store, s->set->run->id, r, s->err);
    if (st != LC_OK)
        return st;
    count(s, r);
    if (r->state == LC_HOST_ANSWERED)
        s->fresh[s->fresh_n++] = r->addr;
    return s->uncommitted >= COMMIT_N ? commit(s) : LC_OK;
}

static enum lc_status on_result(struct scan *s, struct talker *t, struct lc_cur *body)
{
    static const enum lc_host_state states[] = {LC_HOST_ANSWERED, LC_HOST_REFUSED, LC_HOST_SILENT};
    uint64_t slot = lc_cur_le64(body);
    uint8_t state = lc_cur_u8(body);
    uint32_t packets = lc_cur_le32(body);
    struct lc_host_result r = {0};
    struct lc_in_flight *host;

    (void)lc_cur_le64(body); /* how long it took: for the log of a talker, not for the book */
    host = lc_flight_get(&t->flight, slot);
    if (body->bad || host == NULL || state > LC_TALK_NOBODY)
        return LC_EPARSE;
    s->sum->packets += packets;
    r.index = host->index;
    r.addr = host->addr;
    r.state = states[state];
    lc_judge_host(&s->judge, body->s, lc_clock_wall_us(), &r);
    lc_flight_done(&t->flight, slot);
    return put(s, &r);
}

/* ---- talkers: windows, death, quarantine ---- */

static enum lc_status start_talker(struct scan *s, struct talker *t)
{
    struct epoll_event ev = {.events = EPOLLIN, .data.u32 = (uint32_t)(t - s->talkers)};
    enum lc_status st =
        lc_spawn_talk(&t->child, s->config_fd, &s->dial, (uint32_t)(t - s->talkers), s->err);

    if (st != LC_OK)
        return st;
    return epoll_ctl(s->epoll, EPOLL_CTL_ADD, t->child.link.fd, &ev) == 0 ? LC_OK : LC_EIO;
}

/* The bytes that killed a quarantine: for the fuzz corpus, readable by the owner alone. */
static void keep_bytes(struct scan *s, const struct lc_crash_page *page, const struct lc_addr *addr)
{
    char name[512], text[LC_ADDR_TEXT];
    uint32_t n = page->n <= LC_CRASH_BYTES ? page->n : LC_CRASH_BYTES;
    int fd;

    if (s->set->faults_dir == NULL)
        return;
    if (mkdir(s->set->faults_dir, 0700) != 0 && errno != EEXIST)
        lc_log(LC_LOG_WARN, _("%s: cannot be made: %s"), s->set->faults_dir, strerror(errno));
    (void)lc_addr_format(addr, text);
    (void)snprintf(name, sizeof name, "%s/fault-%s-%u-%lld.bin", s->set->faults_dir, text,
                   page->port, (long long)lc_clock_wall_us());
    fd = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || write(fd, page->bytes, n) != (ssize_t)n)
        lc_log(LC_LOG_WARN, "%s: %s", name, strerror(errno));
    if (fd >= 0)
        (void)close(fd);
}

static enum lc_status record_fault(struct scan *s, const struct lc_in_flight *host)
{
    struct lc_facts facts;
    struct lc_host_result r = {.index = host->index, .addr = host->addr, .state = LC_HOST_FAULT};
    enum lc_status st;

    lc_facts_init(&facts);
    lc_facts_bool(&facts, LC_F_HOST_PARSER_FAULT, true);
    lc_judge_host(&s->judge, lc_buf_view(&facts.buf), lc_clock_wall_us(), &r);
    st = put(s, &r);
    lc_facts_free(&facts);
    return st;
}

/* Whose bytes was it parsing? Everybody else is simply asked again. */
static enum lc_status salvage(struct scan *s, struct talker *t)
{
    bool quarantine = t == &s->talkers[QUARANTINE];
    uint64_t culprit = t->child.page && t->child.page->port ? t->child.page->host : LC_FLIGHT_NONE;
    enum lc_status st = LC_OK;

    for (uint64_t slot = 0; slot < t->flight.size && st == LC_OK; slot++) {
        struct lc_in_flight *host = lc_flight_get(&t->flight, slot);

        if (host == NULL)
            continue;
        host->lost++;
        if (quarantine && (slot == culprit || host->lost > LOST_MAX)) {
            keep_bytes(s, t->child.page, &host->addr);
            st = record_fault(s, host);
        } else {
            /* One that keeps losing its talker without being the parsed one is isolated too. */
            st = lc_feeder_again(&s->feeder, host, slot == culprit || host->lost > LOST_MAX / 2);
        }
        lc_flight_done(&t->flight, slot);
    }
    return st;
}

static enum lc_status on_death(struct scan *s, struct talker *t)
{
    enum lc_status st = salvage(s, t);

    s->sum->cpu_us[2] += lc_child_end(&t->child, true);
    if (st != LC_OK || t == &s->talkers[QUARANTINE])
        return st;
    s->sum->restarts++;
    if (s->sum->restarts > 1000)
        return lc_fail(s->err, LC_EIO, "%s",
                       _("the parsing processes keep dying; the run can be resumed with --resume"));
    return start_talker(s, t);
}

static enum lc_status give(struct scan *s, struct talker *t, const struct lc_in_flight *host)
{
    uint64_t slot = lc_flight_add(&t->flight, host);
    struct lc_buf *b = lc_link_begin(&t->child.link, LC_MSG_HOST);

    (void)s;
    (void)lc_buf_le64(b, slot);
    (void)lc_buf_put(b, lc_slice_of(host->addr.b, 16));
    (void)lc_buf_le32(b, host->addr.zone);
    lc_link_end(&t->child.link);
    return LC_OK;
}

static enum lc_status fill(struct scan *s, struct talker *t)
{
    struct lc_in_flight host;
    enum lc_status st = LC_OK;

    while (st == LC_OK && !s->stop && t->flight.busy < t->flight.size) {
        st = lc_feeder_next(&s->feeder, &host, s->err);
        if (st == LC_DONE)
            st = LC_OK;
        else if (st == LC_OK) {
            st = give(s, t, &host);
            continue;
        }
        break;
    }
    if (t->child.pid && lc_link_flush(&t->child.link) == LC_EIO)
        return LC_OK; /* its death is read from the same link */
    return st;
}

static enum lc_status run_quarantine(struct scan *s)
{
    struct talker *q = &s->talkers[QUARANTINE];
    struct lc_in_flight host;
    enum lc_status st;

    if (s->stop || q->flight.busy || !lc_feeder_suspect(&s->feeder, &host))
        return LC_OK;
    if (q->child.pid == 0) {
        st = start_talker(s, q);
        if (st != LC_OK)
            return st;
    }
    st = give(s, q, &host);
    if (lc_link_flush(&q->child.link) == LC_EIO)
        return LC_OK; /* its death is read from the same link */
    return st;
}

static enum lc_status on_talker(struct scan *s, struct talker *t)
{
    struct lc_cur body;
    uint32_t type;
    enum lc_status st = lc_link_read(&t->child.link, NULL), next;

    if (st == LC_AGAIN)
        return LC_OK;
    while ((next = lc_link_next(&t->child.link, &type, &body)) == LC_OK) {
        next = type == LC_MSG_RESULT ? on_result(s, t, &body) : LC_EPARSE;
        if (next == LC_EPARSE)
            break;
        if (next != LC_OK)
            return next;
    }
    if (st == LC_EIO || next == LC_EPARSE)
        return on_death(s, t);
    return LC_OK;
}

/* ---- the loop ---- */

static void on_signal(struct scan *s)
{
    struct signalfd_siginfo info;

    if (read(s->signals, &info, sizeof info) == (ssize_t)sizeof info) {
        s->stop = true;
        s->sum->interrupted = true;
    }
}

static void show_progress(struct scan *s)
{
    struct lc_scan_progress *p = &s->sum->last;
    uint64_t here = p->done - s->done_before;

    if (s->set->progress == NULL || s->now_us < s->shown_us + PROGRESS_US)
        return;
    s->shown_us = s->now_us;
    p->elapsed_us = s->now_us - s->started_us;
    /* From the ledger: what is done, by what it took. Silent until a twentieth gives it a basis. */
    p->left_us =
        here && here >= (p->targets - s->done_before) / 20
            ? (int64_t)((double)p->elapsed_us / (double)here * (double)(p->targets - p->done))
            : -1;
    s->set->progress(s->set->ctx, p);
}

static bool busy(const struct scan *s)
{
    for (size_t i = 0; i < LC_TALKERS_MAX; i++)
        if (s->talkers[i].flight.busy)
            return true;
    return false;
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
    return on_talker(s, &s->talkers[ev->data.u32]);
}

static enum lc_status loop(struct scan *s)
{
    struct epoll_event ev[32];
    enum lc_status st = LC_OK;

    while (st == LC_OK) {
        int n;

        for (size_t i = 0; i < s->set->talkers && st == LC_OK; i++)
            st = fill(s, &s->talkers[i]);
        if (st == LC_OK)
            st = run_quarantine(s);
        if (st != LC_OK || s->stop || (!busy(s) && lc_feeder_dry(&s->feeder)))
            break;
        n = epoll_wait(s->epoll, ev, 32, 100);
        s->now_us = lc_clock_mono_us();
        for (int i = 0; i < n && st == LC_OK; i++)
            st = step(s, &ev[i]);
        if (st == LC_OK && s->uncommitted && s->now_us >= s->commit_us)
            st = commit(s);
        show_progress(s);
    }
    return st;
}

/* ---- beginning and end ---- */

static int write_config(const struct lc_scan_setup *set)
{
    struct lc_role_config cfg = {
        .magic = LC_CONFIG_MAGIC,
        .size = sizeof cfg,
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
        .sandbox_required = set->sandbox_required,
    };
    struct lc_buf gate;
    int fd = -1;

    lc_buf_init(&gate, 256U << 20);
    lc_random(&cfg.seed, sizeof cfg.seed);
    memcpy(cfg.ports, set->ports, sizeof cfg.ports);
    memcpy(cfg.sources, set->sources, sizeof cfg.sources);
    if (lc_gate_pack(set->scope, &gate) == LC_OK) {
        cfg.gate_n = (uint32_t)gate.n;
        fd = lc_config_write(&cfg, lc_buf_view(&gate));
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

static enum lc_status begin(struct scan *s)
{
    struct epoll_event sig = {.events = EPOLLIN, .data.u32 = TAG_SIGNAL};
    struct epoll_event dial = {.events = EPOLLIN, .data.u32 = TAG_DIAL};
    struct lc_sandbox_report box;
    enum lc_status st;

    s->config_fd = write_config(s->set);
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->signals = catch_signals();
    if (s->config_fd < 0 || s->epoll < 0 || s->signals < 0)
        return lc_fail(s->err, LC_EIO, _("cannot prepare the run: %s"), strerror(errno));
    st = lc_spawn_dial(&s->dial, s->config_fd, s->err);
    if (st != LC_OK)
        return st;
    (void)epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->signals, &sig);
    (void)epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->dial.link.fd, &dial);
    for (uint32_t i = 0; i < s->set->talkers && st == LC_OK; i++) {
        st = lc_flight_init(&s->talkers[i].flight, s->set->hosts_max / s->set->talkers + 1);
        if (st == LC_OK)
            st = start_talker(s, &s->talkers[i]);
    }
    if (st == LC_OK)
        st = lc_flight_init(&s->talkers[QUARANTINE].flight, 1);
    if (st == LC_OK)
        st = lc_sandbox_enter(LC_ROLE_CTL, s->set->sandbox_required, &box, s->err);
    return st;
}

static void end(struct scan *s)
{
    for (size_t i = 0; i < LC_TALKERS_MAX; i++) {
        s->sum->cpu_us[2] += lc_child_end(&s->talkers[i].child, s->stop);
        lc_flight_free(&s->talkers[i].flight);
    }
    s->sum->cpu_us[1] += lc_child_end(&s->dial, false);
    s->sum->cpu_us[0] = lc_clock_cpu_us();
    lc_feeder_free(&s->feeder);
    lc_judge_free(&s->judge);
    if (s->config_fd >= 0)
        (void)close(s->config_fd);
    if (s->epoll >= 0)
        (void)close(s->epoll);
    if (s->signals >= 0)
        (void)close(s->signals);
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
    s->config_fd = s->epoll = s->signals = -1;
    s->started_us = s->now_us = lc_clock_mono_us();
    out->last.targets = lc_targets_count(setup->plan);
    lc_judge_init(&s->judge, setup->identifier, setup->assessor);
    st = lc_feeder_init(&s->feeder, setup->plan, setup->store, setup->run->id, setup->resumed);
    out->last.done = s->done_before =
        setup->run->answered + setup->run->silent + setup->run->refused + setup->run->faults;
    if (st == LC_OK)
        st = begin(s);
    if (st == LC_OK)
        st = loop(s);
    /* What was answered is kept even when the run ends badly, unless the disk itself is the reason.
     */
    last = st == LC_EIO ? LC_OK : commit(s);
    if (st == LC_OK)
        st = last;
    out->last.elapsed_us = lc_clock_mono_us() - s->started_us;
    end(s);
    lc_free(s);
    if (st == LC_OK && !out->interrupted)
        st = lc_store_run_end(setup->store, setup->run, err);
    return st;
}
