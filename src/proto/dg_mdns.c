/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Multicast DNS, UDP 5353: which services a device announces (RFC 6762, RFC 6763, RFC 1035; facts
 * on protocols A2).
 *
 * Two questions exist: PTR of the service types that cameras have to themselves, and of those that
 * they share with others; all with the QU bit, so that answers come to us alone. We ask from a port
 * other than 5353, so an answer must repeat our identifier (RFC 6762, 6.7): of a unicast one
 * nothing else is taken. Who answers a question to the group may take it for an ordinary one and
 * put 0 there (18.1).
 *
 *     header, big-endian (RFC 1035, 4.1.1)      record (4.1.3)
 *      0  u16 identifier                         name     labels, ends in 0 or a pointer
 *      2  u16 flags; 0x8000 answer               u16 type, u16 class, u32 time to live
 *      4  u16 questions  6  u16 answers          u16 length, then so many bytes
 *      8  u16 authority 10  u16 additional
 *
 * Names are unpacked into the wire form without pointers, 255 bytes at most; a pointer must lead
 * backwards and a name follows 16 of them at most. RECORDS_CAP records are looked at. Details are
 * kept of the asked types only (what else a household announces is named by type and left at that),
 * and only of the sender: a host whose address is another's, its services and their texts are
 * dropped.
 */
#include "proto/dg_mac.h"
#include "proto/dgram.h"
#include "proto/emit.h"

#include <string.h>

#define HEADER_N    12U
#define NAME_CAP    255U /* RFC 1035, 2.3.4 */
#define HOPS_CAP    16U
#define RECORDS_CAP 64U
#define ANSWER_BIT  0x8000U
#define OPCODE_BITS 0x7800U
#define QU_IN       0x8001U
#define KEPT_CAP    24U  /* facts of one name */
#define TXT_CAP     128U /* of one key and value */
#define TEXTS_CAP   64U  /* looked at in one record */
#define MACS_CAP    4U

enum type { T_A = 1, T_PTR = 12, T_TXT = 16, T_AAAA = 28, T_SRV = 33 };

/* The first OWN_N are cameras' own. D-Link's camera tells its model under _dhnap [measured]; it is
 * read, not asked for. */
static const char *const services[] = {
    "_axis-video", "_axis-nvr", "_arec", "_psia", "_CGI", "_onvif",
    "_nvr",        "_camera",   "_rtsp", "_http", "_hap", "_dhnap",
};

#define SERVICES_N (sizeof services / sizeof *services)
#define OWN_N      8U
#define ASKED_N    11U

/* ---- questions ---- */

static uint16_t identifier(const struct lc_dgram_ask *ask)
{
    return (uint16_t)ask->nonce;
}

static void put_label(struct lc_buf *out, const char *text)
{
    (void)lc_buf_u8(out, (uint8_t)strlen(text));
    (void)lc_buf_puts(out, text);
}

static void mdns_build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    unsigned first = ask->variant % 2 ? OWN_N : 0, end = ask->variant % 2 ? ASKED_N : OWN_N;

    (void)lc_buf_be16(out, identifier(ask));
    (void)lc_buf_be16(out, 0);
    (void)lc_buf_be16(out, (uint16_t)(end - first));
    (void)lc_buf_be32(out, 0);
    (void)lc_buf_be16(out, 0);
    for (unsigned i = first; i < end; i++) {
        put_label(out, services[i]);
        put_label(out, "_tcp");
        put_label(out, "local");
        (void)lc_buf_u8(out, 0);
        (void)lc_buf_be16(out, T_PTR);
        (void)lc_buf_be16(out, QU_IN);
    }
}

static bool mdns_ours(const struct lc_dgram_ask *ask, struct lc_slice in)
{
    struct lc_cur c = {.s = in};
    uint16_t id = lc_cur_be16(&c);

    return !c.bad && (id == identifier(ask) || (ask->multicast && id == 0));
}

/* ---- names ---- */

/* In the wire form without pointers: length, label, ..., 0. */
struct name {
    uint8_t n;
    uint8_t p[NAME_CAP];
};

/* One label or pointer at *at. LC_MORE: go on; LC_OK: the name is whole. */
static enum lc_status step(struct lc_slice in, size_t *at, size_t *low, struct name *out)
{
    uint8_t len;

    if (*at >= in.n)
        return LC_EPARSE;
    len = in.p[*at];
    if (len >= 0xC0) {
        size_t to = in.n - *at < 2 ? in.n : (size_t)(len & 0x3F) << 8 | in.p[*at + 1];

        if (to >= *low)
            return LC_EPARSE; /* only backwards: no loop can be built */
        *at = *low = to;
        return LC_MORE;
    }
    if (len > 63 || in.n - *at <= len || (size_t)out->n + len + 1 > NAME_CAP)
        return LC_EPARSE;
    memcpy(out->p + out->n, in.p + *at, (size_t)len + 1);
    out->n = (uint8_t)(out->n + len + 1);
    *at += (size_t)len + 1;
    return len ? LC_MORE : LC_OK;
}

/* The name at *at, which then stands behind it. */
static bool read_name(struct lc_slice in, size_t *at, struct name *out)
{
    size_t place = *at, low = *at, behind = 0;
    enum lc_status st = LC_MORE;

    out->n = 0;
    for (unsigned hops = 0; st == LC_MORE && hops <= HOPS_CAP;) {
        bool pointer = place < in.n && in.p[place] >= 0xC0;

        if (pointer && hops++ == 0)
            behind = place + 2;
        st = step(in, &place, &low, out);
    }
    *at = behind ? behind : place;
    return st == LC_OK;
}

/* The i-th label; empty past the last. */
static struct lc_slice label(const struct name *name, unsigned i)
{
    size_t at = 0;

    while (at < name->n && i--)
        at += (size_t)name->p[at] + 1;
    return at < name->n ? lc_slice_of(name->p + at + 1, name->p[at]) : LC_S("");
}

/* Without its first label. */
static struct lc_slice tail(const struct name *name)
{
    return lc_slice_from(lc_slice_of(name->p, name->n), name->n ? (size_t)name->p[0] + 1 : 0);
}

static bool same(const struct name *a, const struct name *b)
{
    return lc_slice_ieq(lc_slice_of(a->p, a->n), lc_slice_of(b->p, b->n));
}

/* ---- records ---- */

struct record {
    struct name owner, target; /* target: of PTR and SRV */
    uint16_t type, port;       /* port: of SRV */
    struct lc_slice data;
    bool foreign; /* SRV: it leads to another host */
};

struct message {
    struct record *records;
    unsigned n;
    const struct lc_addr *from;
};

static bool skip_questions(struct lc_slice in, size_t *at, unsigned n)
{
    struct name name;

    for (unsigned i = 0; i < n; i++) {
        if (i == RECORDS_CAP || !read_name(in, at, &name) || in.n - *at < 4)
            return false;
        *at += 4;
    }
    return true;
}

/* One record at *at, whatever its type. */
static bool read_record(struct lc_slice in, size_t *at, struct record *r)
{
    struct lc_cur c;
    size_t place;

    r->foreign = false;
    if (!read_name(in, at, &r->owner))
        return false;
    c = (struct lc_cur){.s = lc_slice_from(in, *at)};
    r->type = lc_cur_be16(&c);
    (void)lc_cur_be16(&c); /* class: IN, or IN with the bit that flushes caches */
    (void)lc_cur_be32(&c);
    r->data = lc_cur_take(&c, lc_cur_be16(&c));
    if (c.bad)
        return false;
    *at = in.n - c.s.n;
    place = *at - r->data.n;
    if (r->type == T_PTR)
        return read_name(in, &place, &r->target) && place <= *at;
    if (r->type != T_SRV)
        return true;
    c = (struct lc_cur){.s = r->data};
    (void)lc_cur_be32(&c); /* priority and weight (RFC 2782) */
    r->port = lc_cur_be16(&c);
    place += 6;
    return !c.bad && read_name(in, &place, &r->target) && place <= *at;
}

/* As many records as are whole; false when none is where there should be some. */
static bool read_records(struct lc_slice in, struct message *m)
{
    struct lc_cur c = {.s = lc_slice_from(in, 4)};
    unsigned questions = lc_cur_be16(&c), records = lc_cur_be16(&c);
    size_t at = HEADER_N;

    records += lc_cur_be16(&c);
    records += lc_cur_be16(&c);
    if (!skip_questions(in, &at, questions))
        return false;
    while (m->n < records && m->n < RECORDS_CAP && read_record(in, &at, &m->records[m->n]))
        m->n++;
    return m->n > 0 || records == 0;
}

/* ---- whose ---- */

static bool link_local(const uint8_t *b)
{
    return b[0] == 0xFE && (b[1] & 0xC0) == 0x80;
}

/* Does the record hold an address that could be compared to the sender's: of the same family and,
 * in IPv6, link-local as it or not? */
static bool comparable(const struct record *r, const struct lc_addr *from)
{
    if (lc_addr_is_v4(from))
        return r->type == T_A && r->data.n == 4;
    return r->type == T_AAAA && r->data.n == 16 && link_local(r->data.p) == link_local(from->b);
}

/* All addresses that `host` is said to have are another's. */
static bool is_foreign(const struct message *m, const struct name *host)
{
    struct lc_slice mine =
        lc_addr_is_v4(m->from) ? lc_slice_of(m->from->b + 12, 4) : lc_slice_of(m->from->b, 16);
    bool other = false;

    for (unsigned i = 0; i < m->n; i++) {
        const struct record *r = &m->records[i];

        if (!comparable(r, m->from) || !same(&r->owner, host))
            continue;
        if (lc_slice_eq(r->data, mine))
            return false;
        other = true;
    }
    return other;
}

static void mark_foreign(struct message *m)
{
    for (unsigned i = 0; i < m->n; i++)
        if (m->records[i].type == T_SRV)
            m->records[i].foreign = is_foreign(m, &m->records[i].target);
}

/* The instance leads to another host. */
static bool foreign_instance(const struct message *m, const struct name *instance)
{
    for (unsigned i = 0; i < m->n; i++)
        if (m->records[i].foreign && same(&m->records[i].owner, instance))
            return true;
    return false;
}

/* ---- facts ---- */

struct sink {
    struct lc_facts *f;
    unsigned services, names, texts, hosts, macs, ports_n;
    uint16_t ports[KEPT_CAP];
    bool said;
};

static void say(struct sink *s, unsigned *count, enum lc_fact_name name, struct lc_slice value)
{
    if (*count >= KEPT_CAP || !lc_emit(s->f, name, value))
        return;
    ++*count;
    s->said = true;
}

static void say_port(struct sink *s, uint16_t port)
{
    for (unsigned i = 0; i < s->ports_n; i++)
        if (s->ports[i] == port)
            return;
    if (port == 0 || s->ports_n == KEPT_CAP)
        return;
    s->ports[s->ports_n++] = port;
    lc_facts_int(s->f, LC_F_MDNS_PORT, port);
    s->said = true;
}

/* "_axis-video", "_tcp": a service type as RFC 6763 section 7 has it. */
static bool is_service(struct lc_slice first, struct lc_slice second)
{
    return first.n > 1 && first.n <= 16 && first.p[0] == '_' &&
           (lc_slice_ieq(second, LC_S("_tcp")) || lc_slice_ieq(second, LC_S("_udp")));
}

static void say_service(struct sink *s, struct lc_slice first, struct lc_slice second)
{
    struct lc_buf out;

    lc_buf_init(&out, 64);
    (void)lc_buf_put(&out, first);
    (void)lc_buf_u8(&out, '.');
    (void)lc_buf_put(&out, second);
    for (size_t i = 0; i < out.n; i++)
        if (out.p[i] <= ' ' || out.p[i] >= 0x7F)
            out.n = 0; /* no name of a service */
    say(s, &s->services, LC_F_MDNS_SERVICE, lc_buf_view(&out));
    lc_buf_free(&out);
}

static bool is_kept(struct lc_slice first)
{
    for (size_t i = 0; i < SERVICES_N; i++)
        if (lc_slice_ieq(first, lc_slice_str(services[i])))
            return true;
    return false;
}

static void on_ptr(const struct message *m, const struct record *r, struct sink *s)
{
    struct lc_slice first = label(&r->owner, 0), second = label(&r->owner, 1);

    if (lc_slice_ieq(first, LC_S("_services")) && lc_slice_ieq(second, LC_S("_dns-sd"))) {
        if (is_service(label(&r->target, 0), label(&r->target, 1)))
            say_service(s, label(&r->target, 0), label(&r->target, 1));
        return;
    }
    if (!is_service(first, second) || foreign_instance(m, &r->target))
        return;
    say_service(s, first, second);
    if (is_kept(first) && lc_slice_ieq(tail(&r->target), lc_slice_of(r->owner.p, r->owner.n)))
        say(s, &s->names, LC_F_MDNS_NAME, label(&r->target, 0));
}

static void on_srv(const struct record *r, struct sink *s)
{
    if (r->foreign || !is_service(label(&r->owner, 1), label(&r->owner, 2)))
        return;
    say_service(s, label(&r->owner, 1), label(&r->owner, 2));
    if (!is_kept(label(&r->owner, 1)))
        return;
    say(s, &s->names, LC_F_MDNS_NAME, label(&r->owner, 0));
    say(s, &s->hosts, LC_F_MDNS_HOST, label(&r->target, 0));
    say_port(s, r->port);
}

/* Is the value of this key one that names a single device or household? `id` and `sh` are
 * HomeKit's: its device's identity, spelled like a MAC, and the hash of its set-up code. */
static bool is_personal(struct lc_slice key)
{
    static const char *const parts[] = {"mac",  "serial", "ssid", "uid",  "udn",   "user",
                                        "pass", "pwd",    "psk",  "key",  "token", "owner",
                                        "name", "note",   "loc",  "mail", "phone"};
    static const char *const whole[] = {"id", "sh", "sn", "pw", "addr", "ip"};

    if (lc_slice_ifind(key, LC_S("model"), 0) != LC_NPOS)
        return false; /* "modelname" */
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (lc_slice_ifind(key, lc_slice_str(parts[i]), 0) != LC_NPOS)
            return true;
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        if (lc_slice_ieq(key, lc_slice_str(whole[i])))
            return true;
    return false;
}

/* "key=value" or a word (RFC 6763, 6.4). A MAC goes to its own fact; of it and of what is personal
 * only "key=" is told. */
static void on_text(struct lc_slice text, struct sink *s)
{
    size_t eq = lc_slice_chr(text, '=', 0), n = TXT_CAP;
    struct lc_slice key = lc_slice_sub(text, 0, eq == LC_NPOS ? 0 : eq);
    struct lc_slice value = lc_slice_from(text, eq == LC_NPOS ? 0 : eq + 1);

    if (eq == 0 || s->macs == MACS_CAP)
        return; /* so many addresses are no device's: nothing more of it is read */
    if (!lc_slice_ieq(key, LC_S("id")) && lc_dg_mac(s->f, value)) {
        s->macs++;
        s->said = true;
        n = key.n;
    } else if (is_personal(key)) {
        n = key.n;
    }
    if (n == key.n && eq != LC_NPOS)
        n++;
    say(s, &s->texts, LC_F_MDNS_TXT, lc_slice_sub(text, 0, n < TXT_CAP ? n : TXT_CAP));
}

static void on_txt(const struct message *m, const struct record *r, struct sink *s)
{
    struct lc_cur c = {.s = r->data};

    if (!is_service(label(&r->owner, 1), label(&r->owner, 2)) || !is_kept(label(&r->owner, 1)) ||
        foreign_instance(m, &r->owner))
        return;
    for (unsigned i = 0; i < TEXTS_CAP && c.s.n; i++)
        on_text(lc_cur_take(&c, lc_cur_u8(&c)), s);
}

static void emit_records(const struct message *m, struct sink *s)
{
    for (unsigned i = 0; i < m->n; i++) {
        const struct record *r = &m->records[i];

        if (r->type == T_PTR)
            on_ptr(m, r, s);
        else if (r->type == T_SRV)
            on_srv(r, s);
        else if (r->type == T_TXT)
            on_txt(m, r, s);
    }
}

static enum lc_status mdns_parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                                 struct lc_slice in, struct lc_facts *facts)
{
    struct record records[RECORDS_CAP];
    struct message m = {.records = records, .from = from};
    struct sink s = {.f = facts};
    struct lc_cur c = {.s = in};
    unsigned flags;

    (void)lc_cur_be16(&c);
    flags = lc_cur_be16(&c);
    if (in.n < HEADER_N || flags & OPCODE_BITS || !read_records(in, &m))
        return LC_EPARSE;
    if (!(flags & ANSWER_BIT) || (ask && !mdns_ours(ask, in)))
        return LC_EREFUSED;
    mark_foreign(&m);
    emit_records(&m, &s);
    return s.said ? LC_OK : LC_EREFUSED;
}

const struct lc_dgram lc_dgram_mdns = {
    .name = "mdns",
    .port = 5353,
    .variants = 2,
    .unicast = true,
    .group4 = "224.0.0.251",
    .group6 = "ff02::fb",
    .listen = true,
    .build = mdns_build,
    .ours = mdns_ours,
    .parse = mdns_parse,
};
