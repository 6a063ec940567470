/* SPDX-License-Identifier: Apache-2.0 */
/*
 * knowledge-check [BLOB]: the build's proof that the signatures do what their file says (prove.c).
 * Ends the build with a line for each failure, file and line first. Without BLOB the knowledge
 * embedded in the program is checked.
 */
#include "identify/prove.h"

#include <stdio.h>

static void told(void *who, struct lc_slice where, const char *what)
{
    (void)who;
    fprintf(stderr, "%.*s: %s\n", LC_S_ARG(where), what);
}

static int prove(struct lc_identifier *id, const struct lc_kb *kb)
{
    struct lc_prove p;

    if (lc_identifier_prove(id, told, NULL, &p) != LC_OK) {
        fprintf(stderr, "EXAM: the section is damaged\n");
        return 1;
    }
    if (p.failed == 0)
        printf("%zu signatures, %zu model names, %u examples and counter-examples, version %s\n",
               p.signatures, p.models, p.proofs, lc_kb_version(kb));
    return p.failed != 0;
}

static bool read_file(const char *path, struct lc_buf *out)
{
    uint8_t piece[4096];
    FILE *f = fopen(path, "rb");
    size_t n;

    if (!f)
        return false;
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        (void)lc_buf_put(out, lc_slice_of(piece, n));
    fclose(f);
    return !out->full;
}

int main(int argc, char **argv)
{
    struct lc_slice blob = lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n);
    struct lc_kb *kb = NULL;
    struct lc_identifier *id = NULL;
    struct lc_err err;
    struct lc_buf file;
    int failed = 1;

    lc_buf_init(&file, 16U << 20);
    if (argc > 1 && !read_file(argv[1], &file)) {
        fprintf(stderr, "%s: cannot be read\n", argv[1]);
        return 2;
    }
    if (argc > 1)
        blob = lc_buf_view(&file);
    if (lc_kb_open(blob, &kb, &err) != LC_OK || lc_identifier_open(kb, &id, &err) != LC_OK) {
        fprintf(stderr, "%s\n", err.text);
    } else {
        failed = prove(id, kb);
    }
    lc_identifier_close(id);
    lc_kb_close(kb);
    lc_buf_free(&file);
    return failed;
}
