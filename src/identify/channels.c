/* SPDX-License-Identifier: Apache-2.0 */
/* Counting channels. See channels.h. */
#include "identify/channels.h"

const char *const lc_channel_kinds[LC_CH_KINDS] = {"unknown", "analog", "network"};

/* Which fact counts what (layouts of the answers: facts on protocols, A3). Lines of one protocol
 * stand under one number and add up; protocols do not. */
static const struct {
    enum lc_fact_name fact;
    uint8_t protocol;
    enum lc_channel_kind kind;
} counters[] = {
    {LC_F_SADP_ANALOG_CHANNELS, 0, LC_CH_ANALOG}, {LC_F_SADP_DIGITAL_CHANNELS, 0, LC_CH_NETWORK},
    {LC_F_DHIP_VIDEO_INPUTS, 1, LC_CH_ANALOG},    {LC_F_DHIP_REMOTE_INPUTS, 1, LC_CH_NETWORK},
    {LC_F_XM_CHANNELS, 2, LC_CH_UNKNOWN},         {LC_F_MHED_CHANNELS, 3, LC_CH_UNKNOWN},
};

#define COUNTERS_N  (sizeof counters / sizeof *counters)
#define PROTOCOLS_N 4U
#define KINDLESS    2U /* protocols from here on do not tell the kinds apart */

struct count {
    uint16_t n, analog_n;
    enum lc_fact_name fact;
};

static void add(struct count *c, size_t line, int64_t n)
{
    uint16_t room = (uint16_t)(LC_CHANNELS_MAX - c->n);
    uint16_t more = n < 0 ? 0 : n > room ? room : (uint16_t)n;

    c->n = (uint16_t)(c->n + more);
    if (counters[line].kind == LC_CH_ANALOG)
        c->analog_n = (uint16_t)(c->analog_n + more);
    if (more)
        c->fact = counters[line].fact;
}

void lc_channels_of(struct lc_slice facts, struct lc_channels *out)
{
    struct count counts[PROTOCOLS_N] = {{0, 0, LC_F_NONE}};
    struct lc_cur at = {.s = facts};
    struct lc_fact f;

    while (lc_facts_next(&at, &f) == LC_OK)
        for (size_t i = 0; i < COUNTERS_N; i++)
            if (counters[i].fact == f.name)
                add(&counts[counters[i].protocol], i, lc_fact_as_int(&f));
    *out = (struct lc_channels){.fact = LC_F_NONE};
    for (uint8_t p = 0; p < PROTOCOLS_N; p++)
        if (counts[p].n > out->n)
            *out =
                (struct lc_channels){counts[p].n, counts[p].analog_n, p < KINDLESS, counts[p].fact};
}

enum lc_channel_kind lc_channel_kind_of(const struct lc_channels *c, uint16_t number)
{
    if (!c->kinds)
        return LC_CH_UNKNOWN;
    return number <= c->analog_n ? LC_CH_ANALOG : LC_CH_NETWORK;
}
