/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A persona: what one device says on each of its ports, read from YAML and turned into answer bytes
 * before the first connection arrives. sim/personas/README.md describes the file format.
 *
 * A persona is written from facts about a device, never from the parsers of the scanner: the
 * simulator shares src/base with it and nothing else.
 */
#ifndef SIM_PERSONA_H
#define SIM_PERSONA_H

#include "base/buf.h"
#include "base/mem.h"

/* What the device speaks on a port, and so how requests are framed and judged. */
enum sim_speak { SIM_RTSP, SIM_HTTP, SIM_SSH, SIM_FTP, SIM_TELNET, SIM_RAW, SIM_SILENT };

/* The few things in an answer that change from one request to the next. */
enum sim_patch {
    SIM_TEXT,    /* the bytes of the piece themselves */
    SIM_CSEQ,    /* the request's CSeq value */
    SIM_DATE,    /* now, RFC 1123 */
    SIM_HIKDATE, /* now, month before day: protocols.md A4, Hikvision */
    SIM_TIME,    /* now, as the ONVIF elements tt:Time and tt:Date */
    SIM_NONCE,   /* 32 hex digits, fresh for each answer */
    SIM_CNONCE,  /* 32 hex digits, fresh for each connection */
    SIM_ID,      /* 6 upper-case hex digits of the device, as the end of a MAC or serial */
    SIM_IDLOW,   /* the same in lower case */
    SIM_ADDR,    /* the device's address */
    SIM_LEN,     /* length of the body */
};

struct sim_piece {
    enum sim_patch what;
    struct lc_slice text;
};

/* Pieces in order. `n` == 1 and SIM_TEXT: the bytes can be sent as they stand. */
struct sim_template {
    struct sim_piece *piece;
    size_t n;
};

struct sim_answer {
    struct lc_slice method; /* empty: any */
    struct lc_slice path;   /* empty: any */
    struct lc_slice action; /* name of the first element in the SOAP body; empty: any */
    bool prefix;            /* `path` is the beginning of the request's path */
    struct sim_template head, body;
};

/* What becomes of the connection once an answer (or the greeting, where nothing is answered) is
 * out. */
enum sim_end { SIM_END_KEEP, SIM_END_CLOSE, SIM_END_RESET, SIM_END_HALF };

struct sim_faults {
    uint32_t delay_ms; /* before the first byte of each answer */
    uint32_t drip_ms;  /* one byte, then this pause */
    uint32_t segment;  /* at most so many bytes per segment; 0: as they fit */
    enum sim_end end;
    struct lc_slice endless; /* sent over and over behind the answer */
};

struct sim_tls; /* tls.h */

struct sim_port {
    uint16_t port;
    enum sim_speak speak;
    struct sim_template greeting; /* sent as soon as a connection stands */
    struct sim_template wrong;    /* sent to what is no request of this protocol, then closed */
    struct sim_answer *answer;    /* in the order of the file: the first that fits is given */
    size_t answer_n;
    struct sim_faults faults;
    struct sim_tls *tls; /* NULL: in the clear */
};

struct sim_truth {
    struct lc_slice klass, platform, brand, model, firmware, exposed;
    bool camera;
    struct lc_slice shows[8];
    size_t shows_n;
};

struct sim_persona {
    struct lc_slice id;
    struct sim_truth truth;
    struct sim_port *port; /* ascending by number */
    size_t port_n;
};

struct sim_street {
    struct lc_arena arena;
    struct sim_persona *persona;
    size_t n, cap;
};

void sim_street_init(struct sim_street *s);
void sim_street_free(struct sim_street *s);
/* Every *.yaml of the folder, by file name; not its subfolders. */
enum lc_status sim_street_load(struct sim_street *s, const char *dir,
                               struct lc_err *err) LC_MUST_CHECK;
enum lc_status sim_street_load_file(struct sim_street *s, const char *path,
                                    struct lc_err *err) LC_MUST_CHECK;
/* NULL when no persona has this id. */
const struct sim_persona *sim_street_find(const struct sim_street *s, struct lc_slice id);

const struct sim_port *sim_persona_port(const struct sim_persona *p, uint16_t port);

#endif
