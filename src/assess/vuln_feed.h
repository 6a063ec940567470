/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two public feeds that say what happens with flaws, read into an overlay (vuln_overlay.c):
 * CISA's catalogue of known exploited vulnerabilities (JSON) and FIRST's probabilities of
 * exploitation (EPSS, CSV). Both are a stranger's bytes: a feed that is cut short, that contradicts
 * itself or that comes from the future is refused whole, with the place, and only numbers that the
 * knowledge has are taken over.
 */
#ifndef LC_ASSESS_VULN_FEED_H
#define LC_ASSESS_VULN_FEED_H

#include "assess/assess.h"

#define LC_FEED_KEV_MAX  (16U << 20) /* 1.6 MB in 2026 */
#define LC_FEED_EPSS_MAX (64U << 20) /* about 10 MB in 2026 */
#define LC_OVERLAY_MAX   (1U << 20)

struct lc_flaw_feed {
    const struct lc_assessor *knowledge;
    const char *name; /* of the file, for messages */
    uint32_t latest;  /* yyyymmdd: a feed of a later day is a lie */
    struct lc_buf *out;
    size_t read, taken; /* entries in the feed, and those that the knowledge has */
};

/* Appends lines of an overlay to `out`. LC_EPARSE or LC_EINVAL with a message that names the file
 * and the line; what stands in `out` then is to be thrown away. */
enum lc_status lc_feed_kev(struct lc_flaw_feed *f, struct lc_slice json,
                           struct lc_err *err) LC_MUST_CHECK;
enum lc_status lc_feed_epss(struct lc_flaw_feed *f, struct lc_slice csv,
                            struct lc_err *err) LC_MUST_CHECK;
/* Appends the lines of an older overlay that begin with `word` ("kev" or "epss"). */
void lc_feed_keep(struct lc_slice overlay, struct lc_slice word, struct lc_buf *out);
/* The first line of every overlay. */
void lc_feed_head(struct lc_buf *out);

#endif
