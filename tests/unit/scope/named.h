/* SPDX-License-Identifier: Apache-2.0 */
/* Targets as text in, merged ranges as text out: "10.0.0.0/30 192.0.2.7". */
#ifndef LC_TEST_SCOPE_NAMED_H
#define LC_TEST_SCOPE_NAMED_H

#include "scratch.h"

static inline void targets_text(struct lc_targets *t, char *out, size_t cap)
{
    lc_ranges_merge(t);
    out[0] = 0;
    for (size_t i = 0, n = 0; i < t->n && n < cap; i++)
        n += (size_t)snprintf(out + n, cap - n, "%s%s", i ? " " : "", lc_range_name(&t->v[i]).text);
}

static inline void named(const char *text, struct lc_target_ouis ouis, const char *ranges)
{
    struct lc_targets t = {.ouis = ouis};
    struct lc_err err = {""};
    char got[4096];

    if (lc_targets_add(&t, text, &err) != LC_OK)
        fail_msg("%s: %s", text, err.text);
    targets_text(&t, got, sizeof got);
    assert_string_equal(got, ranges);
    lc_targets_free(&t);
}

static inline void means(const char *text, const char *ranges)
{
    named(text, (struct lc_target_ouis){NULL, 0}, ranges);
}

/* Refused with both words in the message, and nothing that was there before is touched. */
static inline void refused(const char *text, const char *says1, const char *says2)
{
    struct lc_targets t = {.n = 0};
    struct lc_err err = {""};

    assert_int_equal(lc_targets_add(&t, "203.0.113.1", &err), LC_OK);
    if (lc_targets_add(&t, text, &err) == LC_OK)
        fail_msg("%s is taken", text);
    says(&err, says1);
    says(&err, says2);
    assert_int_equal(t.n, 1);
    assert_string_equal(lc_range_name(&t.v[0]).text, "203.0.113.1");
    lc_targets_free(&t);
}

#endif
