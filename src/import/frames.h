/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of bytes cut into records, in memory that does not grow with the file.
 *
 *     LINES  a record is a line
 *     CSV    a line, but a field in quotes may hold line ends (RFC 4180)
 *     JSON   a line; or, when the first byte that is not blank is '[', an object of that array.
 *            Only brackets and quotes are looked at: whether it is JSON is for its reader to say
 *
 * After a record that is too long, reading goes on at the next line.
 */
#ifndef LC_IMPORT_FRAMES_H
#define LC_IMPORT_FRAMES_H

#include "base/buf.h"

enum lc_framing { LC_FRAME_LINES, LC_FRAME_CSV, LC_FRAME_JSON, LC_FRAME_NONE };

struct lc_frames {
    enum lc_framing kind;
    bool begun;           /* the mark of the bytes' order is behind us, and '[' was looked for */
    bool array, closed;   /* JSON: an array; its ']' was seen */
    bool quoted, escaped; /* inside a text; behind its backslash */
    bool skipping;        /* the rest of a record that was too long, up to the line's end */
    unsigned depth;       /* open brackets of the record */
    size_t from, at;      /* in buf: where the record begins; looked at up to here */
    uint64_t line_from, line; /* line of `from`, of `at` */
    struct lc_buf buf;
};

void lc_frames_init(struct lc_frames *f, enum lc_framing kind);
void lc_frames_free(struct lc_frames *f);

/* Adds bytes behind what is left over, at most LC_FRAMES_PIECE at once; then lc_frames_next until
 * it gives LC_MORE. LC_ENOMEM. */
#define LC_FRAMES_PIECE 65536U
enum lc_status lc_frames_put(struct lc_frames *f, struct lc_slice bytes) LC_MUST_CHECK;

/* LC_OK and the next record, which lives until the next put. LC_MORE: none is whole (at the end:
 * none is left). LC_EFULL: one is too long and left out. LC_EINVAL: JSON, something beside an
 * object stands in the array; the rest of its line is left out. LC_EPARSE: only at the end, the
 * file ends inside a record or inside its array. In all of these *line is where it began. */
enum lc_status lc_frames_next(struct lc_frames *f, bool end, struct lc_slice *record,
                              uint64_t *line) LC_MUST_CHECK;

#endif
