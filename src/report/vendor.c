/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who stands behind a device, in a person's words: maker, origin, where updates are, what is known
 * of its end of life. Everything said here is knowledge (data/vendors.yaml), nothing is a peer's
 * text, and what is not known is called unknown: a label has no origin because its seller has a
 * flag.
 */
#include "report/common.h"

struct country {
    char code[3];
    const char *english;
};

/* Those of data/vendors.yaml and of the platforms (tests/unit/report/test_report_vendor.c). */
static const struct country countries[] = {
    {"AT", N_("Austria")},     {"AU", N_("Australia")},
    {"BR", N_("Brazil")},      {"CA", N_("Canada")},
    {"CH", N_("Switzerland")}, {"CN", N_("China")},
    {"CZ", N_("Czechia")},     {"DE", N_("Germany")},
    {"DK", N_("Denmark")},     {"ES", N_("Spain")},
    {"FI", N_("Finland")},     {"FR", N_("France")},
    {"GB", N_("Britain")},     {"HK", N_("Hong Kong")},
    {"IE", N_("Ireland")},     {"IL", N_("Israel")},
    {"IN", N_("India")},       {"IT", N_("Italy")},
    {"JP", N_("Japan")},       {"KR", N_("South Korea")},
    {"LV", N_("Latvia")},      {"NL", N_("the Netherlands")},
    {"NO", N_("Norway")},      {"PL", N_("Poland")},
    {"RU", N_("Russia")},      {"SE", N_("Sweden")},
    {"TW", N_("Taiwan")},      {"US", N_("the United States")},
    {"VN", N_("Vietnam")},     {"ZA", N_("South Africa")},
};

const char *const lc_report_vendor_labels[LC_VR_COUNT] = {
    [LC_VR_MAKER] = N_("maker"),     [LC_VR_ORIGIN] = N_("origin"),
    [LC_VR_UPDATES] = N_("updates"), [LC_VR_CONTACT] = N_("report flaws to"),
    [LC_VR_EOL] = N_("end of life"),
};

void lc_report_vendor(struct lc_device *d, const struct lc_kb *kb)
{
    d->vendor = lc_kb_vendor(kb, d->value[LC_A_BRAND]);
    d->origin = lc_kb_origin(kb, d->value[LC_A_BRAND], d->value[LC_A_PLATFORM]);
}

bool lc_report_country(struct lc_slice code, enum lc_lang lang, struct lc_slice *out)
{
    *out = code;
    for (size_t i = 0; i < sizeof countries / sizeof *countries; i++) {
        if (lc_slice_eq(code, lc_slice_str(countries[i].code))) {
            *out = lc_slice_str(lc_tr_in(lang, countries[i].english));
            return true;
        }
    }
    return false;
}

bool lc_report_origin_by_brand(const struct lc_device *d)
{
    return d->vendor && d->vendor->origin.n != 0;
}

static void put(struct lc_buf *b, struct lc_slice s)
{
    (void)lc_buf_put(b, s);
}

static void put_maker(const struct lc_vendor *v, enum lc_lang lang, struct lc_buf *raw)
{
    struct lc_slice country;

    put(raw, v->maker);
    if (!v->country.n)
        return;
    (void)lc_report_country(v->country, lang, &country);
    (void)lc_buf_puts(raw, " (");
    put(raw, country);
    (void)lc_buf_puts(raw, ")");
}

static void put_origin(const struct lc_device *d, enum lc_lang lang, struct lc_buf *raw)
{
    struct lc_slice args[2] = {d->origin, {NULL, 0}};
    const char *form = "{0}";

    if (!d->origin.n)
        form = N_("unknown");
    else if (!lc_report_origin_by_brand(d))
        form = N_("{0}, judged by its firmware: who built it is not known");
    else if (d->vendor->built_by.n)
        form = N_("{0}: built by {1}");
    (void)lc_report_country(d->origin, lang, &args[0]);
    if (d->vendor)
        args[1] = d->vendor->built_by;
    lc_report_fill(raw, put, lang, form, args, 2);
}

bool lc_report_vendor_row(const struct lc_device *d, enum lc_vendor_row row, enum lc_lang lang,
                          struct lc_buf *raw)
{
    static const struct lc_vendor nobody;
    const struct lc_vendor *v = d->vendor ? d->vendor : &nobody;
    size_t at = raw->n;

    switch (row) {
    case LC_VR_MAKER:
        put_maker(v, lang, raw);
        break;
    case LC_VR_ORIGIN:
        put_origin(d, lang, raw);
        break;
    case LC_VR_UPDATES:
        put(raw, v->updates);
        break;
    case LC_VR_CONTACT:
        put(raw, v->contact);
        break;
    case LC_VR_EOL:
        put(raw, v->eol[lang]);
        break;
    case LC_VR_COUNT:
        break;
    }
    return raw->n > at;
}
