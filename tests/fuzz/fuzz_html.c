/* SPDX-License-Identifier: Apache-2.0 */
/* A page: what is borrowed lies inside it, and every mark that is told stands in it. */
#include "fuzz.h"
#include "proto/html.h"

static void check_marks(struct lc_slice body)
{
    struct lc_facts f;
    struct lc_cur at;
    struct lc_fact fact;

    lc_facts_init(&f);
    lc_html_marks(body, &f);
    at = (struct lc_cur){.s = lc_buf_view(&f.buf)};
    while (lc_facts_next(&at, &fact) == LC_OK) {
        FUZZ_CHECK(fact.name == LC_F_HTTP_MARK);
        FUZZ_CHECK(lc_slice_ifind(body, fact.value, 0) != LC_NPOS);
    }
    lc_facts_free(&f);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_slice body = fuzz_copy(lc_slice_of(p, n));
    struct lc_buf title;

    lc_buf_init(&title, 4096);
    (void)lc_buf_puts(&title, "left over");
    lc_html_title(body, &title);
    FUZZ_CHECK(title.n <= 4096 && title.n <= n); /* no entity is shorter than its character */
    FUZZ_CHECK(lc_slice_find(lc_buf_view(&title), LC_S("  "), 0) == LC_NPOS);
    FUZZ_CHECK(title.n == 0 || lc_slice_ifind(body, LC_S("<title"), 0) != LC_NPOS);
    lc_buf_free(&title);
    FUZZ_CHECK(fuzz_inside(lc_html_icon(body), body));
    if (lc_html_has_password_field(body))
        FUZZ_CHECK(lc_slice_ifind(body, LC_S("password"), 0) != LC_NPOS);
    check_marks(body);
    fuzz_free(body);
    return 0;
}
