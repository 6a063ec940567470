/* SPDX-License-Identifier: Apache-2.0 */
/* ONVIF answers. Only the four questions of src/proto/onvif.c come out, GetDeviceInformation only
 * when the scope allows it. */
#include "codec.h"

static bool info_allowed;

static void check(struct lc_slice request)
{
    static const char *const never[] = {"Set",          "GetUsers", "GetProfiles", "GetSnapshotUri",
                                        "GetStreamUri", "Create",   "Delete",      "SystemReboot",
                                        "UsernameToken"};

    fuzz_check_head(request, LC_S("POST /onvif/device_service HTTP/1.1\r\n"));
    FUZZ_CHECK(lc_slice_ends(request, LC_S("</Envelope>")));
    FUZZ_CHECK(info_allowed || lc_slice_find(request, LC_S("GetDeviceInformation"), 0) == LC_NPOS);
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        FUZZ_CHECK(lc_slice_find(request, lc_slice_str(never[i]), 0) == LC_NPOS);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    info_allowed = n && (p[0] & 2);
    fuzz_codec(&lc_proto_onvif, 0, p, n, check);
    return 0;
}
