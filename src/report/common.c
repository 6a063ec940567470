/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words and small decisions that every face of a device shares, so that the page, the table and the
 * machine formats cannot tell different stories about one device.
 */
#include "report/common.h"

#include <stdlib.h>
#include <time.h>

const char *const lc_report_attr_words[LC_A_COUNT] = {
    [LC_A_CLASS] = N_("kind of device"), [LC_A_PLATFORM] = N_("platform"),
    [LC_A_BRAND] = N_("brand"),          [LC_A_MODEL] = N_("model"),
    [LC_A_FIRMWARE] = N_("firmware"),
};

const char *const lc_report_light_names[] = {"green", "yellow", "red", "grey"};

const char *const lc_report_exposed_words[] = {
    [LC_TRI_FALSE] = N_("no"),
    [LC_TRI_TRUE] = N_("yes"),
    [LC_TRI_UNKNOWN] = N_("unknown"),
};

const char *const lc_report_severity_words[] = {
    [LC_SEV_INFO] = N_("note"), [LC_SEV_LOW] = N_("low"),           [LC_SEV_MEDIUM] = N_("medium"),
    [LC_SEV_HIGH] = N_("high"), [LC_SEV_CRITICAL] = N_("critical"),
};

const char *const lc_report_takeover_words[] = {
    [LC_T0] = N_("no password is needed for pictures or settings, or none was ever set"),
    [LC_T1] = N_("a flaw that attackers already use lets them in without a password"),
    [LC_T2] =
        N_("its publicly known factory password still works, or it is too old to be repaired"),
    [LC_T3] = N_("a known flaw lets people in without a password; no attacks are known so far"),
    [LC_T4] = N_("a flaw that needs a login first, or a weak or re-used password"),
    [LC_T5] = N_("no way in was found, and every check could be decided"),
    [LC_TU] = N_("cannot be decided from here"),
};

const char *const lc_report_exposure_words[] = {
    [LC_E0] = N_("no camera service answers"),
    [LC_E1] = N_("a camera service answers to where the scan stood"),
    [LC_E2] = N_("it describes its video stream without asking for a password"),
    [LC_E3] = N_("a camera service answers, and taking it over is easy (T0 to T2)"),
};

const char *const lc_report_verdict_words[] = {
    [LC_V_NONE] = N_("not concerned"),        [LC_V_AFFECTED] = N_("affected"),
    [LC_V_NOT_AFFECTED] = N_("not affected"), [LC_V_UNKNOWN] = N_("cannot be told"),
    [LC_V_SUSPECTED] = N_("suspected"),       [LC_V_DISPUTED] = N_("disputed by the maker"),
};

struct word {
    struct lc_slice id;
    const char *english;
};

static const struct word classes[] = {
    {LC_S_INIT("camera"), N_("camera")},
    {LC_S_INIT("ptz"), N_("PTZ camera")},
    {LC_S_INIT("thermal"), N_("thermal camera")},
    {LC_S_INIT("doorbell"), N_("doorbell camera")},
    {LC_S_INIT("intercom"), N_("video intercom")},
    {LC_S_INIT("nvr"), N_("network recorder")},
    {LC_S_INIT("dvr"), N_("video recorder")},
    {LC_S_INIT("encoder"), N_("video encoder")},
    {LC_S_INIT("decoder"), N_("video decoder")},
    {LC_S_INIT("vms"), N_("camera management server")},
    {LC_S_INIT("hub"), N_("camera hub")},
    {LC_S_INIT("access-control"), N_("door access controller")},
    {LC_S_INIT("not-surveillance"), N_("not a camera")},
};

/* Values of the fact port.outcome and states of a finding. */
static const struct word words[] = {
    {LC_S_INIT("open"), N_("open")},
    {LC_S_INIT("refused"), N_("refused")},
    {LC_S_INIT("silent"), N_("silent")},
    {LC_S_INIT("unreachable"), N_("unreachable")},
    {LC_S_INIT("reset"), N_("cut off")},
    {LC_S_INIT("not-asked"), N_("not asked")},
    {LC_S_INIT("out-of-budget"), N_("not asked: no time left")},
    {LC_S_INIT("refused-by-scope"), N_("not asked: outside the scope")},
    {LC_S_INIT("undecided"), N_("not decided")},
    {LC_S_INIT("new"), N_("new")},
    {LC_S_INIT("confirmed"), N_("seen again")},
    {LC_S_INIT("fixed"), N_("fixed")},
    {LC_S_INIT("reappeared"), N_("back again")},
};

void lc_report_fill(struct lc_buf *out, lc_sink *sink, enum lc_lang lang, const char *english,
                    const struct lc_slice *args, size_t args_n)
{
    struct lc_slice s = lc_slice_str(lc_tr_in(lang, english));

    for (size_t at; (at = lc_slice_chr(s, '{', 0)) != LC_NPOS && at + 2 < s.n;) {
        size_t i = (size_t)(s.p[at + 1] - '0');

        sink(out, lc_slice_sub(s, 0, at));
        if (i < args_n)
            sink(out, args[i]);
        s = lc_slice_from(s, at + 3);
    }
    sink(out, s);
}

struct lc_slice lc_report_brand(const struct lc_device *d)
{
    bool told = d->confidence[LC_A_BRAND] > LC_BRAND_ASSUMED;

    return told ? d->value[LC_A_BRAND] : (struct lc_slice){NULL, 0};
}

struct lc_slice lc_report_class(const struct lc_device *d)
{
    return d->value[LC_A_CLASS].n ? d->value[LC_A_CLASS] : LC_S("unknown");
}

static const char *find(const struct word *table, size_t n, struct lc_slice id)
{
    for (size_t i = 0; i < n; i++) {
        if (lc_slice_eq(id, table[i].id))
            return table[i].english;
    }
    return NULL;
}

const char *lc_report_class_word(struct lc_slice cls)
{
    const char *word = find(classes, sizeof classes / sizeof *classes, cls);

    return word ? word : N_("unknown device");
}

static void as_it_is(struct lc_buf *out, struct lc_slice s)
{
    (void)lc_buf_put(out, s);
}

void lc_report_kind(const struct lc_device *d, enum lc_lang lang, struct lc_buf *raw)
{
    struct lc_slice word = lc_slice_str(lc_tr_in(lang, lc_report_class_word(lc_report_class(d))));
    char digits[32];
    struct lc_slice args[] = {word, lc_report_count(d->channels_n, lang, digits)};

    if (d->channels_n < 2)
        (void)lc_buf_put(raw, word);
    else
        lc_report_fill(raw, as_it_is, lang, N_("{0} with {1} channels"), args, 2);
}

struct lc_slice lc_report_word(struct lc_slice id, enum lc_lang lang)
{
    const char *word = find(words, sizeof words / sizeof *words, id);

    return word ? lc_slice_str(lc_tr_in(lang, word)) : id;
}

struct lc_slice lc_report_attr(struct lc_slice id, enum lc_lang lang)
{
    for (size_t a = 0; a < LC_A_COUNT; a++) {
        if (lc_slice_eq(id, lc_slice_str(lc_attr_names[a])))
            return lc_slice_str(lc_tr_in(lang, lc_report_attr_words[a]));
    }
    return id;
}

bool lc_report_wrong(const struct lc_device_finding *f)
{
    return f->result == LC_TRI_TRUE && !lc_slice_eq(f->state, LC_S("fixed"));
}

bool lc_report_is_note(const struct lc_rule *r)
{
    return r && r->severity == LC_SEV_INFO && r->ladder == LC_TU;
}

static bool is_flaw(const struct lc_device_finding *f, const struct lc_assessor *rules)
{
    const struct lc_rule *r = f->verdict == LC_V_NONE ? NULL : lc_assessor_rule(rules, f->rule);

    return r && r->flaw && lc_report_wrong(f);
}

bool lc_report_surplus(const struct lc_device *d, const struct lc_assessor *rules, size_t at)
{
    size_t before = 0;

    if (!is_flaw(&d->findings[at], rules))
        return false;
    for (size_t i = 0; i < at; i++)
        before += is_flaw(&d->findings[i], rules);
    return before >= LC_REPORT_FLAWS;
}

size_t lc_report_surplus_n(const struct lc_device *d, const struct lc_assessor *rules)
{
    size_t n = 0;

    for (size_t i = 0; i < d->findings_n; i++)
        n += is_flaw(&d->findings[i], rules);
    return n > LC_REPORT_FLAWS ? n - LC_REPORT_FLAWS : 0;
}

size_t lc_report_wrong_n(const struct lc_device *d)
{
    size_t n = 0;

    for (size_t i = 0; i < d->findings_n; i++)
        n += lc_report_wrong(&d->findings[i]);
    return n;
}

struct lc_slice lc_report_title(const struct lc_device_finding *f, const struct lc_assessor *rules,
                                enum lc_lang lang)
{
    const struct lc_rule *r = lc_assessor_rule(rules, f->rule);

    return r ? r->title[lang] : f->rule;
}

static bool is_moment(enum lc_fact_name name)
{
    return name == LC_F_TLS_CERT_NOT_BEFORE || name == LC_F_TLS_CERT_NOT_AFTER ||
           name == LC_F_ONVIF_CLOCK;
}

bool lc_report_evidence(struct lc_slice fact, struct lc_slice value, bool human, enum lc_lang lang,
                        struct lc_buf *raw)
{
    struct lc_fact f = {.name = lc_fact_by_name(fact), .value = value};

    if (f.name == LC_F_NONE || lc_fact_infos[f.name].privacy == LC_FP_PERSONAL)
        return false;
    if (lc_fact_infos[f.name].type == LC_FT_BOOL && value.n == 1)
        (void)lc_buf_puts(raw, value.p[0] ? "true" : "false");
    else if (lc_fact_infos[f.name].type != LC_FT_INT || value.n != 8)
        (void)lc_buf_put(raw, value);
    else if (human && is_moment(f.name) && lc_fact_as_int(&f) > 0 &&
             lc_fact_as_int(&f) < INT64_MAX / 1000000)
        lc_report_time(lc_fact_as_int(&f) * 1000000, lang, raw);
    else
        (void)lc_buf_putf(raw, "%lld", (long long)lc_fact_as_int(&f));
    return true;
}

struct lc_slice lc_report_fact_words(struct lc_slice fact, enum lc_lang lang)
{
    enum lc_fact_name name = lc_fact_by_name(fact);

    if (name == LC_F_NONE)
        return fact;
    return lc_slice_str(lang == LC_LANG_VI ? lc_fact_infos[name].vi : lc_fact_infos[name].en);
}

void lc_report_why(struct lc_slice why, const struct lc_assessor *rules, enum lc_lang lang,
                   struct lc_buf *raw)
{
    const struct lc_rule *r = why.n ? lc_assessor_rule(rules, why) : NULL;
    struct lc_buf text;

    if (r) {
        (void)lc_buf_put(raw, r->title[lang]);
        return;
    }
    lc_buf_init(&text, 1024); /* no sentence of ours is longer; what is, is not one */
    if (lc_slice_chr(why, 0, 0) == LC_NPOS && lc_buf_put(&text, why) == LC_OK)
        (void)lc_buf_puts(raw, lc_tr_in(lang, lc_buf_cstr(&text)));
    else
        (void)lc_buf_put(raw, why);
    lc_buf_free(&text);
}

void lc_report_time(int64_t us, enum lc_lang lang, struct lc_buf *raw)
{
    time_t t = (time_t)(us / 1000000);
    struct tm tm;
    char text[48];
    long off;

    if (us == 0 || !localtime_r(&t, &tm) || tm.tm_year > 8099) {
        (void)lc_buf_puts(raw, "-");
        return;
    }
    off = tm.tm_gmtoff / 60;
    if (strftime(text, sizeof text, lang == LC_LANG_VI ? "%H:%M %d/%m/%Y" : "%Y-%m-%d %H:%M", &tm))
        (void)lc_buf_puts(raw, text);
    (void)lc_buf_puts(raw, " (UTC");
    if (off)
        (void)lc_buf_putf(raw, "%c%ld", off < 0 ? '-' : '+', labs(off) / 60);
    if (off % 60)
        (void)lc_buf_putf(raw, ":%02ld", labs(off) % 60);
    (void)lc_buf_puts(raw, ")");
}

void lc_report_utc(int64_t us, struct lc_buf *raw)
{
    time_t t = (time_t)(us / 1000000);
    struct tm tm;
    char text[32];

    if (us && gmtime_r(&t, &tm) && strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm))
        (void)lc_buf_puts(raw, text);
}

struct lc_slice lc_report_count(uint64_t n, enum lc_lang lang, char text[static 32])
{
    size_t at = 32, digits = 0;

    do {
        if (digits && digits % 3 == 0)
            text[--at] = lang == LC_LANG_VI ? '.' : ',';
        text[--at] = (char)('0' + n % 10);
        digits++;
    } while (n /= 10);
    return lc_slice_of(text + at, 32 - at);
}
