/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The knowledge blob, damaged. An input that begins with the blob's magic is a blob of its own; any
 * other is a list of damages to the embedded one: u24 offset, u8 value. Whatever opens can be used
 * all the way: ports, platforms, identification, judgement; what does not open says so.
 */
#include "assess/assess.h"
#include "fuzz.h"

#define DAMAGES 16U

static struct lc_slice damaged(struct lc_slice in)
{
    struct lc_slice blob = fuzz_copy(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n));
    uint8_t *bytes = (uint8_t *)(uintptr_t)blob.p;

    for (size_t i = 0; i + 4 <= in.n && i < 4 * DAMAGES; i += 4) {
        size_t at = (size_t)in.p[i] << 16 | (size_t)in.p[i + 1] << 8 | in.p[i + 2];

        bytes[at % blob.n] = in.p[i + 3];
    }
    return blob;
}

static void judge(const struct lc_kb *kb, struct lc_slice facts, const struct lc_identity *who)
{
    static struct lc_judgement j;
    struct lc_assessor *a;
    struct lc_err err = {""};

    if (lc_assessor_open(kb, &a, &err) != LC_OK) {
        FUZZ_CHECK(err.text[0]);
        return;
    }
    lc_assess(a, facts, who, 1790000000, &j);
    FUZZ_CHECK(j.findings_n <= LC_FINDINGS_MAX && j.takeover <= LC_TU && j.exposure <= LC_E3);
    lc_assessor_close(a);
}

static void identify(const struct lc_kb *kb)
{
    static struct lc_identity who;
    struct lc_identifier *id;
    struct lc_err err = {""};
    struct lc_facts f;

    if (lc_identifier_open(kb, &id, &err) != LC_OK) {
        FUZZ_CHECK(err.text[0]);
        return;
    }
    lc_facts_init(&f);
    f.port = 80;
    lc_facts_str(&f, LC_F_HTTP_SERVER, LC_S("App-webs/"));
    lc_facts_str(&f, LC_F_RTSP_REALM, LC_S("IP Camera(C2875)"));
    lc_facts_str(&f, LC_F_MAC_ADDRESS, LC_S("28:57:BE:01:02:03"));
    lc_kb_makers(kb, &f);
    lc_identify(id, lc_buf_view(&f.buf), &who);
    FUZZ_CHECK(who.claims_n <= LC_CLAIMS_MAX);
    judge(kb, lc_buf_view(&f.buf), &who);
    lc_facts_free(&f);
    lc_identifier_close(id);
}

static void use(const struct lc_kb *kb)
{
    const struct lc_port_plan *plan;
    size_t n = lc_kb_ports(kb, &plan);

    FUZZ_CHECK(strlen(lc_kb_version(kb)) == 16);
    for (size_t i = 0; i < n; i++) {
        FUZZ_CHECK(plan[i].asks_n <= LC_PORT_ASKS && lc_kb_port(kb, plan[i].port) != NULL);
    }
    (void)lc_kb_platform(kb, LC_S("hikvision"));
    identify(kb);
}

int LLVMFuzzerTestOneInput(const uint8_t *p, size_t n)
{
    struct lc_slice in = lc_slice_of(p, n);
    bool own = lc_slice_starts(in, LC_S("LCKB"));
    struct lc_slice blob = own ? fuzz_copy(in) : damaged(in);
    struct lc_err err = {""};
    struct lc_kb *kb;

    if (lc_kb_open(blob, &kb, &err) == LC_OK) {
        use(kb);
        lc_kb_close(kb);
    } else {
        FUZZ_CHECK(err.text[0]);
    }
    fuzz_free(blob);
    return 0;
}
