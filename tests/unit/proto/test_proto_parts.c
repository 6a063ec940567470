/* SPDX-License-Identifier: Apache-2.0 */
/* The parts that codecs share: paths, challenges, pages, the table, derivation, certificates. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "proto/auth.h"
#include "proto/emit.h"
#include "proto/html.h"
#include "proto/msg.h"
#include "proto/sdp.h"
#include "proto/soap.h"
#include "proto/tls.h"
#include "proto/url.h"

#include <string.h>

static struct lc_ask ask_of(const char *addr, uint16_t port, bool tls)
{
    struct lc_ask ask = {.port = port, .tls = tls};

    assert_int_equal(lc_addr_parse(lc_slice_str(addr), &ask.addr), LC_OK);
    return ask;
}

/* ---- url ---- */

static void assert_url(const struct lc_ask *ask, const char *ref, enum lc_url_kind kind,
                       enum lc_url_verdict want, const char *path)
{
    struct lc_path out;
    enum lc_url_verdict v =
        lc_url_resolve(ask, LC_S("/web/index.html"), lc_slice_str(ref), kind, &out);

    if (v != want)
        fail_msg("%s: verdict %d, expected %d", ref, v, want);
    if (want == LC_URL_HERE)
        assert_true(lc_slice_eq(lc_path_view(&out), lc_slice_str(path)));
    else
        assert_int_equal(out.n, 0);
}

static void pages_of_the_same_host_are_followed(void **state)
{
    struct lc_ask ask = ask_of("192.0.2.10", 80, false), v6 = ask_of("2001:db8::7", 8443, true);

    (void)state;
    assert_url(&ask, "/login.htm", LC_URL_PAGE, LC_URL_HERE, "/login.htm");
    assert_url(&ask, "login", LC_URL_PAGE, LC_URL_HERE, "/web/login");
    assert_url(&ask, "./login.asp?_=17", LC_URL_PAGE, LC_URL_HERE, "/web/login.asp?_=17");
    assert_url(&ask, "/doc/page/login.asp?_1700000000", LC_URL_PAGE, LC_URL_HERE,
               "/doc/page/login.asp?_1700000000");
    assert_url(&ask, "http://192.0.2.10", LC_URL_PAGE, LC_URL_HERE, "/");
    assert_url(&ask, "HTTP://192.0.2.10:80/a.html#x", LC_URL_PAGE, LC_URL_HERE, "/a.html");
    assert_url(&ask, "//192.0.2.10/a/", LC_URL_PAGE, LC_URL_HERE, "/a/");
    assert_url(&v6, "https://[2001:db8::7]:8443/x.php", LC_URL_PAGE, LC_URL_HERE, "/x.php");
    assert_url(&ask, "/i/favicon.ico?v=1.2", LC_URL_ICON, LC_URL_HERE, "/i/favicon.ico?v=1.2");
}

static void other_places_are_only_facts(void **state)
{
    struct lc_ask ask = ask_of("192.0.2.10", 80, false), odd = ask_of("192.0.2.10", 81, false);
    struct lc_ask tls = ask_of("192.0.2.10", 443, true);

    (void)state;
    assert_url(&ask, "http://192.0.2.101/", LC_URL_PAGE, LC_URL_AWAY, NULL);
    assert_url(&ask, "http://192.0.2.10:8080/", LC_URL_PAGE, LC_URL_AWAY, NULL);
    assert_url(&ask, "http://192.0.2.10:99999/", LC_URL_PAGE, LC_URL_AWAY, NULL);
    assert_url(&odd, "http://192.0.2.10/", LC_URL_PAGE, LC_URL_AWAY, NULL);
    assert_url(&ask, "http://camera.example/", LC_URL_PAGE, LC_URL_AWAY, NULL);
    assert_url(&ask, "http://user@192.0.2.10/", LC_URL_PAGE, LC_URL_AWAY, NULL);
    assert_url(&ask, "rtsp://192.0.2.10/", LC_URL_PAGE, LC_URL_AWAY, NULL);
    assert_url(&ask, "data:image/png;base64,AA", LC_URL_ICON, LC_URL_AWAY, NULL);
    assert_url(&tls, "http://192.0.2.10/", LC_URL_PAGE, LC_URL_AWAY, NULL);
    assert_url(&ask, "https://192.0.2.10/", LC_URL_PAGE, LC_URL_HTTPS, NULL);
    assert_url(&ask, "https://192.0.2.10:8443/x", LC_URL_PAGE, LC_URL_HTTPS, NULL);
}

static void forbidden_paths_are_refused(void **state)
{
    static const char *const refused[] = {
        "/snapshot.cgi",
        "/SnapShot",
        "/mjpg/1/",
        "/live.m3u8",
        "/x.flv",
        "/streaming/",
        "/cgi-bin/a?action=b",
        "/System/configurationFile",
        "/current_config/",
        "/cap.js",
        "/x?auth=YWRtaW4",
        "/ISAPI/x",
        "/isapi",
        "/a/../b.html",
        "/%2e%2e/b.html",
        "/a b.html",
        "/a\\b.html",
        "/a.html?x=1",
        "/a.html?v=a",
        "/a.html?",
        "/a.html?_=123456789012345678901",
        "/a.exe",
        "/a.jpg",
        "../up.html",
        "",
        "/a.html?v=1&w=2",
    };
    struct lc_ask ask = ask_of("192.0.2.10", 80, false);
    char longest[300];

    (void)state;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        assert_url(&ask, refused[i], LC_URL_PAGE, LC_URL_REFUSED, NULL);
    assert_url(&ask, "/favicon.html", LC_URL_ICON, LC_URL_REFUSED, NULL);
    assert_url(&ask, "/x/", LC_URL_ICON, LC_URL_REFUSED, NULL);
    memset(longest, 'a', sizeof longest);
    longest[0] = '/';
    longest[299] = 0;
    assert_url(&ask, longest, LC_URL_PAGE, LC_URL_REFUSED, NULL);
    assert_url(&ask, longest + 1, LC_URL_PAGE, LC_URL_REFUSED, NULL);
}

static void rtsp_paths_without_credentials_only(void **state)
{
    char longest[200];

    (void)state;
    memset(longest, 'a', sizeof longest);
    longest[0] = '/';
    assert_true(lc_rtsp_path_ok(LC_S("/cam/realmonitor?channel=1&subtype=0")));
    assert_true(lc_rtsp_path_ok(LC_S("/Streaming/Channels/101")));
    assert_false(lc_rtsp_path_ok(LC_S("/user=admin_password=x_channel=1")));
    assert_false(lc_rtsp_path_ok(LC_S("/a b")));
    assert_false(lc_rtsp_path_ok(LC_S("/a\r\nb")));
    assert_false(lc_rtsp_path_ok(LC_S("/a\x80")));
    assert_false(lc_rtsp_path_ok(LC_S("/a<b")));
    assert_false(lc_rtsp_path_ok(LC_S("a")));
    assert_false(lc_rtsp_path_ok(LC_S("ab")));
    assert_false(lc_rtsp_path_ok(lc_slice_of(longest, 129)));
}

/* ---- challenges ---- */

static void assert_blanked(const char *header, const char *want)
{
    struct lc_buf out;

    lc_buf_init(&out, 4096);
    lc_auth_blank(lc_slice_str(header), &out);
    assert_string_equal(lc_buf_cstr(&out), want);
    lc_buf_free(&out);
}

static void nonce_and_opaque_are_blanked(void **state)
{
    (void)state;
    assert_blanked("Digest realm=\"r\", nonce=\"n\", opaque=o, qop=\"auth\"",
                   "Digest realm=\"r\", nonce=\"\", opaque=, qop=\"auth\"");
    assert_blanked("Digest NONCE = \"n\\\"m\" , realm=x", "Digest NONCE = \"\" , realm=x");
    assert_blanked("Digest nonce=\"unterminated", "Digest nonce=\"");
    assert_blanked("Digest nonce=\"\"", "Digest nonce=\"\"");
    assert_blanked("Basic realm=\"nonce=1\"", "Basic realm=\"nonce=1\"");
    assert_blanked("Digest nextnonce=a nonce=b", "Digest nextnonce= nonce=");
    assert_blanked("", "");
}

static void the_nonce_is_found(void **state)
{
    (void)state;
    assert_true(
        lc_slice_eq(lc_auth_nonce(LC_S("Basic realm=\"a\", Digest nonce=\"7\"")), LC_S("7")));
    assert_int_equal(lc_auth_nonce(LC_S("Basic realm=\"a\"")).n, 0);
    assert_int_equal(lc_auth_nonce(LC_S("nonce")).n, 0);
}

static void reuse_needs_two_connections(void **state)
{
    struct lc_nonces w = {.n = 0};

    (void)state;
    lc_nonces_add(&w, 0, LC_S("a"));
    lc_nonces_add(&w, 0, LC_S("a"));
    lc_nonces_add(&w, 1, LC_S(""));
    assert_false(w.two);
    lc_nonces_add(&w, 1, LC_S("b"));
    assert_true(w.two && !w.reused);
    lc_nonces_add(&w, 2, LC_S("a"));
    assert_true(w.reused);
    for (unsigned i = 0; i < 20; i++)
        lc_nonces_add(&w, i, LC_S("c"));
    assert_int_equal(w.n, LC_NONCES);
}

/* What an import brings as one header comes out as scheme and realm, flagged. */
static void derive_all_serves_imports(void **state)
{
    struct lc_facts f;
    struct lc_fact got;

    (void)state;
    lc_facts_init(&f);
    f.port = 80;
    lc_facts_str(&f, LC_F_HTTP_WWW_AUTHENTICATE, LC_S("BASIC realm=\"cam\""));
    f.port = 554;
    lc_facts_str(&f, LC_F_RTSP_WWW_AUTHENTICATE, LC_S("Digest realm=\"IP Camera(C2183)\""));
    lc_derive_all(&f);
    assert_true(lc_facts_find(lc_buf_view(&f.buf), LC_F_HTTP_AUTH_SCHEME, 80, &got));
    assert_true(lc_slice_eq(got.value, LC_S("basic")));
    assert_int_equal(got.flags, LC_FACT_DERIVED);
    assert_true(lc_facts_find(lc_buf_view(&f.buf), LC_F_HTTP_AUTH_REALM, 80, &got));
    assert_true(lc_facts_find(lc_buf_view(&f.buf), LC_F_RTSP_REALM, 554, &got));
    assert_true(lc_slice_eq(got.value, LC_S("IP Camera(C2183)")));
    lc_facts_free(&f);
}

static void a_long_realm_is_cut_and_flagged(void **state)
{
    struct lc_facts f;
    struct lc_fact got;
    char header[512];

    (void)state;
    memset(header, 'r', sizeof header);
    memcpy(header, "Basic realm=\"", 13);
    lc_facts_init(&f);
    lc_facts_str(&f, LC_F_HTTP_WWW_AUTHENTICATE, lc_slice_of(header, sizeof header));
    lc_derive_all(&f);
    assert_true(lc_facts_find(lc_buf_view(&f.buf), LC_F_HTTP_AUTH_REALM, 0, &got));
    assert_int_equal(got.value.n, 256); /* max of http.auth.realm in data/facts.yaml */
    assert_int_equal(got.flags, LC_FACT_DERIVED | LC_FACT_CUT);
    lc_facts_free(&f);
}

static void a_value_is_said_once_per_port(void **state)
{
    struct lc_facts f;
    char longest[2000];

    (void)state;
    memset(longest, 'x', sizeof longest);
    lc_facts_init(&f);
    assert_true(lc_emit(&f, LC_F_HTTP_SERVER, LC_S(" a\r\n\tb  c\t ")));
    f.exch = 1;
    assert_false(lc_emit(&f, LC_F_HTTP_SERVER, LC_S("a b  c")));
    assert_false(lc_emit(&f, LC_F_HTTP_SERVER, LC_S(" \r\n")));
    assert_true(lc_emit(&f, LC_F_HTTP_SERVER, lc_slice_of(longest, sizeof longest)));
    assert_false(lc_emit(&f, LC_F_HTTP_SERVER, lc_slice_of(longest, 300)));
    f.port = 81;
    assert_true(lc_emit(&f, LC_F_HTTP_SERVER, LC_S("a b  c")));
    lc_facts_free(&f);
}

/* ---- pages ---- */

static void assert_title(const char *page, const char *want)
{
    struct lc_buf out;

    lc_buf_init(&out, 4096);
    lc_html_title(lc_slice_str(page), &out);
    assert_string_equal(lc_buf_cstr(&out), want);
    lc_buf_free(&out);
}

static void titles_are_decoded_and_collapsed(void **state)
{
    (void)state;
    assert_title("<TITLE lang=vi>M\xC3\xA1y &#7843;nh &#x111;en</title>",
                 "M\xC3\xA1y \xE1\xBA\xA3nh \xC4\x91"
                 "en");
    assert_title("<title>a &lt;b&gt; &quot;c&QUOT; &copy;</title>", "a <b> \"c\" \xC2\xA9");
    assert_title("<title>a&nbsp;&nbsp;b\r\n\tc</title>", "a b c");
    assert_title("<title>&unknown; &#0; &#xD800; &#x110000; &#12a; &; & &#;</title>",
                 "&unknown; &#0; &#xD800; &#x110000; &#12a; &; & &#;");
    assert_title("<title>no end", "no end");
    assert_title("<title", "");
    assert_title("none", "");
}

static void assert_icon(const char *page, const char *want)
{
    struct lc_slice href = lc_html_icon(lc_slice_str(page));

    assert_true(lc_slice_eq(href, lc_slice_str(want)));
}

static void the_icon_link_is_found(void **state)
{
    (void)state;
    assert_icon("<link rel=stylesheet href=a.css><LINK href='b.ico' REL=\"shortcut icon\">",
                "b.ico");
    assert_icon("<link rel=icon href=/c.png >", "/c.png");
    assert_icon("<link\nrel=\"icon\"\thref=\"d.svg\"/>", "d.svg");
    assert_icon("<link rel=icon data-href=x>", "");
    assert_icon("<link rel=icon href=\"unterminated>", "");
    assert_icon("<link rel=icon href>", "");
    assert_icon("<link rel=apple-touch-icon href=x.png>", "");
    assert_icon("<link rel=icon href=x.png", "");
}

static void password_fields_are_found(void **state)
{
    (void)state;
    assert_true(lc_html_has_password_field(LC_S("<input id=u><INPUT TYPE='Password'>")));
    assert_true(lc_html_has_password_field(LC_S("<input name=p type=password>")));
    assert_false(lc_html_has_password_field(LC_S("<input type=text> type=password")));
    assert_false(lc_html_has_password_field(LC_S("<p>password</p>")));
}

/* ---- sdp ---- */

static void a_description_gives_video_codec_and_tool_only(void **state)
{
    struct lc_sdp sdp;

    (void)state;
    lc_sdp_read(
        LC_S("v=0\ns=x\na=tool: BC v1 \na=tool:second\nm=audio 0 RTP/AVP 8\na=rtpmap:8 PCMA/8000\n"
             "m=video 0 RTP/AVP 96 26\na=rtpmap:96 H265/90000\na=rtpmap:97 h265/1\na=rtpmap:98\n"
             "a=rtpmap:99 A\na=rtpmap:99 B\na=rtpmap:99 C\n"),
        &sdp);
    assert_true(sdp.is_sdp && sdp.video);
    assert_true(lc_slice_eq(sdp.tool, LC_S("BC v1")));
    assert_int_equal(sdp.codecs_n, LC_SDP_CODECS);
    assert_true(lc_slice_eq(sdp.codec[0], LC_S("JPEG")));
    assert_true(lc_slice_eq(sdp.codec[1], LC_S("H265")));
    lc_sdp_read(LC_S("<html>m=video"), &sdp);
    assert_false(sdp.is_sdp || sdp.video);
}

/* ---- the table ---- */

static void every_protocol_has_its_name(void **state)
{
    static const char *const names[] = {"rtsp", "http", "tls",    "onvif",
                                        "ssh",  "ftp",  "telnet", "hiksdk"};

    (void)state;
    for (unsigned i = 0; i < 8; i++) {
        enum lc_proto_id id = lc_proto_by_name(lc_slice_str(names[i]));

        assert_int_not_equal(id, LC_P_NONE);
        assert_string_equal(lc_proto_get(id)->name, names[i]);
    }
    assert_int_equal(lc_proto_by_name(LC_S("smtp")), LC_P_NONE);
    assert_null(lc_proto_get(LC_P_NONE));
    assert_null(lc_proto_get(LC_P_COUNT));
}

/* ---- soap ---- */

static void the_clock_counts_leap_years(void **state)
{
    static const struct {
        const char *date;
        int64_t want; /* date -u -d ... +%s */
    } rows[] = {{"<Year>1970</Year><Month>1</Month><Day>1</Day>", 1},
                {"<Year>2000</Year><Month>2</Month><Day>29</Day>", 951782401},
                {"<Year>2038</Year><Month>12</Month><Day>31</Day>", 2177366401},
                {"<Year>1969</Year><Month>1</Month><Day>1</Day>", 0},
                {"<Year>2024</Year><Month>0</Month><Day>1</Day>", 0},
                {"<Year>2024</Year><Month>1</Month><Day>0</Day>", 0},
                {"<Year>2024</Year><Month>1</Month>", 0}};
    char xml[512];

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lc_soap soap;

        (void)snprintf(xml, sizeof xml,
                       "<Envelope><GetSystemDateAndTimeResponse><UTCDateTime><Time><Hour>0</Hour>"
                       "<Minute>0</Minute><Second>1</Second></Time><Date>%s</Date></UTCDateTime>"
                       "</GetSystemDateAndTimeResponse></Envelope>",
                       rows[i].date);
        lc_soap_read(lc_slice_str(xml), &soap);
        assert_int_equal(soap.kind, LC_SOAP_CLOCK);
        assert_int_equal(soap.clock, rows[i].want);
    }
}

static void text_over_the_bound_stops_the_reading(void **state)
{
    static char xml[70000];
    struct lc_soap soap;

    (void)state;
    memset(xml, 'a', sizeof xml);
    memcpy(xml, "<Envelope><GetDeviceInformationResponse><Model>", 47);
    lc_soap_read(lc_slice_of(xml, sizeof xml), &soap);
    assert_int_equal(soap.odd, LC_ODD(LC_ODD_XML_BOUNDS));
    assert_int_equal(soap.model.n, 0);
}

static void a_long_value_is_kept_to_its_bound(void **state)
{
    char xml[400] = "<Envelope><GetDeviceInformationResponse><Model>";
    struct lc_soap soap;
    size_t at = strlen(xml);

    (void)state;
    memset(xml + at, 'm', 200);
    memcpy(xml + at + 200, "</Model><Model>n</Model></GetDeviceInformationResponse></Envelope>",
           66);
    lc_soap_read(lc_slice_str(xml), &soap);
    assert_int_equal(soap.odd, 0);
    assert_int_equal(soap.model.n, LC_SOAP_TEXT);
}

static void services_past_the_cap_and_absurd_versions_are_left_out(void **state)
{
    static char xml[8192];
    struct lc_soap soap;
    size_t n = 0;

    (void)state;
    n += (size_t)snprintf(xml, sizeof xml, "<e:Envelope xmlns:e='x'><GetServicesResponse>");
    for (unsigned i = 0; i < LC_SOAP_SERVICES + 3; i++)
        n += (size_t)snprintf(xml + n, sizeof xml - n,
                              "<Service><Namespace>urn:%u</Namespace></Service>", i);
    n += (size_t)snprintf(
        xml + n, sizeof xml - n,
        "<Service><Namespace>http://www.onvif.org/ver10/device/wsdl</Namespace><Version>"
        "<Major>100</Major><Minor>x</Minor></Version><Version><Major>0</Major><Minor>0"
        "</Minor></Version></Service></GetServicesResponse></e:Envelope>");
    lc_soap_read(lc_slice_of(xml, n), &soap);
    assert_int_equal(soap.namespaces_n, LC_SOAP_SERVICES);
    assert_int_equal(soap.major + soap.minor, 0);
}

/* ---- certificates ---- */

static void versions_have_their_names(void **state)
{
    (void)state;
    assert_string_equal(lc_tls_version_name(0x0300), "ssl3");
    assert_string_equal(lc_tls_version_name(0x0301), "tls1.0");
    assert_string_equal(lc_tls_version_name(0x0304), "tls1.3");
    assert_null(lc_tls_version_name(0x0305));
}

static void preparing_twice_is_harmless(void **state)
{
    struct lc_facts f;

    (void)state;
    lc_tls_prepare();
    lc_tls_prepare();
    lc_facts_init(&f);
    lc_tls_leaf((struct lc_slice){NULL, 0}, &f); /* an oddity, not a fault */
    assert_true(f.buf.n > 0);
    lc_facts_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_of_the_same_host_are_followed),
        cmocka_unit_test(other_places_are_only_facts),
        cmocka_unit_test(forbidden_paths_are_refused),
        cmocka_unit_test(rtsp_paths_without_credentials_only),
        cmocka_unit_test(nonce_and_opaque_are_blanked),
        cmocka_unit_test(the_nonce_is_found),
        cmocka_unit_test(reuse_needs_two_connections),
        cmocka_unit_test(derive_all_serves_imports),
        cmocka_unit_test(a_long_realm_is_cut_and_flagged),
        cmocka_unit_test(a_value_is_said_once_per_port),
        cmocka_unit_test(titles_are_decoded_and_collapsed),
        cmocka_unit_test(the_icon_link_is_found),
        cmocka_unit_test(password_fields_are_found),
        cmocka_unit_test(a_description_gives_video_codec_and_tool_only),
        cmocka_unit_test(every_protocol_has_its_name),
        cmocka_unit_test(the_clock_counts_leap_years),
        cmocka_unit_test(text_over_the_bound_stops_the_reading),
        cmocka_unit_test(a_long_value_is_kept_to_its_bound),
        cmocka_unit_test(services_past_the_cap_and_absurd_versions_are_left_out),
        cmocka_unit_test(versions_have_their_names),
        cmocka_unit_test(preparing_twice_is_harmless),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
