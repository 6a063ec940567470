/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Faces of the stored devices: JSON lines, CSV, HTML, terminal. Every peer's byte goes through a typed sink.
 * A document's language is an argument, not the process's.
 */
#ifndef LC_REPORT_REPORT_H
#define LC_REPORT_REPORT_H

#include "store/store.h"

#define LC_DEVICE_SCHEMA "lenscap.device/1"

/* One self-contained JSON object without newline: schema address endpoints class platform brand model
 * firmware confidence exposed exposure takeover findings (docs/man/lenscap-json.5). */
void lc_report_json(const struct lc_device *d, const struct lc_assessor *rules, struct lc_buf *out);

void lc_report_csv_head(struct lc_buf *out);
void lc_report_csv(const struct lc_device *d, const struct lc_assessor *rules, enum lc_lang lang,
                   struct lc_buf *out);

/* One line of `lenscap list` and of a scan's table; `color` for a terminal. */
void lc_report_line_head(struct lc_buf *out);
void lc_report_line(const struct lc_device *d, bool color, struct lc_buf *out);
/* All of `lenscap show`. */
void lc_report_show(const struct lc_device *d, const struct lc_assessor *rules, bool color, struct lc_buf *out);

enum lc_light { LC_GREEN, LC_YELLOW, LC_RED, LC_GREY };
/* red: T0-T2 or a high or critical finding; yellow: a medium or low one; green: nothing wrong and `exposed`
 * decided no; grey: cannot be told from here. */
enum lc_light lc_report_light(const struct lc_device *d, const struct lc_assessor *rules);
/* The name on the sticker: brand and model, as far as known ("Dahua camera, model unknown"). */
void lc_report_name(const struct lc_device *d, enum lc_lang lang, struct lc_buf *out); /* raw: pass a sink */

struct lc_report_head {
    struct lc_run run;
    struct lc_slice owner; /* of the scope */
    int64_t now_us;
};

/* The whole self-contained page for `n` devices. */
enum lc_status lc_report_html(const struct lc_device *const *devices, size_t n,
                              const struct lc_report_head *head, const struct lc_assessor *rules,
                              enum lc_lang lang, struct lc_buf *out) LC_MUST_CHECK;

#endif
