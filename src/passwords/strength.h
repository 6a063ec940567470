/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How hard a password is to guess, by zxcvbn: it knows common passwords, words, names, dates, rows
 * of keys and repeats, and estimates the guesses that a sensible attacker would need. Only a class
 * leaves this room, never the number: with the number a guess could be tested at leisure.
 *
 * The bounds are zxcvbn's own: under 10^6 guesses gives way to an attacker who asks the device ten
 * times a second for a day; under 10^8 to a patient one, or to one who recorded a single login, as
 * cameras log in over unencrypted HTTP and RTSP.
 */
#ifndef LC_PASSWORDS_STRENGTH_H
#define LC_PASSWORDS_STRENGTH_H

#include "passwords/words.h"

enum lc_pw_strength { LC_PW_VERY_WEAK, LC_PW_WEAK, LC_PW_NOT_WEAK };

#define LC_PW_JUDGED_MAX 100U /* characters: zxcvbn looks no further */

/* `own`: texts around this login (device, account, model ...) whose words an attacker tries first.
 * Leaves no copy of the password in memory that was freed, nor on the stack. */
enum lc_pw_strength lc_pw_strength(struct lc_pw_words *w, struct lc_slice password,
                                   const struct lc_slice *own, size_t own_n);

#endif
