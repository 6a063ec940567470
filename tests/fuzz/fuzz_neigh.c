/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An answer of the kernel's neighbour table, or anything else. Oracle: every entry is one that may
 * be handed over (an address of its own kind, an Ethernet address that can be a device's); there
 * are no more entries than bytes for them; the same bytes say the same; and where a prefix of whole
 * messages is well formed, reading on from there gives the rest.
 */
#include "fuzz.h"
#include "base/hash.h"
#include "discover/neigh.h"

#include <linux/netlink.h>

/* One message with an IPv4 address and a MAC: header 16, body 12, attributes 8 and 10. */
#define LEAST 46U

struct seen {
    size_t n;
    uint64_t hash;
};

static void each(void *ctx, const struct lc_neigh *n)
{
    struct seen *seen = ctx;
    uint64_t key[2] = {seen->hash, seen->n};
    uint8_t flat[26];
    bool zero = true;

    FUZZ_CHECK(!(n->mac[0] & 1));
    for (size_t i = 0; i < sizeof n->mac; i++)
        zero = zero && n->mac[i] == 0;
    FUZZ_CHECK(!zero);
    FUZZ_CHECK(n->addr.zone == 0 || (n->addr.b[0] == 0xFE && n->addr.zone == n->ifindex));
    memcpy(flat, n->addr.b, 16);
    memcpy(flat + 16, n->mac, 6);
    memcpy(flat + 22, &n->ifindex, 4);
    seen->hash = lc_siphash(key, lc_slice_of(flat, sizeof flat));
    seen->n++;
}

/* The length of the first message, aligned; 0 when it does not stand in `in`. */
static size_t first_message(struct lc_slice in)
{
    struct nlmsghdr head;

    if (in.n < sizeof head)
        return 0;
    memcpy(&head, in.p, sizeof head);
    return head.nlmsg_len >= sizeof head && head.nlmsg_len <= in.n
               ? NLMSG_ALIGN((size_t)head.nlmsg_len)
               : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_slice in = lc_slice_of(p, n);
    struct seen whole = {0}, again = {0}, parts = {0};
    enum lc_status st = lc_neigh_parse(in, each, &whole);
    size_t cut = first_message(in);

    FUZZ_CHECK(st == LC_MORE || st == LC_DONE || st == LC_EIO || st == LC_EPARSE);
    FUZZ_CHECK(whole.n <= n / LEAST + 1);
    FUZZ_CHECK(lc_neigh_parse(in, each, &again) == st);
    FUZZ_CHECK(again.n == whole.n && again.hash == whole.hash);
    if (cut == 0)
        return 0;
    if (lc_neigh_parse(lc_slice_sub(in, 0, cut), each, &parts) == LC_MORE)
        FUZZ_CHECK(lc_neigh_parse(lc_slice_from(in, cut), each, &parts) == st);
    FUZZ_CHECK(parts.n == whole.n && parts.hash == whole.hash);
    return 0;
}
