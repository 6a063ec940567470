/* SPDX-License-Identifier: Apache-2.0 */
/* Searching a page for what tells camera firmware apart: see html.h. */
#include "proto/html.h"
#include "base/text.h"
#include "proto/emit.h"

#define TITLE_CAP 1024U /* bytes of a title looked at */
#define LINKS_CAP 64U   /* <link> elements looked at */

/* Literal marks, each with where the facts have it from (protocols.md section A4 "HTTP", A3 of the
 * maker). */
static const char *const marks[] = {
    "doc/page/login.asp",      /* Hikvision and its OEMs, A4 */
    "doc/index.html",          /* Hikvision, newer firmware, A3 */
    "/SDK/activateStatus",     /* Hikvision, A3 */
    "/ISAPI/",                 /* Hikvision, A3 */
    "/RPC2_Login",             /* Dahua, A3 */
    "magicBox.cgi",            /* Dahua, A3 */
    "LOREX_webplugin",         /* Lorex on Dahua, A4 */
    "NETSurveillance",         /* Xiongmai, A4 */
    "DVR Components Download", /* TVT, A4 */
    "NVMS-9000",               /* TVT, A3 */
    "NVMS-1000",               /* TVT, A3 */
    "login.rsp",               /* JAWS recorders, A4 */
    "/nobody/",                /* AVTECH, A4 */
    "Any time & Any where",    /* AVTECH, A4 */
    "/axis-cgi/",              /* Axis, A4 */
    "css/techwin.css",         /* Hanwha, A4 */
    "Hanwha Techwin",          /* Hanwha, A4 */
    "iPolis",                  /* Hanwha, A4 */
    "/LAPI/V1.0/",             /* Uniview, A4 */
    "Reolink",                 /* Reolink, A4 */
    "KBVISION",                /* KBVision on Dahua, brands.md B1 */
    "CGIProxy.fcgi",           /* Foscam, brands.md B2 */
    "vb.htm",                  /* Milesight, brands.md */
    "onvif/device_service",    /* any ONVIF device, A2 */
    "onvif/devices",           /* HiChip, A2 */
    "uc-httpd",                /* Xiongmai, A4 */
    "TP-LINK IP-Camera",       /* TP-Link, A4 */
    "AVTECH",                  /* AVTECH, A4 */
    "Room Alert",              /* room monitor, not a camera: brands.md */
    "TemPageR",                /* room monitor, not a camera: brands.md */
};

void lc_html_marks(struct lc_slice body, struct lc_facts *out)
{
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        struct lc_slice mark = lc_slice_str(marks[i]);

        if (lc_slice_find(body, mark, 0) != LC_NPOS)
            (void)lc_emit(out, LC_F_HTTP_MARK, mark);
    }
}

/* ---- title ---- */

static const struct {
    struct lc_slice name;
    uint32_t cp;
} entities[] = {
    {LC_S_INIT("amp"), '&'},   {LC_S_INIT("lt"), '<'},    {LC_S_INIT("gt"), '>'},
    {LC_S_INIT("quot"), '"'},  {LC_S_INIT("apos"), '\''}, {LC_S_INIT("nbsp"), ' '},
    {LC_S_INIT("copy"), 0xA9}, {LC_S_INIT("reg"), 0xAE},  {LC_S_INIT("trade"), 0x2122},
};

/* "#64" and "#x40"; 0 when it is no number or no character. */
static uint32_t numeric(struct lc_slice name)
{
    bool hex = name.n > 2 && (name.p[1] | 0x20) == 'x';
    uint32_t v = 0;

    for (size_t i = hex ? 2 : 1; i < name.n; i++) {
        uint8_t c = name.p[i], low = c | 0x20;

        if (c >= '0' && c <= '9')
            v = v * (hex ? 16 : 10) + (uint32_t)(c - '0');
        else if (hex && low >= 'a' && low <= 'f')
            v = v * 16 + (uint32_t)(low - 'a' + 10);
        else
            return 0;
        if (v > 0x10FFFF)
            return 0;
    }
    return v >= 0xD800 && v <= 0xDFFF ? 0 : v;
}

/* Decodes the entity at the front ("&amp;"); returns the bytes it took, 0 when it is none. */
static size_t take_entity(struct lc_slice s, uint32_t *cp)
{
    size_t end = lc_slice_chr(lc_slice_sub(s, 0, 12), ';', 1);
    struct lc_slice name;

    if (end == LC_NPOS || end < 2)
        return 0;
    name = lc_slice_sub(s, 1, end - 1);
    *cp = name.p[0] == '#' ? numeric(name) : 0;
    for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
        if (lc_slice_ieq(name, entities[i].name))
            *cp = entities[i].cp;
    return *cp ? end + 1 : 0;
}

static bool space(uint32_t c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == 0xA0;
}

static void decode_text(struct lc_slice s, struct lc_buf *out)
{
    while (s.n) {
        uint32_t cp = 0;
        size_t took = s.p[0] == '&' ? take_entity(s, &cp) : 0;

        if (took == 0)
            cp = s.p[0];
        if (space(cp)) {
            if (out->n && out->p[out->n - 1] != ' ')
                (void)lc_buf_u8(out, ' ');
        } else if (took) {
            lc_put_utf8(out, cp);
        } else {
            (void)lc_buf_u8(out, s.p[0]); /* bytes of whatever charset, as they came */
        }
        s = lc_slice_from(s, took ? took : 1);
    }
}

void lc_html_title(struct lc_slice body, struct lc_buf *out)
{
    size_t at = lc_slice_ifind(body, LC_S("<title"), 0), end;

    lc_buf_reset(out);
    if (at == LC_NPOS)
        return;
    at = lc_slice_chr(body, '>', at);
    if (at == LC_NPOS)
        return;
    body = lc_slice_sub(body, at + 1, TITLE_CAP);
    end = lc_slice_ifind(body, LC_S("</title"), 0);
    decode_text(lc_slice_sub(body, 0, end == LC_NPOS ? body.n : end), out);
}

/* ---- icon and form ---- */

/* Value of an attribute in the inside of a tag: quoted by either quote or bare. */
static struct lc_slice attribute(struct lc_slice tag, struct lc_slice name)
{
    size_t at = 0, end;

    while ((at = lc_slice_ifind(tag, name, at)) != LC_NPOS) {
        struct lc_slice v = lc_slice_trim(lc_slice_from(tag, at + name.n));
        bool starts =
            at && (tag.p[at - 1] == ' ' || tag.p[at - 1] == '\n' || tag.p[at - 1] == '\t' ||
                   tag.p[at - 1] == '"' || tag.p[at - 1] == '\'');

        at += name.n;
        if (!starts || v.n == 0 || v.p[0] != '=')
            continue;
        v = lc_slice_trim(lc_slice_from(v, 1));
        if (v.n && (v.p[0] == '"' || v.p[0] == '\'')) {
            end = lc_slice_chr(v, v.p[0], 1);
            return end == LC_NPOS ? (struct lc_slice){NULL, 0} : lc_slice_sub(v, 1, end - 1);
        }
        for (end = 0; end < v.n && !space(v.p[end]);)
            end++;
        return lc_slice_sub(v, 0, end);
    }
    return (struct lc_slice){NULL, 0};
}

/* The inside of the next <name ...> at or after `*at`, which moves behind it. */
static bool next_tag(struct lc_slice body, struct lc_slice open, size_t *at, struct lc_slice *tag)
{
    size_t from = lc_slice_ifind(body, open, *at), end;

    if (from == LC_NPOS)
        return false;
    from += open.n;
    end = lc_slice_chr(lc_slice_sub(body, 0, from + 1024), '>', from);
    *at = end == LC_NPOS ? from : end + 1;
    *tag = lc_slice_sub(body, from, end == LC_NPOS ? 0 : end - from);
    return true;
}

struct lc_slice lc_html_icon(struct lc_slice body)
{
    struct lc_slice tag;
    size_t at = 0;

    for (unsigned i = 0; i < LINKS_CAP && next_tag(body, LC_S("<link"), &at, &tag); i++) {
        struct lc_slice rel = attribute(tag, LC_S("rel"));

        if (lc_slice_ieq(rel, LC_S("icon")) || lc_slice_ieq(rel, LC_S("shortcut icon")))
            return attribute(tag, LC_S("href"));
    }
    return (struct lc_slice){NULL, 0};
}

bool lc_html_has_password_field(struct lc_slice body)
{
    struct lc_slice tag;
    size_t at = 0;

    for (unsigned i = 0; i < LINKS_CAP && next_tag(body, LC_S("<input"), &at, &tag); i++)
        if (lc_slice_ieq(attribute(tag, LC_S("type")), LC_S("password")))
            return true;
    return false;
}
