/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Dahua's discovery: DHIP on UDP 37810 and the protocol before it on UDP 5050 (facts on protocols
 * A3). Lorex, Amcrest, Imou, KBVision and many more answer both.
 *
 * The only method that can be built is DHDiscover.search; every other one initialises, resets or
 * configures (A0). Neither protocol has a place for a token of ours.
 */
#include "base/buf.h"
#include "proto/dg_json.h"
#include "proto/dg_mac.h"
#include "proto/dgram.h"
#include "proto/emit.h"

#define CHANNELS_MAX 4096

/*
 * DHIP, question and answer:
 *
 *     off size
 *      0   4   20 00 00 00, size of this header
 *      4   4   "DHIP"
 *      8   8   session and request: 0
 *     16   4   LE, bytes that follow the header
 *     20   4   0
 *     24   4   the same again
 *     28   4   0
 *     32   ..  JSON
 *
 * Blanks and the final newline are as the maker's ConfigTool sends them; JSON without the header
 * gets no answer.
 */
#define HEAD_N 32U
static const struct lc_slice search = LC_S_INIT(
    "{ \"method\" : \"DHDiscover.search\", \"params\" : { \"mac\" : \"\", \"uni\" : 1 } }\n");
static const struct lc_slice magic = LC_S_INIT("\x20\0\0\0DHIP");

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    (void)ask;
    (void)lc_buf_put(out, magic);
    (void)lc_buf_le64(out, 0);
    (void)lc_buf_le64(out, search.n);
    (void)lc_buf_le64(out, search.n);
    (void)lc_buf_put(out, search);
}

/* The low two bits say whether a password was set: 1 no, 2 yes [mem]; the values seen on devices
 * with a password, 150 and 1162, end in 2. The other two say nothing. */
static void emit_init(struct lc_facts *f, struct lc_slice info)
{
    int64_t init;

    if (!lc_dg_json_emit_int(f, LC_F_DHIP_INIT, info, "Init", 0, INT32_MAX) ||
        !lc_dg_json_int(lc_dg_json_get(info, "Init"), &init))
        return;
    if ((init & 3) == 1 || (init & 3) == 2)
        lc_facts_bool(f, LC_F_DHIP_INITIALISED, (init & 3) == 2);
}

static bool emit_mac(struct lc_facts *f, struct lc_slice object)
{
    uint8_t room[LC_DG_JSON_TEXT];

    return lc_dg_mac(f, lc_dg_json_text(lc_dg_json_get(object, "mac"), room));
}

/* True when it said anything we read. */
static bool emit_info(struct lc_facts *f, struct lc_slice info)
{
    static const struct {
        const char *name;
        enum lc_fact_name fact;
    } texts[] = {
        {"DeviceType", LC_F_DHIP_MODEL}, {"DeviceClass", LC_F_DHIP_CLASS},
        {"SerialNo", LC_F_DHIP_SERIAL},  {"Vendor", LC_F_DHIP_VENDOR},
        {"Version", LC_F_DHIP_FIRMWARE}, {"Manufacturer", LC_F_DHIP_MANUFACTURER},
    };
    static const struct {
        const char *name;
        enum lc_fact_name fact;
        int64_t least, most;
    } numbers[] = {
        {"HttpPort", LC_F_DHIP_HTTP_PORT, 1, UINT16_MAX},
        {"Port", LC_F_DHIP_PORT, 1, UINT16_MAX},
        {"VideoInputChannels", LC_F_DHIP_VIDEO_INPUTS, 0, CHANNELS_MAX},
        {"RemoteVideoInputChannels", LC_F_DHIP_REMOTE_INPUTS, 0, CHANNELS_MAX},
    };
    bool any = false;

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        any |= lc_dg_json_emit_str(f, texts[i].fact, info, texts[i].name);
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        any |= lc_dg_json_emit_int(f, numbers[i].fact, info, numbers[i].name, numbers[i].least,
                                   numbers[i].most);
    if (any)
        emit_init(f, info);
    return any;
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    struct lc_cur head = {.s = lc_slice_from(in, 16)};
    struct lc_slice object, method, info;
    uint8_t room[LC_DG_JSON_TEXT];

    (void)ask;
    (void)from;
    if (in.n <= HEAD_N || !lc_slice_starts(in, magic))
        return LC_EPARSE;
    in = lc_slice_sub(in, HEAD_N, lc_cur_le32(&head)); /* clamps a length that lies */
    if (lc_dg_json_open(in, &object) != LC_OK)
        return LC_EPARSE;
    method = lc_dg_json_text(lc_dg_json_get(object, "method"), room);
    if (method.n == 0)
        return LC_EPARSE;
    if (!lc_slice_eq(method, LC_S("client.notifyDevInfo")))
        return LC_EREFUSED;
    info = lc_dg_json_get(lc_dg_json_get(object, "params"), "deviceInfo");
    if (!emit_info(facts, info))
        return LC_EPARSE;
    if (!emit_mac(facts, info))
        (void)emit_mac(facts, object);
    return LC_OK;
}

const struct lc_dgram lc_dgram_dhip = {
    .name = "dhip",
    .port = 37810,
    .variants = 1,
    .unicast = true,
    .broadcast = true,
    .group4 = "239.255.255.251",
    .listen = true,
    .build = build,
    .parse = parse,
};

/*
 * The older protocol. Question: 32 bytes, a3 01 00 01, twelve 0, 02 00 00 00, twelve 0. Answer:
 *
 *     off  size
 *     00    1   b3
 *     02    1   length of section 2
 *     14    2   LE, length of section 3
 *     28   16   device type, text
 *     38   16   address, mask, gateway, name server: not read
 *     62    2   LE, control port
 *     78        section 2: 17 characters of MAC, then the long model
 *     ..        section 3: lines "Key:Value"; of them only SerialNo is read
 */
#define FIXED_N 0x78U

static void build_legacy(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    (void)ask;
    (void)lc_buf_be32(out, 0xA3010001);
    (void)lc_buf_put(out, LC_S("\0\0\0\0\0\0\0\0\0\0\0\0"));
    (void)lc_buf_le32(out, 2);
    (void)lc_buf_put(out, LC_S("\0\0\0\0\0\0\0\0\0\0\0\0"));
}

static struct lc_slice c_text(struct lc_slice s)
{
    size_t nul = lc_slice_chr(s, 0, 0);

    return lc_slice_trim(lc_slice_sub(s, 0, nul == LC_NPOS ? s.n : nul));
}

static void emit_lines(struct lc_facts *f, struct lc_slice text)
{
    struct lc_slice line;

    while (lc_slice_next(&text, '\n', &line) == LC_OK)
        if (lc_slice_istarts(line, LC_S("SerialNo:")))
            (void)lc_emit(f, LC_F_DHIP_SERIAL, c_text(lc_slice_from(line, 9)));
}

static bool printable(struct lc_slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < ' ' || s.p[i] > '~')
            return false;
    return s.n > 0;
}

/* One byte is a weak sign, so an answer must also carry a MAC or a model that is one. */
static enum lc_status parse_legacy(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                                   struct lc_slice in, struct lc_facts *facts)
{
    struct lc_slice second, third, model;
    uint16_t port;

    (void)ask;
    (void)from;
    if (in.n >= 32 && in.p[0] == 0xA3 && in.p[1] == 1)
        return LC_EREFUSED;
    if (in.n < FIXED_N || in.p[0] != 0xB3)
        return LC_EPARSE;
    second = lc_slice_sub(in, FIXED_N, in.p[2]);
    third = lc_slice_sub(in, FIXED_N + in.p[2], (size_t)(in.p[0x14] | in.p[0x15] << 8));
    port = (uint16_t)(in.p[0x62] | in.p[0x63] << 8);
    model = c_text(lc_slice_from(second, 17));
    if (model.n == 0)
        model = c_text(lc_slice_sub(in, 0x28, 16));
    if (!lc_dg_mac(facts, lc_slice_sub(second, 0, 17)) && !printable(model))
        return LC_EPARSE;
    lc_facts_bool(facts, LC_F_DHIP_LEGACY, true);
    (void)lc_emit(facts, LC_F_DHIP_MODEL, model);
    if (port)
        lc_facts_int(facts, LC_F_DHIP_PORT, port);
    emit_lines(facts, third);
    return LC_OK;
}

const struct lc_dgram lc_dgram_dhlegacy = {
    .name = "dhlegacy",
    .port = 5050,
    .bind_port = 5050, /* clients of the protocol bind it [PD] */
    .variants = 1,
    .broadcast = true,
    .build = build_legacy,
    .parse = parse_legacy,
};
