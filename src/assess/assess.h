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

/* What is known of a device and a published flaw. "Not affected" needs evidence, "unknown" does
 * not. */
enum lc_verdict {
    LC_V_NONE, /* a rule's finding, or a flaw of other devices */
    LC_V_AFFECTED,
    LC_V_NOT_AFFECTED,
    LC_V_UNKNOWN,
    LC_V_SUSPECTED, /* only a service or a component points there */
    LC_V_DISPUTED,  /* would be affected; the maker says no */
};
enum lc_login { LC_LOGIN_NONE, LC_LOGIN_USER, LC_LOGIN_ADMIN };
enum lc_reach { LC_REACH_INTERNET, LC_REACH_LAN, LC_REACH_CLOUD, LC_REACH_PHYSICAL };

extern const char *const lc_verdict_names[]; /* "none", "affected", "not-affected" ... */
extern const char *const lc_login_names[];   /* "none", "user", "admin" */
extern const char *const lc_reach_names[];   /* "internet" ... */

/* A published flaw (data/vulnerabilities). */
struct lc_flaw {
    size_t cves_n;
    const struct lc_slice *cves; /* the first one is the rule's id */
    struct lc_slice family;      /* "Hikvision" */
    struct lc_slice kind;        /* "command-injection" */
    struct lc_slice source;
    struct lc_slice exploited; /* who says that it is; empty: nobody but perhaps KEV */
    enum lc_login login;
    enum lc_reach reach;
    bool over;          /* takes over the device, its pictures or its passwords */
    bool no_fix;        /* out of support */
    bool disputed;      /* by the maker */
    bool memory;        /* some of it from memory only */
    bool opaque;        /* cannot be told from the network */
    uint8_t confidence; /* most that a match is worth */
    uint32_t kev_added; /* yyyymmdd; 0: not in CISA's catalogue of what is exploited */
    uint32_t epss_ppm;  /* probability of exploitation in 30 days, in millionths */
    bool has_epss;
};

/* A rule as a reader may see it (data/rules). Text in both languages, indexed by enum lc_lang. */
struct lc_rule {
    struct lc_slice id; /* "open-stream" */
    enum lc_severity severity;
    enum lc_takeover ladder; /* step a true finding means; LC_TU: none */
    bool per_port;           /* judged once per endpoint that has its facts */
    struct lc_slice title[2], why[2], remedy[2];
    const struct lc_flaw *flaw; /* NULL: a rule of data/rules */
    enum lc_gain gains;         /* NOTHING exactly when it is on no step */
};

#define LC_FINDINGS_MAX 64

struct lc_finding {
    const struct lc_rule *rule;
    enum lc_tri result;       /* TRUE or UNKNOWN; FALSE ones are not kept */
    uint16_t port;            /* 0: of the device */
    enum lc_fact_name fact;   /* first evidence; LC_F_NONE for UNKNOWN */
    struct lc_slice evidence; /* value of that fact */
    /* Of a flaw: how sure, and why, as an N_() string; NONE, 0 and empty for a rule. */
    enum lc_verdict verdict;
    uint8_t confidence;
    struct lc_slice reason;
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
    /* Flaws that could not be decided. One finding speaks for them all and names the first ones;
     * the store keeps what it knew of each. */
    size_t open_n;
    const struct lc_rule *open[LC_FINDINGS_MAX];
    size_t open_text_n;
    uint8_t open_text[200];
};

/* Days as yyyymmdd; 0: no such data. */
struct lc_overlay_dates {
    uint32_t kev, epss;
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

/* Adds what is exploited, and how likely that is (src/assess/vuln_overlay.c has the form). All of
 * it or nothing; LC_EPARSE with a message that names the line. */
enum lc_status lc_assessor_overlay(struct lc_assessor *a, struct lc_slice text,
                                   struct lc_err *err) LC_MUST_CHECK;
/* Does the knowledge have a flaw of this number? */
bool lc_assessor_knows(const struct lc_assessor *a, struct lc_slice cve);
struct lc_overlay_dates lc_assessor_dates(const struct lc_assessor *a);
size_t lc_assessor_flaws(const struct lc_assessor *a, const struct lc_rule **out);
/* One flaw and one device: the verdict with its confidence and reason, in a finding of its own. */
void lc_assessor_match(struct lc_assessor *a, struct lc_slice facts,
                       const struct lc_identity *identity, const struct lc_rule *flaw,
                       struct lc_finding *out);

size_t lc_assessor_rules(const struct lc_assessor *a, const struct lc_rule **out);
const struct lc_rule *lc_assessor_rule(const struct lc_assessor *a, struct lc_slice id); /* NULL */

#endif
