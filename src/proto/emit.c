/* SPDX-License-Identifier: Apache-2.0 */
/* Values on their way into facts: bounded copies on the stack, no allocation of our own. */
#include "proto/emit.h"
#include "proto/msg.h"

#define VALUE_CAP 1024U /* the longest `max` of the vocabulary */

static bool said(const struct lc_facts *f, enum lc_fact_name name, struct lc_slice value)
{
    struct lc_cur at = {.s = lc_buf_view(&f->buf)};
    struct lc_fact have;

    while (lc_facts_next(&at, &have) == LC_OK)
        if (have.name == name && have.port == f->port && lc_slice_eq(have.value, value))
            return true;
    return false;
}

/* One blank for every run of white space. A value cut here is longer than any fact may be. */
static size_t collapse(struct lc_slice s, uint8_t out[static VALUE_CAP + 1])
{
    size_t n = 0;

    for (size_t i = 0; i < s.n && n < VALUE_CAP + 1; i++) {
        bool space = s.p[i] == '\r' || s.p[i] == '\n' || s.p[i] == '\t';

        if (space && n && out[n - 1] == ' ')
            continue;
        if (s.p[i] == ' ' && i && (s.p[i - 1] == '\n' || s.p[i - 1] == '\t') && n &&
            out[n - 1] == ' ')
            continue;
        out[n++] = space ? ' ' : s.p[i];
    }
    return n;
}

bool lc_emit(struct lc_facts *f, enum lc_fact_name name, struct lc_slice value)
{
    uint8_t text[VALUE_CAP + 1];
    struct lc_slice bounded;

    value = lc_slice_trim(value);
    value = lc_slice_of(text, collapse(value, text));
    bounded = lc_slice_sub(value, 0, lc_fact_infos[name].max);
    if (value.n == 0 || said(f, name, bounded))
        return false;
    lc_facts_str(f, name, value);
    return true;
}

void lc_emit_odd(struct lc_facts *f, uint32_t odd)
{
    for (unsigned i = 0; i < LC_ODD_COUNT; i++)
        if (odd & LC_ODD(i))
            (void)lc_emit(f, LC_F_PORT_ODDITY, lc_slice_str(lc_msg_odd_name((enum lc_msg_odd)i)));
}

void lc_emit_derived(struct lc_facts *out, const struct lc_fact *source, enum lc_fact_name name,
                     struct lc_slice value)
{
    struct lc_fact fact = {name, source->port, source->exch, LC_FACT_DERIVED, value};

    if (value.n > lc_fact_infos[name].max) {
        fact.value.n = lc_fact_infos[name].max;
        fact.flags |= LC_FACT_CUT;
    }
    if (value.n)
        lc_facts_add(out, &fact);
}
