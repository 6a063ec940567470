/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lenscap-sim: plays a street of devices from persona files, keeps the ground truth and counts what
 * its visitor did. Options below; the file format stands in sim/personas/README.md.
 */
#include "country.h"
#include "netns.h"
#include "server.h"
#include "tls.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/text.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define LIST_MAX 64

static const char usage[] =
    "usage: lenscap-sim --personas DIR [--personas DIR] [options]\n"
    "  --personas DIR      play every persona file of DIR, in the order of their names\n"
    "  --only ID           play only this one (may be repeated)\n"
    "  --base ADDR         address of the first device, the others follow (default 127.0.9.1)\n"
    "  --tarpits N         N more devices that send a byte per ten seconds\n"
    "  --fleet N           play N devices instead, going round the personas named next\n"
    "  --fleet-persona ID  persona of the fleet (may be repeated)\n"
    "  --anywhere          fleet: listen beyond the device lo; only in a network namespace of its "
    "own\n"
    "  --lan DEVICE        where questions to groups and broadcasts are heard (default: lo for "
    "loopback\n"
    "                      addresses, else the first other device)\n"
    "  --visitor ADDR      over UDP count and judge only what comes from there; everybody is "
    "answered\n"
    "  --truth-only        write the truth and end\n"
    "  --truth FILE        write what a scan must report, one JSON object per device\n"
    "  --counters FILE     write what the visitor did, at the end and on SIGUSR1\n"
    "  --ready-fd N        write a line there once listening (default: \"ready N devices\" on "
    "stdout)\n"
    "  --max-seconds N     end after N seconds (default 3600)\n";

struct options {
    const char *dir[LIST_MAX], *only[LIST_MAX], *fleet_id[LIST_MAX];
    size_t dir_n, only_n, fleet_id_n;
    uint64_t fleet, tarpits, max_seconds, ready_fd;
    const char *truth, *counters, *lan;
    struct lc_addr base, visitor;
    struct sim_country_wish country;
    bool anywhere, truth_only, one_visitor, help;
};

static enum lc_status number(const char *name, uint64_t max, uint64_t *out, struct lc_err *err)
{
    if (lc_slice_u64(lc_slice_str(optarg), max, out) == LC_OK)
        return LC_OK;
    return lc_fail(err, LC_EINVAL, "--%s takes a number up to %llu", name, (unsigned long long)max);
}

static enum lc_status address(const char *name, struct lc_addr *out, struct lc_err *err)
{
    if (lc_addr_parse(lc_slice_str(optarg), out) == LC_OK)
        return LC_OK;
    return lc_fail(err, LC_EINVAL, "--%s takes an address, not \"%s\"", name, optarg);
}

static enum lc_status add(const char **list, size_t *n, struct lc_err *err)
{
    if (*n == LIST_MAX)
        return lc_fail(err, LC_EINVAL, "an option stands more than %d times", LIST_MAX);
    list[(*n)++] = optarg;
    return LC_OK;
}

static const struct option long_options[] = {
    {"personas", 1, NULL, 'p'},
    {"only", 1, NULL, 'o'},
    {"base", 1, NULL, 'b'},
    {"tarpits", 1, NULL, 't'},
    {"fleet", 1, NULL, 'f'},
    {"fleet-persona", 1, NULL, 'F'},
    {"anywhere", 0, NULL, 'a'},
    {"truth", 1, NULL, 'T'},
    {"counters", 1, NULL, 'c'},
    {"country", 1, NULL, SIM_OPT_COUNTRY},
    {"seed", 1, NULL, SIM_OPT_SEED},
    {"share", 1, NULL, SIM_OPT_SHARE},
    {"country-refuse", 1, NULL, SIM_OPT_REFUSE},
    {"country-persona", 1, NULL, SIM_OPT_KIND},
    {"country-nft", 1, NULL, SIM_OPT_NFT},
    {"country-truth", 1, NULL, SIM_OPT_COUNTRY_TRUTH},
    {"country-seconds", 0, NULL, SIM_OPT_COUNTRY_SECONDS},
    {"ready-fd", 1, NULL, 'r'},
    {"max-seconds", 1, NULL, 'm'},
    {"lan", 1, NULL, 'l'},
    {"visitor", 1, NULL, 'v'},
    {"truth-only", 0, NULL, 'O'},
    {"help", 0, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static enum lc_status one_option(struct options *o, int opt, struct lc_err *err)
{
    switch (opt) {
    case 'p':
        return add(o->dir, &o->dir_n, err);
    case 'o':
        return add(o->only, &o->only_n, err);
    case 'F':
        return add(o->fleet_id, &o->fleet_id_n, err);
    case 'b':
        return address("base", &o->base, err);
    case 'v':
        o->one_visitor = true;
        return address("visitor", &o->visitor, err);
    case 't':
        return number("tarpits", 1 << 20, &o->tarpits, err);
    case 'f':
        return number("fleet", 1 << 24, &o->fleet, err);
    case 'm':
        return number("max-seconds", 1 << 24, &o->max_seconds, err);
    case 'r':
        return number("ready-fd", 1 << 20, &o->ready_fd, err);
    case 'a':
        o->anywhere = true;
        return LC_OK;
    case 'T':
        o->truth = optarg;
        return LC_OK;
    case 'c':
        o->counters = optarg;
        return LC_OK;
    case 'l':
        o->lan = optarg;
        return LC_OK;
    case 'O':
        o->truth_only = true;
        return LC_OK;
    case 'h':
        o->help = true;
        return LC_OK;
    default:
        return sim_country_option(&o->country, opt, optarg, err);
    }
}

static enum lc_status read_options(struct options *o, int argc, char **argv, struct lc_err *err)
{
    *o = (struct options){.base = lc_addr_v4(0x7f000901),
                          .max_seconds = 3600,
                          .ready_fd = STDOUT_FILENO,
                          .country = {.seed = 1, .share = 48, .refuse = 100}};
    enum lc_status st = LC_OK;
    for (int opt; st == LC_OK && (opt = getopt_long(argc, argv, "", long_options, NULL)) != -1;)
        st = one_option(o, opt, err);
    if (st != LC_OK || o->help)
        return st;
    if (optind < argc)
        return lc_fail(err, LC_EINVAL, "\"%s\" is no option; see lenscap-sim --help", argv[optind]);
    if (!o->dir_n)
        return lc_fail(err, LC_EINVAL, "--personas DIR is missing; see lenscap-sim --help");
    if (o->fleet && (!o->fleet_id_n || !lc_addr_is_v4(&o->base)))
        return lc_fail(err, LC_EINVAL, "--fleet takes --fleet-persona ID and an IPv4 --base");
    if ((o->country.truth || o->country.nft_device) && !o->country.prefix)
        return lc_fail(err, LC_EINVAL, "--country-truth and --country-nft go with --country");
    return LC_OK;
}

/* The persona of --tarpits: loaded already, or beside the folders given. */
static const struct sim_persona *find_tarpit(struct sim_street *street, const struct options *o,
                                             struct lc_err *err)
{
    const struct sim_persona *p = sim_street_find(street, LC_S("h7-tarpit"));
    for (size_t i = 0; !p && i < o->dir_n; i++) {
        char path[4096];
        snprintf(path, sizeof(path), "%s/hostile/h7-tarpit.yaml", o->dir[i]);
        if (access(path, R_OK) == 0 && sim_street_load_file(street, path, err) == LC_OK)
            p = sim_street_find(street, LC_S("h7-tarpit"));
    }
    if (!p)
        (void)lc_fail(err, LC_ENOENT, "--tarpits: no persona h7-tarpit in the folders given");
    return p;
}

static bool wanted(const struct options *o, struct lc_slice id)
{
    for (size_t i = 0; i < o->only_n; i++)
        if (lc_slice_eq(id, lc_slice_str(o->only[i])))
            return true;
    return o->only_n == 0;
}

struct plan {
    struct sim_host *host;
    size_t n;
    struct lc_addr next;
};

static void settle(struct plan *p, const struct sim_persona *persona)
{
    p->host[p->n++] = (struct sim_host){.addr = p->next, .persona = persona};
    p->next = lc_addr_next(&p->next);
}

static enum lc_status check_ids(const struct sim_street *s, const char *const *id, size_t n,
                                struct lc_err *err)
{
    for (size_t i = 0; i < n; i++)
        if (!sim_street_find(s, lc_slice_str(id[i])))
            return lc_fail(err, LC_ENOENT, "no persona has the id \"%s\"", id[i]);
    return LC_OK;
}

static enum lc_status make_plan(struct sim_street *street, const struct options *o, struct plan *p,
                                struct lc_err *err)
{
    size_t street_n = street->n;
    enum lc_status st = check_ids(street, o->only, o->only_n, err);
    if (st == LC_OK)
        st = check_ids(street, o->fleet_id, o->fleet_id_n, err);
    if (st != LC_OK)
        return st;
    const struct sim_persona *tarpit = o->tarpits ? find_tarpit(street, o, err) : NULL;
    if (o->tarpits && !tarpit)
        return LC_ENOENT;
    p->host = lc_alloc_n(street_n + o->fleet + o->tarpits, sizeof(*p->host));
    if (!p->host)
        return lc_fail(err, LC_ENOMEM, "memory ran out");
    p->next = o->base;
    for (size_t i = 0; i < o->fleet; i++)
        settle(p, sim_street_find(street, lc_slice_str(o->fleet_id[i % o->fleet_id_n])));
    for (size_t i = 0; !o->fleet && i < street_n; i++)
        if (wanted(o, street->persona[i].id))
            settle(p, &street->persona[i]);
    for (size_t i = 0; i < o->tarpits; i++)
        settle(p, tarpit);
    return p->n ? LC_OK : lc_fail(err, LC_EINVAL, "there is no device to play");
}

static enum lc_status build_tls(const struct sim_persona *p, struct lc_err *err)
{
    enum lc_status st = LC_OK;
    for (size_t k = 0; k < p->port_n && st == LC_OK; k++)
        if (p->port[k].tls)
            st = sim_tls_build(p->port[k].tls, err);
    return st;
}

static enum lc_status build_all_tls(const struct plan *p, struct lc_err *err)
{
    enum lc_status st = LC_OK;
    for (size_t i = 0; i < p->n && st == LC_OK; i++)
        st = build_tls(p->host[i].persona, err);
    return st;
}

static bool speaks_udp(const struct plan *p)
{
    for (size_t i = 0; i < p->n; i++)
        if (p->host[i].persona->udp_n)
            return true;
    return false;
}

/* Wildcard listeners off lo, and answers to groups, would offer make-believe cameras to the real
 * network. */
static enum lc_status check_namespace(const struct plan *p, enum sim_bind how, struct lc_err *err)
{
    bool outside = how == SIM_BIND_ANY || (how == SIM_BIND_EXACT && speaks_udp(p) &&
                                           !lc_addr_is_loopback(&p->host[0].addr));
    if (!outside || sim_netns_own())
        return LC_OK;
    return lc_fail(err, LC_EREFUSED,
                   "--anywhere, and devices that speak UDP off loopback, are only for a network "
                   "namespace of their own (ip netns exec, unshare -n); this one is the machine's");
}

static void put_words(struct lc_json *j, const char *key, const struct lc_slice *word, size_t n)
{
    lc_json_open(j, key, '[');
    for (size_t i = 0; i < n; i++)
        lc_json_str(j, NULL, word[i]);
    lc_json_close(j, ']');
}

static void put_mac(struct lc_json *j, const struct sim_persona *p, uint32_t id)
{
    char text[32];
    int n = snprintf(text, sizeof(text), "%02X:%02X:%02X:%02X:%02X:%02X", p->oui[0], p->oui[1],
                     p->oui[2], id >> 16 & 255, id >> 8 & 255, id & 255);
    lc_json_str(j, "mac", lc_slice_of(text, p->has_mac ? (size_t)n : 0));
}

static void put_truth(struct lc_buf *b, const struct sim_host *h, size_t place)
{
    char addr[LC_ADDR_TEXT];
    const struct sim_truth *t = &h->persona->truth;
    struct lc_json j = {.out = b};
    lc_json_open(&j, NULL, '{');
    lc_json_str(&j, "address", lc_slice_of(addr, lc_addr_format(&h->addr, addr)));
    lc_json_str(&j, "id", h->persona->id);
    lc_json_str(&j, "class", t->klass);
    lc_json_str(&j, "platform", t->platform);
    lc_json_str(&j, "brand", t->brand);
    lc_json_str(&j, "model", t->model);
    lc_json_str(&j, "firmware", t->firmware);
    lc_json_bool(&j, "camera", t->camera);
    lc_json_str(&j, "exposed", t->exposed);
    put_words(&j, "shows", t->shows, t->shows_n);
    put_words(&j, "shows_lan", t->shows_lan, t->shows_lan_n);
    put_mac(&j, h->persona, sim_persona_id(place));
    lc_json_open(&j, "ports", '[');
    for (size_t i = 0; i < h->persona->port_n; i++)
        lc_json_int(&j, NULL, h->persona->port[i].port);
    lc_json_close(&j, ']');
    lc_json_open(&j, "udp", '[');
    for (size_t i = 0; i < h->persona->udp_n; i++)
        lc_json_int(&j, NULL, h->persona->udp[i].port);
    lc_json_close(&j, ']');
    lc_json_close(&j, '}');
    lc_buf_puts(b, "\n");
}

static enum lc_status write_truth(const struct plan *p, const char *path, struct lc_err *err)
{
    FILE *f = fopen(path, "wbe");
    if (!f)
        return lc_fail(err, LC_EIO, "%s: cannot be written (%s)", path, strerror(errno));
    struct lc_buf b;
    bool ok = true;
    lc_buf_init(&b, 1 << 20);
    for (size_t i = 0; i < p->n && ok; i++) {
        lc_buf_reset(&b);
        put_truth(&b, &p->host[i], i);
        ok = !b.full && fwrite(b.p, 1, b.n, f) == b.n;
    }
    lc_buf_free(&b);
    ok = fclose(f) == 0 && ok;
    return ok ? LC_OK : lc_fail(err, LC_EIO, "%s: cannot be written", path);
}

static int open_signals(void)
{
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, NULL);
    signal(SIGPIPE, SIG_IGN);
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM);
    return signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
}

static enum lc_status serve(struct sim_server *s, const struct options *o, struct lc_err *err)
{
    int sig = open_signals();
    int64_t end = lc_clock_mono_us() + LC_SEC((int64_t)o->max_seconds);
    if (sig < 0)
        return lc_fail(err, LC_EIO, "no signalfd (%s)", strerror(errno));
    dprintf((int)o->ready_fd, "ready %zu devices\n", s->host_n);
    enum lc_status run, st = LC_OK;
    do {
        run = sim_server_run(s, sig, end);
        if (o->counters)
            st = sim_book_write(&s->book, o->counters, err);
    } while (run == LC_MORE && st == LC_OK);
    close(sig);
    return st;
}

static enum lc_status play(struct sim_street *street, const struct options *o, struct lc_err *err)
{
    struct plan plan = {0};
    struct sim_server server;
    enum sim_bind how = !o->fleet ? SIM_BIND_EXACT : o->anywhere ? SIM_BIND_ANY : SIM_BIND_LO;
    enum lc_status st = make_plan(street, o, &plan, err);
    if (st == LC_OK && o->truth)
        st = write_truth(&plan, o->truth, err);
    if (st == LC_OK && !o->truth_only)
        st = check_namespace(&plan, how, err);
    if (st == LC_OK && !o->truth_only)
        st = build_all_tls(&plan, err);
    if (st == LC_OK && !o->truth_only) {
        st = sim_server_open(&server, plan.host, plan.n, how, o->lan, err);
        server.one_visitor = o->one_visitor;
        server.visitor = o->visitor;
        if (st == LC_OK)
            st = serve(&server, o, err);
        sim_server_close(&server);
    }
    lc_free(plan.host);
    return st;
}

static enum lc_status serve_country(const struct sim_country *c, const struct options *o,
                                    struct lc_err *err)
{
    struct sim_server server;
    enum lc_status st = check_namespace(&(struct plan){0}, SIM_BIND_ANY, err);
    for (size_t i = 0; i < c->kind_n && st == LC_OK; i++)
        st = build_tls(c->persona[i], err);
    if (st != LC_OK)
        return st;
    struct sim_host *host = sim_country_hosts(c);
    if (!host)
        return lc_fail(err, LC_ENOMEM, "memory ran out");
    st = sim_server_open_country(&server, host, c, err);
    if (st == LC_OK)
        st = serve(&server, o, err);
    sim_server_close(&server);
    lc_free(host);
    return st;
}

/* Truth and filter are written without playing: they follow from the options alone. */
static enum lc_status play_country(const struct sim_street *street, const struct options *o,
                                   struct lc_err *err)
{
    struct sim_country c;
    const struct sim_country_wish *w = &o->country;
    enum lc_status st = sim_country_open(&c, w, street, err);
    if (st == LC_OK && w->truth)
        st = sim_country_write_truth(&c, w->truth, err);
    if (st == LC_OK && w->nft_device)
        st = sim_country_print_nft(&c, w->nft_device, err);
    if (st == LC_OK && !w->truth && !w->nft_device)
        st = serve_country(&c, o, err);
    sim_country_close(&c);
    return st;
}

int main(int argc, char **argv)
{
    struct options o;
    struct lc_err err = {.text = "memory ran out"};
    struct sim_street street;
    enum lc_status st = read_options(&o, argc, argv, &err);
    if (st == LC_OK && o.help) {
        fputs(usage, stdout);
        fputs(sim_country_usage, stdout);
        return 0;
    }
    if (st != LC_OK) {
        lc_log(LC_LOG_ERROR, "%s", err.text);
        return 2;
    }
    sim_street_init(&street);
    for (size_t i = 0; st == LC_OK && i < o.dir_n; i++)
        st = sim_street_load(&street, o.dir[i], &err);
    if (st == LC_OK)
        st = o.country.prefix ? play_country(&street, &o, &err) : play(&street, &o, &err);
    sim_street_free(&street);
    if (st == LC_OK)
        return 0;
    lc_log(LC_LOG_ERROR, "%s", err.text);
    return st == LC_EREFUSED ? 3 : 5;
}
