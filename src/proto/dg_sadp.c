/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Hikvision's SADP, UDP 37020 (facts on protocols A3): one XML question, one XML answer. EZVIZ,
 * HiLook, HiWatch, Annke and other rebrands answer, too.
 *
 * The question can only be `inquiry` or `inquiry_v32`: every other word in <Types> changes the
 * device or begins a password reset (A0). Devices send XML that is not well-formed, so the answer
 * is read by a scanner for tags instead of a parser: what it does not know it passes by, and so
 * salts, encrypted strings and reset codes never get further than this file.
 */
#include "proto/dgram.h"
#include "proto/dg_mac.h"
#include "proto/emit.h"

#define VALUE_CAP  128U /* longest value looked at: the longest fact has 64 */
#define FIELDS_CAP 64U  /* fields read of one answer: thrice what there are */

enum kind { K_TEXT, K_INT, K_PORT, K_BOOL, K_WAY, K_OEM, K_MAC };

static const struct {
    struct lc_slice tag;
    enum kind kind;
    enum lc_fact_name fact;
} fields[] = {
    {LC_S_INIT("DeviceDescription"), K_TEXT, LC_F_SADP_MODEL},
    {LC_S_INIT("DeviceType"), K_INT, LC_F_SADP_DEVICE_TYPE},
    {LC_S_INIT("DeviceSN"), K_TEXT, LC_F_SADP_SERIAL},
    {LC_S_INIT("SoftwareVersion"), K_TEXT, LC_F_SADP_FIRMWARE},
    {LC_S_INIT("DSPVersion"), K_TEXT, LC_F_SADP_DSP},
    {LC_S_INIT("Activated"), K_BOOL, LC_F_SADP_ACTIVATED},
    {LC_S_INIT("OEMInfo"), K_OEM, LC_F_SADP_OEM}, /* some firmware: OEMinfo */
    {LC_S_INIT("HttpPort"), K_PORT, LC_F_SADP_HTTP_PORT},
    {LC_S_INIT("CommandPort"), K_PORT, LC_F_SADP_COMMAND_PORT},
    {LC_S_INIT("AnalogChannelNum"), K_INT, LC_F_SADP_ANALOG_CHANNELS},
    {LC_S_INIT("DigitalChannelNum"), K_INT, LC_F_SADP_DIGITAL_CHANNELS},
    {LC_S_INIT("DiskNumber"), K_INT, LC_F_SADP_DISKS},
    {LC_S_INIT("DeviceLock"), K_BOOL, LC_F_SADP_LOCKED},
    {LC_S_INIT("HCPlatformEnable"), K_BOOL, LC_F_SADP_CLOUD},
    {LC_S_INIT("DHCP"), K_BOOL, LC_F_SADP_DHCP},
    {LC_S_INIT("PasswordResetAbility"), K_WAY, LC_F_SADP_RESET},
    {LC_S_INIT("PasswordResetModeSecond"), K_WAY, LC_F_SADP_RESET},
    {LC_S_INIT("ResetAbility"), K_WAY, LC_F_SADP_RESET},
    {LC_S_INIT("SupportSecurityQuestion"), K_WAY, LC_F_SADP_RESET},
    {LC_S_INIT("SupportMailBox"), K_WAY, LC_F_SADP_RESET},
    {LC_S_INIT("MAC"), K_MAC, LC_F_MAC_ADDRESS},
};

#define UUID_N 36U

/* The question's token in the form of a GUID. The second half is derived from the first, which is
 * the nonce: no clock and no address shows through. */
static struct lc_slice uuid_of(uint64_t nonce, char out[static UUID_N + 1])
{
    uint64_t rest = (nonce ^ (nonce >> 29)) * 0x9E3779B97F4A7C15U;
    int n = snprintf(out, UUID_N + 1, "%08X-%04X-%04X-%04X-%04X%08X", (unsigned)(nonce >> 32),
                     (unsigned)(nonce >> 16 & 0xFFFF), (unsigned)(nonce & 0xFFFF),
                     (unsigned)(rest >> 48), (unsigned)(rest >> 32 & 0xFFFF),
                     (unsigned)(rest & 0xFFFFFFFF));

    return lc_slice_of(out, (size_t)n);
}

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    char uuid[UUID_N + 1];

    (void)lc_buf_puts(out, "<?xml version=\"1.0\" encoding=\"utf-8\"?><Probe><Uuid>");
    (void)lc_buf_put(out, uuid_of(ask->nonce, uuid));
    (void)lc_buf_puts(out, ask->variant ? "</Uuid><Types>inquiry_v32</Types></Probe>"
                                        : "</Uuid><Types>inquiry</Types></Probe>");
}

/* Devices echo the GUID; whether in its case is theirs. */
static bool ours(const struct lc_dgram_ask *ask, struct lc_slice in)
{
    char uuid[UUID_N + 1];

    return lc_slice_ifind(in, uuid_of(ask->nonce, uuid), 0) != LC_NPOS;
}

static bool in_name(uint8_t c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-' || c == '.' || c == ':';
}

/*
 * The next opening tag and the text behind it, up to the next '<' whatever that begins: an element
 * that is never closed, closed by another name or cut off loses nothing but itself. A prefix of the
 * name is dropped. False: none left.
 */
static bool next_tag(struct lc_slice *s, struct lc_slice *name, struct lc_slice *value)
{
    size_t at, n;

    while ((at = lc_slice_chr(*s, '<', 0)) != LC_NPOS) {
        *s = lc_slice_from(*s, at + 1);
        for (n = 0; n < s->n && in_name(s->p[n]); n++)
            ;
        if (n == 0) /* </x>, <?xml ?>, <!-- -->, a stray '<' */
            continue;
        *name = lc_slice_sub(*s, 0, n);
        while ((at = lc_slice_chr(*name, ':', 0)) != LC_NPOS)
            *name = lc_slice_from(*name, at + 1);
        for (; n < s->n && s->p[n] != '>' && s->p[n] != '<'; n++)
            ;
        *s = lc_slice_from(*s, n);
        at = lc_slice_chr(*s, '<', 0);
        *value = (struct lc_slice){s->p, 0};
        if (s->n && s->p[0] == '>')
            *value =
                lc_slice_trim(lc_slice_sub(lc_slice_from(*s, 1), 0, at == LC_NPOS ? s->n : at - 1));
        return true;
    }
    return false;
}

/* The five entities of XML 1.0 section 4.6; anything else stays as it is. */
static struct lc_slice unescape(struct lc_slice s, uint8_t out[static VALUE_CAP])
{
    static const struct {
        struct lc_slice name;
        uint8_t c;
    } entities[] = {{LC_S_INIT("&amp;"), '&'},
                    {LC_S_INIT("&lt;"), '<'},
                    {LC_S_INIT("&gt;"), '>'},
                    {LC_S_INIT("&quot;"), '"'},
                    {LC_S_INIT("&apos;"), '\''}};
    size_t n = 0;

    while (s.n && n < VALUE_CAP) {
        size_t used = 1;

        out[n] = s.p[0];
        for (size_t i = 0; i < sizeof entities / sizeof *entities && s.p[0] == '&'; i++)
            if (lc_slice_starts(s, entities[i].name)) {
                out[n] = entities[i].c;
                used = entities[i].name.n;
                break;
            }
        s = lc_slice_from(s, used);
        n++;
    }
    return lc_slice_of(out, n);
}

static bool truth_of(struct lc_slice value, bool *truth)
{
    *truth = lc_slice_ieq(value, LC_S("true")) || lc_slice_eq(value, LC_S("1"));
    return *truth || lc_slice_ieq(value, LC_S("false")) || lc_slice_eq(value, LC_S("0")) ||
           lc_slice_ieq(value, LC_S("flase")); /* so spelled by some firmware */
}

static bool emit_number(struct lc_facts *f, enum lc_fact_name fact, struct lc_slice value,
                        uint64_t least, uint64_t most)
{
    uint64_t n;

    if (lc_slice_u64(value, most, &n) != LC_OK || n < least)
        return false;
    lc_facts_int(f, fact, (int64_t)n);
    return true;
}

/* True when the value was one of its kind. */
static bool emit_field(struct lc_facts *f, size_t i, struct lc_slice value)
{
    bool truth;

    switch (fields[i].kind) {
    case K_TEXT:
        (void)lc_emit(f, fields[i].fact, value);
        return true;
    case K_OEM: /* "N/A": no OEM */
        if (lc_slice_ieq(value, LC_S("N/A")))
            return false;
        (void)lc_emit(f, fields[i].fact, value);
        return true;
    case K_INT:
        return emit_number(f, fields[i].fact, value, 0, INT32_MAX);
    case K_PORT:
        return emit_number(f, fields[i].fact, value, 1, UINT16_MAX);
    case K_BOOL:
        if (!truth_of(value, &truth))
            return false;
        lc_facts_bool(f, fields[i].fact, truth);
        return true;
    case K_WAY: /* the way's name stands for itself: data/facts.yaml, sadp.reset */
        if (!truth_of(value, &truth) || !truth)
            return false;
        (void)lc_emit(f, fields[i].fact, fields[i].tag);
        return true;
    case K_MAC:
        return lc_dg_mac(f, value);
    }
    return false;
}

static bool emit_all(struct lc_facts *f, struct lc_slice in)
{
    struct lc_slice name, value;
    uint8_t room[VALUE_CAP];
    unsigned n = 0;

    while (n < FIELDS_CAP && next_tag(&in, &name, &value)) {
        if (value.n == 0)
            continue;
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
            if (lc_slice_ieq(name, fields[i].tag))
                n += emit_field(f, i, unescape(value, room));
    }
    return n > 0;
}

/* Is `in` a <ProbeMatch> that answers an inquiry? One without <Types> was sent unasked. */
static enum lc_status match(struct lc_slice in)
{
    struct lc_slice name, value;

    if (!next_tag(&in, &name, &value))
        return LC_EPARSE;
    if (lc_slice_eq(name, LC_S("Probe")))
        return LC_EREFUSED;
    if (!lc_slice_eq(name, LC_S("ProbeMatch")))
        return LC_EPARSE;
    while (next_tag(&in, &name, &value))
        if (lc_slice_eq(name, LC_S("Types")))
            return lc_slice_eq(value, LC_S("inquiry")) || lc_slice_eq(value, LC_S("inquiry_v32"))
                       ? LC_OK
                       : LC_EREFUSED;
    return LC_OK;
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    enum lc_status st = match(in);

    (void)from;
    if (st != LC_OK)
        return st;
    if (ask && !ours(ask, in))
        return LC_EREFUSED;
    return emit_all(facts, in) ? LC_OK : LC_EPARSE;
}

const struct lc_dgram lc_dgram_sadp = {
    .name = "sadp",
    .port = 37020,
    .bind_port = 37020,
    .variants = 2,
    .unicast = true,
    .broadcast = true,
    .group4 = "239.255.255.250",
    .listen = true,
    .build = build,
    .ours = ours,
    .parse = parse,
};
