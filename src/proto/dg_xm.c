/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Xiongmai's discovery, UDP 34569 (facts on protocols A3): 20 bytes asked, 20 bytes and JSON
 * answered. Devices answer and announce themselves to port 34569.
 *
 *     off size
 *      0   1   ff
 *      1   1   version: 0 asked, 1 answered
 *      2   2   0
 *      4   4   session
 *      8   4   sequence
 *     12   2   0
 *     14   2   LE, message: 1530 asks, 1531 answers
 *     16   4   LE, bytes that follow
 *     20   ..  JSON, 0a 00
 *
 * The question is one constant: its neighbours are 1532, which sets the network, and the logins
 * (A0). HostIP, bytes reversed, is not read: who sent the datagram is known without it.
 */
#include "proto/dg_json.h"
#include "proto/dg_mac.h"
#include "proto/dgram.h"

#define HEAD_N       20U
#define ASK          1530U
#define ANSWER       1531U
#define CHANNELS_MAX 4096

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    (void)ask;
    (void)lc_buf_le32(out, 0xFF);
    (void)lc_buf_le64(out, 0);
    (void)lc_buf_le16(out, 0);
    (void)lc_buf_le16(out, ASK);
    (void)lc_buf_le32(out, 0);
}

static void emit(struct lc_facts *f, struct lc_slice net)
{
    uint8_t room[LC_DG_JSON_TEXT];

    lc_facts_bool(f, LC_F_XM_SEARCH, true);
    (void)lc_dg_json_emit_int(f, LC_F_XM_CHANNELS, net, "ChannelNum", 0, CHANNELS_MAX);
    (void)lc_dg_json_emit_int(f, LC_F_XM_TCP_PORT, net, "TCPPort", 1, UINT16_MAX);
    (void)lc_dg_json_emit_int(f, LC_F_XM_HTTP_PORT, net, "HttpPort", 1, UINT16_MAX);
    (void)lc_dg_json_emit_str(f, LC_F_XM_FIRMWARE, net, "Version");
    (void)lc_dg_json_emit_str(f, LC_F_XM_BUILD, net, "BuildDate");
    (void)lc_dg_json_emit_str(f, LC_F_XM_SERIAL, net, "SN");
    (void)lc_dg_json_emit_int(f, LC_F_XM_DEVICE_TYPE, net, "DeviceType", 0, INT32_MAX);
    (void)lc_dg_mac(f, lc_dg_json_text(lc_dg_json_get(net, "MAC"), room));
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    struct lc_cur head = {.s = lc_slice_from(in, 14)};
    struct lc_slice object, net;
    uint16_t message = lc_cur_le16(&head);
    uint32_t n = lc_cur_le32(&head);

    (void)ask;
    (void)from;
    if (in.n < HEAD_N || in.p[0] != 0xFF)
        return LC_EPARSE;
    if (message == ASK)
        return LC_EREFUSED;
    if (message != ANSWER)
        return LC_EPARSE;
    if (lc_dg_json_open(lc_slice_sub(in, HEAD_N, n), &object) != LC_OK)
        return LC_EPARSE;
    net = lc_dg_json_get(object, "NetWork.NetCommon");
    if (net.n == 0 || net.p[0] != '{')
        return LC_EPARSE;
    emit(facts, net);
    return LC_OK;
}

const struct lc_dgram lc_dgram_xm = {
    .name = "xm",
    .port = 34569,
    .bind_port = 34569,
    .variants = 1,
    .unicast = true,
    .broadcast = true,
    .listen = true,
    .build = build,
    .parse = parse,
};
