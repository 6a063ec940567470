/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Scope files. Whatever the text: an accepted scope allows something, is sorted, still valid, never
 * public without a signature, and its gate agrees with its lists; a refused one says why in one
 * line that a terminal can show.
 */
#include "fuzz.h"
#include "scope/scope.h"

#include <sys/mman.h>
#include <unistd.h>

#define NOW 1790000000 /* 2026-09-21 UTC */

static int file = -1;
static char path[64];

static void put_file(const uint8_t *p, size_t n)
{
    if (file < 0) {
        file = memfd_create("scope", MFD_CLOEXEC);
        FUZZ_CHECK(file >= 0);
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    }
    FUZZ_CHECK(ftruncate(file, 0) == 0);
    FUZZ_CHECK(n == 0 || pwrite(file, p, n, 0) == (ssize_t)n);
}

static void check_list(const struct lc_range *v, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        FUZZ_CHECK(lc_addr_cmp(&v[i].first, &v[i].last) <= 0);
        FUZZ_CHECK(i == 0 || lc_addr_cmp(&v[i - 1].last, &v[i].first) < 0);
    }
}

static void check_gate(const struct lc_scope *s)
{
    struct lc_buf bytes;
    struct lc_gate g;

    lc_buf_init(&bytes, 64U << 20);
    FUZZ_CHECK(lc_gate_pack(s, &bytes) == LC_OK);
    FUZZ_CHECK(lc_gate_unpack(lc_buf_view(&bytes), &g) == LC_OK);
    for (size_t i = 0; i < s->exclude_n && i < 32; i++) {
        FUZZ_CHECK(!lc_gate_check(&g, &s->exclude[i].first, NOW));
        FUZZ_CHECK(!lc_gate_check(&g, &s->exclude[i].last, NOW));
    }
    lc_gate_free(&g);
    lc_buf_free(&bytes);
}

/* 198.18.0.0/15 and 2001:2::/48: a laboratory's own. */
static bool is_benchmark(const struct lc_addr *a)
{
    static const uint8_t v6[6] = {0x20, 0x01, 0, 2};

    return lc_addr_is_v4(a) ? lc_addr_to_v4(a) >> 17 == 0xc612 >> 1 : memcmp(a->b, v6, 6) == 0;
}

static bool needs_no_signature(const struct lc_scope *s, const struct lc_addr *a)
{
    return lc_addr_is_private(a) || lc_addr_is_loopback(a) || (s->laboratory && is_benchmark(a));
}

static void check_scope(const struct lc_scope *s)
{
    FUZZ_CHECK(s->allow_n > 0 && !s->builtin && !s->is_signed && !s->is_public);
    FUZZ_CHECK(s->not_after_s >= NOW && s->not_before_s <= NOW);
    FUZZ_CHECK(s->rates.host_pps > 0 && s->rates.host_conns > 0 && s->rates.total_pps > 0);
    FUZZ_CHECK(s->laboratory || (s->rates.host_pps <= 40 && s->rates.host_conns <= 8 &&
                                 s->rates.block_pps <= 2000 && s->rates.total_pps <= 20000));
    for (size_t i = 0; i < s->allow_n; i++) {
        FUZZ_CHECK(needs_no_signature(s, &s->allow[i].first));
        FUZZ_CHECK(needs_no_signature(s, &s->allow[i].last));
    }
    check_list(s->allow, s->allow_n);
    check_list(s->exclude, s->exclude_n);
    check_list(s->never, s->never_n);
    check_gate(s);
}

static void check_message(const struct lc_err *err)
{
    size_t n = strlen(err->text);

    FUZZ_CHECK(n > 0);
    for (size_t i = 0; i < n; i++)
        FUZZ_CHECK((uint8_t)err->text[i] >= 0x20 && err->text[i] != 0x7F);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const struct lc_scope_paths paths = {"/proc/self/no-keys", "/proc/self/no-list"};
    struct lc_err err = {""};
    struct lc_scope s;

    put_file(p, n);
    if (lc_scope_load(path, &paths, NOW, &s, &err) == LC_OK) {
        check_scope(&s);
        lc_scope_free(&s);
    } else {
        check_message(&err);
    }
    return 0;
}
