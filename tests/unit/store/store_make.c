/* SPDX-License-Identifier: Apache-2.0 */
/* Builders of hosts for the tests of the store. */
#include "store_make.h"

#include <assert.h>
#include <string.h>

const struct lc_rule make_rules[6] = {
    {.id = LC_S_INIT("open-stream"), .per_port = true},
    {.id = LC_S_INIT("clear-text-administration"), .per_port = true},
    {.id = LC_S_INIT("telnet"), .per_port = true},
    {.id = LC_S_INIT("onvif-open"), .per_port = true},
    {.id = LC_S_INIT("vendor-control-port"), .per_port = true},
    {.id = LC_S_INIT("not-activated")},
};

void make_free(struct make *m)
{
    for (size_t i = 0; i < MAKE_PORTS_MAX; i++)
        lc_buf_free(&m->facts[i].buf);
    memset(m, 0, sizeof *m);
}

void make_host(struct make *m, uint64_t index, enum lc_host_state state)
{
    make_free(m);
    m->r = (struct lc_host_result){.index = index,
                                   .addr = lc_addr_v4(0x0a000000U + (uint32_t)index),
                                   .state = state,
                                   .observed_us = 1700000000000000 + (int64_t)index};
    m->judgement.exposed = LC_TRI_UNKNOWN;
    m->judgement.takeover = LC_TU;
}

struct lc_facts *make_port(struct make *m, uint16_t port, const char *outcome, const char *protocol)
{
    struct lc_facts *f = &m->facts[m->r.endpoints_n];

    assert(m->r.endpoints_n < MAKE_PORTS_MAX);
    lc_facts_init(f);
    f->port = port;
    lc_facts_str(f, LC_F_PORT_OUTCOME, lc_slice_str(outcome));
    if (protocol)
        lc_facts_str(f, LC_F_PORT_PROTOCOL, lc_slice_str(protocol));
    m->endpoints[m->r.endpoints_n++].port = port;
    return f;
}

void make_claim(struct make *m, enum lc_attr attr, const char *value, uint16_t port,
                enum lc_fact_name fact, const char *evidence)
{
    struct lc_claim *c = &m->identity.claims[m->identity.claims_n++];

    *c = (struct lc_claim){.attr = attr,
                           .weight = 90,
                           .port = port,
                           .fact = fact,
                           .value = lc_slice_str(value),
                           .evidence = lc_slice_str(evidence),
                           .signature = LC_S("hikvision.test.signature"),
                           .group = LC_S("test")};
    m->identity.value[attr] = c->value;
    m->identity.confidence[attr] = 90;
}

void make_finding(struct make *m, size_t rule, enum lc_tri result, uint16_t port,
                  enum lc_fact_name fact, const char *evidence)
{
    m->judgement.findings[m->judgement.findings_n++] =
        (struct lc_finding){.rule = &make_rules[rule],
                            .result = result,
                            .port = port,
                            .fact = fact,
                            .evidence = lc_slice_str(evidence)};
}

const struct lc_host_result *make_done(struct make *m)
{
    for (size_t i = 0; i < m->r.endpoints_n; i++)
        m->endpoints[i].facts = lc_buf_view(&m->facts[i].buf);
    m->r.endpoints = m->endpoints;
    if (m->r.state == LC_HOST_ANSWERED) {
        m->r.identity = &m->identity;
        m->r.judgement = &m->judgement;
    }
    return &m->r;
}

static void camera_ports(struct make *m)
{
    struct lc_facts *f = make_port(m, 80, "open", "http");

    lc_facts_int(f, LC_F_HTTP_STATUS, 200);
    lc_facts_str(f, LC_F_HTTP_SERVER, LC_S("webserver"));
    lc_facts_str(f, LC_F_HTTP_TITLE, LC_S("index"));
    lc_facts_str(f, LC_F_HTTP_MARK, LC_S("/doc/page/login.asp"));
    lc_facts_bool(f, LC_F_ONVIF_SERVICE, true);
    lc_facts_str(f, LC_F_ONVIF_SERIAL, LC_S("DS-2CD2043G0-I20190412AAWRC12345678"));
    f = make_port(m, 554, "open", "rtsp");
    lc_facts_int(f, LC_F_RTSP_STATUS, 200);
    lc_facts_str(f, LC_F_RTSP_PUBLIC, LC_S("OPTIONS, DESCRIBE, PLAY, PAUSE, SETUP, TEARDOWN"));
    lc_facts_str(f, LC_F_RTSP_WWW_AUTHENTICATE, LC_S("Digest realm=\"IP Camera(C5432)\""));
    lc_facts_str(f, LC_F_RTSP_REALM, LC_S("IP Camera(C5432)"));
    f = make_port(m, 443, "open", "http");
    lc_facts_str(f, LC_F_TLS_VERSION, LC_S("tls1.2"));
    lc_facts_str(f, LC_F_TLS_CERT_SUBJECT, LC_S("CN=IPCamera,O=Example,C=CN"));
    lc_facts_str(f, LC_F_TLS_CERT_ISSUER, LC_S("CN=IPCamera,O=Example,C=CN"));
    f = make_port(m, 8000, "open", "hiksdk");
    lc_facts_bool(f, LC_F_HIKSDK_GREETING, true);
    f = make_port(m, 23, "open", "telnet");
    lc_facts_str(f, LC_F_TELNET_BANNER, LC_S("dvrdvs login:"));
}

const struct lc_host_result *make_camera(struct make *m, uint64_t index)
{
    make_host(m, index, LC_HOST_ANSWERED);
    camera_ports(m);
    make_claim(m, LC_A_CLASS, "camera", 554, LC_F_RTSP_REALM, "IP Camera(C5432)");
    make_claim(m, LC_A_PLATFORM, "hikvision", 554, LC_F_RTSP_REALM, "IP Camera(C5432)");
    make_claim(m, LC_A_PLATFORM, "hikvision", 80, LC_F_HTTP_MARK, "/doc/page/login.asp");
    make_claim(m, LC_A_PLATFORM, "hikvision", 8000, LC_F_HIKSDK_GREETING, "1");
    make_claim(m, LC_A_BRAND, "Hikvision", 554, LC_F_RTSP_REALM, "IP Camera(C5432)");
    make_claim(m, LC_A_MODEL, "C5432", 554, LC_F_RTSP_REALM, "IP Camera(C5432)");
    make_finding(m, 0, LC_TRI_TRUE, 554, LC_F_RTSP_STATUS, "200");
    make_finding(m, 1, LC_TRI_TRUE, 80, LC_F_HTTP_MARK, "/doc/page/login.asp");
    make_finding(m, 2, LC_TRI_TRUE, 23, LC_F_TELNET_BANNER, "dvrdvs login:");
    make_finding(m, 3, LC_TRI_TRUE, 80, LC_F_ONVIF_SERVICE, "1");
    make_finding(m, 4, LC_TRI_TRUE, 8000, LC_F_HIKSDK_GREETING, "1");
    make_finding(m, 5, LC_TRI_UNKNOWN, 0, LC_F_NONE, "");
    m->judgement.exposed = LC_TRI_TRUE;
    m->judgement.exposed_why = LC_S("a stream was described without a password");
    m->judgement.exposure = LC_E3;
    m->judgement.takeover = LC_T0;
    m->judgement.takeover_why = make_rules[0].id;
    return make_done(m);
}

void make_plan(struct lc_targets *plan, uint64_t n)
{
    plan->v = lc_alloc(sizeof *plan->v);
    assert(plan->v);
    plan->v[0].first = lc_addr_v4(0x0a000000U);
    plan->v[0].last = lc_addr_v4(0x0a000000U + (uint32_t)n - 1);
    plan->n = plan->cap = 1;
}
