/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets as typed. Letters become digits here, so that nothing is a host name; should the code try
 * to resolve one all the same, getaddrinfo below ends the run.
 */
#include "fuzz.h"
#include "scope/scope.h"

#include <netdb.h>

int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
    (void)node, (void)service, (void)hints, (void)out;
    FUZZ_CHECK(false && "a text without letters is not a name");
    return EAI_FAIL;
}

static void check_range(const struct lc_range *r)
{
    char text[2 * LC_ADDR_TEXT];
    struct lc_range again;

    FUZZ_CHECK(lc_addr_cmp(&r->first, &r->last) <= 0);
    FUZZ_CHECK(lc_range_parse(lc_slice_of(text, lc_range_prefix(r, text)), &again) == LC_OK);
    FUZZ_CHECK(lc_addr_cmp(&r->first, &again.first) == 0);
    FUZZ_CHECK(lc_addr_cmp(&r->last, &again.last) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_targets t = {.n = 0};
    struct lc_err err = {""};
    char text[512];
    size_t at = 0;

    for (; at < n && at + 1 < sizeof text; at++) {
        uint8_t folded = p[at] | 0x20;

        text[at] = folded >= 'a' && folded <= 'z' ? (char)('0' + folded % 10) : (char)p[at];
    }
    text[at] = 0;
    if (text[0] == '@') /* a file's name */
        text[0] = '0';
    if (lc_targets_add(&t, text, &err) == LC_OK) {
        FUZZ_CHECK(t.n == 1);
        check_range(&t.v[0]);
        FUZZ_CHECK(lc_targets_count(&t) == lc_range_count(&t.v[0]));
    } else {
        FUZZ_CHECK(t.n == 0 && err.text[0]);
    }
    lc_targets_free(&t);
    return 0;
}
