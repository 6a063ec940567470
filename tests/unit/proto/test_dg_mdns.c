/* SPDX-License-Identifier: Apache-2.0 */
/* Multicast DNS: both questions to the byte, answers written after RFC 1035, 6762 and 6763 with the
 * services and texts of protocols.md A2, and names that are built to harm. */
#include "dg_kit.h"

#include <string.h>

#define FROM "192.0.2.31"

static const struct lc_dgram_ask ask = {.nonce = 0xABCDEF0011223344};

static unsigned count(const struct lc_facts *f, enum lc_fact_name name)
{
    struct lc_cur at = {.s = lc_buf_view(&f->buf)};
    struct lc_fact fact;
    unsigned n = 0;

    while (lc_facts_next(&at, &fact) == LC_OK)
        n += fact.name == name;
    return n;
}

/* ---- writing messages ---- */

static struct lc_buf start(uint16_t id, uint16_t flags, uint16_t questions, uint16_t answers)
{
    struct lc_buf b;

    lc_buf_init(&b, 65535);
    (void)lc_buf_be16(&b, id);
    (void)lc_buf_be16(&b, flags);
    (void)lc_buf_be16(&b, questions);
    (void)lc_buf_be16(&b, answers);
    (void)lc_buf_be32(&b, 0);
    return b;
}

/* "AXIS M5014|_axis-video|_tcp|local": labels may hold dots. */
static void put_name(struct lc_buf *b, const char *name)
{
    struct lc_slice rest = lc_slice_str(name), label;

    while (lc_slice_next(&rest, '|', &label) == LC_OK) {
        (void)lc_buf_u8(b, (uint8_t)label.n);
        (void)lc_buf_put(b, label);
    }
    (void)lc_buf_u8(b, 0);
}

static void put_record(struct lc_buf *b, const char *owner, uint16_t type, struct lc_slice data)
{
    put_name(b, owner);
    (void)lc_buf_be16(b, type);
    (void)lc_buf_be16(b, 0x8001);
    (void)lc_buf_be32(b, 120);
    (void)lc_buf_be16(b, (uint16_t)data.n);
    (void)lc_buf_put(b, data);
}

static void put_ptr(struct lc_buf *b, const char *owner, const char *target)
{
    struct lc_buf data;

    lc_buf_init(&data, 512);
    put_name(&data, target);
    put_record(b, owner, 12, lc_buf_view(&data));
    lc_buf_free(&data);
}

static void put_srv(struct lc_buf *b, const char *owner, uint16_t port, const char *host)
{
    struct lc_buf data;

    lc_buf_init(&data, 512);
    (void)lc_buf_be32(&data, 0);
    (void)lc_buf_be16(&data, port);
    put_name(&data, host);
    put_record(b, owner, 33, lc_buf_view(&data));
    lc_buf_free(&data);
}

static void put_a(struct lc_buf *b, const char *host, const char *addr)
{
    struct lc_addr a;

    assert_int_equal(lc_addr_parse(lc_slice_str(addr), &a), LC_OK);
    if (lc_addr_is_v4(&a))
        put_record(b, host, 1, lc_slice_of(a.b + 12, 4));
    else
        put_record(b, host, 28, lc_slice_of(a.b, 16));
}

static enum lc_status parsed(struct lc_buf *b, const char *from, struct lc_facts *f)
{
    enum lc_status st = dg_parse(LC_D_MDNS, NULL, from, lc_buf_view(b), f);

    lc_buf_free(b);
    return st;
}

/* ---- questions ---- */

static void put_question(struct lc_buf *b, const char *service)
{
    (void)lc_buf_u8(b, (uint8_t)strlen(service));
    (void)lc_buf_puts(b, service);
    (void)lc_buf_put(b, LC_S("\x04_tcp\x05local\x00\x00\x0c\x80\x01"));
}

static void questions_are_these_bytes(void **state)
{
    static const char *const own[] = {"_axis-video", "_axis-nvr", "_arec", "_psia",
                                      "_CGI",        "_onvif",    "_nvr",  "_camera"};
    static const char *const shared[] = {"_rtsp", "_http", "_hap"};

    (void)state;
    assert_int_equal(lc_dgram_get(LC_D_MDNS)->variants, 2);
    for (unsigned variant = 0; variant < 2; variant++) {
        struct lc_dgram_ask a = {.nonce = 0xFFFFFFFFFFFF1234, .variant = variant};
        unsigned n = variant ? 3 : 8;
        struct lc_buf want = start(0x1234, 0, (uint16_t)n, 0), q = dg_build(LC_D_MDNS, &a);

        for (unsigned i = 0; i < n; i++)
            put_question(&want, variant ? shared[i] : own[i]);
        assert_int_equal(q.n, want.n);
        assert_memory_equal(q.p, want.p, q.n);
        lc_buf_free(&q);
        lc_buf_free(&want);
    }
}

/* ---- answers ---- */

#define AXIS   "AXIS M5014 - ACCC8E3C0419|_axis-video|_tcp|local"
#define AXISTY "_axis-video|_tcp|local"

static struct lc_buf axis(uint16_t id)
{
    struct lc_buf b = start(id, 0x8400, 0, 4);

    put_ptr(&b, AXISTY, AXIS);
    put_srv(&b, AXIS, 80, "axis-accc8e3c0419|local");
    put_record(&b, AXIS, 16, LC_S("\x17macaddress=ACCC8E3C0419"));
    put_a(&b, "axis-accc8e3c0419|local", FROM);
    return b;
}

static void axis_names_service_model_port_and_hardware_address(void **state)
{
    struct lc_buf b = axis(0x3344);
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_MDNS, &ask, FROM, lc_buf_view(&b), &f), LC_OK);
    dg_is(&f, LC_F_MDNS_SERVICE, "_axis-video._tcp");
    dg_is(&f, LC_F_MDNS_NAME, "AXIS M5014 - ACCC8E3C0419");
    dg_is(&f, LC_F_MDNS_HOST, "axis-accc8e3c0419");
    dg_is_int(&f, LC_F_MDNS_PORT, 80);
    dg_is(&f, LC_F_MAC_ADDRESS, "AC:CC:8E:3C:04:19");
    dg_is(&f, LC_F_MAC_OUI, "AC:CC:8E");
    dg_is(&f, LC_F_MDNS_TXT, "macaddress=");
    dg_nowhere(&f, LC_S("macaddress=A"));
    lc_facts_free(&f);
    lc_buf_free(&b);
}

/* RFC 6762, 6.7 and 18.1. */
static void an_answer_must_repeat_the_identifier(void **state)
{
    static const struct {
        uint16_t id;
        bool multicast, good;
    } cases[] = {{0x3344, false, true}, {0x3344, true, true},  {0, true, true},
                 {0, false, false},     {0x3345, true, false}, {0x3345, false, false}};
    struct lc_facts f;

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lc_dgram_ask a = ask;
        struct lc_buf b = axis(cases[i].id);

        a.multicast = cases[i].multicast;
        assert_int_equal(lc_dgram_get(LC_D_MDNS)->ours(&a, lc_buf_view(&b)), cases[i].good);
        assert_int_equal(dg_parse(LC_D_MDNS, &a, FROM, lc_buf_view(&b), &f),
                         cases[i].good ? LC_OK : LC_EREFUSED);
        assert_int_equal(f.buf.n > 0, cases[i].good);
        lc_facts_free(&f);
        lc_buf_free(&b);
    }
    assert_false(lc_dgram_get(LC_D_MDNS)->ours(&ask, LC_S("\x33")));
}

/* An answer to a simple resolver repeats the question too (6.7); names point back (RFC
 * 1035, 4.1.4). */
static void the_repeated_question_and_pointers_are_read(void **state)
{
    struct lc_facts f;
    struct lc_buf b = start(0x3344, 0x8400, 1, 2);

    (void)state;
    put_question(&b, "_psia");                                                      /* at 12 */
    (void)lc_buf_put(&b, LC_S("\xc0\x0c\x00\x0c\x00\x01\x00\x00\x00\x0a\x00\x0e")); /* PTR */
    (void)lc_buf_put(&b, LC_S("\x0bIPC_DM368.1\xc0\x0c")); /* at 12 + 22 + 12 = 46 */
    (void)lc_buf_put(&b, LC_S("\xc0\x2e\x00\x21\x00\x01\x00\x00\x00\x0a\x00\x0c"
                              "\x00\x00\x00\x00\x1f\x90\x03"
                              "ipc\xc0\x17"));
    assert_int_equal(dg_parse(LC_D_MDNS, &ask, FROM, lc_buf_view(&b), &f), LC_OK);
    dg_is(&f, LC_F_MDNS_SERVICE, "_psia._tcp");
    dg_is(&f, LC_F_MDNS_NAME, "IPC_DM368.1");
    dg_is(&f, LC_F_MDNS_HOST, "ipc");
    dg_is_int(&f, LC_F_MDNS_PORT, 8080);
    lc_facts_free(&f);
    lc_buf_free(&b);
}

static void texts_keep_models_and_lose_what_is_personal(void **state)
{
    struct lc_buf b = start(0, 0x8400, 0, 2);
    struct lc_facts f;

    (void)state;
    put_record(&b, "D-Link HNAP Service|_dhnap|_tcp|local", 16,
               LC_S("\x15mac=B0:C5:54:01:02:03\x18wlan0_ssid=DCS-935L-5B0E\x15model_number=DCS-"
                    "935L\x0cversion=0106\x0bmodelname=X\x08sn=12345\x08user=bob\x04none"));
    put_record(&b, "C|_hap|_tcp|local", 16,
               LC_S("\x05"
                    "ci=17\x14id=00:17:88:24:76:FF\x07sh=abcd\x04md=a\x01=\x00"));
    assert_int_equal(parsed(&b, FROM, &f), LC_OK);
    dg_is(&f, LC_F_MDNS_TXT, "model_number=DCS-935L");
    dg_is(&f, LC_F_MDNS_TXT, "version=0106");
    dg_is(&f, LC_F_MDNS_TXT, "modelname=X");
    dg_is(&f, LC_F_MDNS_TXT, "none");
    dg_is(&f, LC_F_MDNS_TXT, "ci=17");
    dg_is(&f, LC_F_MDNS_TXT, "md=a");
    dg_is(&f, LC_F_MDNS_TXT, "mac=");
    dg_is(&f, LC_F_MAC_ADDRESS, "B0:C5:54:01:02:03");
    assert_int_equal(count(&f, LC_F_MAC_ADDRESS), 1);
    dg_nowhere(&f, LC_S("5B0E"));
    dg_nowhere(&f, LC_S("12345"));
    dg_nowhere(&f, LC_S("bob"));
    dg_nowhere(&f, LC_S("24:76"));
    dg_nowhere(&f, LC_S("abcd"));
    lc_facts_free(&f);
}

/* One device has few hardware addresses; a list of them must not crowd out the other facts. */
static void hardware_addresses_have_a_bound(void **state)
{
    struct lc_buf b = start(0, 0x8400, 0, 1), data;
    struct lc_facts f;

    (void)state;
    lc_buf_init(&data, 8192);
    for (unsigned i = 0; i < 60; i++)
        (void)lc_buf_putf(&data,
                          "\x0e"
                          "a=0011223344%02x",
                          i);
    put_record(&b, "x|_http|_tcp|local", 16, lc_buf_view(&data));
    lc_buf_free(&data);
    assert_int_equal(parsed(&b, FROM, &f), LC_OK);
    assert_in_range(count(&f, LC_F_MAC_ADDRESS), 1, 8);
    dg_nowhere(&f, LC_S("0011223344"));
    lc_facts_free(&f);
}

static void a_word_without_a_key_is_told(void **state)
{
    struct lc_buf b = start(0, 0x8400, 0, 1);
    struct lc_facts f;

    (void)state;
    put_record(&b, "x|_http|_tcp|local", 16, LC_S("\x17IC-3115W Network Camera"));
    assert_int_equal(parsed(&b, FROM, &f), LC_OK);
    dg_is(&f, LC_F_MDNS_TXT, "IC-3115W Network Camera");
    lc_facts_free(&f);
}

/* What else a household announces is a type and nothing more. */
static void services_that_are_not_asked_for_show_their_type_only(void **state)
{
    struct lc_buf b = start(0, 0x8400, 0, 4);
    struct lc_facts f;

    (void)state;
    put_ptr(&b, "_companion-link|_tcp|local", "Hoa's iPhone|_companion-link|_tcp|local");
    put_srv(&b, "Hoa's iPhone|_companion-link|_tcp|local", 49153, "Hoas-iPhone|local");
    put_record(&b, "Hoa's iPhone|_companion-link|_tcp|local", 16, LC_S("\x06rpVr=1"));
    put_ptr(&b, "_services|_dns-sd|_udp|local", "_googlecast|_tcp|local");
    assert_int_equal(parsed(&b, FROM, &f), LC_OK);
    dg_is(&f, LC_F_MDNS_SERVICE, "_companion-link._tcp");
    dg_is(&f, LC_F_MDNS_SERVICE, "_googlecast._tcp");
    dg_absent(&f, LC_F_MDNS_NAME);
    dg_absent(&f, LC_F_MDNS_HOST);
    dg_absent(&f, LC_F_MDNS_PORT);
    dg_absent(&f, LC_F_MDNS_TXT);
    lc_facts_free(&f);
}

static void what_is_said_of_other_hosts_is_dropped(void **state)
{
    struct lc_buf b = start(0, 0x8400, 0, 8);
    struct lc_facts f;

    (void)state;
    put_ptr(&b, "_http|_tcp|local", "Theirs|_http|_tcp|local");
    put_srv(&b, "Theirs|_http|_tcp|local", 81, "other|local");
    put_record(&b, "THEIRS|_http|_tcp|local", 16, LC_S("\x07md=evil"));
    put_a(&b, "OTHER|local", "192.0.2.99");
    put_ptr(&b, "_rtsp|_tcp|local", "Mine|_rtsp|_tcp|local");
    put_srv(&b, "Mine|_rtsp|_tcp|local", 554, "me|local");
    put_a(&b, "me|local", "10.0.0.9"); /* its other interface */
    put_a(&b, "me|local", FROM);
    assert_int_equal(parsed(&b, FROM, &f), LC_OK);
    dg_is(&f, LC_F_MDNS_NAME, "Mine");
    dg_is(&f, LC_F_MDNS_HOST, "me");
    dg_is_int(&f, LC_F_MDNS_PORT, 554);
    assert_int_equal(count(&f, LC_F_MDNS_SERVICE), 1);
    assert_int_equal(count(&f, LC_F_MDNS_PORT), 1);
    dg_nowhere(&f, LC_S("Theirs"));
    dg_nowhere(&f, LC_S("other"));
    dg_nowhere(&f, LC_S("evil"));
    lc_facts_free(&f);
}

static void a_datagram_of_other_hosts_alone_is_no_answer(void **state)
{
    struct lc_buf b = start(0, 0x8400, 0, 2);
    struct lc_facts f;

    (void)state;
    put_srv(&b, "T|_http|_tcp|local", 81, "other|local");
    put_a(&b, "other|local", "192.0.2.99");
    assert_int_equal(parsed(&b, FROM, &f), LC_EREFUSED);
    assert_int_equal(f.buf.n, 0);
    lc_facts_free(&f);
}

/* A link-local sender announces its global address, or an IPv4 one: that is no contradiction. */
static void addresses_of_another_kind_prove_nothing(void **state)
{
    static const char *const from[] = {"fe80::1%3", "2001:db8::7", "fe80::9%3"};
    static const enum lc_status want[] = {LC_OK, LC_OK, LC_EREFUSED};
    struct lc_facts f;

    (void)state;
    for (unsigned i = 0; i < 3; i++) {
        struct lc_buf b = start(0, 0x8400, 0, 4);

        put_srv(&b, "T|_http|_tcp|local", 81, "h|local");
        put_a(&b, "h|local", i == 0 ? "2001:db8::7" : "fe80::1");
        put_a(&b, "h|local", "192.0.2.99");
        assert_int_equal(parsed(&b, from[i], &f), want[i]);
        lc_facts_free(&f);
    }
}

static void questions_are_no_answers(void **state)
{
    struct lc_buf q = dg_build(LC_D_MDNS, &ask);
    struct lc_facts f;

    (void)state;
    assert_int_equal(dg_parse(LC_D_MDNS, NULL, FROM, lc_buf_view(&q), &f), LC_EREFUSED);
    lc_facts_free(&f);
    assert_int_equal(dg_parse(LC_D_MDNS, &ask, FROM, lc_buf_view(&q), &f), LC_EREFUSED);
    lc_facts_free(&f);
    lc_buf_free(&q);
}

static void an_empty_answer_says_nothing(void **state)
{
    struct lc_buf b = start(0, 0x8400, 0, 0);
    struct lc_facts f;

    (void)state;
    assert_int_equal(parsed(&b, FROM, &f), LC_EREFUSED);
    lc_facts_free(&f);
}

/* ---- names that are built to harm ---- */

/* A PTR of _http whose target is these bytes, which stand at 12 + 18 + 10 = 40. */
static void ptr_to(struct lc_slice raw, struct lc_facts *f, enum lc_status want)
{
    struct lc_buf b = start(0, 0x8400, 0, 1);

    put_record(&b, "_http|_tcp|local", 12, raw);
    assert_int_equal(b.n, 40 + raw.n);
    assert_int_equal(parsed(&b, FROM, f), want);
}

static void pointers_lead_backwards_or_nowhere(void **state)
{
    static const struct lc_slice bad[] = {
        LC_S_INIT("\xc0\x28"),      /* itself */
        LC_S_INIT("\xc0\x29"),      /* forward */
        LC_S_INIT("\x01x\xc0\x28"), /* back into the name that points */
        LC_S_INIT("\xff\xff"),      /* past the end */
        LC_S_INIT("\xc0"),          /* half */
        LC_S_INIT("\x41"
                  "a\xc0\x0c"), /* RFC 1035: 01 and 10 are reserved */
        LC_S_INIT("\x80"
                  "a\xc0\x0c"),
        LC_S_INIT("\x3f"
                  "a"), /* longer than the message */
        LC_S_INIT(""),
    };
    struct lc_facts f;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        ptr_to(bad[i], &f, LC_EPARSE);
        lc_facts_free(&f);
    }
    ptr_to(LC_S("\x01x\xc0\x0c"), &f, LC_OK);
    dg_is(&f, LC_F_MDNS_NAME, "x");
    lc_facts_free(&f);
}

/* Pointers in a row, each to the one before. */
static void chain(unsigned hops, enum lc_status want)
{
    struct lc_buf b = start(0, 0x8400, 0, 2), data;
    struct lc_facts f;
    uint16_t at = 12 + 1 + 10; /* of the first record's data */

    lc_buf_init(&data, 512);
    put_name(&data, "_http|_tcp|local"); /* at 23, 18 bytes: the links start at 41 */
    for (unsigned i = 0; i < hops; i++)
        (void)lc_buf_be16(&data, (uint16_t)(0xC000 | (i ? at + 18 + 2 * (i - 1) : at)));
    (void)lc_buf_u8(&b, 0);
    (void)lc_buf_put(&b, LC_S("\x00\x63\x00\x01\x00\x00\x00\x00"));
    (void)lc_buf_be16(&b, (uint16_t)data.n);
    (void)lc_buf_put(&b, lc_buf_view(&data));
    (void)lc_buf_be16(&b, (uint16_t)(0xC000 | (at + 18 + 2 * (hops - 1))));
    (void)lc_buf_put(&b, LC_S("\x00\x0c\x00\x01\x00\x00\x00\x00\x00\x04\x01x\xc0\x17"));
    assert_int_equal(parsed(&b, FROM, &f), want);
    lc_facts_free(&f);
    lc_buf_free(&data);
}

static void hops_have_an_end(void **state)
{
    (void)state;
    chain(1, LC_OK);
    chain(15, LC_OK);
    chain(40, LC_EREFUSED); /* only the first, meaningless record was readable */
}

static void a_name_ends_where_its_record_ends(void **state)
{
    struct lc_buf b = start(0, 0x8400, 0, 2);
    struct lc_facts f;

    (void)state;
    put_record(&b, "_http|_tcp|local", 12, LC_S("\x01")); /* one label, whose letter is behind */
    put_ptr(&b, "x|local", "y|local");
    assert_int_equal(parsed(&b, FROM, &f), LC_EPARSE);
    lc_facts_free(&f);
}

static void names_are_255_bytes_at_most(void **state)
{
    struct lc_facts f;

    (void)state;
    for (unsigned extra = 0; extra < 2; extra++) {
        struct lc_buf raw;

        /* 3 x 64 + 1 + n bytes, and _http._tcp.local has 18: 255 when n is 44. */
        lc_buf_init(&raw, 512);
        for (unsigned i = 0; i < 4; i++) {
            size_t n = i < 3 ? 63 : 44 + extra;

            (void)lc_buf_u8(&raw, (uint8_t)n);
            while (n--)
                (void)lc_buf_u8(&raw, 'a');
        }
        (void)lc_buf_put(&raw, LC_S("\xc0\x0c"));
        ptr_to(lc_buf_view(&raw), &f, extra ? LC_EPARSE : LC_OK);
        lc_facts_free(&f);
        lc_buf_free(&raw);
    }
}

static void records_are_looked_at_up_to_a_bound(void **state)
{
    struct lc_buf b = start(0, 0x8400, 0, 3000);
    struct lc_facts f;

    (void)state;
    for (unsigned i = 0; i < 500; i++) {
        char name[] = "x00|_http|_tcp|local";

        name[1] = (char)('a' + i / 20);
        name[2] = (char)('a' + i % 20);
        put_srv(&b, name, (uint16_t)(1000 + i), "me|local");
    }
    assert_int_equal(parsed(&b, FROM, &f), LC_OK);
    assert_in_range(count(&f, LC_F_MDNS_NAME), 1, 64);
    assert_in_range(count(&f, LC_F_MDNS_PORT), 1, 64);
    lc_facts_free(&f);
}

static void what_breaks_off_keeps_the_records_before(void **state)
{
    struct lc_buf b = axis(0);
    struct lc_facts f;

    (void)state;
    b.n -= 2; /* half of the address */
    assert_int_equal(parsed(&b, FROM, &f), LC_OK);
    dg_is(&f, LC_F_MDNS_SERVICE, "_axis-video._tcp");
    lc_facts_free(&f);
}

static void hostile_variants_of_an_answer_do_no_harm(void **state)
{
    struct lc_buf b = axis(0x3344);

    (void)state;
    dg_torture(LC_D_MDNS, &ask, FROM, lc_buf_view(&b));
    lc_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(questions_are_these_bytes),
        cmocka_unit_test(axis_names_service_model_port_and_hardware_address),
        cmocka_unit_test(an_answer_must_repeat_the_identifier),
        cmocka_unit_test(the_repeated_question_and_pointers_are_read),
        cmocka_unit_test(texts_keep_models_and_lose_what_is_personal),
        cmocka_unit_test(hardware_addresses_have_a_bound),
        cmocka_unit_test(a_word_without_a_key_is_told),
        cmocka_unit_test(services_that_are_not_asked_for_show_their_type_only),
        cmocka_unit_test(what_is_said_of_other_hosts_is_dropped),
        cmocka_unit_test(a_datagram_of_other_hosts_alone_is_no_answer),
        cmocka_unit_test(addresses_of_another_kind_prove_nothing),
        cmocka_unit_test(questions_are_no_answers),
        cmocka_unit_test(an_empty_answer_says_nothing),
        cmocka_unit_test(pointers_lead_backwards_or_nowhere),
        cmocka_unit_test(hops_have_an_end),
        cmocka_unit_test(a_name_ends_where_its_record_ends),
        cmocka_unit_test(names_are_255_bytes_at_most),
        cmocka_unit_test(records_are_looked_at_up_to_a_bound),
        cmocka_unit_test(what_breaks_off_keeps_the_records_before),
        cmocka_unit_test(hostile_variants_of_an_answer_do_no_harm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
