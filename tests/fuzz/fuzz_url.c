/* SPDX-License-Identifier: Apache-2.0 */
/*
 * References that a device proposes. A path that may be asked is dull, short, stays on this host,
 * and resolves to itself. First byte: kind (bits 0 and 3), scheme and port; then the reference.
 */
#include "codec.h"
#include "proto/url.h"

static void check_path(struct lc_slice path)
{
    static const char *const never[] = {"snap", "mjp",     ".jpg", "video",  "stream",  "..",
                                        "@",    "cgi-bin", "pass", "reboot", "upgrade", "token"};

    FUZZ_CHECK(path.n >= 1 && path.n <= LC_PATH_CAP && path.p[0] == '/');
    for (size_t i = 0; i < path.n; i++)
        FUZZ_CHECK(path.p[i] > ' ' && path.p[i] < 0x7F && strchr("%#\\\"<>&", path.p[i]) == NULL);
    for (size_t i = 0; i < sizeof never / sizeof *never; i++)
        FUZZ_CHECK(lc_slice_ifind(path, lc_slice_str(never[i]), 0) == LC_NPOS);
}

/* The same reference in a datagram: who said it decides, and its path begins with a slash or is a
 * piece of it. */
static void check_whose(const struct lc_addr *from, struct lc_slice ref)
{
    struct lc_url_parts parts;
    enum lc_url_whose whose = lc_url_whose(from, ref, &parts);

    if (whose == LC_WHOSE_NONE)
        return;
    FUZZ_CHECK(parts.port != 0 && parts.path.n);
    if (!fuzz_inside(parts.path, ref)) {
        FUZZ_CHECK(lc_slice_eq(parts.path, LC_S("/")));
        return;
    }
    FUZZ_CHECK(lc_slice_chr(lc_slice_sub(ref, 0, (size_t)(parts.path.p - ref.p)), '@', 0) ==
               LC_NPOS);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_ask ask = fuzz_ask(n ? p[0] : 0, 0);
    enum lc_url_kind kind = n && (p[0] & 8)   ? LC_URL_DEVICE
                            : n && (p[0] & 1) ? LC_URL_ICON
                                              : LC_URL_PAGE;
    struct lc_slice base = n && (p[0] & 2) ? LC_S("/doc/page/login.asp") : LC_S("/"), ref;
    struct lc_path path, again;
    enum lc_url_verdict v;

    if (n == 0)
        return 0;
    ref = fuzz_copy(lc_slice_of(p + 1, n - 1));
    v = lc_url_resolve(&ask, base, ref, kind, &path);
    (void)lc_rtsp_path_ok(ref);
    check_whose(&ask.addr, ref);
    fuzz_free(ref);
    FUZZ_CHECK((v == LC_URL_HERE) == (path.n > 0));
    FUZZ_CHECK(v != LC_URL_HTTPS || !ask.tls);
    if (v != LC_URL_HERE)
        return 0;
    check_path(lc_path_view(&path));
    if (path.n > 1 && path.text[1] == '/') /* as a reference it would name a host */
        return 0;
    FUZZ_CHECK(lc_url_resolve(&ask, base, lc_path_view(&path), kind, &again) == LC_URL_HERE);
    FUZZ_CHECK(lc_slice_eq(lc_path_view(&path), lc_path_view(&again)));
    return 0;
}
