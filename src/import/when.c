/* SPDX-License-Identifier: Apache-2.0 */
/* Times as text, without a clock and without the C library's time zone. */
#include "import/import.h"

#define SECOND    1000000
#define YEAR_MIN  1990U
#define YEAR_MAX  2100U
#define EPOCH_MIN 631152000U  /* 1990 */
#define EPOCH_MAX 4102444800U /* 2100 */

/* Days since 1970-01-01 in the Gregorian calendar; years from March, so that the leap day is last.
 */
static int64_t days(unsigned y, unsigned m, unsigned d)
{
    unsigned from_march = (m + 9) % 12, years = y - (m <= 2);

    return (int64_t)years * 365 + years / 4 - years / 100 + years / 400 +
           (from_march * 153 + 2) / 5 + d - 1 - 719468;
}

/* `n` digits off the front of *s, then `sep` (0: none). */
static bool number(struct lc_slice *s, size_t n, uint8_t sep, unsigned *out)
{
    uint64_t v;

    if (s->n < n + (sep != 0) || lc_slice_u64(lc_slice_sub(*s, 0, n), 9999, &v) != LC_OK ||
        (sep && s->p[n] != sep))
        return false;
    *out = (unsigned)v;
    *s = lc_slice_from(*s, n + (sep != 0));
    return true;
}

static int64_t fraction_us(struct lc_slice *s)
{
    int64_t us = 0, unit = SECOND / 10;

    if (s->n == 0 || s->p[0] != '.')
        return 0;
    *s = lc_slice_from(*s, 1);
    for (; s->n && s->p[0] >= '0' && s->p[0] <= '9'; *s = lc_slice_from(*s, 1)) {
        us += unit * (s->p[0] - '0');
        unit /= 10;
    }
    return us;
}

/* "", "Z", "+07:00", "+0700", "UTC": seconds east of Greenwich. */
static bool zone(struct lc_slice s, int64_t *east)
{
    unsigned h, m;
    bool west;

    *east = 0;
    s = lc_slice_trim(s);
    if (s.n == 0 || lc_slice_ieq(s, LC_S("Z")) || lc_slice_ieq(s, LC_S("UTC")))
        return true;
    west = s.p[0] == '-';
    if (!west && s.p[0] != '+')
        return false;
    s = lc_slice_from(s, 1);
    if (!number(&s, 2, s.n == 5 ? ':' : 0, &h) || !number(&s, 2, 0, &m) || s.n || h > 14 || m > 59)
        return false;
    *east = (west ? -1 : 1) * (int64_t)(h * 3600 + m * 60);
    return true;
}

static int64_t calendar(struct lc_slice s)
{
    unsigned y, mon, d, h = 0, min = 0, sec = 0;
    int64_t us, east;

    if (!number(&s, 4, '-', &y) || !number(&s, 2, '-', &mon) || !number(&s, 2, 0, &d) ||
        y < YEAR_MIN || y >= YEAR_MAX || mon < 1 || mon > 12 || d < 1 || d > 31)
        return 0;
    if (s.n) {
        if (s.p[0] != 'T' && s.p[0] != 't' && s.p[0] != ' ')
            return 0;
        s = lc_slice_from(s, 1);
        if (!number(&s, 2, ':', &h) || !number(&s, 2, ':', &min) || !number(&s, 2, 0, &sec) ||
            h > 23 || min > 59 || sec > 60)
            return 0;
    }
    us = fraction_us(&s);
    if (!zone(s, &east))
        return 0;
    return (days(y, mon, d) * 86400 + h * 3600 + min * 60 + sec - east) * SECOND + us;
}

int64_t lc_import_when(struct lc_slice text)
{
    struct lc_slice s = lc_slice_trim(text), whole = s;
    size_t dot = lc_slice_chr(s, '.', 0);
    int64_t us = 0;
    uint64_t v;

    if (dot != LC_NPOS) {
        struct lc_slice rest = lc_slice_from(s, dot);

        whole = lc_slice_sub(s, 0, dot);
        us = fraction_us(&rest);
        whole = rest.n ? s : whole;
    }
    if (lc_slice_u64(whole, EPOCH_MAX, &v) == LC_OK)
        return v < EPOCH_MIN ? 0 : (int64_t)v * SECOND + us;
    return calendar(s);
}
