/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Protocols in which the peer speaks first: SSH (RFC 4253 section 4.2), FTP (RFC 959), Telnet (RFC
 * 854) and the greeting of Hikvision's control port. Only the greeting is read. No user name is
 * ever sent; the only bytes that leave are Telnet refusals, because some daemons show no prompt
 * before their options are answered.
 *
 * Bytes that belong to none of them are kept as banner.raw, up to the first line end or RAW_CAP.
 */
#include "proto/emit.h"
#include "proto/msg.h"
#include "proto/proto.h"

#include <string.h>

#define RAW_CAP    256U
#define SSH_CAP    255U  /* RFC 4253: the identification line with its CR LF */
#define FTP_CAP    2048U /* a greeting of several lines */
#define TELNET_CAP 512U  /* text before the prompt: the vocabulary's bound */
#define REFUSALS   16U   /* options refused, one answer each; a peer with more is toying with us */
#define DECIDED    6U    /* bytes after which no other greeting than FTP's can still emerge */

static void listen_open(void *st, const struct lc_ask *ask, struct lc_buf *out)
{
    (void)st;
    (void)ask;
    (void)out;
}

/* Unknown bytes: waits for a line or RAW_CAP, so that the same bytes give the same fact however
 * they were split; a protocol that lc_sniff knows needs no raw fact. */
static enum lc_feed foreign(struct lc_slice in, bool ended, struct lc_facts *f)
{
    size_t lf = lc_slice_chr(in, '\n', 0);
    struct lc_slice head = lc_slice_sub(in, 0, lf == LC_NPOS || lf >= RAW_CAP ? RAW_CAP : lf + 1);

    if (lc_sniff(head) != LC_P_NONE)
        return LC_FEED_WRONG;
    if (lf == LC_NPOS && in.n < RAW_CAP && !ended)
        return LC_FEED_MORE;
    lc_facts_str(f, LC_F_BANNER_RAW, head);
    return LC_FEED_WRONG;
}

/* Does `in` begin like `magic`, as far as it goes? */
static bool may_be(struct lc_slice in, struct lc_slice magic)
{
    size_t n = in.n < magic.n ? in.n : magic.n;

    return lc_slice_eq(lc_slice_sub(in, 0, n), lc_slice_sub(magic, 0, n));
}

/* ---- SSH ---- */

static enum lc_feed ssh(struct lc_slice in, bool ended, struct lc_facts *f)
{
    size_t lf = lc_slice_chr(lc_slice_sub(in, 0, SSH_CAP), '\n', 0);

    if (!may_be(in, LC_S("SSH-")) || (ended && in.n < 4))
        return foreign(in, ended, f);
    if (lf == LC_NPOS && in.n < SSH_CAP && !ended)
        return LC_FEED_MORE;
    (void)lc_emit(f, LC_F_SSH_BANNER, lc_slice_sub(in, 0, lf == LC_NPOS ? SSH_CAP : lf));
    return LC_FEED_DONE;
}

/* ---- FTP ---- */

/* The last line of a reply: the code and a blank (RFC 959 section 4.2). */
static bool ends_reply(struct lc_slice line)
{
    return line.n >= 4 && line.p[0] >= '1' && line.p[0] <= '5' && line.p[3] == ' ';
}

static bool ftp_first(struct lc_slice in)
{
    static const struct lc_slice codes[] = {LC_S_INIT("220"), LC_S_INIT("120"), LC_S_INIT("421"),
                                            LC_S_INIT("530"), LC_S_INIT("550"), LC_S_INIT("500")};

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (may_be(in, codes[i]) && (in.n < 4 || in.p[3] == ' ' || in.p[3] == '-'))
            return true;
    return false;
}

static enum lc_feed ftp(struct lc_slice in, bool ended, struct lc_facts *f)
{
    struct lc_slice all = lc_slice_sub(in, 0, FTP_CAP), rest = all, line;
    size_t lf = lc_slice_chr(all, '\n', 0), used = 0;
    bool whole = false;

    if (!ftp_first(in) || (ended && in.n < 4))
        return foreign(in, ended, f);
    if (lf != LC_NPOS && lc_slice_ifind(lc_slice_sub(all, 0, lf), LC_S("SMTP"), 0) != LC_NPOS)
        return foreign(in, ended, f);
    while (!whole && lc_slice_next(&rest, '\n', &line) == LC_OK && rest.p) {
        used += line.n + 1;
        whole = ends_reply(line);
    }
    if (!whole && !ended && in.n < FTP_CAP)
        return LC_FEED_MORE;
    (void)lc_emit(f, LC_F_FTP_BANNER, whole ? lc_slice_sub(all, 0, used) : all);
    return LC_FEED_DONE;
}

/* ---- Hikvision's control port ---- */

static enum lc_feed hiksdk(struct lc_slice in, bool ended, struct lc_facts *f)
{
    static const struct lc_slice greeting =
        LC_S_INIT("\x00\x00\x00\x10\x00\x00\x00\x1e\x00\x00\x00\x1e\x00\x00\x00\x00");

    if (!may_be(in, greeting) || (ended && in.n < greeting.n))
        return foreign(in, ended, f);
    if (in.n < greeting.n)
        return LC_FEED_MORE;
    lc_facts_bool(f, LC_F_HIKSDK_GREETING, true);
    return LC_FEED_DONE;
}

/* The three above are functions of all bytes so far. */
#define STATELESS(name)                                                                            \
    static enum lc_feed name##_feed(void *st, struct lc_slice in, size_t *used,                    \
                                    struct lc_buf *out, struct lc_facts *f)                        \
    {                                                                                              \
        (void)st;                                                                                  \
        (void)out;                                                                                 \
        *used = 0;                                                                                 \
        f->exch = 0;                                                                               \
        return in.n ? name(in, false, f) : LC_FEED_MORE;                                           \
    }                                                                                              \
    static enum lc_feed name##_end(void *st, struct lc_slice in, bool cut, struct lc_buf *out,     \
                                   struct lc_facts *f)                                             \
    {                                                                                              \
        (void)st;                                                                                  \
        (void)cut;                                                                                 \
        (void)out;                                                                                 \
        f->exch = 0;                                                                               \
        return in.n ? name(in, true, f) : LC_FEED_WRONG;                                           \
    }

STATELESS(ssh)
STATELESS(ftp)
STATELESS(hiksdk)

/* ---- Telnet ---- */

enum { SE = 240, SB = 250, WILL = 251, WONT = 252, DO = 253, DONT = 254, IAC = 255 };

struct telnet {
    uint16_t n; /* text so far */
    uint8_t refused;
    bool begun, in_sub, negotiates;
    uint8_t text[TELNET_CAP];
};

/* The answer that turns an option down (RFC 854: a refusal is always allowed). */
static void refuse(struct telnet *t, uint8_t verb, uint8_t option, struct lc_buf *out)
{
    if ((verb != DO && verb != WILL) || t->refused == REFUSALS)
        return;
    t->refused++;
    (void)lc_buf_u8(out, IAC);
    (void)lc_buf_u8(out, verb == DO ? WONT : DONT);
    (void)lc_buf_u8(out, option);
}

/* Takes one command off the front; 0 when it is not all there. */
static size_t take_command(struct telnet *t, struct lc_slice in, struct lc_buf *out)
{
    if (in.n < 2)
        return 0;
    if (in.p[1] >= WILL && in.p[1] <= DONT) {
        if (in.n < 3)
            return 0;
        t->negotiates = true;
        refuse(t, in.p[1], in.p[2], out);
        return 3;
    }
    if (in.p[1] == SB || in.p[1] == SE)
        t->in_sub = in.p[1] == SB;
    return 2;
}

static bool prompt(const struct telnet *t)
{
    struct lc_slice s = lc_slice_of(t->text, t->n);

    return lc_slice_ends(s, LC_S("ogin:")) || lc_slice_ends(s, LC_S("assword:")) ||
           lc_slice_ends(s, LC_S("sername:")) || lc_slice_ends(s, LC_S("ser:"));
}

/* Reads up to the prompt, the text's bound or the end of `in`. True when enough is known. */
static bool take_text(struct telnet *t, struct lc_slice in, size_t *used, struct lc_buf *out)
{
    while (*used < in.n) {
        uint8_t c = in.p[*used];
        size_t n = 1;

        if (c == IAC)
            n = take_command(t, lc_slice_from(in, *used), out);
        else if (!t->in_sub && c)
            t->text[t->n++] = c;
        if (n == 0)
            return false;
        *used += n;
        if (c != IAC && (t->n == TELNET_CAP || prompt(t)))
            return true;
    }
    return false;
}

/* Text of a login, or options? Binary that is neither is another protocol. */
static bool like_telnet(struct lc_slice in)
{
    uint8_t c = in.p[0];
    bool text = c == '\r' || c == '\n' || c == 0x1B || c == 0x07 || (c >= 0x20 && c != 0x7F);

    return text && c != '<' && (c != IAC || in.n < 2 || in.p[1] >= SE);
}

static void tell(const struct telnet *t, struct lc_facts *f)
{
    (void)lc_emit(f, LC_F_TELNET_BANNER, lc_slice_of(t->text, t->n));
    if (t->negotiates)
        lc_facts_bool(f, LC_F_TELNET_NEGOTIATES, true);
}

/* Is it certain that nobody else speaks here? Before that nothing is taken. */
static enum lc_feed begin(struct telnet *t, struct lc_slice in, bool ended, struct lc_facts *f)
{
    enum lc_proto_id other = lc_sniff(in);

    if (!like_telnet(in) || lc_slice_starts(in, LC_S("220")))
        return foreign(in, ended, f);
    if (other != LC_P_NONE && other != LC_P_TELNET)
        return LC_FEED_WRONG;
    t->begun = other == LC_P_TELNET || in.n >= DECIDED || ended;
    return LC_FEED_MORE;
}

static enum lc_feed telnet_feed(void *st, struct lc_slice in, size_t *used, struct lc_buf *out,
                                struct lc_facts *f)
{
    struct telnet *t = st;

    *used = 0;
    f->exch = 0;
    if (!t->begun) {
        enum lc_feed how = in.n ? begin(t, in, false, f) : LC_FEED_MORE;

        if (how != LC_FEED_MORE || !t->begun)
            return how;
    }
    if (take_text(t, in, used, out)) {
        tell(t, f);
        lc_buf_reset(out); /* enough is known: nobody waits for our refusals */
        return LC_FEED_DONE;
    }
    return out->n ? LC_FEED_SEND : LC_FEED_MORE;
}

static enum lc_feed telnet_end(void *st, struct lc_slice in, bool cut, struct lc_buf *out,
                               struct lc_facts *f)
{
    struct telnet *t = st;
    size_t used = 0;

    (void)cut;
    f->exch = 0;
    if (!t->begun) {
        enum lc_feed how = in.n ? begin(t, in, true, f) : LC_FEED_WRONG;

        if (how != LC_FEED_MORE)
            return how;
    }
    (void)take_text(t, in, &used, out);
    lc_buf_reset(out);
    tell(t, f);
    return LC_FEED_DONE;
}

/* ---- registration ---- */

const struct lc_proto lc_proto_ssh = {
    .name = "ssh",
    .prefix = "ssh.",
    .limit = 1024,
    .listens = true,
    .open = listen_open,
    .feed = ssh_feed,
    .end = ssh_end,
};

const struct lc_proto lc_proto_ftp = {
    .name = "ftp",
    .prefix = "ftp.",
    .limit = 4096,
    .listens = true,
    .open = listen_open,
    .feed = ftp_feed,
    .end = ftp_end,
};

const struct lc_proto lc_proto_hiksdk = {
    .name = "hiksdk",
    .prefix = "hiksdk.",
    .limit = 1024,
    .listens = true,
    .open = listen_open,
    .feed = hiksdk_feed,
    .end = hiksdk_end,
};

const struct lc_proto lc_proto_telnet = {
    .name = "telnet",
    .prefix = "telnet.",
    .state_size = sizeof(struct telnet),
    .limit = 16384,
    .listens = true,
    .open = listen_open,
    .feed = telnet_feed,
    .end = telnet_end,
};
