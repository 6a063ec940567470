/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the five registries delegated to a country, from the files that they publish every day
 * (delegated-REGISTRY-extended-latest; APNIC, "RIR statistics exchange format" and its extension by
 * the NRO):
 *
 *     2|apnic|20261121|72345|19830613|20261120|+1000      version, registry, serial, records, ...
 *     apnic|*|ipv4|*|51234|summary                        passed over
 *     apnic|VN|ipv4|203.0.113.0|256|20100802|allocated|A91A560A
 *     apnic|VN|ipv6|2001:db8::|32|20100802|assigned|A91A560A
 *
 * For IPv4 the fifth field is a number of addresses, not always a power of two; for IPv6 it is the
 * length of a prefix. Only what is allocated or assigned counts. Fields behind the eighth are
 * extensions. Files may be joined: each brings its version line.
 *
 * Nothing is decided here about what may be asked: what comes out is a list for somebody to sign.
 */
#include "scope/inside.h"

#include <string.h>

#define FIELDS_MAX 8U

struct delegation {
    struct lc_delegated *out;
    struct lc_lines lines;
    struct lc_err *err;
    bool begun; /* a version line was seen */
};

struct fields {
    struct lc_slice v[FIELDS_MAX];
    size_t n;
};

static struct fields split(struct lc_slice line)
{
    struct fields f = {.n = 0};

    while (f.n < FIELDS_MAX && lc_slice_next(&line, '|', &f.v[f.n]) == LC_OK)
        f.n++;
    return f;
}

static enum lc_status bad_line(struct delegation *d, const char *what)
{
    return lc_fail(d->err, LC_EPARSE, "%s%s", lc_place_name(&d->lines.at).text, what);
}

static bool is_word(struct lc_slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] < 'a' || s.p[i] > 'z') && (s.p[i] < '0' || s.p[i] > '9'))
            return false;
    return s.n > 0 && s.n <= 16;
}

static enum lc_status version_line(struct delegation *d, const struct fields *f)
{
    uint64_t records;

    if (f->v[0].p[0] != '2' || (f->v[0].n > 1 && f->v[0].p[1] != '.'))
        return bad_line(d, _("this program reads version 2 of the registries' format"));
    if (f->n < 7 || !is_word(f->v[1]) || !is_word(f->v[2]) ||
        lc_slice_u64(f->v[3], UINT32_MAX, &records) != LC_OK)
        return bad_line(d, _("a version line is wanted here: version, registry, serial number, "
                             "number of records, two dates, time zone"));
    if (!d->begun)
        (void)snprintf(d->out->source, sizeof d->out->source, "%.*s %.*s", LC_S_ARG(f->v[1]),
                       LC_S_ARG(f->v[2]));
    d->out->announced_n += records;
    d->begun = true;
    return LC_OK;
}

/* Start and number of addresses. */
static bool read_v4(const struct fields *f, struct lc_range *out)
{
    uint64_t count;
    uint32_t first;

    if (lc_addr_parse(f->v[3], &out->first) != LC_OK || !lc_addr_is_v4(&out->first) ||
        lc_slice_chr(f->v[3], ':', 0) != LC_NPOS)
        return false;
    first = lc_addr_to_v4(&out->first);
    if (lc_slice_u64(f->v[4], (1ULL << 32) - first, &count) != LC_OK || count == 0)
        return false;
    out->last = lc_addr_v4((uint32_t)(first + (count - 1)));
    return true;
}

/* Start and length of the prefix. */
static bool read_v6(const struct fields *f, struct lc_range *out)
{
    char text[LC_ADDR_TEXT];
    int n;

    if (f->v[3].n > 45 || f->v[4].n > 3) /* INET6_ADDRSTRLEN, 128 */
        return false;
    n = snprintf(text, sizeof text, "%.*s/%.*s", LC_S_ARG(f->v[3]), LC_S_ARG(f->v[4]));
    return lc_range_parse(lc_slice_of(text, (size_t)n), out) == LC_OK &&
           !lc_addr_is_v4(&out->first) && !lc_range_swallows_v4(out);
}

static enum lc_status record(struct delegation *d, const struct fields *f)
{
    bool v4 = lc_slice_eq(f->v[2], LC_S("ipv4")), v6 = lc_slice_eq(f->v[2], LC_S("ipv6"));
    struct lc_range r;

    if (f->n < 7)
        return bad_line(d, _("a record has at least seven fields: registry, country, type, start, "
                             "size, date, status; was the file downloaded whole?"));
    d->out->records_n++;
    if (!v4 && !v6 && !lc_slice_eq(f->v[2], LC_S("asn")))
        return bad_line(d, _("the third field of a record is ipv4, ipv6 or asn"));
    if (!(v4 || v6) || !lc_slice_ieq(f->v[1], lc_slice_str(d->out->cc)))
        return LC_OK;
    if (!lc_slice_eq(f->v[6], LC_S("allocated")) && !lc_slice_eq(f->v[6], LC_S("assigned")))
        return LC_OK;
    if (v4 && !read_v4(f, &r))
        return bad_line(d, _("an IPv4 record has an address and how many there are from it on"));
    if (v6 && !read_v6(f, &r))
        return bad_line(d, _("an IPv6 record has an address and the length of its prefix"));
    return lc_target_push(&d->out->nets, &d->lines.at, &r, d->err);
}

static enum lc_status one_line(struct delegation *d, struct lc_slice line)
{
    struct fields f;

    line = lc_slice_trim(line);
    if (line.n == 0 || line.p[0] == '#')
        return LC_OK;
    f = split(line);
    if (f.v[0].n && f.v[0].p[0] >= '0' && f.v[0].p[0] <= '9')
        return version_line(d, &f);
    if (!d->begun)
        return bad_line(d,
                        _("this is not a registry's file: the first line of a delegated-extended "
                          "file gives its version"));
    if (f.n == 6 && lc_slice_eq(f.v[5], LC_S("summary")))
        return LC_OK;
    return record(d, &f);
}

/* From merged ranges to prefixes, and their numbers. */
static enum lc_status finish(struct delegation *d)
{
    struct lc_targets nets = {.n = 0};
    enum lc_status st = LC_OK;

    lc_ranges_merge(&d->out->nets);
    for (size_t i = 0; i < d->out->nets.n && st == LC_OK; i++)
        st = lc_range_split(&d->out->nets.v[i], &nets);
    lc_targets_free(&d->out->nets);
    d->out->nets = nets;
    for (size_t i = 0; i < nets.n; i++)
        if (lc_addr_is_v4(&nets.v[i].first)) {
            d->out->v4_n++;
            d->out->v4_addrs += lc_range_count(&nets.v[i]);
        } else {
            d->out->v6_n++;
        }
    return st == LC_OK ? st : lc_fail(d->err, st, "%s", _("out of memory"));
}

static bool take_country(const char *cc, char out[static 3])
{
    for (size_t i = 0; i < 2; i++) {
        char c = cc[i];

        if (c >= 'a' && c <= 'z')
            c = (char)(c - 'a' + 'A');
        if (c < 'A' || c > 'Z')
            return false;
        out[i] = c;
    }
    return cc[2] == 0;
}

enum lc_status lc_delegated_read(const char *path, const char *cc, struct lc_delegated *out,
                                 struct lc_err *err)
{
    struct delegation d = {.out = out, .err = err};
    struct lc_slice line;
    enum lc_status st;

    *out = (struct lc_delegated){.announced_n = 0};
    if (!take_country(cc, out->cc))
        return lc_fail(err, LC_EINVAL,
                       _("\"%s\" is no country code; it has two letters (ISO 3166), as in VN"),
                       lc_quote(lc_slice_str(cc)).text);
    st = lc_lines_open(&d.lines, path, err);
    while (st == LC_OK && (st = lc_lines_next(&d.lines, &line, err)) == LC_OK)
        st = one_line(&d, line);
    if (st == LC_DONE)
        st = finish(&d);
    if (st == LC_OK && out->nets.n == 0)
        st = lc_fail(err, LC_ENOENT,
                     _("%s lists no addresses for %s; each registry has a file of its own, and "
                       "codes are those of ISO 3166"),
                     d.lines.at.file, out->cc);
    lc_lines_close(&d.lines);
    if (st != LC_OK)
        lc_delegated_free(out);
    return st;
}

void lc_delegated_free(struct lc_delegated *d)
{
    lc_targets_free(&d->nets);
}
