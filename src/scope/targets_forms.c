/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets that name many ranges at once: nmap's octets, windows of IPv6 networks, and the addresses
 * that devices form from their hardware address.
 *
 * An IPv6 network cannot be walked through: people and programs know addresses, or where in a
 * network addresses are likely. Two such places are offered. Low numbers, because administrators
 * give them by hand (RFC 7707 4.1.3), and modified EUI-64 identifiers, because cameras form them
 * when nothing else is told (RFC 4291 2.5.1, RFC 7707 4.1.1). How many ranges one text may unfold
 * into is bounded before the first is made.
 */
#include "scope/inside.h"

#include <string.h>

#define OCTETS_MAX   65536U /* combinations of the octets before the last that varies */
#define WINDOW_BITS  24U    /* addresses of one window: 2^24, as LC_TARGETS_WIDE */
#define WINDOWS_BITS 24U    /* windows of one text: 2^24, as LC_TARGETS_MAX */
#define OUIS_NAMED   256U

/* The text at hand, and where its ranges go. */
struct form {
    struct lc_targets *t;
    const struct lc_place *at;
    struct lc_slice text;
    struct lc_err *err;
};

static enum lc_status bad_form(const struct form *f, const char *what)
{
    return lc_fail(f->err, LC_EINVAL, "%s\"%s\": %s", lc_place_name(f->at).text,
                   lc_quote(f->text).text, what);
}

/* ---- octets ---- */

/* One octet: "7", "1-254", "3-5,7", "*"; a side of a range may be missing ("-", "10-"). */
static bool read_octet(struct lc_slice s, bool in[static 256])
{
    struct lc_slice part;

    if (lc_slice_eq(s, LC_S("*")))
        s = LC_S("-");
    while (lc_slice_next(&s, ',', &part) == LC_OK) {
        size_t dash = lc_slice_chr(part, '-', 0);
        struct lc_slice low = lc_slice_sub(part, 0, dash), high = lc_slice_from(part, dash + 1);
        uint64_t from = 0, to = 255;

        if (dash == LC_NPOS) {
            if (lc_slice_u64(part, 255, &from) != LC_OK)
                return false;
            to = from;
        } else if ((low.n && lc_slice_u64(low, 255, &from) != LC_OK) ||
                   (high.n && lc_slice_u64(high, 255, &to) != LC_OK) || from > to) {
            return false;
        }
        memset(in + from, true, to - from + 1);
    }
    return true;
}

static unsigned count_of(const bool in[static 256])
{
    unsigned n = 0;

    for (unsigned i = 0; i < 256; i++)
        n += in[i];
    return n;
}

static bool read_octets(struct lc_slice text, bool in[static 4][256])
{
    size_t comma = lc_slice_chr(text, ',', 0);
    struct lc_slice octet;
    struct lc_addr a;

    /* "192.0.2.7,80" is two hosts to nmap, a host and a port to zmap: not guessed at. */
    if (comma != LC_NPOS && lc_addr_parse(lc_slice_sub(text, 0, comma), &a) == LC_OK)
        return false;
    for (unsigned i = 0; i < 4; i++)
        if (lc_slice_next(&text, '.', &octet) != LC_OK || !read_octet(octet, in[i]))
            return false;
    return text.p == NULL;
}

/* The pattern with its first `fixed` octets at `base`: octet `fixed` varies in runs, those behind
 * it are whole. */
static enum lc_status push_runs(const struct form *f, const bool in[static 256], unsigned fixed,
                                uint32_t base)
{
    unsigned shift = 24 - 8 * fixed;
    enum lc_status st = LC_OK;

    for (uint32_t i = 0; i < 256 && st == LC_OK; i++) {
        uint32_t from = i;
        struct lc_range r;

        if (!in[i])
            continue;
        while (i < 255 && in[i + 1])
            i++;
        r.first = lc_addr_v4(base | from << shift);
        r.last = lc_addr_v4(base | i << shift | ((1U << shift) - 1));
        st = lc_target_push(f->t, f->at, &r, f->err);
    }
    return st;
}

/* The value that octet `k` takes behind `v`, or -1 when that was its last. */
static int octet_behind(const bool in[static 256], int v)
{
    do
        v++;
    while (v < 256 && !in[v]);
    return v < 256 ? v : -1;
}

/* Every combination of the first `fixed` octets, as an odometer counts. */
static enum lc_status push_octets(const struct form *f, const bool in[static 4][256],
                                  unsigned fixed)
{
    int at[3] = {octet_behind(in[0], -1), octet_behind(in[1], -1), octet_behind(in[2], -1)};

    for (;;) {
        uint32_t base = 0;
        unsigned k = fixed;
        enum lc_status st;

        for (unsigned i = 0; i < fixed; i++)
            base |= (uint32_t)at[i] << (24 - 8 * i);
        st = push_runs(f, in[fixed], fixed, base);
        if (st != LC_OK)
            return st;
        while (k > 0 && (at[k - 1] = octet_behind(in[k - 1], at[k - 1])) < 0) {
            k--;
            at[k] = octet_behind(in[k], -1);
        }
        if (k == 0)
            return LC_OK;
    }
}

enum lc_status lc_target_octets(struct lc_targets *t, const struct lc_place *at,
                                struct lc_slice text, struct lc_err *err)
{
    const struct form f = {t, at, text, err};
    bool in[4][256] = {{false}};
    unsigned fixed = 3, pieces = 1;

    if (!read_octets(text, in))
        return LC_EINVAL;
    while (fixed > 0 && count_of(in[fixed]) == 256)
        fixed--;
    for (unsigned i = 0; i < fixed; i++)
        pieces *= count_of(in[i]);
    if (pieces > OCTETS_MAX)
        return lc_fail(err, LC_EPARSE,
                       _("%s%s falls into more than %u pieces; name networks that hang together"),
                       lc_place_name(at).text, lc_quote(text).text, OCTETS_MAX);
    return push_octets(&f, in, fixed);
}

/* ---- IPv6 networks ---- */

/* PREFIX of the two forms below; `bits` is its length. */
static enum lc_status read_network(const struct form *f, struct lc_slice prefix,
                                   struct lc_range *net, unsigned *bits)
{
    size_t slash = lc_slice_chr(prefix, '/', 0);
    uint64_t v;

    if (lc_range_read(f->at, prefix, net, f->err) != LC_OK)
        return LC_EINVAL;
    if (lc_addr_is_v4(&net->first) || slash == LC_NPOS ||
        lc_slice_u64(lc_slice_from(prefix, slash + 1), 128, &v) != LC_OK)
        return bad_form(f, _("an IPv6 prefix is needed here, such as 2001:db8:1::/64"));
    *bits = (unsigned)v;
    return LC_OK;
}

/* Number `v` of the networks of `bits` that begin at `a`. */
static struct lc_addr subnet_of(struct lc_addr a, uint64_t v, unsigned bits)
{
    for (; v; v >>= 1) {
        bits--;
        if (v & 1)
            a.b[bits / 8] |= (uint8_t)(0x80U >> (bits % 8));
    }
    return a;
}

static void put_low(struct lc_addr *a, uint32_t v)
{
    a->b[13] |= (uint8_t)(v >> 16);
    a->b[14] |= (uint8_t)(v >> 8);
    a->b[15] |= (uint8_t)v;
}

static bool read_hex(struct lc_slice s, uint64_t max, uint64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < s.n && i < 13; i++) {
        uint8_t c = s.p[i], folded = c | 0x20;

        if (c >= '0' && c <= '9')
            *out = *out << 4 | (uint64_t)(c - '0');
        else if (folded >= 'a' && folded <= 'f')
            *out = *out << 4 | (uint64_t)(folded - 'a' + 10);
        else
            return false;
    }
    return s.n && s.n < 13 && *out <= max;
}

/* ---- windows: PREFIX+HEX, PREFIX/SUB+HEX ---- */

/* "…/48/64" into "…/48" and 64; `sub` stays when there is no second length. */
static bool split_sub(struct lc_slice *prefix, unsigned *sub)
{
    size_t first = lc_slice_chr(*prefix, '/', 0), second;
    uint64_t v;

    second = first == LC_NPOS ? first : lc_slice_chr(*prefix, '/', first + 1);
    if (second == LC_NPOS)
        return true;
    if (lc_slice_u64(lc_slice_from(*prefix, second + 1), 128, &v) != LC_OK || v == 0)
        return false;
    prefix->n = second;
    *sub = (unsigned)v;
    return true;
}

static enum lc_status push_windows(const struct form *f, const struct lc_range *net, unsigned bits,
                                   unsigned sub, uint32_t last)
{
    enum lc_status st = LC_OK;

    for (uint64_t i = 0; i < 1ULL << (sub - bits) && st == LC_OK; i++) {
        struct lc_range r;

        r.first = r.last = subnet_of(net->first, i, sub);
        put_low(&r.last, last);
        st = lc_target_range(f->t, f->at, f->text, &r, f->err);
    }
    return st;
}

enum lc_status lc_target_window(struct lc_targets *t, const struct lc_place *at,
                                struct lc_slice text, struct lc_err *err)
{
    const struct form f = {t, at, text, err};
    size_t plus = lc_slice_chr(text, '+', 0);
    struct lc_slice prefix = lc_slice_sub(text, 0, plus);
    struct lc_range net;
    unsigned bits, sub = 0;
    uint64_t last, room;
    enum lc_status st;

    if (!split_sub(&prefix, &sub))
        return bad_form(&f, _("write windows as 2001:db8::/64+ff or 2001:db8::/48/64+ff"));
    st = read_network(&f, prefix, &net, &bits);
    if (st != LC_OK)
        return st;
    sub = sub ? sub : bits;
    if (sub < bits || sub - bits > WINDOWS_BITS)
        return bad_form(&f, _("the second prefix length must be as long as the first and at most "
                              "24 bits longer"));
    room = sub > 128 - WINDOW_BITS ? (1ULL << (128 - sub)) - 1 : (1ULL << WINDOW_BITS) - 1;
    if (!read_hex(lc_slice_from(text, plus + 1), room, &last))
        return lc_fail(err, LC_EINVAL,
                       _("%s\"%s\": behind the \"+\" belongs the last address of the window, in "
                         "hexadecimal, at most %llx"),
                       lc_place_name(at).text, lc_quote(text).text, (unsigned long long)room);
    return push_windows(&f, &net, bits, sub, (uint32_t)last);
}

/* ---- EUI-64: eui64:PREFIX, eui64:PREFIX=OUI,OUI ---- */

/* "44:19:B6", "44-19-B6" or "4419B6". A group address (RFC 7042 2.1) is nobody's OUI. */
static bool read_oui(struct lc_slice s, uint8_t out[static 3])
{
    bool apart = s.n == 8 && (s.p[2] == ':' || s.p[2] == '-') && s.p[5] == s.p[2];
    size_t stride = apart ? 3 : 2;

    if (!apart && s.n != 6)
        return false;
    for (size_t i = 0; i < 3; i++) {
        uint64_t v;

        if (!read_hex(lc_slice_sub(s, i * stride, 2), 0xff, &v))
            return false;
        out[i] = (uint8_t)v;
    }
    return !(out[0] & 1);
}

static enum lc_status read_ouis(const struct form *f, struct lc_slice list, uint8_t (*out)[3],
                                size_t *n)
{
    struct lc_slice one;

    for (*n = 0; lc_slice_next(&list, ',', &one) == LC_OK; ++*n)
        if (*n == OUIS_NAMED || !read_oui(one, out[*n]))
            return bad_form(f, _("behind the \"=\" belong up to 256 OUIs, such as 44:19:B6, "
                                 "separated by commas"));
    return LC_OK;
}

/*
 * The interface identifiers that an OUI can have: the universal/local bit is inverted, ff:fe stands
 * between OUI and serial (RFC 4291, Appendix A):
 *
 *     44:19:b6:ss:ss:ss  ->  4619:b6ff:fess:ssss
 */
static enum lc_status push_oui(const struct form *f, struct lc_addr subnet,
                               const uint8_t oui[static 3])
{
    struct lc_range r = {subnet, subnet};

    r.first.b[8] = oui[0] ^ 0x02;
    r.first.b[9] = oui[1];
    r.first.b[10] = oui[2];
    r.first.b[11] = 0xff;
    r.first.b[12] = 0xfe;
    r.last = r.first;
    put_low(&r.last, 0xffffff);
    return lc_target_range(f->t, f->at, f->text, &r, f->err);
}

/* Every OUI of `which` in every /64 of the network. */
static enum lc_status push_euis(const struct form *f, const struct lc_range *net, unsigned bits,
                                const struct lc_target_ouis *which)
{
    enum lc_status st = LC_OK;

    if (bits > 64 || 64 - bits > WINDOWS_BITS || which->n > LC_TARGETS_MAX >> (64 - bits))
        return bad_form(f, _("devices form addresses in networks of 64 bits; name a /64, or a "
                             "shorter prefix that holds few of them"));
    for (uint64_t i = 0; i < 1ULL << (64 - bits) && st == LC_OK; i++)
        for (size_t k = 0; k < which->n && st == LC_OK; k++)
            st = push_oui(f, subnet_of(net->first, i, 64), which->v[k]);
    return st;
}

enum lc_status lc_target_eui64(struct lc_targets *t, const struct lc_place *at,
                               struct lc_slice text, struct lc_err *err)
{
    const struct form f = {t, at, text, err};
    struct lc_slice prefix = lc_slice_from(text, strlen("eui64:"));
    size_t equal = lc_slice_chr(prefix, '=', 0);
    struct lc_target_ouis which = t->ouis;
    uint8_t named[OUIS_NAMED][3];
    struct lc_range net;
    unsigned bits;
    enum lc_status st = LC_OK;

    if (equal != LC_NPOS) {
        st = read_ouis(&f, lc_slice_from(prefix, equal + 1), named, &which.n);
        which.v = (const uint8_t(*)[3])named;
    }
    if (st == LC_OK)
        st = read_network(&f, lc_slice_sub(prefix, 0, equal), &net, &bits);
    if (st != LC_OK)
        return st;
    if (which.n == 0)
        return bad_form(&f, _("no list of camera makers is at hand; name an OUI, as in "
                              "eui64:2001:db8::/64=44:19:B6"));
    return push_euis(&f, &net, bits, &which);
}
