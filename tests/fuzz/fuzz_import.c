/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of other programs, one format for each program built from this source (FORMAT).
 *
 * Whatever the bytes: in one piece and in any pieces they give the same rows, the same complaints
 * and the same counts; a row's facts are well-formed, of its own port or of the device, and marked
 * as imported; a complaint is one line that a terminal can show, and is counted.
 */
#include "fuzz.h"
#include "base/hash.h"
#include "import/import.h"
#include "proto/proto.h"

struct heard {
    uint64_t key[2], sum; /* of everything that was said, in order */
    uint64_t bad;
};

static void mix(struct heard *h, struct lc_slice s)
{
    uint64_t key[2] = {h->key[0] ^ h->sum, h->key[1]};

    h->sum = lc_siphash(key, s);
}

static enum lc_status on_row(void *ctx, const struct lc_import_row *row)
{
    struct lc_cur at = {.s = row->facts};
    struct lc_fact f;
    enum lc_status st;

    FUZZ_CHECK(row->line >= 1);
    while ((st = lc_facts_next(&at, &f)) == LC_OK) {
        FUZZ_CHECK(f.port == row->port || f.port == 0);
        FUZZ_CHECK(f.flags & LC_FACT_IMPORTED);
    }
    FUZZ_CHECK(st == LC_DONE);
    mix(ctx, lc_slice_of(row->addr.b, sizeof row->addr.b));
    mix(ctx, lc_slice_of(&row->port, sizeof row->port));
    mix(ctx, lc_slice_of(&row->observed_us, sizeof row->observed_us));
    mix(ctx, lc_slice_of(&row->line, sizeof row->line));
    mix(ctx, row->facts);
    return LC_OK;
}

static void on_bad(void *ctx, uint64_t line, const char *why)
{
    struct heard *h = ctx;

    FUZZ_CHECK(line >= 1 && why[0]);
    for (const char *p = why; *p; p++)
        FUZZ_CHECK((uint8_t)*p >= 0x20 && *p != 0x7f);
    h->bad++;
    mix(h, lc_slice_of(&line, sizeof line));
    mix(h, lc_slice_str(why));
}

static struct lc_import_counts read_it(struct lc_slice bytes, struct heard *h, uint8_t seed,
                                       bool pieces)
{
    struct lc_import_to to = {on_row, on_bad, h};
    struct fuzz_split split = fuzz_split(seed);
    struct lc_import_counts n;
    struct lc_importer *im;
    enum lc_status st = LC_OK;

    *h = (struct heard){.key = {1, 2}};
    FUZZ_CHECK(lc_importer_open(lc_import_by_name(lc_slice_str(FORMAT)), &to, &im) == LC_OK);
    while (bytes.n && st == LC_OK) {
        struct lc_slice piece =
            fuzz_copy(lc_slice_sub(bytes, 0, pieces ? fuzz_piece(&split, bytes.n) : bytes.n));

        st = lc_importer_feed(im, piece);
        bytes = lc_slice_from(bytes, piece.n);
        fuzz_free(piece);
    }
    FUZZ_CHECK(st == LC_OK || st == LC_DONE);
    FUZZ_CHECK(lc_importer_end(im) == LC_OK);
    n = *lc_importer_counts(im);
    lc_importer_close(im);
    FUZZ_CHECK(n.bad == h->bad);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct heard whole, cut;
    struct lc_slice bytes = lc_slice_of(p, n);
    struct lc_import_counts a = read_it(bytes, &whole, 0, false);
    struct lc_import_counts b = read_it(bytes, &cut, n ? p[n - 1] : 0, true);

    FUZZ_CHECK(whole.sum == cut.sum);
    FUZZ_CHECK(a.records == b.records && a.bad == b.bad && a.passed == b.passed &&
               a.unknown == b.unknown);
    return 0;
}
