/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lenscap signatures list | test [KNOWLEDGE...]: what this program knows devices by, and the proof
 * that it does.
 *
 * Signatures are YAML that the build compiles; the program never reads YAML of knowledge. Who
 * writes signatures of his own compiles them with tools/knowledge/build.py and gives the result
 * here.
 */
#include "base/log.h"
#include "base/text.h"
#include "cmd/cmd.h"
#include "identify/prove.h"

#include <errno.h>
#include <string.h>

#define KNOWLEDGE_MAX (16U << 20)

struct signatures_options {
    bool json;
};

static struct lc_buf out; /* the one verb of a process */

/* ---- a knowledge: the embedded one, or a file ---- */

static enum lc_status read_file(const char *path, struct lc_buf *into, struct lc_err *err)
{
    uint8_t piece[65536];
    FILE *f = fopen(path, "rb");
    bool failed;
    size_t n;

    if (!f)
        return lc_fail(err, LC_EINVAL, _("cannot read %s: %s"), path, strerror(errno));
    while ((n = fread(piece, 1, sizeof piece, f)) > 0)
        (void)lc_buf_put(into, lc_slice_of(piece, n));
    failed = ferror(f) != 0;
    fclose(f);
    if (failed || into->full || !lc_slice_starts(lc_buf_view(into), LC_S("LCKB")))
        return lc_fail(err, LC_EINVAL, _("%s is no knowledge: give what build.py wrote"), path);
    return LC_OK;
}

static enum lc_status open_blob(struct lc_slice blob, struct lc_kb **kb, struct lc_identifier **id,
                                struct lc_err *err)
{
    enum lc_status st = lc_kb_open(blob, kb, err);

    if (st == LC_OK)
        st = lc_identifier_open(*kb, id, err);
    return st;
}

static void close_all(struct lc_identifier *id, struct lc_kb *kb)
{
    lc_identifier_close(id);
    lc_kb_close(kb);
}

/* ---- test ---- */

static void told(void *who, struct lc_slice where, const char *what)
{
    (void)who;
    (void)lc_buf_putf(&out, "%.*s: %s\n", LC_S_ARG(where), what);
    if (out.n > 1U << 20)
        (void)lc_cmd_print(&out);
}

static int prove(struct lc_slice blob, const char *name)
{
    struct lc_identifier *id = NULL;
    struct lc_kb *kb = NULL;
    struct lc_prove p = {.failed = 0};
    struct lc_err err;
    enum lc_status st = open_blob(blob, &kb, &id, &err);
    int code;

    if (st == LC_OK && lc_identifier_prove(id, told, NULL, &p) != LC_OK)
        st = lc_fail(&err, LC_EPARSE, _("%s: the examples in it are damaged"), name);
    if (st == LC_OK)
        (void)lc_buf_putf(&out, _("%s: %zu signatures, %u examples and counter-examples, %u wrong"),
                          name, p.signatures, p.proofs, p.failed);
    if (st == LC_OK)
        (void)lc_buf_u8(&out, '\n');
    close_all(id, kb);
    code = lc_cmd_print(&out);
    if (st != LC_OK) { /* the file is wrong, not this program */
        lc_log(LC_LOG_ERROR, "%s: %s", name, err.text);
        return LC_EXIT_USAGE;
    }
    return code == LC_EXIT_DONE && p.failed ? LC_EXIT_FINDINGS : code;
}

static int prove_file(const char *path)
{
    struct lc_buf file;
    struct lc_err err;
    enum lc_status st;
    int code;

    lc_buf_init(&file, KNOWLEDGE_MAX);
    st = read_file(path, &file, &err);
    if (st == LC_OK) {
        code = prove(lc_buf_view(&file), path);
    } else {
        lc_log(LC_LOG_ERROR, "%s", err.text);
        code = LC_EXIT_USAGE;
    }
    lc_buf_free(&file);
    return code;
}

static int test(const struct lc_verb *verb, int argc, char **argv)
{
    int args_n, worst = LC_EXIT_DONE, code = lc_options(verb, argc, argv, NULL, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    lc_buf_init(&out, 4U << 20);
    if (args_n == 0)
        worst = prove(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), "lenscap");
    for (int i = 1; i <= args_n; i++) {
        code = prove_file(argv[i]);
        worst = code > worst ? code : worst;
    }
    lc_buf_free(&out);
    return worst;
}

/* ---- list ---- */

static void put_json(const struct lc_listed *s)
{
    struct lc_json j = {.out = &out};

    lc_json_open(&j, NULL, '{');
    lc_json_str(&j, "schema", LC_S("lenscap.signature.1"));
    lc_json_str(&j, "id", s->id);
    lc_json_str(&j, "fact", s->fact);
    lc_json_str(&j, "where", s->where);
    lc_json_open(&j, "claims", '{');
    for (size_t a = 0; a < LC_A_COUNT; a++) {
        if (!s->weight[a])
            continue;
        lc_json_open(&j, lc_attr_names[a], '{');
        lc_json_str(&j, "value", s->value[a]);
        lc_json_int(&j, "weight", s->weight[a]);
        lc_json_close(&j, '}');
    }
    lc_json_close(&j, '}');
    lc_json_close(&j, '}');
    (void)lc_buf_u8(&out, '\n');
}

static void put_line(const struct lc_listed *s)
{
    (void)lc_buf_putf(&out, "%-36.*s %-20.*s", LC_S_ARG(s->id), LC_S_ARG(s->fact));
    for (size_t a = 0; a < LC_A_COUNT; a++)
        if (s->weight[a])
            (void)lc_buf_putf(&out, " %s=%.*s:%u", lc_attr_names[a], LC_S_ARG(s->value[a]),
                              s->weight[a]);
    (void)lc_buf_u8(&out, '\n');
}

static int list(const struct lc_verb *verb, int argc, char **argv)
{
    struct signatures_options opt = {.json = false};
    struct lc_identifier *id = NULL;
    struct lc_kb *kb = NULL;
    struct lc_listed s;
    struct lc_err err;
    enum lc_status st;
    int args_n, code = lc_options(verb, argc, argv, &opt, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    lc_buf_init(&out, 4U << 20);
    st = open_blob(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &id, &err);
    code = st == LC_OK ? LC_EXIT_DONE : lc_cmd_fail(st, &err);
    for (size_t i = 0; st == LC_OK && lc_identifier_list(id, i, &s); i++)
        opt.json ? put_json(&s) : put_line(&s);
    if (st == LC_OK)
        code = lc_cmd_print(&out);
    close_all(id, kb);
    lc_buf_free(&out);
    return code;
}

/* ---- the verb ---- */

static const struct lc_opt list_opts[] = {
    {"json", NULL, N_("JSON lines"), offsetof(struct signatures_options, json), NULL},
};

static const struct lc_verb subs[] = {
    {.name = "signatures list",
     .args = "",
     .summary = N_("every signature: what it looks at and what it claims"),
     .opts = list_opts,
     .opts_n = sizeof list_opts / sizeof *list_opts,
     .run = list},
    {.name = "signatures test",
     .args = N_("[KNOWLEDGE...]"),
     .args_max = -1,
     .summary = N_("run every example and counter-example against all signatures"),
     .details = N_("Without KNOWLEDGE the one in this program is tested. KNOWLEDGE is what "
                   "tools/knowledge/build.py "
                   "makes of signatures of your own."),
     .run = test},
};

static int signatures(const struct lc_verb *verb, int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    int args_n, code;

    for (size_t i = 0; i < sizeof subs / sizeof *subs; i++)
        if (strcmp(word, subs[i].name + sizeof "signatures " - 1) == 0)
            return subs[i].run(&subs[i], argc - 1, argv + 1);
    code = lc_options(verb, argc, argv, NULL, &args_n);
    if (code != LC_OPTS_RUN)
        return code;
    lc_log(LC_LOG_ERROR, "%s", _("say what to do: 'signatures list' or 'signatures test'"));
    return LC_EXIT_USAGE;
}

const struct lc_verb lc_verb_signatures = {
    .name = "signatures",
    .args = N_("list|test"),
    .summary = N_("list what devices are known by, and prove it"),
    .words = "list test",
    .args_max = -1,
    .run = signatures,
};
