/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Putting somebody on the permanent exclusion list.
 *
 * The list only grows here: whoever asked to be left alone is left alone by every scope from then
 * on, and nothing in this program takes a line away. The file is replaced as a whole, so that a
 * crash leaves the old list or the new one, and its folder is locked meanwhile, so that of two
 * wishes at once none is lost. A list that cannot be understood is not touched.
 */
#include "scope/inside.h"
#include "base/text.h"

#include <errno.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define NOTE_MAX 400U

static enum lc_status lock_folder(const char *path, int *fd, struct lc_err *err)
{
    *fd = lc_file_folder(path);
    if (*fd < 0 && errno == ENOENT)
        return lc_fail(err, LC_ENOENT, _("%s: the folder it belongs into does not exist"), path);
    if (*fd < 0 || flock(*fd, LOCK_EX) < 0)
        return lc_file_failed(err, path, errno);
    return LC_OK;
}

/* Is all of `r` on the list, or never asked anyway? */
static enum lc_status is_covered(const char *path, const struct lc_range *r, bool *yes,
                                 struct lc_err *err)
{
    struct lc_targets never = {.n = 0}, left = {.n = 0};
    enum lc_status st = lc_never_read(path, &never, err);

    if (st == LC_OK && lc_ranges_subtract(r, 1, never.v, never.n, &left) != LC_OK)
        st = lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    *yes = left.n == 0;
    lc_targets_free(&never);
    lc_targets_free(&left);
    return st;
}

static enum lc_status append(const char *path, const struct lc_range *r, struct lc_slice note,
                             struct lc_err *err)
{
    struct stat old = {.st_mode = 0644};
    struct lc_buf text;
    enum lc_status st;

    lc_buf_init(&text, LC_SCOPE_LIST_MAX);
    st = lc_file_read(path, &text, &old, err);
    if (st == LC_ENOENT)
        st = LC_OK;
    if (st == LC_OK) {
        if (text.n && text.p[text.n - 1] != '\n')
            (void)lc_buf_u8(&text, '\n');
        (void)lc_buf_puts(&text, lc_range_name(r).text);
        if (note.n) {
            (void)lc_buf_puts(&text, " # ");
            lc_put_tty(&text, lc_slice_sub(note, 0, NOTE_MAX)); /* one line, whatever it holds */
        }
        (void)lc_buf_u8(&text, '\n');
        st = text.full
                 ? lc_fail(err, LC_EFULL, _("%s: it is longer than %zu bytes"), path, text.max)
                 : lc_file_replace(path, lc_buf_view(&text), old.st_mode & 0777, err);
    }
    lc_buf_free(&text);
    return st;
}

enum lc_status lc_never_add(const char *path, struct lc_slice range, struct lc_slice note,
                            bool *added, struct lc_err *err)
{
    const struct lc_place typed = {NULL, 0};
    struct lc_range r;
    bool covered;
    int lock = -1;
    enum lc_status st = lc_range_read(&typed, lc_slice_trim(range), &r, err);

    *added = false;
    if (st != LC_OK)
        return st;
    r.first.zone = r.last.zone = 0; /* on every interface */
    path = path ? path : LC_SCOPE_NEVER;
    st = lock_folder(path, &lock, err);
    if (st == LC_OK)
        st = is_covered(path, &r, &covered, err);
    if (st == LC_OK && !covered) {
        st = append(path, &r, note, err);
        *added = st == LC_OK;
    }
    if (lock >= 0)
        (void)close(lock);
    return st;
}
