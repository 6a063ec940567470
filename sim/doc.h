/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading a persona file: libyaml's document with an error that sticks. The first complaint (file,
 * line, what is wrong) is kept, later calls give harmless values, and the loader looks at `bad`
 * once at the end. All bytes handed out live in the arena.
 */
#ifndef SIM_DOC_H
#define SIM_DOC_H

#include "base/mem.h"

#include <yaml.h>

struct sim_doc {
    yaml_document_t y;
    const char *path;
    struct lc_arena *arena;
    struct lc_err *err;
    bool bad;
};

enum lc_status sim_doc_open(struct sim_doc *d, const char *path, struct lc_arena *arena,
                            struct lc_err *err) LC_MUST_CHECK;
void sim_doc_close(struct sim_doc *d);
void sim_doc_fail(struct sim_doc *d, const yaml_node_t *at, const char *fmt, ...) LC_PRINTF(3, 4);

/* `node` must be a mapping with keys out of `allowed` (separated by blanks) only. */
void sim_doc_keys(struct sim_doc *d, yaml_node_t *node, const char *allowed);
yaml_node_t *sim_doc_get(struct sim_doc *d, yaml_node_t *map, const char *key);  /* NULL: absent */
yaml_node_t *sim_doc_need(struct sim_doc *d, yaml_node_t *map, const char *key); /* absent: bad */

/* A scalar and a sequence alike: a scalar is a sequence of one. */
size_t sim_doc_count(struct sim_doc *d, yaml_node_t *node);
yaml_node_t *sim_doc_item(struct sim_doc *d, yaml_node_t *node, size_t i);

struct lc_slice sim_doc_text(struct sim_doc *d, yaml_node_t *node);          /* NULL node: empty */
uint64_t sim_doc_number(struct sim_doc *d, yaml_node_t *node, uint64_t max); /* NULL node: 0 */
bool sim_doc_bool(struct sim_doc *d, yaml_node_t *node); /* yes, no, true, false */
/* Up to 8 hex digits of either case, and nothing else. */
bool sim_doc_hex(struct lc_slice s, uint64_t *out) LC_MUST_CHECK;
/* A byte string: a scalar; {text|hex|base64|icon|dns|le16|le32|be16|be32: ..., times:
 * N}; or a sequence of these,
 * joined.
 */
struct lc_slice sim_doc_bytes(struct sim_doc *d, yaml_node_t *node);

void *sim_doc_alloc(struct sim_doc *d, size_t count,
                    size_t size); /* never NULL: memory out ends us */

#endif
