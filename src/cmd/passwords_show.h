/* SPDX-License-Identifier: Apache-2.0 */
/* What a person or a program sees of an audit of passwords. No field of a password comes here. */
#ifndef LC_CMD_PASSWORDS_SHOW_H
#define LC_CMD_PASSWORDS_SHOW_H

#include "base/buf.h"
#include "passwords/audit.h"

/* One line of the table; the head first. Only for logins that have findings. */
void lc_passwords_head(struct lc_buf *out);
void lc_passwords_line(const struct lc_pw_row *r, const struct lc_pw_login *o, struct lc_buf *out);
/* One JSON object and a newline, for every login. */
void lc_passwords_json(const struct lc_pw_row *r, const struct lc_pw_login *o, struct lc_buf *out);
/* What to do: each kind that was found, once, with the lines it was found in. */
void lc_passwords_remedies(const struct lc_pw_list *l, const struct lc_pw_login *logins,
                           struct lc_buf *out);

#endif
