/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Section PLAT: the heads of data/signatures/<platform>.yaml, sorted by id, written by
 * tools/knowledge/signatures.py.
 *
 *     u32 count, then per platform (a string is u32 off, u32 len):
 *     str id  str name  str country  str usual_class  str brand
 *     u8 usual_weight, brand_weight, 0, paths_n  u16 http_extras
 *     str rtsp_path[paths_n]
 */
#include "knowledge/kb_room.h"

static bool read_platform(const struct lc_kb *kb, struct lc_cur *at, struct lc_platform *p)
{
    p->id = lc_kb_take_string(kb, at);
    p->name = lc_kb_take_string(kb, at);
    p->country = lc_kb_take_string(kb, at);
    p->usual_class = lc_kb_take_string(kb, at);
    p->brand = lc_kb_take_string(kb, at);
    p->usual_weight = lc_cur_u8(at);
    p->brand_weight = lc_cur_u8(at);
    (void)lc_cur_u8(at);
    p->rtsp_paths_n = lc_cur_u8(at);
    p->http_extras = lc_cur_le16(at);
    if (p->rtsp_paths_n > LC_RTSP_PATHS || p->usual_weight > 99 || p->brand_weight > 99)
        return false;
    for (unsigned i = 0; i < p->rtsp_paths_n; i++)
        p->rtsp_paths[i] = lc_kb_take_string(kb, at);
    return !at->bad;
}

enum lc_status lc_kb_platforms_open(struct lc_kb *kb)
{
    struct lc_cur at = {.s = lc_kb_section(kb, "PLAT")};
    uint32_t n = at.s.n ? lc_cur_le32(&at) : 0;

    if (at.bad || n > at.s.n / 46) /* 46 bytes: the shortest record */
        return LC_EPARSE;
    kb->platforms = lc_alloc_n(n + 1U, sizeof *kb->platforms);
    if (!kb->platforms)
        return LC_ENOMEM;
    kb->platforms_n = n;
    for (size_t i = 0; i < n; i++) {
        struct lc_platform *p = &kb->platforms[i];

        if (!read_platform(kb, &at, p) || (i && lc_slice_cmp(p[-1].id, p->id) >= 0))
            return LC_EPARSE;
    }
    return LC_OK;
}

const struct lc_platform *lc_kb_platform(const struct lc_kb *kb, struct lc_slice id)
{
    size_t low = 0, high = kb->platforms_n;

    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = lc_slice_cmp(kb->platforms[mid].id, id);

        if (c == 0)
            return &kb->platforms[mid];
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return NULL;
}
