/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From the bytes of a scope file to a scope that holds, or to a refusal that says what is missing.
 *
 * Strict on purpose: an unknown or doubled key is an error, since a scope that is read otherwise
 * than its owner meant it is worse than none. Form is checked first (LC_EPARSE), then right
 * (LC_EREFUSED): dates, and for public ranges the contact, the page, the stop address and the
 * signature. The bytes that are hashed and verified are the very bytes that are parsed.
 */
#include "scope/inside.h"
#include "base/hash.h"

#include <string.h>
#include <time.h>

struct reader {
    const char *path;
    struct lc_scope *out;
    struct lc_err *err;
    struct lc_targets allow, exclude, never;
    const struct lc_node *rates;  /* judged last: their caps depend on `laboratory` */
    struct lc_range first_public; /* when out->is_public */
};

static enum lc_status bad(struct reader *r, const struct lc_node *n, const char *what)
{
    return lc_fail(r->err, LC_EPARSE, "%s:%u: %s: %s", r->path, n->line, lc_quote(n->key).text,
                   what);
}

/* Of the right form, and nobody has answered it: a draft, not a mistake. */
static enum lc_status empty(struct reader *r, const struct lc_node *n)
{
    return lc_fail(r->err, LC_EREFUSED, "%s:%u: %s: %s", r->path, n->line, lc_quote(n->key).text,
                   _("this is empty; fill it in or take the line out"));
}

static enum lc_status no_memory(struct reader *r)
{
    return lc_fail(r->err, LC_ENOMEM, "%s", _("out of memory"));
}

/* ---- single values ---- */

static enum lc_status read_text(struct reader *r, const struct lc_node *n, void *into)
{
    struct lc_slice s = lc_slice_trim(n->text);

    if (n->kind != LC_NODE_TEXT)
        return bad(r, n, _("one line of text belongs here"));
    if (s.n == 0)
        return empty(r, n);
    if (s.n > LC_SCOPE_TEXT_MAX)
        return bad(r, n, _("this is too long; 512 bytes are the limit"));
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] < 0x20 || s.p[i] == 0x7f)
            return bad(r, n, _("control characters are not taken; write one line of plain text"));
    *(struct lc_slice *)into = s;
    return LC_OK;
}

static enum lc_status read_page(struct reader *r, const struct lc_node *n, void *into)
{
    enum lc_status st = read_text(r, n, into);
    struct lc_slice s = *(struct lc_slice *)into;

    if (st == LC_OK && !lc_slice_istarts(s, LC_S("http://")) &&
        !lc_slice_istarts(s, LC_S("https://")))
        return bad(r, n, _("the address of a web page belongs here (https://...)"));
    return st;
}

static enum lc_status read_version(struct reader *r, const struct lc_node *n, void *into)
{
    (void)into;
    if (n->kind == LC_NODE_TEXT && n->plain && lc_slice_eq(n->text, LC_S("1")))
        return LC_OK;
    return bad(r, n, _("this program reads version 1 of the format; write 'version: 1'"));
}

static enum lc_status read_laboratory(struct reader *r, const struct lc_node *n, void *into)
{
    bool yes = n->kind == LC_NODE_TEXT && lc_slice_eq(n->text, LC_S("true"));

    if (!n->plain || (!yes && !lc_slice_eq(n->text, LC_S("false"))))
        return bad(r, n, _("true or false belongs here"));
    *(bool *)into = yes;
    return LC_OK;
}

/* ---- dates ---- */

static bool digits(struct lc_slice s, size_t at, size_t n, int *out)
{
    uint64_t v;

    if (s.n < at + n || lc_slice_u64(lc_slice_sub(s, at, n), 9999, &v) != LC_OK)
        return false;
    *out = (int)v;
    return true;
}

/* "2026-11-01", "2026-11-01T08:00Z" or "2026-11-01T08:00:00Z" (RFC 3339, UTC only). */
static bool parse_time(struct lc_slice s, bool end_of_day, int64_t *out)
{
    struct tm tm = {.tm_isdst = 0}, back;
    time_t t;

    if (!digits(s, 0, 4, &tm.tm_year) || !digits(s, 5, 2, &tm.tm_mon) ||
        !digits(s, 8, 2, &tm.tm_mday) || s.p[4] != '-' || s.p[7] != '-' || tm.tm_year < 1971)
        return false;
    if (s.n != 10) {
        bool seconds = s.n == 20;

        if ((s.n != 17 && !seconds) || (s.p[10] != 'T' && s.p[10] != ' ') || s.p[13] != ':' ||
            s.p[s.n - 1] != 'Z' || !digits(s, 11, 2, &tm.tm_hour) || !digits(s, 14, 2, &tm.tm_min))
            return false;
        if (seconds && (s.p[16] != ':' || !digits(s, 17, 2, &tm.tm_sec)))
            return false;
        end_of_day = false;
    }
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    back = tm;
    t = timegm(&back);
    if (back.tm_mday != tm.tm_mday || back.tm_mon != tm.tm_mon || back.tm_hour != tm.tm_hour ||
        back.tm_min != tm.tm_min || back.tm_sec != tm.tm_sec)
        return false; /* the 31st of April came out as the 1st of May */
    *out = (int64_t)t + (end_of_day ? 86399 : 0);
    return true;
}

static enum lc_status read_valid(struct reader *r, const struct lc_node *n, void *into)
{
    (void)into;
    if (n->kind != LC_NODE_MAP)
        return bad(r, n, _("'from' and 'until' with dates belong here"));
    for (const struct lc_node *m = n->first; m; m = m->next) {
        bool until = lc_slice_eq(m->key, LC_S("until"));
        int64_t *at = until ? &r->out->not_after_s : &r->out->not_before_s;

        if (!until && !lc_slice_eq(m->key, LC_S("from")))
            return bad(r, m, _("unknown key; 'valid' takes from and until"));
        if (m->kind == LC_NODE_TEXT && m->text.n == 0)
            return empty(r, m);
        if (m->kind != LC_NODE_TEXT || !parse_time(m->text, until, at))
            return bad(r, m, _("write a date as 2026-12-31 or 2026-12-31T18:00Z (UTC)"));
    }
    if (r->out->not_after_s && r->out->not_after_s < r->out->not_before_s)
        return bad(r, n, _("'until' lies before 'from'"));
    return LC_OK;
}

/* ---- lists ---- */

static enum lc_status read_ranges(struct reader *r, const struct lc_node *n, void *into)
{
    if (n->kind != LC_NODE_LIST)
        return bad(r, n, _("a list belongs here, one range in each line behind a dash"));
    for (const struct lc_node *m = n->first; m; m = m->next) {
        const struct lc_place at = {r->path, m->line};
        struct lc_range range;
        enum lc_status st;

        if (m->kind != LC_NODE_TEXT)
            return lc_fail(r->err, LC_EPARSE, _("%sone address range belongs here"),
                           lc_place_name(&at).text);
        st = lc_range_read(&at, m->text, &range, r->err);
        if (st != LC_OK)
            return st;
        range.first.zone = range.last.zone = 0; /* a scope holds on every interface */
        if (lc_ranges_push(into, &range) != LC_OK)
            return no_memory(r);
    }
    return LC_OK;
}

static const struct {
    const char *name;
    enum lc_check bit;
} checks[] = {
    {"anonymous-device-info", LC_CHECK_ANON_DEVICE_INFO},
    {"credentials", LC_CHECK_CREDENTIALS},
};

static enum lc_status read_checks(struct reader *r, const struct lc_node *n, void *into)
{
    if (n->kind != LC_NODE_LIST)
        return bad(r, n, _("a list of checks belongs here"));
    for (const struct lc_node *m = n->first; m; m = m->next) {
        size_t i = 0, all = sizeof checks / sizeof *checks;

        while (i < all && !lc_slice_eq(m->text, lc_slice_str(checks[i].name)))
            i++;
        if (i == all || m->kind != LC_NODE_TEXT)
            return lc_fail(r->err, LC_EPARSE,
                           _("%s:%u: unknown check \"%s\"; there are anonymous-device-info and "
                             "credentials"),
                           r->path, m->line, lc_quote(m->text).text);
        *(unsigned *)into |= checks[i].bit;
    }
    return LC_OK;
}

static enum lc_status keep_rates(struct reader *r, const struct lc_node *n, void *into)
{
    (void)into;
    r->rates = n;
    return n->kind == LC_NODE_MAP ? LC_OK
                                  : bad(r, n,
                                        _("host, host-connections, block and total "
                                          "belong here"));
}

static const struct {
    const char *name;
    size_t at;
    uint32_t usual, usual_public, most;
} rates[] = {
    {"host", offsetof(struct lc_rates, host_pps), 10, 10, 40},
    {"host-connections", offsetof(struct lc_rates, host_conns), 2, 2, 8},
    {"block", offsetof(struct lc_rates, block_pps), 200, 20, 2000},
    {"total", offsetof(struct lc_rates, total_pps), 2000, 2000, 20000},
};

#define RATES (sizeof rates / sizeof *rates)

static enum lc_status read_rate(struct reader *r, const struct lc_node *n)
{
    uint64_t v, most;
    size_t i = 0;

    while (i < RATES && !lc_slice_eq(n->key, lc_slice_str(rates[i].name)))
        i++;
    if (i == RATES)
        return bad(r, n, _("unknown key; 'rates' takes host, host-connections, block and total"));
    most = r->out->laboratory ? LC_RATE_LABORATORY : rates[i].most;
    if (n->kind != LC_NODE_TEXT || !n->plain || lc_slice_u64(n->text, UINT32_MAX, &v) != LC_OK ||
        v == 0)
        return bad(r, n, _("a whole number from 1 on belongs here"));
    if (v > most)
        return lc_fail(r->err, LC_EPARSE,
                       _("%s:%u: %s: %llu is too fast; at most %llu is allowed%s"), r->path,
                       n->line, rates[i].name, (unsigned long long)v, (unsigned long long)most,
                       r->out->laboratory ? ""
                                          : _(" outside a laboratory ('laboratory: true', only "
                                              "private ranges)"));
    memcpy((char *)&r->out->rates + rates[i].at, &(uint32_t){(uint32_t)v}, sizeof(uint32_t));
    return LC_OK;
}

static enum lc_status read_rates(struct reader *r)
{
    for (size_t i = 0; i < RATES; i++)
        memcpy((char *)&r->out->rates + rates[i].at,
               r->out->is_public ? &rates[i].usual_public : &rates[i].usual, sizeof(uint32_t));
    for (const struct lc_node *m = r->rates ? r->rates->first : NULL; m; m = m->next) {
        enum lc_status st = read_rate(r, m);

        if (st != LC_OK)
            return st;
    }
    return LC_OK;
}

/* ---- the whole file ---- */

static enum lc_status read_key(struct reader *r, const struct lc_node *n)
{
    struct lc_scope *s = r->out;
    const struct {
        const char *name;
        enum lc_status (*read)(struct reader *, const struct lc_node *, void *);
        void *into;
    } keys[] = {
        {"version", read_version, NULL},       {"owner", read_text, &s->owner},
        {"contact", read_text, &s->contact},   {"purpose", read_text, &s->purpose},
        {"page", read_page, &s->page},         {"stop", read_text, &s->stop},
        {"valid", read_valid, NULL},           {"allow", read_ranges, &r->allow},
        {"exclude", read_ranges, &r->exclude}, {"rates", keep_rates, NULL},
        {"checks", read_checks, &s->checks},   {"laboratory", read_laboratory, &s->laboratory},
    };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (lc_slice_eq(n->key, lc_slice_str(keys[i].name)))
            return keys[i].read(r, n, keys[i].into);
    return bad(r, n,
               _("unknown key; the keys are version, owner, contact, purpose, page, stop, valid, "
                 "allow, exclude, rates, checks and laboratory"));
}

static bool has_key(const struct lc_node *root, const char *key)
{
    for (const struct lc_node *n = root->first; n; n = n->next)
        if (lc_slice_eq(n->key, lc_slice_str(key)))
            return true;
    return false;
}

static enum lc_status find_public(struct reader *r)
{
    struct lc_targets open = {.n = 0};
    enum lc_status st = lc_ranges_public(&r->allow, r->out->laboratory, &open);

    r->out->is_public = open.n > 0;
    if (open.n)
        r->first_public = open.v[0];
    lc_targets_free(&open);
    return st == LC_OK ? st : no_memory(r);
}

static enum lc_status read_form(struct reader *r, const struct lc_node *root)
{
    enum lc_status st = LC_OK;

    if (root->kind != LC_NODE_MAP)
        return lc_fail(r->err, LC_EPARSE,
                       _("%s:%u: this is not a scope; 'lenscap scope init' writes one to start "
                         "from"),
                       r->path, root->line);
    for (const struct lc_node *n = root->first; n && st == LC_OK; n = n->next)
        st = read_key(r, n);
    if (st != LC_OK)
        return st;
    if (!has_key(root, "version"))
        return lc_fail(r->err, LC_EPARSE, _("%s: 'version: 1' is missing"), r->path);
    if (r->allow.n == 0)
        return lc_fail(r->err, LC_EPARSE, _("%s: 'allow' names no range, so nothing may be asked"),
                       r->path);
    lc_ranges_merge(&r->allow);
    lc_ranges_merge(&r->exclude);
    st = find_public(r);
    return st == LC_OK ? read_rates(r) : st;
}

/* ---- right ---- */

static enum lc_status missing(struct reader *r, const char *key)
{
    return lc_fail(r->err, LC_EREFUSED,
                   _("%s: '%s' is missing; a scope must say who is responsible, why and until "
                     "when"),
                   r->path, key);
}

static enum lc_status check_time(struct reader *r, int64_t now_s)
{
    char day[40] = "?";
    int64_t at = now_s > r->out->not_after_s ? r->out->not_after_s : r->out->not_before_s;
    time_t t = (time_t)at;
    struct tm tm;

    if (now_s >= r->out->not_before_s && now_s <= r->out->not_after_s)
        return LC_OK;
    if (gmtime_r(&t, &tm))
        (void)strftime(day, sizeof day, "%Y-%m-%d %H:%M UTC", &tm);
    if (now_s > r->out->not_after_s)
        return lc_fail(r->err, LC_EREFUSED,
                       _("%s: the authorisation ended on %s; have its owner renew it"), r->path,
                       day);
    return lc_fail(r->err, LC_EREFUSED, _("%s: the authorisation begins on %s; wait until then"),
                   r->path, day);
}

/* Who is asked over the public network must be able to see who asks, why, and how to make it stop.
 */
static enum lc_status check_public(struct reader *r, struct lc_slice bytes, const char *keys)
{
    const struct {
        const char *key;
        const struct lc_slice *value;
    } needed[] = {{"contact", &r->out->contact}, {"page", &r->out->page}, {"stop", &r->out->stop}};

    if (r->out->laboratory)
        return lc_fail(r->err, LC_EREFUSED,
                       _("%s: 'laboratory: true' is only for loopback, private and benchmark "
                         "ranges, and %s is public; take one of the two out"),
                       r->path, lc_range_name(&r->first_public).text);
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++)
        if (needed[i].value->n == 0)
            return lc_fail(r->err, LC_EREFUSED,
                           _("%s: %s is public, so '%s' must be given: whoever is asked must be "
                             "able to find out who asks and to make it stop"),
                           r->path, lc_range_name(&r->first_public).text, needed[i].key);
    return lc_scope_verify(r->path, bytes, keys, &r->out->mem, &r->out->signer, r->err);
}

static enum lc_status check_right(struct reader *r, struct lc_slice bytes, const char *keys,
                                  int64_t now_s)
{
    enum lc_status st;

    if (r->out->owner.n == 0)
        return missing(r, "owner");
    if (r->out->purpose.n == 0)
        return missing(r, "purpose");
    if (r->out->not_after_s == 0)
        return missing(r, "valid: until");
    st = check_time(r, now_s);
    if (st != LC_OK)
        return st;
    if (!r->out->is_public) /* a signature there is told, its absence is no matter */
        st = lc_scope_verify(r->path, bytes, keys, &r->out->mem, &r->out->signer, NULL);
    else
        st = check_public(r, bytes, keys);
    r->out->is_signed = st == LC_OK;
    return r->out->is_public ? st : LC_OK;
}

static enum lc_status keep(struct reader *r)
{
    struct lc_scope *s = r->out;

    if (lc_ranges_keep(&s->mem, &r->allow, &s->allow, &s->allow_n) != LC_OK ||
        lc_ranges_keep(&s->mem, &r->exclude, &s->exclude, &s->exclude_n) != LC_OK ||
        lc_ranges_keep(&s->mem, &r->never, &s->never, &s->never_n) != LC_OK)
        return no_memory(r);
    return LC_OK;
}

enum lc_status lc_scope_load(const char *path, const struct lc_scope_paths *paths, int64_t now_s,
                             struct lc_scope *out, struct lc_err *err)
{
    struct reader r = {.path = path, .out = out, .err = err};
    struct lc_node *root;
    struct lc_buf text;
    enum lc_status st;

    *out = (struct lc_scope){.builtin = false};
    lc_arena_init(&out->mem, LC_SCOPE_MEM_MAX);
    lc_buf_init(&text, LC_SCOPE_FILE_MAX);
    st = lc_file_read(path, &text, NULL, err);
    if (st == LC_OK)
        st = lc_yaml_read(path, lc_buf_view(&text), &out->mem, &root, err);
    if (st == LC_OK)
        st = read_form(&r, root);
    if (st == LC_OK)
        st = check_right(&r, lc_buf_view(&text), paths ? paths->keys : NULL, now_s);
    if (st == LC_OK)
        st = lc_never_read(paths ? paths->never : NULL, &r.never, err);
    if (st == LC_OK)
        st = keep(&r);
    lc_sha256(lc_buf_view(&text), out->hash);
    lc_buf_free(&text);
    lc_targets_free(&r.allow);
    lc_targets_free(&r.exclude);
    lc_targets_free(&r.never);
    if (st != LC_OK)
        lc_scope_free(out);
    return st;
}

void lc_scope_free(struct lc_scope *s)
{
    lc_arena_free(&s->mem);
    *s = (struct lc_scope){.mem = s->mem};
}
