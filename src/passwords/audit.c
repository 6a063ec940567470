/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit, in three passes over the list: each login by itself; logins with the same password;
 * which columns must not be shown, because somebody put a password into them.
 */
#include "passwords/audit.h"

#include "base/hash.h"
#include "base/mem.h"
#include "base/tr.h"
#include "passwords/fold.h"
#include "passwords/strength.h"

#include <stdlib.h>
#include <string.h>

#define BIT(n)     (uint16_t)(1U << (n))
#define PLACE_MAX  65U
#define INSIDE_MIN 4U /* a shorter password stands in many a text by chance */

struct audit {
    const struct lc_pw_list *l;
    struct lc_pw_words *w;
    struct lc_pw_login *out;
    struct lc_slice site, key;
    uint32_t *order; /* rows with a password, sorted by tag */
    size_t order_n;
};

static struct lc_slice password(const struct lc_pw_row *r)
{
    return r->field[LC_PW_PASSWORD];
}

/* ---- each login by itself ---- */

static uint16_t derived(const struct lc_pw_row *r)
{
    static const struct {
        enum lc_pw_column column;
        bool number;
    } from[] = {{LC_PW_SERIAL, true}, {LC_PW_MAC, true},     {LC_PW_MODEL, true},
                {LC_PW_PHONE, true},  {LC_PW_DEVICE, false}, {LC_PW_ACCOUNT, false},
                {LC_PW_BRAND, false}, {LC_PW_APP, false}};
    uint16_t bits = 0;

    for (size_t i = 0; i < sizeof from / sizeof *from; i++)
        if (lc_pw_derived(password(r), r->field[from[i].column], from[i].number))
            bits |= BIT(from[i].column);
    return bits;
}

/* Only what the device keeps of it counts. */
static struct lc_slice kept(const struct lc_pw_limit *limit, struct lc_slice pw)
{
    return limit && pw.n > limit->max ? lc_slice_sub(pw, 0, limit->max) : pw;
}

static uint16_t strength(struct audit *a, const struct lc_pw_row *r, const struct lc_pw_limit *lim)
{
    struct lc_slice own[] = {r->field[LC_PW_BRAND], r->field[LC_PW_MODEL],   r->field[LC_PW_DEVICE],
                             r->field[LC_PW_APP],   r->field[LC_PW_SERIAL],  r->field[LC_PW_PHONE],
                             r->field[LC_PW_MAC],   r->field[LC_PW_ACCOUNT], a->site};

    switch (lc_pw_strength(a->w, kept(lim, password(r)), own, sizeof own / sizeof *own)) {
    case LC_PW_VERY_WEAK:
        return BIT(LC_PW_F_VERY_WEAK);
    case LC_PW_WEAK:
        return BIT(LC_PW_F_WEAK);
    case LC_PW_NOT_WEAK:
        break;
    }
    return 0;
}

static void judge(struct audit *a, const struct lc_pw_row *r, struct lc_pw_login *o)
{
    bool is_app = r->field[LC_PW_APP].n > 0;
    const struct lc_pw_limit *limit =
        is_app ? NULL : lc_pw_limit(a->w, r->field[LC_PW_BRAND], r->field[LC_PW_MODEL]);

    if (!is_app && lc_pw_is_installer(a->w, r->field[LC_PW_ACCOUNT]))
        o->findings |= BIT(LC_PW_F_INSTALLER);
    if (limit && lc_pw_limit_is_weak(limit))
        o->findings |= BIT(LC_PW_F_DEVICE);
    if (password(r).n == 0) {
        o->findings |= BIT(LC_PW_F_NONE_SET);
        return;
    }
    lc_hmac_sha256(a->key, password(r), o->tag);
    o->derived = derived(r);
    if (o->derived)
        o->findings |= BIT(LC_PW_F_DERIVED);
    if (lc_pw_is_default(a->w, password(r)))
        o->findings |= BIT(LC_PW_F_DEFAULT);
    else
        o->findings |= strength(a, r, limit);
}

/* ---- logins with the same password ---- */

static int by_tag(const void *x, const void *y, void *ctx)
{
    const struct lc_pw_login *out = ctx;
    uint32_t a = *(const uint32_t *)x, b = *(const uint32_t *)y;
    int c = memcmp(out[a].tag, out[b].tag, sizeof out->tag);

    return c ? c : (a > b) - (a < b);
}

static void sort_rows(struct audit *a)
{
    for (uint32_t i = 0; i < a->l->n; i++)
        if (password(&a->l->rows[i]).n)
            a->order[a->order_n++] = i;
    if (a->order_n)
        qsort_r(a->order, a->order_n, sizeof *a->order, by_tag, a->out);
}

/* Two lines of one device are one place; lines that name none are places of their own. */
static bool same_place(const struct lc_pw_row *x, const struct lc_pw_row *y, enum lc_pw_column c)
{
    char a[PLACE_MAX], b[PLACE_MAX];
    size_t an = lc_pw_alnum(x->field[c], a, sizeof a);

    return an && lc_pw_alnum(y->field[c], b, sizeof b) == an && memcmp(a, b, an) == 0;
}

/* Rows order[from..to) share a password. Among those of apps, or of devices: several places? */
static bool many_places(const struct audit *a, size_t from, size_t to, bool apps, size_t *n)
{
    const struct lc_pw_row *first = NULL;
    bool many = false;

    *n = 0;
    for (size_t i = from; i < to; i++) {
        const struct lc_pw_row *r = &a->l->rows[a->order[i]];

        if ((r->field[LC_PW_APP].n > 0) != apps)
            continue;
        many = many || (first && !same_place(first, r, apps ? LC_PW_APP : LC_PW_DEVICE));
        first = first ? first : r;
        ++*n;
    }
    return many;
}

/* Marks a run of equal tags; its group is the first row's number plus one until numbered anew. */
static void mark_run(struct audit *a, size_t from, size_t to)
{
    size_t devices_n, apps_n;
    bool devices = many_places(a, from, to, false, &devices_n);
    bool apps = many_places(a, from, to, true, &apps_n);

    for (size_t i = from; i < to; i++) {
        struct lc_pw_login *o = &a->out[a->order[i]];
        bool is_app = a->l->rows[a->order[i]].field[LC_PW_APP].n > 0;

        if (devices_n && apps_n)
            o->findings |= BIT(LC_PW_F_APP);
        if (is_app ? apps : devices)
            o->findings |= BIT(LC_PW_F_SAME);
        if (o->findings & (BIT(LC_PW_F_APP) | BIT(LC_PW_F_SAME)))
            o->group = a->order[from] + 1;
    }
}

/* The order of the tags is that of a random key: numbers follow the lines, so that two runs over
 * one list say the same. */
static void number_groups(struct audit *a)
{
    uint32_t next = 0;

    for (uint32_t i = 0; i < a->l->n; i++) {
        struct lc_pw_login *o = &a->out[i];

        if (o->group == 0)
            continue;
        if (o->group == i + 1)
            o->group = ++next;
        else
            o->group = a->out[o->group - 1].group;
    }
}

static void find_groups(struct audit *a)
{
    for (size_t from = 0, to; from < a->order_n; from = to) {
        for (to = from + 1; to < a->order_n; to++)
            if (memcmp(a->out[a->order[from]].tag, a->out[a->order[to]].tag, 32) != 0)
                break;
        if (to - from > 1)
            mark_run(a, from, to);
    }
    number_groups(a);
}

/* ---- what must not be shown ---- */

static bool is_a_password(const struct audit *a, struct lc_slice text)
{
    size_t low = 0, high = a->order_n;
    uint8_t tag[32];

    lc_hmac_sha256(a->key, text, tag);
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        int c = memcmp(a->out[a->order[mid]].tag, tag, sizeof tag);

        if (c == 0)
            return true;
        if (c < 0)
            low = mid + 1;
        else
            high = mid;
    }
    return false;
}

static void hide(const struct audit *a, const struct lc_pw_row *r, struct lc_pw_login *o)
{
    static const enum lc_pw_column shown[] = {LC_PW_DEVICE, LC_PW_ACCOUNT, LC_PW_APP};

    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        struct lc_slice text = r->field[shown[i]], pw = password(r);
        bool inside = pw.n >= INSIDE_MIN && lc_slice_ifind(text, pw, 0) != LC_NPOS;

        if (text.n && (inside || is_a_password(a, text)))
            o->hidden |= BIT(shown[i]);
    }
}

enum lc_status lc_pw_audit(const struct lc_pw_list *l, struct lc_pw_words *w, struct lc_slice site,
                           struct lc_pw_login *out, struct lc_err *err)
{
    uint8_t key[32] = {0};
    struct audit a = {l, w, out, site, lc_slice_of(key, sizeof key), NULL, 0};

    a.order = lc_alloc_n(l->n, sizeof *a.order);
    if (!a.order)
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    lc_random(key, sizeof key);
    memset(out, 0, l->n * sizeof *out);
    for (uint32_t i = 0; i < l->n; i++)
        judge(&a, &l->rows[i], &out[i]);
    sort_rows(&a);
    find_groups(&a);
    for (uint32_t i = 0; i < l->n; i++)
        hide(&a, &l->rows[i], &out[i]);
    explicit_bzero(key, sizeof key);
    lc_free(a.order);
    return LC_OK;
}
