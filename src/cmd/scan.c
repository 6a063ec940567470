/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lenscap scan: options to a setup, the run, and what a person or a program sees of it.
 * The work itself is src/run/scan.c; nothing is decided here but defaults.
 */
#include "cmd/scan_cmd.h"

#include "base/clock.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "report/report.h"
#include "run/scan.h"

#include <errno.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define HOSTS_MAX 4096U

/* ---- from options to a setup ---- */

static enum lc_status number(struct scan_cmd *c, const char *option, const char *text, uint64_t max,
                             uint32_t *out)
{
    uint64_t v;

    if (text == NULL)
        return LC_OK;
    if (lc_slice_u64(lc_slice_str(text), max, &v) != LC_OK || v == 0)
        return lc_fail(&c->err, LC_EINVAL, _("--%s %s: a whole number from 1 to %llu is wanted"),
                       option, text, (unsigned long long)max);
    *out = (uint32_t)v;
    return LC_OK;
}

static enum lc_status load_scope(struct scan_cmd *c)
{
    if (c->opt.scope)
        return lc_scope_load(c->opt.scope, NULL, lc_clock_wall_us() / 1000000, &c->scope, &c->err);
    return lc_scope_builtin(NULL, &c->scope, &c->err);
}

/* Options may go below what the scope grants, never above. */
static enum lc_status choose_rates(struct scan_cmd *c)
{
    struct lc_rates *r = &c->scope.rates;
    enum lc_status st = number(c, "rate", c->opt.rate, r->total_pps, &r->total_pps);

    if (st == LC_OK)
        st = number(c, "host-rate", c->opt.host_rate, r->host_pps, &r->host_pps);
    if (r->block_pps > r->total_pps)
        r->block_pps = r->total_pps;
    return st;
}

static enum lc_status choose_ports(struct scan_cmd *c)
{
    const struct lc_port_plan *plans;
    size_t n = lc_kb_ports(c->kb, &plans);
    struct lc_slice list = lc_slice_str(c->opt.ports), one;

    if (c->opt.ports == NULL) {
        for (size_t i = 0; i < n && c->set.ports_n < LC_TALK_PORTS; i++)
            if (plans[i].priority == 1 || (c->opt.deep && plans[i].priority == 2))
                c->set.ports[c->set.ports_n++] = plans[i].port;
        return LC_OK;
    }
    while (lc_slice_next(&list, ',', &one) == LC_OK) {
        uint64_t port;

        if (lc_slice_u64(one, 65535, &port) != LC_OK || port == 0 ||
            c->set.ports_n == LC_TALK_PORTS)
            return lc_fail(&c->err, LC_EINVAL,
                           _("--ports %s: up to %u port numbers, separated by commas, are wanted"),
                           c->opt.ports, LC_TALK_PORTS);
        c->set.ports[c->set.ports_n++] = (uint16_t)port;
    }
    return LC_OK;
}

static enum lc_status choose_source(struct scan_cmd *c)
{
    struct lc_slice list = lc_slice_str(c->opt.source), one;

    while (c->opt.source && lc_slice_next(&list, ',', &one) == LC_OK)
        if (c->set.sources_n == LC_SOURCES_MAX ||
            lc_addr_parse(one, &c->set.sources[c->set.sources_n++]) != LC_OK)
            return lc_fail(&c->err, LC_EINVAL,
                           _("--source %s: addresses of this machine are wanted"), c->opt.source);
    return LC_OK;
}

/* Connections stay within 80 % of the descriptors that the system grants. */
static uint32_t hosts_at_once(const struct lc_rates *rates)
{
    struct rlimit l;
    uint64_t room = HOSTS_MAX;

    if (getrlimit(RLIMIT_NOFILE, &l) == 0 && l.rlim_max / 5 * 4 / rates->host_conns < room)
        room = l.rlim_max / 5 * 4 / rates->host_conns;
    return room ? (uint32_t)room : 1;
}

static enum lc_status set_up(struct scan_cmd *c)
{
    enum lc_status st = choose_rates(c);

    c->set.talkers = 1;
    if (st == LC_OK)
        st = number(c, "talkers", c->opt.talkers, LC_TALKERS_MAX - 3, &c->set.talkers);
    if (st == LC_OK)
        st = choose_ports(c);
    if (st == LC_OK)
        st = choose_source(c);
    if (st == LC_OK)
        st = lc_identifier_open(c->kb, &c->set.identifier, &c->err);
    if (st == LC_OK)
        st = lc_assessor_open(c->kb, &c->set.assessor, &c->err);
    if (st == LC_OK) {
        lc_cmd_overlay(c->set.assessor);
        lc_cmd_overlay_age(c->set.assessor);
    }
    c->set.kb = c->kb;
    c->set.deep = c->opt.deep;
    c->set.local = !c->opt.no_local && !c->opt.sweep_only;
    c->set.sweep_only = c->opt.sweep_only;
    c->set.scope = &c->scope;
    c->set.plan = &c->plan;
    c->set.run = &c->run;
    c->set.rates = c->scope.rates;
    c->set.hosts_max = hosts_at_once(&c->scope.rates);
    c->set.connect_us = LC_SCAN_CONNECT_US;
    c->set.dialogue_us = LC_TALK_DIALOGUE_US;
    c->set.host_us = LC_TALK_HOST_US;
    c->set.sandbox_required = c->opt.require_sandbox;
    return st;
}

/* ---- the plan, new or resumed ---- */

static uint64_t plan_hash(const struct scan_cmd *c)
{
    static const uint64_t key[2] = {1, 2};
    uint64_t parts[2];

    parts[0] = lc_siphash(key, lc_slice_of(c->plan.v, c->plan.n * sizeof *c->plan.v));
    parts[1] = lc_siphash(key, lc_slice_of(c->set.ports, c->set.ports_n * sizeof *c->set.ports));
    return lc_siphash(key, lc_slice_of(parts, sizeof parts));
}

/* For targets "eui64:PREFIX": the makers of cameras that the knowledge has. */
static enum lc_status give_ouis(struct scan_cmd *c)
{
    size_t at = 0, n = 0;
    uint8_t prefix[3];

    while (lc_kb_oui_next(c->kb, &at, prefix))
        n++;
    c->ouis = lc_alloc_n(n + 1, sizeof *c->ouis);
    if (c->ouis == NULL)
        return lc_fail(&c->err, LC_ENOMEM, "%s", _("out of memory"));
    at = n = 0;
    while (lc_kb_oui_next(c->kb, &at, c->ouis[n]))
        n++;
    c->want.ouis = (struct lc_target_ouis){(const uint8_t(*)[3])c->ouis, n};
    return LC_OK;
}

static enum lc_status wanted_plan(struct scan_cmd *c, int argc, char **argv)
{
    enum lc_status st = give_ouis(c);

    for (int i = 0; i < argc && st == LC_OK; i++)
        st = lc_targets_add(&c->want, argv[i], &c->err);
    if (st == LC_OK && argc == 0)
        st = c->opt.scope ? lc_targets_allowed(&c->want, &c->scope, &c->err)
                          : lc_targets_attached(&c->want, &c->err);
    if (st == LC_OK)
        st = lc_scope_plan(&c->scope, &c->want, &c->plan, &c->err);
    if (st == LC_OK && lc_targets_count(&c->plan) == 0)
        return lc_fail(&c->err, LC_EREFUSED, "%s",
                       _("nothing is left to scan: everything wanted is excluded by the scope"));
    return st;
}

static enum lc_status new_run(struct scan_cmd *c)
{
    c->run.started_us = lc_clock_wall_us();
    c->run.targets_n = lc_targets_count(&c->plan);
    c->run.plan_hash = plan_hash(c);
    c->run.deep = c->opt.deep;
    c->run.sweep_n = lc_sweep_plan_pack(&c->set.sweep, c->run.sweep, sizeof c->run.sweep);
    memcpy(c->run.scope_hash, c->scope.hash, sizeof c->run.scope_hash);
    (void)snprintf(c->run.knowledge, sizeof c->run.knowledge, "%s", lc_kb_version(c->kb));
    (void)snprintf(c->run.program, sizeof c->run.program, "%s", LC_VERSION);
    return lc_store_run_begin(c->store, &c->run, &c->plan, &c->err);
}

/* The scope is asked again: it may have expired, or exclude more than when the run began. */
static enum lc_status resumed_plan(struct scan_cmd *c, int argc)
{
    struct lc_targets again = {0};
    enum lc_status st;

    if (argc)
        return lc_fail(
            &c->err, LC_EINVAL, "%s",
            _("--resume goes on with the targets of the interrupted run; leave them out"));
    st = lc_store_run_resume(c->store, &c->run, &c->plan, &c->err);
    if (st == LC_OK)
        st = lc_scope_plan(&c->scope, &c->plan, &again, &c->err);
    lc_targets_free(&again);
    if (st == LC_OK && c->run.plan_hash != plan_hash(c))
        return lc_fail(
            &c->err, LC_EINVAL, "%s",
            _("the interrupted run asked other ports; give the same --deep and --ports"));
    c->set.resumed = true;
    if (st == LC_OK &&
        lc_sweep_plan_unpack(lc_slice_of(c->run.sweep, c->run.sweep_n), &c->set.sweep) != LC_OK)
        return lc_fail(&c->err, LC_EVERSION, "%s",
                       _("the interrupted run was made by another version of lenscap: start a new "
                         "one"));
    c->set.full = c->set.sweep.ports_n && c->set.sweep.likely_n == c->set.sweep.ports_n;
    return st;
}

/* ---- how to find out who is there ---- */

/* Questions over UDP where they are few; a country is asked them only on request. */
#define UDP_MAX 65536U

/* How many probes the sweep sends at most where nobody answers. */
static uint64_t probes_of(const struct scan_cmd *c, uint64_t *each)
{
    *each = (uint64_t)c->set.sweep.likely_n * c->set.sweep.passes;
    return *each * lc_targets_count(&c->plan);
}

/* Over public networks a run does not use up what the scope grants, unless it is told to. And who
 * starts a long run hears first how long it is. */
static void choose_pace(struct scan_cmd *c)
{
    uint64_t each, probes = probes_of(c, &each);
    struct lc_rates *r = &c->scope.rates;
    int64_t s, block_s;
    char took[32];

    if (c->opt.rate == NULL)
        r->total_pps = lc_scope_gentle_pps(&c->scope, probes);
    if (r->block_pps > r->total_pps)
        r->block_pps = r->total_pps;
    c->set.rates = *r;
    if (c->set.sweep.engine == LC_ENGINE_DIRECT || c->opt.quiet)
        return;
    s = lc_scope_duration_s(probes, r->total_pps);
    block_s = lc_scope_block_s(&c->plan, each, r->block_pps);
    s = s > block_s ? s : block_s;
    scan_duration((s < INT64_MAX / 1000000 ? s : INT64_MAX / 1000000) * 1000000, took);
    lc_log(
        LC_LOG_INFO,
        _("%llu addresses, up to %llu probes, %u a second at most: about %s, and longer where many "
          "answer; Ctrl-C stops, 'lenscap scan --resume' goes on"),
        (unsigned long long)lc_targets_count(&c->plan), (unsigned long long)probes, r->total_pps,
        took);
}

/* Of a new run; a resumed one goes on as it began. */
static enum lc_status choose_sweep(struct scan_cmd *c)
{
    struct lc_buf why;
    enum lc_status st;

    lc_buf_init(&why, sizeof c->err.text);
    st = lc_sweep_choose(&c->opt.sweep, &c->set, &why, &c->err);
    if (st == LC_OK && c->set.sweep.engine != LC_ENGINE_DIRECT && !c->opt.quiet)
        lc_log(LC_LOG_INFO, "%s", lc_buf_cstr(&why));
    lc_buf_free(&why);
    return st;
}

/* Who lives on an attached network is found by asking for its hardware address. The kernel keeps a
 * row of its neighbour table for each question, three seconds long, and drops packets while the
 * table is full: 1,024 rows (arp(7), gc_thresh3), of which a scan may take half. Measured on a /20
 * without this: 48 of 60 cameras found. */
#define LINK_HOSTS_MAX 512U

static bool on_a_link(const struct lc_targets *plan)
{
    static struct lc_attached nets[LC_ATTACHED_MAX];
    size_t n = lc_scope_attached(nets);

    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < plan->n; k++)
            if (lc_addr_cmp(&plan->v[k].first, &nets[i].net.last) <= 0 &&
                lc_addr_cmp(&nets[i].net.first, &plan->v[k].last) <= 0)
                return true;
    return false;
}

static void choose_window(struct scan_cmd *c)
{
    bool raw = c->set.sweep.engine >= LC_ENGINE_PACKET; /* asks the link itself */

    if (!raw && c->set.hosts_max > LINK_HOSTS_MAX && on_a_link(&c->plan))
        c->set.hosts_max = LINK_HOSTS_MAX;
}

static uint32_t choose_dgrams(const struct scan_cmd *c)
{
    if (c->opt.no_udp)
        return 0;
    return c->opt.deep ? 2 : lc_targets_count(&c->plan) <= UDP_MAX;
}

/* ---- the verb ---- */

static enum lc_status open_all(struct scan_cmd *c)
{
    enum lc_status st = load_scope(c);

    if (st == LC_OK)
        st = lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &c->kb, &c->err);
    if (st == LC_OK)
        st = set_up(c);
    return st;
}

/* Where bytes that crashed a parser twice are kept: a folder beside the store, for its owner alone.
 */
static enum lc_status faults_dir(struct scan_cmd *c)
{
    struct lc_slice store = lc_slice_str(c->opt.store);
    struct lc_buf own;
    enum lc_status st = LC_OK;

    if (lc_slice_eq(store, LC_S(":memory:")))
        return LC_OK;
    lc_buf_init(&own, 4096);
    if (store.n == 0) {
        st = lc_store_default_path(&own, &c->err);
        store = lc_buf_view(&own);
    }
    if (st == LC_OK)
        (void)snprintf(c->faults, sizeof c->faults, "%.*s.faults", LC_S_ARG(store));
    lc_buf_free(&own);
    c->set.faults_dir = c->faults;
    return st;
}

static enum lc_status plan_and_run(struct scan_cmd *c, int argc, char **argv)
{
    enum lc_status st = LC_OK;

    /* A refused target must not leave an empty store behind: the wish is checked before the file is
     * made. */
    if (!c->opt.resume)
        st = wanted_plan(c, argc, argv);
    if (st == LC_OK && !c->opt.resume)
        st = choose_sweep(c);
    if (st == LC_OK)
        st = lc_cmd_store(c->opt.store, false, &c->store, &c->err);
    if (st == LC_OK)
        st = c->opt.resume ? resumed_plan(c, argc) : new_run(c);
    if (st == LC_OK) {
        c->set.dgrams = choose_dgrams(c);
        choose_pace(c);
        choose_window(c);
    }
    if (st == LC_OK)
        st = faults_dir(c);
    c->set.store = c->store;
    c->set.ctx = c;
    c->set.device = c->opt.json ? scan_on_device : NULL;
    c->set.heard = c->opt.sweep_only ? scan_on_heard : NULL;
    c->set.progress = c->tty ? scan_on_progress : NULL;
    if (st == LC_OK)
        st = lc_scan_run(&c->set, &c->sum, &c->err);
    if (st == LC_OK && !c->opt.sweep_only)
        st = scan_print_end(c);
    if (st == LC_OK && c->opt.stats)
        scan_print_stats(c);
    return st;
}

static int finish(struct scan_cmd *c, enum lc_status st)
{
    int code = lc_cmd_exit(st);

    if (st != LC_OK) {
        if (c->tty)
            (void)fprintf(stderr, "\r\033[K");
        (void)lc_cmd_fail(st, &c->err);
    } else if (c->sum.interrupted) {
        lc_log(LC_LOG_INFO, "%s",
               _("stopped; what was found is kept. 'lenscap scan --resume' goes on"));
        code = LC_EXIT_PARTIAL;
    } else if (c->opt.fail_on && c->any_finding) {
        for (int s = 0; s <= (int)c->worst; s++)
            if (strcmp(lc_severity_names[s], c->opt.fail_on) == 0)
                code = LC_EXIT_FINDINGS;
    }
    return code;
}

static void close_all(struct scan_cmd *c)
{
    lc_assessor_close(c->set.assessor);
    lc_identifier_close(c->set.identifier);
    lc_kb_close(c->kb);
    lc_store_close(c->store);
    lc_free(c->ouis);
    lc_targets_free(&c->want);
    lc_targets_free(&c->plan);
    lc_scope_free(&c->scope);
    lc_buf_free(&c->out);
}

static int scan(const struct lc_verb *verb, int argc, char **argv)
{
    struct scan_cmd c = {.color = lc_cmd_color()};
    int args_n, code = lc_options(verb, argc, argv, &c.opt, &args_n);
    enum lc_status st;

    if (code != LC_OPTS_RUN)
        return code;
    c.tty = isatty(STDERR_FILENO) && !c.opt.quiet;
    lc_buf_init(&c.out, 4U << 20);
    st = open_all(&c);
    if (st == LC_OK)
        st = plan_and_run(&c, args_n, argv + 1);
    code = finish(&c, st);
    close_all(&c);
    return code;
}

#define AT(member) offsetof(struct scan_options, member)

static const struct lc_opt opts[] = {
    {"scope", N_("FILE"), N_("who may be asked, how fast; see 'lenscap scope init'"), AT(scope),
     NULL},
    {"store", N_("FILE"), N_("keep the results here; ':memory:' keeps nothing"), AT(store), NULL},
    {"resume", NULL, N_("go on with the run that was interrupted"), AT(resume), NULL},
    {"deep", NULL, N_("also the less likely ports"), AT(deep), NULL},
    {"json", NULL, N_("one JSON object in each line, as devices are found"), AT(json), NULL},
    {"quiet", NULL, N_("no progress, no table"), AT(quiet), NULL},
    {"fail-on", N_("SEVERITY"), N_("exit 1 when a finding is that severe or worse"), AT(fail_on),
     "info low medium high critical"},
    {"ports", N_("LIST"), N_("these TCP ports, separated by commas"), AT(ports), NULL},
    {"engine", N_("ENGINE"), N_("how to find out who is there; default auto"), AT(sweep.engine),
     "auto direct connect packet xdp"},
    {"mode", N_("MODE"), N_("planned: likely ports first, the rest where something answered; full"),
     AT(sweep.mode), "planned full"},
    {"likely", N_("N"), N_("how many of the ports are likely ones; default 6"), AT(sweep.likely),
     NULL},
    {"passes", N_("N"), N_("1: silent addresses get no second probe; default 2"), AT(sweep.passes),
     NULL},
    {"udp", N_("LIST"), N_("the sweep also asks over UDP: 'all', or names separated by commas"),
     AT(sweep.udp), NULL},
    {"sweep-only", NULL, N_("stop at who answers: one JSON object for each address"),
     AT(sweep_only), NULL},
    {"no-local", NULL, N_("no discovery by multicast and broadcast on attached networks"),
     AT(no_local), NULL},
    {"no-udp", NULL, N_("no questions over UDP to single addresses"), AT(no_udp), NULL},
    {"rate", N_("N"), N_("packets per second overall, at most what the scope grants"), AT(rate),
     NULL},
    {"host-rate", N_("N"), N_("packets per second to one host, at most what the scope grants"),
     AT(host_rate), NULL},
    {"source", N_("ADDR"),
     N_("connect from this address; several, separated by commas, take turns"), AT(source), NULL},
    {"talkers", N_("N"), N_("parsing processes, default 1"), AT(talkers), NULL},
    {"require-sandbox", NULL, N_("refuse to run where the kernel cannot confine the roles"),
     AT(require_sandbox), NULL},
    {"stats", NULL, N_("CPU time of each role as JSON on stderr"), AT(stats), NULL},
};

const struct lc_verb lc_verb_scan = {
    .name = "scan",
    .args = N_("[TARGET...]"),
    .summary = N_("find cameras and say what is wrong with them"),
    .details = N_("TARGET: an address, a prefix (192.0.2.0/28), a range (A-B), a host name, or "
                  "@FILE with a list "
                  "of these; lenscap-scan(1) has more. Without a target: everything that --scope "
                  "allows, or the "
                  "private networks this machine is attached to."),
    .opts = opts,
    .opts_n = sizeof opts / sizeof *opts,
    .args_max = -1,
    .run = scan,
};
