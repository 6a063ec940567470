/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside of src/assess: rules as loaded, facts as indexed for judging, and the steps between them.
 *
 * Section "RULE" is laid out in tools/knowledge/rules.py; rules.c reads it. Every index and string
 * is checked once there, so that judging needs no check and cannot fail.
 */
#ifndef LC_ASSESS_RULES_H
#define LC_ASSESS_RULES_H

#include "assess/assess.h"

/* ---- rules.c: the section, read ---- */

enum lc_op { /* order of OPS in tools/knowledge/rules.py; `is` and `in` are one */
             LC_OP_IS,
             LC_OP_IN, /* never stored */
             LC_OP_HAS,
             LC_OP_STARTS,
             LC_OP_LT,
             LC_OP_GT,
             LC_OP_LONGER,
             LC_OP_SHORTER,
             LC_OP_PRESENT,
             LC_OP_RULES_OUT,
             LC_OP_BEFORE_NOW,
             LC_OP_AFTER_NOW,
             LC_OP_OFF_NOW,
             LC_OP_COUNT,
};

/* Names of conditions that are not facts of the vocabulary. */
#define LC_R_IDENTITY 0xFF00U /* + enum lc_attr */
#define LC_R_EXPOSED  0xFF10U
#define LC_R_PORT     0xFF11U

struct lc_rule_value {
    int64_t number;
    struct lc_slice text;
};

struct lc_rule_values {
    const struct lc_rule_value *v;
    size_t n;
};

struct lc_cond {
    uint16_t name; /* enum lc_fact_name or LC_R_* */
    enum lc_op op;
    enum lc_fact_type type;
    uint8_t group;      /* 0: a member of the rule; else members with one number are one group */
    enum lc_tri absent; /* what a missing fact counts as */
    bool hide;          /* evidence is the text that matched, not the value */
    struct lc_rule_values values, undecided;
};

struct lc_rule_body {
    bool any;          /* members joined by OR, groups by AND; else the other way round */
    uint64_t families; /* of the required facts: a port with one of them is judged */
    struct lc_rule_values required, classes, platforms, ports;
    const struct lc_cond *conds;
    size_t conds_n;
};

struct lc_ruleset {
    size_t n;
    struct lc_rule *rules;       /* what readers see */
    struct lc_rule_body *bodies; /* same index */
    struct lc_cond *conds;
    struct lc_rule_value *values;
    uint8_t family[LC_F_COUNT]; /* bit of a fact's prefix: 1 for "http." ... */
};

/* Borrows both sections. LC_EPARSE with a message when they are damaged. */
enum lc_status lc_ruleset_load(struct lc_slice section, struct lc_slice strings,
                               struct lc_ruleset *out, struct lc_err *err) LC_MUST_CHECK;
void lc_ruleset_free(struct lc_ruleset *r);

/* ---- view.c: the facts of one device, grouped by port ---- */

#define LC_VIEW_FACTS 4096U /* LC_FACTS_MAX holds at most 3640 records of 9 bytes */
#define LC_VIEW_PORTS 256U  /* endpoints of one host; a scan asks some 60 */

struct lc_view_port {
    uint16_t port;
    uint16_t first, n;   /* its facts in lc_view.facts */
    uint64_t families;   /* prefixes present */
    bool rtsp;           /* an RTSP server answered here */
    enum lc_tri exposed; /* of that server */
    unsigned why;        /* enum lc_exposed_why */
    uint16_t exposed_at; /* index + 1 of the fact that shows it, 0: none */
};

struct lc_view {
    size_t n, ports_n;
    uint64_t rtsp, port; /* family bits of "rtsp." and of "port." */
    struct lc_fact facts[LC_VIEW_FACTS];
    struct lc_view_port ports[LC_VIEW_PORTS];
};

/* What does not fit or is malformed is left out, from there on. */
void lc_view_build(struct lc_view *v, const struct lc_ruleset *r, struct lc_slice facts);
/* First fact of that name on the port (p NULL: on any); NULL when there is none. */
const struct lc_fact *lc_view_find(const struct lc_view *v, const struct lc_view_port *p,
                                   enum lc_fact_name name);

/* ---- exposed.c ---- */

/* Judges every RTSP port of the view, then the device. */
void lc_exposed_judge(struct lc_view *v, const struct lc_identity *id, struct lc_judgement *out);
/* E0..E3; `out->takeover` and `out->exposed` are set already. */
enum lc_exposure lc_exposure_of(const struct lc_view *v, const struct lc_identity *id,
                                const struct lc_judgement *out);
bool lc_view_shows_video(const struct lc_view *v); /* some evidence that this device has pictures */

/* ---- eval.c: three-valued judgement of one rule ---- */

struct lc_scene {
    const struct lc_view *view;
    const struct lc_view_port *port; /* NULL: the whole device */
    const struct lc_identity *identity;
    int64_t now_s; /* 0: not known, rules that need it are unknown */
};

struct lc_proof {
    enum lc_fact_name fact;
    struct lc_slice value;
};

/* Kleene's strong connectives. */
enum lc_tri lc_tri_and(enum lc_tri a, enum lc_tri b);
enum lc_tri lc_tri_or(enum lc_tri a, enum lc_tri b);

/* Is the rule for this kind of device, platform and port at all? */
bool lc_rule_applies(const struct lc_rule_body *r, const struct lc_scene *s);
/* Does it name this device's class, instead of being for all that are judged? */
bool lc_rule_names_class(const struct lc_rule_body *r, const struct lc_scene *s);
/* Has the port, or the device, at least one of the required facts? */
bool lc_rule_has_any(const struct lc_rule_body *r, const struct lc_scene *s);
/* `proof` is set when the answer is LC_TRI_TRUE. */
enum lc_tri lc_rule_judge(const struct lc_rule_body *r, const struct lc_scene *s,
                          struct lc_proof *proof);

/* ---- assess.c ---- */

/* As lc_assessor_open, from the two sections themselves. */
enum lc_status lc_assessor_load(struct lc_slice section, struct lc_slice strings,
                                struct lc_assessor **out, struct lc_err *err) LC_MUST_CHECK;
/* And the flaws, from section "VULN" and its strings. */
enum lc_status lc_assessor_load_flaws(struct lc_assessor *a, struct lc_slice section,
                                      struct lc_slice strings, struct lc_err *err) LC_MUST_CHECK;

#endif
