/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How roles talk to each other: small typed, length-checked messages over Unix socket pairs, many
 * per call.
 *
 * A link is a byte stream of frames { u32 length of payload; u32 type; payload }, little-endian.
 * Writing only fills a buffer; lc_link_flush sends it. A frame longer than LC_LINK_MAX, or a
 * payload that its reader does not use up to the last byte, is a broken peer: LC_EPARSE, and the
 * owner ends that role. Descriptors travel beside a frame (lc_link_send_fd), one per call, on the
 * links where ctl introduces roles.
 */
#ifndef LC_RUN_LINK_H
#define LC_RUN_LINK_H

#include "talk/talk.h"

#define LC_LINK_MAX (128U << 10)

enum lc_msg {
    LC_MSG_HOST = 1, /* ctl -> talk: u64 index, address, what is known, facts */
    LC_MSG_RESULT,   /* talk -> ctl: u64 index, u8 state, u32 packets, u64 took_us, facts */
    LC_MSG_TALKER,   /* ctl -> dial: u32 number, with the descriptor of its link */
    LC_MSG_SHOUT,  /* ctl -> dial: u32 number of the door, u8 dgram, u8 attached network, u8 form */
    LC_MSG_ANSWER, /* hear -> ctl: address, u8 dgram, facts */
    LC_MSG_OUTSIDE,    /* hear -> ctl: address that answered from outside the scope */
    LC_MSG_SLICE,      /* ctl -> sweep: u64 slice */
    LC_MSG_HEARD,      /* sweep -> ctl: u64 slice, u64 index, address, what is known, u32 flags */
    LC_MSG_SLICE_OVER, /* sweep -> ctl: u64 slice, u32 hosts, u32 silent */
    LC_MSG_SWEPT,      /* sweep -> ctl: counters, struct lc_swept as it stands */
    LC_MSG_FAILED,     /* sweep -> ctl: u8 status, the message */
};

struct lc_link {
    int fd;
    struct lc_buf in, out;
    size_t begun_at; /* of the frame being written */
    size_t next_at;  /* of the first frame not yet taken */
};

void lc_link_init(struct lc_link *l, int fd);
void lc_link_free(struct lc_link *l); /* closes fd */

struct lc_buf *lc_link_begin(struct lc_link *l,
                             enum lc_msg type); /* write the payload into it, then end */
void lc_link_end(struct lc_link *l);
/* Pieces that several messages have. */
void lc_link_put_addr(struct lc_buf *b, const struct lc_addr *a);
void lc_link_take_addr(struct lc_cur *c, struct lc_addr *out);
void lc_link_put_known(struct lc_buf *b, const struct lc_talk_known *k);
void lc_link_take_known(struct lc_cur *c, struct lc_talk_known *out);
/* LC_OK: all sent; LC_AGAIN: some waits for the socket; LC_EIO: the peer is gone. */
enum lc_status lc_link_flush(struct lc_link *l) LC_MUST_CHECK;

/* Reads what is there (once). LC_OK, LC_AGAIN, LC_EIO when the peer is gone. `fd_out` may be NULL;
 * else a descriptor that came along, or -1. */
enum lc_status lc_link_read(struct lc_link *l, int *fd_out) LC_MUST_CHECK;
/* Takes the next whole frame; the payload is valid until the next lc_link_read. LC_MORE, LC_EPARSE.
 */
enum lc_status lc_link_next(struct lc_link *l, uint32_t *type,
                            struct lc_cur *payload) LC_MUST_CHECK;

/* Sends all frames of the buffer with one descriptor beside them. Blocking, used at start only. */
enum lc_status lc_link_send_fd(struct lc_link *l, int fd) LC_MUST_CHECK;

#endif
