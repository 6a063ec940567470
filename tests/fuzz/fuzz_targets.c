/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Targets as typed, and behind an '@' the lines of a list. No name is ever looked up here: the
 * resolver below knows one address for every name.
 *
 * Whatever the text: ranges that are taken have their ends in order and in one family, none is an
 * IPv6 network that nobody could finish, and each can be written and read again; a list comes out
 * sorted and without neighbours, and the same list twice is the same list; what is refused adds
 * nothing and says why in one line that a terminal can show.
 */
#include "fuzz.h"
#include "scope/scope.h"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/mman.h>
#include <unistd.h>

#define RANGES_SEEN 4096U

static int file = -1;
static char list[64];

int getaddrinfo(const char *restrict node, const char *restrict service,
                const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
    static struct sockaddr_in sin = {.sin_family = AF_INET};
    static struct addrinfo one = {.ai_addr = (struct sockaddr *)&sin, .ai_addrlen = sizeof sin};

    (void)service, (void)hints;
    FUZZ_CHECK(node && node[0] && strlen(node) <= 253);
    sin.sin_addr.s_addr = htonl(0x7f000001);
    *out = &one;
    return 0;
}

void freeaddrinfo(struct addrinfo *res)
{
    (void)res;
}

static void check_range(const struct lc_range *r)
{
    char text[2 * LC_ADDR_TEXT];
    struct lc_range again;

    FUZZ_CHECK(lc_addr_cmp(&r->first, &r->last) <= 0);
    FUZZ_CHECK(lc_addr_is_v4(&r->first) || lc_range_count(r) <= 1U << 24);
    FUZZ_CHECK(r->first.zone == r->last.zone);
    if (r->first.zone) /* neighbours on one link: a range that is not written by people */
        return;
    FUZZ_CHECK(lc_range_parse(lc_slice_of(text, lc_range_prefix(r, text)), &again) == LC_OK);
    FUZZ_CHECK(lc_addr_cmp(&r->first, &again.first) == 0);
    FUZZ_CHECK(lc_addr_cmp(&r->last, &again.last) == 0);
}

static void check_message(const struct lc_err *err)
{
    FUZZ_CHECK(err->text[0]);
    for (const char *p = err->text; *p; p++)
        FUZZ_CHECK((uint8_t)*p >= 0x20 && *p != 0x7f);
}

static void put_file(struct lc_slice text, unsigned times)
{
    if (file < 0) {
        file = memfd_create("list", MFD_CLOEXEC);
        FUZZ_CHECK(file >= 0);
        (void)snprintf(list, sizeof list, "@/proc/self/fd/%d", file);
    }
    FUZZ_CHECK(ftruncate(file, 0) == 0 && lseek(file, 0, SEEK_SET) == 0);
    for (; times; times--) {
        FUZZ_CHECK(text.n == 0 || write(file, text.p, text.n) == (ssize_t)text.n);
        FUZZ_CHECK(write(file, "\n", 1) == 1);
    }
}

static void check_list(const struct lc_targets *t, struct lc_slice text)
{
    struct lc_targets twice = {.n = 0};
    struct lc_err err = {""};

    for (size_t i = 1; i < t->n; i++)
        FUZZ_CHECK(t->v[i - 1].first.zone != t->v[i].first.zone ||
                   lc_addr_cmp(&t->v[i - 1].last, &t->v[i].first) < 0);
    /* The head of a table, or a mark of the bytes' order, means something else in the middle. */
    if (lc_slice_find(text, LC_S("saddr"), 0) != LC_NPOS || lc_slice_chr(text, 0xef, 0) == 0)
        return;
    put_file(text, 2);
    FUZZ_CHECK(lc_targets_add(&twice, list, &err) == LC_OK);
    FUZZ_CHECK(twice.n == t->n && (t->n == 0 || memcmp(twice.v, t->v, t->n * sizeof *t->v) == 0));
    lc_targets_free(&twice);
}

/* Two octets of one pattern that vary before the last: 65,536 ranges. */
static bool octets_unfold_far(struct lc_slice text)
{
    unsigned wide = 0, before = 0, patterns = 0;

    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.p[i];

        if (c == '-' || c == '*' || c == ',')
            wide++;
        else if (c == '.')
            before = wide;
        else if (c <= ' ')
            wide = before = 0;
        patterns += before == 1 && c == '.';
        if (before > 1 || patterns > 8)
            return true;
    }
    return false;
}

/* Windows and OUIs in a wide prefix are up to 2^24 ranges: right, but no work for a fuzzer. Told by
 * the prefix lengths that stand anywhere in the text. */
static bool unfolds_far(struct lc_slice text)
{
    bool eui = lc_slice_ifind(text, LC_S("eui64:"), 0) != LC_NPOS;
    unsigned least = 999, most = 0;

    if (!eui && lc_slice_chr(text, '+', 0) == LC_NPOS)
        return false;
    for (size_t i = 0; i < text.n; i++) {
        unsigned v = 0;

        if (text.p[i] != '/')
            continue;
        while (i + 1 < text.n && text.p[i + 1] >= '0' && text.p[i + 1] <= '9' && v < 1000)
            v = v * 10 + (text.p[++i] - '0');
        least = v < least ? v : least;
        most = v > most ? v : most;
    }
    return most > least + 10 || (eui && least < 56);
}

static const char *typed(const uint8_t *p, size_t n)
{
    static char text[512];

    n = n < sizeof text ? n : sizeof text - 1;
    if (n)
        memcpy(text, p, n);
    text[n] = 0;
    return text;
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static const uint8_t known[][3] = {{0x44, 0x19, 0xb6}, {0x3c, 0xef, 0x8c}};
    struct lc_targets t = {.ouis = {known, 2}};
    struct lc_err err = {""};
    struct lc_slice lines = lc_slice_of(p + 1, n ? n - 1 : 0);
    bool is_list = n && p[0] == '@';

    if (unfolds_far(lc_slice_of(p, n)) || octets_unfold_far(lc_slice_of(p, n)))
        return 0;
    if (is_list)
        put_file(lines, 1);
    if (lc_targets_add(&t, is_list ? list : typed(p, n), &err) == LC_OK) {
        FUZZ_CHECK(is_list || t.n >= 1);
        for (size_t i = 0; i < t.n && i < RANGES_SEEN; i++)
            check_range(&t.v[i]);
        if (is_list)
            check_list(&t, lines);
    } else {
        FUZZ_CHECK(t.n == 0);
        check_message(&err);
    }
    lc_targets_free(&t);
    return 0;
}
