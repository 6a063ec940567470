/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text as an attacker would try it: Vietnamese and other Latin letters without their marks, since a
 * word list holds both spellings. What is no such letter becomes one same letter, which makes a
 * password look weaker than it is, never stronger. Into the caller's buffer, so that secrets stay
 * where the caller wants them.
 */
#ifndef LC_PASSWORDS_FOLD_H
#define LC_PASSWORDS_FOLD_H

#include "base/slice.h"

/* Printable ASCII, at most max - 1 characters and a NUL. How many. */
size_t lc_pw_ascii(struct lc_slice s, char *out, size_t max);
/* The letters and digits of it only, lower case. */
size_t lc_pw_alnum(struct lc_slice s, char *out, size_t max);

#endif
