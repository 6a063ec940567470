/* SPDX-License-Identifier: Apache-2.0 */
/*
 * HTTP answers. Only GET comes out, of a path that shows no picture and changes nothing: the words
 * are of table X in the facts on protocols (A0), chosen here independently of src/proto/url.c.
 */
#include "codec.h"

static void check(struct lc_slice request)
{
    static const char *const never[] = {"snap", "mjp", ".jpg", "video",   "stream", "live",
                                        "..",   "%",   "pass", "reset",   "reboot", "cgi-bin",
                                        "@",    "<",   "auth", "upgrade", "config"};
    struct lc_slice target = lc_slice_sub(request, 0, lc_slice_chr(request, '\r', 0));

    fuzz_check_head(request, LC_S("GET /"));
    FUZZ_CHECK(lc_slice_ends(request, LC_S("\r\n\r\n")));
    FUZZ_CHECK(lc_slice_ends(target, LC_S(" HTTP/1.1")));
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)

        FUZZ_CHECK(lc_slice_ifind(target, lc_slice_str(never[i]), 0) == LC_NPOS);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    fuzz_codec(&lc_proto_http, 0, p, n, check);
    return 0;
}
