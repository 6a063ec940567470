/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of src/scope share among themselves and with their tests. Nobody else includes
 * this.
 */
#ifndef LC_SCOPE_INSIDE_H
#define LC_SCOPE_INSIDE_H

#include "base/tr.h"
#include "scope/file.h"
#include "scope/scope.h"

#define LC_SCOPE_LIST_MAX (16U << 20) /* the never-scan list is written by programs */
#define LC_SCOPE_MEM_MAX  (64U << 20)
#define LC_SCOPE_TEXT_MAX 512U
#define LC_TARGETS_MAX    (1U << 24) /* separate ranges of one target; 40 bytes each */
#define LC_TARGETS_WIDE   (1U << 24) /* addresses of one IPv6 range: more cannot be asked */

struct ifaddrs;

/* ---- yaml.c: a small tree with lines; every slice ends in NUL ---- */

enum lc_node_kind { LC_NODE_TEXT, LC_NODE_LIST, LC_NODE_MAP };

struct lc_node {
    enum lc_node_kind kind;
    bool plain;                   /* TEXT: written without quotes */
    unsigned line;                /* 1.. */
    struct lc_slice key;          /* of a map's member */
    struct lc_slice text;         /* TEXT */
    struct lc_node *first, *last; /* members, in the order of the file */
    struct lc_node *next;
    size_t n;
};

enum lc_status lc_yaml_read(const char *path, struct lc_slice text, struct lc_arena *mem,
                            struct lc_node **root, struct lc_err *err) LC_MUST_CHECK;

/* ---- names for messages ---- */

struct lc_quoted {
    char text[256];
};

/* A piece of somebody's file made fit for a message: inert and cut. */
struct lc_quoted lc_quote(struct lc_slice s);
struct lc_quoted lc_range_name(const struct lc_range *r); /* as a prefix where it is one */

/* Where a text stands. It is put into words only when a message needs it: lists have millions of
 * lines. */
struct lc_place {
    const char *file; /* NULL: on the command line */
    unsigned line;
};

struct lc_quoted lc_place_name(const struct lc_place *at); /* "FILE:LINE: " or "" */

/* ---- lines.c: a file line by line, in memory that does not grow with it ---- */

#define LC_LINE_MAX (256U << 10)

struct lc_lines {
    struct lc_place at; /* the line that was given last */
    bool cut;           /* it was longer than LC_LINE_MAX: the rest of it is passed over */
    int fd;
    bool ended, inside; /* inside: of a line that was cut */
    size_t from;
    struct lc_buf text;
};

/* `path`: an ordinary file, or "-" for standard input. It is borrowed until the end. To be closed
 * whatever comes out. */
enum lc_status lc_lines_open(struct lc_lines *l, const char *path,
                             struct lc_err *err) LC_MUST_CHECK;
/* The next line without its end and without a byte order mark, valid until the next call. LC_DONE
 * behind the last one. */
enum lc_status lc_lines_next(struct lc_lines *l, struct lc_slice *line,
                             struct lc_err *err) LC_MUST_CHECK;
void lc_lines_close(struct lc_lines *l);

/* ---- targets.c, targets_forms.c, targets_file.c: from what a person names to ranges ---- */

/* Appends to a list that is still to be sorted: joins neighbours as they come, and the whole list
 * before it grows, so that memory follows the distinct ranges and not the lines. */
enum lc_status lc_target_push(struct lc_targets *t, const struct lc_place *at,
                              const struct lc_range *r, struct lc_err *err) LC_MUST_CHECK;
/* The same after a look at it: no link-local address without interface, no IPv6 range that nobody
 * could finish. `text` is how it was written. */
enum lc_status lc_target_range(struct lc_targets *t, const struct lc_place *at,
                               struct lc_slice text, const struct lc_range *r,
                               struct lc_err *err) LC_MUST_CHECK;
/* One target in any form but @file. */
enum lc_status lc_target_one(struct lc_targets *t, const struct lc_place *at, struct lc_slice text,
                             struct lc_err *err) LC_MUST_CHECK;
/* nmap's octets: "192.168.3-5,7.1-254". LC_EINVAL without a message when it is not of that form. */
enum lc_status lc_target_octets(struct lc_targets *t, const struct lc_place *at,
                                struct lc_slice text, struct lc_err *err) LC_MUST_CHECK;
/* PREFIX+HEX and PREFIX/SUB+HEX. */
enum lc_status lc_target_window(struct lc_targets *t, const struct lc_place *at,
                                struct lc_slice text, struct lc_err *err) LC_MUST_CHECK;
/* eui64:PREFIX and eui64:PREFIX=OUI,... */
enum lc_status lc_target_eui64(struct lc_targets *t, const struct lc_place *at,
                               struct lc_slice text, struct lc_err *err) LC_MUST_CHECK;
/* A whole list, in any of its formats; "-" is standard input. */
enum lc_status lc_target_list(struct lc_targets *t, const char *path,
                              struct lc_err *err) LC_MUST_CHECK;

/* ---- sets.c: interval arithmetic on sorted, merged lists ---- */

/* The prefixes that make up a range, largest first wherever one fits. */
enum lc_status lc_range_split(const struct lc_range *r, struct lc_targets *out) LC_MUST_CHECK;
enum lc_status lc_ranges_grow(struct lc_targets *t) LC_MUST_CHECK; /* doubles the room */
enum lc_status lc_ranges_push(struct lc_targets *t, const struct lc_range *r) LC_MUST_CHECK;
void lc_ranges_merge(struct lc_targets *t); /* sorts and joins what touches */
/* out = a minus b; both merged, so is `out`. */
enum lc_status lc_ranges_subtract(const struct lc_range *a, size_t a_n, const struct lc_range *b,
                                  size_t b_n, struct lc_targets *out) LC_MUST_CHECK;

/* ---- lists.c: what may never be asked, what counts as private ---- */

/* One range as a person wrote it. */
enum lc_status lc_range_read(const struct lc_place *at, struct lc_slice text, struct lc_range *out,
                             struct lc_err *err) LC_MUST_CHECK;
/* Would an IPv6 range also take in the IPv4 addresses, which are kept as ::ffff:0:0/96? */
bool lc_range_swallows_v4(const struct lc_range *r);
/* The permanent exclusions: built in and from the file, merged. */
enum lc_status lc_never_read(const char *path, struct lc_targets *out,
                             struct lc_err *err) LC_MUST_CHECK;
/* out = the part of `t` (merged) that is neither loopback nor private, nor, in a laboratory, of a
 * benchmark network. */
enum lc_status lc_ranges_public(const struct lc_targets *t, bool laboratory,
                                struct lc_targets *out) LC_MUST_CHECK;
/* Copies a list into the scope's memory. */
enum lc_status lc_ranges_keep(struct lc_arena *mem, const struct lc_targets *t, struct lc_range **v,
                              size_t *n) LC_MUST_CHECK;

/* ---- builtin.c ---- */

size_t lc_attached_from(const struct ifaddrs *list, struct lc_attached *v, size_t cap);
enum lc_status lc_scope_builtin_from(const struct lc_attached *nets, size_t n, const char *never,
                                     struct lc_scope *out, struct lc_err *err) LC_MUST_CHECK;

#endif
