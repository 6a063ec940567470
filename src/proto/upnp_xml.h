/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The two kinds of XML that UPnP has for us: a device's description (UPnP Device Architecture 1.1,
 * 2.3) and a router's answer to one of our two questions (3.2; WANIPConnection:1). Within the
 * bounds of xml.h; only the values below are kept, each up to its bound.
 */
#ifndef LC_PROTO_UPNP_XML_H
#define LC_PROTO_UPNP_XML_H

#include "base/buf.h"

#define LC_UPNP_TEXT 200 /* bytes kept of one value */
#define LC_UPNP_WANS 3   /* services that lead to the internet, kept of one description */

struct lc_upnp_text {
    uint16_t n;
    uint8_t p[LC_UPNP_TEXT];
};

/* The services that can be asked for mappings. */
enum lc_upnp_wan { LC_WAN_IP1, LC_WAN_IP2, LC_WAN_PPP1, LC_WAN_COUNT };

extern const char *const lc_upnp_wan_urn[LC_WAN_COUNT];

struct lc_upnp_device {
    uint32_t odd; /* LC_ODD bits */
    bool found; /* a root device stands there; its values follow, not those of devices inside it */
    struct lc_upnp_text type, name, manufacturer, model, number, description, serial;
    struct lc_upnp_text base; /* URLBase of UPnP 1.0 */
    struct {
        enum lc_upnp_wan service;
        struct lc_upnp_text control; /* controlURL as it stands; never cut */
    } wans[LC_UPNP_WANS];            /* wherever they stand in the tree */
    unsigned wans_n;
};

enum lc_upnp_kind {
    LC_UPNP_NONE,
    LC_UPNP_ADDRESS, /* GetExternalIPAddressResponse */
    LC_UPNP_MAPPING, /* GetGenericPortMappingEntryResponse */
    LC_UPNP_FAULT,
};

struct lc_upnp_answer {
    enum lc_upnp_kind kind;
    uint32_t odd;
    struct lc_upnp_text address;          /* outer address */
    struct lc_upnp_text protocol, client; /* "TCP", inner address */
    unsigned external, internal;          /* ports; 0: none, or no port */
    bool enabled;
};

/* What was read before a breach of the bounds is kept, except with a document type. */
void lc_upnp_read_device(struct lc_slice body, struct lc_upnp_device *out);
void lc_upnp_read_answer(struct lc_slice body, struct lc_upnp_answer *out);

struct lc_slice lc_upnp_view(const struct lc_upnp_text *t);

#endif
