/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of the page: what cannot be told from here and how to find out in the app, what the
 * letters and numbers mean, how and when this was made. Figures without their definition are worth
 * nothing.
 */
#include "report/html.h"

#include "base/hash.h"

/* DESIGN: a camera that only speaks to its cloud is judged in its app. */
static const char *const app_points[] = {
    N_("Who is it shared with? Remove everyone you do not know."),
    N_("Which phones are still logged in? Log out the ones you no longer use."),
    N_("Did the installer keep an account? Ask, remove it, and change the password."),
    N_("Was it bought second-hand? Reset it to factory settings, so that its former owner is out."),
    N_("Before repair or sale: take out the memory card and reset it."),
    N_("Is a software update offered? Install it."),
};

static const char *const limits[] = {
    N_("Whether a password is weak or used elsewhere too: no login was ever tried."),
    N_("What a camera sends to its maker, and who can see it there."),
    N_("Cameras that were switched off, or that only talk to their maker's service."),
    N_("Whether pictures shown in a web page are open to all: nobody looked."),
    N_("Ports other than the ones listed under each camera."),
};

static void put_list(struct page *p, const char *const *items, size_t n, const char *css)
{
    (void)lc_buf_putf(p->out, "<ul class=\"%s\">\n", css);
    for (size_t i = 0; i < n; i++) {
        lc_html_tag(p, "<li>");
        lc_html_say(p, items[i]);
        lc_html_tag(p, "</li>\n");
    }
    lc_html_tag(p, "</ul>\n");
}

static void put_cannot(struct page *p)
{
    lc_html_tag(p, "<section class=\"cannot\">\n<h2>");
    lc_html_say(p, N_("What cannot be told from here"));
    lc_html_tag(p, "</h2>\n");
    put_list(p, limits, sizeof limits / sizeof *limits, "limits");
    lc_html_tag(p, "<h3 id=\"app\">");
    lc_html_say(p, N_("Check this in the app of each camera"));
    lc_html_tag(p, "</h3>\n");
    put_list(p, app_points, sizeof app_points / sizeof *app_points, "app");
    lc_html_tag(p, "</section>\n");
}

static void put_scale(struct page *p, const char *const *names, const char *const *words, size_t n)
{
    lc_html_tag(p, "<dl class=\"scale\">\n");
    for (size_t i = 0; i < n; i++) {
        lc_html_tag(p, "<div><dt>");
        lc_html_tag(p, names[i]);
        lc_html_tag(p, "</dt><dd>");
        lc_html_say(p, words[i]);
        lc_html_tag(p, "</dd></div>\n");
    }
    lc_html_tag(p, "</dl>\n");
}

static void put_counters(struct page *p)
{
    const struct lc_run *r = &p->head->run;
    char a[32], b[32], c[32], d[32];

    if (r->kind == LC_RUN_IMPORT) {
        lc_html_tag(p, "<p>");
        lc_html_say(p, N_("No address was asked: all of this was imported from what others saw."));
        lc_html_tag(p, "</p>\n");
        return;
    }
    lc_html_tag(p, "<p>");
    LC_HTML_FILL(p,
                 N_("Addresses asked: {0}; answered: {1}; silent: {2}; there, but every port "
                    "closed: {3}. Silence does not mean that nothing is there."),
                 lc_report_count(r->targets_n, p->lang, a),
                 lc_report_count(r->answered, p->lang, b), lc_report_count(r->silent, p->lang, c),
                 lc_report_count(r->refused, p->lang, d));
    if (r->faults) {
        lc_html_tag(p, " ");
        LC_HTML_FILL(p, N_("Devices whose answers could not be read: {0}."),
                     lc_report_count(r->faults, p->lang, a));
    }
    lc_html_tag(p, "</p>\n");
}

static void put_made(struct page *p)
{
    const struct lc_run *r = &p->head->run;
    char hex[2 * sizeof r->scope_hash + 1];
    struct lc_buf started, made;

    lc_buf_init(&started, 64);
    lc_buf_init(&made, 64);
    lc_report_time(r->started_us, p->lang, &started);
    lc_report_time(p->head->now_us, p->lang, &made);
    lc_html_tag(p, "<p>");
    LC_HTML_FILL(p, N_("Scanned {0}; page made {1}; program {2}; knowledge {3}."),
                 lc_buf_view(&started), lc_buf_view(&made), lc_slice_str(r->program),
                 lc_slice_str(r->knowledge));
    lc_html_tag(p, "</p>\n");
    if (r->started_us) {
        put_counters(p);
        lc_hex(lc_slice_of(r->scope_hash, 8), hex);
        lc_html_tag(p, "<p>");
        LC_HTML_FILL(p, N_("Authorisation (scope), fingerprint: {0}."), lc_slice_str(hex));
        lc_html_tag(p, "</p>\n");
    }
    lc_buf_free(&started);
    lc_buf_free(&made);
}

void lc_html_foot(struct page *p)
{
    lc_html_tag(p, "<footer>\n");
    put_cannot(p);
    lc_html_tag(p, "<section class=\"promise\">\n<p>");
    lc_html_say(
        p, N_("Nobody looked through a lens. Lenscap asked for no picture and no sound, tried no "
              "password and changed nothing."));
    lc_html_tag(p, "</p>\n</section>\n<section class=\"meaning\">\n<h2>");
    lc_html_say(p, N_("What the letters mean"));
    lc_html_tag(p, "</h2>\n<h3>");
    lc_html_say(p, N_("Take-over: T0 is the easiest"));
    lc_html_tag(p, "</h3>\n");
    put_scale(p, lc_takeover_names, lc_report_takeover_words, LC_TU + 1);
    lc_html_tag(p, "<h3>");
    lc_html_say(p, N_("Exposure: what is reachable from where the scan stood"));
    lc_html_tag(p, "</h3>\n");
    put_scale(p, lc_exposure_names, lc_report_exposure_words, LC_E3 + 1);
    lc_html_tag(p, "<p>");
    lc_html_say(
        p, N_("Recorders, doorbells and door controllers are counted as cameras here; a recorder "
              "is one, however many cameras hang on it."));
    lc_html_tag(p, "</p>\n</section>\n<section class=\"made\">\n<h2>");
    lc_html_say(p, N_("How this was made"));
    lc_html_tag(p, "</h2>\n");
    put_made(p);
    lc_html_tag(p, "</section>\n</footer>\n");
}
