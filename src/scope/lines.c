/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file line by line, for the lists that other programs write: hitlists and registries' files of
 * hundreds of megabytes, or a pipe on standard input.
 *
 * The memory is one buffer whose size is the longest line that is taken whole. Of a longer one the
 * beginning is given and the rest passed over; whether that will do is the caller's to say (nmap
 * puts every port of a host into one line, but the address stands first).
 */
#include "scope/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *shown(const char *path)
{
    return strcmp(path, "-") == 0 ? "stdin" : path;
}

enum lc_status lc_lines_open(struct lc_lines *l, const char *path, struct lc_err *err)
{
    struct stat st;

    *l = (struct lc_lines){.at = {shown(path), 0}, .fd = STDIN_FILENO};
    lc_buf_init(&l->text, LC_LINE_MAX);
    if (shown(path) != path)
        return LC_OK;
    /* O_NONBLOCK: a pipe in a file's place must not hang the program. */
    l->fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (l->fd < 0)
        return lc_file_failed(err, path, errno);
    if (fstat(l->fd, &st) < 0)
        return lc_file_failed(err, path, errno);
    if (!S_ISREG(st.st_mode))
        return lc_fail(err, LC_EINVAL, _("%s: it is not an ordinary file"), path);
    return LC_OK;
}

void lc_lines_close(struct lc_lines *l)
{
    if (l->fd > STDIN_FILENO)
        (void)close(l->fd);
    lc_buf_free(&l->text);
    l->fd = -1;
}

/* More of the file behind what has not been given yet. */
static enum lc_status refill(struct lc_lines *l, struct lc_err *err)
{
    ssize_t n;

    lc_buf_drop(&l->text, l->from);
    l->from = 0;
    if (lc_buf_reserve(&l->text, LC_LINE_MAX - l->text.n) != LC_OK)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    do
        n = read(l->fd, l->text.p + l->text.n, LC_LINE_MAX - l->text.n);
    while (n < 0 && errno == EINTR);
    if (n < 0)
        return lc_file_failed(err, l->at.file, errno);
    l->ended = n == 0;
    l->text.n += (size_t)n;
    return LC_OK;
}

/* Takes `n` bytes off the front, and the line's end behind them. */
static struct lc_slice give(struct lc_lines *l, size_t n, size_t end)
{
    struct lc_slice line = lc_slice_sub(lc_buf_view(&l->text), l->from, n);

    l->from += n + end;
    return line;
}

/* Marks of the bytes' order (RFC 3629 6, RFC 2781 3.2). Some editors of one system put them first;
 * its shell writes UTF-16 into files when told to redirect. */
static enum lc_status unmark(const struct lc_lines *l, struct lc_slice *line, struct lc_err *err)
{
    if (lc_slice_starts(*line, LC_S("\xff\xfe")) || lc_slice_starts(*line, LC_S("\xfe\xff")))
        return lc_fail(err, LC_EPARSE, _("%s: this is UTF-16; save it as plain text or UTF-8"),
                       l->at.file);
    if (lc_slice_starts(*line, LC_S("\xef\xbb\xbf")))
        *line = lc_slice_from(*line, 3);
    return LC_OK;
}

/* A line, or the piece of one that fills the buffer; LC_DONE at the end. */
static enum lc_status piece(struct lc_lines *l, struct lc_slice *out, bool *whole,
                            struct lc_err *err)
{
    for (size_t seen = l->from;;) {
        size_t end = lc_slice_chr(lc_buf_view(&l->text), '\n', seen), rest = l->text.n - l->from;
        enum lc_status st;

        *whole = end != LC_NPOS || l->ended;
        if (end != LC_NPOS)
            *out = give(l, end - l->from, 1);
        else if ((l->ended && rest) || rest == LC_LINE_MAX)
            *out = give(l, rest, 0);
        else if (l->ended)
            return LC_DONE;
        else {
            st = refill(l, err);
            if (st != LC_OK)
                return st;
            seen = rest;
            continue;
        }
        return LC_OK;
    }
}

enum lc_status lc_lines_next(struct lc_lines *l, struct lc_slice *line, struct lc_err *err)
{
    enum lc_status st;
    bool whole = true;

    do { /* what is left of a line that was cut */
        st = piece(l, line, &whole, err);
        if (st != LC_OK)
            return st;
        if (!l->inside)
            break;
        l->inside = !whole;
    } while (true);
    l->cut = l->inside = !whole;
    l->at.line++;
    return l->at.line == 1 ? unmark(l, line, err) : LC_OK;
}
