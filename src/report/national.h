/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Figures about many devices, for an authority: counted device by device in bounded memory, then
 * made safe to publish, then printed. No address is ever held here.
 *
 * What is counted: devices that watch (lc_class_is_surveillance) and are no pseudo service. `base`
 * of every share is E1: a camera service answered from where the scan stood.
 */
#ifndef LC_REPORT_NATIONAL_H
#define LC_REPORT_NATIONAL_H

#include "report/places.h"
#include "report/report.h"

#define LC_NATIONAL_SCHEMA "lenscap.national/1"
#define LC_CELL_MIN        10U    /* smaller counts are not published, nor what would tell them */
#define LC_SUPPLIER_MIN    30U    /* E1 devices from which on a supplier has a row of its own */
#define LC_ROWS_MAX        20000U /* values of one dimension; what comes later is counted as "other" */
#define LC_ROW_TEXT        64U    /* bytes of a value that are kept */

enum lc_dim {
    LC_DIM_PLATFORM,
    LC_DIM_BRAND,
    LC_DIM_ORIGIN,
    LC_DIM_MODEL,
    LC_DIM_PORT,
    LC_DIM_OPERATOR,
    LC_DIM_PROVINCE,
    LC_DIM_COUNT
};

/* Order of the columns of a row. */
enum lc_sum {
    LC_N_DEVICES,
    LC_N_CHANNELS, /* pictures, as far as devices tell how many they have */
    LC_N_E1,
    LC_N_E2,
    LC_N_EASY,    /* E3: E1 and T0 to T2 */
    LC_N_CONTROL, /* of these, a stranger gains control */
    LC_N_OPEN,    /* E1 and TU */
    LC_N_COUNT
};

struct lc_national_row {
    uint8_t text[LC_ROW_TEXT];
    uint8_t text_n;      /* 0: not known, or not given */
    bool rest;           /* values past LC_ROWS_MAX */
    bool counts, shares; /* may the two parts of the row be published? (lc_national_hide) */
    uint64_t n[LC_N_COUNT];
};

struct lc_national_table {
    size_t n, cap;
    struct lc_national_row *rows;
    uint32_t *slots; /* hash table of row + 1 */
    size_t slots_n;
    struct lc_national_row hidden[2]; /* sums of what is hidden: counts, shares */
    size_t hidden_n[2];
    bool partial; /* a device may stand in several rows: no sums are given (ports) */
};

struct lc_national {
    struct lc_run run;
    uint64_t key[2];
    struct lc_national_row all;
    uint64_t answered, others, pseudo; /* addresses; of these no cameras; pseudo services */
    uint64_t steps[LC_TU + 1];         /* E1 devices on each step */
    struct lc_national_table dims[LC_DIM_COUNT];
};

/* What is to be counted of one address. */
struct lc_national_device {
    struct lc_addr addr;
    const struct lc_identity *identity;
    const struct lc_judgement *judgement;
    uint32_t channels_n;
    bool pseudo;
    size_t ports_n;
    const uint16_t *ports; /* open ones, ascending, each once */
};

void lc_national_init(struct lc_national *t);
void lc_national_free(struct lc_national *t);
/* `places` may be NULL. LC_ENOMEM without a message. */
enum lc_status lc_national_add(struct lc_national *t, const struct lc_national_device *d,
                               const struct lc_kb *kb,
                               const struct lc_places *places) LC_MUST_CHECK;

/* ---- national_hide.c ---- */

struct lc_wilson {
    double low, high;
};
/* Score interval of Wilson, 95 %, of `x` out of `n`; 0 to 1 when n is 0. */
struct lc_wilson lc_wilson(uint64_t x, uint64_t n);

/* Sorts the rows and marks what may be published, in all tables. After it nothing may be added. */
void lc_national_hide(struct lc_national *t);
/* The same for one table: for their shares rows need `least` E1 devices (10 at least). `whole` is
 * what a partial table is part of. */
void lc_national_hide_table(struct lc_national_table *t, const struct lc_national_row *whole,
                            uint64_t least);
/* May these counts, or these shares, be told? */
bool lc_counts_safe(const struct lc_national_row *r);
bool lc_shares_safe(const struct lc_national_row *r);

/* ---- national_out.c: t[0], and t[1] when two runs stand beside each other ---- */

void lc_national_json(const struct lc_national *t, struct lc_buf *out); /* one line */
void lc_national_csv(const struct lc_national *t, size_t n, enum lc_lang lang, struct lc_buf *out);
void lc_national_html(const struct lc_national *t, size_t n, enum lc_lang lang, struct lc_buf *out);

#endif
