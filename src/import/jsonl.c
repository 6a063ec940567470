/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Our own lines: what `lenscap identify` reads, with the address, the port and the time added.
 *
 *     {"address": "192.0.2.7", "port": 80, "observed_at": "2026-11-24T10:00:00Z",
 *      "facts": {"http.server": "...", "http.title": ["...", "..."]}}
 *
 * Without a port the facts are said of the device as a whole, as those of discovery are. Other keys
 * are not looked at.
 */
#include "import/facts_json.h"
#include "import/inside.h"

static enum lc_status read_place(struct lc_importer *im, const json_t *root, struct lc_addr *addr,
                                 uint16_t *port)
{
    const json_t *p = json_object_get(root, "port");
    char room[LC_JSON_ROOM];
    enum lc_status st =
        lc_import_addr(im, lc_json_text(json_object_get(root, "address"), room), addr);

    *port = 0;
    if (st == LC_OK && p && !json_is_null(p))
        st = lc_import_port(im, lc_json_text(p, room), port);
    return st;
}

static enum lc_status read_facts(struct lc_importer *im, const json_t *root, uint16_t port)
{
    const json_t *facts = json_object_get(root, "facts");
    const char *wrong;

    lc_row_start(im, port);
    if (!json_is_object(facts)) {
        lc_import_bad(im, _("there is no object \"facts\" in it"));
        return LC_EPARSE;
    }
    wrong = lc_facts_from_json(facts, &im->facts, &im->n.unknown);
    if (wrong == NULL)
        return LC_OK;
    lc_import_bad_piece(im, _("a fact's value is of another type than the vocabulary says"),
                        lc_slice_str(wrong));
    return LC_EPARSE;
}

static enum lc_status record(struct lc_importer *im, struct lc_slice rec)
{
    json_t *root = lc_import_json(im, rec);
    char room[LC_JSON_ROOM];
    struct lc_addr addr;
    uint16_t port;
    enum lc_status st = LC_OK;

    if (root == NULL)
        return LC_OK;
    if (read_place(im, root, &addr, &port) == LC_OK && read_facts(im, root, port) == LC_OK)
        st = lc_row_give(im, &addr,
                         lc_import_when(lc_json_text(json_object_get(root, "observed_at"), room)));
    json_decref(root);
    return st;
}

const struct lc_import_format lc_import_jsonl = {
    .name = "jsonl",
    .about = N_("facts as JSON lines, as 'lenscap identify' reads them, with address and port"),
    .framing = LC_FRAME_JSON,
    .record = record,
};
