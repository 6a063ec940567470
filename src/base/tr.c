/* SPDX-License-Identifier: Apache-2.0 */
/* Looking up a translation: binary search in the generated, sorted table. */
#include "base/tr.h"
#include "base/tr_table.h"

#include <stdlib.h>
#include <string.h>

static enum lc_lang current = LC_LANG_EN;

void lc_lang_set(enum lc_lang lang)
{
    current = lang;
}

enum lc_lang lc_lang_get(void)
{
    return current;
}

int lc_lang_choose(const char *flag)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};

    if (flag) {
        if (strcmp(flag, "en") == 0)
            return LC_LANG_EN;
        return strcmp(flag, "vi") == 0 ? LC_LANG_VI : -1;
    }
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *v = getenv(names[i]);

        if (v && *v)
            return strncmp(v, "vi", 2) == 0 ? LC_LANG_VI : LC_LANG_EN;
    }
    return LC_LANG_EN;
}

static int by_english(const void *key, const void *entry)
{
    return strcmp(key, ((const struct lc_tr_entry *)entry)->english);
}

const char *lc_tr_in(enum lc_lang lang, const char *english)
{
    const struct lc_tr_entry *e;

    if (lang == LC_LANG_EN)
        return english;
    e = bsearch(english, lc_tr_table, lc_tr_n, sizeof *lc_tr_table, by_english);
    return e ? e->vietnamese : english;
}

const char *lc_tr(const char *english)
{
    return lc_tr_in(current, english);
}
