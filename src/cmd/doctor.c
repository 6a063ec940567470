/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lenscap doctor: what this machine allows, what is missing and what to do about it.
 *
 * It only asks the kernel and looks at files; it sends nothing. Each check is a row: a word for
 * machines, a state, what was found, and advice where something can be done.
 */
#include "base/text.h"
#include "cmd/cmd.h"
#include "discover/engine.h"
#include "run/sandbox.h"

#include <cap-ng.h>
#include <errno.h>
#include <linux/seccomp.h>
#include <pwd.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct doctor_options {
    const char *store;
    bool json;
};

enum state { GOOD, NOTE, BAD };

struct row {
    const char *id, *label; /* label: N_() */
    enum state state;
    char value[256];
    const char *advice; /* N_() or NULL */
};

#define ROWS_MAX 16U

struct doctor {
    struct doctor_options opt;
    struct row rows[ROWS_MAX];
    size_t n;
    struct lc_attached nets[LC_ATTACHED_MAX];
    size_t nets_n;
    struct lc_buf out;
};

static struct row *row(struct doctor *d, const char *id, const char *label, enum state state)
{
    struct row *r = &d->rows[d->n++];

    *r = (struct row){.id = id, .label = label, .state = state};
    return r;
}

#define SAY(r, ...) (void)snprintf((r)->value, sizeof(r)->value, __VA_ARGS__)

/* ---- who we are ---- */

static void versions(struct doctor *d)
{
    struct lc_kb *kb;
    struct lc_err err;
    bool ok = lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err) == LC_OK;
    struct row *r = row(d, "program", N_("program"), GOOD);

    SAY(r, "lenscap %s", LC_VERSION);
    r = row(d, "knowledge", N_("knowledge"), ok ? GOOD : BAD);
    if (ok) {
        const struct lc_port_plan *ports;

        SAY(r, _("version %s, %zu ports"), lc_kb_version(kb), lc_kb_ports(kb, &ports));
        lc_kb_close(kb);
    } else {
        SAY(r, "%.255s", err.text);
        r->advice = N_("this program is damaged: install it again");
    }
}

static void user(struct doctor *d)
{
    const struct passwd *pw = getpwuid(geteuid());
    struct row *r = row(d, "user", N_("user"), geteuid() == 0 ? NOTE : GOOD);

    SAY(r, "%.64s (%u)", pw ? pw->pw_name : "?", (unsigned)geteuid());
    if (geteuid() == 0)
        r->advice =
            N_("only the sweep by raw packets needs rights, and setcap cap_net_raw+ep gives "
               "them: run lenscap as an ordinary user");
}

static void capabilities(struct doctor *d)
{
    bool have, raw;
    int fd;
    struct row *r;

    (void)capng_get_caps_process();
    have = capng_have_capabilities(CAPNG_SELECT_CAPS) > CAPNG_NONE;
    r = row(d, "capabilities", N_("capabilities"), GOOD);
    SAY(r, "%s", have ? _("some (the roles give them up)") : _("none"));
    fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
    raw = fd >= 0;
    if (raw)
        (void)close(fd);
    r = row(d, "raw-sockets", N_("raw sockets"), raw ? GOOD : NOTE);
    SAY(r, "%s", raw ? _("yes") : _("no: only the fast sweep of big networks would use them"));
    if (!raw)
        r->advice =
            N_("scan works without; to allow them: setcap cap_net_raw+ep on the lenscap program");
}

/* The program is loaded and put away again. Whether a card takes its frames shows in a scan. */
static void engine_xdp(struct doctor *d)
{
    struct lc_err err = {""};
    bool can = lc_engine_xdp_check(&err) == LC_OK;
    struct row *r = row(d, "engine-xdp", "engine xdp", can ? GOOD : NOTE);

    if (can)
        SAY(r, "%s", _("yes; whether the network card takes its frames shows in a scan"));
    else
        SAY(r, _("no: %.240s"), err.text);
}

/* ---- what locks the roles in ---- */

static void sandbox(struct doctor *d)
{
    /* A NULL filter is EFAULT where filters exist and EINVAL where they do not (seccomp(2)). */
    bool seccomp = prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, NULL, 0, 0) < 0 && errno == EFAULT;
    int abi = lc_landlock_abi(), nnp = prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0);
    struct row *r = row(d, "seccomp", "seccomp", seccomp ? GOOD : BAD);

    SAY(r, "%s", seccomp ? _("yes") : _("no"));
    if (!seccomp)
        r->advice =
            N_("the roles run with less protection: take a kernel with CONFIG_SECCOMP_FILTER");
    r = row(d, "landlock", "Landlock", abi ? GOOD : NOTE);
    if (abi)
        SAY(r, _("yes, ABI %d"), abi);
    else
        SAY(r, "%s", _("no"));
    if (!abi)
        r->advice = N_("seccomp still locks the roles in; to add it, put landlock into the "
                       "kernel's lsm= list");
    r = row(d, "no-new-privs", "no_new_privs", nnp >= 0 ? GOOD : BAD);
    SAY(r, "%s", nnp >= 0 ? _("yes") : _("no"));
}

static void descriptors(struct doctor *d)
{
    struct rlimit l = {0, 0};
    struct row *r;
    unsigned long long room;

    (void)getrlimit(RLIMIT_NOFILE, &l);
    room = (unsigned long long)l.rlim_max / 5 * 4;
    r = row(d, "open-files", N_("open files"), room >= 1024 ? GOOD : NOTE);
    SAY(r, _("%llu now, %llu at most: %llu connections at once"), (unsigned long long)l.rlim_cur,
        (unsigned long long)l.rlim_max, room);
    if (room < 1024)
        r->advice =
            N_("big networks go faster with more: raise 'ulimit -n' (LimitNOFILE= in systemd)");
}

/* ---- files ---- */

static bool can_write(const char *path)
{
    struct lc_buf folder;
    const char *slash = strrchr(path, '/');
    bool yes;

    if (access(path, F_OK) == 0)
        return access(path, R_OK | W_OK) == 0;
    lc_buf_init(&folder, 4096);
    (void)lc_buf_put(&folder, slash ? lc_slice_of(path, (size_t)(slash - path) + 1) : LC_S("."));
    yes = access(lc_buf_cstr(&folder), W_OK | X_OK) == 0;
    lc_buf_free(&folder);
    return yes;
}

static void store(struct doctor *d)
{
    struct row *r = row(d, "store", N_("store"), GOOD);
    const char *path = d->opt.store;
    struct lc_buf own;
    struct lc_err err = {""};

    lc_buf_init(&own, 4096);
    if (!path)
        path = lc_store_default_path(&own, &err) == LC_OK ? lc_buf_cstr(&own) : NULL;
    if (!path) {
        r->state = BAD;
        SAY(r, "%.255s", err.text);
    } else if (can_write(path)) {
        SAY(r, _("%.180s (can be written)"), path);
    } else {
        r->state = BAD;
        SAY(r, _("%.180s (cannot be written)"), path);
        r->advice = N_("name another file with --store, or give yourself the right to write there");
    }
    lc_buf_free(&own);
}

static void authority(struct doctor *d)
{
    bool keys = access(LC_SCOPE_KEYS, F_OK) == 0, readable = access(LC_SCOPE_KEYS, R_OK) == 0;
    struct row *r = row(d, "scope-keys", N_("pinned keys"), keys && !readable ? BAD : GOOD);

    SAY(r, "%s: %s", LC_SCOPE_KEYS,
        !keys      ? _("none, so only private networks can be scanned")
        : readable ? _("there")
                   : _("there, but you may not read it"));
    if (keys && !readable)
        r->advice = N_("have the administrator run 'chmod 644' on it");
    keys = access(LC_SCOPE_NEVER, F_OK) == 0;
    readable = access(LC_SCOPE_NEVER, R_OK) == 0;
    r = row(d, "never-scan", N_("exclusion list"), keys && !readable ? BAD : GOOD);
    SAY(r, "%s: %s", LC_SCOPE_NEVER,
        !keys      ? _("none; the built-in exclusions hold")
        : readable ? _("there")
                   : _("there, but you may not read it"));
    if (keys && !readable)
        r->advice = N_("have the administrator run 'chmod 644' on it");
}

/* ---- printing ---- */

static const char *const net_words[] = {
    N_("may be scanned without a scope file"),
    N_("too wide: needs a scope file"),
    N_("public: needs a signed scope file"),
    N_("link-local: needs a scope file"),
};

static const char *const net_ids[] = {"allowed", "too-wide", "public", "link-local"};
static const char *const state_ids[] = {"good", "note", "bad"};

static void net_text(const struct lc_attached *net, char out[static LC_ADDR_TEXT + 8])
{
    char first[LC_ADDR_TEXT];

    (void)lc_addr_format(&net->net.first, first);
    (void)snprintf(out, LC_ADDR_TEXT + 8, "%s/%u", first, net->bits);
}

static void print_person(struct doctor *d, bool color)
{
    static const char *const marks[] = {"+", "-", "!"}, *const paint[] = {"\033[32m", "\033[33m",
                                                                          "\033[31m"};

    for (size_t i = 0; i < d->n; i++) {
        const struct row *r = &d->rows[i];
        struct lc_buf text;

        lc_buf_init(&text, 1024);
        lc_put_tty(&text, lc_slice_str(r->value)); /* paths and names are the system's, not ours */
        if (r->advice)
            (void)lc_buf_putf(&text, "; %s", _(r->advice));
        (void)lc_buf_putf(&d->out, "%s%s%s", color ? paint[r->state] : "", marks[r->state],
                          color ? "\033[0m" : "");
        lc_options_row(&d->out, _(r->label), lc_buf_cstr(&text), 22);
        lc_buf_free(&text);
    }
    (void)lc_buf_putf(&d->out, "\n%s\n", _("Attached networks:"));
    for (size_t i = 0; i < d->nets_n; i++) {
        char net[LC_ADDR_TEXT + 8], left[LC_ADDR_TEXT + 32];

        net_text(&d->nets[i], net);
        (void)snprintf(left, sizeof left, "%s (%s)", net, d->nets[i].ifname);
        lc_options_row(&d->out, left, _(net_words[d->nets[i].kind]), 34);
    }
    if (!d->nets_n)
        (void)lc_buf_putf(&d->out, "  %s\n", _("none"));
}

static void print_json(struct doctor *d)
{
    struct lc_json j = {.out = &d->out};

    lc_json_open(&j, NULL, '{');
    lc_json_str(&j, "schema", LC_S("lenscap.doctor/1"));
    lc_json_open(&j, "checks", '[');
    for (size_t i = 0; i < d->n; i++) {
        lc_json_open(&j, NULL, '{');
        lc_json_str(&j, "check", lc_slice_str(d->rows[i].id));
        lc_json_str(&j, "state", lc_slice_str(state_ids[d->rows[i].state]));
        lc_json_str(&j, "value", lc_slice_str(d->rows[i].value));
        if (d->rows[i].advice)
            lc_json_str(&j, "advice", lc_slice_str(_(d->rows[i].advice)));
        else
            lc_json_null(&j, "advice");
        lc_json_close(&j, '}');
    }
    lc_json_close(&j, ']');
    lc_json_open(&j, "networks", '[');
    for (size_t i = 0; i < d->nets_n; i++) {
        char net[LC_ADDR_TEXT + 8];

        net_text(&d->nets[i], net);
        lc_json_open(&j, NULL, '{');
        lc_json_str(&j, "interface", lc_slice_str(d->nets[i].ifname));
        lc_json_str(&j, "network", lc_slice_str(net));
        lc_json_str(&j, "state", lc_slice_str(net_ids[d->nets[i].kind]));
        lc_json_close(&j, '}');
    }
    lc_json_close(&j, ']');
    lc_json_close(&j, '}');
    (void)lc_buf_u8(&d->out, '\n');
}

static int doctor(const struct lc_verb *verb, int argc, char **argv)
{
    static struct doctor d;
    int args_n, code = lc_options(verb, argc, argv, &d.opt, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    versions(&d);
    user(&d);
    capabilities(&d);
    engine_xdp(&d);
    sandbox(&d);
    descriptors(&d);
    store(&d);
    authority(&d);
    d.nets_n = lc_scope_attached(d.nets);
    lc_buf_init(&d.out, 65536);
    if (d.opt.json)
        print_json(&d);
    else
        print_person(&d, lc_cmd_color());
    code = lc_cmd_print(&d.out);
    lc_buf_free(&d.out);
    return code;
}

static const struct lc_opt opts[] = {
    {"json", NULL, N_("one JSON object in each line"), offsetof(struct doctor_options, json), NULL},
    {"store", N_("FILE"), N_("look at this store instead of your own"),
     offsetof(struct doctor_options, store), NULL},
};

const struct lc_verb lc_verb_doctor = {
    .name = "doctor",
    .args = "",
    .summary = N_("say what this machine allows and what to do about what it does not"),
    .opts = opts,
    .opts_n = sizeof opts / sizeof *opts,
    .run = doctor,
};
