/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sinks between a peer's bytes and a reader: whatever goes in, valid UTF-8 without a control
 * comes out, and nothing that would end the field it stands in. The JSON is read by jansson, too.
 */
#include "fuzz.h"
#include "base/text.h"

#include <jansson.h>

/* C0, C1, bidirectional overrides, marks that nobody sees (reliability facts, H19). */
static bool harmless(uint32_t cp)
{
    return cp >= 0x20 && cp != 0x7F && !(cp >= 0x80 && cp < 0xA0) &&
           !(cp >= 0x200B && cp <= 0x200F) && !(cp >= 0x202A && cp <= 0x202E) &&
           !(cp >= 0x2066 && cp <= 0x2069) && cp != 0xFEFF;
}

static void check_text(struct lc_slice s, bool feeds)
{
    while (s.n) {
        struct lc_slice at = s;
        uint32_t cp = lc_utf8_take(&s);

        FUZZ_CHECK(harmless(cp) || (feeds && cp == '\n'));
        FUZZ_CHECK(cp != 0xFFFD || at.n - s.n == 3); /* one that we wrote, not a malformed byte */
    }
}

static void check_html(struct lc_slice in, struct lc_buf *b)
{
    lc_put_html(b, in);
    check_text(lc_buf_view(b), true);
    for (size_t i = 0; i < b->n; i++)
        FUZZ_CHECK(strchr("<>\"'`", b->p[i]) == NULL);
}

static void check_tty(struct lc_slice in, struct lc_buf *b)
{
    struct lc_buf again;

    lc_put_tty(b, in);
    check_text(lc_buf_view(b), false);
    (void)lc_text_width(lc_buf_view(b));
    lc_buf_init(&again, b->max);
    lc_put_tty(&again, lc_buf_view(b));
    FUZZ_CHECK(lc_slice_eq(lc_buf_view(b), lc_buf_view(&again)));
    lc_buf_free(&again);
}

/* One field: quotes around, doubled inside, no formula behind the first. */
static void check_csv(struct lc_slice in, struct lc_buf *b)
{
    lc_put_csv(b, in);
    check_text(lc_buf_view(b), false);
    FUZZ_CHECK(b->n >= 2 && b->p[0] == '"' && b->p[b->n - 1] == '"');
    FUZZ_CHECK(strchr("=+-@", b->p[1]) == NULL);
    for (size_t i = 1; i + 1 < b->n; i++)
        if (b->p[i] == '"') {
            i++;
            FUZZ_CHECK(i + 1 < b->n && b->p[i] == '"');
        }
}

static void check_json(struct lc_slice in, struct lc_buf *b)
{
    struct lc_json j = {.out = b};
    json_t *root;

    lc_json_open(&j, NULL, '{');
    lc_json_str(&j, "k", in);
    lc_json_int(&j, "n", (int64_t)in.n);
    lc_json_close(&j, '}');
    check_text(lc_buf_view(b), false);
    FUZZ_CHECK(lc_slice_chr(lc_buf_view(b), '<', 0) == LC_NPOS);
    root = json_loadb((const char *)b->p, b->n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
    FUZZ_CHECK(root && json_is_string(json_object_get(root, "k")));
    FUZZ_CHECK(json_integer_value(json_object_get(root, "n")) == (json_int_t)in.n);
    json_decref(root);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    static void (*const checks[])(struct lc_slice, struct lc_buf *) = {check_html, check_tty,
                                                                       check_csv, check_json};
    struct lc_slice in = fuzz_copy(lc_slice_of(p, n));

    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        struct lc_buf b;

        lc_buf_init(&b, 8 * n + 64);
        checks[i](in, &b);
        FUZZ_CHECK(!b.full);
        lc_buf_free(&b);
    }
    fuzz_free(in);
    return 0;
}
