/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Talkers: what each holds, what its death means, and the quarantine. Everything a talker holds can
 * be asked again, so its death is an ordinary event.
 */
#include "run/scan_room.h"

#include "base/clock.h"
#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOST_MAX 6U /* talkers that one host may cost, whoever is to blame */

enum lc_status scan_talker_start(struct scan *s, struct talker *t)
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
    struct lc_host_result r = {.state = LC_HOST_FAULT};
    enum lc_status st;

    lc_facts_init(&facts);
    lc_facts_bool(&facts, LC_F_HOST_PARSER_FAULT, true);
    lc_judge_host(&s->judge, lc_buf_view(&facts.buf), lc_clock_wall_us(), &r);
    st = scan_put(s, &r, host);
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
    return scan_talker_start(s, t);
}

static enum lc_status give(struct scan *s, struct talker *t, const struct lc_in_flight *host)
{
    uint64_t slot = lc_flight_add(&t->flight, host);
    struct lc_buf *b = lc_link_begin(&t->child.link, LC_MSG_HOST);
    struct lc_slice facts = {NULL, 0};

    if (s->local) {
        struct lc_in_flight *row = lc_flight_get(&t->flight, slot);

        row->known.gateway = lc_local_is_gateway(s->local, &host->addr);
        facts = lc_local_facts(s->local, &host->addr, s->now_us);
    }
    (void)lc_buf_le64(b, slot);
    lc_link_put_addr(b, &host->addr);
    lc_link_put_known(b, &lc_flight_get(&t->flight, slot)->known);
    (void)lc_buf_put(b, facts);
    lc_link_end(&t->child.link);
    return LC_OK;
}

/* A router that maps ports is asked before the others: what it says belongs to their results. */
static enum lc_status give_gateway(struct scan *s, struct talker *t)
{
    struct lc_in_flight host = {.slice_at = LC_NO_SLICE};

    if (s->local == NULL || s->sweeper.slices || !lc_local_gateway_first(s->local, &host.addr))
        return LC_OK;
    host.index = lc_feeder_index(&s->feeder, &host.addr);
    if (host.index == LC_FLIGHT_NONE)
        return LC_OK;
    s->feeder.skip = host.index;
    s->gateway_pending = true;
    return give(s, t, &host);
}

enum lc_status scan_fill(struct scan *s, struct talker *t)
{
    struct lc_in_flight host;
    enum lc_status st = give_gateway(s, t);

    while (st == LC_OK && !s->stop && !s->gateway_pending && t->flight.busy < t->flight.size) {
        st = lc_feeder_next(&s->feeder, s->now_us, &host, s->err);
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

enum lc_status scan_quarantine(struct scan *s)
{
    struct talker *q = &s->talkers[QUARANTINE];
    struct lc_in_flight host;
    enum lc_status st;

    if (s->stop || q->flight.busy || !lc_feeder_suspect(&s->feeder, &host))
        return LC_OK;
    if (q->child.pid == 0) {
        st = scan_talker_start(s, q);
        if (st != LC_OK)
            return st;
    }
    st = give(s, q, &host);
    if (lc_link_flush(&q->child.link) == LC_EIO)
        return LC_OK; /* its death is read from the same link */
    return st;
}

enum lc_status scan_talker_read(struct scan *s, struct talker *t)
{
    struct lc_cur body;
    uint32_t type;
    enum lc_status st = lc_link_read(&t->child.link, NULL), next;

    if (st == LC_AGAIN)
        return LC_OK;
    while ((next = lc_link_next(&t->child.link, &type, &body)) == LC_OK) {
        next = type == LC_MSG_RESULT ? scan_on_result(s, t, &body) : LC_EPARSE;
        if (next == LC_EPARSE)
            break;
        if (next != LC_OK)
            return next;
    }
    if (st == LC_EIO || next == LC_EPARSE)
        return on_death(s, t);
    return LC_OK;
}
