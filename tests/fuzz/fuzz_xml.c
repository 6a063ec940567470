/* SPDX-License-Identifier: Apache-2.0 */
/* XML of a peer: bounds hold at every element, and a refusal always says why. */
#include "fuzz.h"
#include "proto/xml.h"

struct seen {
    size_t elements, text;
};

static void each(void *ctx, const struct lc_xml_path *at, struct lc_slice text)
{
    struct seen *seen = ctx;

    FUZZ_CHECK(at->n >= 1 && at->n <= LC_XML_DEPTH);
    for (size_t i = 0; i < at->n; i++) {
        FUZZ_CHECK(at->name[i].n > 0);
        FUZZ_CHECK(memchr(at->name[i].p, ':', at->name[i].n) == NULL);
    }
    FUZZ_CHECK(lc_xml_is(at, at->name[at->n - 1], LC_S("")));
    seen->elements++;
    seen->text += text.n;
    FUZZ_CHECK(text.n <= LC_XML_TEXT);
    FUZZ_CHECK(lc_slice_eq(text, lc_slice_trim(text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_slice text = fuzz_copy(lc_slice_of(p, n));
    struct seen seen = {0};
    uint32_t odd = 0;
    enum lc_status st = lc_xml_read(text, each, &seen, &odd);

    FUZZ_CHECK((st == LC_OK) == (odd == 0));
    FUZZ_CHECK(st == LC_OK || st == LC_EPARSE);
    FUZZ_CHECK(st != LC_OK || seen.elements > 0);
    FUZZ_CHECK(seen.elements <= n && seen.text <= n); /* no entity may make it grow */
    fuzz_free(text);
    return 0;
}
