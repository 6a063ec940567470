/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One discovery codec (DGRAM, set at compile time) over any datagram. Oracle: facts only with
 * LC_OK, well formed, on port 0; the same bytes give the same facts; what an answer to another
 * question was is never taken for an answer to this one.
 *
 * Input: one byte (bit 0: asked or heard unasked; bit 1: IPv6 sender), then the datagram.
 */
#include "fuzz.h"
#include "proto/dgram.h"

static enum lc_status parse(const struct lc_dgram_ask *ask, bool v6, struct lc_slice in,
                            struct lc_facts *f)
{
    struct lc_addr from;

    FUZZ_CHECK(lc_addr_parse(v6 ? LC_S("2001:db8::9") : LC_S("192.0.2.9"), &from) == LC_OK);
    lc_facts_init(f);
    f->exch = LC_DGRAM_EXCH + DGRAM;
    return lc_dgram_get(DGRAM)->parse(ask, &from, in, f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lc_dgram_ask ask = {.nonce = 0x0123456789abcdef, .multicast = true};
    struct lc_slice in = lc_slice_of(data, size);
    struct lc_facts one, two;
    struct lc_cur at;
    struct lc_fact fact;
    enum lc_status st;
    bool asked, v6;

    if (size == 0 || size > LC_DGRAM_MAX)
        return 0;
    asked = data[0] & 1;
    v6 = data[0] & 2;
    in = lc_slice_from(in, 1);
    st = parse(asked ? &ask : NULL, v6, in, &one);
    FUZZ_CHECK(st == LC_OK || st == LC_EPARSE || st == LC_EREFUSED);
    FUZZ_CHECK(st == LC_OK || one.buf.n == 0);
    at = (struct lc_cur){.s = lc_buf_view(&one.buf)};
    while (lc_facts_next(&at, &fact) == LC_OK)
        FUZZ_CHECK(fact.port == 0);
    FUZZ_CHECK(at.s.n == 0 && !at.bad);
    FUZZ_CHECK(parse(asked ? &ask : NULL, v6, in, &two) == st);
    FUZZ_CHECK(lc_slice_eq(lc_buf_view(&one.buf), lc_buf_view(&two.buf)));
    if (st == LC_OK && asked && lc_dgram_get(DGRAM)->ours)
        FUZZ_CHECK(lc_dgram_get(DGRAM)->ours(&ask, in));
    lc_facts_free(&one);
    lc_facts_free(&two);
    return 0;
}
