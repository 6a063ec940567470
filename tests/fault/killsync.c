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
 * A SIGKILL leaves what was written in the page cache: this is the death of the program, not of the
 * machine. The order of writes and syncs is what a loss of power needs as well; that it is right is
 * SQLite's promise under synchronous=FULL.
 */
#undef _FILE_OFFSET_BITS /* or pwrite would be a second name for pwrite64 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long syncs, writes;

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

static int sync_as(const char *which, int fd)
{
    int (*real)(int) = (int (*)(int))dlsym(RTLD_NEXT, which);
    int hit = ++syncs == at() && !is("KILLSYNC_FAIL", "enospc"), rc;

    if (hit && is("KILLSYNC_FAIL", "eio")) {
        errno = EIO;
        return -1;
    }
    if (hit && !is("KILLSYNC_WHEN", "after"))
        (void)raise(SIGKILL);
    rc = real(fd);
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
    (void)fprintf(out, "%ld %ld\n", syncs, writes);
    (void)fclose(out);
}
