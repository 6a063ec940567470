/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A SOAP answer of an ONVIF device service, read within the bounds of xml.h (reliability.md H13).
 */
#ifndef LC_PROTO_SOAP_H
#define LC_PROTO_SOAP_H

#include "base/buf.h"

#define LC_SOAP_TEXT     128 /* bytes kept of one value */
#define LC_SOAP_SERVICES 24  /* services kept of one list */

struct lc_soap_text {
    uint16_t n;
    uint8_t p[LC_SOAP_TEXT];
};

enum lc_soap_kind {
    LC_SOAP_NONE, /* not SOAP, or an answer to something else */
    LC_SOAP_FAULT,
    LC_SOAP_CLOCK, /* GetSystemDateAndTimeResponse */
    LC_SOAP_LIST,  /* GetServicesResponse */
    LC_SOAP_CAPS,  /* GetCapabilitiesResponse */
    LC_SOAP_INFO,  /* GetDeviceInformationResponse */
};

struct lc_soap {
    enum lc_soap_kind kind;
    uint32_t odd;              /* LC_ODD bits */
    struct lc_soap_text fault; /* innermost fault code */
    int64_t clock;             /* seconds since 1970 UTC; 0: none or absurd */
    struct lc_soap_text namespaces[LC_SOAP_SERVICES];
    unsigned namespaces_n;
    unsigned major, minor; /* of the device service; 0.0 when not told */
    bool media;            /* a media service is offered */
    struct lc_soap_text manufacturer, model, firmware, serial, hardware;
};

/* Reads a whole body. Whatever was read before a breach of the bounds is kept, except with a
 * document type. */
void lc_soap_read(struct lc_slice body, struct lc_soap *out);

struct lc_slice lc_soap_view(const struct lc_soap_text *t);

#endif
