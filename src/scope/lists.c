/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ranges as people write them, and the two lists that no scope can change: what is never asked, and
 * what counts as private (and so needs no signature).
 */
#include "scope/inside.h"
#include "base/text.h"

#include <string.h>

/* IANA special-purpose registries (RFC 6890 and its updates). The IPv6 forms that carry an IPv4
 * address inside are here as well: through a translator they would reach an address that nobody
 * checked. */
static const char *const never[] = {
    "0.0.0.0/8",       /* "this network", RFC 791 */
    "224.0.0.0/4",     /* multicast, RFC 5771 */
    "240.0.0.0/4",     /* reserved and broadcast, RFC 1112, RFC 919 */
    "192.0.0.0/24",    /* IETF protocol assignments, RFC 6890 */
    "192.88.99.0/24",  /* 6to4 relay anycast, RFC 7526 */
    "::",              /* unspecified, RFC 4291 */
    "::2-::ffff:ffff", /* IPv4-compatible, RFC 4291 (::1 is loopback) */
    "::ffff:0:0:0/96", /* IPv4-translated, RFC 2765 */
    "64:ff9b::/96",    /* NAT64, RFC 6052 */
    "64:ff9b:1::/48",  /* local NAT64, RFC 8215 */
    "100::/64",        /* discard, RFC 6666 */
    "2001::/32",       /* Teredo, RFC 4380 */
    "2002::/16",       /* 6to4, RFC 3056 */
    "fec0::/10",       /* site-local, withdrawn by RFC 3879 */
    "ff00::/8",        /* multicast, RFC 4291 */
};

/* Loopback and private use. The shared space 100.64.0.0/10 (RFC 6598) is missing on purpose: it
 * belongs to the operator, and a subscriber's neighbours live there. */
static const char *const private_nets[] = {
    "10.0.0.0/8",     "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
    "192.168.0.0/16", "::1",         "fc00::/7",       "fe80::/10",
};

/* Networks for benchmarks of devices behind each other: RFC 2544 C.2.2 (198.18.0.0/15) and RFC 5180
 * 8 (2001:2::/48). No provider routes them, so a laboratory may use them as it likes. Outside of
 * one they count as public: what answers there belongs to somebody else's test. */
static const char *const benchmark_nets[] = {"198.18.0.0/15", "2001:2::/48"};

struct lc_quoted lc_quote(struct lc_slice s)
{
    struct lc_quoted out = {{0}};
    struct lc_buf b;

    lc_buf_init(&b, sizeof out.text - 1);
    lc_put_tty(&b, lc_slice_sub(s, 0, 80));
    if (s.n > 80)
        (void)lc_buf_puts(&b, "...");
    if (b.n)
        memcpy(out.text, b.p, b.n);
    lc_buf_free(&b);
    return out;
}

/* Length of the prefix that is exactly this range; -1 when it is none. */
static int prefix_bits(const struct lc_range *r)
{
    int bits = 0;
    bool inside = true;

    for (int i = 0; i < 128; i++) {
        unsigned mask = 0x80U >> (i % 8);
        bool a = r->first.b[i / 8] & mask, b = r->last.b[i / 8] & mask;

        if (inside && a == b)
            bits++;
        else if (a || !b)
            return -1;
        else
            inside = false;
    }
    return bits;
}

size_t lc_range_prefix(const struct lc_range *r, char out[static 2 * LC_ADDR_TEXT])
{
    char first[LC_ADDR_TEXT];
    int bits = prefix_bits(r), whole = 128;

    if (lc_addr_is_v4(&r->first) && lc_addr_is_v4(&r->last)) {
        bits -= 96;
        whole = 32;
    }
    if (bits < 0 || bits == whole)
        return lc_range_format(r, out);
    (void)lc_addr_format(&r->first, first);
    return (size_t)snprintf(out, 2 * LC_ADDR_TEXT, "%s/%d", first, bits);
}

struct lc_quoted lc_place_name(const struct lc_place *at)
{
    struct lc_quoted out = {{0}};

    if (at->file)
        (void)snprintf(out.text, sizeof out.text, "%.200s:%u: ", at->file, at->line);
    return out;
}

struct lc_quoted lc_range_name(const struct lc_range *r)
{
    struct lc_quoted out;

    (void)lc_range_prefix(r, out.text);
    return out;
}

/* 10.0.0.1/24 is either the host or its network: say both, decide neither. */
static enum lc_status host_bits(const struct lc_place *place, struct lc_slice text,
                                struct lc_err *err)
{
    size_t at = lc_slice_chr(text, '/', 0);
    struct lc_range net;
    struct lc_addr a;
    struct lc_quoted where = lc_place_name(place);
    uint64_t bits;
    unsigned keep;

    if (at == LC_NPOS || lc_addr_parse(lc_slice_sub(text, 0, at), &a) != LC_OK || a.zone ||
        lc_slice_u64(lc_slice_from(text, at + 1), lc_addr_is_v4(&a) ? 32 : 128, &bits) != LC_OK)
        return lc_fail(err, LC_EPARSE,
                       _("%s\"%s\" is not an address range; write 192.168.1.0/24, "
                         "192.168.1.10-192.168.1.20 or one address"),
                       where.text, lc_quote(text).text);
    keep = (unsigned)bits + (lc_addr_is_v4(&a) ? 96 : 0);
    net.first = net.last = a;
    for (unsigned i = keep; i < 128; i++) {
        net.first.b[i / 8] &= (uint8_t) ~(0x80U >> (i % 8));
        net.last.b[i / 8] |= (uint8_t)(0x80U >> (i % 8));
    }
    return lc_fail(err, LC_EPARSE,
                   _("%s\"%s\" has bits set behind its prefix; write %s for the network or leave "
                     "the \"/%u\" away for the one address"),
                   where.text, lc_quote(text).text, lc_range_name(&net).text, (unsigned)bits);
}

bool lc_range_swallows_v4(const struct lc_range *r)
{
    struct lc_addr low = lc_addr_v4(0);

    return !lc_addr_is_v4(&r->first) && lc_range_has(r, &low);
}

enum lc_status lc_range_read(const struct lc_place *at, struct lc_slice text, struct lc_range *out,
                             struct lc_err *err)
{
    if (lc_range_parse(text, out) != LC_OK)
        return host_bits(at, text, err);
    if (lc_range_swallows_v4(out))
        return lc_fail(err, LC_EPARSE,
                       _("%s\"%s\" would take in every IPv4 address as well; begin IPv6 ranges at "
                         "2000::/3 or narrower"),
                       lc_place_name(at).text, lc_quote(text).text);
    return LC_OK;
}

static enum lc_status push_texts(const char *const *v, size_t n, struct lc_targets *out)
{
    enum lc_status st = LC_OK;

    for (size_t i = 0; i < n && st == LC_OK; i++) {
        struct lc_range r;

        st = lc_range_parse(lc_slice_str(v[i]), &r);
        if (st == LC_OK)
            st = lc_ranges_push(out, &r);
    }
    lc_ranges_merge(out);
    return st;
}

static enum lc_status read_lines(const char *path, struct lc_slice text, struct lc_targets *out,
                                 struct lc_err *err)
{
    struct lc_place at = {path, 1};
    struct lc_slice line;

    for (; lc_slice_next(&text, '\n', &line) == LC_OK; at.line++) {
        struct lc_range r;
        enum lc_status st;

        line = lc_slice_trim(lc_slice_sub(line, 0, lc_slice_chr(line, '#', 0)));
        if (line.n == 0)
            continue;
        st = lc_range_read(&at, line, &r, err);
        if (st != LC_OK)
            return st;
        r.first.zone = r.last.zone = 0; /* excluded on every interface */
        if (lc_ranges_push(out, &r) != LC_OK)
            return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    }
    return LC_OK;
}

enum lc_status lc_never_read(const char *path, struct lc_targets *out, struct lc_err *err)
{
    struct lc_buf text;
    enum lc_status st;

    path = path ? path : LC_SCOPE_NEVER;
    if (push_texts(never, sizeof never / sizeof *never, out) != LC_OK)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    lc_buf_init(&text, LC_SCOPE_LIST_MAX);
    st = lc_file_read(path, &text, NULL, err);
    if (st == LC_OK)
        st = read_lines(path, lc_buf_view(&text), out, err);
    else if (st == LC_ENOENT)
        st = LC_OK; /* nobody asked to be left alone yet; an unreadable file is an error */
    lc_buf_free(&text);
    lc_ranges_merge(out);
    return st;
}

enum lc_status lc_ranges_public(const struct lc_targets *t, bool laboratory, struct lc_targets *out)
{
    struct lc_targets nets = {.n = 0};
    enum lc_status st;

    st = push_texts(private_nets, sizeof private_nets / sizeof *private_nets, &nets);
    if (st == LC_OK && laboratory)
        st = push_texts(benchmark_nets, sizeof benchmark_nets / sizeof *benchmark_nets, &nets);
    if (st == LC_OK)
        st = lc_ranges_subtract(t->v, t->n, nets.v, nets.n, out);
    lc_targets_free(&nets);
    return st;
}

enum lc_status lc_ranges_keep(struct lc_arena *mem, const struct lc_targets *t, struct lc_range **v,
                              size_t *n)
{
    *n = 0;
    *v = lc_arena_alloc(mem, (t->n ? t->n : 1) * sizeof **v);
    if (!*v)
        return LC_ENOMEM;
    if (t->n)
        memcpy(*v, t->v, t->n * sizeof **v);
    *n = t->n;
    return LC_OK;
}
