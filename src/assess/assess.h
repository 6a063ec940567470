/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From facts and identity to judgement: exposed, exposure, take-over ladder, findings. Pure.
 *
 * Rules are three-valued: TRUE and FALSE need the facts that the rule lists as required; without
 * them the answer is UNKNOWN, never FALSE. Nothing here reads a clock: `now_s` comes in.
 *
 * `exposed`: yes when DESCRIBE of a documented path gave 2xx with a video line while the impossible
 * path did not; no when every documented path asked was refused with a challenge; unknown otherwise
 * (a server that accepts everything, pictures over HTTP, silence, a device that only discovery
 * found). `exposure` is the highest class reached from where the scan stood: E0 no camera service
 * answers, E1 one answers (an answer to a discovery question counts), E2 a stream is described
 * without a password, E3 E1 and easy to take over (T0-T2). `takeover` is the lowest step
 * any true finding carries, else TU. T5 needs every check decided (docs/guide/takeover-ladder.md).
 */
#ifndef LC_ASSESS_ASSESS_H
#define LC_ASSESS_ASSESS_H

#include "identify/identify.h"
#include "base/tr.h"

enum lc_tri { LC_TRI_FALSE, LC_TRI_TRUE, LC_TRI_UNKNOWN };
enum lc_severity { LC_SEV_INFO, LC_SEV_LOW, LC_SEV_MEDIUM, LC_SEV_HIGH, LC_SEV_CRITICAL };
enum lc_takeover { LC_T0, LC_T1, LC_T2, LC_T3, LC_T4, LC_T5, LC_TU };
/* What a stranger has in hand on that step. Control includes the view. */
enum lc_gain { LC_GAIN_NOTHING, LC_GAIN_VIEW, LC_GAIN_CONTROL };
enum lc_exposure { LC_E0, LC_E1, LC_E2, LC_E3 };

extern const char *const lc_severity_names[]; /* "info" ... */
extern const char *const lc_takeover_names[]; /* "T0" ... "TU" */
extern const char *const lc_gain_names[];     /* "nothing", "view", "control" */
extern const char *const lc_exposure_names[]; /* "E0" ... */
extern const char *const lc_tri_exposed[];    /* "no", "yes", "unknown": indexed by enum lc_tri */

/* A rule as a reader may see it (data/rules). Text in both languages, indexed by enum lc_lang. */
struct lc_rule {
    struct lc_slice id; /* "open-stream" */
    enum lc_severity severity;
    enum lc_takeover ladder; /* step a true finding means; LC_TU: none */
    bool per_port;           /* judged once per endpoint that has its facts */
    struct lc_slice title[2], why[2], remedy[2];
    enum lc_gain gains; /* NOTHING exactly when it is on no step */
};

#define LC_FINDINGS_MAX 64

struct lc_finding {
    const struct lc_rule *rule;
    enum lc_tri result;       /* TRUE or UNKNOWN; FALSE ones are not kept */
    uint16_t port;            /* 0: of the device */
    enum lc_fact_name fact;   /* first evidence; LC_F_NONE for UNKNOWN */
    struct lc_slice evidence; /* value of that fact */
};

struct lc_judgement {
    enum lc_tri exposed;
    struct lc_slice exposed_why; /* an N_() string in English: translate when printed */
    enum lc_exposure exposure;
    enum lc_takeover takeover;
    enum lc_gain gains;           /* the most that a true finding on that very step gives */
    struct lc_slice takeover_why; /* id of the rule that set it, or an N_() string for TU */
    size_t findings_n;
    struct lc_finding findings[LC_FINDINGS_MAX]; /* TRUE first, worst first */
};

struct lc_assessor;
enum lc_status lc_assessor_open(const struct lc_kb *kb, struct lc_assessor **out,
                                struct lc_err *err) LC_MUST_CHECK;
void lc_assessor_close(struct lc_assessor *a);

/* Borrows from `facts` and the knowledge. Lenscap judges cameras: findings about a device that is
 * not surveillance equipment are left out, but for rules that name its class (a router that opens
 * ports, an address that is no device); those are on no step of the ladder. */
void lc_assess(struct lc_assessor *a, struct lc_slice facts, const struct lc_identity *identity,
               int64_t now_s, struct lc_judgement *out);

size_t lc_assessor_rules(const struct lc_assessor *a, const struct lc_rule **out);
const struct lc_rule *lc_assessor_rule(const struct lc_assessor *a, struct lc_slice id); /* NULL */

#endif
