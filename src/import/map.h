/* SPDX-License-Identifier: Apache-2.0 */
/* What Shodan's and Censys' JSON have in common: a table of places and facts, and pages, icons and
 * headers as both keep them. */
#ifndef LC_IMPORT_MAP_H
#define LC_IMPORT_MAP_H

#include "import/inside.h"

enum lc_map_how {
    LC_MAP_TEXT,      /* a text, or each text of a list */
    LC_MAP_INT,       /* a whole number */
    LC_MAP_LOWER,     /* a text in small letters */
    LC_MAP_JOIN,      /* a list of texts as one, with ", " between */
    LC_MAP_DN,        /* a certificate's name as text, or as an object of its parts */
    LC_MAP_WHEN,      /* a time as seconds since 1970 */
    LC_MAP_CHALLENGE, /* WWW-Authenticate: nonce and opaque are blanked */
    LC_MAP_TLS,       /* "TLSv1.2", "TLSv1_2" in the vocabulary's words; others are left out */
};

struct lc_map {
    const char *path;
    enum lc_fact_name fact;
    enum lc_map_how how;
};

/* Adds what stands at the table's places under `v`; what is not there, or of another type, is not
 * said. */
void lc_row_map(struct lc_importer *im, const json_t *v, const struct lc_map *map, size_t n);

/* "TLSv1.2", "tlsv1_2" in the vocabulary's words; nothing for others, and for tls.obsolete nothing
 * from 1.2 on. */
void lc_row_tls_version(struct lc_importer *im, enum lc_fact_name fact, struct lc_slice text);
/* A page's title, marks and password field. */
void lc_row_page(struct lc_importer *im, const json_t *html);
/* An icon's bytes as Base64: their MD5. */
void lc_row_icon(struct lc_importer *im, const json_t *base64);
/* {"Server": ["a"]} or {"Server": {"headers": ["a"]}}; '_' in a name stands for '-'. */
void lc_row_header_map(struct lc_importer *im, const json_t *headers);
/* ONVIF's scopes as a list: names and locations are blanked as those of an answer are. */
void lc_row_scopes(struct lc_importer *im, const json_t *list);
/* A datagram that came from `from`, read by the discovery codec of that port. False: none could. */
bool lc_row_datagram(struct lc_importer *im, const struct lc_addr *from, uint16_t port,
                     struct lc_slice bytes);

#endif
