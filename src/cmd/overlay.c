/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the data on exploited flaws lies that `lenscap update` stored, and how old what we have is.
 * It lies in the person's own data folder; without it the subset that came with the program counts.
 */
#include "assess/vuln_feed.h"
#include "base/clock.h"
#include "base/log.h"
#include "cmd/cmd.h"
#include "scope/file.h"

#include <time.h>

#define STALE_DAYS 60

enum lc_status lc_cmd_overlay_path(struct lc_buf *out, struct lc_err *err)
{
    enum lc_status st = lc_store_default_path(out, err);

    if (st != LC_OK)
        return st;
    while (out->n && out->p[out->n - 1] != '/')
        out->n--;
    (void)lc_buf_puts(out, "exploited.txt");
    return out->full ? lc_fail(err, LC_ENOMEM, "%s", _("out of memory")) : LC_OK;
}

void lc_cmd_overlay(struct lc_assessor *rules)
{
    struct lc_buf path, text;
    struct lc_err err = {""};
    enum lc_status st;

    lc_buf_init(&path, 4096);
    lc_buf_init(&text, LC_OVERLAY_MAX);
    st = lc_cmd_overlay_path(&path, &err);
    if (st == LC_OK)
        st = lc_file_read(lc_buf_cstr(&path), &text, NULL, &err);
    if (st == LC_OK)
        st = lc_assessor_overlay(rules, lc_buf_view(&text), &err);
    if (st != LC_OK && st != LC_ENOENT)
        lc_log(LC_LOG_WARN, "%s", err.text);
    lc_buf_free(&text);
    lc_buf_free(&path);
}

uint32_t lc_cmd_day(int64_t from_now_days)
{
    time_t t = (time_t)(lc_clock_wall_us() / 1000000 + from_now_days * 86400);
    struct tm tm;

    if (!gmtime_r(&t, &tm))
        return 0;
    return (uint32_t)((tm.tm_year + 1900) * 10000 + (tm.tm_mon + 1) * 100 + tm.tm_mday);
}

void lc_cmd_overlay_age(const struct lc_assessor *rules)
{
    uint32_t day = lc_assessor_dates(rules).kev;

    if (day && day < lc_cmd_day(-STALE_DAYS))
        lc_log(LC_LOG_WARN,
               _("what is known about exploited flaws is of %u-%02u-%02u, older than %d days: take "
                 "known_exploited_vulnerabilities.json from www.cisa.gov and run 'lenscap update "
                 "--kev FILE'"),
               day / 10000, day / 100 % 100, day % 100, STALE_DAYS);
}
