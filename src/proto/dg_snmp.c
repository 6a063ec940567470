/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SNMPv3 engine discovery, UDP 161 (RFC 3414 section 4): the question with which every manager
 * begins, for an engine that it does not know yet. It has no user, no community and no variable, so
 * nothing is tried and nothing is read; the answer is a Report with the engine's own identifier
 * (RFC 3411, SnmpEngineID), and that names the enterprise that made the agent and often the
 * hardware address. sysDescr would need a community, and one that was not given is a guessed
 * password: this file cannot express it.
 *
 * Question and answer, BER (definite lengths):
 *
 *     SEQUENCE
 *       INTEGER 3                              version
 *       SEQUENCE  INTEGER id, size; OCTETS flags; INTEGER 3 (USM)
 *       OCTETS holding SEQUENCE                security parameters
 *         OCTETS engine id; INTEGER boots, time; OCTETS user, auth, priv
 *       SEQUENCE                               scoped PDU, in clear
 *         OCTETS context engine, context name
 *         [0] asked, [8] Report: INTEGER request, status, index; SEQUENCE variables
 *
 * Engine id: 4 bytes enterprise number, its first bit set; 1 byte format; format 3: 6 bytes MAC.
 */
#include "proto/dg_mac.h"
#include "proto/dgram.h"

#include <string.h>

enum { INTEGER = 0x02, OCTETS = 0x04, SEQUENCE = 0x30, GET = 0xa0, RESPONSE = 0xa2, REPORT = 0xa8 };

#define USM          3
#define REPORTABLE   4
#define ID_AT        9U /* of the four bytes of the message's id in the question */
#define FORMAT_MAC   3U
#define ENGINE_ID_N  32U /* at most, RFC 3411 */
#define NEW_FORM_BIT 0x80000000U

static const uint8_t question[] = {
    SEQUENCE, 62, INTEGER,    1,       3,                     /* version 3 */
    SEQUENCE, 17, INTEGER,    4,       0,      0,             /* the id comes here */
    0,        0,  INTEGER,    3,       0,      0xff, 0xe3,    /* 65507 bytes may come back */
    OCTETS,   1,  REPORTABLE,                                 /* no auth, no priv, reportable */
    INTEGER,  1,  USM,                                        /* */
    OCTETS,   16, SEQUENCE,   14,                             /* security parameters */
    OCTETS,   0,  INTEGER,    1,       0,                     /* no engine, no boots */
    INTEGER,  1,  0,          OCTETS,  0,                     /* no time, nobody */
    OCTETS,   0,  OCTETS,     0,                              /* */
    SEQUENCE, 20, OCTETS,     0,       OCTETS, 0,             /* no context */
    GET,      14, INTEGER,    4,       0,      0,    0,    0, /* request 0 */
    INTEGER,  1,  0,          INTEGER, 1,      0,             /* no error */
    SEQUENCE, 0,                                              /* no variable */
};

/* Four bytes, positive: the longest form, so that the question has one length. */
static uint32_t id_of(const struct lc_dgram_ask *ask)
{
    return ((uint32_t)ask->nonce & 0x3fffffffU) | 0x40000000U;
}

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    (void)lc_buf_put(out, lc_slice_of(question, ID_AT));
    (void)lc_buf_be32(out, id_of(ask));
    (void)lc_buf_put(out, lc_slice_from(lc_slice_of(question, sizeof question), ID_AT + 4));
}

static bool ours(const struct lc_dgram_ask *ask, struct lc_slice in)
{
    uint32_t id = id_of(ask);
    uint8_t want[6] = {INTEGER,    4, (uint8_t)(id >> 24), (uint8_t)(id >> 16), (uint8_t)(id >> 8),
                       (uint8_t)id};

    return lc_slice_find(in, lc_slice_of(want, sizeof want), 0) != LC_NPOS;
}

/* The value of the next element, which must have this tag; sets c->bad otherwise. */
static struct lc_slice element(struct lc_cur *c, unsigned tag)
{
    unsigned got = lc_cur_u8(c), n = lc_cur_u8(c);

    if (n == 0x81)
        n = lc_cur_u8(c);
    else if (n == 0x82)
        n = lc_cur_be16(c);
    else if (n & 0x80)
        c->bad = true;
    c->bad = c->bad || got != tag;
    return c->bad ? (struct lc_slice){NULL, 0} : lc_cur_take(c, n);
}

static uint32_t number(struct lc_cur *c)
{
    struct lc_slice v = element(c, INTEGER);
    uint32_t n = 0;

    c->bad = c->bad || v.n == 0 || v.n > 5 || (v.n == 5 && v.p[0]);
    for (size_t i = 0; !c->bad && i < v.n; i++)
        n = n << 8 | v.p[i];
    return n;
}

static struct lc_slice engine_of(struct lc_slice parameters)
{
    struct lc_cur outer = {.s = parameters}, c;
    struct lc_slice engine;

    c = (struct lc_cur){.s = element(&outer, SEQUENCE), .bad = outer.bad};
    engine = element(&c, OCTETS);
    return c.bad ? (struct lc_slice){NULL, 0} : engine;
}

static void emit_engine(struct lc_facts *facts, struct lc_slice engine)
{
    struct lc_cur c = {.s = engine};
    uint32_t enterprise = lc_cur_be32(&c);
    uint8_t mac[6];

    lc_facts_bool(facts, LC_F_SNMP_V3, true);
    lc_facts_int(facts, LC_F_SNMP_ENTERPRISE, enterprise & ~NEW_FORM_BIT);
    if (!(enterprise & NEW_FORM_BIT) || lc_cur_u8(&c) != FORMAT_MAC || c.s.n != sizeof mac)
        return;
    memcpy(mac, c.s.p, sizeof mac);
    (void)lc_dg_mac_bytes(facts, mac);
}

static enum lc_status parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts)
{
    struct lc_cur outer = {.s = in}, c, head, scoped;
    struct lc_slice engine;
    uint32_t id, model;
    unsigned pdu;

    (void)from;
    c = (struct lc_cur){.s = element(&outer, SEQUENCE), .bad = outer.bad};
    if (number(&c) != 3 || c.bad)
        return LC_EPARSE;
    head = (struct lc_cur){.s = element(&c, SEQUENCE), .bad = c.bad};
    id = number(&head);
    (void)number(&head);
    (void)element(&head, OCTETS);
    model = number(&head);
    engine = engine_of(element(&c, OCTETS));
    scoped = (struct lc_cur){.s = element(&c, SEQUENCE), .bad = c.bad};
    (void)element(&scoped, OCTETS);
    (void)element(&scoped, OCTETS);
    pdu = lc_cur_u8(&scoped);
    if (head.bad || scoped.bad || model != USM)
        return LC_EPARSE;
    if (!ask || id != id_of(ask) || (pdu != REPORT && pdu != RESPONSE))
        return LC_EREFUSED;
    if (engine.n < 5 || engine.n > ENGINE_ID_N)
        return LC_EPARSE;
    emit_engine(facts, engine);
    return LC_OK;
}

const struct lc_dgram lc_dgram_snmp = {
    .name = "snmp",
    .port = 161,
    .variants = 1,
    .unicast = true,
    .build = build,
    .ours = ours,
    .parse = parse,
};
