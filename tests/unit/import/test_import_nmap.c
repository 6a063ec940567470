/* SPDX-License-Identifier: Apache-2.0 */
/* nmap's XML, after nmap.dtd and the documentation of its scripts (nmap.org/nsedoc). */
#include "import_kit.h"
#include "base/mem.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#define HEAD                                                                                       \
    "<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun>\n<nmaprun scanner=\"nmap\" "                      \
    "start=\"1700000000\">\n"
#define HOST    "<host><address addr=\"192.0.2.1\" addrtype=\"ipv4\"/><ports>\n"
#define OPEN(n) "<port protocol=\"tcp\" portid=\"" n "\"><state state=\"open\"/>"
#define TAIL    "</ports></host>\n</nmaprun>\n"

/* One port with what stands in it; `facts` are what comes of it. */
static void check_port(const char *inside, const char *facts)
{
    char file[8192], rows[4096];

    (void)snprintf(file, sizeof file, HEAD HOST OPEN("80") "%s</port>\n" TAIL, inside);
    (void)snprintf(rows, sizeof rows, "192.0.2.1 80 1700000000 @5\n%s  port.outcome=open\n", facts);
    assert_import("nmap-xml", file, rows);
}

static void an_open_port_is_a_row_of_its_hosts_time(void **state)
{
    (void)state;
    assert_import("nmap-xml",
                  HEAD "<host starttime=\"1700000100\" endtime=\"1700000200\">\n"
                       "<address addr=\"2001:db8::1\" addrtype=\"ipv6\"/><ports>" OPEN(
                           "554") "</port></ports></host>" HOST OPEN("80") "</port>" TAIL,
                  "2001:db8::1 554 1700000200 @5\n  port.outcome=open\n"
                  "192.0.2.1 80 1700000000 @6\n  port.outcome=open\n");
}

static void silence_and_refusal_and_udp_are_no_rows(void **state)
{
    const struct imported *got;

    (void)state;
    got = import_text(
        "nmap-xml",
        LC_S(HEAD HOST
             "<port protocol=\"tcp\" portid=\"80\"><state state=\"closed\"/></port>"
             "<port protocol=\"tcp\" portid=\"81\"><state state=\"filtered\"/></port>"
             "<port protocol=\"tcp\" portid=\"82\"><state state=\"open|filtered\"/></port>"
             "<port protocol=\"udp\" portid=\"83\"><state state=\"open\"/></port>" TAIL));
    assert_int_equal(got->text.n, 0);
    assert_int_equal(got->n.passed, 4);
    assert_int_equal(got->n.bad, 0);
}

static void a_hardware_address_is_of_the_device(void **state)
{
    (void)state;
    assert_import("nmap-xml",
                  HEAD "<host><address addr=\"192.0.2.1\" addrtype=\"ipv4\"/>"
                       "<address addr=\"28:57:BE:01:02:03\" addrtype=\"mac\"/></host></nmaprun>",
                  "192.0.2.1 0 1700000000 @4\n  mac.address=28:57:BE:01:02:03\n");
}

static void a_service_counts_when_it_was_heard_and_not_when_guessed(void **state)
{
    (void)state;
    check_port("<service name=\"http\" tunnel=\"ssl\" method=\"probed\"/>",
               "  port.protocol=http\n  port.tls=true\n");
    check_port("<service name=\"rtsp\" method=\"table\"/>", "");
    check_port("<service name=\"ms-wbt-server\" method=\"probed\"/>", "");
}

static void scripts_give_what_they_heard(void **state)
{
    (void)state;
    check_port("<script id=\"http-title\" output=\"NETSurveillance WEB\">"
               "<elem key=\"title\">NETSurveillance WEB</elem></script>",
               "  http.title=NETSurveillance WEB\n");
    check_port("<script id=\"http-title\" output=\"Site doesn&apos;t have a title (text/html).\"/>",
               "");
    check_port("<script id=\"http-server-header\" output=\"uc-httpd 1.0.0\"/>",
               "  http.server=uc-httpd 1.0.0\n");
    check_port("<script id=\"rtsp-methods\" output=\"OPTIONS, DESCRIBE\"/>",
               "  rtsp.public=OPTIONS, DESCRIBE\n");
    check_port("<script id=\"http-favicon\" output=\"Unknown favicon MD5: "
               "ABCDEF0123456789ABCDEF0123456789\"/>",
               "  http.favicon.md5=abcdef0123456789abcdef0123456789\n");
    check_port("<script id=\"http-auth\" output=\"x\"><table><elem key=\"scheme\">Digest</elem>"
               "<table key=\"params\"><elem key=\"realm\">DVR</elem>"
               "<elem key=\"nonce\">secret</elem></table></table></script>",
               "  http.auth.scheme=digest\n  http.auth.realm=DVR\n");
    check_port("<script id=\"http-vuln-x\" output=\"State: VULNERABLE\"/>", "");
}

static void heads_go_through_the_codec_so_that_secrets_are_blanked(void **state)
{
    (void)state;
    check_port("<script id=\"http-headers\" output=\"&#xa;  Server: a&#xa;  Set-Cookie: "
               "id=secret&#xa;  WWW-Authenticate: Digest realm=&quot;r&quot;, "
               "nonce=&quot;n0&quot;&#xa;  &#xa;  (Request type: HEAD)&#xa;\"/>",
               "  http.server=a\n  http.cookie=id\n"
               "  http.www_authenticate=Digest realm=\"r\", nonce=\"\"\n"
               "  http.auth.scheme=digest\n  http.auth.realm=r\n");
}

static void answers_to_version_probes_are_read(void **state)
{
    (void)state;
    check_port("<service name=\"x\" method=\"table\" servicefp=\"SF-Port80-TCP:V=7.93%r(GetRequest,"
               "30,&quot;HTTP/1\\.0\\x20401\\x20x\\r\\nServer:&#xa;SF:\\x20Boa\\r\\n\\r\\n&quot;)"
               "%r(RTSPRequest,30,&quot;RTSP/"
               "1\\.0\\x20200\\x20OK\\r\\nServer:\\x20R\\r\\n\\r\\n&quot;);\"/>",
               "  http.status=401\n  http.server=Boa\n  rtsp.server=R\n  rtsp.status=200\n");
    check_port("<script id=\"banner\" output=\"SSH-2.0-dropbear_0.52\\x0D\\x0A\"/>",
               "  ssh.banner=SSH-2.0-dropbear_0.52\n");
}

static void what_is_no_nmap_or_breaks_off_is_told_with_its_line(void **state)
{
    (void)state;
    assert_import("nmap-xml", "",
                  "bad @1: the file ends in the middle: what came after is missing\n");
    assert_import("nmap-xml", "<html>\n</html>",
                  "bad @1: this is no XML of nmap: its first element is not nmaprun\n");
    assert_import("nmap-xml", HEAD HOST OPEN("80") "</port>\n<port",
                  "192.0.2.1 80 1700000000 @5\n  port.outcome=open\n"
                  "bad @6: the file ends in the middle: what came after is missing\n");
    assert_import("nmap-xml", HEAD HOST OPEN("80") "</port>\n</host>\n" OPEN("81") "</port>",
                  "192.0.2.1 80 1700000000 @5\n  port.outcome=open\n"
                  "bad @6: the XML is malformed: mismatched tag\n");
    assert_import("nmap-xml", HEAD "</nmaprun>\n \n" HEAD "</nmaprun>",
                  "bad @4: what follows behind </nmaprun> is not read\n");
    assert_import("nmap-xml", HEAD "<host><ports>" OPEN("80") "</port></ports></host></nmaprun>",
                  "bad @4: a port stands there before its host's address\n");
    assert_import("nmap-xml", HEAD HOST OPEN("0") "</port>" OPEN("80") "</port>" TAIL,
                  "bad @5: that is no port: 0\n192.0.2.1 80 1700000000 @5\n  port.outcome=open\n");
}

static void entities_are_refused_and_nothing_is_fetched(void **state)
{
    (void)state;
    assert_import("nmap-xml",
                  "<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun [<!ENTITY a \"aaaa\">]>\n"
                  "<nmaprun>&a;</nmaprun>",
                  "bad @2: its document type has declarations: that is refused\n");
    /* Older versions name the DTD: it is not looked at. */
    assert_import("nmap-xml",
                  "<?xml version=\"1.0\"?>\n<!DOCTYPE nmaprun SYSTEM \"file:///etc/passwd\">\n"
                  "<nmaprun start=\"1700000000\">\n\n" HOST OPEN("80") "</port>" TAIL,
                  "192.0.2.1 80 1700000000 @6\n  port.outcome=open\n");
}

static void depth_attributes_and_tokens_have_their_bounds(void **state)
{
    struct lc_buf b;

    (void)state;
    lc_buf_init(&b, 8U << 20);
    (void)lc_buf_puts(&b, HEAD);
    for (unsigned i = 0; i < 40; i++)
        (void)lc_buf_puts(&b, "<table>");
    assert_int_equal(import_pieces("nmap-xml", lc_buf_view(&b), 0)->n.bad, 1);
    lc_buf_reset(&b);
    (void)lc_buf_puts(&b, HEAD "<host comment=\"");
    assert_int_equal(lc_buf_reserve(&b, 6U << 20), LC_OK);
    memset(b.p + b.n, 'x', 6U << 20);
    b.n += 6U << 20;
    assert_int_equal(import_pieces("nmap-xml", lc_buf_view(&b), 0)->n.bad, 1);
    assert_true(strstr(lc_buf_cstr((struct lc_buf *)(uintptr_t)&import_pieces(
                                       "nmap-xml", lc_buf_view(&b), LC_FRAMES_PIECE)
                                       ->text),
                       "longer than 1 MiB") != NULL);
    lc_buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_port_is_a_row_of_its_hosts_time),
        cmocka_unit_test(silence_and_refusal_and_udp_are_no_rows),
        cmocka_unit_test(a_hardware_address_is_of_the_device),
        cmocka_unit_test(a_service_counts_when_it_was_heard_and_not_when_guessed),
        cmocka_unit_test(scripts_give_what_they_heard),
        cmocka_unit_test(heads_go_through_the_codec_so_that_secrets_are_blanked),
        cmocka_unit_test(answers_to_version_probes_are_read),
        cmocka_unit_test(what_is_no_nmap_or_breaks_off_is_told_with_its_line),
        cmocka_unit_test(entities_are_refused_and_nothing_is_fetched),
        cmocka_unit_test(depth_attributes_and_tokens_have_their_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
