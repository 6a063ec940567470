/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two languages, one table. English text is its own key; po/vi.po holds the Vietnamese and is
 * compiled into the program (tools/po2c.py), so a report's language does not depend on which
 * locales a machine has.
 *
 * Mark a string that a person reads with _() where it is used, N_() where it only stands in a
 * table.
 */
#ifndef LC_BASE_TR_H
#define LC_BASE_TR_H

enum lc_lang { LC_LANG_EN, LC_LANG_VI };

void lc_lang_set(enum lc_lang lang); /* the language of this process's messages */
enum lc_lang lc_lang_get(void);
/* From --lang, else LC_ALL, LC_MESSAGES, LANG, else English; -1 when `flag` names neither. */
int lc_lang_choose(const char *flag);

const char *lc_tr(const char *english);                       /* in the process's language */
const char *lc_tr_in(enum lc_lang lang, const char *english); /* in the language of a document */

#define _(s)  lc_tr(s)
#define N_(s) s

#endif
