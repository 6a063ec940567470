/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lc_sniff by the first bytes that each protocol's own specification prescribes: what we speak is
 * named, what we do not speak stays unnamed, and no further byte takes a name back.
 */
#include "proto/proto.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <stdint.h>

static const struct {
    const char *what;
    struct lc_slice bytes;
    enum lc_proto_id id;
} peers[] = {
    {"HTTP/1.1, RFC 9112 section 4", LC_S_INIT("HTTP/1.1 400 Bad Request\r\n"), LC_P_HTTP},
    {"HTTP/1.0", LC_S_INIT("HTTP/1.0 200 OK\r\n"), LC_P_HTTP},
    {"RTSP, RFC 2326 section 7.1", LC_S_INIT("RTSP/1.0 405 Method Not Allowed\r\n"), LC_P_RTSP},
    {"SSH, RFC 4253 section 4.2", LC_S_INIT("SSH-2.0-dropbear_2019.78\r\n"), LC_P_SSH},
    {"TLS handshake, RFC 5246 section 6.2.1", LC_S_INIT("\x16\x03\x03\x00\x31\x02"), LC_P_TLS},
    {"TLS alert", LC_S_INIT("\x15\x03\x01\x00\x02\x02\x28"), LC_P_TLS},
    {"Telnet DO, RFC 854", LC_S_INIT("\xFF\xFD\x01"), LC_P_TELNET},
    {"Telnet WILL", LC_S_INIT("\xFF\xFB\x03"), LC_P_TELNET},
    {"login prompt, protocols.md A4", LC_S_INIT("192.0.0.64 login: "), LC_P_TELNET},
    {"FTP, RFC 959", LC_S_INIT("220 AXIS 221 Network Camera 4.45.1 (Mar 11 2008) ready.\r\n"),
     LC_P_FTP},
    {"FTP of several lines", LC_S_INIT("220-Welcome\r\n220 ready\r\n"), LC_P_FTP},
    {"Hikvision control port, protocols.md A3", LC_S_INIT("\0\0\0\x10\0\0\0\x1e\0\0\0\x1e\0\0\0\0"),
     LC_P_HIKSDK},
    {"SMTP, RFC 5321", LC_S_INIT("220 mail.example ESMTP ready\r\n"), LC_P_NONE},
    {"POP3, RFC 1939", LC_S_INIT("+OK POP3 ready\r\n"), LC_P_NONE},
    {"IMAP, RFC 9051", LC_S_INIT("* OK IMAP4rev2 ready\r\n"), LC_P_NONE},
    {"SIP, RFC 3261", LC_S_INIT("SIP/2.0 200 OK\r\n"), LC_P_NONE},
    {"RFB, RFC 6143", LC_S_INIT("RFB 003.008\n"), LC_P_NONE},
    {"interleaved RTP, RFC 2326 section 10.12", LC_S_INIT("$\0\0\x08\x80\x60\0\x01\0\0\0\0"),
     LC_P_NONE},
    {"TPKT, RFC 1006", LC_S_INIT("\x03\0\0\x13\x0e\xd0\0\0"), LC_P_NONE},
    {"MQTT CONNACK", LC_S_INIT("\x20\x02\0\0"), LC_P_NONE},
    {"Xiongmai control header, first byte FF", LC_S_INIT("\xFF\x01\0\0\x4b\0\0\0"), LC_P_NONE},
    {"DHIP header", LC_S_INIT("\x20\0\0\0DHIP\0\0\0\0"), LC_P_NONE},
    {"XML", LC_S_INIT("<?xml version=\"1.0\"?><login:/>"), LC_P_NONE},
    {"HTML without a status line", LC_S_INIT("<html>login:</html>"), LC_P_NONE},
    {"HTTP in lower case", LC_S_INIT("http/1.1 200 OK\r\n"), LC_P_NONE},
    {"SSL 2.0 record", LC_S_INIT("\x80\x2e\x04\0\0\0"), LC_P_NONE},
};

#define PEERS (sizeof peers / sizeof *peers)

static void first_bytes_name_the_protocol(void **state)
{
    (void)state;
    for (size_t i = 0; i < PEERS; i++)
        if (lc_sniff(peers[i].bytes) != peers[i].id)
            fail_msg("%s: %d, expected %d", peers[i].what, lc_sniff(peers[i].bytes), peers[i].id);
}

static void nothing_and_one_byte_name_nothing(void **state)
{
    (void)state;
    assert_int_equal(lc_sniff(LC_S("")), LC_P_NONE);
    for (unsigned c = 0; c < 256; c++) {
        uint8_t byte = (uint8_t)c;

        assert_int_equal(lc_sniff(lc_slice_of(&byte, 1)), LC_P_NONE);
    }
}

static void stays_with_its_word(struct lc_slice s)
{
    enum lc_proto_id said = LC_P_NONE;

    for (size_t n = 0; n <= s.n; n++) {
        enum lc_proto_id now = lc_sniff(lc_slice_sub(s, 0, n));

        if (said != LC_P_NONE)
            assert_int_equal(now, said);
        said = now;
    }
}

/* Any beginning of one protocol run on by any part of another. */
static void more_bytes_never_change_an_answer(void **state)
{
    uint8_t text[512];

    (void)state;
    for (size_t i = 0; i < PEERS; i++)
        for (size_t j = 0; j < PEERS; j++)
            for (size_t cut = 0; cut <= peers[i].bytes.n; cut++) {
                size_t n = 0;

                for (size_t k = 0; k < cut; k++)
                    text[n++] = peers[i].bytes.p[k];
                for (size_t k = 0; k < peers[j].bytes.n; k++)
                    text[n++] = peers[j].bytes.p[k];
                stays_with_its_word(lc_slice_of(text, n));
            }
}

/* What lies behind the bound of a greeting cannot name anything: a line that never ends stays
 * undecided. */
static void a_line_without_end_stays_undecided(void **state)
{
    uint8_t text[512];

    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i < 4 ? (uint8_t) "220 "[i] : 'x';
    text[500] = '\n';
    stays_with_its_word(lc_slice_of(text, sizeof text));
    assert_int_equal(lc_sniff(lc_slice_of(text, sizeof text)), LC_P_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(first_bytes_name_the_protocol),
        cmocka_unit_test(nothing_and_one_byte_name_nothing),
        cmocka_unit_test(more_bytes_never_change_an_answer),
        cmocka_unit_test(a_line_without_end_stays_undecided),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
