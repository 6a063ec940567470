/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP/1.x: what a browser's first visit would see, and nothing behind it. GET /, one redirect that
 * stays on the same host, the icon, and the few extra questions of http.h. Never an Authorization
 * header, never a query that does more than pass a cache by, never a picture or a stream: an answer
 * that declares itself to be one is left at its head (DESIGN promise 1).
 *
 * No Accept-Encoding is offered, so there is nothing to unpack (reliability.md H12).
 */
#include "proto/http.h"
#include "base/hash.h"
#include "proto/auth.h"
#include "proto/emit.h"
#include "proto/html.h"
#include "proto/msg.h"
#include "proto/url.h"

#define INTERIM_CAP 8U /* 1xx answers put up with */

enum step { S_ROOT, S_REDIRECT, S_ICON, S_EXTRA };

/* The whole of what can be asked beside "/", a redirect and an icon. */
static const struct {
    enum lc_http_extra bit;
    struct lc_slice path;
} extras[] = {
    {LC_HTTP_ACTIVATE_STATUS, LC_S_INIT("/SDK/activateStatus")},
};

#define EXTRAS_N (sizeof extras / sizeof *extras)

struct http {
    struct lc_ask ask;
    struct lc_msg msg;
    struct lc_nonces nonces;
    struct lc_path path, icon; /* asked now; to be asked later */
    uint8_t step;              /* enum step */
    uint8_t exch, conn, interim;
    uint8_t extra;        /* index into extras */
    unsigned extras_left; /* bits the platform wants */
    bool extras_known, head_seen, retried;
};

static void put_request(const struct http *s, struct lc_buf *out)
{
    (void)lc_buf_puts(out, "GET ");
    (void)lc_buf_put(out, lc_path_view(&s->path));
    (void)lc_buf_puts(out, " HTTP/1.1\r\nHost: ");
    lc_put_host(out, &s->ask, s->ask.tls ? 443 : 80);
    (void)lc_buf_puts(out, "\r\nUser-Agent: lenscap/" LC_VERSION
                           "\r\nAccept: */*\r\nConnection: keep-alive\r\n\r\n");
}

static void http_open(void *st, const struct lc_ask *ask, struct lc_buf *out)
{
    struct http *s = st;

    s->ask = *ask;
    (void)lc_path_set(&s->path, LC_S("/"));
    lc_msg_start(&s->msg, LC_MSG_HTTP);
    put_request(s, out);
}

/* ---- facts of a head ---- */

static void emit_challenge(struct http *s, struct lc_slice value, struct lc_facts *f)
{
    struct lc_buf blanked;
    struct lc_fact fact;

    lc_nonces_add(&s->nonces, s->conn, lc_auth_nonce(value));
    lc_buf_init(&blanked, LC_MSG_HEAD_CAP);
    lc_auth_blank(value, &blanked);
    if (lc_emit(f, LC_F_HTTP_WWW_AUTHENTICATE, lc_buf_view(&blanked))) {
        fact = (struct lc_fact){LC_F_HTTP_WWW_AUTHENTICATE, f->port, f->exch, 0,
                                lc_buf_view(&blanked)};
        lc_proto_http.derive(&fact, f);
    }
    lc_buf_free(&blanked);
}

static void emit_cookie(struct lc_slice value, struct lc_facts *f)
{
    size_t eq = lc_slice_chr(value, '=', 0);

    if (eq != LC_NPOS)
        (void)lc_emit(f, LC_F_HTTP_COOKIE, lc_slice_sub(value, 0, eq));
}

static void emit_headers(struct http *s, struct lc_slice in, struct lc_facts *f)
{
    bool page = s->step <= S_REDIRECT;
    struct lc_slice rest = lc_msg_headers(&s->msg, in);
    struct lc_header h;

    if (page)
        lc_facts_int(f, LC_F_HTTP_STATUS, s->msg.status);
    for (unsigned i = 0; i < LC_MSG_HEADERS && lc_msg_next(&rest, &h); i++) {
        if (lc_slice_ieq(h.name, LC_S("Server")))
            (void)lc_emit(f, LC_F_HTTP_SERVER, h.value);
        else if (lc_slice_ieq(h.name, LC_S("WWW-Authenticate")))
            emit_challenge(s, h.value, f);
        else if (lc_slice_ieq(h.name, LC_S("Set-Cookie")))
            emit_cookie(h.value, f);
        else if (lc_slice_ieq(h.name, LC_S("X-Powered-By")))
            (void)lc_emit(f, LC_F_HTTP_POWERED_BY, h.value);
        else if (page && lc_slice_ieq(h.name, LC_S("Location")))
            (void)lc_emit(f, LC_F_HTTP_LOCATION, h.value);
        else if (page && lc_slice_ieq(h.name, LC_S("Content-Type")))
            (void)lc_emit(f, LC_F_HTTP_CONTENT_TYPE, h.value);
    }
}

/* ---- never look ---- */

static bool starts_any(struct lc_slice s, const char *const *with, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (lc_slice_istarts(s, lc_slice_str(with[i])))
            return true;
    return false;
}

/* Does the head say that a picture, film or sound follows? An icon may be a picture, but not one of
 * the kinds that cameras make. */
static bool shows_picture(const struct http *s, struct lc_slice in)
{
    static const char *const page[] = {"image/",
                                       "video/",
                                       "audio/",
                                       "multipart/",
                                       "application/x-rtsp",
                                       "application/vnd.apple.mpegurl"};
    static const char *const icon[] = {
        "image/jpeg", "image/jpg",  "image/pjpeg",        "video/",
        "audio/",     "multipart/", "application/x-rtsp", "application/vnd.apple.mpegurl"};
    struct lc_slice type = lc_msg_header(&s->msg, in, LC_S("Content-Type"));

    return s->step == S_ICON ? starts_any(type, icon, sizeof icon / sizeof *icon)
                             : starts_any(type, page, sizeof page / sizeof *page);
}

static bool is_jpeg(struct lc_slice body)
{
    return lc_slice_starts(body, LC_S("\xFF\xD8\xFF"));
}

static enum lc_feed finish(struct http *s, enum lc_feed how, struct lc_facts *f)
{
    if (s->nonces.two)
        lc_facts_bool(f, LC_F_HTTP_AUTH_NONCE_REUSED, s->nonces.reused);
    return how;
}

/* A picture: its fact when it came for the first page, and not a byte more is read. */
static enum lc_feed leave_picture(struct http *s, struct lc_facts *f)
{
    if (s->step <= S_REDIRECT)
        lc_facts_bool(f, LC_F_HTTP_VIDEO_STREAM, true);
    return finish(s, LC_FEED_DONE, f);
}

/* ---- what comes next ---- */

static enum lc_feed request(struct http *s, bool last, struct lc_buf *out)
{
    lc_msg_start(&s->msg, LC_MSG_HTTP);
    s->head_seen = false;
    put_request(s, out);
    if (!last)
        return LC_FEED_SEND;
    s->conn++;
    return LC_FEED_REDIAL;
}

static enum lc_feed next_extra(struct http *s, bool last, struct lc_buf *out, struct lc_facts *f)
{
    if (!s->extras_known && s->ask.http_extras)
        s->extras_left = s->ask.http_extras(s->ask.ctx, lc_buf_view(&f->buf));
    s->extras_known = true;
    s->step = S_EXTRA;
    for (size_t i = 0; i < EXTRAS_N; i++) {
        if (!(s->extras_left & (unsigned)extras[i].bit))
            continue;
        s->extras_left &= ~(unsigned)extras[i].bit;
        s->extra = (uint8_t)i;
        (void)lc_path_set(&s->path, extras[i].path);
        return request(s, last, out);
    }
    return finish(s, LC_FEED_DONE, f);
}

static enum lc_feed advance(struct http *s, bool last, struct lc_buf *out, struct lc_facts *f)
{
    s->exch++;
    s->retried = false;
    s->interim = 0;
    if (s->step >= S_ICON || s->icon.n == 0)
        return next_extra(s, last, out, f);
    s->step = S_ICON;
    s->path = s->icon;
    return request(s, last, out);
}

/* ---- answers by step ---- */

static void read_page(struct http *s, struct lc_slice body, struct lc_facts *f)
{
    struct lc_buf title;
    struct lc_slice href = lc_html_icon(body);

    lc_buf_init(&title, 4096);
    lc_html_title(body, &title);
    (void)lc_emit(f, LC_F_HTTP_TITLE, lc_buf_view(&title));
    lc_buf_free(&title);
    lc_html_marks(body, f);
    if (lc_html_has_password_field(body))
        lc_facts_bool(f, LC_F_HTTP_LOGIN_FORM, true);
    if (href.n == 0 ||
        lc_url_resolve(&s->ask, lc_path_view(&s->path), href, LC_URL_ICON, &s->icon) != LC_URL_HERE)
        (void)lc_path_set(&s->icon, LC_S("/favicon.ico"));
}

static bool redirects(unsigned status)
{
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

static enum lc_feed on_page(struct http *s, struct lc_slice in, struct lc_slice body, bool last,
                            struct lc_buf *out, struct lc_facts *f)
{
    struct lc_slice to = lc_msg_header(&s->msg, in, LC_S("Location"));
    enum lc_url_verdict v = LC_URL_REFUSED;
    struct lc_path path;

    if (is_jpeg(body))
        return leave_picture(s, f);
    read_page(s, body, f);
    if (redirects(s->msg.status) && to.n)
        v = lc_url_resolve(&s->ask, lc_path_view(&s->path), to, LC_URL_PAGE, &path);
    if (v == LC_URL_HTTPS)
        lc_facts_bool(f, LC_F_HTTP_HTTPS_REDIRECT, true);
    if (v == LC_URL_HTTPS || v == LC_URL_AWAY)
        return finish(s, LC_FEED_DONE, f);
    if (v == LC_URL_REFUSED || s->step == S_REDIRECT)
        return advance(s, last, out, f);
    s->exch++;
    s->step = S_REDIRECT;
    s->path = path;
    return request(s, last, out);
}

/* A page sent in place of an icon has no hash worth keeping; neither has half an icon. */
static void read_icon(const struct http *s, bool whole, struct lc_slice body, struct lc_facts *f)
{
    struct lc_slice text = lc_slice_trim(body);
    uint8_t md5[16];
    char hex[33];
    struct lc_buf b64;

    if (s->msg.status != 200 || !whole || body.n == 0 || is_jpeg(body) ||
        lc_slice_istarts(text, LC_S("<!doctype")) || lc_slice_istarts(text, LC_S("<html")))
        return;
    lc_md5(body, md5);
    lc_hex(lc_slice_of(md5, sizeof md5), hex);
    (void)lc_emit(f, LC_F_HTTP_FAVICON_MD5, lc_slice_of(hex, 32));
    lc_buf_init(&b64, 2UL * LC_MSG_CAP);
    if (lc_base64(body, 76, &b64) == LC_OK)
        lc_facts_int(f, LC_F_HTTP_FAVICON_MMH3, (int32_t)lc_murmur3_32(lc_buf_view(&b64), 0));
    lc_buf_free(&b64);
}

/* <ActivateStatus ...><Activated>true</Activated></ActivateStatus> */
static void read_activated(const struct http *s, struct lc_slice body, struct lc_facts *f)
{
    const struct lc_slice tag = LC_S("<Activated>");
    size_t at = lc_slice_find(body, tag, 0);
    struct lc_slice word = lc_slice_trim(lc_slice_from(body, at == LC_NPOS ? body.n : at + tag.n));

    if (s->msg.status != 200)
        return;
    if (lc_slice_istarts(word, LC_S("true<")))
        lc_facts_bool(f, LC_F_HTTP_ACTIVATED, true);
    else if (lc_slice_istarts(word, LC_S("false<")))
        lc_facts_bool(f, LC_F_HTTP_ACTIVATED, false);
}

static enum lc_feed answer(struct http *s, struct lc_slice in, bool whole, bool last,
                           struct lc_buf *out, struct lc_facts *f)
{
    enum lc_feed how;
    struct lc_slice body;
    struct lc_buf tmp;

    lc_buf_init(&tmp, LC_MSG_CAP);
    body = lc_msg_body(&s->msg, in, &tmp);
    if (s->step <= S_REDIRECT) {
        how = on_page(s, in, body, last, out, f);
    } else {
        if (s->step == S_ICON)
            read_icon(s, whole, body, f);
        else
            read_activated(s, body, f);
        how = advance(s, last, out, f);
    }
    lc_buf_free(&tmp);
    return how;
}

static enum lc_feed no_answer(struct http *s, enum lc_msg_end end, struct lc_buf *out,
                              struct lc_facts *f)
{
    if (s->exch == 0)
        return s->interim ? LC_FEED_ERROR : LC_FEED_WRONG;
    if (end == LC_MSG_CUT)
        return finish(s, LC_FEED_DONE, f);
    if (s->retried)
        return advance(s, true, out, f);
    s->retried = true; /* the last answer closed the connection: ask again on a fresh one */
    return request(s, true, out);
}

/* Once per answer, as soon as its head is there. True when the rest must not be read. */
static bool look_at_head(struct http *s, struct lc_slice in, struct lc_facts *f)
{
    if (s->head_seen || s->msg.head == 0 || s->msg.status < 200)
        return false;
    s->head_seen = true;
    emit_headers(s, in, f);
    return s->msg.status / 100 == 2 && shows_picture(s, in);
}

static enum lc_feed run(struct http *s, struct lc_slice in, size_t *used, enum lc_msg_end end,
                        struct lc_buf *out, struct lc_facts *f)
{
    for (;;) {
        enum lc_status st = lc_msg_feed(&s->msg, in, end);

        f->exch = s->exch;
        if (look_at_head(s, in, f))
            return leave_picture(s, f);
        if (st == LC_MORE)
            return LC_FEED_MORE;
        if (st == LC_DONE)
            return no_answer(s, end, out, f);
        lc_emit_odd(f, s->msg.odd);
        if (st == LC_EPARSE)
            return s->exch ? finish(s, LC_FEED_ERROR, f) : LC_FEED_WRONG;
        *used += s->msg.total;
        if (s->msg.status >= 200)
            return answer(s, in, st == LC_OK, s->msg.last || end != LC_MSG_OPEN, out, f);
        if (++s->interim > INTERIM_CAP) {
            lc_emit_odd(f, LC_ODD(LC_ODD_INTERIM));
            return finish(s, LC_FEED_ERROR, f);
        }
        in = lc_slice_from(in, s->msg.total);
        lc_msg_start(&s->msg, LC_MSG_HTTP);
    }
}

static enum lc_feed http_feed(void *st, struct lc_slice in, size_t *used, struct lc_buf *out,
                              struct lc_facts *f)
{
    *used = 0;
    return run(st, in, used, LC_MSG_OPEN, out, f);
}

static enum lc_feed http_end(void *st, struct lc_slice in, bool cut, struct lc_buf *out,
                             struct lc_facts *f)
{
    size_t used = 0;

    return run(st, in, &used, cut ? LC_MSG_CUT : LC_MSG_CLOSED, out, f);
}

static void http_derive(const struct lc_fact *fact, struct lc_facts *out)
{
    if (fact->name == LC_F_HTTP_WWW_AUTHENTICATE)
        lc_auth_derive(fact, out, LC_F_HTTP_AUTH_SCHEME, LC_F_HTTP_AUTH_REALM);
}

const struct lc_proto lc_proto_http = {
    .name = "http",
    .prefix = "http.",
    .state_size = sizeof(struct http),
    .limit = LC_MSG_CAP,
    .open = http_open,
    .feed = http_feed,
    .end = http_end,
    .derive = http_derive,
};
