/* SPDX-License-Identifier: Apache-2.0 */
/* The discovery protocols there are, by number and by name. */
#include "proto/dgram.h"

static const struct lc_dgram *const table[LC_D_COUNT] = {
    [LC_D_WSD] = &lc_dgram_wsd,         [LC_D_SSDP] = &lc_dgram_ssdp,
    [LC_D_MDNS] = &lc_dgram_mdns,       [LC_D_SADP] = &lc_dgram_sadp,
    [LC_D_DHIP] = &lc_dgram_dhip,       [LC_D_DHLEGACY] = &lc_dgram_dhlegacy,
    [LC_D_XM] = &lc_dgram_xm,           [LC_D_MHED] = &lc_dgram_mhed,
    [LC_D_TDP] = &lc_dgram_tdp,         [LC_D_MIIO] = &lc_dgram_miio,
    [LC_D_TUYA] = &lc_dgram_tuya,       [LC_D_TUYAENC] = &lc_dgram_tuyaenc,
    [LC_D_CS2] = &lc_dgram_cs2,         [LC_D_TUTK] = &lc_dgram_tutk,
    [LC_D_REOLINK] = &lc_dgram_reolink, [LC_D_HANWHA] = &lc_dgram_hanwha,
    [LC_D_BOSCH] = &lc_dgram_bosch,     [LC_D_VIVOTEK] = &lc_dgram_vivotek,
    [LC_D_FOSCAM] = &lc_dgram_foscam,   [LC_D_VSTARCAM] = &lc_dgram_vstarcam,
    [LC_D_V380] = &lc_dgram_v380,       [LC_D_HICHIP] = &lc_dgram_hichip,
    [LC_D_SNMP] = &lc_dgram_snmp,
};

const struct lc_dgram *lc_dgram_get(enum lc_dgram_id id)
{
    return id > LC_D_NONE && id < LC_D_COUNT ? table[id] : NULL;
}

enum lc_dgram_id lc_dgram_by_name(struct lc_slice name)
{
    for (unsigned i = LC_D_NONE + 1; i < LC_D_COUNT; i++)
        if (lc_slice_eq(lc_slice_str(table[i]->name), name))
            return (enum lc_dgram_id)i;
    return LC_D_NONE;
}
