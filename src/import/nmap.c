/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nmap's XML (-oX; nmap.dtd in its documentation), and masscan's, which has the same elements.
 *
 *     nmaprun start
 *       host starttime endtime
 *         address addr addrtype=ipv4|ipv6|mac
 *         ports / port protocol portid
 *             state state
 *             service name tunnel servicefp banner
 *             script id output / table key / elem key
 *
 * Read by expat as it comes: a host is never held. What scripts say is in nmap_script.c. nmap's own
 * conclusions (product, CPE, operating system) are not taken over: they are no facts, and ours are
 * drawn from the same words.
 *
 * Every file of nmap has a document type, so that alone cannot be refused; one with declarations in
 * it is, since only there entities are made. Depth, attributes, text and the length of a token have
 * their bounds.
 */
#include "import/nmap.h"
#include "base/mem.h"

#include <expat.h>
#include <string.h>

#define ATTRIBUTES_CAP 64U
#define QUIET_MAX      LC_IMPORT_RECORD_MAX /* bytes without the end of a token */

static void stop(struct nmap *n, const char *why)
{
    if (n->stopped)
        return;
    n->stopped = true;
    n->im->line = XML_GetCurrentLineNumber(n->parser);
    lc_import_bad(n->im, why);
    (void)XML_StopParser(n->parser, XML_FALSE);
}

static struct lc_slice attribute(const char *const *attributes, const char *name)
{
    for (size_t i = 0; attributes[i]; i += 2)
        if (strcmp(attributes[i], name) == 0)
            return lc_slice_str(attributes[i + 1]);
    return (struct lc_slice){NULL, 0};
}

/* ---- elements ---- */

static void start_host(struct nmap *n, const char *const *a)
{
    int64_t end = lc_import_when(attribute(a, "endtime"));
    int64_t begin = lc_import_when(attribute(a, "starttime"));

    n->has_addr = false;
    n->mac[0] = 0;
    n->host_line = XML_GetCurrentLineNumber(n->parser);
    n->observed_us = end ? end : begin ? begin : n->run_us;
}

static void start_address(struct nmap *n, const char *const *a)
{
    struct lc_slice addr = attribute(a, "addr"), type = attribute(a, "addrtype");

    if (lc_slice_eq(type, LC_S("mac"))) {
        if (addr.n && addr.n < sizeof n->mac) {
            memcpy(n->mac, addr.p, addr.n);
            n->mac[addr.n] = 0;
        }
        return;
    }
    n->im->line = n->host_line;
    n->has_addr = lc_import_addr(n->im, addr, &n->addr) == LC_OK;
}

static void start_port(struct nmap *n, const char *const *a)
{
    n->im->n.records++;
    n->port_line = XML_GetCurrentLineNumber(n->parser);
    n->im->line = n->port_line;
    n->tcp = lc_slice_eq(attribute(a, "protocol"), LC_S("tcp"));
    n->open = false;
    n->in_port = lc_import_port(n->im, attribute(a, "portid"), &n->port) == LC_OK;
    lc_row_start(n->im, n->in_port ? n->port : 0);
}

static void start_service(struct nmap *n, const char *const *a)
{
    struct lc_slice name = attribute(a, "name"), method = attribute(a, "method");
    struct lc_slice banner = attribute(a, "banner"), fp = attribute(a, "servicefp");
    enum lc_proto_id proto = LC_P_NONE;

    /* "table" is what the port's number suggests, nothing that was heard. */
    if (!lc_slice_eq(method, LC_S("table")))
        proto = lc_row_service(n->im, name);
    if (lc_slice_eq(attribute(a, "tunnel"), LC_S("ssl")))
        lc_facts_bool(&n->im->facts, LC_F_PORT_TLS, true);
    if (banner.n) {
        lc_buf_reset(&n->bytes);
        lc_unescape(banner, &n->bytes);
        lc_row_said(n->im, proto, lc_buf_view(&n->bytes));
    }
    lc_nmap_probes(n, fp);
}

static void start_inside_port(struct nmap *n, const char *name, const char *const *a)
{
    if (strcmp(name, "state") == 0)
        n->open = lc_slice_eq(attribute(a, "state"), LC_S("open"));
    else if (!n->tcp || !n->open)
        return;
    else if (strcmp(name, "service") == 0)
        start_service(n, a);
    else if (strcmp(name, "script") == 0)
        lc_nmap_script(n, attribute(a, "id"), attribute(a, "output"));
    else if (strcmp(name, "elem") == 0)
        lc_nmap_elem(n, attribute(a, "key"));
}

static void XMLCALL on_start(void *data, const XML_Char *name, const XML_Char **attributes)
{
    struct nmap *n = data;
    const char *const *a = (const char *const *)attributes;
    unsigned count = 0;

    n->quiet = 0;
    if (n->stopped)
        return;
    while (a[count] && count / 2 <= ATTRIBUTES_CAP)
        count += 2;
    if (++n->depth > LC_NMAP_DEPTH || count / 2 > ATTRIBUTES_CAP)
        stop(n, _("elements are nested too deeply, or have too many attributes"));
    else if (n->depth == 1 && strcmp(name, "nmaprun") != 0)
        stop(n, _("this is no XML of nmap: its first element is not nmaprun"));
    else if (n->depth == 1)
        n->run_us = lc_import_when(attribute(a, "start"));
    else if (strcmp(name, "host") == 0)
        start_host(n, a);
    else if (strcmp(name, "address") == 0)
        start_address(n, a);
    else if (strcmp(name, "port") == 0)
        start_port(n, a);
    else if (n->in_port)
        start_inside_port(n, name, a);
}

static void give(struct nmap *n, uint64_t line)
{
    n->im->line = line;
    n->st = lc_row_give(n->im, &n->addr, n->observed_us);
    if (n->st != LC_OK) {
        n->stopped = true;
        (void)XML_StopParser(n->parser, XML_FALSE);
    }
}

static void end_port(struct nmap *n)
{
    if (!n->in_port)
        return;
    n->in_port = false;
    if (!n->has_addr) {
        n->im->line = n->port_line;
        lc_import_bad(n->im, _("a port stands there before its host's address"));
    } else if (n->tcp && n->open) {
        give(n, n->port_line);
    } else {
        n->im->n.passed++;
    }
}

/* The hardware address is of the device, and only known on the same network. */
static void end_host(struct nmap *n)
{
    if (n->has_addr && n->mac[0]) {
        lc_row_start(n->im, 0);
        lc_row_text(n->im, LC_F_MAC_ADDRESS, lc_slice_str(n->mac));
        give(n, n->host_line);
    }
    n->has_addr = false;
    n->mac[0] = 0;
}

static void XMLCALL on_end(void *data, const XML_Char *name)
{
    struct nmap *n = data;

    n->quiet = 0;
    if (n->stopped)
        return;
    n->depth--;
    if (n->depth == 0) {
        n->closed = true;
        (void)XML_StopParser(n->parser, XML_FALSE);
    }
    if (strcmp(name, "elem") == 0)
        lc_nmap_elem_end(n);
    else if (strcmp(name, "port") == 0)
        end_port(n);
    else if (strcmp(name, "host") == 0)
        end_host(n);
}

/* A text past the bound is cut: no script's line is that long. */
static void XMLCALL on_text(void *data, const XML_Char *s, int len)
{
    struct nmap *n = data;
    size_t room = n->text.max - n->text.n;

    n->quiet = 0;
    if (n->in_elem)
        (void)lc_buf_put(&n->text, lc_slice_of(s, (size_t)len < room ? (size_t)len : room));
}

static void XMLCALL on_other(void *data, const XML_Char *s, int len)
{
    struct nmap *n = data;

    (void)s;
    (void)len;
    n->quiet = 0;
}

static void XMLCALL on_doctype(void *data, const XML_Char *name, const XML_Char *system,
                               const XML_Char *public, int internal)
{
    (void)name;
    (void)system;
    (void)public;
    if (internal)
        stop(data, _("its document type has declarations: that is refused"));
}

/* ---- the format ---- */

static void *xml_alloc(size_t n)
{
    return lc_alloc(n);
}

static void *xml_realloc(void *p, size_t n)
{
    return lc_realloc_n(p, n, 1);
}

static enum lc_status open_parser(struct lc_importer *im)
{
    static const XML_Memory_Handling_Suite memory = {xml_alloc, xml_realloc, lc_free};
    struct nmap *n = im->state;

    n->im = im;
    n->parser = XML_ParserCreate_MM(NULL, &memory, NULL);
    if (n->parser == NULL)
        return LC_ENOMEM;
    lc_buf_init(&n->text, LC_NMAP_TEXT);
    lc_buf_init(&n->bytes, LC_IMPORT_RECORD_MAX);
    XML_SetUserData(n->parser, n);
    XML_SetElementHandler(n->parser, on_start, on_end);
    XML_SetCharacterDataHandler(n->parser, on_text);
    XML_SetDefaultHandler(n->parser, on_other);
    XML_SetStartDoctypeDeclHandler(n->parser, on_doctype);
    return LC_OK;
}

/* Two files one behind the other: the second is not read, and that is said. */
static void look_behind(struct nmap *n, struct lc_slice bytes)
{
    if (lc_slice_trim(bytes).n == 0 || n->stopped)
        return;
    n->stopped = true;
    n->im->line = XML_GetCurrentLineNumber(n->parser);
    lc_import_bad(n->im, _("what follows behind </nmaprun> is not read"));
}

/* The part of this piece that stands behind the last token. */
static struct lc_slice behind(const struct nmap *n, struct lc_slice bytes)
{
    XML_Index at = XML_GetCurrentByteIndex(n->parser) + XML_GetCurrentByteCount(n->parser);

    return lc_slice_from(bytes, at < 0 ? 0 : (size_t)((uint64_t)at - n->given));
}

static enum lc_status broken(struct lc_importer *im, bool end)
{
    struct nmap *n = im->state;
    enum XML_Error e = XML_GetErrorCode(n->parser);

    if (e == XML_ERROR_NO_MEMORY)
        return LC_ENOMEM;
    im->line = XML_GetCurrentLineNumber(n->parser);
    n->stopped = true;
    if (end)
        lc_import_bad(im, _("the file ends in the middle: what came after is missing"));
    else
        lc_import_bad_piece(im, _("the XML is malformed"), lc_slice_str(XML_ErrorString(e)));
    return LC_DONE;
}

static enum lc_status parse(struct lc_importer *im, struct lc_slice bytes, bool end)
{
    struct nmap *n = im->state;
    enum lc_status st = LC_OK;

    if (n->closed) {
        look_behind(n, bytes);
        return n->stopped ? LC_DONE : LC_OK;
    }
    n->quiet += bytes.n;
    if (XML_Parse(n->parser, (const char *)bytes.p, (int)bytes.n, end) != XML_STATUS_OK &&
        !n->stopped && !n->closed)
        st = broken(im, end);
    if (st != LC_OK)
        return st;
    if (n->closed)
        look_behind(n, behind(n, bytes));
    n->given += bytes.n;
    if (!n->stopped && n->quiet > QUIET_MAX)
        stop(n, _("it is longer than 1 MiB"));
    if (n->st != LC_OK)
        return n->st;
    return n->stopped ? LC_DONE : LC_OK;
}

static enum lc_status feed(struct lc_importer *im, struct lc_slice bytes)
{
    struct nmap *n = im->state;
    enum lc_status st = n->parser ? LC_OK : open_parser(im);

    while (bytes.n && st == LC_OK) {
        struct lc_slice piece = lc_slice_sub(bytes, 0, LC_FRAMES_PIECE);

        bytes = lc_slice_from(bytes, piece.n);
        st = parse(im, piece, false);
    }
    return st;
}

static enum lc_status end(struct lc_importer *im)
{
    struct nmap *n = im->state;
    enum lc_status st = n->parser ? LC_OK : open_parser(im);

    if (st == LC_OK)
        st = parse(im, (struct lc_slice){(const uint8_t *)"", 0}, true);
    return st == LC_DONE ? LC_OK : st;
}

static void close_parser(struct lc_importer *im)
{
    struct nmap *n = im->state;

    if (n->parser)
        XML_ParserFree(n->parser);
    lc_buf_free(&n->text);
    lc_buf_free(&n->bytes);
}

const struct lc_import_format lc_import_nmap = {
    .name = "nmap-xml",
    .about = N_("XML of nmap or masscan (-oX)"),
    .framing = LC_FRAME_NONE,
    .state_size = sizeof(struct nmap),
    .feed = feed,
    .end = end,
    .close = close_parser,
};
