/* SPDX-License-Identifier: Apache-2.0 */
/*
 * zmap's CSV (-O csv, its default). With several fields (-f) it begins with their names, and
 *
 *     saddr            who answered
 *     sport            from which port: the one that was asked
 *     classification   synack, rst, udp, ...     success   1 for an answer that says "open"
 *     timestamp_ts     seconds since 1970        timestamp_str
 *
 * are looked at. With one field there is no header, and the file does not say which port was asked:
 * whoever imports it does (--port).
 */
#include "import/csv.h"
#include "import/inside.h"

struct zmap {
    bool begun, ready;
    struct lc_csv header, row;
    size_t saddr, sport, kind, success, ts, str;
};

static enum lc_status no_use(struct lc_importer *im, const char *why)
{
    lc_import_bad(im, why);
    return LC_DONE;
}

/* The first record: names, or the first address of a bare list. */
static enum lc_status begin(struct lc_importer *im, struct lc_slice record, bool *is_header)
{
    struct zmap *z = im->state;
    struct lc_addr a;

    z->begun = true;
    lc_csv_init(&z->header);
    lc_csv_init(&z->row);
    z->ready = true;
    if (lc_csv_split(&z->header, record) != LC_OK)
        return no_use(im, _("the first line is neither an address nor names of columns"));
    *is_header = lc_addr_parse(lc_csv_at(&z->header, 0), &a) != LC_OK;
    z->saddr = *is_header ? lc_csv_column(&z->header, "saddr") : 0;
    z->header.n = *is_header ? z->header.n : 0;
    im->n.records -= *is_header;
    z->sport = lc_csv_column(&z->header, "sport");
    z->kind = lc_csv_column(&z->header, "classification");
    z->success = lc_csv_column(&z->header, "success");
    z->ts = lc_csv_column(&z->header, "timestamp_ts");
    z->str = lc_csv_column(&z->header, "timestamp_str");
    if (z->saddr == LC_CSV_FIELDS)
        return no_use(im, _("the first line names no column saddr"));
    if (z->sport == LC_CSV_FIELDS && im->to.port == 0)
        return no_use(im, _("the file does not say which port was asked: name it with --port"));
    return LC_OK;
}

static bool is_open(const struct zmap *z)
{
    struct lc_slice kind = lc_csv_at(&z->row, z->kind), ok = lc_csv_at(&z->row, z->success);

    return (ok.p == NULL || lc_slice_eq(ok, LC_S("1")) || lc_slice_ieq(ok, LC_S("true"))) &&
           (kind.p == NULL || lc_slice_eq(kind, LC_S("synack")));
}

static enum lc_status record(struct lc_importer *im, struct lc_slice rec)
{
    struct zmap *z = im->state;
    struct lc_addr addr;
    uint16_t port = im->to.port;
    int64_t when;
    bool is_header = false;
    enum lc_status st = LC_OK;

    rec = lc_slice_trim(rec);
    if (rec.n == 0 || rec.p[0] == '#')
        return LC_OK;
    if (!z->begun && ((st = begin(im, rec, &is_header)) != LC_OK || is_header))
        return st;
    if (lc_csv_split(&z->row, rec) != LC_OK || (z->header.n && z->row.n != z->header.n)) {
        lc_import_bad(im, _("it has not the columns of the first line"));
        return LC_OK;
    }
    if (lc_import_addr(im, lc_csv_at(&z->row, z->saddr), &addr) != LC_OK)
        return LC_OK;
    if (z->sport < LC_CSV_FIELDS &&
        lc_import_port(im, lc_csv_at(&z->row, z->sport), &port) != LC_OK)
        return LC_OK;
    if (!is_open(z)) {
        im->n.passed++;
        return LC_OK;
    }
    when = lc_import_when(lc_csv_at(&z->row, z->ts));
    lc_row_start(im, port);
    return lc_row_give(im, &addr, when ? when : lc_import_when(lc_csv_at(&z->row, z->str)));
}

static void close_zmap(struct lc_importer *im)
{
    struct zmap *z = im->state;

    if (!z->ready)
        return;
    lc_csv_free(&z->header);
    lc_csv_free(&z->row);
}

const struct lc_import_format lc_import_zmap = {
    .name = "zmap",
    .about = N_("CSV of zmap"),
    .framing = LC_FRAME_LINES,
    .whole_lines = true,
    .state_size = sizeof(struct zmap),
    .record = record,
    .close = close_zmap,
};
