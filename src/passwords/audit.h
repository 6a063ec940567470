/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit of an owner's own list: each login gets findings, logins with one password get the
 * number of their group. Nothing that comes out of here depends on a password in a way that a guess
 * could be tested against, but what the findings themselves say.
 *
 * Passwords are compared by HMAC-SHA-256 under a random key that lives as long as the audit, so
 * that sorting them needs no copies. Rows, logins and key belong into memory of base/secret.h.
 */
#ifndef LC_PASSWORDS_AUDIT_H
#define LC_PASSWORDS_AUDIT_H

#include "assess/assess.h"
#include "passwords/list.h"
#include "passwords/words.h"

enum lc_pw_finding {
    LC_PW_F_NONE_SET,
    LC_PW_F_DEFAULT,
    LC_PW_F_DERIVED,
    LC_PW_F_VERY_WEAK,
    LC_PW_F_APP,
    LC_PW_F_WEAK,
    LC_PW_F_SAME,
    LC_PW_F_INSTALLER,
    LC_PW_F_DEVICE,
    LC_PW_FINDINGS,
};

struct lc_pw_kind {
    const char *id;
    enum lc_severity severity;
    const char *title, *remedy; /* English; translate when shown */
};

extern const struct lc_pw_kind lc_pw_kinds[LC_PW_FINDINGS]; /* the worst first */

struct lc_pw_login {
    uint8_t tag[32];
    uint16_t findings; /* bits 1 << enum lc_pw_finding */
    uint16_t derived;  /* bits 1 << enum lc_pw_column: what the password is made of */
    uint16_t hidden;   /* bits of columns that hold a password of the list: never show them */
    uint32_t group;    /* 0: nobody shares it; else from 1 in the order of lines */
};

/* Judges l->n logins into `out`. `site`: words about the place (name, street), may be empty. */
enum lc_status lc_pw_audit(const struct lc_pw_list *l, struct lc_pw_words *w, struct lc_slice site,
                           struct lc_pw_login *out, struct lc_err *err) LC_MUST_CHECK;

/* Is this password made of that text? Serial, MAC, model and phone (`number`) count when six
 * characters in a row are the same, names when four are and make up half of the password. */
bool lc_pw_derived(struct lc_slice password, struct lc_slice from, bool number);

#endif
