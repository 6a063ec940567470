/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The owner's list of logins, as a table or as plain lines. The bytes are passwords: nothing is
 * copied out of them. Fields are slices into the caller's memory, which is changed in place where a
 * quoted field holds doubled quotes (RFC 4180, 2.7), and no message quotes any of it.
 *
 * A table has a first line that names its columns, in English or Vietnamese, in any order and case,
 * separated by commas, semicolons or tabs (spreadsheets of a Vietnamese locale write semicolons).
 * Which names are known stands in list.c and in lenscap-passwords(1). A field may be quoted but not
 * hold a line's end: one line is one login. Without such a first line each line is a password.
 */
#ifndef LC_PASSWORDS_LIST_H
#define LC_PASSWORDS_LIST_H

#include "base/slice.h"

#define LC_PW_BYTES_MAX (2U << 20) /* of a list: about 30,000 logins */
#define LC_PW_ROWS_MAX  20000U     /* with the bytes under the usual 8 MiB of lockable memory */
#define LC_PW_FIELD_MAX 1024U

enum lc_pw_column {
    LC_PW_DEVICE, /* name or address */
    LC_PW_ACCOUNT,
    LC_PW_PASSWORD,
    LC_PW_SERIAL,
    LC_PW_MAC,
    LC_PW_MODEL,
    LC_PW_BRAND,
    LC_PW_PHONE,
    LC_PW_APP, /* the app, cloud or Wi-Fi that this login belongs to; empty: the device itself */
    LC_PW_COLUMNS,
};

extern const char *const lc_pw_column_names[LC_PW_COLUMNS]; /* "device" ..., for machines */

struct lc_pw_row {
    uint32_t line; /* from 1 */
    struct lc_slice field[LC_PW_COLUMNS];
};

struct lc_pw_list {
    struct lc_pw_row *rows; /* the caller's, `max` of them */
    uint32_t n, max;
    bool plain;       /* one password in each line, nothing else */
    uint32_t unknown; /* columns with a name that is not known */
    uint32_t left_out;
    /* Told of each line that is left out; `why` is a translated sentence without a byte of it. */
    void (*on_left_out)(void *ctx, uint32_t line, const char *why);
    void *ctx;
};

/* At most how many logins these bytes can hold: for the size of `rows`. */
uint32_t lc_pw_lines(struct lc_slice bytes);

/* Fills `l` from the n bytes at `p`. `plain`: do not look for a table. LC_EPARSE or LC_EINVAL with
 * a message when the whole cannot be read. */
enum lc_status lc_pw_read(struct lc_pw_list *l, uint8_t *p, size_t n, bool plain,
                          struct lc_err *err) LC_MUST_CHECK;

#endif
