/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No serial and no MAC in clear (DESIGN, promise 6), not even inside text that is kept. The values
 * are of the kinds that devices really show: a Dahua realm, an AXIS certificate and realm, an ONVIF
 * scope. The search is made in the bytes of the files, so nothing can hide in a free page or in the
 * WAL.
 */
#include "store_make.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#define OK(call) assert_int_equal((call), LC_OK)

static struct lc_store *s;
static struct lc_err err;
static struct lc_run run;
static struct make host;
static char folder[64], path[96];

static void begin(const char *where)
{
    struct lc_targets plan;

    make_plan(&plan, 64);
    run = (struct lc_run){.started_us = 1};
    OK(lc_store_open(where, false, &s, &err));
    OK(lc_store_run_begin(s, &run, &plan, &err));
    lc_free(plan.v);
}

static int setup(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/lenscap-test-XXXXXX");
    if (mkdtemp(folder) == NULL)
        return -1;
    (void)snprintf(path, sizeof path, "%s/s.db", folder);
    begin(path);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    lc_store_close(s);
    make_free(&host);
    (void)unlink(path);
    return rmdir(folder);
}

/* What is kept of `value` as the fact `name` of host `index`; in static memory. */
static const char *kept(uint64_t index, enum lc_fact_name name, const char *value)
{
    static char text[4][512];
    static unsigned turn;
    char *out = text[turn++ % 4], addr[LC_ADDR_TEXT];
    struct lc_device d;
    struct lc_fact f;

    make_host(&host, index, LC_HOST_ANSWERED);
    lc_facts_str(make_port(&host, 80, "open", "http"), name, lc_slice_str(value));
    OK(lc_store_put(s, run.id, make_done(&host), &err));
    (void)lc_addr_format(&host.r.addr, addr);
    OK(lc_store_device(s, addr, &d, &err));
    assert_true(lc_facts_find(d.endpoints[0].facts, name, 0, &f));
    assert_true(f.value.n < sizeof text[0]);
    memcpy(out, f.value.p, f.value.n);
    out[f.value.n] = 0;
    lc_arena_free(&d.mem);
    return out;
}

/* digit 0, a-f 1, other small letter 2, and 4 more for capitals; else the character. */
static int kind(char c)
{
    if (c >= '0' && c <= '9')
        return 0;
    if (c >= 'A' && c <= 'Z')
        return c <= 'F' ? 5 : 6;
    return c >= 'a' && c <= 'z' ? (c <= 'f' ? 1 : 2) : c;
}

static void assert_same_shape(const char *a, const char *b)
{
    assert_int_equal(strlen(a), strlen(b));
    for (; *a; a++, b++)
        assert_int_equal(kind(*a), kind(*b));
}

/* [from, from+n) was disguised, the rest left alone. */
static void assert_disguised(uint64_t index, enum lc_fact_name name, const char *value, size_t from,
                             size_t n)
{
    const char *got = kept(index, name, value);

    assert_same_shape(got, value);
    assert_memory_equal(got, value, from);
    assert_memory_not_equal(got + from, value + from, n);
    assert_string_equal(got + from + n, value + from + n);
}

static void a_serial_in_a_realm_keeps_only_its_shape(void **state)
{
    (void)state;
    assert_disguised(0, LC_F_RTSP_REALM, "Login to 4X0ABCDPAG00001", 9, 15);
    assert_disguised(1, LC_F_HTTP_AUTH_REALM, "AXIS_00408CD3E4F5", 5, 12);
    assert_disguised(2, LC_F_HTTP_WWW_AUTHENTICATE,
                     "Digest realm=\"AXIS_00408CD3E4F5\", qop=\"auth\", algorithm=MD5", 19, 12);
    assert_disguised(3, LC_F_RTSP_WWW_AUTHENTICATE, "Basic realm=\"4X0ABCDPAG00001\"", 13, 15);
}

static void a_mac_is_disguised_however_it_is_written(void **state)
{
    (void)state;
    assert_disguised(0, LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/MAC/c4:2f:90:a1:b2:c3", 26, 17);
    assert_disguised(1, LC_F_TLS_CERT_SUBJECT, "CN=axis-accc8eabcdef,O=Axis", 8, 12);
    assert_disguised(2, LC_F_TLS_CERT_SAN, "00-40-8C-D3-E4-F5", 0, 17);
    /* Letters only but for one digit: still a MAC. */
    assert_disguised(3, LC_F_TLS_CERT_ISSUER, "CN=AC:CC:8E:AB:CD:EF", 3, 17);
}

static void two_serials_in_one_value_both_go(void **state)
{
    const char *got;

    (void)state;
    got = kept(0, LC_F_TLS_CERT_SUBJECT, "CN=00408CD3E4F5,SN=4X0ABCDPAG00001");
    assert_null(strstr(got, "00408CD3E4F5"));
    assert_null(strstr(got, "4X0ABCDPAG00001"));
    assert_memory_equal(got + 15, ",SN=", 4);
}

static void what_names_a_product_is_left_alone(void **state)
{
    static const char *const plain[] = {"IP Camera(C5432)",
                                        "DS-2CD2043G0-I",
                                        "index",
                                        "Hikvision",
                                        "Digest realm=\"DVR\"",
                                        "2019-04-12 10:11:12",
                                        "HTTP/1.1 App-webs/3.1.2.5",
                                        "administrator"};

    (void)state;
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        assert_string_equal(kept(i, LC_F_RTSP_REALM, plain[i]), plain[i]);
}

/* Compared by others as it is: never touched. */
static void a_fingerprint_is_left_alone(void **state)
{
    static const char md5[] = "d41d8cd98f00b204e9800998ecf8427e";

    (void)state;
    assert_string_equal(kept(0, LC_F_HTTP_FAVICON_MD5, md5), md5);
}

static void equal_serials_stay_equal_and_others_differ(void **state)
{
    const char *a, *b, *c;

    (void)state;
    a = kept(0, LC_F_RTSP_REALM, "Login to 4X0ABCDPAG00001");
    b = kept(1, LC_F_HTTP_AUTH_REALM, "Device 4X0ABCDPAG00001");
    c = kept(2, LC_F_RTSP_REALM, "Login to 4X0ABCDPAG00002");
    assert_string_equal(a + 9, b + 7);
    assert_string_not_equal(a, c);
}

static void one_mac_has_one_pseudonym_in_every_notation(void **state)
{
    char plain[13] = "", joined[13] = "";
    const char *a, *b;
    size_t n = 0;

    (void)state;
    a = kept(0, LC_F_RTSP_REALM, "AXIS_00408CD3E4F5");
    b = kept(1, LC_F_ONVIF_SCOPES, "MAC/00:40:8c:d3:e4:f5");
    for (size_t i = 0; i < 12; i++)
        plain[i] = (char)(a[5 + i] >= 'A' ? a[5 + i] | 0x20 : a[5 + i]);
    for (size_t i = 4; b[i]; i++)
        if (b[i] != ':')
            joined[n++] = b[i];
    assert_string_equal(plain, joined);
}

static void put_talkative(uint64_t index)
{
    struct lc_facts *f;

    make_host(&host, index, LC_HOST_ANSWERED);
    f = make_port(&host, 554, "open", "rtsp");
    lc_facts_str(f, LC_F_RTSP_REALM, LC_S("Login to 4X0ABCDPAG00001"));
    lc_facts_str(f, LC_F_RTSP_REALM, LC_S("Login to 9Z1ABCDPAG77777"));
    lc_facts_str(f, LC_F_ONVIF_SERIAL, LC_S("SERIALNUMBER"));
    lc_facts_str(f, LC_F_TLS_CERT_SUBJECT, LC_S("CN=AXIS_00408CD3E4F5"));
    lc_facts_str(f, LC_F_ONVIF_SCOPES, LC_S("MAC/c4:2f:90:a1:b2:c3"));
    make_claim(&host, LC_A_CLASS, "camera", 554, LC_F_RTSP_REALM, "Login to 4X0ABCDPAG00001");
    make_claim(&host, LC_A_BRAND, "Axis", 554, LC_F_TLS_CERT_SUBJECT, "CN=AXIS_00408CD3E4F5");
    make_finding(&host, 0, LC_TRI_TRUE, 554, LC_F_ONVIF_SCOPES, "MAC/c4:2f:90:a1:b2:c3");
    make_finding(&host, 5, LC_TRI_TRUE, 0, LC_F_ONVIF_SERIAL, "SERIALNUMBER");
    OK(lc_store_put(s, run.id, make_done(&host), &err));
}

static const char *const secrets[] = {"4X0ABCDPAG00001", "9Z1ABCDPAG77777", "00408CD3E4F5",
                                      "c4:2f:90:a1:b2:c3", "SERIALNUMBER"};

static void assert_no_secret(const char *suffix, bool must_exist)
{
    char name[128];
    struct lc_buf all;
    FILE *in;
    int c;

    (void)snprintf(name, sizeof name, "%s%s", path, suffix);
    in = fopen(name, "rb");
    assert_true(in || !must_exist);
    if (in == NULL)
        return;
    lc_buf_init(&all, 16U << 20);
    while ((c = getc(in)) != EOF)
        OK(lc_buf_u8(&all, (uint8_t)c));
    (void)fclose(in);
    assert_true(all.n > 0);
    for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
        assert_int_equal(lc_slice_ifind(lc_buf_view(&all), lc_slice_str(secrets[i]), 0), LC_NPOS);
    /* That the search can find something at all. */
    assert_int_not_equal(lc_slice_find(lc_buf_view(&all), LC_S("Login to "), 0), LC_NPOS);
    lc_buf_free(&all);
}

/* A hash is longer than some of what it hides: it must still be a value that readers take. */
static void nothing_behind_a_hidden_value_is_lost(void **state)
{
    uint64_t index = 0;

    (void)state;
    for (unsigned name = 1; name < LC_F_COUNT; name++) {
        const struct lc_fact_info *info = &lc_fact_infos[name];
        char addr[32];
        struct lc_device d;
        struct lc_facts *f;

        if (info->name == NULL || info->privacy != LC_FP_PERSONAL || info->type != LC_FT_STRING)
            continue;
        make_host(&host, ++index, LC_HOST_ANSWERED);
        f = make_port(&host, 80, "open", NULL);
        lc_facts_str(f, (enum lc_fact_name)name, LC_S("4X0ABCDPAG00001"));
        lc_facts_str(f, LC_F_PORT_PROTOCOL, LC_S("http"));
        OK(lc_store_put(s, run.id, make_done(&host), &err));
        (void)snprintf(addr, sizeof addr, "10.0.0.%u", (unsigned)index);
        OK(lc_store_device(s, addr, &d, &err));
        assert_int_equal(d.endpoints[0].protocol.n, 4);
        lc_arena_free(&d.mem);
    }
    assert_true(index > 10);
}

static void no_serial_is_anywhere_in_the_files(void **state)
{
    (void)state;
    put_talkative(3);
    OK(lc_store_commit(s, &err));
    assert_no_secret("-wal", true);
    lc_store_close(s);
    assert_no_secret("", true);
    OK(lc_store_open(path, false, &s, &err));
}

static char *export_of(struct lc_store *from)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(out);
    OK(lc_store_export_canonical(from, out, &err));
    (void)fclose(out);
    return text;
}

/* Two stores have two keys, so the pseudonyms differ; the canonical form may not. Many hosts,
 * because the order of two pseudonyms is a coin's throw. */
static void two_stores_export_the_same(void **state)
{
    struct lc_store *first = s;
    char *a, *b;

    (void)state;
    for (uint64_t i = 0; i < 20; i++)
        put_talkative(i);
    OK(lc_store_commit(s, &err));
    begin(":memory:");
    for (uint64_t i = 0; i < 20; i++)
        put_talkative(i);
    OK(lc_store_commit(s, &err));
    assert_memory_not_equal(lc_store_key(first), lc_store_key(s), 32);
    a = export_of(first);
    b = export_of(s);
    assert_string_equal(a, b);
    assert_non_null(strstr(a, "\"Login to 0A0AAAAAAA00000\""));
    assert_non_null(strstr(a, "\"MAC/a0:0a:00:a0:a0:a0\""));
    free(a);
    free(b);
    lc_store_close(s);
    s = first;
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(a_serial_in_a_realm_keeps_only_its_shape),
        T(a_mac_is_disguised_however_it_is_written),
        T(two_serials_in_one_value_both_go),
        T(what_names_a_product_is_left_alone),
        T(a_fingerprint_is_left_alone),
        T(equal_serials_stay_equal_and_others_differ),
        T(one_mac_has_one_pseudonym_in_every_notation),
        T(nothing_behind_a_hidden_value_is_lost),
        T(no_serial_is_anywhere_in_the_files),
        T(two_stores_export_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
