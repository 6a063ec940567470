/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section "OUI ": records of 16 bytes, sorted by their first six bytes, written by
 * tools/knowledge/oui.py. A prefix may lie inside a shorter one; the longer one counts.
 *
 *     u8 prefix[5], left-aligned, zeros behind   u8 bits (24, 28 or 36)   u8 weight   u8 0
 *     u32 maker_off   u32 maker_len
 *
 * The prefixes are opened into records of our own; a lookup is three binary searches.
 */
#include "knowledge/kb_room.h"

#include <string.h>

#define RECORD_N  16U
#define KEY_N     6U
#define LOCAL_BIT 0x02U
#define GROUP_BIT 0x01U
#define CAMERAS   40U

static bool known_bits(uint8_t bits)
{
    return bits == 24 || bits == 28 || bits == 36;
}

static void mask(uint8_t key[static KEY_N], uint8_t bits)
{
    if (bits == 24)
        key[3] = 0;
    if (bits == 28)
        key[3] &= 0xF0;
    key[4] = bits == 36 ? key[4] & 0xF0 : 0;
    key[5] = bits;
}

static bool read_one(const struct lc_kb *kb, struct lc_cur *at, struct lc_oui *o)
{
    struct lc_slice key = lc_cur_take(at, KEY_N);
    uint8_t masked[KEY_N];

    if (!key.p || !known_bits(key.p[5]) || key.p[0] & (LOCAL_BIT | GROUP_BIT))
        return false;
    memcpy(o->key, key.p, KEY_N);
    memcpy(masked, key.p, KEY_N);
    mask(masked, key.p[5]);
    o->bits = key.p[5];
    o->weight = lc_cur_u8(at);
    (void)lc_cur_u8(at);
    o->maker = lc_kb_take_string(kb, at);
    return !at->bad && o->weight < 100 && memcmp(masked, o->key, KEY_N) == 0;
}

enum lc_status lc_kb_oui_open(struct lc_kb *kb)
{
    struct lc_cur at = {.s = lc_kb_section(kb, "OUI ")};

    if (at.s.n % RECORD_N != 0)
        return LC_EPARSE;
    kb->ouis_n = at.s.n / RECORD_N;
    kb->ouis = lc_alloc_n(kb->ouis_n + 1, sizeof *kb->ouis);
    if (!kb->ouis)
        return LC_ENOMEM;
    for (size_t i = 0; i < kb->ouis_n; i++) {
        if (!read_one(kb, &at, &kb->ouis[i]))
            return LC_EPARSE;
        if (i && memcmp(kb->ouis[i - 1].key, kb->ouis[i].key, KEY_N) >= 0)
            return LC_EPARSE;
    }
    return LC_OK;
}

static const struct lc_oui *exact(const struct lc_kb *kb, const uint8_t key[static KEY_N])
{
    size_t low = 0, high = kb->ouis_n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = memcmp(kb->ouis[mid].key, key, KEY_N);

        if (c == 0)
            return &kb->ouis[mid];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

/* The registration of exactly the first `bits` bits of `mac`. */
static const struct lc_oui *registered(const struct lc_kb *kb, const uint8_t mac[static 6],
                                       uint8_t bits)
{
    uint8_t key[KEY_N];

    memcpy(key, mac, KEY_N);
    mask(key, bits);
    return mac[0] & (LOCAL_BIT | GROUP_BIT) ? NULL : exact(kb, key);
}

const struct lc_oui *lc_kb_oui(const struct lc_kb *kb, const uint8_t mac[static 6])
{
    static const uint8_t lengths[] = {36, 28, 24};
    const struct lc_oui *o = NULL;

    for (size_t i = 0; i < sizeof lengths && !o; i++)
        o = registered(kb, mac, lengths[i]);
    return o;
}

const struct lc_oui *lc_kb_oui24(const struct lc_kb *kb, const uint8_t oui[static 3])
{
    uint8_t mac[6] = {oui[0], oui[1], oui[2]};

    return registered(kb, mac, 24);
}

bool lc_kb_oui_next(const struct lc_kb *kb, size_t *at, uint8_t prefix[static 3])
{
    for (; *at < kb->ouis_n; ++*at) {
        const struct lc_oui *o = &kb->ouis[*at];

        if (o->bits == 24 && o->weight >= CAMERAS) {
            memcpy(prefix, o->key, 3);
            ++*at;
            return true;
        }
    }
    return false;
}
