/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section VEND: who stands behind a brand, from data/vendors.yaml, written by
 * tools/knowledge/vendors.py. Every name of a brand has a record, sorted by its key: the name with
 * ASCII letters in lower case.
 *
 *     u32 count, then per name (a string is u32 off, u32 len):
 *     str key  str brand  str maker  str country  str built_by  str origin  str contact  str
 * updates str eol[2]  u8 confidence  u8 builder_unknown  u8 platforms_n  u8 ouis_n  u8 clouds_n  u8
 * 0[3] str platform[platforms_n]  str oui[ouis_n]  str cloud[clouds_n]
 */
#include "knowledge/kb_room.h"

#define RECORD_N 88U /* the shortest one */
#define KEY_MAX  64U

static void take_some(const struct lc_kb *kb, struct lc_cur *at, struct lc_slice *out, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        out[i] = lc_kb_take_string(kb, at);
}

static bool read_vendor(const struct lc_kb *kb, struct lc_cur *at, struct lc_vendor *v)
{
    v->key = lc_kb_take_string(kb, at);
    v->brand = lc_kb_take_string(kb, at);
    v->maker = lc_kb_take_string(kb, at);
    v->country = lc_kb_take_string(kb, at);
    v->built_by = lc_kb_take_string(kb, at);
    v->origin = lc_kb_take_string(kb, at);
    v->contact = lc_kb_take_string(kb, at);
    v->updates = lc_kb_take_string(kb, at);
    v->eol[LC_LANG_EN] = lc_kb_take_string(kb, at);
    v->eol[LC_LANG_VI] = lc_kb_take_string(kb, at);
    v->confidence = lc_cur_u8(at);
    v->builder_unknown = lc_cur_u8(at) != 0;
    v->platforms_n = lc_cur_u8(at);
    v->ouis_n = lc_cur_u8(at);
    v->clouds_n = lc_cur_u8(at);
    (void)lc_cur_take(at, 3);
    if (v->confidence > 100 || v->platforms_n > LC_VENDOR_PLATFORMS || v->ouis_n > LC_VENDOR_OUIS ||
        v->clouds_n > LC_VENDOR_CLOUDS || v->key.n > KEY_MAX)
        return false;
    take_some(kb, at, v->platforms, v->platforms_n);
    take_some(kb, at, v->ouis, v->ouis_n);
    take_some(kb, at, v->clouds, v->clouds_n);
    return !at->bad;
}

enum lc_status lc_kb_vendors_open(struct lc_kb *kb)
{
    struct lc_cur at = {.s = lc_kb_section(kb, "VEND")};
    uint32_t n = at.s.n ? lc_cur_le32(&at) : 0;

    if (at.bad || n > at.s.n / RECORD_N)
        return LC_EPARSE;
    kb->vendors = lc_alloc_n(n + 1U, sizeof *kb->vendors);
    if (!kb->vendors)
        return LC_ENOMEM;
    kb->vendors_n = n;
    for (size_t i = 0; i < n; i++) {
        struct lc_vendor *v = &kb->vendors[i];

        if (!read_vendor(kb, &at, v) || (i && lc_slice_cmp(v[-1].key, v->key) >= 0))
            return LC_EPARSE;
    }
    return at.s.n ? LC_EPARSE : LC_OK;
}

size_t lc_kb_vendors(const struct lc_kb *kb, const struct lc_vendor **out)
{
    *out = kb->vendors;
    return kb->vendors_n;
}

const struct lc_vendor *lc_kb_vendor(const struct lc_kb *kb, struct lc_slice brand)
{
    uint8_t folded[KEY_MAX];
    struct lc_slice key = {folded, brand.n};
    size_t low = 0, high = kb->vendors_n;

    if (brand.n == 0 || brand.n > KEY_MAX)
        return NULL;
    for (size_t i = 0; i < brand.n; i++) {
        uint8_t c = brand.p[i];

        folded[i] = c >= 'A' && c <= 'Z' ? (uint8_t)(c + ('a' - 'A')) : c;
    }
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = lc_slice_cmp(kb->vendors[mid].key, key);

        if (c == 0)
            return &kb->vendors[mid];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}

struct lc_slice lc_kb_origin(const struct lc_kb *kb, struct lc_slice brand,
                             struct lc_slice platform)
{
    const struct lc_vendor *v = lc_kb_vendor(kb, brand);
    const struct lc_platform *p;

    if (v && v->origin.n)
        return v->origin;
    p = platform.n ? lc_kb_platform(kb, platform) : NULL;
    return p ? p->country : LC_S("");
}
