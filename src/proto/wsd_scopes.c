/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may become a fact of ONVIF's scopes (onvif://www.onvif.org/KEY/VALUE, percent-encoded; ONVIF
 * core specification, 7.3.2.2; facts on protocols A2). Promise 6: names and locations, which owners
 * write, are blanked here, before anything else sees them. The rule, key by key, any case:
 *
 *     type hardware model Profile          kept as they came, the key in the spelling of this list
 *     manufacturer brand version firmware  (vendors' own keys)
 *     MAC macaddr unique_identifier        to mac.address when they are one, and never a scope
 *     name                                 word by word: only words that no owner needs to write
 *     location and every other key         left out: nobody knows what stands there
 *
 * A word of a name is kept when it is a factory's word (the list below), when it stands in
 * hardware/ or model/ of the same answer too, or when it is built like the model numbers of a
 * closed list of makers. The others are cut out, and a name of which nothing is left is no fact:
 * "HIKVISION DS-2CD2385G1-I" and "Dahua" stay, "Dahua Kitchen" becomes "Dahua", "Kho hang 2"
 * nothing.
 */
#include "base/buf.h"
#include "proto/dg_mac.h"
#include "proto/emit.h"
#include "proto/wsd.h"

#include <string.h>

#define ORIGIN     "onvif://www.onvif.org/"
#define SCOPES_CAP 64U  /* looked at */
#define KEPT_CAP   32U  /* emitted */
#define VALUE_CAP  256U /* of one scope, decoded */
#define KNOWN_CAP  1024U

enum rule { R_KEEP, R_NAME, R_MAC, R_NESTED };

static const struct {
    const char *key;
    enum rule rule;
    bool known; /* a name may repeat its words */
} keys[] = {
    {"type", R_KEEP, false},         {"hardware", R_KEEP, true},
    {"model", R_KEEP, true},         {"Profile", R_KEEP, false},
    {"manufacturer", R_KEEP, false}, {"brand", R_KEEP, false},
    {"version", R_KEEP, false},      {"firmware", R_KEEP, false},
    {"name", R_NAME, false},         {"MAC", R_MAC, false},
    {"macaddr", R_MAC, false},       {"unique_identifier", R_MAC, false},
    {"extension", R_NESTED, false}, /* extension/unique_identifier/... (Dahua) */
};

/* Makers and the generic words that firmware has in its name (facts on protocols A2 and on brands;
 * the rebrands of Vietnam's market from the same). */
static const char *const factory[] = {
    "HIKVISION",   "HiLook",     "HiWatch",       "EZVIZ",     "Annke",
    "Interlogix",  "Dahua",      "IMOU",          "Lechange",  "KBVISION",
    "KBOne",       "CP",         "PLUS",          "Amcrest",   "Lorex",
    "UNV",         "Uniview",    "Tiandy",        "TP-LINK",   "TP-IPC",
    "MERCURY-IPC", "VIGI",       "Tapo",          "AXIS",      "Reolink",
    "Bosch",       "VIVOTEK",    "Hanwha",        "Samsung",   "Foscam",
    "Xiongmai",    "TVT",        "Provision-ISR", "Milesight", "D-Link",
    "Ubiquiti",    "Microseven", "AVTECH",        "Pelco",     "Avigilon",
    "Panasonic",   "Sony",       "Vantech",       "Questek",   "Benco",
    "HomeX",       "NVT",        "IPC",           "IPCAM",     "ELCOM_IPCAM",
    "IPC-model",   "NVR",        "DVR",           "XVR",       "Network",
    "Camera",      "IP",         "IPCamera",      "Video",     "Recorder",
    "ONVIF",
};

/* A digit follows, then letters, digits and "-./()". Hikvision, Reolink, Dahua, TP-Link's VIGI. */
static const char *const models[] = {"DS-",        "iDS-",    "RLC-",     "RLN",
                                     "IPC-HFW",    "IPC-HDW", "IPC-HDBW", "DH-IPC-HFW",
                                     "DH-IPC-HDW", "DHI-NVR", "TC-C"};

#define COUNT(a) (sizeof(a) / sizeof *(a))

bool lc_wsd_word(struct lc_slice *list, struct lc_slice *word)
{
    size_t n = 0;

    *list = lc_slice_trim(*list);
    while (n < list->n && list->p[n] != ' ' && list->p[n] != '\t' && list->p[n] != '\r' &&
           list->p[n] != '\n')
        n++;
    *word = lc_slice_sub(*list, 0, n);
    *list = lc_slice_from(*list, n);
    return n != 0;
}

/* ---- percent encoding (RFC 3986, 2.1) ---- */

static int hex(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool is_alnum(uint8_t c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static struct lc_slice decode(struct lc_slice s, uint8_t out[static VALUE_CAP])
{
    size_t n = 0;

    for (size_t i = 0; i < s.n && n < VALUE_CAP; i++) {
        bool code = s.p[i] == '%' && s.n - i > 2 && hex(s.p[i + 1]) >= 0 && hex(s.p[i + 2]) >= 0;
        int c = code ? hex(s.p[i + 1]) << 4 | hex(s.p[i + 2]) : s.p[i];

        out[n++] = (uint8_t)c;
        i += code ? 2 : 0;
    }
    return lc_slice_of(out, n);
}

static void encode(struct lc_slice s, struct lc_buf *out)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] > ' ' && s.p[i] < 0x7F && s.p[i] != '%')
            (void)lc_buf_u8(out, s.p[i]);
        else
            (void)lc_buf_putf(out, "%%%02X", s.p[i]);
}

/* ---- names ---- */

static bool in_list(struct lc_slice word, const char *const *list, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (lc_slice_ieq(word, lc_slice_str(list[i])))
            return true;
    return false;
}

static bool is_model(struct lc_slice word)
{
    for (size_t i = 0; i < COUNT(models); i++) {
        struct lc_slice start = lc_slice_str(models[i]), rest = lc_slice_from(word, start.n);
        size_t at = 0;

        if (!lc_slice_starts(word, start) || rest.n == 0 || rest.p[0] < '0' || rest.p[0] > '9')
            continue;
        while (at < rest.n &&
               (is_alnum(rest.p[at]) || lc_slice_chr(LC_S("-./()"), rest.p[at], 0) != LC_NPOS))
            at++;
        if (at == rest.n)
            return true;
    }
    return false;
}

static bool stands_in(struct lc_slice list, struct lc_slice word)
{
    struct lc_slice have;

    while (lc_wsd_word(&list, &have))
        if (lc_slice_ieq(have, word))
            return true;
    return false;
}

static void emit_scope(struct lc_slice scope, struct lc_facts *f)
{
    struct lc_fact fact = {LC_F_ONVIF_SCOPES, f->port, f->exch, 0, scope};

    if (lc_emit(f, LC_F_ONVIF_SCOPES, scope))
        lc_wsd_derive(&fact, f);
}

static void emit_name(struct lc_slice value, struct lc_slice known, struct lc_facts *f)
{
    uint8_t text[VALUE_CAP];
    struct lc_slice words = decode(value, text), word;
    struct lc_buf out;
    size_t head;

    lc_buf_init(&out, 1024);
    (void)lc_buf_puts(&out, ORIGIN "name/");
    head = out.n;
    while (lc_wsd_word(&words, &word)) {
        if (!in_list(word, factory, COUNT(factory)) && !is_model(word) && !stands_in(known, word))
            continue;
        if (out.n > head)
            (void)lc_buf_puts(&out, "%20");
        encode(word, &out);
    }
    if (out.n > head && !out.full)
        emit_scope(lc_buf_view(&out), f);
    lc_buf_free(&out);
}

/* ---- scopes ---- */

/* Splits "onvif://www.onvif.org/KEY/VALUE"; its place in `keys`, or none. */
static bool split(struct lc_slice scope, size_t *key, struct lc_slice *value)
{
    struct lc_slice rest = lc_slice_from(scope, sizeof ORIGIN - 1);
    size_t slash;

    if (!lc_slice_istarts(scope, LC_S(ORIGIN)))
        return false;
    do {
        slash = lc_slice_chr(rest, '/', 0);
        if (slash == LC_NPOS)
            return false;
        *key = 0;
        while (*key < COUNT(keys) &&
               !lc_slice_ieq(lc_slice_sub(rest, 0, slash), lc_slice_str(keys[*key].key)))
            ++*key;
        rest = lc_slice_from(rest, slash + 1);
    } while (*key < COUNT(keys) && keys[*key].rule == R_NESTED);
    *value = rest;
    return *key < COUNT(keys) && value->n;
}

static bool printable(struct lc_slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] >= 0x7F)
            return false;
    return true;
}

/* The words of hardware/ and model/: what a name may repeat. */
static void note_known(struct lc_slice scopes, struct lc_buf *known)
{
    uint8_t text[VALUE_CAP];
    struct lc_slice scope, value;
    size_t key;

    for (unsigned i = 0; i < SCOPES_CAP && lc_wsd_word(&scopes, &scope); i++) {
        if (!split(scope, &key, &value) || !keys[key].known)
            continue;
        (void)lc_buf_put(known, decode(value, text));
        (void)lc_buf_u8(known, ' ');
    }
}

static void emit_kept(size_t key, struct lc_slice value, struct lc_facts *f)
{
    struct lc_buf out;

    if (!printable(value))
        return;
    lc_buf_init(&out, 1024);
    if (lc_buf_putf(&out, ORIGIN "%s/", keys[key].key) == LC_OK &&
        lc_buf_put(&out, lc_slice_sub(value, 0, VALUE_CAP)) == LC_OK)
        emit_scope(lc_buf_view(&out), f);
    lc_buf_free(&out);
}

void lc_wsd_derive(const struct lc_fact *fact, struct lc_facts *out)
{
    static const char *const labels[] = {"name", "hardware", "model", "manufacturer", "brand"};
    uint8_t source[1024], text[VALUE_CAP];
    struct lc_slice rest = lc_slice_sub(fact->value, 0, sizeof source), scope, value;
    size_t key;

    if (fact->name != LC_F_ONVIF_SCOPES)
        return;
    if (rest.n) /* `fact` may lie in `out` itself, whose memory moves when it grows */
        memcpy(source, rest.p, rest.n);
    rest.p = source;
    for (unsigned i = 0; i < SCOPES_CAP && lc_wsd_word(&rest, &scope); i++)
        if (split(scope, &key, &value) &&
            in_list(lc_slice_str(keys[key].key), labels, COUNT(labels)))
            lc_emit_derived(out, fact, LC_F_ONVIF_LABEL, decode(value, text));
}

void lc_wsd_scopes(struct lc_slice scopes, struct lc_facts *f)
{
    struct lc_slice scope, value;
    struct lc_buf known;
    unsigned kept = 0;
    size_t key;

    lc_buf_init(&known, KNOWN_CAP);
    note_known(scopes, &known);
    for (unsigned i = 0; i < SCOPES_CAP && kept < KEPT_CAP && lc_wsd_word(&scopes, &scope); i++) {
        if (!split(scope, &key, &value))
            continue;
        kept++;
        if (keys[key].rule == R_MAC)
            (void)lc_dg_mac(f, value);
        else if (keys[key].rule == R_NAME)
            emit_name(value, lc_buf_view(&known), f);
        else
            emit_kept(key, value, f);
    }
    lc_buf_free(&known);
}
