/* SPDX-License-Identifier: Apache-2.0 */
/* Whole files: read with a bound, replaced so that a crash leaves the old one or the new one. */
#ifndef LC_SCOPE_FILE_H
#define LC_SCOPE_FILE_H

#include "base/buf.h"

struct stat;

/* What the system said about `path` (an errno) as a message and a status. */
enum lc_status lc_file_failed(struct lc_err *err, const char *path, int e);

/* Reads all of `path` into `out`, whose maximum bounds it. `st` (may be NULL) describes the very
 * file that was read. LC_ENOENT, LC_EPERM, LC_EFULL or LC_EIO with a message. */
enum lc_status lc_file_read(const char *path, struct lc_buf *out, struct stat *st,
                            struct lc_err *err) LC_MUST_CHECK;
/* Opens the folder that holds `path`: to sync it, to lock it. -1 and errno. */
int lc_file_folder(const char *path);
/* Writes a temporary file beside `path`, syncs it, renames it over `path`, syncs the folder. */
enum lc_status lc_file_replace(const char *path, struct lc_slice bytes, unsigned mode,
                               struct lc_err *err) LC_MUST_CHECK;

#endif
