/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Replays the cases of a directory: each says what a fake device answers, what Lenscap must have
 * asked and every fact that must come out (no more, no fewer). A case is run whole, cut at each
 * byte, and byte by byte; all runs must agree to the byte (reliability.md H8).
 *
 * A case file, line by line; "#" starts a comment:
 *
 *     case NAME                   starts the next case
 *     proto rtsp                  codec
 *     ask port=554 nonce=1 tls info round=1 extras=1     what the engine says (address 192.0.2.10)
 *     ask port=80 desc=/rootDesc.xml gateway             ... for upnp
 *     path /x                     a documented RTSP path
 *     < "text\r\n"                the device says (C escapes); more lines go on
 *     < hex 00ff                  ... as hex
 *     < repeat 70000 "A"          ... many times
 *     <next                       the answer ends here; what follows answers the next request
 *     <close, <cut                ... and the device closes, or time runs out
 *     > OPTIONS / 1               a request that must be sent: method, path, CSeq;
 *     > GET /   > POST GetServices   > hex fffc01   > hello
 *     > WAN /ctl WANIPConnection:1 GetGenericPortMappingEntry 0
 *     => GET /x                   ... on a fresh connection
 *     fact rtsp.status@0 200      name, exchange, value (text with C escapes)
 *     derived NAME@EXCH VALUE     ... flagged as derived
 *     result done                 done, wrong or error
 */
#include "wire/drive.h"

#include <assert.h>
#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#define SEGMENTS 12
#define EXPECTED 48

struct wire_case {
    char *name;
    const char *file;
    const struct lc_proto *proto;
    struct lc_ask ask;
    struct lc_slice paths[LC_RTSP_PATHS];
    unsigned paths_n, extras;
    struct lc_buf say[SEGMENTS];
    enum drive_after after[SEGMENTS];
    size_t segments_n;
    struct lc_buf sent;
    bool hello;          /* the request is a ClientHello: only its shape is checked here */
    struct lc_buf facts; /* one expected fact per line, as render() writes them */
    enum lc_feed how;
    char *path_text[LC_RTSP_PATHS];
    char *description; /* of UPnP */
};

static unsigned failed, passed;

__attribute__((noreturn, format(printf, 2, 3))) static void die(const char *where, const char *fmt,
                                                                ...)
{
    va_list ap;

    va_start(ap, fmt);
    (void)fprintf(stderr, "%s: ", where);
    (void)vfprintf(stderr, fmt, ap);
    (void)fputc('\n', stderr);
    va_end(ap);
    exit(2);
}

/* ---- reading a case ---- */

static unsigned hex_digit(const char *where, char c)
{
    const char *digits = "0123456789abcdef", *at = c ? strchr(digits, c) : NULL;

    if (at == NULL)
        die(where, "not a hex digit: '%c'", c);
    return (unsigned)(at - digits);
}

static void put_hex(const char *where, const char *s, struct lc_buf *out)
{
    for (; *s; s += 2)
        (void)lc_buf_u8(out, (uint8_t)(hex_digit(where, s[0]) << 4 | hex_digit(where, s[1])));
}

/* "text" with \r \n \t \" \\ \0 \xHH */
static void put_text(const char *where, const char *s, struct lc_buf *out)
{
    static const char from[] = "rnt\"\\0", to[] = "\r\n\t\"\\\0";

    if (*s++ != '"')
        die(where, "a quoted text is due");
    for (; *s && *s != '"'; s++) {
        const char *at;

        if (*s != '\\') {
            (void)lc_buf_u8(out, (uint8_t)*s);
            continue;
        }
        s++;
        if (*s == 'x') {
            (void)lc_buf_u8(out, (uint8_t)(hex_digit(where, s[1]) << 4 | hex_digit(where, s[2])));
            s += 2;
            continue;
        }
        at = *s ? strchr(from, *s) : NULL;
        if (at == NULL)
            die(where, "unknown escape");
        (void)lc_buf_u8(out, (uint8_t)to[at - from]);
    }
    if (*s != '"')
        die(where, "the text has no end");
}

static void read_say(const char *where, struct wire_case *c, char *s)
{
    struct lc_buf *to = &c->say[c->segments_n];

    if (strncmp(s, "hex ", 4) == 0) {
        put_hex(where, s + 4, to);
    } else if (strncmp(s, "repeat ", 7) == 0) {
        char *text;
        unsigned long n = strtoul(s + 7, &text, 10);

        while (n--)
            put_text(where, text + 1, to);
    } else {
        put_text(where, s, to);
    }
}

static void read_after(const char *where, struct wire_case *c, const char *word)
{
    if (c->segments_n + 1 >= SEGMENTS)
        die(where, "too many answers");
    c->after[c->segments_n++] = strcmp(word, "close") == 0 ? DRIVE_CLOSE
                                : strcmp(word, "cut") == 0 ? DRIVE_CUT
                                                           : DRIVE_STAY;
}

static void expect_rtsp(struct wire_case *c, const char *method, const char *path, const char *cseq)
{
    (void)lc_buf_putf(
        &c->sent,
        "%s %s://192.0.2.10:%u%s RTSP/1.0\r\nCSeq: %s\r\nUser-Agent: lenscap/" LC_VERSION
        "\r\n%s\r\n",
        method, c->ask.tls ? "rtsps" : "rtsp", (unsigned)c->ask.port, path, cseq,
        strcmp(method, "DESCRIBE") == 0 ? "Accept: application/sdp\r\n" : "");
}

static void put_host(struct wire_case *c)
{
    (void)lc_buf_puts(&c->sent, "Host: 192.0.2.10");
    if (c->ask.port != (c->ask.tls ? 443 : 80))
        (void)lc_buf_putf(&c->sent, ":%u", (unsigned)c->ask.port);
    (void)lc_buf_puts(&c->sent, "\r\nUser-Agent: lenscap/" LC_VERSION "\r\n");
}

static void expect_post(struct wire_case *c, const char *action)
{
    const char *inner = strcmp(action, "GetServices") == 0
                            ? "<IncludeCapability>false</IncludeCapability>"
                        : strcmp(action, "GetCapabilities") == 0 ? "<Category>All</Category>"
                                                                 : "";
    struct lc_buf body;

    lc_buf_init(&body, 4096);
    (void)lc_buf_putf(&body,
                      "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Envelope "
                      "xmlns=\"http://www.w3.org/2003/05/soap-envelope\"><Body><%s "
                      "xmlns=\"http://www.onvif.org/ver10/device/wsdl\">%s</%s></Body></Envelope>",
                      action, inner, action);
    (void)lc_buf_puts(&c->sent, "POST /onvif/device_service HTTP/1.1\r\n");
    put_host(c);
    (void)lc_buf_putf(&c->sent,
                      "Content-Type: application/soap+xml; charset=utf-8; "
                      "action=\"http://www.onvif.org/ver10/device/wsdl/%s\"\r\nContent-Length: "
                      "%zu\r\nConnection: keep-alive\r\n\r\n",
                      action, body.n);
    (void)lc_buf_put(&c->sent, lc_buf_view(&body));
    lc_buf_free(&body);
}

/* UPnP Device Architecture 1.1, 3.2.1. */
static void expect_wan(struct wire_case *c, const char *path, const char *service,
                       const char *action, const char *index)
{
    struct lc_buf body;

    lc_buf_init(&body, 4096);
    (void)lc_buf_putf(&body,
                      "<?xml version=\"1.0\"?><s:Envelope "
                      "xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" "
                      "s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body>"
                      "<u:%s xmlns:u=\"urn:schemas-upnp-org:service:%s\">%s%s%s</u:%s></s:Body>"
                      "</s:Envelope>",
                      action, service, index ? "<NewPortMappingIndex>" : "", index ? index : "",
                      index ? "</NewPortMappingIndex>" : "", action);
    (void)lc_buf_putf(&c->sent, "POST %s HTTP/1.1\r\n", path);
    put_host(c);
    (void)lc_buf_putf(&c->sent,
                      "Content-Type: text/xml; charset=\"utf-8\"\r\nSOAPAction: "
                      "\"urn:schemas-upnp-org:service:%s#%s\"\r\nContent-Length: %zu\r\n"
                      "Connection: keep-alive\r\n\r\n",
                      service, action, body.n);
    (void)lc_buf_put(&c->sent, lc_buf_view(&body));
    lc_buf_free(&body);
}

static void read_expect(const char *where, struct wire_case *c, char *s, bool fresh)
{
    char *word = strsep(&s, " "), *arg = strsep(&s, " ");

    if (fresh)
        (void)lc_buf_puts(&c->sent, DRIVE_FRESH);
    if (strcmp(word, "hello") == 0) {
        c->hello = true;
    } else if (arg == NULL) {
        die(where, "a request needs an argument");
    } else if (strcmp(word, "hex") == 0) {
        put_hex(where, arg, &c->sent);
    } else if (strcmp(word, "GET") == 0) {
        (void)lc_buf_putf(&c->sent, "GET %s HTTP/1.1\r\n", arg);
        put_host(c);
        (void)lc_buf_puts(&c->sent, "Accept: */*\r\nConnection: keep-alive\r\n\r\n");
    } else if (strcmp(word, "POST") == 0) {
        expect_post(c, arg);
    } else if (strcmp(word, "WAN") == 0) {
        char *service = strsep(&s, " "), *action = strsep(&s, " ");

        if (action == NULL)
            die(where, "WAN needs path, service and action");
        expect_wan(c, arg, service, action, strsep(&s, " "));
    } else {
        expect_rtsp(c, word, arg, strsep(&s, " "));
    }
}

static unsigned give_paths(void *ctx, struct lc_slice facts, struct lc_slice out[LC_RTSP_PATHS])
{
    const struct wire_case *c = ctx;

    (void)facts;
    for (unsigned i = 0; i < c->paths_n; i++)
        out[i] = c->paths[i];
    return c->paths_n;
}

static unsigned give_extras(void *ctx, struct lc_slice facts)
{
    (void)facts;
    return ((const struct wire_case *)ctx)->extras;
}

static void read_ask(const char *where, struct wire_case *c, char *s)
{
    for (char *w = strsep(&s, " "); w; w = strsep(&s, " ")) {
        char *eq = strchr(w, '=');
        unsigned long v = eq ? strtoul(eq + 1, NULL, 10) : 0;

        if (strncmp(w, "port=", 5) == 0)
            c->ask.port = (uint16_t)v;
        else if (strncmp(w, "nonce=", 6) == 0)
            c->ask.nonce = v;
        else if (strncmp(w, "round=", 6) == 0)
            c->ask.round = (unsigned)v;
        else if (strncmp(w, "extras=", 7) == 0)
            c->extras = (unsigned)v;
        else if (strcmp(w, "tls") == 0)
            c->ask.tls = true;
        else if (strcmp(w, "info") == 0)
            c->ask.device_info = true;
        else if (strcmp(w, "gateway") == 0)
            c->ask.gateway = true;
        else if (strncmp(w, "desc=", 5) == 0)
            c->ask.path = lc_slice_str(c->description = lc_str_dup(lc_slice_str(w + 5)));
        else
            die(where, "unknown word \"%s\"", w);
    }
}

static void read_fact(const char *where, struct wire_case *c, const char *s, bool derived)
{
    const char *blank = strchr(s, ' ');

    if (blank == NULL || strchr(s, '@') == NULL)
        die(where, "a fact needs NAME@EXCH VALUE");
    (void)lc_buf_putf(&c->facts, "%s%s\n", s, derived ? " (derived)" : "");
}

static void read_path(const char *where, struct wire_case *c, const char *s)
{
    if (c->paths_n == LC_RTSP_PATHS)
        die(where, "too many paths");
    c->path_text[c->paths_n] = lc_str_dup(lc_slice_str(s));
    c->paths[c->paths_n] = lc_slice_str(c->path_text[c->paths_n]);
    c->paths_n++;
}

static void read_result(const char *where, struct wire_case *c, const char *s)
{
    if (strcmp(s, "done") == 0)
        c->how = LC_FEED_DONE;
    else if (strcmp(s, "wrong") == 0)
        c->how = LC_FEED_WRONG;
    else if (strcmp(s, "error") == 0)
        c->how = LC_FEED_ERROR;
    else
        die(where, "unknown result \"%s\"", s);
}

static void read_line(const char *where, struct wire_case *c, char *s)
{
    if (strncmp(s, "proto ", 6) == 0)
        c->proto = lc_proto_get(lc_proto_by_name(lc_slice_str(s + 6)));
    else if (strncmp(s, "ask ", 4) == 0)
        read_ask(where, c, s + 4);
    else if (strncmp(s, "path ", 5) == 0)
        read_path(where, c, s + 5);
    else if (strncmp(s, "< ", 2) == 0)
        read_say(where, c, s + 2);
    else if (s[0] == '<')
        read_after(where, c, s + 1);
    else if (strncmp(s, "> ", 2) == 0)
        read_expect(where, c, s + 2, false);
    else if (strncmp(s, "=> ", 3) == 0)
        read_expect(where, c, s + 3, true);
    else if (strncmp(s, "fact ", 5) == 0)
        read_fact(where, c, s + 5, false);
    else if (strncmp(s, "derived ", 8) == 0)
        read_fact(where, c, s + 8, true);
    else if (strncmp(s, "result ", 7) == 0)
        read_result(where, c, s + 7);
    else
        die(where, "unknown line: %s", s);
}

/* ---- comparing ---- */

static void render_value(const struct lc_fact *f, struct lc_buf *out)
{
    enum lc_fact_type type = lc_fact_infos[f->name].type;

    if (type == LC_FT_INT) {
        (void)lc_buf_putf(out, "%lld", (long long)lc_fact_as_int(f));
    } else if (type == LC_FT_BOOL) {
        (void)lc_buf_puts(out, lc_fact_as_int(f) ? "true" : "false");
    } else {
        for (size_t i = 0; i < f->value.n; i++) {
            uint8_t ch = f->value.p[i];

            if (ch >= 0x20 && ch != 0x7F && ch != '\\')
                (void)lc_buf_u8(out, ch);
            else
                (void)lc_buf_putf(out, "\\x%02x", ch);
        }
    }
}

static void render(struct lc_slice blob, struct lc_buf *out)
{
    struct lc_cur at = {.s = blob};
    struct lc_fact f;

    while (lc_facts_next(&at, &f) == LC_OK) {
        (void)lc_buf_putf(out, "%s@%u ", lc_fact_infos[f.name].name, f.exch);
        render_value(&f, out);
        (void)lc_buf_puts(out, f.flags & LC_FACT_CUT ? " (cut)" : "");
        (void)lc_buf_puts(out, f.flags & LC_FACT_DERIVED ? " (derived)\n" : "\n");
    }
}

/* Prints the lines of `a` that `b` lacks; counts them. */
static unsigned missing(struct lc_slice a, struct lc_slice b, const char *what)
{
    struct lc_slice line, other;
    unsigned n = 0;

    while (lc_slice_next(&a, '\n', &line) == LC_OK) {
        struct lc_slice rest = b;
        bool found = line.n == 0;

        while (!found && lc_slice_next(&rest, '\n', &other) == LC_OK)
            found = lc_slice_eq(line, other);
        if (!found)
            (void)printf("  %s %.*s\n", what, LC_S_ARG(line));
        n += !found;
    }
    return n;
}

static bool is_hello(struct lc_slice s)
{
    return s.n > 9 && s.p[0] == 0x16 && s.p[1] == 3 && s.p[5] == 1 &&
           (size_t)(s.p[3] << 8 | s.p[4]) == s.n - 5 && (size_t)(s.p[7] << 8 | s.p[8]) == s.n - 9;
}

/* Who only listens must have sent all its refusals when the greeting came in single bytes. */
static bool sent_as_expected(const struct wire_case *c, const struct drive *d)
{
    struct lc_slice have = lc_buf_view(&d->sent), want = lc_buf_view(&c->sent);

    if (c->hello)
        return is_hello(have);
    if (c->proto->listens && d->split != DRIVE_BYTEWISE)
        return lc_slice_starts(want, have);
    return lc_slice_eq(have, want);
}

static unsigned compare(const struct wire_case *c, const struct drive *d)
{
    struct lc_buf have;
    unsigned bad = 0;

    lc_buf_init(&have, 1U << 20);
    render(lc_buf_view(&d->facts.buf), &have);
    bad += missing(lc_buf_view(&c->facts), lc_buf_view(&have), "missing fact:");
    bad += missing(lc_buf_view(&have), lc_buf_view(&c->facts), "unexpected fact:");
    if (d->how != c->how) {
        (void)printf("  result %d, expected %d\n", d->how, c->how);
        bad++;
    }
    if (!sent_as_expected(c, d)) {
        (void)printf("  sent:\n%.*s\n  expected:\n%.*s\n", LC_S_ARG(lc_buf_view(&d->sent)),
                     LC_S_ARG(lc_buf_view(&c->sent)));
        bad++;
    }
    lc_buf_free(&have);
    return bad;
}

/* ---- running ---- */

static void replay(const struct wire_case *c, const struct drive_segment *segments, size_t split,
                   struct drive *d)
{
    *d = (struct drive){.proto = c->proto,
                        .ask = c->ask,
                        .segments = segments,
                        .segments_n = c->segments_n,
                        .split = split};
    drive_run(d);
}

static unsigned run_splits(const struct wire_case *c, const struct drive_segment *segments,
                           const struct drive *whole, size_t total)
{
    size_t stride = total / 1500 + 1; /* long ones: some 1,500 places, the last 64 bytes all */
    struct drive d;

    for (size_t at = 1; at < total; at += at + 64 < total ? stride : 1) {
        bool same;

        replay(c, segments, at, &d);
        same = drive_same(whole, &d);
        drive_free(&d);
        if (!same) {
            (void)printf("  differs when cut at byte %zu\n", at);
            return 1;
        }
    }
    return 0;
}

static void run_case(struct wire_case *c)
{
    struct drive_segment segments[SEGMENTS];
    struct drive whole, bytes;
    size_t total = 0;
    unsigned bad;

    assert(lc_addr_parse(LC_S("192.0.2.10"), &c->ask.addr) == LC_OK);
    c->ask.rtsp_paths = give_paths;
    c->ask.http_extras = give_extras;
    c->ask.ctx = c;
    if (c->say[c->segments_n].n)
        c->segments_n++;
    for (size_t i = 0; i < c->segments_n; i++) {
        segments[i] = (struct drive_segment){lc_buf_view(&c->say[i]), c->after[i]};
        total += c->say[i].n;
    }
    replay(c, segments, DRIVE_WHOLE, &whole);
    replay(c, segments, DRIVE_BYTEWISE, &bytes);
    bad = compare(c, &whole) + compare(c, &bytes);
    if (!drive_same(&whole, &bytes)) {
        (void)printf("  differs byte by byte\n");
        bad++;
    }
    bad += run_splits(c, segments, &whole, total);
    (void)printf("%s %s: %s\n", bad ? "FAIL" : "ok", c->file, c->name);
    *(bad ? &failed : &passed) += 1;
    drive_free(&whole);
    drive_free(&bytes);
}

static void begin_case(struct wire_case *c, const char *file, const char *name)
{
    *c = (struct wire_case){.how = LC_FEED_DONE, .ask = {.nonce = 1}};
    c->name = lc_str_dup(lc_slice_str(name));
    c->file = file;
    for (size_t i = 0; i < SEGMENTS; i++)
        lc_buf_init(&c->say[i], 1U << 20);
    lc_buf_init(&c->sent, 1U << 16);
    lc_buf_init(&c->facts, 1U << 16);
}

static void end_case(struct wire_case *c)
{
    if (c->proto == NULL)
        die(c->name, "a case needs a known proto");
    run_case(c);
    for (size_t i = 0; i < SEGMENTS; i++)
        lc_buf_free(&c->say[i]);
    for (unsigned i = 0; i < c->paths_n; i++)
        lc_free(c->path_text[i]);
    lc_free(c->description);
    lc_buf_free(&c->sent);
    lc_buf_free(&c->facts);
    lc_free(c->name);
}

static void run_file(const char *dir, const char *name)
{
    static struct wire_case c;
    static char line[65536];
    char path[512], where[600];
    bool open = false;
    unsigned n = 0;
    FILE *f;

    (void)snprintf(path, sizeof path, "%s/%s", dir, name);
    f = fopen(path, "r");
    if (f == NULL)
        die(path, "cannot be read");
    while (fgets(line, sizeof line, f)) {
        (void)snprintf(where, sizeof where, "%s:%u", path, ++n);
        line[strcspn(line, "\n")] = 0;
        if (line[0] == 0 || line[0] == '#')
            continue;
        if (strncmp(line, "case ", 5) == 0) {
            if (open)
                end_case(&c);
            begin_case(&c, name, line + 5);
            open = true;
        } else {
            read_line(where, &c, line);
        }
    }
    if (open)
        end_case(&c);
    (void)fclose(f);
}

static int is_wire(const struct dirent *e)
{
    return lc_slice_ends(lc_slice_str(e->d_name), LC_S(".wire"));
}

int main(int argc, char **argv)
{
    struct dirent **files;
    int n;

    if (argc != 2)
        die(argv[0], "usage: wire DIRECTORY");
    n = scandir(argv[1], &files, is_wire, alphasort);
    if (n <= 0)
        die(argv[1], "holds no .wire files");
    for (int i = 0; i < n; i++) {
        run_file(argv[1], files[i]->d_name);
        free(files[i]);
    }
    free(files);
    (void)printf("%u passed, %u failed\n", passed, failed);
    return failed != 0;
}
