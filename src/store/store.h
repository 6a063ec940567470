/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The book: runs, units, endpoints, observations, devices, claims, findings. SQLite in WAL mode
 * with synchronous=FULL; readable by its owner alone (umask 077, refused when others can read it).
 *
 * Durability: lc_store_commit returns only after the transaction is synced; a unit's host is done
 * only in the transaction that holds its results. kill -9 loses at most what was not committed. A
 * failed sync is LC_EIO and ends the run: it is never retried. A full disk is LC_EIO with a message
 * that says so.
 */
#ifndef LC_STORE_STORE_H
#define LC_STORE_STORE_H

#include "assess/assess.h"
#include "identify/channels.h"
#include "scope/scope.h"

struct lc_store;

#define LC_UNIT_HOSTS 64U /* hosts per unit: the done mask is one 64-bit column */

/* ":memory:" keeps nothing. Creates the file (0600) unless read_only. LC_EVERSION: made by a newer
 * program. */
enum lc_status lc_store_open(const char *path, bool read_only, struct lc_store **out,
                             struct lc_err *err) LC_MUST_CHECK;
void lc_store_close(struct lc_store *s);
/* $XDG_DATA_HOME/lenscap/lenscap.db or ~/.local/share/...; creates the folder 0700. */
enum lc_status lc_store_default_path(struct lc_buf *out, struct lc_err *err) LC_MUST_CHECK;
/* Key of the deployment for keyed hashes of serials and MACs; made once, kept in the store. */
const uint8_t *lc_store_key(const struct lc_store *s); /* 32 bytes */

/* ---- runs ---- */

/* SCAN asked; IMPORT read what somebody else had asked (learn.c). */
enum lc_run_kind { LC_RUN_SCAN, LC_RUN_IMPORT };

struct lc_run {
    int64_t id;
    enum lc_run_kind kind;
    uint8_t scope_hash[32];
    int64_t started_us, ended_us; /* ended 0: not finished */
    uint64_t targets_n;
    uint64_t plan_hash; /* of the planned ranges and the port list: a resume must match it */
    char knowledge[17], program[32];
    bool deep;
    /* How the run sweeps, as src/run/slices.c packs it; 0 bytes: every target is asked itself. */
    uint8_t sweep[1024];
    size_t sweep_n;
    /* counters that add up: targets_n = answered + silent + refused + faults once ended */
    uint64_t answered, silent, refused, faults;
};

/* Starts a run and writes its plan (ranges). Fills run->id and run->targets_n. */
enum lc_status lc_store_run_begin(struct lc_store *s, struct lc_run *run,
                                  const struct lc_targets *plan, struct lc_err *err) LC_MUST_CHECK;
/* The newest run that did not end. LC_ENOENT when there is none. `plan` is filled as it was stored.
 */
enum lc_status lc_store_run_resume(struct lc_store *s, struct lc_run *run, struct lc_targets *plan,
                                   struct lc_err *err) LC_MUST_CHECK;
/* Bit i of the answer: host unit*64+i is done. */
enum lc_status lc_store_unit_mask(struct lc_store *s, int64_t run, uint64_t unit, uint64_t *mask,
                                  struct lc_err *err) LC_MUST_CHECK;
/* A slice of a sweep is done: its hosts' results stand in the same transaction. Its counts are
 * those of the run; results of its hosts are put with `in_slice`. */
struct lc_slice_counts {
    uint64_t answered, silent, refused, faults;
};
enum lc_status lc_store_slice_done(struct lc_store *s, int64_t run, uint64_t slice,
                                   const struct lc_slice_counts *c,
                                   struct lc_err *err) LC_MUST_CHECK;
/* Calls `each` for every slice that is done. */
enum lc_status lc_store_slices(struct lc_store *s, int64_t run,
                               void (*each)(void *ctx, uint64_t slice), void *ctx,
                               struct lc_err *err) LC_MUST_CHECK;

/* A block (/24, IPv6: /48) in which more addresses answer than devices can be: `pseudo` of the
 * `answered` ones answer on random ports, too. */
struct lc_crowd {
    struct lc_addr block;
    uint32_t asked, answered, pseudo;
};
enum lc_status lc_store_crowd_put(struct lc_store *s, int64_t run, const struct lc_crowd *c,
                                  struct lc_err *err) LC_MUST_CHECK;
enum lc_status lc_store_crowds(struct lc_store *s, int64_t run,
                               void (*each)(void *ctx, const struct lc_crowd *c), void *ctx,
                               struct lc_err *err) LC_MUST_CHECK;
/* LC_EINVAL while a target has no result: the run stays open. Fills the counters and ended_us. */
enum lc_status lc_store_run_end(struct lc_store *s, struct lc_run *run,
                                struct lc_err *err) LC_MUST_CHECK;

/* ---- results of one host ---- */

enum lc_host_state { LC_HOST_ANSWERED, LC_HOST_SILENT, LC_HOST_REFUSED, LC_HOST_FAULT };

struct lc_endpoint_result {
    uint16_t port;
    struct lc_slice facts; /* packed; attempts included (port.outcome) */
    /* Of an import only: */
    int64_t observed_us; /* when the source saw this endpoint */
    uint64_t line;       /* where it stands in the file */
};

struct lc_host_result {
    uint64_t index; /* of the target in the plan */
    struct lc_addr addr;
    enum lc_host_state state;
    bool in_slice; /* counted by its slice, not by itself */
    int64_t observed_us;
    int64_t recorded_us; /* not 0: from a file that was read then (lc_store_import_begin) */
    size_t endpoints_n;
    const struct lc_endpoint_result *endpoints; /* silent hosts have none */
    const struct lc_identity *identity;         /* NULL unless ANSWERED */
    const struct lc_judgement *judgement;
};

/* Buffers the result in the open transaction. */
enum lc_status lc_store_put(struct lc_store *s, int64_t run, const struct lc_host_result *r,
                            struct lc_err *err) LC_MUST_CHECK;
enum lc_status lc_store_commit(struct lc_store *s, struct lc_err *err) LC_MUST_CHECK;

/* ---- imports: what somebody else saw ---- */

/* The file an import read. Text is borrowed. */
struct lc_source {
    struct lc_slice format, name; /* "nmap-xml", "office.xml": no folder */
    uint8_t sha256[32];
    uint64_t records, bad, outside; /* in the file; unreadable; left out because of the scope */
};

/* Starts a run that is never resumed. Its results are put with `recorded_us`, index counting up
 * from 0. They never overwrite what a scan heard (learn.c). */
enum lc_status lc_store_import_begin(struct lc_store *s, struct lc_run *run,
                                     const struct lc_source *from,
                                     struct lc_err *err) LC_MUST_CHECK;
/* Commits; the run then counts as many targets as it has results. */
enum lc_status lc_store_import_end(struct lc_store *s, struct lc_run *run,
                                   struct lc_err *err) LC_MUST_CHECK;

/* ---- reading ---- */

/* A device as stored: everything a list or a report prints. Text is owned by `mem`. */
struct lc_device_finding {
    struct lc_slice rule;
    enum lc_tri result;
    uint16_t port;
    struct lc_slice fact, evidence; /* fact name */
    /* "new", "confirmed", "reappeared": result TRUE; "fixed": FALSE; "undecided": UNKNOWN */
    struct lc_slice state;
    int64_t first_us, last_us;
    /* Of a published flaw: enum lc_verdict, how sure, and why in English; else NONE, 0, empty. */
    enum lc_verdict verdict;
    uint8_t confidence;
    struct lc_slice reason;
};

struct lc_device_endpoint {
    uint16_t port;
    struct lc_slice outcome, protocol; /* "open", "rtsp" */
    struct lc_slice facts;             /* latest observation */
    int64_t observed_us;
    int64_t recorded_us; /* not 0: it was imported, and `from` says from what */
    struct {
        struct lc_slice format, name, sha256; /* the last as 32 bytes */
        uint64_t line;
    } from;
};

struct lc_device_claim {
    struct lc_slice attr, value, signature, fact, evidence;
    uint16_t port;
    uint8_t weight;
};

/* A picture of a recorder, or of a camera with several lenses. Its name is never kept. */
struct lc_device_channel {
    uint16_t number; /* from 1 */
    enum lc_channel_kind kind;
    enum lc_tri open; /* described to strangers */
    /* The camera behind it, where a login has read it: "" and no address otherwise. */
    struct lc_slice protocol;
    bool has_source;
    struct lc_addr source;
};

struct lc_device {
    struct lc_arena mem;
    int64_t id;
    struct lc_addr addr;
    int64_t first_us, last_us; /* seen */
    struct lc_slice value[LC_A_COUNT];
    uint8_t confidence[LC_A_COUNT];
    bool conflict;
    enum lc_tri exposed;
    struct lc_slice exposed_why, takeover_why;
    enum lc_exposure exposure;
    enum lc_takeover takeover;
    /* Who stands behind it, by lc_report_vendor; until then nobody. */
    const struct lc_vendor *vendor;
    struct lc_slice origin; /* ISO 3166 */
    size_t endpoints_n, claims_n, findings_n;
    struct lc_slice facts; /* of the whole device: discovery, and attempts that opened nothing */
    struct lc_device_endpoint *endpoints;
    struct lc_device_claim *claims;
    struct lc_device_finding *findings;
    /* For counting: as many as are listed, else 1 for a camera, else 0: not known. */
    uint32_t channels_n;
    size_t channels_listed_n;
    struct lc_device_channel *channels;
};

/* What one run heard of one address, as it was stored: to be judged again. */
struct lc_heard_facts {
    struct lc_addr addr;
    int64_t observed_us;
    struct lc_slice facts; /* of all its endpoints, behind each other */
};
/* Calls `each` for every address that answered in the run, in no order that matters; memory is that
 * of one. A status other than LC_OK ends the walk and is returned. */
enum lc_status lc_store_facts(struct lc_store *s, int64_t run,
                              enum lc_status (*each)(void *ctx, const struct lc_heard_facts *h),
                              void *ctx, struct lc_err *err) LC_MUST_CHECK;
/* LC_ENOENT with a message when there is no such run. */
enum lc_status lc_store_run(struct lc_store *s, int64_t id, struct lc_run *out,
                            struct lc_err *err) LC_MUST_CHECK;

/* Calls `each` for every device in address order; a status other than LC_OK from it ends the walk
 * and is returned. The device is freed after each call. `run` 0: all. */
typedef enum lc_status lc_device_fn(void *ctx, struct lc_device *d);
enum lc_status lc_store_each(struct lc_store *s, int64_t run, lc_device_fn *each, void *ctx,
                             struct lc_err *err) LC_MUST_CHECK;
/* By id ("12") or by address text; LC_ENOENT with a message. Free with lc_arena_free(&d->mem). */
enum lc_status lc_store_device(struct lc_store *s, const char *which, struct lc_device *out,
                               struct lc_err *err) LC_MUST_CHECK;
/* Newest run, ended or not. LC_ENOENT when the store is empty. */
enum lc_status lc_store_last_run(struct lc_store *s, struct lc_run *out,
                                 struct lc_err *err) LC_MUST_CHECK;

/* Sorted, without times and surrogate ids: defines "the same result". JSON lines. */
enum lc_status lc_store_export_canonical(struct lc_store *s, FILE *out,
                                         struct lc_err *err) LC_MUST_CHECK;

#endif
