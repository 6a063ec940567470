/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An owner's list of logins, whatever its bytes. First byte: 'p' reads it as plain lines.
 *
 * Every field lies inside the given bytes and is no longer than its maximum; lines ascend; in a
 * plain list the passwords are the lines, unchanged; messages and reasons are inert. The audit of
 * what was read says the same for two orders of the lines, as far as a login by itself goes, and
 * its groups are those that a comparison of the bytes gives.
 */
#include "fuzz.h"
#include "passwords/audit.h"

#define ROWS      64U
#define AUDITED_N 4096U

static struct lc_pw_row rows[ROWS], swapped[ROWS];
static struct lc_pw_login logins[ROWS], again[ROWS];
static struct lc_pw_words words;
static struct lc_kb *kb;

static void check_inert(const char *s)
{
    FUZZ_CHECK(s[0]);
    for (; *s; s++)
        FUZZ_CHECK((uint8_t)*s >= 0x20 && *s != 0x7f);
}

static void on_left_out(void *ctx, uint32_t line, const char *why)
{
    uint32_t *last = ctx;

    FUZZ_CHECK(line > *last);
    *last = line;
    check_inert(why);
}

static void check_rows(const struct lc_pw_list *l, struct lc_slice whole)
{
    FUZZ_CHECK(l->n <= l->max);
    for (uint32_t i = 0; i < l->n; i++) {
        FUZZ_CHECK(i == 0 || rows[i].line > rows[i - 1].line);
        for (size_t c = 0; c < LC_PW_COLUMNS; c++) {
            FUZZ_CHECK(fuzz_inside(rows[i].field[c], whole));
            FUZZ_CHECK(rows[i].field[c].n <= LC_PW_FIELD_MAX);
            FUZZ_CHECK(!l->plain || c == LC_PW_PASSWORD || rows[i].field[c].n == 0);
        }
    }
}

static void open_words(void)
{
    struct lc_err err;

    if (kb)
        return;
    FUZZ_CHECK(lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err) == LC_OK);
    FUZZ_CHECK(lc_pw_words_open(kb, &words, &err) == LC_OK);
}

static struct lc_slice password(uint32_t i)
{
    return rows[i].field[LC_PW_PASSWORD];
}

static void check_audit(const struct lc_pw_list *l)
{
    struct lc_pw_list back = *l;
    struct lc_err err;

    open_words();
    back.rows = swapped;
    for (uint32_t i = 0; i < l->n; i++)
        swapped[i] = rows[l->n - 1 - i];
    FUZZ_CHECK(lc_pw_audit(l, &words, LC_S("site"), logins, &err) == LC_OK);
    FUZZ_CHECK(lc_pw_audit(&back, &words, LC_S("site"), again, &err) == LC_OK);
    for (uint32_t i = 0; i < l->n; i++) {
        FUZZ_CHECK(logins[i].findings == again[l->n - 1 - i].findings);
        FUZZ_CHECK(logins[i].hidden == again[l->n - 1 - i].hidden);
        for (uint32_t j = 0; j < i; j++)
            FUZZ_CHECK(logins[i].group == 0 || logins[j].group == 0 ||
                       (logins[i].group == logins[j].group) ==
                           lc_slice_eq(password(i), password(j)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_slice bytes = fuzz_copy(lc_slice_of(p, n)), before;
    uint8_t *at = (uint8_t *)(uintptr_t)bytes.p;
    uint32_t last = 0;
    struct lc_pw_list l = {.rows = rows, .max = ROWS, .on_left_out = on_left_out, .ctx = &last};
    struct lc_err err = {""};
    enum lc_status st;

    before = fuzz_copy(bytes);
    st = lc_pw_read(&l, at, n, n && p[0] == 'p', &err);
    if (st != LC_OK)
        check_inert(err.text);
    FUZZ_CHECK(l.n + l.left_out <= lc_pw_lines(before) || st == LC_EFULL);
    check_rows(&l, bytes);
    FUZZ_CHECK(!l.plain || lc_slice_eq(bytes, before));
    if (st == LC_OK && n < AUDITED_N)
        check_audit(&l);
    fuzz_free(before);
    fuzz_free(bytes);
    return 0;
}
