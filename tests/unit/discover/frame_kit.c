/* SPDX-License-Identifier: Apache-2.0 */
#include "frame_kit.h"

#include <string.h>

uint8_t kit_tail[2];

static void build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    (void)lc_buf_puts(out, "kit");
    (void)lc_buf_u8(out, (uint8_t)ask->variant);
    (void)lc_buf_le64(out, ask->nonce);
    (void)lc_buf_put(out, lc_slice_of(kit_tail, 2));
}

static bool ours(const struct lc_dgram_ask *ask, struct lc_slice in)
{
    return lc_slice_find(in, lc_slice_of(&ask->nonce, 8), 0) != LC_NPOS;
}

static const struct lc_dgram kit = {
    .name = "kit", .port = KIT_PORT, .variants = 2, .unicast = true, .build = build, .ours = ours};
static const struct lc_dgram kit_b = {
    .name = "kit-b", .port = KIT_PORT_B, .variants = 1, .unicast = true, .build = build};
static const struct lc_dgram none = {.name = "none", .port = 1};

const struct lc_dgram *__wrap_lc_dgram_get(enum lc_dgram_id id);
const struct lc_dgram *__wrap_lc_dgram_get(enum lc_dgram_id id)
{
    if (id == LC_D_NONE || id >= LC_D_COUNT)
        return NULL;
    return id == LC_D_WSD ? &kit : id == LC_D_DHLEGACY ? &kit_b : &none;
}

uint16_t kit_sum(const uint8_t *p, size_t n, uint32_t start)
{
    uint32_t sum = start;

    for (size_t i = 0; i < n; i++)
        sum += (uint32_t)p[i] << (i % 2 ? 0 : 8);
    while (sum > 0xffff)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)(0xffff - sum);
}

/* ---- writing, big-endian ---- */

struct pen {
    uint8_t *p;
    size_t n;
};

static void w8(struct pen *w, unsigned v)
{
    w->p[w->n++] = (uint8_t)v;
}

static void w16(struct pen *w, unsigned v)
{
    w8(w, v >> 8);
    w8(w, v & 255);
}

static void w32(struct pen *w, uint32_t v)
{
    w16(w, v >> 16);
    w16(w, v & 0xffff);
}

static void wbytes(struct pen *w, const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        w8(w, p[i]);
}

static void ip_header(struct pen *w, const struct lc_addr *from, const struct lc_addr *to,
                      uint8_t proto, size_t n)
{
    if (lc_addr_is_v4(from)) {
        w16(w, 0x4500);
        w16(w, (unsigned)(20 + n));
        w16(w, 0x1234);
        w16(w, 0);
        w8(w, 57);
        w8(w, proto);
        w16(w, 0);
        wbytes(w, from->b + 12, 4);
        wbytes(w, to->b + 12, 4);
    } else {
        w32(w, 0x60000000);
        w16(w, (unsigned)n);
        w8(w, proto);
        w8(w, 57);
        wbytes(w, from->b, 16);
        wbytes(w, to->b, 16);
    }
}

static size_t put_tcp(struct pen *w, const struct kit_answer *a)
{
    size_t at = w->n;

    w16(w, a->from_port);
    w16(w, a->to_port);
    w32(w, 0xc0ffee00);
    w32(w, a->ack);
    w8(w, (unsigned)((20 + a->options.n) / 4 << 4));
    w8(w, a->flags);
    w16(w, a->window);
    w32(w, 0);
    wbytes(w, a->options.p, a->options.n);
    return w->n - at;
}

static size_t put_udp(struct pen *w, const struct kit_answer *a)
{
    w16(w, a->from_port);
    w16(w, a->to_port);
    w16(w, (unsigned)(8 + a->payload.n));
    w16(w, 0);
    wbytes(w, a->payload.p, a->payload.n);
    return 8 + a->payload.n;
}

static size_t put_icmp(struct pen *w, const struct kit_answer *a)
{
    size_t at = w->n;

    w8(w, a->type);
    w8(w, a->code);
    w16(w, 0);
    w32(w, 0);
    ip_header(w, &a->to, &a->quoted_to, a->quoted_proto, 40);
    w16(w, a->to_port);
    w16(w, a->from_port);
    w32(w, a->ack);
    return w->n - at;
}

size_t kit_frame(const struct kit_answer *a, uint8_t out[static 2048])
{
    static const uint8_t macs[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
    bool v4 = lc_addr_is_v4(&a->from);
    uint8_t body[1024];
    struct pen l4 = {.p = body}, w = {.p = out};
    uint8_t proto = a->what == KIT_TCP ? 6 : a->what == KIT_UDP ? 17 : v4 ? 1 : 58;
    size_t n;

    n = a->what == KIT_TCP   ? put_tcp(&l4, a)
        : a->what == KIT_UDP ? put_udp(&l4, a)
                             : put_icmp(&l4, a);
    wbytes(&w, macs, 12);
    w16(&w, v4 ? 0x0800 : 0x86dd);
    ip_header(&w, &a->from, &a->to, proto, n);
    wbytes(&w, body, n);
    kit_resum(out, w.n);
    return w.n;
}

static uint32_t pairs(const uint8_t *p, size_t n)
{
    uint32_t sum = 0;

    for (size_t i = 0; i + 1 < n; i += 2)
        sum += (uint32_t)p[i] << 8 | p[i + 1];
    return sum;
}

static void resum_l4(uint8_t *t, size_t n, uint8_t proto, uint32_t pseudo)
{
    size_t at = proto == 6 ? 16 : proto == 17 ? 6 : 2;
    uint16_t sum;

    if (at + 2 > n)
        return;
    t[at] = t[at + 1] = 0;
    sum = kit_sum(t, n, proto == 1 ? 0 : pseudo + proto + (uint32_t)n);
    sum = proto == 17 && sum == 0 ? 0xffff : sum;
    t[at] = (uint8_t)(sum >> 8);
    t[at + 1] = (uint8_t)sum;
}

void kit_resum(uint8_t *frame, size_t n)
{
    uint8_t *ip = frame + 14;
    size_t head, total;

    if (n >= 34 && ip[0] >> 4 == 4) {
        uint16_t sum;

        head = (size_t)(ip[0] & 15) * 4;
        total = (size_t)ip[2] << 8 | ip[3];
        if (head < 20 || head > total || 14 + total > n)
            return;
        ip[10] = ip[11] = 0;
        sum = kit_sum(ip, head, 0);
        ip[10] = (uint8_t)(sum >> 8);
        ip[11] = (uint8_t)sum;
        resum_l4(ip + head, total - head, ip[9], pairs(ip + 12, 8));
    } else if (n >= 54 && ip[0] >> 4 == 6) {
        total = (size_t)ip[4] << 8 | ip[5];
        if (54 + total <= n)
            resum_l4(ip + 40, total, ip[6], pairs(ip + 8, 32));
    }
}
