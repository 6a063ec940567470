/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lenscap identify: facts in, identities out, one JSON object in each line.
 *
 *     {"id": "a7", "facts": {"http.server": "...", "http.title": ["...", "..."], "http.status":
 * 401}}
 *
 * For other programs and for whole archives: nothing is asked of any network, nothing is stored.
 * The input may be hostile (banners of strangers): lines are bounded, a line that cannot be read is
 * named and left out. Buffers live as long as the program, so that a device costs parsing and
 * matching and no more.
 */
#include "cmd/cmd.h"
#include "base/log.h"
#include "base/text.h"
#include "identify/identify.h"
#include "import/facts_json.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#define LINE_MAX_N (1U << 20)
#define OUT_FLUSH  65536U
#define TOLD_MAX   20U /* messages about bad lines, then only their number */

struct identify_cmd {
    struct lc_kb *kb;
    struct lc_identifier *identifier;
    struct lc_identity identity;
    struct lc_facts facts;
    struct lc_buf in, out;
    uint64_t line, bad, unknown;
    bool skipping; /* the rest of a line that is too long */
    int code;
};

/* ---- one line ---- */

static void complain(struct identify_cmd *c, const char *what)
{
    c->bad++;
    if (c->bad <= TOLD_MAX)
        lc_log(LC_LOG_WARN, _("line %llu is left out: %s"), (unsigned long long)c->line, what);
}

static bool read_facts(struct identify_cmd *c, json_t *root)
{
    json_t *facts = json_object_get(root, "facts");
    const char *wrong;
    char why[160];

    lc_buf_reset(&c->facts.buf);
    if (!json_is_object(facts)) {
        complain(c, _("there is no object \"facts\" in it"));
        return false;
    }
    wrong = lc_facts_from_json(facts, &c->facts, &c->unknown);
    if (wrong == NULL)
        return true;
    (void)snprintf(why, sizeof why,
                   _("\"%.60s\" has a value of another type than the vocabulary says"), wrong);
    complain(c, why);
    return false;
}

static void put_str(struct lc_json *j, const char *key, struct lc_slice s)
{
    if (s.n)
        lc_json_str(j, key, s);
    else
        lc_json_null(j, key);
}

static void put_id(struct lc_json *j, const json_t *id)
{
    if (json_is_string(id))
        lc_json_str(j, "id", lc_slice_of(json_string_value(id), json_string_length(id)));
    else if (json_is_integer(id))
        lc_json_int(j, "id", json_integer_value(id));
    else
        lc_json_null(j, "id");
}

static void put_identity(struct identify_cmd *c, const json_t *id)
{
    const struct lc_identity *o = &c->identity;
    struct lc_json j = {.out = &c->out};

    lc_json_open(&j, NULL, '{');
    put_id(&j, id);
    lc_json_str(&j, lc_attr_names[LC_A_CLASS],
                o->value[LC_A_CLASS].n ? o->value[LC_A_CLASS] : LC_S("unknown"));
    for (size_t a = LC_A_PLATFORM; a < LC_A_COUNT; a++)
        put_str(&j, lc_attr_names[a], o->value[a]);
    lc_json_open(&j, "confidence", '{');
    for (size_t a = 0; a < LC_A_COUNT; a++)
        lc_json_int(&j, lc_attr_names[a], o->confidence[a]);
    lc_json_close(&j, '}');
    lc_json_open(&j, "evidence", '[');
    for (size_t i = 0; i < o->claims_n; i++) {
        lc_json_open(&j, NULL, '{');
        lc_json_str(&j, "attr", lc_slice_str(lc_attr_names[o->claims[i].attr]));
        lc_json_str(&j, "value", o->claims[i].value);
        lc_json_int(&j, "weight", o->claims[i].weight);
        put_str(&j, "signature", o->claims[i].signature);
        put_str(&j, "fact", lc_slice_str(lc_fact_infos[o->claims[i].fact].name));
        lc_json_close(&j, '}');
    }
    lc_json_close(&j, ']');
    lc_json_close(&j, '}');
    (void)lc_buf_u8(&c->out, '\n');
}

static void one_line(struct identify_cmd *c, struct lc_slice s)
{
    json_error_t e;
    json_t *root;

    c->line++;
    if (lc_slice_trim(s).n == 0)
        return;
    root = json_loadb((const char *)s.p, s.n, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &e);
    if (!root) {
        struct lc_buf why;

        lc_buf_init(&why, 512);
        lc_put_tty(&why, lc_slice_str(e.text)); /* quotes the line */
        complain(c, lc_buf_cstr(&why));
        lc_buf_free(&why);
        return;
    }
    if (read_facts(c, root)) {
        lc_derive_all(&c->facts);
        lc_kb_makers(c->kb, &c->facts);
        lc_identify(c->identifier, lc_buf_view(&c->facts.buf), &c->identity);
        put_identity(c, json_object_get(root, "id"));
    }
    json_decref(root);
    if (c->out.n >= OUT_FLUSH && c->code == LC_EXIT_DONE)
        c->code = lc_cmd_print(&c->out);
}

/* ---- the stream ---- */

/* All whole lines that are in the buffer; at the end also the last one without its newline. */
static void take_lines(struct identify_cmd *c, bool end)
{
    struct lc_slice rest = lc_buf_view(&c->in);
    size_t at;

    while (c->code == LC_EXIT_DONE && (at = lc_slice_chr(rest, '\n', 0)) != LC_NPOS) {
        if (!c->skipping)
            one_line(c, lc_slice_sub(rest, 0, at));
        c->skipping = false;
        rest = lc_slice_from(rest, at + 1);
    }
    if (end && rest.n && !c->skipping && c->code == LC_EXIT_DONE)
        one_line(c, rest);
    lc_buf_drop(&c->in, c->in.n - rest.n);
    if (c->in.n < LINE_MAX_N || end)
        return;
    if (!c->skipping) {
        c->line++;
        complain(c, _("it is longer than 1 MiB"));
    }
    c->skipping = true;
    lc_buf_reset(&c->in);
}

static int read_all(struct identify_cmd *c)
{
    ssize_t n = 1;

    while (n && c->code == LC_EXIT_DONE) {
        if (lc_buf_reserve(&c->in, c->in.max - c->in.n) != LC_OK) {
            lc_log(LC_LOG_ERROR, "%s", _("out of memory"));
            return LC_EXIT_INTERNAL;
        }
        n = read(STDIN_FILENO, c->in.p + c->in.n, c->in.max - c->in.n);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            lc_log(LC_LOG_ERROR, _("cannot read the input: %s"), strerror(errno));
            return LC_EXIT_USAGE;
        }
        c->in.n += (size_t)n;
        take_lines(c, n == 0);
        if (c->code == LC_EXIT_DONE)
            c->code = lc_cmd_print(&c->out); /* before waiting for more */
    }
    return c->code;
}

static int finish(struct identify_cmd *c, int code)
{
    if (c->unknown)
        lc_log(LC_LOG_WARN,
               _("%llu facts have names that this version does not know; they were left out"),
               (unsigned long long)c->unknown);
    if (c->bad > TOLD_MAX)
        lc_log(LC_LOG_WARN, _("%llu lines were left out in all"), (unsigned long long)c->bad);
    return code == LC_EXIT_DONE && c->bad ? LC_EXIT_PARTIAL : code;
}

static int identify(const struct lc_verb *verb, int argc, char **argv)
{
    static struct identify_cmd c;
    struct lc_err err;
    enum lc_status st;
    int args_n, code = lc_options(verb, argc, argv, NULL, &args_n);

    if (code != LC_OPTS_RUN)
        return code;
    lc_facts_init(&c.facts);
    lc_buf_init(&c.in, LINE_MAX_N + OUT_FLUSH);
    lc_buf_init(&c.out, 4U << 20);
    st = lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &c.kb, &err);
    if (st == LC_OK)
        st = lc_identifier_open(c.kb, &c.identifier, &err);
    code = st == LC_OK ? finish(&c, read_all(&c)) : lc_cmd_fail(st, &err);
    lc_identifier_close(c.identifier);
    lc_kb_close(c.kb);
    lc_facts_free(&c.facts);
    lc_buf_free(&c.in);
    lc_buf_free(&c.out);
    return code;
}

const struct lc_verb lc_verb_identify = {
    .name = "identify",
    .args = "",
    .summary = N_("tell what devices are from facts, as JSON lines on the standard input"),
    .details = N_(
        "Each line is {\"id\": ..., \"facts\": {\"http.server\": \"...\", ...}}; lists give "
        "several "
        "values. The answer has class, platform, brand, model, firmware, how sure each is, and the "
        "evidence. Nothing is sent to any network."),
    .run = identify,
};
