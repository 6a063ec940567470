/* SPDX-License-Identifier: Apache-2.0 */
#include "import_kit.h"
#include "base/mem.h"
#include "base/text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void put_fact(struct lc_buf *b, const struct lc_fact *f)
{
    const struct lc_fact_info *info = &lc_fact_infos[f->name];

    assert_true(f->flags & LC_FACT_IMPORTED);
    (void)lc_buf_putf(b, "  %s=", info->name);
    if (info->type == LC_FT_STRING)
        lc_put_tty(b, f->value);
    else if (info->type == LC_FT_BOOL)
        (void)lc_buf_puts(b, lc_fact_as_int(f) ? "true" : "false");
    else
        (void)lc_buf_putf(b, "%lld", (long long)lc_fact_as_int(f));
    (void)lc_buf_u8(b, '\n');
}

static enum lc_status on_row(void *ctx, const struct lc_import_row *row)
{
    struct imported *got = ctx;
    struct lc_cur at = {.s = row->facts};
    struct lc_fact f;
    char addr[LC_ADDR_TEXT];

    (void)lc_addr_format(&row->addr, addr);
    (void)lc_buf_putf(&got->text, "%s %u %lld @%llu\n", addr, row->port,
                      (long long)(row->observed_us / 1000000), (unsigned long long)row->line);
    while (lc_facts_next(&at, &f) == LC_OK)
        put_fact(&got->text, &f);
    return LC_OK;
}

static void on_bad(void *ctx, uint64_t line, const char *why)
{
    struct imported *got = ctx;

    (void)lc_buf_putf(&got->text, "bad @%llu: %s\n", (unsigned long long)line, why);
}

const struct imported *import_pieces(const char *format, struct lc_slice file, size_t piece)
{
    static struct imported got;
    struct lc_import_to to = {on_row, on_bad, &got};
    const struct lc_import_format *f = lc_import_by_name(lc_slice_str(format));
    struct lc_importer *im;
    enum lc_status st = LC_OK;

    if (got.text.max == 0)
        lc_buf_init(&got.text, 64U << 20);
    lc_buf_reset(&got.text);
    assert_non_null(f);
    assert_int_equal(lc_importer_open(f, &to, &im), LC_OK);
    for (size_t at = 0; at < file.n && st == LC_OK;) {
        struct lc_slice part = lc_slice_sub(file, at, piece ? piece : file.n);

        st = lc_importer_feed(im, part);
        at += part.n;
    }
    assert_true(st == LC_OK || st == LC_DONE);
    assert_int_equal(lc_importer_end(im), LC_OK);
    got.n = *lc_importer_counts(im);
    lc_importer_close(im);
    assert_false(got.text.full);
    return &got;
}

const struct imported *import_text(const char *format, struct lc_slice file)
{
    static const size_t pieces[] = {1, 2, 7, 64};
    const struct imported *got = import_pieces(format, file, 0);
    char *whole = lc_str_dup(lc_buf_view(&got->text));

    assert_non_null(whole);
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++)
        assert_string_equal(
            lc_buf_cstr((struct lc_buf *)(uintptr_t)&import_pieces(format, file, pieces[i])->text),
            whole);
    lc_free(whole);
    return import_pieces(format, file, 0);
}

void assert_import(const char *format, const char *file, const char *rows)
{
    const struct imported *got = import_text(format, lc_slice_str(file));

    assert_string_equal(lc_buf_cstr((struct lc_buf *)(uintptr_t)&got->text), rows);
}
