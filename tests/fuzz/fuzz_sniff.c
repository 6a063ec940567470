/* SPDX-License-Identifier: Apache-2.0 */
/* Naming a protocol by its first bytes: once decided, more bytes do not change it. */
#include "fuzz.h"
#include "proto/proto.h"

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    enum lc_proto_id was = LC_P_NONE;

    for (size_t i = 0; i <= n && i <= 600; i++) {
        struct lc_slice copy = fuzz_copy(lc_slice_of(p, i));
        enum lc_proto_id is = lc_sniff(copy);

        fuzz_free(copy);
        FUZZ_CHECK(is < LC_P_COUNT);
        FUZZ_CHECK(was == LC_P_NONE || is == was);
        was = is;
    }
    FUZZ_CHECK(n <= 600 || was == LC_P_NONE || lc_sniff(lc_slice_of(p, n)) == was);
    return 0;
}
