/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section PORT: records of 18 bytes in order of likelihood, written by tools/knowledge/ports.py.
 *
 *     u16 port  u8 priority  u8 flags (1 connect_only, 2 camera)  u8 asks_n  u8 asks[4]  u8 0
 *     u32 service_off  u32 service_len
 */
#include "knowledge/kb_room.h"

#define RECORD_N     18U
#define CONNECT_ONLY 1U
#define CAMERA       2U

static bool read_port(const struct lc_kb *kb, struct lc_cur *at, struct lc_port_plan *p)
{
    uint8_t flags;

    p->port = lc_cur_le16(at);
    p->priority = lc_cur_u8(at);
    flags = lc_cur_u8(at);
    p->connect_only = flags & CONNECT_ONLY;
    p->camera = flags & CAMERA;
    p->asks_n = lc_cur_u8(at);
    for (size_t i = 0; i < LC_PORT_ASKS; i++) {
        uint8_t id = lc_cur_u8(at);

        if (id >= LC_P_COUNT)
            return false;
        p->asks[i] = (enum lc_proto_id)id;
    }
    (void)lc_cur_u8(at);
    p->service = lc_kb_take_string(kb, at);
    return !at->bad && p->port && p->asks_n <= LC_PORT_ASKS && p->priority >= 1 && p->priority <= 3;
}

enum lc_status lc_kb_ports_open(struct lc_kb *kb)
{
    struct lc_cur at = {.s = lc_kb_section(kb, "PORT")};

    if (at.s.n % RECORD_N != 0 || at.s.n / RECORD_N > UINT8_MAX)
        return LC_EPARSE;
    kb->ports_n = at.s.n / RECORD_N;
    kb->ports = lc_alloc_n(kb->ports_n + 1, sizeof *kb->ports);
    if (!kb->ports)
        return LC_ENOMEM;
    for (size_t i = 0; i < kb->ports_n; i++) {
        kb->ports[i].likely = (uint8_t)i;
        if (!read_port(kb, &at, &kb->ports[i]))
            return LC_EPARSE;
    }
    return LC_OK;
}

size_t lc_kb_ports(const struct lc_kb *kb, const struct lc_port_plan **out)
{
    *out = kb->ports;
    return kb->ports_n;
}

const struct lc_port_plan *lc_kb_port(const struct lc_kb *kb, uint16_t port)
{
    for (size_t i = 0; i < kb->ports_n; i++)
        if (kb->ports[i].port == port)
            return &kb->ports[i];
    return NULL;
}
