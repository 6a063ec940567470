/* SPDX-License-Identifier: Apache-2.0 */
/*
 * YAML events into a small tree that remembers lines.
 *
 * Only the plain core of YAML is taken: one document of maps, lists and scalars. Anchors, aliases
 * and tags are errors, because what is not written where it is read is easily misread by the person
 * who signs. Depth, members and nodes are bounded; nothing recurses.
 */
#include "scope/inside.h"

#include <string.h>
#include <yaml.h>

#define DEPTH_MAX 8U
#define KEYS_MAX  64U
#define NODES_MAX 200000U

struct tree {
    const char *path;
    struct lc_arena *mem;
    struct lc_err *err;
    struct lc_node *root, *open[DEPTH_MAX];
    size_t depth, nodes;
    struct lc_slice key; /* read, its value not yet */
    bool ended;
};

static struct lc_node *top(const struct tree *t)
{
    return t->depth ? t->open[t->depth - 1] : NULL;
}

static enum lc_status wants_key(struct tree *t, struct lc_slice key, unsigned line)
{
    struct lc_node *map = top(t);

    if (key.n == 0 || key.n > 64)
        return lc_fail(t->err, LC_EPARSE, _("%s:%u: a key must be a short word"), t->path, line);
    if (map->n == KEYS_MAX)
        return lc_fail(t->err, LC_EPARSE, _("%s:%u: too many keys in one place"), t->path, line);
    for (const struct lc_node *n = map->first; n; n = n->next)
        if (lc_slice_eq(n->key, key))
            return lc_fail(t->err, LC_EPARSE,
                           _("%s:%u: \"%s\" stands twice (first in line %u); keep one of them"),
                           t->path, line, lc_quote(key).text, n->line);
    t->key = lc_arena_dup(t->mem, key);
    return t->key.p ? LC_OK : lc_fail(t->err, LC_ENOMEM, "%s", _("out of memory"));
}

static enum lc_status add(struct tree *t, enum lc_node_kind kind, unsigned line,
                          struct lc_node **out)
{
    struct lc_node *up = top(t), *n;

    if (t->root && !up)
        return lc_fail(t->err, LC_EPARSE, _("%s:%u: only one document may stand in this file"),
                       t->path, line);
    if (up && up->kind == LC_NODE_MAP && !t->key.p)
        return lc_fail(t->err, LC_EPARSE, _("%s:%u: a key must be a short word"), t->path, line);
    n = t->nodes++ < NODES_MAX ? lc_arena_alloc(t->mem, sizeof *n) : NULL;
    if (!n)
        return lc_fail(t->err, LC_EPARSE, _("%s:%u: the file holds too many things"), t->path,
                       line);
    n->kind = kind;
    n->line = line;
    n->key = t->key;
    t->key = (struct lc_slice){NULL, 0};
    if (!up)
        t->root = n;
    else if (up->last)
        up->last->next = n;
    else
        up->first = n;
    if (up) {
        up->last = n;
        up->n++;
    }
    *out = n;
    return LC_OK;
}

static enum lc_status open_node(struct tree *t, enum lc_node_kind kind, unsigned line)
{
    struct lc_node *n;
    enum lc_status st;

    if (t->depth == DEPTH_MAX)
        return lc_fail(t->err, LC_EPARSE, _("%s:%u: too deeply nested"), t->path, line);
    st = add(t, kind, line, &n);
    if (st == LC_OK)
        t->open[t->depth++] = n;
    return st;
}

static enum lc_status scalar(struct tree *t, const yaml_event_t *e, unsigned line)
{
    struct lc_slice text = lc_slice_of(e->data.scalar.value, e->data.scalar.length);
    struct lc_node *n;
    enum lc_status st;

    if (top(t) && top(t)->kind == LC_NODE_MAP && !t->key.p)
        return wants_key(t, text, line);
    st = add(t, LC_NODE_TEXT, line, &n);
    if (st != LC_OK)
        return st;
    n->plain = e->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    n->text = lc_arena_dup(t->mem, text);
    return n->text.p ? LC_OK : lc_fail(t->err, LC_ENOMEM, "%s", _("out of memory"));
}

static bool is_decorated(const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_ALIAS_EVENT:
        return true;
    case YAML_SCALAR_EVENT:
        return e->data.scalar.anchor || e->data.scalar.tag;
    case YAML_SEQUENCE_START_EVENT:
        return e->data.sequence_start.anchor || e->data.sequence_start.tag;
    case YAML_MAPPING_START_EVENT:
        return e->data.mapping_start.anchor || e->data.mapping_start.tag;
    default:
        return false;
    }
}

static enum lc_status event(struct tree *t, const yaml_event_t *e)
{
    unsigned line = (unsigned)e->start_mark.line + 1;

    if (is_decorated(e))
        return lc_fail(t->err, LC_EPARSE,
                       _("%s:%u: anchors (&), aliases (*) and tags (!) are not taken here; write "
                         "the value itself"),
                       t->path, line);
    switch (e->type) {
    case YAML_SCALAR_EVENT:
        return scalar(t, e, line);
    case YAML_SEQUENCE_START_EVENT:
        return open_node(t, LC_NODE_LIST, line);
    case YAML_MAPPING_START_EVENT:
        return open_node(t, LC_NODE_MAP, line);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        t->depth--;
        return LC_OK;
    case YAML_STREAM_END_EVENT:
        t->ended = true;
        return LC_OK;
    default:
        return LC_OK;
    }
}

/* Reader errors (bytes that are not UTF-8) carry an offset, the others a line. */
static enum lc_status broken(const struct tree *t, const yaml_parser_t *p, struct lc_slice text)
{
    unsigned line = (unsigned)p->problem_mark.line + 1;

    if (p->error == YAML_MEMORY_ERROR)
        return lc_fail(t->err, LC_ENOMEM, "%s", _("out of memory"));
    if (p->error == YAML_READER_ERROR) {
        line = 1;
        for (size_t i = 0; i < text.n && i < p->problem_offset; i++)
            line += text.p[i] == '\n';
    }
    return lc_fail(t->err, LC_EPARSE, _("%s:%u: this is not well-formed YAML (%s)"), t->path, line,
                   p->problem ? p->problem : "?");
}

enum lc_status lc_yaml_read(const char *path, struct lc_slice text, struct lc_arena *mem,
                            struct lc_node **root, struct lc_err *err)
{
    struct tree t = {.path = path, .mem = mem, .err = err};
    yaml_parser_t parser;
    enum lc_status st = LC_OK;

    if (!yaml_parser_initialize(&parser))
        return lc_fail(err, LC_ENOMEM, "%s", _("out of memory"));
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, text.p ? text.p : (const uint8_t *)"", text.n);
    while (st == LC_OK && !t.ended) {
        yaml_event_t e;

        if (!yaml_parser_parse(&parser, &e)) {
            st = broken(&t, &parser, text);
            break;
        }
        st = event(&t, &e);
        yaml_event_delete(&e);
    }
    yaml_parser_delete(&parser);
    if (st == LC_OK && !t.root)
        st = lc_fail(err, LC_EPARSE,
                     _("%s:1: the file is empty; 'lenscap scope init' writes one to start from"),
                     path);
    *root = t.root;
    return st;
}
