/* SPDX-License-Identifier: Apache-2.0 */
/* What the formats of this room share among themselves and with their tests. */
#ifndef LC_IMPORT_INSIDE_H
#define LC_IMPORT_INSIDE_H

#include "base/tr.h"
#include "import/frames.h"
#include "import/import.h"
#include "proto/proto.h"

#include <jansson.h>

struct lc_import_format {
    const char *name, *about; /* "nmap-xml"; N_() */
    enum lc_framing framing;
    /* A last line without its end may have lost the end of a number: it is left out. */
    bool whole_lines;
    size_t state_size; /* zeroed; im->state */
    /* One record. Only a failure of `row` or of memory is returned. */
    enum lc_status (*record)(struct lc_importer *im, struct lc_slice record);
    /* LC_FRAME_NONE only: bytes as they come, and the end of them. LC_DONE as in import.h. */
    enum lc_status (*feed)(struct lc_importer *im, struct lc_slice bytes);
    enum lc_status (*end)(struct lc_importer *im);
    void (*close)(struct lc_importer *im); /* may be NULL */
};

extern const struct lc_import_format lc_import_jsonl, lc_import_nmap, lc_import_masscan,
    lc_import_zmap, lc_import_shodan, lc_import_censys, lc_import_shadowserver;

struct lc_importer {
    const struct lc_import_format *format;
    struct lc_import_to to;
    struct lc_frames frames;
    struct lc_import_counts n;
    uint64_t line;         /* of the record that is being read */
    struct lc_facts facts; /* of the row that is being made */
    struct lc_facts said;  /* of lc_row_said */
    struct lc_buf text;    /* scratch */
    void *state;
    bool over;
};

/* ---- importer.c ---- */

/* Leaves the record out: `why` is a finished sentence. */
void lc_import_bad(struct lc_importer *im, const char *why);
/* The same with a piece of the file behind it, made inert and cut. */
void lc_import_bad_piece(struct lc_importer *im, const char *why, struct lc_slice piece);

/* ---- row.c: a row is started, gets facts, is given away ---- */

void lc_row_start(struct lc_importer *im, uint16_t port);
enum lc_status lc_row_give(struct lc_importer *im, const struct lc_addr *addr,
                           int64_t observed_us) LC_MUST_CHECK;
void lc_row_text(struct lc_importer *im, enum lc_fact_name name, struct lc_slice value);
/* What a peer said, read by that protocol's codec; LC_P_NONE: whichever its first bytes tell. */
void lc_row_said(struct lc_importer *im, enum lc_proto_id proto, struct lc_slice bytes);
/* The same for the lines of an HTTP head without its status line ("Name: value\r\n"...). */
void lc_row_headers(struct lc_importer *im, struct lc_slice lines);
/* Puts im->said behind the row's facts. */
void lc_row_take_over(struct lc_importer *im);
void lc_row_lower(struct lc_importer *im, enum lc_fact_name name, struct lc_slice value);
/* The word that a source has for a service ("HTTP", "ssl/http", "rtsp-tcp"): port.protocol, and
 * port.tls where it says so. LC_P_NONE when this program speaks no such protocol. */
enum lc_proto_id lc_row_service(struct lc_importer *im, struct lc_slice word);

/* "192.0.2.7", a port of 1 to 65535; on LC_EPARSE the record has been left out. */
enum lc_status lc_import_addr(struct lc_importer *im, struct lc_slice text, struct lc_addr *out);
enum lc_status lc_import_port(struct lc_importer *im, struct lc_slice text, uint16_t *out);

/* ---- cert.c ---- */

/* The first certificate in a text of PEM, read as the TLS codec reads a leaf. */
void lc_row_pem(struct lc_importer *im, struct lc_slice text);
/* The same as Base64 alone. */
void lc_row_base64(struct lc_importer *im, struct lc_slice text);
/* A certificate's name as text ("C=VN, CN=a") or as an object of its parts. */
void lc_row_dn(struct lc_importer *im, enum lc_fact_name name, struct lc_slice text);
void lc_row_dn_json(struct lc_importer *im, enum lc_fact_name name, const json_t *parts);

/* ---- escapes.c ---- */

void lc_unescape(struct lc_slice text, struct lc_buf *out);

/* ---- json.c ---- */

/* The record as a JSON object, freed with json_decref; NULL when it is none (left out) or blank. */
json_t *lc_import_json(struct lc_importer *im, struct lc_slice record);
/* "http.favicon.hash": the value there, or NULL. */
const json_t *lc_json_at(const json_t *v, const char *path);
/* The text there; {NULL,0} when there is none. */
struct lc_slice lc_json_str_at(const json_t *v, const char *path);
/* A text, or a number as its digits in `room`; {NULL,0} for anything else. */
#define LC_JSON_ROOM 32
struct lc_slice lc_json_text(const json_t *v, char room[static LC_JSON_ROOM]);

#endif
