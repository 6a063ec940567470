/* SPDX-License-Identifier: Apache-2.0 */
/* Hardware addresses on their way into facts: read from bytes or from the spellings that devices
 * use, written in one. */
#include "proto/dg_mac.h"
#include "proto/emit.h"

#include <string.h>

#define LOCAL_BIT 0x02U
#define GROUP_BIT 0x01U
#define OUI_TEXT  8U /* AA:BB:CC */

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
        return (c | 0x20) - 'a' + 10;
    return -1;
}

bool lc_dg_mac_bytes(struct lc_facts *f, const uint8_t mac[static 6])
{
    static const uint8_t none[6];
    static const char digits[] = "0123456789ABCDEF";
    uint8_t text[17];

    if (mac[0] & GROUP_BIT || memcmp(mac, none, sizeof none) == 0)
        return false;
    for (size_t i = 0; i < 6; i++) {
        text[3 * i] = (uint8_t)digits[mac[i] >> 4];
        text[3 * i + 1] = (uint8_t)digits[mac[i] & 15];
        if (i < 5)
            text[3 * i + 2] = ':';
    }
    (void)lc_emit(f, LC_F_MAC_ADDRESS, lc_slice_of(text, sizeof text));
    if (!(mac[0] & LOCAL_BIT))
        (void)lc_emit(f, LC_F_MAC_OUI, lc_slice_of(text, OUI_TEXT));
    return true;
}

/* Digits between one separator and the next: 2 for ":" and "-", 4 for ".", all 12 without. */
static unsigned group_of(struct lc_slice text)
{
    if (text.n == 17 && (text.p[2] == ':' || text.p[2] == '-'))
        return 2;
    if (text.n == 14 && text.p[4] == '.')
        return 4;
    return text.n == 12 ? 12 : 0;
}

bool lc_dg_mac(struct lc_facts *f, struct lc_slice text)
{
    uint8_t mac[6] = {0};
    unsigned group, n = 0;

    text = lc_slice_trim(text);
    group = group_of(text);
    if (group == 0)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        int v = hex_digit(text.p[i]);

        if (i % (group + 1) == group) {
            if (text.p[i] != text.p[group])
                return false;
            continue;
        }
        if (v < 0)
            return false;
        mac[n / 2] = (uint8_t)(mac[n / 2] << 4 | v);
        n++;
    }
    return lc_dg_mac_bytes(f, mac);
}
