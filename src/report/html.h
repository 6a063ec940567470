/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the files of the page share: the page being written and the few ways to write into it.
 * Markup is always a literal of ours (tag); everything else passes lc_put_html, translations
 * included.
 */
#ifndef LC_REPORT_HTML_H
#define LC_REPORT_HTML_H

#include "report/common.h"

struct card { /* one device, with what the order on the page needs */
    const struct lc_device *d;
    enum lc_light light;
    bool watches; /* has a card; the others share one folded list */
};

struct page {
    struct lc_buf *out;
    enum lc_lang lang;
    const struct lc_assessor *rules;
    const struct lc_report_head *head;
    struct card *cards;
    size_t cards_n, watching_n;
    size_t tally[LC_GREY + 1]; /* of those that watch */
    struct lc_buf raw;         /* one field before its sink */
};

void lc_html_tag(struct page *p, const char *markup);
void lc_html_say(struct page *p, const char *english); /* translated */
void lc_html_text(struct page *p, struct lc_slice raw);
void lc_html_count(struct page *p, uint64_t n);
void lc_html_flush(struct page *p); /* what stands in p->raw, and empties it */
void lc_html_fill(struct page *p, const char *english, const struct lc_slice *args, size_t n);
#define LC_HTML_FILL(p, english, ...)                                                              \
    lc_html_fill(p, english, (const struct lc_slice[]){__VA_ARGS__},                               \
                 sizeof((const struct lc_slice[]){__VA_ARGS__}) / sizeof(struct lc_slice))

extern const char *const lc_html_light_class[]; /* CSS */
extern const char *const lc_html_light_color[]; /* the word: "red" */
extern const char *const lc_html_light_means[]; /* "fix now" */

/* A link to the card with its name, and its address beside it. */
void lc_html_link(struct page *p, size_t card);
void lc_html_cards(struct page *p);  /* html_card.c: one section per colour, worst first */
void lc_html_others(struct page *p); /* html_card.c: what does not watch, folded */
void lc_html_first(struct page *p);  /* html_first.c: at most three things to do */
void lc_html_foot(struct page *p);   /* html_foot.c: limits, definitions, how this was made */

#endif
