/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Authorisation: who may be asked, by whom, how fast, for what.
 *
 * A scope is read from a YAML file (docs/man/lenscap-scope.5) or is the built-in one: loopback and
 * attached private networks no wider than /20 (IPv6: /64). Public ranges need a signed file:
 * Ed25519 over its exact bytes, in FILE.sig (Base64), by a key that the administrator pinned in
 * LC_SCOPE_KEYS (one Base64 public key and a name per line, owned by root or by the user and
 * writable by no one else). A permanent exclusion list (LC_SCOPE_NEVER, plus ranges built in) beats
 * every scope.
 *
 * The same scope object is checked twice, by two pieces of code that share nothing but it:
 *   lc_scope_plan  interval arithmetic: targets minus everything refused, for the planner in ctl
 *   lc_gate_check  one address against the lists as they stand, for the gate before every connect
 * in dial
 */
#ifndef LC_SCOPE_SCOPE_H
#define LC_SCOPE_SCOPE_H

#include "base/addr.h"
#include "base/mem.h"

#define LC_SCOPE_KEYS  "/etc/lenscap/scope-keys"
#define LC_SCOPE_NEVER "/etc/lenscap/never-scan"

#define LC_SCOPE_FILE_MAX (4U << 20) /* a scope of a large country has 100,000 prefixes */

enum lc_check { /* what a scope may allow beyond the default questions */
                LC_CHECK_ANON_DEVICE_INFO =
                    1U << 0, /* "anonymous-device-info": ONVIF GetDeviceInformation, no password */
                LC_CHECK_CREDENTIALS =
                    1U << 1, /* "credentials": read with the owner's, later issues */
};

struct lc_rates {
    uint32_t host_pps;   /* initiated packets per second and host; default 10, at most 40 */
    uint32_t host_conns; /* connections at once per host; default 2, at most 8 */
    uint32_t block_pps;  /* per /24 (v6: /48); default 200, public scopes 20, at most 2,000 */
    uint32_t total_pps;  /* overall; default 2,000, at most 20,000 */
};

/* A scope that says `laboratory: true` and allows nothing but loopback, private and benchmark
 * ranges (198.18.0.0/15, 2001:2::/48) may raise any rate up to this. */
#define LC_RATE_LABORATORY 10000000U

struct lc_scope {
    struct lc_arena mem;
    struct lc_slice owner, contact, purpose, page,
        stop;                          /* UTF-8 text, ours to print through sinks */
    int64_t not_before_s, not_after_s; /* UTC; 0: no bound (built-in scope) */
    size_t allow_n, exclude_n, never_n;
    struct lc_range *allow, *exclude, *never; /* sorted, merged */
    unsigned checks;                          /* enum lc_check bits */
    struct lc_rates rates;
    bool builtin, is_signed, laboratory;
    bool is_public;         /* allows addresses that are neither loopback nor private */
    struct lc_slice signer; /* name beside the pinned key */
    uint8_t hash[32];       /* SHA-256 of the file's bytes; of the ranges for the built-in one */
};

/* Where keys and exclusions are read from; tests point it at their own files. NULL members: the
 * defaults. */
struct lc_scope_paths {
    const char *keys, *never;
};

/* Reads and checks a file. Messages name file and line. Refusals (expired, unsigned public range,
 * not yet valid, missing contact) are LC_EREFUSED; a malformed file is LC_EPARSE; unreadable LC_EIO
 * or LC_ENOENT. */
enum lc_status lc_scope_load(const char *path, const struct lc_scope_paths *paths, int64_t now_s,
                             struct lc_scope *out, struct lc_err *err) LC_MUST_CHECK;
/* Loopback and the private networks attached to this machine (getifaddrs), none wider than /20. A
 * wider one is left out and named in a warning on the log. IPv6 networks may be /64. */
enum lc_status lc_scope_builtin(const struct lc_scope_paths *paths, struct lc_scope *out,
                                struct lc_err *err) LC_MUST_CHECK;
void lc_scope_free(struct lc_scope *s);

/* What a scope says of one address, whenever that is asked: its validity is another question. */
enum lc_scope_says {
    LC_SCOPE_ALLOWS,
    LC_SCOPE_IS_SILENT, /* names it nowhere */
    LC_SCOPE_EXCLUDES,
    LC_SCOPE_IS_NEVER, /* on the permanent exclusion list, or no address of a device */
};
enum lc_scope_says lc_scope_look(const struct lc_scope *s, const struct lc_addr *a);

/* What a network attached to this machine means to the built-in scope. */
enum lc_attached_kind {
    LC_NET_ALLOWED,
    LC_NET_TOO_WIDE,
    LC_NET_PUBLIC,
    LC_NET_LINK_LOCAL, /* reachable only with a scope file */
};

#define LC_ATTACHED_MAX 64

struct lc_attached {
    char ifname[16];
    struct lc_range net;
    unsigned bits; /* of the prefix as written for its family */
    enum lc_attached_kind kind;
};

/* Networks of the interfaces that are up, without loopback, each once; returns how many were filled
 * in. */
size_t lc_scope_attached(struct lc_attached v[static LC_ATTACHED_MAX]);

/* ---- targets ---- */

/* The OUIs (IEEE's 24-bit prefixes of hardware addresses) of the makers of cameras. They are
 * knowledge, which lives on a floor above: whoever has it sets it before adding targets. Borrowed.
 */
struct lc_target_ouis {
    const uint8_t (*v)[3];
    size_t n;
};

struct lc_targets { /* a growing list, in the order given until planned */
    struct lc_range *v;
    size_t n, cap;
    struct lc_target_ouis ouis; /* for "eui64:PREFIX" */
};

/* What a person may name (lenscap-scan(1), Targets); on failure `t` is as it was:
 *   192.0.2.7  192.0.2.0/28  A-B     addresses; IPv6 at most 2^24 in one range
 *   192.0.2-3.1,7-9                  nmap's octets
 *   2001:db8::/64+ff                 window: its first 256 addresses
 *   2001:db8::/48/64+ff              windows: those of each /64 in the /48
 *   eui64:2001:db8::/64              addresses made from hardware addresses (RFC 4291, Appendix A)
 *   eui64:2001:db8::/64=44:19:B6     the same for one OUI; several are separated by commas
 *   camera.example                   every address the name has
 *   @FILE  @-                        a list, also the output of zmap, masscan and nmap; the ports
 *                                    in it are not kept; messages name file and line */
enum lc_status lc_targets_add(struct lc_targets *t, const char *text,
                              struct lc_err *err) LC_MUST_CHECK;
/* The attached private networks of at most 4,096 addresses: what `lenscap scan` without arguments
 * means. LC_ENOENT with a message when there is none. */
enum lc_status lc_targets_attached(struct lc_targets *t, struct lc_err *err) LC_MUST_CHECK;
/* Everything that a scope file allows: what `lenscap scan --scope FILE` without targets means. IPv6
 * ranges too wide to be swept are left out and told; LC_EINVAL when nothing else is there. */
enum lc_status lc_targets_allowed(struct lc_targets *t, const struct lc_scope *s,
                                  struct lc_err *err) LC_MUST_CHECK;
void lc_targets_free(struct lc_targets *t);
/* As people write it: "192.0.2.0/28" where the range is a prefix, else as lc_range_format. */
size_t lc_range_prefix(const struct lc_range *r, char out[static 2 * LC_ADDR_TEXT]);
uint64_t lc_targets_count(const struct lc_targets *t);

/* What may be asked of what was wanted: sorted, merged, without exclusions and unusable addresses.
 * When a wanted range is not wholly allowed: LC_EREFUSED and a message that names the first refused
 * part and why. Explicit exclusions and the permanent ones are silently taken out; LC_EREFUSED when
 * nothing is left. */
enum lc_status lc_scope_plan(const struct lc_scope *s, const struct lc_targets *want,
                             struct lc_targets *out, struct lc_err *err) LC_MUST_CHECK;

/* ---- how fast a run goes by itself, how long it takes ---- */

/* Packets per second for a run of `probes` packets when nobody asked for a rate. Public scopes:
 * such that it takes a day or more, at least 50, at most what is granted. Others: what is granted.
 */
uint32_t lc_scope_gentle_pps(const struct lc_scope *s, uint64_t probes);
/* How long they take at that rate, rounded up; INT64_MAX for never. */
int64_t lc_scope_duration_s(uint64_t probes, uint32_t pps);
/* How long the fullest /24 (v6: /48) of a plan takes when each address gets `probes_each`. A run
 * lasts as long as the longer of the two: the windows of an IPv6 network are all in one block. */
int64_t lc_scope_block_s(const struct lc_targets *plan, uint64_t probes_each, uint32_t block_pps);

/* ---- the gate: what dial holds; a flat copy that travels to the role as bytes ---- */

struct lc_gate {
    size_t allow_n, exclude_n, never_n;
    struct lc_range *allow, *exclude, *never;
    int64_t not_before_s, not_after_s;
    struct lc_rates rates;
    unsigned checks;
};

enum lc_status lc_gate_pack(const struct lc_scope *s, struct lc_buf *out) LC_MUST_CHECK;
enum lc_status lc_gate_unpack(struct lc_slice bytes,
                              struct lc_gate *out) LC_MUST_CHECK; /* LC_EPARSE */
void lc_gate_free(struct lc_gate *g);
bool lc_gate_check(const struct lc_gate *g, const struct lc_addr *a, int64_t now_s);

/* ---- the permanent exclusion list ---- */

/* Puts a range on the list `path` (NULL: LC_SCOPE_NEVER), which every scope obeys from then on.
 * `note` (may be empty) stands behind it. `added` is false when the list covers the range already.
 */
enum lc_status lc_never_add(const char *path, struct lc_slice range, struct lc_slice note,
                            bool *added, struct lc_err *err) LC_MUST_CHECK;

/* ---- signing ---- */

enum lc_status lc_scope_keygen(const char *private_path, struct lc_buf *public_line,
                               struct lc_err *err) LC_MUST_CHECK;
enum lc_status lc_scope_sign(const char *scope_path, const char *private_path, struct lc_err *err)
    LC_MUST_CHECK; /* writes scope_path.sig by temp file, sync and rename */
/* Does `path`.sig hold a signature of `bytes` by a key of the file `keys` (NULL: the
 * machine's)? LC_OK and the key's name
 * in `mem`; LC_EREFUSED and the reason otherwise. */
enum lc_status lc_scope_verify(const char *path, struct lc_slice bytes, const char *keys,
                               struct lc_arena *mem, struct lc_slice *signer,
                               struct lc_err *err) LC_MUST_CHECK;
/* The commented template that `lenscap scope init` writes. */
void lc_scope_template(struct lc_buf *out);

/* ---- a country's addresses, as the registries publish them (delegated-extended) ---- */

struct lc_delegated {
    char cc[3];                      /* in capitals */
    char source[48];                 /* registry and serial number of the file, or "" */
    struct lc_targets nets;          /* prefixes, sorted */
    uint64_t v4_n, v4_addrs;         /* IPv4: prefixes and addresses */
    uint64_t v6_n;                   /* IPv6: prefixes */
    uint64_t announced_n, records_n; /* records that the file says it has, and has */
};

/* Reads `path` ("-": standard input) for the country `cc`, two letters. LC_EPARSE with file and
 * line for what is not of the format; LC_ENOENT when nothing is delegated there. */
enum lc_status lc_delegated_read(const char *path, const char *cc, struct lc_delegated *out,
                                 struct lc_err *err) LC_MUST_CHECK;
void lc_delegated_free(struct lc_delegated *d);
/* A scope to fill in and sign, which is refused as it stands; lc_buf.full when it is too long. */
void lc_scope_draft(const struct lc_delegated *d, struct lc_buf *out);

#endif
