/* SPDX-License-Identifier: Apache-2.0 */
/* What slice.c (what comes next) and slice_answer.c (what came in) share: a host's bits, and where
 * a pair stands. */
#ifndef LC_DISCOVER_SLICE_ROOM_H
#define LC_DISCOVER_SLICE_ROOM_H

#include "discover/slice.h"

/* Bits of a host's state above enum lc_heard_flag. */
#define ALIVE         0x0010U /* answered something, if only by a refusal */
#define REST_ASKED    0x0020U
#define CANARY_CHOSEN 0x0040U
#define IN_SET        0x0080U /* of the stage under way */
#define CANARY_SENT   0x0100U /* and 0x0200 for the second */
#define CANARY_HEARD  0x0400U /* and 0x0800 */
#define FLAGS         0x000fU

#define SEEN_IN_ANSWERS (LC_HEARD_WINDOW_ZERO | LC_HEARD_NO_OPTIONS)

/* Which of `n` ports a host starts with: a mix of its number (after Wellons' two-round hash),
 * scaled to n. */
static inline uint32_t shift_of(const struct lc_work *w, uint32_t host, uint32_t n)
{
    uint32_t x = host ^ w->shift_key;

    x = (x ^ x >> 16) * 0x7feb352dU;
    x = (x ^ x >> 15) * 0x846ca68bU;
    return (uint32_t)((uint64_t)(x ^ x >> 16) * n >> 32);
}

static inline uint32_t turn(uint32_t round, uint32_t shift, uint32_t n)
{
    return round + shift < n ? round + shift : round + shift - n;
}

static inline size_t word_of(const struct lc_slice_rules *r, uint32_t host, unsigned port)
{
    return (size_t)host * r->words + port / 64;
}

static inline uint64_t bit_of(unsigned port)
{
    return (uint64_t)1 << port % 64;
}

static inline bool silent(const struct lc_work *w, const struct lc_slice_rules *r, uint32_t host,
                          unsigned port)
{
    size_t at = word_of(r, host, port);

    return !((w->open[at] | w->refused[at]) & bit_of(port));
}

static inline unsigned rounds_of(const struct lc_slice_rules *r, enum lc_stage stage)
{
    if (stage == LC_STAGE_CANARY)
        return LC_CANARIES;
    return stage == LC_STAGE_REST_1 || stage == LC_STAGE_REST_2 ? r->rest_n : r->likely_n;
}

static inline bool is_second(enum lc_stage stage)
{
    return stage == LC_STAGE_PASS_2 || stage == LC_STAGE_REST_2;
}

static inline bool is_rest(enum lc_stage stage)
{
    return stage == LC_STAGE_REST_1 || stage == LC_STAGE_REST_2;
}

#endif
