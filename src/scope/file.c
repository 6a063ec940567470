/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files, read with a bound and replaced atomically. */
#include "scope/file.h"
#include "base/tr.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CHUNK 65536U

enum lc_status lc_file_failed(struct lc_err *err, const char *path, int e)
{
    if (e == ENOENT)
        return lc_fail(err, LC_ENOENT, _("%s: there is no such file"), path);
    if (e == EACCES || e == EPERM)
        return lc_fail(err, LC_EPERM, _("%s: you are not allowed to read or write it"), path);
    return lc_fail(err, LC_EIO, _("%s: the system says: %s"), path, strerror(e));
}

static enum lc_status read_all(int fd, struct lc_buf *out, int *e)
{
    for (;;) {
        enum lc_status st;
        ssize_t n;

        if (out->n == out->max) { /* one byte more would be too many */
            uint8_t extra;

            n = read(fd, &extra, 1);
            *e = n < 0 ? errno : 0;
            return n < 0 ? LC_EIO : n ? LC_EFULL : LC_OK;
        }
        st = lc_buf_reserve(out, out->max - out->n < CHUNK ? out->max - out->n : CHUNK);
        if (st != LC_OK)
            return st;
        n = read(fd, out->p + out->n, out->cap - out->n);
        if (n == 0)
            return LC_OK;
        if (n < 0 && errno != EINTR) {
            *e = errno;
            return LC_EIO;
        }
        out->n += n > 0 ? (size_t)n : 0;
    }
}

enum lc_status lc_file_read(const char *path, struct lc_buf *out, struct stat *st,
                            struct lc_err *err)
{
    struct stat mine;
    enum lc_status got = LC_EIO;
    /* O_NONBLOCK: a pipe in a file's place must not hang the program. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY), e = 0;

    if (fd < 0)
        return lc_file_failed(err, path, errno);
    st = st ? st : &mine;
    if (fstat(fd, st) < 0)
        e = errno;
    else if (!S_ISREG(st->st_mode))
        got = lc_fail(err, LC_EINVAL, _("%s: it is not an ordinary file"), path);
    else
        got = read_all(fd, out, &e);
    (void)close(fd);
    if (got == LC_EFULL)
        return lc_fail(err, got, _("%s: it is longer than %zu bytes"), path, out->max);
    if (got == LC_ENOMEM)
        return lc_fail(err, got, "%s", _("out of memory"));
    return got == LC_EIO ? lc_file_failed(err, path, e) : got;
}

static int write_all(int fd, struct lc_slice s)
{
    while (s.n) {
        ssize_t n = write(fd, s.p, s.n);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? errno : EIO;
        s = lc_slice_from(s, (size_t)n);
    }
    return fsync(fd) < 0 ? errno : 0;
}

int lc_file_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    struct lc_buf name;
    int fd, e;

    lc_buf_init(&name, 4096);
    (void)lc_buf_put(&name, slash ? lc_slice_of(path, (size_t)(slash - path) + 1) : LC_S("."));
    fd = open(lc_buf_cstr(&name), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    e = errno;
    lc_buf_free(&name);
    errno = e;
    return fd;
}

/* So that the new name is on disk too. */
static int sync_folder(const char *path)
{
    int fd = lc_file_folder(path), e = 0;

    if (fd < 0)
        return errno;
    /* Some file systems cannot sync a folder and say EINVAL: nothing is lost by that. */
    if (fsync(fd) < 0 && errno != EINVAL)
        e = errno;
    (void)close(fd);
    return e;
}

enum lc_status lc_file_replace(const char *path, struct lc_slice bytes, unsigned mode,
                               struct lc_err *err)
{
    struct lc_buf temp;
    int fd, e;

    lc_buf_init(&temp, 4096);
    (void)lc_buf_putf(&temp, "%s.XXXXXX", path);
    if (temp.full || !*lc_buf_cstr(&temp)) {
        lc_buf_free(&temp);
        return lc_fail(err, LC_EINVAL, _("%.100s...: the name is too long"), path);
    }
    fd = mkostemp((char *)temp.p, O_CLOEXEC);
    if (fd < 0) {
        e = errno;
        lc_buf_free(&temp);
        if (e == ENOENT)
            return lc_fail(err, LC_ENOENT, _("%s: the folder it belongs into does not exist"),
                           path);
        return lc_file_failed(err, path, e);
    }
    e = fchmod(fd, (mode_t)mode) < 0 ? errno : write_all(fd, bytes);
    if (close(fd) < 0 && !e)
        e = errno;
    if (!e && rename((char *)temp.p, path) < 0)
        e = errno;
    if (e)
        (void)unlink((char *)temp.p);
    else
        e = sync_folder(path);
    lc_buf_free(&temp);
    return e ? lc_file_failed(err, path, e) : LC_OK;
}
