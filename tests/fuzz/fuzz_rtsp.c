/* SPDX-License-Identifier: Apache-2.0 */
/* RTSP answers. Nothing but OPTIONS and DESCRIBE may ever come out. */
#include "codec.h"

static void check(struct lc_slice request)
{
    bool options = lc_slice_starts(request, LC_S("OPTIONS "));

    fuzz_check_head(request, options ? LC_S("OPTIONS rtsp") : LC_S("DESCRIBE rtsp"));
    FUZZ_CHECK(lc_slice_ends(request, LC_S("\r\n\r\n")));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    fuzz_codec(&lc_proto_rtsp, 0, p, n, check);
    return 0;
}
