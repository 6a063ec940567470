/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The audit on a terminal and as JSON lines. Device, account and app are the owner's own words and
 * pass their sinks; where the audit found a password in one of them it says "(hidden)". Serial,
 * MAC, phone and password are never shown.
 */
#include "cmd/passwords_show.h"

#include "base/text.h"
#include "base/tr.h"
#include "cmd/options.h"
#include "report/common.h"

enum { W_LINE = 6, W_DEVICE = 22, W_ACCOUNT = 16, W_WORST = 14 };

#define TEXT_MAX  4096U
#define LINES_MAX 12U /* line numbers named with a remedy, then only how many more */

static const struct {
    enum lc_pw_column column;
    const char *words;
} derived_words[] = {
    {LC_PW_SERIAL, N_("serial number")}, {LC_PW_MAC, N_("MAC address")},
    {LC_PW_MODEL, N_("model")},          {LC_PW_PHONE, N_("phone number")},
    {LC_PW_DEVICE, N_("device's name")}, {LC_PW_ACCOUNT, N_("account's name")},
    {LC_PW_BRAND, N_("brand")},          {LC_PW_APP, N_("app's name")},
};

#define DERIVED_N (sizeof derived_words / sizeof *derived_words)

static bool has(const struct lc_pw_login *o, enum lc_pw_finding f)
{
    return o->findings & 1U << f;
}

/* Inert text in `width` columns and a blank; what is too long ends in "..." */
static void cell(struct lc_buf *out, struct lc_slice raw, size_t width)
{
    size_t keep = lc_text_width(raw) > width ? width - 3 : width, cols = 0;

    while (raw.n) {
        struct lc_slice at = raw, one;
        size_t w;

        (void)lc_utf8_take(&raw);
        one = lc_slice_sub(at, 0, at.n - raw.n);
        w = lc_text_width(one);
        if (cols + w > keep)
            break;
        lc_put_tty(out, one);
        cols += w;
    }
    if (raw.n)
        (void)lc_buf_puts(out, "...");
    for (cols += raw.n ? 3 : 0; cols <= width; cols++)
        (void)lc_buf_u8(out, ' ');
}

static void word(struct lc_buf *out, const char *english, size_t width)
{
    cell(out, lc_slice_str(_(english)), width);
}

void lc_passwords_head(struct lc_buf *out)
{
    word(out, N_("LINE"), W_LINE);
    word(out, N_("DEVICE OR APP"), W_DEVICE);
    word(out, N_("ACCOUNT"), W_ACCOUNT);
    word(out, N_("WORST"), W_WORST);
    (void)lc_buf_putf(out, "%s\n", _("WHAT IS WRONG"));
}

static void field(struct lc_buf *out, const struct lc_pw_row *r, const struct lc_pw_login *o,
                  enum lc_pw_column c, size_t width)
{
    if (o->hidden & 1U << c)
        word(out, N_("(hidden)"), width);
    else
        cell(out, r->field[c].n ? r->field[c] : LC_S("-"), width);
}

static void put_details(const struct lc_pw_login *o, enum lc_pw_finding f, struct lc_buf *out)
{
    const char *before = " (";

    for (size_t i = 0; f == LC_PW_F_DERIVED && i < DERIVED_N; i++)
        if (o->derived & 1U << derived_words[i].column) {
            (void)lc_buf_putf(out, "%s%s", before, _(derived_words[i].words));
            before = ", ";
        }
    if (f == LC_PW_F_DERIVED)
        (void)lc_buf_u8(out, ')');
    if (f == LC_PW_F_SAME || f == LC_PW_F_APP)
        (void)lc_buf_putf(out, _(" (group %u)"), (unsigned)o->group);
}

void lc_passwords_line(const struct lc_pw_row *r, const struct lc_pw_login *o, struct lc_buf *out)
{
    const char *before = "";
    char line[16];
    int worst = __builtin_ctz(o->findings); /* kinds stand worst first */

    (void)snprintf(line, sizeof line, "%u", (unsigned)r->line);
    cell(out, lc_slice_str(line), W_LINE);
    field(out, r, o, r->field[LC_PW_DEVICE].n ? LC_PW_DEVICE : LC_PW_APP, W_DEVICE);
    field(out, r, o, LC_PW_ACCOUNT, W_ACCOUNT);
    word(out, lc_report_severity_words[lc_pw_kinds[worst].severity], W_WORST);
    for (enum lc_pw_finding f = 0; f < LC_PW_FINDINGS; f++) {
        if (!has(o, f))
            continue;
        (void)lc_buf_putf(out, "%s%s", before, lc_pw_kinds[f].id);
        put_details(o, f, out);
        before = ", ";
    }
    (void)lc_buf_u8(out, '\n');
}

/* ---- JSON ---- */

static void json_field(struct lc_json *j, const struct lc_pw_row *r, const struct lc_pw_login *o,
                       enum lc_pw_column c)
{
    if (r->field[c].n && !(o->hidden & 1U << c))
        lc_json_str(j, lc_pw_column_names[c], r->field[c]);
    else
        lc_json_null(j, lc_pw_column_names[c]);
}

static void json_columns(struct lc_json *j, const char *key, uint16_t bits)
{
    lc_json_open(j, key, '[');
    for (enum lc_pw_column c = 0; c < LC_PW_COLUMNS; c++)
        if (bits & 1U << c)
            lc_json_str(j, NULL, lc_slice_str(lc_pw_column_names[c]));
    lc_json_close(j, ']');
}

static void json_finding(struct lc_json *j, const struct lc_pw_login *o, enum lc_pw_finding f)
{
    const struct lc_pw_kind *k = &lc_pw_kinds[f];

    lc_json_open(j, NULL, '{');
    lc_json_str(j, "id", lc_slice_str(k->id));
    lc_json_str(j, "severity", lc_slice_str(lc_severity_names[k->severity]));
    lc_json_str(j, "title", lc_slice_str(_(k->title)));
    lc_json_str(j, "remedy", lc_slice_str(_(k->remedy)));
    if (f == LC_PW_F_DERIVED)
        json_columns(j, "from", o->derived);
    lc_json_close(j, '}');
}

void lc_passwords_json(const struct lc_pw_row *r, const struct lc_pw_login *o, struct lc_buf *out)
{
    struct lc_json j = {.out = out};

    lc_json_open(&j, NULL, '{');
    lc_json_str(&j, "schema", LC_S("lenscap.password/1"));
    lc_json_int(&j, "line", r->line);
    json_field(&j, r, o, LC_PW_DEVICE);
    json_field(&j, r, o, LC_PW_ACCOUNT);
    json_field(&j, r, o, LC_PW_APP);
    json_columns(&j, "hidden", o->hidden);
    if (o->group)
        lc_json_int(&j, "group", o->group);
    else
        lc_json_null(&j, "group");
    lc_json_open(&j, "findings", '[');
    for (enum lc_pw_finding f = 0; f < LC_PW_FINDINGS; f++)
        if (has(o, f))
            json_finding(&j, o, f);
    lc_json_close(&j, ']');
    lc_json_close(&j, '}');
    (void)lc_buf_u8(out, '\n');
}

/* ---- what to do ---- */

/* "lines 2, 5, 9 and 40 more" */
static uint32_t put_lines(const struct lc_pw_list *l, const struct lc_pw_login *logins,
                          enum lc_pw_finding f, struct lc_buf *text)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < l->n; i++) {
        if (!has(&logins[i], f))
            continue;
        if (n < LINES_MAX)
            (void)lc_buf_putf(text, "%s%u", n ? ", " : "", (unsigned)l->rows[i].line);
        n++;
    }
    if (n > LINES_MAX)
        (void)lc_buf_putf(text, _(" and %u more"), (unsigned)(n - LINES_MAX));
    return n;
}

void lc_passwords_remedies(const struct lc_pw_list *l, const struct lc_pw_login *logins,
                           struct lc_buf *out)
{
    struct lc_buf lines, text;

    lc_buf_init(&lines, TEXT_MAX);
    lc_buf_init(&text, TEXT_MAX);
    (void)lc_buf_putf(out, "\n%s\n", _("What to do, the worst first:"));
    for (enum lc_pw_finding f = 0; f < LC_PW_FINDINGS; f++) {
        lc_buf_reset(&lines);
        lc_buf_reset(&text);
        if (put_lines(l, logins, f, &lines) == 0)
            continue;
        (void)lc_buf_putf(&text, _("%s (line %s). %s"), _(lc_pw_kinds[f].title),
                          lc_buf_cstr(&lines), _(lc_pw_kinds[f].remedy));
        lc_options_row(out, lc_pw_kinds[f].id, lc_buf_cstr(&text), 22);
    }
    lc_buf_free(&lines);
    lc_buf_free(&text);
}
