/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Fields of fixed length in binary discovery answers. Devices pad texts with NULs, leave what an
 * earlier text left behind the NUL, and put noise where an option is missing: a text counts only if
 * everything before its first NUL can be printed.
 */
#ifndef LC_PROTO_DG_FIELD_H
#define LC_PROTO_DG_FIELD_H

#include "base/slice.h"

/* The text in in[at..at+n], without the blanks around it. Empty when the field reaches past the
 * datagram or holds anything but printable ASCII before its NUL. */
struct lc_slice lc_dg_text(struct lc_slice in, size_t at, size_t n);

/* True when the whole text is made of letters and digits, and there are some. */
bool lc_dg_is_word(struct lc_slice text);

#endif
