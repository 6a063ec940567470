/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SSDP, UDP 1900: who speaks UPnP, and where its description lies (UPnP Device Architecture 1.1,
 * section 1; facts on protocols A2).
 *
 * The only message built is M-SEARCH, for any root device or for an internet gateway. It carries no
 * token and its answer none, so an answer is only as good as the sender's address. Announcements
 * (NOTIFY) are heard too. LOCATION becomes a fact only where it lies on the sender itself and its
 * path is one that may be asked (url.h); another host's is noted as such and never followed.
 *
 * One host is asked with the group's HOST, as no form of a question knows its target, and with MX
 * 1: the text of 1.1 leaves MX out there, but libupnp, which most cameras and many routers use,
 * drops any search without one.
 */
#include "proto/dgram.h"
#include "proto/emit.h"
#include "proto/msg.h"
#include "proto/url.h"

#define HEAD_CAP    8192U
#define HEADERS_CAP 64U

static const char *const targets[] = {
    "upnp:rootdevice",
    "urn:schemas-upnp-org:device:InternetGatewayDevice:1", /* version 2 answers it as well */
};

#define TARGETS_N (sizeof targets / sizeof *targets)

static void ssdp_build(const struct lc_dgram_ask *ask, struct lc_buf *out)
{
    (void)lc_buf_putf(out,
                      "M-SEARCH * HTTP/1.1\r\nHOST: %s:1900\r\nMAN: \"ssdp:discover\"\r\nMX: %u\r\n"
                      "ST: %s\r\nUSER-AGENT: lenscap/" LC_VERSION " UPnP/1.1\r\n\r\n",
                      ask->v6 ? "[FF02::C]" : "239.255.255.250", ask->multicast ? 2U : 1U,
                      targets[ask->variant % TARGETS_N]);
}

/* ---- reading ---- */

struct said {
    struct lc_slice target, usn, server, location, nts;
};

static void read_headers(struct lc_slice rest, struct said *s)
{
    struct lc_header h;

    for (unsigned i = 0; i < HEADERS_CAP && lc_msg_next(&rest, &h); i++) {
        if (lc_slice_ieq(h.name, LC_S("ST")) || lc_slice_ieq(h.name, LC_S("NT")))
            s->target = h.value;
        else if (lc_slice_ieq(h.name, LC_S("USN")))
            s->usn = h.value;
        else if (lc_slice_ieq(h.name, LC_S("SERVER")))
            s->server = h.value;
        else if (lc_slice_ieq(h.name, LC_S("LOCATION")))
            s->location = h.value;
        else if (lc_slice_ieq(h.name, LC_S("NTS")))
            s->nts = h.value;
    }
}

static bool is_ok(struct lc_slice line)
{
    size_t blank = lc_slice_chr(line, ' ', 0);
    struct lc_slice status = lc_slice_from(line, blank == LC_NPOS ? line.n : blank);

    return lc_slice_istarts(line, LC_S("HTTP/1.")) &&
           lc_slice_starts(lc_slice_trim(status), LC_S("200"));
}

static enum lc_status read_message(const struct lc_dgram_ask *ask, struct lc_slice in,
                                   struct said *s)
{
    struct lc_slice rest = lc_slice_sub(in, 0, HEAD_CAP), line;
    bool notify;

    if (lc_slice_next(&rest, '\n', &line) != LC_OK)
        return LC_EPARSE;
    notify = lc_slice_istarts(line, LC_S("NOTIFY * HTTP/1."));
    if (lc_slice_istarts(line, LC_S("M-SEARCH * HTTP/1.")))
        return LC_EREFUSED;
    if (!notify && !is_ok(line))
        return LC_EPARSE;
    read_headers(rest, s);
    if (s->target.n == 0 || (s->usn.n == 0 && s->location.n == 0))
        return LC_EPARSE; /* some HTTP: both stand in every message of SSDP */
    if (!notify)
        return LC_OK;
    return ask || lc_slice_ieq(s->nts, LC_S("ssdp:byebye")) ? LC_EREFUSED : LC_OK;
}

/* ---- facts ---- */

static void emit_location(struct lc_slice url, const struct lc_addr *from, struct lc_facts *f)
{
    struct lc_url_parts parts;

    switch (lc_url_whose(from, url, &parts)) {
    case LC_WHOSE_OTHER:
        lc_facts_bool(f, LC_F_UPNP_LOCATION_FOREIGN, true);
        break;
    case LC_WHOSE_SENDER:
        if (parts.https || !lc_url_device_path(parts.path))
            break; /* descriptions are fetched over plain HTTP (section 2) */
        lc_facts_int(f, LC_F_UPNP_LOCATION_PORT, parts.port);
        (void)lc_emit(f, LC_F_UPNP_LOCATION_PATH, parts.path);
        break;
    case LC_WHOSE_NONE:
        break;
    }
}

static enum lc_status ssdp_parse(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                                 struct lc_slice in, struct lc_facts *facts)
{
    struct said s = {.nts = {NULL, 0}};
    enum lc_status st = read_message(ask, in, &s);

    if (st != LC_OK)
        return st;
    (void)lc_emit(facts, LC_F_UPNP_SERVER, s.server);
    if (!lc_slice_istarts(s.target, LC_S("uuid:"))) /* a target may also be the device's own name */
        (void)lc_emit(facts, LC_F_UPNP_ST, s.target);
    (void)lc_emit(facts, LC_F_UPNP_USN, s.usn);
    emit_location(s.location, from, facts);
    return LC_OK;
}

const struct lc_dgram lc_dgram_ssdp = {
    .name = "ssdp",
    .port = 1900,
    .variants = TARGETS_N,
    .unicast = true,
    .group4 = "239.255.255.250",
    .group6 = "ff02::c",
    .listen = true,
    .build = ssdp_build,
    .parse = ssdp_parse,
};
