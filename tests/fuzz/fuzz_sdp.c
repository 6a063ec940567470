/* SPDX-License-Identifier: Apache-2.0 */
/* Session descriptions: only the tool and codec names come out, each a part of one line. */
#include "fuzz.h"
#include "proto/sdp.h"

static void check_word(struct lc_slice word)
{
    FUZZ_CHECK(lc_slice_chr(word, '\n', 0) == LC_NPOS);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_slice body = fuzz_copy(lc_slice_of(p, n));
    struct lc_sdp sdp;

    lc_sdp_read(body, &sdp);
    FUZZ_CHECK(sdp.codecs_n <= LC_SDP_CODECS);
    FUZZ_CHECK(sdp.is_sdp || (!sdp.video && sdp.codecs_n == 0));
    FUZZ_CHECK(fuzz_inside(sdp.tool, body));
    check_word(sdp.tool);
    for (unsigned i = 0; i < sdp.codecs_n; i++) {
        FUZZ_CHECK(sdp.codec[i].n > 0);
        check_word(sdp.codec[i]);
    }
    FUZZ_CHECK(sdp.codecs_n == 0 || sdp.video);
    fuzz_free(body);
    return 0;
}
