/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The expat half of xml.h: the only place where the library is called. Its state is the path and
 * the text of the innermost element; both have their bound, and so has what expat allocates (it
 * comes from lc_alloc).
 */
#include "proto/xml.h"
#include "base/mem.h"
#include "proto/msg.h"

#include <expat.h>
#include <string.h>

#define ATTRIBUTES_CAP 64U
#define TEXT_CAP       65536U

struct reader {
    const struct lc_xml *x;
    XML_Parser parser;
    struct lc_xml_at at;
    struct lc_buf text; /* of the innermost element */
    size_t text_n;      /* of the whole document */
    uint32_t odd;
};

unsigned lc_xml_above(const struct lc_xml_at *at, unsigned n)
{
    return at->depth > n ? at->path[at->depth - 1 - n] : 0;
}

static void stop(struct reader *r, enum lc_msg_odd why)
{
    r->odd |= LC_ODD(why);
    (void)XML_StopParser(r->parser, XML_FALSE);
}

static uint8_t tag_of(const struct lc_xml *x, const char *name)
{
    const char *colon = strrchr(name, ':');

    name = colon ? colon + 1 : name;
    for (unsigned i = 1; i < x->tags_n; i++)
        if (strcmp(x->tags[i], name) == 0)
            return (uint8_t)i;
    return 0;
}

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct reader *r = data;
    unsigned n = 0;

    while (attributes[n] && n / 2 <= ATTRIBUTES_CAP)
        n += 2;
    if (r->at.depth == LC_XML_DEPTH || n / 2 > ATTRIBUTES_CAP) {
        stop(r, LC_ODD_XML_BOUNDS);
        return;
    }
    r->at.path[r->at.depth++] = tag_of(r->x, name);
    lc_buf_reset(&r->text);
    if (r->x->start)
        r->x->start(r->x->ctx, &r->at, attributes);
}

static void XMLCALL on_text(void *data, const XML_Char *s, int n)
{
    struct reader *r = data;

    r->text_n += (size_t)n;
    if (r->text_n > TEXT_CAP || lc_buf_put(&r->text, lc_slice_of(s, (size_t)n)) != LC_OK)
        stop(r, LC_ODD_XML_BOUNDS);
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
    struct reader *r = data;

    (void)name;
    if (r->odd) /* expat may still close the element in which it was stopped */
        return;
    r->at.text = lc_slice_trim(lc_buf_view(&r->text));
    if (r->x->end)
        r->x->end(r->x->ctx, &r->at);
    r->at.text.n = 0;
    lc_buf_reset(&r->text);
    r->at.depth--;
}

static void XMLCALL on_doctype(void *data, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int internal)
{
    (void)name;
    (void)system;
    (void)public;
    (void)internal;
    stop(data, LC_ODD_DOCTYPE);
}

static void *xml_alloc(size_t n)
{
    return lc_alloc(n);
}

static void *xml_realloc(void *p, size_t n)
{
    return lc_realloc_n(p, n, 1);
}

uint32_t lc_xml_read(const struct lc_xml *x, struct lc_slice body)
{
    static const XML_Memory_Handling_Suite memory = {xml_alloc, xml_realloc, lc_free};
    struct reader r = {.x = x, .parser = XML_ParserCreate_MM("UTF-8", &memory, NULL)};

    if (r.parser == NULL)
        return 0;
    lc_buf_init(&r.text, TEXT_CAP);
    XML_SetUserData(r.parser, &r);
    XML_SetElementHandler(r.parser, on_start, on_end);
    XML_SetCharacterDataHandler(r.parser, on_text);
    XML_SetStartDoctypeDeclHandler(r.parser, on_doctype);
    body = lc_slice_trim(body);
    if (XML_Parse(r.parser, (const char *)body.p, (int)body.n, 1) != XML_STATUS_OK &&
        XML_GetErrorCode(r.parser) != XML_ERROR_ABORTED)
        r.odd |= LC_ODD(LC_ODD_XML_BAD);
    XML_ParserFree(r.parser);
    lc_buf_free(&r.text);
    return r.odd;
}
