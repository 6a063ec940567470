/* SPDX-License-Identifier: Apache-2.0 */
/* The two passes of an import: the file onto the pile, the pile into the store. */
#include "run/import.h"
#include "base/clock.h"
#include "base/hash.h"
#include "base/tr.h"
#include "scope/file.h"
#include "store/pile.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMMIT_N 2000U
/* A scanner comes to one port several times: for the connection, the banner, the certificate. Rows
 * of one day are one look; older ones tell of another time. */
#define ONE_LOOK_US LC_SEC(86400)
#define PORTS_MAX   (LC_TALK_PORTS + 1U) /* and 0, the device itself */

struct place { /* where an endpoint's newest row stands */
    uint16_t port;
    int64_t observed_us;
    uint64_t line;
};

struct job {
    const struct lc_import_set *set;
    struct lc_import_sum *sum;
    struct lc_err *err;
    struct lc_pile *pile;
    struct lc_run run;
    struct lc_judge judge;
    int64_t now_us, file_us; /* the latest moment at which the file can have been written */
    /* The device that is being gathered. */
    struct lc_addr addr;
    struct lc_facts facts;
    size_t places_n;
    struct place places[PORTS_MAX];
    uint64_t index;
};

/* ---- first pass ---- */

static bool keeps(struct job *j, const struct lc_addr *a)
{
    switch (lc_scope_look(j->set->scope, a)) {
    case LC_SCOPE_ALLOWS:
        return true;
    case LC_SCOPE_IS_SILENT:
        j->sum->outside++;
        return false;
    case LC_SCOPE_EXCLUDES:
        j->sum->excluded++;
        return false;
    case LC_SCOPE_IS_NEVER:
        j->sum->never++;
        return false;
    }
    return false;
}

static enum lc_status on_row(void *ctx, const struct lc_import_row *row)
{
    struct job *j = ctx;
    struct lc_pile_row r = {row->addr, row->port, row->observed_us, row->line, row->facts};

    if (!keeps(j, &r.addr))
        return LC_OK;
    if (r.observed_us == 0)
        r.observed_us = j->file_us;
    if (r.observed_us > j->now_us) {
        r.observed_us = j->now_us;
        j->sum->future++;
    }
    return lc_pile_put(j->pile, &r, j->err);
}

static void on_bad(void *ctx, uint64_t line, const char *why)
{
    struct job *j = ctx;

    j->set->bad(j->set->ctx, line, why);
}

/* What people hand over as it came from the download. */
static enum lc_status check_magic(struct job *j, struct lc_slice head)
{
    static const struct {
        const char *bytes;
        size_t n;
        const char *tool;
    } packed[] = {
        {"\x1f\x8b", 2, "gunzip"},
        {"BZh", 3, "bunzip2"},
        {"\xfd"
         "7zXZ",
         5, "unxz"},
        {"\x28\xb5\x2f\xfd", 4, "unzstd"},
        {"PK\x03\x04", 4, "unzip"},
    };

    for (size_t i = 0; i < sizeof packed / sizeof *packed; i++)
        if (lc_slice_starts(head, lc_slice_of(packed[i].bytes, packed[i].n)))
            return lc_fail(j->err, LC_EINVAL, _("%s is compressed: unpack it first with %s"),
                           j->set->path, packed[i].tool);
    if (lc_slice_starts(head, lc_slice_of("\xff\xfe", 2)) ||
        lc_slice_starts(head, lc_slice_of("\xfe\xff", 2)))
        return lc_fail(j->err, LC_EINVAL,
                       _("%s is text in UTF-16: convert it first with iconv -f UTF-16 -t UTF-8"),
                       j->set->path);
    return LC_OK;
}

static enum lc_status open_file(struct job *j, int *fd)
{
    struct stat st;

    *fd = strcmp(j->set->path, "-") == 0 ? dup(STDIN_FILENO)
                                         : open(j->set->path, O_RDONLY | O_CLOEXEC);
    if (*fd < 0)
        return lc_file_failed(j->err, j->set->path, errno);
    if (fstat(*fd, &st) != 0 || S_ISDIR(st.st_mode))
        return lc_fail(j->err, LC_EINVAL, _("%s is a folder, not a file"), j->set->path);
    j->file_us = S_ISREG(st.st_mode) ? LC_SEC(st.st_mtim.tv_sec) : j->now_us;
    if (j->file_us > j->now_us)
        j->file_us = j->now_us;
    return LC_OK;
}

static enum lc_status feed(struct job *j, struct lc_importer *im, struct lc_slice bytes)
{
    enum lc_status st = lc_importer_feed(im, bytes);

    if (st == LC_ENOMEM)
        return lc_fail(j->err, st, "%s", _("out of memory"));
    return st == LC_DONE ? LC_OK : st; /* the rest is read for its hash only */
}

static enum lc_status read_all(struct job *j, struct lc_importer *im, struct lc_hasher *hasher,
                               int fd)
{
    static uint8_t piece[65536];
    enum lc_status st = LC_OK;
    bool first = true;

    while (st == LC_OK) {
        ssize_t n = read(fd, piece, sizeof piece);
        struct lc_slice bytes = lc_slice_of(piece, n > 0 ? (size_t)n : 0);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return lc_file_failed(j->err, j->set->path, errno);
        if (n == 0)
            break;
        st = first ? check_magic(j, bytes) : LC_OK;
        first = false;
        lc_hasher_add(hasher, bytes);
        if (st == LC_OK)
            st = feed(j, im, bytes);
    }
    return st == LC_OK ? lc_importer_end(im) : st;
}

static enum lc_status first_pass(struct job *j)
{
    struct lc_import_to to = {on_row, on_bad, j, j->set->port};
    struct lc_hasher *hasher = lc_hasher_new();
    struct lc_importer *im = NULL;
    int fd = -1;
    enum lc_status st = open_file(j, &fd);

    if (st == LC_OK)
        st = lc_pile_open(&j->pile, j->err);
    if (st == LC_OK && (!hasher || lc_importer_open(j->set->format, &to, &im) != LC_OK))
        st = lc_fail(j->err, LC_ENOMEM, "%s", _("out of memory"));
    if (st == LC_OK) {
        st = read_all(j, im, hasher, fd);
        j->sum->file = *lc_importer_counts(im);
    }
    lc_importer_close(im);
    lc_hasher_end(hasher, st == LC_OK ? j->sum->sha256 : NULL);
    if (fd >= 0)
        (void)close(fd);
    return st;
}

/* ---- second pass ---- */

static const struct place *place_of(const struct job *j, uint16_t port)
{
    for (size_t i = 0; i < j->places_n; i++)
        if (j->places[i].port == port)
            return &j->places[i];
    return NULL;
}

static const struct place *newest(const struct job *j)
{
    const struct place *p = &j->places[0];

    for (size_t i = 1; i < j->places_n; i++)
        if (j->places[i].observed_us > p->observed_us)
            p = &j->places[i];
    return p;
}

/* Endpoint 0 also holds ports that did not open; it is not put when nothing is said there. */
static void set_places(struct job *j, struct lc_host_result *r)
{
    struct lc_endpoint_result *v = j->judge.endpoints;

    if (v[r->endpoints_n - 1].facts.n == 0)
        r->endpoints_n--;
    for (size_t i = 0; i < r->endpoints_n; i++) {
        const struct place *p = place_of(j, v[i].port);

        p = p ? p : newest(j);
        v[i].observed_us = p->observed_us;
        v[i].line = p->line;
    }
}

static enum lc_status put_device(struct job *j)
{
    struct lc_host_result r = {.index = j->index, .addr = j->addr, .state = LC_HOST_ANSWERED};
    enum lc_status st;

    if (j->places_n == 0)
        return LC_OK;
    lc_import_complete(&j->facts);
    lc_derive_all(&j->facts);
    lc_kb_makers(j->set->kb, &j->facts);
    lc_judge_host(&j->judge, lc_buf_view(&j->facts.buf), newest(j)->observed_us, &r);
    r.recorded_us = j->now_us;
    set_places(j, &r);
    st = lc_store_put(j->set->store, j->run.id, &r, j->err);
    j->sum->devices++;
    j->sum->observations += r.endpoints_n;
    if (st == LC_OK && ++j->index % COMMIT_N == 0)
        st = lc_store_commit(j->set->store, j->err);
    return st;
}

static void add_facts(struct job *j, struct lc_slice facts)
{
    struct lc_cur at = {.s = facts};
    struct lc_fact f;

    while (lc_facts_next(&at, &f) == LC_OK)
        lc_facts_add(&j->facts, &f);
}

/* Rows come by address and port, each port's newest first. */
static enum lc_status gather(void *ctx, const struct lc_pile_row *row)
{
    struct job *j = ctx;
    const struct place *p;
    enum lc_status st = LC_OK;

    if (j->places_n && lc_addr_cmp(&row->addr, &j->addr) != 0) {
        st = put_device(j);
        j->places_n = 0;
    }
    if (j->places_n == 0) {
        j->addr = row->addr;
        lc_buf_reset(&j->facts.buf);
    }
    p = place_of(j, row->port);
    if (p == NULL && j->places_n == PORTS_MAX) {
        j->sum->crowded++;
        return st;
    }
    if (p && p->observed_us - row->observed_us > ONE_LOOK_US) {
        j->sum->old++;
        return st;
    }
    if (p == NULL)
        j->places[j->places_n++] = (struct place){row->port, row->observed_us, row->line};
    add_facts(j, row->facts);
    return st;
}

static struct lc_slice file_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return lc_slice_str(slash ? slash + 1 : path);
}

static enum lc_status begin_run(struct job *j)
{
    struct lc_source from = {
        .format = lc_slice_str(j->set->format_name),
        .name = file_name(j->set->path),
        .records = j->sum->file.records,
        .bad = j->sum->file.bad,
        .outside = j->sum->outside + j->sum->excluded + j->sum->never,
    };

    memcpy(from.sha256, j->sum->sha256, sizeof from.sha256);
    memcpy(j->run.scope_hash, j->set->scope->hash, sizeof j->run.scope_hash);
    j->run.started_us = j->now_us;
    (void)snprintf(j->run.knowledge, sizeof j->run.knowledge, "%s", lc_kb_version(j->set->kb));
    (void)snprintf(j->run.program, sizeof j->run.program, "%s", LC_VERSION);
    return lc_store_import_begin(j->set->store, &j->run, &from, j->err);
}

static enum lc_status second_pass(struct job *j)
{
    enum lc_status st = begin_run(j);

    if (st == LC_OK)
        st = lc_pile_each(j->pile, gather, j, j->err);
    if (st == LC_OK)
        st = put_device(j);
    if (st == LC_OK)
        st = lc_store_import_end(j->set->store, &j->run, j->err);
    j->sum->stored = st == LC_OK;
    j->sum->run = j->run.id;
    return st;
}

enum lc_status lc_import_run(const struct lc_import_set *set, struct lc_import_sum *sum,
                             struct lc_err *err)
{
    struct job j = {.set = set, .sum = sum, .err = err, .now_us = lc_clock_wall_us()};
    enum lc_status st;

    *sum = (struct lc_import_sum){.stored = false};
    lc_judge_init(&j.judge, set->identifier, set->assessor);
    lc_facts_init(&j.facts);
    st = first_pass(&j);
    if (st == LC_OK && !(set->strict && sum->file.bad))
        st = second_pass(&j);
    lc_pile_close(j.pile);
    lc_facts_free(&j.facts);
    lc_judge_free(&j.judge);
    return st;
}
