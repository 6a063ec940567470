/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CISA's catalogue and FIRST's scores as somebody else might write them. The first byte chooses the
 * reader. What is refused says why and where; what is taken is an overlay that can be applied, and
 * names only flaws that are known.
 */
#include "assess/vuln_feed.h"
#include "fuzz.h"

static struct lc_assessor *knowledge(void)
{
    static struct lc_assessor *a;
    static struct lc_kb *kb; /* as long as its reader */
    struct lc_err err = {""};

    if (a)
        return a;
    FUZZ_CHECK(lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err) == LC_OK);
    FUZZ_CHECK(lc_assessor_open(kb, &a, &err) == LC_OK);
    return a;
}

static void check_taken(struct lc_assessor *a, const struct lc_flaw_feed *f)
{
    struct lc_slice rest = lc_buf_view(f->out), line, word, cve;
    struct lc_err err = {""};
    size_t named = 0;

    FUZZ_CHECK(f->taken <= f->read && !f->out->full);
    while (lc_slice_next(&rest, '\n', &line) == LC_OK)
        if (lc_slice_next(&line, ' ', &word) == LC_OK && lc_slice_next(&line, ' ', &cve) == LC_OK &&
            lc_slice_starts(cve, LC_S("CVE-"))) {
            FUZZ_CHECK(lc_assessor_knows(a, cve));
            named++;
        }
    FUZZ_CHECK(named == f->taken);
    FUZZ_CHECK(lc_assessor_overlay(a, lc_buf_view(f->out), &err) == LC_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_assessor *a = knowledge();
    struct lc_slice bytes = fuzz_copy(lc_slice_of(n ? p + 1 : p, n ? n - 1 : 0));
    struct lc_flaw_feed f = {.knowledge = a, .name = "feed", .latest = 20261231};
    struct lc_err err = {""};
    struct lc_buf out;
    enum lc_status st;

    lc_buf_init(&out, LC_OVERLAY_MAX);
    lc_feed_head(&out);
    f.out = &out;
    st = n && p[0] == 'k' ? lc_feed_kev(&f, bytes, &err) : lc_feed_epss(&f, bytes, &err);
    if (st == LC_OK)
        check_taken(a, &f);
    else
        FUZZ_CHECK(strstr(err.text, "feed"));
    lc_buf_free(&out);
    fuzz_free(bytes);
    return 0;
}
