/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Engine xdp: what engine packet does, but frames leave without a socket buffer each. They are made
 * here, by the same code, into pages that a program in the kernel (xdp_sweep.bpf.c) shares; one
 * system call sends thousands. Cookies and order stay out here: in the kernel they would cost the
 * same, and the sweep keeps its budgets per host and network only if it names each probe.
 *
 * Answers, questions over UDP, and batches too small to be worth a run are engine packet's.
 *
 * After open the system calls are engine packet's and bpf(BPF_PROG_TEST_RUN), which needs no right
 * once the program is loaded.
 */
#include "discover/engine_packet.h"
#include "discover/xdp_sweep.h"

#include "base/log.h"
#include "base/tr.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#define SMALL   32U   /* a run costs as much as some 20 frames of engine packet */
#define WORTH   2048U /* probes a call: beyond, a run's own cost is lost in the noise */
#define AT_ONCE 64U   /* frames between two looks of a virtual card's peer at its ring of 256 */
#define RECORDS ((LC_XDP_BATCH + LC_XDP_SPARE) * sizeof(struct lc_xdp_record))

_Static_assert(LC_XDP_SPARE * sizeof(struct lc_xdp_record) >= LC_FRAME_MAX,
               "the last record has room for the longest frame");

extern const uint8_t lc_xdp_object[], lc_xdp_object_end[]; /* the program, an ELF file */

struct xdp {
    struct lc_engine packet;
    struct bpf_object *object;
    struct bpf_link *counters[2];
    int program, home, away, pin; /* away: the namespace whose lo holds the program */
    struct lc_xdp_record *records;
    volatile struct lc_xdp_run *run;
    size_t probe[LC_XDP_BATCH]; /* which probe a record carries */
    int error;                  /* the kernel takes no runs */
    uint64_t sent, dropped;
};

/* ---- sending ---- */

/* Runs the program on the first n records; returns how many it took. */
static size_t fire(struct xdp *x, size_t n, uint32_t longest)
{
    static const uint8_t blank[LC_XDP_FRAME];
    LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = blank, .data_size_in = longest, .repeat = (int)n,
                .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = AT_ONCE);
    uint64_t lost = x->run->lost + x->run->refused;
    size_t took;
    int error;

    x->run->at = 0;
    x->run->n = (uint32_t)n;
    x->run->stopped = 0;
    x->run->busy = 1;
    error = bpf_prog_test_run_opts(x->program, &run);
    x->run->busy = 0;
    took = x->run->at;
    x->run->n = 0;
    lost = x->run->lost + x->run->refused - lost;
    x->error = took == 0 && error != -EINTR ? -error : 0;
    assert(took <= n);
    x->sent += took > lost ? took - lost : 0;
    x->dropped += lost;
    return took;
}

/* Makes records until there is no room; returns how many probes that took. Questions over UDP leave
 * at once: should the budget end the run before them, they will be asked twice. */
static size_t fill(struct xdp *x, int64_t now_us, const struct lc_probe *v, size_t n,
                   size_t *records_n, uint32_t *longest)
{
    uint8_t *pages = (uint8_t *)x->records;
    size_t i = 0, k = 0;

    for (; i < n && k < LC_XDP_BATCH; i++) {
        size_t len;

        if (v[i].port.dgram) {
            if (x->packet.send(x->packet.ctx, now_us, &v[i], 1) == 0)
                break;
            continue;
        }
        /* In its place, with room behind it for the longest frame there is: LC_XDP_SPARE. */
        len = lc_packet_frame(x->packet.ctx, &v[i], pages + k * sizeof *x->records);
        if (len == 0)
            continue;
        assert(len <= LC_XDP_FRAME);
        x->records[k].len = (uint16_t)len;
        x->probe[k++] = i;
        *longest = len > *longest ? (uint32_t)len : *longest;
    }
    *records_n = k;
    return i;
}

static size_t send_probes(void *ctx, int64_t now_us, const struct lc_probe *v, size_t n)
{
    struct xdp *x = ctx;
    size_t done = 0;

    while (done < n && n - done >= SMALL && x->error == 0) {
        uint32_t longest = 0;
        size_t records_n, took, filled;

        filled = fill(x, now_us, v + done, n - done, &records_n, &longest);
        took = records_n ? fire(x, records_n, longest) : 0;
        if (x->error)
            lc_log(LC_LOG_WARN,
                   _("the kernel runs the program of engine xdp no more (%s): the sweep goes on "
                     "like engine packet"),
                   strerror(x->error));
        if (took < records_n)
            return done + x->probe[took];
        if (filled == 0)
            return done;
        done += filled;
    }
    return done < n ? done + x->packet.send(x->packet.ctx, now_us, v + done, n - done) : n;
}

static bool receive(void *ctx, int64_t now_us,
                    void (*answer)(void *sweep, int64_t now_us, const struct lc_answer *a),
                    void *sweep)
{
    struct xdp *x = ctx;

    return x->packet.receive(x->packet.ctx, now_us, answer, sweep);
}

static void get_counts(void *ctx, struct lc_engine_counts *out)
{
    const struct xdp *x = ctx;

    x->packet.counts(x->packet.ctx, out);
    out->sent += x->sent;
    out->local_drops += x->dropped;
}

/* ---- opening ---- */

static void close_xdp(void *ctx)
{
    struct xdp *x = ctx;
    const int fds[3] = {x->pin, x->home, x->away};

    for (size_t i = 0; i < 3; i++)
        if (fds[i] >= 0)
            (void)close(fds[i]);
    for (size_t i = 0; i < 2; i++)
        (void)bpf_link__destroy(x->counters[i]);
    if (x->records)
        (void)munmap(x->records, RECORDS);
    if (x->run)
        (void)munmap((void *)x->run, sizeof *x->run);
    bpf_object__close(x->object);
    if (x->packet.close)
        x->packet.close(x->packet.ctx);
    lc_free(x);
}

static enum lc_status cannot(struct lc_err *err, int error)
{
    if (error == EPERM || error == EACCES)
        return lc_fail(err, LC_EPERM, "%s",
                       _("engine xdp loads a program into the kernel: run it as root, or use "
                         "--engine packet"));
    return lc_fail(err, LC_EINVAL,
                   _("this kernel does not take the program of engine xdp (it needs Linux 5.18): "
                     "%s; use --engine packet"),
                   strerror(error));
}

static void wide(uint64_t out[2], const struct lc_addr *a)
{
    struct lc_cur c = {.s = lc_slice_of(a->b, 16)};

    for (size_t i = 0; i < 2; i++) {
        out[i] = (uint64_t)lc_cur_be32(&c) << 32;
        out[i] |= lc_cur_be32(&c);
    }
}

static struct bpf_map *map_of(const struct xdp *x, const char *name)
{
    return bpf_object__find_map_by_name(x->object, name);
}

/* From here on nobody can write to it, the program included. */
static bool fill_list(const struct xdp *x, const char *name, const struct lc_range *v, size_t n)
{
    int fd = bpf_map__fd(map_of(x, name));

    for (uint32_t i = 0; i < n; i++) {
        struct lc_xdp_range r;

        wide((uint64_t *)r.first, &v[i].first);
        wide((uint64_t *)r.last, &v[i].last);
        if (bpf_map_update_elem(fd, &i, &r, BPF_ANY) != 0)
            return false;
    }
    return bpf_map_freeze(fd) == 0;
}

static bool size_list(const struct xdp *x, const char *name, size_t n)
{
    return bpf_map__set_max_entries(map_of(x, name), n ? (uint32_t)n : 1) == 0;
}

/* A budget that the sweep's own never meets: a tenth more, a run at once, and the 10 ms that the
 * overall budget lets gather (scope/pace.c). */
static struct lc_xdp_fixed fixed_of(const struct lc_gate *g, uint32_t total_pps, uint32_t ifindex)
{
    struct lc_xdp_fixed f = {.ifindex = ifindex,
                             .allow_n = (uint32_t)g->allow_n,
                             .exclude_n = (uint32_t)g->exclude_n,
                             .never_n = (uint32_t)g->never_n};

    f.gap = 1024 * UINT64_C(1000000000) / (total_pps + total_pps / 10 + 1);
    f.burst = f.gap * LC_XDP_BATCH + 1024 * UINT64_C(10000000);
    return f;
}

static bool load(struct xdp *x, const struct lc_gate *g, uint32_t total_pps, uint32_t ifindex)
{
    struct lc_xdp_fixed fixed = fixed_of(g, total_pps, ifindex);
    struct bpf_program *sweep;

    (void)libbpf_set_print(NULL);
    x->object =
        bpf_object__open_mem(lc_xdp_object, (size_t)(lc_xdp_object_end - lc_xdp_object), NULL);
    if (x->object == NULL || !size_list(x, "allow", g->allow_n) ||
        !size_list(x, "exclude", g->exclude_n) || !size_list(x, "never", g->never_n) ||
        bpf_map__set_initial_value(map_of(x, ".rodata"), &fixed, sizeof fixed) != 0 ||
        bpf_object__load(x->object) != 0)
        return false;
    sweep = bpf_object__find_program_by_name(x->object, "sweep");
    x->program = bpf_program__fd(sweep);
    return fill_list(x, "allow", g->allow, g->allow_n) &&
           fill_list(x, "exclude", g->exclude, g->exclude_n) &&
           fill_list(x, "never", g->never, g->never_n);
}

static bool map_pages(struct xdp *x)
{
    int prot = PROT_READ | PROT_WRITE;
    void *records = mmap(NULL, RECORDS, prot, MAP_SHARED, bpf_map__fd(map_of(x, "records")), 0);
    void *run = mmap(NULL, sizeof *x->run, prot, MAP_SHARED, bpf_map__fd(map_of(x, "runs")), 0);

    x->records = records == MAP_FAILED ? NULL : records;
    x->run = run == MAP_FAILED ? NULL : run;
    return x->records && x->run;
}

/* Losses on the way out; a kernel without these tracepoints loses in silence. */
static void attach_counters(struct xdp *x)
{
    static const char *const names[2] = {"count_lost", "count_refused"};

    for (size_t i = 0; i < 2; i++)
        x->counters[i] = bpf_program__attach(bpf_object__find_program_by_name(x->object, names[i]));
}

/* A program that is attached nowhere is put into the kernel's dispatcher for each run and taken out
 * again: twice a wait for all processors, 28 ms a run as measured. So it is attached for good: to
 * the loopback interface of a namespace that exists for nothing else, where nothing ever arrives.
 */
static bool pin(struct xdp *x)
{
    LIBBPF_OPTS(bpf_link_create_opts, opts, .flags = XDP_FLAGS_SKB_MODE);
    int error;

    x->home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    if (x->home < 0 || unshare(CLONE_NEWNET) != 0)
        return false;
    x->away = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
    x->pin = bpf_link_create(x->program, (int)if_nametoindex("lo"), BPF_XDP, &opts);
    error = errno;
    if (setns(x->home, CLONE_NEWNET) != 0) {
        close(x->pin);
        x->pin = -1;
    }
    errno = error;
    return x->pin >= 0 && x->away >= 0;
}

static bool send_alone(void *ctx, const uint8_t *frame, size_t n)
{
    struct xdp *x = ctx;

    memcpy(x->records[0].frame, frame, n);
    x->records[0].len = (uint16_t)n;
    errno = EIO;
    return fire(x, 1, (uint32_t)n) == 1;
}

/* Whether a card takes such frames is not to be asked, only seen: the router must answer one. A
 * kernel before live frames refuses the run itself. */
static enum lc_status prove(struct xdp *x, struct lc_err *err)
{
    const struct lc_way *w = lc_packet_way(x->packet.ctx);
    uint8_t mac[6];
    int error = 0;

    for (size_t v6 = 0; v6 < 2; v6++)
        if (w->has[v6] && lc_resolve_through(w, v6, send_alone, x, mac, &error)) {
            x->sent = x->dropped = 0;
            return LC_OK;
        }
    if (x->error)
        return cannot(err, x->error);
    return lc_fail(err, LC_EINVAL,
                   _("frames of engine xdp do not get through %s (the other end of a virtual card "
                     "needs GRO): use --engine packet"),
                   w->ifname);
}

static enum lc_status open_all(struct xdp *x, const struct lc_engine_xdp_config *cfg,
                               struct lc_err *err)
{
    enum lc_status st = lc_engine_packet_open(&cfg->packet, &x->packet, err);

    if (st == LC_EPERM)
        return cannot(err, EPERM);
    if (st != LC_OK)
        return st;
    if (lc_packet_way(x->packet.ctx)->loopback)
        return lc_fail(err, LC_EINVAL, "%s",
                       _("engine xdp needs a network card: use --engine packet or connect here"));
    errno = 0;
    if (!load(x, cfg->gate, cfg->total_pps, lc_packet_way(x->packet.ctx)->ifindex) ||
        !map_pages(x) || !pin(x))
        return cannot(err, errno);
    attach_counters(x);
    return prove(x, err);
}

static struct xdp *new_xdp(void)
{
    struct xdp *x = lc_alloc(sizeof *x);

    if (x)
        x->home = x->away = x->pin = -1;
    return x;
}

/* A run without a record: the program drops the one frame that it is shown. */
enum lc_status lc_engine_xdp_check(struct lc_err *err)
{
    static const uint8_t blank[LC_XDP_FRAME];
    const struct lc_gate nothing = {.allow_n = 0};
    LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = blank, .data_size_in = sizeof blank, .repeat = 1,
                .flags = BPF_F_TEST_XDP_LIVE_FRAMES);
    struct xdp *x = new_xdp();
    enum lc_status st = LC_OK;

    if (x == NULL)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    errno = 0;
    if (!load(x, &nothing, 1, 0) || bpf_prog_test_run_opts(x->program, &run) != 0)
        st = cannot(err, errno);
    close_xdp(x);
    return st;
}

enum lc_status lc_engine_xdp_open(const struct lc_engine_xdp_config *cfg, struct lc_engine *out,
                                  struct lc_err *err)
{
    struct xdp *x = new_xdp();
    enum lc_status st;

    assert(cfg->gate && cfg->total_pps > 0);
    if (x == NULL)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    st = open_all(x, cfg, err);
    if (st != LC_OK) {
        close_xdp(x);
        return st;
    }
    *out = (struct lc_engine){.ctx = x,
                              .name = "xdp",
                              .fd = x->packet.fd,
                              .batch = WORTH,
                              .can_ask = lc_packet_can_ask,
                              .send = send_probes,
                              .receive = receive,
                              .counts = get_counts,
                              .close = close_xdp};
    return LC_OK;
}
