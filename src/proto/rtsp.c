/* SPDX-License-Identifier: Apache-2.0 */
/*
 * RTSP (RFC 2326): OPTIONS, then DESCRIBE without credentials of one path that cannot exist and of
 * at most two documented ones. DESCRIBE is as far as Lenscap ever goes: it says whether a stream
 * would be described to a stranger, and no picture flows.
 *
 * Why the impossible path: some cameras answer 200 to any path (HiChip), so a 200 on a documented
 * path means nothing unless the impossible one got another answer (protocols.md A4, traps).
 *
 * Steps are also exchange numbers: 0 OPTIONS, 1 control path, 2 and 3 documented paths.
 */
#include "proto/auth.h"
#include "proto/emit.h"
#include "proto/msg.h"
#include "proto/sdp.h"
#include "proto/url.h"

enum method { M_OPTIONS, M_DESCRIBE }; /* there is no third */

#define STALE_CAP 4U /* late answers to earlier requests put up with */

/* Digest nonces built into firmware: Hipcam cameras and ipTIME devices share one (protocols.md A4).
 */
static const struct lc_slice known_nonces[] = {LC_S_INIT("3b27a446bfa49b0c48c3edb83139543d")};

struct rtsp {
    struct lc_ask ask;
    struct lc_msg msg;
    struct lc_nonces nonces;
    struct lc_slice paths[LC_RTSP_PATHS];
    unsigned paths_n;
    uint8_t step;  /* 0 OPTIONS, 1 control, 2.. documented paths */
    uint8_t conn;  /* connections used before this one */
    uint8_t stale; /* answers skipped for their CSeq, interim ones too */
    bool asked_paths, retried;
};

static void put_request(const struct rtsp *s, struct lc_buf *out)
{
    static const char *const methods[] = {"OPTIONS", "DESCRIBE"};
    enum method m = s->step == 0 ? M_OPTIONS : M_DESCRIBE;

    (void)lc_buf_putf(out, "%s %s://", methods[m], s->ask.tls ? "rtsps" : "rtsp");
    lc_put_host(out, &s->ask, 0);
    if (s->step == 0)
        (void)lc_buf_puts(out, "/");
    else if (s->step == 1)
        (void)lc_buf_putf(out, "/lenscap-%016llx", (unsigned long long)s->ask.nonce);
    else
        (void)lc_buf_put(out, s->paths[s->step - 2]);
    (void)lc_buf_putf(out, " RTSP/1.0\r\nCSeq: %u\r\nUser-Agent: lenscap/" LC_VERSION "\r\n",
                      s->step + 1U);
    (void)lc_buf_puts(out, m == M_DESCRIBE ? "Accept: application/sdp\r\n\r\n" : "\r\n");
}

static void rtsp_open(void *st, const struct lc_ask *ask, struct lc_buf *out)
{
    struct rtsp *s = st;

    s->ask = *ask;
    lc_msg_start(&s->msg, LC_MSG_RTSP);
    put_request(s, out);
}

/* ---- facts of one answer ---- */

static void emit_challenge(struct rtsp *s, struct lc_slice value, struct lc_facts *f)
{
    struct lc_slice nonce = lc_auth_nonce(value);
    struct lc_buf blanked;
    struct lc_fact fact;

    lc_nonces_add(&s->nonces, s->conn, nonce);
    for (size_t i = 0; i < sizeof known_nonces / sizeof *known_nonces; i++)
        if (lc_slice_eq(nonce, known_nonces[i]))
            lc_facts_bool(f, LC_F_RTSP_AUTH_NONCE_KNOWN, true);
    lc_buf_init(&blanked, LC_MSG_HEAD_CAP);
    lc_auth_blank(value, &blanked);
    if (lc_emit(f, LC_F_RTSP_WWW_AUTHENTICATE, lc_buf_view(&blanked))) {
        fact = (struct lc_fact){LC_F_RTSP_WWW_AUTHENTICATE, f->port, f->exch, 0,
                                lc_buf_view(&blanked)};
        lc_proto_rtsp.derive(&fact, f);
    }
    lc_buf_free(&blanked);
}

/* "Thu, 14 May 2020" is RFC 1123; Hikvision writes two blanks and "Thu, May 14 2020" (protocols.md
 * A4). */
static void emit_date_style(struct lc_slice raw, struct lc_slice value, struct lc_facts *f)
{
    size_t comma = lc_slice_chr(value, ',', 0);
    struct lc_slice day = lc_slice_trim(lc_slice_from(value, comma == LC_NPOS ? 0 : comma + 1));
    bool letters = day.n > 3 && (day.p[0] | 0x20) >= 'a' && (day.p[0] | 0x20) <= 'z';
    bool month_first = comma != LC_NPOS && letters;
    bool twice = lc_slice_starts(raw, LC_S("  "));

    if (twice && month_first)
        (void)lc_emit(f, LC_F_RTSP_DATE_STYLE, LC_S("double-blank month-first"));
    else if (twice || month_first)
        (void)lc_emit(f, LC_F_RTSP_DATE_STYLE, twice ? LC_S("double-blank") : LC_S("month-first"));
}

static void emit_headers(struct rtsp *s, struct lc_slice in, struct lc_facts *f)
{
    struct lc_slice rest = lc_msg_headers(&s->msg, in);
    struct lc_header h;

    for (unsigned i = 0; i < LC_MSG_HEADERS && lc_msg_next(&rest, &h); i++) {
        if (lc_slice_ieq(h.name, LC_S("Server")))
            (void)lc_emit(f, LC_F_RTSP_SERVER, h.value);
        else if (lc_slice_ieq(h.name, LC_S("Public")))
            (void)lc_emit(f, LC_F_RTSP_PUBLIC, h.value);
        else if (lc_slice_ieq(h.name, LC_S("WWW-Authenticate")))
            emit_challenge(s, h.value, f);
        else if (lc_slice_ieq(h.name, LC_S("Date")))
            emit_date_style(h.raw, h.value, f);
        if (lc_slice_eq(h.name, LC_S("Cseq")) || lc_slice_eq(h.name, LC_S("Content-length")))
            (void)lc_emit(f, LC_F_RTSP_HEADER_STYLE, h.name);
    }
}

static void emit_description(struct rtsp *s, struct lc_slice in, struct lc_facts *f)
{
    struct lc_buf tmp;
    struct lc_sdp sdp;

    lc_buf_init(&tmp, LC_MSG_CAP);
    lc_sdp_read(lc_msg_body(&s->msg, in, &tmp), &sdp);
    lc_facts_bool(f, s->step == 1 ? LC_F_RTSP_CONTROL_VIDEO : LC_F_RTSP_DESCRIBE_VIDEO, sdp.video);
    (void)lc_emit(f, LC_F_RTSP_SDP_TOOL, sdp.tool);
    for (unsigned i = 0; i < sdp.codecs_n; i++)
        (void)lc_emit(f, LC_F_RTSP_SDP_CODEC, sdp.codec[i]);
    lc_buf_free(&tmp);
}

static void emit_answer(struct rtsp *s, struct lc_slice in, struct lc_facts *f)
{
    f->exch = s->step;
    emit_headers(s, in, f);
    if (s->step == 0) {
        lc_facts_int(f, LC_F_RTSP_STATUS, s->msg.status);
        return;
    }
    lc_facts_int(f, s->step == 1 ? LC_F_RTSP_CONTROL_STATUS : LC_F_RTSP_DESCRIBE_STATUS,
                 s->msg.status);
    if (s->step >= 2)
        lc_facts_str(f, LC_F_RTSP_DESCRIBE_PATH, s->paths[s->step - 2]);
    if (s->msg.status / 100 == 2)
        emit_description(s, in, f);
}

/* ---- what comes next ---- */

static void ask_paths(struct rtsp *s, struct lc_facts *f)
{
    struct lc_slice found[LC_RTSP_PATHS];
    unsigned n = 0;

    s->asked_paths = true;
    if (s->ask.rtsp_paths)
        n = s->ask.rtsp_paths(s->ask.ctx, lc_buf_view(&f->buf), found);
    for (unsigned i = 0; i < n && i < LC_RTSP_PATHS; i++)
        if (lc_rtsp_path_ok(found[i]))
            s->paths[s->paths_n++] = found[i];
}

static enum lc_feed finish(struct rtsp *s, enum lc_feed how, struct lc_facts *f)
{
    if (s->nonces.two)
        lc_facts_bool(f, LC_F_RTSP_AUTH_NONCE_REUSED, s->nonces.reused);
    return how;
}

static enum lc_feed redial(struct rtsp *s, struct lc_buf *out)
{
    s->conn++;
    lc_msg_start(&s->msg, LC_MSG_RTSP);
    put_request(s, out);
    return LC_FEED_REDIAL;
}

/* `status` answered the current step, 0 when nothing did. */
static enum lc_feed advance(struct rtsp *s, unsigned status, bool last, struct lc_buf *out,
                            struct lc_facts *f)
{
    if (s->step >= 2 && (status / 100 == 2 || status == 401))
        return finish(s, LC_FEED_DONE, f);
    s->step++;
    s->retried = false;
    if (s->step == 2 && !s->asked_paths)
        ask_paths(s, f);
    if (s->step >= 2 && s->step - 2U >= s->paths_n)
        return finish(s, LC_FEED_DONE, f);
    if (last)
        return redial(s, out);
    lc_msg_start(&s->msg, LC_MSG_RTSP);
    put_request(s, out);
    return LC_FEED_SEND;
}

/* Not ours: an interim answer, or one to a request that has its answer already. */
static bool to_skip(struct rtsp *s, struct lc_slice in)
{
    struct lc_slice cseq = lc_msg_header(&s->msg, in, LC_S("CSeq"));
    uint64_t n;

    if (cseq.p == NULL)
        s->msg.odd |= LC_ODD(LC_ODD_CSEQ_NONE);
    else if (lc_slice_u64(cseq, UINT32_MAX, &n) != LC_OK || n != s->step + 1U)
        s->msg.odd |= LC_ODD(LC_ODD_CSEQ_WRONG);
    if (s->msg.status < 200)
        return true;
    return (s->msg.odd & LC_ODD(LC_ODD_CSEQ_WRONG)) && lc_slice_u64(cseq, s->step, &n) == LC_OK &&
           n > 0;
}

static enum lc_feed no_answer(struct rtsp *s, enum lc_msg_end end, struct lc_buf *out,
                              struct lc_facts *f)
{
    if (s->step == 0)
        return s->stale ? LC_FEED_ERROR : LC_FEED_WRONG;
    if (end == LC_MSG_CUT)
        return finish(s, LC_FEED_DONE, f);
    if (s->retried)
        return advance(s, 0, true, out, f);
    s->retried = true; /* the last answer closed the connection: ask again on a fresh one */
    return redial(s, out);
}

static enum lc_feed run(struct rtsp *s, struct lc_slice in, size_t *used, enum lc_msg_end end,
                        struct lc_buf *out, struct lc_facts *f)
{
    for (;;) {
        enum lc_status st = lc_msg_feed(&s->msg, in, end);
        bool skip;

        f->exch = s->step;
        if (st == LC_MORE)
            return LC_FEED_MORE;
        if (st == LC_DONE)
            return no_answer(s, end, out, f);
        skip = st != LC_EPARSE && to_skip(s, in);
        lc_emit_odd(f, s->msg.odd);
        if (st == LC_EPARSE)
            return s->step ? finish(s, LC_FEED_ERROR, f) : LC_FEED_WRONG;
        *used += s->msg.total;
        if (!skip) {
            emit_answer(s, in, f);
            return advance(s, s->msg.status, s->msg.last || end != LC_MSG_OPEN, out, f);
        }
        if (++s->stale > STALE_CAP || s->msg.last)
            return finish(s, LC_FEED_ERROR, f);
        in = lc_slice_from(in, s->msg.total);
        lc_msg_start(&s->msg, LC_MSG_RTSP);
    }
}

static enum lc_feed rtsp_feed(void *st, struct lc_slice in, size_t *used, struct lc_buf *out,
                              struct lc_facts *f)
{
    *used = 0;
    return run(st, in, used, LC_MSG_OPEN, out, f);
}

static enum lc_feed rtsp_end(void *st, struct lc_slice in, bool cut, struct lc_buf *out,
                             struct lc_facts *f)
{
    size_t used = 0;

    return run(st, in, &used, cut ? LC_MSG_CUT : LC_MSG_CLOSED, out, f);
}

static void rtsp_derive(const struct lc_fact *fact, struct lc_facts *out)
{
    if (fact->name == LC_F_RTSP_WWW_AUTHENTICATE)
        lc_auth_derive(fact, out, LC_F_RTSP_AUTH_SCHEME, LC_F_RTSP_REALM);
}

const struct lc_proto lc_proto_rtsp = {
    .name = "rtsp",
    .prefix = "rtsp.",
    .state_size = sizeof(struct rtsp),
    .limit = LC_MSG_CAP,
    .open = rtsp_open,
    .feed = rtsp_feed,
    .end = rtsp_end,
    .derive = rtsp_derive,
};
