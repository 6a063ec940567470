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

#define LC_SCOPE_FILE_MAX (1U << 20)  /* a scope is written by people */
#define LC_SCOPE_LIST_MAX (16U << 20) /* never-scan and @file lists are written by programs */
#define LC_SCOPE_MEM_MAX  (64U << 20)
#define LC_SCOPE_TEXT_MAX 512U

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

/* ---- sets.c: interval arithmetic on sorted, merged lists ---- */

enum lc_status lc_ranges_push(struct lc_targets *t, const struct lc_range *r) LC_MUST_CHECK;
void lc_ranges_merge(struct lc_targets *t); /* sorts and joins what touches */
/* out = a minus b; both merged, so is `out`. */
enum lc_status lc_ranges_subtract(const struct lc_range *a, size_t a_n, const struct lc_range *b,
                                  size_t b_n, struct lc_targets *out) LC_MUST_CHECK;

/* ---- lists.c: what may never be asked, what counts as private ---- */

/* One range as a person wrote it. The message starts with `where` ("FILE:LINE: " or ""). */
enum lc_status lc_range_read(const char *where, struct lc_slice text, struct lc_range *out,
                             struct lc_err *err) LC_MUST_CHECK;
/* The permanent exclusions: built in and from the file, merged. */
enum lc_status lc_never_read(const char *path, struct lc_targets *out,
                             struct lc_err *err) LC_MUST_CHECK;
/* out = the part of `t` (merged) that is neither loopback nor private. */
enum lc_status lc_ranges_public(const struct lc_targets *t, struct lc_targets *out) LC_MUST_CHECK;
/* Copies a list into the scope's memory. */
enum lc_status lc_ranges_keep(struct lc_arena *mem, const struct lc_targets *t, struct lc_range **v,
                              size_t *n) LC_MUST_CHECK;

/* ---- builtin.c ---- */

size_t lc_attached_from(const struct ifaddrs *list, struct lc_attached *v, size_t cap);
enum lc_status lc_scope_builtin_from(const struct lc_attached *nets, size_t n, const char *never,
                                     struct lc_scope *out, struct lc_err *err) LC_MUST_CHECK;

/* ---- sign.c ---- */

/* Does `path`.sig hold a signature of `bytes` by a key of the file `keys`? LC_OK and the key's name
 * in `mem`; LC_EREFUSED and the reason otherwise. */
enum lc_status lc_scope_verify(const char *path, struct lc_slice bytes, const char *keys,
                               struct lc_arena *mem, struct lc_slice *signer,
                               struct lc_err *err) LC_MUST_CHECK;

/* ---- names for messages ---- */

struct lc_quoted {
    char text[256];
};

/* A piece of somebody's file made fit for a message: inert and cut. */
struct lc_quoted lc_quote(struct lc_slice s);
struct lc_quoted lc_range_name(const struct lc_range *r); /* as a prefix where it is one */

#endif
