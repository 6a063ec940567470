/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The grammar below the grammar of personas: scalars, numbers, and byte strings with repetition.
 * Hostile personas need answers of megabytes (10^5 headers, deep XML); `times` writes them in one
 * line.
 */
#include "doc.h"

#include "base/hash.h"

#include <errno.h>
#include <string.h>

#define BYTES_MAX                                                                                  \
    ((size_t)64 << 20) /* one byte string: the largest hostile certificate is 16 MiB */

void *sim_doc_alloc(struct sim_doc *d, size_t count, size_t size)
{
    static uint8_t nothing[4096];
    void *p = count <= SIZE_MAX / size ? lc_arena_alloc(d->arena, count * size + 1) : NULL;
    if (!p) {
        sim_doc_fail(d, NULL, "personas need more memory than the simulator allows");
        return nothing; /* only ever read as empty: `bad` stops the loader */
    }
    return p;
}

void sim_doc_fail(struct sim_doc *d, const yaml_node_t *at, const char *fmt, ...)
{
    char text[300];
    va_list ap;
    va_start(ap, fmt);
    vsnprintf(text, sizeof(text), fmt, ap);
    va_end(ap);
    if (!d->bad)
        (void)lc_fail(d->err, LC_EPARSE, "%s:%zu: %s", d->path,
                      at ? at->start_mark.line + 1 : (size_t)1, text);
    d->bad = true;
}

enum lc_status sim_doc_open(struct sim_doc *d, const char *path, struct lc_arena *arena,
                            struct lc_err *err)
{
    yaml_parser_t parser;
    *d = (struct sim_doc){.path = path, .arena = arena, .err = err};
    FILE *f = fopen(path, "rbe");
    if (!f)
        return lc_fail(err, LC_ENOENT, "%s: cannot be read (%s)", path, strerror(errno));
    if (!yaml_parser_initialize(&parser)) {
        fclose(f);
        return lc_fail(err, LC_ENOMEM, "%s: memory ran out", path);
    }
    yaml_parser_set_input_file(&parser, f);
    int ok = yaml_parser_load(&parser, &d->y);
    enum lc_status st =
        ok ? LC_OK
           : lc_fail(err, LC_EPARSE, "%s:%zu: %s", path, parser.problem_mark.line + 1,
                     parser.problem ? parser.problem : "not YAML");
    yaml_parser_delete(&parser);
    fclose(f);
    return st;
}

void sim_doc_close(struct sim_doc *d)
{
    yaml_document_delete(&d->y);
}

static bool word_in(const char *words, const char *word, size_t n)
{
    for (const char *p = words; *p;) {
        size_t len = strcspn(p, " ");
        if (len == n && memcmp(p, word, n) == 0)
            return true;
        p += len + (p[len] == ' ');
    }
    return false;
}

void sim_doc_keys(struct sim_doc *d, yaml_node_t *node, const char *allowed)
{
    if (!node || node->type != YAML_MAPPING_NODE) {
        sim_doc_fail(d, node, "a mapping is expected here, with keys out of: %s", allowed);
        return;
    }
    for (yaml_node_pair_t *p = node->data.mapping.pairs.start; p < node->data.mapping.pairs.top;
         p++) {
        yaml_node_t *k = yaml_document_get_node(&d->y, p->key);
        if (k->type != YAML_SCALAR_NODE ||
            !word_in(allowed, (const char *)k->data.scalar.value, k->data.scalar.length))
            sim_doc_fail(d, k, "unknown key \"%.40s\"; known here: %s",
                         k->type == YAML_SCALAR_NODE ? (const char *)k->data.scalar.value : "?",
                         allowed);
    }
}

yaml_node_t *sim_doc_get(struct sim_doc *d, yaml_node_t *map, const char *key)
{
    if (!map || map->type != YAML_MAPPING_NODE)
        return NULL;
    for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
         p++) {
        yaml_node_t *k = yaml_document_get_node(&d->y, p->key);
        if (k->type == YAML_SCALAR_NODE && strcmp((const char *)k->data.scalar.value, key) == 0)
            return yaml_document_get_node(&d->y, p->value);
    }
    return NULL;
}

yaml_node_t *sim_doc_need(struct sim_doc *d, yaml_node_t *map, const char *key)
{
    yaml_node_t *n = sim_doc_get(d, map, key);
    if (!n)
        sim_doc_fail(d, map, "the key \"%s\" is missing", key);
    return n;
}

size_t sim_doc_count(struct sim_doc *d, yaml_node_t *node)
{
    (void)d;
    if (!node)
        return 0;
    if (node->type != YAML_SEQUENCE_NODE)
        return 1;
    return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
}

yaml_node_t *sim_doc_item(struct sim_doc *d, yaml_node_t *node, size_t i)
{
    if (node->type != YAML_SEQUENCE_NODE)
        return node;
    return yaml_document_get_node(&d->y, node->data.sequence.items.start[i]);
}

static struct lc_slice keep(struct sim_doc *d, struct lc_slice s)
{
    uint8_t *p = sim_doc_alloc(d, s.n, 1);
    if (d->bad)
        return (struct lc_slice){p, 0};
    memcpy(p, s.p, s.n);
    return (struct lc_slice){p, s.n};
}

struct lc_slice sim_doc_text(struct sim_doc *d, yaml_node_t *node)
{
    if (!node)
        return LC_S("");
    if (node->type != YAML_SCALAR_NODE) {
        sim_doc_fail(d, node, "a text is expected here");
        return LC_S("");
    }
    return keep(d, lc_slice_of(node->data.scalar.value, node->data.scalar.length));
}

uint64_t sim_doc_number(struct sim_doc *d, yaml_node_t *node, uint64_t max)
{
    uint64_t v = 0;
    if (node && lc_slice_u64(sim_doc_text(d, node), max, &v) != LC_OK)
        sim_doc_fail(d, node, "a number from 0 to %llu is expected here", (unsigned long long)max);
    return v;
}

bool sim_doc_bool(struct sim_doc *d, yaml_node_t *node)
{
    struct lc_slice s = sim_doc_text(d, node);
    bool yes = lc_slice_eq(s, LC_S("yes")) || lc_slice_eq(s, LC_S("true"));
    if (s.n && !yes && !lc_slice_eq(s, LC_S("no")) && !lc_slice_eq(s, LC_S("false")))
        sim_doc_fail(d, node, "true or false is expected here");
    return yes;
}

bool sim_doc_hex(struct lc_slice s, uint64_t *out)
{
    uint64_t v = 0;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i] | 0x20;
        bool number = s.p[i] >= '0' && s.p[i] <= '9', letter = c >= 'a' && c <= 'f';
        if (!number && !letter)
            return false;
        v = v << 4 | (unsigned)(number ? s.p[i] - '0' : c - 'a' + 10);
    }
    *out = v;
    return s.n > 0 && s.n <= 8;
}

static void put_hex(struct sim_doc *d, yaml_node_t *node, struct lc_buf *out)
{
    struct lc_slice s = sim_doc_text(d, node);
    unsigned value = 0, digits = 0;
    for (size_t i = 0; i < s.n; i++) {
        uint8_t c = s.p[i];
        bool number = c >= '0' && c <= '9', letter = c >= 'a' && c <= 'f';
        if (!number && !letter) {
            if (c != ' ' && c != '\n')
                sim_doc_fail(d, node, "hex takes digits 0-9a-f and blanks");
            continue;
        }
        value = value << 4 | (unsigned)(number ? c - '0' : c - 'a' + 10);
        if (++digits % 2 == 0)
            lc_buf_u8(out, (uint8_t)value);
    }
    if (digits % 2)
        sim_doc_fail(d, node, "hex takes an even number of digits");
}

/* A 16x16 icon of two colours drawn from the seed: an icon of its own for each persona, no
 * vendor's. ICONDIR and ICONDIRENTRY (6 + 16), BITMAPINFOHEADER (40), two colours (8), XOR and AND
 * rows (64 + 64). */
static void put_icon(uint64_t seed, struct lc_buf *out)
{
    static const uint8_t head[] = {0, 0, 1, 0,  1, 0, 16, 16, 2, 0, 1, 0,  1, 0, 176, 0, 0, 0, 22,
                                   0, 0, 0, 40, 0, 0, 0,  16, 0, 0, 0, 32, 0, 0, 0,   1, 0, 1, 0};
    lc_buf_put(out, lc_slice_of(head, sizeof(head)));
    for (int i = 0; i < 6; i++)
        lc_buf_le32(out, 0);
    uint64_t key[2] = {seed, 0x69636f6e};
    lc_buf_le32(out, (uint32_t)lc_siphash(key, LC_S("paper")) & 0xffffff);
    lc_buf_le32(out, (uint32_t)lc_siphash(key, LC_S("ink")) & 0xffffff);
    uint64_t rows = lc_siphash(key, LC_S("rows"));
    for (unsigned y = 0; y < 16; y++) {
        uint8_t half = (uint8_t)(rows >> (y % 8 * 8));
        lc_buf_le32(out, (uint32_t)half | (uint32_t)half << 8);
    }
    for (unsigned y = 0; y < 16; y++)
        lc_buf_le32(out, 0);
}

/* A domain name as it stands in DNS messages: each label behind its length, then a zero byte
 * (RFC 1035, 3.1). A backslash keeps a dot inside its label. */
static void put_dns(struct sim_doc *d, yaml_node_t *node, struct lc_buf *out)
{
    struct lc_slice s = sim_doc_text(d, node);
    size_t at = 0;
    while (at < s.n) {
        uint8_t label[63];
        uint8_t n = 0;
        for (; at < s.n && s.p[at] != '.' && n < sizeof(label); at++) {
            at += s.p[at] == '\\' && at + 1 < s.n;
            label[n++] = s.p[at];
        }
        if (!n || (at < s.n && s.p[at] != '.'))
            sim_doc_fail(d, node, "labels of a name have 1 to 63 bytes");
        if (d->bad)
            return;
        at++;
        lc_buf_u8(out, n);
        lc_buf_put(out, lc_slice_of(label, n));
    }
    lc_buf_u8(out, 0);
}

static void put_bytes(struct sim_doc *d, yaml_node_t *node, struct lc_buf *out);

static void put_numbers(struct sim_doc *d, yaml_node_t *node, struct lc_buf *out)
{
    static const char *const kinds[] = {"le16", "be16", "le32", "be32"};
    for (unsigned i = 0; i < 4; i++) {
        yaml_node_t *n = sim_doc_get(d, node, kinds[i]);
        uint32_t v = (uint32_t)sim_doc_number(d, n, i < 2 ? UINT16_MAX : UINT32_MAX);
        for (unsigned k = 0, size = i < 2 ? 2 : 4; n && k < size; k++)
            lc_buf_u8(out, (uint8_t)(v >> 8 * (i % 2 ? size - 1 - k : k)));
    }
}

static void put_mapping(struct sim_doc *d, yaml_node_t *node, struct lc_buf *out)
{
    sim_doc_keys(d, node, "text hex base64 icon dns le16 le32 be16 be32 times");
    yaml_node_t *text = sim_doc_get(d, node, "text"), *hex = sim_doc_get(d, node, "hex");
    yaml_node_t *b64 = sim_doc_get(d, node, "base64"), *icon = sim_doc_get(d, node, "icon");
    yaml_node_t *dns = sim_doc_get(d, node, "dns"), *times = sim_doc_get(d, node, "times");
    size_t from = out->n;
    if (text)
        put_bytes(d, text, out);
    if (hex)
        put_hex(d, hex, out);
    if (b64 && lc_base64_decode(sim_doc_text(d, b64), out) != LC_OK)
        sim_doc_fail(d, b64, "not base64");
    if (icon)
        put_icon(sim_doc_number(d, icon, UINT32_MAX), out);
    if (dns)
        put_dns(d, dns, out);
    put_numbers(d, node, out);
    size_t one = out->n - from;
    uint64_t count = times ? sim_doc_number(d, times, BYTES_MAX) : 1;
    if (!one || lc_buf_reserve(out, one * (size_t)count) != LC_OK) {
        sim_doc_fail(d, node, "nothing to repeat, or more than %zu bytes", BYTES_MAX);
        return;
    }
    for (uint64_t i = 1; i < count; i++)
        lc_buf_put(out, lc_slice_of(out->p + from, one));
}

static void put_bytes(struct sim_doc *d, yaml_node_t *node, struct lc_buf *out)
{
    if (node->type == YAML_SCALAR_NODE)
        lc_buf_put(out, lc_slice_of(node->data.scalar.value, node->data.scalar.length));
    else if (node->type == YAML_MAPPING_NODE)
        put_mapping(d, node, out);
    else
        for (size_t i = 0; i < sim_doc_count(d, node); i++)
            put_bytes(d, sim_doc_item(d, node, i), out);
}

struct lc_slice sim_doc_bytes(struct sim_doc *d, yaml_node_t *node)
{
    if (!node)
        return LC_S("");
    struct lc_buf b;
    lc_buf_init(&b, BYTES_MAX);
    put_bytes(d, node, &b);
    if (b.full)
        sim_doc_fail(d, node, "a byte string of more than %zu bytes", BYTES_MAX);
    struct lc_slice s = keep(d, lc_buf_view(&b));
    lc_buf_free(&b);
    return s;
}
