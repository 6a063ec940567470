/* SPDX-License-Identifier: Apache-2.0 */
/* A folder of a test's own, and files in it. */
#ifndef LC_TEST_SCOPE_SCRATCH_H
#define LC_TEST_SCOPE_SCRATCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "scope/inside.h"

static char scratch_dir[] = "/tmp/lc_scope_XXXXXX";

static inline int scratch_open(void **state)
{
    (void)state;
    return mkdtemp(scratch_dir) ? 0 : -1;
}

/* Paths of the test's files; a few at a time stay valid. */
static inline const char *scratch(const char *name)
{
    static char path[8][128];
    static unsigned at;
    char *p = path[at++ % 8];

    (void)snprintf(p, sizeof path[0], "%s/%s", scratch_dir, name);
    return p;
}

static inline int scratch_close(void **state)
{
    static const char *const names[] = {"s.yaml", "s.yaml.sig", "keys",   "never", "key",
                                        "key2",   "list",       "folder", "pipe",  "alone"};

    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (unlink(scratch(names[i])) < 0)
            (void)rmdir(scratch(names[i]));
    return rmdir(scratch_dir);
}

static inline const char *put_file(const char *name, const char *text, mode_t mode)
{
    const char *path = scratch(name);
    struct lc_err err;

    if (lc_file_replace(path, lc_slice_str(text), mode, &err) != LC_OK)
        fail_msg("%s", err.text);
    return path;
}

static inline void says(const struct lc_err *err, const char *part)
{
    if (!strstr(err->text, part))
        fail_msg("\"%s\" does not say \"%s\"", err->text, part);
}

#endif
