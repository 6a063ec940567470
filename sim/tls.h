/* SPDX-License-Identifier: Apache-2.0 */
/* The TLS face of a port: a certificate made at start from the persona's `tls:` block, and its
 * versions. */
#ifndef SIM_TLS_H
#define SIM_TLS_H

#include "doc.h"

#include <openssl/types.h>

struct sim_tls;

/* Reads the block; NULL only when `d->bad`. The key will follow from `id` and so be the same in
 * every run. */
struct sim_tls *sim_tls_load(struct sim_doc *d, yaml_node_t *node, struct lc_slice id);
/* Makes key and certificate, once: only the personas that are played pay for theirs. */
enum lc_status sim_tls_build(struct sim_tls *t, struct lc_err *err) LC_MUST_CHECK;
void sim_tls_free(struct sim_tls *t); /* NULL is fine; frees what the arena does not hold */
SSL_CTX *sim_tls_ctx(struct sim_tls *t);

#endif
