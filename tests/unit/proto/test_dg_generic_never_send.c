/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may leave Lenscap as WS-Discovery, SSDP and multicast DNS, written a second time from the
 * specifications: a Probe, an M-SEARCH, a query for PTR records. Whatever the question's nonce,
 * variant and way, every byte is one that the grammar below names; the last test shows that it can
 * say no.
 */
#include "dg_kit.h"

#include <string.h>

#define DRAWS    4000U
#define COUNT(a) (sizeof(a) / sizeof *(a))

static uint64_t rnd(uint64_t *seed) /* splitmix64 */
{
    uint64_t z = *seed += 0x9E3779B97F4A7C15U;

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

static bool take(struct lc_slice *s, const char *text)
{
    bool is = lc_slice_starts(*s, lc_slice_str(text));

    if (is)
        *s = lc_slice_from(*s, strlen(text));
    return is;
}

static bool take_uuid(struct lc_slice *s)
{
    for (size_t i = 0; i < 36; i++) {
        uint8_t c = i < s->n ? s->p[i] : 0;
        bool dash = i == 8 || i == 13 || i == 18 || i == 23;

        if (dash ? c != '-' : !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
    }
    *s = lc_slice_from(*s, 36);
    return true;
}

/* A Probe of one of two versions for one of two lists of types; no other action, nothing behind. */
static bool is_probe(struct lc_slice s)
{
    static const char *const versions[][3] = {
        {"http://schemas.xmlsoap.org/ws/2004/08/addressing",
         "http://schemas.xmlsoap.org/ws/2005/04/discovery",
         "urn:schemas-xmlsoap-org:ws:2005:04:discovery"},
        {"http://www.w3.org/2005/08/addressing",
         "http://docs.oasis-open.org/ws-dd/ns/discovery/2009/01",
         "urn:docs-oasis-open-org:ws-dd:ns:discovery:2009:01"},
    };
    const char *const *v =
        lc_slice_find(s, lc_slice_str(versions[1][1]), 0) == LC_NPOS ? versions[0] : versions[1];

    if (!take(&s, "<?xml version=\"1.0\" encoding=\"UTF-8\"?><s:Envelope "
                  "xmlns:s=\"http://www.w3.org/2003/05/soap-envelope\" xmlns:wsa=\"") ||
        !take(&s, v[0]) || !take(&s, "\" xmlns:wsd=\"") || !take(&s, v[1]) ||
        !take(&s, "\" xmlns:dn=\"http://www.onvif.org/ver10/network/wsdl\"><s:Header>"
                  "<wsa:MessageID>urn:uuid:") ||
        !take_uuid(&s) || !take(&s, "</wsa:MessageID><wsa:To s:mustUnderstand=\"true\">") ||
        !take(&s, v[2]) || !take(&s, "</wsa:To><wsa:Action s:mustUnderstand=\"true\">") ||
        !take(&s, v[1]) ||
        !take(&s, "/Probe</wsa:Action></s:Header><s:Body><wsd:Probe><wsd:Types>"))
        return false;
    (void)take(&s, "dn:NetworkVideoTransmitter");
    return lc_slice_eq(s, LC_S("</wsd:Types></wsd:Probe></s:Body></s:Envelope>"));
}

static bool is_search(struct lc_slice s)
{
    return take(&s, "M-SEARCH * HTTP/1.1\r\nHOST: ") &&
           (take(&s, "239.255.255.250") || take(&s, "[FF02::C]")) &&
           take(&s, ":1900\r\nMAN: \"ssdp:discover\"\r\nMX: ") &&
           (take(&s, "1") || take(&s, "2")) && take(&s, "\r\nST: ") &&
           (take(&s, "upnp:rootdevice") ||
            take(&s, "urn:schemas-upnp-org:device:InternetGatewayDevice:1")) &&
           lc_slice_eq(s, LC_S("\r\nUSER-AGENT: lenscap/" LC_VERSION " UPnP/1.1\r\n\r\n"));
}

/* Standard queries (opcode 0, no records: an update or a probe for a name would carry some) of PTR
 * in IN, unicast answers wanted, of the types of facts A2. */
static bool is_query(struct lc_slice in)
{
    static const char *const types[] = {
        "_axis-video", "_axis-nvr", "_arec", "_rtsp", "_http",   "_psia",
        "_CGI",        "_onvif",    "_nvr",  "_hap",  "_camera",
    };
    struct lc_cur c = {.s = in};
    unsigned n;

    (void)lc_cur_be16(&c);
    if (lc_cur_be16(&c) != 0)
        return false;
    n = lc_cur_be16(&c);
    if (lc_cur_be32(&c) != 0 || lc_cur_be16(&c) != 0 || n == 0 || n > COUNT(types))
        return false;
    while (n--) {
        struct lc_slice label = lc_cur_take(&c, lc_cur_u8(&c));
        bool known = false;

        for (size_t i = 0; i < COUNT(types); i++)
            known |= lc_slice_eq(label, lc_slice_str(types[i]));
        if (!known || !lc_slice_eq(lc_cur_take(&c, 16), LC_S("\x04_tcp\x05local\0\0\x0c\x80\x01")))
            return false;
    }
    return c.s.n == 0 && !c.bad;
}

static void all_are(enum lc_dgram_id id, bool (*is)(struct lc_slice))
{
    uint64_t seed = 0x1e5cab + (uint64_t)id;

    for (unsigned i = 0; i < DRAWS; i++) {
        struct lc_dgram_ask ask = {.nonce = rnd(&seed),
                                   .variant = (unsigned)(rnd(&seed) % 7), /* past the last too */
                                   .multicast = rnd(&seed) & 1,
                                   .v6 = rnd(&seed) & 1};
        struct lc_buf q = dg_build(id, &ask);

        if (!is(lc_buf_view(&q)))
            fail_msg("%s asked what it never may: %.*s", lc_dgram_get(id)->name, (int)q.n,
                     (const char *)q.p);
        lc_buf_free(&q);
    }
}

static void ws_discovery_sends_probes_only(void **state)
{
    (void)state;
    all_are(LC_D_WSD, is_probe);
}

static void ssdp_sends_searches_only(void **state)
{
    (void)state;
    all_are(LC_D_SSDP, is_search);
}

static void multicast_dns_sends_queries_only(void **state)
{
    (void)state;
    all_are(LC_D_MDNS, is_query);
}

/* Nothing of the three goes to a broadcast address or another group than the protocol's own, and
 * none waits on a well-known port. */
static void they_speak_to_their_own_groups_only(void **state)
{
    static const enum lc_dgram_id ids[] = {LC_D_WSD, LC_D_SSDP, LC_D_MDNS};
    static const char *const groups[][2] = {{"239.255.255.250", "ff02::c"},
                                            {"239.255.255.250", "ff02::c"},
                                            {"224.0.0.251", "ff02::fb"}};
    static const uint16_t ports[] = {3702, 1900, 5353};

    (void)state;
    for (size_t i = 0; i < COUNT(ids); i++) {
        const struct lc_dgram *d = lc_dgram_get(ids[i]);

        assert_false(d->broadcast);
        assert_true(d->unicast && d->listen);
        assert_int_equal(d->port, ports[i]);
        assert_int_equal(d->bind_port, 0);
        assert_string_equal(d->group4, groups[i][0]);
        assert_string_equal(d->group6, groups[i][1]);
    }
}

static void the_grammar_can_say_no(void **state)
{
    struct lc_dgram_ask ask = {.nonce = 1};
    struct lc_buf q = dg_build(LC_D_WSD, &ask);
    size_t at = lc_slice_find(lc_buf_view(&q), LC_S("<wsd:Probe>"), 0);

    (void)state;
    assert_true(is_probe(lc_buf_view(&q)));
    q.p[at + 5] = 'p';
    assert_false(is_probe(lc_buf_view(&q)));
    lc_buf_free(&q);
    assert_false(is_search(LC_S("NOTIFY * HTTP/1.1\r\n\r\n")));
    assert_false(is_search(LC_S("M-SEARCH * HTTP/1.1\r\nHOST: 239.255.255.250:1900\r\nMAN: "
                                "\"ssdp:discover\"\r\nMX: 1\r\nST: ssdp:all\r\n\r\n")));
    q = dg_build(LC_D_MDNS, &ask);
    assert_true(is_query(lc_buf_view(&q)));
    q.p[2] = 0x84; /* an answer: it would be believed by others */
    assert_false(is_query(lc_buf_view(&q)));
    q.p[2] = 0;
    q.p[7] = 1; /* with a record */
    assert_false(is_query(lc_buf_view(&q)));
    lc_buf_free(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ws_discovery_sends_probes_only),
        cmocka_unit_test(ssdp_sends_searches_only),
        cmocka_unit_test(multicast_dns_sends_queries_only),
        cmocka_unit_test(they_speak_to_their_own_groups_only),
        cmocka_unit_test(the_grammar_can_say_no),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
