/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A disk that fails on demand, as an LD_PRELOAD library. It counts the calls of fsync and
 * fdatasync:
 *
 *     KILLSYNC_AT=n       the n-th (from 1) is the one that matters; 0 or unset: only count
 *     KILLSYNC_WHEN=...   before (default) or after: SIGKILL to the own process then
 *     KILLSYNC_FAIL=eio   no kill: the n-th fails with EIO and syncs nothing
 *     KILLSYNC_FAIL=enospc  no kill: from the n-th write or pwrite on, all fail with ENOSPC
 * (standard output and error are spared and not counted) KILLSYNC_COUNT=FILE at exit, how many
 * syncs and writes there were, as "SYNCS WRITES"
 *
 *     KILLSYNC_LOSE=1     after each sync of a file copies it to FILE.synced: what is there when
 * the power goes, in the worst case. The test puts the copies in the files' places
 *
 * Without the last one a SIGKILL is the death of the program only: what was written stays in the
 * page cache.
 */
#undef _FILE_OFFSET_BITS /* or pwrite would be a second name for pwrite64 */
#include <dlfcn.h>
#include <limits.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#define KINDS_MAX 4096

static long syncs, writes;
static char kinds[KINDS_MAX + 1];

static long at(void)
{
    const char *n = getenv("KILLSYNC_AT");

    return n ? strtol(n, NULL, 10) : 0;
}

static int is(const char *name, const char *value)
{
    const char *v = getenv(name);

    return v && strcmp(v, value) == 0;
}

static void note_kind(int fd)
{
    struct stat sb;

    if (syncs < KINDS_MAX)
        kinds[syncs] = fstat(fd, &sb) == 0 && S_ISDIR(sb.st_mode) ? 'd' : 'f';
}

/* By sendfile, which is no write that is counted. */
static void keep_synced(int fd)
{
    char link[32], path[PATH_MAX + 16];
    struct stat sb;
    off_t from = 0;
    ssize_t n;
    int out;

    if (getenv("KILLSYNC_LOSE") == NULL || fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode))
        return;
    (void)snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    n = readlink(link, path, PATH_MAX);
    if (n < 0)
        abort();
    (void)snprintf(path + n, 16, ".synced");
    out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    while (from < sb.st_size)
        if (out < 0 || sendfile(out, fd, &from, (size_t)(sb.st_size - from)) <= 0)
            abort();
    (void)close(out);
}

static int sync_as(const char *which, int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, which);
    int hit = syncs + 1 == at() && !is("KILLSYNC_FAIL", "enospc"), rc;

    note_kind(fd);
    syncs++;
    if (hit && is("KILLSYNC_FAIL", "eio")) {
        errno = EIO;
        return -1;
    }
    if (hit && !is("KILLSYNC_WHEN", "after"))
        (void)raise(SIGKILL);
    rc = real(fd);
    if (rc == 0)
        keep_synced(fd);
    if (hit)
        (void)raise(SIGKILL);
    return rc;
}

static int disk_is_full(int fd)
{
    if (fd <= STDERR_FILENO)
        return 0;
    writes++;
    if (!is("KILLSYNC_FAIL", "enospc") || at() == 0 || writes < at())
        return 0;
    errno = ENOSPC;
    return 1;
}

int fsync(int fd)
{
    return sync_as("fsync", fd);
}

int fdatasync(int fd)
{
    return sync_as("fdatasync", fd);
}

ssize_t write(int fd, const void *p, size_t n)
{
    ssize_t (*real)(int, const void *, size_t) =
        (ssize_t(*)(int, const void *, size_t))dlsym(RTLD_NEXT, "write");

    return disk_is_full(fd) ? -1 : real(fd, p, n);
}

ssize_t pwrite(int fd, const void *p, size_t n, off_t offset)
{
    ssize_t (*real)(int, const void *, size_t, off_t) =
        (ssize_t(*)(int, const void *, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");

    return disk_is_full(fd) ? -1 : real(fd, p, n, offset);
}

ssize_t pwrite64(int fd, const void *p, size_t n, off64_t offset)
{
    ssize_t (*real)(int, const void *, size_t, off64_t) =
        (ssize_t(*)(int, const void *, size_t, off64_t))dlsym(RTLD_NEXT, "pwrite64");

    return disk_is_full(fd) ? -1 : real(fd, p, n, offset);
}

__attribute__((destructor)) static void tell(void)
{
    const char *name = getenv("KILLSYNC_COUNT");
    FILE *out = name ? fopen(name, "w") : NULL;

    if (out == NULL)
        return;
    (void)fprintf(out, "%ld %s\n", writes, kinds);
    (void)fclose(out);
}
