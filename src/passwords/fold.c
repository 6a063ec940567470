/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Folding by two small tables: Latin-1's letters (U+00C0 to U+00FF) and the Vietnamese block of
 * Latin Extended Additional (U+1EA0 to U+1EF9), where capitals have even numbers.
 */
#include "passwords/fold.h"

#include "base/text.h"

#define OTHER 'x'

static const char latin1[] = "AAAAAAACEEEEIIIIDNOOOOOxOUUUUYTs"
                             "aaaaaaaceeeeiiiidnoooooxouuuuyty";

static char vietnamese(uint32_t cp)
{
    static const struct {
        uint16_t end;
        char letter;
    } runs[] = {{0x1eb8, 'A'}, {0x1ec8, 'E'}, {0x1ecc, 'I'},
                {0x1ee4, 'O'}, {0x1ef2, 'U'}, {0x1efa, 'Y'}};
    size_t i = 0;

    while (cp >= runs[i].end)
        i++;
    return (char)(cp & 1 ? runs[i].letter | 0x20 : runs[i].letter);
}

/* The letters of Vietnamese that stand alone in Latin Extended-A and -B. */
static char horned(uint32_t cp)
{
    static const struct {
        uint16_t cp;
        char letter;
    } letters[] = {{0x102, 'A'}, {0x103, 'a'}, {0x110, 'D'}, {0x111, 'd'},
                   {0x128, 'I'}, {0x129, 'i'}, {0x168, 'U'}, {0x169, 'u'},
                   {0x1a0, 'O'}, {0x1a1, 'o'}, {0x1af, 'U'}, {0x1b0, 'u'}};

    for (size_t i = 0; i < sizeof letters / sizeof *letters; i++)
        if (letters[i].cp == cp)
            return letters[i].letter;
    return OTHER;
}

/* 0: a combining mark, which only changes the letter before it. */
static char fold(uint32_t cp)
{
    if (cp >= 0x20 && cp < 0x7f)
        return (char)cp;
    if (cp >= 0xc0 && cp <= 0xff)
        return latin1[cp - 0xc0];
    if (cp >= 0x1ea0 && cp <= 0x1ef9)
        return vietnamese(cp);
    if (cp >= 0x300 && cp <= 0x36f)
        return 0;
    return horned(cp);
}

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

static size_t put_folded(struct lc_slice s, bool alnum, char *out, size_t max)
{
    size_t n = 0;

    while (s.n && n + 1 < max) {
        char c = fold(lc_utf8_take(&s));

        if (alnum && c >= 'A' && c <= 'Z')
            c = (char)(c | 0x20);
        if (c && (!alnum || is_alnum(c)))
            out[n++] = c;
    }
    out[n] = 0;
    return n;
}

size_t lc_pw_ascii(struct lc_slice s, char *out, size_t max)
{
    return put_folded(s, false, out, max);
}

size_t lc_pw_alnum(struct lc_slice s, char *out, size_t max)
{
    return put_folded(s, true, out, max);
}
