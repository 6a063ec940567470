/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What all faces of a device share: its words, its worst finding, how a piece of evidence is shown.
 * Nothing here escapes: functions that write into a buffer called `raw` give bytes that must pass a
 * sink; lc_report_fill passes them through the one it is given.
 */
#ifndef LC_REPORT_COMMON_H
#define LC_REPORT_COMMON_H

#include "base/text.h"
#include "facts/facts.h"
#include "report/report.h"

#define LC_REPORT_TEXT_MAX                                                                         \
    262144U /* bytes of one field before it is escaped: all titles of a device */

typedef void lc_sink(struct lc_buf *b, struct lc_slice s);

/* Writes `english` in `lang`, {0} to {9} replaced by `args`; all of it through `sink`. Placeholders
 * and not printf conversions, because the two languages put brand and class in different order. */
void lc_report_fill(struct lc_buf *out, lc_sink *sink, enum lc_lang lang, const char *english,
                    const struct lc_slice *args, size_t args_n);

/* What stands on the box as far as somebody told; an assumption is none. */
struct lc_slice lc_report_brand(const struct lc_device *d);
struct lc_slice lc_report_class(const struct lc_device *d); /* "unknown" when nothing is known */
extern const char *const lc_report_light_names[];           /* "green" ..., for machines */
/* The class as a noun, English: translate when printed. "unknown device" for a word that is not
 * ours. */
const char *lc_report_class_word(struct lc_slice cls);
/* "network recorder with 8 channels", raw, in `lang`: the class, and how many pictures where that
 * is known and more than one. */
void lc_report_kind(const struct lc_device *d, enum lc_lang lang, struct lc_buf *raw);
/* An outcome of a port, the state of a finding, an attribute of a claim in a person's words; what
 * is not one of them comes back as it is, raw. */
struct lc_slice lc_report_word(struct lc_slice id, enum lc_lang lang);
struct lc_slice lc_report_attr(struct lc_slice id, enum lc_lang lang);
extern const char *const lc_report_attr_words[LC_A_COUNT]; /* English */
extern const char *const lc_report_exposed_words[];        /* English, indexed by enum lc_tri */
extern const char *const lc_report_severity_words[]; /* English, indexed by enum lc_severity */
extern const char *const lc_report_takeover_words[]; /* English definition of each step */
extern const char *const lc_report_exposure_words[];

/* Is this finding there now: decided TRUE, and not fixed meanwhile? */
bool lc_report_wrong(const struct lc_device_finding *f);
/* Good to know, and nothing to mend. */
bool lc_report_is_note(const struct lc_rule *r);
/* Flaws by number are shown to people three at most, then counted. Is the one at `at` beyond that?
 */
#define LC_REPORT_FLAWS 3U
bool lc_report_surplus(const struct lc_device *d, const struct lc_assessor *rules, size_t at);
size_t lc_report_surplus_n(const struct lc_device *d, const struct lc_assessor *rules);
extern const char *const lc_report_verdict_words[];  /* English, indexed by enum lc_verdict */
size_t lc_report_wrong_n(const struct lc_device *d); /* how many of them */
/* The rule's title in `lang`; its id when this knowledge no longer has it. */
struct lc_slice lc_report_title(const struct lc_device_finding *f, const struct lc_assessor *rules,
                                enum lc_lang lang);

/* The value of a fact as text, raw. False, and nothing written, when it is personal (a serial, a
 * MAC) or when the vocabulary does not know the fact and so cannot say that it is not. `human`:
 * moments as dates. */
bool lc_report_evidence(struct lc_slice fact, struct lc_slice value, bool human, enum lc_lang lang,
                        struct lc_buf *raw);
/* What the fact is, in a person's words; its name when the vocabulary has none. */
struct lc_slice lc_report_fact_words(struct lc_slice fact, enum lc_lang lang);

/* exposed_why and takeover_why in `lang`: a rule's title, or a sentence of the assessor's, raw. */
void lc_report_why(struct lc_slice why, const struct lc_assessor *rules, enum lc_lang lang,
                   struct lc_buf *raw);

/* Local time of this machine with its distance to UTC; "-" for 0. */
void lc_report_time(int64_t us, enum lc_lang lang, struct lc_buf *raw);
void lc_report_utc(int64_t us, struct lc_buf *raw); /* RFC 3339, seconds */
/* With the language's thousands separator. */
struct lc_slice lc_report_count(uint64_t n, enum lc_lang lang, char text[static 32]);

#endif
