/* SPDX-License-Identifier: Apache-2.0 */
/* UPnP over TCP: what the wire cases cannot say. Paths that are never asked, the end of a list
 * without one, and whose an address is (reliability.md H15). */
#include "base/mem.h"
#include "proto/proto.h"
#include "proto/url.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>

struct talk {
    void *st;
    struct lc_ask ask;
    struct lc_buf in, out;
    struct lc_facts facts;
    size_t used;
};

static void begin(struct talk *t, const char *path)
{
    *t = (struct talk){.st = lc_alloc(lc_proto_upnp.state_size)};
    assert_non_null(t->st);
    t->ask = (struct lc_ask){.port = 5000, .gateway = true, .path = lc_slice_str(path)};
    assert_int_equal(lc_addr_parse(LC_S("192.0.2.1"), &t->ask.addr), LC_OK);
    lc_buf_init(&t->in, 1U << 16);
    lc_buf_init(&t->out, 8192);
    lc_facts_init(&t->facts);
    t->facts.port = 5000;
    lc_proto_upnp.open(t->st, &t->ask, &t->out);
}

static void end(struct talk *t)
{
    lc_free(t->st);
    lc_buf_free(&t->in);
    lc_buf_free(&t->out);
    lc_facts_free(&t->facts);
}

/* One whole answer. */
static enum lc_feed hear(struct talk *t, const char *status, const char *body)
{
    enum lc_feed how;

    lc_buf_reset(&t->in);
    lc_buf_reset(&t->out);
    assert_int_equal(lc_buf_putf(&t->in, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n\r\n%s", status,
                                 strlen(body), body),
                     LC_OK);
    how = lc_proto_upnp.feed(t->st, lc_buf_view(&t->in), &t->used, &t->out, &t->facts);
    assert_int_equal(how == LC_FEED_SEND || how == LC_FEED_REDIAL, t->out.n > 0);
    return how;
}

static unsigned mappings(const struct talk *t)
{
    struct lc_cur at = {.s = lc_buf_view(&t->facts.buf)};
    struct lc_fact fact;
    unsigned n = 0;

    while (lc_facts_next(&at, &fact) == LC_OK)
        n += fact.name == LC_F_IGD_MAPPING;
    return n;
}

static void paths_that_may_not_be_asked_are_not(void **state)
{
    static const char *const bad[] = {"",
                                      "desc.xml",
                                      "http://192.0.2.1/desc.xml",
                                      "//198.51.100.1/desc.xml",
                                      "/a/../b.xml",
                                      "/desc.xml HTTP/1.1\r\nX: y",
                                      "/desc.xml\r\n\r\nGET /",
                                      "/desc%2exml",
                                      "/snapshot.jpg",
                                      "/snapshot.xml",
                                      "/live.xml",
                                      "/image.png",
                                      "/favicon.ico",
                                      "/cgi-bin/desc.xml",
                                      "/desc.xml?user=admin",
                                      "/System/configurationFile",
                                      "/ISAPI/System/deviceInfo.xml",
                                      "/current_config/passwd.xml"};
    char longer[400];
    struct talk t;

    (void)state;
    memset(longer, 'a', sizeof longer);
    longer[0] = '/';
    longer[sizeof longer - 1] = 0;
    for (size_t i = 0; i <= sizeof bad / sizeof *bad; i++) {
        begin(&t, i < sizeof bad / sizeof *bad ? bad[i] : longer);
        assert_int_equal(t.out.n, 0);
        assert_int_equal(
            hear(&t, "200 OK", "<root><device><modelName>x</modelName></device></root>"),
            LC_FEED_WRONG);
        assert_int_equal(t.facts.buf.n, 0);
        end(&t);
    }
}

static void descriptions_of_real_devices_may_be_asked(void **state)
{
    static const char *const good[] = {"/upnpdevicedesc.xml", "/rootDesc.xml", "/igd.xml",  "/",
                                       "/IPCamDesc.xml",      "/gatedesc.xml", "/upnp/desc"};
    struct talk t;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        begin(&t, good[i]);
        assert_true(lc_slice_find(lc_buf_view(&t.out), lc_slice_str(good[i]), 0) == 4);
        end(&t);
    }
}

static void a_list_without_end_is_read_to_its_64th_entry(void **state)
{
    enum lc_feed how;
    struct talk t;
    unsigned n = 0;
    char body[700];

    (void)state;
    begin(&t, "/rootDesc.xml");
    how = hear(&t, "200 OK",
               "<root><device><deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:1"
               "</deviceType><serviceList><service><serviceType>"
               "urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>/c"
               "</controlURL></service></serviceList></device></root>");
    assert_int_equal(how, LC_FEED_SEND);
    how = hear(&t, "200 OK",
               "<e:Envelope><e:Body><u:GetExternalIPAddressResponse><NewExternalIPAddress>"
               "203.0.113.1</NewExternalIPAddress></u:GetExternalIPAddressResponse></e:Body>"
               "</e:Envelope>");
    for (; how == LC_FEED_SEND && n < 1000; n++) {
        (void)snprintf(body, sizeof body,
                       "<e:Envelope><e:Body><u:GetGenericPortMappingEntryResponse>"
                       "<NewExternalPort>%u</NewExternalPort><NewProtocol>TCP</NewProtocol>"
                       "<NewInternalPort>80</NewInternalPort><NewInternalClient>192.168.1.9"
                       "</NewInternalClient><NewEnabled>true</NewEnabled>"
                       "</u:GetGenericPortMappingEntryResponse></e:Body></e:Envelope>",
                       1000 + n);
        how = hear(&t, "200 OK", body);
    }
    assert_int_equal(n, 64);
    assert_int_equal(how, LC_FEED_DONE);
    assert_int_equal(mappings(&t), 64);
    end(&t);
}

static void an_inner_address_of_version_6_stands_in_brackets(void **state)
{
    struct lc_fact fact;
    struct talk t;

    (void)state;
    begin(&t, "/rootDesc.xml");
    (void)hear(&t, "200 OK",
               "<root><device><deviceType>urn:schemas-upnp-org:device:InternetGatewayDevice:2"
               "</deviceType><serviceList><service><controlURL>c</controlURL><serviceType>"
               "urn:schemas-upnp-org:service:WANIPConnection:2</serviceType></service>"
               "</serviceList></device></root>");
    (void)hear(&t, "500 Error", "");
    (void)hear(&t, "200 OK",
               "<e:Envelope><e:Body><u:GetGenericPortMappingEntryResponse><NewExternalPort>8554"
               "</NewExternalPort><NewProtocol>tcp</NewProtocol><NewInternalPort>554"
               "</NewInternalPort><NewInternalClient>fd00::10</NewInternalClient><NewEnabled>1"
               "</NewEnabled></u:GetGenericPortMappingEntryResponse></e:Body></e:Envelope>");
    assert_true(lc_facts_find(lc_buf_view(&t.facts.buf), LC_F_IGD_MAPPING, 0, &fact));
    assert_true(lc_slice_eq(fact.value, LC_S("tcp 8554 -> [fd00::10]:554")));
    end(&t);
}

static void whose_an_address_is(void **state)
{
    static const struct {
        const char *from, *url;
        enum lc_url_whose whose;
        uint16_t port;
        const char *path;
    } cases[] = {
        {"192.0.2.1", "http://192.0.2.1/a", LC_WHOSE_SENDER, 80, "/a"},
        {"192.0.2.1", "HTTP://192.0.2.1:8080", LC_WHOSE_SENDER, 8080, "/"},
        {"192.0.2.1", "https://192.0.2.1/a?b#c", LC_WHOSE_SENDER, 443, "/a?b#c"},
        {"192.0.2.1", "http://0.0.0.0:81/", LC_WHOSE_SENDER, 81, "/"},
        {"2001:db8::1", "http://[::]:81/", LC_WHOSE_SENDER, 81, "/"},
        {"2001:db8::1", "http://[2001:DB8:0::1]/", LC_WHOSE_SENDER, 80, "/"},
        {"2001:db8::1", "http://2001:db8::1/x", LC_WHOSE_SENDER, 80, "/x"},
        {"fe80::1%2", "http://[fe80::1]/", LC_WHOSE_SENDER, 80, "/"},
        {"fe80::1%2", "http://[fe80::1%25wlan0]:5000/", LC_WHOSE_SENDER, 5000, "/"},
        {"192.0.2.1", "http://192.0.2.10/a", LC_WHOSE_OTHER, 80, "/a"},
        {"192.0.2.1", "http://192.0.2.1.example/", LC_WHOSE_OTHER, 80, "/"},
        {"192.0.2.1", "http://[2001:db8::1]/", LC_WHOSE_OTHER, 80, "/"},
        {"fe80::1%2", "http://[fe80::2]/", LC_WHOSE_NONE, 0, NULL},
        {"192.0.2.1", "http://[fe80::1]/", LC_WHOSE_NONE, 0, NULL},
        {"192.0.2.1", "http://a:b@192.0.2.1/", LC_WHOSE_NONE, 0, NULL},
        {"192.0.2.1", "http://192.0.2.1:/", LC_WHOSE_NONE, 0, NULL},
        {"192.0.2.1", "http://192.0.2.1:0/", LC_WHOSE_NONE, 0, NULL},
        {"192.0.2.1", "http://192.0.2.1:65536/", LC_WHOSE_NONE, 0, NULL},
        {"192.0.2.1", "http://[192.0.2.1/", LC_WHOSE_NONE, 0, NULL},
        {"192.0.2.1", "http://", LC_WHOSE_NONE, 0, NULL},
        {"192.0.2.1", "ftp://192.0.2.1/", LC_WHOSE_NONE, 0, NULL},
        {"192.0.2.1", "/a", LC_WHOSE_NONE, 0, NULL},
        {"192.0.2.1", "", LC_WHOSE_NONE, 0, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lc_url_parts parts;
        struct lc_addr from;

        assert_int_equal(lc_addr_parse(lc_slice_str(cases[i].from), &from), LC_OK);
        assert_int_equal(lc_url_whose(&from, lc_slice_str(cases[i].url), &parts), cases[i].whose);
        if (cases[i].whose == LC_WHOSE_NONE)
            continue;
        assert_int_equal(parts.port, cases[i].port);
        assert_true(lc_slice_eq(parts.path, lc_slice_str(cases[i].path)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_that_may_not_be_asked_are_not),
        cmocka_unit_test(descriptions_of_real_devices_may_be_asked),
        cmocka_unit_test(a_list_without_end_is_read_to_its_64th_entry),
        cmocka_unit_test(an_inner_address_of_version_6_stands_in_brackets),
        cmocka_unit_test(whose_an_address_is),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
