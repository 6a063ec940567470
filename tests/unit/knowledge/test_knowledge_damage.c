/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A damaged blob never leads outside itself: bytes are flipped, words replaced, the end cut off,
 * and all that opens is used. The sanitizers are the judge; the blob is copied to its exact size
 * for them.
 */
#include "base/mem.h"
#include "identify/identify.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>
#include <string.h>

static uint64_t seed = 0x9e3779b97f4a7c15ULL;

static uint32_t dice(uint32_t below) /* splitmix64 (Steele, Lea, Flood 2014) */
{
    uint64_t z = seed += 0x9e3779b97f4a7c15ULL;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
    return (uint32_t)((z ^ z >> 31) % below);
}

static struct lc_facts facts;

/* What a damaged table calls a maker is still a fact that readers can read. */
static void name_makers(const struct lc_kb *kb)
{
    struct lc_facts f;
    struct lc_cur at;
    struct lc_fact fact;
    enum lc_status st;

    lc_facts_init(&f);
    lc_facts_str(&f, LC_F_MAC_ADDRESS, LC_S("28:57:BE:01:02:03"));
    lc_facts_str(&f, LC_F_MAC_ADDRESS, LC_S("F0:23:B9:41:02:03"));
    lc_kb_makers(kb, &f);
    at = (struct lc_cur){.s = lc_buf_view(&f.buf)};
    while ((st = lc_facts_next(&at, &fact)) == LC_OK)
        assert_true(fact.name == LC_F_MAC_ADDRESS || fact.name == LC_F_MAC_MAKER);
    assert_int_equal(st, LC_DONE);
    lc_facts_free(&f);
}

static void use(const struct lc_kb *kb)
{
    static struct lc_identity who;
    struct lc_identifier *id;
    const struct lc_port_plan *ports;
    const struct lc_vendor *vendors;
    struct lc_err err;
    uint8_t mac[6] = {0};
    size_t n = lc_kb_ports(kb, &ports);

    for (size_t i = 0; i < n; i++)
        assert_true(ports[i].asks_n <= LC_PORT_ASKS && ports[i].service.p != NULL);
    (void)lc_kb_platform(kb, LC_S("hikvision"));
    for (size_t at = 0; lc_kb_oui_next(kb, &at, mac);)
        assert_non_null(lc_kb_oui(kb, mac));
    name_makers(kb);
    n = lc_kb_vendors(kb, &vendors);
    for (size_t i = 0; i < n; i++)
        assert_true(vendors[i].clouds_n <= LC_VENDOR_CLOUDS && vendors[i].brand.p != NULL);
    (void)lc_kb_vendor(kb, LC_S("Hikvision"));
    if (lc_identifier_open(kb, &id, &err) != LC_OK)
        return;
    lc_identify(id, lc_buf_view(&facts.buf), &who);
    assert_true(who.claims_n <= LC_CLAIMS_MAX);
    lc_identifier_close(id);
}

/* Opens the first `n` bytes of `bytes` in a copy of exactly that size. */
static bool opens(const uint8_t *bytes, size_t n)
{
    uint8_t *copy = lc_alloc(n ? n : 1);
    struct lc_kb *kb;
    struct lc_err err;
    bool good;

    assert_non_null(copy);
    memcpy(copy, bytes, n);
    good = lc_kb_open(lc_slice_of(copy, n), &kb, &err) == LC_OK;
    if (good)
        use(kb);
    else
        assert_null(kb);
    lc_kb_close(kb);
    lc_free(copy);
    return good;
}

static void a_cut_blob_is_refused(void **state)
{
    (void)state;
    assert_true(opens(lc_knowledge_blob, lc_knowledge_blob_n));
    for (size_t n = 0; n < 400; n++)
        assert_false(opens(lc_knowledge_blob, n));
    for (unsigned i = 0; i < 200; i++)
        assert_false(opens(lc_knowledge_blob, dice(lc_knowledge_blob_n)));
}

static void flipped_bytes_stay_inside(void **state)
{
    uint8_t *copy = lc_alloc(lc_knowledge_blob_n);

    (void)state;
    assert_non_null(copy);
    for (unsigned i = 0; i < 1200; i++) {
        uint32_t at = dice(i % 4 ? lc_knowledge_blob_n : 512);

        memcpy(copy, lc_knowledge_blob, lc_knowledge_blob_n);
        copy[at] = (uint8_t)dice(256);
        copy[dice(lc_knowledge_blob_n)] ^= (uint8_t)(1U << dice(8));
        (void)opens(copy, lc_knowledge_blob_n);
    }
    lc_free(copy);
}

static void wild_lengths_stay_inside(void **state)
{
    static const uint8_t wild[][4] = {
        {255, 255, 255, 255}, {255, 255, 255, 127}, {0, 0, 0, 128}, {0, 0, 0, 0}, {255, 255, 0, 0}};
    uint8_t *copy = lc_alloc(lc_knowledge_blob_n);

    (void)state;
    assert_non_null(copy);
    for (unsigned i = 0; i < 800; i++) {
        memcpy(copy, lc_knowledge_blob, lc_knowledge_blob_n);
        memcpy(copy + dice(lc_knowledge_blob_n - 4), wild[dice(5)], 4);
        (void)opens(copy, lc_knowledge_blob_n);
    }
    lc_free(copy);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cut_blob_is_refused),
        cmocka_unit_test(flipped_bytes_stay_inside),
        cmocka_unit_test(wild_lengths_stay_inside),
    };
    int failed;

    lc_facts_init(&facts);
    facts.port = 80;
    lc_facts_str(&facts, LC_F_HTTP_SERVER, LC_S("App-webs/"));
    lc_facts_str(&facts, LC_F_HTTP_TITLE, LC_S("Room Alert 32E"));
    lc_facts_str(&facts, LC_F_ONVIF_MODEL, LC_S("DS-2CD2143G0-I"));
    lc_facts_str(&facts, LC_F_RTSP_REALM, LC_S("Login to 4X0ABCDPAG00001"));
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    lc_facts_free(&facts);
    return failed;
}
