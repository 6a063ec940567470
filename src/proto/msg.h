/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One bounded, tolerant parser for the grammar that HTTP/1.x (RFC 9112) and RTSP/1.0 (RFC 2326)
 * answers share: status line, headers, body framed by Content-Length, by chunks or by the end of
 * the connection.
 *
 * It works on the slice of everything that has arrived of this answer, remembers how far it has
 * looked
 * (`scanned`), so each byte is visited once however the bytes were split, and allocates nothing.
 * What is wrong with an answer is noted in an oddity bit set; an answer is only given up when its
 * first line is not a status line.
 */
#ifndef LC_PROTO_MSG_H
#define LC_PROTO_MSG_H

#include "base/buf.h"

#define LC_MSG_HEAD_CAP 16384U /* bytes of status line and headers looked at */
#define LC_MSG_CAP      65536U /* bytes of one whole answer looked at (reliability.md H11) */
#define LC_MSG_HEADERS  128U   /* header lines looked at */

enum lc_msg_kind { LC_MSG_HTTP, LC_MSG_RTSP };

/* Is there more to come? */
enum lc_msg_end {
    LC_MSG_OPEN,   /* the connection stands */
    LC_MSG_CLOSED, /* the peer closed it: this ends a body without a length */
    LC_MSG_CUT,    /* we stopped listening */
};

/* One bit per oddity; lc_msg_odd_name gives its word for port.oddity. */
enum lc_msg_odd {
    LC_ODD_BARE_LF,       /* a line ends without CR */
    LC_ODD_NUL,           /* NUL byte in the head */
    LC_ODD_LEADING,       /* empty lines before the status line */
    LC_ODD_VERSION,       /* not HTTP/1.0, HTTP/1.1, RTSP/1.0 in capitals */
    LC_ODD_LENGTH_TWICE,  /* two Content-Length headers that agree */
    LC_ODD_LENGTH_CLASH,  /* ... that do not */
    LC_ODD_LENGTH_BAD,    /* negative, not a number, past 2^31 */
    LC_ODD_LENGTH_CHUNKS, /* Content-Length beside Transfer-Encoding */
    LC_ODD_CHUNK_BAD,     /* chunk framing broken */
    LC_ODD_FOLDED,        /* a header goes on in the next line */
    LC_ODD_HEADER_BAD,    /* a header line without a colon */
    LC_ODD_HEADERS_MANY,  /* more than LC_MSG_HEADERS */
    LC_ODD_HEAD_BIG,      /* longer than LC_MSG_HEAD_CAP */
    LC_ODD_TRUNCATED,     /* ended before its end */
    LC_ODD_INTERLEAVED,   /* RTSP: a `$` frame where an answer was due */
    LC_ODD_CSEQ_NONE,     /* RTSP: no CSeq */
    LC_ODD_CSEQ_WRONG,    /* RTSP: not the CSeq of the request */
    LC_ODD_INTERIM,       /* too many 1xx answers */
    LC_ODD_DOCTYPE,       /* XML with a document type: refused */
    LC_ODD_XML_BOUNDS,    /* XML deeper, wider or longer than we read */
    LC_ODD_XML_BAD,       /* XML not well-formed or not UTF-8 */
    LC_ODD_TLS_BAD,       /* TLS records or handshake broken */
    LC_ODD_CERT_BAD,      /* certificate unreadable */
    LC_ODD_CERT_BIG,      /* certificate, chain or key past our bounds */
    LC_ODD_COUNT,
};

#define LC_ODD(bit) (1U << (bit))

struct lc_msg {
    uint8_t kind, stage, framing; /* enum lc_msg_kind; the others are the parser's */
    bool last;                    /* no further request fits on this connection */
    uint16_t status;              /* 0 until the head is read */
    uint32_t odd;                 /* LC_ODD bits */
    uint32_t line, scanned;       /* start of the current line; searched for its end up to here */
    uint32_t first;               /* where the status line starts */
    uint32_t head;                /* bytes of the head with its blank line; 0 until it is read */
    uint32_t length;              /* of the body when it is framed by a length */
    uint32_t total;               /* bytes of the whole answer, once complete or given up */
};

void lc_msg_start(struct lc_msg *m, enum lc_msg_kind kind);

/* `in` starts where the answer starts. LC_MORE; LC_OK: complete; LC_EFULL: as much as will be read
 * is here, head and body are usable but not whole, `last` is set; LC_EPARSE: not an answer of this
 * protocol; LC_DONE: nothing had come and nothing will (only when `end` says so). */
enum lc_status lc_msg_feed(struct lc_msg *m, struct lc_slice in, enum lc_msg_end end) LC_MUST_CHECK;

/* The headers, once `head` is set. Names and values are trimmed; `raw` is the value with its
 * leading blanks. A folded value spans its lines. */
struct lc_header {
    struct lc_slice name, value, raw;
};
struct lc_slice lc_msg_headers(const struct lc_msg *m, struct lc_slice in);
bool lc_msg_next(struct lc_slice *rest, struct lc_header *out);
/* First header of that name (any case); {NULL,0} when there is none. */
struct lc_slice lc_msg_header(const struct lc_msg *m, struct lc_slice in, struct lc_slice name);

/* The body as far as it came; chunks are put together in `tmp`. */
struct lc_slice lc_msg_body(const struct lc_msg *m, struct lc_slice in, struct lc_buf *tmp);

const char *lc_msg_odd_name(enum lc_msg_odd bit);

#endif
