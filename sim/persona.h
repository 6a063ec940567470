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

#include "base/addr.h"
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
    SIM_IP4,     /* the same, 4 bytes in network order */
    SIM_IP4REV,  /* the same as 8 hex digits, last byte first: protocols.md A3, Xiongmai HostIP */
    SIM_MAC,     /* the device's MAC, AA:BB:CC:DD:EE:FF */
    SIM_MACDASH, /* aa-bb-cc-dd-ee-ff */
    SIM_MACBARE, /* AABBCCDDEEFF */
    SIM_MAC6,    /* its 6 bytes */
    SIM_LEN,     /* length of the body */
    SIM_HOST,    /* address of the street's device with this id */
    SIM_TAG,     /* text of the question's first XML element of this name */
    SIM_HEADER,  /* value of the question's header line of this name */
    SIM_AT,      /* bytes of the question: offset, how many */
    SIM_BEGIN,   /* nothing: a part begins here; parts are named a ... z */
    SIM_END,     /* nothing: it ends here */
    SIM_PAD,     /* zero bytes until the part that began is so long */
    SIM_U8,      /* length of a part, plus a constant, in so many bytes and that order */
    SIM_LE16,
    SIM_LE32,
    SIM_BE16,
    SIM_BE32,
    SIM_CRC32, /* CRC-32 of a part, big endian; the field itself counts as the constant */
    SIM_TUYA,  /* encrypts the part that ends here as Tuya's beacons are: protocols.md A3 */
};

struct sim_piece {
    enum sim_patch what;
    struct lc_slice text; /* SIM_TEXT: itself; SIM_HOST, SIM_TAG, SIM_HEADER: the name */
    uint32_t a, b;        /* number of the part and the constant; offset and count */
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
    struct lc_slice has;    /* bytes anywhere in the request; empty: any */
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

/* Which datagrams an answer is for. All that is given must hold. */
struct sim_when {
    struct lc_slice starts;       /* the first bytes */
    struct lc_slice *has, *lacks; /* bytes anywhere, in the ASCII case that is written */
    size_t has_n, lacks_n;
    struct lc_slice asks; /* a DNS question for this name, dots between its labels */
    size_t size;          /* exactly so many bytes; 0: any */
};

struct sim_word {
    bool unasked; /* sent every `every_ms`, `times` of them (0: without end) */
    struct sim_when when;
    struct sim_template bytes;
    struct lc_addr group; /* where to; all zero: to the sender */
    uint16_t to_port;     /* 0: the sender's, or to a group this very port */
    uint32_t delay_ms, every_ms, times;
};

struct sim_udp_faults {
    size_t truncate, oversize; /* bytes; 0: as it is */
    bool every_length;         /* one datagram for each length from 0 to all but one byte */
    uint32_t flood;            /* copies of each answer */
    bool from_set;             /* the wrong sender */
    uint8_t from_last;         /* not 0: the device's address with this last byte */
    struct lc_addr from;
};

/* A port over UDP: every answer that fits a datagram is given. */
struct sim_udp {
    uint16_t port;
    struct lc_addr group[4];
    size_t group_n;
    bool broadcast;
    struct sim_word *word;
    size_t word_n;
    struct sim_udp_faults faults;
};

struct sim_truth {
    struct lc_slice klass, platform, brand, model, firmware, exposed;
    bool camera;
    struct lc_slice shows[8], shows_lan[8];
    size_t shows_n, shows_lan_n;
};

struct sim_persona {
    struct lc_slice id;
    struct sim_truth truth;
    struct sim_port *port; /* ascending by number */
    size_t port_n;
    struct sim_udp *udp; /* ascending by number */
    size_t udp_n;
    bool has_mac;
    uint8_t oui[3]; /* the MAC's other half follows from the device's place in the street */
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
const struct sim_udp *sim_persona_udp(const struct sim_persona *p, uint16_t port);
/* 24 bits of the device at this place of the street: the end of its MAC and serials. */
uint32_t sim_persona_id(size_t host);

#endif
