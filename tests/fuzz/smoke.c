/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A fuzz target as an ordinary test: every file of its corpus, every truncation of each, and seeded
 * mutations of them. The same inputs on every machine; a failing one is written to standard error
 * in hex, so that it can become a seed.
 *
 * Use: fuzz_NAME CORPUS_FOLDER [MUTATIONS]
 */
#include "base/buf.h"
#include "fuzz.h"

#include <dirent.h>
#include <signal.h>
#include <unistd.h>

#define SEEDS_MAX   64U
#define SEED_MAX    65536U
#define TRUNCATIONS 256U
#define MUTATIONS   2000UL

static struct lc_buf seeds[SEEDS_MAX];
static size_t seeds_n;
static struct lc_buf now; /* the input under test */

/* abort() of a check: says with which input. Only async-signal-safe calls. */
static void on_abort(int sig)
{
    static const char hex[] = "0123456789abcdef";

    (void)sig;
    for (size_t i = 0; i < now.n; i++) {
        char two[2] = {hex[now.p[i] >> 4], hex[now.p[i] & 15]};

        if (write(2, two, 2) != 2)
            break;
    }
    (void)!write(2, "\n", 1);
}

static void try_it(struct lc_slice s)
{
    struct lc_slice copy;

    lc_buf_reset(&now);
    FUZZ_CHECK(lc_buf_put(&now, s) == LC_OK);
    copy = fuzz_copy(s);
    (void)LLVMFuzzerTestOneInput(copy.p, copy.n);
    fuzz_free(copy);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static int no_dots(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

static void read_seed(const char *folder, const char *name)
{
    struct lc_buf *b = &seeds[seeds_n++], path;
    FILE *f;

    lc_buf_init(&path, 4096);
    (void)lc_buf_putf(&path, "%s/%s", folder, name);
    f = fopen(lc_buf_cstr(&path), "rb");
    lc_buf_free(&path);
    lc_buf_init(b, SEED_MAX);
    FUZZ_CHECK(f && lc_buf_reserve(b, SEED_MAX) == LC_OK);
    b->n = fread(b->p, 1, SEED_MAX, f);
    (void)fclose(f);
}

static void read_corpus(const char *folder)
{
    struct dirent **list;
    int n = scandir(folder, &list, no_dots, by_name);

    FUZZ_CHECK(n > 0); /* a target without seeds tests nothing */
    for (int i = 0; i < n && seeds_n < SEEDS_MAX; i++)
        read_seed(folder, list[i]->d_name);
    for (int i = 0; i < n; i++)
        lc_free(list[i]);
    lc_free(list);
}

static void truncations(struct lc_slice s)
{
    size_t step = s.n / TRUNCATIONS + 1;

    for (size_t i = 0; i < s.n; i += step)
        try_it(lc_slice_sub(s, 0, i));
    try_it(s);
}

static void change(struct lc_buf *b, uint64_t *rnd)
{
    static const uint8_t sharp[] = {0, 0xFF, 0x7F, 0x80, '\r', '\n', ':', '"', '%', '<', '9', '-'};
    uint64_t r = fuzz_next(rnd);
    size_t at = b->n ? (size_t)(r >> 16) % b->n : 0;
    struct lc_slice other = lc_buf_view(&seeds[(r >> 8) % seeds_n]);
    size_t from = other.n ? (size_t)(r >> 40) % other.n : 0;

    switch (b->n ? r % 5 : 4) {
    case 0:
        b->p[at] ^= (uint8_t)(1U << (r >> 56) % 8);
        break;
    case 1:
        b->p[at] = sharp[(r >> 48) % sizeof sharp];
        break;
    case 2: /* a hole */
        memmove(b->p + at, b->p + at + 1, b->n - at - 1);
        b->n--;
        break;
    case 3: /* the rest from another seed */
        b->n = at;
        (void)lc_buf_put(b, lc_slice_from(other, from));
        break;
    default: /* a piece said again */
        (void)lc_buf_put(b, lc_slice_sub(other, from, 64));
        break;
    }
}

static void mutations(unsigned long count)
{
    uint64_t rnd = 0x4C656E73636170; /* "Lenscap" */
    struct lc_buf b;

    lc_buf_init(&b, 2 * SEED_MAX);
    for (unsigned long i = 0; i < count; i++) {
        lc_buf_reset(&b);
        (void)lc_buf_put(&b, lc_buf_view(&seeds[i % seeds_n]));
        for (uint64_t k = 1 + fuzz_next(&rnd) % 4; k; k--)
            change(&b, &rnd);
        try_it(lc_buf_view(&b));
    }
    lc_buf_free(&b);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 2;
    (void)signal(SIGABRT, on_abort);
    lc_buf_init(&now, 4 * SEED_MAX);
    read_corpus(argv[1]);
    for (size_t i = 0; i < seeds_n; i++)
        truncations(lc_buf_view(&seeds[i]));
    mutations(argc > 2 ? strtoul(argv[2], NULL, 10) : MUTATIONS);
    while (seeds_n)
        lc_buf_free(&seeds[--seeds_n]);
    lc_buf_free(&now);
    return 0;
}
