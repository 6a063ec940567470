/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The judge over UDP: the never-send table of facts on protocols A0, and the byte layouts of A2 and
 * A3 that tell a search from what stands beside it. Written from the facts, sharing nothing with
 * the scanner. Three ends: a known question passes; what the facts forbid is "forbidden"; anything
 * else on a known port, and anything at all on an unknown one, is "unexpected".
 */
#include "dns.h"
#include "forbidden.h"

#include "base/buf.h"

/* NULL: a question that may be asked. "": unexpected. Else the kind of offence. */
typedef const char *verdict;
#define FINE       NULL
#define UNEXPECTED ""

static bool has(struct lc_slice s, const char *part)
{
    return lc_slice_find(s, lc_slice_str(part), 0) != LC_NPOS;
}

static bool is_hex(struct lc_slice s, const char *hex)
{
    size_t n = 0;
    for (; hex[n * 2]; n++) {
        uint64_t v = 0;
        for (size_t i = 0; i < 2; i++) {
            char c = hex[n * 2 + i];
            v = v << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
        }
        if (n >= s.n || s.p[n] != v)
            return false;
    }
    return s.n == n;
}

static bool only(struct lc_slice s, uint8_t byte)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != byte)
            return false;
    return true;
}

/* ---- texts ---- */

/* Who announces itself or answers speaks as a device; a computer that looks for devices probes. */
static verdict wsd(struct lc_slice in)
{
    struct lc_slice body = sim_soap_action(in);
    if (lc_slice_eq(body, LC_S("Probe")) &&
        (has(in, "/discovery/Probe<") || has(in, "/discovery/2009/01/Probe<")))
        return FINE;
    if (lc_slice_eq(body, LC_S("Hello")) || lc_slice_eq(body, LC_S("Bye")) ||
        lc_slice_starts(body, LC_S("ProbeMatch")) || lc_slice_starts(body, LC_S("ResolveMatch")))
        return "speaks-as-device";
    return UNEXPECTED;
}

static verdict ssdp(struct lc_slice in)
{
    if (lc_slice_istarts(in, LC_S("NOTIFY ")) || lc_slice_istarts(in, LC_S("HTTP/")))
        return "speaks-as-device";
    return lc_slice_starts(in, LC_S("M-SEARCH * HTTP/1.1\r\n")) && has(in, "\"ssdp:discover\"")
               ? FINE
               : UNEXPECTED;
}

static verdict mdns(struct lc_slice in)
{
    enum sim_dns_kind kind = sim_dns_kind(in);
    return kind == SIM_DNS_QUESTION ? FINE
           : kind == SIM_DNS_CLAIM  ? "speaks-as-device"
                                    : UNEXPECTED;
}

/* <Types> decides; a second one would be obeyed by somebody, so each must be harmless. */
static verdict sadp(struct lc_slice in)
{
    size_t seen = 0;
    for (size_t at = lc_slice_ifind(in, LC_S("<Types"), 0); at != LC_NPOS;
         at = lc_slice_ifind(in, LC_S("<Types"), at + 1)) {
        size_t open = lc_slice_chr(in, '>', at), close = lc_slice_chr(in, '<', at + 1);
        if (open == LC_NPOS || close == LC_NPOS || close < open)
            return "sadp-types";
        struct lc_slice type = lc_slice_sub(in, open + 1, close - open - 1);
        if (!lc_slice_eq(type, LC_S("inquiry")) && !lc_slice_eq(type, LC_S("inquiry_v32")))
            return "sadp-types";
        seen++;
    }
    return seen && has(in, "<Probe>") ? FINE : UNEXPECTED;
}

/* The text behind "method" and a colon, wherever it stands: each must be the search. */
static verdict dhip(struct lc_slice in)
{
    size_t seen = 0;
    for (size_t at = lc_slice_ifind(in, LC_S("method\""), 0); at != LC_NPOS;
         at = lc_slice_ifind(in, LC_S("method\""), at + 1)) {
        size_t open = lc_slice_chr(in, '"', at + 7);
        size_t close = open == LC_NPOS ? LC_NPOS : lc_slice_chr(in, '"', open + 1);
        struct lc_slice name =
            close == LC_NPOS ? LC_S("") : lc_slice_sub(in, open + 1, close - open - 1);
        if (!lc_slice_eq(name, LC_S("DHDiscover.search")))
            return "dhip-method";
        seen++;
    }
    if (has(in, "DevInit") || has(in, "PasswdFind") || has(in, "setConfig") ||
        has(in, "modifyPwd") || has(in, "ipScan"))
        return "dhip-method";
    return seen == 1 && lc_slice_starts(in, LC_S("\x20\0\0\0DHIP")) ? FINE : UNEXPECTED;
}

static verdict v380(struct lc_slice in)
{
    return lc_slice_starts(in, LC_S("NVDEVSEARCH^100")) ? FINE : UNEXPECTED;
}

/* The protocol's other verb sets the network and resets the password (CVE-2020-9529). */
static verdict hichip(struct lc_slice in)
{
    if (lc_slice_starts(in, LC_S("CMD")) || has(in, "MCTP/"))
        return "hds-verb";
    return lc_slice_starts(in, LC_S("SEARCH * HDS/1.0\r\n")) ? FINE : UNEXPECTED;
}

/* ---- binary ---- */

/* 0 a3, 1 command 01, 2.. zero, 16 02, 17.. zero: 32 bytes */
static verdict dahua_legacy(struct lc_slice in)
{
    return is_hex(in, "a3010001000000000000000000000000"
                      "02000000000000000000000000000000")
               ? FINE
               : UNEXPECTED;
}

/* 0 ff, 14 le16 message, 16 le32 length: 1530 asks, 1532 sets the network, 1000 logs in. */
static verdict xm(struct lc_slice in)
{
    struct lc_cur c = {.s = lc_slice_from(in, 14)};
    unsigned message = lc_cur_le16(&c);
    uint32_t length = lc_cur_le32(&c);
    if (c.bad || in.p[0] != 0xff)
        return UNEXPECTED;
    if (message != 1530)
        return "xm-message";
    return length == 0 && in.n == 20 ? FINE : UNEXPECTED;
}

/* 0 "MHED", 4 version 08 00 01 00, 8 command 01 00, rest zero, 140 bytes. Command 3 sets the
 * network, and nearly all others set something too. The facts call both words opcodes, so 3 is
 * refused in either place. */
static verdict mhed(struct lc_slice in)
{
    struct lc_cur c = {.s = lc_slice_from(in, 4)};
    unsigned version = lc_cur_le16(&c);
    (void)lc_cur_le16(&c);
    unsigned command = lc_cur_le16(&c);
    if (c.bad || !lc_slice_starts(in, LC_S("MHED")))
        return UNEXPECTED;
    if (version == 3 || command != 1)
        return "mhed-opcode";
    return lc_slice_starts(in, LC_S("MHED\x08\0\x01\0\x01\0")) && in.n == 140 &&
                   only(lc_slice_from(in, 10), 0)
               ? FINE
               : UNEXPECTED;
}

/* 0 version 2, 1 type 0, 2 be16 opcode 1, 4 be16 length, 6 flags 17, 16 JSON with our key only */
static verdict tdp(struct lc_slice in)
{
    struct lc_cur c = {.s = in};
    unsigned version = lc_cur_u8(&c), type = lc_cur_u8(&c), opcode = lc_cur_be16(&c);
    unsigned length = lc_cur_be16(&c), flags = lc_cur_u8(&c);
    return !c.bad && version == 2 && type == 0 && opcode == 1 && flags == 17 &&
                   in.n == 16U + length && has(in, "\"rsa_key\"") && !has(in, "\"method\"")
               ? FINE
               : UNEXPECTED;
}

static verdict miio(struct lc_slice in)
{
    bool hello = in.n == 32 && lc_slice_starts(in, LC_S("\x21\x31\0\x20")) &&
                 only(lc_slice_from(in, 4), 0xff);
    return hello ? FINE : "miio-message";
}

/* RFC 3414 section 4: version 3, reportable, no engine, nobody, no variable. A version 1 or 2c
 * message carries a community, and another flag or a variable is more than the search. */
static verdict snmp(struct lc_slice in)
{
    if (in.n > 5 && in.p[4] != 3)
        return "snmp-community";
    return is_hex(lc_slice_sub(in, 0, 9), "303e02010330110204") &&
                   is_hex(lc_slice_sub(in, 13, 12), "020300ffe3040104020103"
                                                    "04") &&
                   is_hex(lc_slice_from(in, 25), "10300e0400020100020100040004000400"
                                                 "301404000400a00e020400000000020100020100"
                                                 "3000")
               ? FINE
               : UNEXPECTED;
}

static verdict cs2(struct lc_slice in)
{
    return is_hex(in, "f1300000") || is_hex(in, "f1320000") ? FINE : "cs2-message";
}

static verdict vstarcam(struct lc_slice in)
{
    return is_hex(in, "44480101") ? FINE : "vstarcam-opcode";
}

/* Foscam: "MO_I", type 0 in le16 at 4. Vivotek: any byte, then 4a 5d 8f 1c. */
static verdict port10000(struct lc_slice in)
{
    if (lc_slice_starts(in, LC_S("MO_I\0\0")))
        return FINE;
    return is_hex(lc_slice_from(in, 1), "4a5d8f1c") ? FINE : UNEXPECTED;
}

/* 0x106 bytes, the first one 1 */
static verdict hanwha(struct lc_slice in)
{
    return in.n == 0x106 && in.p[0] == 1 ? FINE : UNEXPECTED;
}

/* 99 39 a4 27, transaction, ff 00 06 de */
static verdict bosch(struct lc_slice in)
{
    return in.n == 12 && is_hex(lc_slice_sub(in, 0, 4), "9939a427") &&
                   is_hex(lc_slice_from(in, 8), "ff0006de")
               ? FINE
               : UNEXPECTED;
}

static verdict reolink(struct lc_slice in)
{
    return is_hex(in, "aaaa0000") ? FINE : UNEXPECTED;
}

/* Tuya's beacons and TUTK: listened to, never spoken to (A3). */
static verdict passive(struct lc_slice in)
{
    (void)in;
    return "passive-only";
}

static verdict ubiquiti(struct lc_slice in)
{
    return is_hex(in, "01000000") || is_hex(in, "02080000") ? FINE : UNEXPECTED;
}

static const struct {
    uint16_t port;
    verdict (*judge)(struct lc_slice in);
} judges[] = {
    {161, snmp},          {1757, bosch},  {1900, ssdp},     {2000, reolink},    {3702, wsd},
    {5050, dahua_legacy}, {5353, mdns},   {6666, passive},  {6667, passive},    {7000, passive},
    {7701, hanwha},       {8002, hichip}, {8600, vstarcam}, {10000, port10000}, {10001, ubiquiti},
    {10008, v380},        {20002, tdp},   {20004, tdp},     {23456, mhed},      {32108, cs2},
    {32761, passive},     {34569, xm},    {37020, sadp},    {37810, dhip},      {54321, miio},
};

void sim_judge_datagram(struct sim_book *b, size_t host, uint16_t port, struct lc_slice bytes)
{
    verdict v = UNEXPECTED;
    for (size_t i = 0; i < sizeof(judges) / sizeof(*judges); i++)
        if (judges[i].port == port)
            v = judges[i].judge(bytes);
    if (v)
        sim_book_offence(b, host, port, v[0] != 0, v[0] ? v : "datagram", bytes);
}
