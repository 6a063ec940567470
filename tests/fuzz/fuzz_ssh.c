/* SPDX-License-Identifier: Apache-2.0 */
/* SSH greetings. We listen: not one byte may come out. */
#include "codec.h"

static void check(struct lc_slice request)
{
    FUZZ_CHECK(request.n == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    fuzz_codec(&lc_proto_ssh, 0, p, n, check);
    return 0;
}
