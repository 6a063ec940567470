/* SPDX-License-Identifier: Apache-2.0 */
/* TLS flights, in both rounds. One ClientHello goes out, never anything after it. */
#include "codec.h"
#include "proto/tls.h"

static unsigned hellos;

/* Record of type 22 that holds exactly one ClientHello (RFC 5246, 6.2.1 and 7.4). */
static void check(struct lc_slice request)
{
    struct lc_cur c = {.s = request};

    FUZZ_CHECK(lc_cur_u8(&c) == 22 && lc_cur_be16(&c) == 0x0301);
    FUZZ_CHECK(lc_cur_be16(&c) == c.s.n);
    FUZZ_CHECK(lc_cur_u8(&c) == 1 && lc_cur_be24(&c) == c.s.n);
    FUZZ_CHECK(!c.bad && ++hellos <= 2); /* one per telling of the dialogue */
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static bool prepared;

    if (!prepared)
        lc_tls_prepare();
    prepared = true;
    for (unsigned round = 0; round < 2; round++) {
        hellos = 0;
        fuzz_codec(&lc_proto_tls, round, p, n, check);
    }
    return 0;
}
