/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A parser bug on demand, for the quarantine's test: loaded with LD_PRELOAD, it makes any search
 * through bytes that contain the magic words fault, as a real defect would, in whichever process
 * parses them.
 */
#include <dlfcn.h>
#include <stddef.h>
#include <string.h>

static const char magic[] = "crash-this-parser-7f3a";

void *memchr(const void *bytes, int c, size_t n)
{
    const char *p = bytes;

    for (size_t i = 0; i + sizeof magic - 1 <= n; i++)
        if (p[i] == magic[0] && strncmp(p + i, magic, sizeof magic - 1) == 0)
            *(volatile int *)NULL = 0;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)p[i] == (unsigned char)c)
            return (void *)(p + i);
    return NULL;
}
