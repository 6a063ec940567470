/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions of mDNS. A question may end in a pointer to labels that stood before it (RFC 1035,
 * 4.1.4), so names are read label by label; each jump must go back, which ends every chain.
 *
 *   header   id 2, flags 2 (QR 0x8000, opcode 0x7800), counts of questions, answers, authority,
 *            additional: 2 each
 *   question name, type 2, class 2
 */
#include "dns.h"

#define HEAD 12

static unsigned be16(struct lc_slice s, size_t at)
{
    return at + 2 <= s.n ? (unsigned)s.p[at] << 8 | s.p[at + 1] : 0;
}

/* Compares the name at `at` with the rest of `want`; `end` is where the question goes on. */
static bool same_name(struct lc_slice msg, size_t at, struct lc_slice want, size_t *end)
{
    bool same = true, jumped = false;
    size_t limit = msg.n;
    *end = LC_NPOS;
    while (at < limit && msg.p[at] != 0) {
        size_t n = msg.p[at];
        if (n >= 0xc0) {
            if (!jumped)
                *end = at + 2;
            jumped = true;
            size_t to = be16(msg, at) & 0x3fff;
            limit = to < at ? msg.n : 0;
            at = to;
            continue;
        }
        struct lc_slice label = lc_slice_sub(msg, at + 1, n), mine = {0};
        same = same && lc_slice_next(&want, '.', &mine) == LC_OK && lc_slice_ieq(label, mine);
        at += 1 + n;
    }
    if (at >= limit)
        return false;
    if (!jumped)
        *end = at + 1;
    return same && want.n == 0;
}

bool sim_dns_asks(struct lc_slice msg, struct lc_slice name)
{
    unsigned questions = be16(msg, 4);
    size_t at = HEAD, end = HEAD;
    if (sim_dns_kind(msg) != SIM_DNS_QUESTION)
        return false;
    for (unsigned i = 0; i < questions && at < msg.n; i++) {
        if (same_name(msg, at, name, &end))
            return true;
        if (end == LC_NPOS)
            return false;
        at = end + 4;
    }
    return false;
}

enum sim_dns_kind sim_dns_kind(struct lc_slice msg)
{
    unsigned flags = be16(msg, 2);
    if (msg.n < HEAD)
        return SIM_DNS_NOISE;
    if ((flags & 0xf800) != 0 || be16(msg, 8) != 0)
        return SIM_DNS_CLAIM;
    return be16(msg, 4) ? SIM_DNS_QUESTION : SIM_DNS_NOISE;
}
