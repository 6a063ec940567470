/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A namespace of our own is told by the way up: the first process alone would do on a plain
 * machine, but in a container its namespace may be unreadable, so every process between it and us
 * is asked too.
 */
#include "netns.h"

#include "base/slice.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define DEPTH_MAX 256 /* processes on the way up */

static bool elsewhere(uint64_t pid, ino_t own)
{
    char path[64];
    struct stat st;
    snprintf(path, sizeof(path), "/proc/%llu/ns/net", (unsigned long long)pid);
    return stat(path, &st) == 0 && st.st_ino != own;
}

/* Fourth field of /proc/PID/stat; the second may hold blanks but ends at the last ')'. 0 at the
 * top. */
static uint64_t parent_of(uint64_t pid)
{
    char path[64];
    uint8_t text[1024];
    uint64_t parent = 0;
    snprintf(path, sizeof(path), "/proc/%llu/stat", (unsigned long long)pid);
    FILE *f = fopen(path, "rbe");
    if (!f)
        return 0;
    struct lc_slice s = lc_slice_of(text, fread(text, 1, sizeof(text), f));
    fclose(f);
    size_t at = s.n;
    while (at > 0 && s.p[at - 1] != ')')
        at--;
    s = lc_slice_from(s, at + 3); /* " S " */
    s = lc_slice_sub(s, 0, lc_slice_chr(s, ' ', 0));
    return lc_slice_u64(s, INT32_MAX, &parent) == LC_OK ? parent : 0;
}

bool sim_netns_own(void)
{
    struct stat own;
    if (stat("/proc/self/ns/net", &own) != 0)
        return false;
    uint64_t pid = (uint64_t)getppid();
    for (int i = 0; pid > 1 && i < DEPTH_MAX; i++) {
        if (elsewhere(pid, own.st_ino))
            return true;
        pid = parent_of(pid);
    }
    return elsewhere(1, own.st_ino);
}
