/* SPDX-License-Identifier: Apache-2.0 */
/* The table of formats, and the loop from bytes to records. */
#include "base/mem.h"
#include "base/text.h"
#include "import/inside.h"

#define TEXT_MAX_N  4096U
#define PIECE_SHOWN 60U

static const struct lc_import_format *const formats[] = {
    &lc_import_jsonl,  &lc_import_nmap,   &lc_import_masscan,      &lc_import_zmap,
    &lc_import_shodan, &lc_import_censys, &lc_import_shadowserver,
};

#define FORMATS_N (sizeof formats / sizeof *formats)

const struct lc_import_format *lc_import_by_name(struct lc_slice name)
{
    for (size_t i = 0; i < FORMATS_N; i++)
        if (lc_slice_eq(name, lc_slice_str(formats[i]->name)))
            return formats[i];
    return NULL;
}

const char *lc_import_name(size_t i, const char **about)
{
    if (i >= FORMATS_N)
        return NULL;
    *about = formats[i]->about;
    return formats[i]->name;
}

enum lc_status lc_importer_open(const struct lc_import_format *format,
                                const struct lc_import_to *to, struct lc_importer **out)
{
    struct lc_importer *im = lc_alloc(sizeof *im);

    *out = im;
    if (im == NULL)
        return LC_ENOMEM;
    im->format = format;
    im->to = *to;
    lc_frames_init(&im->frames, format->framing);
    lc_facts_init(&im->facts);
    lc_facts_init(&im->said);
    lc_buf_init(&im->text, TEXT_MAX_N);
    im->line = 1;
    im->state = lc_alloc(format->state_size ? format->state_size : 1);
    if (im->state)
        return LC_OK;
    lc_importer_close(im);
    *out = NULL;
    return LC_ENOMEM;
}

void lc_importer_close(struct lc_importer *im)
{
    if (im == NULL)
        return;
    if (im->format->close && im->state)
        im->format->close(im);
    lc_frames_free(&im->frames);
    lc_facts_free(&im->facts);
    lc_facts_free(&im->said);
    lc_buf_free(&im->text);
    lc_free(im->state);
    lc_free(im);
}

const struct lc_import_counts *lc_importer_counts(const struct lc_importer *im)
{
    return &im->n;
}

void lc_import_bad(struct lc_importer *im, const char *why)
{
    im->n.bad++;
    im->to.bad(im->to.ctx, im->line, why);
}

void lc_import_bad_piece(struct lc_importer *im, const char *why, struct lc_slice piece)
{
    lc_buf_reset(&im->text);
    (void)lc_buf_puts(&im->text, why);
    (void)lc_buf_puts(&im->text, ": ");
    lc_put_tty(&im->text, lc_slice_sub(piece, 0, PIECE_SHOWN));
    lc_import_bad(im, lc_buf_cstr(&im->text));
}

/* ---- from bytes to records ---- */

static void left_out(struct lc_importer *im, enum lc_status st)
{
    im->n.records++;
    if (st == LC_EFULL)
        lc_import_bad(im, _("it is longer than 1 MiB"));
    else if (st == LC_EINVAL)
        lc_import_bad(im, _("what stands there is no object of the array"));
    else
        lc_import_bad(im, _("the file ends in the middle: what came after is missing"));
}

/* Blank, or a remark of the program that wrote the list. */
static bool is_comment(struct lc_slice record)
{
    record = lc_slice_trim(record);
    return record.n == 0 || record.p[0] == '#';
}

/* Every record that is whole. */
static enum lc_status drain(struct lc_importer *im, bool end)
{
    struct lc_slice record = {NULL, 0};
    enum lc_status st = LC_OK, got;

    while (st == LC_OK) {
        got = lc_frames_next(&im->frames, end, &record, &im->line);
        if (got == LC_MORE)
            return LC_OK;
        if (got == LC_OK && end && im->format->whole_lines)
            got = lc_slice_trim(record).n ? LC_EPARSE : LC_MORE;
        if (got == LC_ENOMEM)
            return got;
        if (got == LC_OK) {
            im->n.records += !is_comment(record);
            st = im->format->record(im, record);
        } else if (got != LC_MORE) {
            left_out(im, got);
        }
    }
    return st;
}

enum lc_status lc_importer_feed(struct lc_importer *im, struct lc_slice bytes)
{
    enum lc_status st = LC_OK;

    if (im->over)
        return LC_DONE;
    if (im->format->framing == LC_FRAME_NONE) {
        st = im->format->feed(im, bytes);
        im->over = st != LC_OK;
        return st;
    }
    while (bytes.n && st == LC_OK) {
        struct lc_slice piece = lc_slice_sub(bytes, 0, LC_FRAMES_PIECE);

        bytes = lc_slice_from(bytes, piece.n);
        st = lc_frames_put(&im->frames, piece);
        if (st == LC_OK)
            st = drain(im, false);
    }
    im->over = st != LC_OK;
    return st;
}

enum lc_status lc_importer_end(struct lc_importer *im)
{
    enum lc_status st;

    if (im->over)
        return LC_OK;
    im->over = true;
    st = im->format->framing == LC_FRAME_NONE ? im->format->end(im) : drain(im, true);
    return st == LC_DONE ? LC_OK : st;
}
