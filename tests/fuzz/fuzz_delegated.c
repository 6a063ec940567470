/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Registries' files. Whatever the text: what is taken are prefixes, sorted and apart, which add up
 * to the numbers that are told; the draft made of them is refused as it stands, and once it is
 * filled in it is read whole and lacks nothing but a signature; what is refused says why in one
 * line that a terminal can show.
 */
#include "fuzz.h"
#include "scope/scope.h"

#include <sys/mman.h>
#include <unistd.h>

#define NOW 1790000000 /* 2026-09-21 UTC */

static const char *file_of(struct lc_slice text)
{
    static char path[64];
    static int file = -1;

    if (file < 0) {
        file = memfd_create("delegated", MFD_CLOEXEC);
        FUZZ_CHECK(file >= 0);
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    FUZZ_CHECK(ftruncate(file, 0) == 0);
    FUZZ_CHECK(text.n == 0 || pwrite(file, text.p, text.n, 0) == (ssize_t)text.n);
    return path;
}

static void check_message(const struct lc_err *err)
{
    FUZZ_CHECK(err->text[0]);
    for (const char *p = err->text; *p; p++)
        FUZZ_CHECK((uint8_t)*p >= 0x20 && *p != 0x7f);
}

static void check_nets(const struct lc_delegated *d)
{
    uint64_t v4 = 0, v4_addrs = 0;

    FUZZ_CHECK(d->nets.n > 0 && strcmp(d->cc, "VN") == 0);
    for (size_t i = 0; i < d->nets.n; i++) {
        const struct lc_range *r = &d->nets.v[i];
        char text[2 * LC_ADDR_TEXT];

        FUZZ_CHECK(lc_addr_cmp(&r->first, &r->last) <= 0);
        FUZZ_CHECK(i == 0 || lc_addr_cmp(&d->nets.v[i - 1].last, &r->first) < 0);
        (void)lc_range_prefix(r, text);
        FUZZ_CHECK(strchr(text, '-') == NULL);
        v4 += lc_addr_is_v4(&r->first);
        v4_addrs += lc_addr_is_v4(&r->first) ? lc_range_count(r) : 0;
    }
    FUZZ_CHECK(v4 == d->v4_n && v4 + d->v6_n == d->nets.n && v4_addrs == d->v4_addrs);
    FUZZ_CHECK(d->v4_addrs <= 1ULL << 32 && d->records_n > 0);
}

/* Every "" of the draft becomes what its key wants. */
static void fill_in(struct lc_slice draft, struct lc_buf *out)
{
    struct lc_slice line;

    while (lc_slice_next(&draft, '\n', &line) == LC_OK) {
        bool empty = lc_slice_ends(line, LC_S(": \"\""));
        const char *value = lc_slice_starts(line, LC_S("  until"))  ? "2027-01-01"
                            : lc_slice_starts(line, LC_S("  from")) ? "2026-01-01"
                                                                    : "https://e.example/";

        (void)lc_buf_put(out, lc_slice_sub(line, 0, empty ? line.n - 2 : line.n));
        (void)lc_buf_puts(out, empty ? value : "");
        (void)lc_buf_u8(out, '\n');
    }
}

static void must_refuse(struct lc_slice text, const char *why)
{
    static const struct lc_scope_paths paths = {"/proc/self/no-keys", "/proc/self/no-list"};
    struct lc_err err = {""};
    struct lc_scope s;

    FUZZ_CHECK(lc_scope_load(file_of(text), &paths, NOW, &s, &err) == LC_EREFUSED);
    FUZZ_CHECK(strstr(err.text, why) != NULL);
}

static bool is_private(const struct lc_delegated *d)
{
    for (size_t i = 0; i < d->nets.n; i++)
        if (!lc_addr_is_private(&d->nets.v[i].first) && !lc_addr_is_loopback(&d->nets.v[i].first))
            return false;
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_err err = {""};
    struct lc_delegated d;
    struct lc_buf draft, full;

    if (lc_delegated_read(file_of(lc_slice_of(p, n)), "vn", &d, &err) != LC_OK) {
        check_message(&err);
        return 0;
    }
    check_nets(&d);
    lc_buf_init(&draft, LC_SCOPE_FILE_MAX);
    lc_buf_init(&full, LC_SCOPE_FILE_MAX);
    lc_scope_draft(&d, &draft);
    FUZZ_CHECK(!draft.full);
    must_refuse(lc_buf_view(&draft), "owner: this is empty");
    fill_in(lc_buf_view(&draft), &full);
    if (!is_private(&d)) /* no registry delegates those, but the text may */
        must_refuse(lc_buf_view(&full), "is not signed");
    lc_buf_free(&draft);
    lc_buf_free(&full);
    lc_delegated_free(&d);
    return 0;
}
