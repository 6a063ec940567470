/* SPDX-License-Identifier: Apache-2.0 */
/* Telnet greetings. Only refusals come out (RFC 854): IAC WONT x, IAC DONT x. */
#include "codec.h"

static void check(struct lc_slice request)
{
    FUZZ_CHECK(request.n % 3 == 0);
    for (size_t i = 0; i < request.n; i += 3)
        FUZZ_CHECK(request.p[i] == 255 && (request.p[i + 1] == 252 || request.p[i + 1] == 254));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    fuzz_codec(&lc_proto_telnet, 0, p, n, check);
    return 0;
}
