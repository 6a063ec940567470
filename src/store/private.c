/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What must not lie in the store in clear. A fact that is a serial or a MAC is kept as its keyed
 * hash. Others carry one inside text that is otherwise wanted: a realm "Login to 4X0ABCDPAG00001",
 * a certificate for "CN=AXIS_00408CD3E4F5", a scope "MAC/c4:2f:90:..". There every run that may be
 * one is replaced by a pseudonym of the same shape, so signatures still match and equal serials
 * stay equal within a store, and nothing else of the text changes.
 *
 * A run is: 10 or more letters and digits with at least 4 digits; 12 hex digits with at least one
 * decimal one (a MAC whose letters prevail); six or more hex pairs joined by ':' or '-', with what
 * is glued to them. Some model names look like that as well: their evidence is lost, their claim is
 * not. Digits become digits, a-f and A-F stay such, and so do the other letters of each case:
 * therefore a pseudonym is found again by the same rule, and the canonical export can blank it.
 */
#include "store/sql.h"
#include "base/hash.h"

#include <string.h>

#define RUN_MIN    10U
#define DIGITS_MIN 4U
#define MAC_HEX    12U
#define PAIRS_MIN  6U

static bool is_digit(uint8_t c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_alnum(uint8_t c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static uint8_t lower(uint8_t c)
{
    return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

enum lc_private lc_private_kind(enum lc_fact_name name)
{
    if (name > LC_F_NONE && name < LC_F_COUNT && lc_fact_infos[name].privacy == LC_FP_SHAPED)
        return LC_PV_SHAPED;
    return lc_fact_is_personal(name) ? LC_PV_HASHED : LC_PV_OPEN;
}

static size_t run_end(struct lc_slice s, size_t at)
{
    while (at < s.n && is_alnum(s.p[at]))
        at++;
    return at;
}

/* The end of the pairs that the word s[at..end) opens, 0 when they are fewer than six. */
static size_t pairs_end(struct lc_slice s, size_t at, size_t end)
{
    size_t pairs = 1, last = end;
    uint8_t joint = end < s.n ? s.p[end] : 0;

    if ((joint != ':' && joint != '-') || end - at < 2 || !is_hex(s.p[end - 1]) ||
        !is_hex(s.p[end - 2]))
        return 0;
    while (end < s.n && s.p[end] == joint) {
        at = end + 1;
        end = run_end(s, at);
        if (end - at < 2 || !is_hex(s.p[at]) || !is_hex(s.p[at + 1]))
            break;
        pairs++;
        last = end;
        if (end - at > 2)
            break;
    }
    return pairs >= PAIRS_MIN ? last : 0;
}

static bool is_serial(struct lc_slice run)
{
    size_t digits = 0, hex = 0;

    for (size_t i = 0; i < run.n; i++) {
        digits += is_digit(run.p[i]);
        hex += is_hex(run.p[i]);
    }
    return (run.n >= RUN_MIN && digits >= DIGITS_MIN) ||
           (run.n == MAC_HEX && hex == MAC_HEX && digits > 0);
}

/* The next run to be replaced in s[from..). */
static bool next_run(struct lc_slice s, size_t from, size_t *at, size_t *end)
{
    for (size_t i = from; i < s.n; i++) {
        size_t word, pairs;

        if (!is_alnum(s.p[i]))
            continue;
        word = run_end(s, i);
        pairs = pairs_end(s, i, word);
        if (pairs || is_serial(lc_slice_sub(s, i, word - i))) {
            *at = i;
            *end = pairs ? pairs : word;
            return true;
        }
        i = word;
    }
    return false;
}

/* The letter or digit that `draw` picks among those of c's kind. */
static uint8_t like(uint8_t c, uint8_t draw)
{
    uint8_t small = lower(c), first = is_digit(c) ? '0' : is_hex(c) ? 'a' : 'g';
    unsigned kinds = is_digit(c) ? 10 : is_hex(c) ? 6 : 20;

    return (uint8_t)((first + draw % kinds) ^ (small ^ c));
}

/* One MAC has one pseudonym however it is written: case and joints are no part of the message. A
 * first byte tells these messages from those of lc_hashed, the second counts the stream's blocks.
 */
static bool disguise(struct lc_store *s, uint8_t *run, size_t n)
{
    uint8_t block[32], *message = lc_arena_alloc(&s->scratch, n + 2);
    size_t used = 2, taken = 0;

    if (message == NULL)
        return false;
    message[0] = 0;
    for (size_t i = 0; i < n; i++)
        if (is_alnum(run[i]))
            message[used++] = lower(run[i]);
    for (size_t i = 0; i < n; i++) {
        if (!is_alnum(run[i]))
            continue;
        if (taken % sizeof block == 0) {
            message[1] = (uint8_t)(taken / sizeof block);
            lc_hmac_sha256(lc_slice_of(s->key, sizeof s->key), lc_slice_of(message, used), block);
        }
        run[i] = like(run[i], block[taken++ % sizeof block]);
    }
    return true;
}

static struct lc_slice shaped(struct lc_store *s, struct lc_slice value)
{
    size_t at, end = 0;
    struct lc_slice copy;

    if (!next_run(value, 0, &at, &end))
        return value;
    copy = lc_arena_dup(&s->scratch, value);
    for (end = 0; copy.p && next_run(value, end, &at, &end);)
        if (!disguise(s, (uint8_t *)(uintptr_t)copy.p + at, end - at))
            return (struct lc_slice){NULL, 0};
    return copy;
}

struct lc_slice lc_private_value(struct lc_store *s, enum lc_fact_name name, struct lc_slice value)
{
    char hashed[LC_HASHED_N + 1];

    if (value.p == NULL)
        return value;
    switch (lc_private_kind(name)) {
    case LC_PV_HASHED:
        lc_hashed(s, value, hashed);
        return lc_arena_dup(&s->scratch, lc_slice_of(hashed, LC_HASHED_N));
    case LC_PV_SHAPED:
        return shaped(s, value);
    case LC_PV_OPEN:
        break;
    }
    return value;
}

enum lc_status lc_private_facts(struct lc_store *s, struct lc_slice blob, struct lc_slice *out)
{
    struct lc_cur at = {.s = blob};
    struct lc_facts kept;
    struct lc_fact f;
    bool changed = false, lost = false;

    *out = blob;
    lc_facts_init(&kept);
    kept.buf.max = blob.n + LC_FACTS_MAX; /* a hash can be longer than what it hides */
    while (!lost && lc_facts_next(&at, &f) == LC_OK) {
        struct lc_slice value = lc_private_value(s, f.name, f.value);

        lost = value.p == NULL && f.value.p != NULL;
        changed = changed || value.p != f.value.p;
        f.value = value;
        lc_facts_add(&kept, &f);
    }
    lost = lost || kept.buf.full;
    if (!lost && changed)
        *out = lc_arena_dup(&s->scratch, lc_buf_view(&kept.buf));
    lc_facts_free(&kept);
    return lost || (changed && out->p == NULL) ? LC_ENOMEM : LC_OK;
}

struct lc_slice lc_private_blank(struct lc_arena *mem, enum lc_fact_name name,
                                 struct lc_slice value)
{
    enum lc_private kind = lc_private_kind(name);
    size_t at, end = 0;
    struct lc_slice copy;

    if (kind == LC_PV_HASHED)
        return LC_S("h:");
    if (kind == LC_PV_OPEN || !next_run(value, 0, &at, &end))
        return value;
    copy = lc_arena_dup(mem, value);
    for (end = 0; copy.p && next_run(value, end, &at, &end);) {
        uint8_t *p = (uint8_t *)(uintptr_t)copy.p;

        for (size_t i = at; i < end; i++)
            if (is_alnum(p[i]))
                p[i] = is_digit(p[i]) ? '0' : (uint8_t)('a' ^ (lower(p[i]) ^ p[i]));
    }
    return copy;
}
