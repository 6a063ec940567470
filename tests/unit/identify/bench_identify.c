/* SPDX-License-Identifier: Apache-2.0 */
/* bench_identify [ROUNDS]: devices per second of lc_identify on one core, over a mix of fact sets
 * as scans give them (cameras and recorders of several makers with 15 to 40 facts each, and
 * look-alikes). */
#include "base/clock.h"
#include "identify/identify.h"

#include <stdlib.h>

#define DEVICES 8

struct said {
    uint16_t port;
    enum lc_fact_name name;
    const char *value;
};

static const struct said devices[DEVICES][24] = {
    {{554, LC_F_RTSP_REALM, "IP Camera(C2875)"},
     {554, LC_F_RTSP_DATE_STYLE, "double-blank month-first"},
     {554, LC_F_RTSP_PUBLIC, "OPTIONS, DESCRIBE, PLAY, PAUSE, SETUP, TEARDOWN"},
     {80, LC_F_HTTP_SERVER, "App-webs/"},
     {80, LC_F_HTTP_MARK, "doc/page/login.asp"},
     {80, LC_F_HTTP_MARK, "/ISAPI/"},
     {80, LC_F_HTTP_FAVICON_MD5, "89b932fcc47cf4ca3faadb0cfdef89cf"},
     {443, LC_F_HTTP_SERVER, "App-webs/"},
     {443, LC_F_TLS_CERT_SUBJECT, "CN=www.hikvision.com,OU=DVRNVR,O=HIKVISION,L=HangZhou,C=CN"},
     {443, LC_F_TLS_CERT_ISSUER, "CN=www.hikvision.com,OU=DVRNVR,O=HIKVISION,L=HangZhou,C=CN"},
     {80, LC_F_ONVIF_MANUFACTURER, "HIKVISION"},
     {80, LC_F_ONVIF_MODEL, "DS-2CD2143G0-I"},
     {80, LC_F_ONVIF_FIRMWARE, "V5.5.82 build 190910"}},
    {{554, LC_F_RTSP_SERVER, "Rtsp Server/3.0"},
     {554, LC_F_RTSP_REALM, "Login to 4X0ABCDPAG00001"},
     {80, LC_F_HTTP_SERVER, "Webs"},
     {80, LC_F_HTTP_TITLE, "WEB SERVICE"},
     {80, LC_F_HTTP_MARK, "/RPC2_Login"},
     {80, LC_F_HTTP_AUTH_REALM, "Login to 4X0ABCDPAG00001"},
     {443, LC_F_TLS_CERT_SUBJECT,
      "OU=DAHUATECH,O=DAHUA,L=HANGZHOU,ST=ZHEJIANG,C=CN,CN=192.168.1.108"},
     {443, LC_F_TLS_CERT_ISSUER, "C=CN,ST=ZheJiang,O=DahuaTech,OU=SecurityDept,CN=Product Root CA"},
     {80, LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/location/country/china"},
     {80, LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/name/Dahua"},
     {80, LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/hardware/DH-IPC-HDW1230T2"},
     {80, LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/Profile/Streaming"},
     {80, LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/type/Network_Video_Transmitter"}},
    {{554, LC_F_RTSP_REALM, "TP-Link IP-Camera"},
     {443, LC_F_TLS_CERT_SUBJECT, "CN=TPRI-DEVICE,O=TPRI,C=US"},
     {443, LC_F_TLS_CERT_ISSUER, "CN=TPRI-DEVICE,O=TPRI,C=US"},
     {443, LC_F_HTTP_SERVER, "gen5th/1.30.1"},
     {2020, LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/hardware/C200"}},
    {{554, LC_F_RTSP_SERVER, "H264DVR 1.0"},
     {554, LC_F_RTSP_HEADER_STYLE, "Cseq"},
     {80, LC_F_HTTP_SERVER, "uc-httpd 1.0.0"},
     {80, LC_F_HTTP_TITLE, "NETSurveillance WEB"},
     {8899, LC_F_ONVIF_SCOPES, "onvif://www.onvif.org/hardware/IPC-model"},
     {23, LC_F_TELNET_BANNER, "(none) login: "}},
    {{80, LC_F_HTTP_SERVER, "nginx/1.22.1"},
     {80, LC_F_HTTP_TITLE, "Welcome to nginx!"},
     {443, LC_F_HTTP_SERVER, "nginx/1.22.1"},
     {443, LC_F_TLS_CERT_SUBJECT, "CN=www.example.com,O=Example,L=Ha Noi,C=VN"},
     {443, LC_F_TLS_CERT_ISSUER, "CN=R3,O=Let's Encrypt,C=US"},
     {22, LC_F_SSH_BANNER, "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"}},
    {{554, LC_F_RTSP_REALM, "BC Streaming Media"},
     {554, LC_F_RTSP_SDP_TOOL, "BC Streaming Media v202210012022.10.01"},
     {80, LC_F_HTTP_TITLE, "Reolink"},
     {80, LC_F_HTTP_SERVER, "nginx"},
     {8000, LC_F_ONVIF_PATH, "/onvif/device_service"}},
    {{80, LC_F_HTTP_TITLE, "Synology DiskStation - nas"},
     {443, LC_F_TLS_CERT_SUBJECT, "CN=synology,O=Synology Inc.,C=TW"},
     {5000, LC_F_HTTP_SERVER, "nginx"},
     {22, LC_F_SSH_BANNER, "SSH-2.0-OpenSSH_8.2"}},
    {{80, LC_F_HTTP_SERVER, "DNVRS-Webs"},
     {80, LC_F_HTTP_TITLE, "index"},
     {8000, LC_F_BANNER_RAW, "not a greeting"},
     {554, LC_F_RTSP_REALM, "IP Camera(F6187)"},
     {21, LC_F_FTP_BANNER, "220 (vsFTPd 2.3.4)"}},
};

/* What every scan adds beside the telling words: outcomes, statuses, numbers. */
static void add_plain(struct lc_facts *f)
{
    static const uint16_t ports[] = {554, 80, 443, 8000, 37777};

    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        f->port = ports[i];
        lc_facts_str(f, LC_F_PORT_OUTCOME, LC_S("open"));
        lc_facts_str(f, LC_F_PORT_PROTOCOL, LC_S("http"));
        lc_facts_int(f, LC_F_PORT_CONNECTIONS, 2);
        lc_facts_int(f, LC_F_HTTP_STATUS, 200);
    }
}

static void fill(struct lc_facts *f, const struct said *s)
{
    lc_facts_init(f);
    add_plain(f);
    for (size_t i = 0; i < 24 && s[i].value; i++) {
        f->port = s[i].port;
        lc_facts_str(f, s[i].name, lc_slice_str(s[i].value));
    }
}

int main(int argc, char **argv)
{
    static struct lc_facts facts[DEVICES];
    static struct lc_identity who;
    long rounds = argc > 1 ? strtol(argv[1], NULL, 10) : 50000;
    struct lc_kb *kb = NULL;
    struct lc_identifier *id = NULL;
    struct lc_err err;
    int64_t start = lc_clock_mono_us(), spent;
    size_t known = 0;

    if (lc_kb_open(lc_slice_of(lc_knowledge_blob, lc_knowledge_blob_n), &kb, &err) != LC_OK ||
        lc_identifier_open(kb, &id, &err) != LC_OK) {
        fprintf(stderr, "%s\n", err.text);
        return 1;
    }
    printf("knowledge: %u bytes, opened in %lld us\n", (unsigned)lc_knowledge_blob_n,
           (long long)(lc_clock_mono_us() - start));
    for (size_t d = 0; d < DEVICES; d++)
        fill(&facts[d], devices[d]);
    start = lc_clock_cpu_us();
    for (long r = 0; r < rounds; r++)
        for (size_t d = 0; d < DEVICES; d++) {
            lc_identify(id, lc_buf_view(&facts[d].buf), &who);
            known += who.value[LC_A_PLATFORM].n != 0;
        }
    spent = lc_clock_cpu_us() - start;
    printf("%ld devices (%zu with a platform) in %lld us of CPU: %.0f devices/s, %.2f us each\n",
           rounds * DEVICES, known, (long long)spent,
           (double)rounds * DEVICES * 1e6 / (double)spent,
           (double)spent / ((double)rounds * DEVICES));
    for (size_t d = 0; d < DEVICES; d++)
        lc_facts_free(&facts[d]);
    lc_identifier_close(id);
    lc_kb_close(kb);
    return 0;
}
