/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Is a password made of something that stands on the sticker or on the shop's sign? Both are folded
 * to lower-case letters and digits; then the longest run that both have in common decides, forwards
 * and backwards. Telephone numbers are also tried the way they are dialled inside the country.
 */
#include "passwords/audit.h"

#include "passwords/fold.h"

#include <string.h>

#define FOLD_MAX  65U
#define RUN_MIN   4U
#define RUN_SURE  6U /* of 36^6: two in a thousand million by chance */
#define PHONE_MIN 10U

/* Length of the longest common run; one row of the usual table at a time. */
static size_t common_run(const char *a, size_t an, const char *b, size_t bn)
{
    uint8_t row[FOLD_MAX] = {0};
    size_t best = 0;

    for (size_t i = 0; i < an; i++) {
        for (size_t j = bn; j-- > 0;) {
            row[j + 1] = a[i] == b[j] ? (uint8_t)(row[j] + 1) : 0;
            best = row[j + 1] > best ? row[j + 1] : best;
        }
    }
    return best;
}

static bool is_made_of(const char *password, size_t n, const char *from, size_t from_n, bool number)
{
    size_t run = common_run(password, n, from, from_n);

    return (number && run >= RUN_SURE) || (run >= RUN_MIN && 2 * run >= n);
}

static void reverse(char *s, size_t n)
{
    for (size_t i = 0; i < n / 2; i++) {
        char c = s[i];

        s[i] = s[n - 1 - i];
        s[n - 1 - i] = c;
    }
}

/* +84 912... is dialled 0912...: the country's code becomes a zero. */
static size_t at_home(char *s, size_t n)
{
    if (n < PHONE_MIN || s[0] != '8' || s[1] != '4')
        return 0;
    s[1] = '0';
    memmove(s, s + 1, n);
    return n - 1;
}

bool lc_pw_derived(struct lc_slice password, struct lc_slice from, bool number)
{
    char p[FOLD_MAX], f[FOLD_MAX];
    size_t pn = lc_pw_alnum(password, p, sizeof p), fn = lc_pw_alnum(from, f, sizeof f);
    bool yes = is_made_of(p, pn, f, fn, number);

    reverse(p, pn);
    yes = yes || is_made_of(p, pn, f, fn, number);
    reverse(p, pn);
    fn = at_home(f, fn);
    yes = yes || (fn && is_made_of(p, pn, f, fn, number));
    explicit_bzero(p, sizeof p);
    return yes;
}
