/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The one interface of every discovery protocol over UDP: what is asked in one datagram, and what a
 * datagram that came back says about its sender.
 *
 * A codec is pure, like those of proto.h: it opens nothing, sends nothing, reads no clock. `build`
 * writes one of a closed set of questions; nothing that data or a peer could say changes its form,
 * so no codec can be made to write a setting, start a login or a session (the never-send table,
 * facts on protocols A0; tests/unit/proto/test_proto_never_send.c proves it). `parse` reads one
 * whole datagram, however long, and emits facts about its sender alone: what a device says about
 * other devices is dropped, and an address that it names is never followed unless it is the
 * sender's.
 *
 * Facts of discovery stand on port 0 (they speak of the device, not of a service) under the
 * exchange number LC_DGRAM_EXCH + id, which the caller stamps into `facts` before each call.
 * Secrets that devices leak are blanked before anything is emitted; serials, MACs and UIDs go only
 * into facts that data/facts.yaml calls personal or shaped.
 */
#ifndef LC_PROTO_DGRAM_H
#define LC_PROTO_DGRAM_H

#include "base/addr.h"
#include "facts/facts.h"

enum lc_dgram_id {
    LC_D_NONE,
    LC_D_WSD,      /* WS-Discovery: ONVIF */
    LC_D_SSDP,     /* UPnP */
    LC_D_MDNS,     /* multicast DNS: Axis, Arecont, Hikvision with Bonjour on */
    LC_D_SADP,     /* Hikvision and its OEMs */
    LC_D_DHIP,     /* Dahua and its OEMs */
    LC_D_DHLEGACY, /* Dahua, before DHIP */
    LC_D_XM,       /* Xiongmai */
    LC_D_MHED,     /* TVT and its OEMs */
    LC_D_TDP,      /* TP-Link Tapo and VIGI */
    LC_D_MIIO,     /* Xiaomi's ecosystem */
    LC_D_TUYA,     /* Tuya beacons in clear: listened to */
    LC_D_TUYAENC,  /* Tuya beacons under the public constant key: listened to */
    LC_D_CS2,      /* CS2/PPPP and iLnkP2P */
    LC_D_TUTK,     /* ThroughTek Kalay: listened to */
    LC_D_REOLINK,
    LC_D_HANWHA,
    LC_D_BOSCH,
    LC_D_VIVOTEK,
    LC_D_FOSCAM,
    LC_D_VSTARCAM,
    LC_D_V380,
    LC_D_HICHIP,
    LC_D_SNMP, /* SNMPv3 engine discovery */
    LC_D_COUNT,
};

#define LC_DGRAM_EXCH 64U    /* exchange numbers of discovery facts start here */
#define LC_DGRAM_OUT  1400U  /* longest question: one packet on any Ethernet */
#define LC_DGRAM_MAX  65535U /* longest datagram there is */

/* Which question of a run this is. */
struct lc_dgram_ask {
    uint64_t
        nonce; /* random; the same for build and parse. Echoed where the protocol has a place */
    unsigned variant; /* 0 .. variants-1 */
    bool multicast;   /* asked of a group or broadcast, not of one host */
    bool v6;
};

struct lc_dgram {
    const char *name;        /* "sadp": as in data/ports.yaml and in udp.outcome */
    uint16_t port;           /* asked and listened for there */
    uint16_t bind_port;      /* answers come to this port of ours; 0: to the one we asked from */
    unsigned variants;       /* questions there are; 0: only listened to, `build` is NULL */
    bool unicast;            /* one host may be asked */
    bool broadcast;          /* asked of 255.255.255.255 on each attached network */
    const char *group4;      /* multicast groups; NULL: none */
    const char *group4_also; /* answers are also sent to this one: joined, never asked */
    const char *group6;
    bool listen; /* devices also speak unasked (Hello, NOTIFY, beacons): the groups are joined */
    /* A question into an empty `out`. */
    void (*build)(const struct lc_dgram_ask *ask, struct lc_buf *out);
    /* Does the datagram echo this question's token? A search for bytes, no parsing: the sweep asks
     * it. NULL: the protocol has no place for a token. */
    bool (*ours)(const struct lc_dgram_ask *ask, struct lc_slice in);
    /* LC_OK: an answer of this protocol, facts emitted. LC_EPARSE: not this protocol, or broken
     * beyond use: nothing emitted. LC_EREFUSED: of this protocol, but no answer to `ask` (another
     * token) or only a question: nothing emitted. `ask` NULL: heard unasked. */
    enum lc_status (*parse)(const struct lc_dgram_ask *ask, const struct lc_addr *from,
                            struct lc_slice in, struct lc_facts *facts);
};

const struct lc_dgram *lc_dgram_get(enum lc_dgram_id id); /* NULL for LC_D_NONE and unknown ones */
enum lc_dgram_id lc_dgram_by_name(struct lc_slice name);  /* LC_D_NONE when unknown */

extern const struct lc_dgram lc_dgram_wsd, lc_dgram_ssdp, lc_dgram_mdns, lc_dgram_sadp,
    lc_dgram_dhip, lc_dgram_dhlegacy, lc_dgram_xm, lc_dgram_mhed, lc_dgram_tdp, lc_dgram_miio,
    lc_dgram_tuya, lc_dgram_tuyaenc, lc_dgram_cs2, lc_dgram_tutk, lc_dgram_reolink, lc_dgram_hanwha,
    lc_dgram_bosch, lc_dgram_vivotek, lc_dgram_foscam, lc_dgram_vstarcam, lc_dgram_v380,
    lc_dgram_hichip, lc_dgram_snmp;

#endif
