/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section DGRM: records of 44 bytes in order of likelihood, written by tools/knowledge/ports.py.
 *
 *     u8 id  u8 priority  u8 platforms_n  u8 0  str service  str platforms[4]
 */
#include "knowledge/kb_room.h"

#define RECORD_N 44U

static bool read_datagram(const struct lc_kb *kb, struct lc_cur *at, struct lc_dgram_plan *d)
{
    d->id = (enum lc_dgram_id)lc_cur_u8(at);
    d->priority = lc_cur_u8(at);
    d->platforms_n = lc_cur_u8(at);
    (void)lc_cur_u8(at);
    d->service = lc_kb_take_string(kb, at);
    for (size_t i = 0; i < LC_DGRAM_PLATFORMS; i++)
        d->platforms[i] = lc_kb_take_string(kb, at);
    return !at->bad && d->id > LC_D_NONE && d->id < LC_D_COUNT &&
           d->platforms_n <= LC_DGRAM_PLATFORMS && d->priority >= 1 && d->priority <= 2;
}

enum lc_status lc_kb_datagrams_open(struct lc_kb *kb)
{
    struct lc_cur at = {.s = lc_kb_section(kb, "DGRM")};

    if (at.s.n % RECORD_N != 0 || at.s.n / RECORD_N > UINT8_MAX)
        return LC_EPARSE;
    kb->datagrams_n = at.s.n / RECORD_N;
    kb->datagrams = lc_alloc_n(kb->datagrams_n + 1, sizeof *kb->datagrams);
    if (!kb->datagrams)
        return LC_ENOMEM;
    for (size_t i = 0; i < kb->datagrams_n; i++)
        if (!read_datagram(kb, &at, &kb->datagrams[i]))
            return LC_EPARSE;
    return LC_OK;
}

size_t lc_kb_datagrams(const struct lc_kb *kb, const struct lc_dgram_plan **out)
{
    *out = kb->datagrams;
    return kb->datagrams_n;
}
