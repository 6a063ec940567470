/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of src/assess: publicly known flaws, matched by version and configuration, never by a
 * probe.
 *
 * data/vulnerabilities says which versions of which firmware family have which flaw; section "VULN"
 * is laid out in tools/knowledge/vulnerabilities.py. A family is what wrote the firmware, not the
 * name on the box. A flaw is judged product by product: model, brand, class, hardware revision and
 * settings must fit (three-valued), then the version must lie in a range that is stated to be
 * affected, or in one that is stated to be safe. Everything else is unknown: nothing is concluded
 * from a number that no notice speaks of.
 *
 * What an overlay adds (src/assess/vuln_overlay.c): that a flaw is being exploited, and how likely
 * that is. It can move a flaw on the ladder, and never makes a device vulnerable.
 */
#ifndef LC_ASSESS_VULN_H
#define LC_ASSESS_VULN_H

#include "assess/rules.h"
#include "assess/version.h"
#include "base/mem.h"

/* Below this an identity or a version is a guess, and a guess decides nothing. */
#define LC_FLAW_SURE 60U
/* What a match is worth that rests on the family alone, the version being unknown. */
#define LC_FLAW_POSSIBLE 10U
/* ... and where the version is known but no notice speaks of it. */
#define LC_FLAW_OPEN 30U

struct lc_texts {
    size_t n;
    struct lc_slice *v;
};

enum lc_range_has { /* order of the bits in the section */
                    LC_RH_FROM = 1,
                    LC_RH_BEFORE = 2,
                    LC_RH_TO = 4,
                    LC_RH_IS = 8,
                    LC_RH_BUILT_FROM = 16,
                    LC_RH_BUILT_BEFORE = 32,
                    LC_RH_BUILT_TO = 64,
                    LC_RH_BOARD = 128,
};

struct lc_flaw_range {
    unsigned has;
    struct lc_version *at; /* from, before, to, is: those that there are, in this order */
    uint32_t built[3];     /* from, before, to: yyyymmdd */
    struct lc_texts boards;
};

struct lc_ranges {
    size_t n;
    struct lc_flaw_range *v;
};

struct lc_family {
    struct lc_slice id, name;
    const struct lc_scheme *scheme;
    bool by_grammar;
    enum lc_fact_name revision; /* fact that names the hardware's revision; LC_F_NONE */
    struct lc_texts platforms, brands;
};

struct lc_product {
    uint8_t family;
    bool all; /* no fix exists: the model decides */
    struct lc_texts models, not_models, brands, classes, revisions;
    struct lc_ranges affected, safe;
};

struct lc_flaw_cond {
    enum lc_fact_name fact;
    uint16_t port; /* 0: on any */
    uint8_t op;    /* 0 is, 1 has, 2 present */
    struct lc_slice value;
};

struct lc_conds {
    size_t n;
    struct lc_flaw_cond *v;
};

/* Which families: bits by number. Most flaws are passed over by this alone. */
struct lc_family_set {
    uint64_t bits[4];
};

struct lc_flaw_body {
    struct lc_family_set families;
    bool anywhere; /* a component, in devices of any family */
    struct lc_conds when, suspect;
    size_t products_n;
    struct lc_product *products;
};

struct lc_flawset {
    struct lc_arena mem; /* everything but the patterns */
    struct lc_re_machine *machine;
    size_t schemes_n, families_n, n;
    struct lc_scheme *schemes;
    struct lc_family *families;
    struct lc_rule *rules; /* what readers see: id is the first CVE; same index as flaws, bodies */
    struct lc_flaw *flaws; /* rules[i].flaw */
    struct lc_flaw_body *bodies;
    struct lc_rule open; /* the finding that stands for all that could not be decided */
    struct lc_overlay_dates dates;
};

/* ---- vuln_load.c ---- */

/* Borrows both sections; an empty one is an empty set. LC_EPARSE with a message. */
enum lc_status lc_flawset_load(struct lc_slice section, struct lc_slice strings,
                               struct lc_flawset *out, struct lc_err *err) LC_MUST_CHECK;
void lc_flawset_free(struct lc_flawset *f);
/* By its first number, or the finding that stands for the open ones; NULL. */
const struct lc_rule *lc_flawset_find(const struct lc_flawset *f, struct lc_slice id);
/* The step of a flaw, from what is known of it now. */
void lc_flaw_settle(struct lc_rule *rule, const struct lc_flaw *flaw);

/* ---- vuln_match.c ---- */

/* What this device is to each family; made once per device. */
struct lc_flaw_scene {
    const struct lc_view *view;
    const struct lc_identity *identity;
    struct lc_family_set families; /* those that it is of */
    uint8_t family_pct[256];       /* confidence that it is of this family, 0: it is not */
    bool version_read[256];
    struct lc_version version[256];
};

struct lc_flaw_match {
    enum lc_verdict verdict; /* LC_V_NONE: this flaw is of other devices */
    uint8_t confidence;
    struct lc_slice reason; /* an N_() string */
    enum lc_fact_name fact; /* of a service that made it suspected */
    struct lc_slice value;
    bool by_model; /* no version was needed */
};

void lc_flaw_look(struct lc_flawset *f, const struct lc_view *v, const struct lc_identity *id,
                  struct lc_flaw_scene *out);
struct lc_flaw_match lc_flaw_match(const struct lc_flawset *f, size_t flaw,
                                   const struct lc_flaw_scene *s);
/* `*` anything, `?` one character, `#` one digit; ASCII case is folded. */
bool lc_glob(struct lc_slice pattern, struct lc_slice text);

/* ---- vuln_overlay.c ---- */

/* Applies all of it or nothing. LC_EPARSE with a message that names the line. */
enum lc_status lc_flaws_overlay(struct lc_flawset *f, struct lc_slice text,
                                struct lc_err *err) LC_MUST_CHECK;

#endif
