/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Devices and rules made by hand, so that what a page says is decided here and not by the knowledge
 * of the day. The linker hands calls of lc_assessor_rule to the one in fixture.c (--wrap).
 */
#ifndef LC_TEST_REPORT_FIXTURE_H
#define LC_TEST_REPORT_FIXTURE_H

#include "base/text.h"
#include "report/report.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define FIXTURE_BUF LC_REPORT_HTML_MAX

/* Nothing known, nothing decided: class empty, exposed unknown, TU, 192.0.2.`last`. */
struct lc_device fixture_device(uint8_t last);
/* A Hikvision camera with an open stream, clear-text administration on two ports, one undecided
 * rule. */
struct lc_device fixture_open(void);
/* Nine devices: red, yellow, grey, green cameras, a recorder, two routers, something unknown. */
size_t fixture_street(struct lc_device *out);
#define FIXTURE_STREET 9
struct lc_report_head fixture_head(void);

/* Every text field of the device, and every list entry, is `text`; facts named `fact`. */
struct lc_device fixture_poisoned(struct lc_slice text, struct lc_slice fact);
extern const struct lc_slice fixture_poison;

bool fixture_holds(const struct lc_buf *b, const char *text);
size_t fixture_times(const struct lc_buf *b, const char *text);

#endif
