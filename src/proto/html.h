/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A page, read the way a fingerprint needs it: by searching, not by understanding. Every function
 * is one forward pass over a bounded body, none allocates, all borrow.
 */
#ifndef LC_PROTO_HTML_H
#define LC_PROTO_HTML_H

#include "facts/facts.h"

/* The first title: common entities decoded, white space collapsed; `out` is emptied first. */
void lc_html_title(struct lc_slice body, struct lc_buf *out);

/* href of the first <link> whose rel names an icon; {NULL,0} when there is none. */
struct lc_slice lc_html_icon(struct lc_slice body);

bool lc_html_has_password_field(struct lc_slice body);

/* Adds http.mark for every literal mark of camera login pages that the body contains. */
void lc_html_marks(struct lc_slice body, struct lc_facts *out);

#endif
