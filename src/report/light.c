/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The traffic light and the name on the sticker. The light is the one judgement this folder makes:
 * it may never be kinder than the findings, and never green where the assessor could not tell.
 */
#include "report/common.h"

/* The worst colour that one finding asks for. A rule that this knowledge no longer has still stands
 * for something that was wrong: yellow, because nobody knows how bad. */
static enum lc_light of_finding(const struct lc_device_finding *f, const struct lc_assessor *rules)
{
    const struct lc_rule *r;

    if (!lc_report_wrong(f))
        return LC_GREEN;
    r = lc_assessor_rule(rules, f->rule);
    if (!r)
        return LC_YELLOW;
    if (r->ladder <= LC_T2 || r->severity >= LC_SEV_HIGH)
        return LC_RED;
    return r->severity >= LC_SEV_LOW ? LC_YELLOW : LC_GREEN;
}

enum lc_light lc_report_light(const struct lc_device *d, const struct lc_assessor *rules)
{
    enum lc_light worst = LC_GREEN;

    if (d->takeover <= LC_T2 || d->exposed == LC_TRI_TRUE)
        return LC_RED;
    for (size_t i = 0; i < d->findings_n; i++) {
        enum lc_light l = of_finding(&d->findings[i], rules);

        worst = l > worst ? l : worst;
    }
    if (worst != LC_GREEN)
        return worst;
    if (d->takeover <= LC_T4)
        return LC_YELLOW;
    return d->exposed == LC_TRI_FALSE ? LC_GREEN : LC_GREY;
}

static void put_raw(struct lc_buf *b, struct lc_slice s)
{
    (void)lc_buf_put(b, s);
}

/* What stands on the sticker when at least the model is known; makers often repeat the brand in it.
 */
static void sticker(struct lc_slice brand, struct lc_slice model, struct lc_buf *out)
{
    if (brand.n && !lc_slice_istarts(model, brand)) {
        put_raw(out, brand);
        (void)lc_buf_u8(out, ' ');
    }
    put_raw(out, model);
}

void lc_report_name(const struct lc_device *d, enum lc_lang lang, struct lc_buf *out)
{
    struct lc_slice cls = lc_report_class(d), brand = lc_report_brand(d);
    struct lc_slice noun = lc_slice_str(lc_tr_in(lang, lc_report_class_word(cls)));
    struct lc_slice args[] = {noun, brand.n ? brand : d->value[LC_A_PLATFORM]};
    bool watches = lc_class_is_surveillance(cls);
    size_t at = out->n;
    const char *form = N_("{0}, brand and model unknown");

    if (d->value[LC_A_MODEL].n) {
        sticker(brand, d->value[LC_A_MODEL], out);
        return;
    }
    if (brand.n && watches)
        form = N_("{1} {0}, model unknown");
    else if (brand.n)
        form = N_("{1} device");
    else if (args[1].n && watches)
        form = N_("{0} ({1}), brand unknown");
    else if (!watches)
        form = "{0}";
    lc_report_fill(out, put_raw, lang, form, args, 2);
    if (form[1] == '0' && out->n > at && out->p[at] >= 'a' && out->p[at] <= 'z')
        out->p[at] = (uint8_t)(out->p[at] - 'a' + 'A'); /* a noun of ours begins it */
}

/* What a reader meets first has the higher rank; a rule that this knowledge does not have stands
 * last. */
static int rank(const struct lc_device_finding *f, const struct lc_assessor *rules)
{
    const struct lc_rule *rule = lc_assessor_rule(rules, f->rule);

    return (lc_report_wrong(f) ? 100 : 0) +
           (rule ? 10 * (int)rule->severity + 9 - (int)rule->ladder : 0);
}

void lc_report_order(struct lc_device *d, const struct lc_assessor *rules)
{
    /* Insertion: a device has a dozen findings, and those of one rank keep their order by port. */
    for (size_t i = 1; i < d->findings_n; i++) {
        struct lc_device_finding f = d->findings[i];
        size_t at = i;

        for (; at && rank(&d->findings[at - 1], rules) < rank(&f, rules); at--)
            d->findings[at] = d->findings[at - 1];
        d->findings[at] = f;
    }
}
