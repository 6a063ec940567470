/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faces of the stored devices: JSON lines, CSV, HTML, terminal. Every peer's byte goes through a
 * typed sink. A document's language is an argument, not the process's.
 */
#ifndef LC_REPORT_REPORT_H
#define LC_REPORT_REPORT_H

#include "store/store.h"

#define LC_DEVICE_SCHEMA "lenscap.device/1"

/* One self-contained JSON object without newline: schema address endpoints class platform brand
 * model firmware confidence exposed exposed_why exposure takeover takeover_why findings light
 * conflict claims first_seen last_seen; json.c describes each (docs/man/lenscap-json.5).
 *
 * None of these fail: a buffer that cannot hold the result says so in `full`, and what stands in it
 * then is to be thrown away. */
void lc_report_json(const struct lc_device *d, const struct lc_assessor *rules, struct lc_buf *out);

/* Puts the findings in the order in which a reader wants them: true before unknown, worst first. To
 * be called on a device from the store before any of the functions here. */
void lc_report_order(struct lc_device *d, const struct lc_assessor *rules);

/* Looks up who stands behind the device; without it maker and origin are "unknown". The device then
 * borrows from `kb`. */
void lc_report_vendor(struct lc_device *d, const struct lc_kb *kb);

void lc_report_csv_head(struct lc_buf *out);
void lc_report_csv(const struct lc_device *d, const struct lc_assessor *rules, enum lc_lang lang,
                   struct lc_buf *out);

/* One line of `lenscap list` and of a scan's table, with its newline, in the process's language;
 * `color` for a terminal. Widths are right only after setlocale(LC_CTYPE, ""). */
void lc_report_line_head(struct lc_buf *out);
void lc_report_line(const struct lc_device *d, bool color, struct lc_buf *out);
/* All of `lenscap show`. */
void lc_report_show(const struct lc_device *d, const struct lc_assessor *rules, bool color,
                    struct lc_buf *out);

enum lc_light { LC_GREEN, LC_YELLOW, LC_RED, LC_GREY };
/* red: T0-T2, `exposed` yes, or a high or critical finding; yellow: a medium or low one, T3 or T4,
 * or a finding whose rule this knowledge does not have; green: nothing wrong and `exposed` decided
 * no; grey: cannot be told from here. Findings marked fixed do not count. */
enum lc_light lc_report_light(const struct lc_device *d, const struct lc_assessor *rules);
/* The name on the sticker, raw (pass a sink): brand and model, as far as known ("Dahua camera,
 * model unknown"). */
void lc_report_name(const struct lc_device *d, enum lc_lang lang, struct lc_buf *out);

struct lc_report_head {
    struct lc_run run;
    struct lc_slice owner; /* of the scope */
    int64_t now_us;
};

/* For lc_buf_init of a page: 1,000 devices take about 1.5 MB. */
#define LC_REPORT_HTML_MAX (64U << 20)

/* The whole self-contained page for `n` devices, in the order in which they are given within each
 * colour. LC_EFULL: `out` cannot hold it, what stands there is no page. */
enum lc_status lc_report_html(const struct lc_device *const *devices, size_t n,
                              const struct lc_report_head *head, const struct lc_assessor *rules,
                              enum lc_lang lang, struct lc_buf *out) LC_MUST_CHECK;

#endif
