/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What may leave Lenscap over TCP, written a second time from the never-send table (protocols.md
 * A0, class X) and the protocols' own documents; test_proto_never_send.c holds every codec against
 * it. Each function says which of its protocol's allowed requests `req` is, -1 when it is none.
 */
#ifndef LC_TESTS_NEVER_H
#define LC_TESTS_NEVER_H

#include "proto/proto.h"

#define HOST  "192.0.2.10"
#define WSDL  "http://www.onvif.org/ver10/device/wsdl"
#define AGENT "\r\nUser-Agent: lenscap/" LC_VERSION "\r\n"

#define NEVER_RTSP_PATHS 3U
extern const char *const never_rtsp_paths[NEVER_RTSP_PATHS]; /* documented: may be DESCRIBEd */

/* 0 OPTIONS, 1 DESCRIBE of the impossible path, 2 of a documented one */
int never_rtsp_kind(const struct lc_ask *ask, struct lc_slice req);

/* 0 "/", 1 "/favicon.ico", 2 "/SDK/activateStatus" when `wanted` has its bit, 3 what the device
 * named. `lawful`: the peer named only the places of the test. */
int never_http_kind(const struct lc_ask *ask, bool lawful, unsigned wanted, struct lc_slice req);

/* 0 GetSystemDateAndTime, 1 GetServices, 2 GetCapabilities, 3 GetDeviceInformation when it is
 * allowed */
int never_onvif_kind(const struct lc_ask *ask, struct lc_slice req);

/* 0 GET of the description, which must be one of never_descriptions; 1 GetExternalIPAddress;
 * 2 GetGenericPortMappingEntry, both only where the gateway may be asked. `lawful` as above. */
#define NEVER_DESCRIPTIONS 3U
extern const char *const never_descriptions[NEVER_DESCRIPTIONS];
int never_upnp_kind(const struct lc_ask *ask, bool lawful, struct lc_slice req);

/* the round whose ClientHello it is */
int never_tls_kind(const struct lc_ask *ask, struct lc_slice req);

/* 0: refusals of Telnet options */
int never_telnet_kind(struct lc_slice req);

#endif
