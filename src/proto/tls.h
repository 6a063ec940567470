/* SPDX-License-Identifier: Apache-2.0 */
/* What the TLS codec shares with the engine's library sessions. */
#ifndef LC_PROTO_TLS_H
#define LC_PROTO_TLS_H

#include "facts/facts.h"

#define LC_TLS_CHAIN_CAP 10U    /* certificates of a chain looked at (reliability.md H16) */
#define LC_TLS_LEAF_CAP  16384U /* bytes of the leaf */
#define LC_TLS_KEY_CAP   16384  /* bits of a key we name */

/* To be called once before the sandbox closes: makes the library load what it loads lazily, without
 * its configuration file. */
void lc_tls_prepare(void);

/* tls.cert.* facts of a leaf certificate. A leaf that cannot be read is an oddity, not a failure.
 */
void lc_tls_leaf(struct lc_slice der, struct lc_facts *out);

/* "ssl3", "tls1.0" ... "tls1.3"; NULL for other wire numbers. */
const char *lc_tls_version_name(unsigned wire);

#endif
