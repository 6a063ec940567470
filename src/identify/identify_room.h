/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of this room share: signatures as they stand in memory. signatures.c reads and
 * compiles them, match.c finds the claims that a device's facts support, identify.c weighs the
 * claims.
 *
 * Sections, little-endian, written by tools/knowledge/signatures.py; a string is u32 off, u32 len:
 *
 *     SIGN  u32 count, then per signature
 *           str id, where, platform (empty: none), group (empty: the label's)
 *           u8 masked, conditions_n, claims_n, 0
 *           condition: u16 fact  u8 op, flags  u16 port (0: any)  str where  u16 values_n, then str
 *           or i64 each; behind a pattern u16 n, then str each: every match holds one of them
 *           claim: u8 attr, weight, transform, capture (0: the value as it stands)  str value
 *     MODL  u32 count, then per line: str platform, id, where, pattern
 *           u8 class_weight, brand_weight, ignore_case, 0   str class, brand
 *     LABL  u32 count, then per fact in which a device tells its name: u16 fact  str group
 *     EXAM  see check.c
 */
#ifndef LC_IDENTIFY_IDENTIFY_ROOM_H
#define LC_IDENTIFY_IDENTIFY_ROOM_H

#include "base/mem.h"
#include "base/tr.h"
#include "identify/identify.h"
#include "identify/re.h"

#define LC_SIG_CONDS  8
#define LC_SIG_CLAIMS 6
#define LC_SIG_FACTS  4096 /* more than LC_FACTS_MAX bytes can hold */

enum lc_cond_op {
    LC_OP_IN,
    LC_OP_STARTS,
    LC_OP_ENDS,
    LC_OP_HAS,
    LC_OP_RE,
    LC_OP_GT, /* these two: INT facts, one value */
    LC_OP_LT,
    LC_OP_COUNT,
};

#define LC_MASK_PERSONAL 1U /* before the first personal byte */
#define LC_MASK_LABEL    2U /* to what matched */

#define LC_COND_NOT      1U
#define LC_COND_ICASE    2U
#define LC_COND_ANYWHERE 4U
#define LC_COND_PII      8U
#define LC_COND_LABEL    32U /* `fact` is whichever label the signature is held against */
#define LC_COND_DEVICE   16U /* only a fact that was said of the whole device */

enum lc_transform { LC_TF_NONE, LC_TF_STRIP, LC_TF_FIRMWARE, LC_TF_DOTS, LC_TF_COUNT };

/* Which pairs of neighbouring bytes (case folded, hashed to 256) a text holds. A text can only
 * contain another when it has all of its pairs: four ANDs turn away nearly every condition. */
struct lc_pairs {
    uint64_t bits[4];
};

/* A text that may have to be held by another, in any case. */
struct lc_held {
    struct lc_pairs need;
    struct lc_slice text;
};

struct lc_cond {
    enum lc_fact_name fact;
    uint16_t port; /* 0: any */
    uint8_t op, flags;
    uint8_t capture; /* number of its first capture in the signature, 0-based */
    uint16_t values_n;
    union {
        const struct lc_slice *texts;
        const int64_t *numbers; /* the fact is INT or BOOL */
    };
    struct lc_re *re;
    struct lc_pairs need;
    uint16_t holds_n; /* every match of `re` holds one of these, in any case; 0: nothing is known */
    const struct lc_held *holds;
};

struct lc_claim_rule {
    uint8_t attr, weight, transform, capture; /* capture 1..4, 0: `value` */
    uint8_t cond;                             /* whose fact is the evidence */
    struct lc_slice value;
};

struct lc_signature {
    struct lc_slice id, where, platform, group;
    uint8_t masked; /* evidence is cut: LC_MASK_*, 0: not */
    uint8_t conds_n, claims_n;
    struct lc_cond *conds; /* [0] is positive: the index is made of it */
    struct lc_claim_rule claims[LC_SIG_CLAIMS];
};

struct lc_model_line {
    struct lc_slice platform, id; /* id: "hikvision.model.ds-2cd" */
    struct lc_re *re;
    uint8_t class_weight, brand_weight;
    struct lc_slice cls, brand;
};

/* A pattern that is compiled once, whoever looks with it. */
struct lc_pattern {
    const uint8_t *text;
    bool icase;
    struct lc_re *re;
};

#define LC_PATTERNS 8192U /* places; half of them at most are taken */

/* One line of the index: the first condition of a signature, as far as pairs can tell, or one of
 * the texts that it needs. Lines of one signature stand together. */
struct lc_gate_line {
    struct lc_held first; /* empty text: the signature must be tried when the pairs are there */
    uint16_t signature;
};

/* One fact of the device at hand. */
struct lc_seen {
    struct lc_fact fact;
    struct lc_pairs pairs;
    uint16_t next; /* index + 1 of the next fact of the same name, 0: none */
};

struct lc_identifier {
    const struct lc_kb *kb;
    size_t sigs_n, models_n;
    struct lc_signature *sigs;
    struct lc_model_line *models;
    size_t patterns_n;
    struct lc_pattern *patterns;
    struct lc_gate_line *lines;        /* sorted by fact */
    uint32_t lines_at[LC_F_COUNT + 1]; /* those of fact f: lines_at[f] .. lines_at[f + 1] */
    bool used[LC_F_COUNT];             /* does any condition look at this fact? */
    struct lc_slice label[LC_F_COUNT]; /* of a label: its group */
    /* the device at hand */
    struct lc_re_machine *machine;
    size_t seen_n;
    struct lc_seen *seen;
    uint16_t first[LC_F_COUNT]; /* index + 1 into seen, 0: none */
    uint16_t claim_sig[LC_CLAIMS_MAX];
};

#define LC_SIG_NONE UINT16_MAX /* claim_sig of a claim that a model line made */

struct lc_pairs lc_pairs_of(struct lc_slice text);

static inline bool lc_pairs_have(const struct lc_pairs *all, const struct lc_pairs *need)
{
    return !((need->bits[0] & ~all->bits[0]) | (need->bits[1] & ~all->bits[1]) |
             (need->bits[2] & ~all->bits[2]) | (need->bits[3] & ~all->bits[3]));
}

/* Reads the facts and fills out->claims, in no order. */
void lc_match(struct lc_identifier *id, struct lc_slice facts, struct lc_identity *out);
/* Adds a claim unless the same signature made it already; the weakest gives way when there is no
 * room. */
void lc_claim_add(struct lc_identifier *id, struct lc_identity *out, const struct lc_claim *claim,
                  uint16_t sig);

#endif
