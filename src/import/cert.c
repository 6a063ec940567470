/* SPDX-License-Identifier: Apache-2.0 */
/* Certificates as files carry them: whole, so that the TLS codec's reader says what is in them, or
 * as names alone, brought into the form that it gives them ("CN=a,OU=b", facts.yaml). */
#include "base/hash.h"
#include "import/inside.h"
#include "proto/emit.h"
#include "proto/tls.h"

#define NAME_MAX_N 1024U

void lc_row_base64(struct lc_importer *im, struct lc_slice text)
{
    struct lc_buf der;

    lc_buf_init(&der, LC_TLS_LEAF_CAP);
    if (lc_base64_decode(text, &der) == LC_OK) {
        lc_buf_reset(&im->said.buf);
        im->said.port = im->facts.port;
        im->said.exch = im->facts.exch;
        lc_tls_leaf(lc_buf_view(&der), &im->said);
        lc_row_take_over(im);
    }
    lc_buf_free(&der);
}

void lc_row_pem(struct lc_importer *im, struct lc_slice text)
{
    const struct lc_slice begin = LC_S("-----BEGIN CERTIFICATE-----");
    size_t from = lc_slice_find(text, begin, 0), to;

    if (from == LC_NPOS)
        return;
    from += begin.n;
    to = lc_slice_find(text, LC_S("-----END"), from);
    lc_row_base64(im, lc_slice_sub(text, from, to == LC_NPOS ? text.n : to - from));
}

/* Blanks behind the commas are a matter of taste. */
void lc_row_dn(struct lc_importer *im, enum lc_fact_name name, struct lc_slice text)
{
    struct lc_buf out;

    lc_buf_init(&out, NAME_MAX_N);
    for (size_t i = 0; i < text.n && i < NAME_MAX_N; i++) {
        bool behind_comma = i && text.p[i - 1] == ',' && !(i > 1 && text.p[i - 2] == '\\');

        if (text.p[i] != ' ' || !behind_comma)
            (void)lc_buf_u8(&out, text.p[i]);
    }
    lc_row_text(im, name, lc_buf_view(&out));
    lc_buf_free(&out);
}

void lc_row_dn_json(struct lc_importer *im, enum lc_fact_name name, const json_t *parts)
{
    struct lc_buf out;
    const char *key;
    json_t *v;

    if (!json_is_object(parts))
        return;
    lc_buf_init(&out, NAME_MAX_N);
    json_object_foreach((json_t *)(uintptr_t)parts, key, v)
    {
        struct lc_slice s = lc_slice_of(json_string_value(v), json_string_length(v));

        if (!json_is_string(v))
            continue;
        if (out.n)
            (void)lc_buf_u8(&out, ',');
        (void)lc_buf_puts(&out, key);
        (void)lc_buf_u8(&out, '=');
        for (size_t i = 0; i < s.n; i++) {
            if (s.p[i] == ',' || s.p[i] == '\\')
                (void)lc_buf_u8(&out, '\\');
            (void)lc_buf_u8(&out, s.p[i]);
        }
    }
    lc_row_text(im, name, lc_buf_view(&out));
    lc_buf_free(&out);
}
