/* SPDX-License-Identifier: Apache-2.0 */
/* expat with bounds. The parser lives for one call; its memory is bounded by the text it is given.
 */
#include "proto/xml.h"

#include <expat.h>
#include <string.h>

#define NAMES_MAX 4096U /* bytes of all names on the path */

struct reader {
    XML_Parser parser;
    lc_xml_element *each;
    void *ctx;
    struct lc_xml_path path;
    struct lc_buf names;          /* of the open elements, behind each other */
    struct lc_buf text;           /* of the open elements, behind each other */
    size_t text_at[LC_XML_DEPTH]; /* where the text of each begins */
    size_t text_n;                /* taken in all */
    uint32_t odd;
};

static void stop(struct reader *r, enum lc_msg_odd why)
{
    r->odd |= LC_ODD(why);
    (void)XML_StopParser(r->parser, XML_FALSE);
}

static struct lc_slice local_name(const char *qualified)
{
    struct lc_slice s = lc_slice_str(qualified);
    size_t colon = lc_slice_chr(s, ':', 0);

    return colon == LC_NPOS ? s : lc_slice_from(s, colon + 1);
}

static void XMLCALL on_start(void *ctx, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *r = ctx;
    struct lc_slice local = local_name(name);
    size_t n = 0, at = r->names.n;

    while (attributes[n])
        n++;
    /* The buffer is reserved whole at the beginning, so that slices into it stay where they are. */
    if (r->path.n == LC_XML_DEPTH || n / 2 > LC_XML_ATTRIBUTES ||
        lc_buf_put(&r->names, local) != LC_OK) {
        stop(r, LC_ODD_XML_BOUNDS);
        return;
    }
    r->text_at[r->path.n] = r->text.n;
    r->path.name[r->path.n++] = lc_slice_of(r->names.p + at, local.n);
}

static void XMLCALL on_text(void *ctx, const XML_Char *text, int n)
{
    struct reader *r = ctx;

    r->text_n += (size_t)n;
    if (r->text_n > LC_XML_TEXT || lc_buf_put(&r->text, lc_slice_of(text, (size_t)n)) != LC_OK)
        stop(r, LC_ODD_XML_BOUNDS);
}

static void XMLCALL on_end(void *ctx, const XML_Char *name)
{
    struct reader *r = ctx;
    size_t from;

    (void)name;
    if (r->path.n == 0)
        return;
    from = r->text_at[r->path.n - 1];
    r->each(r->ctx, &r->path, lc_slice_trim(lc_slice_from(lc_buf_view(&r->text), from)));
    r->text.n = from;
    r->names.n -= r->path.name[--r->path.n].n;
}

static void XMLCALL on_doctype(void *ctx, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(ctx, LC_ODD_DOCTYPE);
}

static bool prepare(struct reader *r)
{
    lc_buf_init(&r->names, NAMES_MAX);
    lc_buf_init(&r->text, LC_XML_TEXT);
    r->parser = XML_ParserCreate("UTF-8");
    if (r->parser == NULL || lc_buf_reserve(&r->names, NAMES_MAX) != LC_OK)
        return false;
    XML_SetUserData(r->parser, r);
    XML_SetElementHandler(r->parser, on_start, on_end);
    XML_SetCharacterDataHandler(r->parser, on_text);
    XML_SetStartDoctypeDeclHandler(r->parser, on_doctype);
    (void)XML_SetParamEntityParsing(r->parser, XML_PARAM_ENTITY_PARSING_NEVER);
    return true;
}

enum lc_status lc_xml_read(struct lc_slice text, lc_xml_element *each, void *ctx, uint32_t *odd)
{
    struct reader r;
    bool ok;

    memset(&r, 0, sizeof r);
    r.each = each;
    r.ctx = ctx;
    ok = prepare(&r) && text.n <= LC_MSG_CAP &&
         XML_Parse(r.parser, (const char *)text.p, (int)text.n, 1) == XML_STATUS_OK;
    if (!ok && r.odd == 0)
        r.odd = LC_ODD(LC_ODD_XML_BAD);
    *odd |= r.odd;
    XML_ParserFree(r.parser);
    lc_buf_free(&r.names);
    lc_buf_free(&r.text);
    return ok ? LC_OK : LC_EPARSE;
}

bool lc_xml_is(const struct lc_xml_path *at, struct lc_slice own, struct lc_slice parent)
{
    if (at->n == 0 || !lc_slice_eq(at->name[at->n - 1], own))
        return false;
    for (size_t i = 0; parent.n && i + 1 < at->n; i++)
        if (lc_slice_eq(at->name[i], parent))
            return true;
    return parent.n == 0;
}
