/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and ranges: text, order, arithmetic, classes. */
#include "base/addr.h"
#include "base/hash.h"

#include <arpa/inet.h>
#include <assert.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

struct lc_addr lc_addr_v4(uint32_t v)
{
    struct lc_addr a = {.zone = 0};

    memcpy(a.b, mapped, sizeof mapped);
    a.b[12] = (uint8_t)(v >> 24);
    a.b[13] = (uint8_t)(v >> 16);
    a.b[14] = (uint8_t)(v >> 8);
    a.b[15] = (uint8_t)v;
    return a;
}

bool lc_addr_is_v4(const struct lc_addr *a)
{
    return memcmp(a->b, mapped, sizeof mapped) == 0;
}

uint32_t lc_addr_to_v4(const struct lc_addr *a)
{
    assert(lc_addr_is_v4(a));
    return (uint32_t)a->b[12] << 24 | (uint32_t)a->b[13] << 16 | (uint32_t)a->b[14] << 8 | a->b[15];
}

int lc_addr_cmp(const struct lc_addr *a, const struct lc_addr *b)
{
    int d = memcmp(a->b, b->b, sizeof a->b);

    return d ? d : (a->zone > b->zone) - (a->zone < b->zone);
}

enum lc_status lc_addr_parse(struct lc_slice text, struct lc_addr *out)
{
    char host[LC_ADDR_TEXT];
    size_t pct = lc_slice_chr(text, '%', 0);
    struct in_addr v4;
    uint64_t zone = 0;

    if (pct != LC_NPOS &&
        (lc_slice_u64(lc_slice_from(text, pct + 1), UINT32_MAX, &zone) != LC_OK || zone == 0))
        return LC_EINVAL;
    if (pct != LC_NPOS)
        text.n = pct;
    if (text.n == 0 || text.n >= sizeof host || lc_slice_chr(text, 0, 0) != LC_NPOS)
        return LC_EINVAL;
    memcpy(host, text.p, text.n);
    host[text.n] = 0;
    if (inet_pton(AF_INET, host, &v4) == 1 && pct == LC_NPOS) {
        *out = lc_addr_v4(ntohl(v4.s_addr));
        return LC_OK;
    }
    *out = (struct lc_addr){.zone = (uint32_t)zone};
    /* A zone belongs to a link-local IPv6 address; on IPv4 in disguise it is a mistake. */
    return inet_pton(AF_INET6, host, out->b) == 1 && !(zone && lc_addr_is_v4(out)) ? LC_OK
                                                                                   : LC_EINVAL;
}

size_t lc_addr_format(const struct lc_addr *a, char out[static LC_ADDR_TEXT])
{
    const char *ok;

    if (lc_addr_is_v4(a))
        ok = inet_ntop(AF_INET, a->b + 12, out, LC_ADDR_TEXT);
    else
        ok = inet_ntop(AF_INET6, a->b, out, LC_ADDR_TEXT);
    assert(ok);
    if (a->zone) {
        size_t n = strlen(out);

        (void)snprintf(out + n, LC_ADDR_TEXT - n, "%%%u", a->zone);
    }
    return strlen(out);
}

size_t lc_addr_format_url(const struct lc_addr *a, char out[static LC_ADDR_TEXT])
{
    char text[LC_ADDR_TEXT];
    struct lc_addr plain = *a;

    plain.zone = 0; /* a zone means nothing to the peer */
    (void)lc_addr_format(&plain, text);
    if (lc_addr_is_v4(&plain))
        return (size_t)snprintf(out, LC_ADDR_TEXT, "%s", text);
    return (size_t)snprintf(out, LC_ADDR_TEXT, "[%.*s]", LC_ADDR_TEXT - 3, text);
}

static enum lc_status prefix_range(const struct lc_addr *base, unsigned bits, struct lc_range *out)
{
    out->first = *base;
    out->last = *base;
    for (unsigned i = bits; i < 128; i++) {
        uint8_t bit = (uint8_t)(0x80U >> (i % 8));

        if (base->b[i / 8] & bit)
            return LC_EINVAL;
        out->last.b[i / 8] |= bit;
    }
    /* A prefix that begins in IPv6 and ends among the mapped IPv4 addresses is neither. */
    return lc_addr_is_v4(&out->first) == lc_addr_is_v4(&out->last) ? LC_OK : LC_EINVAL;
}

enum lc_status lc_range_parse(struct lc_slice text, struct lc_range *out)
{
    size_t at = lc_slice_chr(text, '/', 0);
    struct lc_addr base;
    uint64_t bits;

    if (at != LC_NPOS) {
        if (lc_addr_parse(lc_slice_sub(text, 0, at), &base) != LC_OK || base.zone)
            return LC_EINVAL;
        if (lc_slice_u64(lc_slice_from(text, at + 1), 128, &bits) != LC_OK)
            return LC_EINVAL;
        if (lc_addr_is_v4(&base))
            return bits > 32 ? LC_EINVAL : prefix_range(&base, (unsigned)bits + 96, out);
        return prefix_range(&base, (unsigned)bits, out);
    }
    at = lc_slice_chr(text, '-', 0);
    if (at == LC_NPOS) {
        if (lc_addr_parse(text, &out->first) != LC_OK)
            return LC_EINVAL;
        out->last = out->first;
        return LC_OK;
    }
    if (lc_addr_parse(lc_slice_sub(text, 0, at), &out->first) != LC_OK ||
        lc_addr_parse(lc_slice_from(text, at + 1), &out->last) != LC_OK)
        return LC_EINVAL;
    if (lc_addr_is_v4(&out->first) != lc_addr_is_v4(&out->last) || out->first.zone ||
        out->last.zone || lc_addr_cmp(&out->first, &out->last) > 0)
        return LC_EINVAL;
    return LC_OK;
}

size_t lc_range_format(const struct lc_range *r, char out[static 2 * LC_ADDR_TEXT])
{
    char a[LC_ADDR_TEXT], b[LC_ADDR_TEXT];

    (void)lc_addr_format(&r->first, a);
    if (lc_addr_cmp(&r->first, &r->last) == 0)
        return (size_t)snprintf(out, 2 * LC_ADDR_TEXT, "%s", a);
    (void)lc_addr_format(&r->last, b);
    return (size_t)snprintf(out, 2 * LC_ADDR_TEXT, "%s-%s", a, b);
}

bool lc_range_has(const struct lc_range *r, const struct lc_addr *a)
{
    return memcmp(r->first.b, a->b, 16) <= 0 && memcmp(a->b, r->last.b, 16) <= 0;
}

static uint64_t half(const struct lc_addr *a, size_t at)
{
    uint64_t v = 0;

    for (size_t i = 0; i < 8; i++)
        v = v << 8 | a->b[at + i];
    return v;
}

uint64_t lc_range_count(const struct lc_range *r)
{
    uint64_t hi = half(&r->last, 0) - half(&r->first, 0);
    uint64_t lo = half(&r->last, 8) - half(&r->first, 8);

    hi -= half(&r->last, 8) < half(&r->first, 8);
    return hi || lo == UINT64_MAX ? UINT64_MAX : lo + 1;
}

static struct lc_addr add(const struct lc_addr *a, uint64_t n)
{
    struct lc_addr out = *a;
    unsigned carry = 0;

    for (size_t i = 16; i-- > 0;) {
        unsigned sum = out.b[i] + carry + (unsigned)(i >= 8 ? (n >> (8 * (15 - i))) & 0xff : 0);

        out.b[i] = (uint8_t)sum;
        carry = sum >> 8;
    }
    return out;
}

struct lc_addr lc_range_at(const struct lc_range *r, uint64_t i)
{
    struct lc_addr out = add(&r->first, i);

    assert(lc_range_has(r, &out));
    return out;
}

struct lc_addr lc_addr_next(const struct lc_addr *a)
{
    return add(a, 1);
}

struct lc_addr lc_addr_prev(const struct lc_addr *a)
{
    struct lc_addr out = *a;

    for (size_t i = 16; i-- > 0;)
        if (out.b[i]-- != 0)
            break;
    return out;
}

struct lc_addr lc_addr_block(const struct lc_addr *a)
{
    struct lc_addr out = *a;

    if (lc_addr_is_v4(a))
        out.b[15] = 0;
    else
        memset(out.b + 6, 0, 10);
    return out;
}

bool lc_addr_is_loopback(const struct lc_addr *a)
{
    static const uint8_t one[16] = {[15] = 1};

    return lc_addr_is_v4(a) ? a->b[12] == 127 : memcmp(a->b, one, 16) == 0;
}

bool lc_addr_is_private(const struct lc_addr *a)
{
    uint32_t v;

    if (!lc_addr_is_v4(a))
        return (a->b[0] & 0xfe) == 0xfc || (a->b[0] == 0xfe && (a->b[1] & 0xc0) == 0x80);
    v = lc_addr_to_v4(a);
    return v >> 24 == 10 || v >> 20 == 0xac1 || v >> 16 == 0xc0a8 || v >> 16 == 0xa9fe ||
           v >> 22 == 0x191;
}

bool lc_addr_is_unusable(const struct lc_addr *a)
{
    static const uint8_t zero[16] = {0};

    if (lc_addr_is_v4(a))
        return a->b[12] == 0 || a->b[12] >= 224;
    return a->b[0] == 0xff || memcmp(a->b, zero, 16) == 0;
}

uint64_t lc_addr_hash(const struct lc_addr *a, uint64_t seed)
{
    const uint64_t key[2] = {seed, ~seed};

    return lc_siphash(key, lc_slice_of(a->b, sizeof a->b));
}

unsigned lc_addr_to_sockaddr(const struct lc_addr *a, uint16_t port, struct sockaddr_storage *out)
{
    memset(out, 0, sizeof *out);
    if (lc_addr_is_v4(a)) {
        struct sockaddr_in *in = (struct sockaddr_in *)out;

        in->sin_family = AF_INET;
        in->sin_port = htons(port);
        memcpy(&in->sin_addr, a->b + 12, 4);
        return sizeof *in;
    }
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;

    in6->sin6_family = AF_INET6;
    in6->sin6_port = htons(port);
    in6->sin6_scope_id = a->zone;
    memcpy(&in6->sin6_addr, a->b, 16);
    return sizeof *in6;
}

struct lc_addr lc_addr_from_sockaddr(const struct sockaddr_storage *ss, uint16_t *port)
{
    struct lc_addr a = {.zone = 0};
    uint16_t p = 0;

    if (ss->ss_family == AF_INET) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)ss;

        a = lc_addr_v4(ntohl(in->sin_addr.s_addr));
        p = ntohs(in->sin_port);
    } else if (ss->ss_family == AF_INET6) {
        const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)ss;

        memcpy(a.b, &in6->sin6_addr, 16);
        a.zone = in6->sin6_scope_id;
        p = ntohs(in6->sin6_port);
    }
    if (port)
        *port = p;
    return a;
}
