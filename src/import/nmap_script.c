/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What nmap's scripts and version probes heard of a port (nmap.org/nsedoc). A script gives its
 * result as text and, newer ones, as elements too; each is read from where it stands unchanged.
 */
#include "import/nmap.h"

#include <string.h>

static void copy_word(char out[static LC_NMAP_WORD], struct lc_slice s)
{
    size_t n = s.n < LC_NMAP_WORD ? s.n : 0; /* a longer one is none that we know */

    if (n)
        memcpy(out, s.p, n);
    out[n] = 0;
}

/* ---- as text ---- */

/* "  Server: x\n  X-Powered-By: y\n  \n  (Request type: GET)\n" */
static void headers(struct nmap *n, struct lc_slice output)
{
    struct lc_slice line;

    lc_buf_reset(&n->bytes);
    while (lc_slice_next(&output, '\n', &line) == LC_OK) {
        line = lc_slice_trim(line);
        if (line.n == 0 || line.p[0] == '(')
            continue;
        (void)lc_buf_put(&n->bytes, line);
        (void)lc_buf_puts(&n->bytes, "\r\n");
    }
    lc_row_headers(n->im, lc_buf_view(&n->bytes));
}

/* "IP CAMERA", or a sentence of the script's own when there was no title. */
static void title(struct nmap *n, struct lc_slice output)
{
    static const char *const ours[] = {"Site doesn't have a title", "Did not follow redirect to ",
                                       "Requested resource was "};
    struct lc_slice first;

    if (lc_slice_next(&output, '\n', &first) != LC_OK)
        return;
    for (size_t i = 0; i < sizeof ours / sizeof *ours; i++)
        if (lc_slice_starts(first, lc_slice_str(ours[i])))
            return;
    lc_row_text(n->im, LC_F_HTTP_TITLE, first);
}

static void lines(struct nmap *n, enum lc_fact_name name, struct lc_slice output)
{
    struct lc_slice line;

    while (lc_slice_next(&output, '\n', &line) == LC_OK)
        lc_row_text(n->im, name, line);
}

/* "Unknown favicon MD5: 0123..."; a known one comes with its name before it. */
static void favicon(struct nmap *n, struct lc_slice output)
{
    const struct lc_slice mark = LC_S("MD5: ");
    size_t at = lc_slice_find(output, mark, 0);
    struct lc_slice hex =
        lc_slice_sub(lc_slice_from(output, at == LC_NPOS ? output.n : at + mark.n), 0, 32);
    uint8_t small[32];

    if (hex.n != 32)
        return;
    for (size_t i = 0; i < 32; i++)
        small[i] = (uint8_t)(hex.p[i] >= 'A' && hex.p[i] <= 'F' ? hex.p[i] | 0x20 : hex.p[i]);
    lc_row_text(n->im, LC_F_HTTP_FAVICON_MD5, lc_slice_of(small, 32));
}

void lc_nmap_script(struct nmap *n, struct lc_slice id, struct lc_slice output)
{
    copy_word(n->script, id);
    if (strcmp(n->script, "http-headers") == 0)
        headers(n, output);
    else if (strcmp(n->script, "http-title") == 0)
        title(n, output);
    else if (strcmp(n->script, "http-server-header") == 0)
        lines(n, LC_F_HTTP_SERVER, output);
    else if (strcmp(n->script, "http-favicon") == 0)
        favicon(n, output);
    else if (strcmp(n->script, "rtsp-methods") == 0)
        lines(n, LC_F_RTSP_PUBLIC, output);
    else if (strcmp(n->script, "ssl-cert") == 0)
        lc_row_pem(n->im, output);
    else if (strcmp(n->script, "banner") == 0) {
        lc_buf_reset(&n->bytes);
        lc_unescape(output, &n->bytes);
        lc_row_said(n->im, LC_P_NONE, lc_buf_view(&n->bytes));
    }
}

/* ---- as elements ---- */

void lc_nmap_elem(struct nmap *n, struct lc_slice key)
{
    copy_word(n->key, key);
    lc_buf_reset(&n->text);
    n->in_elem = true;
}

void lc_nmap_elem_end(struct nmap *n)
{
    static const struct {
        const char *script, *key;
        enum lc_fact_name fact;
    } known[] = {
        {"http-title", "title", LC_F_HTTP_TITLE},
        {"http-title", "redirect_url", LC_F_HTTP_LOCATION},
        {"http-auth", "realm", LC_F_HTTP_AUTH_REALM},
        {"rtsp-methods", "methods", LC_F_RTSP_PUBLIC},
    };
    struct lc_slice text = lc_slice_trim(lc_buf_view(&n->text));

    if (!n->in_elem)
        return;
    n->in_elem = false;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcmp(n->script, known[i].script) == 0 && strcmp(n->key, known[i].key) == 0)
            lc_row_text(n->im, known[i].fact, text);
    if (strcmp(n->script, "http-auth") == 0 && strcmp(n->key, "scheme") == 0)
        lc_row_lower(n->im, LC_F_HTTP_AUTH_SCHEME, text);
    if (strcmp(n->script, "ssl-cert") == 0 && strcmp(n->key, "pem") == 0)
        lc_row_pem(n->im, text);
}

/* ---- what version probes heard: SF-Port554-TCP:V=7.93%...%r(RTSPRequest,2A,"RTSP/1\.0...") ----
 */

/* The text in quotes at the front; escaped quotes do not end it. */
static struct lc_slice quoted(struct lc_slice s)
{
    for (size_t i = 1; i < s.n; i++) {
        if (s.p[i] == '\\')
            i++;
        else if (s.p[i] == '"')
            return lc_slice_sub(s, 1, i - 1);
    }
    return (struct lc_slice){NULL, 0};
}

/* Long ones are broken into lines that begin with "SF:". */
static void join(struct nmap *n, struct lc_slice fp)
{
    lc_buf_reset(&n->text);
    for (size_t i = 0; i < fp.n; i++) {
        bool broken = (fp.p[i] == '\n' || fp.p[i] == ' ') &&
                      lc_slice_starts(lc_slice_from(fp, i + 1), LC_S("SF:"));

        if (broken)
            i += 3;
        else
            (void)lc_buf_u8(&n->text, fp.p[i]);
    }
}

void lc_nmap_probes(struct nmap *n, struct lc_slice fp)
{
    struct lc_slice all;
    size_t at = 0;

    join(n, fp);
    all = lc_buf_view(&n->text);
    while ((at = lc_slice_find(all, LC_S("%r("), at)) != LC_NPOS) {
        size_t quote = lc_slice_chr(all, '"', at);
        struct lc_slice text;

        if (quote == LC_NPOS)
            return;
        text = quoted(lc_slice_from(all, quote));
        lc_buf_reset(&n->bytes);
        lc_unescape(text, &n->bytes);
        lc_row_said(n->im, LC_P_NONE, lc_buf_view(&n->bytes));
        at = quote + text.n + 1;
    }
}
