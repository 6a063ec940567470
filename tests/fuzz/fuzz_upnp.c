/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Descriptions and routers' answers. Out come the one description that was asked for and two
 * actions that read, those only of a gateway that may be asked; the body holds nothing of the
 * peer's, and the control address is a dull path.
 */
#include "codec.h"

static bool gateway;

static void check_path(struct lc_slice path)
{
    static const char *const never[] = {"snap", "mjp",    "video",  "stream",  "..",
                                        "@",    "config", "reboot", "upgrade", "cgi-bin"};

    FUZZ_CHECK(path.n && path.p[0] == '/' && !lc_slice_starts(path, LC_S("//")));
    for (size_t i = 0; i < path.n; i++)
        FUZZ_CHECK(strchr("%#\\\"<>&", path.p[i]) == NULL);
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        FUZZ_CHECK(lc_slice_ifind(path, lc_slice_str(never[i]), 0) == LC_NPOS);
}

/* The body without the number, which is below 64. */
static void check_body(struct lc_slice body)
{
    static const struct lc_slice head = LC_S_INIT(
        "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" "
        "s:encodingStyle=\"http://schemas.xmlsoap.org/soap/encoding/\"><s:Body><u:");
    static const struct lc_slice open = LC_S_INIT("<NewPortMappingIndex>");
    struct lc_slice action = lc_slice_from(body, head.n), rest = LC_S("");
    size_t at = lc_slice_find(body, open, 0);
    uint64_t index;

    FUZZ_CHECK(lc_slice_starts(body, head) && body.n < 700);
    FUZZ_CHECK(lc_slice_ends(body, LC_S("></s:Body></s:Envelope>")));
    if (lc_slice_starts(action, LC_S("GetExternalIPAddress "))) {
        FUZZ_CHECK(at == LC_NPOS);
        return;
    }
    FUZZ_CHECK(lc_slice_starts(action, LC_S("GetGenericPortMappingEntry ")) && at != LC_NPOS);
    rest = lc_slice_from(body, at + open.n);
    FUZZ_CHECK(lc_slice_u64(lc_slice_sub(rest, 0, lc_slice_chr(rest, '<', 0)), 63, &index) ==
               LC_OK);
}

static void check(struct lc_slice request)
{
    static const char *const never[] = {"AddPort",     "AddAny",  "Delete",    "ForceTerm",
                                        "RequestConn", "SetConn", "SetDefault"};
    size_t end = lc_slice_find(request, LC_S("\r\n\r\n"), 0);

    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        FUZZ_CHECK(lc_slice_find(request, lc_slice_str(never[i]), 0) == LC_NPOS);
    if (lc_slice_starts(request, LC_S("GET "))) {
        fuzz_check_head(request, LC_S("GET /rootDesc.xml HTTP/1.1\r\n"));
        FUZZ_CHECK(end + 4 == request.n);
        return;
    }
    FUZZ_CHECK(gateway);
    fuzz_check_head(request, LC_S("POST /"));
    check_path(lc_slice_sub(request, 5, lc_slice_chr(request, ' ', 5) - 5));
    check_body(lc_slice_from(request, end + 4));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    gateway = n && (p[0] & 2);
    fuzz_codec(&lc_proto_upnp, 0, p, n, check);
    return 0;
}
