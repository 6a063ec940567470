/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Other people's files: what nmap, masscan, zmap, Shodan, Censys, Shadowserver or another Lenscap
 * saw, turned into rows of facts. Pure, as codecs are: bytes go in, rows come out; no file, no
 * clock, no network. Whoever owns the file (src/run/import.c) decides what becomes of the rows.
 *
 * A file is hostile input. It is cut into records of at most LC_IMPORT_RECORD_MAX, in whatever
 * pieces it comes; a record that cannot be read is told with its line and left out, and reading
 * goes on at the next one. The same bytes in other pieces give the same rows.
 *
 * Values are said in the vocabulary's words, refined later by the codecs' own `derive`; what a
 * peer said byte for byte (the head of an HTTP answer, a greeting) goes through that protocol's
 * codec, so there is one parser for each protocol and secrets are blanked by the same hand. Ports
 * over UDP are passed over unless a discovery fact can say what they showed.
 */
#ifndef LC_IMPORT_IMPORT_H
#define LC_IMPORT_IMPORT_H

#include "base/addr.h"
#include "facts/facts.h"

#define LC_IMPORT_RECORD_MAX (1U << 20)

struct lc_import_row {
    struct lc_addr addr;
    uint16_t port;         /* 0: of the device as a whole */
    int64_t observed_us;   /* when the source saw it; 0: it does not say */
    uint64_t line;         /* where the record begins, from 1 */
    struct lc_slice facts; /* packed; lives until the call returns */
};

struct lc_import_to {
    /* A status other than LC_OK ends the import and is returned by feed or end. */
    enum lc_status (*row)(void *ctx, const struct lc_import_row *row);
    /* A record that was left out: `why` is for a person, in their language, on one line. */
    void (*bad)(void *ctx, uint64_t line, const char *why);
    void *ctx;
    uint16_t port; /* that was asked, where a file does not say; 0: not known */
};

struct lc_import_counts {
    uint64_t records; /* read or not */
    uint64_t bad;     /* left out: `bad` was called */
    uint64_t passed;  /* rows passed over: the port is not said to be open, or is one of UDP */
    uint64_t unknown; /* facts or columns that this version has no word for */
};

struct lc_import_format;
/* NULL when there is no format of that name. */
const struct lc_import_format *lc_import_by_name(struct lc_slice name);
/* The i-th format's name and what it is (N_() text); NULL past the last. */
const char *lc_import_name(size_t i, const char **about);

struct lc_importer;
/* `to` is copied. LC_ENOMEM. */
enum lc_status lc_importer_open(const struct lc_import_format *format,
                                const struct lc_import_to *to,
                                struct lc_importer **out) LC_MUST_CHECK;
void lc_importer_close(struct lc_importer *im);
/* The next bytes of the file. LC_DONE: nothing more can be read from it, `bad` has said why. */
enum lc_status lc_importer_feed(struct lc_importer *im, struct lc_slice bytes) LC_MUST_CHECK;
enum lc_status lc_importer_end(struct lc_importer *im) LC_MUST_CHECK;
const struct lc_import_counts *lc_importer_counts(const struct lc_importer *im);

/* Adds what a talker would have noted beside the facts: port.protocol for each protocol whose facts
 * stand on a port, port.tls where a handshake was seen. Over a whole device, when all its rows are
 * together. */
void lc_import_complete(struct lc_facts *f);

/* A point in time as any of these files write it: seconds since 1970, "2026-11-24T10:00:00Z" with
 * fractions or an offset, "2026-11-24 10:00:00" (UTC). 0 when it is none, or not of 1990 to 2100.
 */
int64_t lc_import_when(struct lc_slice text);

#endif
