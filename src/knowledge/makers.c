/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From hardware addresses to their makers: what signatures on mac.maker read, so that data/oui.yaml
 * is the one place that knows prefixes.
 *
 * A whole address is asked for its longest prefix, since 28 bits tell a maker from its neighbours.
 * Imports and other programs often give the first three bytes only: then just a maker who holds all
 * of the 24 bits is named, because any of sixteen may be meant where they are shared out. Pure;
 * peers say what addresses there are, so their number is bounded.
 */
#include "knowledge/kb.h"
#include "proto/emit.h"

#define MAKERS_MAX 32U /* a recorder that relays its cameras' addresses has as many channels */
#define MAC_N      6U
#define OUI_N      3U

static int digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "AA:BB:CC" and the like into `n` bytes. False for anything else, such as the hash that a stored
 * address has become. */
static bool read_bytes(struct lc_slice text, size_t n, uint8_t *out)
{
    if (text.n != 3 * n - 1)
        return false;
    for (size_t i = 0; i < n; i++) {
        int high = digit(text.p[3 * i]), low = digit(text.p[3 * i + 1]);

        if (high < 0 || low < 0 || (i + 1 < n && text.p[3 * i + 2] != ':'))
            return false;
        out[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}

/* Is there a whole address where `oui` comes from? It has been asked already, and says more. */
static bool has_address(const struct lc_facts *f, const struct lc_fact *oui)
{
    struct lc_cur at = {.s = lc_buf_view(&f->buf)};
    struct lc_fact have;
    uint8_t mac[MAC_N];

    while (lc_facts_next(&at, &have) == LC_OK)
        if (have.name == LC_F_MAC_ADDRESS && have.port == oui->port && have.exch == oui->exch &&
            read_bytes(have.value, MAC_N, mac))
            return true;
    return false;
}

static const struct lc_oui *owner(const struct lc_kb *kb, const struct lc_facts *f,
                                  const struct lc_fact *said)
{
    const struct lc_oui *o;
    uint8_t mac[MAC_N];

    if (said->name == LC_F_MAC_ADDRESS && read_bytes(said->value, MAC_N, mac))
        return lc_kb_oui(kb, mac);
    if (said->name != LC_F_MAC_OUI || !read_bytes(said->value, OUI_N, mac))
        return NULL;
    o = lc_kb_oui24(kb, mac);
    return o && !has_address(f, said) ? o : NULL;
}

void lc_kb_makers(const struct lc_kb *kb, struct lc_facts *f)
{
    struct lc_fact made[MAKERS_MAX]; /* borrow from `kb`: the memory of `f` moves when it grows */
    struct lc_cur at = {.s = lc_buf_view(&f->buf)};
    struct lc_fact said;
    size_t n = 0;

    while (n < MAKERS_MAX && lc_facts_next(&at, &said) == LC_OK) {
        const struct lc_oui *o = owner(kb, f, &said);

        if (!o)
            continue;
        made[n] = said;
        made[n++].value = o->maker;
    }
    for (size_t i = 0; i < n; i++)
        lc_emit_derived(f, &made[i], LC_F_MAC_MAKER, made[i].value);
}
