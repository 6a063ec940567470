/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who lives where, and the packet filter that says the same.
 *
 * The hash is Bob Jenkins' lookup3 ("Hash Functions for Hash Table Lookup", 2006, public domain) in
 * the form of Linux, whose nft offers it as `jhash EXPR mod M seed S`: a start value of its own,
 * and the result scaled to 0..M-1 by the upper half of a product instead of a remainder. Here it is
 * only ever taken of four bytes, an IPv4 address in network order.
 *
 * Nothing is kept per address but one bit: 2 MiB for a /8, and the rank of a bit is the number of
 * its device.
 */
#include "country.h"

#include "base/text.h"

#include <errno.h>
#include <string.h>

#define PLACES 1000U

const char sim_country_usage[] =
    "  --country RANGE     play a country in a network namespace of its own: a prefix or A-B of "
    "at\n"
    "                      most a /8, where a hash of the address decides who lives there\n"
    "  --seed HEX          of that hash (default 1)\n"
    "  --share N/1000      so many of 1,000 addresses are devices (default 48)\n"
    "  --country-refuse N/1000   so many more refuse every port, the rest is silent (default 100)\n"
    "  --country-persona ID[:WEIGHT]   persona of the country (may be repeated; default: all)\n"
    "  --country-seconds   count the worst second of its devices as well\n"
    "  --country-truth FILE   write address, persona, camera or other, ports; play nothing\n"
    "  --country-nft DEVICE   print the filter for the device it is reached by; play nothing\n";

static uint32_t rol(uint32_t v, unsigned n)
{
    return v << n | v >> (32 - n);
}

/* lookup3 of one word: its final mix alone. */
static uint32_t jhash(uint32_t word, uint32_t seed)
{
    uint32_t b = 0xdeadbeef + 4 + seed, c = b, a = b + word;
    c = (c ^ b) - rol(b, 14);
    a = (a ^ c) - rol(c, 11);
    b = (b ^ a) - rol(a, 25);
    c = (c ^ b) - rol(b, 16);
    a = (a ^ c) - rol(c, 4);
    b = (b ^ a) - rol(a, 14);
    return (c ^ b) - rol(b, 24);
}

/* `addr` in host order; the kernel reads its four bytes as a little-endian word. */
static uint32_t scaled(uint32_t addr, uint32_t seed, uint32_t modulus)
{
    return (uint32_t)((uint64_t)jhash(__builtin_bswap32(addr), seed) * modulus >> 32);
}

static bool lives(const struct sim_country *c, uint32_t addr)
{
    return scaled(addr, c->seed, PLACES) < c->share;
}

static const struct sim_persona *persona_of(const struct sim_country *c, uint32_t addr)
{
    uint32_t k = scaled(addr, c->seed + 1, c->weight_all);
    size_t i = 0;
    while (k >= c->weight[i])
        k -= c->weight[i++];
    return c->persona[i];
}

static enum lc_status thousandth(const char *value, uint64_t *out, struct lc_err *err)
{
    struct lc_slice s = lc_slice_str(value);
    if (lc_slice_ends(s, LC_S("/1000")))
        s = lc_slice_sub(s, 0, s.n - 5);
    if (lc_slice_u64(s, PLACES, out) == LC_OK)
        return LC_OK;
    return lc_fail(err, LC_EINVAL, "\"%s\" is no share: N/1000", value);
}

static enum lc_status hex32(const char *value, uint64_t *out, struct lc_err *err)
{
    struct lc_slice s = lc_slice_str(value);
    if (lc_slice_starts(s, LC_S("0x")))
        s = lc_slice_from(s, 2);
    *out = 0;
    for (size_t i = 0; i < s.n && s.n <= 8; i++) {
        const char *digits = "0123456789abcdef", *at = s.p[i] ? strchr(digits, s.p[i]) : NULL;
        if (!at)
            return lc_fail(err, LC_EINVAL, "--seed takes digits 0-9a-f, not \"%s\"", value);
        *out = *out << 4 | (uint64_t)(at - digits);
    }
    if (s.n && s.n <= 8)
        return LC_OK;
    return lc_fail(err, LC_EINVAL, "--seed takes one to eight hex digits");
}

static enum lc_status add_kind(struct sim_country_wish *w, const char *value, struct lc_err *err)
{
    struct lc_slice s = lc_slice_str(value);
    size_t colon = lc_slice_chr(s, ':', 0);
    uint64_t weight = 1;
    if (colon != LC_NPOS &&
        (lc_slice_u64(lc_slice_from(s, colon + 1), PLACES, &weight) != LC_OK || !weight))
        return lc_fail(err, LC_EINVAL, "\"%s\": a weight is a number from 1 to 1000", value);
    if (w->kind_n == SIM_COUNTRY_KINDS)
        return lc_fail(err, LC_EINVAL, "more than %d personas in a country", SIM_COUNTRY_KINDS);
    w->id[w->kind_n] = lc_slice_sub(s, 0, colon);
    w->weight[w->kind_n++] = weight;
    return LC_OK;
}

enum lc_status sim_country_option(struct sim_country_wish *w, int opt, const char *value,
                                  struct lc_err *err)
{
    switch (opt) {
    case SIM_OPT_COUNTRY:
        w->prefix = value;
        return LC_OK;
    case SIM_OPT_SEED:
        return hex32(value, &w->seed, err);
    case SIM_OPT_SHARE:
        return thousandth(value, &w->share, err);
    case SIM_OPT_REFUSE:
        return thousandth(value, &w->refuse, err);
    case SIM_OPT_KIND:
        return add_kind(w, value, err);
    case SIM_OPT_NFT:
        w->nft_device = value;
        return LC_OK;
    case SIM_OPT_COUNTRY_TRUTH:
        w->truth = value;
        return LC_OK;
    case SIM_OPT_COUNTRY_SECONDS:
        w->seconds = true;
        return LC_OK;
    default:
        return lc_fail(err, LC_EINVAL, "see lenscap-sim --help");
    }
}

static enum lc_status choose_kinds(struct sim_country *c, const struct sim_country_wish *w,
                                   const struct sim_street *street, struct lc_err *err)
{
    c->kind_n = w->kind_n ? w->kind_n : street->n;
    if (!c->kind_n || c->kind_n > SIM_COUNTRY_KINDS)
        return lc_fail(err, LC_EINVAL, "a country has 1 to %d personas", SIM_COUNTRY_KINDS);
    for (size_t i = 0; i < c->kind_n; i++) {
        c->persona[i] = w->kind_n ? sim_street_find(street, w->id[i]) : &street->persona[i];
        c->weight[i] = w->kind_n ? (uint32_t)w->weight[i] : 1;
        c->weight_all += c->weight[i];
        if (!c->persona[i])
            return lc_fail(err, LC_ENOENT, "no persona has the id \"%.*s\"", LC_S_ARG(w->id[i]));
    }
    return LC_OK;
}

static enum lc_status settle(struct sim_country *c, struct lc_err *err)
{
    size_t words = c->addresses / 64 + 1;
    c->home = lc_alloc_n(words, sizeof(*c->home));
    c->before = lc_alloc_n(words, sizeof(*c->before));
    if (!c->home || !c->before)
        return lc_fail(err, LC_ENOMEM, "memory ran out");
    for (uint32_t i = 0; i < c->addresses; i++) {
        if (i % 64 == 0)
            c->before[i / 64] = c->devices;
        if (lives(c, c->base + i)) {
            c->home[i / 64] |= (uint64_t)1 << i % 64;
            c->devices++;
        }
    }
    return c->devices ? LC_OK : lc_fail(err, LC_EINVAL, "nobody lives in this country");
}

enum lc_status sim_country_open(struct sim_country *c, const struct sim_country_wish *w,
                                const struct sim_street *street, struct lc_err *err)
{
    *c = (struct sim_country){.seed = (uint32_t)w->seed, .seconds = w->seconds};
    c->share = (uint32_t)w->share;
    c->refuse = (uint32_t)w->refuse;
    if (lc_range_parse(lc_slice_str(w->prefix), &c->range) != LC_OK ||
        !lc_addr_is_v4(&c->range.first) || lc_range_count(&c->range) > SIM_COUNTRY_MAX)
        return lc_fail(err, LC_EINVAL, "--country takes IPv4 addresses, at most a /8");
    if (c->share + c->refuse > PLACES)
        return lc_fail(err, LC_EINVAL, "devices and refusing addresses are more than all");
    c->base = lc_addr_to_v4(&c->range.first);
    c->addresses = (uint32_t)lc_range_count(&c->range);
    enum lc_status st = choose_kinds(c, w, street, err);
    return st == LC_OK ? settle(c, err) : st;
}

void sim_country_close(struct sim_country *c)
{
    lc_free(c->home);
    lc_free(c->before);
}

struct sim_host *sim_country_hosts(const struct sim_country *c)
{
    struct sim_host *host = lc_alloc_n(c->devices, sizeof(*host));
    size_t n = 0;
    for (uint32_t i = 0; host && i < c->addresses; i++)
        if (c->home[i / 64] >> i % 64 & 1)
            host[n++] = (struct sim_host){lc_addr_v4(c->base + i), persona_of(c, c->base + i)};
    return host;
}

uint32_t sim_country_find(const struct sim_country *c, uint32_t addr)
{
    uint32_t i = addr - c->base;
    if (i >= c->addresses || !(c->home[i / 64] >> i % 64 & 1))
        return SIM_NOBODY;
    uint64_t lower = c->home[i / 64] & (((uint64_t)1 << i % 64) - 1);
    return c->before[i / 64] + (uint32_t)__builtin_popcountll(lower);
}

static void put_ports(struct lc_buf *b, const struct sim_persona *p)
{
    for (size_t k = 0; k < p->port_n; k++)
        lc_buf_putf(b, "%s%u", k ? "," : "", p->port[k].port);
}

static void put_device(struct lc_buf *b, const struct sim_country *c, uint32_t addr)
{
    char text[LC_ADDR_TEXT];
    struct lc_addr a = lc_addr_v4(addr);
    const struct sim_persona *p = persona_of(c, addr);
    lc_buf_put(b, lc_slice_of(text, lc_addr_format(&a, text)));
    lc_buf_putf(b, " %.*s %s ", LC_S_ARG(p->id), p->truth.camera ? "camera" : "other");
    put_ports(b, p);
    lc_buf_puts(b, "\n");
}

enum lc_status sim_country_write_truth(const struct sim_country *c, const char *path,
                                       struct lc_err *err)
{
    FILE *f = fopen(path, "wbe");
    if (!f)
        return lc_fail(err, LC_EIO, "%s: cannot be written (%s)", path, strerror(errno));
    struct lc_buf b;
    bool ok = true;
    lc_buf_init(&b, 1 << 20);
    for (uint32_t i = 0; i < c->addresses && ok; i++) {
        if (!(c->home[i / 64] >> i % 64 & 1))
            continue;
        lc_buf_reset(&b);
        put_device(&b, c, c->base + i);
        ok = !b.full && fwrite(b.p, 1, b.n, f) == b.n;
    }
    lc_buf_free(&b);
    ok = fclose(f) == 0 && ok;
    return ok ? LC_OK : lc_fail(err, LC_EIO, "%s: cannot be written", path);
}

/* A persona's own ports go on to the listeners, every other refuses. */
static void put_kind_chain(struct lc_buf *b, const struct sim_persona *p, size_t i)
{
    lc_buf_putf(b, "  chain kind%zu {\n", i);
    if (p->port_n) {
        lc_buf_puts(b, "    tcp dport { ");
        put_ports(b, p);
        lc_buf_puts(b, " } accept\n");
    }
    lc_buf_puts(b, "    reject with tcp reset\n  }\n");
}

static void put_choice(struct lc_buf *b, const struct sim_country *c)
{
    uint32_t from = 0;
    lc_buf_putf(b, "  chain home {\n    jhash ip daddr mod %u seed 0x%x vmap { ", c->weight_all,
                c->seed + 1);
    for (size_t i = 0; i < c->kind_n; i++) {
        lc_buf_putf(b, "%s%u-%u : goto kind%zu", i ? ", " : "", from, from + c->weight[i] - 1, i);
        from += c->weight[i];
    }
    lc_buf_puts(b, " }\n  }\n");
}

/* Only the first packet of a connection is judged: the rest belongs to one that was let in. The
 * hook lies before the routing of IP, so that a probe of a silent address costs next to nothing. */
static void put_entrance(struct lc_buf *b, const struct sim_country *c, const char *device)
{
    char range[2 * LC_ADDR_TEXT];
    struct lc_slice r = lc_slice_of(range, lc_range_format(&c->range, range));
    lc_buf_putf(b, "  chain entrance {\n    type filter hook ingress device \"%s\" priority 0;\n",
                device);
    lc_buf_puts(b, "    meta protocol != ip accept\n");
    lc_buf_putf(b, "    ip daddr != %.*s accept\n", LC_S_ARG(r));
    lc_buf_puts(b, "    ip protocol != tcp drop\n"
                   "    tcp flags & (fin | syn | rst | ack) != syn accept\n");
    lc_buf_putf(b, "    jhash ip daddr mod %u seed 0x%x > %u drop\n", PLACES, c->seed,
                c->share + c->refuse - 1);
    lc_buf_putf(b, "    jhash ip daddr mod %u seed 0x%x < %u goto home\n", PLACES, c->seed,
                c->share);
    lc_buf_puts(b, "    reject with tcp reset\n  }\n");
}

enum lc_status sim_country_print_nft(const struct sim_country *c, const char *device,
                                     struct lc_err *err)
{
    struct lc_buf b;
    lc_buf_init(&b, 1 << 20);
    lc_buf_puts(&b, "table netdev country {\n");
    for (size_t i = 0; i < c->kind_n; i++)
        put_kind_chain(&b, c->persona[i], i);
    put_choice(&b, c);
    put_entrance(&b, c, device);
    lc_buf_puts(&b, "}\n");
    bool ok = !b.full && fwrite(b.p, 1, b.n, stdout) == b.n && fflush(stdout) == 0;
    lc_buf_free(&b);
    return ok ? LC_OK : lc_fail(err, LC_EIO, "the filter cannot be written");
}
