/* SPDX-License-Identifier: Apache-2.0 */
/* Addresses and ranges as text: what parses is written and read back as the same value. */
#include "fuzz.h"
#include "base/addr.h"

#include <sys/socket.h>

static void check_addr(const struct lc_addr *a)
{
    char text[LC_ADDR_TEXT], again[LC_ADDR_TEXT];
    struct sockaddr_storage ss;
    struct lc_addr b;
    size_t n = lc_addr_format(a, text);
    uint16_t port;

    FUZZ_CHECK(n < LC_ADDR_TEXT && text[n] == 0);
    FUZZ_CHECK(lc_addr_parse(lc_slice_of(text, n), &b) == LC_OK);
    FUZZ_CHECK(lc_addr_cmp(a, &b) == 0);
    FUZZ_CHECK(lc_addr_format(&b, again) == n && memcmp(text, again, n) == 0);
    (void)lc_addr_to_sockaddr(a, 554, &ss);
    b = lc_addr_from_sockaddr(&ss, &port);
    FUZZ_CHECK(lc_addr_cmp(a, &b) == 0 && port == 554);
    FUZZ_CHECK(lc_addr_format_url(a, text) < LC_ADDR_TEXT);
    b = lc_addr_next(a);
    b = lc_addr_prev(&b);
    FUZZ_CHECK(lc_addr_cmp(a, &b) == 0);
}

static void check_range(const struct lc_range *r)
{
    char text[2 * LC_ADDR_TEXT];
    struct lc_range again;
    size_t n = lc_range_format(r, text);
    uint64_t count = lc_range_count(r);
    struct lc_addr end;

    FUZZ_CHECK(n < sizeof text && lc_range_parse(lc_slice_of(text, n), &again) == LC_OK);
    FUZZ_CHECK(lc_addr_cmp(&r->first, &again.first) == 0);
    FUZZ_CHECK(lc_addr_cmp(&r->last, &again.last) == 0);
    FUZZ_CHECK(count > 0 && lc_range_has(r, &r->first) && lc_range_has(r, &r->last));
    end = lc_range_at(r, count - 1);
    FUZZ_CHECK(count == UINT64_MAX || lc_addr_cmp(&end, &r->last) == 0);
    end = lc_addr_next(&r->last);
    FUZZ_CHECK(!lc_range_has(r, &end) || count == UINT64_MAX); /* all ones: the next is :: */
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_slice text = fuzz_copy(lc_slice_of(p, n));
    struct lc_addr a;
    struct lc_range r;

    if (lc_addr_parse(text, &a) == LC_OK)
        check_addr(&a);
    if (lc_range_parse(text, &r) == LC_OK)
        check_range(&r);
    fuzz_free(text);
    return 0;
}
