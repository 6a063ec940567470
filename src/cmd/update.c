/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lenscap update: takes over which flaws are exploited (CISA) and how likely that is (FIRST), from
 * files that the person has fetched. Nothing goes to the network.
 *
 * Everything is read and checked before the first byte is written; the stored file appears whole or
 * not at all. A feed that was not given keeps what was stored of it.
 */
#include "assess/vuln_feed.h"
#include "base/hash.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "scope/file.h"

#include <string.h>
#include <unistd.h>

#define MANIFEST_MAX 4096U

struct update_options {
    const char *kev, *epss, *manifest, *keys;
};

struct update_cmd {
    struct update_options opt;
    struct lc_kb *kb;
    struct lc_assessor *rules;
    struct lc_buf path, old, fresh, manifest;
    struct lc_err err;
};

/* ---- the manifest: which bytes the signer has seen ---- */

static enum lc_status check_manifest(struct update_cmd *c)
{
    const char *path = c->opt.manifest;
    struct lc_arena mem;
    struct lc_slice signer;
    struct lc_buf sig;
    enum lc_status st;

    if (!path)
        return LC_OK;
    st = lc_file_read(path, &c->manifest, NULL, &c->err);
    if (st != LC_OK)
        return st;
    lc_buf_init(&sig, 4096);
    (void)lc_buf_putf(&sig, "%s.sig", path);
    if (access(lc_buf_cstr(&sig), F_OK) != 0)
        st =
            lc_fail(&c->err, LC_EREFUSED,
                    _("%s is not signed: %s.sig is missing; sign it with 'lenscap scope sign --key "
                      "KEY %s'"),
                    path, path, path);
    lc_buf_free(&sig);
    lc_arena_init(&mem, 65536);
    if (st == LC_OK)
        st = lc_scope_verify(path, lc_buf_view(&c->manifest), c->opt.keys, &mem, &signer, &c->err);
    if (st == LC_OK)
        lc_log(LC_LOG_INFO, _("%s is signed by %.*s"), path, LC_S_ARG(signer));
    lc_arena_free(&mem);
    return st;
}

/* A line of the manifest is a SHA-256 in hex, two blanks and a name, as sha256sum writes it; the
 * sum counts, not the name. */
static enum lc_status is_listed(struct update_cmd *c, const char *name, struct lc_slice bytes)
{
    struct lc_slice rest = lc_buf_view(&c->manifest), line;
    uint8_t sum[32];
    char hex[65];

    if (!c->opt.manifest)
        return LC_OK;
    lc_sha256(bytes, sum);
    lc_hex(lc_slice_of(sum, sizeof sum), hex);
    while (lc_slice_next(&rest, '\n', &line) == LC_OK)
        if (lc_slice_ieq(lc_slice_sub(line, 0, 64), lc_slice_of(hex, 64)))
            return LC_OK;
    return lc_fail(
        &c->err, LC_EREFUSED,
        _("%s: its SHA-256 is not in %s: it is not the file that was signed; nothing was "
          "changed"),
        name, c->opt.manifest);
}

/* ---- the feeds ---- */

typedef enum lc_status feed_fn(struct lc_flaw_feed *f, struct lc_slice bytes, struct lc_err *err);

static enum lc_status take(struct update_cmd *c, const char *path, size_t max, feed_fn *feed,
                           struct lc_slice word)
{
    struct lc_flaw_feed f = {
        .knowledge = c->rules, .name = path, .latest = lc_cmd_day(1), .out = &c->fresh};
    struct lc_buf bytes;
    enum lc_status st;

    if (!path) {
        lc_feed_keep(lc_buf_view(&c->old), word, &c->fresh);
        return LC_OK;
    }
    lc_buf_init(&bytes, max);
    st = lc_file_read(path, &bytes, NULL, &c->err);
    if (st == LC_EFULL)
        st = lc_fail(&c->err, LC_EINVAL,
                     _("%s is longer than %zu bytes, which this list never is: is it the right "
                       "file? Nothing was changed"),
                     path, max);
    if (st == LC_OK)
        st = is_listed(c, path, lc_buf_view(&bytes));
    if (st == LC_OK)
        st = feed(&f, lc_buf_view(&bytes), &c->err);
    if (st == LC_OK)
        lc_log(LC_LOG_INFO, _("%s: %zu entries, %zu of them about flaws that Lenscap knows"), path,
               f.read, f.taken);
    lc_buf_free(&bytes);
    return st;
}

/* What is on disk now; a missing or damaged file has nothing to keep. */
static void read_old(struct update_cmd *c)
{
    struct lc_err ignored;

    if (lc_file_read(lc_buf_cstr(&c->path), &c->old, NULL, &ignored) != LC_OK ||
        lc_assessor_overlay(c->rules, lc_buf_view(&c->old), &ignored) != LC_OK)
        lc_buf_reset(&c->old);
}

static enum lc_status not_older(struct update_cmd *c, struct lc_overlay_dates before)
{
    struct lc_overlay_dates now = lc_assessor_dates(c->rules);
    bool kev = now.kev < before.kev;

    if (!kev && now.epss >= before.epss)
        return LC_OK;
    return lc_fail(&c->err, LC_EINVAL,
                   _("%s is older than what is here already: take today's file; nothing was "
                     "changed"),
                   kev ? c->opt.kev : c->opt.epss);
}

static enum lc_status make(struct update_cmd *c)
{
    struct lc_overlay_dates before;
    enum lc_status st = lc_cmd_overlay_path(&c->path, &c->err);

    if (st == LC_OK)
        st = check_manifest(c);
    if (st != LC_OK)
        return st;
    read_old(c);
    before = lc_assessor_dates(c->rules);
    lc_feed_head(&c->fresh);
    st = take(c, c->opt.kev, LC_FEED_KEV_MAX, lc_feed_kev, LC_S("kev"));
    if (st == LC_OK)
        st = take(c, c->opt.epss, LC_FEED_EPSS_MAX, lc_feed_epss, LC_S("epss"));
    if (st == LC_OK && c->fresh.full)
        st = lc_fail(&c->err, LC_EFULL, "%s", _("out of memory"));
    /* What is written must be readable: the check that every later start makes. */
    if (st == LC_OK)
        st = lc_assessor_overlay(c->rules, lc_buf_view(&c->fresh), &c->err);
    if (st == LC_OK)
        st = not_older(c, before);
    if (st == LC_OK)
        st = lc_file_replace(lc_buf_cstr(&c->path), lc_buf_view(&c->fresh), 0600, &c->err);
    if (st == LC_OK)
        lc_log(LC_LOG_INFO, _("written: %s"), lc_buf_cstr(&c->path));
    return st;
}

static int update(const struct lc_verb *verb, int argc, char **argv)
{
    struct update_cmd c = {.kb = NULL};
    enum lc_status st;
    int args_n, code = lc_options(verb, argc, argv, &c.opt, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    if (!c.opt.kev && !c.opt.epss) {
        st = lc_fail(&c.err, LC_EINVAL, "%s",
                     _("name a file with --kev or --epss: this program fetches nothing itself"));
        return lc_cmd_fail(st, &c.err);
    }
    lc_buf_init(&c.path, 4096);
    lc_buf_init(&c.old, LC_OVERLAY_MAX);
    lc_buf_init(&c.fresh, LC_OVERLAY_MAX);
    lc_buf_init(&c.manifest, MANIFEST_MAX);
    st = lc_cmd_knowledge(&c.kb, &c.rules, &c.err);
    if (st == LC_OK) {
        st = make(&c);
        lc_assessor_close(c.rules);
        lc_kb_close(c.kb);
    }
    lc_buf_free(&c.path);
    lc_buf_free(&c.old);
    lc_buf_free(&c.fresh);
    lc_buf_free(&c.manifest);
    return st == LC_OK ? LC_EXIT_DONE : lc_cmd_fail(st, &c.err);
}

static const struct lc_opt opts[] = {
    {"kev", N_("FILE"), N_("CISA's known_exploited_vulnerabilities.json"),
     offsetof(struct update_options, kev), NULL},
    {"epss", N_("FILE"), N_("FIRST's scores, epss_scores-current.csv, unpacked"),
     offsetof(struct update_options, epss), NULL},
    {"manifest", N_("FILE"),
     N_("take only files whose SHA-256 stands in FILE, which a pinned key has signed"),
     offsetof(struct update_options, manifest), NULL},
    {"keys", N_("FILE"), N_("pinned keys, instead of /etc/lenscap/scope-keys"),
     offsetof(struct update_options, keys), NULL},
};

const struct lc_verb lc_verb_update = {
    .name = "update",
    .args = "",
    .summary = N_("take over which known flaws are being exploited, from files you fetched"),
    .details =
        N_("An update can only add that a flaw is exploited and how likely that is: it makes "
           "no device vulnerable. A file that is damaged, cut, too long, older than what is "
           "here or from the future is refused, and nothing changes."),
    .opts = opts,
    .opts_n = sizeof opts / sizeof *opts,
    .run = update,
};
