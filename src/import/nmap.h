/* SPDX-License-Identifier: Apache-2.0 */
/* What nmap.c (elements) and nmap_script.c (what scripts and probes heard) share. */
#ifndef LC_IMPORT_NMAP_H
#define LC_IMPORT_NMAP_H

#include "import/inside.h"

#define LC_NMAP_DEPTH 32U
#define LC_NMAP_TEXT  65536U
#define LC_NMAP_WORD  32U

struct XML_ParserStruct;

struct nmap {
    struct XML_ParserStruct *parser;
    struct lc_importer *im;
    enum lc_status st; /* of the last row */
    bool stopped;      /* why has been said */
    bool closed;       /* the first element has ended */
    uint64_t given;    /* bytes given to the parser before this piece */
    unsigned depth;
    size_t quiet; /* bytes since the last token ended */
    int64_t run_us;
    /* the host */
    struct lc_addr addr;
    bool has_addr;
    char mac[18];
    int64_t observed_us;
    uint64_t host_line;
    /* its port */
    bool in_port, tcp, open;
    uint16_t port;
    uint64_t port_line;
    /* the port's script */
    char script[LC_NMAP_WORD], key[LC_NMAP_WORD]; /* key: of the innermost elem */
    bool in_elem;
    struct lc_buf text; /* of the elem */
    struct lc_buf bytes;
};

void lc_nmap_script(struct nmap *n, struct lc_slice id, struct lc_slice output);
void lc_nmap_elem(struct nmap *n, struct lc_slice key);
void lc_nmap_elem_end(struct nmap *n);
/* servicefp: what peers answered to version probes that nmap could not name. */
void lc_nmap_probes(struct nmap *n, struct lc_slice fp);

#endif
