/* SPDX-License-Identifier: Apache-2.0 */
/* Frames between roles: the same frames however the bytes came, each inside what came. */
#include "base/hash.h"
#include "fuzz.h"
#include "run/link.h"

struct told {
    size_t frames, bytes;
    uint64_t hash;
    enum lc_status st;
};

static void take_frames(struct lc_link *l, struct told *t)
{
    const uint64_t key[2] = {1, 2};
    struct lc_cur payload;
    uint32_t type;

    while ((t->st = lc_link_next(l, &type, &payload)) == LC_OK) {
        FUZZ_CHECK(fuzz_inside(payload.s, lc_buf_view(&l->in)) && payload.s.n <= LC_LINK_MAX);
        FUZZ_CHECK(!payload.bad);
        t->frames++;
        t->bytes += payload.s.n + 8;
        t->hash = t->hash * 31 + lc_siphash(key, payload.s) + type;
    }
}

static struct told tell(struct lc_slice all, uint8_t choices, bool pieces)
{
    struct fuzz_split split = fuzz_split(choices);
    struct told t = {.st = LC_MORE};
    struct lc_link l;

    lc_link_init(&l, -1);
    while (all.n && t.st == LC_MORE) {
        size_t n = pieces ? fuzz_piece(&split, all.n) : all.n;

        FUZZ_CHECK(lc_buf_put(&l.in, lc_slice_sub(all, 0, n)) == LC_OK);
        all = lc_slice_from(all, n);
        take_frames(&l, &t);
    }
    lc_link_free(&l);
    return t;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct told a, b;

    if (n == 0)
        return 0;
    a = tell(lc_slice_of(p + 1, n - 1), p[0], false);
    b = tell(lc_slice_of(p + 1, n - 1), p[0], true);
    FUZZ_CHECK(a.st == b.st && a.frames == b.frames && a.hash == b.hash);
    FUZZ_CHECK(a.bytes <= n - 1);
    return 0;
}
